//! The file dialogs, and the one question that is ever asked.

use std::path::{Path, PathBuf};

use egui_file_dialog::{DialogState, FileDialog};

use super::egui::layers::ShapeIdx;
use super::egui::{Align2, Button, Color32, Context, Frame, Id, Modal, Shape};
use super::state::UiState;
use super::style;
use crate::formats::{ExportSubject, endings_of};
use crate::session::{Command, Dialog, DocumentCommand, ObserveCommand, PaintCommand, Session, ShareCommand};

/// Everything that can be opened.
const OPENED: &str = "Scenes, tables, XYZ, images";
const SCENES: &str = "Unstill scenes";
/// A scene that is a picture, when saved.
const SCENE_PICTURES: &str = "Picture with scene";
const PICTURES: &str = "Particles and images";
const IMAGES: &str = "Images";
const TABLES: &str = "Tables";
const XYZ: &str = "Extended XYZ";
const PLOTS: &str = "Pictures of plots";

/// More scenes than this are counted, not named.
const MAX_NAMED: usize = 3;

pub(super) fn file_dialog() -> FileDialog {
    FileDialog::new()
        .as_modal(true)
        .anchor(Align2::CENTER_CENTER, [0.0, 0.0])
        .default_size([640.0, 420.0])
        .anchor(Align2::CENTER_CENTER, [0.0, 0.0])
        .add_file_filter_extensions(OPENED, [vec!["ron"], endings_of(|_| true)].concat())
        .add_file_filter_extensions(SCENES, vec!["ron", "png"])
        .add_file_filter_extensions(PICTURES, endings_of(|_| true))
        .add_file_filter_extensions(IMAGES, endings_of(|kind| !kind.is_particles()))
        .add_save_extension(SCENES, "ron")
        .add_save_extension(SCENE_PICTURES, "png")
        .add_save_extension(TABLES, "csv")
        .add_save_extension(PLOTS, "png")
        .add_save_extension(XYZ, "xyz")
        .default_save_extension(SCENES)
}

pub(super) fn open(dialog: &mut FileDialog, what: Dialog) {
    let config = dialog.config_mut();
    let (filter, title) = match what {
        Dialog::Open => (OPENED, "Open a scene, or particles"),
        Dialog::SaveAs => (SCENES, "Save the scene"),
        Dialog::SavePicture => (SCENES, "Save a picture that holds the scene"),
        Dialog::Import => (PICTURES, "Import particles or an image"),
        Dialog::Export(ExportSubject::Picture) => {
            (TABLES, "Export the picture: name.csv, name.xyz, or an image (name.png …)")
        }
        Dialog::Export(ExportSubject::Live) => {
            (TABLES, "Export what lives: a swarm as name.csv, name.xyz or an image, a field as name.png or name.npy")
        }
        Dialog::Picture => (IMAGES, "Choose an image to lay as particles"),
        Dialog::SavePlotCsv(_) => (TABLES, "Save the plot as a table"),
        Dialog::SavePlotPng(_) => (PLOTS, "Save the plot as a picture"),
        Dialog::SaveSeries(_) => (TABLES, "Save the plot as a table, or as a picture with a name that ends in .png"),
        _ => return,
    };
    match what {
        Dialog::SavePlotCsv(kind) => config.default_file_name = format!("{}.csv", kind.row().file_name),
        // The field selects what stands before an ending: one that is typed there would get the proposed one behind it.
        Dialog::Export(_) => {
            let name = Path::new(&config.default_file_name).with_extension("");
            config.default_file_name = name.to_string_lossy().into_owned();
        }
        Dialog::SavePlotPng(kind) => config.default_file_name = format!("{}.png", kind.row().file_name),
        Dialog::SaveSeries(id) => config.default_file_name = format!("{id}.csv"),
        _ => {}
    }
    let saves = matches!(
        what,
        Dialog::SaveAs
            | Dialog::SavePicture
            | Dialog::Export(_)
            | Dialog::SavePlotCsv(_)
            | Dialog::SavePlotPng(_)
            | Dialog::SaveSeries(_)
    );
    let is_picture = what == Dialog::SavePicture;
    if saves {
        let ending = Some(if is_picture { SCENE_PICTURES } else { filter }.to_owned());
        config.default_save_extension = ending.filter(|_| !matches!(what, Dialog::Export(_)));
    }
    config.default_file_filter = Some(filter.to_owned());
    config.title = Some(title.to_owned());
    if is_picture {
        let name = Path::new(&config.default_file_name).with_extension("png");
        config.default_file_name = name.to_string_lossy().into_owned();
    }
    dialog.set_user_data(what);
    if saves { dialog.save_file() } else { dialog.pick_file() }
}

