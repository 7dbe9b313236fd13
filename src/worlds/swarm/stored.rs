//! What a project reports of a stored swarm, as of every world.

use image::RgbaImage;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::SWARM_CARD;
use super::doc::SwarmDoc;
use super::picture::{Mode, Swarm};
use super::rule::step;
use crate::media::looks::ColourBy;
use crate::media::picture::{PictureStyle, render};
use crate::worlds::StoredWorld;

/// Above this the noise of a saved swarm is left in its picture: taking it off is the work of the readable rule.
const DENOISED_PARTICLES: usize = 2000;

/// Fewer particles are drawn large.
const LARGE_BODIES: usize = 40;

/// Particles drawn of a rule that has no saved swarm.
const SAMPLE_PARTICLES: usize = 300;

impl StoredWorld for SwarmDoc {
    fn name(&self) -> &'static str {
        SWARM_CARD.name
    }

    fn has_rule(&self) -> bool {
        self.rule.is_some()
    }

    fn learning_fault(&self) -> Option<String> {
        self.snapshot.validate().err().map(|e| e.to_string())
    }

    fn portrait(&self, style: &PictureStyle) -> RgbaImage {
        let (swarm, unit) = portrait(self);
        // Around the few large bodies of a bare painting the full light would be a fog.
        let glow = if swarm.len() < LARGE_BODIES { 0.4 * style.glow } else { style.glow };
        // Other colours need measures of a swarm that has been watched.
        let colour_by = if style.colour_by.needs_measures() { ColourBy::Species } else { style.colour_by };
        render(&swarm, &PictureStyle { body_length: style.body_length * unit, glow, colour_by, ..style.clone() })
    }
}

/// What a swarm looks like: its saved state, else a sample of what its rule keeps, else the painting itself; and ℓ in its
/// unit.
fn portrait(doc: &SwarmDoc) -> (Swarm, f64) {
    let snapshot = &doc.snapshot;
    if let (Some(state), Some(rule)) = (&doc.state, &doc.rule) {
        let [coldest, hottest] = rule.sigma_range_l;
        let few = state.swarm.len() <= DENOISED_PARTICLES;
        let known = state.swarm.particles.iter().all(|p| usize::from(p.species) < rule.energy.shape.species);
        return if doc.live.denoised && few && known {
            (step::denoised(rule, &state.swarm, doc.live.sigma_l.max(coldest).min(hottest)), 1.0)
        } else {
            (state.swarm.clone(), 1.0)
        };
    }
    if doc.rule.is_some() && snapshot.mode == Mode::Motif {
        let particles = if doc.live_particles == 0 { SAMPLE_PARTICLES } else { doc.live_particles };
        let ensemble = doc.ensemble.for_particles(snapshot, particles.min(DENOISED_PARTICLES));
        if let Ok(sample) = snapshot.sample(&ensemble, &mut StdRng::seed_from_u64(doc.training.seed)) {
            return (sample, 1.0);
        }
    }
    let painting = Swarm { particles: snapshot.particles.clone(), box_size: snapshot.box_size };
    let unit = snapshot.unit_length();
    (painting, if unit.is_finite() && unit > 0.0 { unit } else { 1.0 })
}
