//! The panels of the studio: the same workspaces as those of the swarm, filled from the tables of a world.

mod checkpoints;
mod flows;
mod gallery;
mod ink;
mod knobs;
mod learn;
mod live;
mod paint;
mod pictures;
mod plots;
mod question;
mod top_bar;

pub use flows::FLOW_PICTURE;
pub use gallery::CARD_PICTURE;
pub(super) use pictures::StudioUi;
pub use pictures::{CardSource, StudioCard};

use std::path::PathBuf;

use super::egui::{
    Align, Button, Context, Frame, Id, Key, LayerId, Layout, Margin, Panel, Rect, Response, RichText, ScrollArea, Ui,
    UiBuilder, Vec2, WidgetInfo, WidgetType,
};
use super::share::{FilmAnswer, NameAnswer, ask_film, ask_name};
use super::state::UiState;
use super::widgets::{section, slider};
use super::{SIDE_WIDTH, TOP_HEIGHT, dialogs, finder, style, widgets};
use crate::formats::{FormatRole, format_for};
use crate::session::studio::{BRUSH_SIZE_RANGE, BRUSH_STRENGTH_RANGE, ProgramCommand, Studio, StudioCommand};
use crate::session::{Command, Dialog, Preference, Prefs, Workspace, info_of};
use crate::worlds::studio::{BrushWorkspace, WorldCard};
use crate::worlds::world_cards;

/// Width of the switch of worlds, points.
pub(super) const SWITCH_WIDTH: f32 = 190.0;

/// The switch of worlds, behind one button where there is little room; returns the name of the one clicked on.
pub(super) fn world_switch(ui: &mut Ui, active: &str, is_narrow: bool) -> Option<&'static str> {
    let mut clicked = None;
    if is_narrow {
        let title = world_cards().find(|card| card.name == active).map_or("", |card| card.title);
        ui.menu_button(title, |ui| {
            for WorldCard { name, title, help, .. } in world_cards() {
                if ui.button(title).on_hover_text(help).clicked() {
                    clicked = Some(name).filter(|name| *name != active);
                    ui.close();
                }
            }
        });
        return clicked;
    }
    Frame::NONE.fill(style::FIELD.colour()).corner_radius(8.0).inner_margin(Margin::same(2)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        ui.spacing_mut().button_padding.x = 7.0;
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            for WorldCard { name, title, help, .. } in world_cards() {
                let here = name == active;
                let text = RichText::new(title).color(if here { style::TEXT_STRONG } else { style::TEXT });
                let button = Button::selectable(here, text).min_size(Vec2::new(52.0, 24.0));
                let response = ui.add(button).on_hover_text(help);
                response.widget_info(|| {
                    WidgetInfo::selected(WidgetType::RadioButton, true, here, format!("World: {title}"))
                });
                if response.clicked() && !here {
                    clicked = Some(name);
                }
            }
        });
    });
    ui.add_space(6.0);
    clicked
}

/// Shows everything but the canvas. Returns what the user asked for, and the rectangle left free for the canvas, points.
pub fn studio_panels(ctx: &Context, studio: &Studio, prefs: &Prefs, state: &mut UiState) -> (Vec<StudioCommand>, Rect) {
    style::wear(ctx, prefs);
    let mut commands = Vec::new();
    let free =
        if prefs.panels_hidden { ctx.viewport_rect() } else { bar_and_side(ctx, studio, prefs, state, &mut commands) };
    if let Some((what, path)) = dialogs::files(ctx, state, studio.path(), &studio.project().title) {
        commands.extend(picked(what, path));
    }
    sheets(ctx, free, studio, prefs, state, &mut commands);
    question::show(ctx, state, &mut commands);
    dropped(ctx, studio, &mut commands);
    super::help::show(ctx, state);
    state.notices.show(ctx);
    let (held, released) = ctx.input(|i| (i.pointer.any_down(), i.pointer.any_released()));
    if released || (!commands.is_empty() && !held && !ctx.text_edit_focused()) {
        commands.push(StudioCommand::EndGesture);
    }
    (commands, free)
}

