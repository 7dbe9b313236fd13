//! Gray-Scott reaction and diffusion (Gray & Scott 1984; patterns: Pearson 1993): the source of simulated stills.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Still;
use crate::gpu::BorrowedGpu;
use crate::worlds::field::engine::{GpuLibrary, LibraryEngine};
use crate::worlds::field::rule::{Coefficients, LibraryRule, Term, reference};
use crate::worlds::field::{FieldError, MAX_SIDE, MIN_SIDE};

/// Below this root-mean-square du/dt a run has died or frozen, and shows nothing of motion.
const STILL_RATE: f64 = 1e-5;
/// Seeds of a 128 × 128 field; other sizes in proportion to the area.
const SEEDS_PER_AREA: usize = 5;

/// du/dt = Du ∇²u - u v² + F (1 - u), dv/dt = Dv ∇²v + u v² - (F + k) v; time step 1, pixel size 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GrayScott {
    pub f: f64,
    pub k: f64,
    pub du: f64,
    pub dv: f64,
}

/// A named pair (F, k).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Preset {
    pub name: &'static str,
    pub f: f64,
    pub k: f64,
}

/// The four patterns of the 4 × 4 study.
pub const PRESETS: [Preset; 4] = [
    Preset { name: "life", f: 0.006, k: 0.045 },
    Preset { name: "waves", f: 0.018, k: 0.049 },
    Preset { name: "spirals", f: 0.007, k: 0.028 },
    Preset { name: "maze", f: 0.029, k: 0.057 },
];

impl Preset {
    pub fn named(name: &str) -> Option<Self> {
        PRESETS.into_iter().find(|preset| preset.name == name)
    }

    pub fn law(self) -> GrayScott {
        GrayScott { f: self.f, k: self.k, ..GrayScott::default() }
    }
}

impl Default for GrayScott {
    /// *life*, with the diffusion constants of all four presets.
    fn default() -> Self {
        Self { f: PRESETS[0].f, k: PRESETS[0].k, du: 0.16, dv: 0.08 }
    }
}

impl GrayScott {
    /// The same equations as a library rule.
    pub fn rule(&self) -> LibraryRule {
        let u = Coefficients::default()
            .with(Term::One, self.f)
            .with(Term::U, -self.f)
            .with(Term::LapU, self.du)
            .with(Term::UVv, -1.0);
        let v =
            Coefficients::default().with(Term::V, -(self.f + self.k)).with(Term::LapV, self.dv).with(Term::UVv, 1.0);
        LibraryRule { u, v, range: [[0.0, 1.0]; 2], rest: [1.0, 0.0], seed: [0.5, 0.25] }
    }
}

/// How a set of stills was simulated; the same values give the same stills on one machine.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GrayScottRun {
    pub law: GrayScott,
    /// Side of the square torus, pixels.
    pub size: usize,
    /// Independent random starts.
    pub runs: usize,
    /// Steps of each run; stills are taken at 3/5, 4/5 and all of them.
    pub steps: usize,
    pub seed: u64,
}

impl Default for GrayScottRun {
    fn default() -> Self {
        Self { law: GrayScott::default(), size: 128, runs: 120, steps: 5000, seed: 1 }
    }
}

impl GrayScottRun {
    /// Stills of each run.
    pub const STILLS: usize = 3;

    /// # Errors
    /// A size, count or constant out of range.
    pub fn validate(&self) -> Result<(), FieldError> {
        let fail = |path, reason, hint| Err(FieldError::Value { path, reason, hint });
        if !(MIN_SIDE..=MAX_SIDE).contains(&self.size) {
            return fail("size", format!("{} pixels", self.size), "give 16 to 2048; 128 keeps spirals alive");
        }
        if !(1..=100_000).contains(&self.runs) {
            return fail("runs", self.runs.to_string(), "give 1 to 100000");
        }
        if !(5..=10_000_000).contains(&self.steps) {
            return fail("steps", self.steps.to_string(), "give 5 to 10000000; 5000 is enough for the presets");
        }
        let GrayScott { f, k, du, dv } = self.law;
        if ![f, k].iter().all(|c| (0.0..=1.0).contains(c)) {
            return fail("f, k", format!("{f}, {k}"), "give values from 0 to 1, for example .006 and .045");
        }
        if ![du, dv].iter().all(|c| *c > 0.0 && *c <= 0.25) {
            return fail(
                "du, dv",
                format!("{du}, {dv}"),
                "give values above 0 and up to .25, where a step of 1 is stable",
            );
        }
        Ok(())
    }

