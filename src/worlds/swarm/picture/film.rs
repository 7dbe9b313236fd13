//! Many snapshots of one pattern: the frames of a film, compact and shared, and what is learned from.

use std::sync::Arc;

use glam::DVec2;

use super::geometry::median;
use super::{Boundary, Mode, Particle, Snapshot};

/// Every n-th snapshot of a film is held out of learning, and measured on.
pub const HOLD_OUT_EVERY: usize = 5;

/// Maximum number of snapshots of one film.
pub const MAX_FRAMES: usize = 100_000;

/// Snapshots whose ℓ are looked at for that of the film.
const UNIT_FRAMES: usize = 32;

/// A particle in single precision: half the memory, and far below any noise that is learned with.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PackedParticle {
    /// World units, as the heading in radians.
    pub x: f32,
    /// World units.
    pub y: f32,
    /// Radians.
    pub heading: f32,
    /// 0 to 7.
    pub species: u8,
}

impl PackedParticle {
    /// Where it is, in double precision.
    pub fn position(&self) -> DVec2 {
        DVec2::new(self.x.into(), self.y.into())
    }
}

/// One snapshot of a film; the mode and the boundary are those of the whole picture.
#[derive(Clone, Debug, PartialEq)]
pub struct FilmFrame {
    /// The frame number in the file.
    pub number: f64,
    /// World units.
    pub box_size: DVec2,
    /// In the order of the file.
    pub particles: Box<[PackedParticle]>,
    /// Which animal each particle is, for [`super::super::measures::Truth`]; learning never looks at it.
    pub ids: Option<Box<[u32]>>,
}

impl FilmFrame {
    /// A frame with the particles of `snapshot`.
    pub fn new(snapshot: &Snapshot, number: f64, ids: Option<Box<[u32]>>) -> Self {
        let pack = |p: &Particle| PackedParticle {
            x: p.x as f32,
            y: p.y as f32,
            heading: p.heading as f32,
            species: p.species,
        };
        let particles: Box<[PackedParticle]> = snapshot.particles.iter().map(pack).collect();
        let ids = ids.filter(|ids| ids.len() == particles.len());
        Self { number, box_size: snapshot.box_size, particles, ids }
    }

    /// In double precision. Rounding moves no particle out of the box.
    pub fn snapshot(&self, mode: Mode, boundary: Boundary) -> Snapshot {
        let unpack = |p: &PackedParticle| {
            let place = p.position().clamp(DVec2::ZERO, self.box_size);
            Particle { x: place.x, y: place.y, heading: f64::from(p.heading), species: p.species }
        };
        Snapshot { particles: self.particles.iter().map(unpack).collect(), box_size: self.box_size, mode, boundary }
    }
}

/// The snapshots of a picture that has several; empty for a picture that has one. A clone copies nothing.
#[derive(Clone, Debug, Default)]
pub struct SnapshotFilm {
    frames: Arc<[Arc<FilmFrame>]>,
    /// The frame that is on the canvas, where what is painted counts and not the frame in the list.
    selected: usize,
    /// ℓ of all frames, world units.
    unit_length: f64,
    species_count: usize,
}

impl PartialEq for SnapshotFilm {
    fn eq(&self, other: &Self) -> bool {
        let same = |a: &Arc<FilmFrame>, b: &Arc<FilmFrame>| Arc::ptr_eq(a, b) || a == b;
        self.selected == other.selected
            && self.frames.len() == other.frames.len()
            && (Arc::ptr_eq(&self.frames, &other.frames)
                || self.frames.iter().zip(other.frames.iter()).all(|(a, b)| same(a, b)))
    }
}

impl SnapshotFilm {
    /// With fewer than two frames it is empty. ℓ is measured where it is not given.
    pub fn new(frames: Vec<FilmFrame>, selected: usize, like: &Snapshot, unit_length: Option<f64>) -> Self {
        if frames.len() < 2 {
            return Self::default();
        }
        let unit_length = unit_length.unwrap_or_else(|| {
            let looked_at = frames.len().min(UNIT_FRAMES);
            let at = |k: usize| &frames[k * frames.len() / looked_at];
            let mut units: Vec<f64> =
                (0..looked_at).map(|k| at(k).snapshot(like.mode, like.boundary).unit_length()).collect();
            median(&mut units).unwrap_or(1.0)
        });
        let max = frames.iter().flat_map(|frame| frame.particles.iter().map(|p| usize::from(p.species) + 1)).max();
        let selected = selected.min(frames.len() - 1);
        let frames = frames.into_iter().map(Arc::new).collect();
        Self { frames, selected, unit_length, species_count: max.unwrap_or(1) }
    }

