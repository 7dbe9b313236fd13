//! The particles of a table, frame by frame.

use std::collections::HashMap;

use glam::DVec2;

use super::frames::{TableFrames, pick};
use super::layout::{BodyColumns, HeadingFrom, TableLayout};
use super::lines::{Lines, Record};
use super::motion::{Steps, key_of};
use super::{parsed, with_point};
use crate::formats::assumption::shortened;
use crate::formats::rows::{Fault, FrameRows, Row, number};
use crate::formats::species::SpeciesColumn;
use crate::formats::{About, Assumption, ImportOptions};
use crate::worlds::swarm::picture::{MAX_PARTICLES, MAX_SPECIES};

/// At one point at least so many animals are lost ones, wherever the point is.
const LOST_TOGETHER: usize = 3;

/// What distinguishes the frames.
enum FrameSource {
    /// There is one only.
    Nothing,
    Column(usize),
    /// The n-th line of each animal is frame n.
    Repetition(usize),
    /// Each line is a frame of several animals.
    Line,
}

/// # Errors
/// The first line that cannot be read; more particles than a snapshot has; no frame with a pattern.
pub(super) fn frames(
    lines: &Lines,
    header_lines: usize,
    layout: &TableLayout,
    options: &ImportOptions,
    period: Option<DVec2>,
    assumptions: &mut Vec<Assumption>,
) -> Result<(Vec<FrameRows>, Vec<String>), Fault> {
    let from = frame_source(lines, header_lines, layout, assumptions)?;
    let mut reader = Reader::new(layout, assumptions);
    if matches!(from, FrameSource::Nothing) {
        let mut rows = Vec::new();
        each_record(lines, header_lines, layout, |_, record| {
            if rows.len() == MAX_PARTICLES {
                let what = format!("there are more than {MAX_PARTICLES} particles");
                return Err(Fault::at(record.line, what, "cut out a part"));
            }
            reader.read(&record, &mut rows).map(drop)
        })?;
        let mut frames = vec![FrameRows { rows, ..FrameRows::default() }];
        let species = reader.finish(&mut frames)?;
        return Ok((frames, species));
    }

    let mut clock = FrameLabels::new(&from);
    let mut timeline = TableFrames::default();
    let mut frame_of = Vec::new();
    each_record(lines, header_lines, layout, |at, record| {
        let at_frame = timeline.at(&clock.label(at, &record));
        for body in &layout.bodies {
            if has_place(body, &record, layout) {
                timeline.count(at_frame);
            }
        }
        frame_of.push(at_frame as u32);
        Ok(())
    })?;
    let name = match from {
        FrameSource::Column(at) => layout.names[at].shown(),
        _ => "frame",
    };
    let chosen = pick(&timeline, name, options.frames, reader.assumptions)?;
    let position: HashMap<u32, usize> = chosen.iter().enumerate().map(|(k, &at)| (at as u32, k)).collect();
    let mut frames: Vec<FrameRows> =
        chosen.iter().map(|&at| FrameRows { label: timeline.labels[at].clone(), ..FrameRows::default() }).collect();
    let (order, numbers) = timeline.in_order();
    let number_of: HashMap<usize, f64> = order.iter().copied().zip(numbers).collect();
    for (frame, at) in frames.iter_mut().zip(&chosen) {
        frame.number = number_of[at];
    }
    let mut steps = Steps::of(layout, &chosen, &order);
    let has_names = layout.id.is_some() || layout.bodies.len() > 1;
    // What each row is known by, to find it again in another frame.
    let mut keys: Vec<Vec<String>> = vec![Vec::new(); frames.len()];
    each_record(lines, header_lines, layout, |at, record| {
        let at_frame = frame_of[at];
        if let Some(steps) = &mut steps {
            for (k, body) in layout.bodies.iter().enumerate().filter(|(_, body)| has_place(body, &record, layout)) {
                if let Some(place) = place_of(body, &record) {
                    steps.see(at_frame, &key_of(&record, layout, k), place);
                }
            }
        }
        let Some(&frame) = position.get(&at_frame) else { return Ok(()) };
        let rows = &mut frames[frame].rows;
        if rows.len() + layout.bodies.len() > MAX_PARTICLES {
            let what = format!("there are more than {MAX_PARTICLES} particles in one frame");
            return Err(Fault::at(record.line, what, "cut out a part"));
        }
        let bodies = reader.read(&record, rows)?;
        if steps.is_some() || has_names {
            keys[frame].extend(bodies.into_iter().map(|k| key_of(&record, layout, k).into_owned()));
        }
        Ok(())
    })?;
    if let Some(steps) = &steps {
        let mut followed = 0;
        for (k, (frame, keys)) in frames.iter_mut().zip(&keys).enumerate() {
            if lines.stop.is_set() {
                return Err(Fault::stopped());
            }
            for (row, key) in frame.rows.iter_mut().zip(keys) {
                row.heading = steps.heading(k, key, DVec2::new(row.x, row.y), period);
                followed += usize::from(row.heading.is_some());
            }
        }
        if followed > 0 {
            let text = "No headings were given: each animal heads where it is in the next frame.";
            reader.assumptions.push(Assumption::choice(About::Headings, text, "--columns heading=COLUMN"));
        }
    }
    if has_names {
        name_rows(&mut frames, &keys);
    }
    let species = reader.finish(&mut frames)?;
    Ok((frames, species))
}