pub(super) fn show(ctx: &Context, session: &Session, state: &mut UiState, commands: &mut Vec<Command>) {
    if let Some((what, path)) = files(ctx, state, session.path(), &session.document().title) {
        commands.extend(match what {
            // As a file that is dropped: a table leads to the import sheet.
            Dialog::Open => Some(Command::Share(ShareCommand::Drop(vec![path]))),
            Dialog::SaveAs => Some(Command::Document(DocumentCommand::SaveAs(path))),
            Dialog::SavePicture => Some(Command::Share(ShareCommand::SavePicture(path.with_extension("png")))),
            Dialog::Import => Some(Command::Share(ShareCommand::Import(path))),
            Dialog::Export(subject) => Some(Command::Share(ShareCommand::Export(subject, path))),
            Dialog::Picture => Some(Command::Paint(PaintCommand::OpenPicture(path))),
            Dialog::SavePlotCsv(kind) | Dialog::SavePlotPng(kind) => {
                Some(Command::Observe(ObserveCommand::SavePlot(kind, path)))
            }
            _ => None,
        });
    }
    let dialog = &state.file_dialog;
    if session.asks_before_quitting() && *dialog.state() != DialogState::Open && !state.share.has_dialog() {
        ask_before_quitting(ctx, session, commands);
    }
}

/// The file dialog; returns the file that was picked, and what for. `path` and `title`: of the project that is open.
pub(super) fn files(ctx: &Context, state: &mut UiState, path: Option<&Path>, title: &str) -> Option<(Dialog, PathBuf)> {
    let dialog = &mut state.file_dialog;
    if *dialog.state() != DialogState::Open {
        suggest_place(dialog, path, title);
    }
    dialog.update(ctx);
    brighten(ctx, dialog);
    let what = dialog.user_data::<Dialog>().copied();
    dialog.take_picked().and_then(|path| Some((what?, path)))
}

/// The dialog paints the grounds of its fields for light letters, whatever the theme.
fn brighten(ctx: &Context, dialog: &FileDialog) {
    let style = ctx.global_style();
    if style.visuals.dark_mode || *dialog.state() != DialogState::Open {
        return;
    }
    let full = f32::from(Frame::dark_canvas(&style).fill.a());
    let light = style.visuals.text_edit_bg_color();
    let layer = ctx.memory(|m| m.layer_ids().find(|layer| layer.id == dialog.get_window_id()));
    ctx.graphics_mut(|graphics| {
        let Some(list) = layer.and_then(|layer| graphics.get_mut(layer)) else { return };
        for k in 0..list.next_idx().0 {
            list.mutate_shape(ShapeIdx(k), |clipped| match &mut clipped.shape {
                // Black, more or less of it while the dialog appears, and no shadow.
                Shape::Rect(rect) if rect.blur_width == 0.0 && is_black(rect.fill) => {
                    rect.fill = light.gamma_multiply(f32::from(rect.fill.a()) / full);
                }
                _ => {}
            });
        }
    });
}

fn is_black(colour: Color32) -> bool {
    let [r, g, b, a] = colour.to_array();
    [r, g, b] == [0; 3] && a > 0
}

/// Where the next dialog opens: beside the scene's own file, with a name made from its title.
fn suggest_place(dialog: &mut FileDialog, path: Option<&Path>, title: &str) {
    let config = dialog.config_mut();
    if let Some(folder) = path.and_then(Path::parent).filter(|p| !p.as_os_str().is_empty()) {
        config.initial_directory = folder.to_owned();
    }
    let title = title.to_lowercase();
    let words: Vec<&str> = title.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    config.default_file_name = if words.is_empty() { "scene.ron".to_owned() } else { words.join("-") + ".ron" };
}

fn ask_before_quitting(ctx: &Context, session: &Session, commands: &mut Vec<Command>) {
    let modal = Modal::new(Id::new("quit")).show(ctx, |ui| {
        ui.set_width(340.0);
        ui.heading("Leave without saving?");
        let left = session.left_unsaved();
        if session.is_dirty() {
            ui.label(format!("“{}” has changes that are in no file yet.", session.document().title));
        }
        if !left.is_empty() {
            let names = left.iter().take(MAX_NAMED).map(|title| format!("“{title}”")).collect::<Vec<_>>().join(", ");
            let more = left.len().saturating_sub(MAX_NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let verb = if left.len() == 1 { "has" } else { "have" };
            ui.label(format!(
                "Left before, and not saved: {names}{more} {verb} changes that are in no file. Stay: undo (Ctrl+Z) or redo (Ctrl+Shift+Z) leads back."
            ));
        }
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            if session.is_dirty() {
                let hint = "Saves the scene that is open, and closes the window";
                let button = Button::new("Save, then leave").fill(style::ACCENT_DARK);
                if ui.add(button).on_hover_text(hint).clicked() {
                    commands.push(Command::Document(DocumentCommand::Save));
                }
            }
            let hint = "What is in no file is gone then";
            if ui.button("Leave without saving").on_hover_text(hint).clicked() {
                commands.push(Command::Document(DocumentCommand::QuitUnsaved));
            }
            if ui.button("Stay").on_hover_text("Goes on with everything as it is (Esc)").clicked() {
                commands.push(Command::Document(DocumentCommand::StayHere));
            }
        });
    });
    if modal.should_close() {
        commands.push(Command::Document(DocumentCommand::StayHere));
    }
}
