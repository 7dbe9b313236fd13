//! The one table of species colours, for the canvas, the panels, thumbnails and written pictures.
//!
//! Each palette stands for a known colour-blind-safe one, moved a little so that eight colours stay apart for normal vision and
//! under protanopia, deuteranopia and tritanopia, and stand off their ground: the tests hold it to that.

use super::{Theme, choices};
use crate::worlds::swarm::picture::MAX_SPECIES;

choices! {
    /// Eight colours that distinguish the species, on dark and on light ground.
    Palette {
        #[default]
        OkabeIto = "okabe-ito", "Okabe–Ito", "Strong, warm and cool in turn (after Okabe & Ito 2008)";
        Bright = "bright", "bright", "Clear and even (after Paul Tol's bright scheme)";
        Muted = "muted", "muted", "Quiet tones (after Paul Tol's muted scheme)";
    }
}

type Colours = [[u8; 3]; MAX_SPECIES];

/// Colours on dark ground, on light ground, and what people call them.
struct PaletteEntry {
    dark: Colours,
    light: Colours,
    names: [&'static str; MAX_SPECIES],
}

static OKABE_ITO: PaletteEntry = PaletteEntry {
    dark: [
        [231, 114, 60],
        [56, 167, 226],
        [247, 226, 12],
        [9, 213, 151],
        [203, 125, 170],
        [237, 163, 0],
        [58, 121, 220],
        [218, 238, 228],
    ],
    light: [
        [182, 80, 0],
        [47, 144, 207],
        [216, 155, 15],
        [49, 133, 104],
        [214, 84, 158],
        [182, 130, 35],
        [25, 88, 160],
        [40, 37, 43],
    ],
    names: ["vermilion", "sky blue", "yellow", "green", "purple", "orange", "blue", "white"],
};

static BRIGHT: PaletteEntry = PaletteEntry {
    dark: [
        [70, 122, 179],
        [241, 99, 116],
        [96, 121, 24],
        [213, 182, 71],
        [103, 208, 255],
        [169, 40, 121],
        [181, 188, 190],
        [255, 255, 246],
    ],
    light: [
        [51, 102, 109],
        [247, 56, 63],
        [20, 142, 56],
        [215, 155, 15],
        [71, 166, 234],
        [176, 64, 155],
        [147, 146, 152],
        [27, 32, 47],
    ],
    names: ["blue", "red", "green", "yellow", "cyan", "purple", "grey", "white"],
};

static MUTED: PaletteEntry = PaletteEntry {
    dark: [
        [210, 104, 109],
        [137, 205, 245],
        [222, 204, 118],
        [16, 119, 44],
        [176, 68, 150],
        [84, 175, 171],
        [160, 157, 10],
        [99, 67, 191],
    ],
    light: [
        [222, 96, 101],
        [145, 158, 216],
        [199, 159, 12],
        [1, 115, 39],
        [171, 71, 154],
        [65, 160, 151],
        [133, 42, 86],
        [48, 35, 127],
    ],
    names: ["rose", "cyan", "sand", "green", "purple", "teal", "olive", "indigo"],
};

impl Palette {
    fn entry(self) -> &'static PaletteEntry {
        match self {
            Self::OkabeIto => &OKABE_ITO,
            Self::Bright => &BRIGHT,
            Self::Muted => &MUTED,
        }
    }

    /// sRGB of each species.
    pub fn colours(self, theme: Theme) -> [[u8; 3]; MAX_SPECIES] {
        match theme {
            Theme::Dark => self.entry().dark,
            Theme::Light => self.entry().light,
        }
    }

    /// What people call the colour of a species.
    pub fn name_of(self, species: u8, theme: Theme) -> &'static str {
        let name = self.entry().names[usize::from(species) % MAX_SPECIES];
        match (name, self, theme) {
            // What is white on the dark ground is black on paper.
            ("white", _, Theme::Light) => "black",
            ("olive", _, Theme::Light) => "wine",
            ("orange", _, Theme::Light) => "bronze",
            _ => name,
        }
    }
}

/// sRGB of light ground.
pub const PAPER: [u8; 3] = [250, 249, 245];
/// sRGB of the dark ground of points and tokens.
pub const NIGHT: [u8; 3] = [10, 12, 20];
/// sRGB of the most light on such ground.
pub const WARM_WHITE: [u8; 3] = [255, 250, 235];
/// sRGB of lines on light ground.
pub const DARK_INK: [u8; 3] = [24, 28, 44];

/// sRGB levels to compute with.
pub const fn levels([r, g, b]: [u8; 3]) -> [f32; 3] {
    [r as f32, g as f32, b as f32]
}

impl Theme {
    /// sRGB of the ground around the box of a swarm.
    pub fn ground(self) -> [u8; 3] {
        match self {
            Self::Dark => [11, 13, 18],
            Self::Light => PAPER,
        }
    }

    /// sRGB of the box that a swarm lives in.
    pub fn stage(self) -> [u8; 3] {
        match self {
            Self::Dark => [19, 22, 30],
            Self::Light => [255, 255, 255],
        }
    }

    /// Linear light of the edge of that box.
    pub fn edge(self) -> [f32; 3] {
        match self {
            Self::Dark => [0.045, 0.060, 0.095],
            Self::Light => [0.62, 0.60, 0.55],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::eyes;
    use super::*;

    /// In OKLab, where a difference of about 0.02 is just visible side by side: small bodies need four times that.
    const APART: f64 = 0.08;
    const OFF_THE_GROUND: f64 = 0.24;

    /// The closest pair under any eyes, and the colour nearest to the ground.
    fn closest(colours: &[[u8; 3]], ground: [u8; 3]) -> (f64, f64) {
        let (mut pair, mut off) = (f64::INFINITY, f64::INFINITY);
        for (_, eyes) in eyes::ALL {
            for (i, &a) in colours.iter().enumerate() {
                off = off.min(eyes::difference(eyes, a, ground));
                for &b in &colours[i + 1..] {
                    pair = pair.min(eyes::difference(eyes, a, b));
                }
            }
        }
        (pair, off)
    }

    #[test]
    fn palette_colours_differ_and_are_off_the_ground_for_all_eyes() {
        for &palette in Palette::ALL {
            for &theme in Theme::ALL {
                let (pair, off) = closest(&palette.colours(theme), theme.ground());
                assert!(pair > APART, "{palette:?} {theme:?}: two colours differ by {pair:.3} only");
                assert!(off > OFF_THE_GROUND, "{palette:?} {theme:?}: a colour is {off:.3} from the ground only");
            }
        }
    }

    #[test]
    fn a_red_and_a_green_that_differ_for_unimpaired_eyes_are_caught() {
        let pair = [[200, 80, 60], [120, 130, 30]];
        assert!(eyes::difference(eyes::ALL[0].1, pair[0], pair[1]) > APART);
        assert!(closest(&pair, [0; 3]).0 < APART);
    }

    #[test]
    fn every_colour_has_a_name_of_its_own() {
        for &palette in Palette::ALL {
            for &theme in Theme::ALL {
                let names: std::collections::HashSet<_> = (0..8).map(|s| palette.name_of(s, theme)).collect();
                assert_eq!(names.len(), 8, "{palette:?} {theme:?}");
            }
        }
    }
}
