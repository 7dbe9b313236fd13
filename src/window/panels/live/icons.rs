//! Icons of the brushes, drawn with a few strokes.

use std::f32::consts::{FRAC_PI_2, TAU};

use super::super::egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, Vec2};
use super::super::style;
use crate::session::Brush;

pub(super) fn draw(painter: &Painter, rect: Rect, brush: Brush, colour: Color32) {
    let c = rect.center();
    let r = 0.32 * rect.width();
    let stroke = Stroke::new(1.4, colour);
    let polar = |turns: f32, radius: f32| c + radius * Vec2::angled(TAU * turns);
    match brush {
        Brush::Push | Brush::Pull => {
            for k in 0..4 {
                let turns = 0.125 + 0.25 * k as f32;
                let (near, far) = (polar(turns, 0.35 * r), polar(turns, 1.15 * r));
                let (tail, tip) = if brush == Brush::Push { (near, far) } else { (far, near) };
                arrow(painter, tail, tip, 0.45 * r, stroke);
            }
        }
        Brush::Stir => {
            for start in [0.05, 0.55] {
                let points: Vec<Pos2> = (0..=10).map(|k| polar(start - 0.036 * k as f32, r)).collect();
                let (before, tip) = (points[9], points[10]);
                painter.add(Shape::line(points, stroke));
                head(painter, tip, tip - before, 0.6 * r, stroke);
            }
        }
        Brush::Grab => {
            // From here to there.
            let (from, to) = (c + Vec2::new(-0.75 * r, 0.45 * r), c + Vec2::new(0.75 * r, -0.45 * r));
            painter.circle_stroke(from, 0.45 * r, stroke);
            painter.circle_filled(to, 0.5 * r, colour);
            painter.line_segment([from + 0.3 * (to - from), to], stroke);
        }
        Brush::Wound => {
            for k in 0..8 {
                let turns = k as f32 / 8.0 + 0.03;
                let long = if k % 2 == 0 { 1.2 } else { 0.85 };
                painter.line_segment([polar(turns, 0.4 * r), polar(turns, long * r)], stroke);
            }
        }
        Brush::Add | Brush::Remove => {
            painter.circle_stroke(c, 1.1 * r, stroke);
            painter.line_segment([polar(0.0, 0.55 * r), polar(0.5, 0.55 * r)], stroke);
            if brush == Brush::Add {
                painter.line_segment([polar(0.25, 0.55 * r), polar(0.75, 0.55 * r)], stroke);
            }
        }
        Brush::Recolour => {
            // A drop.
            let mut points: Vec<Pos2> = (0..=12)
                .map(|k| {
                    c + Vec2::new(0.0, 0.3 * r) + 0.8 * r * Vec2::angled(-0.5 + (k as f32 / 12.0) * (TAU / 2.0 + 1.0))
                })
                .collect();
            points.push(c - Vec2::new(0.0, 1.25 * r));
            painter.add(Shape::convex_polygon(points, style::faint(colour, 0.45), stroke));
        }
        Brush::Follow => {
            painter.circle_stroke(c, 0.75 * r, stroke);
            painter.circle_filled(c, 0.2 * r, colour);
            for k in 0..4 {
                let turns = 0.25 * k as f32;
                painter.line_segment([polar(turns, 0.75 * r), polar(turns, 1.3 * r)], stroke);
            }
        }
        Brush::Off => {
            painter.circle_stroke(c, r, stroke);
            painter.line_segment([polar(0.125, r), polar(0.625, r)], stroke);
        }
    }
}

fn arrow(painter: &Painter, tail: Pos2, tip: Pos2, size: f32, stroke: Stroke) {
    painter.line_segment([tail, tip], stroke);
    head(painter, tip, tip - tail, size, stroke);
}

fn head(painter: &Painter, tip: Pos2, along: Vec2, size: f32, stroke: Stroke) {
    let angle = along.angle();
    for side in [-0.6, 0.6] {
        painter.line_segment([tip, tip + size * Vec2::angled(angle + side + 2.0 * FRAC_PI_2)], stroke);
    }
}
