//! The session itself.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rand::SeedableRng;
use rand::rngs::StdRng;

use super::command::{Command, Effect, Event, Place, RunId, Tool};
use super::document::history::{History, Moment};
use super::learning::flows::{self, AnotherFlow};
use super::learning::pace::PaceView;
use super::learning::takeover::Held;
use super::learning::training::TrainingView;
use super::live::view::LiveView;
use super::observing::certificate::CertificateView;
use super::observing::observation::Observation;
use super::observing::truth::TruthView;
use super::painting::Kit;
use super::painting::warnings::{Warning, warnings};
use super::pointer::Gesture;
use super::prefs::{self, Prefs};
use super::sharing::import_sheet::ImportSheet;
use crate::scene::SwarmProject;
use crate::worlds::swarm::picture::Snapshot;
use crate::worlds::swarm::rule::Rule;

/// The program without pixels. See the [module](super) for how a shell drives it.
#[derive(Debug)]
pub struct Session {
    pub(super) document: SwarmProject,
    pub(super) path: Option<PathBuf>,
    pub(super) revision: u64,
    pub(super) saved_revision: u64,
    /// The newest revision ever given.
    pub(super) newest_revision: u64,
    /// Names the document as a whole; another one (new, open, import) gets another number.
    pub(super) serial: u64,
    /// Serials of the documents whose saving is under way, oldest first: files are written in order.
    pub(super) saving: VecDeque<u64>,
    pub(super) history: History,
    pub(super) place: Place,
    pub(super) tool: Tool,
    pub(super) species: u8,
    pub(super) eraser_radius: f64,
    pub(super) spacing: f64,
    /// The pointer's gesture on the canvas.
    pub(super) gesture: Gesture,
    /// Settings of the tools, the selection, and what is in hand.
    pub(super) kit: Kit,
    pub(super) training: TrainingView,
    pub(super) pace: PaceView,
    /// The rule in the engine: that of the document, or the one that gives way to it.
    pub(super) playing_rule: Option<Arc<Rule>>,
    /// How often a run has brought new weights to the document.
    pub(super) learned: u64,
    /// The run that learned the rule anew, in the place of one with flows: that is a step of the history.
    pub(super) lineage: RunId,
    /// The present run learns a flow beside those of the picture.
    pub(super) another_flow: Option<AnotherFlow>,
    /// The present run goes on from the rule that was there.
    pub(super) run_goes_on: bool,
    /// It has brought weights to the document.
    pub(super) run_has_spoken: bool,
    /// The swarm of the run's picture has replaced the older one.
    pub(super) run_is_live: bool,
    /// The rule in the engine plays on until the one in the making is better.
    pub(super) held: Option<Held>,
    pub(super) stops_when_settled: bool,
    pub(super) observation: Observation,
    pub(super) certificate: CertificateView,
    pub(super) truth: TruthView,
    pub(super) live: LiveView,
    pub(super) asks_before_quitting: bool,
    pub(super) import_sheet: Option<ImportSheet>,
    /// Import sheets opened so far.
    pub(super) import_sheets: u64,
    pub(super) prefs: Prefs,
    /// ℓ of the picture and what is wrong with it, known anew after each change of the picture.
    pub(super) unit_length: f64,
    pub(super) warnings: Vec<Warning>,
    pub(super) rng: StdRng,
}

impl Default for Session {
    fn default() -> Self {
        Self::new(1)
    }
}

impl Session {
    /// An empty picture. `seed` is that of the swarms it makes.
    pub fn new(seed: u64) -> Self {
        let document = super::document::new_project();
        let unit_length = document.world.snapshot.unit_length();
        Self {
            unit_length,
            warnings: warnings(&document, &[], unit_length),
            kit: Kit::new(&document),
            document,
            path: None,
            revision: 0,
            saved_revision: 0,
            newest_revision: 0,
            serial: 0,
            saving: VecDeque::new(),
            history: History::default(),
            place: Place::default(),
            tool: Tool::default(),
            species: 0,
            eraser_radius: 0.8,
            spacing: 1.0,
            gesture: Gesture::None,
            training: TrainingView::default(),
            pace: PaceView::default(),
            playing_rule: None,
            learned: 0,
            lineage: 0,
            another_flow: None,
            run_goes_on: false,
            run_has_spoken: false,
            run_is_live: false,
            held: None,
            stops_when_settled: false,
            observation: Observation::default(),
            certificate: CertificateView::default(),
            truth: TruthView::default(),
            live: LiveView::default(),
            asks_before_quitting: false,
            import_sheet: None,
            import_sheets: 0,
            prefs: Prefs::default(),
            rng: StdRng::seed_from_u64(seed),
        }
    }

    pub fn document(&self) -> &SwarmProject {
        &self.document
    }

    pub fn snapshot(&self) -> &Arc<Snapshot> {
        &self.document.world.snapshot
    }

    /// The file the scene was opened from or saved to.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Something would be lost if the program ended now.
    pub fn is_dirty(&self) -> bool {
        self.revision != self.saved_revision
    }

