//! Values that parse but cannot be meant. What is merely unfinished (a picture of one particle) is not a fault here:
//! it can be opened and painted on; only learning refuses it.

use glam::DVec2;

use crate::worlds::swarm::picture::{MAX_HEADING, MAX_PARTICLES, MAX_SPECIES, Particle, is_real_box};
use crate::worlds::swarm::rule::{LiveSettings, SWARM_KNOBS, Swings};
use crate::worlds::swarm::train::TRAINING_SETTINGS;

use super::{MAX_CHECKPOINTS, MAX_LIVE_PARTICLES, SwarmDoc};
use crate::worlds::BadValue;

pub(super) fn doc(doc: &SwarmDoc) -> Result<(), BadValue> {
    let count = doc.snapshot.particles.len();
    if count > MAX_PARTICLES {
        return Err(BadValue::new(
            "snapshot.particles",
            format!("{count} particles are more than the {MAX_PARTICLES} that a snapshot may have"),
            "cut a smaller piece out of the picture",
        ));
    }
    if doc.live_particles > MAX_LIVE_PARTICLES {
        return Err(BadValue::new(
            "live_particles",
            format!("{} particles are more than the {MAX_LIVE_PARTICLES} that can live", doc.live_particles),
            "give a smaller number",
        ));
    }
    particles("snapshot", &doc.snapshot.particles, doc.snapshot.box_size)?;
    if let Some(state) = &doc.state {
        particles("state.swarm", &state.swarm.particles, state.swarm.box_size)?;
    }
    let count = doc.checkpoints.len();
    if count > MAX_CHECKPOINTS {
        let what = format!("{count} are more than the {MAX_CHECKPOINTS} that a scene keeps");
        return Err(BadValue::new("savepoints", what, "remove some"));
    }
    for (k, checkpoint) in doc.checkpoints.iter().enumerate() {
        particles(&format!("savepoints[{k}].swarm"), &checkpoint.swarm.particles, checkpoint.swarm.box_size)?;
        finite_live(&format!("savepoints[{k}].live"), &checkpoint.live)?;
        finite_swings(&format!("savepoints[{k}].swings"), &checkpoint.swings)?;
    }
    if let Some(rule) = &doc.rule {
        rule.validate().map_err(|e| BadValue::new("rule", e.to_string(), "or take an earlier copy of the file"))?;
    }
    finite_settings(doc)
}

/// The users of a setting check its range; NaN and infinities are refused here.
fn finite_settings(doc: &SwarmDoc) -> Result<(), BadValue> {
    let SwarmDoc { ensemble, training, live, .. } = doc;
    finite("ensemble.", &[("clearance_l", &[ensemble.clearance_l]), ("cover", &[ensemble.cover])])?;
    for row in &TRAINING_SETTINGS {
        finite("training.", &[(row.spec.id, &row.values(training))])?;
    }
    finite_swings("swings", &doc.swings)?;
    finite_live("live", live)
}

fn finite_swings(path: &str, swings: &Swings) -> Result<(), BadValue> {
    for (k, (_, swing)) in swings.iter().enumerate() {
        let numbers: [(&str, &[f64]); 2] =
            [("amplitude", &[swing.amplitude]), ("period_s", std::slice::from_ref(&swing.period_s))];
        finite(&format!("{path}[{k}]."), &numbers)?;
    }
    Ok(())
}

fn finite_live(path: &str, live: &LiveSettings) -> Result<(), BadValue> {
    let mut knobs = SWARM_KNOBS.iter();
    knobs.try_for_each(|row| finite(&format!("{path}."), &[(&row.path(), row.values(live))]))
}

fn finite(before: &str, lists: &[(&str, &[f64])]) -> Result<(), BadValue> {
    for (path, values) in lists {
        if let Some(value) = values.iter().find(|v| !v.is_finite()) {
            return Err(BadValue::new(
                format!("{before}{path}"),
                format!("{value} is not finite"),
                "give a finite number",
            ));
        }
    }
    Ok(())
}

fn particles(path: &str, particles: &[Particle], box_size: DVec2) -> Result<(), BadValue> {
    if !is_real_box(box_size) {
        return Err(BadValue::new(
            format!("{path}.box_size"),
            format!("({}, {}) is not a width and height", box_size.x, box_size.y),
            "give two numbers from 1e-12 to 1e12",
        ));
    }
    for (k, p) in particles.iter().enumerate() {
        let fault = |what: String, hint: &str| Err(BadValue::new(format!("{path}.particles[{k}]"), what, hint));
        for (name, value) in [("x", p.x), ("y", p.y), ("heading", p.heading)] {
            if !value.is_finite() {
                return fault(format!("{name} is {value}"), "give a finite number or remove that particle");
            }
        }
        if p.heading.abs() > MAX_HEADING {
            return fault(format!("heading {} is not an angle", p.heading), "give it in radians");
        }
        for (name, value, side) in [("x", p.x, box_size.x), ("y", p.y, box_size.y)] {
            if !(0.0..=side).contains(&value) {
                return fault(
                    format!("{name} = {value} is outside the box (0 to {side})"),
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
