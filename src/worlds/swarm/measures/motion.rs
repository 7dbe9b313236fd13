//! How a swarm moves: along its headings, across them, turning; and each cluster as a rigid body.

use glam::{DVec2, DVec3};

use super::order::{Cluster, mean_heading_vector};
use crate::worlds::swarm::picture::Swarm;

/// Velocities against the headings. Means show the direction of the swarm, root mean squares the speed of its particles.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BodyMotion {
    /// Mean of v · n, ℓ per time.
    pub forward: f64,
    /// Mean of v · n⊥ (to the left), ℓ per time.
    pub lateral: f64,
    /// Mean of v_θ, rad per time.
    pub turn: f64,
    /// Root mean square of the forward speed.
    pub forward_rms: f64,
    /// Root mean square of the lateral speed.
    pub lateral_rms: f64,
    /// Root mean square of the turn rate.
    pub turn_rms: f64,
    /// |mean v|: drift of the whole swarm, ℓ per time.
    pub drift: f64,
}

impl BodyMotion {
    /// From velocities in the world frame (ℓ, ℓ, rad per time), one per particle. All zero for no particles.
    ///
    /// The velocity that keeps the pattern is V (times γ); displacements of a noisy run carry the noise as well.
    pub fn of(swarm: &Swarm, velocities: &[[f64; 3]]) -> Self {
        let share = 1.0 / swarm.len().max(1) as f64;
        let (mut mean, mut square, mut drift) = ([0.0; 3], [0.0; 3], [0.0; 2]);
        for (p, &[vx, vy, turn]) in swarm.particles.iter().zip(velocities) {
            let (sin, cos) = p.heading.sin_cos();
            for (k, v) in [vx * cos + vy * sin, vy * cos - vx * sin, turn].into_iter().enumerate() {
                mean[k] += share * v;
                square[k] += share * v * v;
            }
            drift = [drift[0] + share * vx, drift[1] + share * vy];
        }
        let [forward, lateral, turn] = mean;
        let [forward_rms, lateral_rms, turn_rms] = square.map(f64::sqrt);
        Self { forward, lateral, turn, forward_rms, lateral_rms, turn_rms, drift: drift[0].hypot(drift[1]) }
    }
}

/// The rigid motion nearest to a cluster's velocities: v_i ≈ V + Ω J r_i.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RigidMotion {
    /// V of the centre along and across (to the left of) the mean heading of the members, ℓ per time.
    pub forward: f64,
    /// To the left of the heading.
    pub lateral: f64,
    /// Ω, rad per time.
    pub spin: f64,
    /// Share of Σ|v|² that is not rigid motion, 0 to 1.
    pub unexplained: f64,
}

impl RigidMotion {
    /// Of `velocities` (ℓ, ℓ, rad per time), one per particle of `swarm`.
    pub fn of(swarm: &Swarm, cluster: &Cluster, velocities: &[[f64; 3]]) -> Self {
        let share = 1.0 / cluster.members.len().max(1) as f64;
        let (mut mean, mut moment, mut inertia, mut total) = (DVec2::ZERO, 0.0, 0.0, 0.0);
        for (&i, offset) in cluster.members.iter().zip(&cluster.offset) {
            let velocity = DVec3::from(velocities[i]).truncate();
            mean += share * velocity;
            moment += share * offset.perp_dot(velocity);
            inertia += share * offset.length_squared();
            total += share * velocity.length_squared();
        }
        let spin = if inertia > 0.0 { moment / inertia } else { 0.0 };
        let explained = mean.length_squared() + spin * moment;
        let ahead = mean_heading_vector(swarm, cluster.members.iter().copied());
        let length = ahead.x.hypot(ahead.y).max(f64::MIN_POSITIVE);
        Self {
            forward: mean.dot(ahead) / length,
            lateral: ahead.perp_dot(mean) / length,
            spin,
            unexplained: if total > 0.0 { (1.0 - explained / total).max(0.0) } else { 0.0 },
        }
    }
}

/// |v_θ| R / v_fwd over the members of clusters of three or more: 1 for a mill whose particles turn as fast as their circle
/// bends. |v_θ| is the mean turn taken in the sense of each cluster's own mill, v_fwd the mean of v · n, and R the mean of
/// [`Cluster::radius`] (noise of level σ inflates it: measure on denoised positions). `None` when no cluster is that large
/// or nothing moves forward.
pub fn mill_ratio(swarm: &Swarm, clusters: &[Cluster], velocities: &[[f64; 3]]) -> Option<f64> {
    let (mut turn, mut forward, mut radius, mut count) = (0.0, 0.0, 0.0, 0.0);
    for cluster in clusters.iter().filter(|c| c.members.len() >= 3) {
        let mut spin = 0.0;
        for &i in &cluster.members {
            let (sin, cos) = swarm.particles[i].heading.sin_cos();
            forward += velocities[i][0] * cos + velocities[i][1] * sin;
            spin += velocities[i][2];
        }
        turn += spin.abs();
        radius += cluster.radius() * cluster.members.len() as f64;
        count += cluster.members.len() as f64;
    }
    (forward > 0.0).then(|| turn * (radius / count) / forward)
}

