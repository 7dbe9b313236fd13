//! Films by ffmpeg, where that program is installed: raw frames go to it through a pipe.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::JoinHandle;

use image::RgbaImage;

use super::{PictureError, new_file, put_in_place};
use crate::media::atomic::AtomicFile;

/// The program `ffmpeg` on the search path.
pub fn ffmpeg() -> Option<PathBuf> {
    let name = format!("ffmpeg{}", std::env::consts::EXE_SUFFIX);
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(&name)).find(|program| program.is_file())
}

/// What encodes the film at `path`.
///
/// # Errors
/// ffmpeg is not installed.
pub fn encoder(path: &Path) -> Result<PathBuf, PictureError> {
    ffmpeg().ok_or_else(|| {
        let reason = "it needs the program ffmpeg, which is not on the search path".to_owned();
        PictureError::Video { file: path.to_owned(), reason }
    })
}

/// Writes an MP4. The file appears at its path only when [`Mp4Writer::finish`] succeeds.
pub struct Mp4Writer {
    path: PathBuf,
    size: (u32, u32),
    /// Where ffmpeg writes.
    file: AtomicFile,
    child: Child,
    pipe: Option<ChildStdin>,
    /// What ffmpeg complains of.
    complaint: Option<JoinHandle<String>>,
    frames: usize,
}

impl Mp4Writer {
    /// `size` is that of every frame; an odd side is filled up to an even one, as the format requires.
    ///
    /// # Errors
    /// ffmpeg is not there or does not start, or the folder cannot be written.
    pub fn create(path: &Path, size: (u32, u32), frames_per_second: f64) -> Result<Self, PictureError> {
        Self::with_program(&encoder(path)?, path, size, frames_per_second)
    }

    /// As [`Self::create`] with a given program.
    ///
    /// # Errors
    /// As [`Self::create`].
    pub fn with_program(
        program: &Path,
        path: &Path,
        size: (u32, u32),
        frames_per_second: f64,
    ) -> Result<Self, PictureError> {
        let file = new_file(path)?;
        // There a lock keeps ffmpeg from writing.
        #[cfg(windows)]
        let _ = file.unlock();
        let child = Command::new(program)
            .args(["-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s"])
            .arg(format!("{}x{}", size.0, size.1))
            .args(["-r", &frames_per_second.to_string(), "-i", "-", "-an"])
            .args(["-vf", "crop=trunc(iw/2)*2:trunc(ih/2)*2", "-pix_fmt", "yuv420p", "-movflags", "+faststart"])
            .args(["-f", "mp4"])
            .arg(file.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = child.map_err(|e| PictureError::Video {
            file: path.to_owned(),
            reason: format!("{} does not start: {e}", program.display()),
        })?;
        let pipe = child.stdin.take();
        let mut errors = child.stderr.take();
        let complaint = std::thread::Builder::new().name("unstill-ffmpeg".to_owned()).spawn(move || {
            let mut text = String::new();
            if let Some(errors) = &mut errors {
                // What cannot be read cannot be reported.
                let _ = errors.read_to_string(&mut text);
            }
            text
        });
        // Without a reader ffmpeg would wait for room for its complaints.
        let complaint = complaint.map_err(|e| {
            let _ = child.kill();
            let _ = child.wait();
            let reason = format!("the system started no thread ({e}); close other programs");
            PictureError::Video { file: path.to_owned(), reason }
        })?;
        Ok(Self { path: path.to_owned(), size, file, child, pipe, complaint: Some(complaint), frames: 0 })
    }

    /// Adds a frame.
    ///
    /// # Errors
    /// A frame of another size than the first; ffmpeg has given up.
    pub fn add(&mut self, picture: &RgbaImage) -> Result<(), PictureError> {
        if picture.dimensions() != self.size {
            return Err(self.failed(format!(
                "a frame has {:?} pixels, the first {:?}",
                picture.dimensions(),
                self.size
            )));
        }
        let rgb: Vec<u8> = picture.pixels().flat_map(|p| [p.0[0], p.0[1], p.0[2]]).collect();
        let written = self.pipe.as_mut().map(|pipe| pipe.write_all(&rgb));
        match written {
            Some(Ok(())) => {
                self.frames += 1;
                Ok(())
            }
            Some(Err(e)) => {
                let why = self.complaints();
                Err(self.failed(if why.is_empty() { format!("ffmpeg took no more frames ({e})") } else { why }))
            }
            None => Err(self.failed("ffmpeg has ended".to_owned())),
        }
    }

    /// Completes the file and puts it in place.
    ///
    /// # Errors
    /// What ffmpeg complains of; an older file at the path then stays.
    pub fn finish(mut self) -> Result<(), PictureError> {
        if self.frames == 0 {
            return Err(self.failed("there is no frame to show".to_owned()));
        }
        // The end of the frames.
        self.pipe = None;
        let status = self.child.wait();
        let complaints = self.complaints();
        match status {
            Ok(status) if status.success() => {}
            Ok(status) => return Err(self.failed(format!("ffmpeg ended with {status}: {complaints}"))),
            Err(e) => return Err(self.failed(format!("ffmpeg cannot be waited for ({e})"))),
        }
        // On a full disk ffmpeg may end as if all were well.
        if !is_whole(self.file.path()).unwrap_or(false) {
            return Err(self.failed("ffmpeg left half a file: the disk may be full".to_owned()));
        }
        let path = self.path.clone();
        let unused = new_file(&path)?;
        put_in_place(std::mem::replace(&mut self.file, unused), &path)
    }

    /// The last line that ffmpeg wrote to its error stream; waits for its end.
    fn complaints(&mut self) -> String {
        self.pipe = None;
        let text = self.complaint.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        text.lines().rfind(|line| !line.trim().is_empty()).map_or_else(String::new, |line| format!("ffmpeg: {line}"))
    }

    fn failed(&self, reason: String) -> PictureError {
        PictureError::Video { file: self.path.clone(), reason }
    }
}

/// Whether the boxes of an MP4 fill the file to its end, and its index is among them.
fn is_whole(path: &Path) -> std::io::Result<bool> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let (mut at, mut has_index) = (0, false);
    while at < length {
        file.seek(SeekFrom::Start(at))?;
        let mut head = [0; 16];
        let read = file.read(&mut head)?;
        if read < 8 {
            return Ok(false);
        }
        let [a, b, c, d, name @ .., _, _, _, _, _, _, _, _] = head;
        has_index |= name == *b"moov";
        at += match u32::from_be_bytes([a, b, c, d]) {
            // To the end of the file.
            0 => length - at,
            // The size follows the name.
            1 => u64::from_be_bytes([head[8], head[9], head[10], head[11], head[12], head[13], head[14], head[15]])
                .max(16),
            size => u64::from(size).max(8),
        };
    }
    Ok(has_index && at == length)
}

