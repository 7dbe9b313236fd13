//! Putting swarms and rules into the engine.

use glam::DVec2;
use rand::rngs::StdRng;

use super::swarm;
use super::view::{FADE_TICKS, Fade};
use crate::scene::SwarmProject;
use crate::session::command::notify;
use crate::session::command::{Effect, EngineOrder, LearnEffect, Level, Workspace};
use crate::session::observing::certificate;
use crate::session::observing::observation::DisturbanceKind;
use crate::session::painting;
use crate::session::state::Session;
use crate::worlds::swarm::picture::Swarm;
use crate::worlds::swarm::rule::{FlowKind, LiveSettings, Rule};

/// The live settings of the engine now, within what the rule can do: a temperature it was trained at, and the
/// exact flow where the scene asks for a learned one that does not exist (the energy is learned before the flow).
pub(in crate::session) fn settings_order(session: &Session) -> Effect {
    Effect::Engine(EngineOrder::SetSettings(settings(session)))
}

/// See [`settings_order`].
pub(in crate::session) fn settings(session: &Session) -> LiveSettings {
    let document = &session.document;
    let Some(rule) = &session.live.playing_rule else { return document.world.live };
    within(rule, session.live.ordered(&document.world.live, &document.world.swings, rule.sigma_range_l))
}

/// `live` within what `rule` can do.
pub(in crate::session) fn within(rule: &Rule, mut live: LiveSettings) -> LiveSettings {
    let [coldest, hottest] = rule.sigma_range_l;
    live.sigma_l = live.sigma_l.max(coldest).min(hottest);
    if live.flow == FlowKind::Learned && rule.flow.is_none() {
        live.flow = FlowKind::Exact;
    }
    live
}

/// Gives the rule of the document to the engine.
pub(in crate::session) fn rule_order(session: &mut Session) -> Effect {
    session.live.playing_rule = session.document.world.rule.clone();
    session.learning.held = None;
    session.observing.observation.interrupted();
    match session.live.playing_rule.clone() {
        Some(rule) => Effect::Engine(EngineOrder::SetRule(rule)),
        None => Effect::Engine(EngineOrder::Clear),
    }
}

/// The document has another rule: it takes over from the one that plays, softly where something moves.
/// `before`: the kind of flow that the old one ran.
pub(in crate::session) fn change_rule(session: &mut Session, before: FlowKind) -> Vec<Effect> {
    session.learning.held = None;
    let live = &mut session.live;
    if !live.playing || live.particles == 0 || live.growing.is_some() || session.workspace == Workspace::Paint {
        live.fade = None;
        return vec![rule_order(session), settings_order(session)];
    }
    live.fade = match live.fade {
        // The new one takes over at the halt, whichever it then is.
        Some(fade) if fade.is_calming() => Some(fade),
        Some(fade) => Some(Fade { done: FADE_TICKS.saturating_sub(fade.done), before }),
        None => Some(Fade { done: 0, before }),
    };
    Vec::new()
}

/// One tick of a change of rules.
pub(in crate::session) fn fade_on(session: &mut Session) -> Vec<Effect> {
    let Some(fade) = session.live.fade else { return Vec::new() };
    let next = Fade { done: fade.done + 1, ..fade };
    session.live.fade = (next.done < FADE_TICKS).then_some(next);
    let mut effects = Vec::new();
    if fade.is_calming() && !next.is_calming() {
        effects.push(rule_order(session));
    }
    effects.push(settings_order(session));
    effects
}

/// Replaces the live particles by what `make` makes of the document. A growth of `grow_steps` steps
/// begins with them, if any.
pub(in crate::session) fn upload(
    session: &mut Session,
    make: impl FnOnce(&SwarmProject, &mut StdRng) -> Result<Swarm, String>,
    grow_steps: u32,
) -> Vec<Effect> {
    if !session.has_rule() {
        return vec![notify(Level::Info, "Nothing lives here yet: paint a picture, then press Learn.")];
    }
    match make(&session.document, &mut session.live.rng) {
        Ok(swarm) => {
            session.live.particles = swarm.len();
            session.live.box_size_l = swarm.box_size;
            session.live.growing = (grow_steps > 0).then_some(0);
            session.live.awaited = None;
            (session.live.last_wound, session.live.following) = (None, None);
            session.observing.observation.wounded((grow_steps > 0).then_some(DisturbanceKind::Growing));
            let mut effects = Vec::new();
            // Another swarm needs no soft change.
            if session.live.fade.take().is_some_and(Fade::is_calming) {
                effects.push(rule_order(session));
            }
            effects.push(Effect::Engine(EngineOrder::Upload { swarm, grow_steps }));
            effects.push(settings_order(session));
            effects
        }
        Err(why) => vec![notify(Level::Error, why)],
    }
}

/// Another document is here: the old one's learning ends, its swarm goes, and the new one's comes.
pub(in crate::session) fn whole(session: &mut Session) -> Vec<Effect> {
    session.file.serial += 1;
    session.look_at_picture();
    session.live.gesture = Default::default();
    painting::follow(session);
    session.file.asks_before_quitting = false;
    let mut effects = Vec::new();
    if session.learning.training.state.is_active() {
        effects.push(Effect::Learn(LearnEffect::Stop(session.learning.training.run)));
    }
    session.learning.training.abandon();
    session.learning.another_flow = None;
    session.live.fade = None;
    session.learning.held = None;
    session.observing.observation.reset();
    effects.extend(certificate::cancel(session));
    session.live.playing_rule = None;
    session.learning.run_is_live = false;
    session.live.growing = None;
    session.live.swing_ticks = 0;
    (session.live.last_wound, session.live.following) = (None, None);
    session.live.particles = 0;
    session.live.box_size_l = DVec2::ZERO;
    session.live.awaited = None;
    effects.push(Effect::Engine(EngineOrder::Clear));
    if !session.has_rule() {
        return effects;
    }
    effects.push(rule_order(session));
    session.live.playing = true;
    let kept = session.document.world.state.clone();
    effects.extend(upload(
        session,
        |document, rng| match kept {
            Some(state) => Ok(state.swarm.clone()),
            None => swarm::from_picture(document, rng),
        },
        0,
    ));
    effects
}
