//! The certificate of a cloud's flows: do walkers carried by a flow alone keep the cloud? With controls that must not.

use rand::SeedableRng;
use rand::rngs::StdRng;

use super::{
    LyapunovSettings, LyapunovSpectrum, Mmd, cosine_to, kernel_stein, lyapunov, relative_residual, true_speed,
};
use crate::worlds::points::engine::{DriftKernel, carry, evaluate_all, walkers_from};
use crate::worlds::points::rule::{ExactPart, Mlp, PointFlow, PointRule, Potential};
use crate::worlds::points::{LearnedPoints, PointsDoc};

/// How a certificate is made.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct PointCheckSettings {
    pub seed: u64,
    /// Repetitions with other samples; the worst counts.
    pub repeats: u32,
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
        Self { seed: 1, repeats: 2, samples: 1000, path: 20.0, times: 20, dt: 0.02, permutations: 300 }
    }
}

/// What was measured of a flow.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct FlowCertificate {
    pub name: String,
    /// Whether it is a control, which must fail.
    pub control: bool,
    /// Share of the times at which MMD² is below its 95 % permutation quantile, worst repetition.
    pub within_quantile: f64,
    /// Largest MMD² over the times and repetitions.
    pub mmd2_max: f64,
    /// The quantile of the worst repetition.
    pub quantile: f64,
    /// Relative residual of equation (1); none without an energy.
    pub residual: Option<f64>,
    /// Kernelised Stein discrepancy at the end of the path, less that at its start; none without an energy.
    pub stein: Option<f64>,
    /// Share of the walkers that are still near the cloud.
    pub alive: f64,
    /// Mean cosine to the true velocity, for clouds of a known system.
    pub cosine: Option<f64>,
    /// For flows of the weak form.
    pub lyapunov: Option<LyapunovSpectrum>,
}

/// The certificate of all flows of a scene.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct PointCertificate {
    pub settings: PointCheckSettings,
    pub sigma: f64,
    pub flows: Vec<FlowCertificate>,
}

/// Walkers farther than so many spreads from the centre have left.
const LEFT: f32 = 50.0;
/// Walkers left below which no discrepancy is measured.
const MIN_ALIVE: usize = 50;
/// MMD² of a flow that scattered its walkers: the largest possible value for a kernel with k(x, x) = 1.
const SCATTERED: f64 = 2.0;

/// Measures all flows of `doc` and the controls. `progress` gets flows done and flows to do, and returns false to stop;
/// then, and without flows, there is no certificate.
pub fn certify(
    doc: &PointsDoc,
    settings: &PointCheckSettings,
    progress: &mut dyn FnMut(usize, usize) -> bool,
) -> Option<PointCertificate> {
    let learned = doc.learned.as_ref().filter(|learned| !learned.flows.is_empty())?;
    let sigma = doc.live.sigma;
    let contenders = contenders(doc, learned, sigma, settings.seed);
    let total = contenders.len() * settings.repeats.max(1) as usize;
    let mut flows: Vec<FlowCertificate> = Vec::new();
    for (index, contender) in contenders.iter().enumerate() {
        let mut worst: Option<FlowCertificate> = None;
        for repeat in 0..settings.repeats.max(1) {
            if !progress(index * settings.repeats.max(1) as usize + repeat as usize, total) {
                return None;
            }
            let seed = settings.seed.wrapping_add(1000 * u64::from(repeat));
            let measured = measure(doc, learned, contender, sigma, settings, seed);
            worst = Some(match worst {
                Some(worst) => worst.worse_of(measured),
                None => measured,
            });
        }
        flows.extend(worst);
    }
    Some(PointCertificate { settings: *settings, sigma, flows })
}

/// A flow to measure.
struct Contender {
    name: String,
    control: bool,
    /// The rule behind it, for what only a rule has.
    rule: Option<PointRule>,
    kernel: DriftKernel,
    /// σ of the samples that it should keep: 0 for the weak form, which knows no noise.
    sigma: f64,
}

