//! Training by targets that follow: half of each batch is the live chain itself, and the clean target of each chain moves
//! with its tokens, by their command, by what the noise did to them, and by a slow correction.

use glam::{DVec2, USizeVec2};
use rand::rngs::StdRng;
use rand::seq::index;
use rand::{RngExt, SeedableRng};
use rayon::prelude::*;

use super::live::TokenStep;
use super::net::{MOTIONS, TokenNet, TransposedNet, WEIGHTS, Workspace};
use super::noise::add_normals;
use super::scene::TokenEnsemble;
use super::settings::TokenSettings;
use super::wound::wound;
use super::{GridPlacement, Spacing, Token, TokenMotion, TokenPose};
use crate::worlds::field::FieldError;

/// Decay rates of Adam (Kingma & Ba 2015); the second is shorter than its default: the chains move.
const BETAS: [f32; 2] = [0.9, 0.99];
/// Steps over which the learning rate rises.
const WARM_UP: f64 = 50.0;
/// Weight of the denoising loss |x̂ - x|² / σ².
const DENOISE_WEIGHT: f32 = 4.0;
/// Share of the pool images that do not swim at all.
const AT_REST: f64 = 0.23;
/// Share of the pool images that move aside and turn as well.
const STEERED: f64 = 0.5;
/// A token is lost when the denoised image has less than this share of it.
const LOST: f32 = 0.4;
/// Visits after a wound in which a token that is not seen is not lost yet.
const HEALING: u32 = 60;
/// Largest offset of a pose that is corrected, px and rad.
const MAX_CORRECTION: f64 = 0.5;

/// One live chain.
#[derive(Clone, Debug)]
struct PoolImage {
    image: Vec<f32>,
    poses: Vec<TokenPose>,
    /// Pixels per step ahead and aside, and radians per step.
    command: [f64; MOTIONS],
    /// Visits left in which a wound may still close.
    healing: u32,
}

/// Losses of a step, averaged over its images; a loss of 1 is that of the mean image.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TokenLosses {
    /// Mean |x̂ - x|² / σ² of the denoised images, and of the pool.
    pub denoise: f32,
    /// The same of the pool images.
    pub pool: f32,
    /// Relative error of the motion.
    pub motion: f32,
}

/// A trained network and what belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenRule {
    /// The network.
    pub net: TokenNet,
    /// Motions are in units of this: see [`Self::motion_units`].
    pub motion_scale: f32,
    /// Bounds of denoised images.
    pub range: [f32; 2],
    /// Of its training.
    pub seed: u64,
    /// What a swim turns by, radians per pixel.
    pub curve_rad_per_px: f64,
}

/// Random weights, with empty heads of motions that are not taught.
fn fresh_net(settings: &TokenSettings) -> TokenNet {
    let mut net = TokenNet::random(settings.seed);
    for motion in TokenMotion::ALL.into_iter().filter(|motion| !settings.teaches(*motion)) {
        net.empty_head(motion);
    }
    net
}

/// A turn by one radian over this counts as a pixel, px: about the distance from a token's centre at which it has edges.
const TURN_ARM_PX: f32 = 4.0;

impl TokenRule {
    /// Units of the motions of the network: per pixel ahead, per pixel aside, and per radian.
    pub fn motion_units(&self) -> [f32; MOTIONS] {
        motion_units(self.motion_scale)
    }
}

fn motion_units(scale: f32) -> [f32; MOTIONS] {
    [scale, scale, scale * TURN_ARM_PX]
}

#[cfg(test)]
impl TokenRule {
    /// Of a network that was taught nothing.
    pub fn untaught(net: TokenNet) -> Self {
        Self { net, motion_scale: 0.1, range: [-0.15, 1.15], seed: 1, curve_rad_per_px: 0.0 }
    }
}

/// The stepper.
pub struct TokenTraining {
    settings: TokenSettings,
    ensemble: TokenEnsemble,
    net: TokenNet,
    motion_scale: f32,
    moments: [Vec<f32>; 2],
    pool: Vec<PoolImage>,
    workspaces: Vec<Workspace>,
    step: usize,
}

/// What one image of a batch gives.
struct ImageResult {
    gradient: Vec<f32>,
    denoise: f32,
    motion: f32,
    /// The chain after its step.
    chain: Option<(usize, PoolImage)>,
}