/// Numbers the animals in the order in which they occur. A frame in which one occurs twice has no ids.
fn name_rows(frames: &mut [FrameRows], keys: &[Vec<String>]) {
    let mut numbers: HashMap<&str, u32> = HashMap::new();
    for (frame, keys) in frames.iter_mut().zip(keys) {
        let ids: Vec<u32> = keys
            .iter()
            .map(|key| {
                let next = numbers.len() as u32;
                *numbers.entry(key).or_insert(next)
            })
            .collect();
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        sorted.dedup();
        frame.ids = (sorted.len() == ids.len() && ids.len() == frame.rows.len()).then_some(ids);
    }
}

/// Visits the records below the header, counted from 0.
fn each_record(
    lines: &Lines,
    header_lines: usize,
    layout: &TableLayout,
    mut take: impl FnMut(usize, Record) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let count = layout.names.len();
    let mut at = 0;
    lines.visit(|mut record| {
        at += 1;
        if at <= header_lines {
            return Ok(true);
        }
        // Some programs end every line with a delimiter.
        while record.fields.len() > count && record.fields.last() == Some(&"") {
            record.fields.pop();
        }
        // Others leave out what is empty at the end of a line: animals that were not found.
        if layout.bodies.len() > 1 && record.fields.len() < count {
            record.fields.resize(count, "");
        }
        if record.fields.len() != count {
            let what = format!("there are {} fields where the first line has {count}", record.fields.len());
            let has_decimal_commas = record.fields.len() == 2 * count;
            let hint = if has_decimal_commas {
                "if these are decimal commas, save the table with semicolons or tabs between the columns"
            } else {
                "complete or delete the line"
            };
            return Err(Fault::at(record.line, what, hint));
        }
        take(at - 1 - header_lines, record)?;
        Ok(true)
    })
}

fn frame_source(
    lines: &Lines,
    header_lines: usize,
    layout: &TableLayout,
    assumptions: &mut Vec<Assumption>,
) -> Result<FrameSource, Fault> {
    if layout.bodies.len() > 1 {
        return Ok(layout.frame.map_or(FrameSource::Line, FrameSource::Column));
    }
    if let Some(at) = layout.frame {
        return Ok(FrameSource::Column(at));
    }
    let Some(at) = layout.id else { return Ok(FrameSource::Nothing) };
    let (mut seen, mut repeats) = (std::collections::HashSet::new(), false);
    each_record(lines, header_lines, layout, |_, record| {
        repeats |= !repeats && !seen.insert(record.fields[at].to_owned());
        Ok(())
    })?;
    if !repeats {
        return Ok(FrameSource::Nothing);
    }
    let text = format!(
        "{} repeats and no column gives the time: the n-th line of each was taken for frame n.",
        layout.names[at].shown()
    );
    assumptions.push(Assumption::choice(About::Frame, text, "--columns frame=COLUMN,id=none"));
    Ok(FrameSource::Repetition(at))
}

/// Labels of the frames.
struct FrameLabels<'a> {
    from: &'a FrameSource,
    seen: HashMap<String, usize>,
}

