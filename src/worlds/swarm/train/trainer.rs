//! The training loop, one step at a time.

use std::sync::Arc;

use candle_core::backprop::GradStore;
use candle_core::{Device, Tensor, Var};
use candle_nn::{AdamW, Optimizer, ParamsAdamW};
use rand::rngs::StdRng;

use super::batch::{Batch, Pool};
use super::chains::Chains;
use super::contrast::Contrast;
use super::fused::{FusedNet, slope};
use super::{LearnError, Phase, StepStats, TrainingSettings, graph, loss, poll};
use crate::worlds::swarm::picture::{Ensemble, Stills};
use crate::worlds::swarm::rule::fast::{FastKernels, Stop, Weights};
use crate::worlds::swarm::rule::{FlowKind, LocalNet, NetShape, Rule};

/// Decay of the running average of the weights that is published.
const AVERAGE_DECAY: f32 = 0.998;
/// A run whose smoothed loss exceeds its first values this many times has diverged.
const DIVERGED_FACTOR: f64 = 20.0;
/// Gain of the output layer at the start: the energy begins almost flat.
const START_GAIN: f64 = 0.1;
/// Minimum number of steps over which a phase that ends early cools down.
const COOLING_STEPS: usize = 20;
/// Steps before divergence is judged.
const SETTLE_STEPS: usize = 50;

/// One network in training.
struct NetTraining {
    shape: NetShape,
    weights: Var,
    optimiser: AdamW,
    /// Running average of the weights: steadier than the last iterate.
    average: Vec<f32>,
    /// Steps taken.
    step: usize,
    /// Goes on from weights that were learned before.
    continued: bool,
    smoothed: Option<f64>,
    first: f64,
    /// The step at which the learning rate left its cosine for a straight fall to zero, and the steps planned then.
    cooling: Option<usize>,
    planned: usize,
}

/// A training run: first the energy, then (if asked for) the flow.
pub struct Trainer {
    settings: TrainingSettings,
    device: Device,
    pool: Pool,
    batch: Arc<Batch>,
    kernels: FastKernels,
    rule: Rule,
    energy: NetTraining,
    flow: Option<NetTraining>,
    /// Begun with the flow; `None` for pictures whose samples are seen in part only.
    chains: Option<Chains>,
    /// `None` without a contrastive term, and for pictures whose samples are seen in part only.
    contrast: Option<Contrast>,
    /// The step of the energy from which on the contrastive term is there.
    contrast_begins: usize,
    /// Running mean square speed (ℓ/time)² and mean forward speed of the flow.
    speed_sq: f64,
    forward: f64,
}

impl Trainer {
    /// `start` continues from the weights of an earlier rule of the same widths, also where the picture has other species
    /// now; a rule of other widths is not used.
    ///
    /// # Errors
    /// A snapshot that cannot be sampled, a setting out of range, or no device.
    pub fn new(
        stills: impl Into<Stills>,
        ensemble: &Ensemble,
        settings: &TrainingSettings,
        start: Option<&Rule>,
    ) -> Result<Self, LearnError> {
        Self::unless_stopped(&stills.into(), ensemble, settings, start, &|| false)
    }

    /// As [`Trainer::new`], from one snapshot or many; `stop` is asked while the samples are made.
    ///
    /// # Errors
    /// As [`Trainer::new`], and [`LearnError::Stopped`].
    pub fn unless_stopped(
        stills: &Stills,
        ensemble: &Ensemble,
        settings: &TrainingSettings,
        start: Option<&Rule>,
        stop: &dyn Fn() -> bool,
    ) -> Result<Self, LearnError> {
        settings.validate()?;
        let device = graph::device()?;
        let mut pool = Pool::new(stills, ensemble, settings, stop)?;
        let shape = NetShape { species: stills.species_count(), phi: settings.phi, rho: settings.rho, outputs: 1 };
        let flow_shape = NetShape { outputs: 3, ..shape };
        // The picture may have won or lost a species since.
        let fitted =
            |net: &LocalNet, shape: NetShape| Some(net.with_species(shape.species)).filter(|net| net.shape == shape);
        let start_energy = start.and_then(|r| fitted(&r.energy, shape));
        let start_flow = start.and_then(|r| r.flow.as_ref()).and_then(|net| fitted(net, flow_shape));
        let energy = NetTraining::new(shape, start_energy.as_ref(), pool.rng(), settings, &device)?;
        let flow = match settings.flow {
            FlowKind::Learned => {
                Some(NetTraining::new(flow_shape, start_flow.as_ref(), pool.rng(), settings, &device)?)
            }
            FlowKind::None | FlowKind::Exact => None,
        };
        let rule = Rule {
            unit_length: stills.unit_length(),
            cutoff_l: settings.cutoff_l,
            sigma_range_l: settings.sigma_range_l,
            kappa: settings.kappa,
            energy: LocalNet { shape, weights: energy.average.clone() },
            flow: None,
        };
        let contrast_begins = contrast_begins(settings, &pool);
        let contrast = (contrast_begins < settings.steps)
            .then(|| Contrast::new(stills, ensemble, settings, &rule, stop))
            .transpose()?;
        Ok(Self {
            settings: *settings,
            device,
            pool,
            batch: Arc::default(),
            kernels: FastKernels::default(),
            rule,
            energy,
            flow,
            chains: None,
            contrast,
            contrast_begins,
            speed_sq: 1.0,
            forward: 1.0,
        })
    }

