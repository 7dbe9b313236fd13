//! The learned motion against that of the film, as a card among the plots.

use super::egui::{self, Button, Grid, Label, Rect, RichText, ScrollArea, Sense, Ui, Vec2, pos2};
use super::style;
use super::widgets::command_button_enabled;
use crate::session::{Command, ObserveCommand, Session, TruthState};
use crate::worlds::swarm::measures::{Agreement, Truth, TruthRow};

/// Width of the card, and of a bar from -1 to 1, points.
pub(super) const WIDTH: f32 = 430.0;
const BAR: Vec2 = Vec2::new(96.0, 12.0);

const MEANING: &str = "Cosine between the velocity that the rule has and the displacement that the film has, in the particles' \
                       own frames, with 90 % intervals; learning has never seen the motion";

pub(super) fn show(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let view = session.truth();
    ui.horizontal(|ui| {
        ui.label(RichText::new("Truth").small().strong().color(style::TEXT_STRONG)).on_hover_text(MEANING);
        let is_running = view.state == TruthState::Running;
        let name = if matches!(view.state, TruthState::Done(_)) { "Compare again" } else { "Compare with the film" };
        let button = Button::new(RichText::new(name).small()).small();
        command_button_enabled(
            ui,
            !is_running && session.truth_refusal().is_none(),
            button,
            Command::Observe(ObserveCommand::MeasureTruth),
            commands,
        );
        if is_running {
            ui.add(egui::Spinner::new().size(12.0));
        }
        if matches!(view.state, TruthState::Done(_)) && session.truth_is_stale() {
            ui.label(RichText::new("of an older rule or film").small().color(style::WARN.colour()));
        }
    });
    let weak = |ui: &mut Ui, text: &str| {
        ui.add(Label::new(RichText::new(text).small().color(style::TEXT_WEAK)).wrap());
    };
    match (&view.state, session.truth_refusal()) {
        (TruthState::Done(truth), _) => ScrollArea::vertical().auto_shrink(false).show(ui, |ui| table(ui, truth)).inner,
        (TruthState::Failed(why), _) => weak(ui, why),
        (_, Some(why)) => weak(ui, why),
        _ => weak(ui, MEANING),
    }
}

fn table(ui: &mut Ui, truth: &Truth) {
    let small = |text: String| RichText::new(text).small();
    let [forward, lateral, turn] = truth.shares.map(|share| 100.0 * share);
    let by_order = if truth.by_order { " · no ids: matched by their order in the file" } else { "" };
    let learned = truth.rows.first().filter(|row| row.name == "learned").and_then(|row| row.time_scale);
    let scale = learned.map_or_else(String::new, |scale| format!(" · one frame is {scale:.2} units of live time"));
    let text = format!(
        "{} displacements in {} frames held out · {:.2} ℓ a frame: forward {forward:.0} %, lateral {lateral:.0} %, turn {turn:.0} %{scale}{by_order}",
        truth.displacements, truth.moments, truth.step_l
    );
    ui.add(Label::new(small(text).color(style::TEXT_WEAK)).wrap());
    Grid::new("truth").num_columns(6).min_row_height(14.0).spacing(Vec2::new(8.0, 1.0)).show(ui, |ui| {
        for name in ["", "cosine, -1 to 1", "all", "forward", "lateral", "turn"] {
            ui.label(small(name.to_owned()).color(style::TEXT_WEAK));
        }
        ui.end_row();
        for row in &truth.rows {
            row_of(ui, row);
            ui.end_row();
        }
    });
}

fn row_of(ui: &mut Ui, row: &TruthRow) {
    let hover = match row.single {
        Some(single) => format!("Mean of many untrained flows; a single one has ±{single:.2} by chance"),
        None => {
            let [forward, lateral, turn] = row.shares.map(|share| 100.0 * share);
            format!("Moves forward {forward:.0} %, lateral {lateral:.0} %, turn {turn:.0} %")
        }
    };
    ui.label(RichText::new(row.name).small().color(style::TEXT)).on_hover_text(&hover);
    bar(ui, &row.all);
    let all = number(&row.all);
    ui.label(RichText::new(&all).small().strong().color(style::TEXT_STRONG)).on_hover_text(interval(&row.all));
    for agreement in [&row.forward, &row.lateral, &row.turn] {
        ui.label(RichText::new(number(agreement)).small().color(style::TEXT)).on_hover_text(interval(agreement));
    }
}

fn number(agreement: &Agreement) -> String {
    agreement.cosine.map_or_else(
        || "-".to_owned(),
        |cosine| {
            // No minus before a zero.
            format!("{:.2}", (100.0 * cosine).round() / 100.0 + 0.0)
        },
    )
}

fn interval(agreement: &Agreement) -> String {
    match agreement.interval {
        Some([low, high]) => format!("90 % interval {low:.3} to {high:.3}"),
        None => "no interval".to_owned(),
    }
}

/// The interval as a band and the value as a mark, over an axis from -1 to 1.
fn bar(ui: &mut Ui, agreement: &Agreement) {
    let (rect, _) = ui.allocate_exact_size(BAR, Sense::hover());
    let x = |value: f64| rect.left() + (0.5 + 0.5 * value.clamp(-1.0, 1.0)) as f32 * rect.width();
    let painter = ui.painter();
    painter.rect_filled(rect, 3.0, style::CANVAS);
    let zero = x(0.0);
    painter.vline(zero, rect.y_range(), (1.0, style::TEXT_WEAK.colour()));
    let Some(cosine) = agreement.cosine else { return };
    let inner = rect.shrink2(Vec2::new(0.0, 3.5));
    let fill = Rect::from_x_y_ranges(zero.min(x(cosine))..=zero.max(x(cosine)), inner.y_range());
    painter.rect_filled(fill, 0.0, style::faint(style::ACCENT, 0.6));
    if let Some([low, high]) = agreement.interval {
        let band =
            Rect::from_min_max(pos2(x(low), rect.top() + 1.0), pos2(x(high).max(x(low) + 2.0), rect.bottom() - 1.0));
        painter.rect_filled(band, 1.0, style::ACCENT);
    }
}
