//! Autosave and recovery: unsaved work is in a file of this run of the program, which is deleted at a clean exit.
//! A run that ended otherwise leaves it behind, and the next one offers it.
//!
//! Each run holds a lock on a file beside its own; the system lets go of it however the run ends. So the run
//! that gets the lock of another's file knows that the other has ended, and that no third one has found it.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::files::Files;
use crate::jobs::{Cores, Inbox, JobName, Mailbox, Outbox, Worker, guarded};
use crate::scene::{SwarmProject, load_swarm, remove_films, write_atomic};
use crate::session::{Session, ShareEvent, opened_project};
use crate::window::live::reply::{Reply, SavedSwarm};
use crate::window::panels::RescuedScene;

/// Greatest age of unsaved work in the file, beside the time of one write.
const EVERY: Duration = Duration::from_secs(30);

/// Another time in its place, s: for tests of the window.
const EVERY_VARIABLE: &str = "UNSTILL_AUTOSAVE_S";

/// A lock of this age without a scene belongs to a run that ended without unsaved work.
const OLD_LOCK: Duration = Duration::from_secs(24 * 3600);

const SCAN: JobName = JobName { thread: "rescue", what: "Looking for unsaved work of earlier runs" };

/// First line of a rescued scene whose work has a file: a comment of the format.
const FILE_OF: &str = "// file: ";

/// Rescued work of this run and of earlier ones.
pub struct Rescue {
    folder: Option<PathBuf>,
    own: Option<RescuePlace>,
    /// Revision that was written last, or is being written.
    written: Option<u64>,
    looked: Instant,
    scan: Worker<PathBuf, FoundRescue>,
    found: Vec<FoundRescue>,
    /// Restored in this run: deleted when the work is in a file of this run, or at a clean exit.
    restored: Vec<RescuePlace>,
    /// Files of work that another scene replaced: deleted at a clean exit.
    kept: Vec<RescuePlace>,
    /// The document that was seen last.
    serial: u64,
    /// Revisions that are in the files.
    left: Vec<u64>,
    every: Duration,
    results: Mailbox<String>,
    has_failed: bool,
}

/// A scene file and its lock.
#[derive(Debug)]
struct RescuePlace {
    scene: PathBuf,
    lock: PathBuf,
    /// Holds the lock while it is open.
    _held: File,
}

/// A scene that an earlier run left behind.
struct FoundRescue {
    place: RescuePlace,
    document: Box<SwarmProject>,
    path: Option<PathBuf>,
    written: SystemTime,
}

impl RescuePlace {
    /// The place of this run.
    fn own(folder: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos());
        let name = format!("{}-{now}", std::process::id());
        Self::locked(folder.join(format!("{name}.ron")))
    }

    /// The place of a scene file, if its lock is free.
    fn locked(scene: PathBuf) -> std::io::Result<Self> {
        let lock = scene.with_extension("lock");
        let held = OpenOptions::new().create(true).truncate(false).write(true).open(&lock)?;
        held.try_lock().map_err(std::io::Error::from)?;
        Ok(Self { scene, lock, _held: held })
    }

    /// Takes both files away. Those that cannot be removed are found again by the next run.
    fn remove(self) {
        let _ = std::fs::remove_file(&self.scene);
        remove_films(&self.scene, "");
        let _ = std::fs::remove_file(&self.lock);
    }
}

impl Rescue {
    /// Looks for what earlier runs left in `folder`, in a thread of its own. Without a folder nothing is rescued.
    pub fn new(folder: Option<PathBuf>) -> Self {
        let scan = Worker::start(SCAN, Cores::Shared, Inbox::Latest, || {
            |folder: PathBuf, outbox: &Outbox<FoundRescue>| find(&folder, outbox)
        });
        folder.iter().for_each(|folder| scan.order(folder.clone()));
        Self {
            folder,
            own: None,
            written: None,
            looked: Instant::now(),
            scan,
            found: Vec::new(),
            restored: Vec::new(),
            kept: Vec::new(),
            serial: 0,
            left: Vec::new(),
            every: every(),
            results: Mailbox::default(),
            has_failed: false,
        }
    }

