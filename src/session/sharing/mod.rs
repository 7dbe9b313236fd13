//! Sharing: pictures that hold a scene, files dropped on the window, films, rescued scenes.

pub(super) mod import_sheet;
pub(super) mod trajectory;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use import_sheet::{ImportCommand, ImportReading, ImportRequest, ImportSheet};
use trajectory::TrajectoryOptions;

use super::command::{Command, DocumentCommand, Effect, Level, LiveCommand, PaintCommand, Workspace};
use super::document::{edit::replace, new_project};
use super::state::Session;
use crate::formats::{ExportSubject, FormatRole, format_for};
use crate::media::looks::choices;
use crate::media::picture::FilmKind;
use crate::scene::SwarmProject;
use crate::session::command::notify;
use crate::worlds::swarm::picture::Stills;

/// Shown for a picture of a scene that another program has saved again.
pub const LOST_ITS_SCENE: &str = "This looks like a picture of a scene, but the scene in it was lost when another program saved it. Only the pixels can be used; open the original file instead.";

/// The state of sharing. How films are taken is a preference.
#[derive(Debug, Default)]
pub(super) struct Sharing {
    pub sheet: Option<ImportSheet>,
    /// Import sheets opened so far.
    pub sheets_opened: u64,
}

/// What a user can import, export and record.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ShareCommand {
    /// A table, an XYZ file or an image of another program.
    Import(PathBuf),
    /// Cancels the reading of files that is under way.
    CancelReading,
    /// In the sheet of a file that was read by assumptions.
    Sheet(ImportCommand),
    /// Files dropped on the window: opens the first, whatever it is; several tables or XYZ files together are the snapshots
    /// of one picture.
    Drop(Vec<PathBuf>),
    /// Saves a picture that contains the scene: as a copy, or as the scene's file if it has none yet.
    SavePicture(PathBuf),
    /// Exports the particles in the format of the extension.
    Export(ExportSubject, PathBuf),
    /// Saves the scene under this name in the user's own folder.
    SaveToMyScenes(String),
    /// Begins a film of the live swarm, or ends the one under way.
    Film,
    /// Ends the film under way and leaves nothing of it.
    CancelFilm,
    /// Begins to record where the particles of the live swarm go, or ends that and keeps the file.
    Trajectory,
    /// Ends the recording and leaves nothing of it.
    CancelTrajectory,
    /// Brings back the rescued scene of this number.
    Restore(usize),
    /// Deletes the rescued scene of this number.
    Discard(usize),
}

/// What the shell must do.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ShareEffect {
    /// Read a file off the UI thread, a scene or particles, and report [`super::DocumentEvent::Opened`],
    /// [`super::ShareEvent::Imported`] or [`ShareEvent::IsImage`].
    Open(PathBuf),
    /// Read particles off the UI thread and report [`ShareEvent::Imported`], or with [`ShareEvent::ImportRead`] where
    /// something has to be asked.
    Import(PathBuf),
    /// The same for several files, which are the snapshots of one pattern.
    ImportFilm(Vec<PathBuf>),
    /// Read with these options off the UI thread and report [`ShareEvent::ImportRead`].
    ReadImport(Box<ImportRequest>),
    /// Stop all reading of files that was asked for; nothing is reported of it but a notice.
    CancelReading,
    /// Write a copy off the UI thread; the scene's own file stays what it is.
    SaveCopy {
        /// Its extension decides between a scene file and a picture that holds the scene.
        path: PathBuf,
        /// As it was when the command was given.
        document: Box<SwarmProject>,
    },
    /// Write the picture or the live swarm off the UI thread.
    Export {
        /// Its extension sets the format.
        path: PathBuf,
        /// The picture, or the live swarm.
        subject: ExportSubject,
        /// As it was when the command was given.
        document: Box<SwarmProject>,
    },
    /// Save under this name in the user's own folder and report [`super::DocumentEvent::Saved`].
    SaveToMyScenes {
        /// Becomes the file name in the folder of the user's own scenes.
        name: String,
        /// As it was when the command was given.
        document: Box<SwarmProject>,
        /// Comes back in the event.
        revision: u64,
    },
    /// Begin or end a film.
    Film(FilmOptions),
    /// End the film under way and delete its file.
    CancelFilm,
    /// Begin or end a trajectory.
    Trajectory(TrajectoryOptions),
    /// End the recording and delete its file.
    CancelTrajectory,
    /// Read a rescued scene off the UI thread and report [`ShareEvent::Restored`].
    Restore(usize),
    /// Delete the rescued scene of this number.
    Discard(usize),
}

