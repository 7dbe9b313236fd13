//! The live engine on the processor: Heun with shared noise, sixteen walkers side by side, all cores.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rayon::prelude::*;

use super::baked::BakedField;
use super::kernel::{DriftKernel, Lanes3, Scratch};
use super::sweep::{TASK, evaluate_all, gather};
use super::{PointBrush, PointCheckpoint, PointCounters, PointEngineError, PointForce};
use crate::nn::dispatch::{Isa, Kernel};
use crate::nn::lanes::LANES;
use crate::worlds::points::cloud::MAX_POINTS;
use crate::worlds::points::rule::{PointLive, PointRule, WalkConstants, shared_noise};

/// Walkers on the processor.
pub struct CpuPointEngine {
    rule: PointRule,
    live: PointLive,
    kernel: DriftKernel,
    /// In use when the network itself is not asked for.
    baked: Option<BakedField>,
    walkers: Vec<[f32; 4]>,
    force: Option<PointForce>,
    step: u32,
    seed: u64,
    non_finite: u64,
}

impl CpuPointEngine {
    /// Walkers (x, y, z, speed; standardised) under `rule`; the network itself moves them until [`Self::set_baked`].
    ///
    /// # Errors
    /// Knobs or a rule that do not fit, no walkers, more than a million.
    pub fn new(
        rule: &PointRule,
        live: &PointLive,
        walkers: Vec<[f32; 4]>,
        seed: u64,
    ) -> Result<Self, PointEngineError> {
        live.validate(rule)?;
        super::check_walkers(walkers.len())?;
        let kernel = DriftKernel::new(rule, live.sigma);
        let (rule, live) = (rule.clone(), *live);
        Ok(Self { rule, live, kernel, baked: None, walkers, force: None, step: 0, seed, non_finite: 0 })
    }

    /// `steps` Heun steps with shared noise.
    pub fn run(&mut self, steps: u32) {
        let isa = Isa::detect();
        let stepper = Stepper {
            field: self.baked.as_ref().map_or(Field::Network(&self.kernel), Field::Baked),
            dim: self.rule.dim,
            walk: self.live.constants(&self.rule),
            force: self.force,
            first_step: self.step,
            steps,
            seed: self.seed,
        };
        let kernel = &self.kernel;
        // Walkers do not meet: each task takes its own through all steps.
        let lost: u64 = self
            .walkers
            .par_chunks_mut(TASK)
            .enumerate()
            .map_init(
                || kernel.scratch(),
                |scratch, (task, walkers)| {
                    isa.run(Advance { stepper: &stepper, first: (task * TASK) as u32, walkers, scratch })
                },
            )
            .sum();
        self.non_finite += lost;
        self.step = self.step.wrapping_add(steps);
    }

    /// x, y, z, speed of every walker, standardised; z is 0 in the plane, speed is |V| at strength 1.
    pub fn positions(&self) -> &[[f32; 4]] {
        &self.walkers
    }

    /// Moves by a grid over the box of `cloud` (standardised) instead of the networks, or by the networks again. Returns
    /// the relative root mean square error of the grid's flow at the positions of the cloud.
    pub fn set_baked(&mut self, cloud: Option<&[[f32; 4]]>) -> Option<f64> {
        self.baked = cloud.map(|positions| BakedField::new(&self.kernel, self.rule.dim, positions));
        let baked = self.baked.as_ref()?;
        /// Places compared: the error's own error is then about 2 %.
        const COMPARED: usize = 4096;
        cloud.map(|positions| baked.flow_error(&self.kernel, &positions[..positions.len().min(COMPARED)]))
    }

    /// Moves by a grid that was baked elsewhere, or by the networks again.
    pub fn set_grid(&mut self, grid: Option<BakedField>) {
        self.baked = grid;
    }

    /// The grid that moves the walkers, where there is one.
    pub fn baked(&self) -> Option<&BakedField> {
        self.baked.as_ref()
    }

    /// Goes on under other knobs. Returns true when a grid must be baked again, which [`Self::set_baked`] does.
    ///
    /// # Errors
    /// Knobs out of range; then nothing has changed.
    pub fn set_live(&mut self, live: &PointLive) -> Result<bool, PointEngineError> {
        live.validate(&self.rule)?;
        let other_sigma = live.sigma != self.live.sigma;
        self.live = *live;
        if other_sigma {
            self.kernel = DriftKernel::new(&self.rule, live.sigma);
        }
        Ok(other_sigma && self.baked.is_some())
    }

