//! Pictures of a field that lives on a GPU, drawn there from its own buffer: nothing is read back. Twin of `draw`.

use bytemuck::{Pod, Zeroable};

use super::draw::{REPEATED, SQUARES, Shades, TOKEN_CONSTANTS, token_ground};
use crate::gpu::{
    ComputeKernel, Dispatch, GpuDevice, GpuError, GpuPicture, KernelModule, checked, constants_text, shader_text,
    storage_with, uniform,
};
use crate::worlds::field::PatternChannels;
use crate::worlds::field::tokens::TokenColours;
use crate::worlds::studio::Viewpoint;

fn picture_text() -> String {
    shader_text(&[], &[&constants_text(TOKEN_CONSTANTS), include_str!("../../../../shaders/field/picture.wgsl")])
}

/// How values become colours.
#[derive(Clone, Copy)]
pub(super) enum FieldColours<'a> {
    /// One of two channels by a table, or a mixture of both.
    Shades(&'a Shades),
    /// Three channels, on light ground or not.
    Tokens(TokenColours, bool),
}

/// `Show` of `shaders/field/picture.wgsl`; meaning and units are there.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
struct ShowUniform {
    corner: [f32; 2],
    unit: f32,
    squares: u32,
    field: [u32; 2],
    picture: [u32; 2],
    stride: u32,
    channels: u32,
    colours: u32,
    low: f32,
    per_value: f32,
    repeated: f32,
    low_u: f32,
    per_u: f32,
    ground: [f32; 4],
    ink_u: [f32; 4],
    ink_v: [f32; 4],
}

impl ShowUniform {
    fn new(field: [usize; 2], colours: FieldColours, view: &Viewpoint, picture: &GpuPicture) -> Self {
        let [width, height] = picture.size.map(f64::from);
        let unit = 2.0 * view.half_height / height;
        let corner = [view.centre.x - 0.5 * width * unit, field[1] as f64 - view.centre.y - 0.5 * height * unit];
        let (channels, of, scales, mixture) = match colours {
            FieldColours::Shades(shades) => {
                let of = match shades.channels() {
                    PatternChannels::V => 0,
                    PatternChannels::U => 6,
                    PatternChannels::Both => 7,
                };
                (2, of, shades.scales(), shades.mixture())
            }
            FieldColours::Tokens(of, light) => {
                let of = match of {
                    TokenColours::Drawn => 1,
                    TokenColours::Red => 2,
                    TokenColours::Green => 3,
                    TokenColours::Blue => 4,
                    TokenColours::Light => 5,
                };
                (3, of, [[0.0, 1.0]; 2], [token_ground(light), [0.0; 3], [0.0; 3]])
            }
        };
        let [[low_u, per_u], [low, per_value]] = scales;
        let [mut ground, ink_u, ink_v] = mixture.map(|[r, g, b]| [r, g, b, 0.0]);
        ground[3] = f32::from(matches!(colours, FieldColours::Tokens(_, true)));
        Self {
            corner: corner.map(|v| v as f32),
            unit: unit as f32,
            squares: u32::from(1.0 / unit >= SQUARES),
            field: field.map(|side| side as u32),
            picture: picture.size,
            stride: picture.row(),
            channels,
            colours: of,
            low,
            per_value,
            repeated: REPEATED,
            low_u,
            per_u,
            ground,
            ink_u,
            ink_v,
        }
    }
}

/// Draws a field again and again.
pub(super) struct GpuFieldPainter {
    device: GpuDevice,
    kernel: ComputeKernel,
    uniform: wgpu::Buffer,
    table: wgpu::Buffer,
    canvas: Option<FieldCanvas>,
}

/// The picture of one size, and the buffers that were drawn last: a field goes to and fro between two.
struct FieldCanvas {
    picture: GpuPicture,
    bound: Vec<(wgpu::Buffer, Dispatch)>,
}

/// Buffers that stay bound.
const MAX_BOUND: usize = 2;

impl GpuFieldPainter {
    /// # Errors
    /// The device refuses the shader or has not enough memory.
    pub fn new(gpu: &GpuDevice) -> Result<Self, GpuError> {
        let device = &gpu.device;
        let kernel = KernelModule::new(device, "field picture", picture_text())?.kernel(device, "draw")?;
        let (uniform, table) = checked(device, || {
            let table = storage_with(device, "colours", &[0u32; Shades::PACKED]);
            (uniform(device, "show", size_of::<ShowUniform>() as u64), table)
        })?;
        Ok(Self { device: gpu.clone(), kernel, uniform, table, canvas: None })
    }

