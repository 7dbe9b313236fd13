//! Changes of a live field by hand.

use rand::RngExt;
use rand::rngs::StdRng;
use serde::{Deserialize, Serialize};

use crate::worlds::field::rule::LibraryRule;
use crate::worlds::field::stills::Still;

/// What a stroke does to the pixels inside its disc.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldBrush {
    /// The rule's seed state, or a token that heads where the brush moves.
    Add,
    /// The rule's rest state, or the background of tokens.
    Remove,
    /// Uniform noise between rest and seed, or tokens with every second pixel missing.
    Wound,
    /// Moves the picture along with the brush.
    Stir,
}

impl FieldBrush {
    /// The brush with this id in the tables.
    pub fn of(id: &str) -> Option<Self> {
        Some(match id {
            "add" => Self::Add,
            "remove" => Self::Remove,
            "wound" => Self::Wound,
            "stir" => Self::Stir,
            _ => return None,
        })
    }

    /// What a value of tokens becomes; `is_even`: of every second pixel, `carried`: the value that was behind the brush.
    /// The token itself is added when the whole disc is done.
    pub(crate) fn of_tokens(self, value: f32, is_even: bool, carried: impl FnOnce() -> f32) -> f32 {
        match self {
            Self::Add | Self::Remove => 0.0,
            Self::Wound if is_even => 0.0,
            Self::Wound => value,
            Self::Stir => carried(),
        }
    }
}

/// One dab of a brush.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldStroke {
    /// What the brush does.
    pub brush: FieldBrush,
    /// Column and row of the centre, pixels; wrapped.
    pub at: [f32; 2],
    /// Radius, pixels.
    pub radius_px: f32,
    /// Movement of the brush since the last dab, pixels; only *stir* uses it.
    pub motion_px: [f32; 2],
}

impl FieldStroke {
    /// Applies the stroke to channels 0 and 1. Values that are not finite leave the field as it is.
    pub fn apply(&self, still: &mut Still, rule: &LibraryRule, rng: &mut StdRng) {
        let finite = self.at.iter().chain(&self.motion_px).all(|v| v.is_finite());
        if !finite || self.radius_px.is_nan() || self.radius_px <= 0.0 {
            return;
        }
        let before = (self.brush == FieldBrush::Stir).then(|| still.clone());
        let (width, height) = (still.width as i64, still.height as i64);
        let reach = (self.radius_px.ceil() as i64).min(width.max(height) / 2);
        let centre = self.at.map(|v| v.floor() as i64);
        for dy in -reach..=reach {
            for dx in -reach..=reach {
                let near = 1.0 - ((dx * dx + dy * dy) as f32) / (self.radius_px * self.radius_px);
                if near <= 0.0 {
                    continue;
                }
                let (x, y) = ((centre[0] + dx).rem_euclid(width), (centre[1] + dy).rem_euclid(height));
                let pixel = (y * width + x) as usize;
                for channel in 0..2 {
                    let (rest, seed) = (rule.rest[channel] as f32, rule.seed[channel] as f32);
                    let value = match (&before, self.brush) {
                        (Some(before), _) => {
                            let from = [0, 1].map(|axis| [x, y][axis] as f32 - near * self.motion_px[axis]);
                            bilinear(before, channel, from)
                        }
                        (None, FieldBrush::Add) => seed,
                        (None, FieldBrush::Wound) => rest + rng.random::<f32>() * (seed - rest),
                        (None, FieldBrush::Remove | FieldBrush::Stir) => rest,
                    };
                    still.plane_mut(channel)[pixel] = value;
                }
            }
        }
    }
}

/// Value of a channel between pixels, on the torus; `at` is column and row.
pub(crate) fn bilinear(still: &Still, channel: usize, at: [f32; 2]) -> f32 {
    let plane = still.plane(channel);
    let floor = at.map(f32::floor);
    let [fx, fy] = [at[0] - floor[0], at[1] - floor[1]];
    let wrap = |v: f32, plus: i64, side: usize| (v as i64 + plus).rem_euclid(side as i64) as usize;
    let get =
        |dx: i64, dy: i64| plane[wrap(floor[1], dy, still.height) * still.width + wrap(floor[0], dx, still.width)];
    let upper = get(0, 0) * (1.0 - fx) + get(1, 0) * fx;
    let lower = get(0, 1) * (1.0 - fx) + get(1, 1) * fx;
    upper * (1.0 - fy) + lower * fy
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;
    use crate::worlds::field::stills::GrayScott;

    fn stroke(brush: FieldBrush) -> FieldStroke {
        FieldStroke { brush, at: [1.0, 30.0], radius_px: 4.0, motion_px: [3.0, 0.0] }
    }

    #[test]
    fn strokes_change_only_their_disc_and_wrap() {
        let rule = GrayScott::default().rule();
        let mut rng = StdRng::seed_from_u64(1);
        let start = Still::filled(32, 32, &[1.0, 0.0]);
        let mut still = start.clone();
        stroke(FieldBrush::Add).apply(&mut still, &rule, &mut rng);
        assert_eq!(still.plane(1)[30 * 32 + 1], 0.25);
        assert_eq!(still.plane(1)[30 * 32 + 30], 0.25, "the disc goes on across the left edge");
        assert_eq!(still.plane(1)[10 * 32 + 1], 0.0);
        stroke(FieldBrush::Wound).apply(&mut still, &rule, &mut rng);
        assert!(still.plane(1).iter().all(|v| (0.0..=0.25).contains(v)));
        stroke(FieldBrush::Remove).apply(&mut still, &rule, &mut rng);
        assert_eq!(still, start);
        FieldStroke { radius_px: f32::NAN, ..stroke(FieldBrush::Add) }.apply(&mut still, &rule, &mut rng);
        assert_eq!(still, start);
    }

    #[test]
    fn stirring_carries_the_picture_along() {
        let rule = GrayScott::default().rule();
        let mut still = Still::filled(32, 32, &[1.0, 0.0]);
        for row in 0..32 {
            for column in 0..32 {
                still.plane_mut(1)[row * 32 + column] = column as f32;
            }
        }
        let middle = FieldStroke { at: [16.0, 16.0], motion_px: [1.0, 0.0], ..stroke(FieldBrush::Stir) };
        middle.apply(&mut still, &rule, &mut StdRng::seed_from_u64(1));
        assert_eq!(still.plane(1)[16 * 32 + 16], 15.0);
        assert_eq!(still.plane(1)[16 * 32 + 24], 24.0);
    }
}
