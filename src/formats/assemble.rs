//! Snapshots from what a reader understood: the box, the direction of y, the mode, and headings that were not given.

use std::path::Path;

use glam::DVec2;

use super::rows::{FrameRows, Reading, Row};
use super::{About, Assumption, BoxChoice, FrameChoice, ImportError, ImportOptions, Imported, StopSignal};
use crate::worlds::swarm::picture::headings::from_neighbours;
use crate::worlds::swarm::picture::{Boundary, FilmFrame, Mode, Particle, Snapshot, SnapshotError, SnapshotFilm, wrap};

/// Up to so many particles a file without a stated mode is taken for one creature.
const MOTIF_PARTICLES: usize = 64;

/// # Errors
/// The signal to stop; the first frame that is not a usable snapshot; among several chosen ones unusable frames are left out.
pub(super) fn assemble(
    reading: Reading,
    path: &Path,
    options: &ImportOptions,
    stop: StopSignal,
) -> Result<Imported, ImportError> {
    let Reading { frames, y_down, folds, suggested, mut assumptions, species } = reading;
    let first_len = frames.first().map_or(0, |frame| frame.rows.len());
    let mode = options.mode.or(suggested).unwrap_or_else(|| {
        let few = first_len <= MOTIF_PARTICLES;
        let (mode, kind) =
            if few { (Mode::Motif, "one creature (motif)") } else { (Mode::Whole, "a sample as it is (whole)") };
        let text = format!("{first_len} particles were taken for {kind}.");
        assumptions.push(Assumption::default(About::Mode, text, "--mode motif|whole"));
        mode
    });
    let many = frames.len() > 1;
    let mut report = Report { choice: options.box_choice, y_down, folds, ..Report::default() };
    report.around = report.box_around(&frames, mode);
    let mut first: Option<Snapshot> = None;
    let mut film = Vec::new();
    let mut left_out: Vec<(String, ImportError)> = Vec::new();
    for frame in frames {
        if stop.is_set() {
            return Err(ImportError::Stopped);
        }
        match report.snapshot(&frame, mode, path) {
            Ok(snapshot) => {
                film.push(FilmFrame::new(&snapshot, frame.number, frame.ids.map(Vec::into_boxed_slice)));
                first.get_or_insert(snapshot);
            }
            Err(error) if many => left_out.push((frame.label, error)),
            Err(error) => return Err(error),
        }
    }
    if let Some((label, error)) = left_out.first() {
        if first.is_none() {
            return Err(left_out.swap_remove(0).1);
        }
        let why = match error {
            ImportError::Snapshot { source, .. } => source.to_string(),
            other => other.to_string(),
        };
        let text = format!("{} frames were left out; the first is {label}: {why}.", left_out.len());
        assumptions.push(Assumption::fact(About::Frame, text));
    }
    assumptions.extend(report.assumptions(mode));
    let too_few = || ImportError::Snapshot {
        file: path.to_owned(),
        lines: Vec::new(),
        source: SnapshotError::TooFew { count: 0 },
    };
    let snapshot = first.ok_or_else(too_few)?;
    let film = SnapshotFilm::new(film, 0, &snapshot, None);
    if matches!(options.frames, FrameChoice::Range { .. }) && !film.is_empty() {
        let text = format!("{} frames were read.", film.len());
        assumptions.push(Assumption::fact(About::Frame, text));
    }
    Ok(Imported { snapshot, film, assumptions, corner: report.corner, species })
}

/// What happened to the frames on their way to snapshots.
#[derive(Default)]
struct Report {
    choice: Option<BoxChoice>,
    y_down: bool,
    folds: bool,
    folded: usize,
    /// Around the particles of all frames of a film without boxes: with a box for each, what stands still would move.
    around: Option<Around>,
    /// Corner and size of the first box that was fitted.
    corner: Option<DVec2>,
    fitted: Option<DVec2>,
    /// Along which one side a box is periodic.
    half_periodic: Option<&'static str>,
    guessed_headings: usize,
    particles: usize,
}

