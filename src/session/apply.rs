//! What each command does.

use std::mem::Discriminant;
use std::path::PathBuf;
use std::sync::Arc;

use super::command::{Command, Dialog, Effect, EngineOrder, Level, Place, RuleRole, SceneSource, TrainingRequest};
use super::document::history::{Destination, History, Moment};
use super::learning::flows;
use super::learning::takeover;
use super::learning::takeover::Held;
use super::learning::training::TrainingState;
use super::live::brush;
use super::live::moments;
use super::live::start;
use super::live::surprise;
use super::live::swarm;
use super::live::view::{MAX_STEPS_PER_FRAME, SPEEDS};
use super::observing::certificate;
use super::observing::truth;
use super::painting;
use super::painting::pen::MIN_SPACING;
use super::painting::picture;
use super::painting::snapshots;
use super::pointer::{pointer, release};
use super::prefs;
use super::sharing;
use super::sharing::import_sheet;
use super::state::Session;
use crate::scene::SwarmProject;
use crate::worlds::swarm::picture::{MAX_SPECIES, Snapshot};
use crate::worlds::swarm::rule::{LiveSettings, Rule, SWARM_KNOBS, Swings};

/// Most particles the live swarm may be asked to have.
pub(super) const MAX_PARTICLES: usize = 1_000_000;

/// Commands of one kind may be one step of the history.
pub(super) type Kind = Discriminant<Command>;

