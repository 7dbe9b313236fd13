//! Extended XYZ as ASE and OVITO write it: a count, a comment of `key=value` pairs, a line for each particle.

use super::species::SpeciesColumn;
use super::{Fault, Row, Rows, fold_into_box, number};
use crate::worlds::swarm::picture::MAX_PARTICLES;

/// Share of the box by which a cell may be sheared and still count as rectangular.
const SHEAR_TOLERANCE: f64 = 1e-6;

/// What a group of columns gives the heading from.
#[derive(Clone, Copy, Debug, PartialEq)]
enum HeadingFrom {
    Angle,
    /// x and y of a velocity or direction.
    Vector,
    /// (x, y, z, w), as OVITO writes orientations.
    Quaternion,
}

/// Where in a particle's line its parts begin.
#[derive(Debug, PartialEq)]
struct Columns {
    species: Option<usize>,
    position: usize,
    depth: Option<usize>,
    heading: Option<(usize, HeadingFrom, String)>,
    count: usize,
}

/// # Errors
/// The first line that cannot be read, with the hint.
pub(super) fn parse(text: &str) -> Result<Rows, Fault> {
    let mut lines = text.lines().enumerate().map(|(i, line)| (i + 1, line));
    let first = lines.next().map_or("", |(_, line)| line.trim());
    let count: usize = first.parse().map_err(|_| {
        let what = if first.is_empty() {
            "the first line is empty".to_owned()
        } else {
            format!("the first line is '{first}'")
        };
        Fault::at(1, what, "it must be the number of particles")
    })?;
    if count > MAX_PARTICLES {
        let what = format!("the file announces {count} particles");
        return Err(Fault::at(1, what, format!("cut out a part of at most {MAX_PARTICLES}")));
    }
    let comment = lines.next().map_or("", |(_, line)| line);
    let pairs = key_values(comment);
    let get = |key: &str| pairs.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str());

    let mut out = Rows::default();
    let origin = match get("origin") {
        Some(origin) => numbers(origin, "Origin", 2..=3)?,
        None => vec![0.0, 0.0],
    };
    out.box_size = get("lattice").map(box_of_lattice).transpose()?;
    out.periodic = get("pbc").map(periodic_of).transpose()?;
    let columns = match get("properties") {
        Some(properties) => columns_of(properties)?,
        None => plain_columns(&mut out.notes),
    };
    read_particles(lines, count, &columns, [origin[0], origin[1]], &mut out)?;
    if let (Some(size), None | Some(true)) = (out.box_size, out.periodic) {
        let folded = fold_into_box(&mut out.rows, size);
        if folded > 0 {
            out.notes.push(format!("{folded} particles beyond the edge of the periodic box were folded into it."));
        }
    }
    Ok(out)
}

/// The `key=value` pairs of the comment line, keys in lower case; values may stand in quotes or braces.
fn key_values(comment: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut rest = comment.trim();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let key = rest[..end].trim_matches('"').to_lowercase();
        rest = rest[end..].trim_start();
        let Some(value) = rest.strip_prefix('=') else { continue };
        let value = value.trim_start();
        let close = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => Some(quote),
            Some('{') => Some('}'),
            Some('[') => Some(']'),
            _ => None,
        };
        let (value, after) = match close {
            Some(close) => value[1..].split_once(close).unwrap_or((&value[1..], "")),
            None => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
        };
        pairs.push((key, value.to_owned()));
        rest = after.trim_start();
    }
    pairs
}

fn numbers(text: &str, name: &str, counts: std::ops::RangeInclusive<usize>) -> Result<Vec<f64>, Fault> {
    let parts = text.split(|c: char| c.is_whitespace() || c == ',').filter(|part| !part.is_empty());
    let values = parts.map(|part| number(part, name, 2)).collect::<Result<Vec<f64>, Fault>>()?;
    if counts.contains(&values.len()) {
        return Ok(values);
    }
    Err(Fault::at(2, format!("{name} has {} numbers", values.len()), format!("write {} numbers", counts.end())))
}

