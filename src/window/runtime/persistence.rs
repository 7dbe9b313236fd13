//! What is saved between runs: files in the system's folder for settings.
//!
//! Read once before the window opens; each written by a thread of its own, soon after the last change. Two windows
//! may be open: what the other one has written meanwhile stays.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::jobs::{Cores, Inbox, JobName, Outbox, Worker};
use crate::scene::write_atomic;
use crate::session::{FirstSteps, Prefs};

/// Least time from a change to its write: changes come in bursts, as a slider is dragged.
const SAVE_DELAY: Duration = Duration::from_millis(400);

/// Time between two tries to lock the file, which another window holds for a few milliseconds.
const LOCK_RETRY: Duration = Duration::from_millis(20);
/// A window that hangs is not waited for.
const MAX_LOCK_TRIES: u32 = 100;

/// A kind of data that is saved between runs.
pub trait Persistent: Clone + Default + Serialize + DeserializeOwned + Send + 'static {
    const FILE: &'static str;
    /// Its name in messages, in the plural.
    const NAME: &'static str;
    /// What happens without the file.
    const INSTEAD: &'static str;

    /// # Errors
    /// What can be read and yet not be used, as part of a sentence.
    fn usable(self) -> Result<Self, String>;

    /// Takes over what another window has written: `theirs`, but for what has changed here since `base`.
    fn merged(self, base: &Self, theirs: Self) -> Self;
}

impl Persistent for Prefs {
    const FILE: &str = "settings.ron";
    const NAME: &str = "settings";
    const INSTEAD: &str = "the defaults are used";

    fn usable(self) -> Result<Self, String> {
        Ok(self.made_usable())
    }

    fn merged(self, base: &Self, theirs: Self) -> Self {
        fn newer<T: PartialEq>(mine: T, base: &T, theirs: T) -> T {
            if mine == *base { theirs } else { mine }
        }
        let (steps, other) = (self.first_steps, theirs.first_steps);
        let merged = Self {
            theme: newer(self.theme, &base.theme, theirs.theme),
            ui_scale: newer(self.ui_scale, &base.ui_scale, theirs.ui_scale),
            look: newer(self.look, &base.look, theirs.look),
            panels_hidden: newer(self.panels_hidden, &base.panels_hidden, theirs.panels_hidden),
            // A step that was done in either window stays done.
            first_steps: FirstSteps {
                painted: steps.painted || other.painted,
                learned: steps.learned || other.learned,
                lived: steps.lived || other.lived,
                closed: steps.closed || other.closed,
            },
            film: newer(self.film, &base.film, theirs.film),
            trajectory: newer(self.trajectory, &base.trajectory, theirs.trajectory),
            engine: newer(self.engine, &base.engine, theirs.engine),
            engine_of_run: self.engine_of_run,
            // The newest one first: here something was opened just now, unless only another setting has changed.
            recent: merged_lists(&self.recent, &base.recent, &theirs.recent, usize::from(self.recent != base.recent)),
        };
        merged.made_usable()
    }
}

/// A list that has changed from `base` to `mine` here, and to `theirs` elsewhere; what was added there is put at `place`.
pub fn merged_lists<T: Clone + PartialEq>(mine: &[T], base: &[T], theirs: &[T], place: usize) -> Vec<T> {
    let taken_out = |item: &T| base.contains(item) && !theirs.contains(item);
    let added = theirs.iter().filter(|item| !base.contains(item) && !mine.contains(item));
    let mut merged: Vec<T> = mine.iter().filter(|item| !taken_out(item)).cloned().collect();
    let place = place.min(merged.len());
    merged.splice(place..place, added.cloned());
    merged
}

/// What an earlier run has saved, the saver of its changes, and a sentence for the user when it could not be read.
pub fn load<T: Persistent>() -> (T, Saver<T>, Option<String>) {
    // `None` on a system that has no such folder.
    let folders = directories::ProjectDirs::from("", "", "unstill");
    let path = folders.map(|folders| folders.config_dir().join(T::FILE));
    let (saved, warning) = path.as_deref().map_or_else(Default::default, read::<T>);
    (saved.clone(), Saver::new(path, saved), warning)
}