pub(super) fn apply(session: &mut Session, command: Command) -> Vec<Effect> {
    let merge = command.merges().then(|| std::mem::discriminant(&command));
    match command {
        Command::New => replace(session, super::document::new_project(), None, true),
        Command::Open(path) => vec![Effect::LoadScene(SceneSource::File(path))],
        Command::OpenBundled(name) => vec![Effect::LoadScene(SceneSource::Bundled(name))],
        Command::Import(path) => vec![Effect::ImportFile(path)],
        Command::ImportSheet(command) => import_sheet::on_command(session, command),
        Command::Save => match session.file.path.clone() {
            Some(path) => save(session, path),
            None => vec![Effect::Ask(Dialog::Name)],
        },
        Command::SaveAs(path) => save(session, path),
        Command::Share(command) => sharing::on_command(session, command),
        Command::Ask(dialog) => vec![Effect::Ask(dialog)],
        Command::SetTitle(title) => edit(session, merge, |d| set(&mut d.title, title)),
        Command::SetAuthor(author) => edit(session, merge, |d| set(&mut d.author, author)),
        Command::SetNotes(notes) => edit(session, merge, |d| set(&mut d.notes, notes)),
        Command::Quit if session.is_dirty() || !session.left_unsaved().is_empty() => {
            session.file.asks_before_quitting = true;
            Vec::new()
        }
        Command::Quit | Command::QuitUnsaved => vec![Effect::Quit],
        Command::StayHere => {
            session.file.asks_before_quitting = false;
            Vec::new()
        }
        Command::Undo => travel(session, History::undo),
        Command::Redo => travel(session, History::redo),
        // A key let go of in the middle of a stroke does not cut it in two.
        Command::EndGesture if session.is_drawing() => Vec::new(),
        Command::EndGesture => {
            session.history.end_gesture();
            Vec::new()
        }
        Command::SetPlace(place) => {
            let effects = release(session);
            session.place = place;
            effects
        }

        Command::View(view) => vec![Effect::View(view)],
        Command::Prefer(preference) => prefs::prefer(session, preference),
        Command::ToggleDenoised => edit(session, merge, |d| {
            d.world.live.denoised ^= true;
            true
        }),

        Command::SetTool(tool) => painting::take(session, tool),
        Command::SetEraserRadius(radius) => set_number(&mut session.painting.eraser_radius, radius, 0.05, 100.0),
        Command::SetSpacing(spacing) => set_number(&mut session.painting.spacing, spacing, MIN_SPACING, 100.0),
        Command::SetSpecies(species) => {
            session.painting.species = species.min(MAX_SPECIES as u8 - 1);
            painting::recolour(session, session.painting.species)
        }
        Command::SetPaint(options) => painting::set_options(session, options),
        Command::Hold(hand) => painting::hold(session, hand),
        Command::Selection(order) => painting::order(session, order),
        Command::Turn(by) => painting::turn(session, by, merge),
        Command::Resize(factor) => painting::resize(session, factor, merge),
        Command::Nudge(steps) => painting::nudge(session, steps, merge),
        Command::ToggleSymmetry => painting::toggle_symmetry(session),
        Command::ToggleSnap => painting::toggle_snap(session),
        Command::TakeStamp(source) => painting::take_stamp(session, &source),
        Command::RenameStamp(index, name) => painting::rename_stamp(session, index, &name),
        Command::DeleteStamp(index) => painting::delete_stamp(session, index),
        Command::BringBackStamp => painting::bring_back_stamp(session),
        Command::SetText(text) => {
            session.painting.text = text;
            Vec::new()
        }
        Command::OpenPicture(path) => painting::open_picture(session, path),
        Command::PlaceStamp => painting::place(session),
        Command::Copy => painting::copy(session),
        Command::Cut => painting::cut(session),
        Command::Paste => vec![Effect::ReadClipboard],
        Command::PasteText(text) => painting::paste_text(session, &text),
        Command::LetGo => painting::let_go(session),
        Command::Pointer(at) => pointer(session, at),
        Command::Paint(particle) => edit_picture(session, merge, |s| picture::add(s, &[particle])),
        Command::Stroke(particles) => edit_picture(session, merge, |s| picture::add(s, &particles)),
        Command::EraseAt { centre, radius } => edit_picture(session, merge, |s| picture::erase(s, centre, radius)),
        Command::MoveParticles { indices, by } => edit_picture(session, merge, |s| picture::translate(s, &indices, by)),
        Command::TurnParticles { indices, by } => {
            edit_picture(session, merge, |s| picture::change(s, &indices, |p| p.heading += by))
        }
        Command::RecolourParticles { indices, species } => {
            edit_picture(session, merge, |s| picture::change(s, &indices, |p| p.species = species))
        }
        Command::DeleteParticles(indices) => edit_picture(session, merge, |s| picture::delete(s, &indices)),
        Command::Clear => edit_picture(session, merge, |s| {
            let any = !s.particles.is_empty();
            s.particles.clear();
            any
        }),
        Command::SetBox(box_size) => edit_picture(session, merge, |s| picture::set_box(s, box_size)),
        Command::SetMode(mode) => edit_picture(session, merge, |s| set(&mut s.mode, mode)),
        Command::SetBoundary(boundary) => edit_picture(session, merge, |s| set(&mut s.boundary, boundary)),
        Command::SetEnsemble(mut ensemble) => {
            if !(ensemble.clearance_l.is_finite() && ensemble.cover.is_finite()) {
                return Vec::new();
            }
            ensemble.copies = ensemble.copies.max(1);
            ensemble.clearance_l = ensemble.clearance_l.clamp(0.0, 20.0);
            ensemble.cover = ensemble.cover.clamp(0.02, 0.6);
            edit(session, merge, |d| set(&mut d.world.ensemble, ensemble))
        }

        Command::Snapshot(command) => snapshots::on_command(session, command),

        Command::SetTraining(training) => edit(session, merge, |d| set(&mut d.world.training, training)),
        Command::StartLearning => learn(session, false),
        Command::ContinueLearning => learn(session, true),
        Command::PauseLearning if session.learning.training.state == TrainingState::Running => {
            session.learning.training.state = TrainingState::Paused;
            vec![Effect::PauseTraining(session.learning.training.run)]
        }
        Command::ResumeLearning if session.learning.training.state == TrainingState::Paused => {
            session.learning.training.state = TrainingState::Running;
            vec![Effect::ResumeTraining(session.learning.training.run)]
        }
        Command::StopLearning if session.learning.training.state.is_active() => {
            vec![Effect::StopTraining(session.learning.training.run)]
        }
        Command::PauseLearning | Command::ResumeLearning | Command::StopLearning => Vec::new(),
        Command::SetStopWhenSettled(wanted) => {
            session.learning.stops_when_settled = wanted;
            Vec::new()
        }
        Command::SwitchRule => takeover::switch(session),
        Command::LearnAnotherFlow(choice) => flows::learn_another(session, choice),
        Command::PickFlow(index) => flows::pick(session, index),
        Command::RenameFlow(index, name) => flows::rename(session, merge, index, &name),
        Command::DeleteFlow(index) => flows::delete(session, index),
        Command::BlendFlows { a, b, share } => flows::blend(session, a, b, share),

        Command::SetLive(live) => match usable(live) {
            Some(live) => edit(session, merge, |d| set(&mut d.world.live, live)),
            None => Vec::new(),
        },
        Command::SetParticles(particles) => {
            edit(session, merge, |d| set(&mut d.world.live_particles, particles.clamp(1, MAX_PARTICLES)))
        }
        Command::SetSpeed(steps) => {
            session.live.steps_per_frame = steps.clamp(1, MAX_STEPS_PER_FRAME);
            Vec::new()
        }
        Command::Play => play(session, true),
        Command::Pause => play(session, false),
        Command::TogglePlay => play(session, !session.live.playing),
        Command::Step => {
            session.live.step_once = true;
            play(session, false)
        }
        Command::Grow => {
            let effects = start::upload(session, swarm::uniform, Some(0));
            session.live.playing = true;
            effects
        }
        Command::RestartFromSnapshot => start::upload(session, swarm::from_picture, None),
        Command::Randomise | Command::RandomiseHeadings | Command::RandomiseSpecies => {
            brush::randomise(session, &command)
        }
        Command::SurpriseMe => surprise::apply(session),
        Command::SetBrush(brush) => {
            let effects = release(session);
            session.live.brush = brush;
            effects
        }
        Command::SetBrushRadius(radius) => brush::set_radius(session, radius),
        Command::WidenBrush => brush::set_radius(session, 1.15 * session.live.brush_radius_l),
        Command::NarrowBrush => brush::set_radius(session, session.live.brush_radius_l / 1.15),
        Command::StepBack if session.has_rule() && session.live.particles > 0 => {
            session.live.playing = false;
            vec![Effect::Engine(EngineOrder::Back { steps: 1 })]
        }
        Command::StepBack => Vec::new(),
        Command::Faster => {
            let now = session.live.steps_per_frame;
            session.live.steps_per_frame = SPEEDS.into_iter().find(|&s| s > now).unwrap_or(MAX_STEPS_PER_FRAME);
            Vec::new()
        }
        Command::Slower => {
            let now = session.live.steps_per_frame;
            session.live.steps_per_frame = SPEEDS.into_iter().rev().find(|&s| s < now).unwrap_or(1);
            Vec::new()
        }
        Command::Swing(knob, swing) => edit(session, merge, |document| {
            let before = document.world.swings.clone();
            document.world.swings.set(knob, swing);
            document.world.swings != before
        }),
        Command::RestAllKnobs => edit(session, None, |d| set(&mut d.world.swings, Swings::default())),
        Command::ResetMotion => edit(session, None, |document| {
            let LiveSettings { flow, denoised, .. } = document.world.live;
            let live = LiveSettings { flow, denoised, ..LiveSettings::default() };
            set(&mut document.world.swings, Swings::default()) | set(&mut document.world.live, live)
        }),
        Command::KeepMoment => moments::keep(session),
        Command::ReturnTo(index) => moments::return_to(session, index),
        Command::RenameMoment(index, name) => moments::rename(session, merge, index, &name),
        Command::DeleteMoment(index) => moments::delete(session, index),
        Command::FollowAt(at) => vec![Effect::Follow(at)],
        Command::StopFollowing => {
            session.live.following = None;
            Vec::new()
        }

        Command::Certify => certificate::begin(session, true),
        Command::CancelCertify => certificate::cancel(session),
        Command::MeasureTruth => truth::begin(session),
        Command::SavePlot(kind, path) => vec![Effect::SavePlot { path, chart: Box::new(session.chart(kind)) }],
    }
}

