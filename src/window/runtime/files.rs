//! Reading and writing off the UI thread; results are [`Event`]s of the session.
//!
//! What is written goes through one thread in the order it was asked for, so that of two saves the later one stays. What
//! is read has a thread of its own, and waits for the other only where the same file is about to be written.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::bundled;
use super::exporting;
use super::file_readings::FileReadings;
use super::importing;
use super::kinds::{FileKind, kind_of};
use super::portrait::{self, Portrait};
use crate::formats::{ExportSubject, FormatKind, FormatRole, FormatSpec, StopSignal, format_for};
use crate::jobs::{Cores, Inbox, JobName, Mailbox, Post, WorkQueue, guarded};
use crate::media::chart::Chart;
use crate::media::picture;
use crate::scene::{self, Loaded, Project, Showing, SwarmProject, is_picture_name, write_atomic};
use crate::session::{DocumentEvent, Event, ImportRequest, Level, SceneSource, ShareEvent, opened_project};
use crate::window::live::reply::{Reply, SavedSwarm};

/// A sentence for the user.
pub type Notice = (Level, String);

/// A scene of another world than the swarm, and its file.
pub type OtherScene = (PathBuf, Box<Project>);

/// What reading a scene gives to the session; `None` when it was cancelled, or is of another world and was sent there.
type ReadScene = Result<Option<Box<SwarmProject>>, String>;

/// The writing and the reading thread, and what they send back.
pub struct Files {
    events: Mailbox<Event>,
    notices: Mailbox<Notice>,
    /// Scenes of other worlds, which the session has no use for.
    others: Mailbox<OtherScene>,
    writer: WorkQueue,
    reader: WorkQueue,
    readings: FileReadings,
    /// Files that wait to be written, or are being written.
    being_written: Arc<Mutex<Vec<PathBuf>>>,
}

impl Default for Files {
    fn default() -> Self {
        Self {
            events: Mailbox::default(),
            notices: Mailbox::default(),
            others: Mailbox::default(),
            writer: WorkQueue::queue(JobName { thread: "write", what: "Writing files" }, Cores::Shared, Inbox::Files),
            reader: WorkQueue::queue(JobName { thread: "read", what: "Reading files" }, Cores::Shared, Inbox::Files),
            readings: FileReadings::default(),
            being_written: Arc::default(),
        }
    }
}

