//! Reading and writing off the UI thread; results are [`Event`]s of the session.
//!
//! What is written goes through one thread in the order it was asked for, so that of two saves the later one stays. What
//! is read has a thread of its own, and waits for the other only where the same file is about to be written.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::bundled;
use super::exporting;
use super::importing;
use super::kinds::{FileKind, kind_of};
use super::live::{Answer, Kept};
use super::portrait::{self, Portrait};
use crate::formats::{ExportSubject, PROPOSED_ENDINGS};
use crate::jobs::{JobName, WorkQueue, guarded};
use crate::media::chart::Chart;
use crate::media::picture;
use crate::scene::{Loaded, Project, Showing, SwarmProject, is_picture_name, lost_its_scene, write_atomic};
use crate::session::{DocumentEvent, Event, ImportRequest, Level, SceneSource, ShareEvent, opened_project};

/// A sentence for the user.
pub type Notice = (Level, String);

/// A scene of another world than the swarm, and its file.
pub type OtherScene = (PathBuf, Box<Project>);

/// What reading a scene gives to the session; `None` when it is of another world and was sent there.
type ReadScene = Result<Option<Box<SwarmProject>>, String>;

/// Two threads and what comes back from them.
pub struct Files {
    sender: Sender<Event>,
    done: Receiver<Event>,
    notices: (Sender<Notice>, Receiver<Notice>),
    /// Scenes of other worlds, which the session has no use for.
    others: (Sender<OtherScene>, Receiver<OtherScene>),
    writer: WorkQueue,
    reader: WorkQueue,
    /// Files that wait to be written, or are being written.
    being_written: Arc<Mutex<Vec<PathBuf>>>,
}

impl Default for Files {
    fn default() -> Self {
        let (sender, done) = unbounded();
        Self {
            sender,
            done,
            notices: unbounded(),
            others: unbounded(),
            writer: WorkQueue::queue(JobName { thread: "write", what: "Writing files" }),
            reader: WorkQueue::queue(JobName { thread: "read", what: "Reading files" }),
            being_written: Arc::default(),
        }
    }
}

