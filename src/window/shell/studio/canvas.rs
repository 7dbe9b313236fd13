//! The canvas of the studio: the newest picture of its thread as a texture, and the pointer over it.
//!
//! The texture is an image of Bevy that is written in place: a managed texture of egui becomes another image at each change,
//! which is never ready in the frame that shows it. Pictures that were drawn on the GPU are copied to it there (`studio.rs`).

use bevy::asset::{AssetId, Assets, Handle, RenderAssetUsages};
use bevy::image::Image;
use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};
use bevy_egui::egui::{
    self, Color32, Id, LayerId, PointerButton, Popup, Pos2, Rect, Sense, Stroke, TextureId, Ui, UiBuilder,
};
use bevy_egui::{EguiContexts, EguiTextureHandle};
use glam::{DVec2, DVec3};

use super::super::theme;
use super::StudioFrame;
use crate::jobs::{CanvasOrder, CanvasPicture, CanvasView, CanvasWorker};
use crate::media::looks::Theme;
use crate::session::studio::{Studio, StudioCommand};
use crate::window::panels::Ink;
use crate::worlds::studio::{BrushStroke, BrushWorkspace, DrawOptions, Viewpoint};

/// Pixels of a picture, at most: about what two cores draw thirty times a second.
const MAX_PIXELS: f32 = 1e6;
/// Share of the light that is still there after one picture, with trails.
const TRAIL: f32 = 0.92;
/// Zoom of one point of scrolling; a notch of the wheel is about 50.
const ZOOM_PER_POINT: f64 = 0.004;
/// Turn of the eye by one point of a drag, rad.
const ORBIT_PER_POINT: f64 = 0.008;

/// View state of a canvas: nothing here is saved.
#[derive(Default)]
pub struct StudioCanvas {
    /// The still picture, and what lives.
    views: [Option<Viewpoint>; 2],
    texture: Option<(Handle<Image>, TextureId)>,
    /// The view ordered last.
    ordered: Option<CanvasView>,
    /// The last dab of the stroke under way.
    stroke: Option<DVec3>,
}

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
    pub contexts: &'a mut EguiContexts<'w, 's>,
}

/// What a drag does.
#[derive(Clone, Copy, PartialEq)]
enum Drag {
    Brush,
    Pan,
    Orbit,
}

impl StudioCanvas {
    /// Shows everything again.
    pub fn fit(&mut self) {
        self.views = [None; 2];
    }

    /// The thread has forgotten what to draw.
    pub fn forget_order(&mut self) {
        self.ordered = None;
    }

    /// Draws the canvas and returns what the pointer asked for.
    pub fn show(&mut self, surface: &mut Surface, studio: &Studio, worker: &CanvasWorker) -> Vec<StudioCommand> {
        let Surface { ctx, free, theme, pointer_is_here, .. } = *surface;
        let ground = UiBuilder::new().layer_id(LayerId::background()).max_rect(free);
        let ui = &Ui::new(ctx.clone(), Id::new("studio canvas"), ground);
        let commands = self.pointer(ui, free, studio, pointer_is_here);
        self.order(ctx, free, studio, worker, theme);
        worker.with_picture(|picture| self.upload(picture, surface));
        let painter = ui.painter_at(free);
        if let Some((_, texture)) = &self.texture {
            let whole = Rect::from_min_max(Pos2::ZERO, Pos2::new(1.0, 1.0));
            painter.image(*texture, free, whole, Color32::WHITE);
        }
        self.overlay(ui, free, studio, theme, pointer_is_here);
        commands
    }

    fn upload(&mut self, picture: &CanvasPicture, surface: &mut Surface) {
        let id = self.image_of(picture.size(), surface);
        match picture {
            CanvasPicture::Processor(picture) => {
                surface.frame.shown = None;
                // Looked up for writing only here: what was looked up is uploaded again.
                if let Some(mut image) = surface.images.get_mut(id)
                    && let Some(pixels) = &mut image.data
                {
                    pixels.copy_from_slice(picture.as_raw());
                }
            }
            CanvasPicture::Gpu(picture, _) => {
                surface.frame.number += 1;
                surface.frame.shown = Some((picture.clone(), id));
            }
        }
    }

