//! A field of tokens that runs a trained network, on the processor.

use super::live::{TokenLive, TokenStep};
use super::net::Workspace;
use super::noise::add_normals;
use super::skew::{SkewFlow, SkewTurn};
use super::training::TokenRule;
use super::{GridPlacement, TokenEnsemble, TokenPose};
use crate::worlds::field::engine::{FieldBrush, FieldCounters, FieldStroke, bilinear};
use crate::worlds::field::stills::Still;

/// x ← x̂ + e^{-cη} exp(-c κ K) (x - x̂) + g F + s F⊥ + ω F↻ + √(1 - e^{-2cη}) σ ξ, with x̂ clamped to the range of tokens, the network's
/// grid shifted and turned at random, and K the skew kernel of [`SkewFlow`].
pub struct TokenEngine {
    rule: TokenRule,
    ensemble: TokenEnsemble,
    live: TokenLive,
    skew: SkewTurn,
    workspace: Workspace,
    /// The noisy image `[height × width × 3]`, and what it is denoised to.
    image: Vec<f32>,
    denoised: Vec<f32>,
    seed: u64,
    steps: u64,
}

impl TokenEngine {
    /// Starts from a clean image of three channels, sides multiples of 16, to which the live noise is added.
    pub fn new(rule: &TokenRule, ensemble: &TokenEnsemble, live: &TokenLive, start: &Still, seed: u64) -> Self {
        let mut engine = Self {
            rule: rule.clone(),
            ensemble: ensemble.clone(),
            live: *live,
            skew: SkewTurn::new(&SkewFlow::default()),
            workspace: Workspace::new(start.width, start.height, true),
            image: Vec::new(),
            denoised: Vec::new(),
            seed,
            steps: 0,
        };
        engine.set_image(start);
        engine
    }

    /// `steps` live steps.
    pub fn run(&mut self, steps: u32) {
        for _ in 0..steps {
            self.step();
        }
    }

    fn step(&mut self) {
        let size = self.workspace.size();
        let grid = GridPlacement::of_step(self.seed, self.steps as u32, size);
        let seen = grid.seen(&self.image);
        self.workspace.evaluate(&self.rule.net, &seen, self.live.sigma as f32);
        let step = TokenStep::new(&self.live, self.rule.motion_units());
        let [denoised, change] = step.outcome(&mut self.workspace.outputs, &grid, self.rule.range);
        self.denoised = denoised;
        self.skew.turn(&mut self.image, &self.denoised, size, self.live.live_step);
        step.advance(&mut self.image, &self.denoised, &change);
        add_normals(self.seed, self.steps as u32, step.noise, &mut self.image);
        self.steps += 1;
    }

    /// Goes on under other settings.
    pub fn set_live(&mut self, live: &TokenLive) {
        self.live = *live;
    }

    /// Goes on with another flow K ∗ s; a new field has none.
    pub fn set_skew(&mut self, skew: &SkewFlow) {
        self.skew.set(skew);
    }

    /// The tokens that are stamped from now on.
    pub fn set_ensemble(&mut self, ensemble: &TokenEnsemble) {
        self.ensemble = ensemble.clone();
    }

    /// Goes on under another rule.
    pub fn set_rule(&mut self, rule: &TokenRule) {
        self.rule = rule.clone();
    }

    /// The denoised image of the last step, three channels.
    pub fn image(&self) -> Still {
        planar(&self.denoised, self.workspace.size())
    }

    /// The noisy image itself.
    pub fn noisy(&self) -> Still {
        planar(&self.image, self.workspace.size())
    }

    /// Replaces the state by a clean image plus noise.
    pub fn set_image(&mut self, clean: &Still) {
        if self.workspace.size() != [clean.width, clean.height] {
            self.workspace = Workspace::new(clean.width, clean.height, true);
        }
        self.denoised = interleaved(clean);
        self.image = self.denoised.clone();
        add_normals(self.seed ^ 1, u32::MAX - self.steps as u32, self.live.sigma as f32, &mut self.image);
    }

    /// Changes the field by hand. The noise stays as it is: strokes act on what is denoised.
    pub fn apply(&mut self, stroke: &FieldStroke) {
        let kind = (self.steps % self.ensemble.templates.len() as u64) as usize;
        let after = stroked(&self.denoised, self.workspace.size(), stroke, &self.ensemble, kind);
        for ((x, d), new) in self.image.iter_mut().zip(&mut self.denoised).zip(after) {
            *x += new - *d;
            *d = new;
        }
    }

    /// Steps done and values that were not finite.
    pub fn counters(&self) -> FieldCounters {
        let non_finite = self.image.iter().filter(|v| !v.is_finite()).count() as u64;
        // The noisy and the denoised image stand beside the workspace.
        let bytes_per_pixel = self.workspace.bytes_per_pixel() + 2 * 3 * size_of::<f32>() as u64;
        FieldCounters { steps: self.steps, non_finite, bytes_per_pixel }
    }

    /// Width and height, pixels.
    pub fn size(&self) -> [usize; 2] {
        self.workspace.size()
    }
}

/// The state of a [`TokenEngine`], bit by bit.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenState {
    image: Vec<f32>,
    denoised: Vec<f32>,
    steps: u64,
}