    /// Stills of run `run`, at 3/5, 4/5 and the end of its steps.
    pub fn stills_of(&self, run: usize) -> Vec<Still> {
        self.stills_unless_stopped(run, &|| false).expect("nothing stops it")
    }

    /// `None` where it was stopped.
    fn stills_unless_stopped(&self, run: usize, stop: &dyn Fn() -> bool) -> Option<Vec<Still>> {
        /// Pixels stepped between two polls: some hundredths of a second.
        const PIXELS: usize = 1 << 23;
        let most = (PIXELS / (self.size * self.size)).max(1) as u32;
        let rule = self.law.rule();
        let mut engine = LibraryEngine::new(&rule, &self.start_of(run));
        engine.set_parallel(false);
        let mut stills = Vec::with_capacity(Self::STILLS);
        for steps in self.parts() {
            let mut left = steps;
            while left > 0 {
                if stop() {
                    return None;
                }
                let now = most.min(left);
                engine.run(now);
                left -= now;
            }
            stills.push(engine.image());
        }
        Some(stills)
    }

    /// The image that run `run` starts from.
    fn start_of(&self, run: usize) -> Still {
        let mut rng = StdRng::seed_from_u64(self.seed.wrapping_mul(1_000_003).wrapping_add(run as u64));
        seeded(&self.law.rule(), self.size, self.size, &mut rng)
    }

    /// Steps before each still, from the one before it.
    fn parts(&self) -> [u32; Self::STILLS] {
        let until = |fifth: usize| self.steps * fifth / 5;
        [until(3), until(4) - until(3), until(5) - until(4)].map(|steps| steps as u32)
    }

    /// As [`Self::simulate`], on a GPU where one is given: one run after the other, as each fills the device.
    ///
    /// # Errors
    /// A GPU that refuses or is lost.
    pub fn simulate_on(
        &self,
        runs: std::ops::Range<usize>,
        gpu: Option<BorrowedGpu>,
    ) -> Result<Vec<Vec<Still>>, FieldError> {
        let Some((device, queue)) = gpu else { return Ok(self.simulate(runs)) };
        let Some(first) = runs.clone().next() else { return Ok(Vec::new()) };
        let mut engine = GpuLibrary::new(device, queue, &self.law.rule(), &self.start_of(first))?;
        let mut simulated = Vec::with_capacity(runs.len());
        for run in runs {
            engine.set_image(&self.start_of(run))?;
            let mut stills = Vec::with_capacity(Self::STILLS);
            for steps in self.parts() {
                engine.run(steps);
                stills.push(engine.image()?);
            }
            simulated.push(stills);
        }
        Ok(simulated)
    }

    /// Stills of all runs, by run; runs are independent and computed in parallel.
    pub fn simulate(&self, runs: std::ops::Range<usize>) -> Vec<Vec<Still>> {
        self.simulate_unless_stopped(runs, &|| false).expect("nothing stops it")
    }