/// A box around everything, in the frame of the file with y up.
struct Around {
    low: DVec2,
    size: DVec2,
}

impl Around {
    fn put(&self, snapshot: &mut Snapshot) {
        snapshot.box_size = self.size;
        for p in &mut snapshot.particles {
            *p = p.at(p.position() - self.low);
        }
    }
}

impl Report {
    /// `None` for a single frame, and where the file or the user gives boxes.
    fn box_around(&self, frames: &[FrameRows], mode: Mode) -> Option<Around> {
        let is_given = matches!(self.choice, Some(BoxChoice::Given { .. }));
        let is_fitted = self.choice == Some(BoxChoice::Fitted) || frames.iter().all(|frame| frame.box_size.is_none());
        if frames.len() < 2 || is_given || !is_fitted {
            return None;
        }
        let up = if self.y_down { -1.0 } else { 1.0 };
        let bare = |row: &Row| Particle { x: row.x, y: up * row.y, ..Particle::default() };
        let places = || frames.iter().flat_map(|frame| &frame.rows).map(|row| bare(row).position());
        let (low, high) = (places().reduce(DVec2::min)?, places().reduce(DVec2::max)?);
        let widest = frames.iter().max_by_key(|frame| frame.rows.len())?;
        let mut like = Snapshot { mode, ..Snapshot::default() };
        like.particles = widest.rows.iter().map(bare).collect();
        let margin = fit_box(&mut like)?;
        let size = high - low + 2.0 * margin;
        size.is_finite().then(|| Around { low: low - margin, size })
    }

    fn snapshot(&mut self, frame: &FrameRows, mode: Mode, path: &Path) -> Result<Snapshot, ImportError> {
        let mut rows = frame.rows.clone();
        let (box_size, periodic, folds) = match self.choice {
            Some(BoxChoice::Fitted) => (None, None, false),
            Some(BoxChoice::Given { low, size, periodic }) => {
                for row in &mut rows {
                    row.x -= low.x;
                    row.y -= low.y;
                }
                (Some(size), Some([periodic; 2]), true)
            }
            None => (frame.box_size, frame.periodic, self.folds),
        };
        if self.y_down {
            turn_over(&mut rows, box_size.map_or(0.0, |size| size.y));
        }
        let mut snapshot = Snapshot { mode, box_size: DVec2::splat(1.0), ..Snapshot::default() };
        if let Some(size) = box_size {
            snapshot.box_size = size;
            let periodic = periodic.unwrap_or([true; 2]);
            if periodic != [true; 2] {
                snapshot.boundary = Boundary::Open;
                self.half_periodic = match periodic {
                    [true, false] => Some("x"),
                    [false, true] => Some("y"),
                    _ => self.half_periodic,
                };
            }
            if folds {
                self.folded += fold_into_box(&mut rows, size, periodic);
            }
        }
        let bare =
            |row: &Row| Particle { x: row.x, y: row.y, heading: row.heading.unwrap_or(0.0), species: row.species };
        snapshot.particles = rows.iter().map(bare).collect();
        if box_size.is_none() {
            snapshot.boundary = Boundary::Open;
            let first = snapshot.particles.first().map(Particle::position);
            match &self.around {
                Some(around) => around.put(&mut snapshot),
                None => _ = fit_box(&mut snapshot),
            }
            if let (None, Some(first), Some(now)) = (self.corner, first, snapshot.particles.first()) {
                self.corner = Some(first - now.position());
            }
            self.fitted.get_or_insert(snapshot.box_size);
        }
        snapshot.validate().map_err(|source| refusal(source, &rows, &frame.rows, path))?;

        let unknown = rows.iter().filter(|row| row.heading.is_none()).count();
        self.particles += rows.len();
        self.guessed_headings += unknown;
        if unknown > 0 {
            let guessed = from_neighbours(&snapshot.positions(), snapshot.unit_length(), snapshot.period());
            for ((particle, row), heading) in snapshot.particles.iter_mut().zip(&rows).zip(guessed) {
                particle.heading = row.heading.unwrap_or(heading);
            }
        }
        Ok(snapshot)
    }