    /// Goes on under another rule, by its networks.
    ///
    /// # Errors
    /// A rule that does not fit; then nothing has changed.
    pub fn set_rule(&mut self, rule: &PointRule) -> Result<(), PointEngineError> {
        self.live.validate(rule)?;
        self.kernel = DriftKernel::new(rule, self.live.sigma);
        self.rule = rule.clone();
        self.baked = None;
        Ok(())
    }

    /// The force that acts from now on.
    pub fn set_force(&mut self, force: Option<PointForce>) {
        self.force = force;
    }

    /// Adds, removes or scatters walkers under a brush.
    ///
    /// # Errors
    /// Nothing would be left, or more than a million; then nothing has changed.
    pub fn apply(&mut self, brush: PointBrush, under: &PointForce) -> Result<(), PointEngineError> {
        super::apply_brush(&mut self.walkers, self.rule.dim, brush, under, self.seed ^ u64::from(self.step))
    }

    /// The state, to go back to.
    pub fn checkpoint(&self) -> PointCheckpoint {
        PointCheckpoint { walkers: self.walkers.clone(), step: self.step, seed: self.seed }
    }

    /// Back to a saved state; the same steps follow.
    pub fn restore(&mut self, from: &PointCheckpoint) {
        (self.walkers, self.step, self.seed) = (from.walkers.clone(), from.step, from.seed);
    }

    /// What the engine has counted.
    pub fn counters(&self) -> PointCounters {
        PointCounters { steps: self.step, non_finite: self.non_finite, bytes_per_walker: size_of::<[f32; 4]>() }
    }

    /// The rule it runs.
    pub fn rule(&self) -> &PointRule {
        &self.rule
    }

    /// The knobs it runs under.
    pub fn live(&self) -> &PointLive {
        &self.live
    }
}

/// `count` walkers at random positions of `cloud` (standardised), each with Gaussian noise `sigma`: a sample of what the
/// energy at that σ describes.
pub fn walkers_from(cloud: &[[f64; 3]], dim: usize, count: usize, sigma: f64, seed: u64) -> Vec<[f32; 4]> {
    let mut rng = StdRng::seed_from_u64(seed);
    (0..count.min(MAX_POINTS))
        .map(|_| {
            let mut position = cloud[rng.random_range(0..cloud.len())];
            position[..dim].iter_mut().for_each(|v| *v += sigma * rng.sample::<f64, _>(StandardNormal));
            [position[0] as f32, position[1] as f32, position[2] as f32, 0.0]
        })
        .collect()
}

/// What carries positions.
#[derive(Clone, Copy)]
pub enum CarryField<'a> {
    /// The networks themselves.
    Network(&'a DriftKernel),
    /// A grid of their values.
    Baked(&'a BakedField),
}

/// Carries positions by the flow alone (Runge-Kutta of order 4, no noise) for `steps` steps of `dt`.
pub fn carry(field: CarryField, positions: &mut [[f32; 4]], speed: f32, dt: f32, steps: u32) {
    let add = |a: &[[f32; 4]], h: f32, b: &[[f32; 3]]| -> Vec<[f32; 4]> {
        a.iter().zip(b).map(|(a, b)| [a[0] + h * b[0], a[1] + h * b[1], a[2] + h * b[2], 0.0]).collect()
    };
    let slope = |positions: &[[f32; 4]]| -> Vec<[f32; 3]> {
        match field {
            CarryField::Network(kernel) => {
                evaluate_all(kernel, positions).into_iter().map(|at| at.velocity.map(|v| speed * v)).collect()
            }
            CarryField::Baked(grid) => {
                let velocity = |p: &[f32; 4]| {
                    let [x, y, z, ..] = grid.at([p[0], p[1], p[2]]);
                    [x, y, z].map(|v| speed * v)
                };
                positions.iter().map(velocity).collect()
            }
        }
    };
    positions.par_chunks_mut(TASK / 4).for_each(|positions| {
        for _ in 0..steps {
            let k1 = slope(positions);
            let k2 = slope(&add(positions, 0.5 * dt, &k1));
            let k3 = slope(&add(positions, 0.5 * dt, &k2));
            let k4 = slope(&add(positions, dt, &k3));
            for (n, position) in positions.iter_mut().enumerate() {
                (0..3).for_each(|i| {
                    position[i] += dt / 6.0 * (k1[n][i] + 2.0 * k2[n][i] + 2.0 * k3[n][i] + k4[n][i]);
                });
            }
        }
    });
}

enum Field<'a> {
    Network(&'a DriftKernel),
    Baked(&'a BakedField),
}

/// What all tasks of a run share.
struct Stepper<'a> {
    field: Field<'a>,
    dim: usize,
    walk: WalkConstants,
    force: Option<PointForce>,
    first_step: u32,
    steps: u32,
    seed: u64,
}

struct Advance<'a> {
    stepper: &'a Stepper<'a>,
    first: u32,
    walkers: &'a mut [[f32; 4]],
    scratch: &'a mut Scratch,
}

