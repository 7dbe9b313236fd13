//! What a rule is compared with: its flows at equal speed, and two controls that must keep less of the pattern.

use std::borrow::Cow;

use super::{Check, CheckError};
use crate::worlds::swarm::engine::{Engine, EngineError};
use crate::worlds::swarm::picture::Swarm;
use crate::worlds::swarm::rule::step::MAX_RELAXATION_PER_STEP;
use crate::worlds::swarm::rule::{FlowKind, LiveSettings, Rule};

/// What moves the particles besides relaxation and noise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Motor {
    /// A flow of the rule, or none.
    Flow(FlowKind),
    /// An untrained flow network: satisfies equation (1) for no energy.
    RandomFlow,
    /// V = D s, the gradient ascent of ln p without the noise that belongs to it. It contracts the distribution.
    ScoreOnly {
        /// 1 + γ/η, see `score_only`.
        factor: f64,
    },
}

impl Motor {
    /// As in the certificate.
    pub fn name(self) -> &'static str {
        match self {
            Self::Flow(FlowKind::Learned) => "learned",
            Self::Flow(FlowKind::Exact) => "exact",
            Self::Flow(FlowKind::None) => "none",
            Self::RandomFlow => "random",
            Self::ScoreOnly { .. } => "score-only",
        }
    }

    /// Whether it keeps no distribution, and is measured to show what that looks like.
    pub fn is_control(self) -> bool {
        !matches!(self, Self::Flow(_))
    }

    /// The flow of the rule; `None` for a control.
    pub fn flow(self) -> Option<FlowKind> {
        if let Self::Flow(flow) = self { Some(flow) } else { None }
    }
}

/// A motor at its strength.
#[derive(Clone, Debug)]
pub struct Contender<'a> {
    /// What moves the particles.
    pub motor: Motor,
    /// γ. For score-only that of V = D s.
    pub strength: f64,
    /// Root mean square of |γ V| along positions, on samples of the target, ℓ per time. Measured by
    /// [`Check::contenders`].
    pub speed: Option<f64>,
    pub(super) rule: Cow<'a, Rule>,
    pub(super) live: LiveSettings,
}

