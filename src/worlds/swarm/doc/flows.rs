//! The learned flows of a picture: other motions over one and the same energy.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::worlds::BadValue;
use crate::worlds::swarm::rule::{LocalNet, NetShape, Rule};
use crate::worlds::swarm::train::{Drive, TrainingSettings};

/// Maximum number of flows that a scene keeps.
pub const MAX_FLOWS: usize = 64;

/// A learned motion of the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct LearnedFlow {
    /// Name in the list, different from the others.
    pub name: String,
    /// Seed that it was learned with.
    pub seed: u64,
    /// Which motion must not vanish.
    pub drive: Drive,
    /// Measured with the energy as it is; `None` until then.
    pub numbers: Option<FlowNumbers>,
    /// Its network.
    pub net: Arc<LocalNet>,
}

/// What a flow does at γ = 1, on samples of the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FlowNumbers {
    /// Mean of v · n, ℓ per time.
    pub forward: f64,
    /// Mean of v · n⊥ (to the left), ℓ per time.
    pub lateral: f64,
    /// Mean of v_θ, rad per time.
    pub turn: f64,
    /// Of equation (1), relative to the motion: 0 is exact, 1 is ignorance.
    pub residual: f64,
}

impl LearnedFlow {
    /// A flow just learned, named by its seed.
    pub fn new(net: LocalNet, seed: u64, drive: Drive) -> Self {
        Self { name: Self::default_name(seed, drive), seed, drive, numbers: None, net: Arc::new(net) }
    }

    /// The name of a flow that the user has not named.
    pub fn default_name(seed: u64, drive: Drive) -> String {
        match drive {
            Drive::Forward => format!("seed {seed}"),
            Drive::Any => format!("seed {seed}, any"),
        }
    }
}

/// All learned flows, and the one that plays: its network is the flow of the scene's rule.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flows {
    /// In the order in which they were learned.
    pub list: Vec<LearnedFlow>,
    /// Index of the one that runs.
    pub chosen: usize,
}

impl Flows {
    /// The only flow of a rule that was just learned, if it has one.
    pub fn of(rule: &Rule, training: &TrainingSettings) -> Self {
        let only = rule.flow.clone().map(|net| LearnedFlow::new(net, training.seed, training.drive));
        Self { list: only.into_iter().collect(), chosen: 0 }
    }

    /// The energy has learned on, perhaps with other species, and the chosen flow with it.
    pub fn learned_on(&mut self, rule: &Rule) {
        let species = rule.energy.shape.species;
        for flow in &mut self.list {
            flow.numbers = None;
            if flow.net.shape.species != species {
                flow.net = Arc::new(flow.net.with_species(species));
            }
        }
        if let (Some(net), Some(flow)) = (&rule.flow, self.list.get_mut(self.chosen)) {
            flow.net = Arc::new(net.clone());
        }
    }

    /// The flow that runs; `None` without flows.
    pub fn chosen(&self) -> Option<&LearnedFlow> {
        self.list.get(self.chosen)
    }

    /// The seed after the largest so far.
    pub fn next_seed(&self) -> u64 {
        self.list.iter().map(|flow| flow.seed.saturating_add(1)).max().unwrap_or(1)
    }
}

/// A flow without its weights, as the file has it.
#[derive(Serialize, Deserialize)]
pub(super) struct FlowHead {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub seed: u64,
    #[serde(default)]
    pub drive: Drive,
    #[serde(default)]
    pub numbers: Option<FlowNumbers>,
    pub net: NetShape,
}

impl FlowHead {
    pub fn of(flow: &LearnedFlow) -> Self {
        let LearnedFlow { name, seed, drive, numbers, net } = flow;
        Self { name: name.clone(), seed: *seed, drive: *drive, numbers: *numbers, net: net.shape }
    }

    pub fn with(self, net: LocalNet) -> LearnedFlow {
        LearnedFlow { name: self.name, seed: self.seed, drive: self.drive, numbers: self.numbers, net: Arc::new(net) }
    }
}

/// What the list in a file must satisfy beside its rule.
pub(super) fn check(heads: &[FlowHead], chosen: usize, rule: Option<&Rule>) -> Result<(), BadValue> {
    const HINT: &str = "remove `flows` and `chosen_flow`, or take an earlier copy of the file";
    let Some(flow) = rule.and_then(|rule| rule.flow.as_ref()) else {
        return Err(BadValue::new("flows", "there are flows, but the rule has none", HINT));
    };
    if heads.len() > MAX_FLOWS {
        return Err(BadValue::new("flows", format!("{} are more than {MAX_FLOWS}", heads.len()), HINT));
    }
    let Some(head) = heads.get(chosen) else {
        return Err(BadValue::new("chosen_flow", format!("{chosen} is not one of the {} flows", heads.len()), HINT));
    };
    if head.net != flow.shape {
        return Err(BadValue::new("flows", "the chosen one has another shape than `rule.flow`", HINT));
    }
    for (k, head) in heads.iter().enumerate() {
        if head.net.species != flow.shape.species {
            return Err(BadValue::new(format!("flows[{k}].net.species"), "it is not that of the rule", HINT));
        }
        let numbers = head.numbers.unwrap_or_default();
        if [numbers.forward, numbers.lateral, numbers.turn, numbers.residual].iter().any(|n| !n.is_finite()) {
            return Err(BadValue::new(format!("flows[{k}].numbers"), "one is not finite", "remove them"));
        }
    }
    Ok(())
}
