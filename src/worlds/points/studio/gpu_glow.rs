//! The glow of walkers that live on a GPU, drawn there from their own buffer: nothing is read back. Twin of `draw`.

use bytemuck::{Pod, Zeroable};
use glam::DVec3;

use super::draw::{DEPTH_CUE, GLOW_CONSTANTS, MAX_DOTS, entries_per_light, shades, share_of_one};
use crate::gpu::{
    Dispatch, GpuDevice, GpuError, GpuPicture, KernelModule, checked, constants_text, shader_text, storage,
    storage_with, uniform,
};
use crate::worlds::points::cloud::Standardisation;
use crate::worlds::studio::{DrawOptions, Viewpoint};

fn glow_text() -> String {
    shader_text(&[], &[&constants_text(GLOW_CONSTANTS), include_str!("../../../../shaders/points/glow.wgsl")])
}

/// Units of a sum for one of light: fine enough for the faint dots of trails where walkers are few, and without overflow
/// where all of a million are within two pixels.
const FINEST_UNITS: f32 = 4096.0;
const LARGEST_SUM: f32 = 2.0e9;

/// `Glow` of `shaders/points/glow.wgsl`; meaning and units are there.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
struct GlowUniform {
    column: [f32; 4],
    row: [f32; 4],
    near: [f32; 4],
    width: u32,
    height: u32,
    stride: u32,
    walkers: u32,
    kept: f32,
    share: f32,
    depth_cue: f32,
    to_table: f32,
    units: f32,
    dots: u32,
    padding_a: u32,
    padding_b: u32,
}

impl GlowUniform {
    fn new(map: &Standardisation, count: usize, view: &Viewpoint, kept: f32, picture: &GpuPicture) -> Self {
        let [width, height] = picture.size;
        let scale = 0.5 * f64::from(height) / view.half_height;
        let [right, up, near] = view.axes();
        // From standardised coordinates, to which the map of the cloud belongs.
        let to_centre = DVec3::from(map.centre) - view.centre;
        let form = |axis: DVec3, by: f64, from: f64| -> [f32; 4] {
            (by * axis * DVec3::from(map.scale)).extend(from + by * axis.dot(to_centre)).as_vec4().to_array()
        };
        Self {
            column: form(right, scale, 0.5 * f64::from(width)),
            row: form(up, -scale, 0.5 * f64::from(height)),
            near: form(near, 1.0 / view.half_height, 0.0),
            width,
            height,
            stride: picture.row(),
            walkers: count as u32,
            kept,
            share: share_of_one(kept),
            depth_cue: if view.is_spatial { DEPTH_CUE } else { 0.0 },
            to_table: entries_per_light(count, (width * height) as usize),
            units: FINEST_UNITS.min(LARGEST_SUM / count.max(1) as f32),
            dots: u32::from(count <= MAX_DOTS),
            padding_a: 0,
            padding_b: 0,
        }
    }
}

/// Draws walkers again and again.
pub(super) struct GpuGlow {
    device: GpuDevice,
    module: KernelModule,
    uniform: wgpu::Buffer,
    colours: [wgpu::Buffer; 2],
    canvas: Option<GlowCanvas>,
}

/// Memory of one size of pictures, bound to the walkers drawn last.
struct GlowCanvas {
    walkers: wgpu::Buffer,
    light_ground: bool,
    picture: GpuPicture,
    sums: wgpu::Buffer,
    light: wgpu::Buffer,
    splat: Dispatch,
    show: Dispatch,
    /// What `light` belongs to.
    seen: Option<Viewpoint>,
}

impl GpuGlow {
    /// # Errors
    /// The device refuses the shader or has not enough memory.
    pub fn new(device: &GpuDevice) -> Result<Self, GpuError> {
        let module = KernelModule::new(&device.device, "glow", glow_text())?;
        let (uniform, colours) = checked(&device.device, || {
            let colours = [false, true].map(|light| {
                let table = shades(light).map(|[r, g, b]| u32::from_le_bytes([r, g, b, 255]));
                storage_with(&device.device, "colours", &table)
            });
            (uniform(&device.device, "glow", size_of::<GlowUniform>() as u64), colours)
        })?;
        Ok(Self { device: device.clone(), module, uniform, colours, canvas: None })
    }

