//! A library rule on the processor, in f32.

use rand::SeedableRng;
use rand::rngs::StdRng;
use rayon::prelude::*;
use serde::Serialize;

use super::FieldStroke;
use super::row::{StepConstants, StepRows};
use crate::nn::dispatch::Isa;
use crate::worlds::field::rule::LibraryRule;
use crate::worlds::field::stills::Still;

/// Pixels from which a step is shared between threads; below, handing out the work costs more than it saves.
const PARALLEL_AREA: usize = 192 * 192;
/// Rows of one task.
const BAND_ROWS: usize = 32;

/// What an engine counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct FieldCounters {
    /// Steps since the start.
    pub steps: u64,
    /// Values that are not finite now.
    pub non_finite: u64,
    /// Memory per pixel, bytes.
    pub bytes_per_pixel: u64,
}

/// A two-channel field that moves by a library rule.
pub struct LibraryEngine {
    rule: LibraryRule,
    constants: StepConstants,
    time_step: f64,
    width: usize,
    height: usize,
    /// u and v now, and the memory that the next state is written to.
    planes: [Vec<f32>; 2],
    next: [Vec<f32>; 2],
    steps: u64,
    parallel: bool,
    isa: Isa,
    rng: StdRng,
}

impl LibraryEngine {
    /// Starts from channels 0 and 1 of `start`, with a time step of 1 or the largest stable one.
    pub fn new(rule: &LibraryRule, start: &Still) -> Self {
        let planes = [start.plane(0).to_vec(), start.plane(1).to_vec()];
        let mut engine = Self {
            rule: *rule,
            constants: StepConstants::default(),
            time_step: 1.0,
            width: start.width,
            height: start.height,
            next: planes.clone(),
            planes,
            steps: 0,
            parallel: true,
            isa: Isa::detect(),
            rng: StdRng::seed_from_u64(start.area() as u64),
        };
        engine.set_time_step(1.0);
        engine
    }

    /// Whether large fields use all threads (default) or only the calling one.
    pub fn set_parallel(&mut self, parallel: bool) {
        self.parallel = parallel;
    }

    /// Time per step; longer ones than the rule is stable at are shortened.
    pub fn set_time_step(&mut self, time_step: f64) {
        self.time_step = time_step.clamp(0.0, self.rule.max_time_step());
        self.constants = StepConstants::new(&self.rule, self.time_step);
    }

    /// Goes on under another rule and time step from the present state.
    pub fn set_motion(&mut self, rule: &LibraryRule, time_step: f64) {
        self.rule = *rule;
        self.set_time_step(time_step);
    }

    /// `steps` steps.
    pub fn run(&mut self, steps: u32) {
        for _ in 0..steps {
            self.step();
        }
        self.steps += u64::from(steps);
    }

    fn step(&mut self) {
        let (width, height, isa, constants) = (self.width, self.height, self.isa, &self.constants);
        let [u, v] = &self.planes;
        let [next_u, next_v] = &mut self.next;
        let rows = |first_row: usize, next_u: &mut [f32], next_v: &mut [f32]| {
            isa.run(StepRows { constants, u, v, width, height, first_row, next_u, next_v });
        };
        if self.parallel && width * height >= PARALLEL_AREA {
            let band = width * BAND_ROWS;
            let bands = next_u.par_chunks_mut(band).zip(next_v.par_chunks_mut(band)).enumerate();
            bands.for_each(|(k, (next_u, next_v))| rows(k * BAND_ROWS, next_u, next_v));
        } else {
            rows(0, next_u, next_v);
        }
        std::mem::swap(&mut self.planes, &mut self.next);
    }

    /// The present state, two channels.
    pub fn image(&self) -> Still {
        Still { width: self.width, height: self.height, channels: 2, data: self.planes.concat() }
    }

    /// Replaces the state; the size may change.
    pub fn set_image(&mut self, image: &Still) {
        (self.width, self.height) = (image.width, image.height);
        self.planes = [image.plane(0).to_vec(), image.plane(1).to_vec()];
        self.next = self.planes.clone();
    }

    /// Changes the field by hand.
    pub fn apply(&mut self, stroke: &FieldStroke) {
        let mut image = self.image();
        stroke.apply(&mut image, &self.rule, &mut self.rng);
        for channel in 0..2 {
            self.planes[channel].copy_from_slice(image.plane(channel));
        }
    }

