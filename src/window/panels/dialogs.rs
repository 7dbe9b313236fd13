//! The file dialogs, and the one question that is ever asked.

use std::path::{Path, PathBuf};

use egui_file_dialog::{DialogState, FileDialog, Filter};

use super::egui::layers::ShapeIdx;
use super::egui::{Align2, Button, Color32, Context, Frame, Id, Modal, Shape};
use super::state::UiState;
use super::style;
use crate::formats::{ExportSubject, FormatKind, FormatRole, format_for};
use crate::media::save_name::{SaveNameError, save_path};
use crate::session::{
    Command, Dialog, DocumentCommand, Effect, Level, ObserveCommand, PaintCommand, Session, ShareCommand,
};

/// Everything that can be opened.
const OPENED: &str = "Scenes, tables, XYZ, images";
const SCENES: &str = "Unstill scenes";
const PICTURES: &str = "Particles and images";
const IMAGES: &str = "Images";
/// What the world of the studio reads.
const IMPORTED: &str = "Files for this world";

/// More scenes than this are counted, not named.
const MAX_NAMED: usize = 3;

pub(super) fn file_dialog() -> FileDialog {
    FileDialog::new()
        .as_modal(true)
        .anchor(Align2::CENTER_CENTER, [0.0, 0.0])
        .default_size([640.0, 420.0])
        .anchor(Align2::CENTER_CENTER, [0.0, 0.0])
        .add_file_filter(OPENED, has_role(&[FormatRole::Scene, FormatRole::SwarmImport]))
        .add_file_filter(SCENES, has_role(&[FormatRole::Scene]))
        .add_file_filter(PICTURES, has_role(&[FormatRole::SwarmImport]))
        .add_file_filter(IMAGES, Filter::new(is_image))
}

/// Files of the formats that have one of these roles.
fn has_role(roles: &'static [FormatRole]) -> Filter<Path> {
    Filter::new(move |path: &Path| roles.iter().any(|&role| format_for(path, role).is_some()))
}

/// Whether particles can be made of its pixels.
fn is_image(path: &Path) -> bool {
    format_for(path, FormatRole::SwarmImport).is_some_and(|format| !format.kind().is_particles())
}