impl Kernel for Advance<'_> {
    /// Walkers that lost a finite position and were put back where they were.
    type Output = u64;

    #[inline(always)]
    fn run<const B: usize, const FMA: bool>(self) -> u64 {
        let mut lost = 0;
        for (group, walkers) in self.walkers.chunks_mut(LANES).enumerate() {
            let first = self.first + (group * LANES) as u32;
            for step in 0..self.stepper.steps {
                lost += self.stepper.advance::<B, FMA>(
                    walkers,
                    first,
                    self.stepper.first_step.wrapping_add(step),
                    self.scratch,
                );
            }
        }
        lost
    }
}

impl Stepper<'_> {
    /// One Heun step of up to sixteen walkers.
    #[inline(always)]
    fn advance<const B: usize, const FMA: bool>(
        &self,
        walkers: &mut [[f32; 4]],
        first: u32,
        step: u32,
        scratch: &mut Scratch,
    ) -> u64 {
        let x = gather(walkers);
        let mut noise = [[0.0f32; LANES]; 3];
        if self.walk.noise > 0.0 {
            for l in 0..walkers.len() {
                let normal = shared_noise(first + l as u32, step, self.seed);
                (0..self.dim).for_each(|i| noise[i][l] = self.walk.noise * normal[i]);
            }
        }
        let (drift, speed) = self.drift::<B, FMA>(&x, scratch);
        let mut predicted = x;
        for i in 0..self.dim {
            (0..LANES).for_each(|l| predicted[i][l] = x[i][l] + self.walk.dt * drift[i][l] + noise[i][l]);
        }
        let (second, _) = self.drift::<B, FMA>(&predicted, scratch);
        let mut lost = 0;
        for (l, walker) in walkers.iter_mut().enumerate() {
            let mut next = *walker;
            next[3] = speed[l];
            (0..self.dim).for_each(|i| next[i] += 0.5 * self.walk.dt * (drift[i][l] + second[i][l]) + noise[i][l]);
            if next[..3].iter().all(|v| v.abs() < super::FAR) {
                *walker = next;
            } else {
                lost += 1;
            }
        }
        lost
    }

    /// γ V + η s plus the brush, and |V|.
    #[inline(always)]
    fn drift<const B: usize, const FMA: bool>(&self, x: &Lanes3, scratch: &mut Scratch) -> (Lanes3, [f32; LANES]) {
        let (v, s) = match self.field {
            Field::Network(kernel) => {
                let (v, s, _) = kernel.evaluate::<B, FMA>(x, self.walk.eta > 0.0, scratch);
                (v, s)
            }
            Field::Baked(baked) => {
                let (mut v, mut s) = ([[0.0f32; LANES]; 3], [[0.0f32; LANES]; 3]);
                for l in 0..LANES {
                    let at = baked.at([x[0][l], x[1][l], x[2][l]]);
                    (0..3).for_each(|i| (v[i][l], s[i][l]) = (at[i], at[4 + i]));
                }
                (v, s)
            }
        };
        let (mut drift, mut speed) = ([[0.0f32; LANES]; 3], [0.0f32; LANES]);
        for i in 0..self.dim {
            for l in 0..LANES {
                drift[i][l] = self.walk.gamma * v[i][l] + self.walk.eta * s[i][l];
                speed[l] += v[i][l] * v[i][l];
            }
        }
        if let Some(force) = &self.force {
            for l in 0..LANES {
                let push = force.velocity([x[0][l], x[1][l], x[2][l]]);
                (0..self.dim).for_each(|i| drift[i][l] += push[i]);
            }
        }
        (drift, speed.map(f32::sqrt))
    }
}
