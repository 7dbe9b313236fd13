//! Scene files: one `.ron` file holds the snapshot, the settings, the rule and its weights, and the live swarm.
//! A `.png` that Unstill wrote looks like the scene and holds the same text (see [`KEYWORD`]); it is opened alike.
//!
//! The text is readable and can be edited by hand; the weights come last, as base64 of a safetensors file.
//! Files of older schemas are migrated when read, those of newer ones are refused and left as they are.
//! [`Scene::save`] never leaves half a file behind.

mod atomic;
mod document;
mod error;
mod flows;
mod picture;
mod savepoints;
mod schema0;
mod validate;
mod weights;

pub use atomic::{check_writable, write_atomic};
pub use document::{Loaded, SCHEMA};
pub use error::{Fault, SceneError, WriteError};
pub use flows::{FlowNumbers, Flows, LearnedFlow, MAX_FLOWS};
pub use picture::{KEYWORD, MAX_TEXT_BYTES, SCENE_PICTURE_PX, Showing, holds_scene, lost_its_scene};
pub use savepoints::{MAX_KEPT_PARTICLES, MAX_SAVEPOINTS, Savepoint};

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::worlds::swarm::picture::{Ensemble, Snapshot, Swarm};
use crate::worlds::swarm::rule::{LiveSettings, Rule, Swings};
use crate::worlds::swarm::train::TrainingSettings;

/// Largest scene file that is read and written, bytes. A snapshot of 100,000 particles takes about 10 MB.
pub const MAX_FILE_BYTES: u64 = 512 << 20;
/// Most particles of a live swarm: some gigabytes on either engine.
pub const MAX_LIVE_PARTICLES: usize = 10_000_000;

/// Everything that is saved with a picture, and nothing else.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    pub title: String,
    /// What to look for, in a few sentences.
    pub notes: String,
    pub author: String,
    pub snapshot: Snapshot,
    pub ensemble: Ensemble,
    pub training: TrainingSettings,
    pub live: LiveSettings,
    /// Knobs of `live` that swing.
    pub swings: Swings,
    /// Particles of the live swarm; 0 leaves the choice to the program.
    pub live_particles: usize,
    /// The learned rule, when there is one.
    pub rule: Option<Rule>,
    /// Every flow learned for the energy of `rule`; the chosen one is `rule.flow`.
    pub flows: Flows,
    /// The live swarm as it was when saved.
    pub state: Option<LiveState>,
    /// Moments of the live swarm that the user has kept.
    pub savepoints: Vec<Savepoint>,
    /// What `unstill check --certify` measured of this rule.
    pub evidence: Option<Evidence>,
}

/// A live swarm at one moment. It goes on from there with fresh noise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LiveState {
    /// Positions and box in units of ℓ.
    pub swarm: Swarm,
    /// Seed of the noise it was moved by.
    pub seed: u64,
    /// Heun steps done since that swarm was begun.
    pub step: u64,
}

/// Measured pattern fidelities (1 is as good as the target itself, 0 is random), and how they were measured. Older files
/// have neither intervals nor a long run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Started at random and annealed.
    pub grown: f64,
    /// 90 % intervals over the replicas.
    #[serde(default)]
    pub grown_interval: Option<[f64; 2]>,
    /// Started on the target, after `live_steps` live steps with the flow on.
    pub kept: f64,
    #[serde(default)]
    pub kept_interval: Option<[f64; 2]>,
    /// A region scrambled, then left to heal for `live_steps`.
    pub healed: f64,
    #[serde(default)]
    pub healed_interval: Option<[f64; 2]>,
    #[serde(default)]
    pub kept_long: Option<KeptLong>,
    pub live_steps: usize,
    /// Configurations compared.
    pub replicas: usize,
    /// Area of the box in multiples of the ensemble's own; older files have none, which means 1.
    #[serde(default)]
    pub area: Option<usize>,
    pub seed: u64,
    /// Version of the program that measured.
    pub version: String,
    /// What the rule ran with; older files do not tell.
    #[serde(default)]
    pub live: Option<LiveSettings>,
}

