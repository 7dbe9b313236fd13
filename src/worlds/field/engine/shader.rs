//! Shader texts of the field world and the layout of their uniforms.

use bytemuck::{Pod, Zeroable};

use crate::worlds::field::rule::{LibraryRule, TERM_COUNT};

/// Side of a workgroup, pixels.
pub(crate) const TILE: u32 = 16;

/// The library rule.
pub(crate) const LIBRARY: &str = include_str!("../../../../shaders/field/library.wgsl");

/// Coefficients of one channel, times the time step.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub(crate) struct ChannelUniform {
    /// In the order of the library's terms.
    pub coefficients: [f32; TERM_COUNT],
    /// Lower and upper bound, then padding.
    pub range: [f32; 4],
}

/// Everything a step needs beside the field.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub(crate) struct StepUniform {
    pub size: [u32; 2],
    pub padding: [u32; 2],
    pub u: ChannelUniform,
    pub v: ChannelUniform,
}

impl StepUniform {
    pub fn new(rule: &LibraryRule, time_step: f64, size: [usize; 2]) -> Self {
        let channel = |c: usize| {
            let [low, high] = rule.range[c].map(|bound| bound as f32);
            let coefficients = [&rule.u, &rule.v][c].0.map(|coefficient| (time_step * coefficient) as f32);
            ChannelUniform { coefficients, range: [low, high, 0.0, 0.0] }
        };
        Self { size: size.map(|side| side as u32), padding: [0; 2], u: channel(0), v: channel(1) }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn validated(text: &str) -> Result<naga::Module, String> {
        let module = naga::front::wgsl::parse_str(text).map_err(|e| e.emit_to_string(text))?;
        naga::valid::Validator::new(naga::valid::ValidationFlags::all(), naga::valid::Capabilities::empty())
            .validate(&module)
            .map_err(|e| e.emit_to_string(text))?;
        Ok(module)
    }

    #[test]
    fn the_library_shader_is_valid_and_validation_can_fail() {
        validated(LIBRARY).unwrap();
        assert!(validated(&LIBRARY.replace("vec2<f32>(rate(", "vec3<f32>(rate(")).is_err());
    }

    #[test]
    fn the_uniform_has_the_layout_of_the_shader() {
        let module = validated(LIBRARY).unwrap();
        let (_, of_step) = module.types.iter().find(|(_, t)| t.name.as_deref() == Some("Step")).unwrap();
        let naga::TypeInner::Struct { members, span } = &of_step.inner else { panic!("Step is a struct") };
        assert_eq!(*span as usize, size_of::<StepUniform>());
        let offsets: Vec<usize> = members.iter().map(|member| member.offset as usize).collect();
        use std::mem::offset_of;
        assert_eq!(
            offsets,
            [
                offset_of!(StepUniform, size),
                offset_of!(StepUniform, padding),
                offset_of!(StepUniform, u),
                offset_of!(StepUniform, v)
            ]
        );
    }
}