impl<'a> Check<'a> {
    /// The live settings of the scene.
    pub fn own(&self) -> Contender<'a> {
        let live = self.live;
        let (motor, rule) = (Motor::Flow(live.flow), Cow::Borrowed(self.rule));
        Contender { motor, strength: live.strength, speed: None, rule, live }
    }

    /// [`Self::own`], then the other flows of the rule, a random flow and the score alone, all at the speed of the first: of
    /// the learned flow at the live strength where the scene lives by none, and of the exact one where nothing is learned.
    /// No strength exceeds [`LiveSettings::MAX_KNOB`]: where that does not suffice, [`Contender::speed`] is lower. Where
    /// nothing moves, own is alone; the score alone needs relaxation.
    ///
    /// # Errors
    /// As [`Self::grown`].
    pub fn contenders(&self) -> Result<Vec<Contender<'a>>, CheckError> {
        let own = self.own();
        let flows: &[FlowKind] =
            if self.rule.flow.is_some() { &[FlowKind::Learned, FlowKind::Exact] } else { &[FlowKind::Exact] };
        // The speed at γ = 1 of each.
        let mut speeds = Vec::new();
        for &flow in flows {
            speeds.push((flow, self.rms_speed(self.rule, flow, Engine::flows)?));
        }
        let speed_of = |flow| speeds.iter().find(|&&(kind, _)| kind == flow).map_or(0.0, |&(_, speed)| speed);
        let own_speed = own.strength * speed_of(self.live.flow);
        let wanted = if self.live.flow == FlowKind::None { own.strength * speed_of(flows[0]) } else { own_speed };
        let mut contenders = vec![Contender { speed: Some(own_speed), ..own }];
        if wanted <= 0.0 {
            return Ok(contenders);
        }
        let strength_for = |speed: f64| (wanted / speed).min(LiveSettings::MAX_KNOB);
        for &(flow, speed) in speeds.iter().filter(|&&(flow, speed)| flow != self.live.flow && speed > 0.0) {
            let strength = strength_for(speed);
            contenders.push(Contender {
                motor: Motor::Flow(flow),
                strength,
                speed: Some(strength * speed),
                rule: Cow::Borrowed(self.rule),
                live: LiveSettings { flow, strength, ..self.live },
            });
        }
        contenders.extend(self.random_flow(strength_for)?);
        contenders.extend(self.score_only(strength_for)?);
        Ok(contenders)
    }

    /// Its output layer is scaled to speed 1, as the time step takes that of a learned flow to be.
    fn random_flow(&self, strength_for: impl Fn(f64) -> f64) -> Result<Option<Contender<'a>>, CheckError> {
        let mut rule = self.rule.clone().with_random_flow(self.settings.seed);
        let speed = self.rms_speed(&rule, FlowKind::Learned, Engine::flows)?;
        if speed <= 0.0 {
            return Ok(None);
        }
        rule.flow = rule.flow.map(|flow| flow.with_output_gain(1.0 / speed));
        let strength = strength_for(1.0);
        let live = LiveSettings { flow: FlowKind::Learned, strength, ..self.live };
        let rule = Cow::Owned(rule);
        Ok(Some(Contender { motor: Motor::RandomFlow, strength, speed: Some(strength), rule, live }))
    }

    fn score_only(&self, strength_for: impl Fn(f64) -> f64) -> Result<Option<Contender<'a>>, CheckError> {
        let speed = self.rms_speed(self.rule, FlowKind::None, Engine::scores)?;
        if speed <= 0.0 || self.live.relaxation <= 0.0 {
            return Ok(None);
        }
        let strength = strength_for(speed);
        let (rule, live, factor) = score_only(self.rule, &self.live, strength);
        let motor = Motor::ScoreOnly { factor };
        Ok(Some(Contender { motor, strength, speed: Some(strength * speed), rule: Cow::Owned(rule), live }))
    }

    /// Root mean square of the translational speed on samples of the target.
    fn rms_speed(
        &self,
        rule: &Rule,
        flow: FlowKind,
        velocities: fn(&mut Engine) -> Result<Vec<[f64; 3]>, EngineError>,
    ) -> Result<f64, CheckError> {
        let live = LiveSettings { flow, ..self.live };
        let squares = self.each(&self.started, |k, swarm: &Swarm| {
            let v = velocities(&mut self.engine_of(rule, swarm, &live, k)?)?;
            Ok(v.iter().map(|[x, y, _]| x * x + y * y).sum::<f64>() / v.len().max(1) as f64)
        })?;
        Ok((squares.iter().sum::<f64>() / squares.len().max(1) as f64).sqrt())
    }
}

