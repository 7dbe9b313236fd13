//! The canvas: pointer and keys become commands, the session becomes a picture.

use bevy_egui::egui::{self, Id, LayerId, Popup, Pos2, Rect, Sense, Ui, UiBuilder};
use glam::DVec2;

use super::brush;
use super::camera::Camera;
use super::draft;
use super::draw::{CanvasFrame, Layer, Trail, View};
use super::theme;
use crate::media::looks::shape::{GHOST_OPACITY, HALF_BODY_L, trail_kept};
use crate::media::picture::{MAX_TRAIL_TEXELS, TRAIL_TEXELS_PER_UNIT};
use crate::session::{
    ColourBy, Command, Hand, LiveCommand, Look, PaintCommand, Pointer, SelectionOrder, Session, Theme, Workspace,
};
use crate::window::live::{Gpu, Live, SwarmBuffer, VisibleArea, body};
use crate::window::panels::canvas_menu;
use crate::window::runtime::gaze::Gaze;

/// How near the pointer must come to a handle, points.
const REACH_POINTS: f64 = 9.0;

/// Zoom by one notch of the wheel moves about 50 points of scrolling.
const ZOOM_PER_POINT: f64 = 0.004;

/// A drag by so many points makes the brush e times as large.
const RESIZE_POINTS: f32 = 120.0;

/// View state of the canvas: nothing here is saved.
pub struct SwarmCanvas {
    /// The free rectangle, in points.
    free: Rect,
    paint: Camera,
    live: Camera,
    /// The primary button went down on the canvas and is still down.
    held: bool,
    /// The primary button went down here, on an offer: a click takes it, a drag paints.
    offered: Option<Pos2>,
    /// The view is being dragged.
    panning: bool,
    /// The brush is being resized: where the pointer went down, and the radius there, ℓ.
    resizing: Option<(Pos2, f64)>,
    painting: Option<SwarmBuffer>,
    /// Revision of the document in the buffer.
    painted: Option<u64>,
    /// Half length of a painted body, world units, on its way to what suits the picture.
    painted_body: f64,
    /// Length of the frame, s.
    dt_s: f64,
}

impl Default for SwarmCanvas {
    fn default() -> Self {
        Self {
            free: Rect::ZERO,
            paint: Camera::default(),
            live: Camera::default(),
            held: false,
            offered: None,
            panning: false,
            resizing: None,
            painting: None,
            painted: None,
            painted_body: 0.0,
            dt_s: 0.0,
        }
    }
}

impl SwarmCanvas {
    fn camera(&mut self, place: Workspace) -> &mut Camera {
        match place {
            Workspace::Paint => &mut self.paint,
            Workspace::Learn | Workspace::Live => &mut self.live,
        }
    }

    /// Reads the pointer over the free rectangle and draws what belongs to it. `offers`: places where a click is not
    /// ours.
    pub fn show(
        &mut self,
        ctx: &egui::Context,
        (free, offers): (Rect, &[Rect]),
        session: &Session,
        live: &Live,
        pointer_is_here: bool,
        dt_s: f64,
    ) -> Vec<Command> {
        let ground = UiBuilder::new().layer_id(LayerId::background()).max_rect(free);
        let ui = &Ui::new(ctx.clone(), Id::new("canvas"), ground);
        self.free = free;
        self.dt_s = dt_s;
        let place = session.workspace();
        let seen = seen(session);
        let box_size = match seen {
            Workspace::Paint => session.snapshot().box_size,
            // A swarm that was ordered may not have come yet.
            Workspace::Learn | Workspace::Live => {
                live.extent().map_or(session.live().box_size_l, |(_, box_size_l)| box_size_l)
            }
        };
        self.camera(seen).update(free, box_size, dt_s);
        let response = ui.interact(free, ui.id().with("pointer"), Sense::click_and_drag());
        // A click that closes a menu begins no stroke.
        let over = response.contains_pointer() && !Popup::is_any_open(ctx);
        let mut commands = Vec::new();
        if place != Workspace::Paint && session.live().following.is_some() {
            brush::following(&ui.painter_at(free), free.center_top() + egui::vec2(0.0, 12.0), session.prefs().theme);
        }
        let at = ui.input(|i| i.pointer.latest_pos());
        if place == Workspace::Paint {
            let keys = ui.input(|i| i.modifiers);
            let reach = REACH_POINTS / self.paint.points_per_length();
            let hand = Hand { shift: keys.shift, copies: keys.alt || keys.command, reach };
            if hand != session.hand() {
                commands.push(Command::Paint(PaintCommand::Hold(hand)));
            }
            let cursor = at.filter(|_| over && pointer_is_here);
            draft::show(ui, free, &self.paint, session, cursor);
        }
        commands.extend(self.pointer(ui, over, offers, session));
        if place == Workspace::Paint {
            if let Some(at) = at.filter(|_| response.secondary_clicked() && session.tool().selects()) {
                let at = self.paint.world_from_screen(free, at);
                commands.push(Command::Paint(PaintCommand::Selection(SelectionOrder::Under(at))));
            }
            response.context_menu(|ui| canvas_menu(ui, session, &mut commands));
        }
        if let Some(at) = at.filter(|_| self.held || (over && pointer_is_here)) {
            self.overlay(ui, session, at);
        }
        commands
    }

