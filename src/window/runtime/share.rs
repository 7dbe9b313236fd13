//! What the window does with files beyond opening and saving: the user's own scenes, recent files, films, rescued work.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::files::{Files, Notice};
use super::folders;
use super::mine::{Mine, file_name, free_path};
use super::portrait::{self, Portrait};
use super::recorder::{FilmOfSwarm, FilmSource, Recorder, TrajectorySource};
use super::rescue::Rescue;
use crate::jobs::JobFault;
use crate::media::picture::ffmpeg;
use crate::session::{
    DocumentEvent, Event, FilmOptions, FilmView, Level, Preference, Prefs, SceneSource, Session, ShareEffect,
    ShareEvent,
};
use crate::window::live::Live;
use crate::window::panels::ShareReadouts;
use crate::window::runtime::director::Director;
use crate::window::runtime::gaze::Gaze;

/// Reading that takes longer is announced.
const LONG: Duration = Duration::from_millis(500);

/// State of imports, exports and recordings.
pub struct Sharing {
    rescue: Rescue,
    mine: Mine,
    film: Recorder<FilmSource>,
    trajectory: Recorder<TrajectorySource>,
    films_folder: PathBuf,
    has_ffmpeg: bool,
    /// The numbers at both ends of the colour ramp, once they are known.
    range: Option<[f64; 2]>,
    /// What the window shows of the swarm, once it shows anything.
    gaze: Option<Gaze>,
    /// The document that is recorded.
    recorded: u64,
    /// A file has been read since.
    reading: Option<Instant>,
}

impl Default for Sharing {
    fn default() -> Self {
        Self {
            rescue: Rescue::new(folders::rescue()),
            mine: Mine::new(folders::scenes()),
            film: Recorder::default(),
            trajectory: Recorder::default(),
            films_folder: folders::films(),
            has_ffmpeg: ffmpeg().is_some(),
            range: None,
            gaze: None,
            recorded: 0,
            reading: None,
        }
    }
}

