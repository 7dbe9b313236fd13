//! The words between the session and the world: what a user does, what the shell must do; what it tells back
//! is an [`Event`].

use std::path::PathBuf;
use std::sync::Arc;

use crate::media::chart::Chart;
use crate::worlds::swarm::picture::{Boundary, Ensemble, Mode, Particle, Snapshot, Swarm, SwarmEdit};
use crate::worlds::swarm::rule::{Knob, LiveSettings, Rule, Swing};
use crate::worlds::swarm::train::{Drive, TrainingSettings};

pub use super::event::Event;
pub use super::live::brushes::Brush;
pub use super::live::view::Force;
use super::observing::charts::PlotKind;
use super::painting::snapshots::SnapshotCommand;
use super::painting::{Hand, PaintOptions, SelectionOrder, Stamp, StampSource, StippleRequest};
use super::prefs::{Preference, Prefs};
use super::sharing::import_sheet::{ImportCommand, ImportRequest};
use super::sharing::{ShareCommand, ShareOrder};
use crate::scene::SwarmProject;

use super::observing::truth::TruthRequest;
pub use super::painting::Tool;
pub use super::request::{
    CertificateRequest, Keeping, MomentUse, PaceKey, RuleRequest, RuleRole, Speed, TrainingRequest,
};
pub use super::sheets::{Dialog, ViewCommand};

/// Where the user is. The canvas shows the picture in `Paint` and the live swarm in the other two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Place {
    Paint,
    Learn,
    #[default]
    Live,
}

/// The primary pointer button on the canvas. Positions are world units over the picture, ℓ over the live swarm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pointer {
    Press([f64; 2]),
    Drag([f64; 2]),
    Release,
}

