//! Tables of particles: `x,y,heading,species`, and what spreadsheets, simulators and animal trackers make of such a table.

mod annotations;
mod bodies;
mod frames;
mod layout;
mod lines;
mod motion;
pub(super) mod names;
mod pose;
mod preamble;
mod programs;
mod read;

use std::path::Path;

use super::assumption::some_of;
use super::options::{ColumnUse, YAxis};
use super::rows::{Fault, Reading, parsed};
use super::{About, Assumption, BoxChoice, ImportError, ImportOptions, StopSignal, angles, text};
use glam::DVec2;
use layout::{BodyColumns, HEADER, HeadingFrom, TableLayout, layout_of, unused};
use lines::Lines;
use names::{Name, Unit};
use preamble::PreamblePart;

/// More lines of a header than this are not recognised.
const MAX_HEADER_LINES: usize = 6;

/// Reads what `as_table` makes of the text of a file. The outer error is about the file, the inner about its content.
pub(super) fn read(
    path: &Path,
    options: &ImportOptions,
    as_table: fn(String) -> Result<String, Fault>,
    stop: StopSignal,
) -> Result<Result<Reading, Fault>, ImportError> {
    let text::Text { text, assumption } = text::read(path, stop)?;
    Ok(as_table(text).and_then(|text| parse(&text, options, stop)).map(|mut reading| {
        reading.assumptions.extend(assumption);
        reading
    }))
}

/// # Errors
/// The first line that cannot be read, with the next step.
pub(super) fn parse(text: &str, options: &ImportOptions, stop: StopSignal) -> Result<Reading, Fault> {
    let fault = match parse_part(text, &PreamblePart::default(), options, stop) {
        Err(fault) if !stop.is_set() => fault,
        read => return read,
    };
    let Some(part) = preamble::table_below(text, options) else { return Err(fault) };
    let mut reading = parse_part(text, &part, options, stop)?;
    reading.assumptions.insert(0, part.assumption());
    Ok(reading)
}

fn parse_part(text: &str, part: &PreamblePart, options: &ImportOptions, stop: StopSignal) -> Result<Reading, Fault> {
    let lines = Lines::of(text, part, stop);
    let mut assumptions = Vec::new();
    let mut box_line = None;
    for comment in &lines.comments {
        if box_line.is_none() {
            box_line = box_of(comment.text, comment.line)?;
        }
    }
    if lines.is_empty() {
        return Err(Fault::whole("the file holds no table", format!("its first line must be the header {HEADER}")));
    }
    let head = lines.first(MAX_HEADER_LINES)?;
    if annotations::is_header(&head[0].1) {
        return annotations::parse(&lines, &head[0].1, options);
    }
    let (mut layout, header_lines) = match pose::layout_of(&head, &mut assumptions) {
        Some(layout) => layout?,
        None => read_header(&lines, &head, options, &mut assumptions)?,
    };
    let is_plain = |names: &[Name]| {
        let own: Vec<&str> = HEADER.split(',').collect();
        names.len() >= 2 && names.len() <= own.len() && names.iter().zip(&own).all(|(name, own)| name.raw == *own)
    };
    // Without the line of the box it may be anyone's.
    layout.is_own = box_line.is_some() && is_plain(&layout.names);
    if let Some(angle) = &mut layout.angle {
        angle.is_own = layout.is_own;
    }
    let y_down = direction_of_y(&layout, box_line.is_some(), options, &mut assumptions);
    let period = match options.box_choice {
        Some(BoxChoice::Given { size, periodic, .. }) => periodic.then_some(size),
        Some(BoxChoice::Fitted) => None,
        None => box_line.and_then(|(size, periodic)| periodic.then_some(size)),
    };
    let (mut frames, species) = read::frames(&lines, header_lines, &layout, options, period, &mut assumptions)?;
    for frame in &mut frames {
        if let Some((size, periodic)) = box_line {
            (frame.box_size, frame.periodic) = (Some(size), Some([periodic; 2]));
        }
    }
    if let Some(angle) = &layout.angle {
        angles::to_radians(&mut frames, angle, options.angles, y_down, &mut assumptions);
    }
    let mut reading = Reading { frames, y_down, assumptions, species, ..Reading::default() };
    if layout.program.is_some_and(|program| program.is_unit_torus) && box_line.is_none() {
        put_on_unit_torus(&mut reading, options.box_choice);
    }
    let unused = unused(&layout);
    if !unused.is_empty() {
        let text = format!("Columns that were not used: {}.", some_of(&unused));
        reading.assumptions.push(Assumption::fact(About::Columns, text));
    }
    Ok(reading)
}

