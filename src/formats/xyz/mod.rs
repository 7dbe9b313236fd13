//! Extended XYZ: the number of particles, a line of `key=value` pairs, a line for each particle, and so on for each frame.

mod cell;
mod columns;
mod comment;
mod frames;
mod quaternion;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::{BufRead, BufReader, Cursor, Seek};
use std::path::Path;

use super::angles::{AngleColumn, to_radians};
use super::options::{Angles, ColumnUse, YAxis};
use super::rows::{Fault, FrameRows, Reading, Row, number};
use super::species::SpeciesColumn;
use super::{About, Assumption, ColumnChoice, FrameChoice, ImportError, ImportOptions, StopSignal, text};
use crate::worlds::swarm::picture::MAX_PARTICLES;
use cell::Cell;
use columns::{Columns, HeadingColumns};
use frames::{FrameAt, Frames};
use glam::DVec2;

/// Bytes that are read from the disk at once.
const BUFFER: usize = 1 << 20;

/// Larger files are never in memory as a whole; they must be UTF-8, with the line ends of today.
const WHOLE_BYTES: u64 = 128 << 20;

/// The names in `Properties` of the first frame; none for plain XYZ.
pub(super) fn columns_of(text: &str) -> Vec<String> {
    let pairs = comment::key_values(text.split('\n').nth(1).unwrap_or_default());
    pairs.iter().find(|(key, _)| key == "properties").map_or_else(Vec::new, |(_, list)| columns::names_of(list))
}

/// Where `Properties` in the comment line of a frame puts the positions, for readers of other worlds.
pub(crate) struct PositionColumns {
    pub first: usize,
    /// 2 or 3.
    pub dim: usize,
    /// Columns of a whole line.
    pub count: usize,
}

/// `Ok(None)` for a comment without `Properties`.
///
/// # Errors
/// What is wrong with `Properties`, and the next step.
pub(crate) fn position_columns(comment: &str) -> Result<Option<PositionColumns>, [String; 2]> {
    let pairs = comment::key_values(comment);
    let Some((_, properties)) = pairs.iter().find(|(key, _)| key == "properties") else { return Ok(None) };
    let columns = Columns::of_properties(properties, &ColumnChoice::default(), 2, &mut Vec::new());
    let columns = columns.map_err(|fault| [fault.what, fault.hint])?;
    let dim = if columns.depth.is_some() { 3 } else { 2 };
    Ok(Some(PositionColumns { first: columns.position, dim, count: columns.count }))
}

/// The frames of a file; a large one is read frame by frame. The outer error is about the file, the inner about its
/// content.
pub(super) fn read(
    path: &Path,
    options: &ImportOptions,
    stop: StopSignal,
) -> Result<Result<Reading, Fault>, ImportError> {
    let failed = |source| ImportError::Read { file: path.to_owned(), source };
    if std::fs::metadata(path).map_err(failed)?.len() > WHOLE_BYTES {
        let file = std::fs::File::open(path).map_err(failed)?;
        return Ok(parse_from(BufReader::with_capacity(BUFFER, file), options, stop));
    }
    let text::Text { text, assumption } = text::read(path, stop)?;
    Ok(parse_from(Cursor::new(text.as_bytes()), options, stop).map(|mut reading| {
        reading.assumptions.extend(assumption);
        reading
    }))
}

#[cfg(test)]
pub(super) fn parse(text: &str, options: &ImportOptions) -> Result<Reading, Fault> {
    parse_from(Cursor::new(text.as_bytes()), options, StopSignal::NEVER)
}