    /// Another flow for the energy that `rule` has, which stays as it is: only `flow_steps`, `seed`, `drive`, `batch`,
    /// `particles`, `pool` and the learning rate of `settings` count, and the widths of the flow.
    ///
    /// # Errors
    /// As [`Trainer::unless_stopped`], and a picture with species that the rule does not know.
    pub fn another_flow(
        stills: &Stills,
        ensemble: &Ensemble,
        settings: &TrainingSettings,
        rule: &Rule,
        stop: &dyn Fn() -> bool,
    ) -> Result<Self, LearnError> {
        let settings = TrainingSettings { flow: FlowKind::Learned, ..*settings };
        settings.validate()?;
        let known = rule.energy.shape;
        if stills.species_count() > known.species {
            let hint = "learn on first, so that the rule knows them all".to_owned();
            return Err(LearnError::Setting { name: "species", value: stills.species_count().to_string(), hint });
        }
        let settings = TrainingSettings {
            steps: 0,
            cutoff_l: rule.cutoff_l,
            sigma_range_l: rule.sigma_range_l,
            kappa: rule.kappa,
            ..settings
        };
        let device = graph::device()?;
        let mut pool = Pool::new(stills, ensemble, &settings, stop)?;
        let energy = NetTraining::new(known, Some(&rule.energy), pool.rng(), &settings, &device)?;
        let shape = NetShape { outputs: 3, phi: settings.phi, rho: settings.rho, ..known };
        let flow = NetTraining::new(shape, None, pool.rng(), &settings, &device)?;
        let contrast_begins = 0;
        Ok(Self {
            settings,
            device,
            pool,
            batch: Arc::default(),
            kernels: FastKernels::default(),
            rule: Rule { flow: None, ..rule.clone() },
            energy,
            flow: Some(flow),
            chains: None,
            contrast: None,
            contrast_begins,
            speed_sq: 1.0,
            forward: 1.0,
        })
    }

    /// Steps of the whole run.
    pub fn total_steps(&self) -> usize {
        self.settings.steps + if self.flow.is_some() { self.settings.flow_steps } else { 0 }
    }

    /// One optimiser step. `Ok(None)` when the run is complete.
    ///
    /// # Errors
    /// [`LearnError::Diverged`] when the loss is not finite or runs away; [`Trainer::rule`] then holds the weights of
    /// the last good step.
    pub fn step(&mut self) -> Result<Option<StepStats>, LearnError> {
        self.step_unless_stopped(&|| false)
    }

    /// As [`Trainer::step`]; `stop` is polled within the kernels of a step. A step that is broken off ends the training, as
    /// its random numbers are spent; [`Trainer::rule`] then holds the weights of the step before.
    ///
    /// # Errors
    /// As [`Trainer::step`], and [`LearnError::Stopped`].
    pub fn step_unless_stopped(&mut self, stop: Stop) -> Result<Option<StepStats>, LearnError> {
        let (phase, loss) = if self.energy.step < self.settings.steps {
            let phase = if self.energy.step < self.contrast_begins { Phase::Energy } else { Phase::Contrast };
            (phase, self.energy_step(phase, stop)?)
        } else if self.flow.as_ref().is_some_and(|f| f.step < self.settings.flow_steps) {
            (Phase::Flow, self.flow_step(stop)?)
        } else {
            return Ok(None);
        };
        let step = self.energy.step + self.flow.as_ref().map_or(0, |f| f.step);
        Ok(Some(StepStats { phase, step, steps: self.total_steps(), loss }))
    }