/// What the shell reports.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ShareEvent {
    /// Particles that need no question: they become the picture of a new scene.
    Imported {
        /// Its stem becomes the title.
        path: PathBuf,
        /// One sentence where it cannot be read.
        result: Result<Stills, String>,
    },
    /// Files that were read by assumptions the user should see, or that need further options.
    ImportRead(Box<ImportReading>),
    /// A scene that an earlier run of the program could not save; `path`: the file it had.
    Restored {
        /// `None` where it was never saved.
        path: Option<PathBuf>,
        /// Opened as unsaved.
        document: Box<SwarmProject>,
    },
    /// The file to be opened is an image without a scene, or one that has lost it.
    IsImage {
        /// The file, for the image tool.
        path: PathBuf,
        /// Another program has saved a picture of a scene again, see [`LOST_ITS_SCENE`].
        has_lost_its_scene: bool,
    },
    /// A film or a trajectory has begun: the swarm plays, in a workspace that shows it.
    RecordingBegun,
}

choices! {
    /// What a film shows.
    FilmView {
        #[default]
        Window = "window", "as in the window", "What the window shows: also its zoom, and the creature that is followed";
        World = "world", "whole world", "The whole box from edge to edge, wherever you look";
    }
}

/// How a film is taken.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FilmOptions {
    /// Format of the file.
    pub kind: FilmKind,
    /// What the camera sees.
    pub view: FilmView,
    /// Length in seconds, before the cross-fade of a loop.
    pub seconds: f64,
    /// Playback rate.
    pub frames_per_second: u32,
    /// Integration steps from one frame to the next.
    pub steps_per_frame: u32,
    /// Longer side, pixels.
    pub size_px: u32,
    /// The end fades into the beginning.
    pub loops: bool,
}

impl Default for FilmOptions {
    fn default() -> Self {
        Self {
            kind: FilmKind::default(),
            view: FilmView::default(),
            seconds: 5.0,
            frames_per_second: 20,
            // As fast as at the default speed: 4 steps in each sixtieth of a second.
            steps_per_frame: 12,
            size_px: 480,
            loops: false,
        }
    }
}

impl FilmOptions {
    /// Shortest and longest film, s.
    pub const SECONDS: [f64; 2] = [0.5, 120.0];
    /// Minimum and maximum of frames per second.
    pub const FRAMES_PER_SECOND: [u32; 2] = [1, 60];
    /// Minimum and maximum of steps from one frame to the next.
    pub const STEPS_PER_FRAME: [u32; 2] = [1, 500];
    /// Smallest and largest longer side, pixels.
    pub const SIZE_PX: [u32; 2] = [64, 2160];

    /// Frames that are recorded, at least 1.
    pub fn frames(&self) -> usize {
        ((self.seconds * f64::from(self.frames_per_second)).round() as usize).max(1)
    }

    /// Clamped to the ranges; a length that is NaN or infinite is the default.
    pub(super) fn clamped(mut self) -> Self {
        let [shortest, longest] = Self::SECONDS;
        self.seconds =
            if self.seconds.is_finite() { self.seconds.clamp(shortest, longest) } else { Self::default().seconds };
        let clamp = |value: &mut u32, [min, max]: [u32; 2]| *value = (*value).clamp(min, max);
        clamp(&mut self.frames_per_second, Self::FRAMES_PER_SECOND);
        clamp(&mut self.steps_per_frame, Self::STEPS_PER_FRAME);
        clamp(&mut self.size_px, Self::SIZE_PX);
        self
    }
}

pub(super) fn on_command(session: &mut Session, command: ShareCommand) -> Vec<Effect> {
    let order = match command {
        ShareCommand::Import(path) => return vec![Effect::Share(ShareEffect::Import(path))],
        ShareCommand::CancelReading => return vec![Effect::Share(ShareEffect::CancelReading)],
        ShareCommand::Sheet(command) => return import_sheet::on_command(session, command),
        ShareCommand::Drop(paths) => return dropped(paths),
        ShareCommand::SavePicture(path) => {
            if session.file.path.is_none() {
                return session.apply(DocumentCommand::SaveAs(path));
            }
            ShareEffect::SaveCopy { path, document: Box::new(session.document.clone()) }
        }
        ShareCommand::Export(subject, path) => {
            if subject == ExportSubject::Live && session.live.particles == 0 {
                return vec![notify(Level::Info, "There is no live swarm to export: paint, then press Learn.")];
            }
            ShareEffect::Export { path, subject, document: Box::new(session.document.clone()) }
        }
        ShareCommand::SaveToMyScenes(name) => return save_to_my_scenes(session, name.trim()),
        ShareCommand::Film | ShareCommand::Trajectory if !session.has_rule() || session.live.particles == 0 => {
            let text = "There is no live swarm to record: paint, then press Learn.";
            return vec![notify(Level::Info, text)];
        }
        ShareCommand::Film => ShareEffect::Film(session.prefs.film),
        ShareCommand::CancelFilm => ShareEffect::CancelFilm,
        ShareCommand::Trajectory => ShareEffect::Trajectory(session.prefs.trajectory),
        ShareCommand::CancelTrajectory => ShareEffect::CancelTrajectory,
        ShareCommand::Restore(number) => ShareEffect::Restore(number),
        ShareCommand::Discard(number) => ShareEffect::Discard(number),
    };
    vec![Effect::Share(order)]
}

