//! Which columns of a table hold what: one animal a line, or several with a pair of columns each.

use super::names::{self, Name, Unit};
use super::programs::Program;
use crate::formats::angles::AngleColumn;
use crate::formats::assumption::some_of;
use crate::formats::rows::Fault;
use crate::formats::{About, Assumption, ColumnChoice, ColumnUse};

/// Where a heading comes from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum HeadingFrom {
    Nothing,
    Angle(usize),
    /// x and y of a velocity or direction.
    Vector(usize, usize),
    /// From the second part of the body to the first: indices into [`BodyColumns::parts`].
    Parts(usize, usize),
}

/// The columns of one animal.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct BodyColumns {
    /// Columns of x and y of each part of the body; of one part for a point.
    pub parts: Vec<(usize, usize)>,
    /// The animal is where its first part is, otherwise at the mean of all.
    pub is_at_first: bool,
    pub heading: HeadingFrom,
}

impl BodyColumns {
    pub fn point(x: usize, y: usize) -> Self {
        Self { parts: vec![(x, y)], is_at_first: true, heading: HeadingFrom::Nothing }
    }
}

/// The columns of a table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TableLayout {
    pub names: Vec<Name>,
    pub bodies: Vec<BodyColumns>,
    pub species: Option<usize>,
    /// The species may be left out where there are too many different ones.
    pub doubtful_species: bool,
    pub frame: Option<usize>,
    pub id: Option<usize>,
    /// 1 where the animal was not found.
    pub missing: Option<usize>,
    pub angle: Option<AngleColumn>,
    pub program: Option<Program>,
    pub is_own: bool,
}

impl TableLayout {
    /// Lines of lost animals may be left out: the table is of tracks.
    pub fn is_tracked(&self) -> bool {
        self.frame.is_some() || self.id.is_some() || self.bodies.len() > 1
    }
}

/// The header of our own tables.
pub(super) const HEADER: &str = "x,y,heading,species";

/// # Errors
/// A header without positions, or with two columns of one meaning.
pub(super) fn layout_of(
    fields: &[String],
    line: usize,
    choice: &ColumnChoice,
    assumptions: &mut Vec<Assumption>,
) -> Result<TableLayout, Fault> {
    let names: Vec<Name> = fields.iter().map(|field| Name::of(field)).collect();
    let program = super::programs::recognised(&names);
    let chosen = |of: ColumnUse| -> Result<Option<Option<usize>>, Fault> {
        let Some(wanted) = choice.get(of) else { return Ok(None) };
        if wanted == "none" {
            return Ok(Some(None));
        }
        match find(&names, wanted) {
            Some(at) => Ok(Some(Some(at))),
            None => {
                let shown: Vec<&str> = names.iter().map(Name::shown).collect();
                let what = format!("there is no column '{wanted}'");
                Err(Fault::at(line, what, format!("the columns are {}", some_of(&shown))))
            }
        }
    };
    refuse_twins(&names, line, choice)?;

    let given = chosen(ColumnUse::X)?.flatten().zip(chosen(ColumnUse::Y)?.flatten());
    let mut bodies = match given.or_else(|| names::pair(&names, &names::POSITIONS)) {
        Some((x, y)) => vec![BodyColumns::point(x, y)],
        None => super::bodies::bodies_of(&names, program.as_ref(), assumptions),
    };
    if bodies.is_empty() {
        return Err(without_positions(&names, line));
    }
    let frame = match chosen(ColumnUse::Frame)? {
        Some(frame) => frame,
        None => names::frame_column(&names),
    };
    let id = match chosen(ColumnUse::Id)? {
        Some(id) => id,
        None => names::identity(&names).filter(|at| Some(*at) != frame),
    };
    let (species, doubtful_species) = match chosen(ColumnUse::Species)? {
        Some(species) => (species, false),
        None => {
            let kind = names::kind(&names);
            (kind.map(|(at, _)| at), kind.is_some_and(|(_, is_certain)| !is_certain))
        }
    };
    if let Some(at) = species
        && names[at].key != "species"
        && choice.get(ColumnUse::Species).is_none()
    {
        let text = format!("Species were taken from the column {}.", names[at].shown());
        assumptions.push(Assumption::default(About::Species, text, "--columns species=COLUMN"));
    }
    let angle = if let [body] = bodies.as_mut_slice() {
        headings(&names, body, &chosen, program.as_ref(), assumptions)?
    } else {
        None
    };
    Ok(TableLayout {
        missing: names::one(&names, &["missing", "lost"]),
        names,
        bodies,
        species,
        doubtful_species,
        frame,
        id,
        angle,
        program,
        is_own: false,
    })
}

