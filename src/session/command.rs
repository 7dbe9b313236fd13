//! The interface of the session: what a user does, and what the shell must do; what the shell reports back
//! is an [`Event`].

use std::mem::Discriminant;
use std::path::PathBuf;
use std::sync::Arc;

use glam::DVec2;

use crate::worlds::swarm::picture::{Swarm, SwarmEdit};
use crate::worlds::swarm::rule::{LiveSettings, Rule};
pub use crate::worlds::swarm::{Brush, Tool};

pub use super::document::{DocumentCommand, DocumentEffect, DocumentEvent};
pub use super::event::Event;
pub use super::learning::{LearnCommand, LearnEffect, LearnEvent};
pub use super::live::view::PointerForce;
pub use super::live::{LiveCommand, LiveEffect, LiveEvent};
pub use super::observing::{ObserveCommand, ObserveEffect, ObserveEvent};
pub use super::painting::{PaintCommand, PaintEffect, PaintEvent};
use super::prefs::{Preference, Prefs};
pub use super::request::{
    CertificateRequest, CheckpointUse, Keeping, PaceKey, PaceRequest, RuleRequest, RuleRole, Speed, TrainingRequest,
};
pub use super::sharing::{ShareCommand, ShareEffect};
pub use super::sheets::{Dialog, ViewCommand};

/// Where the user is. The canvas shows the picture in `Paint` and the live swarm in the other two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Workspace {
    /// The canvas shows the still picture, and the tools change it.
    Paint,
    /// The live swarm beside the curves of the training run.
    Learn,
    /// The live swarm beside its brushes and the knobs of its motion.
    #[default]
    Live,
}

/// The primary pointer button on the canvas. Positions are world units over the picture, ℓ over the live swarm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pointer {
    /// The button went down: begins a gesture.
    Press(DVec2),
    /// The pointer moved with the button down.
    Drag(DVec2),
    /// The button went up: ends the gesture, which is then one step of the history.
    Release,
}

/// Everything a user can do: each feature has its own commands, and applies them in its own folder.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Command {
    /// The document as a whole: new, opened, saved, named, undone.
    Document(DocumentCommand),
    /// Files of other programs, films, trajectories and rescued scenes.
    Share(ShareCommand),
    /// Tools, selection and particles of the still picture.
    Paint(PaintCommand),
    /// Training runs, and the flows that were learned for the picture.
    Learn(LearnCommand),
    /// The live swarm: its motion, its brushes, its checkpoints.
    Live(LiveCommand),
    /// Certificates, and comparisons with a known motion.
    Observe(ObserveCommand),
    /// The primary pointer button on the canvas, over the picture or over the swarm.
    Pointer(Pointer),
    /// Goes to another workspace; ends an open gesture first.
    SetWorkspace(Workspace),
    /// Opens a dialog or sheet of the shell.
    Ask(Dialog),
    /// Changes only what is seen.
    View(ViewCommand),
    /// Changes what is kept between runs; no part of the history.
    Prefer(Preference),
}

/// Converts the part of a feature into its variant of the whole.
macro_rules! from_features {
    ($whole:ident: $($variant:ident($part:ident)),*) => {$(
        impl From<$part> for $whole {
            fn from(part: $part) -> Self {
                Self::$variant(part)
            }
        }
    )*};
}

pub(super) use from_features;

from_features!(
    Command:
    Document(DocumentCommand),
    Share(ShareCommand),
    Paint(PaintCommand),
    Learn(LearnCommand),
    Live(LiveCommand),
    Observe(ObserveCommand)
);

/// Consecutive commands of one kind may be one step of the history.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Document(Discriminant<DocumentCommand>),
    Paint(Discriminant<PaintCommand>),
    Learn(Discriminant<LearnCommand>),
    Live(Discriminant<LiveCommand>),
    /// The whole gesture of the pointer, until the release.
    Pointer,
}

/// The severity of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// Nothing to do; shown for a few seconds.
    Info,
    /// A job of the user is complete.
    Success,
    /// The command was refused, or its result is worse than expected.
    Warning,
    /// A file, the engine or a job failed.
    Error,
}

/// Identifies a training run; events of an older run are ignored.
pub type RunId = u64;

/// What the shell must do after a command, in this order: each feature has its own effects.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[expect(
    clippy::large_enum_variant,
    reason = "a handful of effects a frame, and most of them are orders to the engine"
)]
pub enum Effect {
    /// Files of scenes, and the end of the program.
    Document(DocumentEffect),
    /// Files of other programs and recordings.
    Share(ShareEffect),
    /// Texts, images, stamps and the clipboard.
    Paint(PaintEffect),
    /// Jobs of training, and measurements of rules.
    Learn(LearnEffect),
    /// The view and copies of the live swarm.
    Live(LiveEffect),
    /// Jobs of certificates, and files of plots.
    Observe(ObserveEffect),
    /// Every feature gives orders to the engine.
    Engine(EngineOrder),
    /// A short notice on the screen.
    Notify {
        /// Sets colour and duration on the screen.
        level: Level,
        /// One or two sentences for the user.
        text: String,
    },
    /// Opens a dialog or sheet; its result comes back as a command.
    Ask(Dialog),
    /// Changes the camera or the window, and nothing of the session.
    View(ViewCommand),
    /// Keep these for the next run.
    KeepPrefs(Box<Prefs>),
}

from_features!(
    Effect:
    Document(DocumentEffect),
    Share(ShareEffect),
    Paint(PaintEffect),
    Learn(LearnEffect),
    Live(LiveEffect),
    Observe(ObserveEffect)
);

/// Where a scene of a swarm is read from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SceneSource {
    /// A scene file, or a picture that holds a scene.
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
    /// Replace the live particles.
    Upload {
        /// In ℓ.
        swarm: Swarm,
        /// Steps of a growth that begins with it; with 0 it lives at once.
        grow_steps: u32,
    },
    /// Runs this rule from the next step on; the particles stay.
    SetRule(Arc<Rule>),
    /// Flow, temperature and knobs of the motion from the next step on; a growth under way goes on towards them.
    SetSettings(LiveSettings),
    /// Advance by this many integration steps.
    Run {
        /// Never more than the frame allows, see [`Session::tick`](super::Session::tick).
        steps: u32,
    },
    /// The pointer's force on the particles until the next order; `None` ends it.
    SetForce(Option<PointerForce>),
    /// Change the swarm by hand; reported by [`LiveEvent::SwarmChanged`].
    Edit(Vec<SwarmEdit>),
    /// Go back in time; reported by [`LiveEvent::SwarmChanged`].
    Back {
        /// Where none can be undone, the event is [`LiveEvent::NothingBefore`].
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
        match self {
            Self::Document(command) => matches!(command, DocumentCommand::Undo | DocumentCommand::Redo),
            Self::Paint(command) => command.repeats(),
            Self::Live(command) => command.repeats(),
            _ => false,
        }
    }
}

/// A short notice on the screen.
pub(super) fn notify(level: Level, text: impl Into<String>) -> Effect {
    Effect::Notify { level, text: text.into() }
}