fn dropped(mut paths: Vec<PathBuf>) -> Vec<Effect> {
    if paths.is_empty() {
        return Vec::new();
    }
    if paths.len() > 1 && paths.iter().all(|path| is_particles(path)) {
        return vec![Effect::Share(ShareEffect::ImportFilm(paths))];
    }
    let first = paths.remove(0);
    let mut effects = Vec::new();
    if !paths.is_empty() {
        let name = first.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = format!("{} files were dropped; only {name} was opened.", paths.len() + 1);
        effects.push(notify(Level::Info, text));
    }
    effects.push(Effect::Share(ShareEffect::Open(first)));
    effects
}

/// Whether it holds particles, by its extension.
fn is_particles(path: &Path) -> bool {
    format_for(path, FormatRole::SwarmImport).is_some_and(|format| format.kind().is_particles())
}

fn save_to_my_scenes(session: &mut Session, name: &str) -> Vec<Effect> {
    if name.is_empty() {
        return vec![notify(Level::Warning, "The scene needs a name.")];
    }
    let mut effects = Vec::new();
    if session.document.title != name {
        effects = session.apply(DocumentCommand::SetTitle(name.to_owned()));
        effects.extend(session.apply(DocumentCommand::EndGesture));
    }
    session.file.saving.push_back(session.file.serial);
    let document = Box::new(session.document.clone());
    let order = ShareEffect::SaveToMyScenes { name: name.to_owned(), document, revision: session.file.revision };
    effects.push(Effect::Share(order));
    effects
}

pub(super) fn on_event(session: &mut Session, event: ShareEvent) -> Vec<Effect> {
    match event {
        ShareEvent::Imported { path, result: Ok(stills) } => imported(session, &path, stills),
        ShareEvent::Imported { result: Err(why), .. } => vec![notify(Level::Error, why)],
        ShareEvent::ImportRead(reading) => import_sheet::arrived(session, *reading),
        ShareEvent::Restored { path, document } => {
            let text = format!("“{}” was restored and is not saved yet.", document.title);
            let mut effects = replace(session, *document, path, false);
            effects.push(notify(Level::Success, text));
            effects
        }
        ShareEvent::IsImage { path, has_lost_its_scene } => {
            let is_empty = session.snapshot().particles.is_empty() && !session.has_rule();
            if session.workspace != Workspace::Paint && !is_empty {
                // The import shows the notice about a lost scene itself.
                return vec![Effect::Share(ShareEffect::Import(path))];
            }
            let mut effects = session.apply(PaintCommand::OpenPicture(path));
            effects.extend(has_lost_its_scene.then(|| notify(Level::Warning, LOST_ITS_SCENE)));
            effects
        }
        ShareEvent::RecordingBegun => {
            let mut effects = session.apply(LiveCommand::Play);
            if session.workspace == Workspace::Paint {
                effects.extend(session.apply(Command::SetWorkspace(Workspace::Live)));
            }
            effects
        }
    }
}

impl Session {
    /// How the next film is taken.
    pub fn film(&self) -> &FilmOptions {
        &self.prefs.film
    }

    /// How the next trajectory is recorded.
    pub fn trajectory(&self) -> &TrajectoryOptions {
        &self.prefs.trajectory
    }
}

/// Makes the picture of a new scene from the snapshots.
pub(super) fn imported(session: &mut Session, path: &Path, stills: Stills) -> Vec<Effect> {
    let title = path.file_stem().map_or_else(|| "Imported".into(), |s| s.to_string_lossy().into_owned());
    let text = match stills.count() {
        1 => format!("{} particles imported.", stills.selected().particles.len()),
        count => format!("{count} snapshots imported: scroll through them below the picture."),
    };
    let mut document = SwarmProject { title, ..new_project() };
    document.world.set_stills(stills);
    let mut effects = replace(session, document, None, false);
    effects.push(notify(Level::Success, text));
    effects
}
