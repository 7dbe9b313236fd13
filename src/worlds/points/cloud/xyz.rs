//! Clouds from the text of XYZ files.

use super::CloudTextError;
use super::table::{ReadCloud, finish, number};
use crate::formats::{StopSignal, position_columns};

/// Reads the first frame of an XYZ file: a count, a comment, then one line per point: `[symbol] x y z …`, or the columns
/// that `Properties` in the comment names.
///
/// # Errors
/// See [`CloudTextError`]; [`CloudTextError::Stopped`] where `stop` is set.
pub(super) fn cloud_of(text: &str, stop: StopSignal) -> Result<ReadCloud, CloudTextError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text.lines();
    let Some(first) = lines.next().map(str::trim) else { return Err(CloudTextError::Empty) };
    let fault = |line, what: String, hint: &str| CloudTextError::Xyz { line, what, hint: hint.to_owned() };
    let Ok(count) = first.parse::<usize>() else {
        let what = "an XYZ file begins with its number of points".to_owned();
        return Err(fault(1, what, "write it in the first line, or give a .csv table"));
    };
    let comment = lines.next().unwrap_or_default();
    let stated = position_columns(comment).map_err(|[what, hint]| CloudTextError::Xyz { line: 2, what, hint })?;
    let mut points = Vec::new();
    let mut has_others = false;
    for (k, line) in lines.by_ref().take(count).enumerate() {
        if stop.is_set_at(k) {
            return Err(CloudTextError::Stopped);
        }
        let fields: Vec<&str> = line.split_whitespace().collect();
        if fields.is_empty() {
            break;
        }
        let line = k + 3;
        let has_symbol = fields[0].parse::<f64>().is_err();
        let (from, dim, whole) = match &stated {
            Some(columns) => (columns.first, columns.dim, columns.count),
            None => (usize::from(has_symbol), (fields.len() - usize::from(has_symbol)).min(3), fields.len()),
        };
        if fields.len() < whole || dim < 2 {
            let expected = if stated.is_some() { whole } else { 3 + usize::from(has_symbol) };
            return Err(CloudTextError::Width { line, found: fields.len(), expected });
        }
        has_others |= fields.len() > dim + usize::from(has_symbol);
        let mut point = [0.0f32; 3];
        for (axis, field) in fields[from..from + dim].iter().enumerate() {
            point[axis] = number(field, line, ["x", "y", "z"][axis])?;
        }
        points.push(point);
    }
    if points.len() < count {
        let what = format!("{count} points are announced, and there are {}", points.len());
        return Err(fault(1, what, "correct the first line or complete the file"));
    }
    let mut notes = Vec::new();
    if has_others {
        notes.push("Columns beside the coordinates (headings and the like) were left out.".to_owned());
    }
    if lines.any(|line| !line.trim().is_empty()) {
        notes.push("The file has more than one frame, and only the first was read.".to_owned());
    }
    finish(stated.map_or(3, |columns| columns.dim), points, notes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_xyz(text: &str) -> Result<ReadCloud, CloudTextError> {
        cloud_of(text, StopSignal::NEVER)
    }

    fn frame(comment: &str, row: impl Fn(usize) -> String) -> String {
        let rows: Vec<String> = (0..150).map(row).collect();
        format!("150\n{comment}\n{}\n", rows.join("\n"))
    }

    #[test]
    fn plain_xyz_is_read_with_and_without_symbols() {
        let read = read_xyz(&frame("", |k| format!("C {k} {} {} 1 0", k % 7, k % 5))).unwrap();
        assert_eq!((read.cloud.dim, read.cloud.len(), read.notes.len()), (3, 150, 1));
        let read = read_xyz(&frame("", |k| format!("{k} {} {}", k % 7, k % 5))).unwrap();
        assert_eq!((read.cloud.dim, read.cloud.points[4], read.notes.len()), (3, [4.0, 4.0, 4.0], 0));
    }

    #[test]
    fn properties_of_xyz_decide_which_columns_are_positions() {
        let comment = "Properties=species:S:1:velo:R:3:pos:R:3 pbc=\"F F F\"";
        let read = read_xyz(&frame(comment, |k| format!("C 9 8 7 {k} {} {}", k % 7, k % 5))).unwrap();
        assert_eq!((read.cloud.points[6], read.notes.len()), ([6.0, 6.0, 1.0], 1));
        let read = read_xyz(&frame("Properties=species:S:1:pos:R:2", |k| format!("C {k} {}", k % 7))).unwrap();
        assert_eq!((read.cloud.dim, read.cloud.points[6], read.notes.len()), (2, [6.0, 6.0, 0.0], 0));
        let without = read_xyz(&frame("Properties=species:S:1:velo:R:3", |_| "C 1 2 3".to_owned()));
        let message = without.unwrap_err().to_string();
        assert!(message.starts_with("line 2:") && message.contains("has no positions"), "{message}");
        let short = read_xyz(&frame(comment, |_| "C 1 2 3".to_owned()));
        assert_eq!(short, Err(CloudTextError::Width { line: 3, found: 4, expected: 7 }));
    }

    #[test]
    fn one_frame_of_several_is_read_with_a_note() {
        let one = frame("", |k| format!("C {k} {} {}", k % 7, k % 5));
        let read = read_xyz(&format!("{one}{one}")).unwrap();
        assert_eq!((read.cloud.len(), read.notes.len()), (150, 1));
        assert!(read.notes[0].contains("only the first"), "{:?}", read.notes);
    }

    #[test]
    fn damaged_xyz_is_refused_with_the_next_step() {
        let one = frame("", |k| format!("C {k} {} {}", k % 7, k % 5));
        let message = |text: &str| read_xyz(text).unwrap_err().to_string();
        assert!(message(&one.replacen("150", "151", 1)).contains("151 points are announced, and there are 150"));
        assert!(message(&one.replacen("150", "C", 1)).contains("begins with its number of points"));
        assert!(message(&one.replacen("C 3 3 3", "C 3 x 3", 1)).contains("line 6"));
        assert_eq!(read_xyz(""), Err(CloudTextError::Empty));
    }
}
