//! Learning from a cloud as a job that can pause, stop and go on between its steps.

use std::sync::Arc;

use rand::SeedableRng;
use rand::rngs::StdRng;

use super::loss::{self, LossChunk, ScorePool};
use super::optimiser::PointOptimiser;
use super::parzen::ParzenPool;
use super::settings::COOLING_SHARE;
use super::{PointFlowKind, PointLearnError, PointTrainingSettings, WeakDictionary, WeakJob};
use crate::worlds::points::cloud::{PointCloud, Standardisation};
use crate::worlds::points::engine::{DriftKernel, evaluate_all, walkers_from};
use crate::worlds::points::measures::relative_residual;
use crate::worlds::points::rule::{ExactPart, Mlp, PointEnergy, PointFlow, PointRule, Potential};
use crate::worlds::points::{LearnedPoints, NamedFlow, WeakEvidence};

/// What a step of learning worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointPhase {
    Energy,
    Smoothest,
    Free,
    Weak,
}

/// What one step reports.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PointStep {
    pub phase: PointPhase,
    /// Steps done and steps of the whole job.
    pub step: usize,
    pub steps: usize,
    pub loss: f64,
}

/// Learning of one kind of flow, with the energy it needs.
pub struct PointTraining {
    kind: PointFlowKind,
    settings: PointTrainingSettings,
    dim: usize,
    cloud: Vec<[f64; 3]>,
    rng: StdRng,
    learned: LearnedPoints,
    /// `None` when an energy of this cloud was there before.
    energy: Option<PointOptimiser>,
    /// While the energy is learned.
    densities: Option<ParzenPool>,
    flow: Option<PointOptimiser>,
    /// At the σ of the step before.
    pool: Option<ScorePool>,
    weak: Option<WeakJob>,
    finished: bool,
    /// One thread: networks of this size gain nothing from more (measured: 2.2 ms a step with one, the same with two and
    /// a third of it in the kernel), and live walkers need the other cores.
    thread: Arc<rayon::ThreadPool>,
}

/// Samples per step of the smoothest potential: its second derivatives cost as much again.
const SMOOTHEST_BATCH: usize = 256;
/// Steps of a phase that is ended early, after that, as a share of those done.
const TAIL: f64 = 0.1;
/// The same of a free network, which comes to its last noise at once and needs more steps there.
const FREE_TAIL: f64 = 0.6;
const _: () = assert!(1.0 / (1.0 + FREE_TAIL) >= COOLING_SHARE);
/// Places at which flows are measured.
const MEASURED: usize = 4096;
/// Of those, as many for a residual.
const RESIDUAL_MEASURED: usize = 512;

impl PointTraining {
    /// Learning from `cloud`. An energy and flows in `previous` that belong to the same cloud stay: a free network is
    /// learned over that energy, and flows of the same name are replaced.
    ///
    /// # Errors
    /// A cloud or settings that are refused.
    pub fn new(
        cloud: &PointCloud,
        previous: Option<&LearnedPoints>,
        kind: PointFlowKind,
        settings: &PointTrainingSettings,
    ) -> Result<Self, PointLearnError> {
        cloud.validate()?;
        settings.validate()?;
        let map = Standardisation::of(cloud);
        let mut learned = match previous.filter(|previous| previous.map == map) {
            Some(previous) => previous.clone(),
            None => {
                let sigma_range = settings.sigma_range;
                LearnedPoints { map, sigma_range, energy: None, flows: Vec::new(), chosen: 0 }
            }
        };
        let mut rng = StdRng::seed_from_u64(settings.seed);
        let weak =
            (kind == PointFlowKind::Weak).then(|| WeakJob::new(cloud, &settings.weak, settings.seed)).transpose()?;
        let needs_energy = match kind {
            PointFlowKind::Exact => true,
            PointFlowKind::Free => learned.energy.is_none(),
            PointFlowKind::Weak => false,
        };
        let energy = if needs_energy {
            let mut sizes = vec![cloud.dim + 1];
            sizes.extend(PointEnergy::HIDDEN);
            sizes.push(1);
            learned.sigma_range = settings.sigma_range;
            let start = Mlp::random(&sizes, 0.1, &mut rng);
            Some(PointOptimiser::new(start, settings.energy_steps, settings.learning_rate)?)
        } else {
            None
        };
        Ok(Self {
            kind,
            settings: *settings,
            dim: cloud.dim,
            cloud: cloud.standardised(),
            rng,
            learned,
            energy,
            densities: None,
            flow: None,
            pool: None,
            weak,
            finished: false,
            thread: Arc::new(rayon::ThreadPoolBuilder::new().num_threads(1).build().map_err(PointLearnError::Thread)?),
        })
    }