/// Width and height of a rectangular cell given as three vectors (or two, in the plane).
fn box_of_lattice(lattice: &str) -> Result<[f64; 2], Fault> {
    let v = numbers(lattice, "Lattice", 4..=9)?;
    let (a, b) = match v.len() {
        9 => ([v[0], v[1]], [v[3], v[4]]),
        4 => ([v[0], v[1]], [v[2], v[3]]),
        count => return Err(Fault::at(2, format!("Lattice has {count} numbers"), "write 9: three cell vectors")),
    };
    let size = [a[0], b[1]];
    if !(size[0] > 0.0 && size[1] > 0.0) {
        let what = format!("the Lattice is {} wide and {} high", size[0], size[1]);
        return Err(Fault::at(2, what, "both must be positive"));
    }
    if a[1].abs().max(b[0].abs()) > SHEAR_TOLERANCE * size[0].max(size[1]) {
        let what = format!("the cell ({} {}), ({} {}) is not a rectangle along x and y", a[0], a[1], b[0], b[1]);
        return Err(Fault::at(2, what, "write the particles in an orthogonal cell"));
    }
    Ok(size)
}

/// Periodic in the plane only if periodic along both x and y.
fn periodic_of(pbc: &str) -> Result<bool, Fault> {
    let flags: Vec<Option<bool>> = pbc
        .split(|c: char| c.is_whitespace() || c == ',')
        .filter(|flag| !flag.is_empty())
        .map(|flag| match flag.to_lowercase().as_str() {
            "t" | "true" | "1" => Some(true),
            "f" | "false" | "0" => Some(false),
            _ => None,
        })
        .collect();
    match flags[..] {
        [Some(x), Some(y)] | [Some(x), Some(y), Some(_)] => Ok(x && y),
        _ => Err(Fault::at(2, format!("pbc is '{pbc}'"), "write three of T and F, such as pbc=\"T T F\"")),
    }
}

/// One entry of `Properties`, such as `pos:R:3`.
struct Group {
    name: String,
    at: usize,
    width: usize,
}

/// `None` when `Properties` is not of triples name:kind:width.
fn groups_of(properties: &str) -> Option<Vec<Group>> {
    let parts: Vec<&str> = properties.split(':').map(str::trim).collect();
    let mut groups = Vec::new();
    let mut at = 0;
    for triple in parts.chunks(3) {
        let &[name, _kind, width] = triple else { return None };
        let width: usize = width.parse().ok().filter(|width| (1..=64).contains(width))?;
        groups.push(Group { name: name.to_lowercase(), at, width });
        at += width;
    }
    Some(groups)
}

fn columns_of(properties: &str) -> Result<Columns, Fault> {
    const HINT: &str = "write it like Properties=species:S:1:pos:R:3";
    let Some(groups) = groups_of(properties) else {
        return Err(Fault::at(2, format!("Properties '{properties}' is not of triples name:kind:width"), HINT));
    };
    // The first of the names that is there, in order of preference.
    let find = |names: &[&str], widths: &[usize]| {
        names.iter().find_map(|name| groups.iter().find(|g| g.name == *name && widths.contains(&g.width)))
    };
    let Some(position) = find(&["pos", "position", "positions"], &[2, 3]) else {
        return Err(Fault::at(2, format!("Properties '{properties}' has no positions (pos:R:3)"), HINT));
    };
    let sources: [(&[&str], &[usize], HeadingFrom); 3] = [
        (&["heading", "theta", "angle", "orientation"], &[1], HeadingFrom::Angle),
        (&["orientation"], &[4], HeadingFrom::Quaternion),
        (
            &["heading", "direction", "orientation", "velo", "vel", "velocity", "velocities", "momenta"],
            &[2, 3],
            HeadingFrom::Vector,
        ),
    ];
    let heading = sources.into_iter().find_map(|(names, widths, from)| find(names, widths).map(|g| (g, from)));
    Ok(Columns {
        species: find(&["species", "type", "atom_types", "element", "z", "numbers"], &[1]).map(|g| g.at),
        position: position.at,
        depth: (position.width == 3).then_some(position.at + 2),
        heading: heading.map(|(g, from)| (g.at, from, g.name.clone())),
        count: groups.iter().map(|g| g.width).sum(),
    })
}

