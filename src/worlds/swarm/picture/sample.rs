//! Samples of the target ensemble, in units of ℓ: what the learner learns from and fidelity is measured against.

use std::f64::consts::TAU;

use glam::{DVec2, USizeVec2};
use rand::{Rng, RngExt};

use super::ensemble::{OPEN_MARGIN_L, ensemble_box_l};
use super::near::PointTree;
use super::{
    Boundary, Ensemble, Mode, Part, Particle, Snapshot, SnapshotError, Stills, Swarm, offset, wrap, wrap_angle,
};

/// Tries for the place of one copy before the whole sample starts again, and such restarts.
const TRIES: usize = 1000;
const RESTARTS: usize = 40;

/// Makes samples of a picture.
pub struct Sampler {
    source: Source,
}

enum Source {
    One(Box<SnapshotSampler>),
    /// Each sample is of one of the frames, prepared when it is drawn: all of them together would not fit in memory.
    Film {
        stills: Stills,
        ensemble: Ensemble,
        indices: Vec<usize>,
    },
}

impl Sampler {
    /// Of a single snapshot.
    ///
    /// # Errors
    /// Whatever [`Snapshot::validate`] finds, and ensemble settings out of range.
    pub fn new(snapshot: &Snapshot, ensemble: &Ensemble) -> Result<Self, SnapshotError> {
        Ok(Self { source: Source::One(Box::new(SnapshotSampler::new(snapshot, ensemble)?)) })
    }

    /// Of a part of the snapshots, all at the scale of the whole picture.
    ///
    /// # Errors
    /// As [`Self::new`], for the snapshot on the canvas.
    pub fn of(stills: &Stills, ensemble: &Ensemble, part: Part) -> Result<Self, SnapshotError> {
        let one = SnapshotSampler::new(stills.selected(), ensemble)?;
        if stills.film().is_empty() {
            return Ok(Self { source: Source::One(Box::new(one)) });
        }
        let indices = stills.indices(part);
        Ok(Self { source: Source::Film { stills: stills.clone(), ensemble: *ensemble, indices } })
    }

    /// Snapshots that samples are made of.
    pub fn snapshots(&self) -> usize {
        match &self.source {
            Source::One(_) => 1,
            Source::Film { indices, .. } => indices.len(),
        }
    }

    /// One sample, of any of the snapshots. A motif's copies follow one another in the order of the painting.
    ///
    /// # Errors
    /// [`SnapshotError::Jammed`] when the copies find no room; a frame that cannot be learned from.
    pub fn sample(&self, rng: &mut impl Rng) -> Result<Swarm, SnapshotError> {
        match &self.source {
            Source::One(one) => one.sample(rng),
            Source::Film { indices, .. } => {
                let which = rng.random_range(0..indices.len());
                Ok(self.sample_of(which, f64::INFINITY, rng)?.0)
            }
        }
    }

    /// One sample of the snapshot number `which` of [`Self::snapshots`], and which of its particles carry loss at this
    /// cutoff, as of [`Snapshot::carries_loss`].
    ///
    /// # Errors
    /// As [`Self::sample`].
    pub fn sample_of(
        &self,
        which: usize,
        cutoff_l: f64,
        rng: &mut impl Rng,
    ) -> Result<(Swarm, Vec<bool>), SnapshotError> {
        match &self.source {
            Source::One(one) => Ok((one.sample(rng)?, one.carries_loss(cutoff_l))),
            Source::Film { stills, ensemble, indices } => {
                let one = SnapshotSampler::new(&stills.snapshot(indices[which % indices.len()]), ensemble)?;
                // From the ℓ of this frame to the ℓ of the film.
                let scale = one.edges.unit_length / stills.unit_length();
                Ok((one.sample(rng)?.scaled(scale), one.carries_loss(cutoff_l / scale)))
            }
        }
    }
}

/// Makes samples of one snapshot, in units of its own ℓ; what is the same for all of them is computed once.
struct SnapshotSampler {
    source: SampleSource,
    box_size_l: DVec2,
    edges: OpenEdges,
}

/// What decides on the particles that carry loss.
struct OpenEdges {
    unit_length: f64,
    len: usize,
    /// Distance of each particle of an open painting to the nearest edge, ℓ.
    to_edge_l: Option<Vec<f64>>,
}

enum SampleSource {
    Motif {
        body: Vec<Particle>,
        tree: PointTree,
        radius_l: f64,
        ensemble: Ensemble,
    },
    /// On the torus, at a random shift.
    Periodic(Vec<Particle>),
    /// As it stands, the margin around it already added.
    Open(Vec<Particle>),
}

