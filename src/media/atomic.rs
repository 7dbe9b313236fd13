//! Files that are either the old one or the whole new one.

use std::fs;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::picture::advice;

/// A file that could not be written. The old file, if there was one, is unchanged.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {}", path.display(), advice(error))]
pub struct WriteError {
    /// The file.
    pub path: PathBuf,
    /// The error of the system.
    pub error: io::Error,
}

/// Writes to a temporary file in the same folder, flushes it to the disk and renames it onto `path`.
///
/// # Errors
/// [`WriteError`]: the old file, if any, is unchanged and no temporary file stays behind.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let write = || {
        let mut file = AtomicFile::create(path)?;
        file.write_all(bytes)?;
        file.commit()
    };
    write().map_err(|error| WriteError { path: path.to_owned(), error })
}

/// Finds out before long work whether [`write_atomic`] would be able to write `path`.
///
/// # Errors
/// [`WriteError`], as [`write_atomic`] would return it.
pub fn check_writable(path: &Path) -> Result<(), WriteError> {
    AtomicFile::create(path).map(drop).map_err(|error| WriteError { path: path.to_owned(), error })
}

/// A new file in the making: buffered, in the folder of the old one, and gone unless it is committed.
#[derive(Debug)]
pub struct AtomicFile {
    out: BufWriter<NamedTempFile>,
    target: PathBuf,
}

impl AtomicFile {
    /// # Errors
    /// A folder that cannot be written, or a target that may not be replaced.
    pub fn create(path: &Path) -> io::Result<Self> {
        let target = target_of(path)?;
        if target.file_name().is_none() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        Ok(Self { out: BufWriter::new(temporary_in(folder_of(&target))?), target })
    }

    /// Where it is until it is committed.
    pub fn path(&self) -> &Path {
        self.out.get_ref().path()
    }

    /// Lets other programs write it, which a lock prevents on Windows; other saves may then remove it.
    ///
    /// # Errors
    /// The system refuses.
    #[cfg(windows)]
    pub fn unlock(&self) -> io::Result<()> {
        self.out.get_ref().as_file().unlock()
    }

    /// Flushes it to the disk and puts it in the place of the old one, whose permissions it takes over.
    ///
    /// # Errors
    /// A full disk; the old file is unchanged.
    pub fn commit(self) -> io::Result<()> {
        let Self { out, target } = self;
        let mut file = out.into_inner().map_err(|error| error.into_error())?;
        file.flush()?;
        file.as_file().sync_all()?;
        if let Ok(old) = fs::metadata(&target) {
            file.as_file().set_permissions(old.permissions())?;
        }
        file.persist(&target).map_err(|e| e.error)?;
        // The rename itself lasts through a power cut once the folder is flushed. Not every file system can do that, and
        // the new file is already complete, so a failure here is not an error.
        if let Ok(folder) = fs::File::open(folder_of(&target)) {
            let _ = folder.sync_all();
        }
        remove_left_behind(folder_of(&target));
        Ok(())
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Seek for AtomicFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.out.seek(to)
    }
}

/// What temporary files are called, about a random part.
const TEMPORARY: (&str, &str) = (".unstill-", ".tmp");

/// Tries to make a temporary file that no other save takes for one of a killed program.
const TEMPORARY_TRIES: usize = 16;

/// A file in `folder` that vanishes unless it is kept, with the permissions of any new file. It is locked: the lock ends
/// with this process, by which a later save recognises files that were left behind.
pub(crate) fn temporary_in(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY.0).suffix(TEMPORARY.1);
    // A temporary file is private by default; this one becomes an ordinary file, so the umask decides.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    for _ in 0..TEMPORARY_TRIES {
        let file = builder.tempfile_in(folder)?;
        // Not every file system has locks; where there are none, nothing is removed either.
        let _ = file.as_file().lock();
        // Between its creation and the lock another save may have removed it.
        if file.path().exists() {
            return Ok(file);
        }
    }
    Err(io::Error::other("other programs keep removing the temporary files in this folder"))
}

