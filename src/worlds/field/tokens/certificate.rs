//! Whether tokens stay, follow commands to swim, heal and grow under a rule: measured in steps that a job can stop between.

use glam::DVec2;

use super::{
    PairStatistics, Sighting, SkewEvidence, SkewFlow, TokenDoc, TokenEngine, TokenEnsemble, TokenEvidence, TokenGrowth,
    TokenLive, TokenPose, TokenSummary, Tracker,
};
use crate::worlds::field::FieldError;
use crate::worlds::field::engine::{FieldBrush, FieldStroke};
use crate::worlds::field::stills::Still;

/// Field of the certificate: side, pixels, and tokens.
pub const CERTIFICATE_SIDE: usize = 96;
/// Tokens on it.
pub const CERTIFICATE_TOKENS: usize = 12;
/// Live steps between two looks of the tracker.
pub const LOOK_EVERY: u32 = 50;
/// Live steps of one step of the check.
const STRIDE: u32 = 10;
/// Correlation with the drawn token from which one counts as whole.
const WHOLE: f64 = 0.8;
/// Steps before a wound, and after it.
const BEFORE: u32 = 200;
const HEALING: u32 = 500;
/// Steps of the life after a growth.
const AFTER_GROWTH: u32 = 500;

/// How a token rule is checked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TokenCheckSettings {
    /// Live steps of each run; the healing and the growth have at most as many in each of their parts.
    pub steps: u32,
    /// Speed g of the swim, pixels per step.
    pub swim_px: f64,
    /// Speed of the swim to the right of the front, pixels per step.
    pub slide_px: f64,
    /// Turn of the swim to the right, radians per step.
    pub turn_rad: f64,
    /// The flow K ∗ s of a further run; left out without strength.
    pub skew: SkewFlow,
    /// Seed of the starts and the noise.
    pub seed: u64,
}

impl TokenCheckSettings {
    /// The certificate of a scene at its own knobs.
    pub fn of(doc: &TokenDoc) -> Self {
        let TokenLive { swim_px, slide_px, turn_rad, .. } = doc.live;
        Self { steps: 10_000, swim_px, slide_px, turn_rad, skew: doc.skew, seed: 1 }
    }
}

/// All that a check has found.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenFindings {
    /// What the scene keeps.
    pub evidence: TokenEvidence,
    /// Pairs of the late half of the run at rest.
    pub pairs_at_rest: PairStatistics,
    /// The same while swimming.
    pub pairs_swimming: PairStatistics,
    /// Of both runs, with the poses shuffled: at rest, then swimming.
    pub pairs_shuffled: [PairStatistics; 2],
    /// Of tokens that were only placed.
    pub pairs_tiler: PairStatistics,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum CheckPart {
    AtRest,
    Swimming,
    /// Swimming with K ∗ s beside it.
    Turned,
    Healing,
    Growing,
}

/// The run of one part.
struct PartRun {
    engine: TokenEngine,
    done: u32,
    looks: Vec<Vec<Sighting>>,
    /// Whole tokens that the result is compared with.
    whole_before: f64,
}

impl PartRun {
    /// Lives to the next multiple of [`STRIDE`], or to `end` where that is nearer. `stop` is polled before each live step; the
    /// rest of a stride that is broken off is lived by the next call.
    ///
    /// # Errors
    /// [`FieldError::Stopped`]
    fn live(&mut self, end: u32, stop: &dyn Fn() -> bool) -> Result<(), FieldError> {
        let end = ((self.done / STRIDE + 1) * STRIDE).min(end);
        while self.done < end {
            if stop() {
                return Err(FieldError::Stopped);
            }
            self.engine.run(1);
            self.done += 1;
        }
        Ok(())
    }
}

/// What was found of tokens that live at one speed.
#[derive(Clone)]
struct MotionFindings {
    summary: TokenSummary,
    /// Of the late half, and the same with its poses shuffled.
    pairs: PairStatistics,
    shuffled: PairStatistics,
}

