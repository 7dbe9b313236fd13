//! Checkpoints of a live field in a scene, each with the settings it ran under.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::stills::Still;
use super::tokens::{SkewFlow, TokenLive};
use super::{FieldDoc, FieldError, FieldSubject, MAX_SIDE, MIN_SIDE};
use crate::worlds::studio::{
    CheckpointList, CheckpointRow, LiveState, MAX_CHECKPOINTS, SavedState, StudioError, add_checkpoint,
    delete_checkpoint, rename_checkpoint, shared, size_of_checkpoints,
};

/// Most values (pixels times channels) of all checkpoints of a scene together: 64 MB before compression, as much as two
/// fields of the largest size.
pub const MAX_SAVED_VALUES: usize = 16 << 20;

/// A field at one time, and what it ran with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FieldSavepoint {
    /// Name in the list.
    #[serde(default)]
    pub name: String,
    /// Time per step.
    pub time_step: f64,
    /// Knobs of tokens; none for a pattern.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live: Option<TokenLive>,
    /// The training-free flow beside them.
    #[serde(default, skip_serializing_if = "SkewFlow::is_default")]
    pub skew: SkewFlow,
    /// Steps since the start.
    pub steps: u64,
    /// The field, denoised where it has noise.
    #[serde(with = "shared")]
    pub image: Arc<Still>,
}

impl PartialEq for FieldSavepoint {
    /// A shared field is not compared value by value: the history compares scenes at each motion of a knob.
    fn eq(&self, other: &Self) -> bool {
        let is_same = Arc::ptr_eq(&self.image, &other.image) || self.image == other.image;
        is_same
            && (&self.name, self.time_step, self.live, self.skew, self.steps)
                == (&other.name, other.time_step, other.live, other.skew, other.steps)
    }
}

impl SavedState for FieldSavepoint {
    const MAX_SIZE: usize = MAX_SAVED_VALUES;
    const COUNTED: &'static str = "values of pixels";

    fn name(&mut self) -> &mut String {
        &mut self.name
    }

    fn size(&self) -> usize {
        self.image.data.len()
    }
}

impl CheckpointList for FieldDoc {
    fn checkpoints(&self) -> Vec<CheckpointRow> {
        let row = |saved: &FieldSavepoint| CheckpointRow {
            name: saved.name.clone(),
            facts: format!("{} × {} pixels after {} steps", saved.image.width, saved.image.height, saved.steps),
        };
        self.savepoints.iter().map(row).collect()
    }

    fn keep_checkpoint(&mut self, state: &LiveState) -> Result<String, StudioError> {
        let LiveState::Field(image, steps) = state else { return Err(StudioError::NoRule) };
        let (live, skew) = match &self.subject {
            FieldSubject::Tokens(tokens) => (Some(tokens.live), tokens.skew),
            FieldSubject::Library(_) => (None, SkewFlow::default()),
        };
        let (name, time_step, image) = (String::new(), self.live.time_step, image.clone());
        add_checkpoint(&mut self.savepoints, FieldSavepoint { name, time_step, live, skew, steps: *steps, image })
    }

    fn rename_checkpoint(&mut self, index: usize, name: &str) {
        rename_checkpoint(&mut self.savepoints, index, name);
    }

    fn delete_checkpoint(&mut self, index: usize) {
        delete_checkpoint(&mut self.savepoints, index);
    }

    /// Takes the settings and the size of a checkpoint.
    fn take_checkpoint(&mut self, index: usize) -> Option<LiveState> {
        let saved = self.savepoints.get(index)?;
        if let (FieldSubject::Tokens(tokens), Some(live)) = (&mut self.subject, saved.live) {
            // The number of tokens of a start is no setting of a life.
            tokens.live = TokenLive { tokens: tokens.live.tokens, ..live };
            tokens.skew = saved.skew;
        }
        self.live.time_step = saved.time_step;
        self.live.size = [saved.image.width, saved.image.height];
        Some(LiveState::Field(saved.image.clone(), saved.steps))
    }
}

