//! The first thirty seconds: three steps that are ticked off as they are taken, and then never come back.

use super::egui::{Align2, Area, Context, Frame, Id, Margin, Order, Rect, RichText, Stroke, Ui, Vec2};
use super::state::UiState;
use super::{checkpoints, style};
use crate::session::{Command, FirstSteps, Preference, Session, Workspace};

/// How long the hint stays in one run without progress, s.
const STAYS_S: f64 = 45.0;

/// Width that the three steps take side by side, points.
const ROOM_FOR_ONE_LINE: f32 = 640.0;

/// How long the way back is shown after the panels were hidden, s.
const WAY_BACK_S: f64 = 5.0;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Hint {
    /// Time of the first frame, or since the last step was taken, s.
    since: Option<f64>,
    steps: FirstSteps,
    /// Time at which the panels were hidden, s.
    hidden_since: Option<f64>,
}

const STEPS: [(Workspace, &str, &str); 3] = [
    (Workspace::Paint, "1  Paint", "a still pattern"),
    (Workspace::Learn, "2  Learn", "a rule that keeps it"),
    (Workspace::Live, "3  Live", "with it: push, turn, grow"),
];

fn is_taken(step: Workspace, steps: FirstSteps) -> bool {
    match step {
        Workspace::Paint => steps.painted,
        Workspace::Learn => steps.learned,
        Workspace::Live => steps.lived,
    }
}

/// Returns what it leaves free above it.
pub(super) fn show(
    ctx: &Context,
    free: Rect,
    session: &Session,
    state: &mut UiState,
    commands: &mut Vec<Command>,
) -> Rect {
    let now = ctx.input(|i| i.time);
    let steps = session.prefs().first_steps;
    let hint = &mut state.hint;
    if hint.steps != steps {
        (hint.steps, hint.since) = (steps, None);
    }
    let since = *hint.since.get_or_insert(now);
    // Never on top of a sheet, or of a strip of cards; and a step that is being taken needs no hint.
    let strip_is_there =
        (session.workspace() == Workspace::Learn && session.has_rule()) || checkpoints::is_shown(session);
    let learns = session.training().state.is_active();
    if steps.are_done() || now - since > STAYS_S || strip_is_there || learns || state.gallery_open || state.help_open {
        return free;
    }
    let mut step = |ui: &mut Ui, workspace, name, what| {
        let done = is_taken(workspace, steps);
        let ink = match (done, session.workspace() == workspace) {
            (true, _) => style::TEXT_WEAK,
            (false, true) => style::ACCENT,
            (false, false) => style::TEXT_STRONG,
        };
        let link = ui.link(RichText::new(name).color(ink).strong());
        if link.on_hover_text("Go there").clicked() {
            commands.push(Command::SetWorkspace(workspace));
        }
        ui.label(if done { RichText::new("✔ done").color(style::ACCENT) } else { RichText::new(what) });
    };
    let mut closed = false;
    let mut close = |ui: &mut Ui| closed |= ui.small_button("×").on_hover_text("Hide this hint for good").clicked();
    let shown = on_canvas(ctx, "hint", free, |ui| {
        if free.width() >= ROOM_FOR_ONE_LINE {
            ui.horizontal(|ui| {
                for (workspace, name, what) in STEPS {
                    step(ui, workspace, name, what);
                    ui.add_space(8.0);
                }
                close(ui);
            });
        } else {
            for (workspace, name, what) in STEPS {
                ui.horizontal(|ui| {
                    step(ui, workspace, name, what);
                    if workspace == Workspace::Live {
                        close(ui);
                    }
                });
            }
        }
    });
    if closed {
        commands.push(Command::Prefer(Preference::CloseHint));
    }
    free.with_max_y(shown.top())
}

/// Shows the way back for some seconds when only the swarm is shown.
pub(super) fn way_back(ctx: &Context, free: Rect, session: &Session, state: &mut UiState) {
    let now = ctx.input(|i| i.time);
    if !session.prefs().panels_hidden {
        state.hint.hidden_since = None;
        return;
    }
    let since = *state.hint.hidden_since.get_or_insert(now);
    if now - since < WAY_BACK_S {
        on_canvas(ctx, "way back", free, |ui| _ = ui.label("Tab brings the panels back"));
    }
}

fn on_canvas(ctx: &Context, id: &str, free: Rect, content: impl FnOnce(&mut Ui)) -> Rect {
    Area::new(Id::new(id))
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
                .show(ui, content);
        })
        .response
        .rect
}
