//! The interface of a world to the studio: tables of what is listed, and small traits for what is done. The studio knows worlds
//! through these alone, so that a further world is a folder, an entry in [`WORLDS`] and a variant of [`World`].

mod catalogue;
mod checkpoint;
mod rewind;
mod specs;
mod viewpoint;

pub(crate) use catalogue::bundled_scenes;
pub use catalogue::{BundledScene, WORLDS, WorldCard, WorldEntry, world_entry};
pub use checkpoint::{CheckpointList, CheckpointRow, LiveState, MAX_CHECKPOINTS};
pub(crate) use checkpoint::{
    SavedState, add_checkpoint, delete_checkpoint, rename_checkpoint, shared, size_of_checkpoints,
};
#[cfg(test)]
pub(crate) use rewind::assert_steps_back;
pub(crate) use rewind::{RewindBuffer, Rewindable};
pub use specs::{
    ABOVE_ZERO, ActionSpec, BrushSpec, BrushTouch, BrushWorkspace, KnobGroup, KnobScale, KnobSpec, LayerSet, LayerSpec,
    MAX_LEARNING_STEPS, MethodSpec, PresetSpec, RestartSpec, SeriesAxis, SeriesSpec, StartSpec, WorldTables,
};
pub use viewpoint::Viewpoint;

use std::path::{Path, PathBuf};

use glam::DVec3;
use image::RgbaImage;

use super::field::{FieldError, FieldEvidence, FieldSubject};
use super::points::cloud::CloudError;
use super::points::engine::PointEngineError;
use super::points::measures::PointCertificate;
use super::points::train::PointLearnError;
use super::points::{BlendError, LearnedPoints, PointsDocError};
use super::weak::WeakError;
use super::{FieldDoc, PointsDoc, StoredWorld, World};
use crate::formats::StopSignal;
use crate::gpu::{GpuDevice, GpuPicture};

/// Why a world cannot carry out an operation of the studio.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant has its message")]
pub enum StudioError {
    #[error("there is no rule yet; learn one first")]
    NoRule,
    #[error("`{0}` is not known in this world; choose one of its list")]
    Unknown(String),
    #[error("the rules of this world cannot be blended; choose one of them")]
    NoBlend,
    #[error("the scene has no room for another checkpoint: {0}; delete one first")]
    CheckpointRoom(String),
    #[error(transparent)]
    Blend(#[from] BlendError),
    #[error("{path}: {reason}")]
    File { path: String, reason: String },
    #[error("{0}")]
    Text(String),
    #[error(transparent)]
    Cloud(#[from] CloudError),
    #[error(transparent)]
    PointLearning(#[from] PointLearnError),
    #[error(transparent)]
    PointEngine(#[from] PointEngineError),
    #[error(transparent)]
    Points(#[from] PointsDocError),
    #[error(transparent)]
    Field(#[from] FieldError),
    /// Asked for; not a fault.
    #[error("stopped")]
    Stopped,
}

impl StudioError {
    /// Whether it is no fault: a step was stopped.
    pub fn is_stopped(&self) -> bool {
        matches!(
            self,
            Self::Stopped
                | Self::Field(FieldError::Stopped | FieldError::Weak(WeakError::Stopped))
                | Self::PointLearning(PointLearnError::Stopped | PointLearnError::Weak(WeakError::Stopped))
        )
    }
}

/// How a picture of a world is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DrawOptions {
    /// On light ground.
    pub light: bool,
    /// Share of the light that is still there after one picture, 0 to below 1; 0 leaves no trails.
    pub trail: f32,
    /// Layers of the world's table.
    pub layers: LayerSet,
}

/// What a brush draws with, where the world has colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BrushInk {
    /// Red, green, blue and alpha, not premultiplied, sRGB.
    pub colour: [u8; 4],
    /// Draws the mirror image along.
    pub mirrors: bool,
}

impl Default for BrushInk {
    fn default() -> Self {
        Self { colour: [255, 196, 26, 255], mirrors: false }
    }
}

/// One dab of a brush, units of the world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BrushStroke {
    /// Id of the brush.
    pub brush: &'static str,
    /// Where the last dab was; the same as `to` for the first one.
    pub from: DVec3,
    /// Where this dab is.
    pub to: DVec3,
    /// Direction of view in space, along which the brush reaches through everything; 0 in the plane.
    pub axis: DVec3,
    /// Radius of the brush.
    pub radius: f64,
    /// How much, 1 by default.
    pub strength: f64,
    /// What it paints with.
    pub ink: BrushInk,
}

/// How equations are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EquationForm {
    /// Plain text.
    Text,
    /// LaTeX.
    Latex,
    /// A Python function.
    Python,
}

impl EquationForm {
    /// In the order of the list.
    pub const ALL: [Self; 3] = [Self::Text, Self::Latex, Self::Python];

    /// Name on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::Latex => "LaTeX",
            Self::Python => "Python",
        }
    }
}

