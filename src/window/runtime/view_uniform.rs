//! The uniform and the texts of the shaders of the canvas.

use std::sync::LazyLock;

use bytemuck::{Pod, Zeroable};

use crate::gpu::{constants_text, shader_text};
use crate::media::looks::RAMP;
use crate::media::looks::shape::{SHAPE_CONSTANTS, hull::HULL_CONSTANTS};
use crate::worlds::swarm::picture::MAX_SPECIES;

/// The uniform of `shaders/swarm/view.wgsl`. Lengths are in the unit of the swarm's buffer, colours linear.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
pub struct View {
    /// Clip units per length, per axis.
    pub ndc_scale: [f32; 2],
    /// Clip position of the origin.
    pub ndc_offset: [f32; 2],
    pub box_size: [f32; 2],
    /// Lower left corner of what the eye sees.
    pub view_min: [f32; 2],
    /// Images of the box that fit in the view along each axis; 0 when the box is not periodic.
    pub tiles: [u32; 2],
    /// Half the length of a body.
    pub body_length: f32,
    /// Length of one physical pixel.
    pub pixel_length: f32,
    /// 0 arrow, 1 drop, 2 dot.
    pub body_shape: u32,
    /// Opacity of images outside the box, relative to those inside.
    pub ghost_opacity: f32,
    pub opacity: f32,
    pub glow: f32,
    pub stage_fill: [f32; 4],
    pub stage_edge: [f32; 4],
    /// Around the stage.
    pub ground: [f32; 4],
    pub palette: [[f32; 4]; MAX_SPECIES],
    /// Colours of a number; of a heading once round.
    pub ramp: [[f32; 4]; RAMP],
    /// The number at the lower end of the ramp, and one over the difference of both ends.
    pub ramp_low: f32,
    pub ramp_per_unit: f32,
    /// 0 species, 1 heading, 2 speed, 3 energy.
    pub colour_by: u32,
    /// 1 on light ground.
    pub on_paper: f32,
}

impl View {
    /// The box is drawn under the bodies.
    pub fn has_stage(&self) -> bool {
        self.stage_fill[3] > 0.0
    }
}

/// The text of a shader of the canvas.
fn canvas_text(part: &str) -> String {
    let lengths = [("MAX_SPECIES", MAX_SPECIES as u32), ("RAMP", RAMP as u32)];
    let view = include_str!("../../../shaders/swarm/view.wgsl");
    shader_text(&lengths, &[&constants_text(SHAPE_CONSTANTS), &constants_text(HULL_CONSTANTS), view, part])
}

/// The text of the shader of bodies and stage.
pub static PARTICLES: LazyLock<String> =
    LazyLock::new(|| canvas_text(include_str!("../../../shaders/swarm/particles.wgsl")));

/// Entry points that share the first bind group of [`PARTICLES`].
pub const CANVAS_ENTRIES: [&str; 4] = ["stage_vertex", "stage_fragment", "body_vertex", "body_fragment"];
/// Entry points of [`TRAILS`] that put the trails under the bodies, and that stamp the particles into them.
pub const COMPOSITE_ENTRIES: [&str; 2] = ["composite_vertex", "composite_fragment"];
pub const STAMP_ENTRIES: [&str; 2] = ["stamp_vertex", "stamp_fragment"];

/// The text of the shader of trails.
pub static TRAILS: LazyLock<String> = LazyLock::new(|| canvas_text(include_str!("../../../shaders/swarm/trails.wgsl")));

#[cfg(test)]
mod tests {
    use std::mem::{offset_of, size_of};

    use super::*;
    use crate::gpu::Reflection;

    macro_rules! offsets {
        ($($field:ident),*) => { vec![$((stringify!($field).to_owned(), offset_of!(View, $field) as u32)),*] };
    }

    #[test]
    fn the_view_has_the_layout_of_both_shaders() {
        let rust = offsets!(
            ndc_scale,
            ndc_offset,
            box_size,
            view_min,
            tiles,
            body_length,
            pixel_length,
            body_shape,
            ghost_opacity,
            opacity,
            glow,
            stage_fill,
            stage_edge,
            ground,
            palette,
            ramp,
            ramp_low,
            ramp_per_unit,
            colour_by,
            on_paper
        );
        for text in [&PARTICLES, &TRAILS] {
            let layout = Reflection::new("view", text).unwrap().struct_layout("View");
            assert_eq!(layout, Some((size_of::<View>() as u32, rust.clone())));
        }
    }

    #[test]
    fn the_canvas_binds_the_names_of_its_shaders() {
        let names = |text: &str, group, entries: &[&str]| -> Vec<String> {
            let reflection = Reflection::new("view", text).unwrap();
            reflection.group(group, entries).into_iter().map(|(name, _)| name).collect()
        };
        assert_eq!(names(&PARTICLES, 0, &CANVAS_ENTRIES), ["view", "swarm", "measures"]);
        assert_eq!(names(&TRAILS, 1, &COMPOSITE_ENTRIES), ["past", "past_sampler"]);
        assert_eq!(names(&TRAILS, 1, &STAMP_ENTRIES), ["before"]);
    }

    #[test]
    fn each_shared_number_is_read_by_a_shader() {
        for (name, _) in SHAPE_CONSTANTS.iter().chain(HULL_CONSTANTS) {
            // Once where it is declared.
            let is_read = |text: &str| text.matches(name).count() > 1;
            assert!(is_read(&PARTICLES) || is_read(&TRAILS), "{name}");
        }
    }

    #[test]
    fn choices_have_the_numbers_of_the_shader() {
        use crate::session::{Body, ColourBy};
        assert_eq!([Body::Arrow, Body::Drop, Body::Dot].map(|b| b as u32), [0, 1, 2]);
        let by = [ColourBy::Species, ColourBy::Heading, ColourBy::Speed, ColourBy::Energy];
        assert_eq!(by.map(|c| c as u32), [0, 1, 2, 3]);
    }
}
