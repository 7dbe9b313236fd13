//! Statistics of swarms and flows, for the terminal and the window.

use rand::Rng;
use serde::Serialize;

use super::{BodyMotion, LINK_L, clusters, mill_ratio, milling, noised, polarisation};
use crate::worlds::swarm::picture::{Ensemble, Part, Sampler, SnapshotError, Stills, Swarm};
use crate::worlds::swarm::rule::Rule;

/// What a flow does to the particles, in their own frames; γ = 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Motion {
    /// Mean of v · n, ℓ per time.
    pub forward: f64,
    /// Mean of v · n⊥ (to the left), ℓ per time.
    pub lateral: f64,
    /// Mean of v_θ, rad per time.
    pub turn: f64,
    /// Root mean square of v · n.
    pub forward_rms: f64,
    /// Root mean square of v · n⊥.
    pub lateral_rms: f64,
    /// Root mean square of v_θ.
    pub turn_rms: f64,
    /// |mean v| of the whole swarm, ℓ per time.
    pub drift: f64,
    /// |v_θ| R / v_fwd of the groups: 1 for a mill that turns as fast as its circle bends.
    pub mill_ratio: Option<f64>,
}

impl Motion {
    /// `velocities` of `swarm` in the world frame (ℓ, ℓ, rad per time). Groups are found in `denoised`, since noise
    /// inflates their radius.
    pub fn of(swarm: &Swarm, velocities: &[[f64; 3]], denoised: &Swarm) -> Self {
        let m = BodyMotion::of(swarm, velocities);
        Self {
            forward: m.forward,
            lateral: m.lateral,
            turn: m.turn,
            forward_rms: m.forward_rms,
            lateral_rms: m.lateral_rms,
            turn_rms: m.turn_rms,
            drift: m.drift,
            mill_ratio: mill_ratio(swarm, &clusters(denoised, LINK_L), velocities),
        }
    }

    /// Over replicas of equal size; root mean squares are averaged as squares.
    pub fn mean(all: &[Self]) -> Self {
        let share = 1.0 / all.len().max(1) as f64;
        let mean = |of: fn(&Self) -> f64| share * all.iter().map(of).sum::<f64>();
        let rms = |of: fn(&Self) -> f64| (share * all.iter().map(|m| of(m).powi(2)).sum::<f64>()).sqrt();
        let ratios: Vec<f64> = all.iter().filter_map(|m| m.mill_ratio).collect();
        Self {
            forward: mean(|m| m.forward),
            lateral: mean(|m| m.lateral),
            turn: mean(|m| m.turn),
            forward_rms: rms(|m| m.forward_rms),
            lateral_rms: rms(|m| m.lateral_rms),
            turn_rms: rms(|m| m.turn_rms),
            drift: mean(|m| m.drift),
            mill_ratio: (!ratios.is_empty()).then(|| ratios.iter().sum::<f64>() / ratios.len() as f64),
        }
    }
}

/// How ordered swarms are, averaged over them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Order {
    /// |mean n| of the whole swarm.
    pub polarisation: f64,
    /// |mean n| within groups of three or more, weighted by size: the copies of a motif point in all directions.
    pub polarisation_in_groups: f64,
    /// How far groups turn around their centres, 0 to 1.
    pub milling: f64,
}

impl Order {
    /// Groups are found in `denoised`, the same particles as `swarm`.
    pub fn of(swarm: &Swarm, denoised: &Swarm) -> Self {
        let groups = clusters(denoised, LINK_L);
        let (mut aligned, mut members) = (0.0, 0.0);
        for group in groups.iter().filter(|g| g.members.len() >= 3) {
            let (mut x, mut y) = (0.0, 0.0);
            for &i in &group.members {
                let (sin, cos) = swarm.particles[i].heading.sin_cos();
                (x, y) = (x + cos, y + sin);
            }
            aligned += f64::hypot(x, y);
            members += group.members.len() as f64;
        }
        Self {
            polarisation: polarisation(swarm),
            polarisation_in_groups: if members > 0.0 { aligned / members } else { 0.0 },
            milling: milling(denoised, &groups),
        }
    }

    /// Mean over replicas.
    pub fn mean(all: &[Self]) -> Self {
        let mean = |of: fn(&Self) -> f64| all.iter().map(of).sum::<f64>() / all.len().max(1) as f64;
        Self {
            polarisation: mean(|o| o.polarisation),
            polarisation_in_groups: mean(|o| o.polarisation_in_groups),
            milling: mean(|o| o.milling),
        }
    }
}

/// Independent samples of the target, noised at σ, of the snapshots held out of learning.
///
/// # Errors
/// A picture that makes no samples.
pub fn target_swarms(
    stills: &Stills,
    ensemble: &Ensemble,
    rule: &Rule,
    sigma_l: f64,
    count: usize,
    rng: &mut impl Rng,
) -> Result<Vec<Swarm>, SnapshotError> {
    let sampler = Sampler::of(stills, ensemble, Part::HeldOut)?;
    (0..count).map(|_| Ok(noised(&sampler.sample(rng)?, sigma_l, rule.kappa, rng))).collect()
}

/// Species that a histogram of this scene must distinguish.
pub fn species_of(rule: &Rule, stills: &Stills) -> usize {
    rule.energy.shape.species.max(stills.species_count())
}

#[cfg(test)]
mod tests {
    use glam::DVec2;

    use super::*;
    use crate::worlds::swarm::picture::Particle;

    /// Two far groups of three, each with one heading; the headings are opposite.
    fn two_flocks() -> Swarm {
        let flock =
            |x0: f64, heading: f64| (0..3).map(move |k| Particle { x: x0 + f64::from(k), y: 1.0, heading, species: 0 });
        let particles = flock(1.0, 0.0).chain(flock(11.0, std::f64::consts::PI)).collect();
        Swarm { particles, box_size: DVec2::new(20.0, 10.0) }
    }

    #[test]
    fn flocks_that_cross_are_ordered_within_and_not_as_a_whole() {
        let swarm = two_flocks();
        let order = Order::of(&swarm, &swarm);
        assert!(order.polarisation < 1e-9 && (order.polarisation_in_groups - 1.0).abs() < 1e-9, "{order:?}");
    }

    #[test]
    fn the_mean_motion_averages_root_mean_squares_as_squares() {
        let motion =
            |forward: f64, mill_ratio| Motion { forward, forward_rms: forward.abs(), mill_ratio, ..Motion::default() };
        let mean = Motion::mean(&[motion(1.0, Some(0.8)), motion(-1.0, None)]);
        assert_eq!((mean.forward, mean.forward_rms, mean.mill_ratio), (0.0, 1.0, Some(0.8)));
    }
}