    /// Ends the present phase soon: the learning rate falls to zero over a tenth of the steps taken, and what was planned
    /// after that is left out. From denoising alone it goes straight to the contrastive term.
    pub fn end_phase(&mut self) {
        if self.energy.step < self.contrast_begins.min(self.settings.steps)
            && self.contrast_begins < self.settings.steps
        {
            self.contrast_begins = self.energy.step;
            return;
        }
        let energy_is_learned = self.energy.step >= self.settings.steps;
        let (net, planned) = match &mut self.flow {
            Some(flow) if energy_is_learned => (flow, &mut self.settings.flow_steps),
            _ => (&mut self.energy, &mut self.settings.steps),
        };
        let end = net.step + (net.step / 10).max(COOLING_STEPS);
        if net.cooling.is_none() && end < *planned {
            net.cooling = Some(net.step);
            net.planned = *planned;
            *planned = end;
        }
    }

    /// The newest good weights as a rule. The flow appears once its training has begun (or at once when it goes on from an earlier one), scaled to a root mean square
    /// speed of 1 ℓ per time, with the sign that moves forward on average: equation (1) is linear in V.
    pub fn rule(&self) -> Rule {
        self.rule_with(self.flow.as_ref())
    }

    fn rule_with(&self, flow: Option<&NetTraining>) -> Rule {
        let mut rule = self.rule.clone();
        rule.energy.weights.clone_from(&self.energy.average);
        rule.flow = flow.filter(|f| f.step > 0 || f.continued).map(|f| {
            let mut net = LocalNet { shape: f.shape, weights: f.average.clone() };
            let scale = (self.forward.signum() / self.speed_sq.max(1e-12).sqrt()) as f32;
            let layout = f.shape.layout();
            for w in &mut net.weights[layout.out_w.start..] {
                *w *= scale;
            }
            net
        });
        rule
    }

    fn draw(&mut self, sigma_range_l: [f64; 2]) -> Arc<Batch> {
        let mut batch = self.take_batch();
        self.pool.draw(&mut batch, self.settings.batch, sigma_range_l, &self.rule);
        self.batch = Arc::new(batch);
        self.batch.clone()
    }

    /// The memory of the last batch. The operations of the last step are dropped, so this is the only owner and nothing is
    /// copied.
    fn take_batch(&mut self) -> Batch {
        Arc::try_unwrap(std::mem::take(&mut self.batch)).unwrap_or_default()
    }

    /// As [`Trainer::draw`]; half of the batch are swarms that live by the energy and the flow as they are now.
    fn draw_with_chains(&mut self, sigma_range_l: [f64; 2], net: &NetTraining, stop: Stop) -> Arc<Batch> {
        if !self.pool.samples_are_whole() {
            return self.draw(sigma_range_l);
        }
        let mut batch = self.take_batch();
        let rule = self.rule_with(Some(net));
        let mut chains = match self.chains.take() {
            Some(chains) => chains,
            None => Chains::new(&mut self.pool, sigma_range_l, &rule),
        };
        {
            let configs = self.pool.configs(self.settings.batch);
            chains.advance(configs / 2, &mut self.pool, sigma_range_l, &rule, stop);
            self.pool.draw_beside(&mut batch, configs, sigma_range_l, &rule, chains.advanced());
        }
        self.chains = Some(chains);
        self.batch = Arc::new(batch);
        self.batch.clone()
    }