impl TokenTraining {
    /// Starts from random weights, or from those of `start`.
    ///
    /// # Errors
    /// Settings out of range, no token, or one that cannot be learned.
    pub fn new(
        tokens: &[Token],
        spacing: impl Into<Spacing>,
        settings: TokenSettings,
        start: Option<&TokenRule>,
    ) -> Result<Self, FieldError> {
        settings.validate()?;
        if tokens.is_empty() {
            return Err(FieldError::Value {
                path: "tokens",
                reason: "there are none".to_owned(),
                hint: "draw or load a token",
            });
        }
        tokens.iter().try_for_each(Token::check)?;
        let ensemble =
            TokenEnsemble { curve_rad_per_px: settings.curve_rad_per_px, ..TokenEnsemble::new(tokens, spacing) };
        let mean_tokens = (settings.tokens[0] + settings.tokens[1]) as f64 / 2.0;
        let motion_scale = start.map_or_else(
            || ensemble.motion_scale(mean_tokens, (settings.side * settings.side) as f64),
            |rule| rule.motion_scale,
        );
        let net = start.map_or_else(|| fresh_net(&settings), |rule| rule.net.clone());
        let workspaces = (0..settings.batch).map(|_| Workspace::new(settings.side, settings.side, false)).collect();
        let mut training = Self {
            settings,
            ensemble,
            net,
            motion_scale,
            moments: [vec![0.0; WEIGHTS], vec![0.0; WEIGHTS]],
            pool: Vec::new(),
            workspaces,
            step: 0,
        };
        training.pool =
            (0..settings.pool).map(|k| training.fresh_chain(&mut training.rng(u64::MAX, k as u64))).collect();
        Ok(training)
    }

    fn rng(&self, step: u64, image: u64) -> StdRng {
        StdRng::seed_from_u64(self.settings.seed ^ step.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (image << 48))
    }

    fn side(&self) -> [usize; 2] {
        [self.settings.side; 2]
    }

    fn fresh_poses(&self, rng: &mut StdRng) -> Vec<TokenPose> {
        let [min, max] = self.settings.tokens;
        let count = rng.random_range(min..=max);
        let size = USizeVec2::from(self.side()).as_dvec2();
        self.ensemble.spacing.place(count, self.ensemble.templates.len(), size, rng)
    }

    fn fresh_chain(&self, rng: &mut StdRng) -> PoolImage {
        let poses = self.fresh_poses(rng);
        let mut image = self.ensemble.render(&poses, self.side(), &[]).image;
        add_normals(rng.random(), 0, self.settings.sigma as f32, &mut image);
        let rest = AT_REST / (1.0 - AT_REST);
        let speed = self.settings.max_swim_px * rng.random_range(-rest..1.0).max(0.0);
        // A swim to one side only would teach the denoiser its mean lag, and tokens at rest would drift.
        let swim_px = if rng.random_bool(0.5) { speed } else { -speed };
        let mut command = [swim_px, 0.0, 0.0];
        let [slides, turns] = [TokenMotion::Slide, TokenMotion::Turn].map(|motion| self.settings.teaches(motion));
        if (slides || turns) && rng.random_bool(STEERED) {
            let [slide, turn] = [self.settings.max_slide_px, self.settings.max_turn_rad];
            command = [swim_px, slide * rng.random_range(-1.0..1.0), turn * rng.random_range(-1.0..1.0)];
        }
        PoolImage { image, poses, command, healing: 0 }
    }

    /// One optimiser step; `None` when all are done.
    pub fn step(&mut self) -> Option<TokenLosses> {
        self.step_unless_stopped(&|| false).expect("nothing stops it")
    }

