//! What goes to the shaders, byte for byte, and their texts.

use bytemuck::{Pod, Zeroable};

use super::{BakedField, PointForce};
use crate::gpu::{self, RANDOM};
use crate::worlds::points::rule::{
    LOG_SIGMA_OFFSET, Mlp, PointFlow, PointLive, PointRule, Potential, Terms, WalkConstants,
};

const PRELUDE: &str = include_str!("../../../../shaders/points/prelude.wgsl");
const BAKED: &str = include_str!("../../../../shaders/points/baked.wgsl");
const NETWORK: &str = include_str!("../../../../shaders/points/network.wgsl");
const WALK: &str = include_str!("../../../../shaders/points/walk.wgsl");

/// Words of a network in `shapes`; `SHAPE` of `network.wgsl`.
const SHAPE_WORDS: usize = 12;
/// Place of the gain among them.
const GAIN_WORD: usize = 11;

/// `Params` of `shaders/points/prelude.wgsl`; meaning and units are there.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub(super) struct PointParams {
    pub seed: [u32; 2],
    pub walkers: u32,
    pub steps: u32,
    pub first_step: u32,
    pub dim: u32,
    pub stiffness: f32,
    pub flow: u32,
    pub scored: u32,
    pub nets: u32,
    pub waves: u32,
    pub terms: u32,
    pub constant: [f32; 4],
    pub centre: [f32; 4],
    pub axis: [f32; 4],
    pub stir: f32,
    pub padding_a: f32,
    pub padding_b: f32,
    pub padding_c: f32,
    pub low: [f32; 4],
    pub density: [f32; 4],
    pub nodes: [u32; 4],
    pub walk: [f32; WalkConstants::WORDS],
}

/// A rule as tables for `network.wgsl`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RuleTables {
    pub shapes: Vec<u32>,
    pub weights: Vec<f32>,
    pub tables: Vec<[f32; 4]>,
    pub constant: [f32; 4],
    pub flow: u32,
    pub nets: u32,
    pub waves: u32,
    pub terms: u32,
    /// Widest layer, and most hidden units of a network.
    pub widest: usize,
    pub hidden: usize,
}

impl RuleTables {
    pub fn new(rule: &PointRule, sigma: f64) -> Self {
        let mut tables = Self {
            shapes: vec![0; SHAPE_WORDS],
            weights: Vec::new(),
            tables: Vec::new(),
            constant: [0.0; 4],
            flow: 0,
            nets: 0,
            waves: 0,
            terms: 0,
            widest: 4,
            hidden: 1,
        };
        if let Some(energy) = &rule.energy {
            tables.shapes.clear();
            tables.push(&fold_sigma(&energy.net, rule.dim, sigma), 1.0);
        }
        match &rule.flow {
            PointFlow::Still => {}
            PointFlow::Free { net, gain } => {
                tables.flow = 2;
                tables.push(net, *gain);
            }
            PointFlow::Exact(parts) => {
                tables.flow = 1;
                for part in parts {
                    match &part.potential {
                        Potential::Constant(vector) => {
                            let first = if rule.dim == 2 { 2 } else { 0 };
                            (first..3).for_each(|i| tables.constant[i] += (part.gain * vector[i]) as f32);
                        }
                        Potential::Twist { seed, scale } => {
                            for wave in Potential::waves(*seed, *scale, rule.dim) {
                                let [w, a] =
                                    [wave.w, wave.amplitude.map(|a| part.gain * a)].map(|v| v.map(|v| v as f32));
                                tables.tables.push([w[0], w[1], w[2], wave.phase as f32]);
                                tables.tables.push([a[0], a[1], a[2], 0.0]);
                                tables.waves += 1;
                            }
                        }
                        Potential::Smoothest(net) => {
                            tables.push(net, part.gain);
                            tables.nets += 1;
                        }
                    }
                }
            }
            PointFlow::Dictionary(found) => {
                tables.flow = 3;
                let functions: Vec<[f32; 4]> = match found.dictionary.terms(rule.dim) {
                    Terms::Monomials(exponents) => exponents.iter().map(|e| monomial(*e)).collect(),
                    Terms::Fourier { dim, waves } => std::iter::once(monomial([0; 3]))
                        .chain((0..dim).map(|i| monomial(std::array::from_fn(|k| u32::from(k == i)))))
                        .chain(
                            waves.iter().flat_map(|w| [SINE, COSINE].map(|kind| function(w.map(|w| w as f32), kind))),
                        )
                        .collect(),
                };
                for (a, function) in functions.into_iter().enumerate() {
                    let c = |i: usize| found.coefficients.get(i).map_or(0.0, |row| row[a] as f32);
                    tables.tables.push(function);
                    tables.tables.push([c(0), c(1), c(2), 0.0]);
                    tables.terms += 1;
                }
            }
        }
        // A binding may not be empty.
        if tables.weights.is_empty() {
            tables.weights.push(0.0);
        }
        if tables.tables.is_empty() {
            tables.tables.push([0.0; 4]);
        }
        tables
    }

    fn push(&mut self, net: &Mlp, gain: f64) {
        let mut words = vec![self.weights.len() as u32, net.sizes.len() as u32 - 1];
        words.extend(net.sizes.iter().map(|size| *size as u32));
        words.resize(SHAPE_WORDS, 0);
        words[GAIN_WORD] = (gain as f32).to_bits();
        self.shapes.extend(words);
        self.weights.extend(&net.weights);
        self.widest = self.widest.max(net.sizes.iter().copied().max().unwrap_or(0));
        let hidden = net.sizes.len().saturating_sub(1);
        self.hidden = self.hidden.max(net.sizes.get(1..hidden).unwrap_or_default().iter().sum());
    }
}

