//! Values that parse but cannot be meant. What is merely unfinished (a picture of one particle) is no fault here:
//! it can be opened and painted on; only learning refuses it.

use crate::snapshot::{MAX_HEADING, MAX_PARTICLES, MAX_SPECIES, Particle, SIDE_RANGE};

use super::{Fault, MAX_LIVE_PARTICLES, Scene};

pub(super) fn scene(scene: &Scene) -> Result<(), Fault> {
    let count = scene.snapshot.particles.len();
    if count > MAX_PARTICLES {
        return Err(Fault::value(
            "snapshot.particles",
            format!("{count} particles are more than the {MAX_PARTICLES} that a snapshot may have"),
            "cut a smaller piece out of the picture",
        ));
    }
    if scene.live_particles > MAX_LIVE_PARTICLES {
        return Err(Fault::value(
            "live_particles",
            format!("{} particles are more than the {MAX_LIVE_PARTICLES} that can live", scene.live_particles),
            "give a smaller number",
        ));
    }
    particles("snapshot", &scene.snapshot.particles, scene.snapshot.box_size)?;
    if let Some(state) = &scene.state {
        particles("state.swarm", &state.swarm.particles, state.swarm.box_size)?;
    }
    if let Some(rule) = &scene.rule {
        rule.validate().map_err(|e| Fault::value("rule", e.to_string(), "or take an earlier copy of the file"))?;
    }
    finite_settings(scene)
}

/// Ranges are the business of those who use a setting; a number that is none is of no use to anybody.
fn finite_settings(scene: &Scene) -> Result<(), Fault> {
    let Scene { ensemble, training, live, .. } = scene;
    let knobs = &live.knobs;
    let lists: [(&str, &[f64]); 14] = [
        ("ensemble.clearance_l", &[ensemble.clearance_l]),
        ("ensemble.cover", &[ensemble.cover]),
        ("training.learning_rate", &[training.learning_rate]),
        ("training.cutoff_l", &[training.cutoff_l]),
        ("training.sigma_range_l", &training.sigma_range_l),
        ("training.kappa", &[training.kappa]),
        ("live.sigma_l", &[live.sigma_l]),
        ("live.strength", &[live.strength]),
        ("live.relaxation", &[live.relaxation]),
        ("live.step_factor", &[live.step_factor]),
        ("live.knobs.cruise", &knobs.cruise),
        ("live.knobs.strafe", &knobs.strafe),
        ("live.knobs.swirl", &knobs.swirl),
        ("live.knobs.window_l", &[knobs.window_l]),
    ];
    for (place, values) in lists {
        if let Some(value) = values.iter().find(|v| !v.is_finite()) {
            return Err(Fault::value(place, format!("{value} is not finite"), "give a finite number"));
        }
    }
    Ok(())
}

fn particles(place: &str, particles: &[Particle], box_size: [f64; 2]) -> Result<(), Fault> {
    if !box_size.iter().all(|side| SIDE_RANGE.contains(side)) {
        return Err(Fault::value(
            format!("{place}.box_size"),
            format!("({}, {}) is no width and height", box_size[0], box_size[1]),
            "give two numbers from 1e-12 to 1e12",
        ));
    }
    for (k, p) in particles.iter().enumerate() {
        let fault = |what: String, mend: &str| Err(Fault::value(format!("{place}.particles[{k}]"), what, mend));
        for (name, value) in [("x", p.x), ("y", p.y), ("heading", p.heading)] {
            if !value.is_finite() {
                return fault(format!("{name} is {value}"), "give a finite number or remove that particle");
            }
        }
        if p.heading.abs() > MAX_HEADING {
            return fault(format!("heading {} is no angle", p.heading), "give it in radians");
        }
        for (name, value, side) in [("x", p.x, box_size[0]), ("y", p.y, box_size[1])] {
            if !(0.0..=side).contains(&value) {
                return fault(
                    format!("{name} = {value} lies outside the box (0 to {side})"),
                    "move the particle inside or enlarge `box_size`",
                );
            }
        }
        if usize::from(p.species) >= MAX_SPECIES {
            return fault(format!("species {} does not exist", p.species), &format!("use 0 to {}", MAX_SPECIES - 1));
        }
    }
    Ok(())
}
