//! Structs shared with the shaders, byte for byte (proved against naga's layout in the tests).

use bytemuck::{Pod, Zeroable};
use glam::UVec2;

use super::Force;
use super::grid::Grid;
use crate::worlds::swarm::picture::MAX_SPECIES;
use crate::worlds::swarm::rule::{FlowKind, LiveSettings, Rule, SPECIES_KNOBS, SWARM_KNOBS, species_knobs};

/// Numbers from the knobs of one species to those of the next: the stride of `SpeciesKnobs` in the shaders is a multiple of four.
const KNOB_STRIDE: usize = SPECIES_KNOBS.next_multiple_of(4);
/// Those of the whole swarm, in `LiveKnobs` of the shaders.
const LIVE_WORDS: usize = (SWARM_KNOBS.len() - SPECIES_KNOBS).next_multiple_of(4);

/// `Params` of `shaders/swarm/prelude.wgsl`, which has meaning and units.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub(crate) struct Params {
    pub box_size: [f32; 2],
    pub cell_density: [f32; 2],
    pub cells: [u32; 2],
    pub seed: [u32; 2],
    pub force_centre: [f32; 2],
    pub force_radius: f32,
    pub force_strength: f32,
    pub particles: u32,
    pub cutoff: f32,
    pub window: f32,
    pub dt: f32,
    pub kappa: f32,
    pub noise: f32,
    pub inverse_sigma: f32,
    pub denoise: f32,
    pub first_step: u32,
    pub force_stir: f32,
    pub padding: [u32; 2],
    pub live: [f32; LIVE_WORDS],
    pub knobs: [[f32; KNOB_STRIDE]; MAX_SPECIES],
}

/// `Clock` of `shaders/swarm/integrate.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub(crate) struct Clock {
    pub step: u32,
    pub padding_a: u32,
    pub padding_b: u32,
    pub padding_c: u32,
}

/// Largest radius of the exact flow's window, ℓ; 0 when no window is needed.
pub(crate) fn window_l(settings: &LiveSettings) -> f64 {
    if settings.flow == FlowKind::Exact { settings.knobs.widest_window_l() } else { 0.0 }
}

impl Params {
    pub fn new(
        rule: &Rule,
        settings: &LiveSettings,
        grid: &Grid,
        particles: usize,
        seed: u64,
        force: Option<Force>,
        dt: f64,
    ) -> Self {
        let mut knobs = [[0.0; KNOB_STRIDE]; MAX_SPECIES];
        for (k, row) in species_knobs().enumerate() {
            for (of_species, value) in knobs.iter_mut().zip(row.values(settings)) {
                of_species[k] = *value as f32;
            }
        }
        let mut live = [0.0; LIVE_WORDS];
        let strength = if settings.flow == FlowKind::None { 0.0 } else { settings.strength };
        let acting = LiveSettings { strength, ..*settings };
        for (word, row) in live.iter_mut().zip(SWARM_KNOBS.iter().filter(|row| !row.is_per_species())) {
            *word = row.values(&acting)[0] as f32;
        }
        let force = force.unwrap_or_default();
        Self {
            box_size: grid.box_size.as_vec2().to_array(),
            cell_density: (UVec2::from(grid.cells).as_dvec2() / grid.box_size).as_vec2().to_array(),
            cells: grid.cells,
            seed: [seed as u32, (seed >> 32) as u32],
            force_centre: force.centre_l,
            force_radius: force.radius_l,
            force_strength: force.strength,
            particles: particles as u32,
            cutoff: rule.cutoff_l as f32,
            window: window_l(settings) as f32,
            dt: dt as f32,
            kappa: rule.kappa as f32,
            noise: (2.0 * settings.relaxation * dt).sqrt() as f32,
            inverse_sigma: (1.0 / settings.sigma_l) as f32,
            denoise: if settings.denoised { (settings.sigma_l * settings.sigma_l) as f32 } else { 0.0 },
            first_step: 0,
            force_stir: force.stir,
            padding: [0; 2],
            live,
            knobs,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::mem::offset_of;

    use glam::DVec2;

    use super::*;
    use crate::gpu::Reflection;
    use crate::worlds::swarm::engine::shader::Shader;
    use crate::worlds::swarm::engine::testing::rule;
    use crate::worlds::swarm::rule::time_step;

    fn layout(struct_name: &str) -> (u32, Vec<(String, u32)>) {
        let reflection = Reflection::new("integrate", &Shader::Integrate.text(None)).expect("a valid shader");
        reflection.struct_layout(struct_name).unwrap_or_else(|| panic!("no struct {struct_name}"))
    }

    macro_rules! offsets {
        ($type:ty: $($field:ident),*) => {
            vec![$((stringify!($field).to_string(), offset_of!($type, $field) as u32)),*]
        };
    }

    #[test]
    fn params_have_the_layout_of_the_shaders() {
        let rust = offsets!(Params: box_size, cell_density, cells, seed, force_centre, force_radius, force_strength,
            particles, cutoff, window, dt, kappa, noise, inverse_sigma, denoise, first_step, force_stir, padding, live,
            knobs);
        assert_eq!(layout("Params"), (size_of::<Params>() as u32, rust));
    }

    #[test]
    fn every_live_knob_moves_a_word_of_the_params() {
        let rule = rule(1);
        let words = |settings: &LiveSettings| {
            let grid = Grid::new(DVec2::splat(20.0), rule.cutoff_l, 100);
            let dt = time_step(&rule, settings);
            bytemuck::bytes_of(&Params::new(&rule, settings, &grid, 100, 1, None, dt)).to_vec()
        };
        // So slow a flow leaves the time step to the step factor.
        let mut settings =
            LiveSettings { flow: FlowKind::Exact, strength: 0.01, relaxation: 0.01, ..LiveSettings::default() };
        for row in &SWARM_KNOBS {
            row.values_mut(&mut settings).iter_mut().filter(|value| **value == 0.0).for_each(|value| *value = 0.3);
        }
        let copy = settings;
        assert_eq!(words(&settings), words(&copy));
        for row in &SWARM_KNOBS {
            let mut other = settings;
            row.values_mut(&mut other).iter_mut().for_each(|value| *value *= 0.5);
            assert_ne!(words(&other), words(&settings), "{}", row.spec.id);
        }
    }

    #[test]
    fn the_clock_has_the_layout_of_the_shaders() {
        let rust = offsets!(Clock: step, padding_a, padding_b, padding_c);
        assert_eq!(layout("Clock"), (size_of::<Clock>() as u32, rust));
    }
}