/// The preferences in the file, and a sentence for the user where they cannot be read. A file that cannot be understood
/// is set aside, so that nothing in it is lost.
pub fn read<T: Persistent>(path: &Path) -> (T, Option<String>) {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return (T::default(), None),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => return set_aside(path, "it is not text"),
        Err(error) => return set_aside(path, &error.to_string()),
    };
    match ron::from_str::<T>(&text).map_err(|why| why.to_string()).and_then(T::usable) {
        Ok(saved) => (saved, None),
        Err(why) => set_aside(path, &why),
    }
}

fn set_aside<T: Persistent>(path: &Path, why: &str) -> (T, Option<String>) {
    // What was set aside before stays.
    let asides = (1..100).map(|k| if k == 1 { "ron.broken".to_owned() } else { format!("ron.broken-{k}") });
    let aside = asides.map(|end| path.with_extension(end)).find(|aside| !aside.exists());
    let moved = aside.ok_or_else(|| "too many are there".to_owned()).and_then(|aside| {
        fs::rename(path, &aside).map_err(|error| error.to_string())?;
        Ok(aside)
    });
    let outcome = match moved {
        Ok(aside) => format!("They are in {} now", aside.display()),
        Err(error) => format!("They could not be set aside either ({error})"),
    };
    let (name, instead) = (T::NAME, T::INSTEAD);
    let text = format!("The {name} in {} cannot be understood ({why}). {outcome}; {instead}.", path.display());
    (T::default(), Some(text))
}

/// Saves the newest value of its kind; what was passed to [`Self::save`] is on the disk when this is dropped.
pub struct Saver<T: Persistent>(Option<Worker<T, String>>);

impl<T: Persistent> Saver<T> {
    /// `path`: `None` where there is no folder for it, and nothing is saved; `base`: what was read there.
    pub fn new(path: Option<PathBuf>, base: T) -> Self {
        Self(path.map(|path| {
            let name = JobName { thread: T::NAME, what: "Saving settings and stamps" };
            Worker::start(name, Cores::Shared, Inbox::Latest, move || {
                let (path, mut base, mut has_failed) = (path.clone(), base.clone(), false);
                move |newest: T, outbox: &Outbox<String>| {
                    outbox.rest(SAVE_DELAY);
                    // A newer one is next.
                    if outbox.is_outdated() {
                        return;
                    }
                    match write(&path, &base, newest.clone()) {
                        Ok(warning) => {
                            base = newest;
                            warning.into_iter().for_each(|warning| outbox.send(warning));
                        }
                        Err(why) if !std::mem::replace(&mut has_failed, true) => {
                            outbox.send(format!("The {} are not saved: {why}", T::NAME));
                        }
                        Err(_) => {}
                    }
                }
            })
        }))
    }

    pub fn save(&self, newest: T) {
        self.0.iter().for_each(|worker| worker.order(newest.clone()));
    }

    /// Sentences for the user since the last call.
    pub fn faults(&self) -> impl Iterator<Item = String> + '_ {
        self.0.iter().flat_map(|worker| worker.events().chain(worker.faults().map(|fault| fault.to_string())))
    }
}

impl<T: Persistent> Drop for Saver<T> {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(|worker| worker.end(Duration::MAX));
    }
}

/// Returns a sentence when the file there could not be understood.
fn write<T: Persistent>(path: &Path, base: &T, mine: T) -> Result<Option<String>, String> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    }
    // Between reading and writing no other window writes.
    let _turn = turn(&path.with_extension("lock"));
    let (merged, warning) = match path.exists().then(|| read::<T>(path)) {
        Some((theirs, None)) => (mine.merged(base, theirs), None),
        Some((_, warning)) => (mine, warning),
        None => (mine, None),
    };
    let text = ron::ser::to_string_pretty(&merged, ron::ser::PrettyConfig::default()).map_err(|e| e.to_string())?;
    write_atomic(path, text.as_bytes()).map_err(|e| e.to_string())?;
    Ok(warning)
}