impl Files {
    /// Events since the last call.
    pub fn events(&self) -> impl Iterator<Item = Event> + '_ {
        self.events.take()
    }

    /// Sentences for the user since the last call.
    pub fn notices(&self) -> impl Iterator<Item = Notice> + '_ {
        let faults = self.writer.faults().chain(self.reader.faults());
        self.notices.take().chain(faults.map(|fault| (Level::Error, fault.to_string())))
    }

    /// Scenes of other worlds that were opened since the last call.
    pub fn other_scenes(&self) -> impl Iterator<Item = OtherScene> + '_ {
        self.others.take()
    }

    /// Puts other work on the thread that reads. It polls the signal that it is not wanted any more.
    pub fn read_later(&self, work: impl FnOnce(StopSignal) + Send + 'static) {
        let reading = self.readings.begin(None);
        self.reader.put(move || work(StopSignal::new(&|| reading.is_cancelled())));
    }

    /// Cancels all reading that was asked for, so that none of it opens. What is under way ends at its next poll, a tenth of
    /// a second at most while a file is read. The parse of a scene has no polls, and takes seconds for the largest ones:
    /// the user is answered here at once, and its result is dropped when it comes.
    pub fn cancel_reading(&self) {
        for path in self.readings.cancel() {
            self.notices.put((Level::Info, format!("{} was not read: cancelled.", path.display())));
        }
    }

    /// Puts other work on files at the end of the queue of what is written.
    pub fn write_later(&self, work: impl FnOnce() + Send + 'static) {
        self.writer.put(work);
    }

    /// Files that are not written yet.
    pub fn waiting(&self) -> usize {
        self.writer.waiting()
    }

    /// A file is being read, and that was not cancelled.
    pub fn is_reading(&self) -> bool {
        !self.readings.is_empty()
    }

    /// Opens a scene.
    pub fn load(&self, source: SceneSource) {
        let path = match &source {
            SceneSource::File(path) => path.clone(),
            SceneSource::Bundled(_) => PathBuf::new(),
        };
        let (notices, others) = (self.notices.post(), self.others.post());
        self.read(path, move |path, stop| {
            let result = guarded(&format!("opening {}", path.display()), || match &source {
                SceneSource::File(path) => load(path, &notices, &others, stop),
                SceneSource::Bundled(name) => {
                    bundled::load(name).map(|loaded| Some(Box::new(opened_project(loaded.project))))
                }
            });
            opened(source, result)
        });
    }

    /// Imports one file.
    pub fn import(&self, path: PathBuf) {
        self.import_film(vec![path]);
    }

    /// Several files as the snapshots of one picture.
    pub fn import_film(&self, paths: Vec<PathBuf>) {
        let Some(first) = paths.first().cloned() else { return };
        let notices = self.notices.post();
        self.read(first, move |_, stop| importing::read_first(paths, &notices, stop));
    }

    /// Reads files of the import sheet once more.
    pub fn read_import(&self, request: ImportRequest) {
        let Some(first) = request.paths.first().cloned() else { return };
        self.read(first, move |_, stop| {
            let (reading, _) = importing::read(request, stop)?;
            Some(Event::Share(ShareEvent::ImportRead(Box::new(reading))))
        });
    }

    /// Opens a file whatever it is: a scene, a picture that holds one, or particles and images to be imported.
    pub fn open(&self, path: PathBuf) {
        let (notices, others) = (self.notices.post(), self.others.post());
        self.read(path, move |path, stop| match kind_of(path) {
            Some(FileKind::Scene) => {
                let result = guarded(&format!("opening {}", path.display()), || load(path, &notices, &others, stop));
                opened(SceneSource::File(path.to_owned()), result)
            }
            Some(FileKind::Image) => {
                let has_lost_its_scene = lost_its_scene(path);
                Some(Event::Share(ShareEvent::IsImage { path: path.to_owned(), has_lost_its_scene }))
            }
            Some(FileKind::Particles) => importing::read_first(vec![path.to_owned()], &notices, stop),
            None => Some(Event::Share(ShareEvent::Imported { path: path.to_owned(), result: Err(unknown_kind(path)) })),
        });
    }

    /// `portrait`: how a picture of the scene is drawn.
    pub fn save(&self, path: PathBuf, document: SwarmProject, portrait: Portrait, revision: u64) {
        let events = self.events.post();
        self.write(path, move |path| {
            let result = guarded(&format!("saving {}", path.display()), || save(path, document, portrait));
            let path = path.to_owned();
            events.send(Event::Document(DocumentEvent::Saved { path, revision, result }));
        });
    }

    /// Saves a copy; the scene's own file is not changed.
    pub fn save_copy(&self, path: PathBuf, document: SwarmProject, portrait: Portrait) {
        let what = if is_picture_name(&path) { "The scene as a picture" } else { "A copy of the scene" };
        self.write_and_report(what, path, move |path| save(path, document, portrait));
    }

    /// Exports particles in the format of the file name. `live`: the swarm as it is now.
    pub fn export(&self, path: PathBuf, document: SwarmProject, subject: ExportSubject, live: Reply<SavedSwarm>) {
        self.write_with_notice(path, move |path| exporting::write(path, document, subject, live));
    }

    /// Writes a plot, as CSV or PNG by the extension.
    pub fn save_plot(&self, path: PathBuf, chart: Chart) {
        self.write_and_report("Plot", path, move |path| write_plot(path, &chart));
    }

    /// Writes a file by `work`, and reports it under the name of `what`.
    pub fn write_and_report(
        &self,
        what: &'static str,
        path: PathBuf,
        work: impl FnOnce(&Path) -> Result<(), String> + Send + 'static,
    ) {
        self.write_with_notice(path, move |path| {
            work(path)?;
            Ok(format!("{what}: {}", path.display()))
        });
    }

    /// Writes a file by `work`, which returns the notice of its success.
    fn write_with_notice(&self, path: PathBuf, work: impl FnOnce(&Path) -> Result<String, String> + Send + 'static) {
        let notices = self.notices.post();
        self.write(path, move |path| {
            let result = guarded(&format!("writing {}", path.display()), || work(path));
            let notice = result.map_or_else(|why| (Level::Error, why), |text| (Level::Success, text));
            notices.send(notice);
        });
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

    /// `work` must not panic: see [`guarded`]. What was cancelled before its turn is not begun; what `work` returns after a
    /// cancel is dropped.
    fn read(&self, path: PathBuf, work: impl FnOnce(&Path, StopSignal) -> Option<Event> + Send + 'static) {
        let is_written = self.being_written.lock().unwrap_or_else(PoisonError::into_inner).contains(&path);
        let (events, reading) = (self.events.post(), self.readings.begin(Some(path.clone())));
        let job = move || {
            let is_cancelled = || reading.is_cancelled();
            let event = if is_cancelled() { None } else { work(&path, StopSignal::new(&is_cancelled)) };
            if let Some(event) = event.filter(|_| reading.end()) {
                events.send(event);
            }
        };
        if is_written { self.writer.put(job) } else { self.reader.put(job) }
    }
}

