//! The drawer of live plots under the canvas. Which ones is the user's choice; each can be saved as a table or a picture.

use std::fmt::Debug;
use std::hash::Hash;

use egui_plot::{Axis, AxisHints, GridInput, GridMark, Line, LineStyle, Plot, PlotPoints};

use super::egui::{self, Align, Button, Frame, Label, Layout, Margin, Panel, RichText, ScrollArea, Ui, Vec2};
use super::state::UiState;
use super::{style, truth_card};
use crate::media::chart::{Chart, multiples, round_step};
use crate::session::{Command, Dialog, PlotKind, PlotWorkspace, Session, drawer_plots, info_of};

/// Height of the drawer, points.
const HEIGHT: f32 = 216.0;
/// Minimum width of a plot, points; more of them are scrolled to.
const MIN_WIDTH: f32 = 230.0;

/// Minimum distance of marks along and up a plot, points: room for five digits, and for the height of a line.
const MARK_SPACING: [f32; 2] = [48.0, 32.0];
/// What the library takes for the least distance of grid lines, points.
const MIN_GRID: f32 = 8.0;

/// The state of the drawer.
pub(super) struct Drawer {
    pub open: bool,
    /// The chosen plots, in the order of the list.
    chosen: Vec<bool>,
    /// The card that compares the motion with a film's, where there is one.
    truth: bool,
}

impl Default for Drawer {
    fn default() -> Self {
        let chosen = drawer_plots().map(|row| row.workspace == PlotWorkspace::Shown).collect();
        Self { open: false, chosen, truth: true }
    }
}

impl Drawer {
    /// Opens with this plot among the others.
    pub(super) fn show_plot(&mut self, kind: PlotKind) {
        self.open = true;
        for (chosen, row) in self.chosen.iter_mut().zip(drawer_plots()) {
            *chosen |= row.kind == kind;
        }
    }
}

pub(super) fn show(root: &mut Ui, session: &Session, state: &mut UiState, commands: &mut Vec<Command>) {
    if !state.drawer.open {
        return;
    }
    let frame = Frame::NONE.fill(style::PANEL.colour()).inner_margin(Margin { left: 10, right: 10, top: 6, bottom: 4 });
    Panel::bottom("plots").exact_size(HEIGHT).resizable(false).frame(frame).show_separator_line(false).show(
        root,
        |ui| {
            choices(ui, session, &mut state.drawer, commands);
            plots(ui, session, &state.drawer, commands);
        },
    );
}

fn choices(ui: &mut Ui, session: &Session, drawer: &mut Drawer, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for (chosen, row) in drawer.chosen.iter_mut().zip(drawer_plots()) {
            let button = Button::selectable(*chosen, RichText::new(row.name).small());
            let response = ui.add(button).on_hover_text(row.meaning);
            response.widget_info(|| {
                egui::WidgetInfo::selected(egui::WidgetType::Checkbox, true, *chosen, format!("Plot {}", row.name))
            });
            if response.clicked() {
                *chosen = !*chosen;
            }
        }
        if !session.document().world.film.is_empty() {
            let button = Button::selectable(drawer.truth, RichText::new("Truth").small());
            if ui.add(button).on_hover_text("The learned motion against that of the film").clicked() {
                drawer.truth = !drawer.truth;
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let plots = Command::Ask(Dialog::Plots);
            let tooltip = info_of(&plots).map_or_else(String::new, |info| info.full_tooltip());
            let close = ui.add(Button::new("×").small().frame(false)).on_hover_text(tooltip);
            close.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, true, "Close the plots"));
            if close.clicked() {
                commands.push(plots);
            }
            let text = format!("{} particles · {} steps", session.live().particles, session.observation().steps());
            // In a large interface the names of the plots need the room.
            ui.add(Label::new(RichText::new(text).small().color(style::TEXT_WEAK)).truncate());
        });
    });
}

fn plots(ui: &mut Ui, session: &Session, drawer: &Drawer, commands: &mut Vec<Command>) {
    let chosen = || drawer.chosen.iter().zip(drawer_plots()).filter(|(chosen, _)| **chosen).map(|(_, row)| row.kind);
    let count = chosen().count();
    let has_card = drawer.truth && !session.document().world.film.is_empty();
    if count == 0 && !has_card {
        ui.label(RichText::new("Choose a plot above.").color(style::TEXT_WEAK));
        return;
    }
    let gaps = ui.spacing().item_spacing.x * (count as f32 - 1.0);
    let card = if has_card { truth_card::WIDTH + ui.spacing().item_spacing.x } else { 0.0 };
    let width = ((ui.available_width() - gaps - card) / count.max(1) as f32).floor().max(MIN_WIDTH);
    ScrollArea::horizontal().auto_shrink(false).show(ui, |ui| {
        ui.horizontal_top(|ui| {
            if has_card {
                let size = Vec2::new(truth_card::WIDTH, ui.available_height());
                ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
                    ui.set_min_size(size);
                    ui.push_id("truth", |ui| truth_card::show(ui, session, commands));
                });
            }
            for kind in chosen() {
                let size = Vec2::new(width, ui.available_height());
                ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
                    ui.set_min_size(size);
                    ui.push_id(kind, |ui| plot(ui, session, kind, size.y, commands));
                });
            }
        });
    });
}

