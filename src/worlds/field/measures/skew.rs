//! The training-free flow v = K ∗ s on stills (Zhang & Levin 2025): a small denoiser gives the score s, and the kernel is the
//! best there is, fitted to the truth. K(-r) = -K(r)ᵀ and no preferred direction leave one number a(|r|) per ring of the
//! kernel: v_u = Σ a (ring ∗ s_v), v_v = -Σ a (ring ∗ s_u). What it reaches is therefore a bound for all such kernels.

use nalgebra::{DMatrix, DVector};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rayon::prelude::*;
use serde::Serialize;

use crate::worlds::field::rule::{LibraryRule, reference};
use crate::worlds::field::stills::{Still, moments};
use crate::worlds::field::tokens::net::{DATA_SD, TokenNet, WEIGHTS, Workspace};
use crate::worlds::field::tokens::{GridPlacement, MAX_SKEW_RADIUS, add_normals};

/// Noise levels that the flow is measured at, standard deviations of a channel.
pub const SKEW_SIGMAS: [f64; 2] = [0.1, 0.3];
/// Images of one step of the denoiser.
const BATCH: usize = 4;
const LEARNING_RATE: f64 = 4e-3;
/// Decay rates of Adam (Kingma & Ba 2015).
const BETAS: [f32; 2] = [0.9, 0.99];
const WARM_UP: f64 = 50.0;
/// Placements of the network's grid that a score is averaged over.
const PLACEMENTS: u32 = 4;
/// Stills that the kernel is fitted to.
const FITTED: usize = 24;
/// Squared radii of the rings within [`MAX_SKEW_RADIUS`].
const RINGS: [usize; 7] = [0, 1, 2, 4, 5, 8, 9];
const _: () = assert!(RINGS[RINGS.len() - 1] == MAX_SKEW_RADIUS * MAX_SKEW_RADIUS);

/// Radii of the kernel that are compared, pixels: 0 to [`MAX_SKEW_RADIUS`].
const RADII: usize = MAX_SKEW_RADIUS + 1;

/// What the best K ∗ s of one pattern, noise level and radius reaches.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SkewRow {
    pub pattern: &'static str,
    pub seed: u64,
    /// Largest radius of the kernel, pixels.
    pub radius: usize,
    /// Standard deviations of a channel.
    pub sigma: f64,
    /// Mean cosine to the truth of each pattern on its own unseen stills, in the order of the presets.
    pub cosine: [f64; 4],
}

/// A denoiser of stills in units of their spread.
pub struct StillScore {
    net: TokenNet,
    mean: [f64; 2],
    sd: [f64; 2],
}

impl StillScore {
    /// Trains for `steps` on stills of two channels and one shape, sides multiples of 16.
    pub fn train(stills: &[Still], steps: usize, seed: u64) -> Self {
        let spread = [0, 1]
            .map(|channel| moments(stills.iter().flat_map(move |still| still.plane(channel)).map(|&v| f64::from(v))));
        let mut score = Self { net: TokenNet::random(seed), mean: spread.map(|s| s[0]), sd: spread.map(|s| s[1]) };
        let Some(first) = stills.first() else { return score };
        let size = [first.width, first.height];
        let mut workspaces: Vec<Workspace> = (0..BATCH).map(|_| Workspace::new(size[0], size[1], false)).collect();
        let mut adam = [vec![0.0f32; WEIGHTS], vec![0.0f32; WEIGHTS]];
        for step in 0..steps {
            let transposed = score.net.transposed();
            let gradients: Vec<Vec<f32>> = (workspaces.par_iter_mut().enumerate())
                .map(|(k, workspace)| {
                    let mut rng = StdRng::seed_from_u64(seed ^ ((step * BATCH + k) as u64 + 1) << 20);
                    let clean = score.standardised(&stills[rng.random_range(0..stills.len())]);
                    let clean = GridPlacement::of_step(rng.random(), 0, size).seen(&clean);
                    let [low, high] = SKEW_SIGMAS;
                    let sigma = DATA_SD * (low * (high / low).powf(rng.random())) as f32;
                    let mut noised = clean.clone();
                    add_normals(rng.random(), 1, sigma, &mut noised);
                    // The third channel is empty, without noise.
                    noised.iter_mut().skip(2).step_by(3).for_each(|v| *v = 0.0);
                    workspace.evaluate(&score.net, &noised, sigma);
                    let weight = 8.0 / ((clean.len() * BATCH) as f32 * sigma * sigma);
                    let denoised = &workspace.outputs.denoised;
                    let error: Vec<f32> = denoised.iter().zip(&clean).map(|(x, c)| weight * (x - c)).collect();
                    let mut gradient = vec![0.0; WEIGHTS];
                    let still = std::array::from_fn(|_| vec![0.0; error.len()]);
                    workspace.add_gradient(&transposed, sigma, &error, &still, &mut gradient);
                    gradient
                })
                .collect();
            let fall = 0.5 * (1.0 + (std::f64::consts::PI * step as f64 / steps as f64).cos());
            let rate = (LEARNING_RATE * ((step as f64 + 1.0) / WARM_UP).min(1.0) * fall) as f32;
            let correction = BETAS.map(|beta| 1.0 - beta.powi(step as i32 + 1));
            let [first, second] = &mut adam;
            for at in 0..WEIGHTS {
                let g: f32 = gradients.iter().map(|gradient| gradient[at]).sum();
                first[at] += (1.0 - BETAS[0]) * (g - first[at]);
                second[at] += (1.0 - BETAS[1]) * (g * g - second[at]);
                let way = first[at] / correction[0] / ((second[at] / correction[1]).sqrt() + 1e-8);
                score.net.weights[at] -= rate * way;
            }
        }
        score
    }

