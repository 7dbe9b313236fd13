//! The signal that a file is not wanted any more, which every reader polls: line by line, frame by frame, page by page.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use image::{DynamicImage, ImageReader, ImageResult};

/// Lines between two polls: some hundredths of a millisecond.
const LINES: usize = 256;

/// Bytes that are read between two polls. Decoders make up to a thousand times as many of them.
const CHUNK: usize = 1 << 14;

/// Whether to stop. A signal that is set stays set, so that the caller of a reader that broke off knows why.
#[derive(Clone, Copy)]
pub struct StopSignal<'a>(&'a dyn Fn() -> bool);

impl<'a> StopSignal<'a> {
    /// Of what cannot be stopped.
    pub const NEVER: StopSignal<'static> = StopSignal(&|| false);

    /// `is_set` must not become false again.
    pub fn new(is_set: &'a dyn Fn() -> bool) -> Self {
        Self(is_set)
    }

    /// Whether to stop now.
    pub fn is_set(self) -> bool {
        (self.0)()
    }

    /// # Errors
    /// The signal.
    pub fn check(self) -> io::Result<()> {
        if self.is_set() { Err(io::Error::other("it was cancelled")) } else { Ok(()) }
    }

    /// As [`Self::is_set`], polled at some lines only.
    pub fn is_set_at(self, line: usize) -> bool {
        line.is_multiple_of(LINES) && self.is_set()
    }

    /// A reader that fails once the signal is set.
    pub fn reader<R>(self, inner: R) -> StoppableReader<'a, R> {
        StoppableReader { inner, stop: self }
    }

    /// The content of a file.
    ///
    /// # Errors
    /// A file that cannot be read, and the signal.
    pub fn read(self, path: &Path) -> io::Result<Vec<u8>> {
        let file = File::open(path)?;
        let mut bytes = Vec::with_capacity(file.metadata().map_or(0, |file| file.len() as usize));
        self.reader(BufReader::with_capacity(1 << 20, file)).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The picture in a file, in the format of its content.
    ///
    /// # Errors
    /// A file that is not a readable image, and the signal.
    pub fn open_image(self, path: &Path) -> ImageResult<DynamicImage> {
        let file = BufReader::new(File::open(path)?);
        ImageReader::new(self.reader(file)).with_guessed_format()?.decode()
    }
}

/// See [`StopSignal::reader`].
pub struct StoppableReader<'a, R> {
    inner: R,
    stop: StopSignal<'a>,
}

impl<R: BufRead> Read for StoppableReader<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.stop.check()?;
        let most = out.len().min(CHUNK);
        self.inner.read(&mut out[..most])
    }
}

impl<R: BufRead> BufRead for StoppableReader<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.stop.check()?;
        let bytes = self.inner.fill_buf()?;
        Ok(&bytes[..bytes.len().min(CHUNK)])
    }

    fn consume(&mut self, amount: usize) {
        self.inner.consume(amount);
    }
}

impl<R: Seek> Seek for StoppableReader<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::path::PathBuf;

    use super::*;
    use crate::formats::{FrameChoice, ImportError, ImportOptions, import_unless_stopped};
    use crate::worlds::field::FieldError;
    use crate::worlds::field::stills::load_stills;
    use crate::worlds::points::cloud::read_file;

    /// What `read` gives with a signal that is set after so many polls, and the polls that it made.
    fn polled<T>(after: usize, read: impl FnOnce(StopSignal) -> T) -> (T, usize) {
        let polls = Cell::new(0);
        let is_set = || polls.replace(polls.get() + 1) >= after;
        let result = read(StopSignal::new(&is_set));
        (result, polls.get())
    }

    /// Files that are read for long, of every reader.
    fn files(folder: &Path) -> Vec<PathBuf> {
        let path = |name: &str| folder.join(name);
        let lines = |line: &dyn Fn(usize) -> String| (0..9000).map(line).collect::<String>();
        let table = format!("frame,x,y\n{}", lines(&|k| format!("{},{},{}\n", k / 90, k % 90, k % 7)));
        let frame: String = (0..150).map(|k| format!("A {} {} 0\n", k % 15, k / 15)).collect();
        let xyz = format!("150\n\n{frame}").repeat(60);
        let noise = |x: u32, y: u32| (x * 7919 + y * 104_729) % 251;
        let picture = image::RgbImage::from_fn(300, 300, |x, y| image::Rgb([noise(x, y) as u8, noise(y, x) as u8, 9]));
        std::fs::write(path("a.csv"), table).unwrap();
        std::fs::write(path("b.xyz"), xyz).unwrap();
        picture.save(path("c.png")).unwrap();
        ["a.csv", "b.xyz", "c.png"].map(path).into()
    }

    #[test]
    fn an_import_ends_at_the_poll_that_finds_the_signal() {
        let folder = tempfile::tempdir().unwrap();
        let options = ImportOptions { frames: FrameChoice::ALL, particles: 30, ..ImportOptions::default() };
        for path in files(folder.path()) {
            let import =
                |after| polled(after, |stop| import_unless_stopped(std::slice::from_ref(&path), &options, stop));
            let (whole, polls) = import(usize::MAX);
            assert!(whole.is_ok() && polls > 20, "{}: {polls} polls, {:?}", path.display(), whole.err());
            for after in [0, 1, 7, polls / 2, polls - 1] {
                let (stopped, polls) = import(after);
                assert!(matches!(stopped, Err(ImportError::Stopped)), "{}, poll {after}", path.display());
                // Each reader that breaks off asks again why.
                assert!(polls <= after + 6, "{}: {polls} polls after {after}", path.display());
            }
        }
    }

    #[test]
    fn clouds_and_stills_end_at_the_poll_that_finds_it() {
        let folder = tempfile::tempdir().unwrap();
        for path in files(folder.path()) {
            let read = |after| polled(after, |stop| read_file(&path, 150, 1, stop));
            let (whole, polls) = read(usize::MAX);
            assert!(whole.is_ok() && polls > 5, "{}: {polls} polls, {:?}", path.display(), whole.err());
            for after in [0, 3, polls - 1] {
                let why = read(after).0.expect_err("it was stopped").to_string();
                assert!(why.contains("cancelled"), "{}, poll {after}: {why}", path.display());
            }
        }
        let load = |after| polled(after, |stop| load_stills(&[folder.path().to_owned()], stop));
        let (whole, polls) = load(usize::MAX);
        assert!(whole.is_ok() && polls > 5, "{polls} polls, {:?}", whole.err());
        for after in [0, 3, polls - 1] {
            assert!(matches!(load(after).0, Err(FieldError::Stopped)), "poll {after}");
        }
    }
}
