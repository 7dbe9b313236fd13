//! Putting swarms and rules into the engine.

use rand::rngs::StdRng;

use super::apply::notify;
use super::command::{Effect, EngineOrder, Level};
use super::document::Document;
use super::state::Session;
use super::swarm;
use crate::rule::FlowKind;
use crate::snapshot::Swarm;

/// The settings the engine must run with now, within what the rule can do: a temperature it was trained at, and the
/// exact flow where the scene asks for a learned one that does not exist (the energy is learned before the flow).
pub(super) fn settings_order(session: &Session) -> Effect {
    let document = &session.document;
    let Some(rule) = &document.rule else { return Effect::Engine(EngineOrder::SetSettings(document.live)) };
    let [coldest, hottest] = rule.sigma_range_l;
    let mut live = session.live.effective(&document.live, hottest);
    live.sigma_l = live.sigma_l.max(coldest).min(hottest);
    if live.flow == FlowKind::Learned && rule.flow.is_none() {
        live.flow = FlowKind::Exact;
    }
    Effect::Engine(EngineOrder::SetSettings(live))
}

/// Replaces the live particles by what `make` makes of the document. `growing`: the cooling starts here.
pub(super) fn upload(
    session: &mut Session,
    make: impl FnOnce(&Document, &mut StdRng) -> Result<Swarm, String>,
    growing: Option<u32>,
) -> Vec<Effect> {
    if !session.has_rule() {
        return vec![notify(Level::Info, "Nothing lives here yet: paint a picture, then press Learn.")];
    }
    match make(&session.document, &mut session.rng) {
        Ok(swarm) => {
            session.live.particles = swarm.len();
            session.live.box_size_l = swarm.box_size;
            session.live.growing = growing;
            vec![Effect::Engine(EngineOrder::Upload(swarm)), settings_order(session)]
        }
        Err(why) => vec![notify(Level::Error, why)],
    }
}

/// Another document is here: the old one's learning ends, its swarm goes, and the new one's comes.
pub(super) fn whole(session: &mut Session) -> Vec<Effect> {
    session.serial += 1;
    session.look_at_picture();
    session.gesture = Default::default();
    session.asks_before_quitting = false;
    let mut effects = Vec::new();
    if session.training.state.is_active() {
        effects.push(Effect::StopTraining(session.training.run));
    }
    session.training.abandon();
    session.run_is_live = false;
    session.live.growing = None;
    session.live.particles = 0;
    session.live.box_size_l = [0.0; 2];
    effects.push(Effect::Engine(EngineOrder::Clear));
    let Some(rule) = session.document.rule.clone() else { return effects };
    effects.push(Effect::Engine(EngineOrder::SetRule(rule)));
    session.live.playing = true;
    let kept = session.document.state.clone();
    effects.extend(upload(
        session,
        |document, rng| match kept {
            Some(state) => Ok(state.swarm.clone()),
            None => swarm::from_picture(document, rng),
        },
        None,
    ));
    effects
}
