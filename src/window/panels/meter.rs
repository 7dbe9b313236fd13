//! The small meter in Live: how much of the pattern is there now, and the seal of the scene.

use super::egui::{
    Align2, Area, Button, Context, CornerRadius, Frame, Id, Margin, Order, Rect, RichText, Sense, Stroke, Ui, Vec2,
};
use super::state::UiState;
use super::widgets::command_button_enabled;
use super::{egui, style};
use crate::session::{
    CertificateState, Command, Dialog, Evidence, ObserveCommand, PlotKind, Seal, Session, Workspace, info_of,
};
use crate::worlds::swarm::rule::{FlowKind, LiveSettings};

/// Width of the content of the meter, points.
const WIDTH: f32 = 190.0;
const BAR_HEIGHT: f32 = 6.0;

/// Where less is free beside the meter, what stands at the bottom stands above it, points.
const ROOM_BESIDE: f32 = 300.0;

/// Returns what it leaves free of `free`: beside it, or above it in a narrow window.
pub(super) fn show(
    ctx: &Context,
    free: Rect,
    session: &Session,
    state: &mut UiState,
    commands: &mut Vec<Command>,
) -> Rect {
    let sheet_is_open = state.gallery_open || state.help_open;
    if session.workspace() != Workspace::Live || !session.has_rule() || sheet_is_open {
        return free;
    }
    let area = Area::new(Id::new("meter"))
        .order(Order::Middle)
        .pivot(Align2::RIGHT_BOTTOM)
        .fixed_pos(free.right_bottom() - Vec2::splat(12.0))
        .constrain_to(free)
        .show(ctx, |ui| {
            Frame::NONE
                .fill(style::BAR.gamma_multiply(0.9))
                .stroke(Stroke::new(1.0, style::LINE))
                .corner_radius(8.0)
                .inner_margin(Margin::symmetric(10, 7))
                .show(ui, |ui| {
                    ui.set_width(WIDTH);
                    ui.spacing_mut().item_spacing.y = 3.0;
                    fidelity(ui, session, commands);
                    healing(ui, session, state);
                    seal(ui, session, commands);
                });
        });
    let meter = area.response.rect;
    if meter.left() - free.left() < ROOM_BESIDE {
        return free.with_max_y(meter.top());
    }
    free.with_max_x(meter.left())
}

fn fidelity(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let value = session.observation().fidelity_now();
    let plots = Command::Ask(Dialog::Plots);
    let key = info_of(&plots).and_then(|info| info.shortcut).map_or_else(String::new, |s| format!(" ({})", s.text()));
    let meaning = format!(
        "Pattern fidelity of the last few seconds: 1 is as good as the picture, 0 is random. Click for all plots{key}"
    );
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 21.0 + BAR_HEIGHT), Sense::click());
    let number = value.map_or("–".to_owned(), |value| format!("{value:.2}"));
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::WidgetType::Button, true, format!("Pattern fidelity {number}"))
    });
    let painter = ui.painter();
    let font = egui::TextStyle::Body.resolve(ui.style());
    painter.text(rect.left_top(), Align2::LEFT_TOP, "Fidelity", font.clone(), style::TEXT.colour());
    painter.text(rect.right_top(), Align2::RIGHT_TOP, number, font, style::TEXT_STRONG.colour());
    let bar = Rect::from_min_max(rect.left_bottom() - Vec2::new(0.0, BAR_HEIGHT), rect.right_bottom());
    painter.rect_filled(bar, CornerRadius::same(3), style::FIELD);
    if let Some(value) = value {
        let mut done = bar;
        done.max.x = bar.min.x + bar.width() * value.clamp(0.0, 1.0) as f32;
        let colour = if value >= 0.5 { style::ACCENT } else { style::WARN };
        painter.rect_filled(done, CornerRadius::same(3), colour);
    }
    if response.on_hover_text(meaning).on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
        commands.push(plots);
    }
}

fn healing(ui: &mut Ui, session: &Session, state: &mut UiState) {
    let Some(healing) = &session.observation().healing else { return };
    let text = RichText::new(healing.text()).small().color(style::TEXT);
    let link = ui.link(text).on_hover_text("Show the curve of the healing");
    if link.clicked() {
        state.drawer.show_plot(PlotKind::Healing);
    }
}

