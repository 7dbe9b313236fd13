//! What is read of the live swarm, and the table of plots: which number of a reading each curve shows, beside that of the
//! picture.

use std::sync::Arc;

use super::Order;

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
    /// Name in files and commands.
    pub id: &'static str,
    /// Name on the screen.
    pub name: &'static str,
    /// One sentence for the user.
    pub help: &'static str,
    /// Label of the vertical axis.
    pub y_axis: &'static str,
    /// Values that are always in sight.
    pub include_y: &'static [f64],
    /// Shown from the beginning; the others when they are chosen.
    pub is_shown: bool,
    /// Of [`Reading::sampled`] particles where that is not all.
    pub is_sampled: bool,
    /// What is drawn.
    pub curves: SwarmCurves,
}

/// What a plot runs over.
pub enum SwarmCurves {
    /// Steps: each reading adds a point to every curve.
    Steps(&'static [StepCurve]),
    /// A quantity: each reading is a whole plot.
    Profile {
        /// Label of the horizontal axis.
        x_axis: &'static str,
        /// The points of a reading.
        now: fn(&Reading) -> &[(f64, f64)],
        /// Those of the picture.
        picture: fn(&TargetFacts) -> &[(f64, f64)],
    },
}

/// A number of each reading.
pub struct StepCurve {
    /// Of the curve, in legends and tables.
    pub name: &'static str,
    /// Its newest point.
    pub value: fn(&Reading) -> Option<f64>,
    /// Name and value of the level that the picture has, drawn dashed.
    pub picture: Option<PictureLevel>,
}

/// Name and value of what the picture has.
pub type PictureLevel = (&'static str, fn(&TargetFacts) -> Option<f64>);

/// Every plot of a reading, in the order of the drawer.
pub static SWARM_SERIES: [SwarmSeries; 5] = [
    SwarmSeries {
        id: "fidelity",
        name: "Fidelity",
        help: "Pattern fidelity: how much what the particles see of one another is that of the picture. \
               1 is as good as the picture itself, 0 is random",
        y_axis: "fidelity",
        include_y: &[0.0, 1.0],
        is_shown: true,
        is_sampled: false,
        curves: SwarmCurves::Steps(&[StepCurve { name: "fidelity", value: |r| r.fidelity, picture: None }]),
    },
    SwarmSeries {
        id: "order",
        name: "Order",
        help: "Polarisation: do all head one way; in groups: within each group. Milling: do groups circle their \
               centre. Dashed: the picture",
        y_axis: "order",
        include_y: &[0.0, 1.0],
        is_shown: true,
        is_sampled: false,
        curves: SwarmCurves::Steps(&[
            StepCurve { name: "polarisation", value: |r| Some(r.order.polarisation), picture: None },
            StepCurve {
                name: "in groups",
                value: |r| Some(r.order.polarisation_in_groups),
                picture: Some(("in groups, picture", |target| Some(target.order.polarisation_in_groups))),
            },
            StepCurve {
                name: "milling",
                value: |r| Some(r.order.milling),
                picture: Some(("milling, picture", |target| Some(target.order.milling))),
            },
        ]),
    },
    SwarmSeries {
        id: "pair-correlation",
        name: "g(r)",
        help: "How often a neighbour is at the distance r, against chance (1). Dashed: the picture",
        y_axis: "g",
        include_y: &[0.0],
        is_shown: true,
        is_sampled: false,
        curves: SwarmCurves::Profile {
            x_axis: "r, ℓ",
            now: |r| &r.pair_correlation,
            picture: |target| &target.pair_correlation,
        },
    },
    SwarmSeries {
        id: "energy",
        name: "Energy",
        help: "Mean energy of a particle under the rule: low where the pattern is kept. Dashed: the picture",
        y_axis: "energy",
        include_y: &[],
        is_shown: false,
        is_sampled: true,
        curves: SwarmCurves::Steps(&[StepCurve {
            name: "mean energy",
            value: |r| r.energy,
            picture: Some(("picture", |target| target.energy)),
        }]),
    },
    SwarmSeries {
        id: "drift",
        name: "Drift",
        help: "Speed of the whole swarm by the flow, in ℓ per time",
        y_axis: "ℓ / time",
        include_y: &[0.0],
        is_shown: false,
        is_sampled: true,
        curves: SwarmCurves::Steps(&[StepCurve { name: "drift", value: |r| r.drift, picture: None }]),
    },
];

impl SwarmSeries {
    /// Those that grow with each reading; none of a profile.
    pub fn step_curves(&self) -> &'static [StepCurve] {
        match self.curves {
            SwarmCurves::Steps(curves) => curves,
            SwarmCurves::Profile { .. } => &[],
        }
    }
}