/// Entropy production of the live dynamics, per particle and time: γ² ⟨|v_x|² + v_θ²/κ²⟩ / η, with V at γ = 1.
///
/// This is how irreversible the motion is: what flows per noise. It holds in the stationary state, when V satisfies
/// equation (1) and is therefore the current velocity; it is infinite without relaxation (η = 0) and 0 without flow.
/// (Seifert, Rep. Prog. Phys. 75, 126001, 2012, section 2.)
pub fn entropy_production_per_particle(velocities: &[[f64; 3]], strength: f64, relaxation: f64, kappa: f64) -> f64 {
    let flow: f64 = velocities.iter().map(|[x, y, t]| x * x + y * y + t * t / (kappa * kappa)).sum();
    let mean = strength * strength * flow / velocities.len().max(1) as f64;
    if mean > 0.0 { mean / relaxation } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::measures::order::{LINK_L, clusters, tests::rings};

    /// Velocities of particles that swim at `speed` and turn with their ring at `rate`.
    fn swimming(swarm: &Swarm, senses: &[f64], speed: f64, rate: f64) -> Vec<[f64; 3]> {
        let one = |(i, p): (usize, &crate::worlds::swarm::picture::Particle)| {
            [speed * p.heading.cos(), speed * p.heading.sin(), senses[i / 8] * rate]
        };
        swarm.particles.iter().enumerate().map(one).collect()
    }

    #[test]
    fn mills_of_both_senses_have_ratio_one() {
        let senses = [1.0, -1.0];
        let swarm = rings(&senses);
        let velocities = swimming(&swarm, &senses, 0.8, 0.8 / 1.3);
        let ratio = mill_ratio(&swarm, &clusters(&swarm, LINK_L), &velocities).expect("two rings of eight");
        assert!((ratio - 1.0).abs() < 1e-12);
        let motion = BodyMotion::of(&swarm, &velocities);
        assert!((motion.forward - 0.8).abs() < 1e-12 && motion.lateral.abs() < 1e-12);
        assert!(motion.turn.abs() < 1e-12 && (motion.turn_rms - 0.8 / 1.3).abs() < 1e-12);
        assert!(motion.drift < 1e-12);
        let still = vec![[0.0; 3]; swarm.len()];
        assert_eq!(mill_ratio(&swarm, &clusters(&swarm, LINK_L), &still), None);
    }

    #[test]
    fn a_spinning_ring_is_a_rigid_motion() {
        let swarm = rings(&[-1.0]);
        let cluster = &clusters(&swarm, LINK_L)[0];
        let rigid = RigidMotion::of(&swarm, cluster, &swimming(&swarm, &[-1.0], 0.8, 0.0));
        assert!((rigid.spin + 0.8 / 1.3).abs() < 1e-12);
        assert!(rigid.unexplained < 1e-12);
        // Every second particle swims backwards: no rigid motion is left.
        let mut velocities = swimming(&swarm, &[-1.0], 0.8, 0.0);
        for v in velocities.iter_mut().step_by(2) {
            *v = v.map(|x| -x);
        }
        assert!(RigidMotion::of(&swarm, cluster, &velocities).unexplained > 0.99);
    }

    #[test]
    fn left_of_the_heading_is_positive_lateral() {
        let mut swarm = rings(&[1.0]);
        for p in &mut swarm.particles {
            p.heading = std::f64::consts::FRAC_PI_2;
        }
        let velocities = vec![[-0.3, 0.5, 0.1]; swarm.len()];
        let motion = BodyMotion::of(&swarm, &velocities);
        assert!((motion.forward - 0.5).abs() < 1e-12 && (motion.lateral - 0.3).abs() < 1e-12);
        assert!((motion.turn - 0.1).abs() < 1e-12 && (motion.drift - 0.34f64.sqrt()).abs() < 1e-12);
        let rigid = RigidMotion::of(&swarm, &clusters(&swarm, LINK_L)[0], &velocities);
        assert!((rigid.forward - 0.5).abs() < 1e-12 && (rigid.lateral - 0.3).abs() < 1e-12);
        assert!(rigid.spin.abs() < 1e-12);
    }

    #[test]
    fn entropy_is_produced_by_flow_alone() {
        let velocities = [[1.0, 0.0, 2.0], [0.0, 3.0, 0.0]];
        assert!((entropy_production_per_particle(&velocities, 0.5, 2.0, 2.0) - 0.25 * 5.5 / 2.0).abs() < 1e-12);
        assert_eq!(entropy_production_per_particle(&[[0.0; 3]; 4], 1.0, 0.0, 1.0), 0.0);
        assert_eq!(entropy_production_per_particle(&velocities, 1.0, 0.0, 1.0), f64::INFINITY);
    }
}