/// The certificate of the scene in a line, with what one can do about it.
pub(super) fn seal(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    if let CertificateState::Running { phase, share } = &session.certificate().state {
        ui.horizontal(|ui| {
            let text = format!("certifying, {phase} {:.0} %", 100.0 * share);
            ui.label(RichText::new(text).small().color(style::TEXT_WEAK));
            let button = Button::new(RichText::new("stop").small()).small();
            command_button_enabled(ui, true, button, Command::Observe(ObserveCommand::CancelCertify), commands);
        });
        return;
    }
    let seal = session.seal();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let again = match &seal {
            Seal::Valid(evidence) => {
                let text = RichText::new(short(evidence)).small().color(style::ACCENT);
                ui.label(text).on_hover_text(words(session, evidence));
                None
            }
            Seal::Stale(evidence) => {
                let text = RichText::new(format!("was {}", short(evidence))).small().color(style::TEXT_WEAK);
                let more =
                    format!("Measured before the picture or the rule was changed.\n{}", words(session, evidence));
                ui.label(text).on_hover_text(more);
                Some("again")
            }
            Seal::OfOtherSettings(evidence) => {
                let text = RichText::new(format!("was {}", short(evidence))).small().color(style::TEXT_WEAK);
                let more = format!("Measured with other settings than those set now.\n{}", words(session, evidence));
                ui.label(text).on_hover_text(more);
                Some("again")
            }
            Seal::None => {
                ui.label(RichText::new("not certified").small().color(style::TEXT_WEAK));
                Some("certify")
            }
        };
        if let Some(text) = again {
            let idle = !session.training().state.is_active();
            let button = Button::new(RichText::new(text).small()).small();
            command_button_enabled(ui, idle, button, Command::Observe(ObserveCommand::Certify), commands);
        }
    });
}

fn short(evidence: &Evidence) -> String {
    let Evidence { grown, kept, healed, .. } = evidence;
    format!("grown {grown:.2} · kept {kept:.2} · healed {healed:.2}")
}

/// The certificate in plain words.
fn words(session: &Session, evidence: &Evidence) -> String {
    let Evidence { live_steps, replicas, live, .. } = evidence;
    let grown = with_spread(evidence.grown, evidence.grown_interval);
    let kept = with_spread(evidence.kept, evidence.kept_interval);
    let healed = with_spread(evidence.healed, evidence.healed_interval);
    let mut text = format!(
        "Certificate, of {replicas} swarms (1 is as good as the picture, 0 is random).\n\
         Grown {grown}: started at random and cooled.\n\
         Kept {kept}: started on the picture, after {live_steps} steps.\n\
         Healed {healed}: a region scrambled, after {live_steps} steps."
    );
    if let Some(long) = &evidence.kept_long {
        text += &format!(
            "\nKept {} after {} steps, of {} swarms.",
            with_spread(long.kept, long.interval),
            long.steps,
            long.replicas
        );
    }
    if evidence.grown_interval.is_some() {
        text += "\nAfter ±: half of the 90 % interval over the swarms.";
    }
    if let Some(area) = evidence.area.filter(|&area| area > 1) {
        text += &format!("\nMeasured in boxes of {area} times the area.");
    }
    text += &live.map_or_else(
        || "\nAn older program wrote it, without the settings it was measured with.".to_owned(),
        |live| {
            let LiveSettings { flow, sigma_l, strength, relaxation, .. } = live;
            let flow = match flow {
                FlowKind::None => "no flow",
                FlowKind::Exact => "the exact flow",
                FlowKind::Learned => "the learned flow",
            };
            format!("\nMeasured with {flow}, temperature {sigma_l}, strength {strength}, relaxation {relaxation}.")
        },
    );
    if let Some(motion) = session.certified_motion() {
        text += &format!(
            "\nMotion: forward {:.2}, to the left {:.2} ℓ per time, turn {:.2} radians per time.",
            motion.forward, motion.lateral, motion.turn
        );
    }
    text
}

/// Such as "0.92 ± 0.02".
fn with_spread(value: f64, interval: Option<[f64; 2]>) -> String {
    interval.map_or(format!("{value:.2}"), |[low, high]| format!("{value:.2} ± {:.2}", 0.5 * (high - low)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_its_spread_where_there_is_one() {
        assert_eq!(with_spread(0.918, Some([0.9, 0.94])), "0.92 ± 0.02");
        assert_eq!(with_spread(0.918, None), "0.92");
    }
}