    /// The events of the frame in their order, so that a quick click or a quick stroke loses nothing.
    fn pointer(&mut self, ui: &Ui, over: bool, offers: &[Rect], session: &Session) -> Vec<Command> {
        let (free, place, seen) = (self.free, session.workspace(), seen(session));
        let live = session.live();
        let mut commands = Vec::new();
        let (events, scroll, pinch, hover, focused) = ui
            .input(|i| (i.events.clone(), i.smooth_scroll_delta().y, i.zoom_delta(), i.pointer.hover_pos(), i.focused));
        let double_click = ui.input(|i| i.pointer.button_double_clicked(egui::PointerButton::Primary));
        let farthest_click = ui.ctx().options(|options| options.input_options.max_click_dist);
        let mut last = None;
        for event in events {
            match event {
                egui::Event::PointerButton { pos, button, pressed: true, modifiers } if over => match button {
                    egui::PointerButton::Primary
                        if place != Workspace::Paint && (modifiers.ctrl || modifiers.alt || modifiers.command) =>
                    {
                        self.resizing = Some((pos, live.brush_radius_l));
                    }
                    egui::PointerButton::Primary if offers.iter().any(|offer| offer.contains(pos)) => {
                        self.offered = Some(pos);
                    }
                    egui::PointerButton::Primary => {
                        self.held = true;
                        let at = self.camera(seen).world_from_screen(free, pos);
                        commands.push(Command::Pointer(Pointer::Press(at)));
                    }
                    egui::PointerButton::Secondary | egui::PointerButton::Middle => {
                        self.panning = true;
                        if place != Workspace::Paint && live.following.is_some() {
                            commands.push(Command::Live(LiveCommand::StopFollowing));
                        }
                    }
                    _ => {}
                },
                egui::Event::PointerButton { pos, button, pressed: false, .. } => match button {
                    egui::PointerButton::Primary if self.resizing.is_some() => self.resizing = None,
                    egui::PointerButton::Primary if self.offered.is_some() => self.offered = None,
                    egui::PointerButton::Primary if self.held => {
                        let at = self.camera(seen).world_from_screen(free, pos);
                        commands.extend([Command::Pointer(Pointer::Drag(at)), Command::Pointer(Pointer::Release)]);
                        self.held = false;
                    }
                    egui::PointerButton::Secondary | egui::PointerButton::Middle => self.panning = false,
                    _ => {}
                },
                egui::Event::PointerMoved(pos) if self.offered.is_some() => {
                    if let Some(from) = self.offered.take_if(|from| from.distance(pos) > farthest_click) {
                        self.held = true;
                        let [from, to] = [from, pos].map(|at| self.camera(seen).world_from_screen(free, at));
                        commands.extend([Pointer::Press(from), Pointer::Drag(to)].map(Command::Pointer));
                    }
                }
                egui::Event::PointerMoved(pos) if self.resizing.is_some() => {
                    if let Some((from, radius_l)) = self.resizing {
                        let factor = f64::from((pos.x - from.x) / RESIZE_POINTS).exp();
                        commands.push(Command::Live(LiveCommand::SetBrushRadius(radius_l * factor)));
                    }
                }
                egui::Event::PointerMoved(pos) if self.held => {
                    let at = self.camera(seen).world_from_screen(free, pos);
                    commands.push(Command::Pointer(Pointer::Drag(at)));
                }
                egui::Event::PointerMoved(pos) if self.panning => {
                    let from = last.unwrap_or(pos - ui.input(|i| i.pointer.delta()));
                    self.camera(seen).pan(pos - from);
                    last = Some(pos);
                }
                _ => {}
            }
        }
        if !focused {
            self.offered = None;
        }
        if self.held && !focused {
            self.held = false;
            commands.push(Command::Pointer(Pointer::Release));
        }
        let picks = place != Workspace::Paint && over && double_click && !live.brush.row().changes_count();
        if let Some(at) = hover.filter(|_| picks) {
            commands.push(Command::Live(LiveCommand::FollowAt(self.camera(seen).world_from_screen(free, at))));
        }
        let takes_all = place == Workspace::Paint && over && double_click && session.tool().selects();
        if let Some(at) = hover.filter(|_| takes_all) {
            let at = self.paint.world_from_screen(free, at);
            commands.push(Command::Paint(PaintCommand::Selection(SelectionOrder::CreatureAt(at))));
        }
        if let Some(at) = hover.filter(|_| over) {
            let factor = (f64::from(scroll) * ZOOM_PER_POINT).exp() * f64::from(pinch);
            if factor != 1.0 {
                self.camera(seen).zoom_about(free, at, factor);
            }
        }
        commands
    }

