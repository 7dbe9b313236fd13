//! The certificate of a cloud's flows: do walkers carried by a flow alone keep the cloud? With controls that must not.
//!
//! Each repetition draws two new independent samples of the cloud, carries one and compares it with the other.

use std::sync::Arc;

use super::contenders::{PointContender, contenders};
use super::heldout::{HeldOutPoints, HeldOutSettings};
use super::path_test::{Comparison, PathTest, RepeatedMean};
use super::{
    LyapunovSettings, LyapunovSpectrum, cosine_to, cosine_to_table, kernel_stein, lyapunov, mutual_cosine, true_speed,
};
use crate::worlds::points::cloud::TrueVelocities;
use crate::worlds::points::engine::{CarryField, carry, evaluate_all};
use crate::worlds::points::rule::{PointFlow, PointRule};
use crate::worlds::points::{LearnedPoints, PointsDoc};

/// How a certificate is made.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct PointCheckSettings {
    pub seed: u64,
    /// Repetitions with other samples.
    pub repeats: u32,
    /// Repetitions of the controls, which fail clearly.
    pub control_repeats: u32,
    /// Walkers carried and walkers compared with.
    pub samples: usize,
    /// Length of the path of each walker, in root mean square distances from the centre.
    pub path: f64,
    /// Times along the path.
    pub times: usize,
    /// Runge-Kutta step at root mean square speed 1.
    pub dt: f64,
    pub permutations: usize,
}

impl Default for PointCheckSettings {
    fn default() -> Self {
        Self {
            seed: 1,
            repeats: 10,
            control_repeats: 2,
            samples: 1000,
            path: 20.0,
            times: 20,
            dt: 0.02,
            permutations: 1000,
        }
    }
}

/// What was measured of a flow.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct FlowCertificate {
    pub name: String,
    /// Whether it is a control, which must fail.
    pub control: bool,
    /// Share of the times at which the change of MMD², averaged over the repetitions, is below `quantile`.
    pub within_quantile: f64,
    /// Share of times and repetitions at which MMD² of one pair of samples is below the 95 % quantile of one pair; a perfect
    /// flow has .95. None in older certificates, whose `within_quantile` is this share.
    #[serde(default)]
    pub pairs_within: Option<f64>,
    /// Standard error of the share of single pairs over the repetitions.
    #[serde(default)]
    pub within_error: f64,
    /// Change of MMD² from before the walkers moved, over times and repetitions; a perfect flow has mean 0. In older
    /// certificates MMD² itself.
    #[serde(default)]
    pub mmd2: RepeatedMean,
    /// Largest change over the times, averaged over the repetitions.
    pub mmd2_max: f64,
    /// 95 % permutation quantile of that average for new samples in place of carried walkers, for all times together.
    pub quantile: f64,
    /// Relative residual of equation (1); none without an energy.
    pub residual: Option<f64>,
    /// Kernelised Stein discrepancy at the end of the path, less that at its start; none without an energy.
    pub stein: Option<f64>,
    /// Smallest share of the walkers that is still near the cloud.
    pub alive: f64,
    /// Mean cosine to the true velocity, for clouds of a known system or with a table of the truth.
    pub cosine: Option<f64>,
    /// For flows of the weak form.
    pub lyapunov: Option<LyapunovSpectrum>,
    /// Relative error of the flow on the grid, where walkers are carried by one.
    #[serde(default)]
    pub grid_error: Option<f64>,
}

impl FlowCertificate {
    /// Whether no measurement contradicts it: the change of MMD² is within its quantile at 95 % of the times, and no walker has
    /// left. Of an older certificate: the share of single pairs is not below .95 by more than twice its error, and the mean of
    /// MMD² not above 0 by more than twice its error and half the quantile.
    pub fn keeps_cloud(&self) -> bool {
        let within = if self.pairs_within.is_some() {
            self.within_quantile >= WITHIN
        } else {
            let unbiased = self.mmd2.mean <= (2.0 * self.mmd2.error).max(0.5 * self.quantile);
            self.within_quantile + 2.0 * self.within_error >= WITHIN && unbiased
        };
        within && self.alive > ALIVE
    }
}

