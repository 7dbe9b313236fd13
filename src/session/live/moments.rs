//! Kept moments: living swarms with their settings, to come back to.

use std::sync::Arc;

use super::start;
use crate::scene::SwarmProject;
use crate::session::command::notify;
use crate::session::command::{Effect, Keeping, Kind, Level, LiveEffect, MomentUse};
use crate::session::document::edit::edit;
use crate::session::document::history::Replaced;
use crate::session::learning::flows;
use crate::session::state::Session;
use crate::worlds::swarm::doc::{LiveState, MAX_KEPT_PARTICLES, MAX_SAVEPOINTS, Savepoint};
use crate::worlds::swarm::picture::Swarm;
use crate::worlds::swarm::rule::FlowKind;

/// Longest name, characters.
const MAX_NAME: usize = 40;

pub(in crate::session) fn keep(session: &mut Session) -> Vec<Effect> {
    if !session.has_rule() || session.live.particles == 0 {
        return vec![notify(Level::Info, "Nothing lives here yet: paint a picture, then press Learn.")];
    }
    if let Some(refusal) = no_room(&session.document, session.live.particles) {
        return vec![refusal];
    }
    let document = &session.document;
    let moment = Savepoint {
        name: String::new(),
        live: document.world.live,
        swings: document.world.swings.clone(),
        rule: session.live.playing_rule.as_ref().map(|rule| rule.mark()),
        flow: document
            .world
            .flows
            .chosen()
            .filter(|_| document.world.live.flow == FlowKind::Learned)
            .map(|f| f.net.clone()),
        swarm: Arc::default(),
    };
    vec![Effect::Live(LiveEffect::KeepMoment(MomentUse::Keep(Box::new(Keeping {
        serial: session.file.serial,
        moment,
    }))))]
}

/// The engine has sent the swarm, which may be a while after it was asked for.
pub(in crate::session) fn kept(session: &mut Session, keeping: Keeping, state: LiveState) -> Vec<Effect> {
    let document = &session.document;
    if keeping.serial != session.file.serial {
        let text =
            "The checkpoint was not saved: its scene was left before the swarm could be copied. Save it again there.";
        return vec![notify(Level::Warning, text)];
    }
    if let Some(refusal) = no_room(document, state.swarm.len()) {
        return vec![refusal];
    }
    let number = 1 + document.world.savepoints.len();
    let is_free = |name: &String| document.world.savepoints.iter().all(|moment| moment.name != *name);
    let names = (number..).map(|n| format!("Moment {n}"));
    let name = names.into_iter().find(is_free).unwrap_or_default();
    let text = format!("{name} is kept: a click on it below brings it back.");
    let moment = Savepoint { name, swarm: Arc::new(state.swarm), ..keeping.moment };
    let mut effects = if session.gesture_is_open() {
        session.new_revision();
        session
            .history
            .record_before_gesture(session.file.revision, |document| document.world.savepoints.push(moment.clone()));
        session.document.world.savepoints.push(moment);
        session.new_revision();
        Vec::new()
    } else {
        edit(session, None, |document| {
            document.world.savepoints.push(moment);
            true
        })
    };
    effects.push(notify(Level::Success, text));
    effects
}

/// Why another moment of so many particles cannot be kept, if so.
fn no_room(document: &SwarmProject, particles: usize) -> Option<Effect> {
    let moments = &document.world.savepoints;
    if moments.len() >= MAX_SAVEPOINTS {
        return Some(notify(Level::Warning, format!("{MAX_SAVEPOINTS} checkpoints are the limit: delete one first.")));
    }
    let all = particles + moments.iter().map(|moment| moment.swarm.len()).sum::<usize>();
    (all > MAX_KEPT_PARTICLES).then(|| {
        let text = format!(
            "The moments of a scene would have {all} particles with this one, and {MAX_KEPT_PARTICLES} are the most that its \
             file can hold: delete one first, or live with fewer particles."
        );
        notify(Level::Warning, text)
    })
}

/// The engine has sent the swarm that a step of the history replaced. Where undo was quicker, it is restored now.
pub(in crate::session) fn replaced(session: &mut Session, step: u64, swarm: Arc<Swarm>) -> Vec<Effect> {
    session.history.remember_swarm(step, swarm.clone());
    if session.live.awaited != Some(step) {
        return Vec::new();
    }
    bring_back(session, Replaced::Known(swarm))
}

