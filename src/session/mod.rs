//! What the program *is*, without pixels: the document, commands, undo, learning and the live swarm's state.
//!
//! The shell calls [`Session::apply`] with what the user did, [`Session::on_event`] with what came back from files,
//! the trainer and the engine, and [`Session::tick`] once a frame; it carries out the [`Effect`]s each returns.
//! The panels read the session through its public getters and return commands.

mod apply;
mod brush;
mod brushes;
mod can;
mod certificate;
mod charts;
mod command;
mod commands;
mod curve;
mod document;
mod event;
mod events;
mod flows;
mod history;
mod import_sheet;
mod live;
mod moments;
mod observation;
mod pace;
mod pen;
mod picture;
mod pointer;
mod prefs;
mod request;
mod share;
mod sheets;
mod snapshots;
mod start;
mod state;
pub mod studio;
mod surprise;
mod swarm;
mod takeover;
mod tools;
mod training;
mod trajectory;
mod truth;
mod warnings;

// Named by the preferences.
pub use crate::media::looks::{Body, ColourBy, Palette, Theme};
// The panels know scenes only through the session.
pub use crate::worlds::swarm::doc::{Evidence, LearnedFlow, Savepoint};
pub use crate::worlds::swarm::rule::{Knob, Swing, Swings};
pub use brushes::{BRUSHES, BrushAction, BrushInk, BrushRow};
pub use certificate::{CertificateState, CertificateView, Seal};
pub use charts::{PLOTS, PlotKind, PlotPlace, PlotRow, drawer_plots};
pub use command::{
    Brush, CertificateRequest, Command, Dialog, Effect, EngineOrder, Event, Force, Keeping, Level, MomentUse, PaceKey,
    Place, Pointer, RuleRequest, RuleRole, RunId, SceneSource, Speed, Tool, TrainingRequest, ViewCommand,
};
pub use commands::{CommandInfo, Group, Shortcut, info_of, table};
pub use curve::Curve;
pub use document::{NEW_BOX, new_project, opened_project};
pub use import_sheet::{ImportCommand, ImportReading, ImportRequest, ImportSheet};
pub use live::{LiveView, MAX_STEPS_PER_FRAME, Wound};
pub use observation::{Healing, Observation, WoundKind};
pub use pen::MIN_SPACING;
pub use prefs::{FirstSteps, Look, MAX_RECENT, Preference, Prefs, TRAIL_RANGE_S, UI_SCALE_RANGE};
pub use share::{FilmOptions, FilmView, LOST_ITS_SCENE, ShareCommand, ShareEvent, ShareOrder};
pub use snapshots::SnapshotCommand;
pub use state::Session;
pub use takeover::{Held, LearnedFidelity};
pub use tools::{
    CurveHeading, Draft, FillHeading, Frame, Hand, Handle, ImageOptions, LatticeKind, MAX_STAMP_PARTICLES, Outline,
    PaintOptions, Pose, SelectionOrder, Snap, SprayHeading, Stamp, StampSource, StippleAmount, StippleRequest,
    StippleSource, StippleView, StrokeHeading, Symmetry,
};
pub use training::{TrainingState, TrainingView};
pub use trajectory::TrajectoryOptions;
pub use truth::{TruthRequest, TruthState, TruthView};
pub use warnings::{Fix, Warning};

#[cfg(test)]
mod tests;
