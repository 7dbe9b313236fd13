//! The drawer of plots under the canvas.

use super::super::egui::{
    self, Align, Button, Frame, Label, Layout, Margin, Panel, RichText, ScrollArea, Ui, Vec2, WidgetInfo, WidgetType,
};
use super::super::{observe, style};
use crate::session::Dialog;
use crate::session::studio::{ProgramCommand, Studio, StudioCommand};
use crate::worlds::studio::SeriesSpec;

/// Height of the drawer, points.
const HEIGHT: f32 = 216.0;
/// Minimum width of a plot, points.
const MIN_WIDTH: f32 = 190.0;

pub(super) fn show(root: &mut Ui, studio: &Studio, commands: &mut Vec<StudioCommand>) {
    if !studio.plots().open {
        return;
    }
    let frame = Frame::NONE.fill(style::PANEL.colour()).inner_margin(Margin { left: 10, right: 10, top: 6, bottom: 4 });
    Panel::bottom("plots").exact_size(HEIGHT).resizable(false).frame(frame).show_separator_line(false).show(
        root,
        |ui| {
            choices(ui, studio, commands);
            plots(ui, studio, commands);
        },
    );
}

fn choices(ui: &mut Ui, studio: &Studio, commands: &mut Vec<StudioCommand>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for series in studio.info().tables().series {
            let shown = studio.plots().is_shown(series.id);
            let response =
                ui.add(Button::selectable(shown, RichText::new(series.name).small())).on_hover_text(series.help);
            response.widget_info(|| {
                WidgetInfo::selected(WidgetType::Checkbox, true, shown, format!("Plot {}", series.name))
            });
            if response.clicked() {
                commands.push(StudioCommand::ShowPlot(series.id, !shown));
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let close = ui.add(Button::new("×").small().frame(false)).on_hover_text("Closes the plots (F2)");
            close.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, "Close the plots"));
            if close.clicked() {
                commands.push(StudioCommand::TogglePlots);
            }
        });
    });
}

fn plots(ui: &mut Ui, studio: &Studio, commands: &mut Vec<StudioCommand>) {
    let shown: Vec<&SeriesSpec> =
        studio.info().tables().series.iter().filter(|series| studio.plots().is_shown(series.id)).collect();
    if shown.is_empty() {
        ui.label(RichText::new("Choose a plot above.").color(style::TEXT_WEAK));
        return;
    }
    let gaps = ui.spacing().item_spacing.x * (shown.len() as f32 - 1.0);
    let width = ((ui.available_width() - gaps) / shown.len() as f32).floor().max(MIN_WIDTH);
    ScrollArea::horizontal().auto_shrink(false).show(ui, |ui| {
        ui.horizontal_top(|ui| {
            for series in shown {
                let size = Vec2::new(width, ui.available_height());
                ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
                    ui.set_min_size(size);
                    ui.push_id(series.id, |ui| plot(ui, studio, series, size.y, commands));
                });
            }
        });
    });
}

/// A plot under its name, with the way to save it. `height`: of both together, points.
fn plot(ui: &mut Ui, studio: &Studio, series: &SeriesSpec, height: f32, commands: &mut Vec<StudioCommand>) {
    let chart = studio.plots().chart(series);
    let top = ui.cursor().top();
    let head = Layout::right_to_left(Align::Center);
    ui.allocate_ui_with_layout(Vec2::new(ui.available_width(), ui.spacing().interact_size.y), head, |ui| {
        let button = Button::new(RichText::new("Save").small().color(style::TEXT_WEAK)).small().frame(false);
        let response = ui.add_enabled(!chart.is_empty(), button).on_hover_text("Saves this plot as CSV or PNG");
        let label = format!("Save {}", series.name);
        response.widget_info(|| egui::WidgetInfo::labeled(WidgetType::Button, true, &label));
        if response.clicked() {
            commands.push(StudioCommand::Program(ProgramCommand::Ask(Dialog::SaveSeries(series.id))));
        }
        // What is left of the width; names that do not fit end in dots.
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let last = chart.curves.first().and_then(|curve| curve.points.last()).map(|point| point[1]);
            let heading = last.map_or(series.name.to_owned(), |value| format!("{} {}", series.name, short(value)));
            ui.label(RichText::new(heading).small().strong().color(style::TEXT_STRONG)).on_hover_text(series.help);
            for curve in chart.curves.iter().filter(|_| chart.curves.len() > 1) {
                let name = if curve.dashed { format!("- - {}", curve.name) } else { curve.name.clone() };
                ui.add(Label::new(RichText::new(name).small().color(style::on_ground(curve.colour))).truncate());
            }
        });
    });
    let height = height - (ui.cursor().top() - top) - 2.0;
    observe::draw(ui, series.id, &chart, height);
}

/// Three digits of a number of any size.
fn short(value: f64) -> String {
    if value != 0.0 && value.abs() < 0.01 { format!("{value:.1e}") } else { format!("{value:.3}") }
}