/// The certificate of all flows of a scene.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct PointCertificate {
    pub settings: PointCheckSettings,
    pub sigma: f64,
    pub flows: Vec<FlowCertificate>,
    /// Share of single pairs within the quantile for further samples of the cloud itself in place of carried walkers: what a
    /// perfect flow would have. None where the cloud has too few points for them.
    #[serde(default)]
    pub fresh: Option<RepeatedMean>,
    /// The same of the average over the repetitions, as `FlowCertificate::within_quantile`.
    #[serde(default)]
    pub fresh_within: Option<f64>,
    /// Mean cosine between each two flows of the scene.
    #[serde(default)]
    pub mutual_cosines: Vec<Vec<f64>>,
}

/// Share of the times at which a flow that keeps the cloud is within the quantile, at least.
const WITHIN: f64 = 0.95;
/// Smallest share of the walkers that must still be near the cloud.
const ALIVE: f64 = 0.99;
/// Walkers farther than this many spreads from the centre have left.
const LEFT: f32 = 50.0;
/// Walkers left below which no discrepancy is measured.
const MIN_ALIVE: usize = 50;
/// MMD² of a flow that scattered its walkers: the largest possible value for a kernel with k(x, x) = 1.
const SCATTERED: f64 = 2.0;

/// A certificate in the making, one flow in one repetition at a time.
pub struct PointCheck {
    doc: PointsDoc,
    learned: LearnedPoints,
    settings: PointCheckSettings,
    /// None before the first step.
    contenders: Vec<PointContender>,
    runs: Vec<Vec<Run>>,
    /// Further samples, for each repetition.
    fresh: Vec<Comparison>,
    /// Samples of the present repetition by their σ: flows that keep the same cloud share them.
    drawn: Vec<(f64, HeldOutPoints)>,
    repeat: u32,
    /// Contender of the next step.
    next: usize,
    done: usize,
    total: usize,
}

impl PointCheck {
    /// `None` without flows.
    pub fn new(doc: &PointsDoc, settings: &PointCheckSettings) -> Option<Self> {
        let learned = doc.learned.clone().filter(|learned| !learned.flows.is_empty())?;
        Some(Self {
            doc: doc.clone(),
            learned,
            settings: *settings,
            contenders: Vec::new(),
            runs: Vec::new(),
            fresh: Vec::new(),
            drawn: Vec::new(),
            repeat: 0,
            next: 0,
            done: 0,
            total: 0,
        })
    }

    /// Makes the flows and the controls ready, a second or two of work; false once `stop` returns true.
    fn prepare(&mut self, stop: &dyn Fn() -> bool) -> bool {
        let Self { doc, learned, settings, .. } = self;
        let Some(contenders) = contenders(doc, learned, doc.live.sigma, settings.seed, stop) else { return false };
        self.total = contenders.iter().map(|contender| contender.repeats(settings) as usize).sum();
        self.runs = contenders.iter().map(|_| Vec::new()).collect();
        self.contenders = contenders;
        true
    }

    /// Steps done and steps of the whole check.
    pub fn progress(&self) -> [usize; 2] {
        [self.done, self.total]
    }