/// The lock, until it is dropped. Where there can be none, one window at a time has to do.
fn turn(path: &Path) -> Option<File> {
    let file = File::options().create(true).truncate(false).write(true).open(path).ok()?;
    for _ in 0..MAX_LOCK_TRIES {
        match file.try_lock() {
            Ok(()) => return Some(file),
            Err(fs::TryLockError::WouldBlock) => std::thread::sleep(LOCK_RETRY),
            Err(fs::TryLockError::Error(_)) => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Body, Theme};

    fn read(path: &Path) -> (Prefs, Option<String>) {
        super::read(path)
    }

    fn next_fault(saver: &Saver<Prefs>) -> String {
        let worker = saver.0.as_ref().expect("there is a path");
        worker.next_event(Duration::from_secs(10)).expect("a fault in time")
    }

    #[test]
    fn saved_preferences_are_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("not there yet").join("settings.ron");
        let mut prefs = Prefs { theme: Theme::Light, recent: vec!["a.ron".into()], ..Prefs::default() };
        let saver = Saver::new(Some(path.clone()), Prefs::default());
        saver.save(prefs.clone());
        prefs.look.body = Body::Drop;
        prefs.ui_scale = 1.25;
        saver.save(prefs.clone());
        drop(saver);
        assert_eq!(read(&path), (prefs, None));
    }

    #[test]
    fn without_a_file_the_defaults_apply_silently() {
        assert_eq!(read(Path::new("/nowhere/settings.ron")), (Prefs::default(), None));
    }

    #[test]
    fn an_unreadable_file_is_set_aside_and_reported() {
        for bytes in [&b"(theme: "[..], b"\xff\xfe\x00", b"42"] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("settings.ron");
            fs::write(&path, bytes).unwrap();
            let (prefs, warning) = read(&path);
            assert_eq!(prefs, Prefs::default());
            let warning = warning.unwrap();
            let aside = folder.path().join("settings.ron.broken");
            assert!(warning.contains(&aside.display().to_string()), "{warning}");
            assert_eq!(fs::read(aside).unwrap(), bytes);
            assert!(!path.exists());
        }
    }

    #[test]
    fn an_unwritable_folder_is_reported_once() {
        let folder = tempfile::tempdir().unwrap();
        let blocked = folder.path().join("file");
        fs::write(&blocked, "").unwrap();
        let saver = Saver::new(Some(blocked.join("settings.ron")), Prefs::default());
        saver.save(Prefs::default());
        let warning = next_fault(&saver);
        assert!(warning.contains(&blocked.display().to_string()), "{warning}");
    }

    #[test]
    fn two_windows_keep_each_others_settings() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.ron");
        let base = Prefs { recent: vec!["old.ron".into(), "gone.ron".into()], ..Prefs::default() };
        write(&path, &base, base.clone()).unwrap();
        let [one, other] = [0, 1].map(|_| Saver::new(Some(path.clone()), base.clone()));
        let mut mine = Prefs { theme: Theme::Light, recent: vec!["mine.ron".into(), "old.ron".into()], ..base.clone() };
        mine.first_steps.painted = true;
        one.save(mine.clone());
        drop(one);
        let mut theirs = Prefs { ui_scale: 1.5, ..base.clone() };
        theirs.recent.insert(0, "theirs.ron".into());
        theirs.first_steps.lived = true;
        other.save(theirs);
        drop(other);
        let (saved, warning) = read(&path);
        assert_eq!((saved.theme, saved.ui_scale, warning), (Theme::Light, 1.5, None));
        assert!(saved.first_steps.painted && saved.first_steps.lived);
        assert_eq!(
            saved.recent,
            ["theirs.ron", "mine.ron", "old.ron"].map(PathBuf::from),
            "and what was taken out is out"
        );
    }

    #[test]
    fn a_file_damaged_at_run_time_is_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.ron");
        let saver = Saver::new(Some(path.clone()), Prefs::default());
        fs::write(&path, "half (").unwrap();
        saver.save(Prefs { ui_scale: 1.5, ..Prefs::default() });
        let warning = next_fault(&saver);
        assert!(warning.contains("settings.ron.broken"), "{warning}");
        assert_eq!(fs::read_to_string(folder.path().join("settings.ron.broken")).unwrap(), "half (");
        assert_eq!(read(&path).0.ui_scale, 1.5);
    }
}