/// The control V = D s at strength γ: rule, settings and factor under which the drift is (η + γ) D s with the noise of η
/// alone. That is life without a flow by the energy times 1 + γ/η, so that the output layer of the energy is multiplied by
/// this factor. It settles in p to the power of the factor: the pattern, colder than the target. The step is as much
/// shorter as the stiffer energy needs. η must be above 0.
fn score_only(rule: &Rule, live: &LiveSettings, strength: f64) -> (Rule, LiveSettings, f64) {
    let factor = 1.0 + strength / live.relaxation;
    let energy = rule.energy.with_output_gain(factor);
    let step_factor = live.step_factor.min(MAX_RELAXATION_PER_STEP / (live.relaxation * factor));
    (Rule { energy, ..rule.clone() }, LiveSettings { flow: FlowKind::None, step_factor, ..*live }, factor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::measures::certificate::tests::{Silent, mill, weak_rule};
    use crate::worlds::swarm::measures::{CheckSettings, scattered};
    use crate::worlds::swarm::picture::Ensemble;
    use crate::worlds::swarm::rule::{energy, step};
    use glam::DVec2;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    const FEW: CheckSettings = CheckSettings { replicas: 4, ..CheckSettings::DEFAULT };

    fn contenders(rule: &Rule, live: LiveSettings) -> Vec<Contender<'static>> {
        let (mill, headless) =
            (mill(), crate::worlds::swarm::engine::Headless::new(crate::gpu::EngineChoice::Cpu).unwrap());
        let ensemble = Ensemble::default();
        let check = Check::new(rule, (&mill, &ensemble), &live, FEW, &headless, &Silent).unwrap();
        let owned = |contender: Contender| {
            let Contender { motor, strength, speed, rule, live } = contender;
            Contender { motor, strength, speed, rule: Cow::Owned(rule.into_owned()), live }
        };
        check.contenders().unwrap().into_iter().map(owned).collect()
    }

    #[test]
    fn contenders_have_the_speed_of_the_scene_which_is_first() {
        let rule = weak_rule().with_random_flow(3);
        for (flow, names) in [
            (FlowKind::Learned, ["learned", "exact", "random", "score-only"].as_slice()),
            (FlowKind::Exact, &["exact", "learned", "random", "score-only"]),
            (FlowKind::None, &["none", "learned", "exact", "random", "score-only"]),
        ] {
            let live = LiveSettings { flow, strength: 0.5, ..LiveSettings::default() };
            let found = contenders(&rule, live);
            assert_eq!(found.iter().map(|c| c.motor.name()).collect::<Vec<_>>(), names);
            assert_eq!((found[0].live, &*found[0].rule), (live, &rule));
            let speeds: Vec<f64> = found.iter().map(|c| c.speed.unwrap()).collect();
            let first = if flow == FlowKind::None { speeds[1] } else { speeds[0] };
            assert!(first > 0.0);
            for (contender, speed) in found.iter().zip(&speeds).filter(|(c, _)| c.motor.flow() != Some(FlowKind::None))
            {
                let reached = (speed / first - 1.0).abs() < 1e-5;
                let capped = contender.strength == LiveSettings::MAX_KNOB && *speed < first;
                assert!(reached || capped, "{flow:?}: {names:?} {speeds:?}");
            }
            assert_eq!(found.iter().filter(|c| c.motor.is_control()).count(), 2);
        }
    }

    #[test]
    fn without_motion_or_relaxation_there_is_less_to_compare() {
        let rule = weak_rule();
        assert_eq!(contenders(&rule, LiveSettings { strength: 0.0, ..LiveSettings::default() }).len(), 1);
        let names = contenders(&rule, LiveSettings { relaxation: 0.0, ..LiveSettings::default() })
            .iter()
            .map(|c| c.motor.name())
            .collect::<Vec<_>>();
        assert_eq!(names, ["exact", "random"]);
    }

    #[test]
    fn score_only_drifts_by_the_score_times_both_strengths() {
        let rule = weak_rule();
        let live = LiveSettings { relaxation: 0.7, sigma_l: 0.2, ..LiveSettings::default() };
        let (control, settings, factor) = score_only(&rule, &live, 2.1);
        assert!((factor - 4.0).abs() < 1e-12);
        let blank = Swarm { particles: vec![Default::default(); 20], box_size: DVec2::splat(8.0) };
        let swarm = scattered(&blank, &mut StdRng::seed_from_u64(1));
        let score = energy::score(&rule, &swarm, 0.2);
        let drift = step::drift(&control, &settings, &swarm).unwrap();
        for (d, s) in drift.iter().flatten().zip(score.iter().flatten()) {
            // κ is 1; single-precision weights.
            assert!((d - 2.8 * s).abs() < 1e-4 * (1.0 + s.abs()), "{d} {s}");
        }
        let dt = step::time_step(&control, &settings);
        assert!(dt * 2.8 <= MAX_RELAXATION_PER_STEP * 0.04 + 1e-12, "{dt}");
    }
}
