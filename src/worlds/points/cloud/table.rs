//! Clouds from the text of tables (`x,y` or `x,y,z`).

use crate::formats::StopSignal;
use csv::StringRecord;

use super::{CloudError, PointCloud};

/// A cloud that was read, and one sentence for each thing that was left out or assumed.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadCloud {
    pub cloud: PointCloud,
    pub notes: Vec<String>,
}

/// Why a text is not a cloud.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "each variant has its message")]
pub enum CloudTextError {
    #[error("the table has one column; points need the columns x,y or x,y,z")]
    OneColumn,
    #[error(
        "the table has {0} columns without names, and points have 2 or 3 coordinates; name the columns x,y or x,y,z in a first line"
    )]
    Columns(usize),
    #[error("the first line names no column {0}; name the columns x,y or x,y,z")]
    NoColumn(char),
    #[error("line {line}: `{value}` in column {column} is not a usable number; correct or remove the line")]
    Number { line: usize, column: &'static str, value: String },
    #[error("line {line} has {found} columns where there should be {expected}; correct or remove the line")]
    Width { line: usize, found: usize, expected: usize },
    #[error("the table has no velocities; name the columns x,y,vx,vy or x,y,z,vx,vy,vz in a first line")]
    NoVelocities,
    #[error("line {line}: {what}; {hint}")]
    Xyz { line: usize, what: String, hint: String },
    #[error("the file has no points; give a table with one point per line")]
    Empty,
    #[error("the table cannot be read ({0}); save it as plain text in UTF-8")]
    Table(String),
    #[error("the import was cancelled; nothing was changed")]
    Stopped,
    #[error(transparent)]
    Cloud(#[from] CloudError),
}

/// Longest part of a foreign text that a message repeats, characters.
const MAX_REPEATED: usize = 40;

/// Reads a table: comma, semicolon, tab or spaces between the columns, `#` for comments, quotes around fields that hold
/// the separator. With names in the first line the
/// columns x, y and z count and others are reported; without names all columns count. A column z in which all values agree
/// is left out.
///
/// # Errors
/// See [`CloudTextError`]; [`CloudTextError::Stopped`] where `stop` is set.
pub(super) fn cloud_of(text: &str, stop: StopSignal) -> Result<ReadCloud, CloudTextError> {
    let TextTable { head, is_named, rows } = TextTable::read(text)?;
    let mut notes = Vec::new();
    let columns: Vec<usize> = if is_named {
        let column_of = |name: &str| head.iter().position(|field| field == name);
        if head.len() == 1 {
            return Err(CloudTextError::OneColumn);
        }
        let x = column_of("x").ok_or(CloudTextError::NoColumn('x'))?;
        let y = column_of("y").ok_or(CloudTextError::NoColumn('y'))?;
        let columns: Vec<usize> = [Some(x), Some(y), column_of("z")].into_iter().flatten().collect();
        if columns.len() == 3 && column_of("w").is_some() {
            return Err(CloudTextError::Cloud(CloudError::Dimension(4)));
        }
        let others: Vec<&str> =
            head.iter().enumerate().filter(|(k, _)| !columns.contains(k)).map(|(_, name)| name.as_str()).collect();
        if !others.is_empty() {
            notes.push(format!("Columns that points do not have were left out: {}.", shortened(&others.join(", "))));
        }
        columns
    } else {
        match head.len() {
            1 => return Err(CloudTextError::OneColumn),
            2 | 3 => (0..head.len()).collect(),
            more => return Err(CloudTextError::Columns(more)),
        }
    };
    let mut points = Vec::new();
    for row in rows {
        let (line, fields) = row?;
        if stop.is_set_at(points.len()) {
            return Err(CloudTextError::Stopped);
        }
        let mut point = [0.0f32; 3];
        for (axis, &column) in columns.iter().enumerate() {
            point[axis] = number(&fields[column], line, ["x", "y", "z"][axis])?;
        }
        points.push(point);
    }
    finish(columns.len(), points, notes)
}

/// The checked cloud of what was read; a third coordinate that never changes is left out.
pub(super) fn finish(
    columns: usize,
    mut points: Vec<[f32; 3]>,
    mut notes: Vec<String>,
) -> Result<ReadCloud, CloudTextError> {
    let Some(first) = points.first().copied() else { return Err(CloudTextError::Empty) };
    let mut dim = columns;
    if columns == 3 && points.iter().all(|p| p[2] == first[2]) {
        dim = 2;
        points.iter_mut().for_each(|p| p[2] = 0.0);
        notes.push(format!("All z are {}; the cloud was taken as plane.", first[2]));
    }
    Ok(ReadCloud { cloud: PointCloud::new(dim, points)?, notes })
}

/// A line of the file, counted from 1, and the fields of the row that begins there.
type Row = (usize, StringRecord);
type Rows<'a> = Box<dyn Iterator<Item = Result<Row, CloudTextError>> + 'a>;

/// A table of equally long rows, without empty lines and comments.
pub(super) struct TextTable<'a> {
    /// The first row, in small letters.
    pub head: Vec<String>,
    /// Whether the first row names the columns and holds no data.
    pub is_named: bool,
    /// The rows of data.
    pub rows: Rows<'a>,
}