    fn assumptions(&self, mode: Mode) -> Vec<Assumption> {
        let mut assumptions = Vec::new();
        if let Some(side) = self.half_periodic {
            let text =
                format!("The box is periodic along {side} only, which is not possible here: it was taken as open.");
            assumptions.push(Assumption::choice(About::Boundary, text, "--box W,H"));
        }
        if let Some(DVec2 { x: w, y: h }) = self.fitted {
            let text = match mode {
                Mode::Motif => format!("No box was given: a box of {w:.4} by {h:.4} was put around the particles."),
                Mode::Whole => format!(
                    "No box was given: the particles were taken for a cut-out of {w:.4} by {h:.4}, open at its edges."
                ),
            };
            let weigh = if mode == Mode::Motif { Assumption::default } else { Assumption::choice };
            assumptions.push(weigh(About::Box, text, "--box W,H|X0,Y0,X1,Y1|fit"));
        }
        if self.folded > 0 {
            let text = format!("{} particles beyond the edge of the periodic box were folded into it.", self.folded);
            assumptions.push(Assumption::fact(About::Box, text));
        }
        if self.guessed_headings > 0 {
            let which = if self.guessed_headings == self.particles {
                "No headings were".to_owned()
            } else {
                format!("{} headings were not", self.guessed_headings)
            };
            let text = format!("{which} given: they were put along the line to the nearest neighbours.");
            assumptions.push(Assumption::choice(About::Headings, text, "--columns heading=COLUMN"));
        }
        assumptions
    }
}

fn refusal(mut source: SnapshotError, rows: &[Row], in_file: &[Row], path: &Path) -> ImportError {
    let lines = source.particles().into_iter().filter_map(|i| rows.get(i).map(|row| row.line));
    let lines = lines.filter(|&line| line > 0).collect();
    if let SnapshotError::Duplicate { first, x, y, .. } = &mut source {
        // As the file has them: a fitted box has shifted them.
        (*x, *y) = (in_file[*first].x, in_file[*first].y);
    }
    ImportError::Snapshot { file: path.to_owned(), lines, source }
}

/// From y counted downwards to y counted upwards in a box of this height.
fn turn_over(rows: &mut [Row], height: f64) {
    for row in rows {
        row.y = height - row.y;
        row.heading = row.heading.map(|heading| -heading);
    }
}

/// Shifts the particles into a box around them, with a margin of one ℓ for a motif and half an ℓ for a whole painting;
/// returns the margin, unless there is nothing to be put in a box.
fn fit_box(snapshot: &mut Snapshot) -> Option<f64> {
    snapshot.box_size = DVec2::splat(1.0);
    let [low, high] = snapshot.bounding()?;
    let extent = (high - low).max_element();
    // Without a box yet, the extent replaces the box side where there is no spacing to measure.
    snapshot.box_size = DVec2::splat(extent.max(1.0));
    let margin = snapshot.unit_length() * if snapshot.mode == Mode::Motif { 1.0 } else { 0.5 };
    for p in &mut snapshot.particles {
        *p = p.at(p.position() + (margin - low));
    }
    snapshot.box_size = high - low + 2.0 * margin;
    Some(margin)
}

/// Folds particles along the periodic sides of their box; the number of particles that were outside.
fn fold_into_box(rows: &mut [Row], box_size: DVec2, periodic: [bool; 2]) -> usize {
    let mut folded = 0;
    for row in rows {
        let before = (row.x, row.y);
        for (axis, value) in [&mut row.x, &mut row.y].into_iter().enumerate() {
            if periodic[axis] && !(0.0..=box_size[axis]).contains(value) {
                *value = wrap(*value, box_size[axis]);
            }
        }
        folded += usize::from(before != (row.x, row.y));
    }
    folded
}