/// Gallery, palette of commands, the name of a new scene, and films.
fn sheets(
    ctx: &Context,
    free: Rect,
    studio: &Studio,
    prefs: &Prefs,
    state: &mut UiState,
    commands: &mut Vec<StudioCommand>,
) {
    gallery::show(ctx, state, commands);
    let can = |command: &Command| studio.listed(command).map(|_| true);
    let chosen = finder::ask(ctx, can, state);
    commands.extend(chosen.and_then(|info| studio.listed(&info.command)));
    commands.extend(ask_name(ctx, &studio.project().title, &mut state.share).map(|answer| match answer {
        NameAnswer::Save(name) => StudioCommand::SaveToMyScenes(name),
        NameAnswer::Elsewhere => StudioCommand::Program(ProgramCommand::Ask(Dialog::SaveAs)),
    }));
    state.share.readouts.film = studio.live().film.clone();
    let answers = ask_film(ctx, free, (&prefs.film, false), &mut state.share);
    commands.extend(answers.into_iter().map(|answer| match answer {
        FilmAnswer::Options(film) => StudioCommand::Program(ProgramCommand::Prefer(Preference::Film(film))),
        FilmAnswer::Toggle => StudioCommand::Film,
        FilmAnswer::Cancel => StudioCommand::CancelFilm,
    }));
}

fn picked(what: Dialog, path: PathBuf) -> Option<StudioCommand> {
    Some(match what {
        Dialog::Open => StudioCommand::Program(ProgramCommand::Open(path)),
        Dialog::SaveAs => StudioCommand::SaveAs(path),
        Dialog::SavePicture => StudioCommand::SavePicture(path),
        Dialog::ImportInto(_) => StudioCommand::Import(vec![path]),
        Dialog::ExportLiving(_) => StudioCommand::Export(path),
        Dialog::SaveSeries(id) => StudioCommand::SavePlot(id, path),
        _ => return None,
    })
}

/// Files dropped on the window: what the world can import is imported, anything else is opened.
fn dropped(ctx: &Context, studio: &Studio, commands: &mut Vec<StudioCommand>) {
    let paths: Vec<PathBuf> = ctx.input(|i| i.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect());
    let Some(first) = paths.first().cloned() else { return };
    // One picture may hold a scene: the one that opens it finds out.
    let may_be_scene = paths.len() == 1 && format_for(&first, FormatRole::Scene).is_some();
    let imports = format_for(&first, studio.info().tables().imports).is_some() && !may_be_scene;
    commands.push(if imports {
        StudioCommand::Import(paths)
    } else {
        StudioCommand::Program(ProgramCommand::Open(first))
    });
}

/// The top bar, the side panel and the plots; returns what they leave free.
fn bar_and_side(
    ctx: &Context,
    studio: &Studio,
    prefs: &Prefs,
    state: &mut UiState,
    commands: &mut Vec<StudioCommand>,
) -> Rect {
    let whole = UiBuilder::new().layer_id(LayerId::background()).max_rect(ctx.viewport_rect());
    let mut root = Ui::new(ctx.clone(), Id::new(("studio", studio.entry().name)), whole);
    let bar = Frame::NONE.fill(style::BAR.colour()).inner_margin(Margin::symmetric(10, 6));
    Panel::top("top bar").exact_size(TOP_HEIGHT).frame(bar).show_separator_line(false).show(&mut root, |ui| {
        top_bar::show(ui, studio, state, commands);
    });
    let side = Frame::NONE.fill(style::PANEL.colour()).inner_margin(Margin { left: 12, right: 4, top: 8, bottom: 4 });
    Panel::left("side").exact_size(SIDE_WIDTH).resizable(false).frame(side).show_separator_line(false).show(
        &mut root,
        |ui| {
            ScrollArea::vertical().id_salt(studio.workspace()).auto_shrink(false).show(ui, |ui| {
                ui.set_max_width(SIDE_WIDTH - 26.0);
                ui.spacing_mut().item_spacing.y = 4.0;
                if let Some(name) = studio.loading() {
                    widgets::card(ui, style::ACCENT, &format!("Preparing {name} …"), "");
                    let is_escaped = ui.input(|i| i.key_pressed(Key::Escape));
                    if ui.button("Cancel").on_hover_text("Keep the present picture (Esc)").clicked() || is_escaped {
                        commands.push(StudioCommand::CancelLoad);
                    }
                }
                match studio.workspace() {
                    Workspace::Paint => paint::show(ui, studio, commands),
                    Workspace::Learn => learn::show(ui, studio, &mut state.studio, commands),
                    Workspace::Live => live::show(ui, studio, prefs, commands),
                }
            });
        },
    );
    plots::show(&mut root, studio, commands);
    root.available_rect_before_wrap()
}

