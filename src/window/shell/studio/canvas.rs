//! The canvas of the studio: the newest picture of its thread as a texture, and the pointer over it. Nothing of a picture that was
//! drawn on the GPU comes back to the processor.

use std::collections::HashMap;

use bevy_egui::egui::{self, Id, LayerId, PointerButton, Popup, Pos2, Rect, Sense, Stroke, Ui, UiBuilder};
use glam::DVec2;

use super::super::theme;
use super::{Backdrop, Canvas};
use crate::gpu::GpuDevice;
use crate::jobs::{CanvasOrder, CanvasPicture, CanvasView, CanvasWorker};
use crate::media::looks::Theme;
use crate::session::Prefs;
use crate::session::studio::{Studio, StudioCommand};
use crate::window::panels::{Ink, UiState, studio_panels};
use crate::window::runtime::{StudioScreen, StudioView};
use crate::worlds::studio::{BrushStroke, DrawOptions};

/// Pixels of a picture, at most: about what two cores draw thirty times a second.
const MAX_PIXELS: f32 = 1e6;
/// Share of the light that is still there after one picture, with trails.
const TRAIL: f32 = 0.92;
/// Zoom of one point of scrolling; a notch of the wheel is about 50.
const ZOOM_PER_POINT: f64 = 0.004;
/// Turn of the eye by one point of a drag, rad.
const ORBIT_PER_POINT: f64 = 0.008;

/// The newest picture of each world that was shown, by its name.
#[derive(Default)]
pub struct StudioTextures(HashMap<&'static str, wgpu::Texture>);

/// Where a canvas is drawn.
pub struct Surface<'a> {
    pub ctx: &'a egui::Context,
    /// What the panels leave free, points.
    pub free: Rect,
    pub theme: Theme,
    /// The pointer is in the window.
    pub pointer_is_here: bool,
    /// What draws the window.
    pub gpu: &'a GpuDevice,
    pub textures: &'a mut StudioTextures,
    pub backdrop: &'a mut Backdrop,
}

/// What a drag does.
#[derive(Clone, Copy, PartialEq)]
enum Drag {
    Brush,
    Pan,
    Orbit,
}

impl StudioScreen for Surface<'_> {
    fn theme(&self) -> Theme {
        self.theme
    }

    fn panels(&mut self, studio: &Studio, prefs: &Prefs, ui: &mut UiState) -> Vec<StudioCommand> {
        let (commands, free) = studio_panels(self.ctx, studio, prefs, ui);
        self.free = free;
        commands
    }

    fn canvas(&mut self, view: &mut StudioView, studio: &Studio, worker: &CanvasWorker) -> Vec<StudioCommand> {
        let free = self.free;
        let ground = UiBuilder::new().layer_id(LayerId::background()).max_rect(free);
        let ui = &Ui::new(self.ctx.clone(), Id::new("studio canvas"), ground);
        let commands = pointer(view, ui, free, studio, self.pointer_is_here);
        self.order(view, studio, worker);
        let world = studio.entry().name;
        worker.with_picture(|picture| self.upload(world, picture));
        let place = self.free_pixels();
        self.backdrop.0 = self.textures.0.get(world).map(|texture| Canvas { texture: texture.clone(), place });
        overlay(ui, free, studio, self.theme, self.pointer_is_here);
        commands
    }
}

impl Surface<'_> {
    fn upload(&mut self, world: &'static str, picture: &CanvasPicture) {
        let GpuDevice { device, queue, .. } = self.gpu;
        let [width, height] = picture.size();
        let size = wgpu::Extent3d { width, height, depth_or_array_layers: 1 };
        let old = self.textures.0.remove(world).filter(|texture| texture.size() == size);
        let texture = old.unwrap_or_else(|| canvas_texture(device, size));
        let to = texture.as_image_copy();
        let layout =
            |row| wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(4 * row), rows_per_image: None };
        match picture {
            CanvasPicture::Processor(picture) => queue.write_texture(to, picture.as_raw(), layout(width), size),
            CanvasPicture::Gpu(picture, _) => {
                let mut encoder = device.create_command_encoder(&Default::default());
                let from = wgpu::TexelCopyBufferInfo { buffer: &picture.buffer, layout: layout(picture.row()) };
                encoder.copy_buffer_to_texture(from, to, size);
                queue.submit([encoder.finish()]);
            }
        }
        self.textures.0.insert(world, texture);
    }

    /// x, y, width and height of what the panels leave free, physical pixels.
    fn free_pixels(&self) -> [u32; 4] {
        let scale = self.ctx.pixels_per_point();
        let Rect { min, .. } = self.free;
        let size = self.free.size();
        [min.x, min.y, size.x, size.y].map(|points| (points * scale).round().max(0.0) as u32)
    }

    /// Orders what to draw, when that has changed.
    fn order(&self, view: &mut StudioView, studio: &Studio, worker: &CanvasWorker) {
        let [_, _, width, height] = self.free_pixels().map(|side| side as f32);
        let shrink = (MAX_PIXELS / (width * height).max(1.0)).sqrt().min(1.0);
        let size = [width, height].map(|side| (side * shrink).round().max(1.0) as u32);
        let trail = if studio.live().trails { TRAIL } else { 0.0 };
        let options = DrawOptions { light: self.theme == Theme::Light, trail, layers: studio.live().layers };
        let wanted = CanvasView { view: *view.viewpoint(studio), size, options, shows_live: studio.shows_live() };
        if view.ordered != Some(wanted) {
            view.ordered = Some(wanted);
            worker.order(CanvasOrder::Show(wanted));
        }
    }
}