    /// Steps of the whole job; for the weak form at most.
    pub fn total_steps(&self) -> usize {
        let flow = match self.kind {
            PointFlowKind::Exact => self.settings.smoothest_steps,
            PointFlowKind::Free => self.settings.free_steps,
            PointFlowKind::Weak => return if self.settings.weak.estimate_noise { 54 } else { 3 },
        };
        flow + if self.energy.is_some() { self.settings.energy_steps } else { 0 }
    }

    /// One optimiser step (one fit of the weak form). `Ok(None)` when the job is complete. `stop` is polled twice for each chunk
    /// of a batch, at each sample of a pool, and within a fit. A step that is broken off leaves the job as it was.
    ///
    /// # Errors
    /// A loss that diverges: the energy is then that of the last good step. [`PointLearnError::Stopped`], and of a fit
    /// [`WeakError::Stopped`](crate::worlds::weak::WeakError::Stopped).
    pub fn step(&mut self, stop: &(dyn Fn() -> bool + Sync)) -> Result<Option<PointStep>, PointLearnError> {
        if let Some(weak) = &mut self.weak {
            return match weak.step(stop)? {
                Some(stats) => Ok(Some(stats)),
                None => {
                    self.finish_weak();
                    Ok(None)
                }
            };
        }
        let thread = self.thread.clone();
        thread.install(|| self.descend(stop))
    }

    /// One step of a network.
    fn descend(&mut self, stop: &(dyn Fn() -> bool + Sync)) -> Result<Option<PointStep>, PointLearnError> {
        if let Some(energy) = self.energy.as_mut().filter(|energy| !energy.is_done()) {
            let PointTrainingSettings { seed, batch, sigma_range, .. } = self.settings;
            let densities = match self.densities.take() {
                Some(densities) => densities,
                None => ParzenPool::new(&self.cloud, self.dim, sigma_range, seed ^ 0xd125, stop)
                    .ok_or(PointLearnError::Stopped)?,
            };
            let densities = self.densities.insert(densities);
            let (cloud, dim, rng) = (&self.cloud, self.dim, &mut self.rng);
            let loss = energy.descend(stop, || {
                loss::in_chunks(batch, |count| loss::denoising(cloud, dim, count, sigma_range, densities, rng))
            })?;
            let stats = PointStep { phase: PointPhase::Energy, step: energy.step, steps: self.total_steps(), loss };
            if self.energy.as_ref().is_some_and(PointOptimiser::is_done) {
                self.keep_energy();
            }
            return Ok(Some(stats));
        }
        if self.finished {
            return Ok(None);
        }
        if self.flow.is_none() {
            self.flow = Some(self.start_flow()?);
        }
        let Some(learner) = &mut self.flow else { unreachable!("the flow has just been started") };
        if learner.is_done() {
            self.finish_flow();
            return Ok(None);
        }
        let PointTrainingSettings { seed, batch, flow_sigma, hutchinson, .. } = self.settings;
        let sigma = match self.kind {
            PointFlowKind::Exact => flow_sigma,
            PointFlowKind::Free | PointFlowKind::Weak => {
                let [_, start] = self.learned.sigma_range;
                self.settings.free_sigma(start, learner.share())
            }
        };
        if self.pool.as_ref().is_none_or(|pool| pool.sigma() != sigma) {
            let samples = if sigma == flow_sigma { ScorePool::DENSE } else { ScorePool::SPARSE };
            let energy = self.learned.energy.clone().unwrap_or_default();
            let pool = ScorePool::new(&self.cloud, &energy, self.dim, sigma, samples, seed ^ 0x5eed, stop);
            self.pool = Some(pool.ok_or(PointLearnError::Stopped)?);
        }
        let Some(pool) = &self.pool else { unreachable!("the pool has just been made") };
        let phase = if self.kind == PointFlowKind::Exact { PointPhase::Smoothest } else { PointPhase::Free };
        let (dim, rng) = (self.dim, &mut self.rng);
        let loss = learner.descend(stop, || match self.kind {
            PointFlowKind::Exact => {
                let batch = pool.draw(SMOOTHEST_BATCH, rng)?;
                let chunk: LossChunk = Box::new(move |net| loss::roughness(net, &batch, dim));
                Ok(vec![chunk])
            }
            PointFlowKind::Free | PointFlowKind::Weak => loss::in_chunks(batch, |count| {
                let batch = pool.draw(count, rng)?;
                let probes = hutchinson.then(|| loss::probes(count, dim, rng)).transpose()?;
                Ok(Box::new(move |net| loss::residual(net, &batch, dim, sigma, probes.as_ref())))
            }),
        })?;
        let before = self.energy.as_ref().map_or(0, |energy| energy.step);
        Ok(Some(PointStep { phase, step: before + learner.step, steps: self.total_steps(), loss }))
    }