    /// Titles of other scenes that were left with changes that are in no file; undo or redo leads back to them.
    pub fn left_unsaved(&self) -> Vec<&str> {
        let mut titles = Vec::new();
        for moment in self.history.left_unsaved().chain(self.history.ahead_unsaved()) {
            let title = moment.document.title.as_str();
            if moment.revision != self.revision && !titles.contains(&title) {
                titles.push(title);
            }
        }
        titles
    }

    /// The last scene that was left so: its document, its file and its revision.
    pub fn last_left(&self) -> Option<(&SwarmProject, Option<&Path>, u64)> {
        self.history.left_unsaved().next().map(|moment| (&moment.document, moment.path.as_deref(), moment.revision))
    }

    /// Changes whenever the document changes, and never repeats for another content.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Names the document as a whole: another one (new, opened, imported) has another number.
    pub fn serial(&self) -> u64 {
        self.serial
    }

    pub fn can_undo(&self) -> bool {
        self.history.can_undo()
    }

    pub fn can_redo(&self) -> bool {
        self.history.can_redo()
    }

    /// A drag is under way that [`Command::EndGesture`] should end.
    pub fn gesture_is_open(&self) -> bool {
        self.history.gesture_is_open()
    }

    pub fn place(&self) -> Place {
        self.place
    }

    pub fn tool(&self) -> Tool {
        self.tool
    }

    /// The species the pen paints with.
    pub fn species(&self) -> u8 {
        self.species
    }

    /// World units.
    pub fn eraser_radius(&self) -> f64 {
        self.eraser_radius
    }

    /// Distance between the particles of a stroke, world units.
    pub fn spacing(&self) -> f64 {
        self.spacing
    }

    pub fn training(&self) -> &TrainingView {
        &self.training
    }

    pub fn live(&self) -> &LiveView {
        &self.live
    }

    /// Temperatures that the rule was trained at, or will be, ℓ.
    pub fn sigma_range_l(&self) -> [f64; 2] {
        self.document.world.rule.as_ref().map_or(self.document.world.training.sigma_range_l, |rule| rule.sigma_range_l)
    }

    /// Time that goes by in one integration step now; `None` without a rule.
    pub fn time_step(&self) -> Option<f64> {
        let rule = self.playing_rule.as_ref()?;
        Some(crate::worlds::swarm::rule::time_step(rule, &super::live::start::settings(self)))
    }

    /// What was seen of the live swarm.
    pub fn observation(&self) -> &Observation {
        &self.observation
    }

    /// The old rule that plays on while another is learned in its place, if so.
    pub fn held(&self) -> Option<&Held> {
        self.held.as_ref()
    }

    /// A run ends by itself when its fidelity has settled.
    pub fn stops_when_settled(&self) -> bool {
        self.stops_when_settled
    }

    /// The rule in the engine.
    pub fn playing_rule(&self) -> Option<&Arc<Rule>> {
        self.playing_rule.as_ref()
    }

    /// ℓ of the picture, world units.
    pub fn unit_length(&self) -> f64 {
        self.unit_length
    }

    /// ℓ that a rule learned now would have: of all snapshots, world units.
    pub fn taught_unit_length(&self) -> f64 {
        let film = &self.document.world.film;
        if film.is_empty() { self.unit_length } else { film.unit_length() }
    }

    /// What is wrong or weak about the picture as teaching material.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The user asked to quit while something is unsaved; answered by `Save`, `QuitUnsaved` or `StayHere`.
    pub fn asks_before_quitting(&self) -> bool {
        self.asks_before_quitting
    }

    /// What the person prefers; kept between runs.
    pub fn prefs(&self) -> &Prefs {
        &self.prefs
    }

    /// Whether learning on from the present weights is possible: there is a rule.
    pub fn has_rule(&self) -> bool {
        self.document.world.rule.is_some()
    }

    /// Whether the rules of the picture may be picked, blended and deleted now.
    pub fn flows_are_free(&self) -> bool {
        flows::are_free(self)
    }

    /// Measures the picture anew.
    pub(super) fn look_at_picture(&mut self) {
        let neighbours = self.document.world.snapshot.neighbours();
        self.unit_length = self.document.world.snapshot.unit_length_among(&neighbours);
        self.warnings = warnings(&self.document, &neighbours, self.unit_length);
    }

    /// The document holds something new.
    pub(super) fn new_revision(&mut self) {
        self.newest_revision += 1;
        self.revision = self.newest_revision;
    }

    pub(super) fn moment(&self) -> Moment {
        Moment {
            document: self.document.clone(),
            path: self.path.clone(),
            revision: self.revision,
            saved_revision: self.saved_revision,
            selection: self.kit.selection.clone(),
            learned: self.learned,
            lineage: self.lineage,
        }
    }
}

impl Session {
    /// Does what the user asked for; the effects are for the shell, in order.
    pub fn apply(&mut self, command: Command) -> Vec<Effect> {
        let mut effects = prefs::notice(self, &command);
        effects.extend(super::apply::apply(self, command));
        effects
    }

    /// Takes what came back from files, the trainer or the engine.
    pub fn on_event(&mut self, event: Event) -> Vec<Effect> {
        super::events::on_event(self, event)
    }

    /// Once a frame: what the engine must run now, at most `most_steps` integration steps.
    pub fn tick(&mut self, most_steps: u32) -> Vec<Effect> {
        super::events::tick(self, most_steps)
    }
}