/// Everything a user can do.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Command {
    // Scene
    New,
    Open(PathBuf),
    OpenBundled(String),
    Import(PathBuf),
    /// In the sheet of a file that was read by assumptions.
    ImportSheet(ImportCommand),
    /// To the scene's own path; without one, asks for a name.
    Save,
    SaveAs(PathBuf),
    Share(ShareCommand),
    /// Opens a dialog or sheet of the shell.
    Ask(Dialog),
    SetTitle(String),
    SetAuthor(String),
    SetNotes(String),
    /// With something unsaved, here or in a scene that was left, asks first: see [`Command::QuitUnsaved`], [`Command::StayHere`], [`Command::Save`].
    Quit,
    QuitUnsaved,
    StayHere,
    Undo,
    Redo,
    /// The pointer was released: what comes next is a new step of the history.
    EndGesture,
    SetPlace(Place),
    /// Changes only what is seen.
    View(ViewCommand),
    /// Changes what is kept between runs; no part of the history.
    Prefer(Preference),
    /// Shows the particles with or without their noise.
    ToggleDenoised,

    // Paint
    SetTool(Tool),
    /// World units.
    SetEraserRadius(f64),
    /// Distance between the particles of a stroke, world units.
    SetSpacing(f64),
    /// The species that tools lay; a selection gets it too.
    SetSpecies(u8),
    /// The settings of the tools.
    SetPaint(PaintOptions),
    /// How the pointer is held: comes before its presses and drags.
    Hold(Hand),
    Selection(SelectionOrder),
    /// Turns what is in hand (selection, stamp, or the heading of the pen), radians counter-clockwise.
    Turn(f64),
    /// Makes what is in hand (selection, stamp, brush or spacing) so many times as large.
    Resize(f64),
    /// Moves the selection by steps to the right and up.
    Nudge([i8; 2]),
    ToggleSymmetry,
    ToggleSnap,
    TakeStamp(StampSource),
    /// One of the user's own.
    RenameStamp(usize, String),
    DeleteStamp(usize),
    /// The one that was deleted last.
    BringBackStamp,
    /// What the text tool writes.
    SetText(String),
    /// Shows how this image would be laid.
    OpenPicture(PathBuf),
    /// Lays what is in hand in the middle of the box.
    PlaceStamp,
    Copy,
    Cut,
    /// What lies in the clipboard.
    Paste,
    /// A table of particles, as text.
    PasteText(String),
    /// Drops what is being drawn, the selection, or the tool.
    LetGo,
    Pointer(Pointer),
    Paint(Particle),
    /// Consecutive strokes are one step of the history until [`Command::EndGesture`].
    Stroke(Vec<Particle>),
    /// World units.
    EraseAt {
        centre: [f64; 2],
        radius: f64,
    },
    MoveParticles {
        indices: Vec<usize>,
        by: [f64; 2],
    },
    /// Turns each particle on the spot, radians counter-clockwise.
    TurnParticles {
        indices: Vec<usize>,
        by: f64,
    },
    RecolourParticles {
        indices: Vec<usize>,
        species: u8,
    },
    DeleteParticles(Vec<usize>),
    Clear,
    /// Width and height, world units; particles outside the new box are moved to its edge.
    SetBox([f64; 2]),
    SetMode(Mode),
    SetBoundary(Boundary),
    SetEnsemble(Ensemble),
    /// The snapshots of a film.
    Snapshot(SnapshotCommand),

    // Learn
    SetTraining(TrainingSettings),
    /// Learns the picture from scratch.
    StartLearning,
    /// Learns on from the present rule's weights.
    ContinueLearning,
    PauseLearning,
    ResumeLearning,
    StopLearning,
    /// Whether a run ends by itself when its fidelity has settled.
    SetStopWhenSettled(bool),
    /// The rule in the making takes over now, however good it is.
    SwitchRule,
    /// Learns another flow for the present energy; `None`: the next seed, and the drive of the settings.
    LearnAnotherFlow(Option<(u64, Drive)>),
    /// Lets this flow of the list play.
    PickFlow(usize),
    RenameFlow(usize, String),
    DeleteFlow(usize),
    /// (1 - share) of the flow `a` and `share` of `b` as a new flow.
    BlendFlows {
        a: usize,
        b: usize,
        share: f64,
    },

    // Live
    SetLive(LiveSettings),
    /// Restarts the swarm with this many particles.
    SetParticles(usize),
    /// Integration steps in each frame.
    SetSpeed(u32),
    Play,
    Pause,
    TogglePlay,
    /// One integration step, then pause.
    Step,
    /// Random start, then annealed from σmax to the temperature.
    Grow,
    /// Restart from a sample of the picture's ensemble.
    RestartFromSnapshot,
    /// Random positions; headings stay.
    Randomise,
    RandomiseHeadings,
    /// Deals the species that live out anew.
    RandomiseSpecies,
    /// Random flow knobs: another motion of the same pattern.
    SurpriseMe,
    SetBrush(Brush),
    /// ℓ.
    SetBrushRadius(f64),
    WidenBrush,
    NarrowBrush,
    /// One integration step back in time, then pause.
    StepBack,
    Faster,
    Slower,
    /// Lets a knob swing about its value; `None` lets it rest.
    Swing(Knob, Option<Swing>),
    RestAllKnobs,
    /// All knobs of the motion back to their defaults; none swings.
    ResetMotion,
    /// Keeps the living swarm and its settings in the scene.
    KeepMoment,
    /// Brings a kept moment back.
    ReturnTo(usize),
    RenameMoment(usize, String),
    DeleteMoment(usize),
    /// The view follows the creature nearest to this place, ℓ.
    FollowAt([f64; 2]),
    StopFollowing,

    // Observe
    /// Measures how well the rule grows, keeps and heals the pattern, in the background.
    Certify,
    CancelCertify,
    /// Compares the learned motion with the true one, where the picture is a film with ids.
    MeasureTruth,
    /// Writes the plot as it is now; the extension says how: .csv or .png.
    SavePlot(PlotKind, PathBuf),
}

/// How loud a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    Info,
    Success,
    Warning,
    Error,
}

/// Tells one training run from another; events of an older run are ignored.
pub type RunId = u64;

