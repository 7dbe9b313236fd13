//! The Bevy shell: canvas, camera, input, drawing from the engine's buffers; hands commands on.
//!
//! Each frame: the panels and the canvas turn input into commands (egui pass), the session turns commands into effects
//! that the `Shell` of the runtime carries out, and what is to be seen goes to the render world as a `draw::CanvasFrame`.

mod brush;
pub(super) mod camera;
mod canvas;
mod clipboard;
mod draft;
mod draw;
mod frame_log;
mod keys;
mod shots;
mod studio;
mod theme;

pub use crate::window::preflight::NoWindow;
pub use crate::window::runtime::check;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use bevy::camera::CameraMainTextureUsages;
use bevy::ecs::system::NonSendMarker;
use bevy::prelude::*;
use bevy::render::render_resource::TextureUsages;
use bevy::render::renderer::{RenderAdapterInfo, RenderDevice, RenderQueue};
use bevy::window::{MonitorSelection, PresentMode, PrimaryWindow, WindowCloseRequested, WindowMode, WindowResolution};
use bevy::winit::{UpdateMode, WINIT_WINDOWS, WinitSettings};
use bevy_egui::{EguiContexts, EguiGlobalSettings, EguiPlugin, EguiPrimaryContextPass, PrimaryEguiContext, egui};

use canvas::SwarmCanvas;
use draw::{CanvasFrame, DrawPlugin};
use frame_log::FrameLog;
use keys::{Keyboard, Listener};
use studio::{Backdrop, BackdropPlugin, StudioTextures, Surface};

use crate::gpu::{EngineChoice, GpuDevice};
use crate::session::{Command, DocumentCommand, LiveCommand, Preference, ViewCommand};
use crate::window::live::Gpu;
use crate::window::panels;
use crate::window::preflight;
use crate::window::runtime::{Shell, Studios};

/// Opens the window, with `file` in it when one is given (a scene, particles or an image) and what lives on `engine`, or
/// else on the one that is preferred; returns when the window is closed.
///
/// # Errors
/// [`NoWindow`] when there is nothing to show a window on.
pub fn run(file: Option<PathBuf>, engine: Option<EngineChoice>) -> anyhow::Result<()> {
    preflight::check()?;
    let window = Window {
        title: "Unstill".to_owned(),
        name: Some("unstill".to_owned()),
        resolution: WindowResolution::new(1280, 720),
        present_mode: PresentMode::AutoVsync,
        ..default()
    };
    let plugins = DefaultPlugins
        .set(WindowPlugin { primary_window: Some(window), close_when_requested: false, ..default() })
        .set(bevy::log::LogPlugin {
            filter: "warn,wgpu=error,bevy_egui=error,bevy_render=error,winit=error,sctk_adwaita=off,arboard=error"
                .to_owned(),
            ..default()
        });
    let mut shell = Shell::new(file);
    if let Some(engine) = engine {
        // Not saved between runs.
        shell.session.apply(Command::Prefer(Preference::EngineOfRun(engine)));
    }
    let exit = App::new()
        .add_plugins(plugins)
        .add_plugins((EguiPlugin::default(), DrawPlugin, BackdropPlugin, shots::ShotsPlugin))
        .insert_resource(WinitSettings {
            focused_mode: UpdateMode::Continuous,
            // The swarm runs on while the window has no focus.
            unfocused_mode: UpdateMode::reactive(Duration::from_millis(33)),
        })
        .insert_resource(ClearColor(theme::ground(shell.session.prefs().theme)))
        .insert_resource(ShellResource {
            shell,
            canvas: SwarmCanvas::default(),
            studios: Studios::default(),
            textures: StudioTextures::default(),
            frame_log: FrameLog::default(),
            gpu: None,
            styled: false,
            last_input: Instant::now(),
        })
        .add_systems(Startup, (set_up, set_icon))
        .add_systems(EguiPrimaryContextPass, show)
        .add_systems(Last, advance)
        .run();
    match exit {
        AppExit::Success => Ok(()),
        AppExit::Error(code) => anyhow::bail!("the window closed with an error ({code})"),
    }
}

