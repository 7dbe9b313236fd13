//! Contrastive energies: while the energy is trained by denoising, it also grows swarms by itself, and is raised where
//! these differ from the picture.
//!
//! Score matching does not see the relative weight of modes that are far apart (Wenliang & Kanagawa 2020), so a grown
//! swarm has rings of 6 and 11 beside those of 8. The gradient of the likelihood does: it is the difference of mean
//! energies between data and the model's own samples (contrastive divergence, Hinton 2002), here from chains that persist
//! from step to step (Tieleman 2008) and are annealed as a growth is. The combination is ours:
//!
//! loss = denoising + λ mean_k c_k [Ē(data_k) - Ē(chain_k)], with Ē the energy per particle in kT, data_k a fresh sample
//! noised at the present σ_k of chain k, and no gradient through the chains.

use rand::RngExt;

use super::batch::{Batch, Pool};
use super::langevin::{Chain, Langevin, STEP_FACTOR};
use super::{LearnError, TrainingSettings};
use crate::worlds::swarm::picture::{Ensemble, Stills};
use crate::worlds::swarm::rule::fast::{FastKernels, Stop, Weights};
use crate::worlds::swarm::rule::{Annealing, Rule};

/// Chains that live side by side.
const CHAINS: usize = 32;
/// A chain has so many times the particles of a configuration of the batch: in a small box the number of particles leaves
/// little choice of creatures, and the energy would never be taught what grows in a large one.
const AREA: usize = 4;
/// Chains that one training step advances and looks at, at least two: their particles are about as many as those of eight
/// configurations of [`TrainingSettings::particles`].
const LOOKED_AT: usize = 8;
/// Langevin steps of a chain from one look to the next in a run of [`UNHURRIED_STEPS`] or more.
const STEPS: usize = 8;
/// Langevin steps of a chain in such a run, log-uniform between these: short growths show what fast cooling freezes in, long
/// ones what the energy itself prefers.
const LIFE_STEPS: [f64; 2] = [960.0, 3840.0];
/// Steps of the energy in which chains come far enough at these numbers.
const UNHURRIED_STEPS: f64 = 3000.0;
/// Most that the chains of a shorter run are hurried.
const MAX_HURRY: f64 = 2.0;
/// Share of chains that begin at noised samples and keep their σ, so that what is there already is not forgotten.
const HELD_SHARE: f64 = 0.25;
/// The push ends where the data's energy is this far below the chains', kT per particle: they are distinguished already.
const GOVERNOR_KT: f64 = 4.0;
/// Bins of ln σ in which that difference is averaged, and what the average keeps at each look.
const BINS: usize = 8;
const KEEP: f64 = 0.98;
/// Sets the random numbers of the chains apart from those of the batches.
const STREAM: u64 = 0x636f_6e74_7261_7374;

/// How fast chains live.
#[derive(Clone, Copy, Debug, PartialEq)]
struct ChainPace {
    /// Langevin steps from one look to the next.
    steps: usize,
    /// c of their dt = c σ².
    step_factor: f64,
    /// Least and most steps of a life.
    life_steps: [f64; 2],
}

impl ChainPace {
    /// For a run of so many steps of the energy. In a short run unhurried chains would end before they have cooled, and
    /// nothing would be taught of what freezes in; in a long one hurried chains, which end unfinished, teach that
    /// unfinished creatures are to be avoided, and growths keep left-over particles.
    fn of_run(steps: usize) -> Self {
        let hurry = (UNHURRIED_STEPS / steps.max(1) as f64).clamp(1.0, MAX_HURRY);
        Self {
            steps: (STEPS as f64 * hurry).round() as usize,
            step_factor: STEP_FACTOR * hurry,
            life_steps: LIFE_STEPS.map(|steps| steps / (hurry * hurry)),
        }
    }
}

struct Growth {
    chain: Chain,
    /// The schedule of a chain that grows; the others keep their σ.
    annealing: Option<Annealing>,
    /// Steps after which it begins again.
    life: usize,
}

impl AsRef<Chain> for Growth {
    fn as_ref(&self) -> &Chain {
        &self.chain
    }
}

impl AsMut<Chain> for Growth {
    fn as_mut(&mut self) -> &mut Chain {
        &mut self.chain
    }
}

/// The chains, and how well they are distinguished from the data at each noise level.
pub struct Contrast {
    /// Samples as large as a chain.
    pool: Pool,
    sigma_range_l: [f64; 2],
    pace: ChainPace,
    growths: Vec<Growth>,
    looked_at: usize,
    langevin: Langevin,
    batch: Batch,
    /// Running mean of Ē(data) - Ē(chain), kT, and looks, by bin.
    gap_kt: [f64; BINS],
    looks: [usize; BINS],
    weight_bar: Vec<f32>,
    cotangent: Vec<f32>,
    outputs: Vec<f32>,
}

