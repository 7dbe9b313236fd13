//! How a pattern of two channels is shown.

use serde::{Deserialize, Serialize};

use crate::media::looks::{PAPER, WARM_WHITE, levels};

/// Colours of a ramp, sRGB.
pub type Ramp = [[f32; 3]; 5];

/// How a pattern is shown, live and still.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PatternLook {
    /// Which channels become colours.
    pub channels: PatternChannels,
    /// Colours of one channel.
    pub palette: PatternPalette,
}

impl PatternLook {
    /// Whether all choices are as in a new scene.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Which channels of a pattern become colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PatternChannels {
    /// v by the palette.
    #[default]
    V,
    /// u by the palette.
    U,
    /// Blue where u differs from rest, orange where v does, white (on light ground black) where both do.
    Both,
}

impl PatternChannels {
    /// In the order of the list.
    pub const ALL: [Self; 3] = [Self::V, Self::U, Self::Both];
    /// On the screen, in the same order.
    pub const NAMES: &[&str] = &["v", "u", "u and v"];

    /// What u and v add to the ground of [`Self::Both`], sRGB.
    pub fn inks(light: bool) -> [[f32; 3]; 2] {
        if light {
            return [[-190.0, -130.0, -30.0], [-30.0, -110.0, -200.0]];
        }
        [[20.0, 96.0, 215.0], [225.0, 130.0, 10.0]]
    }
}

/// Colours of one channel, from rest to beyond the state of a seed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PatternPalette {
    /// Ink, blue, teal, sand, white.
    #[default]
    Ink,
    /// Viridis (van der Walt & Smith 2015).
    Viridis,
    /// Cividis (Nuñez, Anderton & Renslow 2018): nearly the same for colour-blind eyes.
    Cividis,
    /// Inferno (van der Walt & Smith 2015).
    Ember,
    /// Black to white.
    Grey,
}

impl PatternPalette {
    /// In the order of the list.
    pub const ALL: [Self; 5] = [Self::Ink, Self::Viridis, Self::Cividis, Self::Ember, Self::Grey];
    /// On the screen, in the same order.
    pub const NAMES: &[&str] = &["Ink", "Viridis", "Cividis", "Ember", "Grey"];

    /// The colours on dark or light ground, which is the first of them.
    pub fn ramp(self, light: bool) -> Ramp {
        let mut ramp = match self {
            Self::Ink if light => {
                return [
                    levels(PAPER),
                    [170.0, 214.0, 208.0],
                    [52.0, 150.0, 150.0],
                    [30.0, 76.0, 120.0],
                    [20.0, 20.0, 44.0],
                ];
            }
            Self::Ink => [
                [12.0, 14.0, 28.0],
                [28.0, 64.0, 130.0],
                [40.0, 160.0, 160.0],
                [240.0, 205.0, 120.0],
                levels(WARM_WHITE),
            ],
            Self::Viridis => [
                [68.0, 1.0, 84.0],
                [59.0, 82.0, 139.0],
                [33.0, 145.0, 140.0],
                [94.0, 201.0, 98.0],
                [253.0, 231.0, 37.0],
            ],
            Self::Cividis => [
                [0.0, 34.0, 78.0],
                [67.0, 78.0, 108.0],
                [125.0, 124.0, 120.0],
                [188.0, 174.0, 108.0],
                [254.0, 232.0, 56.0],
            ],
            Self::Ember => {
                [[0.0, 0.0, 4.0], [87.0, 16.0, 110.0], [188.0, 55.0, 84.0], [249.0, 142.0, 9.0], [252.0, 255.0, 164.0]]
            }
            Self::Grey => [[8.0; 3], [70.0; 3], [132.0; 3], [194.0; 3], [255.0; 3]],
        };
        if light {
            ramp.reverse();
            ramp[0] = levels(PAPER);
        }
        ramp
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn palettes_grow_lighter_or_darker_all_the_way() {
        let luminance = |[r, g, b]: [f32; 3]| 0.299 * r + 0.587 * g + 0.114 * b;
        for palette in PatternPalette::ALL {
            for light in [false, true] {
                let ramp = palette.ramp(light).map(luminance);
                let steps = ramp.windows(2).map(|pair| if light { pair[0] - pair[1] } else { pair[1] - pair[0] });
                // Told apart by lightness alone, whatever eyes see of hues.
                assert!(steps.into_iter().all(|step| step > 20.0), "{palette:?} {ramp:?}");
            }
        }
        assert_eq!(PatternPalette::ALL.len(), PatternPalette::NAMES.len());
        assert_eq!(PatternChannels::ALL.len(), PatternChannels::NAMES.len());
    }
}
