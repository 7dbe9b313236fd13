//! What is kept between runs: files in the system's folder for settings.
//!
//! Read once before the window opens; each written by a thread of its own, a moment after the last change.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::scene::write_atomic;

/// Changes come in bursts: a slider is dragged.
const REST: Duration = Duration::from_millis(400);

/// A kind of thing that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    file: &'static str,
    /// As people call it, in the plural.
    name: &'static str,
    /// What happens without the file.
    instead: &'static str,
}

pub const SETTINGS: Kind = Kind { file: "settings.ron", name: "settings", instead: "the usual ones are used" };
pub const STAMPS: Kind = Kind { file: "stamps.ron", name: "stamps", instead: "the library begins anew" };

impl Kind {
    /// Where it lies; `None` on a system that has no such place.
    pub fn usual_path(self) -> Option<PathBuf> {
        Some(directories::ProjectDirs::from("", "", "unstill")?.config_dir().join(self.file))
    }
}

/// What the file says, and a sentence for the user when it says nothing useful. A file that cannot be understood is set
/// aside, so that nothing in it is lost. `usable`: refuses what can be read and yet not be used, with the reason.
pub fn read<T: DeserializeOwned + Default>(
    kind: Kind,
    path: &Path,
    usable: impl FnOnce(T) -> Result<T, String>,
) -> (T, Option<String>) {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return (T::default(), None),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => return set_aside(kind, path, "it is no text"),
        Err(error) => return set_aside(kind, path, &error.to_string()),
    };
    match ron::from_str::<T>(&text).map_err(|why| why.to_string()).and_then(usable) {
        Ok(kept) => (kept, None),
        Err(why) => set_aside(kind, path, &why),
    }
}

fn set_aside<T: Default>(Kind { name, instead, .. }: Kind, path: &Path, why: &str) -> (T, Option<String>) {
    // What was set aside before stays.
    let asides = (1..100).map(|k| if k == 1 { "ron.broken".to_owned() } else { format!("ron.broken-{k}") });
    let aside = asides.map(|end| path.with_extension(end)).find(|aside| !aside.exists());
    let moved = aside.ok_or_else(|| "too many lie there".to_owned()).and_then(|aside| {
        fs::rename(path, &aside).map_err(|error| error.to_string())?;
        Ok(aside)
    });
    let outcome = match moved {
        Ok(aside) => format!("They lie in {} now", aside.display()),
        Err(error) => format!("They could not be set aside either ({error})"),
    };
    let text = format!("The {name} in {} cannot be understood ({why}). {outcome}; {instead}.", path.display());
    (T::default(), Some(text))
}

/// Writes the newest of its kind; whatever was handed over is on the disk when this is dropped.
pub struct Keeper<T> {
    newest: Option<Sender<T>>,
    faults: Receiver<String>,
    thread: Option<JoinHandle<()>>,
}

impl<T: Serialize + Send + 'static> Keeper<T> {
    /// `None`: there is no place for it, and nothing is kept.
    pub fn new(kind: Kind, path: Option<PathBuf>) -> Self {
        let (newest, inbox) = unbounded();
        let (outbox, faults) = unbounded();
        let thread = path.and_then(|path| {
            let work = move || write_each(kind, &path, &inbox, &outbox);
            // Without the thread nothing is kept, which is no reason to stop.
            std::thread::Builder::new().name(format!("unstill-{}", kind.name)).spawn(work).ok()
        });
        Self { newest: Some(newest), faults, thread }
    }

    pub fn keep(&self, kept: T) {
        if let Some(newest) = &self.newest {
            // Fails only where there is no thread.
            let _ = newest.send(kept);
        }
    }

    /// Sentences about what could not be written since the last call.
    pub fn faults(&self) -> impl Iterator<Item = String> + '_ {
        self.faults.try_iter()
    }
}

impl<T> Drop for Keeper<T> {
    fn drop(&mut self) {
        self.newest = None;
        if let Some(thread) = self.thread.take() {
            // A panic in it has been told on stderr.
            let _ = thread.join();
        }
    }
}

fn write_each<T: Serialize>(kind: Kind, path: &Path, inbox: &Receiver<T>, faults: &Sender<String>) {
    let mut told = false;
    while let Ok(mut newest) = inbox.recv() {
        let over = loop {
            match inbox.recv_timeout(REST) {
                Ok(newer) => newest = newer,
                Err(RecvTimeoutError::Timeout) => break false,
                Err(RecvTimeoutError::Disconnected) => break true,
            }
        };
        if let Err(why) = write(path, &newest)
            && !std::mem::replace(&mut told, true)
        {
            // Fails only when the program is ending.
            let _ = faults.send(format!("The {} are not kept: {why}", kind.name));
        }
        if over {
            return;
        }
    }
}

fn write(path: &Path, kept: &impl Serialize) -> Result<(), String> {
    let text = ron::ser::to_string_pretty(kept, ron::ser::PrettyConfig::default()).map_err(|e| e.to_string())?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    }
    write_atomic(path, text.as_bytes()).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Body, Prefs, Theme};

    fn read(path: &Path) -> (Prefs, Option<String>) {
        super::read(SETTINGS, path, |prefs: Prefs| Ok(prefs.made_usable()))
    }

    #[test]
    fn what_was_kept_last_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("not there yet").join("settings.ron");
        let mut prefs = Prefs { theme: Theme::Light, recent: vec!["a.ron".into()], ..Prefs::default() };
        let keeper = Keeper::new(SETTINGS, Some(path.clone()));
        keeper.keep(prefs.clone());
        prefs.look.body = Body::Drop;
        prefs.ui_scale = 1.25;
        keeper.keep(prefs.clone());
        drop(keeper);
        assert_eq!(read(&path), (prefs, None));
    }

    #[test]
    fn without_a_file_the_settings_are_the_usual_ones_and_nothing_is_said() {
        assert_eq!(read(Path::new("/nowhere/settings.ron")), (Prefs::default(), None));
    }

    #[test]
    fn a_file_that_cannot_be_understood_is_set_aside_and_said() {
        for bytes in [&b"(theme: "[..], b"\xff\xfe\x00", b"42"] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("settings.ron");
            fs::write(&path, bytes).unwrap();
            let (prefs, said) = read(&path);
            assert_eq!(prefs, Prefs::default());
            let said = said.unwrap();
            let aside = folder.path().join("settings.ron.broken");
            assert!(said.contains(&aside.display().to_string()), "{said}");
            assert_eq!(fs::read(aside).unwrap(), bytes);
            assert!(!path.exists());
        }
    }

    #[test]
    fn a_place_that_cannot_be_written_is_said_once() {
        let folder = tempfile::tempdir().unwrap();
        let blocked = folder.path().join("file");
        fs::write(&blocked, "").unwrap();
        let keeper = Keeper::new(SETTINGS, Some(blocked.join("settings.ron")));
        keeper.keep(Prefs::default());
        let said = keeper.faults.recv_timeout(Duration::from_secs(10)).unwrap();
        assert!(said.contains(&blocked.display().to_string()), "{said}");
    }
}
