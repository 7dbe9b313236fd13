//! The text of a scene file: reading with schema check, migration and warnings, and writing.

use std::convert::Infallible;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::project::default_seed;
use super::{Fault, Project, schema0};
use crate::formats::StopSignal;
use crate::worlds::swarm::doc::SwarmFile;
use crate::worlds::{BadValue, SwarmDoc, World};

/// The schema this program writes.
pub const SCHEMA: u32 = 2;

/// More unknown fields than this are counted, not listed.
const MAX_WARNINGS: usize = 20;

/// A project that was read, and what the reader should know about the reading.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded<W = World> {
    /// What the file holds.
    pub project: Project<W>,
    /// One sentence each: fields that this program does not know (they are lost when it saves), a migration, and what
    /// keeps the picture from being learned.
    pub warnings: Vec<String>,
}

impl Loaded {
    /// A project of the swarm world.
    ///
    /// # Errors
    /// The project is of another world.
    pub fn into_swarm(self) -> Result<Loaded<SwarmDoc>, Fault> {
        let Self { project, warnings } = self;
        match project.world.clone() {
            World::Swarm(doc) => Ok(Loaded { project: project.map_world(|_| *doc), warnings }),
            other => Err(Fault::OtherWorld { found: other.name(), wanted: "swarm" }),
        }
    }
}

/// What schemas 0 and 1 have beside the fields of the swarm.
#[derive(Deserialize)]
struct Header {
    #[serde(default)]
    title: String,
    #[serde(default)]
    notes: String,
    #[serde(default)]
    author: String,
}

/// Fields of [`Header`] and the schema, which the swarm's reader does not know.
const HEADER_FIELDS: [&str; 4] = ["schema", "title", "notes", "author"];

/// Only the schema; everything else is skipped unread.
#[derive(Deserialize)]
struct Probe {
    schema: Option<u32>,
}

pub(super) fn write(project: Project, film_file: Option<String>) -> String {
    let in_file = |doc| Ok::<_, Infallible>(SwarmFile::of(&doc, film_file));
    let project = project.map_world(|world| {
        let Ok(world) = world.try_map_swarm(in_file);
        world
    });
    // Depth 4 puts each particle of a snapshot on a line of its own.
    let layout = ron::ser::PrettyConfig::new().depth_limit(4).new_line("\n");
    let mut text =
        ron::ser::to_string_pretty(&project, layout).expect("numbers, strings and lists can always be written as RON");
    let within = text.find('\n').expect("a line for each field");
    text.insert_str(within, &format!("\n    schema: {SCHEMA},"));
    text.push('\n');
    text
}

/// `read` gives the bytes of a file beside the scene, by its name. `stop` is polled between the passes for the
/// schema, the text and the header, which `ron` makes as a whole.
pub(super) fn read(
    text: &str,
    stop: StopSignal,
    read: &dyn Fn(&str) -> Result<Vec<u8>, String>,
) -> Result<Loaded, Fault> {
    // Editors of some systems put a byte order mark in front of a text.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut warnings = Vec::new();
    let migrated = |found| format!("the scene has schema {found}; saving writes schema {SCHEMA}");
    let schema = schema_of(text)?;
    stop.check().map_err(Fault::Read)?;
    let project = match schema {
        0 => {
            let old: schema0::SwarmDraft = parse(text, &HEADER_FIELDS, &mut warnings)?;
            warnings.push(migrated(0));
            stop.check().map_err(Fault::Read)?;
            with_header(text, World::from(old.migrate().into_doc(read)?))?
        }
        1 => {
            let old: SwarmFile = parse(text, &HEADER_FIELDS, &mut warnings)?;
            stop.check().map_err(Fault::Read)?;
            with_header(text, World::from(old.into_doc(read)?))?
        }
        SCHEMA => {
            let Project { title, notes, author, seed, world } =
                parse::<Project<World<SwarmFile>>>(text, &["schema"], &mut warnings)?;
            let world = world.try_map_swarm(|file| file.into_doc(read))?;
            match &world {
                World::Swarm(_) => {}
                World::Points(doc) => doc.validate()?,
                World::Field(doc) => doc.validate()?,
            }
            Project { title, notes, author, seed, world }
        }
        found => return Err(Fault::Newer { found }),
    };
    let fault = project.world.stored().learning_fault();
    warnings.extend(fault.map(|e| format!("the picture cannot be learned from as it is: {e}")));
    Ok(Loaded { project, warnings })
}

/// A project of schema 0 or 1, whose header is beside the fields of its world.
fn with_header(text: &str, world: World) -> Result<Project, Fault> {
    let Header { title, notes, author } = options().from_str(text).map_err(|e| syntax(text, &e))?;
    Ok(Project { title, notes, author, seed: default_seed(), world })
}

fn schema_of(text: &str) -> Result<u32, Fault> {
    match options().from_str::<Probe>(text) {
        Ok(Probe { schema: Some(schema) }) => Ok(schema),
        Ok(Probe { schema: None }) => Err(Fault::NotAScene("it has no field `schema`".to_owned())),
        Err(e) if !text.contains("schema") => {
            Err(Fault::NotAScene(format!("line {}: {}", e.span.end.line, sentence(&e.code))))
        }
        Err(e) if is_no_parenthesis(&e.code) => Err(syntax(text, &e)),
        Err(e) => {
            // The only thing that is looked at is the number itself.
            let line = text.lines().nth(e.span.end.line.saturating_sub(1)).unwrap_or_default();
            match line.split_once("schema:") {
                // A whole scene ends with a parenthesis; otherwise it was cut.
                Some((_, value)) if text.trim_end().ends_with(')') => {
                    let value = value.trim().trim_end_matches([',', ')']);
                    let what = format!("line {}: {value} is not a whole number", e.span.end.line);
                    Err(BadValue::new("schema", what, format!("write `schema: {SCHEMA}`")).into())
                }
                _ => Err(syntax(text, &e)),
            }
        }
    }
}