/// Plain XYZ without `Properties`: species x y z.
fn plain_columns(notes: &mut Vec<String>) -> Columns {
    notes.push("There was no Properties entry: the columns were taken for species, x, y, z.".to_owned());
    Columns { species: Some(0), position: 1, depth: Some(3), heading: None, count: 4 }
}

fn read_particles<'a>(
    mut lines: impl Iterator<Item = (usize, &'a str)>,
    count: usize,
    columns: &Columns,
    origin: [f64; 2],
    out: &mut Rows,
) -> Result<(), Fault> {
    let mut species = SpeciesColumn::default();
    let mut depths: Option<[f64; 2]> = None;
    for done in 0..count {
        let (line, text) = lines.next().filter(|(_, text)| !text.trim().is_empty()).ok_or_else(|| {
            let what = format!("the first line announces {count} particles, but there are {done}");
            Fault::whole(what, "correct the first line or complete the file")
        })?;
        let fields: Vec<&str> = text.split_whitespace().collect();
        if fields.len() < columns.count {
            let what = format!("there are {} columns where the second line announces {}", fields.len(), columns.count);
            return Err(Fault::at(line, what, "complete the line"));
        }
        let value = |at: usize, name: &str| number(fields[at], name, line);
        let x = value(columns.position, "x")? - origin[0];
        let y = value(columns.position + 1, "y")? - origin[1];
        if let Some(at) = columns.depth {
            let z = value(at, "z")?;
            let [low, high] = depths.unwrap_or([z; 2]);
            depths = Some([low.min(z), high.max(z)]);
        }
        if let Some(at) = columns.species {
            species.push(fields[at], line)?;
        }
        let heading = match &columns.heading {
            None => None,
            Some((at, HeadingFrom::Angle, name)) => Some(value(*at, name)?),
            Some((at, HeadingFrom::Vector, name)) => {
                let (vx, vy) = (value(*at, name)?, value(at + 1, name)?);
                (vx != 0.0 || vy != 0.0).then(|| vy.atan2(vx))
            }
            Some((at, HeadingFrom::Quaternion, name)) => {
                let [qx, qy, qz, qw] =
                    [value(*at, name)?, value(at + 1, name)?, value(at + 2, name)?, value(at + 3, name)?];
                // Where the rotation takes the x axis.
                Some(f64::atan2(2.0 * (qx * qy + qw * qz), 1.0 - 2.0 * (qy * qy + qz * qz)))
            }
        };
        out.rows.push(Row { x, y, heading, species: 0, line });
    }
    if columns.species.is_some() {
        for (row, species) in out.rows.iter_mut().zip(species.finish(&mut out.notes)) {
            row.species = species;
        }
    }
    if let Some((_, from, name)) = &columns.heading
        && *from != HeadingFrom::Angle
    {
        out.notes.push(format!("Headings were taken from the column {name}."));
    }
    if let Some([low, high]) = depths
        && high > low
    {
        out.notes.push(format!("The swarm is flat: z (from {low} to {high}) was left out."));
    }
    if lines.any(|(_, text)| !text.trim().is_empty()) {
        out.notes.push("Only the first frame was read.".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::{FRAC_PI_2, FRAC_PI_4};

    fn fault(text: &str) -> Fault {
        parse(text).expect_err("must be refused")
    }

    #[test]
    fn what_ase_writes_is_read() {
        let text = "2\nLattice=\"10.0 0.0 0.0 0.0 8.0 0.0 0.0 0.0 1.0\" Properties=species:S:1:pos:R:3:momenta:R:3 pbc=\"T T F\"\n\
                    Ar       1.00000000       2.00000000       0.00000000       0.00000000       3.00000000       0.00000000\n\
                    Ne      11.00000000       4.00000000       0.00000000       1.00000000       1.00000000       0.00000000\n";
        let read = parse(text).unwrap();
        assert_eq!((read.box_size, read.periodic), (Some([10.0, 8.0]), Some(true)));
        assert_eq!(read.rows[0], Row { x: 1.0, y: 2.0, heading: Some(FRAC_PI_2), species: 0, line: 3 });
        assert_eq!(read.rows[1], Row { x: 1.0, y: 4.0, heading: Some(FRAC_PI_4), species: 1, line: 4 });
        let notes = read.notes.join(" ");
        for part in ["'Ar' became 0", "momenta", "1 particles beyond the edge"] {
            assert!(notes.contains(part), "{notes}");
        }
    }

    #[test]
    fn what_ovito_writes_is_read() {
        let text = "2\nLattice=\"10 0 0 0 10 0 0 0 1\" Origin=\"-5 -5 0\" Properties=pos:R:3:species:I:1:velo:R:3:orientation:R:4 Time=0\n\
                    -5 4 0 1 1 0 0 0 0 0.7071067811865476 0.7071067811865476\n0 0 0.5 2 1 0 0 0 0 0 1\n\
                    2\nsecond frame\n0 0 0 1\n";
        let read = parse(text).unwrap();
        assert_eq!((read.rows[0].x, read.rows[0].y), (0.0, 9.0));
        assert!((read.rows[0].heading.unwrap() - FRAC_PI_2).abs() < 1e-12);
        assert_eq!((read.rows[0].species, read.rows[1].species), (1, 2));
        let notes = read.notes.join(" ");
        assert!(notes.contains("z (from 0 to 0.5)") && notes.contains("first frame"), "{notes}");
    }

    #[test]
    fn a_plain_xyz_file_and_an_angle_column_are_read() {
        let plain = parse("2\nwater\nO 0 0 0\nH 1 0 0\n").unwrap();
        assert_eq!((plain.box_size, plain.rows[1].species), (None, 1));
        let angled = parse("2\nProperties=pos:R:2:theta:R:1 pbc='F F F'\n0 0 0.25\n1 0 0.5\n").unwrap();
        assert_eq!(angled.rows[1].heading, Some(0.5));
        assert_eq!(angled.periodic, Some(false));
    }

    #[test]
    fn each_unreadable_place_is_named() {
        let head = "Properties=species:S:1:pos:R:3";
        let lattice = |l: &str| format!("1\nLattice=\"{l}\" {head}\nA 0 0 0\n");
        let cases: Vec<(String, Option<usize>, &str)> = vec![
            ("".into(), Some(1), "empty"),
            ("many\n\n".into(), Some(1), "'many'"),
            ("1000000\n\n".into(), Some(1), "1000000 particles"),
            (format!("3\n{head}\nA 0 0 0\nA 1 0 0\n"), None, "3 particles, but there are 2"),
            (format!("1\n{head}\nA 0 0\n"), Some(3), "3 columns"),
            (format!("1\n{head}\nA 0 nan 0\n"), Some(3), "y is nan"),
            (format!("1\n{head}\nA 0 b 0\n"), Some(3), "y is 'b'"),
            ("1\nProperties=species:S:1\nA\n".into(), Some(2), "no positions"),
            ("1\nProperties=species:S\nA\n".into(), Some(2), "triples"),
            (lattice("10 0 0 5 10 0 0 0 1"), Some(2), "not a rectangle"),
            (lattice("10 0 0 0 0 0 0 0 1"), Some(2), "0 high"),
            (lattice("10 0 0 0 10"), Some(2), "5 numbers"),
            (format!("1\npbc=\"T X\" {head}\nA 0 0 0\n"), Some(2), "pbc is 'T X'"),
        ];
        for (text, line, what) in cases {
            let fault = fault(&text);
            assert_eq!(fault.line, line, "{text}: {fault:?}");
            assert!(fault.what.contains(what), "{text}: {fault:?}");
        }
    }
}