impl Files {
    /// What is done since the last call.
    pub fn done(&self) -> impl Iterator<Item = Event> + '_ {
        self.done.try_iter()
    }

    /// Sentences for the user since the last call.
    pub fn notices(&self) -> impl Iterator<Item = Notice> + '_ {
        let faults = self.writer.faults().chain(self.reader.faults());
        self.notices.1.try_iter().chain(faults.map(|fault| (Level::Error, fault.to_string())))
    }

    /// Scenes of other worlds that were opened since the last call.
    pub fn other_scenes(&self) -> impl Iterator<Item = OtherScene> + '_ {
        self.others.1.try_iter()
    }

    /// Puts other work on the thread that reads.
    pub fn read_later(&self, work: impl FnOnce() + Send + 'static) {
        self.reader.put(work);
    }

    /// Files that are not written yet.
    pub fn waiting(&self) -> usize {
        self.writer.waiting()
    }

    /// A file is being read.
    pub fn is_reading(&self) -> bool {
        self.reader.waiting() > 0
    }

    pub fn load(&self, source: SceneSource) {
        let path = match &source {
            SceneSource::File(path) => path.clone(),
            SceneSource::Bundled(_) => PathBuf::new(),
        };
        let (notices, others) = (self.notices.0.clone(), self.others.0.clone());
        self.read(&path.clone(), move || {
            let result = guarded(&format!("opening {}", path.display()), || match &source {
                SceneSource::File(path) => load(path, &notices, &others),
                SceneSource::Bundled(name) => {
                    bundled::load(name).map(|loaded| Some(Box::new(opened_project(loaded.project))))
                }
            });
            opened(source, result)
        });
    }

    pub fn import(&self, path: PathBuf) {
        self.import_film(vec![path]);
    }

    /// Several files as the snapshots of one picture.
    pub fn import_film(&self, paths: Vec<PathBuf>) {
        let Some(first) = paths.first().cloned() else { return };
        let notices = self.notices.0.clone();
        self.read(&first, move || Some(importing::read_first(paths, &notices)));
    }

    /// Reads files of the import sheet once more.
    pub fn read_import(&self, request: ImportRequest) {
        let Some(first) = request.paths.first().cloned() else { return };
        self.read(&first, move || Some(Event::Share(ShareEvent::ImportRead(Box::new(importing::read(request).0)))));
    }

    /// Opens a file whatever it is: a scene, a picture that holds one, or particles and images to be imported.
    pub fn open(&self, path: PathBuf) {
        let (notices, others) = (self.notices.0.clone(), self.others.0.clone());
        self.read(&path.clone(), move || {
            match kind_of(&path) {
                Some(FileKind::Scene) => {
                    let result = guarded(&format!("opening {}", path.display()), || load(&path, &notices, &others));
                    return opened(SceneSource::File(path), result);
                }
                Some(FileKind::Image) => {
                    let has_lost_its_scene = has_lost_its_scene(&path);
                    return Some(Event::Share(ShareEvent::IsImage { path, has_lost_its_scene }));
                }
                Some(FileKind::Particles) => return Some(importing::read_first(vec![path], &notices)),
                None => {}
            }
            let what = if path.is_dir() { "a folder" } else { "of a kind that Unstill does not know" };
            let name = path.display();
            let why = format!("{name} is {what}; give a scene (.ron, or a .png that holds one), {PROPOSED_ENDINGS}");
            Some(Event::Share(ShareEvent::Imported { path, result: Err(why) }))
        });
    }

    /// `portrait`: how a picture of the scene is drawn.
    pub fn save(&self, path: PathBuf, document: SwarmProject, portrait: Portrait, revision: u64) {
        let sender = self.sender.clone();
        self.write(path, move |path| {
            let result = guarded(&format!("saving {}", path.display()), || save(path, document, portrait));
            // Fails only when the program is ending.
            let _ = sender.send(Event::Document(DocumentEvent::Saved { path: path.to_owned(), revision, result }));
        });
    }

    /// A copy: the file of the scene stays what it is.
    pub fn save_copy(&self, path: PathBuf, document: SwarmProject, portrait: Portrait) {
        let notices = self.notices.0.clone();
        self.write(path, move |path| {
            let result = guarded(&format!("saving {}", path.display()), || save(path, document, portrait));
            let what = if is_picture_name(path) { "The scene as a picture" } else { "A copy of the scene" };
            let _ = notices.send(match result {
                Ok(()) => (Level::Success, format!("{what}: {}", path.display())),
                Err(why) => (Level::Error, why),
            });
        });
    }

    /// Writes particles as a file of other programs. `living`: the swarm as it is now.
    pub fn export(&self, path: PathBuf, document: SwarmProject, subject: ExportSubject, living: Answer<Kept>) {
        let notices = self.notices.0.clone();
        self.write(path, move |path| {
            let result =
                guarded(&format!("writing {}", path.display()), || exporting::write(path, document, subject, living));
            // Fails only when the program is ending.
            let _ = notices.send(match result {
                Ok(text) => (Level::Success, text),
                Err(why) => (Level::Error, why),
            });
        });
    }

    /// Writes a plot, as CSV or PNG by the extension.
    pub fn save_plot(&self, path: PathBuf, chart: Chart) {
        let notices = self.notices.0.clone();
        self.write(path, move |path| {
            // Fails only when the program is ending.
            let _ = notices.send(match guarded("the plot", || write_plot(path, &chart)) {
                Ok(()) => (Level::Info, format!("Plot: {}", path.display())),
                Err(why) => (Level::Error, why),
            });
        });
    }

    /// Writes a file by `work`, and reports it under the name of `what`.
    pub fn noted(
        &self,
        what: &'static str,
        path: PathBuf,
        work: impl FnOnce(&Path) -> Result<(), String> + Send + 'static,
    ) {
        let notices = self.notices.0.clone();
        self.write(path, move |path| {
            // Fails only when the program is ending.
            let _ = notices.send(match guarded(&format!("writing {}", path.display()), || work(path)) {
                Ok(()) => (Level::Success, format!("{what}: {}", path.display())),
                Err(why) => (Level::Error, why),
            });
        });
    }

    /// Writes a picture of the window.
    pub fn screenshot(&self, path: PathBuf, picture: bevy::image::Image, part: Option<[u32; 4]>) {
        let notices = self.notices.0.clone();
        self.write(path, move |path| {
            let written = guarded("the screenshot", || write_png(path, picture, part));
            let _ = notices.send(match written {
                Ok(()) => (Level::Info, format!("Screenshot: {}", path.display())),
                Err(why) => (Level::Error, why),
            });
        });
    }

    /// Puts other work on files at the end of the queue of what is written.
    pub fn later(&self, work: impl FnOnce() + Send + 'static) {
        self.writer.put(work);
    }

    /// `work` must not panic: see [`guarded`].
    fn write(&self, path: PathBuf, work: impl FnOnce(&Path) + Send + 'static) {
        let list = self.being_written.clone();
        list.lock().unwrap_or_else(PoisonError::into_inner).push(path.clone());
        self.writer.put(move || {
            work(&path);
            let mut list = list.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(at) = list.iter().position(|other| *other == path) {
                list.remove(at);
            }
        });
    }

    /// `work` must not panic: see [`guarded`].
    fn read(&self, path: &Path, work: impl FnOnce() -> Option<Event> + Send + 'static) {
        let sender = self.sender.clone();
        let job = move || {
            // Fails only when the program is ending.
            work().into_iter().for_each(|event| _ = sender.send(event));
        };
        let is_written = self.being_written.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|p| p == path);
        if is_written { self.writer.put(job) } else { self.reader.put(job) }
    }
}

