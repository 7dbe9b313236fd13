//! The records of a table: comments, delimiters, quotes, and the line of the file that each record begins in.

use super::preamble::PreamblePart;
use crate::formats::StopSignal;
use crate::formats::rows::Fault;

/// What divides the fields of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Delimiter {
    Mark(u8),
    Spaces,
}

impl Delimiter {
    /// Where there are others, commas are decimal ones.
    fn of(line: &str) -> Self {
        let in_quotes = |at: usize| line[..at].matches('"').count() % 2 == 1;
        let divides = |mark: u8| line.match_indices(char::from(mark)).any(|(at, _)| !in_quotes(at));
        [b';', b'\t', b','].into_iter().find(|mark| divides(*mark)).map_or(Self::Spaces, Self::Mark)
    }

    /// `sep=;`, as Excel wants it in front of a table.
    fn announced(line: &str) -> Option<Self> {
        match line.trim().trim_matches('"').strip_prefix("sep=")? {
            ";" => Some(Self::Mark(b';')),
            "," => Some(Self::Mark(b',')),
            // The tab itself was trimmed.
            "" | "\t" => Some(Self::Mark(b'\t')),
            _ => None,
        }
    }
}

/// A line of a comment, without its `#`.
pub(super) struct Comment<'a> {
    pub line: usize,
    pub text: &'a str,
}

/// The text of a table, without its comments and blank lines.
pub(super) struct Lines<'a> {
    /// Comments; only those before the first record may be a header.
    pub comments: Vec<Comment<'a>>,
    pub comments_in_front: usize,
    pub delimiter: Delimiter,
    content: String,
    /// Number of each line of `content` in the file, counted from 1.
    numbers: Vec<usize>,
    /// Polled while the records are visited.
    pub stop: StopSignal<'a>,
}

/// The fields of a line without blanks and quotes around them.
pub(super) struct Record<'a> {
    pub line: usize,
    pub fields: Vec<&'a str>,
}

/// A field that is longer than this was opened by a stray quote.
const MAX_FIELD: usize = 10_000;

impl<'a> Lines<'a> {
    /// Breaks off where `stop` is set, which the visitors of the records then report.
    pub fn of(text: &'a str, part: &PreamblePart, stop: StopSignal<'a>) -> Self {
        let mut lines = Self {
            comments: Vec::new(),
            comments_in_front: 0,
            delimiter: Delimiter::Spaces,
            content: String::with_capacity(text.len()),
            numbers: Vec::new(),
            stop,
        };
        let mut announced = None;
        for (i, line) in text.split('\n').enumerate().skip(part.above).take(part.lines) {
            if stop.is_set_at(i) {
                break;
            }
            let trimmed = line.trim();
            if let Some(comment) = trimmed.strip_prefix('#') {
                lines.comments.push(Comment { line: i + 1, text: comment });
            } else if lines.numbers.is_empty() && announced.is_none() && Delimiter::announced(line).is_some() {
                announced = Delimiter::announced(line);
            } else if !trimmed.trim_matches([',', ';', '\t', ' ']).is_empty() {
                if lines.numbers.is_empty() {
                    lines.comments_in_front = lines.comments.len();
                    lines.delimiter = announced.unwrap_or_else(|| Delimiter::of(line));
                }
                lines.content.push_str(line);
                lines.content.push('\n');
                lines.numbers.push(i + 1);
            }
        }
        lines
    }

    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// The fields of a comment, divided as the records are.
    pub fn fields_of_comment(&self, comment: &'a str) -> Vec<&'a str> {
        match self.delimiter {
            Delimiter::Mark(mark) => comment.split(char::from(mark)).map(bare).collect(),
            Delimiter::Spaces => comment.split_whitespace().map(bare).collect(),
        }
    }

    /// The first records, at most `most`.
    pub fn first(&self, most: usize) -> Result<Vec<(usize, Vec<String>)>, Fault> {
        let mut records = Vec::new();
        self.visit(|record| {
            records.push((record.line, record.fields.iter().map(|&field| field.to_owned()).collect()));
            Ok(records.len() < most)
        })?;
        Ok(records)
    }

    /// Gives every record to `take` until that returns false.
    ///
    /// # Errors
    /// Those of `take`, a quote that is never closed, and the signal to stop.
    pub fn visit(&self, mut take: impl FnMut(Record) -> Result<bool, Fault>) -> Result<(), Fault> {
        let mut visited = 0;
        let mut take = |record: Record| {
            if self.stop.is_set_at(visited) {
                return Err(Fault::stopped());
            }
            visited += 1;
            take(record)
        };
        let Delimiter::Mark(mark) = self.delimiter else {
            for (line, text) in self.numbers.iter().zip(self.content.lines()) {
                let fields = text.split_whitespace().map(|field| field.trim_matches('"')).collect();
                if !take(Record { line: *line, fields })? {
                    break;
                }
            }
            return Ok(());
        };
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(mark)
            .has_headers(false)
            .flexible(true)
            .from_reader(self.content.as_bytes());
        let mut record = csv::StringRecord::new();
        loop {
            let at = reader.position().line().max(1) as usize - 1;
            let line = self.numbers.get(at).copied().unwrap_or_default();
            let failed = |error: csv::Error| Fault::at(line, error.to_string(), "correct the line");
            if !reader.read_record(&mut record).map_err(failed)? {
                return Ok(());
            }
            if record.iter().any(|field| field.len() > MAX_FIELD) {
                let what = "a quote is opened in this line and closed far below or never";
                return Err(Fault::at(line, what, "close or delete the quote"));
            }
            if !take(Record { line, fields: record.iter().map(bare).collect() })? {
                return Ok(());
            }
        }
    }
}

/// A field without the blanks and quotes around it.
fn bare(field: &str) -> &str {
    let trimmed = field.trim();
    trimmed.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(trimmed).trim()
}
