//! The rules of a picture: the chosen one, those of other seeds, and what is known of each.

use serde::{Deserialize, Serialize};

use super::net::MOTIONS;
use super::{SkewFlow, TokenDoc, TokenEvidence, TokenMotion, TokenRule};

/// Most rules of a picture beside the chosen one: each is 340 kB of a scene file.
const MAX_OTHER_RULES: usize = 7;
/// Longest name, characters.
const MAX_NAME: usize = 40;

/// What a scene stores of a rule beside its weights.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RuleRecord {
    /// Seed of the rule.
    pub seed: u64,
    /// Name in the list; empty: its seed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What was found about it, while another rule is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<TokenEvidence>,
}

/// What moves tokens under any rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TokenDrive {
    /// In the list.
    pub name: &'static str,
    /// Pixels per step ahead and aside, and radians per step.
    pub command: [f64; MOTIONS],
    /// The flow K ∗ s.
    pub skew: SkewFlow,
}

const fn skew(seed: u64) -> SkewFlow {
    SkewFlow { strength: 1.0, radius: 1, seed }
}

const NO_SKEW: SkewFlow = SkewFlow { strength: 0.0, radius: 1, seed: 1 };

impl TokenDrive {
    /// The last one needs a rule that was taught to turn.
    const ALL: [Self; 5] = [
        Self { name: "At rest", command: [0.0; 3], skew: NO_SKEW },
        Self { name: "Swim", command: [0.05, 0.0, 0.0], skew: NO_SKEW },
        Self { name: "K*s, seed 1", command: [0.0; 3], skew: skew(1) },
        Self { name: "K*s, seed 2", command: [0.0; 3], skew: skew(2) },
        Self { name: "Circle", command: [0.05, 0.0, 0.005], skew: NO_SKEW },
    ];

    /// Those that the rule of a picture can follow.
    pub fn all(doc: &TokenDoc) -> &'static [Self] {
        if doc.follows(TokenMotion::Turn) { &Self::ALL } else { &Self::ALL[..Self::ALL.len() - 1] }
    }

    /// Whether tokens move by it now.
    pub fn is_on(&self, doc: &TokenDoc) -> bool {
        let is_same_flow = doc.skew == self.skew || (doc.skew.strength == 0.0 && self.skew.strength == 0.0);
        doc.live.command() == self.command && is_same_flow
    }
}

impl TokenDoc {
    /// Whether the chosen rule was taught a motion.
    pub fn follows(&self, motion: TokenMotion) -> bool {
        self.rule.as_ref().is_some_and(|rule| rule.net.moves(motion))
    }

    /// The chosen rule and those of other seeds.
    pub fn rules(&self) -> impl Iterator<Item = &TokenRule> {
        self.rule.iter().chain(&self.others)
    }

    /// What was found about the rule at `index` of [`Self::rules`].
    pub fn evidence_of(&self, index: usize) -> Option<&TokenEvidence> {
        match index {
            0 => self.evidence.as_ref(),
            _ => self.record(self.rules().nth(index)?.seed)?.evidence.as_ref(),
        }
    }

    /// Name of the rule at `index` of [`Self::rules`].
    pub fn rule_name(&self, index: usize) -> String {
        let Some(seed) = self.rules().nth(index).map(|rule| rule.seed) else { return String::new() };
        match self.record(seed) {
            Some(record) if !record.name.is_empty() => record.name.clone(),
            _ => format!("Seed {seed}"),
        }
    }

    /// Names the rule at `index`; a name that another rule has gets a number.
    pub fn rename_rule(&mut self, index: usize, name: &str) {
        let name: String = name.trim().chars().take(MAX_NAME).collect();
        let Some(seed) = self.rules().nth(index).map(|rule| rule.seed) else { return };
        let others: Vec<String> =
            (0..self.rules().count()).filter(|k| *k != index).map(|k| self.rule_name(k)).collect();
        let mut unique = name.clone();
        let mut number = 2;
        while others.contains(&unique) {
            unique = format!("{name} {number}");
            number += 1;
        }
        self.record_mut(seed).name = unique;
    }

    /// Lets the rule at `index` of [`Self::rules`] move the tokens; each keeps what was found about it.
    pub fn choose_rule(&mut self, index: usize) {
        let (Some(rule), Some(other)) =
            (&mut self.rule, index.checked_sub(1).and_then(|other| self.others.get_mut(other)))
        else {
            return;
        };
        std::mem::swap(rule, other);
        let (chosen, before) = (rule.seed, other.seed);
        let found = self.evidence.take();
        self.record_mut(before).evidence = found;
        self.evidence = self.record_mut(chosen).evidence.take();
        self.drop_empty_records();
    }

    /// Removes a rule that is not chosen.
    pub fn delete_rule(&mut self, index: usize) {
        if (1..=self.others.len()).contains(&index) {
            let gone = self.others.remove(index - 1).seed;
            self.records.retain(|record| record.seed != gone);
        }
    }

