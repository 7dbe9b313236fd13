//! Short sentences over the canvas. Each has an end; long ones scroll, and errors can be copied.

use std::collections::VecDeque;

use super::egui::{Align2, Area, Context, Frame, Id, Label, Margin, Order, RichText, ScrollArea, Stroke, Ui, Vec2};
use super::style;
use crate::session::Level;

/// Width of the text, points: so that a notice fits beside the side panel of a small window.
const WIDTH: f32 = 330.0;
/// Height of the text that is shown without scrolling, points.
const MAX_HEIGHT: f32 = 120.0;
/// The newest ones are shown.
const MAX_NOTICES: usize = 4;

struct ShownNotice {
    number: u64,
    level: Level,
    text: String,
    /// Until it goes, s. It waits while the pointer is over it.
    left_s: f32,
}

/// What is shown now, the oldest first.
#[derive(Default)]
pub(super) struct Notices {
    shown: VecDeque<ShownNotice>,
    count: u64,
}

fn duration_s(level: Level) -> f32 {
    match level {
        Level::Info | Level::Success => 4.0,
        Level::Warning => 8.0,
        Level::Error => 15.0,
    }
}

impl Notices {
    /// The same sentence again starts its time again.
    pub fn add(&mut self, level: Level, text: &str) {
        self.shown.retain(|notice| notice.text != text);
        self.count += 1;
        self.shown.push_back(ShownNotice {
            number: self.count,
            level,
            text: text.to_owned(),
            left_s: duration_s(level),
        });
        if self.shown.len() > MAX_NOTICES {
            self.shown.pop_front();
        }
    }

    pub fn show(&mut self, ctx: &Context) {
        let dt_s = ctx.input(|input| input.stable_dt);
        let mut y = super::TOP_HEIGHT + 12.0;
        self.shown.retain_mut(|notice| {
            let mut is_closed = false;
            let area = Area::new(Id::new(("notice", notice.number)))
                .order(Order::Foreground)
                .anchor(Align2::RIGHT_TOP, Vec2::new(-16.0, y))
                .show(ctx, |ui| is_closed = card(ui, notice));
            y += area.response.rect.height() + 8.0;
            if !area.response.contains_pointer() {
                notice.left_s -= dt_s;
            }
            !is_closed && notice.left_s > 0.0
        });
        if !self.shown.is_empty() {
            ctx.request_repaint();
        }
    }
}

/// Draws one; returns whether it was closed.
fn card(ui: &mut Ui, notice: &ShownNotice) -> bool {
    let colour = match notice.level {
        Level::Info => style::TEXT.colour(),
        Level::Success => style::ACCENT.colour(),
        Level::Warning => style::WARN.colour(),
        Level::Error => style::ERROR.colour(),
    };
    let mut is_closed = false;
    let frame = Frame::popup(ui.style()).inner_margin(Margin::same(10)).stroke(Stroke::new(1.0, colour));
    frame.show(ui, |ui| {
        ui.set_max_width(WIDTH);
        ScrollArea::vertical().id_salt(notice.number).max_height(MAX_HEIGHT).show(ui, |ui| {
            ui.add(Label::new(RichText::new(&notice.text).color(style::TEXT_STRONG)).wrap());
        });
        if matches!(notice.level, Level::Warning | Level::Error) {
            ui.horizontal(|ui| {
                if ui.button("Copy").on_hover_text("Copies this sentence").clicked() {
                    ui.ctx().copy_text(notice.text.clone());
                }
                is_closed = ui.button("Close").clicked();
            });
        }
    });
    is_closed
}
