//! True displacements: of the same particle from frame to frame, in its own frame.

use std::collections::HashMap;

use glam::DVec2;

use crate::worlds::swarm::engine::EngineError;
use crate::worlds::swarm::picture::{Boundary, FilmFrame, Mode, Part, Snapshot, Stills, Swarm, offset, wrap_angle};

/// Why a film has no information about the true motion.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant has its message")]
pub enum TruthError {
    #[error("there is one snapshot only, so nothing moves; give a film (import with --frames all)")]
    NoFilm,
    #[error(
        "the frames have no ids and different numbers of particles, so no particle can be followed; add a column `id` to the film"
    )]
    NoIds,
    #[error("no two frames that follow each other have particles in common; give a film with more frames")]
    NoPairs,
    #[error("nothing moves in the film; give one with longer times between its frames")]
    NoMotion,
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("the comparison was stopped")]
    Stopped,
}

/// A frame at which the motion is known.
#[derive(Clone, Debug)]
pub struct TrueFrame {
    /// ℓ; what the velocities are evaluated at.
    pub swarm: Swarm,
    /// The particles whose motion is known.
    pub index: Vec<usize>,
    /// Of each of these: forward, lateral (ℓ) and turn (rad), from frame to frame.
    pub motion: Vec<[f64; 3]>,
}

/// The frames at which the motion is known, at most `max_count`, and whether particles were matched by their order in the
/// file.
///
/// Where the frame before is known as well, the motion is half of the displacement from there to the frame after: it is
/// then that at the frame itself, as velocities are, and its direction has no lag on a curved path.
pub fn true_frames(
    film: &Stills,
    part: Part,
    cutoff_l: f64,
    max_count: usize,
    stop: &dyn Fn() -> bool,
) -> Result<(Vec<TrueFrame>, bool), TruthError> {
    let frames = film.film().frames();
    if frames.len() < 2 {
        return Err(TruthError::NoFilm);
    }
    let by_order = !film.film().has_ids();
    if by_order && frames.iter().any(|frame| frame.particles.len() != frames[0].particles.len()) {
        return Err(TruthError::NoIds);
    }
    let steps = frames.windows(2).map(|pair| pair[1].number - pair[0].number);
    // Frames may be missing: only consecutive frames at the common distance are compared.
    let step = steps.filter(|step| *step > 0.0).fold(f64::INFINITY, f64::min);
    let follows = |k: usize| (frames[k].number - frames[k - 1].number - step).abs() <= 1e-6 * step;
    let wanted: Vec<usize> =
        film.indices(part).into_iter().filter(|&k| k + 1 < frames.len() && follows(k + 1)).collect();
    let count = wanted.len().min(max_count);
    let mut known = Vec::with_capacity(count);
    for n in 0..count {
        if stop() {
            return Err(TruthError::Stopped);
        }
        let k = wanted[n * wanted.len() / count];
        let before = (k > 0 && follows(k)).then(|| &*frames[k - 1]);
        known.extend(true_frame(film, k, before, &frames[k + 1], cutoff_l, by_order));
    }
    if known.is_empty() {
        return Err(TruthError::NoPairs);
    }
    let moves = known.iter().flat_map(|m| &m.motion).flatten().any(|d| d.abs() > 1e-9);
    if moves { Ok((known, by_order)) } else { Err(TruthError::NoMotion) }
}

fn true_frame(
    film: &Stills,
    k: usize,
    before: Option<&FilmFrame>,
    after: &FilmFrame,
    cutoff_l: f64,
    by_order: bool,
) -> Option<TrueFrame> {
    let here = &*film.film().frames()[k];
    let like = film.selected();
    // The frame as the film has it, also where the canvas has been painted on.
    let snapshot = here.snapshot(like.mode, like.boundary);
    let unit = film.unit_length();
    let after_by_id = indices_by_id(after, by_order)?;
    let before_by_id = before.and_then(|before| indices_by_id(before, by_order));
    let ids = ids_of(here, by_order)?;
    let (mut index, mut motion) = (Vec::new(), Vec::new());
    for (i, id) in ids.into_iter().enumerate() {
        let Some(&next) = after_by_id.get(&id) else { continue };
        if !is_inner(&snapshot, i, cutoff_l * unit) {
            continue;
        }
        let forwards = step_between(&snapshot, i, after.particles[next].position(), unit);
        let heading = snapshot.particles[i].heading;
        let turn_on = wrap_angle(f64::from(after.particles[next].heading) - heading);
        let last = before_by_id.as_ref().and_then(|indices| indices.get(&id)).zip(before);
        let (step, turn) = match last {
            Some((&last, frame)) => {
                let p = frame.particles[last];
                let back = step_between(&snapshot, i, p.position(), unit);
                let turned = wrap_angle(heading - f64::from(p.heading));
                (0.5 * (forwards - back), 0.5 * (turn_on + turned))
            }
            None => (forwards, turn_on),
        };
        let ahead = DVec2::from_angle(heading);
        index.push(i);
        motion.push([ahead.dot(step), ahead.perp_dot(step), turn]);
    }
    (!index.is_empty()).then(|| TrueFrame { swarm: snapshot.standing(unit), index, motion })
}

/// From particle `i` to a position, by the shortest way, ℓ.
fn step_between(snapshot: &Snapshot, i: usize, to: DVec2, unit: f64) -> DVec2 {
    offset(snapshot.particles[i].position(), to, snapshot.period()) / unit
}

/// Whether everything that the particle sees is in the picture.
fn is_inner(snapshot: &Snapshot, i: usize, cutoff: f64) -> bool {
    if (snapshot.mode, snapshot.boundary) != (Mode::Whole, Boundary::Open) {
        return true;
    }
    snapshot.to_edge(&snapshot.particles[i]) >= cutoff
}

fn ids_of(frame: &FilmFrame, by_order: bool) -> Option<Vec<u32>> {
    if by_order { Some((0..frame.particles.len() as u32).collect()) } else { frame.ids.as_deref().map(<[u32]>::to_vec) }
}

fn indices_by_id(frame: &FilmFrame, by_order: bool) -> Option<HashMap<u32, usize>> {
    Some(ids_of(frame, by_order)?.into_iter().enumerate().map(|(i, id)| (id, i)).collect())
}
