//! The rules of the picture: its learned flows over one energy, and what can be done with them.

use std::sync::Arc;

use super::training::TrainingState;
use crate::scene::SwarmProject;
use crate::session::command::notify;
use crate::session::command::{Effect, Kind, LearnEffect, Level, TrainingRequest};
use crate::session::document::edit::edit;
use crate::session::learning::command::learnable;
use crate::session::state::Session;
use crate::worlds::swarm::doc::{FlowNumbers, LearnedFlow, MAX_FLOWS};
use crate::worlds::swarm::rule::{FlowKind, LocalNet, Rule};
use crate::worlds::swarm::train::{Drive, TrainingSettings};

/// Longest name of a flow, characters.
const MAX_NAME: usize = 40;

/// Whether the list may be changed: a run that learns the energy itself holds on to its flow.
pub(in crate::session) fn are_free(session: &Session) -> bool {
    !session.learning.training.state.is_active() || session.learning.another_flow.is_some()
}

/// Changes the list as one step of the history.
fn change(session: &mut Session, merge: Option<Kind>, change: impl FnOnce(&mut SwarmProject) -> bool) -> Vec<Effect> {
    if are_free(session) {
        edit(session, merge, change)
    } else {
        vec![notify(Level::Info, "The pattern itself is being learned: wait for it, or stop it first.")]
    }
}

/// Puts the chosen flow of the list into the rule, and lets it play.
pub(in crate::session) fn play_chosen(document: &mut SwarmProject) {
    let Some(rule) = &document.world.rule else { return };
    let flow = document.world.flows.chosen().map(|flow| (*flow.net).clone());
    document.world.live.flow = if flow.is_some() { FlowKind::Learned } else { FlowKind::Exact };
    document.world.rule = Some(Arc::new(Rule { flow, ..(**rule).clone() }));
    // The measurements are of the flow that played.
    document.world.evidence = None;
}

pub(in crate::session) fn pick(session: &mut Session, index: usize) -> Vec<Effect> {
    let document = &session.document;
    let plays = document.world.flows.chosen == index && document.world.live.flow == FlowKind::Learned;
    if plays || index >= document.world.flows.list.len() {
        return Vec::new();
    }
    change(session, None, |document| {
        document.world.flows.chosen = index;
        play_chosen(document);
        true
    })
}

pub(in crate::session) fn rename(session: &mut Session, merge: Option<Kind>, index: usize, name: &str) -> Vec<Effect> {
    change(session, merge, |document| {
        let Some(flow) = document.world.flows.list.get_mut(index) else { return false };
        let name: String = name.chars().take(MAX_NAME).collect();
        let is_new = flow.name != name;
        flow.name = name;
        is_new
    })
}

pub(in crate::session) fn delete(session: &mut Session, index: usize) -> Vec<Effect> {
    change(session, None, |document| {
        let flows = &mut document.world.flows;
        if index >= flows.list.len() {
            return false;
        }
        flows.list.remove(index);
        if index == flows.chosen {
            flows.chosen = index.min(flows.list.len().saturating_sub(1));
            play_chosen(document);
        } else if index < flows.chosen {
            flows.chosen -= 1;
        }
        true
    })
}

/// (1 - share) of flow `a` and `share` of flow `b` as a new flow, which plays.
pub(in crate::session) fn blend(session: &mut Session, a: usize, b: usize, share: f64) -> Vec<Effect> {
    let list = &session.document.world.flows.list;
    let (Some(first), Some(second)) = (list.get(a), list.get(b)) else { return Vec::new() };
    if a == b || !share.is_finite() {
        return Vec::new();
    }
    let share = share.clamp(0.0, 1.0);
    let percent = (100.0 * share).round();
    let name: String = format!("{} + {percent} % {}", first.name, second.name).chars().take(MAX_NAME).collect();
    let net = match first.net.blend(&second.net, share) {
        Ok(net) => net,
        Err(why) => return vec![notify(Level::Warning, format!("{why}."))],
    };
    let flow = LearnedFlow { name, ..LearnedFlow::new(net, first.seed, first.drive) };
    add(session, flow)
}