/// Pose of a copy of the motif.
#[derive(Clone, Copy)]
struct CopyPose {
    x: f64,
    y: f64,
    turn: f64,
}

impl SnapshotSampler {
    fn new(snapshot: &Snapshot, ensemble: &Ensemble) -> Result<Self, SnapshotError> {
        snapshot.validate()?;
        let box_size_l = ensemble_box_l(snapshot, ensemble);
        let unit = snapshot.unit_length();
        let source = match (snapshot.mode, snapshot.boundary) {
            (Mode::Motif, _) => {
                check(ensemble)?;
                let body = snapshot.centred_motif();
                let tree = PointTree::new(body.iter().map(Particle::position).collect(), None);
                let radius_l = snapshot.enclosing_circle().1 / unit;
                SampleSource::Motif { body, tree, radius_l, ensemble: *ensemble }
            }
            (Mode::Whole, Boundary::Periodic) => {
                let [columns, rows] = snapshot.repeats();
                let mut particles = Vec::with_capacity(snapshot.particles.len() * columns * rows);
                for tile in 0..columns * rows {
                    let shift = USizeVec2::new(tile % columns, tile / columns).as_dvec2() * snapshot.box_size;
                    particles.extend(snapshot.particles.iter().map(|p| p.at((p.position() + shift) / unit)));
                }
                SampleSource::Periodic(particles)
            }
            (Mode::Whole, Boundary::Open) => {
                let inset = 0.5 * OPEN_MARGIN_L;
                let particles = snapshot.particles.iter();
                SampleSource::Open(particles.map(|p| p.at(p.position() / unit + inset)).collect())
            }
        };
        Ok(Self { source, box_size_l, edges: OpenEdges::of(snapshot, ensemble, unit) })
    }

    fn carries_loss(&self, cutoff_l: f64) -> Vec<bool> {
        match &self.edges.to_edge_l {
            Some(distances) => distances.iter().map(|&distance_l| distance_l >= cutoff_l).collect(),
            None => vec![true; self.edges.len],
        }
    }

    fn sample(&self, rng: &mut impl Rng) -> Result<Swarm, SnapshotError> {
        let [width, height] = self.box_size_l.to_array();
        let moved = |p: &Particle, pose: CopyPose| {
            let (sin, cos) = pose.turn.sin_cos();
            Particle {
                x: wrap(pose.x + cos * p.x - sin * p.y, width),
                y: wrap(pose.y + sin * p.x + cos * p.y, height),
                heading: wrap_angle(p.heading + pose.turn),
                species: p.species,
            }
        };
        let particles = match &self.source {
            SampleSource::Motif { body, tree, radius_l, ensemble } => {
                let mut poses = None;
                for _ in 0..RESTARTS {
                    poses = place_copies(body, tree, *radius_l, ensemble, width, rng);
                    if poses.is_some() {
                        break;
                    }
                }
                let Ensemble { copies, clearance_l, cover } = *ensemble;
                let poses = poses.ok_or(SnapshotError::Jammed { copies, clearance_l, cover })?;
                poses.iter().flat_map(|&pose| body.iter().map(move |p| moved(p, pose))).collect()
            }
            SampleSource::Periodic(particles) => {
                let shift = CopyPose { x: rng.random_range(0.0..width), y: rng.random_range(0.0..height), turn: 0.0 };
                particles.iter().map(|p| moved(p, shift)).collect()
            }
            SampleSource::Open(particles) => particles.clone(),
        };
        Ok(Swarm { particles, box_size: self.box_size_l })
    }
}

impl OpenEdges {
    fn of(snapshot: &Snapshot, ensemble: &Ensemble, unit_length: f64) -> Self {
        let to_edge_l = |p: &Particle| snapshot.to_edge(p) / unit_length;
        let is_cut_out = (snapshot.mode, snapshot.boundary) == (Mode::Whole, Boundary::Open);
        Self {
            unit_length,
            len: snapshot.sample_len(ensemble),
            to_edge_l: is_cut_out.then(|| snapshot.particles.iter().map(to_edge_l).collect()),
        }
    }
}