    /// Ends the present phase after a short decay.
    pub fn end_phase(&mut self) {
        match (&mut self.energy, &mut self.flow) {
            (Some(energy), _) if !energy.is_done() => energy.finish_soon(TAIL),
            (_, Some(learner)) => {
                let tail = if self.kind == PointFlowKind::Exact { TAIL } else { FREE_TAIL };
                learner.finish_soon(tail);
            }
            _ => {}
        }
    }

    /// What is learned so far. While the energy trains, its flows are the constant and the random one over it.
    pub fn learned(&self) -> LearnedPoints {
        let mut learned = self.learned.clone();
        if let Some(energy) = self.energy.as_ref().filter(|energy| !energy.is_done()) {
            learned.energy = Some(PointEnergy { net: energy.average().clone() });
            learned.flows = self.exact_flows(&learned);
            learned.chosen = learned.chosen.min(learned.flows.len() - 1);
        }
        learned
    }

    /// A new energy makes earlier flows over an energy void; the weak form stays.
    fn keep_energy(&mut self) {
        self.densities = None;
        if let Some(energy) = &self.energy {
            self.learned.energy = Some(PointEnergy { net: energy.average().clone() });
            self.learned.flows.retain(|named| matches!(named.flow, PointFlow::Dictionary(_)));
            let residuals: Vec<_> = self.learned.flows.iter().map(|named| self.residual_of(&named.flow)).collect();
            self.learned.flows.iter_mut().zip(residuals).for_each(|(named, residual)| named.residual = residual);
            if self.kind == PointFlowKind::Exact {
                for named in self.exact_flows(&self.learned) {
                    self.insert(named);
                }
            }
        }
    }

    fn exact_flows(&self, learned: &LearnedPoints) -> Vec<NamedFlow> {
        let twist = Potential::Twist { seed: self.settings.seed, scale: self.settings.twist_scale };
        [("constant", Potential::Constant([0.0, 0.0, 1.0])), ("twist", twist)]
            .map(|(name, potential)| {
                let flow = PointFlow::Exact(vec![ExactPart { gain: 1.0, potential }]);
                self.measured(name, flow, learned)
            })
            .to_vec()
    }

    fn start_flow(&mut self) -> Result<PointOptimiser, PointLearnError> {
        let (start, steps) = match self.kind {
            PointFlowKind::Exact => {
                let outputs = if self.dim == 2 { 1 } else { 3 };
                (Mlp::random(&[self.dim, 32, 32, outputs], 1.0, &mut self.rng), self.settings.smoothest_steps)
            }
            PointFlowKind::Free | PointFlowKind::Weak => {
                (Mlp::random(&[self.dim, 64, 64, self.dim], 1.0, &mut self.rng), self.settings.free_steps)
            }
        };
        PointOptimiser::new(start, steps, self.settings.learning_rate)
    }

