//! Shader texts of the field world and the layout of their uniforms.

use bytemuck::{Pod, Zeroable};

use crate::gpu::{FINITE, shader_text};
use crate::worlds::field::rule::{LibraryRule, TERM_COUNT};

const LIBRARY: &str = include_str!("../../../../shaders/field/library.wgsl");

/// Text of the shader of the library rule.
pub(crate) fn library_text() -> String {
    shader_text(&[], &[FINITE, LIBRARY])
}

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

/// All words that the shader of a library reads beside the field.
#[cfg(test)]
pub(in crate::worlds::field) fn library_words(rule: &LibraryRule, time_step: f64, size: [usize; 2]) -> Vec<u32> {
    bytemuck::cast_slice(bytemuck::bytes_of(&StepUniform::new(rule, time_step, size))).to_vec()
}

#[cfg(test)]
mod tests {
    use std::mem::offset_of;

    use super::*;
    use crate::gpu::Reflection;

    #[test]
    fn the_library_shader_is_valid_and_validation_can_fail() {
        Reflection::new("library", &library_text()).unwrap();
        assert!(Reflection::new("library", &library_text().replace("vec2<f32>(rate(", "vec3<f32>(rate(")).is_err());
    }

    #[test]
    fn the_uniform_has_the_layout_of_the_shader() {
        let layout = Reflection::new("library", &library_text()).unwrap().struct_layout("Step");
        macro_rules! offsets {
            ($($field:ident),*) => {
                vec![$((stringify!($field).to_owned(), offset_of!(StepUniform, $field) as u32)),*]
            };
        }
        assert_eq!(layout, Some((size_of::<StepUniform>() as u32, offsets!(size, padding, u, v))));
    }
}