    /// Steps done and values that are not finite.
    pub fn counters(&self) -> FieldCounters {
        let non_finite = self.planes.iter().flatten().filter(|v| !v.is_finite()).count() as u64;
        FieldCounters { steps: self.steps, non_finite, bytes_per_pixel: 16 }
    }

    /// The rule it runs.
    pub fn rule(&self) -> &LibraryRule {
        &self.rule
    }

    /// Time per step, after the limit of stability.
    pub fn time_step(&self) -> f64 {
        self.time_step
    }

    /// Width and height, pixels.
    pub fn size(&self) -> [usize; 2] {
        [self.width, self.height]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::field::MAX_SIDE;
    use crate::worlds::field::rule::reference;
    use crate::worlds::field::stills::{GrayScott, seeded};

    /// Twenty f32 steps of values up to 1: rounding of 6e-8 each, hardly amplified.
    const TOLERANCE: f64 = 2e-5;

    /// A rule in which every term matters.
    fn full_rule() -> LibraryRule {
        let mut rule = GrayScott::default().rule();
        for k in 0..12 {
            rule.u.0[k] += 0.003 * (k as f64 - 5.5);
            rule.v.0[k] -= 0.002 * (k as f64 - 4.5);
        }
        rule
    }

    fn largest_difference(engine: &LibraryEngine, planes: &[Vec<f64>; 2]) -> f64 {
        let image = engine.image();
        let reference = planes.iter().flatten();
        image.data.iter().zip(reference).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max)
    }

    #[test]
    fn the_engine_equals_the_reference_on_odd_sizes() {
        let rule = full_rule();
        for (width, height) in [(16, 16), (37, 21), (64, 18)] {
            let start = seeded(&rule, width, height, &mut StdRng::seed_from_u64(3));
            for isa in Isa::available() {
                let mut engine = LibraryEngine::new(&rule, &start);
                engine.isa = isa;
                engine.set_time_step(0.7);
                let mut planes = reference::planes(&start);
                for _ in 0..20 {
                    engine.run(1);
                    planes = reference::step(&rule, &planes, width, height, 0.7);
                }
                let apart = largest_difference(&engine, &planes);
                assert!(apart < TOLERANCE, "{width} × {height}: {apart:e}");
                let mut wrong = rule;
                wrong.v.0[11] += 0.01;
                let other = reference::step(&wrong, &planes, width, height, 0.7);
                let step = reference::step(&rule, &planes, width, height, 0.7);
                engine.run(1);
                assert!(largest_difference(&engine, &step) < TOLERANCE);
                assert!(largest_difference(&engine, &other) > TOLERANCE, "a wrong coefficient must show");
            }
        }
    }

    #[test]
    fn a_field_of_2048_pixels_a_side_lives_like_its_tile() {
        let (rule, side) = (full_rule(), 64);
        let tile = seeded(&rule, side, side, &mut StdRng::seed_from_u64(4));
        let mut large = Still::filled(MAX_SIDE, MAX_SIDE, &[0.0; 2]);
        for channel in 0..2 {
            for (at, value) in large.plane_mut(channel).iter_mut().enumerate() {
                *value = tile.plane(channel)[at / MAX_SIDE % side * side + at % side];
            }
        }
        let live = |start: &Still| {
            let mut engine = LibraryEngine::new(&rule, start);
            engine.run(5);
            engine.image()
        };
        let (small, large) = (live(&tile), live(&large));
        for channel in 0..2 {
            for [x, y] in [[0, 0], [5, 9], [MAX_SIDE - 1, 700], [1000, MAX_SIDE - 1], [1731, 1032]] {
                let expected = small.plane(channel)[y % side * side + x % side];
                assert_eq!(large.plane(channel)[y * MAX_SIDE + x], expected, "{x} {y}");
            }
        }
    }

    #[test]
    fn threads_do_not_change_the_result() {
        let rule = full_rule();
        let start = seeded(&rule, 200, 200, &mut StdRng::seed_from_u64(5));
        let run = |parallel| {
            let mut engine = LibraryEngine::new(&rule, &start);
            engine.set_parallel(parallel);
            engine.run(9);
            engine.image()
        };
        assert_eq!(run(true), run(false));
    }

    #[test]
    fn time_steps_are_limited_to_stable_ones() {
        let rule = GrayScott { du: 0.2, ..GrayScott::default() }.rule().scaled(4.0);
        let mut engine = LibraryEngine::new(&rule, &Still::filled(16, 16, &[1.0, 0.0]));
        engine.set_time_step(3.0);
        assert!((engine.time_step() - 0.25 / 0.8).abs() < 1e-12);
    }
}
