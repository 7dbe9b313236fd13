//! What comes back from files, the trainer and the engine, and what happens in a frame.

use std::path::Path;
use std::sync::Arc;

use super::command::{Effect, EngineOrder, Event, Level, MomentUse, Place, RuleRole, RunId, SceneSource};
use super::learning::flows;
use super::learning::pace;
use super::learning::takeover;
use super::learning::training::TrainingState;
use super::live::brush;
use super::live::moments;
use super::live::start;
use super::live::swarm;
use super::live::view::Fade;
use super::observing::certificate;
use super::observing::truth;
use super::painting;
use super::sharing;
use super::sharing::import_sheet;
use super::state::Session;
use crate::jobs;
use crate::scene::{SwarmProject, film_note, is_picture_name};
use crate::session::command::notify;
use crate::session::document::edit::forget_measurements;
use crate::session::document::edit::replace;
use crate::worlds::swarm::picture::Stills;
use crate::worlds::swarm::rule::{FlowKind, GROW_STEPS, Rule};

/// What is said when particles cannot go on.
const FAULTS: &str = "Some particles cannot go on: their next places are no numbers. Lower the strength, the knobs or the \
                      time step, then press Restart.";

/// What is said when time does not go back any further.
const NO_PAST: &str = "This is as far back as there is memory: it begins with the swarm, and anew when a rule with other \
                       species or temperatures takes over.";

pub(super) fn on_event(session: &mut Session, event: Event) -> Vec<Effect> {
    match event {
        Event::Opened { source, result: Ok(document) } => {
            let path = match source {
                SceneSource::File(path) => Some(path),
                // A bundled scene is opened as a copy, so that Save asks for a name.
                SceneSource::Bundled(_) => None,
            };
            replace(session, *document, path, true)
        }
        Event::Imported { path, result: Ok(stills) } => imported(session, &path, stills),
        Event::ImportRead(reading) => import_sheet::arrived(session, *reading),
        Event::Saved { path, revision, result: Ok(()) } => {
            let note = film_note(&session.document.world.film).filter(|_| !is_picture_name(&path));
            let text =
                [Some(format!("Saved {}", path.display())), note].into_iter().flatten().collect::<Vec<_>>().join(". ");
            if session.file.saving.pop_front() == Some(session.file.serial) {
                session.file.path = Some(path);
                session.file.saved_revision = revision;
            }
            let mut effects = vec![notify(Level::Success, text)];
            // What was left before is still to be decided on.
            if session.file.asks_before_quitting && !session.is_dirty() && session.left_unsaved().is_empty() {
                effects.push(Effect::Quit);
            }
            effects
        }
        Event::Saved { result: Err(why), .. } => {
            session.file.saving.pop_front();
            vec![notify(
                Level::Error,
                format!("{why}. Nothing is lost: Ctrl+Shift+S saves the scene in another place."),
            )]
        }
        Event::Opened { result: Err(why), .. } | Event::Imported { result: Err(why), .. } => {
            vec![notify(Level::Error, why)]
        }
        Event::Share(event) => sharing::on_event(session, event),
        Event::Training { run, event } => on_training(session, run, event),
        Event::NewRule { run, rule } => on_rule(session, run, rule),
        Event::FlowMeasured { net, numbers } => {
            flows::measured(session, &net, numbers);
            Vec::new()
        }
        Event::PaceMeasured { key, pace } => {
            pace::measured(session, &key, pace);
            Vec::new()
        }
        Event::SwarmChanged { steps_back, particles, box_size_l } => {
            brush::changed(session, steps_back, particles, box_size_l);
            Vec::new()
        }
        Event::NothingBefore => {
            // Said once, however long the key is held.
            let told = std::mem::replace(&mut session.live.has_no_past, true);
            if told { Vec::new() } else { vec![notify(Level::Info, NO_PAST)] }
        }
        Event::MomentKept(MomentUse::Keep(keeping), state) => moments::kept(session, *keeping, *state),
        Event::MomentKept(MomentUse::Undo(step), state) => moments::replaced(session, step, Arc::new(state.swarm)),
        Event::Following(index) => {
            session.live.following = index;
            Vec::new()
        }
        Event::Stippled { request, result } => {
            painting::stippled(session, &request, result);
            Vec::new()
        }
        Event::Observed(reading) => {
            session.observing.observation.take(*reading);
            Vec::new()
        }
        Event::SpeedMeasured(speed) => {
            let told = std::mem::replace(&mut session.live.has_faults, speed.faults > 0);
            session.observing.observation.take_speed(&speed);
            if session.live.has_faults && !told { vec![notify(Level::Warning, FAULTS)] } else { Vec::new() }
        }
        Event::RuleMeasured { run, role, step, result } if run == session.learning.training.run => {
            takeover::measured(session, role, step, result)
        }
        Event::RuleMeasured { .. } => Vec::new(),
        Event::CertificateProgress { run, phase, share } => {
            certificate::progress(session, run, phase, share);
            Vec::new()
        }
        Event::Certified { run, result } => certificate::arrived(session, run, result.map(|found| *found)),
        Event::TruthMeasured { run, result } => {
            truth::arrived(session, run, result.map(|found| *found));
            Vec::new()
        }
        Event::Trouble(why) => vec![notify(Level::Error, why)],
        Event::PrefsRead(prefs) => {
            session.prefs = prefs.made_usable();
            Vec::new()
        }
        Event::StampsRead(stamps) => {
            session.painting.library.own = stamps;
            Vec::new()
        }
        Event::EngineFailed(why) => {
            session.live.playing = false;
            vec![notify(Level::Error, why)]
        }
    }
}