    /// Measures the next flow in the present repetition, some seconds of work. Returns false when all are done. Once `stop`
    /// returns true, the flow counts as not measured.
    pub fn step(&mut self, stop: &dyn Fn() -> bool) -> bool {
        if self.contenders.is_empty() && !self.prepare(stop) {
            return true;
        }
        while self.done < self.total {
            let k = self.next;
            let repeat = self.repeat;
            let contender = &self.contenders[k];
            let is_due = repeat < contender.repeats(&self.settings);
            if is_due {
                let sigma = contender.sigma;
                if !self.drawn.iter().any(|(of, _)| *of == sigma) {
                    let seed = self.settings.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
                    let held_out = HeldOutSettings {
                        count: self.settings.samples,
                        fresh: if self.drawn.is_empty() { self.settings.times } else { 0 },
                        permutations: self.settings.permutations,
                        sigma,
                        seed: seed.wrapping_add(1000 * u64::from(repeat)),
                    };
                    self.drawn.push((sigma, HeldOutPoints::draw(&self.doc, &self.learned.map, &held_out)));
                }
                if let Some((_, held_out)) = self.drawn.iter().find(|(of, _)| *of == sigma) {
                    let run = carried(&self.doc, &self.learned, contender, &self.settings, held_out, stop);
                    let Some(run) = run else { return true };
                    self.runs[k].push(run);
                }
                self.done += 1;
            }
            self.next = (k + 1) % self.contenders.len();
            if self.next == 0 {
                self.end_repetition();
            }
            if is_due {
                return self.done < self.total;
            }
        }
        false
    }

    fn end_repetition(&mut self) {
        self.repeat += 1;
        let drawn = std::mem::take(&mut self.drawn);
        let Some((_, HeldOutPoints { mmd, pair, fresh, .. })) = drawn.first() else { return };
        if !fresh.is_empty() {
            let mmd2 = fresh.iter().map(|sample| mmd.of(sample)).collect();
            self.fresh.push(Comparison { mmd2, pair: Arc::clone(pair) });
        }
    }

    /// What the steps so far show. `truth`: a known velocity; without one that of the scene, else that of the built-in system.
    pub fn certificate(&self, truth: Option<&TrueVelocities>) -> PointCertificate {
        let Self { doc, learned, settings, .. } = self;
        let sigma = doc.live.sigma;
        let truth = truth.or(doc.truth.as_ref());
        let held_out =
            HeldOutSettings { count: settings.samples, fresh: 0, permutations: 1, sigma, seed: settings.seed };
        let positions = HeldOutPoints::draw(doc, &learned.map, &held_out).walkers;
        let flows = self.contenders.iter().zip(&self.runs).filter(|(_, runs)| !runs.is_empty());
        let flows =
            flows.map(|(contender, runs)| summary(doc, learned, contender, sigma, truth, &positions, runs)).collect();
        let rules: Vec<PointRule> = (0..learned.flows.len()).map(|k| learned.rule(doc.dim, k)).collect();
        let cosines = |a: &PointRule| rules.iter().map(|b| mutual_cosine(a, b, sigma, &positions)).collect();
        let mutual_cosines = rules.iter().map(cosines).collect();
        let fresh: Vec<&Comparison> = self.fresh.iter().collect();
        let fresh = (!fresh.is_empty()).then(|| PathTest::of(&fresh));
        PointCertificate {
            settings: *settings,
            sigma,
            flows,
            fresh: fresh.as_ref().map(|test| test.pairs_within),
            fresh_within: fresh.as_ref().map(|test| test.within),
            mutual_cosines,
        }
    }
}

/// One flow in one repetition.
struct Run {
    compared: Comparison,
    /// Smallest share of the walkers that is still near the cloud.
    alive: f64,
    stein: Option<f64>,
}

fn near(walkers: &[[f32; 4]]) -> Vec<[f32; 4]> {
    walkers.iter().filter(|w| w[..3].iter().all(|v| v.abs() < LEFT)).copied().collect()
}