    /// Once a frame: writes unsaved work now and then, and removes what has been saved otherwise. Returns a sentence
    /// when that fails for the first time. `living`: asks for the swarm.
    pub fn advance(
        &mut self,
        session: &Session,
        files: &Files,
        living: impl FnOnce() -> Reply<SavedSwarm>,
    ) -> Option<String> {
        self.found.extend(self.scan.events());
        if std::mem::replace(&mut self.serial, session.serial()) != session.serial() {
            self.leave(session, files);
        }
        if !session.is_dirty() {
            if self.written.take().is_some()
                && let Some(own) = &self.own
            {
                let scene = own.scene.clone();
                files.write_later(move || {
                    // What stays is offered once too often.
                    let _ = std::fs::remove_file(scene);
                });
            }
        } else if self.looked.elapsed() >= self.every && self.written != Some(session.revision()) {
            self.looked = Instant::now();
            self.write(session.document(), session.path(), session.revision(), files, Some(living()));
        }
        // What a scan that failed has not found stays for the next run.
        let faults = self.scan.faults().map(|fault| fault.to_string());
        let failure = self.results.take().chain(faults).last()?;
        (!std::mem::replace(&mut self.has_failed, true)).then_some(failure)
    }

    /// Another document is open. Undo brings the one before back, a crash does not: its last changes are written too.
    fn leave(&mut self, session: &Session, files: &Files) {
        if let Some((document, path, revision)) = session.last_left()
            && self.written != Some(revision)
            && !self.left.contains(&revision)
        {
            self.write(document, path, revision, files, None);
        }
        if let Some(revision) = self.written.take() {
            self.left.push(revision);
            self.kept.extend(self.own.take());
        }
    }

    fn write(
        &mut self,
        document: &SwarmProject,
        path: Option<&Path>,
        revision: u64,
        files: &Files,
        living: Option<Reply<SavedSwarm>>,
    ) {
        let Some(folder) = &self.folder else { return };
        if self.own.is_none() {
            match RescuePlace::own(folder) {
                Ok(place) => self.own = Some(place),
                Err(e) => {
                    self.results.put(format!("cannot write {} ({e})", folder.display()));
                    return;
                }
            }
        }
        let Some(own) = &self.own else { return };
        self.written = Some(revision);
        let (scene, failed) = (own.scene.clone(), self.results.post());
        // What is left without a swarm is the document before the one that was restored.
        let restored = if living.is_some() { std::mem::take(&mut self.restored) } else { Vec::new() };
        let mut document = document.clone();
        // A path with a line break would end the comment.
        let path = path.and_then(Path::to_str).filter(|path| !path.contains(['\n', '\r']));
        let head = path.map_or_else(String::new, |path| format!("{FILE_OF}{path}\n"));
        files.write_later(move || {
            let result = guarded("autosave", || {
                let state = living.and_then(|living| living.wait().ok()).unwrap_or_default().state;
                document.world.state = state.map(Arc::new).or(document.world.state);
                let text = head + &document.text_beside(&scene).map_err(|e| e.to_string())?;
                write_atomic(&scene, text.as_bytes()).map_err(|e| e.to_string())?;
                remove_films(&scene, &text);
                Ok(())
            });
            match result {
                // Or a second crash would offer it twice.
                Ok(()) => restored.into_iter().for_each(RescuePlace::remove),
                // What was restored is offered again by the next run.
                Err(why) => failed.send(why),
            }
        });
    }

