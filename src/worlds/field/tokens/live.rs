//! How live tokens move: knobs, and one step of the image.

use serde::{Deserialize, Serialize};

use super::net::{MOTIONS, NetOutputs};
use super::{GridPlacement, TokenMotion};
use crate::gpu::shader_words;
use crate::worlds::field::FieldError;

/// Knobs of the live field.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenLive {
    /// Speed g along the front, pixels per step.
    pub swim_px: f64,
    /// Speed to the right of the front, pixels per step.
    #[serde(skip_serializing_if = "is_zero")]
    pub slide_px: f64,
    /// Turn to the right, radians per step.
    #[serde(skip_serializing_if = "is_zero")]
    pub turn_rad: f64,
    /// Temperature σ; the network is trained at one.
    pub sigma: f64,
    /// Relaxation η.
    pub relaxation: f64,
    /// Step c.
    pub live_step: f64,
    /// Tokens of a fresh field of 96²; other sizes in proportion to the area.
    pub tokens: usize,
    /// Weights and activations as f16, on a device that has it.
    #[serde(skip_serializing_if = "is_off")]
    pub half_precision: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_off(switch: &bool) -> bool {
    !*switch
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

impl Default for TokenLive {
    fn default() -> Self {
        Self {
            swim_px: 0.05,
            slide_px: 0.0,
            turn_rad: 0.0,
            sigma: 0.3,
            relaxation: 1.0,
            live_step: 0.1,
            tokens: 12,
            half_precision: false,
        }
    }
}

impl TokenLive {
    /// Pixels per step ahead and aside, and radians per step.
    pub fn command(&self) -> [f64; MOTIONS] {
        [self.swim_px, self.slide_px, self.turn_rad]
    }

    /// The same by another command.
    pub fn commanded(&self, [swim_px, slide_px, turn_rad]: [f64; MOTIONS]) -> Self {
        Self { swim_px, slide_px, turn_rad, ..*self }
    }

    /// The same without a command.
    pub fn at_rest(&self) -> Self {
        self.commanded([0.0; MOTIONS])
    }

    /// # Errors
    /// A knob out of range.
    pub fn validate(&self) -> Result<(), FieldError> {
        let fail = |path, value: f64, hint| Err(FieldError::Value { path, reason: value.to_string(), hint });
        if !(-1.0..=1.0).contains(&self.swim_px) {
            return fail("swim_px", self.swim_px, "give -1 to 1; .05 is the default");
        }
        if !(-1.0..=1.0).contains(&self.slide_px) {
            return fail("slide_px", self.slide_px, "give -1 to 1; 0 is the default");
        }
        if !(-0.3..=0.3).contains(&self.turn_rad) {
            return fail("turn_rad", self.turn_rad, "give -0.3 to 0.3; 0 is the default");
        }
        if !(0.01..=2.0).contains(&self.sigma) {
            return fail("sigma", self.sigma, "give .01 to 2; the network is taught at one level");
        }
        if !(0.0..=10.0).contains(&self.relaxation) {
            return fail("relaxation", self.relaxation, "give 0 to 10; 1 is the default");
        }
        if !(0.001..=1.0).contains(&self.live_step) {
            return fail("live_step", self.live_step, "give .001 to 1; .1 is the default");
        }
        if !(1..=10_000).contains(&self.tokens) {
            return fail("tokens", self.tokens as f64, "give 1 to 10000");
        }
        Ok(())
    }
}

shader_words! {
    /// What the knobs amount to in a step, the same in training, on the processor and in the shaders.
    pub(super) struct TokenStep {
        /// e^{-c η}, the share of the noise that stays.
        keep,
        /// Factor of the network's motion ahead.
        swim,
        /// Factor of its motion to the right.
        slide,
        /// Factor of its turn.
        turn,
        /// Standard deviation of the noise that is added.
        noise,
    }
}

impl TokenStep {
    /// `units`: those of the network's motions, as `TokenRule::motion_units` gives them.
    pub fn new(live: &TokenLive, units: [f32; MOTIONS]) -> Self {
        let keep = (-live.live_step * live.relaxation).exp() as f32;
        let noise = (1.0 - keep * keep).sqrt() * live.sigma as f32;
        let command = live.command();
        let [swim, slide, turn] = TokenMotion::ALL.map(|m| command[m.index()] as f32 * units[m.index()]);
        Self { keep, swim, slide, turn, noise }
    }

    /// What a network that saw an image through `grid` gives the field: the image denoised, within `range`, and its change
    /// by command. The motion ahead is written over.
    pub fn outcome(&self, outputs: &mut NetOutputs, grid: &GridPlacement, [low, high]: [f32; 2]) -> [Vec<f32>; 2] {
        let mut denoised = grid.unseen(&outputs.denoised);
        denoised.iter_mut().for_each(|d| *d = d.clamp(low, high));
        let [ahead, aside, turn] = &mut outputs.motions;
        for ((ahead, aside), turn) in ahead.iter_mut().zip(aside).zip(turn) {
            *ahead = self.swim * *ahead + self.slide * *aside + self.turn * *turn;
        }
        [denoised, grid.unseen(ahead)]
    }

    /// Moves an image by what it is denoised to and its change by command; the noise is still to be added.
    pub fn advance(&self, image: &mut [f32], denoised: &[f32], change: &[f32]) {
        for ((x, d), f) in image.iter_mut().zip(denoised).zip(change) {
            *x = *d + self.keep * (*x - *d) + f;
        }
    }
}
