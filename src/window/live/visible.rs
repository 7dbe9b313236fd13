//! Which bodies of a very large swarm are drawn by a GPU made of software: those in sight, and of too many every k-th.

use super::Body;

/// Drawing so many takes a tenth of a second on two cores.
pub const MAX_DRAWN: usize = 50_000;

/// What the canvas shows, ℓ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VisibleArea {
    pub min: [f32; 2],
    pub max: [f32; 2],
}

impl VisibleArea {
    fn holds(&self, body: &Body) -> bool {
        (0..2).all(|axis| (self.min[axis]..=self.max[axis]).contains(&body[axis]))
    }
}

/// Puts the numbers of the bodies that are drawn into `chosen`, at most `max`, and returns k. The same ones are chosen
/// in the next frame, as long as about as many are in sight.
pub fn choose(bodies: &[Body], area: VisibleArea, max: usize, chosen: &mut Vec<u32>) -> usize {
    chosen.clear();
    chosen.extend(bodies.iter().enumerate().filter(|(_, body)| area.holds(body)).map(|(index, _)| index as u32));
    // A power of two: no flicker while the number of visible bodies changes.
    let every = chosen.len().div_ceil(max).next_power_of_two();
    if every > 1 {
        chosen.retain(|index| (*index as usize).is_multiple_of(every));
        // Multiples of k may be more than one in k.
        chosen.truncate(max);
    }
    every
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visible_particles_are_drawn_and_thinned_repeatably() {
        let bodies: Vec<Body> = (0..1000).map(|k| [(k % 100) as f32, (k / 100) as f32, 0.0, 0.0]).collect();
        let mut chosen = Vec::new();
        let area = VisibleArea { min: [10.0, 0.0], max: [19.0, 9.0] };
        assert_eq!(choose(&bodies, area, 100, &mut chosen), 1);
        assert_eq!(chosen.len(), 100);
        assert!(chosen.iter().all(|k| (10..20).contains(&(k % 100))));
        let all = VisibleArea { min: [0.0, 0.0], max: [99.0, 9.0] };
        assert_eq!(choose(&bodies, all, 300, &mut chosen), 4);
        let before = chosen.clone();
        assert_eq!(before.len(), 250);
        choose(&bodies[..900], all, 300, &mut chosen);
        assert_eq!(chosen, before[..225]);
        assert_eq!(choose(&[], all, 300, &mut chosen), 1);
    }
}
