//! A quick, rough look at how good a rule is, for comparing weights while they are learned.

use super::certificate::{Check, CheckError, CheckProgress, CheckSettings};
use crate::gpu::EngineChoice;
use crate::worlds::swarm::engine::Headless;
use crate::worlds::swarm::picture::{Ensemble, Stills};
use crate::worlds::swarm::rule::{LiveSettings, Rule};

/// Few and short: about a quarter of a second of one core for a small picture.
const SETTINGS: CheckSettings =
    CheckSettings { steps: 100, grow_steps: 300, replicas: 2, resamples: 0, ..CheckSettings::DEFAULT };

/// Fidelities as of a certificate, but after fewer steps and on fewer swarms: rougher, and lower where growing takes time.
/// Samples, starts and noise are the same each time, so that two rules are compared like with like.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct QuickFidelity {
    /// Started on the target.
    pub kept: Option<f64>,
    /// Started at random and annealed.
    pub grown: Option<f64>,
}

impl QuickFidelity {
    /// # Errors
    /// As [`Check::new`] and [`Check::grown`].
    pub fn measure(
        rule: &Rule,
        picture: (impl Into<Stills>, &Ensemble),
        live: &LiveSettings,
        progress: &dyn CheckProgress,
    ) -> Result<Self, CheckError> {
        let headless = Headless::new(EngineChoice::Cpu)?;
        let check = Check::new(rule, picture, live, SETTINGS, &headless, progress)?;
        Ok(Self { kept: check.kept(&check.own())?.kept, grown: check.grown()?.value })
    }

    /// The mean of both: one number to compare rules by.
    pub fn together(&self) -> Option<f64> {
        let known: Vec<f64> = [self.kept, self.grown].into_iter().flatten().collect();
        (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::measures::certify;
    use crate::worlds::swarm::picture::{Snapshot, motifs};
    use crate::worlds::swarm::rule::NetShape;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// Counts steps, and stops at a limit.
    struct Counter {
        steps: AtomicU64,
        max_steps: u64,
    }

    impl CheckProgress for Counter {
        fn phase(&self, _: &'static str) {}

        fn advance(&self, steps: u64) {
            self.steps.fetch_add(steps, Ordering::Relaxed);
        }

        fn is_stopped(&self) -> bool {
            self.steps.load(Ordering::Relaxed) >= self.max_steps
        }
    }

    fn counter(max_steps: u64) -> Counter {
        Counter { steps: AtomicU64::new(0), max_steps }
    }

    fn weak_rule() -> (Snapshot, Rule) {
        let snapshot = motifs::by_name("mill").expect("a bundled picture").snapshot();
        (snapshot, Rule::random(NetShape { species: 1, phi: [4, 4], rho: [4, 4], outputs: 1 }, 1))
    }

    #[test]
    fn an_untrained_rule_scores_low_and_equally_when_repeated() {
        let (snapshot, rule) = weak_rule();
        let live = LiveSettings::default();
        let all = counter(u64::MAX);
        let picture = (&snapshot, &Ensemble::default());
        let once = QuickFidelity::measure(&rule, picture, &live, &all).unwrap();
        assert!(once.grown.unwrap() < 0.3 && once.kept.unwrap() < 0.9, "{once:?}");
        assert_eq!(QuickFidelity::measure(&rule, picture, &live, &all).unwrap(), once);
        assert_eq!(all.steps.load(Ordering::Relaxed), 2 * 2 * (100 + 300), "all steps are reported");
        let together = once.together().unwrap();
        assert!((2.0 * together - once.grown.unwrap() - once.kept.unwrap()).abs() < 1e-12);
    }

    #[test]
    fn a_measurement_stops_when_told_to() {
        let (snapshot, rule) = weak_rule();
        let few = counter(500);
        let settings = CheckSettings::default();
        let picture = (&snapshot, &Ensemble::default());
        let stopped = certify(&rule, picture, &LiveSettings::default(), settings, &few);
        assert!(matches!(stopped, Err(CheckError::Stopped)), "{stopped:?}");
        assert!(few.steps.load(Ordering::Relaxed) < 5000, "soon");
    }

    #[test]
    fn a_certificate_carries_what_was_measured_and_how() {
        let (snapshot, rule) = weak_rule();
        let settings = CheckSettings { steps: 20, grow_steps: 40, replicas: 2, seed: 7, ..CheckSettings::DEFAULT };
        let picture = (&snapshot, &Ensemble::default());
        let certificate =
            certify(&rule, picture, &LiveSettings::default(), settings, &counter(u64::MAX)).expect("a pattern");
        let evidence = certificate.evidence;
        assert_eq!((evidence.live_steps, evidence.replicas, evidence.seed), (20, 2, 7));
        assert!(evidence.kept > evidence.grown && certificate.motion.forward.is_finite());
    }
}