    /// Takes a rule that was learned. One of another seed stays beside it, with what was found about it.
    pub fn take_rule(&mut self, rule: TokenRule) {
        let found = self.evidence.take();
        if let Some(old) = self.rule.take().filter(|old| old.seed != rule.seed) {
            self.others.retain(|other| other.seed != old.seed);
            self.record_mut(old.seed).evidence = found;
            self.others.insert(0, old);
            self.others.truncate(MAX_OTHER_RULES);
        }
        self.others.retain(|other| other.seed != rule.seed);
        // It was found about the weights before.
        self.record_mut(rule.seed).evidence = None;
        self.rule = Some(rule);
        self.drop_empty_records();
    }

    /// Evidence of the rule of a seed, chosen or not; of one that is gone it is dropped.
    pub fn take_evidence(&mut self, seed: u64, evidence: TokenEvidence) {
        if self.rule.as_ref().is_some_and(|rule| rule.seed == seed) {
            self.evidence = Some(evidence);
        } else if self.others.iter().any(|other| other.seed == seed) {
            self.record_mut(seed).evidence = Some(evidence);
        }
    }

    fn record(&self, seed: u64) -> Option<&RuleRecord> {
        self.records.iter().find(|record| record.seed == seed)
    }

    fn record_mut(&mut self, seed: u64) -> &mut RuleRecord {
        let at = self.records.iter().position(|record| record.seed == seed).unwrap_or_else(|| {
            self.records.push(RuleRecord { seed, ..RuleRecord::default() });
            self.records.len() - 1
        });
        &mut self.records[at]
    }

    /// Records of rules that are gone, and empty ones.
    fn drop_empty_records(&mut self) {
        let seeds: Vec<u64> = self.rules().map(|rule| rule.seed).collect();
        self.records
            .retain(|record| seeds.contains(&record.seed) && (!record.name.is_empty() || record.evidence.is_some()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::field::tokens::net::TokenNet;
    use crate::worlds::field::tokens::{Token, TokenSummary};

    fn rule(seed: u64) -> TokenRule {
        TokenRule { seed, ..TokenRule::untaught(TokenNet::random(seed)) }
    }

    fn evidence(steps: u32) -> TokenEvidence {
        let summary = TokenSummary::of(&[Vec::new()], 1, glam::DVec2::ONE);
        TokenEvidence {
            steps,
            seed: 1,
            at_rest: summary.clone(),
            swimming: summary,
            commanded: 5.0,
            commanded_aside: 0.0,
            commanded_turn: 0.0,
            healed: None,
            grown: None,
            grown_of_fitting: None,
            fitting: None,
            turned: None,
        }
    }

    #[test]
    fn each_rule_keeps_its_name_and_its_evidence() {
        let mut doc = TokenDoc::new(vec![Token::bundled("dot").unwrap()]).unwrap();
        doc.take_rule(rule(1));
        doc.take_evidence(1, evidence(10));
        doc.rename_rule(0, "  First ");
        doc.take_rule(rule(2));
        doc.rename_rule(0, "First");
        assert_eq!([doc.rule_name(0), doc.rule_name(1)], ["First 2", "First"]);
        assert_eq!((doc.evidence_of(0), doc.evidence_of(1)), (None, Some(&evidence(10))));
        doc.take_evidence(2, evidence(20));
        doc.take_evidence(9, evidence(90));
        doc.choose_rule(1);
        assert_eq!((doc.rule.as_ref().unwrap().seed, doc.rule_name(0)), (1, "First".to_owned()));
        assert_eq!((doc.evidence_of(0), doc.evidence_of(1)), (Some(&evidence(10)), Some(&evidence(20))));
        let text = ron::to_string(&doc).unwrap();
        assert_eq!(ron::from_str::<TokenDoc>(&text).unwrap(), doc);
        // Learned again: what was found is not of these weights.
        doc.take_rule(rule(1));
        assert_eq!((doc.evidence_of(0), doc.rule_name(0)), (None, "First".to_owned()));
        doc.delete_rule(1);
        assert_eq!((doc.rules().count(), doc.records.len()), (1, 1));
    }

    #[test]
    fn one_drive_at_a_time_is_on() {
        let mut doc = TokenDoc::new(vec![Token::bundled("dot").unwrap()]).unwrap();
        assert!(TokenDrive::all(&doc).iter().all(|drive| drive.name != "Circle"), "no rule can turn yet");
        for drive in TokenDrive::ALL {
            (doc.live, doc.skew) = (doc.live.commanded(drive.command), drive.skew);
            assert!(doc.validate().is_ok());
            let on: Vec<&str> = TokenDrive::ALL.iter().filter(|other| other.is_on(&doc)).map(|d| d.name).collect();
            assert_eq!(on, [drive.name]);
        }
    }
}
