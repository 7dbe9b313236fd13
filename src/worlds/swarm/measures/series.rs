//! What is read of the live swarm, and the table of plots: which number of a reading each curve shows, beside that of the
//! picture.

use std::sync::Arc;

use super::Order;
use super::yardstick::BIN_L;
use crate::worlds::studio::{SeriesAxis, SeriesSpec};

/// What holds for the target itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TargetFacts {
    /// (r in ℓ, g).
    pub pair_correlation: Vec<(f64, f64)>,
    /// How ordered it is.
    pub order: Order,
    /// Mean energy of a particle.
    pub energy: Option<f64>,
}

/// What was seen in one glimpse.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// Step of the glimpse.
    pub step: u64,
    /// Epoch of the glimpse.
    pub epoch: u64,
    /// Pattern fidelity of this configuration alone; `None` where the picture cannot be distinguished from random, or makes no
    /// samples.
    pub fidelity_now: Option<f64>,
    /// Of the last few configurations of this epoch together: steadier, a few seconds behind.
    pub fidelity: Option<f64>,
    /// How ordered the swarm is.
    pub order: Order,
    /// |mean velocity| of all particles by the flow, ℓ per time.
    pub drift: Option<f64>,
    /// Mean energy of a particle, kT.
    pub energy: Option<f64>,
    /// (r in ℓ, g) of the last few configurations.
    pub pair_correlation: Vec<(f64, f64)>,
    /// [`Likeness`](super::Likeness) of the neighbourhoods of the damaged particles: those that were under the brush,
    /// wherever they go.
    pub damaged: Option<f64>,
    /// The same before the wound.
    pub damaged_before: Option<f64>,
    /// Number of particles in drift and energy, where it is not all.
    pub sampled: Option<usize>,
    /// What holds for the target.
    pub target: Arc<TargetFacts>,
}

/// A row of the table.
pub struct SwarmSeries {
    /// What every world lists of a plot. Dashed are levels of the picture.
    pub spec: SeriesSpec,
    /// Shown from the beginning; the others when they are chosen.
    pub is_shown: bool,
    /// Of [`Reading::sampled`] particles where that is not all.
    pub is_sampled: bool,
    /// What is drawn.
    pub curves: SwarmCurves,
}

/// What a reading gives for the curves of a plot.
pub enum SwarmCurves {
    /// The newest point of each curve, in the order of the names.
    Steps(&'static [fn(&Reading) -> Option<f64>]),
    /// Each reading is a whole plot.
    Profile {
        /// The points of a reading.
        now: fn(&Reading) -> &[(f64, f64)],
        /// Those of the picture.
        picture: fn(&TargetFacts) -> &[(f64, f64)],
    },
}

const fn over_steps(
    (id, name): (&'static str, &'static str),
    help: &'static str,
    y_axis: &'static str,
    curves: &'static [&'static str],
    aims: &'static [usize],
    include_y: &'static [f64],
) -> SeriesSpec {
    SeriesSpec { id, name, help, y_axis, x: SeriesAxis::Steps, curves, aims, include_y }
}

/// Every plot of a reading, in the order of the drawer.
pub static SWARM_SERIES: [SwarmSeries; 5] = [
    SwarmSeries {
        spec: over_steps(
            ("fidelity", "Fidelity"),
            "Pattern fidelity: how much what the particles see of one another is that of the picture. \
             1 is as good as the picture itself, 0 is random",
            "fidelity",
            &["fidelity"],
            &[],
            &[0.0, 1.0],
        ),
        is_shown: true,
        is_sampled: false,
        curves: SwarmCurves::Steps(&[|r| r.fidelity]),
    },
    SwarmSeries {
        spec: over_steps(
            ("order", "Order"),
            "Polarisation: do all head one way; in groups: within each group. Milling: do groups circle their \
             centre. Dashed: the picture",
            "order",
            &["polarisation", "in groups", "in groups, picture", "milling", "milling, picture"],
            &[2, 4],
            &[0.0, 1.0],
        ),
        is_shown: true,
        is_sampled: false,
        curves: SwarmCurves::Steps(&[
            |r| Some(r.order.polarisation),
            |r| Some(r.order.polarisation_in_groups),
            |r| Some(r.target.order.polarisation_in_groups),
            |r| Some(r.order.milling),
            |r| Some(r.target.order.milling),
        ]),
    },
    SwarmSeries {
        spec: SeriesSpec {
            x: SeriesAxis::Profile { name: "r, ℓ", first: 0.5 * BIN_L, step: BIN_L },
            ..over_steps(
                ("pair-correlation", "g(r)"),
                "How often a neighbour is at the distance r, against chance (1). Dashed: the picture",
                "g",
                &["now", "picture"],
                &[1],
                &[0.0],
            )
        },
        is_shown: true,
        is_sampled: false,
        curves: SwarmCurves::Profile { now: |r| &r.pair_correlation, picture: |target| &target.pair_correlation },
    },
    SwarmSeries {
        spec: over_steps(
            ("energy", "Energy"),
            "Mean energy of a particle under the rule: low where the pattern is kept. Dashed: the picture",
            "energy",
            &["mean energy", "picture"],
            &[1],
            &[],
        ),
        is_shown: false,
        is_sampled: true,
        curves: SwarmCurves::Steps(&[|r| r.energy, |r| r.target.energy]),
    },
    SwarmSeries {
        spec: over_steps(
            ("drift", "Drift"),
            "Speed of the whole swarm by the flow, in ℓ per time",
            "ℓ / time",
            &["drift"],
            &[],
            &[0.0],
        ),
        is_shown: false,
        is_sampled: true,
        curves: SwarmCurves::Steps(&[|r| r.drift]),
    },
];

impl SwarmSeries {
    /// The newest point of each curve that grows with the readings; none of a profile.
    pub fn newest(&self, reading: &Reading) -> Vec<Option<f64>> {
        match self.curves {
            SwarmCurves::Steps(curves) => curves.iter().map(|curve| curve(reading)).collect(),
            SwarmCurves::Profile { .. } => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_curve_has_a_name_and_a_value() {
        for series in &SWARM_SERIES {
            let expected = if series.spec.x == SeriesAxis::Steps { series.spec.curves.len() } else { 0 };
            assert_eq!(series.newest(&Reading::default()).len(), expected, "{}", series.spec.id);
            assert!(series.spec.aims.iter().all(|&aim| 0 < aim && aim < series.spec.curves.len()));
        }
    }
}