/// # Errors
/// The first line that cannot be read, with the next step; the signal to stop.
fn parse_from(reader: impl BufRead + Seek, options: &ImportOptions, stop: StopSignal) -> Result<Reading, Fault> {
    let mut assumptions = Vec::new();
    let mut frames = Frames::find(reader, &mut assumptions, stop)?;
    let chosen = pick(&frames.list, options.frames, &mut assumptions)?;
    for of in [ColumnUse::X, ColumnUse::Y] {
        if options.columns.get(of).is_some() {
            return Err(Fault::at(2, "XYZ files state where the positions are", "leave x and y out of --columns"));
        }
    }
    let mut reader =
        Reader { options, stop, assumptions, species: SpeciesColumn::default(), has_species: false, depths: None };
    let mut read = Vec::new();
    let mut turns = Vec::new();
    let mut last_columns = None;
    for &at in &chosen {
        // What is assumed of the first frame holds for the others.
        let frame = frames.list[at];
        let (rows, turn, columns) = reader.frame(&frames.text(frame)?, &frame, at + 1, read.is_empty())?;
        read.push(rows);
        turns.push(turn);
        last_columns.get_or_insert(columns);
    }
    let Reader { mut assumptions, species, has_species, depths, .. } = reader;
    let mut species_names = Vec::new();
    if has_species {
        let (species, names) = species.finish(&mut assumptions);
        species_names = names;
        for (row, species) in read.iter_mut().flat_map(|frame| &mut frame.rows).zip(species) {
            row.species = species;
        }
    }
    if let Some([low, high]) = depths
        && high > low
    {
        assumptions.push(Assumption::fact(
            About::Columns,
            format!("The swarm is flat: z (from {low} to {high}) was left out."),
        ));
    }
    let y_down = options.y == Some(YAxis::Down);
    if let Some((columns, unit)) = &last_columns
        && let Some((_, HeadingColumns::Angle, name)) = &columns.heading
    {
        let column = AngleColumn {
            name: name.shown().to_owned(),
            is_degrees: columns.angle_unit(),
            is_compass: false,
            is_upright: false,
            is_own: false,
        };
        let stated = options.angles.or(unit.unwrap_or_default());
        to_radians(&mut read, &column, stated, y_down, &mut assumptions);
    }
    if turns.iter().any(|turn| *turn != 0.0) {
        let degrees = turns[0].to_degrees();
        assumptions.push(Assumption::fact(About::Box, format!("The cell was turned back by {degrees:.3} degrees.")));
        for (frame, turn) in read.iter_mut().zip(&turns) {
            for row in &mut frame.rows {
                row.heading = row.heading.map(|heading| heading - turn);
            }
        }
    }
    Ok(Reading { frames: read, y_down, folds: true, assumptions, species: species_names, ..Reading::default() })
}

fn pick(frames: &[FrameAt], choice: FrameChoice, assumptions: &mut Vec<Assumption>) -> Result<Vec<usize>, Fault> {
    let numbers: Vec<f64> = (1..=frames.len()).map(|k| k as f64).collect();
    if choice == FrameChoice::Any {
        let full = frames.iter().position(|frame| frame.count >= 2).unwrap_or_default();
        if frames.len() > 1 {
            let skipped = if full > 0 { "; those before it have fewer than 2 particles" } else { "" };
            let text = format!("Of {} frames only frame {} was read{skipped}.", frames.len(), full + 1);
            assumptions.push(Assumption::choice(About::Frame, text, "--frames all|first|last|N"));
        }
        return Ok(vec![full]);
    }
    let chosen = choice.pick(&numbers);
    if chosen.is_empty() {
        let what = format!("there is no such frame; they are counted from 1 to {}", frames.len());
        return Err(Fault::whole(what, "give --frame a number between them, first or last"));
    }
    Ok(chosen)
}

/// What is collected over the frames.
struct Reader<'a> {
    options: &'a ImportOptions,
    stop: StopSignal<'a>,
    assumptions: Vec<Assumption>,
    species: SpeciesColumn,
    has_species: bool,
    /// Least and greatest z.
    depths: Option<[f64; 2]>,
}

/// Columns of a frame, and the unit of angles that its second line states.
type Stated = (Columns, Option<Angles>);

