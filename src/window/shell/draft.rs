//! Overlays of the painted picture: ghosts, guides, the selection's frame, and circles under the cursor.

use bevy_egui::egui::epaint::PathShape;
use bevy_egui::egui::{self, Color32, Painter, Pos2, Rect, Shape, Stroke, Ui, Vec2, pos2};
use glam::DVec2;

use super::camera::Camera;
use super::canvas::{painted_half_body, unit_length};
use super::theme;
use crate::session::{Frame, Handle, Outline, Session, Tool, Workspace};
use crate::window::panels::{SPECIES_COLOURS, faint};
use crate::worlds::swarm::picture::{MAX_SPECIES, Particle};

/// More ghosts cannot be distinguished.
const MAX_GHOSTS: usize = 4000;

/// Lines of the grid nearer than this are left out, points.
const MIN_PITCH: f32 = 7.0;

/// Screen places of world places.
struct DraftSheet<'a> {
    painter: Painter,
    camera: &'a Camera,
    free: Rect,
}

impl DraftSheet<'_> {
    fn at(&self, world: DVec2) -> Pos2 {
        self.camera.screen_from_world(self.free, world)
    }

    fn length(&self, world: f64) -> f32 {
        (world * self.camera.points_per_length()) as f32
    }
}

/// Guides, ghosts and selection. `cursor`: the pointer, when it is over the canvas.
pub fn show(ui: &Ui, free: Rect, camera: &Camera, session: &Session, cursor: Option<Pos2>) {
    let sheet = DraftSheet { painter: ui.painter_at(free), camera, free };
    grid(&sheet, session);
    axes(&sheet, session);
    selected(&sheet, session);
    let draft = session.draft(cursor.map(|at| camera.world_from_screen(free, at)));
    let spacing = match session.tool() {
        Tool::Text => session.paint_options().text_spacing,
        Tool::Image => session.paint_options().image.scale * session.stipple().spacing,
        _ => session.spacing(),
    };
    let body = sheet.length(painted_half_body(session, spacing)).clamp(3.0, 40.0);
    let opacity = if cursor.is_some() { 0.75 } else { 0.45 };
    sheet.painter.extend(draft.ghosts.iter().take(MAX_GHOSTS).map(|p| ghost(&sheet, p, body, opacity)));
    match &draft.outline {
        Some(Outline::Marquee(polygon)) => {
            let mut points: Vec<Pos2> = polygon.iter().map(|&p| sheet.at(p)).collect();
            points.extend(points.first().copied());
            sheet.painter.extend(Shape::dashed_line(&points, Stroke::new(1.2, theme::selected()), 5.0, 4.0));
        }
        Some(Outline::Ring { centre, radius }) => {
            sheet.painter.circle_stroke(
                sheet.at(*centre),
                sheet.length(*radius).max(6.0),
                Stroke::new(1.5, theme::selected()),
            );
        }
        None => {}
    }
    if let Some(frame) = session.frame() {
        handles(&sheet, &frame);
        if let Some(icon) = cursor.and_then(|at| frame.handle_at(camera.world_from_screen(free, at))).map(icon_of) {
            ui.ctx().set_cursor_icon(icon);
        }
    }
}

fn icon_of(handle: Handle) -> egui::CursorIcon {
    match handle {
        Handle::Body => egui::CursorIcon::Move,
        Handle::Scale => egui::CursorIcon::ResizeNwSe,
        Handle::Rotate => egui::CursorIcon::Alias,
        Handle::Head => egui::CursorIcon::Crosshair,
    }
}

/// Circles under the cursor: how far a particle sees, and the brush.
pub fn cursor(painter: &Painter, camera: &Camera, session: &Session, at: Pos2) {
    debug_assert_eq!(session.workspace(), Workspace::Paint);
    let scale = camera.points_per_length();
    let theme = session.prefs().theme;
    let cutoff = session.document().world.training.cutoff_l * unit_length(session);
    if !session.tool().selects() {
        dashed_circle(painter, at, (cutoff * scale) as f32, Stroke::new(1.0, theme::guide(theme)));
    }
    let brush = |radius: f64, colour: Color32| {
        painter.circle(at, (radius * scale) as f32, faint(colour, 0.12), Stroke::new(1.5, colour));
    };
    match session.tool() {
        Tool::Eraser => brush(session.eraser_radius(), theme::eraser(theme)),
        Tool::Spray => brush(session.paint_options().spray_radius, colour_of(session.species())),
        _ => {}
    }
}

fn colour_of(species: u8) -> Color32 {
    SPECIES_COLOURS[usize::from(species) % MAX_SPECIES].colour()
}