/// One more flow at the end of the list, which plays.
fn add(session: &mut Session, flow: LearnedFlow) -> Vec<Effect> {
    if session.document.world.flows.list.len() >= MAX_FLOWS {
        return vec![notify(Level::Warning, format!("{MAX_FLOWS} rules are the limit: delete one first."))];
    }
    change(session, None, |document| {
        document.world.flows.chosen = document.world.flows.list.len();
        document.world.flows.list.push(flow);
        play_chosen(document);
        true
    })
}

/// Learns another flow for the present energy; without a choice the next seed and the drive of the settings.
pub(in crate::session) fn learn_another(session: &mut Session, choice: Option<(u64, Drive)>) -> Vec<Effect> {
    if session.learning.training.state.is_active() {
        return vec![notify(Level::Info, "Something is being learned already: wait for it, or stop it first.")];
    }
    let Some(rule) = session.document.world.rule.clone() else {
        return vec![notify(Level::Warning, "There is no rule yet: press Start learning first.")];
    };
    if session.document.world.flows.list.len() >= MAX_FLOWS {
        return vec![notify(Level::Warning, format!("{MAX_FLOWS} rules are the limit: delete one first."))];
    }
    if let Err(refusal) = learnable(session) {
        return refusal;
    }
    let document = &session.document;
    if document.world.stills().species_count() > rule.energy.shape.species {
        let why = "The picture has a species that the rule does not know: press Learn on first.";
        return vec![notify(Level::Warning, why)];
    }
    let (seed, drive) = choice.unwrap_or((document.world.flows.next_seed(), document.world.training.drive));
    let request = TrainingRequest {
        run: session.learning.training.begin(),
        stills: document.world.stills(),
        ensemble: document.world.ensemble,
        settings: TrainingSettings { seed, drive, flow: FlowKind::Learned, ..document.world.training },
        start: Some(rule),
        another_flow: true,
    };
    session.learning.another_flow = Some(AnotherFlow { seed, drive, newest: None });
    vec![Effect::Learn(LearnEffect::Start(Box::new(request)))]
}

/// A flow in the making beside those that the picture has.
#[derive(Clone, Debug)]
pub(in crate::session) struct AnotherFlow {
    pub seed: u64,
    pub drive: Drive,
    pub newest: Option<Arc<Rule>>,
}

/// The run that made another flow has ended: what it learned joins the list. How it ended is in the training state.
pub(in crate::session) fn arrived(session: &mut Session) -> Vec<Effect> {
    let Some(AnotherFlow { seed, drive, newest }) = session.learning.another_flow.take() else { return Vec::new() };
    let learned = newest.and_then(|rule| rule.flow.clone());
    let (Some(net), TrainingState::Finished { early }) = (learned, session.learning.training.state.clone()) else {
        return Vec::new();
    };
    session.history.end_gesture();
    let mut effects = add(session, LearnedFlow::new(net, seed, drive));
    let how = if early { "Stopped; what it learned so far" } else { "Another motion of the same pattern" };
    effects.push(notify(Level::Success, format!("{how} plays now. Pick one below.")));
    effects
}

/// A run that goes on, and has not come to the flow yet or is to learn none, keeps the present one.
pub(in crate::session) fn with_present_flow(document: &SwarmProject, rule: Arc<Rule>) -> Arc<Rule> {
    match document.world.flows.chosen() {
        Some(flow) if rule.flow.is_none() => {
            let net = flow.net.with_species(rule.energy.shape.species);
            Arc::new(Rule { flow: Some(net), ..(*rule).clone() })
        }
        _ => rule,
    }
}

/// The list after a run of the whole rule has brought new weights.
pub(in crate::session) fn follow_rule(document: &mut SwarmProject, rule: &Rule, fresh: bool) {
    let settings = &document.world.training;
    let flows = &mut document.world.flows;
    if fresh {
        // The flows of the old energy do not keep the pattern of the new one.
        flows.list.clear();
        flows.chosen = 0;
    }
    match &rule.flow {
        Some(net) if flows.list.is_empty() => {
            flows.list.push(LearnedFlow::new(net.clone(), settings.seed, settings.drive));
        }
        _ => flows.learned_on(rule),
    }
}

/// The measured numbers of a network, wherever it is in the list. No edit: they follow from what is there.
pub(in crate::session) fn measured(session: &mut Session, net: &Arc<LocalNet>, numbers: FlowNumbers) {
    for flow in session.document.world.flows.list.iter_mut().filter(|flow| Arc::ptr_eq(&flow.net, net)) {
        flow.numbers = Some(numbers);
    }
}