impl<'a> TextTable<'a> {
    /// # Errors
    /// A text without rows.
    pub fn read(text: &'a str) -> Result<Self, CloudTextError> {
        let mut rows = rows(text.strip_prefix('\u{feff}').unwrap_or(text));
        let first = rows.next().ok_or(CloudTextError::Empty)??;
        let head: Vec<String> = first.1.iter().map(str::to_ascii_lowercase).collect();
        let is_named = head.iter().any(|field| field.parse::<f64>().is_err());
        let expected = head.len();
        let data = (!is_named).then_some(Ok(first)).into_iter().chain(rows);
        let checked = data.map(move |row| match row {
            Ok((line, fields)) if fields.len() != expected => {
                Err(CloudTextError::Width { line, found: fields.len(), expected })
            }
            row => row,
        });
        Ok(Self { head, is_named, rows: Box::new(checked) })
    }
}

/// The rows of a text, by the separator of its first one.
fn rows(text: &str) -> Rows<'_> {
    let is_content = |line: &&str| !line.trim().is_empty() && !line.trim().starts_with('#');
    let first = text.lines().find(is_content).unwrap_or_default();
    let is_quoted = |at: usize| first[..at].matches('"').count() % 2 == 1;
    let separates = |mark: &char| first.match_indices(*mark).any(|(at, _)| !is_quoted(at));
    let Some(mark) = [',', ';'].into_iter().find(separates) else {
        let lines = text.lines().enumerate().filter(move |(_, line)| is_content(line));
        let fields = |line: &str| line.split_whitespace().map(|field| field.trim_matches('"').to_owned()).collect();
        return Box::new(lines.map(move |(k, line)| Ok((k + 1, fields(line)))));
    };
    // The reader counts lines that it skips to the row behind them: it gets none.
    let (mut content, mut numbers) = (String::with_capacity(text.len()), Vec::new());
    for (k, line) in text.lines().enumerate().filter(|(_, line)| is_content(line)) {
        content.push_str(line);
        content.push('\n');
        numbers.push(k + 1);
    }
    let mut builder = csv::ReaderBuilder::new();
    builder.delimiter(mark as u8).has_headers(false).flexible(true).trim(csv::Trim::All);
    Box::new(builder.from_reader(std::io::Cursor::new(content)).into_records().map(move |record| {
        let record = record.map_err(|error| CloudTextError::Table(shortened(&error.to_string())))?;
        let at = record.position().map_or(0, |at| at.line() as usize - 1);
        Ok((numbers.get(at).copied().unwrap_or_default(), record))
    }))
}

