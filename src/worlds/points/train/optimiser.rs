//! A network under Adam with cosine decay, and the running average of its weights.

use candle_core::{Device, Tensor};
use candle_nn::optim::{AdamW, Optimizer, ParamsAdamW};

use super::PointLearnError;
use super::net::TensorNet;
use crate::worlds::points::rule::Mlp;

/// Weight of the past in the running average of the weights.
const AVERAGE_DECAY: f32 = 0.995;
/// A smoothed loss this many times the largest of the first steps means divergence.
const RUNAWAY: f64 = 20.0;
/// Steps that set the scale of the loss.
const SETTLE_STEPS: usize = 50;

/// A network being trained.
pub(super) struct PointOptimiser {
    pub net: TensorNet,
    optimiser: AdamW,
    average: Mlp,
    pub step: usize,
    steps: usize,
    learning_rate: f64,
    smoothed: Option<f64>,
    scale: f64,
    /// Of the next step, where that was broken off.
    pending: Option<Tensor>,
}

impl PointOptimiser {
    pub fn new(start: Mlp, steps: usize, learning_rate: f64) -> Result<Self, PointLearnError> {
        let net = TensorNet::new(&start, &Device::Cpu)?;
        let params = ParamsAdamW { lr: learning_rate, weight_decay: 0.0, ..ParamsAdamW::default() };
        let optimiser = AdamW::new(net.variables(), params)?;
        let (smoothed, scale, pending) = (None, 0.0, None);
        Ok(Self { net, optimiser, average: start, step: 0, steps, learning_rate, smoothed, scale, pending })
    }

    /// The running average of the weights, which is better than the last ones.
    pub fn average(&self) -> &Mlp {
        &self.average
    }

    pub fn is_done(&self) -> bool {
        self.step >= self.steps
    }

    /// Share of the steps that are done, 0 to 1.
    pub fn share(&self) -> f64 {
        self.step as f64 / self.steps as f64
    }

    /// Leaves out what is planned after a short decay from here.
    pub fn finish_soon(&mut self) {
        self.steps = self.steps.min(self.step + self.step / 10 + 1);
    }

    /// The loss of the next step, by `compute`. It is kept for the next call where `stop` breaks the step off: random numbers
    /// are drawn once for each step.
    ///
    /// # Errors
    /// [`PointLearnError::Stopped`], and those of `compute`.
    pub fn loss(
        &mut self,
        stop: &dyn Fn() -> bool,
        compute: impl FnOnce(&TensorNet) -> candle_core::Result<Tensor>,
    ) -> Result<Tensor, PointLearnError> {
        let loss = match self.pending.take() {
            Some(loss) => loss,
            None => compute(&self.net)?,
        };
        if stop() {
            self.pending = Some(loss);
            return Err(PointLearnError::Stopped);
        }
        Ok(loss)
    }

    /// One step down the loss; returns its value.
    pub fn descend(&mut self, loss: &Tensor) -> Result<f64, PointLearnError> {
        let value = f64::from(loss.to_scalar::<f32>()?);
        let smoothed = self.smoothed.map_or(value, |s| 0.98 * s + 0.02 * value);
        if self.step < SETTLE_STEPS {
            self.scale = self.scale.max(value.abs());
        }
        if !value.is_finite() || (self.step >= SETTLE_STEPS && smoothed > RUNAWAY * self.scale) {
            return Err(PointLearnError::Diverged { step: self.step + 1, loss: value });
        }
        self.smoothed = Some(smoothed);
        let fall = 0.5 * (1.0 + (std::f64::consts::PI * self.share()).cos());
        self.optimiser.set_learning_rate(self.learning_rate * fall);
        self.optimiser.backward_step(loss)?;
        self.step += 1;
        let now = self.net.weights()?;
        if now.weights.iter().any(|w| !w.is_finite()) {
            return Err(PointLearnError::Diverged { step: self.step, loss: f64::NAN });
        }
        let keep = AVERAGE_DECAY.min(self.step as f32 / (10.0 + self.step as f32));
        for (a, w) in self.average.weights.iter_mut().zip(now.weights) {
            *a = keep * *a + (1.0 - keep) * w;
        }
        Ok(value)
    }
}