    fn finish_flow(&mut self) {
        let Some(learner) = self.flow.take() else { return };
        let net = learner.average().clone();
        let (name, flow) = match self.kind {
            PointFlowKind::Exact => {
                ("smoothest", PointFlow::Exact(vec![ExactPart { gain: 1.0, potential: Potential::Smoothest(net) }]))
            }
            PointFlowKind::Free | PointFlowKind::Weak => ("free", PointFlow::Free { net, gain: 1.0 }),
        };
        let named = self.measured(name, flow, &self.learned);
        self.insert(named);
        self.finished = true;
    }

    fn finish_weak(&mut self) {
        let Some((noise, fit)) = self.weak.as_ref().and_then(WeakJob::best) else { return };
        let evidence = WeakEvidence {
            eigenvalues: fit.solution.weighted.iter().take(4).copied().collect(),
            gap: fit.gap(),
            has_rivals: fit.has_rivals(),
            lowest_over_floor: fit.solution.lowest_unweighted() / fit.floor,
            samples: fit.samples,
            noise,
            certain: fit.is_certain(),
        };
        let flow = PointFlow::Dictionary(fit.flow.clone());
        let name = match self.settings.weak.dictionary {
            WeakDictionary::Monomials => "weak",
            WeakDictionary::Fourier => "weak, waves",
        };
        let residual = self.residual_of(&flow);
        self.insert(NamedFlow { name: name.to_owned(), flow, residual, weak: Some(evidence) });
        self.finished = true;
    }

    /// Puts a flow into the list, in place of one of the same name, and chooses it.
    fn insert(&mut self, named: NamedFlow) {
        let flows = &mut self.learned.flows;
        self.learned.chosen = match flows.iter().position(|old| old.name == named.name) {
            Some(position) => {
                flows[position] = named;
                position
            }
            None => {
                flows.push(named);
                flows.len() - 1
            }
        };
    }

    /// The flow at root mean square speed 1 over the noised cloud, with its relative residual.
    fn measured(&self, name: &str, flow: PointFlow, learned: &LearnedPoints) -> NamedFlow {
        let sigma = self.settings.flow_sigma;
        let rule = self.rule_of(flow, learned);
        let positions = self.noised(MEASURED);
        let square: f64 = evaluate_all(&DriftKernel::new(&rule, sigma), &positions)
            .iter()
            .map(|at| at.velocity.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>())
            .sum();
        let speed = (square / positions.len() as f64).sqrt().max(f64::MIN_POSITIVE);
        let flow = rule.flow.scaled(1.0 / speed);
        // Exact flows have none but rounding; a sample of the positions is enough to show it.
        let rule = PointRule { flow: flow.clone(), ..rule };
        let residual = relative_residual(&rule, sigma, &positions[..RESIDUAL_MEASURED]);
        NamedFlow { name: name.to_owned(), flow, residual: Some(residual), weak: None }
    }

    /// Relative residual of a flow of the weak form against the energy; none without an energy.
    fn residual_of(&self, flow: &PointFlow) -> Option<f64> {
        self.learned.energy.as_ref()?;
        let rule = self.rule_of(flow.clone(), &self.learned);
        Some(relative_residual(&rule, self.settings.flow_sigma, &self.noised(RESIDUAL_MEASURED)))
    }

    fn rule_of(&self, flow: PointFlow, learned: &LearnedPoints) -> PointRule {
        PointRule {
            dim: self.dim,
            map: learned.map,
            sigma_range: learned.sigma_range,
            energy: learned.energy.clone(),
            flow,
        }
    }

    /// Samples of the cloud seen through the noise of the flow.
    fn noised(&self, count: usize) -> Vec<[f32; 4]> {
        walkers_from(&self.cloud, self.dim, count, self.settings.flow_sigma, self.settings.seed ^ 0xface)
    }
}