/// The stepper.
pub struct TokenCheck {
    doc: TokenDoc,
    settings: TokenCheckSettings,
    ensemble: TokenEnsemble,
    parts: Vec<CheckPart>,
    run: Option<PartRun>,
    /// Steps of the parts that are over.
    steps_done: u64,
    motions: Vec<MotionFindings>,
    /// Healed, then grown.
    shares: Vec<f64>,
    /// Whole tokens that have grown, and how many the tiler can place.
    grown: Option<f64>,
    fitting: usize,
}

impl TokenCheck {
    /// # Errors
    /// No rule, or a knob out of range.
    pub fn new(doc: &TokenDoc, settings: TokenCheckSettings) -> Result<Self, FieldError> {
        doc.rule.as_ref().ok_or(FieldError::NoRule)?;
        let TokenCheckSettings { swim_px, slide_px, turn_rad, .. } = settings;
        let live = TokenLive { tokens: CERTIFICATE_TOKENS, swim_px, slide_px, turn_rad, ..doc.live };
        live.validate()?;
        settings.skew.validate()?;
        let doc = TokenDoc { live, skew: SkewFlow::default(), others: Vec::new(), ..doc.clone() };
        let mut parts = vec![CheckPart::AtRest, CheckPart::Swimming];
        if settings.skew.strength != 0.0 {
            parts.push(CheckPart::Turned);
        }
        parts.extend([CheckPart::Healing, CheckPart::Growing]);
        let ensemble = doc.ensemble();
        let fitting = ensemble.spacing.capacity(DVec2::splat(CERTIFICATE_SIDE as f64));
        let (motions, shares) = (Vec::new(), Vec::new());
        Ok(Self { doc, settings, ensemble, parts, run: None, steps_done: 0, motions, shares, grown: None, fitting })
    }

    fn steps_of(&self, part: CheckPart) -> u32 {
        let limited = |steps: u32| steps.min(self.settings.steps);
        match part {
            CheckPart::AtRest | CheckPart::Swimming | CheckPart::Turned => self.settings.steps,
            CheckPart::Healing => limited(BEFORE) + limited(HEALING),
            CheckPart::Growing => limited(TokenGrowth::STEPS) + limited(AFTER_GROWTH),
        }
    }

    /// Steps done, and steps of the whole check.
    pub fn progress(&self) -> [u64; 2] {
        let done = self.steps_done + self.run.as_ref().map_or(0, |run| u64::from(run.done));
        [done, self.parts.iter().map(|part| u64::from(self.steps_of(*part))).sum()]
    }

    fn part(&self) -> Option<CheckPart> {
        self.parts.get(self.motions.len() + self.shares.len()).copied()
    }

    fn whole(&self, image: &Still) -> f64 {
        Tracker::new(&self.ensemble).find(image).iter().filter(|token| token.shape >= WHOLE).count() as f64
    }

    fn begin(&self, part: CheckPart) -> Result<PartRun, FieldError> {
        let rule = self.doc.rule.as_ref().ok_or(FieldError::NoRule)?;
        let still = self.doc.live.at_rest();
        let fresh = self.doc.start_image([CERTIFICATE_SIDE; 2], self.settings.seed);
        let (live, start) = match part {
            CheckPart::AtRest | CheckPart::Healing => (still, &fresh),
            CheckPart::Swimming | CheckPart::Turned => (self.doc.live, &fresh),
            CheckPart::Growing => {
                let hot = TokenLive { sigma: self.doc.settings.sigma_range[1], ..still };
                (hot, &Still::filled(CERTIFICATE_SIDE, CERTIFICATE_SIDE, &[0.0; 3]))
            }
        };
        let mut engine = TokenEngine::new(rule, &self.ensemble, &live, start, self.settings.seed);
        if part == CheckPart::Turned {
            engine.set_skew(&self.settings.skew);
        }
        let looks = vec![Tracker::new(&self.ensemble).find(&engine.image())];
        Ok(PartRun { engine, done: 0, looks, whole_before: self.whole(&fresh).max(1.0) })
    }