/// `None` once `stop` returns true.
fn carried(
    doc: &PointsDoc,
    learned: &LearnedPoints,
    contender: &PointContender,
    settings: &PointCheckSettings,
    held_out: &HeldOutPoints,
    stop: &dyn Fn() -> bool,
) -> Option<Run> {
    let HeldOutPoints { walkers: start, mmd, pair, .. } = held_out;
    let kernel = &contender.kernel;
    let mean_square = |values: &mut dyn Iterator<Item = [f32; 3]>| {
        let square = |v: [f32; 3]| v.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>();
        values.map(square).sum::<f64>() / start.len() as f64
    };
    let values = evaluate_all(kernel, start);
    let speed = mean_square(&mut values.iter().map(|at| at.velocity)).sqrt().max(1e-12);
    let path = settings.path * mean_square(&mut start.iter().map(|p| [p[0], p[1], p[2]])).sqrt();
    let steps = (path / settings.dt / settings.times as f64).ceil() as u32;
    let field = match &contender.grid {
        Some((grid, _)) => CarryField::Baked(grid),
        None => CarryField::Network(kernel),
    };
    let mut walkers = start.clone();
    let (mut mmd2, mut alive) = (Vec::with_capacity(settings.times), 1.0);
    for _ in 0..settings.times {
        if stop() {
            return None;
        }
        carry(field, &mut walkers, (1.0 / speed) as f32, settings.dt as f32, steps);
        let left = near(&walkers);
        alive = left.len() as f64 / walkers.len() as f64;
        mmd2.push(if left.len() < MIN_ALIVE { SCATTERED } else { mmd.of(&left) });
    }
    let left = near(&walkers);
    let has_stein = learned.energy.is_some() && left.len() >= MIN_ALIVE && contender.sigma > 0.0;
    let stein = has_stein.then(|| {
        let of = |positions: &[[f32; 4]]| {
            let scores: Vec<[f32; 3]> = evaluate_all(kernel, positions).into_iter().map(|at| at.score).collect();
            kernel_stein(positions, &scores, doc.dim, mmd.bandwidth)
        };
        of(&left) - of(start)
    });
    Some(Run { compared: Comparison { mmd2, pair: Arc::clone(pair) }, alive, stein })
}

fn summary(
    doc: &PointsDoc,
    learned: &LearnedPoints,
    contender: &PointContender,
    sigma: f64,
    truth: Option<&TrueVelocities>,
    start: &[[f32; 4]],
    runs: &[Run],
) -> FlowCertificate {
    let compared: Vec<&Comparison> = runs.iter().map(|run| &run.compared).collect();
    let test = PathTest::of(&compared);
    let changes: Vec<f64> = compared.iter().map(|of| of.mean_change()).collect();
    let steins: Vec<f64> = runs.iter().filter_map(|run| run.stein).collect();
    let rule = contender.rule();
    let system = doc.target.and_then(|target| target.system());
    let positions: Vec<[f32; 3]> =
        start.iter().map(|w| learned.map.inverse([w[0], w[1], w[2]].map(f64::from)).map(|v| v as f32)).collect();
    let weak = rule.filter(|rule| matches!(rule.flow, PointFlow::Dictionary(_)));
    FlowCertificate {
        name: contender.name.clone(),
        control: contender.control,
        within_quantile: test.within,
        pairs_within: Some(test.pairs_within.mean),
        within_error: test.pairs_within.error,
        mmd2: RepeatedMean::of(&changes),
        mmd2_max: test.changes.iter().copied().fold(f64::MIN, f64::max),
        quantile: test.quantile,
        residual: contender.residual(sigma, start),
        stein: (!steins.is_empty()).then(|| RepeatedMean::of(&steins).mean),
        alive: runs.iter().map(|run| run.alive).fold(1.0, f64::min),
        cosine: match (truth, system, rule) {
            (Some(truth), _, Some(rule)) => Some(cosine_to_table(truth, rule, sigma)),
            (None, Some(system), Some(rule)) => Some(cosine_to(system, rule, sigma, &positions)),
            _ => None,
        },
        lyapunov: weak.and_then(|rule| {
            let starts: Vec<[f64; 3]> = start.iter().take(24).map(|w| [w[0], w[1], w[2]].map(f64::from)).collect();
            let speed = system.map_or(1.0, |system| true_speed(system, &learned.map, &positions));
            lyapunov(rule, &starts, &LyapunovSettings { speed, sigma, ..Default::default() })
        }),
        grid_error: contender.grid.as_ref().map(|(_, error)| *error),
    }
}
