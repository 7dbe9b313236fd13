//! What the program *is*, without pixels: the document, commands, undo, learning and the live swarm's state.
//!
//! The shell calls [`Session::apply`] with what the user did, [`Session::on_event`] with what came back from files,
//! the trainer and the engine, and [`Session::tick`] once a frame; it carries out the [`Effect`]s each returns.
//! The panels read the session through its public getters and return commands.

mod can;
mod command;
mod commands;
mod curve;
mod document;
mod event;
mod learning;
mod live;
mod observing;
mod painting;
mod pointer;
mod prefs;
mod request;
mod sharing;
mod sheets;
mod state;
pub mod studio;
mod tick;

// The panels know jobs only through the session.
pub use crate::jobs::{RecordingKind, RecordingState};
// Named by the preferences.
pub use crate::media::looks::{Body, ColourBy, Palette, Theme};
// The panels know scenes only through the session.
pub use crate::worlds::swarm::doc::{Checkpoint, Evidence, LearnedFlow};
pub use crate::worlds::swarm::picture::curve::CurveHeading;
pub use crate::worlds::swarm::rule::{Knob, Swing, Swings};
pub use command::{
    Brush, CheckpointUse, Command, Dialog, DocumentCommand, DocumentEffect, DocumentEvent, Effect, EngineOrder, Event,
    Keeping, LearnCommand, LearnEffect, LearnEvent, Level, LiveCommand, LiveEffect, LiveEvent, ObserveCommand,
    ObserveEffect, ObserveEvent, PaintCommand, PaintEffect, PaintEvent, Pointer, PointerForce, RuleRole, RunId,
    SceneSource, Speed, Tool, ViewCommand, Workspace,
};
#[cfg(feature = "window")]
pub(crate) use command::{CertificateRequest, PaceRequest, RuleRequest, TrainingRequest};
pub use commands::{CommandInfo, Group, Shortcut, info_of, table};
pub use curve::Curve;
pub use document::{NEW_BOX, new_project, opened_project};
pub use learning::takeover::{Held, LearnedFidelity};
pub use learning::training::{TrainingState, TrainingView};
pub use live::WentBack;
pub use live::view::{LiveView, MAX_STEPS_PER_FRAME, Wound};
pub use observing::certificate::{CertificateState, CertificateView, Seal};
#[cfg(feature = "window")]
pub(crate) use observing::charts::PlotWorkspace;
pub use observing::charts::{PlotKind, drawer_plots};
pub use observing::observation::{DisturbanceKind, Healing, Observation};
#[cfg(feature = "window")]
pub(crate) use observing::truth::TruthRequest;
pub use observing::truth::{TruthState, TruthView};
pub use painting::pen::MIN_SPACING;
pub use painting::snapshots::SnapshotCommand;
pub use painting::warnings::{Fix, Warning};
pub use painting::{
    Draft, FillHeading, Frame, Hand, Handle, ImageOptions, LatticeKind, MAX_STAMP_PARTICLES, Outline, PaintOptions,
    Pose, SelectionOrder, Snap, SprayHeading, Stamp, StampSource, StippleAmount, StippleRequest, StippleSource,
    StippleView, StrokeHeading, Symmetry,
};
pub use prefs::{FirstSteps, Look, MAX_RECENT, Preference, Prefs, TRAIL_RANGE_S, UI_SCALE_RANGE};
pub use sharing::import_sheet::{ImportCommand, ImportReading, ImportRequest, ImportSheet};
pub use sharing::trajectory::TrajectoryOptions;
pub use sharing::{FilmOptions, FilmView, LOST_ITS_SCENE, ShareCommand, ShareEffect, ShareEvent};
pub use state::Session;

#[cfg(test)]
mod tests;