    /// What earlier runs left behind, for the panels.
    pub fn offered(&self) -> Vec<RescuedScene> {
        let minutes = |at: SystemTime| at.elapsed().map_or(0, |age| age.as_secs() / 60);
        let card = |found: &FoundRescue| RescuedScene {
            title: found.document.title.clone(),
            particles: found.document.world.snapshot.particles.len(),
            minutes_ago: minutes(found.written),
        };
        self.found.iter().map(card).collect()
    }

    /// Restores one. This run writes a file of its own at once; then the old one is deleted.
    pub fn restore(&mut self, number: usize) -> Option<ShareEvent> {
        if number >= self.found.len() {
            return None;
        }
        let FoundRescue { place, document, path, .. } = self.found.remove(number);
        self.restored.push(place);
        if let Some(now) = Instant::now().checked_sub(self.every) {
            self.looked = now;
        }
        Some(ShareEvent::Restored { path, document })
    }

    pub fn discard(&mut self, number: usize, files: &Files) {
        if number < self.found.len() {
            let place = self.found.remove(number).place;
            files.write_later(move || place.remove());
        }
    }

    /// A clean exit, with nothing waiting to be written. Scenes that were not restored are offered again.
    pub fn end(&mut self) {
        let places = self.own.take().into_iter().chain(self.kept.drain(..)).chain(self.restored.drain(..));
        places.for_each(RescuePlace::remove);
        self.folder = None;
    }
}

/// How often unsaved work is written.
pub(super) fn every() -> Duration {
    let seconds = std::env::var(EVERY_VARIABLE).ok().and_then(|text| text.parse().ok());
    seconds.map_or(EVERY, |seconds: u32| Duration::from_secs(seconds.max(1).into()))
}

/// Reports each scene in `folder` whose lock is free.
fn find(folder: &Path, outbox: &Outbox<FoundRescue>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten().take_while(|_| !outbox.is_stopped()) {
        let path = entry.path();
        let written = entry.metadata().and_then(|m| m.modified()).unwrap_or(UNIX_EPOCH);
        match path.extension().and_then(|e| e.to_str()) {
            Some("ron") => {
                // Held by a running program.
                let Ok(place) = RescuePlace::locked(path) else { continue };
                // It may have gone meanwhile with the run that it belonged to.
                let Ok(loaded) = load_swarm(&place.scene) else { continue };
                let found = FoundRescue {
                    path: file_of(&place.scene),
                    document: Box::new(opened_project(loaded.project)),
                    place,
                    written,
                };
                outbox.send(found);
            }
            Some("lock") if written.elapsed().is_ok_and(|age| age > OLD_LOCK) => {
                let scene = path.with_extension("ron");
                if !scene.exists()
                    && let Ok(place) = RescuePlace::locked(scene)
                {
                    place.remove();
                }
            }
            _ => {}
        }
    }
}

