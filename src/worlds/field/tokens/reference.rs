//! The live step of tokens and the turn K ∗ s in f64, one pixel at a time: what the engines are compared with.

use super::net::{COLOURS, reference};
use super::{GridPlacement, SkewFlow, SkewKernel, TokenLive, TokenRule, add_normals, skew::ORDERS};
use crate::worlds::field::stills::Still;

/// A field of tokens, images `[height × width × 3]`.
struct ReferenceField {
    weights: Vec<f64>,
    motion_units: [f64; 3],
    range: [f64; 2],
    live: TokenLive,
    skew: SkewFlow,
    size: [usize; 2],
    seed: u64,
    steps: u32,
    image: Vec<f64>,
    denoised: Vec<f64>,
}

impl ReferenceField {
    /// `noisy`: what an engine starts from.
    fn new(rule: &TokenRule, live: &TokenLive, skew: &SkewFlow, noisy: &Still, seed: u64) -> Self {
        let image = (0..noisy.area()).flat_map(|at| [0, 1, 2].map(|c| f64::from(noisy.plane(c)[at]))).collect();
        Self {
            weights: reference::weights_of(&rule.net),
            motion_units: rule.motion_units().map(f64::from),
            range: rule.range.map(f64::from),
            live: *live,
            skew: *skew,
            size: [noisy.width, noisy.height],
            seed,
            steps: 0,
            image,
            denoised: Vec::new(),
        }
    }

    fn step(&mut self) {
        let [width, height] = self.size;
        // Where each value of the network's image is in the field; whole numbers of this size are exact in f32.
        let places: Vec<f32> = (0..self.image.len()).map(|at| at as f32).collect();
        let places = GridPlacement::of_step(self.seed, self.steps, self.size).seen(&places);
        let seen: Vec<f64> = places.iter().map(|at| self.image[*at as usize]).collect();
        let sigma = f64::from(self.live.sigma as f32);
        let unseen = |network: Vec<f64>| {
            let mut field = vec![0.0; network.len()];
            places.iter().zip(network).for_each(|(at, value)| field[*at as usize] = value);
            field
        };
        let [denoised, motions @ ..] = reference::evaluate(&self.weights, &seen, width, height, sigma).map(unseen);
        let [low, high] = self.range;
        self.denoised = denoised.into_iter().map(|d| d.clamp(low, high)).collect();
        self.turn();
        let keep = (-self.live.live_step * self.live.relaxation).exp();
        let mut normals = vec![0.0f32; self.image.len()];
        add_normals(self.seed, self.steps, 1.0, &mut normals);
        let noise = (1.0 - keep * keep).sqrt() * sigma;
        let command = self.live.command();
        for (at, x) in self.image.iter_mut().enumerate() {
            let d = self.denoised[at];
            let moved: f64 = (0..3).map(|k| command[k] * self.motion_units[k] * motions[k][at]).sum();
            *x = d + keep * (*x - d) + moved + noise * f64::from(normals[at]);
        }
        self.steps += 1;
    }

    /// x ← x̂ + Σ (-c κ K)ⁿ / n! (x - x̂).
    fn turn(&mut self) {
        let kernel = SkewKernel::random(self.skew.radius, self.skew.seed);
        let angle = self.live.live_step * self.skew.strength;
        let mut term: Vec<f64> = self.image.iter().zip(&self.denoised).map(|(x, d)| x - d).collect();
        for order in 1..=ORDERS {
            let turned = convolved(&kernel, &term, self.size);
            term = turned.iter().map(|v| -angle / f64::from(order) * v).collect();
            self.image.iter_mut().zip(&term).for_each(|(x, t)| *x += t);
        }
    }
}