    /// 0 where the picture is one snapshot.
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// Whether the picture is one snapshot.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Index of the frame that is edited.
    pub fn selected(&self) -> usize {
        self.selected
    }

    /// ℓ, world units; 0 where there are no frames.
    pub fn unit_length(&self) -> f64 {
        self.unit_length
    }

    /// All frames in order.
    pub fn frames(&self) -> &[Arc<FilmFrame>] {
        &self.frames
    }

    /// Whether some frames identify their particles.
    pub fn has_ids(&self) -> bool {
        self.frames.iter().any(|frame| frame.ids.is_some())
    }

    /// Whether both have the very same frames in memory.
    pub fn shares_frames_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.frames, &other.frames) || (self.is_empty() && other.is_empty())
    }

    /// With `painted` in the place of the selected frame. What was changed by hand has no true motion, so it loses its ids.
    fn with_painted(&self, painted: &Snapshot) -> Self {
        let old = &self.frames[self.selected];
        let packed = FilmFrame::new(painted, old.number, None);
        // The canvas may have more digits than the frame: that is not a change.
        if packed.particles == old.particles && packed.box_size == old.box_size {
            return self.clone();
        }
        let mut frames: Vec<Arc<FilmFrame>> = self.frames.to_vec();
        frames[self.selected] = Arc::new(packed);
        let species_count = self.species_count.max(painted.species_count());
        Self { frames: frames.into(), species_count, ..self.clone() }
    }
}

/// A part of the snapshots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Learned from.
    Taught,
    /// Measured on: every fifth. The same as `Taught` where there are fewer than [`HOLD_OUT_EVERY`].
    HeldOut,
    /// The one on the canvas.
    Selected,
    /// Every frame.
    All,
}

/// What a rule is learned from: one snapshot, or many of the same pattern. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub struct Stills {
    selected: Arc<Snapshot>,
    film: SnapshotFilm,
}

impl From<Snapshot> for Stills {
    fn from(snapshot: Snapshot) -> Self {
        Self::new(Arc::new(snapshot), SnapshotFilm::default())
    }
}

impl From<&Arc<Snapshot>> for Stills {
    fn from(snapshot: &Arc<Snapshot>) -> Self {
        Self::new(snapshot.clone(), SnapshotFilm::default())
    }
}

impl From<&Stills> for Stills {
    fn from(stills: &Stills) -> Self {
        stills.clone()
    }
}

impl From<&Snapshot> for Stills {
    fn from(snapshot: &Snapshot) -> Self {
        Self::from(snapshot.clone())
    }
}

impl Stills {
    /// The selected snapshot and the film around it.
    pub fn new(selected: Arc<Snapshot>, film: SnapshotFilm) -> Self {
        Self { selected, film }
    }

    /// The selected snapshot and the film around it.
    pub fn into_parts(self) -> (Arc<Snapshot>, SnapshotFilm) {
        (self.selected, self.film)
    }

    /// The snapshot on the canvas.
    pub fn selected(&self) -> &Arc<Snapshot> {
        &self.selected
    }

    /// The film around the selected snapshot.
    pub fn film(&self) -> &SnapshotFilm {
        &self.film
    }

    /// Number of snapshots, at least 1.
    pub fn count(&self) -> usize {
        self.film.len().max(1)
    }

    /// The snapshot `k`, unpacked where it is not the one on the canvas.
    pub fn snapshot(&self, k: usize) -> Arc<Snapshot> {
        match self.film.frames.get(k) {
            Some(frame) if k != self.film.selected => {
                Arc::new(frame.snapshot(self.selected.mode, self.selected.boundary))
            }
            _ => self.selected.clone(),
        }
    }