    /// Returns the denoising loss, whatever the phase.
    fn energy_step(&mut self, phase: Phase, stop: Stop) -> Result<f64, LearnError> {
        let batch = self.draw(self.settings.sigma_range_l);
        poll(stop)?;
        let TrainingSettings { kappa, cutoff_l, learning_rate, steps, .. } = self.settings;
        let shape = self.energy.shape;
        let weights = self.energy.weights.as_tensor();
        let (loss, slope) = if self.device.is_cpu() {
            let weights = Weights::new(shape, &weights.to_vec1::<f32>()?, cutoff_l);
            let mut net = FusedNet { weights: &weights, cloud: &batch.cloud, kernels: &mut self.kernels, stop };
            let gradient = net.energy_gradient()?;
            poll(stop)?;
            let loss = loss::denoising(&gradient, &batch, kappa)?;
            let slope = net.energy_slope(&loss, &gradient)?;
            (loss, slope)
        } else {
            let edges = graph::EdgeTensors::new(&batch, &shape, cutoff_l, &self.device)?;
            let loss = loss::denoising(&graph::energy_gradient(weights, &shape, &edges)?, &batch, kappa)?;
            let slope = slope(&loss, weights)?;
            (loss, slope)
        };
        drop(batch);
        poll(stop)?;
        let push = match phase {
            Phase::Contrast => self.contrastive_push(stop)?,
            Phase::Energy | Phase::Flow => None,
        };
        let slope = match push {
            Some(push) => (slope + push)?,
            None => slope,
        };
        self.energy.descend(&loss, slope, learning_rate, steps)
    }

    /// λ times the weight gradient of the contrastive loss at the present weights.
    fn contrastive_push(&mut self, stop: Stop) -> Result<Option<Tensor>, LearnError> {
        let Some(contrast) = &mut self.contrast else { return Ok(None) };
        let mut rule = Rule { flow: None, ..self.rule.clone() };
        // The chains grow by the last weights, as the push is theirs.
        rule.energy.weights = self.energy.weights.as_tensor().to_vec1()?;
        contrast.advance(&rule, stop);
        poll(stop)?;
        let bar = contrast.weight_gradient(&rule, &mut self.kernels, stop);
        poll(stop)?;
        let bar = Tensor::from_slice(bar, bar.len(), &self.device)?;
        Ok(Some((bar * self.settings.contrast)?))
    }

    fn flow_step(&mut self, stop: Stop) -> Result<f64, LearnError> {
        let Some(mut net) = self.flow.take() else { unreachable!("flow_step is called with a flow") };
        let loss = self.flow_loss(&net, stop);
        let result = loss.and_then(|(loss, slope)| {
            let warm = net.step as f64;
            // Running mean that forgets the untrained start.
            let keep = (warm / (warm + 10.0)).min(0.99);
            self.speed_sq = keep * self.speed_sq + (1.0 - keep) * f64::from(loss.speed_sq);
            self.forward = keep * self.forward + (1.0 - keep) * f64::from(loss.forward);
            net.descend(&loss.loss, slope, self.settings.learning_rate, self.settings.flow_steps)
        });
        self.flow = Some(net);
        result
    }

    /// The loss of the flow and its weight gradient.
    fn flow_loss(&mut self, net: &NetTraining, stop: Stop) -> Result<(loss::FlowLoss, Tensor), LearnError> {
        // The flow runs at the live temperature: the lower half (in ln σ) of the trained range.
        let [lo, hi] = self.settings.sigma_range_l;
        let batch = self.draw_with_chains([lo, (lo * hi).sqrt()], net, stop);
        poll(stop)?;
        let score = self.score(&batch, stop)?;
        let probes = loss::Probes::draw(&batch, &score, self.pool.rng());
        let TrainingSettings { kappa, cutoff_l, drive, .. } = self.settings;
        let shape = net.shape;
        let weights = net.weights.as_tensor();
        let (loss, slope) = if self.device.is_cpu() {
            let weights = Weights::new(shape, &weights.to_vec1::<f32>()?, cutoff_l);
            let mut net = FusedNet { weights: &weights, cloud: &batch.cloud, kernels: &mut self.kernels, stop };
            let jets = net.flow_jets(&probes.along)?;
            poll(stop)?;
            let loss = loss::flow(&jets, &batch, &probes, drive, kappa)?;
            let slope = net.flow_slope(&probes.along, &loss.loss, &jets)?;
            (loss, slope)
        } else {
            let edges = graph::EdgeTensors::new(&batch, &shape, cutoff_l, &self.device)?;
            let [a, b] = [&probes.along[0], &probes.along[1]]
                .map(|z| Tensor::from_slice(z.as_flattened(), (batch.particles(), 3), &self.device));
            let jets = graph::flow_jets(weights, &shape, &edges, [&a?, &b?])?;
            let loss = loss::flow(&jets, &batch, &probes, drive, kappa)?;
            let slope = slope(&loss.loss, weights)?;
            (loss, slope)
        };
        poll(stop)?;
        Ok((loss, slope))
    }