impl<'a> FrameLabels<'a> {
    fn new(from: &'a FrameSource) -> Self {
        Self { from, seen: HashMap::new() }
    }

    fn label<'r>(&mut self, at: usize, record: &Record<'r>) -> std::borrow::Cow<'r, str> {
        match self.from {
            FrameSource::Column(column) => record.fields[*column].into(),
            FrameSource::Repetition(id) => {
                let count = self.seen.entry(record.fields[*id].to_owned()).or_default();
                *count += 1;
                count.to_string().into()
            }
            FrameSource::Nothing | FrameSource::Line => (at + 1).to_string().into(),
        }
    }
}

/// A finite number in a field, also with a decimal comma.
fn value_of(field: &str) -> Option<f64> {
    let value = parsed(field).or_else(|| with_point(field).and_then(|field| parsed(&field)));
    value.filter(|value| value.is_finite())
}

/// Whether the animal was found.
fn has_place(body: &BodyColumns, record: &Record, layout: &TableLayout) -> bool {
    let found = layout.missing.is_none_or(|at| value_of(record.fields[at]) != Some(1.0));
    found && place_of(body, record).is_some()
}

/// Where the animal is: at its first part, or at the mean of the parts that were found.
fn place_of(body: &BodyColumns, record: &Record) -> Option<DVec2> {
    let at = |(x, y): &(usize, usize)| Some(DVec2::new(value_of(record.fields[*x])?, value_of(record.fields[*y])?));
    if body.is_at_first {
        return at(body.parts.first()?);
    }
    let found: Vec<DVec2> = body.parts.iter().filter_map(at).collect();
    (!found.is_empty()).then(|| found.iter().sum::<DVec2>() / found.len() as f64)
}

/// Turns records into rows and counts what was left out on the way.
struct Reader<'a> {
    layout: &'a TableLayout,
    assumptions: &'a mut Vec<Assumption>,
    species: SpeciesColumn,
    /// Why the species were left out.
    no_species: Option<String>,
    decimal_commas: bool,
    lost: usize,
}

impl<'a> Reader<'a> {
    fn new(layout: &'a TableLayout, assumptions: &'a mut Vec<Assumption>) -> Self {
        Self {
            layout,
            assumptions,
            species: SpeciesColumn::default(),
            no_species: None,
            decimal_commas: false,
            lost: 0,
        }
    }

    /// Adds a row for each animal that was found; the indices of their bodies.
    fn read(&mut self, record: &Record, rows: &mut Vec<Row>) -> Result<Vec<usize>, Fault> {
        let layout = self.layout;
        let mut found = Vec::with_capacity(layout.bodies.len());
        for (k, body) in layout.bodies.iter().enumerate() {
            if layout.is_tracked() && !has_place(body, record, layout) && !self.is_nonsense(body, record) {
                self.lost += 1;
                continue;
            }
            let DVec2 { x, y } = match body.parts.as_slice() {
                [(x, y)] => DVec2::new(self.value(record, *x)?, self.value(record, *y)?),
                _ => place_of(body, record).unwrap_or_default(),
            };
            let heading = self.heading(body, record)?;
            if let (Some(at), None) = (layout.species, &self.no_species)
                && let Err(fault) = self.species.push(record.fields[at], record.line)
            {
                if !layout.doubtful_species {
                    return Err(fault);
                }
                let name = layout.names[at].shown();
                self.no_species = Some(format!(
                    "{name} has more than {MAX_SPECIES} different values, so it was not taken for species."
                ));
            }
            rows.push(Row { x, y, heading, species: 0, line: record.line });
            found.push(k);
        }
        Ok(found)
    }

    /// Something is written in place of a number that does not mean "lost".
    fn is_nonsense(&self, body: &BodyColumns, record: &Record) -> bool {
        body.parts.iter().any(|(x, y)| [x, y].into_iter().any(|at| !super::is_value(record.fields[*at])))
    }

    fn value(&mut self, record: &Record, at: usize) -> Result<f64, Fault> {
        let (field, name) = (record.fields[at], self.layout.names[at].shown());
        match with_point(field) {
            Some(pointed) if parsed(&pointed).is_some() => {
                self.decimal_commas = true;
                number(&pointed, name, record.line)
            }
            _ => number(field, name, record.line),
        }
    }