/// The program's one resource in Bevy's main world.
#[derive(Resource)]
struct ShellResource {
    shell: Shell,
    canvas: SwarmCanvas,
    /// The other worlds.
    studios: Studios,
    /// The pictures of their canvases.
    textures: StudioTextures,
    frame_log: FrameLog,
    /// Known once the renderer runs.
    gpu: Option<Gpu>,
    /// The panels have their looks.
    styled: bool,
    /// Time of the last key press or pointer event.
    last_input: Instant,
}

fn set_up(
    mut commands: Commands,
    mut egui: ResMut<EguiGlobalSettings>,
    mut state: ResMut<ShellResource>,
    device: Res<RenderDevice>,
    queue: Res<RenderQueue>,
    adapter: Res<RenderAdapterInfo>,
) {
    egui.auto_create_primary_context = false;
    // The canvas of a world is copied in.
    let usages = CameraMainTextureUsages::default().with(TextureUsages::COPY_DST);
    commands.spawn((Camera2d, Msaa::Off, usages, PrimaryEguiContext));
    let device = GpuDevice {
        device: device.wgpu_device().clone(),
        queue: (**queue.0).clone(),
        info: wgpu::AdapterInfo::clone(&adapter),
    };
    let runs_the_swarm = state.shell.session.prefs().engine().takes_gpu(device.is_software());
    state.gpu = Some(Gpu::new(device, runs_the_swarm));
}

/// Gives the window its icon, where the system shows one.
fn set_icon(window: Single<Entity, With<PrimaryWindow>>, _: NonSendMarker) {
    let picture = image::load_from_memory(include_bytes!("../../../assets/icons/unstill-128.png"));
    let picture = picture.expect("the icon is a PNG").to_rgba8();
    let (width, height) = picture.dimensions();
    let icon = winit::window::Icon::from_rgba(picture.into_raw(), width, height).expect("four bytes a pixel");
    WINIT_WINDOWS.with_borrow(|windows| {
        if let Some(shown) = windows.get_window(*window) {
            shown.set_window_icon(Some(icon));
        }
    });
}

/// Panels and canvas: input becomes commands.
fn show(
    mut commands: Commands,
    mut contexts: EguiContexts,
    mut state: ResMut<ShellResource>,
    mut frame: ResMut<CanvasFrame>,
    mut keyboard: Keyboard,
    mut window: Single<&mut Window, With<PrimaryWindow>>,
    (mut backdrop, time): (ResMut<Backdrop>, Res<Time<Real>>),
) -> Result {
    let ctx = &contexts.ctx_mut()?.clone();
    let ShellResource { shell, canvas, studios, textures, gpu: Some(gpu), styled, last_input, .. } = &mut *state else {
        return Ok(());
    };
    if ctx.input(has_input) {
        *last_input = Instant::now();
    }
    // The panels get no event when the pointer leaves the window.
    let pointer_is_here = window.cursor_position().is_some();
    let listener = match (shell.ui.has_dialog() || ctx.text_edit_focused(), ctx.egui_wants_keyboard_input()) {
        (true, _) => Listener::Text,
        (false, true) => Listener::Control,
        (false, false) => Listener::None,
    };
    if !*styled {
        panels::set_style(ctx);
        *styled = true;
    }
    let mut wanted = keyboard.commands(studios.place().unwrap_or(shell.session.workspace()), listener);
    if studios.is_shown() {
        clipboard::before_panels(&mut shell.clipboard, ctx);
        let mut surface = Surface {
            ctx,
            free: egui::Rect::NOTHING,
            theme: shell.session.prefs().theme,
            pointer_is_here,
            gpu: &gpu.shared,
            textures,
            backdrop: &mut backdrop,
        };
        studios.show(shell, gpu, &wanted, &mut surface);
        clipboard::after_panels(&shell.clipboard, ctx);
        perform_views(&mut commands, ctx, shell, gpu, canvas, &mut window);
        frame.set_if_neq(CanvasFrame::default());
        return Ok(());
    }
    backdrop.set_if_neq(Backdrop::default());
    let range = shell.ramps.range(&shell.session, shell.live.settings());
    shell.ui.set_ramp_range(range);
    shell.share.set_ramp_range(range);
    clipboard::before_panels(&mut shell.clipboard, ctx);
    let (asked, free) = panels::panels(ctx, &shell.session, &shell.readouts, &mut shell.ui);
    clipboard::after_panels(&shell.clipboard, ctx);
    wanted.extend(asked);
    let dt_s = time.delta_secs_f64();
    let followed = shell.session.live().following.and_then(|index| shell.live.creature(gpu, index));
    canvas.follow(followed, dt_s);
    wanted.extend(canvas.show(ctx, (free, shell.ui.offers()), &shell.session, &shell.live, pointer_is_here, dt_s));
    studios.ask_first(&mut wanted, shell);
    shell.apply(gpu, wanted);
    studios.switch_if_wanted(shell, gpu);
    perform_views(&mut commands, ctx, shell, gpu, canvas, &mut window);
    shell.share.set_gaze(canvas.gaze(followed));
    // Compared first: the render world copies only what changed.
    let new = canvas.frame(ctx, gpu, &shell.session, &mut shell.live, range);
    let is_dim = new.layer.as_ref().is_some_and(|layer| layer.view.glow == 0.0);
    shell.ui.set_glow_left_out(is_dim && shell.session.prefs().look.glow);
    frame.set_if_neq(new);
    Ok(())
}