    /// `[height × width × 3]`, each channel with the spread that the network assumes.
    fn standardised(&self, still: &Still) -> Vec<f32> {
        let value = |c: usize, at: usize| {
            let v = (f64::from(still.plane(c)[at]) - self.mean[c]) / self.sd[c];
            DATA_SD * v as f32
        };
        (0..still.area()).flat_map(|at| [value(0, at), value(1, at), 0.0]).collect()
    }

    /// x̂ - x of both channels, which is the score times σ², in units of the spread.
    fn score(&self, still: &Still, sigma: f64, workspace: &mut Workspace) -> [Vec<f64>; 2] {
        let image = self.standardised(still);
        let mut sum = [vec![0.0; still.area()], vec![0.0; still.area()]];
        for step in 0..PLACEMENTS {
            let grid = GridPlacement::of_step(1, step, [still.width, still.height]);
            workspace.evaluate(&self.net, &grid.seen(&image), DATA_SD * sigma as f32);
            let denoised = grid.unseen(&workspace.outputs.denoised);
            for (c, sum) in sum.iter_mut().enumerate() {
                for (at, sum) in sum.iter_mut().enumerate() {
                    *sum += f64::from(denoised[3 * at + c] - image[3 * at + c]);
                }
            }
        }
        sum
    }

    /// v_u and v_v of each ring, one after the other.
    fn columns(&self, still: &Still, sigma: f64, workspace: &mut Workspace) -> Vec<Vec<f64>> {
        let [u, v] = self.score(still, sigma, workspace);
        let size = [still.width, still.height];
        let one = |ring: &usize| {
            let turned = |plane: &[f64], sign: f64| ring_sum(plane, size, *ring).into_iter().map(move |x| sign * x);
            turned(&v, 1.0).chain(turned(&u, -1.0)).collect()
        };
        RINGS.iter().map(one).collect()
    }

    /// The best a(|r|) by least squares for each radius, velocities in units of the spread.
    fn fit(&self, stills: &[Still], truth: &LibraryRule, sigma: f64, workspace: &mut Workspace) -> [Vec<f64>; RADII] {
        let n = RINGS.len();
        let (mut normal, mut right) = (DMatrix::zeros(n, n), DVector::zeros(n));
        for still in stills {
            let (columns, target) = (self.columns(still, sigma, workspace), self.truth(still, truth));
            for i in 0..n {
                right[i] += dot(&columns[i], &target);
                (0..n).for_each(|j| normal[(i, j)] += dot(&columns[i], &columns[j]));
            }
        }
        let ridge = 1e-9 * normal.trace() / n as f64;
        (0..n).for_each(|i| normal[(i, i)] += ridge);
        std::array::from_fn(|radius| {
            // Rings are in the order of their radius.
            let within = RINGS.iter().filter(|square| **square <= radius * radius).count();
            let factor = normal.view((0, 0), (within, within)).clone_owned().cholesky();
            let solved = factor.map(|factor| factor.solve(&right.rows(0, within).clone_owned()));
            solved.map_or_else(|| vec![0.0; within], |rings| rings.iter().copied().collect())
        })
    }