    /// The image of the canvas, another one when it has another size.
    fn image_of(&mut self, [width, height]: [u32; 2], surface: &mut Surface) -> AssetId<Image> {
        if let Some((handle, _)) = &self.texture
            && surface.images.get(handle).is_some_and(|image| [image.width(), image.height()] == [width, height])
        {
            return handle.id();
        }
        let size = Extent3d { width, height, depth_or_array_layers: 1 };
        let usages = RenderAssetUsages::MAIN_WORLD | RenderAssetUsages::RENDER_WORLD;
        let pixels = vec![0; 4 * (width * height) as usize];
        let image = Image::new(size, TextureDimension::D2, pixels, TextureFormat::Rgba8UnormSrgb, usages);
        let handle = surface.images.add(image);
        let id = handle.id();
        let texture = surface.contexts.add_image(EguiTextureHandle::Strong(handle.clone()));
        if let Some((old, _)) = self.texture.replace((handle, texture)) {
            surface.contexts.remove_image(&old);
        }
        id
    }

    fn view(&mut self, studio: &Studio) -> &mut Viewpoint {
        let of = if studio.shows_live() { BrushWorkspace::Live } else { BrushWorkspace::Paint };
        let slot = usize::from(of == BrushWorkspace::Live);
        self.views[slot].get_or_insert_with(|| studio.info().viewpoint(of))
    }

    /// Tells the thread what to draw, when that has changed.
    fn order(&mut self, ctx: &egui::Context, free: Rect, studio: &Studio, worker: &CanvasWorker, theme: Theme) {
        let pixels = free.size() * ctx.pixels_per_point();
        let shrink = (MAX_PIXELS / (pixels.x * pixels.y).max(1.0)).sqrt().min(1.0);
        let size = [pixels.x, pixels.y].map(|side| (side * shrink).round().max(1.0) as u32);
        let trail = if studio.live().trails { TRAIL } else { 0.0 };
        let options = DrawOptions { light: theme == Theme::Light, trail, layers: studio.live().layers };
        let wanted = CanvasView { view: *self.view(studio), size, options, shows_live: studio.shows_live() };
        if self.ordered != Some(wanted) {
            self.ordered = Some(wanted);
            worker.order(CanvasOrder::Show(wanted));
        }
    }

    fn pointer(&mut self, ui: &Ui, free: Rect, studio: &Studio, pointer_is_here: bool) -> Vec<StudioCommand> {
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
                self.view(studio).zoom(factor, offset, height, limits);
            }
        }
        let held = |button| {
            response.dragged_by(button)
                || (response.is_pointer_button_down_on() && ui.input(|i| i.pointer.button_down(button)))
        };
        let spatial = self.view(studio).is_spatial;
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
            Some(Drag::Pan) if moved != DVec2::ZERO => self.view(studio).pan(moved, height),
            Some(Drag::Orbit) if moved != DVec2::ZERO => self.view(studio).orbit(ORBIT_PER_POINT * moved),
            Some(Drag::Brush) => {
                let view = *self.view(studio);
                let to = view.place_at(offset, height);
                // A quick stroke has moved before it is seen for the first time.
                let begun = ui.input(|i| i.pointer.press_origin()).map(|at| view.place_at(offset_of(at), height));
                let from = self.stroke.or(begun).unwrap_or(to);
                let radius = studio.brush_size() * view.half_height;
                let axis = view.brush_axis();
                let stroke =
                    BrushStroke { brush: studio.brush(), from, to, axis, radius, strength: 1.0, ink: studio.ink() };
                commands.push(StudioCommand::Stroke(stroke));
                self.stroke = Some(to);
            }
            _ => {}
        }
        if drag != Some(Drag::Brush) && self.stroke.take().is_some() {
            commands.push(StudioCommand::Lift);
        }
        commands
    }

    /// The circle of the brush, and a word where there is nothing to be seen.
    fn overlay(&self, ui: &Ui, free: Rect, studio: &Studio, theme: Theme, pointer_is_here: bool) {
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
}
