//! What the shaders of the canvas are told.

use bytemuck::{Pod, Zeroable};

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
    pub palette: [[f32; 4]; 8],
    /// Colours of a number; of a heading once round.
    pub ramp: [[f32; 4]; 8],
    /// The number at the lower end of the ramp, and one over the difference of both ends.
    pub ramp_low: f32,
    pub ramp_per_unit: f32,
    /// 0 species, 1 heading, 2 speed, 3 energy.
    pub colour_by: u32,
    /// 1 on light ground.
    pub on_paper: f32,
}

/// The text of the shader of bodies and stage.
pub const PARTICLES: &str = concat!(
    include_str!("../../../../shaders/swarm/view.wgsl"),
    include_str!("../../../../shaders/swarm/particles.wgsl")
);

/// The text of the shader of trails.
pub const TRAILS: &str =
    concat!(include_str!("../../../../shaders/swarm/view.wgsl"), include_str!("../../../../shaders/swarm/trails.wgsl"));

#[cfg(test)]
mod tests {
    use std::mem::{offset_of, size_of};

    use super::*;

    fn validated(text: &str) -> naga::Module {
        let module = naga::front::wgsl::parse_str(text).expect("the shader parses");
        let mut validator =
            naga::valid::Validator::new(naga::valid::ValidationFlags::all(), naga::valid::Capabilities::empty());
        validator.validate(&module).expect("the shader is valid");
        module
    }

    macro_rules! offsets {
        ($($field:ident),*) => { vec![$((stringify!($field).to_owned(), offset_of!(View, $field) as u32)),*] };
    }

    #[test]
    fn the_view_lies_in_memory_as_both_shaders_read_it() {
        for text in [PARTICLES, TRAILS] {
            let module = validated(text);
            let mut layouter = naga::proc::Layouter::default();
            layouter.update(module.to_ctx()).unwrap();
            let (handle, ty) = module.types.iter().find(|(_, t)| t.name.as_deref() == Some("View")).unwrap();
            assert_eq!(layouter[handle].size as usize, size_of::<View>());
            let naga::TypeInner::Struct { members, .. } = &ty.inner else { panic!("View is a struct") };
            let members: Vec<(String, u32)> = members.iter().map(|m| (m.name.clone().unwrap(), m.offset)).collect();
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
                palette,
                ramp,
                ramp_low,
                ramp_per_unit,
                colour_by,
                on_paper
            );
            assert_eq!(members, rust);
        }
    }

    /// The value of `const name` in a shader text.
    fn constant(text: &str, name: &str) -> f64 {
        let line = text.lines().find(|line| line.split([' ', ':']).nth(1) == Some(name)).expect("the constant");
        line.split_once('=').unwrap().1.trim().trim_end_matches(';').parse().unwrap()
    }

    #[test]
    fn shaders_and_painter_share_the_numbers_of_the_look() {
        use crate::media::looks::shape as look;
        assert_eq!(constant(PARTICLES, "GLOW_REACH"), look::GLOW_REACH);
        assert_eq!(constant(PARTICLES, "GLOW_STRENGTH"), look::GLOW_STRENGTH);
        assert_eq!(constant(PARTICLES, "STAGE_MARGIN"), f64::from(look::STAGE_MARGIN_PX));
        assert_eq!(constant(TRAILS, "TRAIL_HALF_WIDTH"), look::TRAIL_HALF_WIDTH);
        assert_eq!(constant(TRAILS, "TRAIL_OPACITY"), look::TRAIL_OPACITY);
        assert_eq!(constant(TRAILS, "TRAIL_LEAP"), look::TRAIL_LEAP);
    }

    #[test]
    fn the_numbers_of_the_choices_are_those_the_shader_knows() {
        use crate::session::{Body, ColourBy};
        assert_eq!([Body::Arrow, Body::Drop, Body::Dot].map(|b| b as u32), [0, 1, 2]);
        let by = [ColourBy::Species, ColourBy::Heading, ColourBy::Speed, ColourBy::Energy];
        assert_eq!(by.map(|c| c as u32), [0, 1, 2, 3]);
    }
}