    /// As [`Self::step`]; `stop` is polled before each image. A step that is broken off leaves the training as it was.
    ///
    /// # Errors
    /// [`FieldError::Stopped`]
    pub fn step_unless_stopped(&mut self, stop: &(dyn Fn() -> bool + Sync)) -> Result<Option<TokenLosses>, FieldError> {
        if self.step >= self.settings.steps {
            return Ok(None);
        }
        let settings = self.settings;
        let transposed = self.net.transposed();
        let mut rng = self.rng(self.step as u64, u64::from(u16::MAX));
        let visited = index::sample(&mut rng, settings.pool, settings.pool_batch).into_vec();
        let mut workspaces = std::mem::take(&mut self.workspaces);
        let results: Option<Vec<ImageResult>> = (workspaces.par_iter_mut().enumerate())
            .map(|(k, workspace)| {
                if stop() {
                    return None;
                }
                let mut rng = self.rng(self.step as u64, k as u64);
                Some(match visited.get(k) {
                    Some(&chain) => self.chain_image(workspace, &transposed, chain, &mut rng),
                    None => self.denoised_image(workspace, &transposed, &mut rng),
                })
            })
            .collect();
        self.workspaces = workspaces;
        let results = results.ok_or(FieldError::Stopped)?;
        let mut gradient = vec![0.0; WEIGHTS];
        let mut losses = TokenLosses::default();
        let (pool, others) = (settings.pool_batch as f32, (settings.batch - settings.pool_batch) as f32);
        for result in results {
            gradient.iter_mut().zip(&result.gradient).for_each(|(sum, g)| *sum += g);
            losses.motion += result.motion / settings.batch as f32;
            match result.chain {
                Some((k, chain)) => {
                    losses.pool += result.denoise / pool;
                    self.pool[k] = chain;
                }
                None => losses.denoise += result.denoise / others,
            }
        }
        self.update(&gradient);
        self.step += 1;
        Ok(Some(losses))
    }

    fn update(&mut self, gradient: &[f32]) {
        let done = self.step as f64;
        let rise = ((done + 1.0) / WARM_UP).min(1.0);
        let fall = 0.5 * (1.0 + (std::f64::consts::PI * done / self.settings.steps as f64).cos());
        let rate = (self.settings.learning_rate * rise * fall) as f32;
        let correction = BETAS.map(|beta| 1.0 - beta.powi(self.step as i32 + 1));
        let [first, second] = &mut self.moments;
        for (((weight, g), m), v) in self.net.weights.iter_mut().zip(gradient).zip(first).zip(second) {
            *m = BETAS[0] * *m + (1.0 - BETAS[0]) * g;
            *v = BETAS[1] * *v + (1.0 - BETAS[1]) * g * g;
            *weight -= rate * (*m / correction[0]) / ((*v / correction[1]).sqrt() + 1e-8);
        }
    }

    /// A fresh sample, denoised.
    fn denoised_image(&self, workspace: &mut Workspace, net: &TransposedNet, rng: &mut StdRng) -> ImageResult {
        let poses = self.fresh_poses(rng);
        let [low, high] = self.settings.sigma_range;
        let sigma = (low * (high / low).powf(rng.random())) as f32;
        let clean = self.ensemble.render(&poses, self.side(), &self.settings.taught_motions());
        let mut noised = clean.image.clone();
        add_normals(rng.random(), 1, sigma, &mut noised);
        let target = self.target(&poses);
        workspace.evaluate(&self.net, &noised, sigma);
        let (gradient, denoise, motion) = self.gradient(workspace, net, sigma, &target, &clean.motions);
        ImageResult { gradient, denoise, motion, chain: None }
    }

    /// The image that poses are denoised to: ahead of them where neighbours draw or push them.
    fn target(&self, poses: &[TokenPose]) -> Vec<f32> {
        let targets = self.ensemble.targets(poses, self.side(), &self.settings.manners());
        self.ensemble.render(&targets, self.side(), &[]).image
    }

    /// A live chain: learns from its present image, wounded now and then, makes its live step, and its poses follow.
    fn chain_image(&self, workspace: &mut Workspace, net: &TransposedNet, k: usize, rng: &mut StdRng) -> ImageResult {
        let settings = self.settings;
        let side = self.side();
        let mut chain = self.pool[k].clone();
        chain.healing = chain.healing.saturating_sub(1);
        if rng.random::<f64>() < settings.damage {
            wound(&mut chain.image, side, &chain.poses, self.ensemble.spacing.clearance_px, rng);
            chain.healing = HEALING;
        }
        let sigma = settings.sigma as f32;
        let clean = self.ensemble.render(&chain.poses, side, &settings.taught_motions());
        let target = self.target(&chain.poses);
        // As in the live step, so that the network learns all phases of its grid.
        let grid = GridPlacement::of_step(rng.random(), 0, side);
        workspace.evaluate(&self.net, &grid.seen(&chain.image), sigma);
        let motions: Vec<Vec<f32>> = clean.motions.iter().map(|motion| grid.seen(motion)).collect();
        let (gradient, denoise, motion_loss) = self.gradient(workspace, net, sigma, &grid.seen(&target), &motions);

        let step = TokenStep::new(&settings.live(chain.command), motion_units(self.motion_scale));
        let [denoised, change] = step.outcome(&mut workspace.outputs, &grid, self.ensemble.range);
        // On its own, because the poses follow it.
        let mut noise = vec![0.0; denoised.len()];
        add_normals(rng.random(), 2, step.noise, &mut noise);
        let mut image = chain.image.clone();
        step.advance(&mut image, &denoised, &change);
        image.iter_mut().zip(&noise).for_each(|(x, noise)| *x += noise);
        // A chain that has lost a token has no target any more.
        let over = rng.random::<f64>() < settings.reset
            || image.iter().any(|v| !v.is_finite())
            || (chain.healing == 0 && self.ensemble.weakest(&chain.poses, side, &denoised) < LOST);
        let chain = if over {
            self.fresh_chain(rng)
        } else {
            let offset: Vec<f32> = denoised.iter().zip(&target).map(|(d, t)| d - t).collect();
            PoolImage { poses: self.followed(&chain, &noise, &offset), image, ..chain }
        };
        ImageResult { gradient, denoise, motion: motion_loss, chain: Some((k, chain)) }
    }

