//! Which columns of a particle's line hold what: from `Properties`, or from the look of a plain line.

use crate::formats::rows::{Fault, parsed};
use crate::formats::table::names::{Name, Unit};
use crate::formats::{About, Assumption, ColumnChoice, ColumnUse};

/// What a group of columns gives the heading from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum HeadingColumns {
    Angle,
    /// x and y of a velocity or direction.
    Vector,
    /// Four numbers; whether the scalar is first or last is found from the values.
    Quaternion,
}

/// Where in a particle's line its parts begin.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Columns {
    pub species: Option<usize>,
    pub position: usize,
    pub depth: Option<usize>,
    pub heading: Option<(usize, HeadingColumns, Name)>,
    /// Which particle it is.
    pub id: Option<usize>,
    pub count: usize,
    /// Whether `Properties` gave them.
    pub are_stated: bool,
}

/// One entry of `Properties`, such as `pos:R:3`.
struct ColumnGroup {
    name: String,
    at: usize,
    width: usize,
}

/// `None` when `Properties` is not of triples name:kind:width.
fn groups_of(properties: &str) -> Option<Vec<ColumnGroup>> {
    let parts: Vec<&str> = properties.split(':').map(str::trim).collect();
    let mut groups = Vec::new();
    let mut at = 0;
    for triple in parts.chunks(3) {
        let &[name, _kind, width] = triple else { return None };
        let width: usize = width.parse().ok().filter(|width| (1..=64).contains(width))?;
        groups.push(ColumnGroup { name: name.to_owned(), at, width });
        at += width;
    }
    Some(groups)
}

/// The names of the entries of `Properties`.
pub(super) fn names_of(properties: &str) -> Vec<String> {
    groups_of(properties).unwrap_or_default().into_iter().map(|group| group.name).collect()
}

const IDS: [&str; 6] = ["id", "particleid", "particleidentifier", "trackid", "tag", "ids"];
const POSITIONS: [&str; 4] = ["pos", "position", "positions", "coords"];
const SPECIES: [&str; 7] = ["species", "type", "atomtypes", "element", "z", "numbers", "particletype"];
const ANGLES: [&str; 5] = ["heading", "theta", "angle", "orientation", "direction"];
const QUATERNIONS: [&str; 4] = ["orientation", "quaternion", "quat", "rotation"];
const VECTORS: [&str; 9] =
    ["heading", "direction", "orientation", "director", "velo", "vel", "velocity", "velocities", "momenta"];

impl Columns {
    /// # Errors
    /// `Properties` without positions, or without a column that `choice` names.
    pub fn of_properties(
        properties: &str,
        choice: &ColumnChoice,
        line: usize,
        assumptions: &mut Vec<Assumption>,
    ) -> Result<Self, Fault> {
        const HINT: &str = "write it like Properties=species:S:1:pos:R:3";
        let Some(groups) = groups_of(properties) else {
            return Err(Fault::at(line, format!("Properties '{properties}' is not of triples name:kind:width"), HINT));
        };
        // The first of the names that is there, in order of preference.
        let find = |names: &[&str], widths: &[usize]| {
            let is = |g: &&ColumnGroup, name: &str| Name::of(&g.name).key == name && widths.contains(&g.width);
            names.iter().find_map(|name| groups.iter().find(|g| is(g, name)))
        };
        let stated = |of: ColumnUse| match choice.get(of) {
            None => Ok(None),
            Some("none") => Ok(Some(None)),
            Some(wanted) => match groups.iter().find(|g| g.name.eq_ignore_ascii_case(wanted)) {
                Some(group) => Ok(Some(Some(group))),
                None => Err(Fault::at(line, format!("Properties has no '{wanted}'"), "name one of its entries")),
            },
        };
        let Some(position) = find(&POSITIONS, &[2, 3]) else {
            return Err(Fault::at(line, format!("Properties '{properties}' has no positions (pos:R:3)"), HINT));
        };
        let from = |group: &ColumnGroup| match group.width {
            1 => HeadingColumns::Angle,
            4 => HeadingColumns::Quaternion,
            _ => HeadingColumns::Vector,
        };
        let heading = match stated(ColumnUse::Heading)? {
            Some(heading) => heading,
            None => find(&ANGLES, &[1]).or_else(|| find(&QUATERNIONS, &[4])).or_else(|| find(&VECTORS, &[2, 3])),
        };
        let id = match stated(ColumnUse::Id)? {
            Some(id) => id,
            None => find(&IDS, &[1]),
        };
        let species = match stated(ColumnUse::Species)? {
            Some(species) => species,
            None => find(&SPECIES, &[1]),
        };
        if let Some(group) = heading.filter(|group| group.width > 1) {
            let text = format!("Headings were taken from the column {}.", group.name);
            assumptions.push(Assumption::default(About::Headings, text, "--columns heading=NAME"));
        }
        Ok(Self {
            species: species.map(|g| g.at),
            position: position.at,
            depth: (position.width == 3).then_some(position.at + 2),
            heading: heading.map(|g| (g.at, from(g), Name::of(&g.name))),
            id: id.map(|g| g.at),
            count: groups.iter().map(|g| g.width).sum(),
            are_stated: true,
        })
    }

    /// Plain XYZ: species x y z, perhaps with a velocity behind, or fewer columns.
    ///
    /// # Errors
    /// A line of one column.
    pub fn of_line(text: &str, line: usize, assumptions: &mut Vec<Assumption>) -> Result<Self, Fault> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let is_number = fields.first().is_some_and(|field| parsed(field).is_some());
        let (species, position, depth, velocity, names) = match (fields.len(), is_number) {
            (0 | 1, _) => {
                let what = format!("there are {} columns; a particle has at least x and y", fields.len());
                return Err(Fault::at(line, what, "write species, x, y and z in every line"));
            }
            (2, _) => (None, 0, None, None, "x, y"),
            (3, true) => (None, 0, Some(2), None, "x, y, z"),
            (3, false) => (Some(0), 1, None, None, "species, x, y"),
            (4..=6, _) => (Some(0), 1, Some(3), None, "species, x, y, z"),
            _ => (Some(0), 1, Some(3), Some(4), "species, x, y, z and a velocity"),
        };
        let text = format!("There was no Properties entry: the columns were taken for {names}.");
        let weigh = if velocity.is_some() { Assumption::choice } else { Assumption::default };
        assumptions.push(weigh(About::Columns, text, "--columns heading=none"));
        Ok(Self {
            species,
            position,
            depth,
            heading: velocity.map(|at| (at, HeadingColumns::Vector, Name::of("velocity"))),
            id: None,
            count: match velocity {
                Some(at) => at + 3,
                None => fields.len().min(4),
            },
            are_stated: false,
        })
    }

    /// Whether the name of the column of angles states degrees or radians.
    pub fn angle_unit(&self) -> Option<bool> {
        match self.heading.as_ref()?.2.unit? {
            Unit::Degrees => Some(true),
            Unit::Radians => Some(false),
            _ => None,
        }
    }
}
