//! Pictures of worlds that live on the GPU: copied there, in the render world, from the buffer that the world's thread
//! draws them in to the image that the panels show. Nothing comes back to the processor.

mod canvas;

pub use canvas::{StudioTextures, Surface};

use bevy::asset::AssetId;
use bevy::image::Image;
use bevy::prelude::*;
use bevy::render::extract_resource::{ExtractResource, ExtractResourcePlugin};
use bevy::render::render_asset::RenderAssets;
use bevy::render::renderer::{RenderDevice, RenderQueue};
use bevy::render::texture::GpuImage;
use bevy::render::{Render, RenderApp, RenderSystems};

use crate::gpu::GpuPicture;

/// The newest picture that is on the GPU, and the image that it goes to.
#[derive(Resource, ExtractResource, Clone, Debug, Default, PartialEq)]
pub struct StudioFrame {
    /// Which of the pictures it is: the buffer alone does not show that it was drawn over.
    pub number: u64,
    pub shown: Option<(GpuPicture, AssetId<Image>)>,
}

pub struct BlitPlugin;

impl Plugin for BlitPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<StudioFrame>().add_plugins(ExtractResourcePlugin::<StudioFrame>::default());
        if let Some(render_app) = app.get_sub_app_mut(RenderApp) {
            render_app.add_systems(Render, copy.in_set(RenderSystems::PrepareResources));
        }
    }
}

fn copy(
    frame: Res<StudioFrame>,
    images: Res<RenderAssets<GpuImage>>,
    device: Res<RenderDevice>,
    queue: Res<RenderQueue>,
    mut copied: Local<Option<(u64, wgpu::Texture)>>,
) {
    let Some((picture, id)) = &frame.shown else { return };
    let Some(image) = images.get(*id) else { return };
    let texture: &wgpu::Texture = &image.texture;
    let [width, height] = picture.size;
    let is_done = copied.as_ref().is_some_and(|(number, into)| *number == frame.number && into == texture);
    if is_done || [texture.width(), texture.height()] != picture.size {
        return;
    }
    let layout =
        wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(4 * picture.row()), rows_per_image: None };
    let mut encoder = device
        .wgpu_device()
        .create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("picture of a world") });
    encoder.copy_buffer_to_texture(
        wgpu::TexelCopyBufferInfo { buffer: &picture.buffer, layout },
        texture.as_image_copy(),
        wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
    );
    queue.submit([encoder.finish()]);
    *copied = Some((frame.number, texture.clone()));
}
