//! Shader texts: the files of `shaders/`, put together with the constants that depend on the shape of a network.

use std::fmt::Write;

use super::weights::NetSizes;
use crate::worlds::swarm::rule::{LocalNet, species_knobs};

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
const NOISE: &str = include_str!("../../../../shaders/swarm/noise.wgsl");
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
            Self::Messages => &[PRELUDE, NET, MESSAGES],
            Self::Energy => &[PRELUDE, READOUT, ENERGY],
            Self::Score => &[PRELUDE, NET, SCORE],
            Self::FlowExact => &[PRELUDE, FLOW_EXACT],
            Self::FlowLearned => &[PRELUDE, READOUT, FLOW_LEARNED],
            Self::Integrate => &[PRELUDE, NOISE, INTEGRATE],
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
        let mut text = String::new();
        for (name, value) in &constants {
            writeln!(text, "const {name} = {value}u;").expect("writing to a string");
        }
        writeln!(text, "const SOFTENING = {:?};", LocalNet::SOFTENING_L).expect("writing to a string");
        let mut align = "@align(16) ";
        text.push_str("struct SpeciesKnobs {\n");
        for row in species_knobs() {
            writeln!(text, "    {}{}: f32,", std::mem::take(&mut align), row.spec.id).expect("writing to a string");
        }
        text.push_str("}\n");
        for part in self.parts() {
            text.push_str(&repeat_lines(&part.replace("WEIGHTS", address_space), &constants));
        }
        text
    }
}

/// Writes the lines between `//@for X in NAME` and `//@end` once for each value of X from 0 to the constant NAME,
/// with `{X}` replaced by the value.
///
/// # Panics
/// When a block names no constant: a mistake in a shader file, which the tests find.
fn repeat_lines(template: &str, constants: &[(&'static str, u32)]) -> String {
    let mut out = String::new();
    let mut lines = template.lines();
    while let Some(line) = lines.next() {
        let Some(header) = line.trim_start().strip_prefix("//@for ") else {
            out.push_str(line);
            out.push('\n');
            continue;
        };
        let (variable, name) = header.split_once(" in ").expect("//@for VARIABLE in CONSTANT");
        let (_, count) = constants.iter().find(|(known, _)| *known == name).expect("a known constant after `in`");
        let body: Vec<&str> = lines.by_ref().take_while(|line| line.trim_start() != "//@end").collect();
        let placeholder = format!("{{{variable}}}");
        for value in 0..*count {
            for line in &body {
                out.push_str(&line.replace(&placeholder, &value.to_string()));
                out.push('\n');
            }
        }
    }
    out
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
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

    pub(crate) fn validated(text: &str) -> Result<naga::Module, String> {
        let module = naga::front::wgsl::parse_str(text).map_err(|e| e.emit_to_string(text))?;
        naga::valid::Validator::new(naga::valid::ValidationFlags::all(), naga::valid::Capabilities::empty())
            .validate(&module)
            .map_err(|e| e.emit_to_string(text))?;
        Ok(module)
    }

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
                    if let Err(error) = validated(&text) {
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
        assert!(validated(&text).is_err());
    }

    #[test]
    fn lines_are_repeated_with_their_number() {
        let text = repeat_lines("a\n  //@for Q in N\n  x{Q} = {Q}u;\n  //@end\nb\n", &[("N", 2)]);
        assert_eq!(text, "a\n  x0 = 0u;\n  x1 = 1u;\nb\n");
    }
}