/// Waits for the live swarm in `portrait`, which is saved with the document.
fn save(path: &Path, mut document: SwarmProject, portrait: Portrait) -> Result<(), String> {
    // Without a live swarm, the scene is saved without one.
    let kept = portrait.live.wait().unwrap_or_default();
    let showing = if is_picture_name(path) { portrait::showing(portrait.style, &kept) } else { Showing::default() };
    document.world.state = kept.state.map(Arc::new);
    document.save_showing(path, &showing).map_err(|e| e.to_string())
}

/// Sends nothing once the signal is set.
fn load(path: &Path, notices: &Post<Notice>, others: &Post<OtherScene>, stop: StopSignal) -> ReadScene {
    let Loaded { project, warnings } = Project::load_unless_stopped(path, stop).map_err(|e| e.to_string())?;
    if stop.is_set() {
        return Ok(None);
    }
    for warning in &warnings {
        notices.send((Level::Info, warning.clone()));
    }
    if project.world.info().is_some() {
        others.send((path.to_owned(), Box::new(project)));
        return Ok(None);
    }
    let loaded = Loaded { project, warnings }.into_swarm().map_err(|fault| format!("{}: {fault}", path.display()))?;
    Ok(Some(Box::new(opened_project(loaded.project))))
}

/// The event of a scene that was read.
fn opened(source: SceneSource, result: ReadScene) -> Option<Event> {
    result.transpose().map(|result| Event::Document(DocumentEvent::Opened { source, result }))
}

/// Why a path cannot be opened.
fn unknown_kind(path: &Path) -> String {
    let what = if path.is_dir() { "a folder" } else { "of a kind that Unstill does not know" };
    let (scenes, others) = (FormatRole::Scene.proposed(), FormatRole::SwarmImport.proposed());
    format!("{} is {what}; give a scene ({scenes}) or a file to import ({others})", path.display())
}

/// Whether a picture once held a scene; false where it cannot be read, which its reader reports.
pub(super) fn lost_its_scene(path: &Path) -> bool {
    guarded("a look at the picture", || Ok(scene::lost_its_scene(path))).unwrap_or(false)
}

/// Size of a plot as a picture, pixels.
const PLOT_PX: [u32; 2] = [1200, 750];

