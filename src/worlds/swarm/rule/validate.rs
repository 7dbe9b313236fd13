//! What a rule, a swarm and the live settings must satisfy before anything runs on them.

use super::knobs::SWARM_KNOBS;
use super::live::{FlowKind, LiveSettings};
use super::net::{LocalNet, Rule};
use crate::worlds::swarm::picture::{MAX_SPECIES, SIDE_RANGE, Swarm};

/// The widest hidden layer a rule may have.
pub const MAX_WIDTH: usize = 256;

/// Each message states what is wrong and how to fix it; the caller adds the file.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "each variant has its message")]
pub enum RuleError {
    #[error("the rule's {name} is {value}, but it must be {must}; learn the rule again or load another scene")]
    Number { name: &'static str, value: f64, must: &'static str },
    #[error(
        "the rule's {net} network has {name} = {value}, but it must be between {min} and {max}; learn the rule again"
    )]
    Shape { net: &'static str, name: &'static str, value: usize, min: usize, max: usize },
    #[error(
        "the rule's {net} network has {found} weights where its shape needs {expected}; the weights belong to another shape, so learn the rule again"
    )]
    WeightCount { net: &'static str, found: usize, expected: usize },
    #[error(
        "the rule's {net} network holds {value} at {span}[{index}]; learn the rule again from a scene whose loss stays finite"
    )]
    Weight { net: &'static str, span: &'static str, index: usize, value: f32 },
    #[error(
        "particle {index} has species {species}, but the rule knows species 0 to {last}; recolour it or learn the rule again"
    )]
    Species { index: usize, species: u8, last: usize },
    #[error("particle {index} is at ({x}, {y}) with heading {heading}; give it finite numbers")]
    Particle { index: usize, x: f64, y: f64, heading: f64 },
    #[error("the box is {width} × {height} ℓ; give it a finite positive width and height")]
    Box { width: f64, height: f64 },
    #[error("the live setting {name} is {value}; set it to {must}")]
    Setting { name: String, value: f64, must: String },
    #[error("the flow is set to learned, but this rule has no learned flow; choose the exact flow or learn one")]
    NoLearnedFlow,
}

impl Rule {
    /// Whether every number is usable and every network has the weights that its shape asks for.
    pub fn validate(&self) -> Result<(), RuleError> {
        let positive = |name, value: f64| {
            if value.is_finite() && value > 0.0 {
                Ok(())
            } else {
                Err(RuleError::Number { name, value, must: "finite and above zero" })
            }
        };
        positive("unit length", self.unit_length)?;
        if !SIDE_RANGE.contains(&self.unit_length) {
            let must = "from 1e-12 to 1e12";
            return Err(RuleError::Number { name: "unit length", value: self.unit_length, must });
        }
        positive("cutoff", self.cutoff_l)?;
        positive("heading noise κ", self.kappa)?;
        let [min, max] = self.sigma_range_l;
        positive("smallest noise level", min)?;
        positive("largest noise level", max)?;
        if min > max {
            let must = "at least the smallest noise level";
            return Err(RuleError::Number { name: "largest noise level", value: max, must });
        }
        self.energy.validate("energy", 1)?;
        if let Some(flow) = &self.flow {
            flow.validate("flow", 3)?;
            let (value, known) = (flow.shape.species, self.energy.shape.species);
            if value != known {
                return Err(RuleError::Shape { net: "flow", name: "species", value, min: known, max: known });
            }
        }
        Ok(())
    }

    /// Whether this rule can run on `swarm` (lengths in ℓ): finite particles of known species in a real box.
    pub fn validate_swarm(&self, swarm: &Swarm) -> Result<(), RuleError> {
        let [width, height] = swarm.box_size.to_array();
        if !(width.is_finite() && height.is_finite() && width > 0.0 && height > 0.0) {
            return Err(RuleError::Box { width, height });
        }
        let known = self.energy.shape.species;
        for (index, p) in swarm.particles.iter().enumerate() {
            if !(p.x.is_finite() && p.y.is_finite() && p.heading.is_finite()) {
                return Err(RuleError::Particle { index, x: p.x, y: p.y, heading: p.heading });
            }
            if usize::from(p.species) >= known {
                return Err(RuleError::Species { index, species: p.species, last: known - 1 });
            }
        }
        Ok(())
    }
}

impl LocalNet {
    fn validate(&self, net: &'static str, outputs: usize) -> Result<(), RuleError> {
        let shape = &self.shape;
        let sizes = [
            ("species", shape.species, 1, MAX_SPECIES),
            ("first width of φ", shape.phi[0], 1, MAX_WIDTH),
            ("second width of φ", shape.phi[1], 1, MAX_WIDTH),
            ("first width of ρ", shape.rho[0], 1, MAX_WIDTH),
            ("second width of ρ", shape.rho[1], 1, MAX_WIDTH),
            ("outputs", shape.outputs, outputs, outputs),
        ];
        for (name, value, min, max) in sizes {
            if value < min || value > max {
                return Err(RuleError::Shape { net, name, value, min, max });
            }
        }
        let layout = shape.layout();
        if self.weights.len() != layout.total {
            return Err(RuleError::WeightCount { net, found: self.weights.len(), expected: layout.total });
        }
        for span in layout.spans() {
            for (index, &value) in span.of(&self.weights).iter().enumerate() {
                if !value.is_finite() {
                    return Err(RuleError::Weight { net, span: span.name, index, value });
                }
            }
        }
        Ok(())
    }
}