/// Random poses, no two copies closer than the clearance; `None` when one of them finds no room.
fn place_copies(
    body: &[Particle],
    tree: &PointTree,
    radius_l: f64,
    ensemble: &Ensemble,
    side_l: f64,
    rng: &mut impl Rng,
) -> Option<Vec<CopyPose>> {
    // Copies whose centres are in cells that do not touch are clear of each other.
    let reach = 2.0 * radius_l + ensemble.clearance_l;
    let cells = ((side_l / reach).floor() as usize).clamp(1, 512);
    let cell_of = |x: f64| ((x / side_l * cells as f64) as usize).min(cells - 1);
    let around =
        |c: usize| if cells < 3 { (0..cells).collect() } else { vec![(c + cells - 1) % cells, c, (c + 1) % cells] };
    let mut grid: Vec<Vec<CopyPose>> = vec![Vec::new(); cells * cells];
    let mut poses = Vec::with_capacity(ensemble.copies);
    for _ in 0..ensemble.copies {
        let pose = (0..TRIES).find_map(|_| {
            let pose = CopyPose {
                x: rng.random_range(0.0..side_l),
                y: rng.random_range(0.0..side_l),
                turn: rng.random_range(0.0..TAU),
            };
            let (columns, rows): (Vec<usize>, Vec<usize>) = (around(cell_of(pose.x)), around(cell_of(pose.y)));
            let mut near = rows.iter().flat_map(|row| columns.iter().map(move |column| row * cells + column));
            let clear = near.all(|cell| {
                grid[cell]
                    .iter()
                    .all(|&other| clear_of(body, tree, radius_l, ensemble.clearance_l, side_l, pose, other))
            });
            clear.then_some(pose)
        })?;
        grid[cell_of(pose.y) * cells + cell_of(pose.x)].push(pose);
        poses.push(pose);
    }
    Some(poses)
}

/// Whether every particle of the copy at `pose` keeps the clearance from every particle of the copy at `other`.
fn clear_of(
    body: &[Particle],
    tree: &PointTree,
    radius_l: f64,
    clearance_l: f64,
    side_l: f64,
    pose: CopyPose,
    other: CopyPose,
) -> bool {
    let (sin, cos) = pose.turn.sin_cos();
    let (other_sin, other_cos) = other.turn.sin_cos();
    let [here, there] = [pose, other].map(|pose| DVec2::new(pose.x, pose.y));
    let centre = offset(there, here, Some(DVec2::splat(side_l)));
    // On a small torus a second image of the other copy may be near as well.
    for image in 0..9 {
        let dx = centre.x + side_l * (f64::from(image % 3) - 1.0);
        let dy = centre.y + side_l * (f64::from(image / 3) - 1.0);
        if dx.hypot(dy) >= 2.0 * radius_l + clearance_l {
            continue;
        }
        for p in body {
            // Seen from the other copy's own frame.
            let x = dx + cos * p.x - sin * p.y;
            let y = dy + sin * p.x + cos * p.y;
            if tree.any_within(DVec2::new(other_cos * x + other_sin * y, other_cos * y - other_sin * x), clearance_l) {
                return false;
            }
        }
    }
    true
}

fn check(ensemble: &Ensemble) -> Result<(), SnapshotError> {
    let Ensemble { copies, clearance_l, cover } = *ensemble;
    let fault = |name, value, hint| Err(SnapshotError::Ensemble { name, value, hint });
    if copies == 0 {
        return fault("copies", 0.0, "a sample needs at least 1 copy");
    }
    if !(clearance_l.is_finite() && clearance_l >= 0.0) {
        return fault("clearance_l", clearance_l, "it must be a number of 0 or more");
    }
    if !(cover > 0.0 && cover <= 0.9) {
        return fault("cover", cover, "it must be above 0 and at most 0.9 (0.4 leaves room)");
    }
    Ok(())
}