impl Contrast {
    /// `stop` is polled while the samples are made.
    ///
    /// # Errors
    /// As [`Pool::new`].
    pub fn new(
        stills: &Stills,
        ensemble: &Ensemble,
        settings: &TrainingSettings,
        rule: &Rule,
        stop: &dyn Fn() -> bool,
    ) -> Result<Self, LearnError> {
        let sigma_range_l = settings.sigma_range_l;
        let of_chains =
            TrainingSettings { particles: AREA * settings.particles, seed: settings.seed ^ STREAM, ..*settings };
        let mut pool = Pool::new(stills, ensemble, &of_chains, stop)?;
        // The first lives are of all lengths, so that later the chains are of all ages.
        let pace = ChainPace::of_run(settings.steps);
        let growths =
            (1..=CHAINS).map(|k| begin(&mut pool, &pace, sigma_range_l, rule, k as f64 / CHAINS as f64)).collect();
        let budget = LOOKED_AT * settings.particles;
        let looked_at = (budget / pool.particles_per_sample().max(1)).clamp(2, LOOKED_AT);
        Ok(Self {
            pool,
            sigma_range_l,
            pace,
            growths,
            looked_at,
            langevin: Langevin::default(),
            batch: Batch::default(),
            gap_kt: [0.0; BINS],
            looks: [0; BINS],
            weight_bar: Vec::new(),
            cotangent: Vec::new(),
            outputs: Vec::new(),
        })
    }

    /// Lets the next chains live on by the energy of `rule`. `stop` is polled before and within each of their steps; what is
    /// then left out ends the training.
    pub fn advance(&mut self, rule: &Rule, stop: Stop) {
        self.growths.rotate_left(self.looked_at);
        let growths = &mut self.growths[..self.looked_at];
        for growth in growths.iter_mut() {
            if growth.chain.steps as usize >= growth.life || !growth.chain.is_finite() {
                *growth = begin(&mut self.pool, &self.pace, self.sigma_range_l, rule, 1.0);
            }
        }
        self.langevin.run(growths, self.pace.steps, self.pace.step_factor, rule, stop, |growth, _| {
            growth.annealing.map_or(growth.chain.sigma_l, |annealing| annealing.sigma_l(growth.chain.steps as usize))
        });
    }

    /// ∂/∂weights of mean_k c_k [Ē(data_k) - Ē(chain_k)] over the chains advanced last, for the energy of `rule`. What `stop`
    /// leaves out ends the training.
    pub fn weight_gradient(&mut self, rule: &Rule, kernels: &mut FastKernels, stop: Stop) -> &[f32] {
        let count = self.looked_at;
        let chains = self.growths[..count].iter().map(|growth| &growth.chain);
        let batch = &mut self.batch;
        batch.begin();
        for chain in chains.clone() {
            batch.add(&chain.swarm, chain.sigma_l, rule);
        }
        for chain in chains.clone() {
            let (data, sigma_l) = self.pool.noised_sample([chain.sigma_l; 2], rule);
            batch.add(&data, sigma_l, rule);
        }
        batch.end(rule.cutoff_l);
        let bins: Vec<usize> = chains.map(|chain| self.bin(chain.sigma_l)).collect();
        let batch = &self.batch;
        self.cotangent.clear();
        self.cotangent.resize(batch.particles(), 0.0);
        for (k, &bin) in bins.iter().enumerate() {
            // The network returns σ E_i.
            let share = governor(self.gap_kt[bin]) / count as f64 / f64::from(batch.sigma_l[k]);
            for (config, sign) in [(k, -1.0), (count + k, 1.0)] {
                let particles = batch.particles_of(config);
                let each = sign * share / particles.len() as f64;
                self.cotangent[particles].fill(each as f32);
            }
        }
        let weights = Weights::of(&rule.energy, rule.cutoff_l);
        self.weight_bar.resize(weights.layout.total, 0.0);
        self.outputs.resize(batch.particles(), 0.0);
        kernels.outputs_vjp(&weights, &batch.cloud, &self.cotangent, &mut self.weight_bar, &mut self.outputs, stop);
        for (k, &bin) in bins.iter().enumerate() {
            let mean = |config: usize| {
                let outputs = &self.outputs[batch.particles_of(config)];
                let sum = outputs.iter().map(|&o| f64::from(o)).sum::<f64>();
                sum / outputs.len() as f64 / f64::from(batch.sigma_l[config])
            };
            let gap = mean(count + k) - mean(k);
            self.looks[bin] += 1;
            let keep = KEEP.min(self.looks[bin] as f64 / (self.looks[bin] as f64 + 5.0));
            self.gap_kt[bin] = keep * self.gap_kt[bin] + (1.0 - keep) * gap;
        }
        &self.weight_bar
    }

