//! The Bevy shell: canvas, camera, input, drawing from the engine's buffers; hands commands on.

mod camera;
mod draw;
mod preflight;

pub use preflight::NoWindow;

use std::path::PathBuf;

use bevy::prelude::*;
use bevy::render::renderer::{RenderDevice, RenderQueue};
use bevy::window::PresentMode;
use bevy::winit::WinitSettings;
use bevy_egui::{EguiContexts, EguiGlobalSettings, EguiPlugin, EguiPrimaryContextPass, PrimaryEguiContext, egui};

use draw::{CanvasFrame, DrawPlugin, Layer};

/// Opens the window, with `scene` in it when one is given; returns when the window is closed.
///
/// # Errors
/// [`NoWindow`] when there is nothing to show a window on.
pub fn run(_scene: Option<PathBuf>) -> anyhow::Result<()> {
    preflight::check()?;
    let window = Window {
        title: "Unstill".to_owned(),
        name: Some("unstill".to_owned()),
        resolution: bevy::window::WindowResolution::new(1280, 800),
        present_mode: PresentMode::AutoVsync,
        ..default()
    };
    App::new()
        .add_plugins(DefaultPlugins.set(WindowPlugin { primary_window: Some(window), ..default() }))
        .add_plugins((EguiPlugin::default(), DrawPlugin))
        .insert_resource(WinitSettings::continuous())
        .insert_resource(ClearColor(Color::srgb(0.02, 0.024, 0.035)))
        .init_resource::<Trial>()
        .add_systems(Startup, set_up)
        .add_systems(EguiPrimaryContextPass, canvas)
        .run();
    Ok(())
}

fn set_up(mut commands: Commands, mut egui: ResMut<EguiGlobalSettings>) {
    egui.auto_create_primary_context = false;
    commands.spawn((Camera2d, Msaa::Off, PrimaryEguiContext));
}

#[derive(Resource, Default)]
struct Trial {
    camera: camera::Camera,
    buffer: Option<wgpu::Buffer>,
    particles: Vec<[f32; 4]>,
}

fn canvas(
    mut contexts: EguiContexts,
    mut trial: ResMut<Trial>,
    mut frame: ResMut<CanvasFrame>,
    device: Res<RenderDevice>,
    queue: Res<RenderQueue>,
    time: Res<Time<Real>>,
) -> Result {
    let ctx = contexts.ctx_mut()?;
    let trial = &mut *trial;
    let n = 500usize;
    let side = 30.0f32;
    if trial.buffer.is_none() {
        trial.particles = (0..n)
            .map(|i| {
                let t = i as f32 * 2.399;
                [(t * 1.7).rem_euclid(side), (t * t * 0.37).rem_euclid(side * 0.7), t, (i % 8) as f32]
            })
            .collect();
        trial.buffer = Some(device.wgpu_device().create_buffer(&wgpu::BufferDescriptor {
            label: Some("trial"),
            size: 16 * n as u64,
            usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        }));
    }
    for p in &mut trial.particles {
        p[0] = (p[0] + 0.03 * p[2].cos()).rem_euclid(side);
        p[1] = (p[1] + 0.03 * p[2].sin()).rem_euclid(side * 0.7);
        p[2] += 0.01;
    }
    let buffer = trial.buffer.clone().unwrap();
    queue.write_buffer(&buffer, 0, bytemuck::cast_slice(&trial.particles));
    let screen = ctx.viewport_rect();
    let free = egui::Rect::from_min_max(screen.min + egui::vec2(0.0, 40.0), screen.max);
    trial.camera.update(free, [f64::from(side), f64::from(side * 0.7)], f64::from(time.delta_secs()));
    let ppp = ctx.pixels_per_point();
    let mut view = trial.camera.view(free, screen, ppp, true, 0.42);
    view.glow = 1.0;
    view.opacity = 1.0;
    view.ghost_opacity = 0.25;
    view.body_shape = (time.elapsed_secs() / 4.0) as u32 % 3;
    view.stage_fill = [0.008, 0.01, 0.016, 1.0];
    view.stage_edge = [0.08, 0.1, 0.15, 1.0];
    for (i, c) in view.palette.iter_mut().enumerate() {
        let h = Hsla::new(i as f32 * 45.0, 0.8, 0.6, 1.0);
        let l = Color::from(h).to_linear();
        *c = [l.red, l.green, l.blue, 1.0];
    }
    let px = |v: f32| (v * ppp).round().max(0.0) as u32;
    frame.free_rect = [px(free.min.x), px(free.min.y), px(free.width()), px(free.height())];
    frame.layer = Some(Layer { particles: buffer, count: n as u32, view });
    egui::Area::new("x".into()).fixed_pos([10.0, 10.0]).show(ctx, |ui| ui.label(format!("{:.1} ms", time.delta_secs() * 1e3)));
    Ok(())
}
