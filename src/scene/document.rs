//! The scene file as it is written: reading with schema check, migration and warnings, and writing.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::worlds::swarm::picture::{Ensemble, Snapshot};
use crate::worlds::swarm::rule::{LiveSettings, NetShape, Rule, Swings};
use crate::worlds::swarm::train::TrainingSettings;

use super::flows::{self, FlowHead};
use super::savepoints::Saved;
use super::{Evidence, Fault, Flows, LiveState, Scene, schema0, validate, weights};

/// The schema this program writes.
pub const SCHEMA: u32 = 1;

/// More unknown fields than this are counted, not listed.
const MAX_WARNINGS: usize = 20;

/// A scene that was read, and what the reader should know about the reading.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    pub scene: Scene,
    /// One sentence each: fields that this program does not know (they are lost when it saves), a migration, and what
    /// keeps the snapshot from being learned.
    pub warnings: Vec<String>,
}

/// Schema 1. The order of the fields is the order in the file.
#[derive(Serialize, Deserialize)]
pub(super) struct Document {
    pub schema: u32,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub notes: String,
    #[serde(default)]
    pub author: String,
    pub snapshot: Snapshot,
    #[serde(default)]
    pub ensemble: Ensemble,
    #[serde(default)]
    pub training: TrainingSettings,
    #[serde(default)]
    pub live: LiveSettings,
    #[serde(default)]
    pub swings: Swings,
    #[serde(default)]
    pub live_particles: usize,
    #[serde(default)]
    pub rule: Option<RuleHead>,
    /// Older files have no list: then the flow of the rule is the only one.
    #[serde(default)]
    pub flows: Vec<FlowHead>,
    #[serde(default)]
    pub chosen_flow: usize,
    #[serde(default)]
    pub state: Option<LiveState>,
    #[serde(default)]
    pub savepoints: Vec<Saved>,
    #[serde(default)]
    pub evidence: Option<Evidence>,
    #[serde(default)]
    pub weights: Option<String>,
}

/// A rule without its weights.
#[derive(Serialize, Deserialize)]
pub(super) struct RuleHead {
    unit_length: f64,
    cutoff_l: f64,
    sigma_range_l: [f64; 2],
    kappa: f64,
    energy: NetShape,
    #[serde(default)]
    flow: Option<NetShape>,
}

impl RuleHead {
    fn of(rule: &Rule) -> Self {
        Self {
            unit_length: rule.unit_length,
            cutoff_l: rule.cutoff_l,
            sigma_range_l: rule.sigma_range_l,
            kappa: rule.kappa,
            energy: rule.energy.shape,
            flow: rule.flow.as_ref().map(|net| net.shape),
        }
    }

    fn with_weights(self, bytes: &[u8]) -> Result<Rule, Fault> {
        Ok(Rule {
            unit_length: self.unit_length,
            cutoff_l: self.cutoff_l,
            sigma_range_l: self.sigma_range_l,
            kappa: self.kappa,
            energy: weights::decode(bytes, "energy", self.energy)?,
            flow: self.flow.map(|shape| weights::decode(bytes, "flow", shape)).transpose()?,
        })
    }
}

/// Only the schema; everything else is skipped unread.
#[derive(Deserialize)]
struct Probe {
    schema: Option<u32>,
}

pub(super) fn write(scene: &Scene) -> String {
    // A rule may have been put into the scene with no word about its flow.
    let listed = match &scene.rule {
        Some(rule) if rule.flow.as_ref() == scene.flows.chosen().map(|flow| &*flow.net) => scene.flows.clone(),
        Some(rule) => Flows::of(rule, &scene.training),
        None => Flows::default(),
    };
    let document = Document {
        schema: SCHEMA,
        title: scene.title.clone(),
        notes: scene.notes.clone(),
        author: scene.author.clone(),
        snapshot: scene.snapshot.clone(),
        ensemble: scene.ensemble,
        training: scene.training,
        live: scene.live,
        swings: scene.swings.clone(),
        live_particles: scene.live_particles,
        rule: scene.rule.as_ref().map(RuleHead::of),
        flows: listed.list.iter().map(FlowHead::of).collect(),
        chosen_flow: listed.chosen,
        state: scene.state.clone(),
        savepoints: scene.savepoints.iter().map(|moment| Saved::of(moment, &listed)).collect(),
        evidence: scene.evidence.clone(),
        weights: scene.rule.as_ref().map(|rule| weights::encode(rule, &listed)),
    };
    // Depth 3 puts each particle of the snapshot on a line of its own.
    let layout = ron::ser::PrettyConfig::new().depth_limit(3).new_line("\n");
    let mut text =
        ron::ser::to_string_pretty(&document, layout).expect("numbers, strings and lists can always be written as RON");
    text.push('\n');
    text
}

