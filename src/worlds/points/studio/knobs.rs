//! The knobs of the points world, and where each is stored.

use crate::worlds::points::PointsDoc;
use crate::worlds::points::engine::{DriftKernel, evaluate_all, walkers_from};
use crate::worlds::points::rule::{ExactPart, MAX_DEGREE, PointFlow, Potential};
use crate::worlds::points::train::{MAX_WAVES, WeakDictionary};
use crate::worlds::studio::KnobScale::{Choice, Linear, Logarithmic, Switch, Whole, WholeLogarithmic};
use crate::worlds::studio::{KnobGroup, KnobSpec, MAX_LEARNING_STEPS};

const MAX_STEPS: f64 = MAX_LEARNING_STEPS as f64;

/// The knobs of the points world.
pub const KNOBS: &[KnobSpec] = &[
    KnobSpec::new(
        ("strength", "Strength", "γ", "spreads per time"),
        "Speed of the flow",
        1.0,
        [0.0, 5.0],
        Linear,
        KnobGroup::Live,
    ),
    KnobSpec::new(
        ("relaxation", "Relaxation", "η", ""),
        "Pull of the energy, with the noise that balances it; without it walkers follow the flow alone",
        0.1,
        [0.0, 2.0],
        Linear,
        KnobGroup::Live,
    ),
    KnobSpec::new(
        ("sigma", "Temperature", "σ", "spreads"),
        "Width by which the energy is blurred",
        0.1,
        [0.05, 0.5],
        Logarithmic,
        KnobGroup::Live,
    ),
    KnobSpec::new(
        ("reversed", "Backwards", "", ""),
        "Runs the flow the other way: a still cloud does not show the sense of time",
        0.0,
        [0.0, 1.0],
        Switch,
        KnobGroup::Live,
    ),
    KnobSpec::new(
        ("walkers", "Walkers", "", ""),
        "Number of walkers; they start again from the cloud",
        20_000.0,
        [100.0, 1_000_000.0],
        WholeLogarithmic,
        KnobGroup::Live,
    ),
    KnobSpec::new(
        ("moved_by", "Moved by", "", ""),
        "A grid of flow and score, which is fast and whose error is shown below, or the networks themselves; equations \
         need neither",
        0.0,
        [0.0, 1.0],
        Choice(&["grid", "networks"]),
        KnobGroup::Live,
    ),
    KnobSpec::new(
        ("twist_seed", "Twist", "", ""),
        "Another random flow over the same energy: just as exact",
        1.0,
        [0.0, 999.0],
        Whole,
        KnobGroup::Live,
    ),
    KnobSpec::new(
        ("twist_scale", "Twist scale", "", "per spread"),
        "How fine the eddies of the random flow are",
        1.0,
        [0.2, 5.0],
        Logarithmic,
        KnobGroup::Live,
    ),
    KnobSpec::new(
        ("energy_steps", "Energy steps", "", ""),
        "Optimiser steps of the energy: the flows are as good as it is",
        6000.0,
        [200.0, 60_000.0],
        WholeLogarithmic,
        KnobGroup::Learn,
    )
    .bounded([1.0, MAX_STEPS])
    .with_option("steps"),
    KnobSpec::new(
        ("smoothest_steps", "Smoothest steps", "", ""),
        "Optimiser steps of the smoothest exact flow",
        1000.0,
        [10.0, 10_000.0],
        WholeLogarithmic,
        KnobGroup::Learn,
    )
    .bounded([1.0, MAX_STEPS])
    .with_option("flow-steps"),
    KnobSpec::new(
        ("free_steps", "Free steps", "", ""),
        "Optimiser steps of the free network",
        10_000.0,
        [100.0, 100_000.0],
        WholeLogarithmic,
        KnobGroup::Learn,
    )
    .bounded([1.0, MAX_STEPS])
    .with_option("flow-steps"),
    KnobSpec::new(
        ("hutchinson", "Random probes", "", ""),
        "The free network's divergence by two random probes, as in the paper, instead of exactly",
        0.0,
        [0.0, 1.0],
        Switch,
        KnobGroup::Learn,
    ),
    KnobSpec::new(
        ("degree", "Degree", "", ""),
        "Highest degree of the equations of the weak form; 0 takes the smallest that explains the cloud",
        0.0,
        [0.0, MAX_DEGREE as f64],
        Whole,
        KnobGroup::Learn,
    )
    .bounded([0.0, MAX_DEGREE as f64]),
    KnobSpec::new(
        ("dictionary", "Dictionary", "", ""),
        "What the weak form combines: monomials, which give equations, or waves, which fit any smooth flow and give none",
        0.0,
        [0.0, 1.0],
        Choice(&["monomials", "fourier"]),
        KnobGroup::Learn,
    ),
    KnobSpec::new(
        ("waves", "Waves", "", ""),
        "Random waves of the weak form's Fourier dictionary; many need many points",
        12.0,
        [1.0, MAX_WAVES as f64],
        Whole,
        KnobGroup::Learn,
    )
    .bounded([1.0, MAX_WAVES as f64]),
    KnobSpec::new(
        ("find_noise", "Look for noise", "", ""),
        "Lets the weak form look for measurement noise in the cloud and correct for it",
        0.0,
        [0.0, 1.0],
        Switch,
        KnobGroup::Learn,
    ),
];