impl Reader<'_> {
    /// The particles of a frame, the angle by which its cell is turned, and its columns.
    fn frame(
        &mut self,
        text: &str,
        at: &FrameAt,
        label: usize,
        is_first: bool,
    ) -> Result<(FrameRows, f64, Stated), Fault> {
        let mut assumptions = Vec::new();
        let line = at.comment + 1;
        let mut lines = text.lines();
        // A file that ends with a count of 0 has no line for the comment.
        let pairs = comment::key_values(lines.next().unwrap_or_default());
        let get = |key: &str| pairs.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str());
        let origin = match get("origin") {
            Some(origin) => numbers(origin, "Origin", 2..=3, line)?,
            None => vec![0.0, 0.0],
        };
        let periodic = get("pbc").map(|pbc| periodic_of(pbc, line)).transpose()?;
        let cell = match get("lattice") {
            Some(lattice) => cell_of(lattice, periodic, line, &mut assumptions)?,
            None => None,
        };
        let body: Vec<&str> = lines.take(at.count).collect();
        let columns = match get("properties") {
            Some(properties) => Columns::of_properties(properties, &self.options.columns, line, &mut assumptions)?,
            None => {
                let mut columns =
                    Columns::of_line(body.first().copied().unwrap_or("- 0 0 0"), line + 1, &mut assumptions)?;
                if self.options.columns.get(ColumnUse::Heading) == Some("none") {
                    columns.heading = None;
                }
                columns
            }
        };
        let angles = get("angles").and_then(|text| text.parse().ok());
        if is_first {
            self.assumptions.append(&mut assumptions);
        }
        if at.count * cell.as_ref().map_or(1, |cell| cell.copies.len()) > MAX_PARTICLES {
            let what = format!("frame {label} has more than {MAX_PARTICLES} particles");
            return Err(Fault::at(line, what, "cut out a part"));
        }
        let rows = self.particles(&body, line, &columns, DVec2::new(origin[0], origin[1]), cell.as_ref())?;
        let ids = columns.id.map(|at| body.iter().map(|text| id_in(text, at)).collect::<Option<Vec<u32>>>());
        // Not of a cell that was doubled.
        let ids = ids.flatten().filter(|ids| ids.len() == rows.len());
        let turn = cell.as_ref().map_or(0.0, |cell| cell.turn);
        let box_size = cell.map(|cell| cell.size);
        let frame = FrameRows { label: format!("frame {label}"), number: label as f64, rows, ids, box_size, periodic };
        Ok((frame, turn, (columns, angles)))
    }

    fn particles(
        &mut self,
        body: &[&str],
        line: usize,
        columns: &Columns,
        origin: DVec2,
        cell: Option<&Cell>,
    ) -> Result<Vec<Row>, Fault> {
        let mut read = Vec::with_capacity(body.len());
        let mut turns = Vec::new();
        for (k, text) in body.iter().enumerate() {
            if self.stop.is_set_at(k) {
                return Err(Fault::stopped());
            }
            let line = line + 1 + k;
            let fields: Vec<&str> = text.split_whitespace().collect();
            if fields.len() < columns.count {
                let where_from = if columns.are_stated { "the second line" } else { "the first particle" };
                let what = format!("there are {} columns where {where_from} has {}", fields.len(), columns.count);
                return Err(Fault::at(line, what, "complete the line"));
            }
            let value = |at: usize, name: &str| number(fields[at], name, line);
            let z = columns.depth.map(|at| value(at, "z")).transpose()?;
            let place = DVec2::new(value(columns.position, "x")?, value(columns.position + 1, "y")?) - origin;
            if let Some(z) = z {
                let [low, high] = self.depths.unwrap_or([z; 2]);
                self.depths = Some([low.min(z), high.max(z)]);
            }
            let heading = match &columns.heading {
                None => None,
                Some((at, HeadingColumns::Angle, name)) => Some(value(*at, name.shown())?),
                Some((at, HeadingColumns::Vector, name)) => {
                    let (vx, vy) = (value(*at, name.shown())?, value(at + 1, name.shown())?);
                    (vx != 0.0 || vy != 0.0).then(|| vy.atan2(vx))
                }
                Some((at, HeadingColumns::Quaternion, name)) => {
                    let mut q = [0.0; 4];
                    for (k, part) in q.iter_mut().enumerate() {
                        *part = value(at + k, name.shown())?;
                    }
                    turns.push(q);
                    None
                }
            };
            let species = columns.species.map(|at| fields[at]);
            read.push((Row { x: place.x, y: place.y, heading, species: 0, line }, species, z));
        }
        if let Some((first, second)) = stacked(&read) {
            let what = format!("this particle is straight above that of line {first}, and z was left out");
            return Err(Fault::at(second, what, "a picture is flat: cut out one layer of the structure"));
        }
        let headings = quaternion::headings(&turns, line)?;
        let shifts = cell.map_or_else(|| vec![DVec2::ZERO], |cell| cell.copies.clone());
        let mut rows = Vec::with_capacity(read.len() * shifts.len());
        for shift in shifts {
            for (k, (row, species, _)) in read.iter().enumerate() {
                let at = DVec2::new(row.x, row.y) + shift;
                let DVec2 { x, y } = cell.map_or(at, |cell| cell.place(at));
                if let Some(species) = species {
                    self.has_species = true;
                    self.species.push(species, row.line)?;
                }
                rows.push(Row { x, y, heading: row.heading.or_else(|| headings.get(k).copied()), ..*row });
            }
        }
        Ok(rows)
    }
}