/// The names in the first record, each once; their numbers from 1 where there are none.
pub(super) fn columns_of(text: &str, without_header: bool) -> Vec<String> {
    let options = ImportOptions { without_header, ..ImportOptions::default() };
    let part = preamble::table_below(text, &options).unwrap_or_default();
    let head = Lines::of(text, &part, StopSignal::NEVER).first(1).unwrap_or_default();
    let Some((_, fields)) = head.into_iter().next() else { return Vec::new() };
    if without_header || fields.iter().all(|field| is_number(field)) {
        return (1..=fields.len()).map(|number| number.to_string()).collect();
    }
    let mut names = Vec::new();
    for field in fields {
        if !field.is_empty() && !names.contains(&field) {
            names.push(field);
        }
    }
    names
}

/// `box: W H` in a comment, perhaps followed by `open`; other comments are `None`.
fn box_of(comment: &str, line: usize) -> Result<Option<(DVec2, bool)>, Fault> {
    let lower = comment.trim().to_lowercase();
    let Some(rest) = lower.strip_prefix("box") else { return Ok(None) };
    let Some(rest) = rest.trim_start().strip_prefix([':', '=']).or_else(|| rest.starts_with(' ').then_some(rest))
    else {
        return Ok(None);
    };
    let (rest, periodic) = match rest.trim().strip_suffix("open") {
        Some(rest) => (rest, false),
        None => (rest.trim().trim_end_matches("periodic"), true),
    };
    let sides: Vec<Option<f64>> =
        rest.split([' ', ',', ';', '\t', 'x', '×']).filter(|s| !s.is_empty()).map(|s| s.parse().ok()).collect();
    match sides[..] {
        [Some(w), Some(h)] if w > 0.0 && h > 0.0 && f64::is_finite(w) && f64::is_finite(h) => {
            Ok(Some((DVec2::new(w, h), periodic)))
        }
        _ => {
            let what = format!("the box is given as '{}'", rest.trim());
            Err(Fault::at(line, what, "write two positive numbers: # box: WIDTH HEIGHT"))
        }
    }
}

/// A number with a decimal comma.
fn with_point(field: &str) -> Option<String> {
    (field.matches(',').count() == 1 && !field.contains('.')).then(|| field.replace(',', "."))
}

/// A number, also with a decimal comma; NaN and infinity are numbers here.
fn is_number(field: &str) -> bool {
    parsed(field).is_some() || with_point(field).is_some_and(|field| parsed(&field).is_some())
}

/// Also what trackers write where they lost an animal.
fn is_value(field: &str) -> bool {
    field.is_empty() || is_number(field) || matches!(field.to_lowercase().as_str(), "na" | "null" | "none" | "-")
}

/// The layout and the number of records that are the header.
fn read_header(
    lines: &Lines,
    head: &[(usize, Vec<String>)],
    options: &ImportOptions,
    assumptions: &mut Vec<Assumption>,
) -> Result<(TableLayout, usize), Fault> {
    let (line, first) = &head[0];
    let is_numeric = |fields: &[String]| fields.iter().all(|field| is_number(field));
    let named = |fields: &[String], line: usize, assumptions: &mut Vec<Assumption>| -> Result<TableLayout, Fault> {
        let layout = layout_of(fields, line, &options.columns, assumptions)?;
        if let Some(program) = layout.program {
            assumptions.push(Assumption::fact(About::Program, format!("This is a table of {}.", program.name)));
        }
        Ok(layout)
    };
    if options.without_header {
        return Ok((by_position(first.len(), *line, options, assumptions)?, 0));
    }
    if !is_numeric(first) {
        let layout = named(first, *line, assumptions)?;
        let more = further_header_lines(&head[1..], &layout);
        if more > 0 {
            let text = format!("{more} further header lines below the first were left out.");
            assumptions.push(Assumption::fact(About::Header, text));
        }
        return Ok((layout, 1 + more));
    }
    // numpy writes the header as a comment.
    if let Some(comment) = lines.comments[..lines.comments_in_front].last() {
        let fields: Vec<String> = lines.fields_of_comment(comment.text).into_iter().map(str::to_owned).collect();
        if fields.len() == first.len() && !is_numeric(&fields) {
            return Ok((named(&fields, comment.line, assumptions)?, 0));
        }
    }
    if first.len() < 2 {
        return Err(Fault::at(*line, "there is one column only", format!("a table needs the header {HEADER}")));
    }
    Err(Fault::at(
        *line,
        format!("there is no header above the {} columns", first.len()),
        format!("put a line such as {HEADER} above them, or give --no-header"),
    ))
}