impl Drop for Mp4Writer {
    fn drop(&mut self) {
        self.pipe = None;
        // An abandoned film: ffmpeg need not finish it. After an end both do nothing.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// A program that does as ffmpeg does, with the last argument as its output.
    fn fake(folder: &Path, script: &str) -> PathBuf {
        let program = folder.join("ffmpeg");
        std::fs::write(&program, format!("#!/bin/sh\nfor out; do :; done\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        program
    }

    /// Bytes of the boxes around the frames.
    const HEAD: usize = 16;

    fn frame(grey: u8) -> RgbaImage {
        RgbaImage::from_pixel(5, 4, image::Rgba([grey, grey, grey, 255]))
    }

    #[test]
    fn all_frames_are_piped_and_the_film_appears_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let program = fake(
            folder.path(),
            "echo \"$@\" > \"$0.args\"; { printf '\\0\\0\\0\\10moov\\0\\0\\0\\0mdat'; cat; } > \"$out\"",
        );
        let path = folder.path().join("swim.mp4");
        let mut writer = Mp4Writer::with_program(&program, &path, (5, 4), 25.0).unwrap();
        for grey in [1, 2, 3] {
            writer.add(&frame(grey)).unwrap();
        }
        assert!(!path.exists(), "half a film must not be seen");
        writer.finish().unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(bytes.len(), HEAD + 3 * 5 * 4 * 3);
        assert_eq!([0, 60, 120].map(|k| bytes[HEAD + k]), [1, 2, 3]);
        let arguments = std::fs::read_to_string(folder.path().join("ffmpeg.args")).unwrap();
        assert!(arguments.contains("-s 5x4 -r 25 -i -"), "{arguments}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3, "temporary files are left behind");
    }

    #[test]
    fn half_a_file_is_no_film_whatever_ffmpeg_says() {
        let folder = tempfile::tempdir().unwrap();
        // The box states 64 bytes; the disk was full before.
        let program = fake(folder.path(), "cat > /dev/null; printf '\\0\\0\\0\\10moov\\0\\0\\0\\100mdat' > \"$out\"");
        let path = folder.path().join("swim.mp4");
        let mut writer = Mp4Writer::with_program(&program, &path, (5, 4), 25.0).unwrap();
        writer.add(&frame(1)).unwrap();
        let message = writer.finish().unwrap_err().to_string();
        assert!(message.contains("half a file") && message.contains("disk may be full"), "{message}");
        assert!(!path.exists());
    }

    #[test]
    fn what_ffmpeg_complains_of_is_told_and_nothing_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let program = fake(folder.path(), "cat > /dev/null; echo 'Unknown encoder' >&2; exit 1");
        let path = folder.path().join("swim.mp4");
        let mut writer = Mp4Writer::with_program(&program, &path, (5, 4), 25.0).unwrap();
        writer.add(&frame(1)).unwrap();
        let message = writer.finish().unwrap_err().to_string();
        assert!(message.contains("swim.mp4") && message.contains("Unknown encoder"), "{message}");
        let mut writer = Mp4Writer::with_program(&program, &path, (5, 4), 25.0).unwrap();
        writer.add(&frame(1)).unwrap();
        drop(writer);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        let none = Mp4Writer::with_program(Path::new("/no/such/ffmpeg"), &path, (5, 4), 25.0);
        assert!(none.err().unwrap().to_string().contains("does not start"));
    }
}