    fn truth(&self, still: &Still, rule: &LibraryRule) -> Vec<f64> {
        let [u, v] = reference::velocity(rule, still);
        u.iter().map(|x| x / self.sd[0]).chain(v.iter().map(|x| x / self.sd[1])).collect()
    }

    /// Fits kernels to one pattern and returns the mean cosine to the truth on the unseen stills of each, by radius.
    pub fn cosines(
        &self,
        (stills, truth): (&[Still], &LibraryRule),
        sigma: f64,
        tests: &[(Vec<Still>, LibraryRule)],
    ) -> Vec<[f64; RADII]> {
        let Some(first) = stills.first() else { return Vec::new() };
        let mut workspace = Workspace::new(first.width, first.height, true);
        let by_radius = self.fit(&stills[..stills.len().min(FITTED)], truth, sigma, &mut workspace);
        let mut cosine = |still: &Still, rule: &LibraryRule| {
            let columns = self.columns(still, sigma, &mut workspace);
            let target = self.truth(still, rule);
            by_radius.each_ref().map(|rings| {
                let flow: Vec<f64> = (0..target.len())
                    .map(|at| rings.iter().zip(&columns).map(|(a, column)| a * column[at]).sum())
                    .collect();
                let norm = (dot(&flow, &flow) * dot(&target, &target)).sqrt();
                if norm > 0.0 { dot(&flow, &target) / norm } else { 0.0 }
            })
        };
        let mut of = |(stills, rule): &(Vec<Still>, LibraryRule)| {
            let mut mean = [0.0; RADII];
            for still in stills {
                let found = cosine(still, rule);
                mean.iter_mut().zip(found).for_each(|(mean, c)| *mean += c / stills.len() as f64);
            }
            mean
        };
        tests.iter().map(&mut of).collect()
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The sum over the pixels at a squared distance, periodic.
fn ring_sum(plane: &[f64], [width, height]: [usize; 2], square: usize) -> Vec<f64> {
    let mut out = vec![0.0; plane.len()];
    let radius = MAX_SKEW_RADIUS as isize;
    for dy in -radius..=radius {
        for dx in -radius..=radius {
            if (dx * dx + dy * dy) as usize != square {
                continue;
            }
            for (at, out) in out.iter_mut().enumerate() {
                let x = (at % width).wrapping_add_signed(dx + width as isize) % width;
                let y = (at / width).wrapping_add_signed(dy + height as isize) % height;
                *out += plane[y * width + x];
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::field::stills::GrayScottRun;

    #[test]
    fn rings_add_their_neighbours_across_the_edge() {
        let plane: Vec<f64> = (0..20).map(f64::from).collect();
        assert_eq!(ring_sum(&plane, [5, 4], 0), plane);
        assert_eq!(ring_sum(&plane, [5, 4], 1)[0], 1.0 + 4.0 + 5.0 + 15.0);
        assert_eq!(ring_sum(&plane, [5, 4], 2)[6], 0.0 + 2.0 + 10.0 + 12.0);
    }

    #[test]
    fn a_kernel_that_makes_the_truth_is_found() {
        let recipe = GrayScottRun { size: 32, runs: 2, steps: 200, ..GrayScottRun::default() };
        let stills = recipe.simulate(0..2).concat();
        let score = StillScore::train(&stills, 2, 1);
        let mut workspace = Workspace::new(32, 32, true);
        let columns = score.columns(&stills[0], 0.3, &mut workspace);
        assert_eq!((columns.len(), columns[0].len()), (RINGS.len(), 2 * 32 * 32));
        let fitted = score.fit(&stills, &recipe.law.rule(), 0.3, &mut workspace);
        assert_eq!(fitted.map(|rings| rings.len()), [1, 2, 4, RINGS.len()], "radius 0 to 3");
        // Skew: no ring does any work against the score.
        let [u, v] = score.score(&stills[0], 0.3, &mut workspace);
        let both: Vec<f64> = u.into_iter().chain(v).collect();
        for column in &columns {
            assert!(dot(column, &both).abs() < 1e-9 * (dot(column, column) * dot(&both, &both)).sqrt());
        }
        // A linear truth without skew coupling cannot be reached, and the flow is never better than its fit.
        let truth = recipe.law.rule();
        let found = score.cosines((&stills, &truth), 0.3, &[(stills.clone(), truth)]);
        assert!(found.len() == 1 && found[0].iter().all(|cosine| cosine.abs() < 0.999), "{found:?}");
        assert_eq!(score.cosines((&stills, &truth), 0.3, &[(stills.clone(), truth)]), found);
    }
}