/// Removes the temporary files of saves that were killed: a save holds a lock on its file, which ends with the process.
/// What cannot be read or removed stays: the save itself is done.
fn remove_left_behind(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(|name| name.starts_with(TEMPORARY.0) && name.ends_with(TEMPORARY.1));
        // Of a link this describes the link itself, which is never ours.
        if !is_ours || !entry.metadata().is_ok_and(|file| file.is_file()) {
            continue;
        }
        if let Ok(file) = fs::File::open(entry.path())
            && file.try_lock().is_ok()
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// The file behind `path` (through links). Renaming would replace a file that is marked read-only: refuse that.
fn target_of(path: &Path) -> io::Result<PathBuf> {
    match fs::metadata(path) {
        Ok(old) if old.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        // A device or a pipe would be replaced by a file.
        Ok(old) if !old.is_file() => Err(io::ErrorKind::InvalidInput.into()),
        Ok(old) if old.permissions().readonly() => Err(io::ErrorKind::PermissionDenied.into()),
        Ok(_) => fs::canonicalize(path),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(path.to_owned()),
        Err(e) => Err(e),
    }
}

fn folder_of(target: &Path) -> &Path {
    match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_refused_and_stays_a_pipe() {
        use std::os::unix::fs::FileTypeExt as _;
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let message = write_atomic(&pipe, b"text").unwrap_err().to_string();
        assert!(message.contains("ordinary file"), "{message}");
        assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
        assert_eq!(names(dir.path()), ["pipe"]);
    }

    #[test]
    fn a_written_file_replaces_the_old_one_and_leaves_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.ron");
        write_atomic(&path, b"one").unwrap();
        write_atomic(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(names(dir.path()), ["a.ron"]);
    }

    #[test]
    fn a_save_removes_what_killed_saves_left_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        for name in [".unstill-a.tmp", ".unstill-b.tmp", ".other-c.tmp", ".unstill-d.txt"] {
            fs::write(dir.path().join(name), "half a sce").unwrap();
        }
        // Another program is saving.
        let live = AtomicFile::create(&dir.path().join("b.ron")).unwrap();
        write_atomic(&dir.path().join("a.ron"), b"text").unwrap();
        let mut expected = vec![".other-c.tmp", ".unstill-d.txt", "a.ron"];
        let name = live.path().file_name().unwrap().to_str().unwrap().to_owned();
        expected.push(&name);
        expected.sort_unstable();
        assert_eq!(names(dir.path()), expected);
        live.commit().unwrap();
    }

    #[test]
    fn saves_beside_one_another_never_remove_their_files() {
        let dir = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for k in 0..4 {
                let path = dir.path().join(format!("{k}.ron"));
                scope.spawn(move || {
                    for _ in 0..100 {
                        write_atomic(&path, b"text").unwrap();
                    }
                });
            }
        });
        assert_eq!(names(dir.path()), ["0.ron", "1.ron", "2.ron", "3.ron"]);
    }

    #[test]
    fn a_file_marked_read_only_is_refused_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.ron");
        fs::write(&path, "old").unwrap();
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        for result in [write_atomic(&path, b"new"), check_writable(&path)] {
            let message = result.unwrap_err().to_string();
            assert!(message.contains("a.ron") && message.contains("permissions"), "{message}");
        }
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(dir.path()), ["a.ron"]);
    }

    #[test]
    fn unwritable_paths_are_named_before_any_work() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("file"), "").unwrap();
        for (path, hint) in [
            (dir.path().join("no/such/a.ron"), "folder does not exist"),
            (dir.path().to_owned(), "that is a folder"),
            (dir.path().join("file/a.ron"), "not a folder"),
        ] {
            for result in [check_writable(&path), write_atomic(&path, b"x")] {
                let message = result.unwrap_err().to_string();
                assert!(message.contains(hint), "{message}");
            }
        }
        check_writable(&dir.path().join("fine.ron")).unwrap();
        assert_eq!(names(dir.path()), ["file"], "the check leaves nothing behind");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_disk_without_space_is_said_in_those_words() {
        let error = fs::OpenOptions::new().write(true).open("/dev/full").unwrap().write_all(b"x").unwrap_err();
        let message = WriteError { path: "a.ron".into(), error }.to_string();
        assert!(message.contains("disk is full") && message.contains("unchanged"), "{message}");
    }

    #[cfg(unix)]
    #[test]
    fn writing_through_a_link_keeps_the_link_and_the_permissions() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let (real, link) = (dir.path().join("real.ron"), dir.path().join("link.ron"));
        fs::write(&real, "old").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        write_atomic(&link, b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&real).unwrap(), b"new");
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