/// The file that a rescued scene had.
fn file_of(scene: &Path) -> Option<PathBuf> {
    use std::io::{BufRead, BufReader};
    let mut line = String::new();
    BufReader::new(File::open(scene).ok()?).read_line(&mut line).ok()?;
    Some(PathBuf::from(line.strip_prefix(FILE_OF)?.trim_end_matches(['\n', '\r'])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{DocumentCommand, DocumentEvent, Event, PaintCommand};
    use crate::window::live::Live;
    use crate::worlds::swarm::picture::Particle;
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;

    /// Tells the test below, run in a process of its own, where to write.
    const FOLDER: &str = "UNSTILL_TEST_RESCUE";

    fn dirty(title: &str) -> Session {
        let mut session = Session::new(1);
        session.apply(DocumentCommand::SetTitle(title.into()));
        session.apply(PaintCommand::Stroke(vec![Particle { x: 1.0, y: 2.0, ..Particle::default() }]));
        session
    }

    fn written(rescue: &mut Rescue, session: &Session, files: &Files) {
        rescue.looked = Instant::now().checked_sub(EVERY).unwrap();
        assert_eq!(rescue.advance(session, files, || Live::default().kept()), None);
        settle(files);
    }

    fn settle(files: &Files) {
        while files.waiting() > 0 {
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// What a new run finds in `folder`.
    fn next_run(folder: &Path) -> Rescue {
        let mut rescue = Rescue::new(Some(folder.to_owned()));
        while !rescue.scan.is_idle() {
            std::thread::sleep(Duration::from_millis(2));
        }
        rescue.advance(&Session::new(1), &Files::default(), || Live::default().kept());
        rescue
    }

    /// The same after a crash that left `count` scenes. A process that another test starts holds their locks for a moment.
    fn after_crash(folder: &Path, count: usize) -> Rescue {
        let mut runs = std::iter::repeat_with(|| next_run(folder)).take(2000);
        runs.find(|rescue| rescue.offered().len() == count).expect("so many scenes")
    }

    fn names(folder: &Path) -> Vec<String> {
        let names = std::fs::read_dir(folder).map(|dir| dir.map(|e| e.unwrap().file_name().into_string().unwrap()));
        names.map(Iterator::collect).unwrap_or_default()
    }

    #[test]
    fn unsaved_work_is_in_a_file_until_saved_or_a_clean_exit() {
        let dir = tempfile::tempdir().unwrap();
        let (files, mut session) = (Files::default(), dirty("One"));
        let mut rescue = Rescue::new(Some(dir.path().join("deep/folder")));
        let folder = dir.path().join("deep/folder");
        written(&mut rescue, &session, &files);
        assert_eq!(names(&folder).len(), 2, "{:?}", names(&folder));
        // Nothing new: not written again, also when it is time.
        let at = |folder: &Path| {
            let scene = names(folder).into_iter().find(|n| n.ends_with(".ron")).unwrap();
            std::fs::metadata(folder.join(scene)).unwrap().modified().unwrap()
        };
        let before = at(&folder);
        written(&mut rescue, &session, &files);
        assert_eq!(at(&folder), before);
        let (path, revision) = (PathBuf::from("one.ron"), session.revision());
        session.apply(DocumentCommand::SaveAs(path.clone()));
        session.on_event(DocumentEvent::Saved { path, revision, result: Ok(()) });
        written(&mut rescue, &session, &files);
        assert!(names(&folder).iter().all(|n| n.ends_with(".lock")), "{:?}", names(&folder));
        session.apply(DocumentCommand::SetTitle("Two".into()));
        written(&mut rescue, &session, &files);
        rescue.end();
        assert!(names(&folder).is_empty());
    }

    #[test]
    fn unsaved_work_of_a_replaced_scene_survives_a_crash() {
        let dir = tempfile::tempdir().unwrap();
        let (files, mut session) = (Files::default(), dirty("One"));
        let mut rescue = Rescue::new(Some(dir.path().to_owned()));
        written(&mut rescue, &session, &files);
        // What was changed since then is written when it is left.
        session.apply(DocumentCommand::SetTitle("One, later".into()));
        session.apply(DocumentCommand::New);
        rescue.advance(&session, &files, || Live::default().kept());
        session.apply(DocumentCommand::SetTitle("Two".into()));
        written(&mut rescue, &session, &files);
        // The locks go as in a crash; the files stay.
        drop(rescue);
        let mut rescue = after_crash(dir.path(), 2);
        let mut titles: Vec<String> = rescue.offered().into_iter().map(|offered| offered.title).collect();
        titles.sort();
        assert_eq!(titles, ["One, later", "Two"]);
        rescue.end();
    }

    #[test]
    fn two_living_runs_do_not_take_each_others_work() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::default();
        let [mut one, mut two] = [(); 2].map(|()| Rescue::new(Some(dir.path().to_owned())));
        written(&mut one, &dirty("One"), &files);
        written(&mut two, &dirty("Two"), &files);
        assert_eq!(names(dir.path()).iter().filter(|n| n.ends_with(".ron")).count(), 2);
        assert!(next_run(dir.path()).offered().is_empty());
        two.end();
        assert_eq!(names(dir.path()).iter().filter(|n| n.ends_with(".ron")).count(), 1);
    }

    #[test]
    #[ignore = "run by the next test in a process that is killed"]
    fn holds_unsaved_work_until_it_is_killed() {
        let Some(folder) = std::env::var_os(FOLDER) else { return };
        let (files, mut session) = (Files::default(), dirty("Lost"));
        session.on_event(DocumentEvent::Saved { path: "/home/me/lost.ron".into(), revision: 0, result: Ok(()) });
        session.apply(DocumentCommand::SaveAs("/home/me/lost.ron".into()));
        session.on_event(DocumentEvent::Saved { path: "/home/me/lost.ron".into(), revision: 0, result: Ok(()) });
        let mut rescue = Rescue::new(Some(folder.into()));
        written(&mut rescue, &session, &files);
        println!("\nwritten");
        std::thread::sleep(Duration::from_secs(600));
    }

    #[test]
    fn the_work_of_a_killed_process_is_restored() {
        let dir = tempfile::tempdir().unwrap();
        let holder = module_path!().replacen("unstill::", "", 1) + "::holds_unsaved_work_until_it_is_killed";
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args([&*holder, "--exact", "--ignored", "--nocapture"])
            .env(FOLDER, dir.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().trim() == "written"), "the child did not write");
        assert!(next_run(dir.path()).offered().is_empty(), "it is alive");
        child.kill().unwrap();
        child.wait().unwrap();

        let (files, mut session) = (Files::default(), Session::new(1));
        let mut rescue = after_crash(dir.path(), 1);
        let offered = rescue.offered();
        assert_eq!((offered[0].title.as_str(), offered[0].particles, offered[0].minutes_ago), ("Lost", 1, 0));
        assert!(next_run(dir.path()).offered().is_empty(), "it is offered by one run alone");
        let event = rescue.restore(0).unwrap();
        session.on_event(Event::Share(event));
        assert_eq!(*session.document(), *dirty("Lost").document());
        assert_eq!(session.path(), Some(Path::new("/home/me/lost.ron")));
        // Safe again at once, and in one file alone, so that another crash offers it once.
        rescue.advance(&session, &files, || Live::default().kept());
        settle(&files);
        assert_eq!(names(dir.path()).iter().filter(|n| n.ends_with(".ron")).count(), 1);
        drop(rescue);
        let mut rescue = after_crash(dir.path(), 1);
        let event = rescue.restore(0).unwrap();
        session.on_event(Event::Share(event));
        assert_eq!(*session.document(), *dirty("Lost").document());
        rescue.end();
        assert!(names(dir.path()).is_empty());
    }

    #[test]
    fn discarded_work_is_deleted_and_other_work_stays() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::default();
        for title in ["A", "B"] {
            let mut rescue = Rescue::new(Some(dir.path().to_owned()));
            written(&mut rescue, &dirty(title), &files);
            // The lock is released as in a crash; the files stay.
        }
        let mut rescue = after_crash(dir.path(), 2);
        let kept = rescue.offered()[1].title.clone();
        rescue.discard(0, &files);
        settle(&files);
        rescue.end();
        drop(rescue);
        let offered = after_crash(dir.path(), 1).offered();
        assert_eq!(offered.iter().map(|o| o.title.as_str()).collect::<Vec<_>>(), [kept.as_str()]);
    }

    #[test]
    fn an_unwritable_rescue_folder_is_reported_once() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, "").unwrap();
        let (files, session) = (Files::default(), dirty("One"));
        let mut rescue = Rescue::new(Some(file.join("rescue")));
        let mut reports = 0;
        for _ in 0..3 {
            rescue.looked = Instant::now().checked_sub(EVERY).unwrap();
            reports += usize::from(rescue.advance(&session, &files, || Live::default().kept()).is_some());
        }
        assert_eq!(reports, 1);
    }
}