impl TokenState {
    /// Memory, bytes.
    pub fn bytes(&self) -> usize {
        std::mem::size_of_val(&self.image[..]) + std::mem::size_of_val(&self.denoised[..])
    }
}

impl TokenEngine {
    /// The present state, to run the same steps from again.
    pub fn state(&self) -> TokenState {
        TokenState { image: self.image.clone(), denoised: self.denoised.clone(), steps: self.steps }
    }

    /// Back to a state of this size; false of another one.
    pub fn put_back(&mut self, state: &TokenState) -> bool {
        let fits = state.image.len() == self.image.len();
        if fits {
            self.image.copy_from_slice(&state.image);
            self.denoised.copy_from_slice(&state.denoised);
            self.steps = state.steps;
        }
        fits
    }
}

/// A denoised image `[height × width × 3]` after a stroke, which places a token of `kind` if it is one that adds.
pub(super) fn stroked(
    denoised: &[f32],
    [width, height]: [usize; 2],
    stroke: &FieldStroke,
    ensemble: &TokenEnsemble,
    kind: usize,
) -> Vec<f32> {
    let mut after = denoised.to_vec();
    let finite = stroke.at.iter().chain(&stroke.motion_px).all(|v| v.is_finite());
    if !finite || stroke.radius_px.is_nan() || stroke.radius_px <= 0.0 {
        return after;
    }
    let before = planar(denoised, [width, height]);
    let limit = stroke.radius_px * stroke.radius_px;
    let shortest = |d: f32, side: usize| d - side as f32 * (d / side as f32).round();
    for at in 0..width * height {
        let (x, y) = ((at % width) as f32, (at / width) as f32);
        let [dx, dy] = [shortest(x - stroke.at[0], width), shortest(y - stroke.at[1], height)];
        let near = 1.0 - (dx * dx + dy * dy) / limit;
        if near <= 0.0 {
            continue;
        }
        for c in 0..3 {
            let is_even = (at % width + at / width).is_multiple_of(2);
            let from = [x - near * stroke.motion_px[0], y - near * stroke.motion_px[1]];
            let value = &mut after[3 * at + c];
            *value = stroke.brush.of_tokens(*value, is_even, || bilinear(&before, c, from));
        }
    }
    if stroke.brush == FieldBrush::Add {
        let [dx, dy] = stroke.motion_px.map(f64::from);
        let [x, y] = stroke.at.map(f64::from);
        let pose = TokenPose { x, y, heading: dy.atan2(dx), kind };
        ensemble.templates[kind].touch(&pose, width, height, |index, touch| {
            (0..3).for_each(|c| after[3 * index + c] += touch.value[c]);
        });
    }
    after
}

/// An image `[height × width × 3]` as a still of three channels.
pub(super) fn planar(interleaved: &[f32], [width, height]: [usize; 2]) -> Still {
    let channel = |c: usize| interleaved.iter().skip(c).step_by(3).copied();
    Still { width, height, channels: 3, data: channel(0).chain(channel(1)).chain(channel(2)).collect() }
}

/// The first three channels of a still, `[height × width × 3]`.
pub(super) fn interleaved(still: &Still) -> Vec<f32> {
    (0..still.area()).flat_map(|at| [0, 1, 2].map(|c| still.plane(c)[at])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::field::tokens::{Token, Tracker};

    fn engine() -> TokenEngine {
        let ensemble = TokenEnsemble::new(&[Token::bundled("firefly").unwrap()], 13.0);
        let rule = TokenRule::untaught(super::super::net::TokenNet::random(1));
        TokenEngine::new(&rule, &ensemble, &TokenLive::default(), &Still::filled(48, 64, &[0.0; 3]), 3)
    }

    fn stroke(brush: FieldBrush) -> FieldStroke {
        FieldStroke { brush, at: [2.0, 40.0], radius_px: 9.0, motion_px: [0.0, 1.0] }
    }

    #[test]
    fn the_same_seed_gives_the_same_field() {
        let run = || {
            let mut engine = engine();
            engine.run(5);
            (engine.image(), engine.noisy())
        };
        assert_eq!(run(), run());
        assert_ne!(run().0, engine().image());
    }

    #[test]
    fn a_stamped_token_is_found_and_can_be_erased() {
        let mut engine = engine();
        let noise = engine.noisy();
        engine.apply(&stroke(FieldBrush::Add));
        let ensemble = engine.ensemble.clone();
        let found = Tracker::new(&ensemble).find(&engine.image());
        assert_eq!(found.len(), 1);
        assert!((found[0].pose.heading - std::f64::consts::FRAC_PI_2).abs() < 0.05, "{:?}", found[0]);
        engine.apply(&stroke(FieldBrush::Wound));
        assert!(Tracker::new(&ensemble).find(&engine.image()).iter().all(|s| s.shape < 0.9));
        engine.apply(&stroke(FieldBrush::Remove));
        assert_eq!(Tracker::new(&ensemble).find(&engine.image()).len(), 0);
        let apart = noise.data.iter().zip(&engine.noisy().data).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart < 1e-5, "the noise must stay: {apart}");
    }
}