impl Snapshot {
    /// One sample of the target ensemble, in units of ℓ. For many, make one [`Sampler`] and keep it.
    ///
    /// # Errors
    /// As [`Sampler::new`] and [`Sampler::sample`].
    pub fn sample(&self, ensemble: &Ensemble, rng: &mut impl Rng) -> Result<Swarm, SnapshotError> {
        Sampler::new(self, ensemble)?.sample(rng)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    /// A bar of four, 2 world units apart, the last of species 1.
    fn bar() -> Snapshot {
        let particles =
            (0..4).map(|i| Particle { x: 3.0 + 2.0 * f64::from(i), y: 5.0, heading: 0.5, species: u8::from(i == 3) });
        Snapshot { particles: particles.collect(), box_size: DVec2::new(12.0, 10.0), ..Snapshot::default() }
    }

    fn whole(boundary: Boundary) -> Snapshot {
        let mut snapshot = bar();
        snapshot.mode = Mode::Whole;
        snapshot.boundary = boundary;
        snapshot
    }

    #[test]
    fn copies_keep_their_shape_and_clearance_through_the_edges() {
        let ensemble = Ensemble { copies: 9, clearance_l: 1.6, cover: 0.4 };
        let mut rng = StdRng::seed_from_u64(3);
        for _ in 0..20 {
            let swarm = bar().sample(&ensemble, &mut rng).unwrap();
            assert_eq!(swarm.len(), 36);
            assert_eq!(swarm.box_size, ensemble_box_l(&bar(), &ensemble));
            for (i, a) in swarm.particles.iter().enumerate() {
                assert!((0.0..swarm.box_size.x).contains(&a.x) && (0.0..swarm.box_size.y).contains(&a.y));
                for (j, b) in swarm.particles.iter().enumerate().skip(i + 1) {
                    let offset = swarm.offset(a, b);
                    let distance = offset.length();
                    if i / 4 != j / 4 {
                        assert!(distance >= 1.6, "{i} and {j} are {distance} apart");
                    } else {
                        assert!((distance - (j - i) as f64).abs() < 1e-9, "the bar is bent");
                        // The bar is along heading - 0.5 in the painting, so it must be in every copy.
                        assert!(
                            wrap_angle(offset.to_angle() - (a.heading - 0.5)).abs() < 1e-9,
                            "headings did not turn along"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn poses_are_spread_evenly_over_angles_and_places() {
        let ensemble = Ensemble::default();
        let sampler = Sampler::new(&bar(), &ensemble).unwrap();
        let mut rng = StdRng::seed_from_u64(5);
        let (mut sum, mut count) = ([0.0f64; 4], 0.0);
        for _ in 0..400 {
            let swarm = sampler.sample(&mut rng).unwrap();
            for leader in swarm.particles.iter().step_by(4) {
                let place = TAU * leader.x / swarm.box_size.x;
                for (total, term) in
                    sum.iter_mut().zip([leader.heading.cos(), leader.heading.sin(), place.cos(), place.sin()])
                {
                    *total += term;
                }
                count += 1.0;
            }
        }
        // Four standard errors of a mean of cosines of independent uniform angles.
        let tolerance = 4.0 * (0.5f64 / count).sqrt();
        assert!(sum.iter().all(|total| (total / count).abs() < tolerance), "{sum:?} over {count}");
    }

    #[test]
    fn every_sample_of_a_pool_for_training_is_found() {
        let sampler = Sampler::new(&bar(), &Ensemble { copies: 12, ..Ensemble::default() }).unwrap();
        let mut rng = StdRng::seed_from_u64(1);
        for _ in 0..256 {
            assert_eq!(sampler.sample(&mut rng).unwrap().len(), 12 * bar().particles.len());
        }
    }

    #[test]
    fn an_ensemble_without_room_is_refused_with_advice() {
        let ensemble = Ensemble { copies: 40, clearance_l: 60.0, cover: 0.9 };
        let error = bar().sample(&ensemble, &mut StdRng::seed_from_u64(1)).unwrap_err();
        assert!(matches!(error, SnapshotError::Jammed { copies: 40, .. }));
        assert!(error.to_string().contains("lower the cover"), "{error}");
    }

    #[test]
    fn ensemble_settings_out_of_range_are_named() {
        for (ensemble, name) in [
            (Ensemble { copies: 0, ..Ensemble::default() }, "copies"),
            (Ensemble { clearance_l: f64::NAN, ..Ensemble::default() }, "clearance_l"),
            (Ensemble { cover: 0.0, ..Ensemble::default() }, "cover"),
            (Ensemble { cover: 1.5, ..Ensemble::default() }, "cover"),
        ] {
            let error = bar().sample(&ensemble, &mut StdRng::seed_from_u64(1)).unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
    }

    #[test]
    fn a_periodic_painting_is_shifted_whole_and_repeated_when_small() {
        let snapshot = whole(Boundary::Periodic);
        // ℓ = 2: the box is 6 by 5, repeated twice each way to reach 8.
        let swarm = snapshot.sample(&Ensemble::default(), &mut StdRng::seed_from_u64(1)).unwrap();
        assert_eq!(swarm.box_size, DVec2::new(12.0, 10.0));
        assert_eq!(swarm.len(), 16);
        assert_eq!(snapshot.carries_loss(&Ensemble::default(), 3.9), vec![true; 16]);
        for (i, p) in swarm.particles.iter().enumerate() {
            let offset = swarm.offset(&swarm.particles[i / 4 * 4], p);
            assert!((wrap(offset.x, 12.0) - (i % 4) as f64).abs() < 1e-9 && offset.y.abs() < 1e-9, "{i}: {offset}");
        }
        let other = snapshot.sample(&Ensemble::default(), &mut StdRng::seed_from_u64(2)).unwrap();
        assert_ne!(swarm, other);
    }

    #[test]
    fn the_same_seed_gives_the_same_sample() {
        let sample = |seed| bar().sample(&Ensemble::default(), &mut StdRng::seed_from_u64(seed)).unwrap();
        assert_eq!(sample(9), sample(9));
        assert_ne!(sample(9), sample(10));
    }
}
