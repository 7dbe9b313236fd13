//! Where the frames of a file are, and the text of one frame at a time: films are larger than memory.

use std::io::{BufRead, Seek, SeekFrom};

use crate::formats::rows::Fault;
use crate::formats::{About, Assumption, StopSignal};
use crate::worlds::swarm::picture::MAX_PARTICLES;

/// Where a frame is in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct FrameAt {
    /// Index of its second line.
    pub comment: usize,
    /// Particles that it announces, and has.
    pub count: usize,
    /// Of the second line from the start of the file, bytes.
    offset: u64,
}

/// The frames of a file.
pub(super) struct Frames<R> {
    reader: R,
    pub list: Vec<FrameAt>,
    /// Bytes of the frame that was read last.
    bytes: Vec<u8>,
}

fn unreadable(error: std::io::Error) -> Fault {
    Fault::whole(format!("the file cannot be read to its end ({error})"), "check the disk, or copy the file again")
}

/// Lines one after another, with their place in the file.
struct Scan<'a, R> {
    reader: &'a mut R,
    stop: StopSignal<'a>,
    line: Vec<u8>,
    /// Of the next line.
    offset: u64,
    index: usize,
}

impl<R: BufRead> Scan<'_, R> {
    /// The next line without blanks around it; `None` at the end.
    fn next(&mut self) -> Result<Option<&[u8]>, Fault> {
        if self.stop.is_set_at(self.index) {
            return Err(Fault::stopped());
        }
        self.line.clear();
        let length = self.reader.read_until(b'\n', &mut self.line).map_err(unreadable)?;
        if length == 0 {
            return Ok(None);
        }
        self.offset += length as u64;
        self.index += 1;
        Ok(Some(self.line.trim_ascii()))
    }
}

impl<R: BufRead + Seek> Frames<R> {
    /// # Errors
    /// A first frame that is not complete; later ones that are not are left out. The signal to stop.
    pub fn find(mut reader: R, assumptions: &mut Vec<Assumption>, stop: StopSignal) -> Result<Self, Fault> {
        let mut scan = Scan { reader: &mut reader, stop, line: Vec::new(), offset: 0, index: 0 };
        let mut list: Vec<FrameAt> = Vec::new();
        while let Some(first) = scan.next()? {
            if first.is_empty() && !list.is_empty() {
                continue;
            }
            let text = String::from_utf8_lossy(first.strip_prefix("\u{feff}".as_bytes()).unwrap_or(first)).into_owned();
            let Ok(count) = text.parse::<usize>() else {
                if list.is_empty() {
                    let what = if text.is_empty() {
                        "the first line is empty".to_owned()
                    } else {
                        format!("the first line is '{text}'")
                    };
                    return Err(Fault::at(1, what, "it must be the number of particles"));
                }
                let text = format!("Line {} does not begin a frame: it and all below were left out.", scan.index);
                assumptions.push(Assumption::fact(About::Dropped, text));
                break;
            };
            if count > MAX_PARTICLES && list.is_empty() {
                let what = format!("the file announces {count} particles");
                return Err(Fault::at(1, what, format!("cut out a part of at most {MAX_PARTICLES}")));
            }
            let frame = FrameAt { comment: scan.index, count, offset: scan.offset };
            scan.next()?;
            let mut complete = 0;
            while complete < count && scan.next()?.is_some_and(|line| !line.is_empty()) {
                complete += 1;
            }
            if complete < count {
                if list.is_empty() {
                    let what = format!("the first line announces {count} particles, but there are {complete}");
                    return Err(Fault::whole(what, "correct the first line or complete the file"));
                }
                let text = format!("Frame {} breaks off and was left out.", list.len() + 1);
                assumptions.push(Assumption::fact(About::Dropped, text));
                break;
            }
            list.push(frame);
        }
        if list.is_empty() {
            return Err(Fault::at(1, "the first line is empty", "it must be the number of particles"));
        }
        Ok(Self { reader, list, bytes: Vec::new() })
    }

    /// The second line of a frame and those of its particles.
    ///
    /// # Errors
    /// A disk that fails.
    pub fn text(&mut self, at: FrameAt) -> Result<String, Fault> {
        self.reader.seek(SeekFrom::Start(at.offset)).map_err(unreadable)?;
        self.bytes.clear();
        for _ in 0..=at.count {
            self.reader.read_until(b'\n', &mut self.bytes).map_err(unreadable)?;
        }
        Ok(String::from_utf8_lossy(&self.bytes).into_owned())
    }
}
