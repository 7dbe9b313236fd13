//! Draws swarms in the render world, straight from the buffer an engine steps in: nothing is copied, nothing read back.
//!
//! The main world describes the frame ([`CanvasFrame`]); a system in Bevy's 2-D pass draws it under the panels.

pub mod pipeline;
mod trails;

pub use crate::window::runtime::view_uniform::View;
pub use trails::Trail;

use std::mem::size_of;

use bevy::core_pipeline::core_2d::main_transparent_pass_2d;
use bevy::core_pipeline::{Core2d, Core2dSystems};
use bevy::prelude::*;
use bevy::render::extract_resource::{ExtractResource, ExtractResourcePlugin};
use bevy::render::renderer::{RenderContext, RenderDevice, RenderQueue, ViewQuery};
use bevy::render::view::{ExtractedView, ViewTarget};
use bevy::render::{Render, RenderApp, RenderSystems};

use crate::gpu::{Reflection, RenderGroup};
use crate::window::runtime::view_uniform::{CANVAS_ENTRIES, PARTICLES};
use pipeline::{Recipe, over};
use trails::Trails;

/// One swarm to draw: (x, y, heading, species) per particle.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    pub particles: wgpu::Buffer,
    /// Energy and speed of each, where colour shows them.
    pub measures: Option<wgpu::Buffer>,
    pub count: u32,
    pub view: View,
    pub trail: Option<Trail>,
}

/// What the canvas shows in this frame.
#[derive(Resource, ExtractResource, Clone, Debug, Default, PartialEq)]
pub struct CanvasFrame {
    /// x, y, width, height in physical pixels from the upper left corner of the window; nothing is drawn outside.
    pub free_rect: [u32; 4],
    pub layer: Option<Layer>,
}

pub struct DrawPlugin;

impl Plugin for DrawPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<CanvasFrame>().add_plugins(ExtractResourcePlugin::<CanvasFrame>::default());
        if let Some(render_app) = app.get_sub_app_mut(RenderApp) {
            render_app
                .add_systems(Render, prepare.in_set(RenderSystems::PrepareResources))
                .add_systems(Core2d, draw.after(main_transparent_pass_2d).in_set(Core2dSystems::MainPass));
        }
    }
}

/// GPU objects of the canvas; made with the first layer, bound again when its buffer changes.
#[derive(Resource)]
struct CanvasGpu {
    group: RenderGroup,
    pipelines: Option<Pipelines>,
    uniform: wgpu::Buffer,
    /// In the place of measures that are not shown.
    no_measures: wgpu::Buffer,
    bound: Option<Bound>,
}

struct Bound {
    particles: wgpu::Buffer,
    measures: wgpu::Buffer,
    group: wgpu::BindGroup,
}

struct Pipelines {
    format: wgpu::TextureFormat,
    stage: wgpu::RenderPipeline,
    bodies: wgpu::RenderPipeline,
    trails: Trails,
}

impl CanvasGpu {
    fn new(device: &wgpu::Device) -> Self {
        let reflection =
            Reflection::new("canvas", &PARTICLES).expect("a valid shader: see the tests of `view_uniform`");
        let group = RenderGroup::new(device, "canvas", &reflection, 0, &CANVAS_ENTRIES);
        let uniform = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("canvas view"),
            size: size_of::<View>() as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let no_measures = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("no measures"),
            size: 8,
            usage: wgpu::BufferUsages::STORAGE,
            mapped_at_creation: false,
        });
        Self { group, pipelines: None, uniform, no_measures, bound: None }
    }

    fn pipelines(&self, device: &wgpu::Device, format: wgpu::TextureFormat) -> Pipelines {
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("particles"),
            source: wgpu::ShaderSource::Wgsl(PARTICLES.as_str().into()),
        });
        let pipeline = |label, entries, topology, target| {
            let groups = &[Some(self.group.layout())];
            Recipe { label, module: &module, entries, groups, topology, target }.make(device)
        };
        use wgpu::PrimitiveTopology::{TriangleList, TriangleStrip};
        Pipelines {
            format,
            stage: pipeline("canvas stage", ["stage_vertex", "stage_fragment"], TriangleStrip, format.into()),
            bodies: pipeline("canvas bodies", ["body_vertex", "body_fragment"], TriangleList, over(format)),
            trails: Trails::new(device, self.group.layout(), format),
        }
    }
}