fn is_no_parenthesis(code: &ron::Error) -> bool {
    use ron::Error as E;
    matches!(code, E::ExpectedStructLike | E::ExpectedNamedStructLike(_) | E::ExpectedDifferentStructName { .. })
}

/// The world of a scene's text, if it is one of schema 2.
pub(super) fn world_of(text: &str) -> Option<&'static str> {
    #[derive(Deserialize)]
    enum Tag {
        Swarm(serde::de::IgnoredAny),
        Points(serde::de::IgnoredAny),
        Field(serde::de::IgnoredAny),
    }
    #[derive(Deserialize)]
    struct Tagged {
        world: Tag,
    }
    let tagged: Tagged = options().from_str(text).ok()?;
    Some(match tagged.world {
        Tag::Swarm(_) => "swarm",
        Tag::Points(_) => "points",
        Tag::Field(_) => "field",
    })
}

/// Reads a file of a known schema; unknown fields other than `elsewhere` become warnings.
fn parse<D: DeserializeOwned>(text: &str, elsewhere: &[&str], warnings: &mut Vec<String>) -> Result<D, Fault> {
    let mut unknown = Vec::new();
    let mut count = 0;
    let mut deserializer = ron::Deserializer::from_str_with_options(text, &options()).map_err(|e| syntax(text, &e))?;
    let file = serde_ignored::deserialize(&mut deserializer, |path| {
        let path = path.to_string().replace(".?", "").replace("?.", "");
        if elsewhere.contains(&&*path) {
            return;
        }
        count += 1;
        if unknown.len() < MAX_WARNINGS {
            unknown.push(path);
        }
    })
    .map_err(|e| syntax(text, &deserializer.span_error(e)))?;
    warnings.extend(unknown.iter().map(|p| {
        format!(
            "the field `{p}` is not known here (is its name misspelt?); it has no effect, and is left out when saving"
        )
    }));
    if count > unknown.len() {
        warnings.push(format!("{} more unknown fields are left out when saving", count - unknown.len()));
    }
    Ok(file)
}

/// Written files have `Some(…)`; a person may leave it out.
fn options() -> ron::Options {
    ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME)
}

fn syntax(text: &str, error: &ron::error::SpannedError) -> Fault {
    let end = text.trim_end();
    let last_line = end.lines().count();
    let at = error.span.end;
    // A whole scene ends with a parenthesis. If the text does not, or if more was expected at its very end, it was cut.
    if !end.ends_with(')') || error.code == ron::Error::Eof || at.line > last_line {
        return Fault::CutOff { line: last_line.max(1) };
    }
    let last_column = end.lines().next_back().map_or(0, |line| line.chars().count());
    if at.line == last_line && at.col > last_column {
        return Fault::CutOff { line: last_line };
    }
    // What stands before that place, and a little after it.
    let line = end.lines().nth(at.line.saturating_sub(1)).unwrap_or_default();
    let near: String = line.chars().skip(at.col.saturating_sub(34)).take(44).collect();
    Fault::Syntax { line: at.line, column: at.col, near: near.trim().to_owned(), what: sentence(&error.code) }
}

fn names_a_type(expected: &str) -> bool {
    expected.starts_with("struct ") || expected.starts_with("enum ")
}

/// What is wrong, in words for one who has changed the text by hand; beginning in lower case so that they go on after the
/// place.
fn sentence(code: &ron::Error) -> String {
    use ron::Error as E;
    let text = match code {
        E::ExpectedComma => "a comma or a closing bracket is missing, or quotation marks about a text".to_owned(),
        E::ExpectedIdentifier => "expected the name of a field (is a closing bracket missing before it?)".to_owned(),
        E::ExpectedInteger | E::InvalidIntegerDigit { .. } => "expected a whole number".to_owned(),
        E::IntegerOutOfBounds => "this whole number is too large, or below 0".to_owned(),
        E::ExpectedStructLike | E::ExpectedNamedStructLike(_) => "expected an opening parenthesis".to_owned(),
        E::ExpectedDifferentStructName { found, .. } => {
            format!("`{found}` does not belong here: expected an opening parenthesis")
        }
        E::ExpectedStructLikeEnd | E::ExpectedOptionEnd => "expected a closing parenthesis".to_owned(),
        E::TrailingCharacters => "there is more text after the end of the scene".to_owned(),
        E::ExpectedFloat => "expected a number".to_owned(),
        E::ExpectedBoolean => "expected true or false".to_owned(),
        E::ExpectedString => "expected a text in quotation marks".to_owned(),
        E::MissingStructField { field, .. } => {
            format!("the field `{field}` is missing, or its name is misspelt")
        }
        E::NoSuchEnumVariant { expected, found, .. } => {
            let known: Vec<String> = expected.iter().map(|name| format!("`{name}`")).collect();
            format!("`{found}` is not one of {}", known.join(", "))
        }
        E::DuplicateStructField { field, .. } => format!("the field `{field}` is there twice"),
        // Names of Rust types mean nothing in a file.
        E::InvalidValueForType { expected, found } if names_a_type(expected) => format!("{found} does not belong here"),
        E::ExpectedDifferentLength { expected, .. } if names_a_type(expected) => {
            "expected fields with their names".to_owned()
        }
        other => other.to_string(),
    };
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_lowercase().collect::<String>() + chars.as_str())
}