/// The value of a knob; NaN of an unknown one.
pub(super) fn value(doc: &PointsDoc, id: &str) -> f64 {
    let switch = |on: bool| f64::from(u8::from(on));
    match id {
        "strength" => doc.live.strength,
        "relaxation" => doc.live.relaxation,
        "sigma" => doc.live.sigma,
        "reversed" => switch(doc.live.reversed),
        "walkers" => doc.walkers as f64,
        "moved_by" => switch(doc.by_networks),
        "twist_seed" => twist(doc).map_or(doc.training.seed as f64, |(_, seed, _)| seed as f64),
        "twist_scale" => twist(doc).map_or(doc.training.twist_scale, |(_, _, scale)| scale),
        "energy_steps" => doc.training.energy_steps as f64,
        "smoothest_steps" => doc.training.smoothest_steps as f64,
        "free_steps" => doc.training.free_steps as f64,
        "hutchinson" => switch(doc.training.hutchinson),
        "degree" => f64::from(doc.training.weak.degree),
        "dictionary" => switch(doc.training.weak.dictionary == WeakDictionary::Fourier),
        "waves" => doc.training.weak.waves as f64,
        "find_noise" => switch(doc.training.weak.estimate_noise),
        _ => f64::NAN,
    }
}

/// Sets a knob to a value in its range.
pub(super) fn set(doc: &mut PointsDoc, id: &str, value: f64) {
    match id {
        "strength" => doc.live.strength = value,
        "relaxation" => doc.live.relaxation = value,
        // A rule may have been trained in a narrower range.
        "sigma" => {
            let [low, high] = doc.learned.as_ref().map_or([0.0, f64::MAX], |learned| learned.sigma_range);
            doc.live.sigma = value.clamp(low, high);
        }
        "reversed" => doc.live.reversed = value >= 0.5,
        "walkers" => doc.walkers = value as usize,
        "moved_by" => doc.by_networks = value >= 0.5,
        "twist_seed" => match twist(doc) {
            Some((index, _, scale)) => set_twist(doc, index, value as u64, scale),
            None => doc.training.seed = value as u64,
        },
        "twist_scale" => match twist(doc) {
            Some((index, seed, _)) => set_twist(doc, index, seed, value),
            None => doc.training.twist_scale = value,
        },
        "energy_steps" => doc.training.energy_steps = value as usize,
        "smoothest_steps" => doc.training.smoothest_steps = value as usize,
        "free_steps" => doc.training.free_steps = value as usize,
        "hutchinson" => doc.training.hutchinson = value >= 0.5,
        "degree" => doc.training.weak.degree = value as u32,
        "dictionary" => {
            doc.training.weak.dictionary =
                if value >= 0.5 { WeakDictionary::Fourier } else { WeakDictionary::Monomials };
        }
        "waves" => doc.training.weak.waves = value as usize,
        "find_noise" => doc.training.weak.estimate_noise = value >= 0.5,
        _ => {}
    }
}

/// Index, seed and scale of the random flow, where there is one.
fn twist(doc: &PointsDoc) -> Option<(usize, u64, f64)> {
    let flows = &doc.learned.as_ref()?.flows;
    flows.iter().enumerate().find_map(|(index, named)| match &named.flow {
        PointFlow::Exact(parts) => match &parts[..] {
            [ExactPart { potential: Potential::Twist { seed, scale }, .. }] => Some((index, *seed, *scale)),
            _ => None,
        },
        _ => None,
    })
}

/// Places at which the speed of a new twist is measured: 3 % of spread in the mean square.
const MEASURED_POSITIONS: usize = 1024;

/// Puts another twist in the place of the flow `index`, at root mean square speed 1 over the cloud, and chooses it.
fn set_twist(doc: &mut PointsDoc, index: usize, seed: u64, scale: f64) {
    let positions = walkers_from(&doc.cloud().standardised(), doc.dim, MEASURED_POSITIONS, doc.live.sigma, seed);
    let (dim, sigma) = (doc.dim, doc.live.sigma);
    let Some(learned) = &mut doc.learned else { return };
    let flow = PointFlow::Exact(vec![ExactPart { gain: 1.0, potential: Potential::Twist { seed, scale } }]);
    learned.flows[index].flow = flow;
    learned.chosen = index;
    let kernel = DriftKernel::new(&learned.rule(dim, index), sigma);
    let square: f64 = evaluate_all(&kernel, &positions)
        .iter()
        .map(|at| at.velocity.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>())
        .sum();
    let speed = (square / positions.len() as f64).sqrt();
    if speed > 0.0 {
        learned.flows[index].flow = learned.flows[index].flow.scaled(1.0 / speed);
    }
}