impl Sharing {
    /// What went wrong since the last call.
    pub fn faults(&self) -> impl Iterator<Item = JobFault> + '_ {
        self.mine.faults()
    }

    /// Brings the shelf of own scenes up to date. `recent`: files opened or saved lately.
    pub fn look(&self, recent: &[PathBuf]) {
        self.mine.look(recent);
    }

    /// A path for a scene among the user's own, or `own` where that is the file of this name already.
    ///
    /// # Errors
    /// One sentence.
    pub fn path_for(&self, name: &str, own: Option<&Path>) -> Result<PathBuf, String> {
        self.mine.path_for(name, own)
    }

    /// Where the user's own scenes are.
    pub fn scenes_folder(&self) -> Option<&Path> {
        self.mine.folder()
    }

    /// Where screenshots and films go.
    pub fn films_folder(&self) -> &Path {
        &self.films_folder
    }

    /// Carries out an order; what is known at once comes back.
    pub fn perform(&mut self, order: ShareEffect, session: &Session, files: &Files, live: &Live) -> Option<Event> {
        match order {
            ShareEffect::Open(path) => files.open(path),
            ShareEffect::Import(path) => files.import(path),
            ShareEffect::ImportFilm(paths) => files.import_film(paths),
            ShareEffect::ReadImport(request) => files.read_import(*request),
            ShareEffect::CancelReading => files.cancel_reading(),
            ShareEffect::SaveCopy { path, document } => {
                files.save_copy(path, *document, self.portrait(session.prefs(), live));
            }
            ShareEffect::Export { path, subject, document } => files.export(path, *document, subject, live.kept()),
            ShareEffect::SaveToMyScenes { name, document, revision } => {
                let path = match self.mine.path_for(&name, session.path()) {
                    Ok(path) => path,
                    Err(why) => {
                        return Some(Event::Document(DocumentEvent::Saved {
                            path: name.into(),
                            revision,
                            result: Err(why),
                        }));
                    }
                };
                files.save(path, *document, self.portrait(session.prefs(), live), revision);
            }
            ShareEffect::Film(options) => {
                if !self.film.end() {
                    self.begin_film(options, session);
                    return Some(Event::Share(ShareEvent::RecordingBegun));
                }
            }
            ShareEffect::CancelFilm => self.film.cancel(),
            ShareEffect::Trajectory(options) => {
                if !self.trajectory.end() {
                    let path = self.free_path(session, &format!(".{}", options.kind.key()));
                    self.trajectory.trajectory(options, path);
                    return Some(Event::Share(ShareEvent::RecordingBegun));
                }
            }
            ShareEffect::CancelTrajectory => self.trajectory.cancel(),
            ShareEffect::Restore(number) => return self.rescue.restore(number).map(Event::Share),
            ShareEffect::Discard(number) => self.rescue.discard(number, files),
        }
        None
    }

    fn begin_film(&mut self, options: FilmOptions, session: &Session) {
        let path = self.free_path(session, options.kind.ending());
        let box_size = session.live().box_size_l;
        let gaze = self.gaze.filter(|_| options.view == FilmView::Window);
        let of = FilmOfSwarm {
            picture: portrait::style(session.prefs(), self.range),
            box_size,
            species: session.snapshot().species_count(),
            director: gaze.map(|gaze| Director::new(&gaze, box_size)),
        };
        self.film.film(options, path, of);
    }

    /// Where a recording of the document goes: named after it, beside older ones.
    fn free_path(&mut self, session: &Session, ending: &str) -> PathBuf {
        self.recorded = session.serial();
        free_path(&self.films_folder, &file_name(&session.document().title.to_lowercase()), ending, None)
    }

    /// The numbers at both ends of the colour ramp.
    pub fn set_ramp_range(&mut self, range: Option<[f64; 2]>) {
        self.range = range;
    }

    /// What the window shows of the swarm.
    pub fn set_gaze(&mut self, gaze: Gaze) {
        self.gaze = Some(gaze);
    }

    /// How the picture of a scene is drawn now.
    pub fn portrait(&self, prefs: &Prefs, live: &Live) -> Portrait {
        Portrait { style: portrait::style(prefs, self.range), live: live.kept() }
    }

    /// The change of the list of recent files by an event.
    pub fn on_event(&mut self, event: &Event) -> Option<Preference> {
        // The same file from another folder is the same file.
        let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        match event {
            Event::Document(DocumentEvent::Opened { source: SceneSource::File(path), result }) => match result {
                Ok(_) => Some(Preference::Remember(whole(path))),
                Err(_) if !path.exists() => Some(Preference::Forget(whole(path))),
                Err(_) => None,
            },
            Event::Document(DocumentEvent::Saved { path, result: Ok(()), .. }) => {
                Some(Preference::Remember(whole(path)))
            }
            _ => None,
        }
    }

    /// Steps that may be taken before the next frame of a film or a trajectory under way.
    pub fn steps_to_go(&self) -> u32 {
        self.film.steps_to_go().min(self.trajectory.steps_to_go())
    }

    /// Once a frame, after `steps` were taken; returns what the user should know.
    pub fn advance(&mut self, session: &Session, files: &Files, live: &Live, steps: u32) -> Vec<Notice> {
        if session.serial() != self.recorded {
            // Another scene, in which perhaps nothing lives: what was recorded is kept.
            self.film.end();
            self.trajectory.end();
        }
        self.film.advance(live, steps, self.gaze.as_ref());
        self.trajectory.advance(live, steps, None);
        self.reading = files.is_reading().then(|| self.reading.unwrap_or_else(Instant::now));
        let failure = self.rescue.advance(session, files, || live.kept());
        let failure = failure.map(|why| (Level::Warning, format!("Unsaved work is not backed up: {why}.")));
        self.film.notices().chain(self.trajectory.notices()).chain(failure).collect()
    }

    pub fn readouts(&self, files: &Files, is_leaving: bool) -> ShareReadouts {
        ShareReadouts {
            writing: files.waiting() + self.recordings(),
            is_reading: self.reading.is_some_and(|since| since.elapsed() > LONG),
            is_leaving,
            film: self.film.state(),
            trajectory: self.trajectory.state(),
            rescued: self.rescue.offered(),
            mine: self.mine.cards(),
            has_ffmpeg: self.has_ffmpeg,
            scenes_folder: self.mine.folder().map(Path::to_owned),
            films_folder: self.films_folder.clone(),
        }
    }

    /// Films and trajectories under way.
    fn recordings(&self) -> usize {
        usize::from(self.film.state().is_some()) + usize::from(self.trajectory.state().is_some())
    }

    /// The program is about to end: what is recorded ends here and is kept. Returns whether nothing is waited for.
    pub fn may_leave(&mut self, files: &Files) -> bool {
        self.film.end();
        self.trajectory.end();
        files.waiting() == 0 && self.recordings() == 0
    }

    /// The program ends well.
    pub fn end(&mut self) {
        self.rescue.end();
    }
}