/// Columns of a table without header: as stated, or in the order of our own tables.
fn by_position(
    count: usize,
    line: usize,
    options: &ImportOptions,
    assumptions: &mut Vec<Assumption>,
) -> Result<TableLayout, Fault> {
    let own: Vec<&str> = HEADER.split(',').take(count).collect();
    let stated = !options.columns.is_empty();
    let names: Vec<String> = (0..count)
        .map(|at| if stated { (at + 1).to_string() } else { own.get(at).copied().unwrap_or_default().to_owned() })
        .collect();
    if count < 2 {
        return Err(Fault::at(line, "there is one column only", "a table needs columns for x and y"));
    }
    if stated && (options.columns.get(ColumnUse::X).is_none() || options.columns.get(ColumnUse::Y).is_none()) {
        return Err(Fault::at(line, "x and y are not stated", "give --columns x=NUMBER,y=NUMBER"));
    }
    if !stated {
        let text = format!("Without a header the columns were taken for {}.", own.join(","));
        assumptions.push(Assumption::choice(About::Header, text, "--columns x=N,y=N,heading=N,species=N"));
    }
    layout_of(&names, line, &options.columns, assumptions)
}

/// Lines below the header that name or measure the columns once more, such as `(micron)`.
fn further_header_lines(records: &[(usize, Vec<String>)], layout: &TableLayout) -> usize {
    let Some(BodyColumns { parts, .. }) = layout.bodies.first() else { return 0 };
    let Some(&(x, y)) = parts.first() else { return 0 };
    let is_words = |fields: &[String]| [x, y].iter().all(|at| fields.get(*at).is_some_and(|field| !is_value(field)));
    let count = records.iter().take_while(|(_, fields)| is_words(fields)).count();
    // A table of words alone has no header: its lines are refused one by one.
    if count < records.len() { count } else { 0 }
}

/// Whether y counts downwards in the file.
fn direction_of_y(
    layout: &TableLayout,
    has_box: bool,
    options: &ImportOptions,
    assumptions: &mut Vec<Assumption>,
) -> bool {
    if let Some(stated) = options.y {
        return stated == YAxis::Down;
    }
    if let Some(program) = layout.program {
        if program.y_down {
            let text = format!("{} counts y from the top of the image: the picture was turned over.", program.name);
            assumptions.push(Assumption::default(About::Y, text, "--y up"));
        }
        return program.y_down;
    }
    if layout.is_own {
        return false;
    }
    let text = "y was taken to count upwards; trackers that count it from the top of an image give a mirror picture.";
    let in_pixels = layout.names.iter().any(|name| name.unit == Some(Unit::Pixels));
    let weigh = if !has_box && (layout.is_tracked() || in_pixels || layout.angle.is_some() || has_vectors(layout)) {
        Assumption::choice
    } else {
        Assumption::default
    };
    assumptions.push(weigh(About::Y, text, "--y down"));
    false
}

fn has_vectors(layout: &TableLayout) -> bool {
    layout.bodies.iter().any(|body| matches!(body.heading, HeadingFrom::Vector(..)))
}

/// The world of a program that does not write its box: a torus of side 1 from the origin, or of side 2 about it.
fn put_on_unit_torus(reading: &mut Reading, choice: Option<BoxChoice>) {
    if choice.is_some() {
        return;
    }
    let rows = || reading.frames.iter().flat_map(|frame| &frame.rows);
    let is_centred = rows().any(|row| row.x < 0.0 || row.y < 0.0);
    if rows().any(|row| row.x.abs().max(row.y.abs()) > 1.0) {
        return;
    }
    let (shift, side) = if is_centred { (1.0, 2.0) } else { (0.0, 1.0) };
    for frame in &mut reading.frames {
        (frame.box_size, frame.periodic) = (Some(DVec2::splat(side)), Some([true; 2]));
        for row in &mut frame.rows {
            row.x += shift;
            row.y += shift;
        }
    }
    reading.folds = true;
    let text = format!("The world of this program was taken for a torus of side {side}, periodic at its edges.");
    reading.assumptions.push(Assumption::choice(About::Box, text, "--box W,H|X0,Y0,X1,Y1|fit"));
}

#[cfg(test)]
mod tests;
