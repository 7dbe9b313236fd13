//! The brush of the live swarm under the cursor.

use bevy_egui::egui::{Align2, Color32, FontId, Painter, Pos2, Shape, Stroke, Vec2};

use super::theme;
use crate::session::{Session, Theme};
use crate::window::panels::faint;
use crate::worlds::swarm::picture::MAX_SPECIES;
use crate::worlds::swarm::{BrushAction, BrushCircle};

/// Radius of the circle of a brush that touches one particle, ℓ.
const SMALL_L: f64 = 0.5;

/// Draws the circle of the brush. `scale`: points per ℓ; `held`: the button is down.
pub fn circle(painter: &Painter, session: &Session, at: Pos2, scale: f64, held: bool) {
    let live = session.live();
    if live.particles == 0 {
        return;
    }
    let theme = session.prefs().theme;
    let [r, g, b] = session.prefs().look.palette.colours(theme)[usize::from(session.species()) % MAX_SPECIES];
    let species = Color32::from_rgb(r, g, b);
    let row = live.brush.row();
    let colour = match row.circle {
        BrushCircle::None => return,
        BrushCircle::Push => theme::push(theme),
        BrushCircle::Pull => theme::pull(theme),
        BrushCircle::Stir => theme::stir(theme),
        BrushCircle::Eraser => theme::eraser(theme),
        BrushCircle::Follow => theme::follow(theme),
        BrushCircle::Species => species,
    };
    let radius_l = match row.action {
        BrushAction::Add => SMALL_L,
        BrushAction::Follow => 2.0 * SMALL_L,
        _ => live.brush_radius_l,
    };
    let radius = (radius_l * scale) as f32;
    let strength = if held { 1.0 } else { 0.5 };
    let fill = if held { faint(colour, 0.10) } else { Color32::TRANSPARENT };
    let stroke = Stroke::new(1.2, faint(colour, strength));
    painter.circle(at, radius, fill, stroke);
    if matches!(row.action, BrushAction::Force { around, .. } if around > 0.0) && radius > 12.0 {
        // An arrow in the direction of the stir.
        let tip = at + Vec2::new(radius, 0.0);
        let wing = |x| tip + Vec2::new(x, 8.0);
        painter.add(Shape::line(vec![wing(-6.0), tip, wing(6.0)], stroke));
    }
    if matches!(row.action, BrushAction::Follow) {
        painter.circle_filled(at, 2.0, stroke.color);
    }
}

/// Says that the view follows a creature, and how that ends.
pub fn following(painter: &Painter, at: Pos2, theme: Theme) {
    let text = "Following a creature — Escape stays here, Home shows all";
    painter.text(at, Align2::CENTER_TOP, text, FontId::proportional(12.0), faint(theme::follow(theme), 0.7));
}