/// The writing thread waits for the swarm, which is written with the document.
fn save(path: &Path, mut document: SwarmProject, portrait: Portrait) -> Result<(), String> {
    // Without a live swarm, the scene is saved without one.
    let kept = portrait.living.wait().unwrap_or_default();
    let showing = if is_picture_name(path) { portrait::showing(portrait.style, &kept) } else { Showing::default() };
    document.world.state = kept.state.map(Arc::new);
    document.save_showing(path, &showing).map_err(|e| e.to_string())
}

fn load(path: &Path, notices: &Sender<Notice>, others: &Sender<OtherScene>) -> ReadScene {
    let Loaded { project, warnings } = Project::load(path).map_err(|e| e.to_string())?;
    for warning in &warnings {
        // Fails only when the program is ending.
        let _ = notices.send((Level::Info, warning.clone()));
    }
    if project.world.info().is_some() {
        // As above.
        let _ = others.send((path.to_owned(), Box::new(project)));
        return Ok(None);
    }
    let loaded = Loaded { project, warnings }.into_swarm().map_err(|fault| format!("{}: {fault}", path.display()))?;
    Ok(Some(Box::new(opened_project(loaded.project))))
}

/// What the session gets to know of a scene that was read.
fn opened(source: SceneSource, result: ReadScene) -> Option<Event> {
    result.transpose().map(|result| Event::Document(DocumentEvent::Opened { source, result }))
}

/// A picture that cannot be read is reported by its reader.
pub(super) fn has_lost_its_scene(path: &Path) -> bool {
    guarded("a look at the picture", || Ok(lost_its_scene(path))).unwrap_or(false)
}

/// Size of a plot as a picture, pixels.
const PLOT_PX: [u32; 2] = [1200, 750];

/// # Errors
/// One sentence that names the file.
pub(super) fn write_plot(path: &Path, chart: &Chart) -> Result<(), String> {
    if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv")) {
        write_atomic(path, chart.to_csv().as_bytes()).map_err(|e| e.to_string())
    } else {
        picture::write_png(path, &chart.draw(PLOT_PX)).map_err(|e| e.to_string())
    }
}

