//! The preferences as a file of the system's folder for settings.
//!
//! Read once before the window opens; written by a thread of its own, a moment after the last change.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};

use crate::scene::write_atomic;
use crate::session::Prefs;

/// Changes come in bursts: a slider is dragged.
const REST: Duration = Duration::from_millis(400);

/// Where the settings lie; `None` on a system that has no such place.
pub fn usual_path() -> Option<PathBuf> {
    Some(directories::ProjectDirs::from("", "", "unstill")?.config_dir().join("settings.ron"))
}

/// What the file says, and a sentence for the user when it says nothing useful. A file that cannot be understood is set
/// aside, so that nothing in it is lost.
pub fn read(path: &Path) -> (Prefs, Option<String>) {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return (Prefs::default(), None),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => return set_aside(path, "it is no text"),
        Err(error) => {
            let text = format!("The settings in {} cannot be read ({error}); the usual ones are used.", path.display());
            return (Prefs::default(), Some(text));
        }
    };
    match ron::from_str::<Prefs>(&text) {
        Ok(prefs) => (prefs.made_usable(), None),
        Err(why) => set_aside(path, &why.to_string()),
    }
}

fn set_aside(path: &Path, why: &str) -> (Prefs, Option<String>) {
    let aside = path.with_extension("ron.broken");
    let outcome = match fs::rename(path, &aside) {
        Ok(()) => format!("They lie in {} now", aside.display()),
        Err(error) => format!("They could not be set aside either ({error})"),
    };
    let text =
        format!("The settings in {} cannot be understood ({why}). {outcome}; the usual ones are used.", path.display());
    (Prefs::default(), Some(text))
}

/// Writes the newest preferences; whatever was handed over is on the disk when this is dropped.
pub struct Keeper {
    newest: Option<Sender<Prefs>>,
    faults: Receiver<String>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// `None`: there is no place for settings, and nothing is kept.
    pub fn new(path: Option<PathBuf>) -> Self {
        let (newest, inbox) = unbounded();
        let (outbox, faults) = unbounded();
        let thread = path.and_then(|path| {
            let work = move || write_each(&path, &inbox, &outbox);
            // Without the thread nothing is kept, which is no reason to stop.
            std::thread::Builder::new().name("unstill-settings".to_owned()).spawn(work).ok()
        });
        Self { newest: Some(newest), faults, thread }
    }

    pub fn keep(&self, prefs: Prefs) {
        if let Some(newest) = &self.newest {
            // Fails only where there is no thread.
            let _ = newest.send(prefs);
        }
    }

    /// Sentences about what could not be written since the last call.
    pub fn faults(&self) -> impl Iterator<Item = String> + '_ {
        self.faults.try_iter()
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.newest = None;
        if let Some(thread) = self.thread.take() {
            // A panic in it has been told on stderr.
            let _ = thread.join();
        }
    }
}

fn write_each(path: &Path, inbox: &Receiver<Prefs>, faults: &Sender<String>) {
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
            let _ = faults.send(format!("Settings are not kept: {why}"));
        }
        if over {
            return;
        }
    }
}

fn write(path: &Path, prefs: &Prefs) -> Result<(), String> {
    let text = ron::ser::to_string_pretty(prefs, ron::ser::PrettyConfig::default()).map_err(|e| e.to_string())?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    }
    write_atomic(path, text.as_bytes()).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Body, Theme};

    #[test]
    fn what_was_kept_last_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("not there yet").join("settings.ron");
        let mut prefs = Prefs { theme: Theme::Light, recent: vec!["a.ron".into()], ..Prefs::default() };
        let keeper = Keeper::new(Some(path.clone()));
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
        let keeper = Keeper::new(Some(blocked.join("settings.ron")));
        keeper.keep(Prefs::default());
        let said = keeper.faults.recv_timeout(Duration::from_secs(10)).unwrap();
        assert!(said.contains(&blocked.display().to_string()), "{said}");
    }
}