    /// Encodes and submits a picture of the `values` of a field of some width and height; does not wait.
    ///
    /// # Errors
    /// Not enough memory for the size.
    pub fn draw(
        &mut self,
        (values, field): (&wgpu::Buffer, [usize; 2]),
        colours: FieldColours,
        view: &Viewpoint,
        size: [u32; 2],
    ) -> Result<GpuPicture, GpuError> {
        let GpuDevice { device, queue, .. } = &self.device;
        let fits = |canvas: &FieldCanvas| canvas.picture.size == size.map(|side| side.max(1));
        let mut canvas = match self.canvas.take().filter(fits) {
            Some(canvas) => canvas,
            None => FieldCanvas { picture: checked(device, || GpuPicture::new(device, size))?, bound: Vec::new() },
        };
        if canvas.bound.iter().all(|(buffer, _)| buffer != values) {
            let buffers = [
                ("show", &self.uniform),
                ("values", values),
                ("table", &self.table),
                ("picture", &canvas.picture.buffer),
            ];
            let dispatch = self.kernel.dispatch_2d(device, canvas.picture.size.map(|side| side as usize), &buffers)?;
            canvas.bound.truncate(MAX_BOUND - 1);
            canvas.bound.insert(0, (values.clone(), dispatch));
        }
        let canvas = self.canvas.insert(canvas);
        if let FieldColours::Shades(shades) = colours {
            queue.write_buffer(&self.table, 0, bytemuck::cast_slice(&shades.packed()));
        }
        let uniform = ShowUniform::new(field, colours, view, &canvas.picture);
        queue.write_buffer(&self.uniform, 0, bytemuck::bytes_of(&uniform));
        let mut encoder =
            device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("field picture") });
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            canvas.bound.iter().filter(|(buffer, _)| buffer == values).for_each(|(_, draw)| draw.encode(&mut pass, 0));
        }
        queue.submit([encoder.finish()]);
        Ok(canvas.picture.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::mem::offset_of;

    use glam::DVec2;
    use image::RgbaImage;

    use super::*;
    use crate::gpu::Reflection;
    use crate::gpu::testing::gpu;
    use crate::worlds::field::stills::{GrayScott, Still};
    use crate::worlds::field::studio::draw::{draw_colours, draw_pattern};
    use crate::worlds::field::{PatternLook, PatternPalette};

    #[test]
    fn the_show_uniform_has_the_layout_of_the_shader() {
        let layout = Reflection::new("picture", &picture_text()).unwrap().struct_layout("Show");
        macro_rules! offsets {
            ($($field:ident),*) => {
                vec![$((stringify!($field).to_owned(), offset_of!(ShowUniform, $field) as u32)),*]
            };
        }
        let members = offsets!(
            corner, unit, squares, field, picture, stride, channels, colours, low, per_value, repeated, low_u, per_u,
            ground, ink_u, ink_v
        );
        assert_eq!(layout, Some((size_of::<ShowUniform>() as u32, members)));
    }

    #[test]
    fn pictures_of_both_engines_are_the_same() {
        let Some(gpu) = gpu() else { return };
        let size = [20, 12];
        // Beyond both ends of the colours.
        let at = |k: usize, c: usize| 0.2 + 0.3 * (0.9 * (k % 20) as f32 + 0.5 * (k / 20) as f32 + c as f32).sin();
        let still = |channels: usize| {
            let data = (0..channels).flat_map(|c| (0..240).map(move |k| at(k, c))).collect();
            Still { width: 20, height: 12, channels, data }
        };
        let packed = |still: &Still| -> Vec<f32> {
            (0..240).flat_map(|k| (0..still.channels).map(move |c| still.plane(c)[k])).collect()
        };
        let (pattern, tokens) = (still(2), still(3));
        let mut painter = GpuFieldPainter::new(gpu).unwrap();
        // Mixed pixels with repetitions, and squares.
        for view in [Viewpoint::flat(DVec2::new(9.0, 7.3), 11.0), Viewpoint::flat(DVec2::new(2.0, 3.0), 2.2)] {
            let mut compare = |still: &Still, colours: FieldColours, expected: RgbaImage| {
                let buffer = storage_with(&gpu.device, "values", &packed(still));
                let drawn = painter.draw((&buffer, size), colours, &view, [70, 50]).unwrap();
                let mut picture = RgbaImage::new(70, 50);
                drawn.read_into(gpu, &mut picture).unwrap();
                let apart = |(a, b): (&image::Rgba<u8>, &image::Rgba<u8>)| (0..4).any(|c| a.0[c].abs_diff(b.0[c]) > 6);
                let count = picture.pixels().zip(expected.pixels()).filter(|pair| apart(*pair)).count();
                // Of squares, the pixels on an edge may be of either.
                assert!(count <= 70, "{count} pixels differ");
                let colours: std::collections::HashSet<_> = picture.pixels().map(|pixel| pixel.0).collect();
                assert!(colours.len() > 8, "{} colours", colours.len());
            };
            let mut expected = RgbaImage::new(70, 50);
            for channels in PatternChannels::ALL {
                let look = PatternLook { channels, palette: PatternPalette::Viridis };
                let shades = Shades::of_rule(&GrayScott::default().rule(), look, channels == PatternChannels::Both);
                draw_pattern(&pattern, &view, &shades, &mut expected);
                compare(&pattern, FieldColours::Shades(&shades), expected.clone());
            }
            for of in
                [TokenColours::Drawn, TokenColours::Red, TokenColours::Green, TokenColours::Blue, TokenColours::Light]
            {
                for light in [false, true] {
                    draw_colours(&tokens, of, light, &view, &mut expected);
                    compare(&tokens, FieldColours::Tokens(of, light), expected.clone());
                }
            }
        }
    }
}
