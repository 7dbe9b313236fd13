//! Putting swarms and rules into the engine.

use rand::rngs::StdRng;

use super::apply::notify;
use super::command::{Effect, EngineOrder, Level};
use super::document::Document;
use super::state::Session;
use super::swarm;
use crate::rule::{FlowKind, LiveSettings};
use crate::snapshot::Swarm;

/// The settings the engine must run with now.
///
/// The scene may ask for the learned flow before that network exists (its energy is learned first): then the exact
/// flow moves the swarm.
pub(super) fn settings_order(session: &Session) -> Effect {
    let sigma_max_l = session.document.rule.as_ref().map_or(0.0, |rule| rule.sigma_range_l[1]);
    let mut live: LiveSettings = session.live.effective(&session.document.live, sigma_max_l);
    let no_flow_network = session.document.rule.as_ref().is_none_or(|rule| rule.flow.is_none());
    if live.flow == FlowKind::Learned && no_flow_network {
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
