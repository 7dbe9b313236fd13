//! Small still drawings of particles: previews and thumbnails.

use glam::DVec2;

use super::egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, Vec2, pos2};
use super::style;
use crate::worlds::swarm::picture::{MAX_SPECIES, Particle, Swarm};

/// More particles than this cannot be distinguished in a thumbnail.
const MAX_DRAWN: usize = 2000;

/// Draws a torus (world y up) as high as `rect`, on the canvas' ground, with its images faint on both sides.
pub(super) fn draw_torus(painter: &Painter, rect: Rect, swarm: &Swarm) {
    painter.rect_filled(rect, 6.0, style::CANVAS);
    let DVec2 { x: w, y: h } = swarm.box_size;
    let inner = rect.shrink(4.0);
    let width = (f64::from(inner.height()) * w / h) as f32;
    if width.is_nan() || width < 1.0 {
        return;
    }
    let painter = painter.with_clip_rect(rect.intersect(painter.clip_rect()));
    // Of a box wider than the rectangle, only the box itself, as large as fits.
    let sides = if width < inner.width() { (0.5 * (inner.width() / width - 1.0)).ceil() as i32 } else { 0 };
    for image in -sides..=sides {
        let place = inner.translate(Vec2::new(image as f32 * width, 0.0));
        let opacity = if image == 0 { 1.0 } else { 0.3 };
        draw_region(&painter, place, &swarm.particles, [DVec2::ZERO, swarm.box_size], opacity);
    }
}

/// Draws the particles themselves, without the empty box around them.
pub(super) fn draw_close(painter: &Painter, rect: Rect, particles: &[Particle]) {
    painter.rect_filled(rect, 6.0, style::CANVAS);
    let places = || particles.iter().map(Particle::position);
    let (Some(low), Some(high)) = (places().reduce(DVec2::min), places().reduce(DVec2::max)) else { return };
    let margin = 0.12 * (high - low).max_element().max(1e-9);
    draw_region(painter, rect.shrink(3.0), particles, [low - margin, high + margin], 1.0);
}

/// Draws a piece from the middle of a torus, with as many particles as can be distinguished.
pub(super) fn draw_piece(painter: &Painter, rect: Rect, swarm: &Swarm) {
    const MAX_PARTICLES: f64 = 120.0;
    painter.rect_filled(rect, 6.0, style::CANVAS);
    let DVec2 { x: w, y: h } = swarm.box_size;
    let share = (MAX_PARTICLES / swarm.len().max(1) as f64).min(1.0);
    let aspect = f64::from(rect.width() / rect.height());
    // The piece has the shape of the rectangle, and is no larger than the box.
    let height = (share * w * h / aspect).sqrt().min(h).min(w / aspect);
    let size = DVec2::new(aspect * height, height);
    let low = 0.5 * (swarm.box_size - size);
    let high = low + size;
    let inside = |p: &&Particle| (low.x..high.x).contains(&p.x) && (low.y..high.y).contains(&p.y);
    let piece: Vec<Particle> = swarm.particles.iter().filter(inside).copied().collect();
    draw_region(&painter.with_clip_rect(rect.intersect(painter.clip_rect())), rect, &piece, [low, high], 1.0);
}

/// Draws the part of a picture between these corners, as large as it fits.
pub(super) fn draw_part(painter: &Painter, rect: Rect, particles: &[Particle], corners: [DVec2; 2]) {
    draw_region(painter, rect, particles, corners, 1.0);
}

fn draw_region(painter: &Painter, rect: Rect, particles: &[Particle], [low, high]: [DVec2; 2], opacity: f32) {
    let size = high - low;
    if particles.is_empty() || !(size.x > 0.0 && size.y > 0.0) {
        return;
    }
    let scale = (f64::from(rect.width()) / size.x).min(f64::from(rect.height()) / size.y);
    let drawn = Vec2::new((size.x * scale) as f32, (size.y * scale) as f32);
    let corner = rect.center() - 0.5 * drawn;
    let on_screen = |p: &Particle| {
        let off = (p.position() - low) * scale;
        pos2(corner.x + off.x as f32, corner.y + drawn.y - off.y as f32)
    };
    // Bodies of about a third of the mean spacing, between a speck and a small arrow.
    let spacing = (size.element_product() / particles.len() as f64).sqrt() * scale;
    let length = (0.5 * spacing as f32).clamp(3.0, 9.0);
    painter.extend(particles.iter().take(MAX_DRAWN).map(|p| {
        let colour = style::faint(style::SPECIES_COLOURS[usize::from(p.species) % MAX_SPECIES], opacity);
        arrow(on_screen(p), p.heading as f32, length, colour)
    }));
}

/// A slim arrowhead that points along `heading` (counter-clockwise from right, as in the world).
pub(super) fn arrow(at: Pos2, heading: f32, length: f32, colour: impl Into<Color32>) -> Shape {
    let (sin, cos) = heading.sin_cos();
    let along = Vec2::new(cos, -sin);
    let across = Vec2::new(sin, cos);
    let points = vec![
        at + 0.62 * length * along,
        at - 0.48 * length * along + 0.40 * length * across,
        at - 0.48 * length * along - 0.40 * length * across,
    ];
    Shape::convex_polygon(points, colour, Stroke::NONE)
}