/// The kinds of file that a dialog saves, with their endings; the first is that of a name without one. Empty where a file is
/// picked.
fn saved(what: Dialog) -> Vec<(String, &'static str)> {
    let (role, preferred) = match what {
        Dialog::SaveAs => (FormatRole::Scene, FormatKind::Scene),
        Dialog::SavePicture => (FormatRole::Scene, FormatKind::Image),
        Dialog::SavePlotPng(_) => (FormatRole::Plot, FormatKind::Image),
        Dialog::SavePlotCsv(_) | Dialog::SaveSeries(_) => (FormatRole::Plot, FormatKind::Table),
        Dialog::Export(_) => (FormatRole::SwarmExport, FormatKind::Table),
        Dialog::ExportLiving(role) => (role, FormatKind::Image),
        _ => return Vec::new(),
    };
    let mut kinds: Vec<(FormatKind, &'static str)> = role
        .formats()
        .filter(|format| what != Dialog::SavePicture || format.kind() == preferred)
        .flat_map(|format| format.endings.iter().map(|&ending| (format.kind(), ending)))
        .collect();
    // Stable: otherwise in the order of the table.
    kinds.sort_by_key(|(kind, _)| *kind != preferred);
    let named = |(kind, ending): (FormatKind, &'static str)| {
        let name = match (role, kind) {
            (FormatRole::Scene, FormatKind::Image) => "Picture with the scene".to_owned(),
            (FormatRole::Scene, _) => "Scene".to_owned(),
            (FormatRole::Plot, FormatKind::Image) => "Picture of the plot".to_owned(),
            (FormatRole::Plot, _) => "Table".to_owned(),
            _ => ending.to_uppercase(),
        };
        (name, ending)
    };
    kinds.into_iter().map(named).collect()
}

pub(super) fn open(dialog: &mut FileDialog, what: Dialog) {
    let (filter, title) = match what {
        Dialog::Open => (OPENED, "Open a scene, or particles"),
        Dialog::SaveAs => (SCENES, "Save the scene, as text or as a picture that holds it"),
        Dialog::SavePicture => (SCENES, "Save a picture that holds the scene"),
        Dialog::Import => (PICTURES, "Import particles or an image"),
        Dialog::ImportInto(_) => (IMPORTED, "Import a file"),
        Dialog::Export(ExportSubject::Picture) => {
            (PICTURES, "Export the picture; the extension sets the format: a table, XYZ or an image")
        }
        Dialog::Export(ExportSubject::Live) => {
            (PICTURES, "Export the live swarm; the extension sets the format: a table, XYZ or an image")
        }
        Dialog::ExportLiving(_) => (PICTURES, "Export the live state; the extension sets the format"),
        Dialog::Picture => (IMAGES, "Choose an image to place as particles"),
        Dialog::SavePlotCsv(_) | Dialog::SavePlotPng(_) | Dialog::SaveSeries(_) => {
            (PICTURES, "Save the plot, as a table or as a picture")
        }
        _ => return,
    };
    let config = dialog.config_mut();
    match what {
        Dialog::SavePlotCsv(kind) | Dialog::SavePlotPng(kind) => {
            config.default_file_name = kind.row().file_name.to_owned();
        }
        Dialog::SaveSeries(id) => config.default_file_name = id.to_owned(),
        Dialog::ImportInto(role) => {
            let can_import = Filter::new(move |path: &Path| format_for(path, role).is_some());
            *config = std::mem::take(config).add_file_filter(IMPORTED, can_import);
        }
        _ => {}
    }
    config.default_file_filter = Some(filter.to_owned());
    config.title = Some(title.to_owned());
    dialog.set_user_data(what);
    if saved(what).is_empty() { dialog.pick_file() } else { ask_where(dialog, what) }
}

/// Opens the dialog that saves. The name that it proposes has no ending: the field selects what is before one, so that an
/// ending that is typed would get the proposed one behind it.
fn ask_where(dialog: &mut FileDialog, what: Dialog) {
    let config = dialog.config_mut();
    config.save_extensions.clear();
    config.default_save_extension = None;
    *config = saved(what).iter().fold(std::mem::take(config), |config, (name, e)| config.add_save_extension(name, e));
    dialog.save_file();
}

pub(super) fn show(ctx: &Context, session: &Session, state: &mut UiState, commands: &mut Vec<Command>) {
    if let Some((what, path)) = files(ctx, state, session.path(), &session.document().title) {
        commands.extend(match what {
            // As a file that is dropped: a table leads to the import sheet.
            Dialog::Open => Some(Command::Share(ShareCommand::Drop(vec![path]))),
            Dialog::SaveAs => Some(Command::Document(DocumentCommand::SaveAs(path))),
            Dialog::SavePicture => Some(Command::Share(ShareCommand::SavePicture(path))),
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
    let what = dialog.user_data::<Dialog>().copied()?;
    let picked = dialog.take_picked()?;
    let endings: Vec<_> = saved(what).into_iter().map(|(_, ending)| ending).collect();
    if endings.is_empty() {
        return Some((what, picked));
    }
    let why = match save_path(&picked, &endings) {
        Ok(path) => return Some((what, path)),
        Err(why) => why,
    };
    // Asked again: with the name that would replace a file, or with the one that was typed.
    let again = if let SaveNameError::Exists(path) = &why { path } else { &picked };
    dialog.config_mut().default_file_name = again.file_name().unwrap_or_default().to_string_lossy().into_owned();
    ask_where(dialog, what);
    state.on_effect(&Effect::Notify { level: Level::Warning, text: why.to_string() });
    None
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
    config.default_file_name = if words.is_empty() { "scene".to_owned() } else { words.join("-") };
}

fn ask_before_quitting(ctx: &Context, session: &Session, commands: &mut Vec<Command>) {
    let modal = Modal::new(Id::new("quit")).show(ctx, |ui| {
        ui.set_width(340.0);
        ui.heading("Leave without saving?");
        let left = session.left_unsaved();
        if session.is_dirty() {
            ui.label(format!("“{}” has unsaved changes.", session.document().title));
        }
        if !left.is_empty() {
            let names = left.iter().take(MAX_NAMED).map(|title| format!("“{title}”")).collect::<Vec<_>>().join(", ");
            let more = left.len().saturating_sub(MAX_NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let verb = if left.len() == 1 { "has" } else { "have" };
            ui.label(format!(
                "Left before, and not saved: {names}{more} {verb} unsaved changes. Stay: undo (Ctrl+Z) or redo (Ctrl+Shift+Z) goes back to them."
            ));
        }
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            if session.is_dirty() {
                let hint = "Save the open scene and close the window";
                let button = Button::new("Save, then leave").fill(style::ACCENT_DARK);
                if ui.add(button).on_hover_text(hint).clicked() {
                    commands.push(Command::Document(DocumentCommand::Save));
                }
            }
            let hint = "Unsaved changes are lost";
            if ui.button("Leave without saving").on_hover_text(hint).clicked() {
                commands.push(Command::Document(DocumentCommand::QuitUnsaved));
            }
            if ui.button("Stay").on_hover_text("Go back to the window (Esc)").clicked() {
                commands.push(Command::Document(DocumentCommand::StayHere));
            }
        });
    });
    if modal.should_close() {
        commands.push(Command::Document(DocumentCommand::StayHere));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::PlotKind;

    #[test]
    fn in_every_save_dialog_the_typed_ending_counts() {
        let dialogs = [
            (Dialog::SaveAs, ["ron", "png"]),
            (Dialog::SavePicture, ["png", "png"]),
            (Dialog::Export(ExportSubject::Picture), ["csv", "xyz"]),
            (Dialog::Export(ExportSubject::Live), ["csv", "png"]),
            (Dialog::SavePlotCsv(PlotKind::Series("fidelity")), ["csv", "png"]),
            (Dialog::SavePlotPng(PlotKind::Series("fidelity")), ["png", "csv"]),
            (Dialog::SaveSeries("energy"), ["csv", "png"]),
        ];
        let folder = tempfile::tempdir().unwrap();
        for (what, [default, other]) in dialogs {
            let endings: Vec<_> = saved(what).into_iter().map(|(_, ending)| ending).collect();
            let path = |name: &str| save_path(&folder.path().join(name), &endings);
            let named = |name: &str| Ok(folder.path().join(name));
            for name in [format!("a.{default}"), format!("a.{other}"), format!("A.{}", other.to_uppercase())] {
                assert_eq!(path(&name), named(&name), "{what:?}");
            }
            assert_eq!(path("a v1.2"), named(&format!("a v1.2.{default}")), "{what:?}");
            assert!(path("a.docx").unwrap_err().to_string().chars().count() <= 300, "{what:?}");
            let ending = format!(".{default}");
            let mut taken = tempfile::Builder::new();
            let taken = taken.prefix("taken").suffix(&ending).rand_bytes(0).tempfile_in(&folder).unwrap();
            assert_eq!(path("taken"), Err(SaveNameError::Exists(taken.path().to_owned())), "{what:?}");
        }
        assert!(saved(Dialog::Open).is_empty() && saved(Dialog::Import).is_empty(), "these pick a file");
    }

    #[test]
    fn every_known_ending_can_be_picked_and_exported() {
        let exported: Vec<_> = saved(Dialog::Export(ExportSubject::Picture)).into_iter().map(|(_, e)| e).collect();
        let known = FormatRole::SwarmExport.endings();
        for ending in &known {
            assert!(exported.contains(ending), "{ending}");
        }
        assert_eq!(exported.len(), known.len());
    }

    #[test]
    fn a_save_dialog_proposes_a_name_without_an_ending() {
        for what in [Dialog::SaveAs, Dialog::SavePlotPng(PlotKind::Series("energy")), Dialog::SaveSeries("energy")] {
            let mut dialog = file_dialog();
            suggest_place(&mut dialog, None, "Mill 2");
            open(&mut dialog, what);
            assert!(!dialog.config_mut().default_file_name.contains('.'), "{what:?}");
        }
    }
}
