//! What to look for: the scene's title and notes on the canvas for a while after it was opened.

use super::egui::{Area, Context, Frame, Id, Label, Order, Rect, RichText, Vec2};
use super::style;
use crate::session::{Session, Workspace};

/// How long it stays, and how long it then takes to fade, s.
const STAYS_S: f64 = 20.0;
const FADES_S: f64 = 2.0;

/// Widest line, points.
const WIDTH: f32 = 440.0;

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Caption {
    notes: String,
    /// Time at which these notes came, s.
    since: f64,
    /// Lower edge of these notes, points; also when they have faded, so that what stands below does not jump.
    pub bottom: f32,
}

pub(super) fn show(ctx: &Context, free: Rect, session: &Session, caption: &mut Caption) {
    let now = ctx.input(|i| i.time);
    let document = session.document();
    if caption.notes != document.notes {
        *caption = Caption { notes: document.notes.clone(), since: now, bottom: 0.0 };
    }
    let age = now - caption.since;
    if document.notes.is_empty() || session.workspace() != Workspace::Live || age > STAYS_S + FADES_S {
        return;
    }
    let opacity = (1.0 - (age - STAYS_S) / FADES_S).clamp(0.0, 1.0) as f32;
    let area = Area::new(Id::new("caption"))
        .order(Order::Background)
        .interactable(false)
        .fixed_pos(free.min + Vec2::new(12.0, 10.0))
        .show(ctx, |ui| {
            ui.set_max_width(WIDTH.min(free.width() - 36.0));
            ui.set_opacity(opacity);
            // Words that swim among the particles cannot be read.
            Frame::NONE.fill(style::CANVAS.gamma_multiply(0.8)).corner_radius(8.0).inner_margin(8).show(ui, |ui| {
                ui.label(RichText::new(&document.title).heading().color(style::TEXT_STRONG));
                ui.add(Label::new(RichText::new(&document.notes).color(style::TEXT)).wrap());
            });
        });
    caption.bottom = area.response.rect.bottom();
}
