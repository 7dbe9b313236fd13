//! The learned flow: a second local network that returns a velocity in each particle's own frame.

use super::neighbours::Neighbours;
use super::net::{LocalNet, Rule};
use crate::worlds::swarm::picture::Swarm;

/// Velocity (ℓ per time, ℓ per time, rad per time) of every particle in the world frame:
/// v_x = forward n + lateral n⊥, v_θ = turn. `flow` must have three outputs.
pub fn velocity(rule: &Rule, flow: &LocalNet, swarm: &Swarm, sigma_l: f64) -> Vec<[f64; 3]> {
    let neighbours = Neighbours::new(swarm, rule.cutoff_l);
    (0..swarm.len()).map(|i| velocity_of(rule, flow, swarm, &neighbours, i, sigma_l)).collect()
}

/// The same for particle `i` alone, with a neighbour list of the cutoff or wider.
pub fn velocity_of(
    rule: &Rule,
    flow: &LocalNet,
    swarm: &Swarm,
    neighbours: &Neighbours,
    i: usize,
    sigma_l: f64,
) -> [f64; 3] {
    let body = flow.forward_one(swarm, neighbours, rule.cutoff_l, rule.noise_feature(sigma_l), i);
    let (sin, cos) = swarm.particles[i].heading.sin_cos();
    [body[0] * cos - body[1] * sin, body[0] * sin + body[1] * cos, body[2]]
}

#[cfg(test)]
mod tests {
    use glam::DVec2;

    use super::*;
    use crate::worlds::swarm::rule::testing::{largest_difference, rms, rule, scattered};

    #[test]
    fn the_flow_turns_with_the_swarm() {
        let rule = rule(1);
        let flow = rule.flow.as_ref().expect("the test rule has a flow");
        let mut swarm = scattered(10, DVec2::splat(6.0), 2);
        swarm.box_size = DVec2::splat(60.0);
        let (sin, cos) = 1.1f64.sin_cos();
        let mut rotated = swarm.clone();
        for p in &mut rotated.particles {
            (p.x, p.y) = (30.0 + cos * p.x - sin * p.y, 30.0 + sin * p.x + cos * p.y);
            p.heading += 1.1;
        }
        let expected: Vec<_> = velocity(&rule, flow, &swarm, 0.2)
            .into_iter()
            .map(|[x, y, t]| [cos * x - sin * y, sin * x + cos * y, t])
            .collect();
        let difference = largest_difference(&velocity(&rule, flow, &rotated, 0.2), &expected);
        assert!(rms(&expected) > 0.0 && difference < 1e-10 * rms(&expected), "{difference:e}");
    }

    #[test]
    fn forward_is_along_the_heading_and_lateral_to_its_left() {
        let mut rule = rule(1);
        let flow = rule.flow.as_mut().expect("the test rule has a flow");
        // With no output weights the biases alone act: forward 2, lateral 0.5, turn -1.
        let layout = flow.shape.layout();
        flow.weights[layout.out_w.start..layout.out_w.start + layout.out_w.len()].fill(0.0);
        flow.weights[layout.out_b.start..].copy_from_slice(&[2.0, 0.5, -1.0]);
        let mut swarm = scattered(1, DVec2::splat(9.0), 1);
        swarm.particles[0].heading = std::f64::consts::FRAC_PI_2;
        let flow = rule.flow.as_ref().expect("the test rule has a flow");
        assert!(largest_difference(&velocity(&rule, flow, &swarm, 0.2), &[[-0.5, 2.0, -1.0]]) < 1e-12);
    }
}