/// What the shell must do after a command, in this order.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Effect {
    /// Load off the UI thread and answer with [`Event::Opened`].
    LoadScene(SceneSource),
    /// Load off the UI thread and answer with [`Event::Imported`], or with [`Event::ImportRead`] where something has to
    /// be asked.
    ImportFile(PathBuf),
    /// The same for several files, which are the snapshots of one pattern.
    ImportFilm(Vec<PathBuf>),
    /// Read with these options off the UI thread and answer with [`Event::ImportRead`].
    ReadImport(Box<ImportRequest>),
    /// Write off the UI thread and answer with [`Event::Saved`].
    SaveScene {
        path: PathBuf,
        document: Box<SwarmProject>,
        revision: u64,
    },
    Share(ShareOrder),
    StartTraining(Box<TrainingRequest>),
    /// Time some steps of learning and answer with [`Event::PaceMeasured`].
    MeasurePace {
        key: PaceKey,
        snapshot: Arc<Snapshot>,
        ensemble: Ensemble,
        settings: TrainingSettings,
    },
    PauseTraining(RunId),
    ResumeTraining(RunId),
    StopTraining(RunId),
    /// Let the present phase of the run cool down and end; what comes after it begins then.
    EndPhase(RunId),
    /// Measure a rule of a run and answer with [`Event::RuleMeasured`]; of several new ones only the newest counts.
    MeasureRule(Box<RuleRequest>),
    /// Measure in the background and answer with [`Event::CertificateProgress`] and [`Event::Certified`].
    Certify(Box<CertificateRequest>),
    StopCertifying,
    /// Measure in the background and answer with [`Event::TruthMeasured`].
    MeasureTruth(Box<TruthRequest>),
    /// Write off the UI thread, as CSV or PNG by the extension.
    SavePlot {
        path: PathBuf,
        chart: Box<Chart>,
    },
    Engine(EngineOrder),
    /// Answer with [`Event::MomentKept`]: the swarm as it is before the orders that follow.
    KeepMoment(MomentUse),
    /// Find the particle nearest to this place (ℓ), and answer with [`Event::Following`].
    Follow([f64; 2]),
    /// A short notice on the screen.
    Notify {
        level: Level,
        text: String,
    },
    Ask(Dialog),
    View(ViewCommand),
    /// Put a text into the clipboard.
    WriteClipboard(String),
    /// Answer with [`Command::PasteText`].
    ReadClipboard,
    /// Make a text or an image into particles, off the UI thread, and answer with [`Event::Stippled`]; only the newest
    /// matters.
    Stipple(StippleRequest),
    /// Keep these for the next run.
    KeepPrefs(Box<Prefs>),
    /// The user's own stamps: keep them for the next run.
    KeepStamps(Vec<Stamp>),
    Quit,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SceneSource {
    File(PathBuf),
    /// A bundled scene, by name.
    Bundled(String),
}

/// What the engine must do, in the order given.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[expect(
    clippy::large_enum_variant,
    reason = "a handful of orders a frame, and settings are the most frequent of them"
)]
pub enum EngineOrder {
    /// Replace the live particles (ℓ).
    Upload(Swarm),
    SetRule(Arc<Rule>),
    SetSettings(LiveSettings),
    /// Advance by this many integration steps.
    Run {
        steps: u32,
    },
    SetForce(Option<Force>),
    /// Change the swarm by hand; answered by [`Event::SwarmChanged`].
    Edit(Vec<SwarmEdit>),
    /// Go back in time; answered by [`Event::SwarmChanged`].
    Back {
        steps: u32,
    },
    /// No rule and no particles.
    Clear,
}

impl EngineOrder {
    /// Integration steps that it asks for.
    pub fn steps(&self) -> u32 {
        if let Self::Run { steps } = self { *steps } else { 0 }
    }
}

impl Command {
    /// Whether a key held down gives it again and again.
    pub fn repeats(&self) -> bool {
        matches!(
            self,
            Self::Undo
                | Self::Redo
                | Self::Turn(_)
                | Self::Resize(_)
                | Self::Nudge(_)
                | Self::Step
                | Self::StepBack
                | Self::Snapshot(SnapshotCommand::Go(_))
                | Self::WidenBrush
                | Self::NarrowBrush
                | Self::Faster
                | Self::Slower
        )
    }

    /// Consecutive commands of this kind are one step of the history until [`Command::EndGesture`].
    pub(super) fn merges(&self) -> bool {
        matches!(
            self,
            Self::SetTitle(_)
                | Self::SetAuthor(_)
                | Self::SetNotes(_)
                | Self::Turn(_)
                | Self::Resize(_)
                | Self::Nudge(_)
                | Self::Pointer(_)
                | Self::Stroke(_)
                | Self::EraseAt { .. }
                | Self::MoveParticles { .. }
                | Self::TurnParticles { .. }
                | Self::SetBox(_)
                | Self::SetEnsemble(_)
                | Self::SetTraining(_)
                | Self::SetLive(_)
                | Self::Swing(..)
                | Self::RenameFlow(..)
                | Self::RenameMoment(..)
                | Self::SetParticles(_)
        )
    }
}
