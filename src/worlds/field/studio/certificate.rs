//! The certificate of a field in the studio: measured as a job, shown in lines.

use crate::worlds::field::measures::LibraryCheck;
use crate::worlds::field::tokens::{
    SkewEvidence, TokenCheck, TokenCheckSettings, TokenDoc, TokenEvidence, TokenSummary,
};
use crate::worlds::field::{FieldEvidence, LibraryDoc, LibraryEvidence};
use crate::worlds::studio::{Learned, StudioError, TrainingStep, WorldTraining};

/// Share of the tokens that may come or go, and contrast and thin parts below which a line warns.
const KEPT: f64 = 1.0 / 12.0;
const SOUND_CONTRAST: f64 = 0.85;
const SOUND_TAIL: f64 = 0.9;
/// Share by which tokens may turn otherwise than commanded.
const SOUND_TURN: f64 = 0.2;
/// Shares of healed and of grown tokens below which a line warns.
const SOUND_HEALED: f64 = 0.8;
const SOUND_GROWN: f64 = 0.5;

/// The certificate of tokens.
pub struct TokenCertification {
    check: TokenCheck,
    rule_seed: u64,
    is_over: bool,
}

impl TokenCertification {
    /// # Errors
    /// No rule, or a knob out of range.
    pub fn new(doc: &TokenDoc, settings: TokenCheckSettings) -> Result<Self, StudioError> {
        let rule_seed = doc.rule.as_ref().ok_or(StudioError::NoRule)?.seed;
        Ok(Self { check: TokenCheck::new(doc, settings)?, rule_seed, is_over: false })
    }
}

impl WorldTraining for TokenCertification {
    fn step(&mut self, stop: &(dyn Fn() -> bool + Sync)) -> Result<Option<TrainingStep>, StudioError> {
        if self.is_over || !self.check.step(stop)? {
            self.is_over = true;
            return Ok(None);
        }
        let [done, total] = self.check.progress().map(|steps| steps as usize);
        Ok(Some(TrainingStep { phase: "check", done, total, loss: None, figures: None }))
    }

    /// What is not measured by then is left out.
    fn end_phase(&mut self) {
        self.is_over = true;
    }

    fn learned(&self) -> Option<Learned> {
        let findings = self.check.findings().filter(|_| self.is_over)?;
        Some(Learned::FieldEvidence(Box::new(FieldEvidence::Tokens(self.rule_seed, Box::new(findings)))))
    }
}

/// The certificate of equations.
pub struct LibraryCertification {
    check: LibraryCheck,
    is_over: bool,
}

impl LibraryCertification {
    /// # Errors
    /// No rule.
    pub fn new(library: &LibraryDoc) -> Result<Self, StudioError> {
        Ok(Self { check: LibraryCheck::new(library)?, is_over: false })
    }
}

impl WorldTraining for LibraryCertification {
    fn step(&mut self, stop: &(dyn Fn() -> bool + Sync)) -> Result<Option<TrainingStep>, StudioError> {
        if self.is_over || !self.check.step(stop)? {
            self.is_over = true;
            return Ok(None);
        }
        let [done, total] = self.check.progress();
        Ok(Some(TrainingStep { phase: "check", done, total, loss: None, figures: None }))
    }

    /// Both controls are needed: a check that ends early leaves nothing.
    fn end_phase(&mut self) {
        self.is_over = true;
    }

    fn learned(&self) -> Option<Learned> {
        let evidence = self.check.evidence()?;
        Some(Learned::FieldEvidence(Box::new(FieldEvidence::Library(evidence))))
    }
}

/// The certificate of equations; nothing before their controls were learned.
pub(super) fn library_lines(evidence: &LibraryEvidence) -> Vec<(bool, String)> {
    let LibraryEvidence { held_out, control_shuffled, control_without_reaction, .. } = evidence;
    if control_shuffled.is_none() && control_without_reaction.is_none() {
        return Vec::new();
    }
    let mut verdict = format!("{}.", evidence.verdict());
    verdict[..1].make_ascii_uppercase();
    let mut lines = vec![(evidence.is_certain() == Some(true), verdict)];
    let tests = [
        ("The equations", held_out, true),
        ("Control, v of other stills", control_shuffled, false),
        ("Control, without u v²", control_without_reaction, false),
    ];
    for (name, test, must_hold) in tests {
        let Some(test) = test else { continue };
        let word = if test.is_stationary() { "accepted" } else { "rejected" };
        lines.push((test.is_stationary() == must_hold, format!("{name}: {word} (F {:.2}, p {:.1e})", test.f, test.p)));
    }
    lines
}

/// The certificate of tokens.
pub(super) fn token_lines(evidence: &TokenEvidence) -> Vec<(bool, String)> {
    let TokenEvidence { steps, at_rest, swimming, commanded, commanded_turn, turned, .. } = evidence;
    let line = |name: &str, s: &TokenSummary, commanded: f64| {
        let change = s.count_end.abs_diff(s.count_start) as f64;
        let is_kept = change <= KEPT * s.count_start as f64 + 1e-9;
        let text = format!(
            "{name}: {} tokens of {} after {steps} steps, contrast {:.2}, thin parts {:.2}, {:.1} of {commanded:.1} pixels \
             per 100 steps ahead, {:.1} aside",
            s.count_end,
            s.count_start,
            s.contrast,
            s.tail,
            tenths(s.speed_along),
            tenths(s.speed_across)
        );
        (is_kept && s.contrast >= SOUND_CONTRAST && s.tail >= SOUND_TAIL, text)
    };
    let mut lines = vec![line("At rest", at_rest, 0.0), line("Swimming", swimming, *commanded)];
    if *commanded_turn != 0.0 {
        let is_followed = (swimming.mean_turn / commanded_turn - 1.0).abs() <= SOUND_TURN;
        let turns = [swimming.mean_turn, *commanded_turn].map(|turn| format!("{turn:.2}")).join(" of ");
        lines.push((is_followed, format!("Circling: {turns} radians per 100 steps to the right")));
    }
    if let Some(SkewEvidence { flow, swimming }) = turned {
        let name = format!("With K*s of {:.1}, radius {}, seed {}", flow.strength, flow.radius, flow.seed);
        lines.push(line(&name, swimming, *commanded));
    }
    let shares = [("Healed", evidence.healed, SOUND_HEALED), ("Grown out of noise", evidence.grown, SOUND_GROWN)];
    for (name, share, sound) in shares {
        lines.extend(share.map(|share| (share >= sound, format!("{name}: {:.0} %", 100.0 * share))));
    }
    if let (Some(share), Some(fitting)) = (evidence.grown_of_fitting, evidence.fitting) {
        lines.push((share >= SOUND_GROWN, format!("Grown of the {fitting} that fit: {:.0} %", 100.0 * share)));
    }
    lines
}

/// Rounded to a tenth, without the sign of a negative zero.
pub(super) fn tenths(value: f64) -> f64 {
    (10.0 * value).round() / 10.0 + 0.0
}
