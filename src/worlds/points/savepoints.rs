//! Checkpoints of live walkers in a scene, each with the settings it ran under.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::cloud::{MAX_POINTS, Standardisation};
use super::engine::PointCheckpoint;
use super::rule::PointLive;
use super::{PointsDoc, PointsDocError};
use crate::worlds::studio::{
    CheckpointList, CheckpointRow, LiveState, MAX_CHECKPOINTS, SavedState, StudioError, add_checkpoint,
    delete_checkpoint, rename_checkpoint, shared, size_of_checkpoints,
};

/// Most walkers of all checkpoints of a scene together: 85 MB of its file.
pub const MAX_SAVED_WALKERS: usize = 4_000_000;

/// Walkers at one time, and what they ran with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PointSavepoint {
    /// Name in the list.
    #[serde(default)]
    pub name: String,
    /// Settings that they ran under.
    #[serde(default)]
    pub live: PointLive,
    /// Name of the flow that moved them.
    #[serde(default)]
    pub flow: String,
    /// The map of their standardised coordinates.
    pub map: Standardisation,
    /// The walkers, f32.
    #[serde(with = "shared")]
    pub state: Arc<PointCheckpoint>,
}

impl PartialEq for PointSavepoint {
    /// Shared walkers are not compared one by one: the history compares scenes at each motion of a knob.
    fn eq(&self, other: &Self) -> bool {
        let is_same = Arc::ptr_eq(&self.state, &other.state) || self.state == other.state;
        is_same && (&self.name, self.live, &self.flow, self.map) == (&other.name, other.live, &other.flow, other.map)
    }
}

impl SavedState for PointSavepoint {
    const MAX_SIZE: usize = MAX_SAVED_WALKERS;
    const COUNTED: &'static str = "walkers";

    fn name(&mut self) -> &mut String {
        &mut self.name
    }

    fn size(&self) -> usize {
        self.state.walkers.len()
    }
}

impl CheckpointList for PointsDoc {
    fn checkpoints(&self) -> Vec<CheckpointRow> {
        let row = |saved: &PointSavepoint| CheckpointRow {
            name: saved.name.clone(),
            facts: format!("{} walkers after {} steps, {}", saved.state.walkers.len(), saved.state.step, saved.flow),
        };
        self.savepoints.iter().map(row).collect()
    }

    fn keep_checkpoint(&mut self, state: &LiveState) -> Result<String, StudioError> {
        let LiveState::Points(state, map) = state else { return Err(StudioError::NoRule) };
        let learned = self.learned.as_ref().ok_or(StudioError::NoRule)?;
        let flow = learned.flows.get(learned.chosen).map_or_else(String::new, |named| named.name.clone());
        let state = state.clone();
        add_checkpoint(
            &mut self.savepoints,
            PointSavepoint { name: String::new(), live: self.live, flow, map: *map, state },
        )
    }

    fn rename_checkpoint(&mut self, index: usize, name: &str) {
        rename_checkpoint(&mut self.savepoints, index, name);
    }

    fn delete_checkpoint(&mut self, index: usize) {
        delete_checkpoint(&mut self.savepoints, index);
    }

    /// Takes the settings of a checkpoint, and its flow where that is still in the list.
    fn take_checkpoint(&mut self, index: usize) -> Option<LiveState> {
        let saved = self.savepoints.get(index)?;
        let learned = self.learned.as_mut()?;
        if let Some(flow) = learned.flows.iter().position(|named| named.name == saved.flow) {
            learned.chosen = flow;
        }
        let [low, high] = learned.sigma_range;
        self.live = PointLive { sigma: saved.live.sigma.clamp(low, high), ..saved.live };
        Some(LiveState::Points(saved.state.clone(), saved.map))
    }
}

