//! Kept moments: living swarms with their settings, to come back to.

use std::mem::Discriminant;
use std::sync::Arc;

use super::apply::{edit, notify};
use super::command::{Command, Effect, Level};
use super::flows;
use super::start;
use super::state::Session;
use crate::rule::FlowKind;
use crate::scene::{LiveState, MAX_SAVEPOINTS, Savepoint};

/// Longest name, characters.
const MAX_NAME: usize = 40;

pub(super) fn keep(session: &mut Session) -> Vec<Effect> {
    if !session.has_rule() || session.live.particles == 0 {
        return vec![notify(Level::Info, "Nothing lives here yet: paint a picture, then press Learn.")];
    }
    if session.document.savepoints.len() >= MAX_SAVEPOINTS {
        return vec![notify(Level::Warning, format!("{MAX_SAVEPOINTS} moments are the most: delete one first."))];
    }
    vec![Effect::KeepMoment]
}

/// The engine has told how things stand.
pub(super) fn kept(session: &mut Session, state: LiveState) -> Vec<Effect> {
    let document = &session.document;
    let number = 1 + document.savepoints.len();
    let is_free = |name: &String| document.savepoints.iter().all(|moment| moment.name != *name);
    let names = (number..).map(|n| format!("Moment {n}"));
    let name = names.into_iter().find(is_free).unwrap_or_default();
    let flow = document.flows.chosen().filter(|_| document.live.flow == FlowKind::Learned).map(|f| f.net.clone());
    let moment = Savepoint { name: name.clone(), live: document.live, flow, swarm: Arc::new(state.swarm) };
    session.history.end_gesture();
    let mut effects = edit(session, None, |document| {
        document.savepoints.push(moment);
        true
    });
    effects.push(notify(Level::Success, format!("{name} is kept: a click on it below brings it back.")));
    effects
}

pub(super) fn return_to(session: &mut Session, index: usize) -> Vec<Effect> {
    let Some(moment) = session.document.savepoints.get(index).cloned() else { return Vec::new() };
    if !session.has_rule() {
        return vec![notify(Level::Info, "Nothing lives here yet: paint a picture, then press Learn.")];
    }
    let flows_are_free = flows::are_free(session);
    let mut effects = edit(session, None, |document| {
        let before = (document.live, document.flows.chosen);
        let list = &document.flows.list;
        let flow = moment.flow.as_ref().and_then(|net| list.iter().position(|f| Arc::ptr_eq(&f.net, net)));
        if let Some(k) = flow.filter(|&k| flows_are_free && k != document.flows.chosen) {
            document.flows.chosen = k;
            flows::play_chosen(document);
        }
        document.live = moment.live;
        before != (document.live, document.flows.chosen)
    });
    session.live.swings.clear();
    effects.extend(start::upload(session, |_, _| Ok((*moment.swarm).clone()), None));
    effects
}

pub(super) fn rename(
    session: &mut Session,
    merge: Option<Discriminant<Command>>,
    index: usize,
    name: &str,
) -> Vec<Effect> {
    edit(session, merge, |document| {
        let Some(moment) = document.savepoints.get_mut(index) else { return false };
        let name: String = name.chars().take(MAX_NAME).collect();
        let is_new = moment.name != name;
        moment.name = name;
        is_new
    })
}

pub(super) fn delete(session: &mut Session, index: usize) -> Vec<Effect> {
    edit(session, None, |document| {
        let is_there = index < document.savepoints.len();
        if is_there {
            document.savepoints.remove(index);
        }
        is_there
    })
}