    /// ℓ, world units: the median over the frames, so that all are seen at one scale.
    pub fn unit_length(&self) -> f64 {
        if self.film.is_empty() { self.selected.unit_length() } else { self.film.unit_length }
    }

    /// Species in use over all snapshots, counted as highest species + 1.
    pub fn species_count(&self) -> usize {
        self.selected.species_count().max(self.film.species_count)
    }

    /// Whether snapshot `k` is held out of learning, for measurements.
    pub fn is_held_out(&self, k: usize) -> bool {
        self.count() >= HOLD_OUT_EVERY && k % HOLD_OUT_EVERY == HOLD_OUT_EVERY - 1
    }

    /// Indices of the snapshots of this part, ascending.
    pub fn indices(&self, part: Part) -> Vec<usize> {
        let all = 0..self.count();
        match part {
            Part::Selected => vec![self.film.selected],
            Part::Taught | Part::HeldOut if self.count() < HOLD_OUT_EVERY => all.collect(),
            Part::All => all.collect(),
            Part::Taught => all.filter(|&k| !self.is_held_out(k)).collect(),
            Part::HeldOut => all.filter(|&k| self.is_held_out(k)).collect(),
        }
    }

    /// Whether both are the same picture: a glance at another of its frames changes nothing.
    pub fn is_same_picture(&self, other: &Self) -> bool {
        if self.film.is_empty() || self.film.selected == other.film.selected {
            return Arc::ptr_eq(&self.selected, &other.selected) && self.film.shares_frames_with(&other.film);
        }
        self.film.shares_frames_with(&other.film)
    }

    /// The same with the snapshot `k` on the canvas; what was painted stays with its own frame. `None` where there is no
    /// such frame, or it is there already.
    pub fn with_selected(&self, k: usize) -> Option<Self> {
        if k == self.film.selected || k >= self.film.len() {
            return None;
        }
        let film = SnapshotFilm { selected: k, ..self.film.with_painted(&self.selected) };
        let selected = film.frames[k].snapshot(self.selected.mode, self.selected.boundary);
        Some(Self { selected: Arc::new(selected), film })
    }

    /// Without the snapshot `k`; the last one cannot go.
    pub fn without(&self, k: usize) -> Option<Self> {
        if k >= self.film.len() {
            return None;
        }
        let film = self.film.with_painted(&self.selected);
        let mut frames = film.frames.to_vec();
        frames.remove(k);
        let selected = match film.selected {
            s if s > k => s - 1,
            s => s.min(frames.len() - 1),
        };
        let snapshot = if film.selected == k {
            Arc::new(frames[selected].snapshot(self.selected.mode, self.selected.boundary))
        } else {
            self.selected.clone()
        };
        let film = if frames.len() < 2 {
            SnapshotFilm::default()
        } else {
            SnapshotFilm { frames: frames.into(), selected, ..film }
        };
        Some(Self { selected: snapshot, film })
    }

    /// With a copy of the snapshot `k` behind it, on the canvas: a picture of one snapshot becomes one of two. The copy is
    /// no moment of the film, so it has no ids.
    pub fn with_copy_of(&self, k: usize) -> Option<Self> {
        if k >= self.count() || self.count() >= MAX_FRAMES {
            return None;
        }
        let copy = self.snapshot(k);
        if self.film.is_empty() {
            let frames = vec![FilmFrame::new(&copy, 1.0, None), FilmFrame::new(&copy, 2.0, None)];
            return Some(Self { film: SnapshotFilm::new(frames, 1, &copy, None), selected: copy });
        }
        let film = self.film.with_painted(&self.selected);
        let mut frames = film.frames.to_vec();
        frames.insert(k + 1, Arc::new(FilmFrame::new(&copy, frames[k].number, None)));
        Some(Self { selected: copy, film: SnapshotFilm { frames: frames.into(), selected: k + 1, ..film } })
    }

    /// The frames as they are to be stored: with what is painted in its place.
    pub fn stored_film(&self) -> SnapshotFilm {
        if self.film.is_empty() { SnapshotFilm::default() } else { self.film.with_painted(&self.selected) }
    }
}

#[cfg(test)]
#[path = "film_tests.rs"]
mod tests;