/// What was read becomes the picture of a new scene.
pub(super) fn imported(session: &mut Session, path: &Path, stills: Stills) -> Vec<Effect> {
    let title = path.file_stem().map_or_else(|| "Imported".into(), |s| s.to_string_lossy().into_owned());
    let text = match stills.count() {
        1 => format!("{} particles imported.", stills.selected().particles.len()),
        count => format!("{count} snapshots imported: scroll through them below the picture."),
    };
    let mut document = SwarmProject { title, ..super::document::new_project() };
    document.world.set_stills(stills);
    let mut effects = replace(session, document, None, false);
    effects.push(notify(Level::Success, text));
    effects
}

fn on_training(session: &mut Session, run: RunId, event: jobs::Event) -> Vec<Effect> {
    if run != session.learning.training.run || !session.learning.training.take(event) {
        return Vec::new();
    }
    if session.learning.another_flow.is_some() && !session.learning.training.state.is_active() {
        let effects = flows::arrived(session);
        if !effects.is_empty() {
            return effects;
        }
    }
    let mut effects = Vec::new();
    if !session.learning.training.state.is_active() {
        // Good or not, the run's rule is the one of the scene now.
        effects.extend(takeover::switch(session));
    }
    match &session.learning.training.state {
        TrainingState::Finished { early: false } => {
            effects.push(takeover::farewell(session));
            effects.extend(certificate::begin(session, false));
        }
        TrainingState::Finished { early: true } => {
            effects.push(notify(Level::Info, "Stopped; the rule learned so far is kept."));
        }
        TrainingState::Failed(why) => effects.push(notify(Level::Error, why.clone())),
        TrainingState::Idle | TrainingState::Running | TrainingState::Paused => {}
    }
    effects
}

fn on_rule(session: &mut Session, run: RunId, rule: Arc<Rule>) -> Vec<Effect> {
    if run != session.learning.training.run || session.learning.training.state == TrainingState::Idle {
        return Vec::new();
    }
    if let Some(another) = &mut session.learning.another_flow {
        another.newest = Some(rule);
        return Vec::new();
    }
    let rule = if session.learning.run_goes_on { flows::with_present_flow(&session.document, rule) } else { rule };
    let is_anew = !session.learning.run_goes_on && !session.learning.run_has_spoken;
    if is_anew && session.document.world.rule.is_some() {
        // The old rule goes with its flows: undo brings them back.
        let before = session.moment();
        session.history.record_edit(before, None);
        session.learning.lineage = run;
    }
    let had_flow = session.document.world.rule.as_ref().is_some_and(|old| old.flow.is_some());
    let first_flow = rule.flow.is_some() && !(session.learning.run_is_live && had_flow);
    flows::follow_rule(&mut session.document, &rule, is_anew);
    session.learning.run_has_spoken = true;
    session.learning.learned += 1;
    let newest = rule.clone();
    session.document.world.rule = Some(rule);
    forget_measurements(&mut session.document);
    session.new_revision();
    if first_flow {
        // Whoever asked for a learned flow wants to see it.
        session.document.world.live.flow = FlowKind::Learned;
    }
    let measured = takeover::measure(session, &newest, RuleRole::New);
    if session.learning.held.is_some() {
        return vec![measured];
    }
    if session.live.fade.is_some_and(Fade::is_calming) {
        // The old one is about to halt; whatever is newest then takes over.
        return vec![measured];
    }
    let mut effects = vec![start::rule_order(session), measured];
    if session.learning.run_is_live {
        // A rule may come with another range of temperatures, or without the flow that the one before had.
        effects.push(start::settings_order(session));
    } else {
        session.learning.run_is_live = true;
        session.live.playing = true;
        effects.extend(start::upload(session, swarm::from_picture, None));
    }
    effects
}

pub(super) fn tick(session: &mut Session, most_steps: u32) -> Vec<Effect> {
    let mut effects: Vec<Effect> = pace::look(session).into_iter().chain(painting::look(session)).collect();
    effects.extend(certificate::follow(session));
    let asked = std::mem::take(&mut session.live.step_once);
    let something_lives = session.has_rule() && session.live.particles > 0;
    let steps = match (asked, session.live.playing && session.place != Place::Paint) {
        (true, _) => 1,
        (false, true) => session.live.steps_per_frame.min(most_steps),
        (false, false) => 0,
    };
    if steps == 0 || !something_lives {
        return effects;
    }
    if let Some(done) = session.live.growing {
        let done = done + steps;
        session.live.growing = (done < GROW_STEPS).then_some(done);
        effects.push(start::settings_order(session));
    }
    effects.extend(start::fade_on(session));
    if !session.document.world.swings.is_empty() {
        session.live.swing_ticks += 1;
        effects.push(start::settings_order(session));
    }
    session.live.steps += u64::from(steps);
    session.live.has_no_past = false;
    session.observing.observation.ran(steps);
    effects.push(Effect::Engine(EngineOrder::Run { steps }));
    effects
}