impl FieldDoc {
    /// # Errors
    /// Too many checkpoints, or one that does not fit the scene.
    pub(super) fn validate_checkpoints(&self) -> Result<(), FieldError> {
        let fail = |reason: String| {
            let hint = "delete that checkpoint in the file";
            Err(FieldError::Value { path: "savepoints", reason, hint })
        };
        if self.savepoints.len() > MAX_CHECKPOINTS || size_of_checkpoints(&self.savepoints) > MAX_SAVED_VALUES {
            return fail(format!(
                "{} with {} values are too many",
                self.savepoints.len(),
                size_of_checkpoints(&self.savepoints)
            ));
        }
        let channels = match self.subject {
            FieldSubject::Library(_) => 2,
            FieldSubject::Tokens(_) => 3,
        };
        for (index, saved) in self.savepoints.iter().enumerate() {
            let image = &saved.image;
            let sides = [image.width, image.height];
            if image.channels != channels || sides.iter().any(|side| !(MIN_SIDE..=MAX_SIDE).contains(side)) {
                let [width, height] = sides;
                return fail(format!("number {index} has {width} × {height} pixels with {} channels", image.channels));
            }
            if channels == 3 && sides.iter().any(|side| !side.is_multiple_of(16)) {
                return fail(format!("number {index} has sides that are not multiples of 16"));
            }
            if image.data.iter().any(|v| !v.is_finite()) || !(saved.time_step > 0.0 && saved.time_step <= 100.0) {
                return fail(format!("number {index} has numbers that are not finite or out of range"));
            }
            if let Some(live) = &saved.live {
                live.validate()?;
            }
            saved.skew.validate()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::field::tokens::{Token, TokenDoc};

    #[test]
    fn a_checkpoint_survives_the_file_with_its_settings() {
        let tokens = TokenDoc::new(vec![Token::bundled("dot").unwrap()]).unwrap();
        let subject = FieldSubject::Tokens(tokens);
        let mut doc = FieldDoc { subject, ..FieldDoc::default() };
        let with = |doc: &mut FieldDoc, swim: f64| match &mut doc.subject {
            FieldSubject::Tokens(tokens) => tokens.live.swim_px = swim,
            FieldSubject::Library(_) => panic!("tokens"),
        };
        with(&mut doc, 0.1);
        let mut image = Still::filled(64, 48, &[0.1, 0.2, 0.3]);
        image.data.iter_mut().enumerate().for_each(|(k, v)| *v += 1e-6 * k as f32);
        let state = LiveState::Field(Arc::new(image), 81);
        assert_eq!(doc.keep_checkpoint(&state).unwrap(), "Checkpoint 1");
        let text = ron::ser::to_string_pretty(&doc, ron::ser::PrettyConfig::default()).unwrap();
        let mut read: FieldDoc = ron::from_str(&text).unwrap();
        assert_eq!(read, doc);
        assert!(read.validate().is_ok());
        with(&mut read, 0.0);
        assert_eq!(read.take_checkpoint(0), Some(state));
        let FieldSubject::Tokens(tokens) = &read.subject else { panic!("tokens") };
        assert_eq!((tokens.live.swim_px, read.live.size), (0.1, [64, 48]));
    }

    #[test]
    fn checkpoints_that_do_not_fit_are_refused() {
        let mut doc = FieldDoc::default();
        let large = LiveState::Field(Arc::new(Still::filled(2048, 2048, &[0.0, 1.0])), 0);
        assert!(doc.keep_checkpoint(&large).is_ok() && doc.keep_checkpoint(&large).is_ok());
        let why = doc.keep_checkpoint(&large).unwrap_err().to_string();
        assert!(why.contains("delete one") && doc.savepoints.len() == 2, "{why}");
        assert!(doc.validate().is_ok());
        doc.savepoints[1].image = Arc::new(Still::filled(64, 64, &[0.0; 3]));
        assert!(doc.validate().unwrap_err().to_string().contains("savepoints"));
    }
}