fn contenders(doc: &PointsDoc, learned: &LearnedPoints, sigma: f64, seed: u64) -> Vec<Contender> {
    let mut all: Vec<Contender> = (0..learned.flows.len())
        .map(|index| {
            let rule = learned.rule(doc.dim, index);
            let weak = matches!(rule.flow, PointFlow::Dictionary(_));
            let (name, kernel) = (learned.flows[index].name.clone(), DriftKernel::new(&rule, sigma));
            Contender { name, control: false, kernel, rule: Some(rule), sigma: if weak { 0.0 } else { sigma } }
        })
        .collect();
    let mut rng = StdRng::seed_from_u64(seed ^ 0xc0de);
    let still = PointRule { flow: PointFlow::Still, ..learned.rule(doc.dim, 0) };
    let net = Mlp::random(&[doc.dim, 64, 64, doc.dim], 1.0, &mut rng);
    let random = PointRule { flow: PointFlow::Free { net, gain: 1.0 }, ..still.clone() };
    let control = |name: &str, rule: Option<PointRule>, kernel| {
        let sigma = if still.energy.is_some() { sigma } else { 0.0 };
        Contender { name: name.to_owned(), control: true, rule, kernel, sigma }
    };
    all.push(control("random network", Some(random.clone()), DriftKernel::new(&random, sigma)));
    if still.energy.is_some() {
        all.push(control("score alone", None, DriftKernel::score_alone(&still, sigma)));
        let potential = Potential::Twist { seed: doc.training.seed, scale: doc.training.twist_scale };
        let twist = PointRule { flow: PointFlow::Exact(vec![ExactPart { gain: 1.0, potential }]), ..still.clone() };
        all.push(control("twist without its gradient", None, DriftKernel::without_curl(&twist, sigma)));
    }
    all
}

fn measure(
    doc: &PointsDoc,
    learned: &LearnedPoints,
    contender: &Contender,
    sigma: f64,
    settings: &PointCheckSettings,
    seed: u64,
) -> FlowCertificate {
    let kernel = &contender.kernel;
    let (start, mmd) = fair_start(doc, learned, contender.sigma, settings.samples, seed);
    let mut walkers = start.clone();
    let quantile = mmd.permutation_quantile(&start, 0.95, settings.permutations, seed);
    let mean_square = |places: &[[f32; 4]]| {
        places.iter().map(|p| p[..3].iter().map(|v| f64::from(*v).powi(2)).sum::<f64>()).sum::<f64>()
            / places.len() as f64
    };
    let values = evaluate_all(kernel, &start);
    let speed = (values.iter().map(|at| at.velocity.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>()).sum::<f64>()
        / values.len() as f64)
        .sqrt()
        .max(1e-12);
    let path = settings.path * mean_square(&start).sqrt();
    let steps = (path / settings.dt / settings.times as f64).ceil() as u32;
    let (mut within, mut largest, mut alive) = (0usize, f64::MIN, 1.0);
    let near = |walkers: &[[f32; 4]]| -> Vec<[f32; 4]> {
        walkers.iter().filter(|w| w[..3].iter().all(|v| v.abs() < LEFT)).copied().collect()
    };
    for _ in 0..settings.times {
        carry(kernel, &mut walkers, (1.0 / speed) as f32, settings.dt as f32, steps);
        let left = near(&walkers);
        alive = left.len() as f64 / walkers.len() as f64;
        let value = if left.len() < MIN_ALIVE { SCATTERED } else { mmd.of(&left) };
        largest = largest.max(value);
        within += usize::from(value < quantile && alive > 0.99);
    }
    let rule = contender.rule.as_ref();
    let has_energy = learned.energy.is_some();
    let stein = has_energy.then(|| {
        let of = |places: &[[f32; 4]]| {
            let scores: Vec<[f32; 3]> = evaluate_all(kernel, places).into_iter().map(|at| at.score).collect();
            kernel_stein(places, &scores, doc.dim, mmd.bandwidth)
        };
        let left = near(&walkers);
        (left.len() >= MIN_ALIVE && contender.sigma > 0.0).then(|| of(&left) - of(&start))
    });
    let truth = doc.target.and_then(|target| target.system());
    let places: Vec<[f32; 3]> =
        start.iter().map(|w| learned.map.inverse([w[0], w[1], w[2]].map(f64::from)).map(|v| v as f32)).collect();
    let weak = rule.filter(|rule| matches!(rule.flow, PointFlow::Dictionary(_)));
    FlowCertificate {
        name: contender.name.clone(),
        control: contender.control,
        within_quantile: within as f64 / settings.times as f64,
        mmd2_max: largest,
        quantile,
        residual: rule
            .filter(|rule| has_energy && !matches!(rule.flow, PointFlow::Dictionary(_)))
            .map(|rule| relative_residual(rule, sigma, &start)),
        stein: stein.flatten(),
        alive,
        cosine: truth.zip(rule).map(|(system, rule)| cosine_to(system, rule, sigma, &places)),
        lyapunov: weak.and_then(|rule| {
            let starts: Vec<[f64; 3]> = start.iter().take(24).map(|w| [w[0], w[1], w[2]].map(f64::from)).collect();
            let speed = truth.map_or(1.0, |system| true_speed(system, &learned.map, &places));
            lyapunov(rule, &starts, &LyapunovSettings { speed, sigma, ..Default::default() })
        }),
    }
}

