//! The training-free flow: V = K s + div K with K skew-symmetric, exact for any energy.
//!
//! The blocks of K are K(x_i, θ_j) = -q_ij g_i, K(θ_j, x_i) = q_ij g_i and K(x_i, x_i) = χ_i J, where
//! g_i = u_i n⊥_i + w_i n_i depends on θ_i alone. Written out: ∂/∂θ_i of -g_i gives the propulsion u_i n_i - w_i n⊥_i, and
//! ∇_i of q_ij g_i the last term of v_θ. K is skew whatever q_ij is, so that its radius may be that of the species of i. (Known as irreversible Langevin dynamics: Ma, Chen & Fox 2015; on groups Barp et
//! al. 2021. Equations (2) and (3) of the design are its special cases.)

use super::features::{window, window_slope};
use super::knobs::Knobs;
use super::neighbours::Neighbours;
use crate::worlds::swarm::picture::Swarm;

/// Velocity (ℓ per time, ℓ per time, rad per time) of every particle in the world frame; the formula is at [`Knobs`].
///
/// `score` is s of the same swarm. Exact wherever q is smooth: on a torus wider than twice the largest ρ.
pub fn velocity(swarm: &Swarm, score: &[[f64; 3]], knobs: &Knobs) -> Vec<[f64; 3]> {
    let neighbours = Neighbours::new(swarm, knobs.widest_window_l());
    let coupling: Vec<[f64; 2]> =
        swarm.particles.iter().map(|p| coupling_vector(p.heading, knobs, p.species)).collect();
    (0..swarm.len())
        .map(|i| {
            let particle = &swarm.particles[i];
            let species = usize::from(particle.species);
            let (cruise, strafe, swirl) = (knobs.cruise[species], knobs.strafe[species], knobs.swirl[species]);
            let (sin, cos) = particle.heading.sin_cos();
            let [sx, sy, s_heading] = score[i];
            let g = coupling[i];

            let mut heading_score = s_heading; // Σ_j q_ij s_θ,j
            let mut turn = g[0] * sx + g[1] * sy;
            for j in neighbours.of(i) {
                let [dx, dy] = swarm.offset(particle, &swarm.particles[j]);
                let distance_squared = dx * dx + dy * dy;
                heading_score += window(distance_squared, knobs.window_l[species]) * score[j][2];
                // q_ji, and ∇_j q_ji = slope (x_j - x_i).
                let reach_l = knobs.window_l[usize::from(swarm.particles[j].species)];
                let (q, slope) = (window(distance_squared, reach_l), window_slope(distance_squared, reach_l));
                let gj = coupling[j];
                turn += gj[0] * (q * score[j][0] + slope * dx) + gj[1] * (q * score[j][1] + slope * dy);
            }
            [
                cruise * cos + strafe * sin - g[0] * heading_score - swirl * sy,
                cruise * sin - strafe * cos - g[1] * heading_score + swirl * sx,
                turn,
            ]
        })
        .collect()
}

/// g = u n⊥ + w n.
fn coupling_vector(heading: f64, knobs: &Knobs, species: u8) -> [f64; 2] {
    let (sin, cos) = heading.sin_cos();
    let (cruise, strafe) = (knobs.cruise[usize::from(species)], knobs.strafe[usize::from(species)]);
    [-cruise * sin + strafe * cos, cruise * cos + strafe * sin]
}