/// Restores an earlier swarm if the rule still knows its species; at once, or when the engine has sent it.
pub(in crate::session) fn bring_back(session: &mut Session, swarm: Replaced) -> Vec<Effect> {
    session.live.awaited = None;
    match swarm {
        Replaced::Known(swarm) if unknown_species(session, &swarm).is_none() => {
            start::upload(session, |_, _| Ok((*swarm).clone()), None)
        }
        Replaced::Known(_) => Vec::new(),
        Replaced::Awaited(step) => {
            session.live.awaited = Some(step);
            Vec::new()
        }
    }
}

/// A species of `swarm` that the rule in the engine does not know.
fn unknown_species(session: &Session, swarm: &Swarm) -> Option<u8> {
    let known = session.live.playing_rule.as_ref().map_or(0, |rule| rule.energy.shape.species);
    swarm.particles.iter().map(|p| p.species).max().filter(|&species| usize::from(species) >= known)
}

/// Swarm, settings and motion as they were, as one step of the history.
pub(in crate::session) fn return_to(session: &mut Session, index: usize) -> Vec<Effect> {
    let Some(moment) = session.document.world.savepoints.get(index).cloned() else { return Vec::new() };
    if !session.has_rule() {
        return vec![notify(Level::Info, "Nothing lives here yet: paint a picture, then press Learn.")];
    }
    if let Some(species) = unknown_species(session, &moment.swarm) {
        let text = format!(
            "{} has species {}, which the present rule does not know: paint with it and learn again, or undo to the rule \
             that knew it.",
            moment.name,
            species + 1
        );
        return vec![notify(Level::Warning, text)];
    }
    let said = what_differs(session, &moment);
    let before = session.moment();
    let flows_are_free = flows::are_free(session);
    session.history.end_gesture();
    let changed = edit(session, None, |document| {
        let before = (document.world.live, document.world.swings.clone(), document.world.flows.chosen);
        let flow = place_of_flow(document, &moment);
        if let Some(k) = flow.filter(|&k| flows_are_free && k != document.world.flows.chosen) {
            document.world.flows.chosen = k;
            flows::play_chosen(document);
        }
        (document.world.live, document.world.swings) = (moment.live, moment.swings.clone());
        before != (document.world.live, document.world.swings.clone(), document.world.flows.chosen)
    });
    if session.file.revision == before.revision {
        // Only the swarm is another one: that can be undone, too.
        session.history.record_edit(before, None);
    }
    let step = session.history.replaced_swarm(moment.swarm.clone());
    session.live.swing_ticks = 0;
    let mut effects = vec![Effect::Live(LiveEffect::KeepMoment(MomentUse::Undo(step)))];
    effects.extend(changed);
    effects.extend(start::upload(session, |_, _| Ok((*moment.swarm).clone()), None));
    effects.extend(said.map(|text| notify(Level::Info, text)));
    effects
}

fn place_of_flow(document: &SwarmProject, moment: &Savepoint) -> Option<usize> {
    let net = moment.flow.as_ref()?;
    document.world.flows.list.iter().position(|flow| Arc::ptr_eq(&flow.net, net))
}

/// Why the swarm will not live exactly as it did, if so.
fn what_differs(session: &Session, moment: &Savepoint) -> Option<String> {
    let name = &moment.name;
    let document = &session.document;
    let present = session.live.playing_rule.as_ref().map(|rule| rule.mark());
    if moment.rule.is_some() && moment.rule != present {
        return Some(format!("{name} was saved under another rule than the present one, which the swarm keeps."));
    }
    let moved_by_flow = moment.live.flow == FlowKind::Learned && moment.flow.is_some();
    match place_of_flow(document, moment) {
        None if moved_by_flow => Some(format!(
            "The motion of {name} is not among the rules of this picture any more: the swarm keeps the present one."
        )),
        Some(k) if k != document.world.flows.chosen && !flows::are_free(session) => Some(format!(
            "The motion of {name} cannot be picked while the pattern is being learned: the swarm keeps the present one."
        )),
        _ => None,
    }
}

pub(in crate::session) fn rename(session: &mut Session, merge: Option<Kind>, index: usize, name: &str) -> Vec<Effect> {
    edit(session, merge, |document| {
        let Some(moment) = document.world.savepoints.get_mut(index) else { return false };
        let name: String = name.chars().take(MAX_NAME).collect();
        let is_new = moment.name != name;
        moment.name = name;
        is_new
    })
}

pub(in crate::session) fn delete(session: &mut Session, index: usize) -> Vec<Effect> {
    edit(session, None, |document| {
        let is_there = index < document.world.savepoints.len();
        if is_there {
            document.world.savepoints.remove(index);
        }
        is_there
    })
}