    fn bin(&self, sigma_l: f64) -> usize {
        let [lo, hi] = self.sigma_range_l;
        (((sigma_l / lo).ln() / (hi / lo).ln() * BINS as f64) as usize).min(BINS - 1)
    }
}

/// c: 1 where data and chains have equal energies, 0 from [`GOVERNOR_KT`] on; the only limit of the push.
fn governor(gap_kt: f64) -> f64 {
    (1.0 + gap_kt / GOVERNOR_KT).clamp(0.0, 1.0)
}

/// A chain that begins again after `share` of its steps.
fn begin(pool: &mut Pool, pace: &ChainPace, sigma_range_l: [f64; 2], rule: &Rule, share: f64) -> Growth {
    let [coldest, hottest] = sigma_range_l;
    let [short, long] = pace.life_steps;
    let steps = short * (long / short).powf(pool.rng().random());
    let (mut swarm, mut sigma_l) = pool.noised_sample(sigma_range_l, rule);
    let grows = !pool.rng().random_bool(HELD_SHARE);
    if grows {
        swarm.scatter(pool.rng());
        sigma_l = hottest;
    }
    let annealing = grows.then(|| Annealing::new(sigma_range_l, coldest, steps as usize));
    let chain = Chain { swarm, sigma_l, seed: pool.rng().random(), steps: 0 };
    Growth { chain, annealing, life: (share * steps) as usize }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::picture::motifs;
    use crate::worlds::swarm::rule::NetShape;
    use crate::worlds::swarm::rule::fast::NEVER;

    fn world() -> (Contrast, Rule) {
        let snapshot = motifs::by_name("mill").expect("a bundled picture").snapshot();
        let settings = TrainingSettings { pool: 4, ..TrainingSettings::default() };
        let rule = Rule::random(NetShape { species: 1, phi: [6, 6], rho: [6, 6], outputs: 1 }, 5);
        let contrast = Contrast::new(&snapshot.into(), &Ensemble::default(), &settings, &rule, &|| false);
        (contrast.expect("samples"), rule)
    }

    #[test]
    fn only_short_runs_hurry_their_chains() {
        let long = ChainPace::of_run(3000);
        assert_eq!(long, ChainPace { steps: STEPS, step_factor: STEP_FACTOR, life_steps: LIFE_STEPS });
        assert_eq!(long, ChainPace::of_run(8000));
        let short = ChainPace::of_run(1500);
        assert_eq!(short, ChainPace { steps: 16, step_factor: 0.4, life_steps: [240.0, 960.0] });
        assert_eq!(short, ChainPace::of_run(0));
        let time = |pace: ChainPace| pace.life_steps[1] * pace.step_factor;
        assert!((time(ChainPace::of_run(2000)) - time(long) / 1.5).abs() < 1e-9);
    }

    #[test]
    fn the_governor_stops_where_data_are_told_from_chains() {
        assert_eq!(
            [governor(3.0), governor(0.0), governor(-2.0), governor(-4.0), governor(-9.0)],
            [1.0, 1.0, 0.5, 0.0, 0.0]
        );
    }

    #[test]
    fn going_down_the_gradient_lowers_the_data_below_the_chains() {
        let (mut contrast, mut rule) = world();
        let mut kernels = FastKernels::default();
        for _ in 0..60 {
            contrast.advance(&rule, &|| false);
            let bar = contrast.weight_gradient(&rule, &mut kernels, NEVER).to_vec();
            rule.energy.weights.iter_mut().zip(bar).for_each(|(w, g)| *w -= 0.05 * g);
        }
        let seen: Vec<f64> = (0..BINS).filter(|&b| contrast.looks[b] > 5).map(|b| contrast.gap_kt[b]).collect();
        assert!(!seen.is_empty() && seen.iter().sum::<f64>() < -0.05, "{seen:?}");
    }

    #[test]
    fn chains_cool_and_begin_again_whatever_the_number_of_cores() {
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            pool.install(|| {
                let (mut contrast, rule) = world();
                for _ in 0..40 {
                    contrast.advance(&rule, &|| false);
                }
                contrast.growths.into_iter().map(|g| (g.chain.sigma_l, g.chain.swarm)).collect::<Vec<_>>()
            })
        };
        let one = run(1);
        assert_eq!(one, run(3));
        assert!(one.iter().any(|(sigma_l, _)| *sigma_l > 0.7) && one.iter().any(|(sigma_l, _)| *sigma_l < 0.6));
    }
}