/// Walkers, and the discrepancy from as many places to compare them with. A pair that differs by chance more than pairs of
/// its kind do on average (MMD² above 0, about half of them) is drawn again: slow flows would carry the difference along all
/// their path, and it says nothing about them.
fn fair_start(doc: &PointsDoc, learned: &LearnedPoints, sigma: f64, count: usize, seed: u64) -> (Vec<[f32; 4]>, Mmd) {
    /// Pairs drawn at most: the chance that all of 20 are above 0 is one in a million.
    const PAIRS: u64 = 20;
    let mut pair = 0;
    loop {
        let (start, reference) = samples(doc, learned, sigma, count, seed.wrapping_add(pair << 40));
        let mmd = Mmd::new(&start, &reference);
        pair += 1;
        if pair >= PAIRS || mmd.of(&start) <= 0.0 {
            return (start, mmd);
        }
    }
}

/// Walkers and as many places to compare them with, standardised: fresh samples of a built-in target, else two parts of the
/// cloud, both seen through noise `sigma`.
fn samples(
    doc: &PointsDoc,
    learned: &LearnedPoints,
    sigma: f64,
    count: usize,
    seed: u64,
) -> (Vec<[f32; 4]>, Vec<[f32; 4]>) {
    let cloud = match doc.target {
        Some(target) => target.sample(2 * count, seed ^ 0xf4e5),
        None => doc.cloud().subset(2 * count, seed),
    };
    let places: Vec<[f64; 3]> = cloud.points.iter().map(|p| learned.map.forward(p.map(f64::from))).collect();
    let (first, second) = places.split_at(places.len() / 2);
    let noised = |part: &[[f64; 3]], seed: u64| -> Vec<[f32; 4]> {
        part.iter()
            .enumerate()
            .map(|(k, &place)| walkers_from(&[place], doc.dim, 1, sigma, seed + k as u64)[0])
            .collect()
    };
    (noised(first, seed ^ (1 << 32)), noised(second, seed ^ (1 << 33)))
}

impl FlowCertificate {
    /// The worse of two repetitions in `within_quantile`, with the larger MMD² of both.
    fn worse_of(self, other: Self) -> Self {
        let largest = self.mmd2_max.max(other.mmd2_max);
        let worse = if other.within_quantile < self.within_quantile { other } else { self };
        Self { mmd2_max: largest, ..worse }
    }
}