/// `part`: x, y, width, height of what is kept, pixels.
fn write_png(path: &Path, picture: bevy::image::Image, part: Option<[u32; 4]>) -> Result<(), String> {
    let picture = picture.try_into_dynamic().map_err(|e| e.to_string())?;
    // The alpha channel of a window is not used.
    let mut rgb = picture.to_rgb8();
    if let Some([x, y, width, height]) = part {
        rgb = image::imageops::crop_imm(&rgb, x, y, width, height).to_image();
    }
    let mut bytes = std::io::Cursor::new(Vec::new());
    rgb.write_to(&mut bytes, image::ImageFormat::Png).map_err(|e| e.to_string())?;
    write_atomic(path, bytes.get_ref()).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::window::shell::live::Live;
    use crate::worlds::swarm::picture::motifs;
    use std::time::Duration;

    fn next(files: &Files) -> Event {
        files.done.recv_timeout(Duration::from_secs(30)).expect("an answer")
    }

    fn document(title: &str) -> SwarmProject {
        let snapshot = motifs::by_name("mill").expect("a bundled picture").snapshot();
        opened_project(SwarmProject::new(title, crate::worlds::SwarmDoc::from_snapshot(snapshot)))
    }

    #[test]
    fn plots_are_written_as_csv_and_png_and_bad_folders_named() {
        let folder = tempfile::tempdir().unwrap();
        let chart = Chart::new("Fidelity", "steps", "fidelity").with("fidelity", [[0.0, 0.5], [100.0, 0.75]]);
        let [csv, png] = ["plot.csv", "plot.png"].map(|name| folder.path().join(name));
        write_plot(&csv, &chart).unwrap();
        write_plot(&png, &chart).unwrap();
        assert_eq!(std::fs::read_to_string(csv).unwrap(), "steps,fidelity\n0,0.5\n100,0.75\n");
        assert_eq!(image::open(png).unwrap().to_rgba8(), chart.draw(PLOT_PX));
        let files = Files::default();
        files.save_plot("/no/such/folder/plot.png".into(), chart);
        let (_, why) = files.notices.1.recv_timeout(Duration::from_secs(60)).unwrap();
        assert!(why.contains("/no/such/folder/plot.png"), "{why}");
    }

    #[test]
    fn a_missing_file_is_reported_as_an_event() {
        let files = Files::default();
        files.load(SceneSource::File("/nowhere/at/all.ron".into()));
        let event = next(&files);
        let Event::Document(DocumentEvent::Opened { result: Err(why), .. }) = event else { panic!("{event:?}") };
        assert!(why.contains("/nowhere/at/all.ron"), "{why}");
    }

    #[test]
    fn of_many_quick_saves_the_last_one_is_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.ron");
        let files = Files::default();
        for k in 0..20u64 {
            // The first ones take longest.
            let mut document = document(&format!("save {k}"));
            document.notes = "x".repeat(100_000 * (20 - k) as usize);
            let portrait = Portrait { style: Default::default(), living: Live::default().kept() };
            files.save(path.clone(), document, portrait, k);
        }
        files.load(SceneSource::File(path.clone()));
        for k in 0..20 {
            let event = next(&files);
            assert!(
                matches!(&event, Event::Document(DocumentEvent::Saved { revision, result: Ok(()), .. }) if *revision == k),
                "{event:?}"
            );
        }
        let event = next(&files);
        let Event::Document(DocumentEvent::Opened { result: Ok(opened), .. }) = event else { panic!("{event:?}") };
        assert_eq!(opened.title, "save 19");
    }

    #[test]
    fn each_kind_of_file_is_opened_as_what_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let scene = document("Mill");
        scene.save(at("a.ron")).unwrap();
        scene.save(at("b.PNG")).unwrap();
        let mut drawing = image::RgbImage::from_pixel(80, 80, image::Rgb([255; 3]));
        for k in 20..60 {
            for w in 0..6 {
                drawing.put_pixel(k, 38 + w, image::Rgb([0; 3]));
            }
        }
        drawing.save(at("c.png")).unwrap();
        drawing.save(at("d.jpg")).unwrap();
        std::fs::write(at("e.csv"), "# box: 4 4\nx,y,heading\n1,1,0\n2,1,1\n3,2,2\n").unwrap();
        std::fs::write(at("f.xyz"), "2\n\nA 0 0 0\nA 1 1 0\n").unwrap();
        std::fs::write(at("g.docx"), "words").unwrap();
        let files = Files::default();
        for name in ["a.ron", "b.PNG"] {
            files.open(at(name));
            let event = next(&files);
            assert!(
                matches!(&event, Event::Document(DocumentEvent::Opened { result: Ok(d), .. }) if d.title == "Mill"),
                "{name}: {event:?}"
            );
        }
        for name in ["c.png", "d.jpg"] {
            files.open(at(name));
            let event = next(&files);
            assert!(matches!(&event, Event::Share(ShareEvent::IsImage { path, .. }) if *path == at(name)), "{event:?}");
        }
        files.open(at("e.csv"));
        let event = next(&files);
        assert!(matches!(&event, Event::Share(ShareEvent::Imported { result: Ok(_), .. })), "{event:?}");
        // Its headings are guessed, which is asked about.
        files.open(at("f.xyz"));
        let event = next(&files);
        assert!(matches!(&event, Event::Share(ShareEvent::ImportRead(reading)) if reading.result.is_ok()), "{event:?}");
        for (path, hint) in [(at("g.docx"), "does not know"), (folder.path().to_owned(), "a folder")] {
            files.open(path);
            let event = next(&files);
            let Event::Share(ShareEvent::Imported { result: Err(why), .. }) = event else { panic!("{event:?}") };
            assert!(why.contains(hint) && why.contains(".csv"), "{why}");
        }
    }
}