/// # Errors
/// One sentence that names the file.
pub(super) fn write_plot(path: &Path, chart: &Chart) -> Result<(), String> {
    if format_for(path, FormatRole::Plot).map(FormatSpec::kind) == Some(FormatKind::Table) {
        write_atomic(path, chart.to_csv().as_bytes()).map_err(|e| e.to_string())
    } else {
        picture::write_png(path, &chart.draw(PLOT_PX)).map_err(|e| e.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::window::live::Live;
    use crate::worlds::swarm::picture::motifs;
    use std::time::Duration;

    fn next(files: &Files) -> Event {
        files.events.next(Duration::from_secs(30)).expect("an answer")
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
        let (_, why) = files.notices.next(Duration::from_secs(60)).unwrap();
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
            let portrait = Portrait { style: Default::default(), live: Live::default().kept() };
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

    #[test]
    fn a_cancelled_reading_changes_nothing_and_later_ones_go_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, "# box: 4 4\nx,y,heading\n1,1,0\n2,1,1\n3,2,2\n").unwrap();
        let files = Files::default();
        // The thread is busy until both are given and cancelled.
        let (go, may_go) = crossbeam_channel::bounded::<()>(0);
        files.read_later(move |_| _ = may_go.recv());
        files.import(path.clone());
        files.read_import(ImportRequest::new(vec![path.clone()]));
        files.cancel_reading();
        drop(go);
        for _ in 0..2 {
            let (level, text) = files.notices.next(Duration::from_secs(30)).expect("a notice");
            assert!(level == Level::Info && text.contains("cancelled"), "{text}");
        }
        files.import(path);
        assert!(matches!(next(&files), Event::Share(ShareEvent::Imported { result: Ok(_), .. })));
        assert_eq!(files.events().count(), 0);
    }

    #[test]
    fn a_scene_cancelled_while_it_is_read_does_not_open() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.ron");
        document("Mill").save(&path).unwrap();
        let files = Files::default();
        assert!(!files.is_reading());
        let (begun, has_begun) = crossbeam_channel::bounded::<()>(0);
        let (go, may_go) = crossbeam_channel::bounded::<()>(0);
        // Has read the whole scene when the cancel comes.
        files.read(path.clone(), move |path, _| {
            let (notices, others) = (Mailbox::default(), Mailbox::default());
            let result = load(path, &notices.post(), &others.post(), StopSignal::NEVER);
            begun.send(()).expect("the test waits");
            _ = may_go.recv();
            opened(SceneSource::File(path.to_owned()), result)
        });
        has_begun.recv_timeout(Duration::from_secs(30)).expect("a scene that is read");
        assert!(files.is_reading());
        files.cancel_reading();
        // The user is answered while the work still goes on.
        assert!(!files.is_reading());
        let (level, text) = files.notices().next().expect("a notice");
        assert!(level == Level::Info && text.contains("cancelled"), "{text}");
        drop(go);
        files.load(SceneSource::File(path));
        assert!(matches!(next(&files), Event::Document(DocumentEvent::Opened { result: Ok(_), .. })));
        assert_eq!(files.events().count(), 0, "the cancelled one sent nothing");
    }

    #[test]
    fn a_cancelled_scene_of_another_world_is_not_sent_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.ron");
        let world = (crate::worlds::studio::world_entry("points").expect("the points world").empty)();
        Project::new("Points", world).save(&path).unwrap();
        // What a signal gives that is set after so many polls: whether a scene arrives, and the polls.
        let polled = |after: usize| {
            let (notices, others, polls) = (Mailbox::default(), Mailbox::default(), std::cell::Cell::new(0));
            let is_set = || polls.replace(polls.get() + 1) >= after;
            let result = load(&path, &notices.post(), &others.post(), StopSignal::new(&is_set));
            assert!(after < usize::MAX || result.is_ok());
            (others.take().count() == 1, polls.get())
        };
        let (arrives, polls) = polled(usize::MAX);
        assert!(arrives && polls > 2, "{polls}");
        for after in 0..polls {
            assert_eq!(polled(after), (false, after + 1), "the poll that finds the signal is the last");
        }
    }
}