    /// Poses after a live step: the command, the noise seen as motion, a slow correction, and room to neighbours.
    fn followed(&self, chain: &PoolImage, noise: &[f32], offset: &[f32]) -> Vec<TokenPose> {
        let settings = self.settings;
        let [width, height] = self.side();
        let size = DVec2::new(width as f64, height as f64);
        let targets = self.ensemble.targets(&chain.poses, self.side(), &settings.manners());
        let drift = 1.0 - (-settings.live_step).exp();
        let mut poses: Vec<TokenPose> = (chain.poses.iter().enumerate())
            .map(|(k, pose)| {
                let template = &self.ensemble.templates[pose.kind];
                let commanded = self.ensemble.motions(&chain.poses, k, size);
                let jolt = template.project(&targets[k], width, height, noise);
                let off = template.project(&targets[k], width, height, offset);
                let motion = [0, 1, 2].map(|c| {
                    chain.command.iter().zip(&commanded).map(|(speed, velocity)| speed * velocity[c]).sum::<f64>()
                        + jolt[c]
                        + settings.registration * off[c].clamp(-MAX_CORRECTION, MAX_CORRECTION)
                });
                let mut moved = pose.moved(motion);
                moved.x += drift * (targets[k].x - pose.x);
                moved.y += drift * (targets[k].y - pose.y);
                moved.heading += drift * (targets[k].heading - pose.heading);
                moved
            })
            .collect();
        self.ensemble.spacing.separate(&mut poses, size);
        poses
    }

    /// Gradient of the loss of the image evaluated last, and its two parts. `motions`: those that are taught.
    fn gradient(
        &self,
        workspace: &Workspace,
        net: &TransposedNet,
        sigma: f32,
        clean: &[f32],
        motions: &[Vec<f32>],
    ) -> (Vec<f32>, f32, f32) {
        let settings = self.settings;
        let share = 1.0 / (clean.len() * settings.batch) as f32;
        let outputs = &workspace.outputs;
        let (mut denoise, mut motion_loss) = (0.0, 0.0);
        let per_sigma = DENOISE_WEIGHT * share / (sigma * sigma);
        let d_denoised: Vec<f32> = (outputs.denoised.iter().zip(clean))
            .map(|(x, clean)| {
                denoise += (x - clean).powi(2);
                2.0 * per_sigma * (x - clean)
            })
            .collect();
        let weight = settings.motion_weight as f32 * share;
        let units = motion_units(self.motion_scale);
        let heads = motions.len() as f32;
        let mut d_motions: [Vec<f32>; MOTIONS] = std::array::from_fn(|_| vec![0.0; clean.len()]);
        for (head, motion) in settings.taught_motions().into_iter().map(TokenMotion::index).zip(motions) {
            for ((d, f), motion) in d_motions[head].iter_mut().zip(&outputs.motions[head]).zip(motion) {
                let off = f - motion / units[head];
                motion_loss += off * off / heads;
                *d = 2.0 * weight * off;
            }
        }
        let mut gradient = vec![0.0; WEIGHTS];
        workspace.add_gradient(net, sigma, &d_denoised, &d_motions, &mut gradient);
        let pixels = clean.len() as f32;
        (gradient, denoise / (pixels * sigma * sigma), motion_loss / pixels)
    }