/// The column that gives the heading of a table with one animal a line; its angles, if it holds any.
fn headings(
    names: &[Name],
    body: &mut BodyColumns,
    chosen: &impl Fn(ColumnUse) -> Result<Option<Option<usize>>, Fault>,
    program: Option<&Program>,
    assumptions: &mut Vec<Assumption>,
) -> Result<Option<AngleColumn>, Fault> {
    let angle = match chosen(ColumnUse::Heading)? {
        Some(angle) => angle,
        None => names::one(names, &names::HEADINGS),
    };
    let velocity = chosen(ColumnUse::VelocityX)?.flatten().zip(chosen(ColumnUse::VelocityY)?.flatten());
    if let Some(at) = angle.filter(|_| velocity.is_none()) {
        body.heading = HeadingFrom::Angle(at);
        let name = &names[at];
        return Ok(Some(AngleColumn {
            name: name.shown().to_owned(),
            is_degrees: match name.unit {
                Some(Unit::Radians) => Some(false),
                Some(Unit::Degrees) => Some(true),
                _ => None,
            },
            is_compass: names::COMPASS.contains(&name.key.as_str()) || program.is_some_and(|p| p.is_compass),
            is_upright: program.is_some_and(|p| p.is_upright),
            is_own: false,
        }));
    }
    let sines = names::SINES.iter().find_map(|(cos, sin)| names::one(names, &[cos]).zip(names::one(names, &[sin])));
    let vector = velocity
        .or_else(|| names::pair(names, &names::DIRECTIONS))
        .or(sines)
        .or_else(|| names::pair(names, &names::VELOCITIES));
    if let Some((x, y)) = vector {
        body.heading = HeadingFrom::Vector(x, y);
        let text = format!("Headings were taken from the columns {} and {}.", names[x].shown(), names[y].shown());
        assumptions.push(Assumption::default(About::Headings, text, "--columns heading=COLUMN"));
    }
    Ok(None)
}

/// By name, by what the name means, or by number counted from 1.
fn find(names: &[Name], wanted: &str) -> Option<usize> {
    let key = Name::of(wanted).key;
    let exact = names.iter().position(|name| name.raw.eq_ignore_ascii_case(wanted));
    let alike = || names.iter().position(|name| !key.is_empty() && name.key == key);
    let numbered = || wanted.parse::<usize>().ok().filter(|at| (1..=names.len()).contains(at)).map(|at| at - 1);
    exact.or_else(numbered).or_else(alike)
}

fn refuse_twins(names: &[Name], line: usize, choice: &ColumnChoice) -> Result<(), Fault> {
    for (key, of) in
        [("x", ColumnUse::X), ("y", ColumnUse::Y), ("heading", ColumnUse::Heading), ("species", ColumnUse::Species)]
    {
        let twins: Vec<&str> = names.iter().filter(|name| name.key == key).map(Name::shown).collect();
        if twins.len() > 1 && choice.get(of).is_none() {
            let what = format!("columns {} mean the same", twins.join(" and "));
            return Err(Fault::at(line, what, "keep one of them, or choose with --columns"));
        }
    }
    Ok(())
}

fn without_positions(names: &[Name], line: usize) -> Fault {
    let shown: Vec<&str> = names.iter().map(Name::shown).collect();
    let which = if names.iter().any(|name| name.key == "x") { "y" } else { "x" };
    let what = format!("the header has {} columns ({}) but no column {which}", names.len(), some_of(&shown));
    Fault::at(line, what, format!("name the columns {HEADER}, or choose them with --columns x=..,y=.."))
}

/// Names of columns that are used for nothing.
pub(super) fn unused(layout: &TableLayout) -> Vec<&str> {
    let mut used = vec![layout.species, layout.frame, layout.id, layout.missing];
    for body in &layout.bodies {
        used.extend(body.parts.iter().flat_map(|(x, y)| [Some(*x), Some(*y)]));
        match body.heading {
            HeadingFrom::Angle(at) => used.push(Some(at)),
            HeadingFrom::Vector(x, y) => used.extend([Some(x), Some(y)]),
            HeadingFrom::Nothing | HeadingFrom::Parts(..) => {}
        }
    }
    let mut unused: Vec<&str> = Vec::new();
    for at in (0..layout.names.len()).filter(|at| !used.contains(&Some(*at))) {
        let name = layout.names[at].shown();
        if !unused.contains(&name) {
            unused.push(name);
        }
    }
    unused
}