    /// Runs some steps; `false` when all is measured. `stop` is polled before each live step, and a check that is broken off
    /// goes on from there.
    ///
    /// # Errors
    /// No rule; [`FieldError::Stopped`].
    pub fn step(&mut self, stop: &dyn Fn() -> bool) -> Result<bool, FieldError> {
        let Some(part) = self.part() else { return Ok(false) };
        let mut run = match self.run.take() {
            Some(run) => run,
            None => self.begin(part)?,
        };
        let total = self.steps_of(part);
        let lived = match part {
            CheckPart::AtRest | CheckPart::Swimming | CheckPart::Turned => self.watch(&mut run, total, stop),
            CheckPart::Healing => self.heal(&mut run, total, stop),
            CheckPart::Growing => self.grow(&mut run, total, stop),
        };
        if lived.is_err() || run.done < total {
            self.run = Some(run);
            return lived.map(|()| true);
        }
        self.steps_done += u64::from(total);
        match part {
            CheckPart::AtRest | CheckPart::Swimming | CheckPart::Turned => self.motions.push(self.summary(&run.looks)),
            CheckPart::Healing => self.shares.push((self.whole(&run.engine.image()) / run.whole_before).min(1.0)),
            CheckPart::Growing => {
                let whole = self.whole(&run.engine.image());
                self.grown = Some(whole);
                self.shares.push(whole / run.whole_before);
            }
        }
        Ok(true)
    }

    fn watch(&self, run: &mut PartRun, total: u32, stop: &dyn Fn() -> bool) -> Result<(), FieldError> {
        run.live(total, stop)?;
        if run.done.is_multiple_of(LOOK_EVERY) {
            run.looks.push(Tracker::new(&self.ensemble).find(&run.engine.image()));
        }
        Ok(())
    }

    /// Every other pixel of the whole field is taken out after [`BEFORE`] steps.
    fn heal(&self, run: &mut PartRun, total: u32, stop: &dyn Fn() -> bool) -> Result<(), FieldError> {
        let before = BEFORE.min(self.settings.steps);
        run.live(if run.done < before { before } else { total }, stop)?;
        if run.done == before {
            run.whole_before = self.whole(&run.engine.image()).max(1.0);
            run.engine.apply(&FieldStroke {
                brush: FieldBrush::Wound,
                at: [CERTIFICATE_SIDE as f32 / 2.0; 2],
                radius_px: 2.0 * CERTIFICATE_SIDE as f32,
                motion_px: [0.0; 2],
            });
        }
        Ok(())
    }

    fn grow(&self, run: &mut PartRun, total: u32, stop: &dyn Fn() -> bool) -> Result<(), FieldError> {
        let annealing = TokenGrowth::STEPS.min(self.settings.steps);
        let growth = TokenGrowth::new(&self.doc.settings, annealing);
        let at_rest = self.doc.live.at_rest();
        run.engine.set_live(&growth.at(u64::from(run.done), &at_rest).unwrap_or(at_rest));
        run.live(if run.done < annealing { run.done + 1 } else { total }, stop)
    }

    fn summary(&self, looks: &[Vec<Sighting>]) -> MotionFindings {
        let size = DVec2::splat(CERTIFICATE_SIDE as f64);
        let late = &looks[looks.len() / 2..];
        let poses: Vec<Vec<TokenPose>> = late.iter().map(|look| look.iter().map(|s| s.pose).collect()).collect();
        let spacing = &self.ensemble.spacing;
        MotionFindings {
            summary: TokenSummary::of(looks, LOOK_EVERY, size),
            pairs: PairStatistics::of(&poses, size, spacing),
            shuffled: PairStatistics::of_shuffled(&poses, size, spacing),
        }
    }

