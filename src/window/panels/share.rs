//! What is saved, given away and got back: the name of a new scene, the user's own scenes, films, rescued work, files
//! dropped on the window.

mod drop;
mod film;
mod mine;
mod name;
mod recording;
mod rescued;
mod trajectory;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use super::egui::{Align2, Area, Context, Frame, Id, Key, Margin, Order, Rect, RichText, Stroke, Ui};
use super::state::UiState;
use super::style;
use crate::session::{Command, Dialog, DocumentCommand, RecordingState, Session, ShareCommand};
use crate::worlds::swarm::picture::{Snapshot, Swarm};

pub(super) use film::{FilmAnswer, ask as ask_film};
pub(super) use mine::{Shelf, shelf_choice, show_shelf};
pub(super) use name::{NameAnswer, ask as ask_name};

/// State of the files, from the shell, for display.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareReadouts {
    /// Files that are not written yet.
    pub writing: usize,
    /// Whether reading a file takes long.
    pub is_reading: bool,
    /// The program ends when they are.
    pub is_leaving: bool,
    /// A film under way.
    pub film: Option<RecordingState>,
    /// A trajectory under way.
    pub trajectory: Option<RecordingState>,
    /// Empty unless an earlier run ended without saving.
    pub rescued: Vec<RescuedScene>,
    /// The user's own scenes and the recent files, newest first.
    pub mine: Arc<Vec<SceneCard>>,
    /// Films as MP4 need it.
    pub has_ffmpeg: bool,
    /// The folder of scenes that are saved by name; `None` where the system has none.
    pub scenes_folder: Option<PathBuf>,
    /// Where films and screenshots go.
    pub films_folder: PathBuf,
}

/// Unsaved work of an earlier run of the program.
#[derive(Clone, Debug, PartialEq)]
pub struct RescuedScene {
    /// As it was when the earlier run ended.
    pub title: String,
    /// In the selected snapshot.
    pub particles: usize,
    /// Whole minutes since it was written.
    pub minutes_ago: u64,
}

/// A scene file of the user.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SceneCard {
    /// The file that a click opens.
    pub path: PathBuf,
    /// The file name where the scene has no title.
    pub title: String,
    /// What to look for.
    pub notes: String,
    /// With as many particles as a card can show; empty where the file cannot be read.
    pub snapshot: Arc<Snapshot>,
    /// What lives by its rule, where it has one: as it was saved, else a sample of what it keeps.
    pub swarm: Option<Arc<Swarm>>,
    /// It is in the folder of the user's own scenes.
    pub is_mine: bool,
    /// Why it cannot be read.
    pub fault: Option<String>,
    /// When the file was written; `None` where the system does not know.
    pub changed: Option<SystemTime>,
}

/// Open sheets.
#[derive(Default)]
pub(super) struct ShareUi {
    pub readouts: ShareReadouts,
    /// The name being typed.
    name: Option<name::Naming>,
    film_is_open: bool,
    trajectory_is_open: bool,
    later: bool,
    pub shelf: Shelf,
    /// The scene of the shelf that is pointed at.
    pub pointed: Option<PathBuf>,
}

impl ShareUi {
    /// Returns whether the dialog is one of these.
    pub fn ask(&mut self, dialog: Dialog) -> bool {
        match dialog {
            Dialog::Name => self.name = Some(name::Naming::default()),
            Dialog::Film => self.film_is_open = !self.film_is_open,
            Dialog::Trajectory => self.trajectory_is_open = !self.trajectory_is_open,
            _ => return false,
        }
        true
    }

    pub fn has_dialog(&self) -> bool {
        self.name.is_some()
    }
}

pub(super) fn show(ctx: &Context, free: Rect, session: &Session, state: &mut UiState, commands: &mut Vec<Command>) {
    drop::show(ctx, free, commands);
    let share = &mut state.share;
    film::show(ctx, free, session, share, commands);
    trajectory::show(ctx, free, session, share, commands);
    // Nothing is offered over the cards of the gallery.
    if !state.gallery_open {
        rescued::show(ctx, free, state.caption.bottom, share, commands);
    }
    if share.readouts.is_leaving && share.readouts.writing > 0 {
        leaving(ctx, free, share.readouts.writing);
    }
    if share.readouts.is_reading {
        pill(ctx, "reading", Align2::CENTER_CENTER, free.center(), |ui| {
            ui.spinner();
            ui.label(RichText::new("Opening…").color(style::TEXT_STRONG).size(16.0));
            let is_escaped = ui.input(|i| i.key_pressed(Key::Escape));
            if ui.button("Cancel").on_hover_text("Read no further (Esc)").clicked() || is_escaped {
                commands.push(Command::Share(ShareCommand::CancelReading));
            }
        });
    }
    name::show(ctx, session, share, commands);
}

/// The recent files as a menu of its own.
pub(super) fn recent_menu(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let recent = &session.prefs().recent;
    ui.add_enabled_ui(!recent.is_empty(), |ui| {
        ui.menu_button("Open recent", |ui| {
            for path in recent {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                if ui.button(name).on_hover_text(path.display().to_string()).clicked() {
                    commands.push(Command::Document(DocumentCommand::Open(path.clone())));
                    ui.close();
                }
            }
        })
        .response
        .on_disabled_hover_text("Files that you open or save are listed here.");
    });
}

fn leaving(ctx: &Context, free: Rect, files: usize) {
    pill(ctx, "leaving", Align2::CENTER_CENTER, free.center(), |ui| {
        ui.spinner();
        let text = if files == 1 { "Saving…".to_owned() } else { format!("Saving {files} files…") };
        ui.label(RichText::new(text).color(style::TEXT_STRONG).size(16.0));
        ui.label("The window closes when this is done.");
    });
}

/// A small card over the canvas.
fn pill<R>(ctx: &Context, name: &str, pivot: Align2, at: super::egui::Pos2, content: impl FnOnce(&mut Ui) -> R) -> R {
    Area::new(Id::new(name))
        .order(Order::Foreground)
        .pivot(pivot)
        .fixed_pos(at)
        .show(ctx, |ui| {
            Frame::NONE
                .fill(style::BAR.gamma_multiply(0.96))
                .stroke(Stroke::new(1.0, style::ACCENT_DARK))
                .corner_radius(10.0)
                .inner_margin(Margin::symmetric(14, 9))
                .show(ui, |ui| ui.horizontal(content).inner)
                .inner
        })
        .inner
}