/// Kinds of functions of a dictionary, as `network.wgsl` knows them.
const MONOMIAL: f32 = 0.0;
const SINE: f32 = 1.0;
const COSINE: f32 = 2.0;

fn function([x, y, z]: [f32; 3], kind: f32) -> [f32; 4] {
    [x, y, z, kind]
}

fn monomial(exponents: [u32; 3]) -> [f32; 4] {
    function(exponents.map(|e| e as f32), MONOMIAL)
}

/// The energy's network at one σ: the input of σ goes into the biases of the first layer.
fn fold_sigma(net: &Mlp, dim: usize, sigma: f64) -> Mlp {
    let tau = (sigma.ln() + LOG_SIGMA_OFFSET) as f32;
    let mut folded = Mlp { sizes: net.sizes.clone(), weights: Vec::with_capacity(net.weights.len()) };
    folded.sizes[0] = dim;
    for (k, layer) in net.layers().enumerate() {
        if k > 0 {
            folded.weights.extend(layer.weights.iter().chain(layer.biases));
            continue;
        }
        let rows = layer.weights.chunks_exact(layer.inputs);
        folded.weights.extend(rows.clone().flat_map(|row| &row[..dim]));
        folded.weights.extend(rows.zip(layer.biases).map(|(row, b)| b + row[dim] * tau));
    }
    folded
}

/// The whole text of a shader: by the networks of `tables`, or baked.
pub(super) fn shader_text(tables: Option<&RuleTables>) -> String {
    match tables {
        None => gpu::shader_text(&[], &[WalkConstants::WGSL, PRELUDE, RANDOM, BAKED, WALK]),
        Some(tables) => {
            let sizes = [("WIDTH", tables.widest as u32), ("HIDDEN", tables.hidden as u32)];
            gpu::shader_text(&sizes, &[WalkConstants::WGSL, PRELUDE, RANDOM, NETWORK, WALK])
        }
    }
}

impl PointParams {
    pub fn new(rule: &PointRule, live: &PointLive, walkers: usize, seed: u64) -> Self {
        let walk = live.constants(rule);
        Self {
            seed: [seed as u32, (seed >> 32) as u32],
            walkers: walkers as u32,
            dim: rule.dim as u32,
            stiffness: (1.0 / (1.0 + live.sigma * live.sigma)) as f32,
            scored: u32::from(rule.energy.is_some() && (walk.eta > 0.0 || rule.flow.needs_energy())),
            walk: walk.words(),
            ..Self::zeroed()
        }
    }

    pub fn with_force(mut self, force: Option<&PointForce>) -> Self {
        let force = force.copied().unwrap_or_default();
        let ([cx, cy, cz], [ax, ay, az]) = (force.centre, force.axis);
        self.centre = [cx, cy, cz, force.radius];
        self.axis = [ax, ay, az, force.push];
        self.stir = force.stir;
        self
    }

    pub fn with_tables(mut self, tables: &RuleTables) -> Self {
        (self.constant, self.flow) = (tables.constant, tables.flow);
        (self.nets, self.waves, self.terms) = (tables.nets, tables.waves, tables.terms);
        self
    }

    pub fn with_grid(mut self, grid: &BakedField) -> Self {
        let [lx, ly, lz] = grid.low;
        let [dx, dy, dz] = grid.spacing.map(|spacing| 1.0 / spacing);
        let [nx, ny, nz] = grid.nodes.map(|nodes| nodes as u32);
        (self.low, self.density, self.nodes) = ([lx, ly, lz, 0.0], [dx, dy, dz, 0.0], [nx, ny, nz, 0]);
        self
    }
}

/// All words that the shaders of a rule read beside the walkers.
#[cfg(test)]
pub(in crate::worlds::points) fn shader_words(rule: &PointRule, live: &PointLive, walkers: usize) -> Vec<u32> {
    let tables = RuleTables::new(rule, live.sigma);
    let params = PointParams::new(rule, live, walkers, 1).with_tables(&tables);
    let waves = tables.tables.iter().flatten().map(|v| v.to_bits());
    bytemuck::cast_slice(bytemuck::bytes_of(&params)).iter().copied().chain(waves).collect()
}

#[cfg(test)]
mod tests {
    use std::mem::offset_of;

    use super::super::tests::{flows, rule};
    use super::*;
    use crate::gpu::Reflection;

    #[test]
    fn the_shaders_of_points_are_valid_for_every_flow() {
        let mut texts = vec![shader_text(None)];
        for dim in [2, 3] {
            texts.extend(flows(dim).into_iter().map(|flow| shader_text(Some(&RuleTables::new(&rule(dim, flow), 0.1)))));
        }
        for text in &texts {
            if let Err(error) = Reflection::new("walk", text) {
                panic!("{error}");
            }
        }
        let wrong = texts[0].replace("vec4<f32>(next, first.speed)", "vec4<f32>(next)");
        assert!(Reflection::new("walk", &wrong).is_err());
    }

    #[test]
    fn params_of_points_are_in_memory_as_the_shaders_read_them() {
        let layout = Reflection::new("walk", &shader_text(None)).unwrap().struct_layout("Params");
        macro_rules! offsets {
            ($($field:ident),*) => {
                vec![$((stringify!($field).to_owned(), offset_of!(PointParams, $field) as u32)),*]
            };
        }
        let expected = offsets!(
            seed, walkers, steps, first_step, dim, stiffness, flow, scored, nets, waves, terms, constant, centre, axis,
            stir, padding_a, padding_b, padding_c, low, density, nodes, walk
        );
        assert_eq!(layout, Some((size_of::<PointParams>() as u32, expected)));
    }
}
