//! Particles arranged for the lane kernels: groups of [`LANES`] particles of like neighbour count, and their neighbour
//! slots. One cloud may hold many configurations, each on its torus (a training batch): they are never neighbours.

use crate::nn::lanes::LANES;

/// Particles in f32, lengths in ℓ.
#[derive(Clone, Debug, Default)]
pub struct Cloud {
    /// The torus of the particles that are pushed next; set by [`Cloud::enter`].
    box_l: [f32; 2],
    /// The torus of each particle.
    boxes_l: Vec<[f32; 2]>,
    pub x: Vec<f32>,
    pub y: Vec<f32>,
    pub cos: Vec<f32>,
    pub sin: Vec<f32>,
    pub species: Vec<u8>,
    /// τ, the noise level as the networks see it ([`crate::worlds::swarm::rule::Rule::noise_feature`]), per particle.
    pub tau: Vec<f32>,
    pub groups: Vec<LaneGroup>,
    /// One entry per group and slot: the neighbour of each lane, or the particle itself where it has no more.
    pub slots: Vec<[u32; LANES]>,
    pub(super) order: Vec<u32>,
}

/// [`LANES`] particles worked on together.
#[derive(Clone, Copy, Debug)]
pub struct LaneGroup {
    pub lanes: [u32; LANES],
    /// Lanes in use; the others repeat the last particle and must not be counted.
    pub used: usize,
    /// Range of [`Cloud::slots`].
    pub first_slot: usize,
    pub slots: usize,
}

impl Cloud {
    pub fn len(&self) -> usize {
        self.x.len()
    }

    /// The particles that are pushed from now on live on this torus, ℓ.
    pub fn enter(&mut self, box_l: [f32; 2]) {
        self.box_l = box_l;
    }

    /// The torus of the particle `i`, ℓ.
    pub fn box_of(&self, i: usize) -> [f32; 2] {
        self.boxes_l[i]
    }

    pub fn clear(&mut self) {
        self.boxes_l.clear();
        self.x.clear();
        self.y.clear();
        self.cos.clear();
        self.sin.clear();
        self.species.clear();
        self.tau.clear();
    }

    pub fn push(&mut self, x: f32, y: f32, heading: f32, species: u8, tau: f32) {
        let (sin, cos) = heading.sin_cos();
        self.boxes_l.push(self.box_l);
        self.x.push(x);
        self.y.push(y);
        self.cos.push(cos);
        self.sin.push(sin);
        self.species.push(species);
        self.tau.push(tau);
    }

    /// Shortest vector from `i` to `j` on the torus.
    #[inline(always)]
    pub fn offset(&self, i: usize, j: usize) -> [f32; 2] {
        let [w, h] = self.box_of(i);
        let dx = self.x[j] - self.x[i];
        let dy = self.y[j] - self.y[i];
        [dx - w * (dx / w).round_ties_even(), dy - h * (dy / h).round_ties_even()]
    }

    /// Forms the groups from a neighbour list in compressed rows: the neighbours of `i` are
    /// `index[start[i]..start[i + 1]]`. Particles of like degree share a group, so that few slots are padding.
    pub fn group(&mut self, start: &[u32], index: &[u32]) {
        let n = self.len();
        let degree = |i: u32| start[i as usize + 1] - start[i as usize];
        self.order.clear();
        self.order.extend(0..n as u32);
        self.order.sort_by_key(|&i| std::cmp::Reverse(degree(i)));
        self.groups.clear();
        self.slots.clear();
        for chunk in self.order.chunks(LANES) {
            let lanes: [u32; LANES] = std::array::from_fn(|l| chunk[l.min(chunk.len() - 1)]);
            let slots = degree(chunk[0]) as usize;
            let group = LaneGroup { lanes, used: chunk.len(), first_slot: self.slots.len(), slots };
            for k in 0..slots as u32 {
                self.slots.push(std::array::from_fn(|l| {
                    let i = lanes[l];
                    if l < chunk.len() && k < degree(i) { index[(start[i as usize] + k) as usize] } else { i }
                }));
            }
            self.groups.push(group);
        }
    }
}