/// A button with a tooltip, and the key of the command of the swarm that means the same.
fn button(
    ui: &mut Ui,
    enabled: bool,
    (text, help, key_of): (&str, &str, Option<&Command>),
    width: f32,
    command: StudioCommand,
    commands: &mut Vec<StudioCommand>,
) -> Response {
    let key = key_of.and_then(info_of).and_then(|info| info.shortcut).map(|shortcut| format!(" ({})", shortcut.text()));
    let help = format!("{help}{}", key.unwrap_or_default());
    let button = Button::new(text).min_size(Vec2::new(width, 24.0));
    let response = ui.add_enabled(enabled, button).on_hover_text(&help).on_disabled_hover_text(&help);
    if response.clicked() {
        commands.push(command);
    }
    response
}

/// Buttons of equal width, `across` in a row. Each is its text, its tooltip, whose key it has, and its command.
fn grid(
    ui: &mut Ui,
    enabled: bool,
    across: usize,
    buttons: Vec<(&str, &str, Option<Command>, StudioCommand)>,
    commands: &mut Vec<StudioCommand>,
) {
    let mut left = buttons.into_iter().peekable();
    while left.peek().is_some() {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            ui.spacing_mut().button_padding.x = 3.0;
            let width = ((ui.available_width() - 4.0 * (across as f32 - 1.0)) / across as f32).floor();
            for (text, help, key_of, command) in left.by_ref().take(across) {
                button(ui, enabled, (text, help, key_of.as_ref()), width, command, commands);
            }
        });
    }
}

/// The brushes of a workspace, with size and strength. Nothing where there are none.
fn brushes(ui: &mut Ui, studio: &Studio, workspace: BrushWorkspace, commands: &mut Vec<StudioCommand>) {
    let tables = studio.info().tables();
    let of_workspace = || tables.brushes.iter().filter(|brush| brush.workspace == workspace);
    if of_workspace().next().is_none() {
        return;
    }
    section(ui, "Brush");
    let mut left = of_workspace().peekable();
    while left.peek().is_some() {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            ui.spacing_mut().button_padding.x = 3.0;
            let width = ((ui.available_width() - 8.0) / 3.0).floor();
            for brush in left.by_ref().take(3) {
                let chosen = studio.brush() == brush.id;
                let button = Button::selectable(chosen, brush.name).min_size(Vec2::new(width, 24.0));
                let button = if chosen { button } else { button.frame_when_inactive(true) };
                if ui.add(button).on_hover_text(brush.help).clicked() {
                    commands.push(StudioCommand::SetBrush(brush.id));
                }
            }
        });
    }
    let [low, high] = BRUSH_SIZE_RANGE;
    let mut size = studio.brush_size();
    let help = "Radius of the circle under the pointer, as a share of half the height of the canvas ([ and ])";
    if slider(ui, "Size", help, &mut size, low..=high, widgets::Scale::Logarithmic) {
        commands.push(StudioCommand::SetBrushSize(size));
    }
    let [low, high] = BRUSH_STRENGTH_RANGE;
    let mut strength = studio.brush_strength();
    let help = "How much a dab adds, or how hard it pushes";
    if slider(ui, "Strength", help, &mut strength, low..=high, widgets::Scale::Logarithmic) {
        commands.push(StudioCommand::SetBrushStrength(strength));
    }
}
