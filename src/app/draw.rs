//! Draws swarms in the render world, straight from the buffer an engine steps in: nothing is copied, nothing read back.
//!
//! The main world says what is to be seen ([`CanvasFrame`]); a system in Bevy's 2-D pass draws it under the panels.

use std::mem::size_of;

use bevy::core_pipeline::core_2d::main_transparent_pass_2d;
use bevy::core_pipeline::{Core2d, Core2dSystems};
use bevy::prelude::*;
use bevy::render::extract_resource::{ExtractResource, ExtractResourcePlugin};
use bevy::render::renderer::{RenderContext, RenderDevice, RenderQueue, ViewQuery};
use bevy::render::view::{ExtractedView, ViewTarget};
use bevy::render::{Render, RenderApp, RenderSystems};
use bytemuck::{Pod, Zeroable};

/// The uniform of `shaders/particles.wgsl`. Lengths are in the unit of the swarm's buffer, colours linear.
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
}

/// One swarm to draw: (x, y, heading, species) per particle.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    pub particles: wgpu::Buffer,
    pub count: u32,
    pub view: View,
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

/// GPU objects of the canvas; made when the first layer comes, bound anew when its buffer changes.
#[derive(Resource)]
struct Canvas {
    layout: wgpu::BindGroupLayout,
    pipelines: Option<Pipelines>,
    uniform: wgpu::Buffer,
    bound: Option<(wgpu::Buffer, wgpu::BindGroup)>,
}

struct Pipelines {
    format: wgpu::TextureFormat,
    stage: wgpu::RenderPipeline,
    bodies: wgpu::RenderPipeline,
}

impl Canvas {
    fn new(device: &wgpu::Device) -> Self {
        let buffer = |binding, visibility, ty| wgpu::BindGroupLayoutEntry {
            binding,
            visibility,
            ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
            count: None,
        };
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("canvas"),
            entries: &[
                buffer(0, wgpu::ShaderStages::VERTEX_FRAGMENT, wgpu::BufferBindingType::Uniform),
                buffer(1, wgpu::ShaderStages::VERTEX, wgpu::BufferBindingType::Storage { read_only: true }),
            ],
        });
        let uniform = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("canvas view"),
            size: size_of::<View>() as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        Self { layout, pipelines: None, uniform, bound: None }
    }

    fn pipelines(&self, device: &wgpu::Device, format: wgpu::TextureFormat) -> Pipelines {
        let module = device.create_shader_module(wgpu::include_wgsl!("../../shaders/particles.wgsl"));
        let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("canvas"),
            bind_group_layouts: &[Some(&self.layout)],
            immediate_size: 0,
        });
        let pipeline = |label, vertex, fragment, topology| {
            device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
                label: Some(label),
                layout: Some(&layout),
                vertex: wgpu::VertexState {
                    module: &module,
                    entry_point: Some(vertex),
                    compilation_options: Default::default(),
                    buffers: &[],
                },
                primitive: wgpu::PrimitiveState { topology, ..Default::default() },
                depth_stencil: None,
                multisample: Default::default(),
                fragment: Some(wgpu::FragmentState {
                    module: &module,
                    entry_point: Some(fragment),
                    compilation_options: Default::default(),
                    targets: &[Some(wgpu::ColorTargetState {
                        format,
                        blend: Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING),
                        write_mask: wgpu::ColorWrites::ALL,
                    })],
                }),
                multiview_mask: None,
                cache: None,
            })
        };
        use wgpu::PrimitiveTopology::{TriangleList, TriangleStrip};
        Pipelines {
            format,
            stage: pipeline("canvas stage", "stage_vertex", "stage_fragment", TriangleStrip),
            bodies: pipeline("canvas bodies", "body_vertex", "body_fragment", TriangleList),
        }
    }
}

fn prepare(
    mut commands: Commands,
    frame: Res<CanvasFrame>,
    canvas: Option<ResMut<Canvas>>,
    views: Query<&ExtractedView>,
    device: Res<RenderDevice>,
    queue: Res<RenderQueue>,
) {
    let device = device.wgpu_device();
    let Some(mut canvas) = canvas else {
        commands.insert_resource(Canvas::new(device));
        return;
    };
    let (Some(layer), Some(view)) = (&frame.layer, views.iter().next()) else { return };
    if canvas.pipelines.as_ref().is_none_or(|p| p.format != view.target_format) {
        canvas.pipelines = Some(canvas.pipelines(device, view.target_format));
    }
    if canvas.bound.as_ref().is_none_or(|(buffer, _)| *buffer != layer.particles) {
        let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("canvas"),
            layout: &canvas.layout,
            entries: &[
                wgpu::BindGroupEntry { binding: 0, resource: canvas.uniform.as_entire_binding() },
                wgpu::BindGroupEntry { binding: 1, resource: layer.particles.as_entire_binding() },
            ],
        });
        canvas.bound = Some((layer.particles.clone(), group));
    }
    queue.write_buffer(&canvas.uniform, 0, bytemuck::bytes_of(&layer.view));
}

fn draw(view: ViewQuery<&ViewTarget>, frame: Res<CanvasFrame>, canvas: Option<Res<Canvas>>, mut ctx: RenderContext) {
    let target = view.into_inner();
    let Some(canvas) = canvas else { return };
    let (Some(layer), Some(pipelines), Some((_, group))) = (&frame.layer, &canvas.pipelines, &canvas.bound) else {
        return;
    };
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
    pass.set_bind_group(0, group, &[]);
    pass.set_pipeline(&pipelines.stage);
    pass.draw(0..4, 0..1);
    let images = layer.view.tiles[0].max(1) * layer.view.tiles[1].max(1);
    pass.set_pipeline(&pipelines.bodies);
    pass.draw(0..3, 0..layer.count * images);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_view_uniform_has_the_layout_the_shader_reads() {
        let module = naga::front::wgsl::parse_str(include_str!("../../shaders/particles.wgsl")).unwrap();
        let mut layouter = naga::proc::Layouter::default();
        layouter.update(module.to_ctx()).unwrap();
        let (handle, ty) = module.types.iter().find(|(_, t)| t.name.as_deref() == Some("View")).unwrap();
        assert_eq!(layouter[handle].size as usize, size_of::<View>());
        let naga::TypeInner::Struct { members, .. } = &ty.inner else { panic!("View is a struct") };
        let offset =
            |name: &str| members.iter().find(|m| m.name.as_deref() == Some(name)).map(|m| m.offset as usize).unwrap();
        assert_eq!(offset("view_min"), std::mem::offset_of!(View, view_min));
        assert_eq!(offset("body_length"), std::mem::offset_of!(View, body_length));
        assert_eq!(offset("glow"), std::mem::offset_of!(View, glow));
        assert_eq!(offset("stage_fill"), std::mem::offset_of!(View, stage_fill));
        assert_eq!(offset("palette"), std::mem::offset_of!(View, palette));
    }
}