    /// Encodes and submits a picture of `count` walkers (standardised by `map`) in `walkers`; does not wait.
    ///
    /// # Errors
    /// Not enough memory for the size.
    pub fn draw(
        &mut self,
        walkers: (&wgpu::Buffer, usize),
        map: &Standardisation,
        view: &Viewpoint,
        options: DrawOptions,
        size: [u32; 2],
    ) -> Result<GpuPicture, GpuError> {
        let (buffer, count) = walkers;
        let fits = |canvas: &GlowCanvas| canvas.picture.size == size.map(|side| side.max(1));
        let is_bound = |canvas: &GlowCanvas| canvas.walkers == *buffer && canvas.light_ground == options.light;
        let canvas = match self.canvas.take().filter(fits) {
            Some(canvas) if is_bound(&canvas) => canvas,
            old => self.bound(buffer, options.light, size, old)?,
        };
        let canvas = self.canvas.insert(canvas);
        let kept = if canvas.seen == Some(*view) { options.trail } else { 0.0 };
        canvas.seen = Some(*view);
        let GpuDevice { device, queue, .. } = &self.device;
        let uniform = GlowUniform::new(map, count, view, kept, &canvas.picture);
        queue.write_buffer(&self.uniform, 0, bytemuck::bytes_of(&uniform));
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("glow") });
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            canvas.splat.encode(&mut pass, 0);
            canvas.show.encode(&mut pass, 0);
        }
        queue.submit([encoder.finish()]);
        Ok(canvas.picture.clone())
    }

    /// A canvas for `walkers`; light of an `old` one of the same size stays.
    fn bound(
        &self,
        walkers: &wgpu::Buffer,
        light_ground: bool,
        size: [u32; 2],
        old: Option<GlowCanvas>,
    ) -> Result<GlowCanvas, GpuError> {
        let device = &self.device.device;
        let (picture, sums, light, seen) = match old {
            Some(old) => (old.picture, old.sums, old.light, old.seen),
            None => checked(device, || {
                let picture = GpuPicture::new(device, size);
                let bytes = 4 * u64::from(picture.size[0]) * u64::from(picture.size[1]);
                (picture, storage(device, "sums", bytes), storage(device, "light", bytes), None)
            })?,
        };
        let count = (walkers.size() / size_of::<[f32; 4]>() as u64) as usize;
        let buffers = [("glow", &self.uniform), ("walkers", walkers), ("sums", &sums)];
        let splat = self.module.kernel(device, "splat")?.dispatch(device, count, &buffers)?;
        let buffers = [
            ("glow", &self.uniform),
            ("sums", &sums),
            ("light", &light),
            ("colours", &self.colours[usize::from(light_ground)]),
            ("picture", &picture.buffer),
        ];
        let area = picture.size.map(|side| side as usize);
        let show = self.module.kernel(device, "show")?.dispatch_2d(device, area, &buffers)?;
        Ok(GlowCanvas { walkers: walkers.clone(), light_ground, picture, sums, light, splat, show, seen })
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
    use crate::worlds::points::cloud::BuiltInTarget;
    use crate::worlds::points::studio::draw::{Glow, whole_view};

    #[test]
    fn the_glow_uniform_has_the_layout_of_the_shader() {
        let layout = Reflection::new("glow", &glow_text()).unwrap().struct_layout("Glow");
        macro_rules! offsets {
            ($($field:ident),*) => {
                vec![$((stringify!($field).to_owned(), offset_of!(GlowUniform, $field) as u32)),*]
            };
        }
        let members = offsets!(
            column, row, near, width, height, stride, walkers, kept, share, depth_cue, to_table, units, dots,
            padding_a, padding_b
        );
        assert_eq!(layout, Some((size_of::<GlowUniform>() as u32, members)));
    }

    /// Share of the pixels that differ by more than four levels of a colour: a table entry and the rounding.
    fn share_apart(a: &RgbaImage, b: &RgbaImage) -> f64 {
        let is_apart = |(a, b): (&image::Rgba<u8>, &image::Rgba<u8>)| (0..3).any(|c| a.0[c].abs_diff(b.0[c]) > 4);
        a.pixels().zip(b.pixels()).filter(|pair| is_apart(*pair)).count() as f64 / (a.width() * a.height()) as f64
    }

    #[test]
    fn the_glow_of_both_engines_is_the_same_picture() {
        let Some(gpu) = gpu() else { return };
        let size = [150, 90];
        // Dots of nine pixels and of four, in the plane and in space, with and without trails.
        for (target, count) in
            [(BuiltInTarget::Ring, 3000), (BuiltInTarget::Lorenz, 3000), (BuiltInTarget::Ring, 250_000)]
        {
            let cloud = target.sample(3000, 1);
            let map = Standardisation::of(&cloud);
            let mut view = whole_view(&cloud.points, cloud.dim);
            let walkers: Vec<[f32; 4]> = (0..count)
                .map(|k| {
                    let position = map.forward(cloud.points[k % 3000].map(f64::from));
                    // Copies are apart.
                    let by = 1e-3 * (k / 3000) as f64;
                    [(position[0] + by) as f32, (position[1] - by) as f32, position[2] as f32, 0.0]
                })
                .collect();
            let buffer = storage_with(&gpu.device, "walkers", &walkers);
            let (mut on_gpu, mut glow) = (GpuGlow::new(gpu).unwrap(), Glow::default());
            for (light, trail, turn) in [(false, 0.0, 0.0), (true, 0.9, 0.0), (true, 0.9, 0.0), (false, 0.9, 0.3)] {
                view.orbit(DVec2::new(turn, 0.0));
                view.half_height *= 1.0 - turn;
                let options = DrawOptions { light, trail, ..DrawOptions::default() };
                let (mut expected, mut picture) = (RgbaImage::new(150, 90), RgbaImage::new(150, 90));
                let positions = walkers.iter().map(|w| map.inverse([w[0], w[1], w[2]].map(f64::from)));
                glow.draw(positions, count, &view, options, &mut expected);
                let drawn = on_gpu.draw((&buffer, count), &map, &view, options, size).unwrap();
                drawn.read_into(gpu, &mut picture).unwrap();
                let apart = share_apart(&picture, &expected);
                assert!(apart < 2e-3, "{target:?}, {count}, trail {trail}: {apart}");
                let ground = *expected.get_pixel(0, 0);
                let lit = expected.pixels().filter(|p| **p != ground).count();
                assert!(lit > 500, "{target:?} is in sight: {lit}");
            }
        }
    }
}