    /// s = -∇E of the averaged energy, (x, y, θ), world frame.
    fn score(&mut self, batch: &Batch, stop: Stop) -> Result<Vec<[f32; 3]>, LearnError> {
        let mut score = vec![[0.0f32; 3]; batch.particles()];
        let weights = Weights::new(self.energy.shape, &self.energy.average, self.settings.cutoff_l);
        self.kernels.gradient(&weights, &batch.cloud, &mut score, stop);
        poll(stop)?;
        for (s, sigma_l) in score.iter_mut().zip(batch.sigma_of_each()) {
            let inv_sigma = 1.0 / sigma_l;
            *s = s.map(|g| -g * inv_sigma);
        }
        Ok(score)
    }
}

impl NetTraining {
    fn new(
        shape: NetShape,
        start: Option<&LocalNet>,
        rng: &mut StdRng,
        settings: &TrainingSettings,
        device: &Device,
    ) -> Result<Self, LearnError> {
        let average = start.cloned().unwrap_or_else(|| LocalNet::random(shape, rng, START_GAIN)).weights;
        let weights = Var::from_vec(average.clone(), average.len(), device)?;
        let params = ParamsAdamW { lr: settings.learning_rate, beta1: 0.9, beta2: 0.99, eps: 1e-8, weight_decay: 0.0 };
        let optimiser = AdamW::new(vec![weights.clone()], params)?;
        Ok(Self {
            shape,
            weights,
            optimiser,
            average,
            step: 0,
            continued: start.is_some(),
            smoothed: None,
            first: 0.0,
            cooling: None,
            planned: 0,
        })
    }

    /// Share of the first learning rate at this step of `steps`.
    fn rate(&self, steps: usize) -> f64 {
        let cosine =
            |step: usize, of: usize| 0.5 * (1.0 + (std::f64::consts::PI * step as f64 / of.max(1) as f64).cos());
        match self.cooling {
            Some(from) => {
                let left = steps.saturating_sub(self.step) as f64 / steps.saturating_sub(from).max(1) as f64;
                cosine(from, self.planned) * left
            }
            None => cosine(self.step, steps),
        }
    }

    /// Adam along a cosine schedule, by the gradient `slope` of the loss, then the running average. Returns the loss.
    fn descend(&mut self, loss: &Tensor, slope: Tensor, learning_rate: f64, steps: usize) -> Result<f64, LearnError> {
        let value = f64::from(loss.to_scalar::<f32>()?);
        let smoothed = self.smoothed.map_or(value, |s| 0.98 * s + 0.02 * value);
        if self.step < SETTLE_STEPS {
            self.first = self.first.max(smoothed.abs());
        }
        let runaway = self.step >= SETTLE_STEPS && smoothed > DIVERGED_FACTOR * self.first;
        if !value.is_finite() || runaway {
            return Err(LearnError::Diverged { step: self.step + 1, loss: value, last_good: self.step });
        }
        self.optimiser.set_learning_rate(learning_rate * self.rate(steps));
        let mut gradients = GradStore::default();
        gradients.insert(&self.weights, slope);
        self.optimiser.step(&gradients)?;
        let now: Vec<f32> = self.weights.as_tensor().to_vec1()?;
        if now.iter().any(|w| !w.is_finite()) {
            return Err(LearnError::Diverged { step: self.step + 1, loss: f64::NAN, last_good: self.step });
        }
        let t = self.step as f32;
        let keep = AVERAGE_DECAY.min((1.0 + t) / (10.0 + t));
        for (a, w) in self.average.iter_mut().zip(now) {
            *a = keep * *a + (1.0 - keep) * w;
        }
        self.step += 1;
        self.smoothed = Some(smoothed);
        Ok(value)
    }
}

#[cfg(test)]
impl Trainer {
    /// Takes `steps` steps, then puts NaN among the weights.
    pub fn poison_after(&mut self, steps: usize) {
        for _ in 0..steps {
            self.step().expect("a good step");
        }
        let weights = &self.energy.weights;
        let poison = (weights.as_tensor() * f64::NAN).expect("a product");
        weights.set(&poison).expect("the same shape");
    }
}

/// The first step with the contrastive term; never, for pictures whose samples are seen in part only: swarms are grown
/// and compared as a whole.
fn contrast_begins(settings: &TrainingSettings, pool: &Pool) -> usize {
    if pool.samples_are_whole() { settings.steps - settings.contrast_steps() } else { settings.steps }
}