/// Whether the user pressed a key or used the pointer in this frame. `bevy_egui` reports the modifiers in every frame.
fn has_input(input: &egui::InputState) -> bool {
    let is_of_user = |event: &egui::Event| !matches!(event, egui::Event::ModifiersChanged(_));
    input.pointer.any_down() || input.events.iter().any(is_of_user)
}

/// Carries out what changes only the view.
fn perform_views(
    commands: &mut Commands,
    ctx: &egui::Context,
    shell: &mut Shell,
    gpu: &Gpu,
    canvas: &mut SwarmCanvas,
    window: &mut Window,
) {
    for view in std::mem::take(&mut shell.views) {
        match view {
            ViewCommand::Fit => {
                canvas.fit(&shell.session);
                shell.apply(gpu, vec![Command::Live(LiveCommand::StopFollowing)]);
            }
            ViewCommand::Screenshot => shots::take(commands, None),
            ViewCommand::CanvasScreenshot => shots::take(commands, Some(canvas.free_pixels(ctx))),
            ViewCommand::FullScreen => {
                window.mode = match window.mode {
                    WindowMode::Windowed => WindowMode::BorderlessFullscreen(MonitorSelection::Current),
                    _ => WindowMode::Windowed,
                };
            }
        }
    }
}

/// Time runs: files, trainer and engine.
fn advance(
    mut state: ResMut<ShellResource>,
    time: Res<Time<Real>>,
    mut closing: MessageReader<WindowCloseRequested>,
    mut exit: MessageWriter<AppExit>,
    mut window: Single<&mut Window, With<PrimaryWindow>>,
    mut ground: ResMut<ClearColor>,
    mut frame_began: Local<FrameBegan>,
) {
    let ShellResource { shell, studios, frame_log, gpu: Some(gpu), last_input, .. } = &mut *state else { return };
    if closing.read().count() > 0 {
        let mut wanted = vec![Command::Document(DocumentCommand::Quit)];
        studios.ask_first(&mut wanted, shell);
        shell.apply(gpu, wanted);
    }
    shell.advance(gpu, time.delta_secs_f64());
    frame_log.frame(time.delta_secs_f64());
    studios.advance(shell, gpu);
    let title = studios.title().unwrap_or_else(|| title(&shell.session));
    if window.title != title {
        window.title = title;
    }
    let wanted = theme::ground(shell.session.prefs().theme);
    if ground.0 != wanted {
        ground.0 = wanted;
    }
    if shell.may_leave() {
        studios.end();
        exit.write(AppExit::Success);
    }
    let spent = frame_began.0.elapsed().as_secs_f64();
    // Bevy's reactive mode does not slow down: the panels request a redraw in every frame.
    let min_s = shell.min_frame_s(gpu, last_input.elapsed().as_secs_f64()).max(studios.min_frame_s(gpu));
    std::thread::sleep(Duration::from_secs_f64((min_s - spent).max(0.0)));
    *frame_began = FrameBegan(Instant::now());
}

struct FrameBegan(Instant);

impl Default for FrameBegan {
    fn default() -> Self {
        Self(Instant::now())
    }
}

fn title(session: &crate::session::Session) -> String {
    let mark = if session.is_dirty() { " •" } else { "" };
    format!("{}{mark} — Unstill", session.document().title)
}
