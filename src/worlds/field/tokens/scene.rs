//! Images of tokens at given poses, and what they are commanded to do.

use glam::{DVec2, USizeVec2};

use super::net::MOTIONS;
use super::{Spacing, Template, Token, TokenManners, TokenMotion, TokenPose};

/// The kinds of tokens of an ensemble with their spacing.
#[derive(Clone, Debug)]
pub struct TokenEnsemble {
    /// One per kind.
    pub templates: Vec<Template>,
    /// How close they may be.
    pub spacing: Spacing,
    /// Minimum and maximum value of a denoised image.
    pub range: [f32; 2],
    /// What a token turns by while it swims, radians per pixel.
    pub curve_rad_per_px: f64,
}

/// Values beyond those of tokens that a denoised image may have.
const MARGIN: f32 = 0.15;

/// Images `[side × side × 3]` that belong to a set of poses.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rendering {
    /// Colours of the tokens.
    pub image: Vec<f32>,
    /// Its velocities at one pixel or one radian per step of each motion that was asked for.
    pub motions: Vec<Vec<f32>>,
}

impl TokenEnsemble {
    /// Of drawn tokens with their distances; a number alone is the clearance of free tokens, field pixels.
    pub fn new(tokens: &[Token], spacing: impl Into<Spacing>) -> Self {
        let templates: Vec<Template> = tokens.iter().map(Template::new).collect();
        // Colours are at least 0 and at most 1 by the canvas.
        Self { templates, spacing: spacing.into(), range: [-MARGIN, 1.0 + MARGIN], curve_rad_per_px: 0.0 }
    }

    /// Body-frame velocities of token `k` at the three unit commands: see [`Spacing::motions`].
    pub fn motions(&self, poses: &[TokenPose], k: usize, size: DVec2) -> [[f64; 3]; MOTIONS] {
        self.spacing.motions(poses, k, size, self.curve_rad_per_px)
    }

    /// The image of `poses` and its `motions`, in their order.
    pub fn render(&self, poses: &[TokenPose], [width, height]: [usize; 2], motions: &[TokenMotion]) -> Rendering {
        let size = DVec2::new(width as f64, height as f64);
        let mut image = vec![0.0; width * height * 3];
        let mut moved = vec![vec![0.0; image.len()]; motions.len()];
        for (k, pose) in poses.iter().enumerate() {
            let velocities: Vec<[f32; 3]> = if motions.is_empty() {
                Vec::new()
            } else {
                let all = self.motions(poses, k, size);
                motions.iter().map(|motion| all[motion.index()].map(|v| v as f32)).collect()
            };
            self.templates[pose.kind].touch(pose, width, height, |index, touch| {
                for c in 0..3 {
                    image[3 * index + c] += touch.value[c];
                    for (moved, v) in moved.iter_mut().zip(&velocities) {
                        moved[3 * index + c] += v[0] * touch.ahead[c] + v[1] * touch.aside[c] + v[2] * touch.turn[c];
                    }
                }
            });
        }
        Rendering { image, motions: moved }
    }

    /// Where the targets of `poses` are: ahead of them, as `manners` draw them.
    pub fn targets(&self, poses: &[TokenPose], side: [usize; 2], manners: &TokenManners) -> Vec<TokenPose> {
        let size = USizeVec2::from(side).as_dvec2();
        (0..poses.len()).map(|k| self.spacing.target(poses, k, size, manners)).collect()
    }

    /// The smallest share of any token, at its pose, that an image `[height × width × 3]` has: 1 drawn, 0 missing.
    pub fn weakest(&self, poses: &[TokenPose], [width, height]: [usize; 2], image: &[f32]) -> f32 {
        let share = |pose: &TokenPose| {
            let (mut product, mut square) = (0.0, 0.0);
            self.templates[pose.kind].touch(pose, width, height, |index, touch| {
                for c in 0..3 {
                    product += touch.value[c] * image[3 * index + c];
                    square += touch.value[c] * touch.value[c];
                }
            });
            product / f32::max(square, f32::MIN_POSITIVE)
        };
        poses.iter().map(share).fold(1.0, f32::min)
    }

    /// Typical motion of an image with `tokens` tokens on `area` pixels: what the motion head is scaled by.
    pub fn motion_scale(&self, tokens: f64, area: f64) -> f32 {
        let energy = self.templates.iter().map(|t| t.ahead_energy).sum::<f64>() / self.templates.len() as f64;
        (tokens * energy / (3.0 * area)).sqrt() as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_token_is_noticed_and_targets_move_apart() {
        let ensemble = TokenEnsemble::new(&[Token::bundled("arrow").unwrap()], 15.0);
        let at = |x: f64| TokenPose { x, y: 20.0, heading: 0.4, kind: 0 };
        let poses = [at(10.0), at(25.0)];
        let whole = ensemble.render(&poses, [48, 48], &[]).image;
        assert!((ensemble.weakest(&poses, [48, 48], &whole) - 1.0).abs() < 0.05);
        let one = ensemble.render(&poses[..1], [48, 48], &[]).image;
        assert!(ensemble.weakest(&poses, [48, 48], &one) < 0.1);
        let targets =
            ensemble.targets(&poses, [48, 48], &TokenManners { keep_apart_px: 0.5, ..TokenManners::default() });
        assert!((targets[1].x - targets[0].x - 16.0).abs() < 1e-9, "half a pixel each at contact");
    }

    #[test]
    fn motions_are_the_changes_of_the_image() {
        const STEP: f64 = 0.05;
        let size = DVec2::splat(48.0);
        let free = TokenEnsemble::new(&[Token::bundled("arrow").unwrap()], 15.0);
        let ensemble = TokenEnsemble { curve_rad_per_px: 0.2, ..free };
        let pose = TokenPose { x: 24.3, y: 20.0, heading: 0.4, kind: 0 };
        let velocities = ensemble.motions(&[pose], 0, size);
        assert_eq!(velocities, [[1.0, 0.0, 0.2], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
        let rendered = ensemble.render(&[pose], [48, 48], &TokenMotion::ALL).motions;
        for (velocity, motion) in velocities.iter().zip(&rendered) {
            let [before, after] =
                [-STEP, STEP].map(|way| ensemble.render(&[pose.moved(velocity.map(|v| v * way))], [48, 48], &[]).image);
            let (mut error, mut norm) = (0.0, 0.0);
            for ((before, after), motion) in before.iter().zip(&after).zip(motion) {
                error += ((after - before) / (2.0 * STEP as f32) - motion).powi(2);
                norm += motion.powi(2);
            }
            assert!(norm > 0.0 && error < 0.02 * norm, "{error} of {norm}");
        }
        for (motion, alone) in TokenMotion::ALL.into_iter().zip(&rendered) {
            assert_eq!(ensemble.render(&[pose], [48, 48], &[motion]).motions, std::slice::from_ref(alone));
        }
    }
}
