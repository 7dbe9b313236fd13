//! The old rule plays until the new one is better, which then takes over. Their fidelity is measured
//! beside the run, on a few small swarms.

use std::sync::Arc;

use crate::session::command::notify;
use crate::session::command::{Effect, LearnEffect, Level, RuleRequest, RuleRole};
use crate::session::curve::Curve;
use crate::session::live::start;
use crate::session::state::Session;
use crate::worlds::swarm::measures::{QuickFidelity, has_settled};
use crate::worlds::swarm::rule::Rule;
use crate::worlds::swarm::train::Phase;

/// A phase is settled when the fidelity gains less than this from the third to the last quarter of its steps.
const SETTLED_GAIN: f64 = 0.02;

/// Quick fidelities that differ by more than this are not called equal.
const CLEARLY_WORSE: f64 = 0.04;

/// How good the newest weights of a run are, over its steps.
#[derive(Clone, Debug, Default)]
pub struct LearnedFidelity {
    /// Fidelity after a start from the picture, 0 to 1: whether the pattern stays.
    pub kept: Curve,
    /// Fidelity after a start from noise, 0 to 1: whether the pattern forms.
    pub grown: Curve,
    /// The mean of both: what two rules are compared by.
    pub together: Curve,
    /// Of the rule that was there before the run, measured alike.
    pub old_rule: Option<f64>,
    /// `together` of the present phase, every reading.
    settling: Vec<[f64; 2]>,
    phase: Option<Phase>,
    /// The phase was ordered to end.
    told_to_end: bool,
}

/// The rule that plays on while another is learned in its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// Fidelity of the old rule, and of the newest weights of the new one; `None` until measured.
    pub old: Option<f64>,
    /// Fidelity of the newest weights, 0 to 1.
    pub new: Option<f64>,
}

/// Whether the present rule fits the unit and the species of the picture to be learned: then it may play meanwhile.
pub(in crate::session) fn may_play_on(session: &Session) -> bool {
    session.live.particles > 0
        && session.live.playing_rule.as_ref().is_some_and(|rule| {
            rule.unit_length == session.taught_unit_length()
                && rule.energy.shape.species == session.document.world.stills().species_count()
        })
}

/// The order to measure `rule` on the present picture.
pub(in crate::session) fn measure(session: &Session, rule: &Arc<Rule>, role: RuleRole) -> Effect {
    let document = &session.document;
    Effect::Learn(LearnEffect::MeasureRule(Box::new(RuleRequest {
        run: session.learning.training.run,
        role,
        step: session.learning.training.last.map_or(0, |stats| stats.step),
        live: start::within(rule, document.world.live),
        rule: rule.clone(),
        stills: document.world.stills(),
        ensemble: document.world.ensemble,
    })))
}

/// The new rule takes over, with a fade where the swarm moves.
pub(in crate::session) fn switch(session: &mut Session) -> Vec<Effect> {
    if session.learning.held.take().is_none() {
        return Vec::new();
    }
    let before = session.document.world.live.flow;
    session.observing.observation.interrupted();
    start::change_rule(session, before)
}

/// Takes the fidelity of a rule of the present run.
pub(in crate::session) fn measured(
    session: &mut Session,
    role: RuleRole,
    step: usize,
    found: Result<QuickFidelity, String>,
) -> Vec<Effect> {
    let together = found.as_ref().ok().and_then(QuickFidelity::together);
    match role {
        RuleRole::Old => {
            session.learning.training.fidelity.old_rule = together;
            let Some(held) = &mut session.learning.held else { return Vec::new() };
            held.old = together;
            // Nothing to compare with: the new rule takes over at once.
            if together.is_none() { switch(session) } else { Vec::new() }
        }
        RuleRole::New => {
            let phase = session.learning.training.last.map(|stats| stats.phase);
            if let Ok(found) = &found {
                session.learning.training.fidelity.take(step, phase, found);
            }
            let mut effects = Vec::new();
            if let Some(held) = &mut session.learning.held {
                held.new = together.or(held.new);
                if let (Some(old), Some(new)) = (held.old, held.new)
                    && new >= old
                {
                    effects.extend(switch(session));
                    let text = format!("The new rule takes over: {new:.2}, and the old one had {old:.2}.");
                    effects.push(notify(Level::Info, text));
                }
            }
            effects.extend(stop_when_settled(session));
            effects
        }
    }
}

/// The notice of a complete run, with a warning where the rule before it was better.
pub(in crate::session) fn farewell(session: &Session) -> Effect {
    let fidelity = &session.learning.training.fidelity;
    let newest = fidelity.together.points().last().map(|point| point[1]);
    match (fidelity.old_rule, newest) {
        (Some(old), Some(new)) if !session.learning.run_goes_on && new + CLEARLY_WORSE < old => notify(
            Level::Warning,
            format!("Learned, but the rule before was better: {new:.2}, and it had {old:.2}. Undo brings it back."),
        ),
        _ => notify(Level::Success, "Learned. Now play with it in Live."),
    }
}

/// Ends the phase that has settled, where the user has enabled it.
fn stop_when_settled(session: &mut Session) -> Option<Effect> {
    let fidelity = &mut session.learning.training.fidelity;
    let wanted =
        session.learning.stops_when_settled && session.learning.training.state.is_active() && !fidelity.told_to_end;
    if !wanted || session.learning.another_flow.is_some() || !has_settled(&fidelity.settling, SETTLED_GAIN) {
        return None;
    }
    fidelity.told_to_end = true;
    Some(Effect::Learn(LearnEffect::EndPhase(session.learning.training.run)))
}

impl LearnedFidelity {
    fn take(&mut self, step: usize, phase: Option<Phase>, found: &QuickFidelity) {
        if self.phase != phase {
            // The fidelity of the motion is not comparable with that of the pattern.
            (self.phase, self.told_to_end) = (phase, false);
            self.settling.clear();
        }
        let x = step as f64;
        let push = |curve: &mut Curve, value: Option<f64>| value.into_iter().for_each(|y| curve.push(x, y));
        push(&mut self.kept, found.kept);
        push(&mut self.grown, found.grown);
        push(&mut self.together, found.together());
        self.settling.extend(found.together().map(|y| [x, y]));
    }
}
