//! Settings of learning, and of how live tokens are shown.

use serde::{Deserialize, Serialize};

use super::net::MOTIONS;
use super::{TokenLive, TokenManners, TokenMotion};
use crate::worlds::field::FieldError;
use crate::worlds::studio::MAX_LEARNING_STEPS;

/// Settings of the training by targets that follow.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenSettings {
    /// Optimiser steps.
    pub steps: usize,
    /// Images of one step.
    pub batch: usize,
    /// How many of them come from the pool of live chains.
    pub pool_batch: usize,
    /// Images of the pool.
    pub pool: usize,
    /// Probability that a pool image begins again when it is visited.
    pub reset: f64,
    /// Probability that a pool image is wounded when it is visited.
    pub damage: f64,
    /// Noise level of the live chain, and the range of the denoised images (log-uniform).
    pub sigma: f64,
    /// Smallest and largest σ of the denoised images.
    pub sigma_range: [f64; 2],
    /// Live step c.
    pub live_step: f64,
    /// Fastest swim of a pool image, pixels per step.
    pub max_swim_px: f64,
    /// Fastest motion of a pool image to a side, pixels per step; 0: the head for it is not taught.
    pub max_slide_px: f64,
    /// Fastest turn of a pool image, radians per step; 0: the head for it is not taught.
    pub max_turn_rad: f64,
    /// Way that a target is ahead of its token at contact with a neighbour, pixels: how strongly tokens keep apart.
    pub keep_apart_px: f64,
    /// Turn of a target towards its neighbours' mean heading, radians at a right angle: how strongly tokens flock.
    pub align_rad: f64,
    /// Way of a target towards its neighbours, pixels at most: how strongly tokens attract.
    pub attract_px: f64,
    /// Turn of a token that swims, radians per pixel of its way, to the right above 0; 0: straight ahead. Neighbours turn
    /// it besides.
    pub curve_rad_per_px: f64,
    /// Share of the measured offset by which the pose of a pool token is corrected at each visit.
    pub registration: f64,
    /// Weight of the motion in the loss.
    pub motion_weight: f64,
    /// Step size of Adam.
    pub learning_rate: f64,
    /// Fewest and most tokens of an image.
    pub tokens: [usize; 2],
    /// Side of an image, pixels; a multiple of 16.
    pub side: usize,
    /// Seed of weights and images.
    pub seed: u64,
}

/// Noise level at which a growth begins: a token, whose length as a vector of pixels is about 8, is not seen in it. At 1.5
/// a field without tokens stays empty.
pub const GROWTH_SIGMA: f64 = 5.0;

/// A circle as small as a token: a radius of about three pixels.
pub const MAX_CURVE_RAD_PER_PX: f64 = 0.3;

impl Default for TokenSettings {
    fn default() -> Self {
        Self {
            steps: 4000,
            batch: 8,
            pool_batch: 5,
            pool: 32,
            reset: 0.007,
            damage: 0.01,
            sigma: 0.3,
            sigma_range: [0.15, GROWTH_SIGMA],
            live_step: 0.1,
            max_swim_px: 0.12,
            max_slide_px: 0.0,
            max_turn_rad: 0.0,
            keep_apart_px: 0.8,
            align_rad: 0.0,
            attract_px: 0.0,
            curve_rad_per_px: 0.0,
            registration: 0.02,
            motion_weight: 0.6,
            learning_rate: 4e-3,
            tokens: [3, 9],
            side: 64,
            seed: 1,
        }
    }
}

impl TokenSettings {
    /// The interactions that tokens learn.
    pub fn manners(&self) -> TokenManners {
        let Self { keep_apart_px, align_rad, attract_px, .. } = *self;
        TokenManners { keep_apart_px, align_rad, attract_px }
    }

    /// Knobs of a pool image.
    pub fn live(&self, command: [f64; MOTIONS]) -> TokenLive {
        let Self { sigma, live_step, .. } = *self;
        TokenLive { sigma, live_step, relaxation: 1.0, ..TokenLive::default() }.commanded(command)
    }

    /// Motions with a head that is taught.
    pub fn taught_motions(&self) -> Vec<TokenMotion> {
        TokenMotion::ALL.into_iter().filter(|motion| self.teaches(*motion)).collect()
    }

    /// Whether a motion has a head that is taught.
    pub fn teaches(&self, motion: TokenMotion) -> bool {
        match motion {
            TokenMotion::Swim => true,
            TokenMotion::Slide => self.max_slide_px > 0.0,
            TokenMotion::Turn => self.max_turn_rad > 0.0,
        }
    }

    /// # Errors
    /// The first value out of range.
    pub fn validate(&self) -> Result<(), FieldError> {
        let fail = |path, reason: String, hint| Err(FieldError::Value { path, reason, hint });
        let Self { batch, pool_batch, pool, tokens: [min, max], side, .. } = *self;
        if !(1..=MAX_LEARNING_STEPS).contains(&self.steps) {
            return fail("steps", self.steps.to_string(), "give 1 to 10000000; 4000 is the default");
        }
        if !(1..=64).contains(&batch) || pool_batch > batch || pool < pool_batch || pool > 4096 {
            return fail(
                "batch",
                format!("{pool_batch} of {batch} from {pool}"),
                "give a pool batch within batch and pool",
            );
        }
        if !side.is_multiple_of(16) || !(32..=256).contains(&side) {
            return fail("side", side.to_string(), "give a multiple of 16 from 32 to 256");
        }
        if min > max || max > 200 {
            return fail("tokens", format!("{min} to {max}"), "give an ascending range up to 200");
        }
        if self.curve_rad_per_px.is_nan() || self.curve_rad_per_px.abs() > MAX_CURVE_RAD_PER_PX {
            return fail(
                "curve_rad_per_px",
                self.curve_rad_per_px.to_string(),
                "give -0.3 to 0.3; 0 is straight ahead",
            );
        }
        let [low, high] = self.sigma_range;
        let positive = [self.sigma, low, high - low, self.live_step, self.learning_rate];
        let not_negative = [
            self.reset,
            self.damage,
            self.max_swim_px,
            self.max_slide_px,
            self.max_turn_rad,
            self.keep_apart_px,
            self.align_rad,
            self.attract_px,
            self.registration,
            self.motion_weight,
        ];
        if positive.iter().any(|v| v.is_nan() || *v <= 0.0) || not_negative.iter().any(|v| v.is_nan() || *v < 0.0) {
            return fail(
                "settings",
                "a rate or a noise level is out of range".to_owned(),
                "remove it to get its default",
            );
        }
        Ok(())
    }
}

/// How a live field of tokens is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenLook {
    /// With its noise, instead of denoised.
    pub raw: bool,
    /// Which channels become which colours.
    pub colours: TokenColours,
    /// Arrows where tokens head.
    pub headings: bool,
    /// Dots where tokens have been.
    pub trails: bool,
}

/// How three channels become colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenColours {
    /// The three channels as red, green and blue.
    #[default]
    Drawn,
    /// The first channel alone.
    Red,
    /// The second channel alone.
    Green,
    /// The third channel alone.
    Blue,
    /// The sum of all three.
    Light,
}

impl TokenColours {
    /// In the order of the list.
    pub const ALL: [Self; 5] = [Self::Drawn, Self::Red, Self::Green, Self::Blue, Self::Light];
    /// On the screen, in the same order.
    pub const NAMES: &[&str] = &["Drawn", "Red", "Green", "Blue", "Light"];
}
