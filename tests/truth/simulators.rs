//! Two swarms with known motion, simulated independently of the program: a flock (Vicsek et al. 1995, with soft repulsion)
//! and a mill (D'Orsogna et al. 2006). Nothing here uses the crate.

use std::f64::consts::{PI, TAU};
use std::fmt::Write as _;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};

/// Position, heading and identity of every animal at one moment.
pub struct Moment {
    pub animals: Vec<[f64; 3]>,
}

/// A film: the side of its periodic box, and moments at equal distances in time.
pub struct SimulatedFilm {
    pub side: f64,
    pub moments: Vec<Moment>,
}

impl SimulatedFilm {
    /// Extended XYZ with headings and ids; animals are shuffled in each frame, so that only the ids identify them.
    pub fn to_xyz(&self) -> String {
        let mut text = String::new();
        for (k, Moment { animals }) in self.moments.iter().enumerate() {
            let side = self.side;
            writeln!(text, "{}", animals.len()).unwrap();
            writeln!(
                text,
                "Lattice=\"{side} 0 0 0 {side} 0 0 0 1\" Properties=species:S:1:pos:R:2:heading:R:1:id:I:1 pbc=\"T T F\" angles=rad"
            )
            .unwrap();
            for i in 0..animals.len() {
                let id = (i * 7 + k * 13) % animals.len();
                let [x, y, heading] = animals[id];
                writeln!(text, "A {x:.6} {y:.6} {heading:.6} {id}").unwrap();
            }
        }
        text
    }
}

fn shortest(d: f64, side: f64) -> f64 {
    d - side * (d / side).round()
}

fn normal(rng: &mut StdRng) -> f64 {
    StandardNormal.sample(rng)
}

/// Takes `settle` steps, then `frames` moments with `stride` steps between them; `shown`: x, y and heading of an animal.
fn filmed<A>(
    state: &mut Vec<A>,
    mut step: impl FnMut(&mut Vec<A>),
    [settle, stride, frames]: [usize; 3],
    shown: impl Fn(&A) -> [f64; 3],
) -> Vec<Moment> {
    (0..settle).for_each(|_| step(state));
    let frame = |_| {
        let moment = Moment { animals: state.iter().map(&shown).collect() };
        (0..stride).for_each(|_| step(state));
        moment
    };
    (0..frames).map(frame).collect()
}

/// Animals of speed 1 that turn towards the mean heading of those within `SIGHT`, push each other away within `CORE`, and
/// turn at random.
pub fn flock(animals: usize, frames: usize, seed: u64) -> SimulatedFilm {
    const DT: f64 = 0.02;
    const SIGHT: f64 = 2.0;
    const CORE: f64 = 1.1;
    const ALIGN: f64 = 3.0;
    const REPULSION: f64 = 4.0;
    /// rad / √time.
    const NOISE: f64 = 0.35;
    const SETTLE_STEPS: usize = 1500;
    const STEPS_PER_FRAME: usize = 10;
    let mut rng = StdRng::seed_from_u64(seed);
    let side = (animals as f64 / 0.9).sqrt();
    let mut state: Vec<[f64; 3]> = (0..animals)
        .map(|_| [rng.random_range(0.0..side), rng.random_range(0.0..side), rng.random_range(-0.5..0.5)])
        .collect();
    let step = |state: &mut Vec<[f64; 3]>| {
        let before = state.clone();
        for (i, animal) in state.iter_mut().enumerate() {
            let [x, y, heading] = before[i];
            let (mut push, mut mean) = ([0.0; 2], [0.0; 2]);
            for (j, other) in before.iter().enumerate() {
                let d = [shortest(other[0] - x, side), shortest(other[1] - y, side)];
                let r = d[0].hypot(d[1]);
                if r < SIGHT {
                    mean = [mean[0] + other[2].cos(), mean[1] + other[2].sin()];
                }
                if j != i && r < CORE {
                    let strength = REPULSION * (1.0 - r / CORE) / r;
                    push = [push[0] - strength * d[0], push[1] - strength * d[1]];
                }
            }
            let wanted = mean[1].atan2(mean[0]);
            let turn = ALIGN * (wanted - heading).sin() * DT + NOISE * DT.sqrt() * normal(&mut rng);
            animal[0] = (x + (heading.cos() + push[0]) * DT).rem_euclid(side);
            animal[1] = (y + (heading.sin() + push[1]) * DT).rem_euclid(side);
            animal[2] = (heading + turn + PI).rem_euclid(TAU) - PI;
        }
    };
    let moments = filmed(&mut state, step, [SETTLE_STEPS, STEPS_PER_FRAME, frames], |&animal| animal);
    SimulatedFilm { side, moments }
}

/// Self-propelled particles with a Morse potential, dv/dt = (α - β v²) v - ∇U + noise, in a box far wider than the mill; the
/// heading is the direction of v.
pub fn mill(animals: usize, frames: usize, seed: u64) -> SimulatedFilm {
    const DT: f64 = 0.01;
    const ALPHA: f64 = 1.6;
    const BETA: f64 = 0.5;
    /// Attraction and repulsion: strengths and ranges.
    const CA: f64 = 0.5;
    const CR: f64 = 1.0;
    const LA: f64 = 4.0;
    const LR: f64 = 0.5;
    const NOISE: f64 = 0.2;
    const SETTLE_STEPS: usize = 3000;
    const STEPS_PER_FRAME: usize = 6;
    let mut rng = StdRng::seed_from_u64(seed);
    let side = 30.0;
    // A ring that turns.
    let mut state: Vec<[f64; 4]> = (0..animals)
        .map(|_| {
            let (angle, radius): (f64, f64) = (rng.random_range(0.0..TAU), rng.random_range(2.0..4.0));
            let (sin, cos) = angle.sin_cos();
            [15.0 + radius * cos, 15.0 + radius * sin, -1.5 * sin, 1.5 * cos]
        })
        .collect();
    let step = |state: &mut Vec<[f64; 4]>| {
        let before = state.clone();
        for (i, animal) in state.iter_mut().enumerate() {
            let [x, y, vx, vy] = before[i];
            let drive = ALPHA - BETA * (vx * vx + vy * vy);
            let mut force = [drive * vx, drive * vy];
            for (_, other) in before.iter().enumerate().filter(|(j, _)| *j != i) {
                let d = [other[0] - x, other[1] - y];
                let r = d[0].hypot(d[1]).max(1e-3);
                // -dU/dr along d: attraction draws along d, repulsion against it.
                let pull = CA / LA * (-r / LA).exp() - CR / LR * (-r / LR).exp();
                force = [force[0] + pull * d[0] / r, force[1] + pull * d[1] / r];
            }
            let kick = NOISE * DT.sqrt();
            animal[2] = vx + force[0] * DT + kick * normal(&mut rng);
            animal[3] = vy + force[1] * DT + kick * normal(&mut rng);
            animal[0] = x + animal[2] * DT;
            animal[1] = y + animal[3] * DT;
        }
    };
    let shown = |&[x, y, vx, vy]: &[f64; 4]| [x.rem_euclid(side), y.rem_euclid(side), vy.atan2(vx)];
    let moments = filmed(&mut state, step, [SETTLE_STEPS, STEPS_PER_FRAME, frames], shown);
    SimulatedFilm { side, moments }
}
