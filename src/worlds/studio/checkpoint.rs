//! Checkpoints: what lives at one time, saved in the scene.

use std::sync::Arc;

use super::StudioError;
use crate::worlds::field::stills::Still;
use crate::worlds::points::cloud::Standardisation;
use crate::worlds::points::engine::PointCheckpoint;

/// Most checkpoints of a scene.
pub const MAX_CHECKPOINTS: usize = 48;
/// Longest name, characters.
const MAX_NAME: usize = 40;

/// What lives at one time. Copies share it.
#[derive(Clone, Debug, PartialEq)]
pub enum LiveState {
    /// Walkers, and the map of their standardised coordinates.
    Points(Arc<PointCheckpoint>, Standardisation),
    /// A field (denoised where it has noise), and the steps since its start.
    Field(Arc<Still>, u64),
}

/// One checkpoint, as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointRow {
    /// Name in the list.
    pub name: String,
    /// Its figures, in a few words.
    pub facts: String,
}

/// The saved states of what lives in a world.
pub trait CheckpointList {
    /// All of them, in the order of the list.
    fn checkpoints(&self) -> Vec<CheckpointRow>;
    /// Adds a state of what lives, with the present settings. Returns its name.
    ///
    /// # Errors
    /// No room for it in a scene file, or a state of another world.
    fn keep_checkpoint(&mut self, state: &LiveState) -> Result<String, StudioError>;
    /// Gives a checkpoint another name.
    fn rename_checkpoint(&mut self, index: usize, name: &str);
    /// Removes a checkpoint from the list.
    fn delete_checkpoint(&mut self, index: usize);
    /// Takes the settings of a checkpoint, and returns its state; `None` where there is none.
    fn take_checkpoint(&mut self, index: usize) -> Option<LiveState>;
}

/// What a world saves as one checkpoint.
pub(crate) trait SavedState {
    /// Most of [`Self::size`] of all checkpoints of a scene together.
    const MAX_SIZE: usize;
    /// What is counted, for messages.
    const COUNTED: &'static str;
    /// Name in the list.
    fn name(&mut self) -> &mut String;
    /// What it adds to the file.
    fn size(&self) -> usize;
}

/// Adds a checkpoint under the first free name, which is returned.
///
/// # Errors
/// Too many of them, or too large together.
pub(crate) fn add_checkpoint<T: SavedState>(list: &mut Vec<T>, mut saved: T) -> Result<String, StudioError> {
    let (all, limit, what) = (size_of_checkpoints(list) + saved.size(), T::MAX_SIZE, T::COUNTED);
    if list.len() >= MAX_CHECKPOINTS {
        return Err(StudioError::CheckpointRoom(format!("{MAX_CHECKPOINTS} are the limit")));
    }
    if all > limit {
        return Err(StudioError::CheckpointRoom(format!(
            "its checkpoints would have {all} {what} with this one, and {limit} are the limit"
        )));
    }
    let names: Vec<&String> = list.iter_mut().map(|other| &*other.name()).collect();
    let mut numbered = (1 + names.len()..).map(|number| format!("Checkpoint {number}"));
    let name = numbered.find(|name| !names.contains(&name)).unwrap_or_default();
    saved.name().clone_from(&name);
    list.push(saved);
    Ok(name)
}

/// Gives a checkpoint another name, shortened where it is long.
pub(crate) fn rename_checkpoint<T: SavedState>(list: &mut [T], index: usize, name: &str) {
    if let Some(saved) = list.get_mut(index) {
        *saved.name() = name.chars().take(MAX_NAME).collect();
    }
}

/// Takes a checkpoint from the list.
pub(crate) fn delete_checkpoint<T>(list: &mut Vec<T>, index: usize) {
    if index < list.len() {
        list.remove(index);
    }
}

/// What all of them add to the file.
pub(crate) fn size_of_checkpoints<T: SavedState>(list: &[T]) -> usize {
    list.iter().map(SavedState::size).sum()
}

/// An [`Arc`] in a file as what it holds, for serde.
pub(crate) mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// # Errors
    /// Those of the serialiser.
    pub fn serialize<T: Serialize, S: Serializer>(value: &Arc<T>, serializer: S) -> Result<S::Ok, S::Error> {
        (**value).serialize(serializer)
    }

    /// # Errors
    /// Those of what it holds.
    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<T>, D::Error> {
        T::deserialize(deserializer).map(Arc::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl SavedState for String {
        const MAX_SIZE: usize = 200;
        const COUNTED: &'static str = "letters";

        fn name(&mut self) -> &mut String {
            self
        }

        fn size(&self) -> usize {
            self.len()
        }
    }

    #[test]
    fn names_of_checkpoints_differ_after_a_deletion() {
        let mut list = Vec::new();
        let add = |list: &mut Vec<String>, letters: usize| add_checkpoint(list, "x".repeat(letters));
        (0..3).for_each(|_| _ = add(&mut list, 0).unwrap());
        assert_eq!(list, ["Checkpoint 1", "Checkpoint 2", "Checkpoint 3"]);
        delete_checkpoint(&mut list, 1);
        delete_checkpoint(&mut list, 9);
        assert_eq!(add(&mut list, 0).unwrap(), "Checkpoint 4");
        rename_checkpoint(&mut list, 0, &"ö".repeat(99));
        rename_checkpoint(&mut list, 9, "none");
        assert_eq!(list[0].chars().count(), 40);
        assert!(add(&mut list, 200).unwrap_err().to_string().contains("letters"));
    }
}