/// A plot under its name, with the two ways to save it. `height`: of both together, points.
pub(super) fn plot(ui: &mut Ui, session: &Session, kind: PlotKind, height: f32, commands: &mut Vec<Command>) {
    let (row, chart) = (kind.row(), session.chart(kind));
    let top = ui.cursor().top();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.label(RichText::new(row.heading(session, &chart)).small().strong().color(style::TEXT_STRONG))
            .on_hover_text(row.meaning);
        let saves = 64.0;
        let solid = || chart.curves.iter().filter(|curve| !curve.dashed && !curve.points.is_empty());
        if solid().count() > 1 {
            for curve in solid() {
                let width = ui.available_width() - saves;
                if width > 24.0 {
                    let text = RichText::new(&curve.name).small().color(style::on_ground(curve.colour));
                    ui.scope(|ui| {
                        ui.set_max_width(width);
                        ui.add(Label::new(text).truncate());
                    });
                }
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let ways = [("PNG", Dialog::SavePlotPng(kind), "picture"), ("CSV", Dialog::SavePlotCsv(kind), "table")];
            for (name, dialog, what) in ways {
                let button = Button::new(RichText::new(name).small().color(style::TEXT_WEAK)).small().frame(false);
                let enabled = !chart.is_empty();
                let response = ui.add_enabled(enabled, button).on_hover_text(format!("Save this plot as a {what}"));
                response.widget_info(|| {
                    let label = format!("Save {} as {name}", row.name);
                    egui::WidgetInfo::labeled(egui::WidgetType::Button, enabled, label)
                });
                if response.clicked() {
                    commands.push(Command::Ask(dialog));
                }
            }
        });
    });
    let height = height - (ui.cursor().top() - top) - 2.0;
    draw(ui, kind, &chart, height);
}

/// Round numbers at least `spacing` points from one to the next. (The grid of the library has powers of ten alone, and no
/// number on most of them where a plot is narrow.)
fn marks(input: GridInput, spacing: f32) -> Vec<GridMark> {
    let step_size = round_step(input.base_step_size * f64::from(spacing / MIN_GRID));
    multiples(step_size, input.bounds.into()).map(|value| GridMark { value, step_size }).collect()
}

/// Every mark has its number, in full colour.
fn axis(axis: Axis) -> AxisHints<'static> {
    let spacing = MARK_SPACING[usize::from(axis)];
    let digits = |mark: GridMark| (-mark.step_size.log10()).ceil().max(0.0) as usize;
    AxisHints::new(axis)
        .label_spacing(spacing - 2.0..=spacing - 1.0)
        .formatter(move |mark, _| format!("{:.*}", digits(mark), mark.value))
        .min_thickness(if axis == Axis::Y { 28.0 } else { 0.0 })
}

/// The curves of a chart with round numbers at the axes.
pub(super) fn draw(ui: &mut Ui, id: impl Hash + Debug, chart: &Chart, height: f32) {
    let mut plot = Plot::new(("plot", id))
        .height(height)
        .width(ui.available_width())
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .grid_color(style::TEXT_WEAK.gamma_multiply(0.5))
        .grid_spacing(MIN_GRID..=90.0)
        .x_grid_spacer(|input| marks(input, MARK_SPACING[0]))
        .y_grid_spacer(|input| marks(input, MARK_SPACING[1]))
        .custom_x_axes(vec![axis(Axis::X)])
        .custom_y_axes(vec![axis(Axis::Y)])
        .show_background(false);
    for &y in &chart.include_y {
        plot = plot.include_y(y);
    }
    plot.show(ui, |plot| {
        for curve in chart.curves.iter().filter(|curve| !curve.points.is_empty()) {
            let line = Line::new(curve.name.clone(), PlotPoints::from(curve.points.clone()))
                .color(style::on_ground(curve.colour))
                .width(if curve.dashed { 1.0 } else { 1.6 });
            plot.line(if curve.dashed { line.style(LineStyle::dashed_loose()) } else { line });
        }
    });
}