    /// As [`Self::simulate`]; `None` where it was stopped.
    pub fn simulate_unless_stopped(
        &self,
        runs: std::ops::Range<usize>,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Option<Vec<Vec<Still>>> {
        runs.into_par_iter().map(|run| self.stills_unless_stopped(run, stop)).collect()
    }
}

/// The rule's rest state with discs of its seed state, radius 3 to 7 px, five per 128².
pub fn seeded(rule: &LibraryRule, width: usize, height: usize, rng: &mut StdRng) -> Still {
    let mut still = Still::filled(width, height, &rule.rest.map(|x| x as f32));
    let seeds = SEEDS_PER_AREA.max(SEEDS_PER_AREA * width * height / (128 * 128));
    for _ in 0..seeds {
        let radius = rng.random_range(3..8i64);
        let (cx, cy) = (rng.random_range(0..width) as i64, rng.random_range(0..height) as i64);
        for dy in -radius..=radius {
            for dx in -radius..=radius {
                if dx * dx + dy * dy < radius * radius {
                    let (x, y) = ((cx + dx).rem_euclid(width as i64), (cy + dy).rem_euclid(height as i64));
                    let at = y as usize * width + x as usize;
                    for channel in 0..2 {
                        still.plane_mut(channel)[at] = rule.seed[channel] as f32;
                    }
                }
            }
        }
    }
    still
}

/// Whether `still` changes under `rule` at all: its root-mean-square du/dt is above the rate of a dead run.
pub fn is_moving(rule: &LibraryRule, still: &Still) -> bool {
    let [rate, _] = reference::velocity(rule, still);
    (rate.iter().map(|r| r * r).sum::<f64>() / rate.len() as f64).sqrt() > STILL_RATE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_stills() {
        let run = GrayScottRun { size: 32, runs: 2, steps: 50, ..GrayScottRun::default() };
        let stills = run.simulate(0..2);
        assert_eq!(stills[1], run.stills_of(1));
        assert_ne!(stills[0], stills[1]);
        assert_ne!(GrayScottRun { seed: 2, ..run }.stills_of(1), stills[1]);
    }

    #[test]
    fn both_engines_simulate_the_same_stills() {
        let Some(gpu) = crate::gpu::testing::gpu() else { return };
        let run = GrayScottRun { size: 48, runs: 3, steps: 103, ..GrayScottRun::default() };
        let (cpu, on_gpu) = (run.simulate(1..3), run.simulate_on(1..3, Some(gpu.borrowed())).unwrap());
        let apart = |a: &[Vec<Still>], b: &[Vec<Still>]| {
            let values =
                |runs: &[Vec<Still>]| runs.concat().into_iter().flat_map(|still| still.data).collect::<Vec<f32>>();
            let (a, b) = (values(a), values(b));
            assert_eq!(a.len(), b.len());
            a.iter().zip(&b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
        };
        // A hundred steps of values up to 1, rounded differently where products are fused.
        assert!(apart(&cpu, &on_gpu) < 1e-4, "{}", apart(&cpu, &on_gpu));
        let other = GrayScottRun { seed: 2, ..run }.simulate(1..3);
        assert!(apart(&other, &on_gpu) > 1e-2, "another seed must show");
        assert_eq!(run.simulate_on(1..3, None).unwrap(), cpu);
    }

    #[test]
    fn life_moves_and_the_rest_state_does_not() {
        let run = GrayScottRun { runs: 1, steps: 1500, ..GrayScottRun::default() };
        let stills = run.stills_of(0);
        let rule = run.law.rule();
        assert!(is_moving(&rule, &stills[2]));
        assert!(stills[2].moments(1)[1] > 0.02, "v must have structure: {:?}", stills[2].moments(1));
        assert!(!is_moving(&rule, &Still::filled(64, 64, &[1.0, 0.0])));
    }

    #[test]
    fn wrong_sizes_and_constants_are_refused() {
        let refused = |run: GrayScottRun| run.validate().unwrap_err().to_string();
        assert!(GrayScottRun::default().validate().is_ok());
        assert!(refused(GrayScottRun { size: 8, ..GrayScottRun::default() }).contains("size"));
        assert!(refused(GrayScottRun { runs: 0, ..GrayScottRun::default() }).contains("runs"));
        let law = GrayScott { f: f64::NAN, ..GrayScott::default() };
        assert!(refused(GrayScottRun { law, ..GrayScottRun::default() }).contains("NaN"));
        let law = GrayScott { du: 0.3, ..GrayScott::default() };
        assert!(refused(GrayScottRun { law, ..GrayScottRun::default() }).contains("stable"));
    }
}