/// K ∗ image.
fn convolved(kernel: &SkewKernel, image: &[f64], [width, height]: [usize; 2]) -> Vec<f64> {
    let (radius, side) = (kernel.radius(), 2 * kernel.radius() + 1);
    let mut out = vec![0.0; image.len()];
    for (at, weight) in kernel.taps().iter().enumerate() {
        let (tap, to, from) = (at / (COLOURS * COLOURS), at / COLOURS % COLOURS, at % COLOURS);
        for y in 0..height {
            for x in 0..width {
                let source_x = (x + width + tap % side - radius) % width;
                let source_y = (y + height + tap / side - radius) % height;
                out[(y * width + x) * COLOURS + to] +=
                    f64::from(*weight) * image[(source_y * width + source_x) * COLOURS + from];
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::testing::gpu;
    use crate::worlds::field::tokens::net::TokenNet;
    use crate::worlds::field::tokens::{GpuTokens, Token, TokenEngine, TokenEnsemble, TokenPose};

    /// Of sums of up to 432 products, and of the driver's exp, log and sin, over five steps.
    const TOLERANCE: f64 = 2e-4;
    const STEPS: u32 = 5;
    const SEED: u64 = 11;

    struct Scene {
        rule: TokenRule,
        ensemble: TokenEnsemble,
        live: TokenLive,
        skew: SkewFlow,
        start: Still,
    }

    fn scene(width: usize, height: usize) -> Scene {
        let ensemble = TokenEnsemble::new(&[Token::bundled("firefly").unwrap()], 13.0);
        let mut net = TokenNet::random(4);
        // Biases and responses to the noise start at zero: here none may be forgotten.
        let unset = net.weights.iter_mut().enumerate().filter(|(_, w)| **w == 0.0);
        unset.for_each(|(k, w)| *w = (k % 7) as f32 * 0.02 - 0.06);
        let rule = TokenRule::untaught(net);
        let live = TokenLive { swim_px: 0.2, slide_px: -0.1, turn_rad: 0.06, relaxation: 1.3, ..TokenLive::default() };
        let pose = TokenPose { x: 20.0, y: 9.0, heading: 0.6, kind: 0 };
        let image = ensemble.render(&[pose], [width, height], &[]).image;
        let channel = |c: usize| image.iter().skip(c).step_by(3).copied();
        let data = channel(0).chain(channel(1)).chain(channel(2)).collect();
        let skew = SkewFlow { strength: 2.0, radius: 3, seed: 4 };
        Scene { rule, ensemble, live, skew, start: Still { width, height, channels: 3, data } }
    }

    fn referred(scene: &Scene, live: &TokenLive, skew: &SkewFlow, noisy: &Still) -> [Vec<f64>; 2] {
        let mut field = ReferenceField::new(&scene.rule, live, skew, noisy, SEED);
        (0..STEPS).for_each(|_| field.step());
        [field.image, field.denoised]
    }

    fn apart(still: &Still, reference: &[f64]) -> f64 {
        let values = (0..still.area()).flat_map(|at| [0, 1, 2].map(|c| f64::from(still.plane(c)[at])));
        values.zip(reference).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    }

    /// `noisy` and `image` after the steps, from `before`.
    fn compare(scene: &Scene, before: &Still, noisy: &Still, image: &Still) {
        let [x, denoised] = referred(scene, &scene.live, &scene.skew, before);
        assert!(apart(noisy, &x) < TOLERANCE, "the noisy image: {:e}", apart(noisy, &x));
        assert!(apart(image, &denoised) < TOLERANCE, "the denoised image: {:e}", apart(image, &denoised));
        for live in [
            TokenLive { swim_px: 0.21, ..scene.live },
            TokenLive { slide_px: -0.09, ..scene.live },
            TokenLive { turn_rad: 0.065, ..scene.live },
        ] {
            let [other, _] = referred(scene, &live, &scene.skew, before);
            assert!(apart(noisy, &other) > TOLERANCE, "another command must show: {live:?}");
        }
        for skew in [SkewFlow { strength: 1.9, ..scene.skew }, SkewFlow { seed: 5, ..scene.skew }] {
            let [other, _] = referred(scene, &scene.live, &skew, before);
            assert!(apart(noisy, &other) > TOLERANCE, "another flow must show");
        }
    }

    #[test]
    fn live_steps_of_the_processor_equal_the_reference() {
        for [width, height] in [[48, 32], [32, 32]] {
            let scene = scene(width, height);
            let mut engine = TokenEngine::new(&scene.rule, &scene.ensemble, &scene.live, &scene.start, SEED);
            engine.set_skew(&scene.skew);
            let before = engine.noisy();
            engine.run(STEPS);
            compare(&scene, &before, &engine.noisy(), &engine.image());
        }
    }

    #[test]
    fn live_steps_of_the_gpu_equal_the_reference() {
        let Some(gpu) = gpu() else { return };
        for [width, height] in [[48, 32], [32, 32]] {
            let scene = scene(width, height);
            let mut engine =
                GpuTokens::new(gpu.borrowed(), &scene.rule, &scene.ensemble, &scene.live, &scene.start, SEED).unwrap();
            engine.set_skew(&scene.skew);
            let before = engine.noisy().unwrap();
            engine.run(STEPS);
            compare(&scene, &before, &engine.noisy().unwrap(), &engine.image().unwrap());
        }
    }
}