    /// What was found; `None` before all tokens have swum. What is not measured yet is left out.
    pub fn findings(&self) -> Option<TokenFindings> {
        let turns = self.parts.contains(&CheckPart::Turned);
        let curve = self.doc.rule.as_ref()?.curve_rad_per_px;
        let MotionFindings { summary: at_rest, pairs: pairs_at_rest, shuffled } = self.motions.first()?.clone();
        let MotionFindings { summary: swimming, pairs: pairs_swimming, shuffled: shuffled_swimming } =
            self.motions.get(1)?.clone();
        let turned = match self.motions.get(2) {
            Some(motion) => Some(SkewEvidence { flow: self.settings.skew, swimming: motion.summary.clone() }),
            None if turns => return None,
            None => None,
        };
        let evidence = TokenEvidence {
            steps: self.settings.steps,
            seed: self.settings.seed,
            at_rest,
            swimming,
            commanded: 100.0 * self.settings.swim_px,
            commanded_aside: 100.0 * self.settings.slide_px,
            commanded_turn: 100.0 * (self.settings.swim_px * curve + self.settings.turn_rad),
            healed: self.shares.first().copied(),
            grown: self.shares.get(1).copied(),
            grown_of_fitting: self.grown.map(|whole| whole / self.fitting as f64),
            fitting: Some(self.fitting),
            turned,
        };
        let size = DVec2::splat(CERTIFICATE_SIDE as f64);
        let pairs_tiler = PairStatistics::of_tiler(&self.ensemble, CERTIFICATE_TOKENS, size);
        let pairs_shuffled = [shuffled, shuffled_swimming];
        Some(TokenFindings { evidence, pairs_at_rest, pairs_swimming, pairs_shuffled, pairs_tiler })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::field::tokens::net::TokenNet;
    use crate::worlds::field::tokens::{Token, TokenRule};

    #[test]
    fn a_network_that_knows_nothing_heals_and_grows_nothing() {
        let mut doc = TokenDoc::new(vec![Token::bundled("firefly").unwrap()]).unwrap();
        let settings = TokenCheckSettings { steps: 50, ..TokenCheckSettings::of(&doc) };
        assert!(TokenCheck::new(&doc, settings).is_err(), "there is no rule");
        doc.rule = Some(TokenRule::untaught(TokenNet::random(1)));
        let settings = TokenCheckSettings { skew: SkewFlow { strength: 1.0, ..SkewFlow::default() }, ..settings };
        let mut check = TokenCheck::new(&doc, settings).unwrap();
        let mut last = check.progress();
        while check.step(&|| false).unwrap() {
            let now = check.progress();
            assert!(now[0] > last[0] && now[1] == last[1], "{last:?} {now:?}");
            let is_complete = now[0] >= 3 * 50;
            assert_eq!(check.findings().is_some(), is_complete);
            last = now;
        }
        assert_eq!(last[0], last[1]);
        let evidence = check.findings().unwrap().evidence;
        assert_eq!((evidence.healed, evidence.grown), (Some(0.0), Some(0.0)));
        let fitting = evidence.fitting.unwrap();
        assert!(evidence.grown_of_fitting == Some(0.0) && fitting > CERTIFICATE_TOKENS, "{fitting} fit");
        assert_eq!(evidence.at_rest.count_start, CERTIFICATE_TOKENS);
        assert_eq!(evidence.turned.map(|turned| turned.flow), Some(settings.skew));
    }

    #[test]
    fn a_check_that_is_broken_off_goes_on_from_there() {
        let mut doc = TokenDoc::new(vec![Token::bundled("firefly").unwrap()]).unwrap();
        doc.rule = Some(TokenRule::untaught(TokenNet::random(1)));
        let settings =
            TokenCheckSettings { steps: LOOK_EVERY, skew: SkewFlow::default(), ..TokenCheckSettings::of(&doc) };
        // Findings, live steps and polls; one poll in so many stops.
        let checked = |one_in: usize| {
            let mut check = TokenCheck::new(&doc, settings).unwrap();
            let polls = std::cell::Cell::new(0usize);
            let stop = || {
                polls.set(polls.get() + 1);
                polls.get().is_multiple_of(one_in)
            };
            loop {
                match check.step(&stop) {
                    Ok(true) | Err(FieldError::Stopped) => {}
                    Ok(false) => break,
                    Err(why) => panic!("{why}"),
                }
            }
            // Some of its numbers are NaN.
            (format!("{:?}", check.findings().unwrap()), check.progress()[1] as usize, polls.get())
        };
        let (whole, steps, polls) = checked(usize::MAX);
        assert_eq!((steps, polls), (6 * LOOK_EVERY as usize, steps));
        let (broken_off, _, polls) = checked(7);
        assert_eq!(polls - polls / 7, steps);
        assert!(broken_off == whole);
    }
}
