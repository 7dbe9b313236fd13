//! The training-free flow: V = K s + div K with K skew-symmetric, exact for any energy.
//!
//! The blocks of K are K(x_i, θ_j) = -q_ij g_i, K(θ_j, x_i) = q_ij g_i and K(x_i, x_i) = χ_i J, where
//! g_i = u_i n⊥_i + w_i n_i depends on θ_i alone. Written out: ∂/∂θ_i of -g_i gives the propulsion u_i n_i - w_i n⊥_i, and
//! ∇_i of q_ij g_i the last term of v_θ. K is skew whatever q_ij is, so that its radius may be that of the species of i. (Known as irreversible Langevin dynamics: Ma, Chen & Fox 2015; on groups Barp et
//! al. 2021. Equations (2) and (3) of the design are its special cases.)

use glam::DVec2;

use super::neighbours::Neighbours;
use super::{Knobs, LiveSettings, Rule};
use crate::worlds::swarm::picture::Swarm;

/// Minimum squared radius of a window, ℓ²: one of radius 0 is then empty.
const MIN_WINDOW_L2: f64 = 1e-12;

/// Density up to which the window's sum Σ_j q_ij is bounded, particles per ℓ². Hexagonal packing at spacing ℓ has 1.15.
const DENSEST_PER_L2: f64 = 1.2;

/// What the flow needs to know of a particle.
#[derive(Clone, Copy, Debug)]
pub struct FlowSite {
    /// n: cosine and sine of the heading.
    pub heading: DVec2,
    /// 0 to 7.
    pub species: u8,
    /// (1/ℓ, 1/ℓ, 1/rad), world frame.
    pub score: [f64; 3],
}

impl FlowSite {
    /// g = u n⊥ + w n.
    fn coupling(&self, knobs: &Knobs) -> DVec2 {
        let species = usize::from(self.species);
        knobs.strafe[species] * self.heading + knobs.cruise[species] * self.heading.perp()
    }

    /// 1 - (r/ρ)² where that is positive, and 1/ρ².
    fn inside(&self, knobs: &Knobs, distance_squared: f64) -> (f64, f64) {
        let radius = knobs.window_l[usize::from(self.species)];
        let inverse = 1.0 / (radius * radius).max(MIN_WINDOW_L2);
        ((1.0 - distance_squared * inverse).max(0.0), inverse)
    }
}

/// The flow at one particle, summed over its neighbours; the formula is at [`Knobs`]. Both of its sums gather, so that
/// particles do not depend on one another.
pub struct ExactFlow<'a> {
    knobs: &'a Knobs,
    own: FlowSite,
    g: DVec2,
    /// Σ_j q_ij s_θ,j
    heading_score: f64,
    turn: f64,
}

impl<'a> ExactFlow<'a> {
    /// Begins the sum of the particle `own`.
    pub fn at(knobs: &'a Knobs, own: FlowSite) -> Self {
        let (g, [sx, sy, heading_score]) = (own.coupling(knobs), own.score);
        Self { knobs, own, g, heading_score, turn: g.dot(DVec2::new(sx, sy)) }
    }

    /// A neighbour, and the way there, ℓ.
    pub fn add(&mut self, other: &FlowSite, offset: DVec2) {
        let distance_squared = offset.length_squared();
        let (own, _) = self.own.inside(self.knobs, distance_squared);
        let (inside, inverse) = other.inside(self.knobs, distance_squared);
        // q_ji, and ∇_j q_ji = slope (x_j - x_i).
        let (q, slope) = (inside * inside, -4.0 * inside * inverse);
        let (s, g) = (other.score, other.coupling(self.knobs));
        self.heading_score += own * own * s[2];
        self.turn += g.dot(q * DVec2::new(s[0], s[1]) + slope * offset);
    }

    /// Velocity in the world frame (ℓ per time, ℓ per time, rad per time).
    pub fn velocity(self) -> [f64; 3] {
        let (species, DVec2 { x: cos, y: sin }) = (usize::from(self.own.species), self.own.heading);
        let Knobs { cruise, strafe, swirl, .. } = self.knobs;
        let (cruise, strafe, swirl) = (cruise[species], strafe[species], swirl[species]);
        let [sx, sy, _] = self.own.score;
        [
            cruise * cos + strafe * sin - self.g.x * self.heading_score - swirl * sy,
            cruise * sin - strafe * cos - self.g.y * self.heading_score + swirl * sx,
            self.turn,
        ]
    }
}

/// Velocity of every particle.
///
/// `score` is s of the same swarm. Exact wherever q is smooth: on a torus wider than twice the largest ρ.
pub fn velocity(swarm: &Swarm, score: &[[f64; 3]], knobs: &Knobs) -> Vec<[f64; 3]> {
    let neighbours = Neighbours::new(swarm, knobs.widest_window_l());
    let site = |i: usize| {
        let particle = &swarm.particles[i];
        FlowSite { heading: DVec2::from_angle(particle.heading), species: particle.species, score: score[i] }
    };
    let sites: Vec<FlowSite> = (0..swarm.len()).map(site).collect();
    let at = |(i, own): (usize, &FlowSite)| {
        let mut flow = ExactFlow::at(knobs, *own);
        for j in neighbours.of(i) {
            flow.add(&sites[j], swarm.offset(&swarm.particles[i], &swarm.particles[j]));
        }
        flow.velocity()
    };
    sites.iter().enumerate().map(at).collect()
}

/// Upper bound of the rotation rate of the linearised flow at γ = 1, rad per time; see [`time_step`](super::time_step).
pub(super) fn rotation_rate(rule: &Rule, settings: &LiveSettings) -> f64 {
    let knobs = &settings.knobs;
    let species = 0..rule.energy.shape.species;
    let largest = |value: &dyn Fn(usize) -> f64| species.clone().map(value).fold(0.0, f64::max);
    let swirl = largest(&|c| knobs.swirl[c].abs());
    let coupling = largest(&|c| knobs.cruise[c].abs() + knobs.strafe[c].abs());
    let window_sum = 1.0 + DENSEST_PER_L2 * std::f64::consts::PI * knobs.widest_window_l().powi(2) / 3.0;
    (swirl + coupling * window_sum / rule.kappa) / (settings.sigma_l * settings.sigma_l)
}
