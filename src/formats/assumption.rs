//! What a reader assumed because the file does not state it, as data: the terminal, JSON and the window show one list.

use serde::Serialize;

/// What an [`Assumption`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// The program that wrote the file, recognised by its header.
    Program,
    /// Which column is what.
    Columns,
    /// Whether the first line names the columns.
    Header,
    /// How species were numbered.
    Species,
    /// The unit of headings.
    Angles,
    /// Where headings come from.
    Headings,
    /// Direction of the y axis.
    Y,
    /// Which frames were read.
    Frame,
    /// The box around the particles.
    Box,
    /// Whether the box is periodic.
    Boundary,
    /// Whether the picture is one creature or a whole sample.
    Mode,
    /// Particles that were left out.
    Dropped,
    /// How text was decoded.
    Text,
    /// How an image was read.
    Image,
}

/// One thing that was assumed, left out or converted on the way from a file to particles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Assumption {
    /// What it is about.
    pub about: About,
    /// One sentence with a full stop, at most 300 characters.
    pub text: String,
    /// The command-line option that states it instead, such as `--y down`.
    pub option: Option<&'static str>,
    /// Another reading is possible and gives another picture.
    pub changes_picture: bool,
}

impl Assumption {
    /// Something done that has no alternative.
    pub(super) fn fact(about: About, text: impl AsRef<str>) -> Self {
        Self { about, text: shortened(text.as_ref(), MAX_SENTENCE), option: None, changes_picture: false }
    }

    /// Something that could be read another way without that being likely.
    pub(super) fn default(about: About, text: impl AsRef<str>, option: &'static str) -> Self {
        Self { option: Some(option), ..Self::fact(about, text) }
    }

    /// One of several readings; the wrong one gives another picture.
    pub(super) fn choice(about: About, text: impl AsRef<str>, option: &'static str) -> Self {
        Self { changes_picture: true, ..Self::default(about, text, option) }
    }
}

impl std::fmt::Display for Assumption {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self.option {
            Some(option) => write!(f, "{} [{option}]", self.text),
            None => f.write_str(&self.text),
        }
    }
}

/// Longest sentence of an assumption, characters.
const MAX_SENTENCE: usize = 260;

/// At most `max_chars` characters of a text, with an ellipsis where something is left out.
pub(super) fn shortened(text: &str, max_chars: usize) -> String {
    if text.chars().count() <= max_chars {
        return text.to_owned();
    }
    let short: String = text.chars().take(max_chars.saturating_sub(1)).collect();
    short + "…"
}

/// The first few of some names, and how many more there are.
pub(super) fn some_of(names: &[impl AsRef<str>]) -> String {
    const SHOWN: usize = 6;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| shortened(name.as_ref(), 24)).collect();
    match names.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{} and {more} more", shown.join(", ")),
        _ => shown.join(", "),
    }
}
