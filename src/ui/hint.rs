//! The first thirty seconds: three steps, shown once, that go away by themselves.

use super::egui::{Align2, Area, Context, Frame, Id, Margin, Order, Rect, RichText, Stroke, Vec2};
use super::state::UiState;
use super::{moments, style};
use crate::session::{Command, Place, Session};

/// How long the hint stays when nobody heeds it, s.
const STAYS_S: f64 = 45.0;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Hint {
    /// Time of the first frame, s.
    since: Option<f64>,
    gone: bool,
}

const STEPS: [(Place, &str, &str); 3] = [
    (Place::Paint, "1  Paint", "a still pattern"),
    (Place::Learn, "2  Learn", "a rule that keeps it"),
    (Place::Live, "3  Live", "with it: push, turn, grow"),
];

pub(super) fn show(ctx: &Context, free: Rect, session: &Session, state: &mut UiState, commands: &mut Vec<Command>) {
    let now = ctx.input(|i| i.time);
    let hint = &mut state.hint;
    let since = *hint.since.get_or_insert(now);
    // Whoever has let it learn has understood.
    hint.gone |= now - since > STAYS_S || session.training().state.is_active();
    // Never on top of a sheet, or of the strip of rules.
    let strip_is_there = (session.place() == Place::Learn && session.has_rule()) || moments::is_shown(session);
    if hint.gone || strip_is_there || state.gallery_open || state.help_open {
        return;
    }
    Area::new(Id::new("hint"))
        .order(Order::Middle)
        .pivot(Align2::CENTER_BOTTOM)
        .fixed_pos(free.center_bottom() - Vec2::new(0.0, 18.0))
        .constrain_to(free)
        .show(ctx, |ui| {
            Frame::NONE
                .fill(style::BAR.gamma_multiply(0.92))
                .stroke(Stroke::new(1.0, style::ACCENT_DARK))
                .corner_radius(10.0)
                .inner_margin(Margin::symmetric(14, 8))
                .show(ui, |ui| {
                    ui.horizontal(|ui| {
                        for (place, name, what) in STEPS {
                            let here = session.place() == place;
                            let colour = if here { style::ACCENT } else { style::TEXT_STRONG };
                            let link = ui.link(RichText::new(name).color(colour).strong());
                            if link.on_hover_text("Go there").clicked() {
                                commands.push(Command::SetPlace(place));
                            }
                            ui.label(what);
                            ui.add_space(8.0);
                        }
                        if ui.small_button("×").on_hover_text("Hide this hint").clicked() {
                            hint.gone = true;
                        }
                    });
                });
        });
}