/// Sets a field; returns whether that changed it.
pub(super) fn set<T: PartialEq>(field: &mut T, value: T) -> bool {
    let changed = *field != value;
    *field = value;
    changed
}

/// Sets a number that is not part of the document; what is not finite is ignored.
fn set_number(field: &mut f64, value: f64, least: f64, most: f64) -> Vec<Effect> {
    if value.is_finite() {
        *field = value.clamp(least, most);
    }
    Vec::new()
}

fn play(session: &mut Session, playing: bool) -> Vec<Effect> {
    session.live.playing = playing;
    Vec::new()
}

pub(super) fn notify(level: Level, text: impl Into<String>) -> Effect {
    Effect::Notify { level, text: text.into() }
}

/// Changes the document as one step of the history (or as part of the open one, see [`Command::merges`]).
/// Nothing is recorded when `change` returns false.
pub(super) fn edit(
    session: &mut Session,
    merge: Option<Kind>,
    change: impl FnOnce(&mut SwarmProject) -> bool,
) -> Vec<Effect> {
    let before = session.moment();
    if !change(&mut session.document) {
        // `change` may have copied a shared part only to find nothing to do.
        session.document = before.document;
        return Vec::new();
    }
    let old = before.document.clone();
    painting::keep_selection(&mut session.painting.selection, &old.world.snapshot, &session.document.world.snapshot);
    session.new_revision();
    session.history.record_edit(before, merge);
    follow(session, &old)
}

