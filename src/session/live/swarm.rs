//! Live swarms made from the document: copies of the picture, or uniformly random particles.

use rand::rngs::StdRng;

use crate::worlds::swarm::picture::{Boundary, Mode, Part, Sampler, Swarm};

use crate::scene::SwarmProject;

/// Larger swarms are made of equal pieces: drawing poses one by one for each copy would hold up the frame.
const MAX_DRAWN: usize = 100_000;

/// A swarm of about `document.world.live_particles` particles that looks like the picture, ℓ: copies of a motif at random poses, a
/// periodic painting repeated, an open one as it stands.
///
/// # Errors
/// One sentence, when the picture makes no ensemble (too few particles, no room for the copies).
pub(in crate::session) fn from_picture(document: &SwarmProject, rng: &mut StdRng) -> Result<Swarm, String> {
    let snapshot = &document.world.snapshot;
    let across = (document.world.live_particles as f64 / MAX_DRAWN as f64).sqrt().ceil().max(1.0) as usize;
    let ensemble = document.world.ensemble.for_particles(snapshot, document.world.live_particles / (across * across));
    let sampler = Sampler::of(&document.world.stills(), &ensemble, Part::Selected).map_err(|e| e.to_string())?;
    let sample = sampler.sample(rng).map_err(|e| e.to_string())?;
    match (snapshot.mode, snapshot.boundary) {
        (Mode::Whole, Boundary::Open) => Ok(sample),
        _ => Ok(repeated(&sample, document.world.live_particles)),
    }
}

/// About `document.world.live_particles` particles at random poses, at the density of the ensemble.
///
/// # Errors
/// As [`from_picture`].
pub(in crate::session) fn uniform(document: &SwarmProject, rng: &mut StdRng) -> Result<Swarm, String> {
    let snapshot = &document.world.snapshot;
    snapshot.validate().map_err(|e| e.to_string())?;
    let ensemble = document.world.ensemble.for_particles(snapshot, document.world.live_particles);
    let swarm = match snapshot.mode {
        Mode::Motif => snapshot.random_swarm(&ensemble, rng),
        Mode::Whole => snapshot.random_swarm_of(&ensemble, document.world.live_particles, rng),
    };
    let film = &document.world.film;
    // Snapshots of a film are seen at the scale of all of them.
    Ok(if film.is_empty() { swarm } else { swarm.scaled(snapshot.unit_length() / film.unit_length()) })
}

/// The torus repeated along both sides until it holds about `particles` particles.
fn repeated(sample: &Swarm, particles: usize) -> Swarm {
    let times = ((particles as f64 / sample.len().max(1) as f64).sqrt().round() as usize).max(1);
    sample.tiled(times)
}

#[cfg(test)]
mod tests {
    use glam::DVec2;

    use super::*;
    use crate::session::new_project;
    use crate::worlds::SwarmDoc;
    use crate::worlds::swarm::picture::{Particle, Snapshot};
    use rand::SeedableRng;

    fn document(mode: Mode, particles: usize) -> SwarmProject {
        let at = |x, y| Particle { x, y, ..Particle::default() };
        let picture = vec![at(2.0, 2.0), at(3.0, 2.0), at(2.5, 3.0), at(7.0, 7.0), at(7.0, 8.0)];
        let snapshot = Snapshot { particles: picture, box_size: DVec2::splat(10.0), mode, ..Snapshot::default() };
        SwarmProject::new("", SwarmDoc { live_particles: particles, ..SwarmDoc::from_snapshot(snapshot) })
    }

    #[test]
    fn swarms_have_about_the_requested_count_in_both_modes() {
        let mut rng = StdRng::seed_from_u64(1);
        for mode in [Mode::Motif, Mode::Whole] {
            for make in [from_picture, uniform] {
                let swarm = make(&document(mode, 500), &mut rng).unwrap();
                assert!((400..=600).contains(&swarm.len()), "{mode:?}: {}", swarm.len());
                let [w, h] = swarm.box_size.to_array();
                assert!(swarm.particles.iter().all(|p| (0.0..w).contains(&p.x) && (0.0..h).contains(&p.y)));
            }
        }
    }

    #[test]
    fn a_large_swarm_is_made_of_equal_pieces_that_fit_together() {
        let snapshot = crate::worlds::swarm::picture::motifs::by_name("mill").unwrap().snapshot();
        let document = SwarmProject::new("", SwarmDoc { live_particles: 350_000, ..SwarmDoc::from_snapshot(snapshot) });
        let swarm = from_picture(&document, &mut StdRng::seed_from_u64(1)).unwrap();
        assert!((340_000..=360_000).contains(&swarm.len()), "{}", swarm.len());
        let [w, h] = swarm.box_size.to_array();
        assert!(swarm.particles.iter().all(|p| (0.0..w).contains(&p.x) && (0.0..h).contains(&p.y)));
        let (piece, next) = (&swarm.particles[..swarm.len() / 4], &swarm.particles[swarm.len() / 4..]);
        assert!(piece.iter().zip(next).all(|(a, b)| (b.x - a.x - w / 2.0).abs() < 1e-9 && a.y == b.y));
    }

    #[test]
    fn a_picture_that_makes_no_ensemble_says_why() {
        let mut rng = StdRng::seed_from_u64(1);
        let why = from_picture(&new_project(), &mut rng).unwrap_err();
        assert_eq!(uniform(&new_project(), &mut rng).unwrap_err(), why);
        assert!(why.contains("too few"), "{why}");
    }
}
