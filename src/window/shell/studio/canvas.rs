//! The canvas of the studio: the newest picture of its thread as a texture, and the pointer over it.
//!
//! The texture is an image of Bevy that is written in place: a managed texture of egui becomes another image at each change,
//! which is never ready in the frame that shows it. Pictures that were drawn on the GPU are copied to it there (`studio.rs`).

use std::collections::HashMap;

use bevy::asset::{AssetId, Assets, Handle, RenderAssetUsages};
use bevy::image::Image;
use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};
use bevy_egui::egui::{
    self, Color32, Id, LayerId, PointerButton, Popup, Pos2, Rect, Sense, Stroke, TextureId, Ui, UiBuilder,
};
use bevy_egui::{EguiContexts, EguiTextureHandle};
use glam::DVec2;

use super::super::theme;
use super::StudioFrame;
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

/// The image of the canvas of each world that was shown, by its name.
#[derive(Default)]
pub struct StudioTextures(HashMap<&'static str, (Handle<Image>, TextureId)>);

/// Where a canvas is drawn.
pub struct Surface<'a, 'w, 's> {
    pub ctx: &'a egui::Context,
    /// What the panels leave free, points.
    pub free: Rect,
    pub theme: Theme,
    /// The pointer is in the window.
    pub pointer_is_here: bool,
    pub images: &'a mut Assets<Image>,
    /// The picture that the render world copies.
    pub frame: &'a mut StudioFrame,
    pub textures: &'a mut StudioTextures,
    pub contexts: &'a mut EguiContexts<'w, 's>,
}

/// What a drag does.
#[derive(Clone, Copy, PartialEq)]
enum Drag {
    Brush,
    Pan,
    Orbit,
}

impl StudioScreen for Surface<'_, '_, '_> {
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
        let painter = ui.painter_at(free);
        if let Some((_, texture)) = self.textures.0.get(world) {
            let whole = Rect::from_min_max(Pos2::ZERO, Pos2::new(1.0, 1.0));
            painter.image(*texture, free, whole, Color32::WHITE);
        }
        overlay(ui, free, studio, self.theme, self.pointer_is_here);
        commands
    }
}

impl Surface<'_, '_, '_> {
    fn upload(&mut self, world: &'static str, picture: &CanvasPicture) {
        let id = self.image_of(world, picture.size());
        match picture {
            CanvasPicture::Processor(picture) => {
                self.frame.shown = None;
                // Looked up for writing only here: what was looked up is uploaded again.
                if let Some(mut image) = self.images.get_mut(id)
                    && let Some(pixels) = &mut image.data
                {
                    pixels.copy_from_slice(picture.as_raw());
                }
            }
            CanvasPicture::Gpu(picture, _) => {
                self.frame.number += 1;
                self.frame.shown = Some((picture.clone(), id));
            }
        }
    }

    /// The image of the canvas, another one when it has another size.
    fn image_of(&mut self, world: &'static str, [width, height]: [u32; 2]) -> AssetId<Image> {
        if let Some((handle, _)) = self.textures.0.get(world)
            && self.images.get(handle).is_some_and(|image| [image.width(), image.height()] == [width, height])
        {
            return handle.id();
        }
        let size = Extent3d { width, height, depth_or_array_layers: 1 };
        let usages = RenderAssetUsages::MAIN_WORLD | RenderAssetUsages::RENDER_WORLD;
        let pixels = vec![0; 4 * (width * height) as usize];
        let image = Image::new(size, TextureDimension::D2, pixels, TextureFormat::Rgba8UnormSrgb, usages);
        let handle = self.images.add(image);
        let id = handle.id();
        let texture = self.contexts.add_image(EguiTextureHandle::Strong(handle.clone()));
        if let Some((old, _)) = self.textures.0.insert(world, (handle, texture)) {
            self.contexts.remove_image(&old);
        }
        id
    }

    /// Orders what to draw, when that has changed.
    fn order(&self, view: &mut StudioView, studio: &Studio, worker: &CanvasWorker) {
        let pixels = self.free.size() * self.ctx.pixels_per_point();
        let shrink = (MAX_PIXELS / (pixels.x * pixels.y).max(1.0)).sqrt().min(1.0);
        let size = [pixels.x, pixels.y].map(|side| (side * shrink).round().max(1.0) as u32);
        let trail = if studio.live().trails { TRAIL } else { 0.0 };
        let options = DrawOptions { light: self.theme == Theme::Light, trail, layers: studio.live().layers };
        let wanted = CanvasView { view: *view.viewpoint(studio), size, options, shows_live: studio.shows_live() };
        if view.ordered != Some(wanted) {
            view.ordered = Some(wanted);
            worker.order(CanvasOrder::Show(wanted));
        }
    }
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