fn canvas_texture(device: &wgpu::Device, size: wgpu::Extent3d) -> wgpu::Texture {
    use wgpu::TextureUsages as Usages;
    device.create_texture(&wgpu::TextureDescriptor {
        label: Some("canvas of a world"),
        size,
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: wgpu::TextureFormat::Rgba8UnormSrgb,
        usage: Usages::COPY_DST | Usages::COPY_SRC | Usages::TEXTURE_BINDING,
        view_formats: &[],
    })
}

/// What the pointer over the canvas asks for.
fn pointer(view: &mut StudioView, ui: &Ui, free: Rect, studio: &Studio, pointer_is_here: bool) -> Vec<StudioCommand> {
    let response = ui.interact(free, ui.id().with("pointer"), Sense::click_and_drag());
    let mut commands = Vec::new();
    let height = f64::from(free.height());
    let (at, delta, scroll, pinch) =
        ui.input(|i| (i.pointer.latest_pos(), i.pointer.delta(), i.smooth_scroll_delta().y, i.zoom_delta()));
    let Some(at) = at else { return commands };
    let offset_of = |at: Pos2| {
        let offset = at - free.center();
        DVec2::new(offset.x.into(), offset.y.into())
    };
    let offset = offset_of(at);
    let limits = studio.info().zoom_limits();
    let over = response.contains_pointer() && pointer_is_here && !Popup::is_any_open(ui.ctx());
    if over {
        let factor = f64::from(pinch) * (ZOOM_PER_POINT * f64::from(scroll)).exp();
        if factor != 1.0 {
            view.viewpoint(studio).zoom(factor, offset, height, limits);
        }
    }
    let held = |button| {
        response.dragged_by(button)
            || (response.is_pointer_button_down_on() && ui.input(|i| i.pointer.button_down(button)))
    };
    let spatial = view.viewpoint(studio).is_spatial;
    let has_brush = !studio.brush().is_empty();
    let turn = if spatial { Drag::Orbit } else { Drag::Pan };
    let shift = ui.input(|i| i.modifiers.shift);
    let drag = if held(PointerButton::Middle) {
        Some(Drag::Pan)
    } else if held(PointerButton::Secondary) {
        Some(if shift { Drag::Pan } else { turn })
    } else if held(PointerButton::Primary) || response.clicked_by(PointerButton::Primary) {
        Some(if has_brush { Drag::Brush } else { turn })
    } else {
        None
    };
    let moved = DVec2::new(delta.x.into(), delta.y.into());
    match drag {
        Some(Drag::Pan) if moved != DVec2::ZERO => view.viewpoint(studio).pan(moved, height),
        Some(Drag::Orbit) if moved != DVec2::ZERO => view.viewpoint(studio).orbit(ORBIT_PER_POINT * moved),
        Some(Drag::Brush) => {
            let eye = *view.viewpoint(studio);
            let to = eye.place_at(offset, height);
            // A quick stroke has moved before it is seen for the first time.
            let begun = ui.input(|i| i.pointer.press_origin()).map(|at| eye.place_at(offset_of(at), height));
            let from = view.stroke.or(begun).unwrap_or(to);
            let radius = studio.brush_size() * eye.half_height;
            let axis = eye.brush_axis();
            let stroke =
                BrushStroke { brush: studio.brush(), from, to, axis, radius, strength: 1.0, ink: studio.ink() };
            commands.push(StudioCommand::Stroke(stroke));
            view.stroke = Some(to);
        }
        _ => {}
    }
    if drag != Some(Drag::Brush) && view.stroke.take().is_some() {
        commands.push(StudioCommand::Lift);
    }
    commands
}

/// The circle of the brush, and a word where there is nothing to be seen.
fn overlay(ui: &Ui, free: Rect, studio: &Studio, theme: Theme, pointer_is_here: bool) {
    let painter = ui.painter_at(free);
    let at = ui.input(|i| i.pointer.latest_pos());
    let over = at.filter(|at| free.contains(*at) && pointer_is_here && !Popup::is_any_open(ui.ctx()));
    let is_ours = ui.ctx().layer_id_at(over.unwrap_or_default()).is_none_or(|layer| layer == LayerId::background());
    if let Some(at) = over.filter(|_| is_ours && !studio.brush().is_empty()) {
        let radius = studio.brush_size() as f32 * 0.5 * free.height();
        let colour = match studio.brush() {
            "erase" | "remove" => theme::eraser(theme),
            "push" => theme::push(theme),
            "pull" => theme::pull(theme),
            _ => theme::stir(theme),
        };
        painter.circle_stroke(at, radius, Stroke::new(1.5, colour));
    }
    if let Some(name) = studio.loading() {
        let font = egui::FontId::proportional(18.0);
        let text = format!("Preparing {name} …");
        painter.text(free.center(), egui::Align2::CENTER_CENTER, text, font, Ink::TextStrong.colour());
    }
}
