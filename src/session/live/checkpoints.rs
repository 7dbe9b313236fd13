//! Checkpoints: live swarms that are saved in the scene with their settings.

use std::sync::Arc;

use super::start;
use crate::scene::SwarmProject;
use crate::session::command::notify;
use crate::session::command::{CheckpointUse, Effect, Keeping, Kind, Level, LiveEffect};
use crate::session::document::edit::edit;
use crate::session::document::history::Replaced;
use crate::session::learning::flows;
use crate::session::state::Session;
use crate::worlds::swarm::doc::{Checkpoint, LiveState, MAX_CHECKPOINTS, MAX_KEPT_PARTICLES};
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
    let checkpoint = Checkpoint {
        name: String::new(),
        live: document.world.live,
        swings: document.world.swings.clone(),
        rule: session.live.playing_rule.as_ref().map(|rule| rule.fingerprint()),
        flow: document
            .world
            .flows
            .chosen()
            .filter(|_| document.world.live.flow == FlowKind::Learned)
            .map(|f| f.net.clone()),
        swarm: Arc::default(),
    };
    vec![Effect::Live(LiveEffect::SaveCheckpoint(CheckpointUse::Keep(Box::new(Keeping {
        serial: session.file.serial,
        checkpoint,
    }))))]
}

/// The engine has sent the swarm, which may be some time after the request.
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
    let number = 1 + document.world.checkpoints.len();
    let is_free = |name: &String| document.world.checkpoints.iter().all(|checkpoint| checkpoint.name != *name);
    let names = (number..).map(|n| format!("Checkpoint {n}"));
    let name = names.into_iter().find(is_free).unwrap_or_default();
    let text = format!("{name} is saved: click it below to restore it.");
    let checkpoint = Checkpoint { name, swarm: Arc::new(state.swarm), ..keeping.checkpoint };
    let mut effects = if session.gesture_is_open() {
        session.new_revision();
        session.history.record_before_gesture(session.file.revision, |document| {
            document.world.checkpoints.push(checkpoint.clone())
        });
        session.document.world.checkpoints.push(checkpoint);
        session.new_revision();
        Vec::new()
    } else {
        edit(session, None, |document| {
            document.world.checkpoints.push(checkpoint);
            true
        })
    };
    effects.push(notify(Level::Success, text));
    effects
}

/// Why another checkpoint of so many particles cannot be saved, if so.
fn no_room(document: &SwarmProject, particles: usize) -> Option<Effect> {
    let checkpoints = &document.world.checkpoints;
    if checkpoints.len() >= MAX_CHECKPOINTS {
        return Some(notify(Level::Warning, format!("{MAX_CHECKPOINTS} checkpoints are the limit: delete one first.")));
    }
    let all = particles + checkpoints.iter().map(|checkpoint| checkpoint.swarm.len()).sum::<usize>();
    (all > MAX_KEPT_PARTICLES).then(|| {
        let text = format!(
            "The checkpoints of a scene would have {all} particles with this one, and its file can hold {MAX_KEPT_PARTICLES}: \
             delete one first, or use fewer particles."
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
            start::upload(session, |_, _| Ok((*swarm).clone()), 0)
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
    let Some(checkpoint) = session.document.world.checkpoints.get(index).cloned() else { return Vec::new() };
    if !session.has_rule() {
        return vec![notify(Level::Info, "Nothing lives here yet: paint a picture, then press Learn.")];
    }
    if let Some(species) = unknown_species(session, &checkpoint.swarm) {
        let text = format!(
            "{} has species {}, which the present rule does not know: paint with it and learn again, or undo to the rule \
             that knew it.",
            checkpoint.name,
            species + 1
        );
        return vec![notify(Level::Warning, text)];
    }
    let difference = what_differs(session, &checkpoint);
    let before = session.undo_state();
    let flows_are_free = flows::are_free(session);
    session.history.end_gesture();
    let changed = edit(session, None, |document| {
        let before = (document.world.live, document.world.swings.clone(), document.world.flows.chosen);
        let flow = place_of_flow(document, &checkpoint);
        if let Some(k) = flow.filter(|&k| flows_are_free && k != document.world.flows.chosen) {
            document.world.flows.chosen = k;
            flows::play_chosen(document);
        }
        (document.world.live, document.world.swings) = (checkpoint.live, checkpoint.swings.clone());
        before != (document.world.live, document.world.swings.clone(), document.world.flows.chosen)
    });
    if session.file.revision == before.revision {
        // Only the swarm is another one: that can be undone, too.
        session.history.record_edit(before, None);
    }
    let step = session.history.replaced_swarm(checkpoint.swarm.clone());
    session.live.swing_ticks = 0;
    let mut effects = vec![Effect::Live(LiveEffect::SaveCheckpoint(CheckpointUse::Undo(step)))];
    effects.extend(changed);
    effects.extend(start::upload(session, |_, _| Ok((*checkpoint.swarm).clone()), 0));
    effects.extend(difference.map(|text| notify(Level::Info, text)));
    effects
}

fn place_of_flow(document: &SwarmProject, checkpoint: &Checkpoint) -> Option<usize> {
    let net = checkpoint.flow.as_ref()?;
    document.world.flows.list.iter().position(|flow| Arc::ptr_eq(&flow.net, net))
}

/// Why the swarm will not live exactly as it did, if so.
fn what_differs(session: &Session, checkpoint: &Checkpoint) -> Option<String> {
    let name = &checkpoint.name;
    let document = &session.document;
    let present = session.live.playing_rule.as_ref().map(|rule| rule.fingerprint());
    if checkpoint.rule.is_some() && checkpoint.rule != present {
        return Some(format!("{name} was saved under another rule than the present one, which the swarm keeps."));
    }
    let moved_by_flow = checkpoint.live.flow == FlowKind::Learned && checkpoint.flow.is_some();
    match place_of_flow(document, checkpoint) {
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
        let Some(checkpoint) = document.world.checkpoints.get_mut(index) else { return false };
        let name: String = name.chars().take(MAX_NAME).collect();
        let is_new = checkpoint.name != name;
        checkpoint.name = name;
        is_new
    })
}

pub(in crate::session) fn delete(session: &mut Session, index: usize) -> Vec<Effect> {
    edit(session, None, |document| {
        let is_there = index < document.world.checkpoints.len();
        if is_there {
            document.world.checkpoints.remove(index);
        }
        is_there
    })
}
