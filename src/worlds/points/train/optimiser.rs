//! A network under Adam with cosine decay, and the running average of its weights.

use candle_core::Device;
use candle_core::backprop::GradStore;
use candle_nn::optim::{AdamW, Optimizer, ParamsAdamW};

use super::PointLearnError;
use super::loss::{LossChunk, LossPart};
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
    net: TensorNet,
    optimiser: AdamW,
    average: Mlp,
    pub step: usize,
    steps: usize,
    learning_rate: f64,
    smoothed: Option<f64>,
    scale: f64,
    /// The batch of the next step, where that was broken off.
    pending: Option<Vec<LossChunk>>,
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

    /// Leaves out what is planned after a decay from here, in `tail` times the steps done.
    pub fn finish_soon(&mut self, tail: f64) {
        self.steps = self.steps.min(self.step + (tail * self.step as f64) as usize + 1);
    }

    /// One step down the loss of a batch, which `draw` draws; returns its value. `stop` is polled before the loss of each chunk
    /// and before its gradient. A batch whose step is broken off is kept for the next call: random numbers are drawn once for
    /// each step.
    ///
    /// # Errors
    /// [`PointLearnError::Stopped`]; a loss that diverges, after which the weights are those of the step before.
    pub fn descend(
        &mut self,
        stop: &dyn Fn() -> bool,
        draw: impl FnOnce() -> candle_core::Result<Vec<LossChunk>>,
    ) -> Result<f64, PointLearnError> {
        let batch = match self.pending.take() {
            Some(batch) => batch,
            None => draw()?,
        };
        match gradient(&self.net, &batch, stop) {
            Ok((value, gradient)) => self.step_along(value, &gradient),
            Err(why) => {
                self.pending = Some(batch);
                Err(why)
            }
        }
    }

    fn step_along(&mut self, value: f64, gradient: &GradStore) -> Result<f64, PointLearnError> {
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
        self.optimiser.step(gradient)?;
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

/// Value and gradient of the loss N / D of a batch, chunk by chunk: ∇(N / D) = Σ (∇n / D - N ∇d / D²). `stop` is polled twice
/// for each chunk.
fn gradient(
    net: &TensorNet,
    batch: &[LossChunk],
    stop: &dyn Fn() -> bool,
) -> Result<(f64, GradStore), PointLearnError> {
    let poll = || if stop() { Err(PointLearnError::Stopped) } else { Ok(()) };
    let (mut parts, mut numerator, mut denominator) = (Vec::with_capacity(batch.len()), 0.0, 0.0);
    for chunk in batch {
        poll()?;
        let part = chunk(net)?;
        numerator += f64::from(part.numerator.to_scalar::<f32>()?);
        denominator += f64::from(part.denominator.to_scalar::<f32>()?);
        parts.push(part);
    }
    let value = numerator / denominator;
    let mut sum = GradStore::default();
    for LossPart { numerator, denominator: own } in parts {
        poll()?;
        sum.extend(((numerator - (own * value)?)? * denominator.recip())?.backward()?)?;
    }
    Ok((value, sum))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use candle_core::Tensor;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    /// E|V|² / E|V - 1|² over rows of positions.
    fn chunk(rows: std::ops::Range<usize>) -> LossChunk {
        let x: Vec<f32> = rows.clone().flat_map(|k| [(k as f32).sin(), (k as f32).cos()]).collect();
        let x = Tensor::from_vec(x, (rows.len(), 2), &Device::Cpu).unwrap();
        Box::new(move |net| {
            let v = net.value(&x)?;
            Ok(LossPart { numerator: v.sqr()?.sum_all()?, denominator: (v - 1.0)?.sqr()?.sum_all()? })
        })
    }

    #[test]
    fn a_batch_in_chunks_has_the_gradient_of_the_whole() {
        let start = Mlp::random(&[2, 8, 2], 1.0, &mut StdRng::seed_from_u64(1));
        let net = TensorNet::new(&start, &Device::Cpu).unwrap();
        let of = |batch: &[LossChunk]| gradient(&net, batch, &|| false).unwrap();
        let (whole, chunks) = (of(&[chunk(0..50)]), of(&[chunk(0..20), chunk(20..47), chunk(47..50)]));
        assert!((whole.0 - chunks.0).abs() < 1e-5 * whole.0);
        // As candle differentiates the ratio itself.
        let part = chunk(0..50)(&net).unwrap();
        let ratio = (part.numerator / part.denominator).unwrap().backward().unwrap();
        for variable in net.variables() {
            let of = |store: &GradStore| store.get(&variable).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
            let (a, b, expected) = (of(&whole.1), of(&chunks.1), of(&ratio));
            assert!(expected.iter().any(|v| v.abs() > 1e-3));
            for ((a, b), expected) in a.iter().zip(&b).zip(&expected) {
                let tolerance = 1e-4 * (1.0 + expected.abs());
                assert!((a - expected).abs() < tolerance && (b - expected).abs() < tolerance, "{a} {b} {expected}");
            }
        }
    }

    #[test]
    fn each_chunk_polls_twice_and_a_broken_step_is_made_again() {
        let start = Mlp::random(&[2, 8, 2], 1.0, &mut StdRng::seed_from_u64(2));
        let draw = || Ok(vec![chunk(0..20), chunk(20..40), chunk(40..50)]);
        let optimiser = || PointOptimiser::new(start.clone(), 10, 1e-2).unwrap();
        let descend = |optimiser: &mut PointOptimiser, after: usize| {
            let polls = Cell::new(0);
            let stop = || polls.replace(polls.get() + 1) >= after;
            (optimiser.descend(&stop, draw), polls.get())
        };
        let mut whole = optimiser();
        let (loss, polls) = descend(&mut whole, usize::MAX);
        assert_eq!(polls, 2 * 3);
        let mut broken = optimiser();
        for after in 0..polls {
            let (stopped, polled) = descend(&mut broken, after);
            assert!(matches!(stopped, Err(PointLearnError::Stopped)) && polled == after + 1);
        }
        // The batch is not drawn a second time.
        let again = broken.descend(&|| false, || panic!("drawn again")).unwrap();
        assert_eq!(again, loss.unwrap());
        assert_eq!(broken.average(), whole.average());
    }
}