/// The outline of a body. `body`: half its length, points.
fn ghost(sheet: &DraftSheet, p: &Particle, body: f32, opacity: f32) -> Shape {
    let (sin, cos) = (p.heading as f32).sin_cos();
    let (along, across) = (Vec2::new(cos, -sin), Vec2::new(sin, cos));
    let at = sheet.at(p.position());
    let place = |forward: f32, sideways: f32| at + body * (forward * along + sideways * across);
    let colour = colour_of(p.species);
    let points = vec![place(1.0, 0.0), place(-0.8, 0.7), place(-0.45, 0.0), place(-0.8, -0.7)];
    let ground = faint(colour, 0.3 * opacity);
    Shape::Path(PathShape {
        points,
        closed: true,
        // The notch makes it concave: filled from the tip, as a fan, that is still right.
        fill: ground,
        stroke: Stroke::new(1.3, faint(colour, opacity)).into(),
    })
}

/// Dots where positions snap to.
fn grid(sheet: &DraftSheet, session: &Session) {
    let snap = session.paint_options().snap;
    if !snap.on {
        return;
    }
    let guide = theme::guide(session.prefs().theme);
    let mut pitch = snap.pitch;
    while sheet.length(pitch) < MIN_PITCH {
        pitch *= 2.0;
    }
    let crossings = (session.snapshot().box_size / pitch + 1e-9).floor();
    let [columns, rows] = crossings.to_array().map(|crossings| crossings as i32);
    if i64::from(columns) * i64::from(rows) > 40_000 {
        return;
    }
    let dots = (0..=columns).flat_map(|i| (0..=rows).map(move |j| pitch * DVec2::new(i.into(), j.into())));
    let seen = sheet.free.expand(2.0);
    let places = dots.map(|p| sheet.at(p)).filter(|p| seen.contains(*p));
    sheet.painter.extend(places.map(|p| Shape::rect_filled(Rect::from_center_size(p, Vec2::splat(1.6)), 0.0, guide)));
}

/// Where one image ends and the next begins.
fn axes(sheet: &DraftSheet, session: &Session) {
    let symmetry = session.paint_options().symmetry;
    if !symmetry.on {
        return;
    }
    let guide = theme::guide(session.prefs().theme);
    let middle = 0.5 * session.snapshot().box_size;
    let centre = sheet.at(middle);
    for angle in symmetry.axes() {
        let far = sheet.at(middle + middle.min_element() * DVec2::from_angle(angle));
        sheet.painter.extend(Shape::dashed_line(&[centre, far], Stroke::new(1.0, guide), 3.0, 5.0));
    }
    sheet.painter.circle_filled(centre, 2.5, guide);
}

fn selected(sheet: &DraftSheet, session: &Session) {
    let particles = &session.snapshot().particles;
    let radius = sheet.length(0.45 * unit_length(session)).clamp(4.0, 60.0);
    let seen = sheet.free.expand(radius);
    let rings = session.selection().iter().filter_map(|&i| particles.get(i)).map(|p| sheet.at(p.position()));
    let stroke = Stroke::new(1.2, theme::selected());
    sheet
        .painter
        .extend(rings.filter(|p| seen.contains(*p)).take(MAX_GHOSTS).map(|p| Shape::circle_stroke(p, radius, stroke)));
}

fn handles(sheet: &DraftSheet, frame: &Frame) {
    let rect = Rect::from_two_pos(sheet.at(frame.low), sheet.at(frame.high));
    let line = Stroke::new(1.0, faint(theme::selected(), 0.7));
    sheet.painter.rect_stroke(rect, 2.0, line, egui::StrokeKind::Middle);
    for (handle, place) in frame.handles() {
        let at = sheet.at(place);
        match handle {
            Handle::Rotate => {
                sheet.painter.line_segment([rect.center_top(), at], line);
                sheet.painter.circle_filled(at, 5.0, theme::selected());
            }
            Handle::Head => {
                sheet.painter.line_segment([rect.right_center(), at], line);
                let points = vec![at + Vec2::new(7.0, 0.0), at + Vec2::new(-5.0, 5.5), at + Vec2::new(-5.0, -5.5)];
                sheet.painter.add(Shape::convex_polygon(points, theme::selected(), Stroke::NONE));
            }
            Handle::Scale | Handle::Body => {
                sheet.painter.rect_filled(Rect::from_center_size(at, Vec2::splat(7.0)), 1.0, theme::selected());
            }
        }
    }
}

fn dashed_circle(painter: &egui::Painter, centre: Pos2, radius: f32, stroke: Stroke) {
    if !(4.0..4000.0).contains(&radius) {
        return;
    }
    let count = 96;
    let points: Vec<Pos2> = (0..=count)
        .map(|i| {
            let (s, c) = (std::f32::consts::TAU * i as f32 / count as f32).sin_cos();
            pos2(centre.x + radius * c, centre.y + radius * s)
        })
        .collect();
    painter.extend(egui::Shape::dashed_line(&points, stroke, 4.0, 5.0));
}