fn prepare(
    mut commands: Commands,
    frame: Res<CanvasFrame>,
    canvas: Option<ResMut<CanvasGpu>>,
    views: Query<&ExtractedView>,
    device: Res<RenderDevice>,
    queue: Res<RenderQueue>,
) {
    let device = device.wgpu_device();
    let Some(mut canvas) = canvas else {
        commands.insert_resource(CanvasGpu::new(device));
        return;
    };
    let (Some(layer), Some(view)) = (&frame.layer, views.iter().next()) else { return };
    if canvas.pipelines.as_ref().is_none_or(|p| p.format != view.target_format) {
        canvas.pipelines = Some(canvas.pipelines(device, view.target_format));
    }
    if let Some(pipelines) = &mut canvas.pipelines {
        pipelines.trails.prepare(device, layer.trail.as_ref(), &layer.particles);
    }
    let measures = layer.measures.as_ref().unwrap_or(&canvas.no_measures).clone();
    let same = |bound: &Bound| bound.particles == layer.particles && bound.measures == measures;
    if !canvas.bound.as_ref().is_some_and(same) {
        let resources = [
            ("view", canvas.uniform.as_entire_binding()),
            ("swarm", layer.particles.as_entire_binding()),
            ("measures", measures.as_entire_binding()),
        ];
        let group =
            canvas.group.bind(device, &resources).expect("the names of the shader: see the tests of `view_uniform`");
        canvas.bound = Some(Bound { particles: layer.particles.clone(), measures, group });
    }
    queue.write_buffer(&canvas.uniform, 0, bytemuck::bytes_of(&layer.view));
}

fn draw(
    view: ViewQuery<&ViewTarget>,
    frame: Res<CanvasFrame>,
    canvas: Option<ResMut<CanvasGpu>>,
    mut ctx: RenderContext,
) {
    let target = view.into_inner();
    let Some(mut canvas) = canvas else { return };
    let CanvasGpu { pipelines, bound, .. } = &mut *canvas;
    let (Some(layer), Some(pipelines), Some(Bound { group, .. })) = (&frame.layer, pipelines, bound) else {
        return;
    };
    if let Some(trail) = &layer.trail {
        pipelines.trails.advance(ctx.command_encoder(), group, trail, &layer.particles, layer.count);
    }
    let size = target.main_texture().size();
    let [x, y, width, height] = frame.free_rect;
    let width = width.min(size.width.saturating_sub(x));
    let height = height.min(size.height.saturating_sub(y));
    if width == 0 || height == 0 {
        return;
    }
    let mut pass = ctx.command_encoder().begin_render_pass(&wgpu::RenderPassDescriptor {
        label: Some("canvas"),
        color_attachments: &[Some(target.get_color_attachment())],
        depth_stencil_attachment: None,
        timestamp_writes: None,
        occlusion_query_set: None,
        multiview_mask: None,
    });
    pass.set_scissor_rect(x, y, width, height);
    pass.set_bind_group(0, &*group, &[]);
    if layer.view.has_stage() {
        pass.set_pipeline(&pipelines.stage);
        pass.draw(0..4, 0..1);
    }
    if layer.trail.is_some() {
        pipelines.trails.composite(&mut pass);
    }
    let images = layer.view.tiles[0].max(1) * layer.view.tiles[1].max(1);
    pass.set_pipeline(&pipelines.bodies);
    pass.draw(0..3, 0..layer.count * images);
}