    /// Radians for vectors and parts; the raw value for angles.
    fn heading(&mut self, body: &BodyColumns, record: &Record) -> Result<Option<f64>, Fault> {
        let tracked = self.layout.is_tracked();
        let direction = |x: f64, y: f64| (x != 0.0 || y != 0.0).then(|| y.atan2(x));
        match body.heading {
            HeadingFrom::Nothing => Ok(None),
            // A tracker may have lost the direction and not the place.
            HeadingFrom::Angle(at)
                if tracked && value_of(record.fields[at]).is_none() && super::is_value(record.fields[at]) =>
            {
                Ok(None)
            }
            HeadingFrom::Angle(at) => self.value(record, at).map(Some),
            HeadingFrom::Vector(x, y)
                if tracked
                    && [x, y]
                        .into_iter()
                        .any(|at| value_of(record.fields[at]).is_none() && super::is_value(record.fields[at])) =>
            {
                Ok(None)
            }
            // What stands still points nowhere.
            HeadingFrom::Vector(x, y) => Ok(direction(self.value(record, x)?, self.value(record, y)?)),
            HeadingFrom::Parts(front, back) => {
                let at = |part: usize| {
                    let (x, y) = body.parts[part];
                    Some([value_of(record.fields[x])?, value_of(record.fields[y])?])
                };
                Ok(at(front).zip(at(back)).and_then(|(front, back)| direction(front[0] - back[0], front[1] - back[1])))
            }
        }
    }

    /// Returns the names of the species, as [`SpeciesColumn::finish`] does.
    fn finish(mut self, frames: &mut [FrameRows]) -> Result<Vec<String>, Fault> {
        let mut names = Vec::new();
        if self.layout.species.is_some() && self.no_species.is_none() {
            let (species, of_species) = std::mem::take(&mut self.species).finish(self.assumptions);
            names = of_species;
            for (row, species) in frames_in_order(frames).zip(species) {
                row.species = species;
            }
        }
        if let Some(why) = self.no_species.take() {
            self.assumptions.push(Assumption::choice(About::Species, why, "--columns species=COLUMN"));
        }
        if self.layout.is_tracked() {
            for frame in frames.iter_mut() {
                self.lost += drop_lost(frame);
            }
        }
        if self.lost > 0 {
            let text = format!("{} lost animals (empty, NaN or all at one point) were left out.", self.lost);
            self.assumptions.push(Assumption::fact(About::Dropped, text));
        }
        if self.decimal_commas {
            self.assumptions.push(Assumption::fact(About::Text, "Decimal commas were read as points."));
        }
        if let ([frame], true) = (&*frames, self.layout.is_tracked())
            && frame.rows.len() < 2
        {
            let what = format!("{} particles are left without the lost ones", frame.rows.len());
            return Err(Fault::whole(what, format!("choose another frame than {}", shortened(&frame.label, 30))));
        }
        Ok(names)
    }
}

/// The rows in the order of their lines, which is that in which their species were read.
fn frames_in_order(frames: &mut [FrameRows]) -> impl Iterator<Item = &mut Row> {
    let mut rows: Vec<&mut Row> = frames.iter_mut().flat_map(|frame| &mut frame.rows).collect();
    rows.sort_by_key(|row| row.line);
    rows.into_iter()
}

/// Trackers put lost animals at one place: at least two at a point with equal coordinates such as (0, 0), or three at
/// any other.
fn drop_lost(frame: &mut FrameRows) -> usize {
    let mut at: HashMap<[u64; 2], usize> = HashMap::new();
    let key = |row: &Row| [row.x.to_bits(), row.y.to_bits()];
    for row in &frame.rows {
        *at.entry(key(row)).or_default() += 1;
    }
    let is_seen = |row: &Row| {
        let together = at[&key(row)];
        together < 2 || (together < LOST_TOGETHER && row.x != row.y)
    };
    if let Some(ids) = frame.ids.as_mut().filter(|ids| ids.len() == frame.rows.len()) {
        let mut rows = frame.rows.iter();
        ids.retain(|_| rows.next().is_some_and(is_seen));
    }
    let before = frame.rows.len();
    frame.rows.retain(is_seen);
    before - frame.rows.len()
}
