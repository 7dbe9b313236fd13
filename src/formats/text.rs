//! Reading text files: encoding, byte order mark and line endings.

use std::io::Read;
use std::path::Path;

use super::rows::Fault;
use super::{About, Assumption, ImportError, StopSignal};

/// Larger tables are refused; a larger XYZ file is read frame by frame.
pub(super) const MAX_FILE_BYTES: u64 = 1 << 30;

/// Bytes read from the start of a file to find its columns.
const HEAD_BYTES: u64 = 1 << 18;

/// The text of a file with one newline at each line end, and what was assumed about its letters.
pub(super) struct Text {
    pub text: String,
    pub assumption: Option<Assumption>,
}

/// Reads a whole text file.
///
/// # Errors
/// A file that cannot be read, is too large or is not text; the signal to stop.
pub(super) fn read(path: &Path, stop: StopSignal) -> Result<Text, ImportError> {
    let read_error = |source| ImportError::Read { file: path.to_owned(), source };
    let bytes = std::fs::metadata(path).map_err(read_error)?.len();
    if bytes > MAX_FILE_BYTES {
        let what = format!("the file has {} MiB; the limit is {} MiB", bytes >> 20, MAX_FILE_BYTES >> 20);
        return Err(Fault::whole(what, "split it, or save it as .xyz, which has no limit").of(path));
    }
    let bytes = stop.read(path).map_err(read_error)?;
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Fault::whole("the text is saved as UTF-16", "save it as UTF-8").of(path));
    }
    match String::from_utf8(bytes) {
        _ if stop.is_set() => Err(ImportError::Stopped),
        Ok(text) => Ok(Text { text: normalised(text), assumption: None }),
        Err(error) if error.as_bytes().contains(&0) => {
            let valid = error.utf8_error().valid_up_to();
            let line = 1 + error.as_bytes()[..valid].iter().filter(|&&b| b == b'\n').count();
            Err(Fault::at(line, "this is not text", "save the file as plain text in UTF-8").of(path))
        }
        // Older programs write one byte per character: names may be wrong then, numbers are not.
        Err(error) => Ok(Text {
            text: normalised(error.as_bytes().iter().map(|&byte| char::from(byte)).collect()),
            assumption: Some(Assumption::fact(About::Text, "The text is not UTF-8 and was read as Latin-1.")),
        }),
    }
}

/// The first lines of a file; empty if it cannot be read.
pub(super) fn head(path: &Path) -> String {
    let mut bytes = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(HEAD_BYTES).read_to_end(&mut bytes));
    let is_cut = bytes.len() as u64 == HEAD_BYTES;
    // The last line may end in the middle.
    let end = if is_cut { bytes.iter().rposition(|b| matches!(b, b'\n' | b'\r')) } else { None };
    bytes.truncate(end.unwrap_or(bytes.len()));
    if read.is_err() { String::new() } else { normalised(String::from_utf8_lossy(&bytes).into_owned()) }
}

/// Removes the byte order mark that Windows programs write and converts line endings to newlines.
pub(super) fn normalised(text: String) -> String {
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text }
}
