//! A rule as numbers: one coefficient per term and channel.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{TERM_COUNT, Term};
use crate::worlds::field::FieldError;

/// One coefficient per term, in the order of [`Term::ALL`]; stored as a map that leaves zeros out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(into = "BTreeMap<String, f64>", try_from = "BTreeMap<String, f64>")]
pub struct Coefficients(pub [f64; TERM_COUNT]);

impl Coefficients {
    /// The coefficient of `term`.
    pub fn of(&self, term: Term) -> f64 {
        self.0[term as usize]
    }

    /// The same with `value` for `term`.
    pub fn with(mut self, term: Term, value: f64) -> Self {
        self.0[term as usize] = value;
        self
    }

    /// The terms that are present, with their coefficients.
    pub fn present(&self) -> impl Iterator<Item = (Term, f64)> + '_ {
        Term::ALL.into_iter().zip(self.0).filter(|(_, c)| *c != 0.0)
    }
}

impl From<Coefficients> for BTreeMap<String, f64> {
    fn from(coefficients: Coefficients) -> Self {
        coefficients.present().map(|(term, c)| (term.name().to_owned(), c)).collect()
    }
}

impl TryFrom<BTreeMap<String, f64>> for Coefficients {
    type Error = String;

    fn try_from(map: BTreeMap<String, f64>) -> Result<Self, String> {
        let mut coefficients = Self::default();
        for (name, value) in map {
            let term = Term::from_name(&name).ok_or_else(|| format!("`{name}` is not a term of the library"))?;
            coefficients.0[term as usize] = value;
        }
        Ok(coefficients)
    }
}

/// du/dt and dv/dt of a two-channel field, per unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LibraryRule {
    /// Terms of du/dt.
    pub u: Coefficients,
    /// Terms of dv/dt.
    pub v: Coefficients,
    /// Values are clamped to `[low, high]`, per channel, after each step.
    pub range: [[f64; 2]; 2],
    /// u and v where nothing grows: what *remove* paints and what a start from seeds is filled with.
    pub rest: [f64; 2],
    /// u and v inside a seed: what *add* paints.
    pub seed: [f64; 2],
}

impl LibraryRule {
    /// Largest stable Euler step: the five-point Laplacian has eigenvalues down to -8, so that `1 - 8 D dt ≥ -1`.
    /// D is bounded by the row sums of the diffusion matrix; negative coefficients count by their size.
    pub fn max_time_step(&self) -> f64 {
        // Without diffusion there is no limit.
        let row = |c: &Coefficients| c.of(Term::LapU).abs() + c.of(Term::LapV).abs();
        0.25 / row(&self.u).max(row(&self.v)).max(1e-12)
    }

    /// All velocities multiplied by `factor`.
    pub fn scaled(mut self, factor: f64) -> Self {
        for c in self.u.0.iter_mut().chain(&mut self.v.0) {
            *c *= factor;
        }
        self
    }

    /// Checks that the rule can be run.
    ///
    /// # Errors
    /// A value that is not finite, an empty range, or a rule without any term.
    pub fn validate(&self) -> Result<(), FieldError> {
        let fail = |path, reason: String| Err(FieldError::Value { path, reason, hint: "learn the rule again" });
        let all = self.u.0.iter().chain(&self.v.0).chain(self.range.iter().flatten());
        if all.chain(&self.rest).chain(&self.seed).any(|c| !c.is_finite()) {
            return fail("rule", "a coefficient or a bound is not finite".to_owned());
        }
        if let Some([low, high]) = self.range.iter().find(|[low, high]| low >= high) {
            return fail("rule.range", format!("[{low}, {high}] is empty"));
        }
        if self.u.present().chain(self.v.present()).next().is_none() {
            return fail("rule", "all coefficients are zero".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::field::stills::GrayScott;

    #[test]
    fn a_rule_survives_its_text() {
        let rule = GrayScott { f: 0.018, k: 0.049, du: 0.16, dv: 0.08 }.rule();
        let text = ron::to_string(&rule).unwrap();
        assert!(text.contains("\"u*v^2\":-1.0"), "{text}");
        assert_eq!(ron::from_str::<LibraryRule>(&text).unwrap(), rule);
        let unknown = text.replace("u*v^2", "u*w^2");
        assert!(ron::from_str::<LibraryRule>(&unknown).unwrap_err().to_string().contains("u*w^2"));
    }

    #[test]
    fn invalid_rules_are_refused() {
        let rule = GrayScott { f: 0.018, k: 0.049, du: 0.16, dv: 0.08 }.rule();
        assert!(rule.validate().is_ok());
        let mut bad = rule;
        bad.u.0[3] = f64::NAN;
        assert!(bad.validate().is_err());
        assert!(LibraryRule { range: [[0.0, 1.0], [1.0, 1.0]], ..rule }.validate().is_err());
        assert!(rule.scaled(0.0).validate().is_err());
        assert!((rule.scaled(2.0).max_time_step() - 0.25 / 0.32).abs() < 1e-12);
    }
}
