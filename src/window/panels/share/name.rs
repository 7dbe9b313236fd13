//! The name of a scene that has no file yet: type it, Enter, saved.

use super::super::egui::{Button, Context, Id, Key, Modal, RichText, TextEdit};
use super::super::style;
use super::ShareUi;
use crate::session::{Command, Dialog, Session, ShareCommand};

/// The sheet while it is open.
#[derive(Default)]
pub(super) struct Naming {
    /// `None` until it was shown once.
    name: Option<String>,
}

/// The choice of the user.
pub(in super::super) enum NameAnswer {
    /// Save under this name among the own scenes.
    Save(String),
    /// Choose a place instead.
    Elsewhere,
}

pub(super) fn show(ctx: &Context, session: &Session, share: &mut ShareUi, commands: &mut Vec<Command>) {
    commands.extend(ask(ctx, &session.document().title, share).map(|answer| match answer {
        NameAnswer::Save(name) => Command::Share(ShareCommand::SaveToMyScenes(name)),
        NameAnswer::Elsewhere => Command::Ask(Dialog::SaveAs),
    }));
}

/// Shows the sheet while it is open. `title`: of the project, which is suggested.
pub(in super::super) fn ask(ctx: &Context, title: &str, share: &mut ShareUi) -> Option<NameAnswer> {
    let naming = share.name.as_mut()?;
    let is_new = naming.name.is_none();
    let name = naming.name.get_or_insert_with(|| if title == "Untitled" { String::new() } else { title.to_owned() });
    let (mut save, mut elsewhere, mut cancel) = (false, false, false);
    let modal = Modal::new(Id::new("name")).show(ctx, |ui| {
        ui.set_width(380.0);
        ui.heading("Name of the scene");
        ui.add_space(4.0);
        let field = ui.add(TextEdit::singleline(name).hint_text("Such as: my mill").desired_width(f32::INFINITY));
        if is_new {
            field.request_focus();
        }
        save |= field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        let place = match &share.readouts.scenes_folder {
            Some(folder) => format!("Saved as a picture that holds the scene, in {}.", folder.display()),
            None => "This system has no folder for your scenes: choose a place.".to_owned(),
        };
        ui.label(RichText::new(place).small().color(style::TEXT_WEAK));
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            let can = !name.trim().is_empty() && share.readouts.scenes_folder.is_some();
            let button = Button::new("Save").fill(style::ACCENT_DARK);
            let hint = "Write the scene among your own (Enter); the gallery shows it";
            save |= ui.add_enabled(can, button).on_hover_text(hint).clicked();
            let hint = "A file of your choice, as text (.ron) or as a picture (.png) (Ctrl+Shift+S)";
            elsewhere = ui.button("Another place…").on_hover_text(hint).clicked();
            cancel = ui.button("Cancel").on_hover_text("Not now (Esc)").clicked();
        });
        save &= can_save(name, share.readouts.scenes_folder.is_some());
    });
    let name = name.trim().to_owned();
    let closes = save || elsewhere || cancel || modal.should_close();
    if closes {
        share.name = None;
    }
    if save { Some(NameAnswer::Save(name)) } else { elsewhere.then_some(NameAnswer::Elsewhere) }
}

fn can_save(name: &str, has_place: bool) -> bool {
    has_place && !name.trim().is_empty()
}