impl PointsDoc {
    /// # Errors
    /// Too many checkpoints, or one without sound walkers.
    pub(super) fn validate_checkpoints(&self) -> Result<(), PointsDocError> {
        let value = |what, value: String, allowed| Err(PointsDocError::Value { what, value, allowed });
        if self.savepoints.len() > MAX_CHECKPOINTS {
            return value("the number of checkpoints", self.savepoints.len().to_string(), "at most 48 are possible");
        }
        if size_of_checkpoints(&self.savepoints) > MAX_SAVED_WALKERS {
            let all = size_of_checkpoints(&self.savepoints).to_string();
            return value("the number of walkers of all checkpoints", all, "at most 4000000 are possible");
        }
        for saved in &self.savepoints {
            let count = saved.state.walkers.len();
            if !(1..=MAX_POINTS).contains(&count) {
                return value("the number of walkers of a checkpoint", count.to_string(), "1 to 1000000 are possible");
            }
            if let Some(bad) = saved.state.walkers.as_flattened().iter().find(|v| !v.is_finite()) {
                return value("a walker of a checkpoint", bad.to_string(), "all must be finite");
            }
            if saved.map.scale.iter().any(|s| !(*s > 0.0 && s.is_finite())) {
                let scale = format!("{:?}", saved.map.scale);
                return value("the scale of the map of a checkpoint", scale, "all scales must be above 0");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::points::LearnedPoints;
    use crate::worlds::points::NamedFlow;
    use crate::worlds::points::cloud::BuiltInTarget;
    use crate::worlds::points::rule::PointFlow;

    fn doc() -> PointsDoc {
        let mut doc = PointsDoc::of(BuiltInTarget::Ring.sample(300, 1), None);
        let flow = |name: &str| NamedFlow { name: name.into(), flow: PointFlow::Still, residual: None, weak: None };
        let map = Standardisation::of(&doc.cloud());
        let flows = vec![flow("one"), flow("two")];
        doc.learned = Some(LearnedPoints { map, sigma_range: [0.05, 0.5], energy: None, flows, chosen: 1 });
        doc
    }

    fn state(doc: &PointsDoc, count: usize) -> LiveState {
        let walkers = (0..count).map(|k| [k as f32, 0.1, -1e-7, 0.5]).collect();
        LiveState::Points(Arc::new(PointCheckpoint { walkers, step: 70, seed: 9 }), doc.learned.as_ref().unwrap().map)
    }

    #[test]
    fn a_checkpoint_survives_the_file_with_its_settings() {
        let mut doc = doc();
        doc.live.strength = 2.5;
        assert_eq!(doc.keep_checkpoint(&state(&doc, 20)).unwrap(), "Checkpoint 1");
        let text = ron::ser::to_string_pretty(&doc, ron::ser::PrettyConfig::default()).unwrap();
        let mut read: PointsDoc = ron::from_str(&text).unwrap();
        assert_eq!((&read, read.validate()), (&doc, Ok(())));
        read.live.strength = 0.1;
        read.learned.as_mut().unwrap().chosen = 0;
        let returned = read.take_checkpoint(0).unwrap();
        assert_eq!(returned, state(&doc, 20), "bit by bit");
        assert_eq!((read.live.strength, read.learned.unwrap().chosen), (2.5, 1));
        // Older files have none.
        let without = PointsDoc { savepoints: Vec::new(), ..doc };
        assert!(!ron::to_string(&without).unwrap().contains("savepoints"));
    }

    #[test]
    fn checkpoints_that_a_file_cannot_hold_are_refused() {
        let mut doc = doc();
        let large = state(&doc, MAX_SAVED_WALKERS / 4 + 1);
        (0..3).for_each(|_| assert!(doc.keep_checkpoint(&large).is_ok()));
        let why = doc.keep_checkpoint(&large).unwrap_err().to_string();
        assert!(why.contains("delete one") && doc.savepoints.len() == 3, "{why}");
        doc.savepoints.clear();
        let small = state(&doc, 5);
        (0..MAX_CHECKPOINTS).for_each(|_| assert!(doc.keep_checkpoint(&small).is_ok()));
        assert!(doc.keep_checkpoint(&small).is_err());
        let empty = PointCheckpoint { walkers: Vec::new(), step: 0, seed: 0 };
        doc.savepoints.truncate(2);
        doc.savepoints[1].state = Arc::new(empty);
        assert!(doc.validate().unwrap_err().to_string().contains("checkpoint"));
    }
}