/// The id in column `at` of a particle's line; some programs write whole numbers as 3.0.
fn id_in(text: &str, at: usize) -> Option<u32> {
    let value: f64 = text.split_whitespace().nth(at)?.parse().ok()?;
    (value.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&value)).then_some(value as u32)
}

/// Lines of two particles of a structure in space that share x and y and differ in z.
fn stacked(read: &[(Row, Option<&str>, Option<f64>)]) -> Option<(usize, usize)> {
    let mut seen: HashMap<[u64; 2], (usize, f64)> = HashMap::new();
    for (row, _, z) in read {
        let z = (*z)?;
        match seen.entry([row.x.to_bits(), row.y.to_bits()]) {
            Entry::Occupied(other) if other.get().1 != z => return Some((other.get().0, row.line)),
            Entry::Occupied(_) => {}
            Entry::Vacant(free) => _ = free.insert((row.line, z)),
        }
    }
    None
}

fn numbers(text: &str, name: &str, counts: std::ops::RangeInclusive<usize>, line: usize) -> Result<Vec<f64>, Fault> {
    let parts = text.split(|c: char| c.is_whitespace() || c == ',').filter(|part| !part.is_empty());
    let values = parts.map(|part| number(part, name, line)).collect::<Result<Vec<f64>, Fault>>()?;
    if counts.contains(&values.len()) {
        return Ok(values);
    }
    Err(Fault::at(line, format!("{name} has {} numbers", values.len()), format!("write {} numbers", counts.end())))
}

/// The box of a cell given as three vectors (or two, in the plane), or as the lengths of its sides.
fn cell_of(
    lattice: &str,
    periodic: Option<[bool; 2]>,
    line: usize,
    assumptions: &mut Vec<Assumption>,
) -> Result<Option<Cell>, Fault> {
    let v = numbers(lattice, "Lattice", 2..=9, line)?;
    let (a, b, depth) = match *v {
        [ax, ay, az, bx, by, bz, ..] if v.len() == 9 => (DVec2::new(ax, ay), DVec2::new(bx, by), az.hypot(bz)),
        [ax, ay, bx, by] => (DVec2::new(ax, ay), DVec2::new(bx, by), 0.0),
        [w, h] | [w, h, _] => (w * DVec2::X, h * DVec2::Y, 0.0),
        _ => {
            let what = format!("Lattice has {} numbers", v.len());
            return Err(Fault::at(line, what, "write 9: three cell vectors"));
        }
    };
    let is_open = periodic == Some([false; 2]);
    if a == DVec2::ZERO && b == DVec2::ZERO {
        if periodic.is_some() && !is_open {
            let what = "the Lattice has no size, but pbc states that it is periodic";
            return Err(Fault::at(line, what, "give the Lattice a size, or write pbc=\"F F F\""));
        }
        assumptions.push(Assumption::fact(About::Box, "The Lattice is zero: there is no cell."));
        return Ok(None);
    }
    if depth > 1e-6 * (a.length() + b.length()) {
        let what = "the first two vectors of the Lattice leave the plane of x and y";
        return Err(Fault::at(line, what, "write the particles in a cell whose first two vectors have no z"));
    }
    let cell = match Cell::of(a, b) {
        Ok(cell) => cell,
        // Nothing repeats, so the shape of the cell means nothing.
        Err(_) if is_open => return Ok(None),
        Err(fault) => return Err(Fault { line: Some(line), ..fault }),
    };
    if cell.copies.len() > 1 {
        if is_open {
            assumptions.push(Assumption::fact(About::Box, "The cell is sheared and not periodic: it was left out."));
            return Ok(None);
        }
        let text = format!(
            "The cell is sheared: {} of them fill a box of {:.4} by {:.4}.",
            cell.copies.len(),
            cell.size.x,
            cell.size.y
        );
        assumptions.push(Assumption::fact(About::Box, text));
    }
    assumptions.extend(cell.straightened().map(|text| Assumption::fact(About::Box, text)));
    Ok(Some(cell))
}

/// Along x and along y.
fn periodic_of(pbc: &str, line: usize) -> Result<[bool; 2], Fault> {
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
        [Some(both)] => Ok([both; 2]),
        [Some(x), Some(y)] | [Some(x), Some(y), Some(_)] => Ok([x, y]),
        _ => Err(Fault::at(line, format!("pbc is '{pbc}'"), "write three of T and F, such as pbc=\"T T F\"")),
    }
}

#[cfg(test)]
mod tests;
