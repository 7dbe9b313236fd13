//! The canvas of a world, beneath the panels: copied where it has the window's pixels, else drawn larger or smaller. The
//! shader of egui would take six powers for each pixel of it, which a software device feels in every frame.

mod canvas;

pub use canvas::{StudioTextures, Surface};

use std::sync::LazyLock;

use bevy::core_pipeline::core_2d::main_transparent_pass_2d;
use bevy::core_pipeline::{Core2d, Core2dSystems};
use bevy::prelude::*;
use bevy::render::RenderApp;
use bevy::render::extract_resource::{ExtractResource, ExtractResourcePlugin};
use bevy::render::renderer::{RenderContext, RenderDevice, ViewQuery};
use bevy::render::view::ViewTarget;

use crate::gpu::{Reflection, RenderGroup, shader_text};
use crate::window::shell::draw::pipeline::Recipe;

/// The canvas that is shown, if there is one.
#[derive(Resource, ExtractResource, Clone, Debug, Default, PartialEq)]
pub struct Backdrop(pub Option<Canvas>);

/// A picture of a world and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Canvas {
    pub texture: wgpu::Texture,
    /// x, y, width and height, physical pixels of the window.
    pub place: [u32; 4],
}

pub struct BackdropPlugin;

impl Plugin for BackdropPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Backdrop>().add_plugins(ExtractResourcePlugin::<Backdrop>::default());
        if let Some(render_app) = app.get_sub_app_mut(RenderApp) {
            render_app.add_systems(Core2d, draw.after(main_transparent_pass_2d).in_set(Core2dSystems::MainPass));
        }
    }
}

const ENTRIES: [&str; 2] = ["backdrop_vertex", "backdrop_fragment"];

static SHADER: LazyLock<String> =
    LazyLock::new(|| shader_text(&[], &[include_str!("../../../shaders/shared/backdrop.wgsl")]));

/// Draws a picture in another size.
struct Scaling {
    format: wgpu::TextureFormat,
    group: RenderGroup,
    sampler: wgpu::Sampler,
    pipeline: wgpu::RenderPipeline,
    bound: Option<(wgpu::Texture, wgpu::BindGroup)>,
}

impl Scaling {
    /// `format`: of the window.
    fn new(device: &wgpu::Device, format: wgpu::TextureFormat) -> Self {
        let label = "backdrop";
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(label),
            source: wgpu::ShaderSource::Wgsl(SHADER.as_str().into()),
        });
        let reflection = Reflection::new(label, &SHADER).expect("a valid shader: see the test");
        let group = RenderGroup::new(device, label, &reflection, 0, &ENTRIES);
        let sampler = device.create_sampler(&wgpu::SamplerDescriptor {
            label: Some(label),
            mag_filter: wgpu::FilterMode::Linear,
            min_filter: wgpu::FilterMode::Linear,
            ..Default::default()
        });
        let pipeline = Recipe {
            label,
            module: &module,
            entries: ENTRIES,
            groups: &[Some(group.layout())],
            topology: wgpu::PrimitiveTopology::TriangleList,
            target: format.into(),
        }
        .make(device);
        Self { format, group, sampler, pipeline, bound: None }
    }

    /// The bind group of `texture`.
    fn bound(&mut self, device: &wgpu::Device, texture: &wgpu::Texture) -> &wgpu::BindGroup {
        let old = self.bound.take().filter(|(bound, _)| bound == texture);
        let (_, group) = self.bound.insert(old.unwrap_or_else(|| {
            let view = texture.create_view(&Default::default());
            let resources = [
                ("canvas", wgpu::BindingResource::TextureView(&view)),
                ("canvas_sampler", wgpu::BindingResource::Sampler(&self.sampler)),
            ];
            let group = self.group.bind(device, &resources).expect("the names of the shader: see the test");
            (texture.clone(), group)
        }));
        group
    }
}

fn draw(
    view: ViewQuery<&ViewTarget>,
    backdrop: Res<Backdrop>,
    device: Res<RenderDevice>,
    mut scaling: Local<Option<Scaling>>,
    mut ctx: RenderContext,
) {
    let Some(Canvas { texture, place: [x, y, width, height] }) = &backdrop.0 else { return };
    let target = view.into_inner();
    let window = target.main_texture();
    let seen = wgpu::Extent3d {
        width: (*width).min(window.width().saturating_sub(*x)),
        height: (*height).min(window.height().saturating_sub(*y)),
        depth_or_array_layers: 1,
    };
    if seen.width == 0 || seen.height == 0 {
        return;
    }
    let format = target.main_texture_format();
    // Clears the window first.
    let mut pass = ctx.command_encoder().begin_render_pass(&wgpu::RenderPassDescriptor {
        label: Some("backdrop"),
        color_attachments: &[Some(target.get_color_attachment())],
        depth_stencil_attachment: None,
        timestamp_writes: None,
        occlusion_query_set: None,
        multiview_mask: None,
    });
    if ([texture.width(), texture.height()], texture.format()) == ([*width, *height], format) {
        drop(pass);
        let to = wgpu::TexelCopyTextureInfo { origin: wgpu::Origin3d { x: *x, y: *y, z: 0 }, ..window.as_image_copy() };
        ctx.command_encoder().copy_texture_to_texture(texture.as_image_copy(), to, seen);
        return;
    }
    let device = device.wgpu_device();
    let old = scaling.take().filter(|scaling| scaling.format == format);
    let scaling = scaling.insert(old.unwrap_or_else(|| Scaling::new(device, format)));
    pass.set_pipeline(&scaling.pipeline);
    pass.set_bind_group(0, scaling.bound(device, texture), &[]);
    pass.set_viewport(*x as f32, *y as f32, *width as f32, *height as f32, 0.0, 1.0);
    pass.set_scissor_rect(*x, *y, seen.width, seen.height);
    pass.draw(0..3, 0..1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shader_has_the_names_it_is_bound_by() {
        let reflection = Reflection::new("backdrop", &SHADER).unwrap();
        let names: Vec<String> = reflection.group(0, &ENTRIES).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["canvas", "canvas_sampler"]);
    }
}
