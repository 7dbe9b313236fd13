//! Reading and writing off the UI thread; what comes back is an [`Event`] of the session.

use std::path::{Path, PathBuf};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::bundled;
use crate::observe::chart::Chart;
use crate::observe::picture;
use crate::scene::{Scene, write_atomic};
use crate::session::{Document, Event, SceneSource};
use crate::snapshot::io::{ImportOptions, import};

/// The desk where files are read and written: one short-lived thread for each, answers in the order they are done.
pub struct Files {
    sender: Sender<Event>,
    done: Receiver<Event>,
    notices: (Sender<String>, Receiver<String>),
}

impl Default for Files {
    fn default() -> Self {
        let (sender, done) = unbounded();
        Self { sender, done, notices: unbounded() }
    }
}

impl Files {
    /// What is done since the last call.
    pub fn done(&self) -> impl Iterator<Item = Event> + '_ {
        self.done.try_iter()
    }

    /// Sentences for the user since the last call.
    pub fn notices(&self) -> impl Iterator<Item = String> + '_ {
        self.notices.1.try_iter()
    }

    pub fn load(&self, source: SceneSource) {
        let notices = self.notices.0.clone();
        self.work(move || {
            let loaded = match &source {
                SceneSource::File(path) => Scene::load(path).map_err(|e| e.to_string()),
                SceneSource::Bundled(name) => bundled::load(name),
            };
            let result = loaded.map(|loaded| {
                for warning in loaded.warnings {
                    // Fails only when the program is ending.
                    let _ = notices.send(warning);
                }
                Box::new(Document::from(loaded.scene))
            });
            Event::Opened { source, result }
        });
    }

    pub fn import(&self, path: PathBuf) {
        let notices = self.notices.0.clone();
        self.work(move || {
            let result = import(&path, &ImportOptions::default()).map_err(|e| e.to_string()).map(|imported| {
                for note in imported.notes {
                    let _ = notices.send(note);
                }
                imported.snapshot
            });
            Event::Imported { path, result }
        });
    }

    pub fn save(&self, path: PathBuf, document: Document, revision: u64) {
        self.work(move || {
            let result = Scene::from(document).save(&path).map_err(|e| e.to_string());
            Event::Saved { path, revision, result }
        });
    }

    /// Writes a plot, as CSV or PNG by the extension.
    pub fn save_plot(&self, path: PathBuf, chart: Chart) {
        let notices = self.notices.0.clone();
        std::thread::spawn(move || {
            // Fails only when the program is ending.
            let _ = notices.send(match write_plot(&path, &chart) {
                Ok(()) => format!("Plot: {}", path.display()),
                Err(why) => why,
            });
        });
    }

    /// Writes a picture of the window.
    pub fn screenshot(&self, path: PathBuf, picture: bevy::image::Image) {
        let notices = self.notices.0.clone();
        std::thread::spawn(move || {
            let written = write_png(&path, picture);
            let _ = notices.send(match written {
                Ok(()) => format!("Screenshot: {}", path.display()),
                Err(why) => format!("cannot write {}: {why}", path.display()),
            });
        });
    }

    fn work(&self, work: impl FnOnce() -> Event + Send + 'static) {
        let sender = self.sender.clone();
        std::thread::spawn(move || {
            // Fails only when the program is ending.
            let _ = sender.send(work());
        });
    }
}

/// Size of a plot as a picture, pixels.
const PLOT_PX: [u32; 2] = [1200, 750];

/// # Errors
/// One sentence that names the file.
fn write_plot(path: &Path, chart: &Chart) -> Result<(), String> {
    if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv")) {
        write_atomic(path, chart.to_csv().as_bytes()).map_err(|e| e.to_string())
    } else {
        picture::write_png(path, &chart.draw(PLOT_PX)).map_err(|e| e.to_string())
    }
}

fn write_png(path: &Path, picture: bevy::image::Image) -> Result<(), String> {
    let picture = picture.try_into_dynamic().map_err(|e| e.to_string())?;
    // The alpha of a window means nothing.
    picture.to_rgb8().save(path).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plot_is_written_as_a_table_or_as_a_picture_and_a_folder_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let chart = Chart::new("Fidelity", "steps", "fidelity").with("fidelity", [[0.0, 0.5], [100.0, 0.75]]);
        let [csv, png] = ["plot.csv", "plot.png"].map(|name| folder.path().join(name));
        write_plot(&csv, &chart).unwrap();
        write_plot(&png, &chart).unwrap();
        assert_eq!(std::fs::read_to_string(csv).unwrap(), "steps,fidelity\n0,0.5\n100,0.75\n");
        assert_eq!(image::open(png).unwrap().to_rgba8(), chart.draw(PLOT_PX));
        let files = Files::default();
        files.save_plot("/no/such/folder/plot.png".into(), chart);
        let why = files.notices.1.recv_timeout(std::time::Duration::from_secs(60)).unwrap();
        assert!(why.contains("/no/such/folder/plot.png"), "{why}");
    }

    #[test]
    fn a_file_that_is_not_there_is_told_as_an_event() {
        let files = Files::default();
        files.load(SceneSource::File("/nowhere/at/all.ron".into()));
        let event = files.done.recv_timeout(std::time::Duration::from_secs(10)).unwrap();
        let Event::Opened { result: Err(why), .. } = event else { panic!("{event:?}") };
        assert!(why.contains("/nowhere/at/all.ron"), "{why}");
    }
}