pub(super) fn read(text: &str) -> Result<Loaded, Fault> {
    let mut warnings = Vec::new();
    // The oldest schema first; each step of the chain turns one into the next.
    let document = match schema_of(text)? {
        0 => {
            let old: schema0::Document = parse(text, &mut warnings)?;
            warnings
                .push(format!("the scene has schema 0 and was brought to schema {SCHEMA}; saving keeps the new one"));
            old.migrate()
        }
        SCHEMA => parse(text, &mut warnings)?,
        found => return Err(Fault::Newer { found }),
    };
    let (heads, chosen) = (document.flows, document.chosen_flow);
    let (rule, flows) = match (document.rule, document.weights) {
        (Some(head), Some(text)) => {
            let bytes = weights::bytes_of(&text)?;
            let rule = head.with_weights(&bytes)?;
            let flows = flows_of(heads, chosen, &rule, &document.training, &bytes)?;
            (Some(rule), flows)
        }
        (None, None) => {
            if !heads.is_empty() {
                flows::check(&heads, chosen, None)?;
            }
            (None, Flows::default())
        }
        (Some(_), None) => {
            return Err(Fault::value("weights", "the rule has none", "remove `rule` and learn again"));
        }
        (None, Some(_)) => {
            return Err(Fault::value(
                "rule",
                "it is missing, but there are weights",
                "remove `weights` and learn again",
            ));
        }
    };
    let scene = Scene {
        title: document.title,
        notes: document.notes,
        author: document.author,
        snapshot: document.snapshot,
        ensemble: document.ensemble,
        training: document.training,
        live: document.live,
        swings: document.swings,
        live_particles: document.live_particles,
        savepoints: document.savepoints.into_iter().map(|saved| saved.with(&flows)).collect(),
        rule,
        flows,
        state: document.state,
        evidence: document.evidence,
    };
    validate::scene(&scene)?;
    if let Err(e) = scene.snapshot.validate() {
        warnings.push(format!("the snapshot cannot be learned from as it is: {e}"));
    }
    Ok(Loaded { scene, warnings })
}

/// The list of flows with their weights; that of the chosen one is the rule's own.
fn flows_of(
    heads: Vec<FlowHead>,
    chosen: usize,
    rule: &Rule,
    training: &TrainingSettings,
    bytes: &[u8],
) -> Result<Flows, Fault> {
    if heads.is_empty() {
        return Ok(Flows::of(rule, training));
    }
    flows::check(&heads, chosen, Some(rule))?;
    let read = |(k, head): (usize, FlowHead)| {
        let net = match &rule.flow {
            Some(flow) if k == chosen => flow.clone(),
            _ => weights::decode(bytes, &weights::flow_name(k), head.net)?,
        };
        Ok(head.with(net))
    };
    Ok(Flows { list: heads.into_iter().enumerate().map(read).collect::<Result<_, Fault>>()?, chosen })
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
                    let what = format!("line {}: {value} is no whole number", e.span.end.line);
                    Err(Fault::value("schema", what, format!("write `schema: {SCHEMA}`")))
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

/// Reads a document of a known schema; unknown fields become warnings.
fn parse<D: DeserializeOwned>(text: &str, warnings: &mut Vec<String>) -> Result<D, Fault> {
    let mut unknown = Vec::new();
    let mut count = 0;
    let mut deserializer = ron::Deserializer::from_str_with_options(text, &options()).map_err(|e| syntax(text, &e))?;
    let document = serde_ignored::deserialize(&mut deserializer, |path| {
        count += 1;
        if unknown.len() < MAX_WARNINGS {
            unknown.push(path.to_string().replace(".?", "").replace("?.", ""));
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
    Ok(document)
}

/// Written files say `Some(…)`; a person may leave it out.
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
        E::ExpectedIdentifier => {
            "the name of a field should stand here (is a closing bracket missing before it?)".to_owned()
        }
        E::ExpectedInteger | E::InvalidIntegerDigit { .. } => "a whole number should stand here".to_owned(),
        E::IntegerOutOfBounds => "this whole number is too large, or below 0".to_owned(),
        E::ExpectedStructLike | E::ExpectedNamedStructLike(_) => "an opening parenthesis should stand here".to_owned(),
        E::ExpectedDifferentStructName { found, .. } => {
            format!("`{found}` does not belong here: an opening parenthesis should stand in its place")
        }
        E::ExpectedStructLikeEnd | E::ExpectedOptionEnd => "a closing parenthesis should stand here".to_owned(),
        E::TrailingCharacters => "more stands here, behind the end of the scene".to_owned(),
        E::ExpectedFloat => "a number should stand here".to_owned(),
        E::ExpectedBoolean => "true or false should stand here".to_owned(),
        E::ExpectedString => "a text in quotation marks should stand here".to_owned(),
        E::MissingStructField { field, .. } => {
            format!("the field `{field}` is missing, or its name is misspelt")
        }
        E::NoSuchEnumVariant { expected, found, .. } => {
            let known: Vec<String> = expected.iter().map(|name| format!("`{name}`")).collect();
            format!("`{found}` is none of {}", known.join(", "))
        }
        E::DuplicateStructField { field, .. } => format!("the field `{field}` stands there twice"),
        // Names of types mean nothing to whoever reads this.
        E::InvalidValueForType { expected, found } if names_a_type(expected) => format!("{found} does not belong here"),
        E::ExpectedDifferentLength { expected, .. } if names_a_type(expected) => {
            "fields with their names should stand here".to_owned()
        }
        other => other.to_string(),
    };
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_lowercase().collect::<String>() + chars.as_str())
}