/// [`edit`] for the picture.
pub(super) fn edit_picture(
    session: &mut Session,
    merge: Option<Kind>,
    change: impl FnOnce(&mut Snapshot) -> bool,
) -> Vec<Effect> {
    edit(session, merge, |document| {
        let changed = change(Arc::make_mut(&mut document.world.snapshot));
        if changed {
            document.world.evidence = None;
        }
        changed
    })
}

/// What was saved or measured of another rule or picture is true no more.
pub(super) fn forget_measurements(document: &mut SwarmProject) {
    document.world.state = None;
    document.world.evidence = None;
}

/// Brings warnings and engine in line after an edit, an undo or a redo within one document.
fn follow(session: &mut Session, old: &SwarmProject) -> Vec<Effect> {
    let new = &session.document;
    if !Arc::ptr_eq(&new.world.snapshot, &old.world.snapshot)
        || new.world.training.cutoff_l != old.world.training.cutoff_l
    {
        session.look_at_picture();
    }
    let particles_changed = session.document.world.live_particles != old.world.live_particles;
    let live_changed =
        session.document.world.live != old.world.live || session.document.world.swings != old.world.swings;
    if old.world.swings.is_empty() {
        session.live.swing_ticks = 0;
    }
    let mut effects = Vec::new();
    if !same(&session.document.world.rule, &old.world.rule) {
        effects.extend(start::change_rule(session, old.world.live.flow));
    } else if live_changed && !particles_changed {
        effects.push(start::settings_order(session));
    }
    if particles_changed && session.has_rule() {
        effects.extend(start::upload(session, swarm::from_picture, None));
    }
    effects
}