/// What is kept after a run that is much longer than the others.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptLong {
    pub kept: f64,
    pub interval: Option<[f64; 2]>,
    pub steps: usize,
    /// Configurations compared.
    pub replicas: usize,
}

/// Whether a scene saved at `path` becomes a picture.
pub fn is_picture_name(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("png"))
}

impl Scene {
    /// An untrained scene of a picture.
    pub fn from_snapshot(title: impl Into<String>, snapshot: Snapshot) -> Self {
        Self { title: title.into(), snapshot, ..Self::default() }
    }

    /// Reads a scene file of this or an older schema: its text, or a picture that holds it.
    ///
    /// # Errors
    /// One sentence that names the file, the place and the mend; see [`Fault`]. The file is never changed.
    pub fn load(path: impl AsRef<Path>) -> Result<Loaded, SceneError> {
        let path = path.as_ref();
        let fault = |fault| SceneError { path: path.to_owned(), fault };
        let file = std::fs::metadata(path).map_err(|e| fault(Fault::Read(e)))?;
        match file.len() {
            _ if file.is_dir() => return Err(fault(Fault::Folder)),
            0 if file.is_file() => return Err(fault(Fault::Empty)),
            bytes if bytes > MAX_FILE_BYTES => return Err(fault(Fault::TooLarge { bytes })),
            _ => {}
        }
        let bytes = std::fs::read(path).map_err(|e| fault(Fault::Read(e)))?;
        if picture::is_png(&bytes) {
            let text = picture::text_in(&bytes).map_err(fault)?.ok_or_else(|| fault(Fault::PictureWithoutScene))?;
            return Self::from_ron(&text).map_err(fault);
        }
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            // A file cut inside a character is half a scene; any other byte is no text at all.
            Err(e) if e.utf8_error().error_len().is_none() => {
                let line = e.as_bytes().iter().filter(|&&b| b == b'\n').count() + 1;
                return Err(fault(Fault::CutOff { line }));
            }
            Err(_) => return Err(fault(Fault::NotAScene("it is not text".to_owned()))),
        };
        Self::from_ron(&text).map_err(fault)
    }

    /// Writes the scene so that `path` holds either the old file or the whole new one, never a part. A path that ends
    /// in `.png` becomes a picture that holds the scene.
    ///
    /// # Errors
    /// [`WriteError`]: the old file, if any, is unchanged.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), WriteError> {
        self.save_showing(path.as_ref(), &Showing::default())
    }

    /// As [`Self::save`]; says what a picture looks like.
    ///
    /// # Errors
    /// As [`Self::save`].
    pub fn save_showing(&self, path: &Path, showing: &Showing) -> Result<(), WriteError> {
        self.save_within(MAX_FILE_BYTES, path, showing)
    }

    /// `most`: bytes of a text that can be read again.
    fn save_within(&self, most: u64, path: &Path, showing: &Showing) -> Result<(), WriteError> {
        let refusal = |error| WriteError { path: path.to_owned(), error };
        if is_picture_name(path) {
            return write_atomic(path, &self.to_png(showing).map_err(refusal)?);
        }
        let text = self.to_ron();
        if text.len() as u64 > most {
            return Err(refusal(error::too_large(text.len() as u64, most)));
        }
        write_atomic(path, text.as_bytes())
    }

    /// The text of a scene file.
    pub fn to_ron(&self) -> String {
        document::write(self)
    }

    /// Reads the text of a scene file.
    ///
    /// # Errors
    /// See [`Fault`].
    pub fn from_ron(text: &str) -> Result<Loaded, Fault> {
        // Editors of Windows put a byte order mark in front.
        document::read(text.strip_prefix('\u{feff}').unwrap_or(text))
    }
}

#[cfg(test)]
mod tests;
