//! Drawn tokens that live: a small network learns to keep tokens whole while they move. In the order of the data:
//! `token` (a canvas) → `template`, `pose`, `scene` (images at any poses) → `net` → `training` → `engine` → `tracker`.

mod arrangement;
mod certificate;
mod doc;
mod drawing;
mod engine;
mod gpu;
mod gpu_skew;
mod grid;
mod growth;
mod live;
mod motion;
pub mod net;
mod noise;
mod pairs;
mod pose;
#[cfg(test)]
mod reference;
mod rules;
mod scene;
mod settings;
mod skew;
mod template;
mod token;
mod tracker;
mod training;
mod wound;

pub use arrangement::{TokenArrangement, TokenGroups};
pub use certificate::{
    CERTIFICATE_SIDE, CERTIFICATE_TOKENS, LOOK_EVERY, TokenCheck, TokenCheckSettings, TokenFindings,
};
pub use doc::{MAX_CLEARANCE_PX, MAX_KINDS, MIN_CLEARANCE_PX, MIN_GROUP_PX, SkewEvidence, TokenDoc, TokenEvidence};
pub use engine::{TokenEngine, TokenState};
pub use gpu::GpuTokens;
#[cfg(test)]
pub(super) use gpu::token_words;
pub use grid::GridPlacement;
pub use growth::TokenGrowth;
pub use live::TokenLive;
pub use motion::TokenMotion;
pub use noise::add_normals;
pub use pairs::{PAIR_BIN_PX, PAIR_BINS, PairStatistics};
pub use pose::{FLOCK_RANGE, Spacing, TokenManners, TokenPose};
pub use rules::{RuleRecord, TokenDrive};
pub use scene::{Rendering, TokenEnsemble};
pub use settings::{GROWTH_SIGMA, MAX_CURVE_RAD_PER_PX, TokenColours, TokenLook, TokenSettings};
pub use skew::{MAX_SKEW, MAX_SKEW_RADIUS, SkewFlow, SkewKernel};
pub use template::{Template, Touch};
pub use token::{MAX_CANVAS, MAX_SIZE_PX, MIN_CANVAS, MIN_SIZE_PX, Token};
pub use tracker::{Sighting, TokenSummary, Tracker};
pub use training::{TokenLosses, TokenRule, TokenTraining};