/// One rule of the picture, as the list shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlowRow {
    /// Name in the list.
    pub name: String,
    /// Its figures, in a few words.
    pub facts: String,
    /// It is the one that runs.
    pub is_chosen: bool,
    /// The list may lose it.
    pub can_be_deleted: bool,
    /// It may get another name.
    pub can_be_renamed: bool,
    /// A blend of it with the chosen one is as good as both.
    pub can_be_blended: bool,
    /// It drives whatever rule is chosen; of these, too, one is chosen at most.
    pub is_drive: bool,
}

/// How far learning is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrainingStep {
    /// What is learned now.
    pub phase: &'static str,
    /// Steps done and steps of the whole job (at most, where it may end earlier).
    pub done: usize,
    /// Steps of the whole job, at most.
    pub total: usize,
    /// `None` where the step has none.
    pub loss: Option<f64>,
    /// Figures beside the loss: of tokens, the running means of the losses of denoising, live chain and motion; of the weak
    /// form, first its lowest eigenvalue.
    pub figures: Option<[f64; 3]>,
}

/// What learning leaves in a world.
#[derive(Clone, Debug, PartialEq)]
pub enum Learned {
    /// Energy and flows of a cloud.
    Points(Box<LearnedPoints>),
    /// What was measured of the flows.
    PointCertificate(Box<PointCertificate>),
    /// The rule of a pattern or of tokens.
    Field(Box<FieldSubject>),
    /// What was measured of that rule.
    FieldEvidence(Box<FieldEvidence>),
}

/// Values of one plot now, one for each of its curves.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesReading {
    /// Id of the series.
    pub series: &'static str,
    /// One per curve, or the points of a profile.
    pub values: Vec<f64>,
}