fn same(a: &Option<Arc<Rule>>, b: &Option<Arc<Rule>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// Puts another document in the place of this one, as one step of the history.
pub(super) fn replace(
    session: &mut Session,
    document: SwarmProject,
    path: Option<PathBuf>,
    saved: bool,
) -> Vec<Effect> {
    let before = session.moment();
    session.history.record_whole(before);
    session.document = document;
    session.file.path = path;
    session.new_revision();
    // Revision 0 is that of the first empty document, which no later one shares.
    session.file.saved_revision = if saved { session.file.revision } else { 0 };
    let effects = start::whole(session);
    session.place = if session.has_rule() { Place::Live } else { Place::Paint };
    effects
}

fn travel(session: &mut Session, step: fn(&mut History, Moment) -> Option<Destination>) -> Vec<Effect> {
    let mut effects = release(session);
    let now = session.moment();
    if let Some(Destination { moment, whole, swarm }) = step(&mut session.history, now) {
        effects.extend(return_to(session, moment, whole));
        if let Some(swarm) = swarm {
            effects.extend(moments::bring_back(session, swarm));
        }
    }
    effects
}

/// Brings back what was before the open gesture of this kind, as if it had never begun.
pub(super) fn give_up(session: &mut Session, merge: Option<Kind>) -> Vec<Effect> {
    match session.history.give_up(merge) {
        Some(moment) => return_to(session, moment, false),
        None => Vec::new(),
    }
}

fn return_to(session: &mut Session, moment: Moment, whole: bool) -> Vec<Effect> {
    let mut effects = Vec::new();
    let old = std::mem::replace(&mut session.document, moment.document);
    if !Arc::ptr_eq(&old.world.snapshot, &session.document.world.snapshot) {
        // What was selected in that picture.
        session.painting.selection = moment.selection;
    }
    if whole {
        session.file.path = moment.path;
        session.file.revision = moment.revision;
        session.file.saved_revision = moment.saved_revision;
        effects.extend(start::whole(session));
        return effects;
    }
    if moment.lineage != session.learning.lineage {
        // The step was that a rule was learned anew: the one before comes back with its flows.
        (session.learning.lineage, session.learning.learned) = (moment.lineage, moment.learned);
        if session.learning.training.state.is_active() {
            effects.push(Effect::StopTraining(session.learning.training.run));
        }
        session.learning.training.abandon();
        session.learning.another_flow = None;
    } else if moment.learned != session.learning.learned {
        // What a run has learned meanwhile is not undone with the picture.
        session.document.world.rule = old.world.rule.clone();
        session.document.world.flows = old.world.flows.clone();
    }
    if moment.learned == session.learning.learned {
        session.file.revision = moment.revision;
    } else {
        forget_measurements(&mut session.document);
        session.new_revision();
    }
    effects.extend(follow(session, &old));
    effects
}

fn save(session: &mut Session, path: PathBuf) -> Vec<Effect> {
    session.file.saving.push_back(session.file.serial);
    vec![Effect::SaveScene { path, document: Box::new(session.document.clone()), revision: session.file.revision }]
}

/// Refuses, with the reason, a picture that cannot be learned from.
pub(super) fn learnable(session: &Session) -> Result<(), Vec<Effect>> {
    match session.painting.warnings.iter().find(|w| w.blocks) {
        Some(warning) => Err(vec![notify(Level::Error, format!("{} {}", warning.text, warning.hint))]),
        None => Ok(()),
    }
}

fn learn(session: &mut Session, go_on: bool) -> Vec<Effect> {
    match session.learning.training.state {
        TrainingState::Running => return Vec::new(),
        TrainingState::Paused => return apply(session, Command::ResumeLearning),
        _ => {}
    }
    if let Err(refusal) = learnable(session) {
        return refusal;
    }
    if go_on && !session.has_rule() {
        return vec![notify(Level::Warning, "There is no rule to go on from yet: press Learn first.")];
    }
    let document = &session.document;
    let start = if go_on { document.world.rule.clone() } else { None };
    // The living swarm may stay when the unit of length stays: then its particles mean the same to the new rule.
    let same_unit = start.as_ref().is_some_and(|rule| rule.unit_length == session.taught_unit_length());
    let holds = takeover::may_play_on(session);
    session.learning.run_is_live = holds || (same_unit && session.live.particles > 0);
    let run = session.learning.training.begin();
    let request = TrainingRequest {
        run,
        stills: document.world.stills(),
        ensemble: document.world.ensemble,
        settings: document.world.training,
        start,
        another_flow: false,
    };
    (session.learning.run_goes_on, session.learning.run_has_spoken) = (go_on, false);
    session.learning.another_flow = None;
    let mut effects = release(session);
    session.place = Place::Learn;
    effects.extend(certificate::cancel(session));
    effects.push(Effect::StartTraining(Box::new(request)));
    if let (true, Some(old)) = (holds, session.live.playing_rule.clone()) {
        session.learning.held = Some(Held { old: None, new: None });
        effects.push(takeover::measure(session, &old, RuleRole::Old));
    }
    effects
}

/// Live settings folded into the range the integrator can use; `None` when a number is not finite.
pub(super) fn usable(mut live: LiveSettings) -> Option<LiveSettings> {
    for row in &SWARM_KNOBS {
        let [low, high] = row.bounds;
        for value in row.values_mut(&mut live) {
            if !value.is_finite() {
                return None;
            }
            *value = value.clamp(low, high);
        }
    }
    Some(live)
}