    /// Centres the view on a position of the live swarm (ℓ).
    pub fn follow(&mut self, place_l: Option<DVec2>, dt_s: f64) {
        if let Some(place_l) = place_l {
            self.live.follow(self.free, place_l, dt_s);
        }
    }

    /// What is shown of the living swarm. `followed`: where the creature is that is followed, ℓ.
    pub fn gaze(&self, followed: Option<DVec2>) -> Gaze {
        self.live.gaze(self.free, followed)
    }

    /// Shows the whole box again.
    pub fn fit(&mut self, session: &Session) {
        self.camera(seen(session)).fit();
    }

    /// Circles under the cursor: how far a particle sees, what the eraser takes, what the mouse moves.
    fn overlay(&mut self, ui: &Ui, session: &Session, at: Pos2) {
        let painter = ui.painter_at(self.free);
        match session.workspace() {
            Workspace::Paint => draft::cursor(&painter, &self.paint, session, at),
            Workspace::Learn | Workspace::Live if seen(session) == Workspace::Paint => {}
            Workspace::Learn | Workspace::Live => {
                // While its size is being dragged, the circle stays where that began.
                let at = self.resizing.map_or(at, |(from, _)| from);
                brush::circle(&painter, session, at, self.live.points_per_length(), self.held);
            }
        }
    }

    /// x, y, width, height of the free rectangle, physical pixels.
    pub fn free_pixels(&self, ctx: &egui::Context) -> [u32; 4] {
        let pixel = |v: f32| (v * ctx.pixels_per_point()).round().max(0.0) as u32;
        [pixel(self.free.min.x), pixel(self.free.min.y), pixel(self.free.width()), pixel(self.free.height())]
    }

    /// What the render world draws now. `range`: the numbers at both ends of the colour ramp, once they are known.
    pub fn frame(
        &mut self,
        ctx: &egui::Context,
        gpu: &Gpu,
        session: &Session,
        live: &mut Live,
        range: Option<[f64; 2]>,
    ) -> CanvasFrame {
        let pixels_per_point = ctx.pixels_per_point();
        let screen = ctx.viewport_rect();
        let free_rect = self.free_pixels(ctx);
        let free = self.free;
        let layer = match seen(session) {
            Workspace::Paint => {
                let snapshot = session.snapshot();
                let buffer = self.painting.get_or_insert_with(|| SwarmBuffer::new(gpu, snapshot.particles.len()));
                if self.painted != Some(session.revision()) {
                    buffer.write(gpu, snapshot.particles.iter().map(body));
                    self.painted = Some(session.revision());
                }
                let goal = painted_half_body(session, session.spacing());
                self.painted_body =
                    if self.painted_body == 0.0 { goal } else { self.painted_body + 0.2 * (goal - self.painted_body) };
                let count = snapshot.particles.len() as u32;
                let has_ghosts = snapshot.is_torus() && can_draw_ghosts(gpu, snapshot.particles.len());
                let view = self.paint.view(free, screen, pixels_per_point, has_ghosts, self.painted_body);
                Some(Layer { particles: buffer.buffer().clone(), measures: None, count, view, trail: None })
            }
            Workspace::Learn | Workspace::Live => live.extent().and_then(|(particles, box_size)| {
                let has_ghosts = can_draw_ghosts(gpu, particles);
                let view = self.live.view(free, screen, pixels_per_point, has_ghosts, HALF_BODY_L);
                let (particles, count) = live.picture(gpu, self.visible_area())?;
                let look = &session.prefs().look;
                let trail = look.trails.then(|| self.trail(look, box_size, live.past()));
                let measures = range.and_then(|_| live.measures(gpu));
                Some(Layer { particles, measures, count, view, trail })
            }),
        };
        CanvasFrame {
            free_rect,
            layer: layer.map(|layer| {
                let view = styled(layer.view, session, gpu, layer.count, range);
                let follows = session.workspace() != Workspace::Paint && session.live().following.is_some();
                Layer { view: if follows { endless(view) } else { view }, ..layer }
            }),
        }
    }
}

