//! A swarm as the scene file has it: readable settings first, the weights last as one line of base64.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::checkpoints::Saved;
use super::film_block::FilmHead;
use super::flows::{self, FlowHead};
use super::{Evidence, Flows, LiveState, SwarmDoc, validate, weights};
use crate::worlds::BadValue;
use crate::worlds::swarm::picture::{Ensemble, Snapshot};
use crate::worlds::swarm::rule::{LiveSettings, NetShape, Rule, Swings};
use crate::worlds::swarm::train::TrainingSettings;

/// The order of the fields is the order in the file.
#[derive(Serialize, Deserialize)]
pub struct SwarmFile {
    /// The selected snapshot.
    pub snapshot: Snapshot,
    /// How samples are made of it.
    #[serde(default)]
    pub ensemble: Ensemble,
    /// How a rule is learned.
    #[serde(default)]
    pub training: TrainingSettings,
    /// How the swarm lives.
    #[serde(default)]
    pub live: LiveSettings,
    /// Knobs that swing by themselves.
    #[serde(default)]
    pub swings: Swings,
    /// Particles of a live swarm.
    #[serde(default)]
    pub live_particles: usize,
    /// The rule without its weights.
    #[serde(default)]
    pub rule: Option<RuleHead>,
    /// Older files have no list: then the flow of the rule is the only one.
    #[serde(default)]
    flows: Vec<FlowHead>,
    #[serde(default)]
    chosen_flow: usize,
    /// The live swarm where it was left.
    #[serde(default)]
    pub state: Option<LiveState>,
    #[serde(default)]
    savepoints: Vec<Saved>,
    /// What was found about the rule.
    #[serde(default)]
    pub evidence: Option<Evidence>,
    /// All snapshots of a picture that has several; `snapshot` is the one on the canvas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    snapshots: Option<FilmHead>,
    /// Weights of the rule, packed.
    #[serde(default)]
    pub weights: Option<String>,
}

/// A rule without its weights.
#[derive(Serialize, Deserialize)]
pub struct RuleHead {
    unit_length: f64,
    cutoff_l: f64,
    sigma_range_l: [f64; 2],
    kappa: f64,
    energy: NetShape,
    #[serde(default)]
    flow: Option<NetShape>,
}

impl RuleHead {
    fn of(rule: &Rule) -> Self {
        Self {
            unit_length: rule.unit_length,
            cutoff_l: rule.cutoff_l,
            sigma_range_l: rule.sigma_range_l,
            kappa: rule.kappa,
            energy: rule.energy.shape,
            flow: rule.flow.as_ref().map(|net| net.shape),
        }
    }

    fn with_weights(self, bytes: &[u8]) -> Result<Rule, BadValue> {
        Ok(Rule {
            unit_length: self.unit_length,
            cutoff_l: self.cutoff_l,
            sigma_range_l: self.sigma_range_l,
            kappa: self.kappa,
            energy: weights::decode(bytes, "energy", self.energy)?,
            flow: self.flow.map(|shape| weights::decode(bytes, "flow", shape)).transpose()?,
        })
    }
}

impl SwarmFile {
    /// `film_file`: the name of the file beside the scene that has the snapshots; without one they are in the text.
    pub fn of(doc: &SwarmDoc, film_file: Option<String>) -> Self {
        // A rule may have been stored without its entry in the list of flows.
        let listed = match doc.rule.as_deref() {
            Some(rule) if rule.flow.as_ref() == doc.flows.chosen().map(|flow| &*flow.net) => doc.flows.clone(),
            Some(rule) => Flows::of(rule, &doc.training),
            None => Flows::default(),
        };
        Self {
            snapshot: (*doc.snapshot).clone(),
            ensemble: doc.ensemble,
            training: doc.training,
            live: doc.live,
            swings: doc.swings.clone(),
            live_particles: doc.live_particles,
            rule: doc.rule.as_deref().map(RuleHead::of),
            flows: listed.list.iter().map(FlowHead::of).collect(),
            chosen_flow: listed.chosen,
            state: doc.state.as_deref().cloned(),
            savepoints: doc.checkpoints.iter().map(|checkpoint| Saved::of(checkpoint, &listed)).collect(),
            evidence: doc.evidence.clone(),
            snapshots: FilmHead::of(&doc.stills().stored_film(), film_file),
            weights: doc.rule.as_deref().map(|rule| weights::encode(rule, &listed)),
        }
    }

    /// What the draft format (schema 0) had; the rest is at its defaults.
    pub fn from_draft(
        snapshot: Snapshot,
        training: TrainingSettings,
        live: LiveSettings,
        state: Option<LiveState>,
        rule: Option<RuleHead>,
        weights: Option<String>,
    ) -> Self {
        Self {
            snapshot,
            training,
            live,
            rule,
            weights,
            state,
            ensemble: Ensemble::default(),
            swings: Swings::default(),
            live_particles: 0,
            flows: Vec::new(),
            chosen_flow: 0,
            savepoints: Vec::new(),
            evidence: None,
            snapshots: None,
        }
    }

    /// `read` gives the bytes of a file beside the scene, by its name.
    ///
    /// # Errors
    /// A value that parses but cannot be meant, by the path of its field.
    pub fn into_doc(self, read: &dyn Fn(&str) -> Result<Vec<u8>, String>) -> Result<SwarmDoc, BadValue> {
        let (rule, flows) = match (self.rule, self.weights) {
            (Some(head), Some(text)) => {
                let bytes = weights::bytes_of(&text)?;
                let rule = head.with_weights(&bytes)?;
                let flows = flows_of(self.flows, self.chosen_flow, &rule, &self.training, &bytes)?;
                (Some(rule), flows)
            }
            (None, None) => {
                if !self.flows.is_empty() {
                    flows::check(&self.flows, self.chosen_flow, None)?;
                }
                (None, Flows::default())
            }
            (Some(_), None) => {
                return Err(BadValue::new("weights", "the rule has none", "remove `rule` and learn again"));
            }
            (None, Some(_)) => {
                return Err(BadValue::new(
                    "rule",
                    "it is missing, but there are weights",
                    "remove `weights` and learn again",
                ));
            }
        };
        let film = self.snapshots.map(|head| head.into_film(&self.snapshot, read)).transpose()?;
        let doc = SwarmDoc {
            snapshot: Arc::new(self.snapshot),
            film: film.unwrap_or_default(),
            ensemble: self.ensemble,
            training: self.training,
            live: self.live,
            swings: self.swings,
            live_particles: self.live_particles,
            checkpoints: self.savepoints.into_iter().map(|saved| saved.with(&flows)).collect(),
            rule: rule.map(Arc::new),
            flows,
            state: self.state.map(Arc::new),
            evidence: self.evidence,
        };
        validate::doc(&doc)?;
        Ok(doc)
    }
}

/// The list of flows with their weights; that of the chosen one is the rule's own.
fn flows_of(
    heads: Vec<FlowHead>,
    chosen: usize,
    rule: &Rule,
    training: &TrainingSettings,
    bytes: &[u8],
) -> Result<Flows, BadValue> {
    if heads.is_empty() {
        return Ok(Flows::of(rule, training));
    }
    flows::check(&heads, chosen, Some(rule))?;
    let read = |(k, head): (usize, FlowHead)| {
        let net = match &rule.flow {
            Some(flow) if k == chosen => flow.clone(),
            _ => weights::decode(bytes, &weights::flow_name(k), head.net)?,
        };
        Ok(head.with(net))
    };
    Ok(Flows { list: heads.into_iter().enumerate().map(read).collect::<Result<_, BadValue>>()?, chosen })
}
