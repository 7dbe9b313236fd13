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

/// Refuses one more checkpoint beside `count` others where it would be too many, or where all together would have more
/// than `limit` of `what` (`sizes`: of the others and of the new one).
pub(crate) fn check_checkpoint_room(
    count: usize,
    sizes: [usize; 2],
    limit: usize,
    what: &str,
) -> Result<(), StudioError> {
    let all = sizes.iter().sum::<usize>();
    if count >= MAX_CHECKPOINTS {
        return Err(StudioError::CheckpointRoom(format!("{MAX_CHECKPOINTS} are the limit")));
    }
    if all > limit {
        return Err(StudioError::CheckpointRoom(format!(
            "its checkpoints would have {all} {what} with this one, and {limit} are the limit"
        )));
    }
    Ok(())
}

/// The first free name for one more checkpoint.
pub(crate) fn free_checkpoint_name<'a>(names: impl Iterator<Item = &'a str> + Clone) -> String {
    let name = |number: usize| format!("Checkpoint {number}");
    let number = (1 + names.clone().count()..).find(|&n| names.clone().all(|other| other != name(n)));
    name(number.unwrap_or(1))
}

/// `name` as a checkpoint may have it.
pub(crate) fn checkpoint_name(name: &str) -> String {
    name.chars().take(MAX_NAME).collect()
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

    #[test]
    fn names_of_checkpoints_differ_after_a_deletion() {
        let names = ["Checkpoint 1", "Checkpoint 3"];
        assert_eq!(free_checkpoint_name(names.into_iter()), "Checkpoint 4");
        assert_eq!(free_checkpoint_name([].into_iter()), "Checkpoint 1");
        assert_eq!(checkpoint_name(&"ö".repeat(99)).chars().count(), 40);
    }
}