/// What a world can do for the studio, in the order in which a user meets it. It is one trait because no world has only a part of
/// it; the saved states, and what runs or learns, have their own ([`CheckpointList`], [`Simulation`], [`WorldTraining`]).
pub trait WorldInfo: StoredWorld + CheckpointList {
    /// What is listed of this world.
    fn tables(&self) -> &'static WorldTables;
    /// Memory of one copy, about, bytes.
    fn bytes(&self) -> usize;
    /// A view of the whole still picture, or of all that lives.
    fn viewpoint(&self, of: BrushWorkspace) -> Viewpoint;
    /// Smallest and largest half height of a view.
    fn zoom_limits(&self) -> [f64; 2];
    /// The value of a knob of the tables; NaN of another.
    fn knob(&self, id: &str) -> f64;
    /// Whether a knob does anything with the present rule.
    fn has_effect(&self, _id: &str) -> bool {
        true
    }
    /// Sets a knob of the tables to a value in its range; others are ignored.
    fn set_knob(&mut self, id: &str, value: f64);
    /// Applies a brush of [`BrushWorkspace::Paint`]. Returns whether the still picture changed. Same seed, same dab.
    fn paint(&mut self, stroke: &BrushStroke, seed: u64) -> bool;
    /// Fits what a new picture leaves open to what will run it: a graphics card, or a program on the processor.
    fn fit_engine(&mut self, _has_card: bool) {}
    /// Empties the still picture.
    fn clear(&mut self);
    /// Whether [`Self::write_text`] does something.
    fn can_write_text(&self) -> bool {
        false
    }
    /// Puts letters in the place of the still picture.
    ///
    /// # Errors
    /// Letters that no font has, too many or none.
    fn write_text(&mut self, text: &str) -> Result<(), StudioError> {
        Err(StudioError::Text(format!("this world has no letters: `{text}` was not written")))
    }
    /// Carries out an action of the tables; others are ignored.
    fn act(&mut self, _: &str) {}
    /// The colour of the still picture at a position; `None` outside of it and in worlds without colours.
    fn colour_at(&self, _: DVec3) -> Option<[u8; 4]> {
        None
    }
    /// Draws the still picture over the whole of `picture`. `scratch` is memory that is used again.
    fn draw_still(&self, view: &Viewpoint, options: DrawOptions, scratch: &mut Vec<f32>, picture: &mut RgbaImage);
    /// Name and value of what is known about the still picture.
    fn facts(&self) -> Vec<(&'static str, String)>;
    /// The rules of the picture.
    fn flows(&self) -> Vec<FlowRow>;
    /// Makes another rule the one that runs.
    fn choose_flow(&mut self, index: usize);
    /// Removes a rule from the list.
    fn delete_flow(&mut self, index: usize);
    /// Gives a flow another name, made different from those of the others. Worlds with one rule have no names for them.
    fn rename_flow(&mut self, _index: usize, _name: &str) {}
    /// Adds a blend of the chosen flow and `share` of the flow `other`, and chooses it.
    ///
    /// # Errors
    /// Flows that cannot be blended, or too many of them.
    fn blend_flows(&mut self, _other: usize, _share: f64) -> Result<(), StudioError> {
        Err(StudioError::NoBlend)
    }
    /// Draws what a flow does, small, over the whole of `picture`.
    fn draw_flow(&self, _index: usize, options: DrawOptions, picture: &mut RgbaImage) {
        self.draw_still(&self.viewpoint(BrushWorkspace::Paint), options, &mut Vec::new(), picture);
    }
    /// The certificate of the rules, in lines; whether each supports its rule.
    fn certificate(&self) -> Vec<(bool, String)> {
        Vec::new()
    }
    /// The equations of the chosen rule, where it has some.
    fn equations(&self, form: EquationForm) -> Option<String>;
    /// Notes on the equations, such as their certainty.
    fn evidence(&self) -> Option<String>;
    /// # Errors
    /// A picture or settings that cannot be learned from, and an unknown method.
    fn start_training(&self, method: &str) -> Result<Box<dyn WorldTraining>, StudioError>;
    /// Takes what was learned; of another world it is ignored.
    fn set_learned(&mut self, learned: Learned);
    /// # Errors
    /// No rule, or one that does not fit.
    fn start_simulation(&self, seed: u64) -> Result<Box<dyn Simulation>, StudioError>;
    /// Puts what files hold in the place of the still picture. Returns notes for the user.
    ///
    /// # Errors
    /// Files that cannot be read or hold something else.
    fn import(&mut self, paths: &[PathBuf], stop: StopSignal) -> Result<Vec<String>, StudioError>;
}

/// Learning, step by step, on a thread of its own.
pub trait WorldTraining: Send {
    /// One step; `Ok(None)` when all is learned. `stop` is polled by a step that may take longer than a tenth of a second. A
    /// step that is broken off leaves the training as it was.
    ///
    /// # Errors
    /// Learning that cannot go on; what was learned before is still there. One for which [`StudioError::is_stopped`] where
    /// `stop` has broken the step off.
    fn step(&mut self, stop: &(dyn Fn() -> bool + Sync)) -> Result<Option<TrainingStep>, StudioError>;
    /// Ends the present phase early, in an orderly way.
    fn end_phase(&mut self);
    /// What is learned so far; `None` before there is anything worth showing.
    fn learned(&self) -> Option<Learned>;
}

/// A rule that runs, on a thread of its own.
pub trait Simulation: Send {
    /// `steps` steps.
    fn run(&mut self, steps: u32);
    /// Steps since the start.
    fn steps(&self) -> u64;
    /// Goes on under the knobs and the rule of a changed world. Returns false when it must be started again for that.
    fn adopt(&mut self, world: &World) -> bool;
    /// Applies a brush of [`BrushWorkspace::Live`].
    ///
    /// # Errors
    /// A stroke that would leave nothing, or too much.
    fn stroke(&mut self, stroke: &BrushStroke) -> Result<(), StudioError>;
    /// The brush was lifted: forces end.
    fn lift(&mut self);
    /// Starts again from a state of the table; others are ignored.
    fn restart(&mut self, id: &str);
    /// Goes back in time by one step, in which what was done by hand since the last step counts as one; settings and rule
    /// stay as they are. Returns false when there is no earlier state.
    fn step_back(&mut self) -> bool;
    /// The present state.
    fn live_state(&mut self) -> LiveState;
    /// Goes on from a state; false where it does not fit.
    fn return_to(&mut self, state: &LiveState) -> bool;
    /// Goes on from the present state on `gpu`, or on the processor.
    ///
    /// # Errors
    /// What the device refuses; then nothing has changed.
    fn move_to(&mut self, gpu: Option<&GpuDevice>) -> Result<(), StudioError>;
    /// What has gone wrong since the last call, such as a GPU for which the processor steps in, in one sentence.
    fn take_fault(&mut self) -> Option<String>;
    /// Draws on the GPU that it runs on, into a picture that stays there and is drawn over by the next call; `None` where
    /// only [`Self::draw`] can. Does not wait.
    fn picture_on_gpu(&mut self, view: &Viewpoint, options: DrawOptions, size: [u32; 2]) -> Option<GpuPicture>;
    /// Draws over the whole of `picture`; what is on a GPU is drawn there and read back.
    fn draw(&mut self, view: &Viewpoint, options: DrawOptions, picture: &mut RgbaImage);
    /// The live state as the content of a file, in the format of the extension of `path`, one of the table's.
    ///
    /// # Errors
    /// Another ending, or a GPU that was lost.
    fn encode(&mut self, path: &Path) -> Result<Vec<u8>, StudioError> {
        Err(StudioError::File {
            path: path.display().to_string(),
            reason: "what lives in this world has no file of its own; film it or save the scene".to_owned(),
        })
    }
    /// The plots now: up to a tenth of a second of work. The simulation measures itself, as its state may be on the GPU alone; a
    /// swarm, whose plots also know its history, is measured by its `Observer` on a copy.
    fn readings(&mut self) -> Vec<SeriesReading>;
    /// What runs, and on what, in a few words.
    fn description(&self) -> String;
}

impl World {
    /// What this world can do for the studio; `None` for the swarm, which has a studio of its own.
    pub fn info(&self) -> Option<&dyn WorldInfo> {
        match self {
            Self::Swarm(_) => None,
            Self::Points(doc) => Some(&**doc),
            Self::Field(doc) => Some(&**doc),
        }
    }

    /// As [`Self::info`], to change it.
    pub fn info_mut(&mut self) -> Option<&mut dyn WorldInfo> {
        match self {
            Self::Swarm(_) => None,
            Self::Points(doc) => Some(&mut **doc),
            Self::Field(doc) => Some(&mut **doc),
        }
    }

    /// The points world in it.
    pub fn as_points(&self) -> Option<&PointsDoc> {
        match self {
            Self::Points(doc) => Some(doc),
            _ => None,
        }
    }

    /// The field world in it.
    pub fn as_field(&self) -> Option<&FieldDoc> {
        match self {
            Self::Field(doc) => Some(doc),
            _ => None,
        }
    }
}