pub(super) fn number(field: &str, line: usize, column: &'static str) -> Result<f32, CloudTextError> {
    match field.trim().parse::<f32>() {
        Ok(value) if value.is_finite() => Ok(value),
        _ => Err(CloudTextError::Number { line, column, value: shortened(field) }),
    }
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(MAX_REPEATED).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_table(text: &str) -> Result<ReadCloud, CloudTextError> {
        cloud_of(text, StopSignal::NEVER)
    }

    fn table(header: &str, row: impl Fn(usize) -> String) -> String {
        std::iter::once(header.to_owned()).chain((0..150).map(row)).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn tables_are_read_with_and_without_names() {
        let row = |k: usize| format!("{},{},0.5", k, k * k % 17);
        let read = read_table(&table("x,y,heading", row)).unwrap();
        assert_eq!((read.cloud.dim, read.cloud.len()), (2, 150));
        assert!(read.notes[0].contains("heading"));
        let read = read_table(&table("0\t1\t3", |k| format!("{k}\t{}\t{}", k % 7, k % 5))).unwrap();
        assert_eq!((read.cloud.dim, read.cloud.len()), (3, 151));
        let read = read_table(&table("# a comment", |k| format!("{k};{};2", k % 7))).unwrap();
        assert_eq!((read.cloud.dim, read.notes.len()), (2, 1));
    }

    #[test]
    fn a_quoted_field_may_hold_the_separator() {
        let read = read_table(&table("x,y,\"name, of it\"", |k| format!("{k},{},\"a, {k}\"", k * k % 17))).unwrap();
        assert_eq!((read.cloud.dim, read.cloud.len()), (2, 150));
        assert!(read.notes[0].contains("name, of it"), "{:?}", read.notes);
        let spaced = table("\"x;1\";x;y", |k| format!("\"{k};1\"; {k} ;{}", k * k % 17));
        let read = read_table(&format!("  # first; a comment with a \" in it\n\n{spaced}\n\n")).unwrap();
        assert_eq!(read.cloud.points[3], [3.0, 9.0, 0.0]);
        let error = read_table(&table("x,y", |k| if k == 5 { "\"1,2".to_owned() } else { format!("{k},{k}") }));
        assert!(matches!(error, Err(CloudTextError::Width { line: 7, found: 1, .. })), "{error:?}");
        let error = read_table(&table("# one\n\nx,y\n # two", |k| format!("{k},{}", if k == 5 { "?" } else { "1" })));
        assert!(matches!(error, Err(CloudTextError::Number { line: 10, .. })), "{error:?}");
    }

    #[test]
    fn bad_tables_are_refused_with_their_line() {
        let refused = |header: &str, row: &dyn Fn(usize) -> String| read_table(&table(header, row)).unwrap_err();
        assert_eq!(refused("x", &|k| k.to_string()), CloudTextError::OneColumn);
        assert_eq!(refused("1", &|k| k.to_string()), CloudTextError::OneColumn);
        assert_eq!(refused("1,2,3,4", &|k| format!("{k},{k},{k},{k}")), CloudTextError::Columns(4));
        let four = refused("x,y,z,w", &|k| format!("{k},{k},{k},{k}"));
        assert_eq!(four, CloudTextError::Cloud(CloudError::Dimension(4)));
        assert_eq!(refused("a,y", &|k| format!("{k},{k}")), CloudTextError::NoColumn('x'));
        let error = refused("x,y", &|k| if k == 5 { "1,nan".to_owned() } else { format!("{k},{}", k % 7) });
        assert_eq!(error, CloudTextError::Number { line: 7, column: "y", value: "nan".to_owned() });
        let error = refused("x,y", &|k| if k == 5 { "1".to_owned() } else { format!("{k},{}", k % 7) });
        assert_eq!(error, CloudTextError::Width { line: 7, found: 1, expected: 2 });
        assert_eq!(refused("x,y", &|k| format!("{k},{}", 2 * k)), CloudTextError::Cloud(CloudError::OneLine));
        assert_eq!(read_table("x,y\n1,2\n"), Err(CloudTextError::Cloud(CloudError::TooFew { found: 1 })));
        assert_eq!(read_table(""), Err(CloudTextError::Empty));
    }
}
