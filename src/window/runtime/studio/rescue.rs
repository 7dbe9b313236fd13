//! Autosave of a world: unsaved work is in one file of the world, which is deleted when it is saved and at a clean
//! exit. The run that finds it brings it back. A lock beside it belongs to the run that shows the world; others leave
//! the file alone.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::super::files::Files;
use crate::jobs::guarded;
use crate::scene::write_atomic;
use crate::session::studio::Studio;

/// Unsaved work of one world.
pub struct StudioRescue {
    scene: PathBuf,
    /// Holds the lock while it is open.
    _held: File,
    /// Revision that was written last.
    written: Option<u64>,
    looked: Instant,
    every: Duration,
}

impl StudioRescue {
    /// Takes the place of `world` in `folder`. `None` without a folder, or where another run has it.
    pub fn new(folder: Option<&Path>, world: &str, every: Duration) -> Option<Self> {
        let folder = folder?.join("worlds");
        std::fs::create_dir_all(&folder).ok()?;
        let lock = folder.join(format!("{world}.lock"));
        let held = OpenOptions::new().create(true).truncate(false).write(true).open(lock).ok()?;
        held.try_lock().ok()?;
        let scene = folder.join(format!("{world}.ron"));
        Some(Self { scene, _held: held, written: None, looked: Instant::now(), every })
    }

    /// What an earlier run left behind.
    pub fn found(&self) -> Option<&Path> {
        self.scene.exists().then_some(&*self.scene)
    }

    /// Writes unsaved work now and then, and removes what has been saved.
    pub fn advance(&mut self, studio: &Studio, files: &Files) {
        let scene = self.scene.clone();
        if !studio.is_dirty() {
            if self.written.take().is_some() {
                files.write_later(move || {
                    // What stays is brought back once too often.
                    let _ = std::fs::remove_file(scene);
                });
            }
        } else if self.looked.elapsed() >= self.every && self.written != Some(studio.revision()) {
            self.looked = Instant::now();
            self.written = Some(studio.revision());
            let project = studio.project().clone().map_world(std::sync::Arc::unwrap_or_clone);
            files.write_later(move || {
                // The next autosave tries again; saving by hand reports what is wrong.
                let _ = guarded("autosave", || {
                    write_atomic(&scene, project.to_ron().as_bytes()).map_err(|error| error.to_string())
                });
            });
        }
    }

    /// The program ends well.
    pub fn end(&self) {
        // What stays is brought back once too often.
        let _ = std::fs::remove_file(&self.scene);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Project;
    use crate::session::studio::StudioCommand;
    use crate::worlds::studio::world_entry;

    fn until(what: &str, holds: impl Fn() -> bool) {
        let begun = Instant::now();
        while !holds() {
            assert!(begun.elapsed() < Duration::from_secs(30), "{what}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn unsaved_work_is_found_by_the_next_run_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (files, now) = (Files::default(), Duration::ZERO);
        let mut studio = Studio::new(world_entry("points").unwrap());
        let mut rescue = StudioRescue::new(Some(folder.path()), "points", now).unwrap();
        assert!(StudioRescue::new(Some(folder.path()), "points", now).is_none(), "another run has it");
        rescue.advance(&studio, &files);
        studio.apply(StudioCommand::SetTitle("Mine".into()));
        rescue.advance(&studio, &files);
        until("it is written", || files.waiting() == 0 && rescue.found().is_some());
        drop(rescue);
        let mut rescue = StudioRescue::new(Some(folder.path()), "points", now).unwrap();
        let found = Project::load(rescue.found().unwrap()).unwrap().project;
        assert_eq!(found.title, "Mine");
        // Undone, nothing is unsaved.
        rescue.advance(&studio, &files);
        studio.apply(StudioCommand::Undo);
        rescue.advance(&studio, &files);
        until("it is gone", || files.waiting() == 0 && rescue.found().is_none());
    }
}