    /// The network so far.
    pub fn rule(&self) -> TokenRule {
        TokenRule {
            net: self.net.clone(),
            motion_scale: self.motion_scale,
            range: self.ensemble.range,
            seed: self.settings.seed,
            curve_rad_per_px: self.settings.curve_rad_per_px,
        }
    }

    /// Steps done.
    pub fn steps_done(&self) -> usize {
        self.step
    }

    /// The settings it was started with.
    pub fn settings(&self) -> &TokenSettings {
        &self.settings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::field::tokens::{TokenArrangement, TokenGroups};
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn losses_fall_and_the_same_seed_gives_the_same_network() {
        let tokens = [Token::bundled("firefly").unwrap()];
        let settings = TokenSettings {
            steps: 60,
            side: 32,
            tokens: [1, 2],
            pool: 6,
            batch: 4,
            pool_batch: 2,
            ..TokenSettings::default()
        };
        let train = |is_broken_off: bool| {
            let mut training = TokenTraining::new(&tokens, 13.0, settings, None).unwrap();
            let step = || {
                let polls = AtomicUsize::new(0);
                if is_broken_off {
                    let stopped = training.step_unless_stopped(&|| polls.fetch_add(1, Ordering::Relaxed) >= 2);
                    assert!(matches!(stopped, Err(FieldError::Stopped) | Ok(None)));
                }
                training.step()
            };
            let losses: Vec<TokenLosses> = std::iter::from_fn(step).collect();
            (losses, training.rule())
        };
        let (losses, rule) = train(false);
        assert_eq!(losses.len(), 60);
        let mean = |part: &[TokenLosses]| part.iter().map(|l| l.denoise + l.pool).sum::<f32>() / part.len() as f32;
        assert!(mean(&losses[50..]) < 0.6 * mean(&losses[..10]), "{} {}", mean(&losses[..10]), mean(&losses[50..]));
        assert_eq!(train(true), (losses, rule), "steps that are broken off leave no trace");
    }

    #[test]
    fn groups_of_the_pool_move_as_wholes() {
        let tokens = [Token::bundled("firefly").unwrap()];
        let settings = TokenSettings { steps: 12, pool: 2, batch: 3, pool_batch: 2, damage: 0.0, ..Default::default() };
        for arrangement in [TokenArrangement::Pairs, TokenArrangement::Chains] {
            let groups = TokenGroups { arrangement, distance_px: 10.0 };
            let spacing = Spacing { clearance_px: 13.0, groups };
            let mut training = TokenTraining::new(&tokens, spacing, settings, None).unwrap();
            let before: Vec<TokenPose> = training.pool[0].poses.clone();
            while training.step().is_some() {}
            let size = DVec2::splat(64.0);
            for chain in &training.pool {
                assert!(chain.poses.len().is_multiple_of(arrangement.members()) && !chain.poses.is_empty());
                for pair in chain.poses.chunks(arrangement.members()) {
                    assert!((pair[0].distance(&pair[1], size) - 10.0).abs() < 1e-6);
                    assert!((pair[0].heading - pair[1].heading).abs() < 1e-6);
                    assert!(groups.are_partners(&pair[0], &pair[1], size));
                }
            }
            assert_ne!(training.pool[0].poses, before, "they follow the noise");
        }
    }

    #[test]
    fn heads_that_are_not_taught_stay_empty() {
        let tokens = [Token::bundled("firefly").unwrap()];
        let small = TokenSettings { steps: 2, pool: 2, batch: 2, pool_batch: 1, ..TokenSettings::default() };
        let settings = TokenSettings { max_turn_rad: 0.02, ..small };
        let mut training = TokenTraining::new(&tokens, 13.0, settings, None).unwrap();
        while training.step().is_some() {}
        assert_eq!(TokenMotion::ALL.map(|motion| training.net.moves(motion)), [true, false, true]);
    }

    #[test]
    fn nothing_to_teach_is_refused() {
        assert!(TokenTraining::new(&[], 13.0, TokenSettings::default(), None).is_err());
        assert!(TokenTraining::new(&[Token::empty(16)], 13.0, TokenSettings::default(), None).is_err());
        let wrong = TokenSettings { side: 50, ..TokenSettings::default() };
        assert!(TokenTraining::new(&[Token::bundled("dot").unwrap()], 11.0, wrong, None).is_err());
    }
}