/// The place whose view is on the canvas: where nothing lives yet, the picture is seen from the others, too.
fn seen(session: &Session) -> Workspace {
    if session.live().particles == 0 { Workspace::Paint } else { session.workspace() }
}

impl SwarmCanvas {
    /// The visible part of the live swarm, with a margin.
    fn visible_area(&self) -> VisibleArea {
        let [a, b] =
            [self.free.left_bottom(), self.free.right_top()].map(|at| self.live.world_from_screen(self.free, at));
        VisibleArea {
            min: (a - 2.0 * HALF_BODY_L).as_vec2().to_array(),
            max: (b + 2.0 * HALF_BODY_L).as_vec2().to_array(),
        }
    }

    fn trail(&self, look: &Look, box_size_l: DVec2, (tick, serial): (u64, u64)) -> Trail {
        let longer = box_size_l.max_element();
        let texels_per_l = TRAIL_TEXELS_PER_UNIT.min(MAX_TRAIL_TEXELS / longer);
        let size = (box_size_l * texels_per_l).ceil().to_array().map(|side| side.clamp(1.0, MAX_TRAIL_TEXELS) as u32);
        Trail { size, tick, kept: trail_kept(self.dt_s, look.trail_s), serial }
    }
}

/// Half the length of a body of the picture, world units: never much longer than the `spacing` of what is painted.
pub(super) fn painted_half_body(session: &Session, spacing: f64) -> f64 {
    HALF_BODY_L * unit_length(session).min(1.5 * spacing)
}

/// ℓ of the picture, world units; the pen's spacing while the picture has none.
pub(super) fn unit_length(session: &Session) -> f64 {
    let unit = session.unit_length();
    if unit.is_finite() && unit > 0.0 { unit } else { session.spacing() }
}

/// Around so many bodies a GPU made of software has no time to draw their images beyond the edge of the torus.
const MAX_WITH_GHOSTS_IN_SOFTWARE: usize = 5000;

fn can_draw_ghosts(gpu: &Gpu, particles: usize) -> bool {
    !(gpu.is_software && particles > MAX_WITH_GHOSTS_IN_SOFTWARE)
}

/// More bodies than this do not glow on a GPU made of software.
const MAX_GLOWING_IN_SOFTWARE: u32 = 2000;

/// Colours and light. A GPU made of software has no time for glow around many bodies.
fn styled(view: View, session: &Session, gpu: &Gpu, count: u32, range: Option<[f64; 2]>) -> View {
    let prefs = session.prefs();
    let look = &prefs.look;
    let by = match (seen(session), look.colour_by, range) {
        // A picture is painted in the colours of its species, and they stay while a number is not known yet.
        (Workspace::Paint, ..) | (_, ColourBy::Speed | ColourBy::Energy, None) => ColourBy::Species,
        (_, by, _) => by,
    };
    let [low, high] = range.unwrap_or([0.0, 1.0]);
    let glow = if !look.glow || (gpu.is_software && count > MAX_GLOWING_IN_SOFTWARE) { 0.0 } else { 1.0 };
    let [stage_fill, stage_edge, ground] = theme::stage(prefs.theme);
    View {
        body_shape: look.body as u32,
        ghost_opacity: GHOST_OPACITY,
        opacity: 1.0,
        glow,
        stage_fill,
        stage_edge,
        ground,
        palette: theme::palette(look, prefs.theme),
        ramp: theme::ramp(by, prefs.theme),
        ramp_low: low as f32,
        ramp_per_unit: (1.0 / (high - low)) as f32,
        colour_by: by as u32,
        on_paper: if prefs.theme == Theme::Light { 1.0 } else { 0.0 },
        ..view
    }
}

/// While a creature is followed, the edge of the torus is not drawn.
fn endless(view: View) -> View {
    View { ghost_opacity: 1.0, stage_fill: [0.0; 4], stage_edge: [0.0; 4], ..view }
}
