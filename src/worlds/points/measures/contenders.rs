//! What a certificate measures: the flows of a scene, the flow that plays as it is on the grid, and controls that must fail.

use rand::SeedableRng;
use rand::rngs::StdRng;

use super::PointCheckSettings;
use super::residual::residual_of;
use crate::worlds::points::engine::{BakedField, DriftKernel, walkers_from};
use crate::worlds::points::rule::{
    ExactPart, FlowReference, Mlp, PointFlow, PointRule, Potential, VelocityJet, exact_velocity,
};
use crate::worlds::points::train::free_score;
use crate::worlds::points::{LearnedPoints, PointsDoc};

/// A flow to measure.
pub(super) struct PointContender {
    pub name: String,
    pub control: bool,
    /// What moves the walkers.
    motion: ContenderMotion,
    /// The energy, and the flow where the motion is that of a rule.
    of: PointRule,
    pub kernel: DriftKernel,
    /// Carried by this grid instead, which has this error.
    pub grid: Option<(BakedField, f64)>,
    /// σ of the samples that it should keep: 0 for the weak form, which has no noise.
    pub sigma: f64,
}

/// What moves the walkers of a contender.
enum ContenderMotion {
    /// The flow of a rule.
    Flow,
    /// The score of the energy.
    Score,
    /// The exact flow of this potential without its curl.
    WithoutCurl(Potential),
}

impl PointContender {
    pub fn repeats(&self, settings: &PointCheckSettings) -> u32 {
        if self.control { settings.control_repeats.max(1) } else { settings.repeats.max(1) }
    }

    /// The rule behind it, for what only a rule has.
    pub fn rule(&self) -> Option<&PointRule> {
        matches!(self.motion, ContenderMotion::Flow).then_some(&self.of)
    }

    /// Relative residual of equation (1) against the energy at `sigma`; none without an energy.
    pub fn residual(&self, sigma: f64, positions: &[[f32; 4]]) -> Option<f64> {
        self.of.energy.as_ref()?;
        let reference = FlowReference::new(&self.of.flow, self.of.dim);
        Some(residual_of(&self.of, sigma, positions, |x, energy| match (&self.motion, &self.grid) {
            (_, Some((grid, _))) => grid.flow_jet(x),
            (ContenderMotion::Flow, None) => reference.jet(x, energy),
            (ContenderMotion::Score, None) => VelocityJet { velocity: energy.score, jacobian: energy.score_jacobian },
            (ContenderMotion::WithoutCurl(potential), None) => {
                exact_velocity(&potential.jet(x, self.of.dim), energy, false)
            }
        }))
    }
}

/// Optimiser steps of the free score field.
const FREE_SCORE_STEPS: usize = 1500;

/// `None` once `stop` returns true.
pub(super) fn contenders(
    doc: &PointsDoc,
    learned: &LearnedPoints,
    sigma: f64,
    seed: u64,
    stop: &dyn Fn() -> bool,
) -> Option<Vec<PointContender>> {
    let motion = || ContenderMotion::Flow;
    let mut all: Vec<PointContender> = (0..learned.flows.len())
        .map(|index| {
            let rule = learned.rule(doc.dim, index);
            let weak = matches!(rule.flow, PointFlow::Dictionary(_));
            let (name, kernel) = (learned.flows[index].name.clone(), DriftKernel::new(&rule, sigma));
            let sigma = if weak { 0.0 } else { sigma };
            PointContender { name, control: false, motion: motion(), of: rule, kernel, grid: None, sigma }
        })
        .collect();
    let cloud: Vec<[f64; 3]> = doc.points.iter().map(|p| learned.map.forward(p.map(f64::from))).collect();
    // Interpolation breaks exactness: the flow that plays is also measured as the engine bakes it.
    let chosen = learned.rule(doc.dim, learned.chosen);
    if chosen.flow.needs_energy() {
        let kernel = DriftKernel::new(&chosen, sigma);
        let box_of_cloud: Vec<[f32; 4]> = cloud.iter().map(|p| [p[0] as f32, p[1] as f32, p[2] as f32, 0.0]).collect();
        let grid = BakedField::unless_stopped(&kernel, doc.dim, &box_of_cloud, stop)?;
        let positions = walkers_from(&cloud, doc.dim, 4096, sigma, seed);
        let error = grid.flow_error(&kernel, &positions);
        let name = format!("{}, on the grid", learned.flows[learned.chosen].name);
        let grid = Some((grid, error));
        all.push(PointContender { name, control: false, motion: motion(), of: chosen, kernel, grid, sigma });
    }
    let mut rng = StdRng::seed_from_u64(seed ^ 0xc0de);
    let still = PointRule { flow: PointFlow::Still, ..learned.rule(doc.dim, 0) };
    let flowing = |flow| PointRule { flow, ..still.clone() };
    let control = |name: &str, motion, of: PointRule, kernel| {
        let sigma = if of.energy.is_some() { sigma } else { 0.0 };
        PointContender { name: name.to_owned(), control: true, motion, of, kernel, grid: None, sigma }
    };
    let net = Mlp::random(&[doc.dim, 64, 64, doc.dim], 1.0, &mut rng);
    let random = flowing(PointFlow::Free { net, gain: 1.0 });
    let kernel = DriftKernel::new(&random, sigma);
    all.push(control("random network", motion(), random, kernel));
    if still.energy.is_none() {
        return Some(all);
    }
    let kernel = DriftKernel::score_alone(&still, sigma);
    all.push(control("score alone", ContenderMotion::Score, still.clone(), kernel));
    let potential = Potential::Twist { seed: doc.training.seed, scale: doc.training.twist_scale };
    let twist = flowing(PointFlow::Exact(vec![ExactPart { gain: 1.0, potential: potential.clone() }]));
    let kernel = DriftKernel::without_curl(&twist, sigma);
    all.push(control("twist without its gradient", ContenderMotion::WithoutCurl(potential), still.clone(), kernel));
    // A field that resembles the score without being a gradient: turned, it is not free of divergence against exp(-E).
    if let Ok(net) = free_score(&cloud, doc.dim, sigma, FREE_SCORE_STEPS, seed, stop) {
        let turned = flowing(PointFlow::Free { net: quarter_turn(net), gain: 1.0 });
        let kernel = DriftKernel::new(&turned, sigma);
        all.push(control("turned free score", motion(), turned, kernel));
    }
    (!stop()).then_some(all)
}

/// The field with its vectors turned by a quarter: J s in the plane, s × e_z in space, which are the exact flows with a constant
/// potential where s is the score of the energy.
fn quarter_turn(mut net: Mlp) -> Mlp {
    let [.., inputs, outputs] = net.sizes[..] else { return net };
    let biases = net.weights.len() - outputs;
    let first = biases - inputs * outputs;
    for k in 0..inputs {
        let [x, y] = [first + k, first + inputs + k];
        (net.weights[x], net.weights[y]) = (net.weights[y], -net.weights[x]);
    }
    (net.weights[biases], net.weights[biases + 1]) = (net.weights[biases + 1], -net.weights[biases]);
    if outputs == 3 {
        net.weights[first + 2 * inputs..biases].fill(0.0);
        net.weights[biases + 2] = 0.0;
    }
    net
}
