//! The picture of where the particles have been, on the GPU; see `shaders/swarm/trails.wgsl`.

use super::pipeline::{Recipe, blended, over};
use crate::gpu::{Reflection, RenderGroup};
use crate::window::runtime::view_uniform::{COMPOSITE_ENTRIES, STAMP_ENTRIES, TRAILS};

/// Half floats: bytes would stop fading before they are dark.
const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba16Float;

/// How the trails change in this frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trail {
    /// Texels along x and y.
    pub size: [u32; 2],
    /// Counts the frames in which time ran: each is faded and stamped once.
    pub tick: u64,
    /// What is left of the picture after this frame.
    pub kept: f32,
    /// Another number: another swarm, without a trail yet.
    pub serial: u64,
}

struct TrailTexture {
    view: wgpu::TextureView,
    group: wgpu::BindGroup,
    /// The swarm at the last stamp.
    before: wgpu::Buffer,
    stamp_group: wgpu::BindGroup,
    size: [u32; 2],
    tick: u64,
    /// `None` before the first frame.
    serial: Option<u64>,
}

pub struct Trails {
    past: RenderGroup,
    before: RenderGroup,
    sampler: wgpu::Sampler,
    stamp: wgpu::RenderPipeline,
    fade: wgpu::RenderPipeline,
    composite: wgpu::RenderPipeline,
    picture: Option<TrailTexture>,
}

impl Trails {
    /// `shared`: the layout of view, swarm and measures; `format`: of the canvas.
    pub fn new(device: &wgpu::Device, shared: &wgpu::BindGroupLayout, format: wgpu::TextureFormat) -> Self {
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("trails"),
            source: wgpu::ShaderSource::Wgsl(TRAILS.as_str().into()),
        });
        let reflection = Reflection::new("trails", &TRAILS).expect("a valid shader: see the tests of `view`");
        let past = RenderGroup::new(device, "trails", &reflection, 1, &COMPOSITE_ENTRIES);
        let before = RenderGroup::new(device, "trail stamps", &reflection, 1, &STAMP_ENTRIES);
        let both = |component| wgpu::BlendState { color: component, alpha: component };
        use wgpu::BlendFactor::{Constant, One, Zero};
        use wgpu::PrimitiveTopology::{TriangleList, TriangleStrip};
        // The brightest stamp counts: a particle that stays leaves no more than one that passes.
        let brightest =
            both(wgpu::BlendComponent { src_factor: One, dst_factor: One, operation: wgpu::BlendOperation::Max });
        let faded =
            both(wgpu::BlendComponent { src_factor: Zero, dst_factor: Constant, operation: wgpu::BlendOperation::Add });
        Self {
            sampler: device.create_sampler(&wgpu::SamplerDescriptor {
                label: Some("trails"),
                address_mode_u: wgpu::AddressMode::Repeat,
                address_mode_v: wgpu::AddressMode::Repeat,
                mag_filter: wgpu::FilterMode::Linear,
                min_filter: wgpu::FilterMode::Linear,
                ..Default::default()
            }),
            stamp: Recipe {
                label: "trail stamps",
                module: &module,
                entries: STAMP_ENTRIES,
                groups: &[Some(shared), Some(before.layout())],
                topology: TriangleStrip,
                target: blended(FORMAT, brightest),
            }
            .make(device),
            fade: Recipe {
                label: "trail fade",
                module: &module,
                entries: ["fade_vertex", "fade_fragment"],
                groups: &[],
                topology: TriangleList,
                target: blended(FORMAT, faded),
            }
            .make(device),
            composite: Recipe {
                label: "trails",
                module: &module,
                entries: COMPOSITE_ENTRIES,
                groups: &[Some(shared), Some(past.layout())],
                topology: TriangleList,
                target: over(format),
            }
            .make(device),
            past,
            before,
            picture: None,
        }
    }

    /// Makes the picture fit; drops it when `trail` is `None`.
    pub fn prepare(&mut self, device: &wgpu::Device, trail: Option<&Trail>, particles: &wgpu::Buffer) {
        let Some(trail) = trail else {
            self.picture = None;
            return;
        };
        let fits = |picture: &TrailTexture| picture.size == trail.size && picture.before.size() == particles.size();
        if self.picture.as_ref().is_some_and(fits) {
            return;
        }
        let [width, height] = trail.size;
        let texture = device.create_texture(&wgpu::TextureDescriptor {
            label: Some("trails"),
            size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: FORMAT,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::TEXTURE_BINDING,
            view_formats: &[],
        });
        let view = texture.create_view(&Default::default());
        let resources = [
            ("past", wgpu::BindingResource::TextureView(&view)),
            ("past_sampler", wgpu::BindingResource::Sampler(&self.sampler)),
        ];
        let group = self.past.bind(device, &resources).expect("the names of the shader: see the tests of `view`");
        let before = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("swarm at the last stamp"),
            size: particles.size(),
            usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let resources = [("before", before.as_entire_binding())];
        let stamp_group =
            self.before.bind(device, &resources).expect("the names of the shader: see the tests of `view`");
        self.picture = Some(TrailTexture { view, group, before, stamp_group, size: trail.size, tick: 0, serial: None });
    }

    /// Fades the picture and stamps the ways of `count` particles into it, once for each tick.
    pub fn advance(
        &mut self,
        encoder: &mut wgpu::CommandEncoder,
        shared: &wgpu::BindGroup,
        trail: &Trail,
        particles: &wgpu::Buffer,
        count: u32,
    ) {
        let Some(picture) = &mut self.picture else { return };
        let other = picture.serial != Some(trail.serial);
        if picture.tick == trail.tick && !other {
            return;
        }
        (picture.tick, picture.serial) = (trail.tick, Some(trail.serial));
        if other {
            encoder.copy_buffer_to_buffer(particles, 0, &picture.before, 0, particles.size());
        }
        let load = if other { wgpu::LoadOp::Clear(wgpu::Color::TRANSPARENT) } else { wgpu::LoadOp::Load };
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("trails"),
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &picture.view,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations { load, store: wgpu::StoreOp::Store },
            })],
            depth_stencil_attachment: None,
            timestamp_writes: None,
            occlusion_query_set: None,
            multiview_mask: None,
        });
        if !other {
            let kept = f64::from(trail.kept);
            pass.set_blend_constant(wgpu::Color { r: kept, g: kept, b: kept, a: kept });
            pass.set_pipeline(&self.fade);
            pass.draw(0..3, 0..1);
        }
        pass.set_pipeline(&self.stamp);
        pass.set_bind_group(0, shared, &[]);
        pass.set_bind_group(1, &picture.stamp_group, &[]);
        pass.draw(0..4, 0..count);
        drop(pass);
        encoder.copy_buffer_to_buffer(particles, 0, &picture.before, 0, particles.size());
    }

    /// Draws the picture over the ground; group 0 is bound already.
    pub fn composite(&self, pass: &mut wgpu::RenderPass<'_>) {
        let Some(picture) = &self.picture else { return };
        pass.set_pipeline(&self.composite);
        pass.set_bind_group(1, &picture.group, &[]);
        pass.draw(0..3, 0..1);
    }
}