impl LiveSettings {
    /// ρ, ℓ: the widest window. The window costs N ρ² per step, and the step shrinks as 1/ρ².
    pub const MAX_WINDOW_L: f64 = 8.0;
    /// Largest |u| and |w| (ℓ per time), |χ| (ℓ² per time), γ and η: beyond it the step becomes too short to see motion.
    pub const MAX_KNOB: f64 = 100.0;

    /// Whether `rule` can run with these settings.
    pub fn validate(&self, rule: &Rule) -> Result<(), RuleError> {
        let within = |name: &str, value: f64, min: f64, max: f64| {
            // NaN is in no range.
            if (min..=max).contains(&value) {
                Ok(())
            } else {
                let must = format!("a number from {min} to {max}");
                Err(RuleError::Setting { name: name.to_string(), value, must })
            }
        };
        let [min, max] = rule.sigma_range_l;
        within("temperature σ", self.sigma_l, 0.5 * min, 2.0 * max)?;
        for row in &SWARM_KNOBS {
            let [low, high] = row.spec.bounds;
            let name = format!("{} {}", row.spec.name.to_lowercase(), row.spec.symbol);
            for (species, &value) in row.values(self).iter().enumerate() {
                let name = if row.is_per_species() { format!("{name} of species {species}") } else { name.clone() };
                within(&name, value, low, high)?;
            }
        }
        if self.flow == FlowKind::Learned && rule.flow.is_none() {
            return Err(RuleError::NoLearnedFlow);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use glam::DVec2;

    use super::*;
    use crate::worlds::swarm::picture::Particle;
    use crate::worlds::swarm::rule::NetShape;

    fn rule() -> Rule {
        let shape = NetShape { species: 2, phi: [4, 5], rho: [6, 7], outputs: 1 };
        Rule::random(shape, 3).with_random_flow(4)
    }

    #[test]
    fn a_sound_rule_and_default_settings_pass() {
        assert_eq!(rule().validate(), Ok(()));
        assert_eq!(LiveSettings::default().validate(&rule()), Ok(()));
    }

    #[test]
    fn a_damaged_rule_is_named() {
        type Damage = fn(&mut Rule);
        let damages: [(Damage, &str); 9] = [
            (|r| r.cutoff_l = 0.0, "cutoff is 0"),
            (|r| r.unit_length = f64::NAN, "unit length is NaN"),
            (|r| r.unit_length = 1e-300, "must be from 1e-12 to 1e12"),
            (|r| r.kappa = -1.0, "κ is -1"),
            (|r| r.sigma_range_l = [0.8, 0.1], "largest noise level is 0.1"),
            (|r| _ = r.energy.weights.pop(), "energy network has"),
            (|r| r.flow.as_mut().unwrap().weights[1] = f32::NAN, "flow network holds NaN at phi1_w[1]"),
            (|r| r.energy.shape.outputs = 3, "outputs = 3"),
            (|r| r.energy.shape.phi[0] = 0, "first width of φ = 0"),
        ];
        for (damage, message) in damages {
            let mut damaged = rule();
            damage(&mut damaged);
            let error = damaged.validate().expect_err(message).to_string();
            assert!(error.contains(message), "{error:?} does not contain {message:?}");
        }
    }

    #[test]
    fn a_swarm_the_rule_cannot_see_is_refused() {
        let swarm = |p| Swarm { particles: vec![Particle::default(), p], box_size: DVec2::splat(9.0) };
        assert_eq!(rule().validate_swarm(&swarm(Particle { species: 1, ..Particle::default() })), Ok(()));
        let unknown = swarm(Particle { species: 2, ..Particle::default() });
        assert_eq!(rule().validate_swarm(&unknown), Err(RuleError::Species { index: 1, species: 2, last: 1 }));
        let lost = swarm(Particle { x: f64::INFINITY, ..Particle::default() });
        assert!(matches!(rule().validate_swarm(&lost), Err(RuleError::Particle { index: 1, .. })));
        let flat = Swarm { box_size: DVec2::new(0.0, 9.0), ..swarm(Particle::default()) };
        assert!(matches!(rule().validate_swarm(&flat), Err(RuleError::Box { .. })));
    }

    #[test]
    fn unusable_settings_are_named() {
        type Damage = fn(&mut LiveSettings);
        let damages: [(Damage, &str); 6] = [
            (|s| s.sigma_l = f64::NAN, "temperature σ is NaN"),
            (|s| s.sigma_l = 5.0, "temperature σ is 5"),
            (|s| s.step_factor = 0.0, "time step c is 0"),
            (|s| s.knobs.window_l[1] = 9.0, "window ρ of species 1 is 9"),
            (|s| s.knobs.cruise[3] = f64::INFINITY, "cruise u of species 3 is inf"),
            (|s| s.relaxation = -0.1, "relaxation η is -0.1"),
        ];
        for (damage, message) in damages {
            let mut settings = LiveSettings::default();
            damage(&mut settings);
            let error = settings.validate(&rule()).expect_err(message).to_string();
            assert!(error.contains(message), "{error:?} does not contain {message:?}");
        }
        let learned = LiveSettings { flow: FlowKind::Learned, ..LiveSettings::default() };
        assert_eq!(learned.validate(&Rule { flow: None, ..rule() }), Err(RuleError::NoLearnedFlow));
        assert_eq!(learned.validate(&rule()), Ok(()));
    }
}
