//! Shader texts: the files of `shaders/`, put together with the constants that depend on the shape of a network.

use super::weights::NetSizes;
use crate::gpu::{FINITE, RANDOM, constants_text, shader_text};
use crate::worlds::swarm::rule::{LocalNet, SWARM_KNOBS, SwarmKnob};

/// Invocations per workgroup of the light kernels.
pub(crate) const LIGHT_WORKGROUP: u32 = 64;
/// Invocations per workgroup of the network kernels: small, so that a small swarm still fills every core.
pub(crate) const NET_WORKGROUP: u32 = 32;

const PRELUDE: &str = include_str!("../../../../shaders/swarm/prelude.wgsl");
const GRID: &str = include_str!("../../../../shaders/swarm/grid.wgsl");
const SCAN: &str = include_str!("../../../../shaders/swarm/scan.wgsl");
const NET: &str = include_str!("../../../../shaders/swarm/net.wgsl");
const MESSAGES: &str = include_str!("../../../../shaders/swarm/messages.wgsl");
const READOUT: &str = include_str!("../../../../shaders/swarm/readout.wgsl");
const ENERGY: &str = include_str!("../../../../shaders/swarm/energy.wgsl");
const SCORE: &str = include_str!("../../../../shaders/swarm/score.wgsl");
const FLOW_EXACT: &str = include_str!("../../../../shaders/swarm/flow_exact.wgsl");
const FLOW_LEARNED: &str = include_str!("../../../../shaders/swarm/flow_learned.wgsl");
const UNITS: &str = include_str!("../../../../shaders/swarm/units.wgsl");
const INTEGRATE: &str = include_str!("../../../../shaders/swarm/integrate.wgsl");
const SHOWN: &str = include_str!("../../../../shaders/swarm/shown.wgsl");

/// One compute shader, as a module of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shader {
    Grid,
    Scan,
    Messages,
    Energy,
    Score,
    FlowExact,
    FlowLearned,
    Integrate,
    Shown,
}

impl Shader {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Self::Grid => &[PRELUDE, GRID],
            Self::Scan => &[PRELUDE, SCAN],
            Self::Messages => &[PRELUDE, UNITS, NET, MESSAGES],
            Self::Energy => &[PRELUDE, UNITS, READOUT, ENERGY],
            Self::Score => &[PRELUDE, UNITS, NET, SCORE],
            Self::FlowExact => &[PRELUDE, FLOW_EXACT],
            Self::FlowLearned => &[PRELUDE, UNITS, READOUT, FLOW_LEARNED],
            Self::Integrate => &[PRELUDE, RANDOM, FINITE, INTEGRATE],
            Self::Shown => &[PRELUDE, SHOWN],
        }
    }

    /// The complete text. Network kernels need the sizes of their network.
    pub fn text(self, sizes: Option<&NetSizes>) -> String {
        let mut constants = Vec::new();
        let mut address_space = "uniform";
        let mut workgroup = LIGHT_WORKGROUP;
        if let Some(sizes) = sizes {
            constants = sizes.constants();
            address_space = if sizes.fits_uniform { "uniform" } else { "storage, read" };
            workgroup = NET_WORKGROUP;
        }
        constants.push(("WORKGROUP", workgroup));
        let mut head = constants_text(&[("SOFTENING", LocalNet::SOFTENING_L)]);
        head.push_str(&knobs_struct("LiveKnobs", |row| !row.is_per_species()));
        head.push_str(&knobs_struct("SpeciesKnobs", SwarmKnob::is_per_species));
        let parts = self.parts().iter().map(|part| part.replace("WEIGHTS", address_space));
        let texts: Vec<String> = std::iter::once(head).chain(parts).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        shader_text(&constants, &texts)
    }
}

/// A struct with a number for each of these knobs.
fn knobs_struct(name: &str, has: impl Fn(&SwarmKnob) -> bool) -> String {
    let fields: String =
        SWARM_KNOBS.iter().filter(|row| has(row)).map(|row| format!("    {}: f32,\n", row.spec.id)).collect();
    format!("struct {name} {{\n    @align(16)\n{fields}}}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::Reflection;
    use crate::worlds::swarm::rule::NetShape;

    const ALL: [Shader; 9] = [
        Shader::Grid,
        Shader::Scan,
        Shader::Messages,
        Shader::Energy,
        Shader::Score,
        Shader::FlowExact,
        Shader::FlowLearned,
        Shader::Integrate,
        Shader::Shown,
    ];

    #[test]
    fn every_shader_is_valid_for_every_shape() {
        let shapes = [
            NetShape { species: 1, phi: [32, 32], rho: [64, 64], outputs: 1 },
            NetShape { species: 8, phi: [30, 17], rho: [5, 9], outputs: 3 },
            NetShape { species: 3, phi: [96, 96], rho: [192, 160], outputs: 3 },
        ];
        for shape in shapes {
            for uniform_limit in [64 << 10, 0] {
                let sizes = NetSizes::new(&shape, uniform_limit);
                for shader in ALL {
                    let text = shader.text(Some(&sizes));
                    if let Err(error) = Reflection::new("text", &text) {
                        panic!("{shader:?} for {shape:?}:\n{error}");
                    }
                }
            }
        }
    }

    #[test]
    fn validation_can_fail() {
        let sizes = NetSizes::new(&NetShape { species: 1, phi: [8, 8], rho: [8, 8], outputs: 1 }, 64 << 10);
        let text = Shader::Score.text(Some(&sizes)).replace("gradient += vec3<f32>(", "gradient += vec2<f32>(");
        assert!(Reflection::new("score", &text).is_err());
    }
}
