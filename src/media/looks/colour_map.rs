//! Colours of numbers: a wheel for headings, ramps for speeds and energies. Built in OKLCH (Ottosson 2020), so that equal
//! steps of the number look about equal.

use std::f64::consts::TAU;

use super::{ColourBy, Theme, srgb};

/// Colours that a ramp is given by; between them it is interpolated.
pub const RAMP: usize = 8;

/// sRGB at 0, 1/8, ... of the turn for a heading; at 0, 1/7, ... 1 for a number.
pub type Ramp = [[u8; 3]; RAMP];

/// Lightness 0 to 1, chroma, hue in degrees.
fn oklch(lightness: f64, chroma: f64, hue_deg: f64) -> [u8; 3] {
    let (sin, cos) = (hue_deg / 360.0 * TAU).sin_cos();
    // Less chroma where the screen cannot show it.
    for step in 0..=20 {
        let c = chroma * (1.0 - f64::from(step) / 20.0);
        let (a, b) = (c * cos, c * sin);
        let l = lightness + 0.3963377774 * a + 0.2158037573 * b;
        let m = lightness - 0.1055613458 * a - 0.0638541728 * b;
        let s = lightness - 0.0894841775 * a - 1.2914855480 * b;
        let [l, m, s] = [l, m, s].map(|x| x * x * x);
        let rgb = [
            4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
            -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
            -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s,
        ];
        if rgb.iter().all(|c| (-1e-4..=1.0001).contains(c)) {
            return rgb.map(srgb);
        }
    }
    [srgb(lightness.powi(3)); 3]
}

impl ColourBy {
    /// The colours of the number; those of [`ColourBy::Species`] are the palette's.
    pub fn ramp(self, theme: Theme) -> Ramp {
        let share = |k: usize| k as f64 / (RAMP - 1) as f64;
        let between = |a: f64, b: f64, share: f64| a + share * (b - a);
        std::array::from_fn(|k| match (self, theme) {
            // Once round the hues. The lightness goes round as well, lightest between the hues that one kind of eye confuses and
            // those that another does, so that a heading and its opposite differ for every eye.
            (Self::Heading | Self::Species, theme) => {
                let turn = k as f64 / RAMP as f64;
                let (middle, swing) = if theme == Theme::Dark { (0.72, 0.13) } else { (0.56, 0.12) };
                let hue = 85.0 + 360.0 * turn;
                oklch(middle + swing * (TAU * (hue - 130.0) / 360.0).cos(), 0.15, hue)
            }
            // From a cool blue through green to a light yellow; on paper from a pale to a deep tone.
            (Self::Speed, Theme::Dark) => oklch(between(0.55, 0.95, share(k)), 0.14, between(265.0, 105.0, share(k))),
            (Self::Speed, Theme::Light) => oklch(between(0.70, 0.30, share(k)), 0.13, between(190.0, 275.0, share(k))),
            // From a calm slate to a glaring orange; on paper to a deep red.
            (Self::Energy, Theme::Dark) => {
                oklch(between(0.58, 0.86, share(k)), between(0.07, 0.19, share(k)), between(265.0, 430.0, share(k)))
            }
            (Self::Energy, Theme::Light) => {
                oklch(between(0.74, 0.40, share(k)), between(0.05, 0.20, share(k)), between(250.0, 390.0, share(k)))
            }
        })
    }

    /// Whether both ends of the number are one: a heading.
    pub fn is_cyclic(self) -> bool {
        self == Self::Heading
    }
}

#[cfg(test)]
mod tests {
    use super::super::eyes;
    use super::*;

    #[test]
    fn ramps_are_monotone_and_off_the_ground_for_all_eyes() {
        for by in [ColourBy::Speed, ColourBy::Energy] {
            for &theme in Theme::ALL {
                let ramp = by.ramp(theme);
                for (name, eyes) in eyes::ALL {
                    let lightness = ramp.map(|c| eyes::see(eyes, c)[0]);
                    let rising = theme == Theme::Dark;
                    let steady = lightness.windows(2).all(|w| if rising { w[1] > w[0] } else { w[1] < w[0] });
                    assert!(steady, "{by:?} {theme:?} {name}: {lightness:.2?}");
                    let off = ramp.map(|c| eyes::difference(eyes, c, theme.ground()));
                    assert!(off.iter().all(|d| *d > 0.2), "{by:?} {theme:?} {name}: {off:.2?}");
                }
            }
        }
    }

    #[test]
    fn a_heading_and_its_opposite_differ_for_all_eyes() {
        for &theme in Theme::ALL {
            let wheel = ColourBy::Heading.ramp(theme);
            for (name, eyes) in eyes::ALL {
                for k in 0..RAMP {
                    let difference = eyes::difference(eyes, wheel[k], wheel[(k + RAMP / 2) % RAMP]);
                    assert!(
                        difference > 0.08,
                        "{theme:?} {name}: turn {k}/8 and its opposite differ by {difference:.3}"
                    );
                }
            }
        }
    }

    #[test]
    fn known_colours_come_out_of_oklch() {
        // White, and the red of sRGB, from Ottosson's page.
        assert_eq!(oklch(1.0, 0.0, 0.0), [255, 255, 255]);
        let red = oklch(0.627955, 0.257683, 29.2338);
        assert!(red[0] >= 254 && red[1] <= 4 && red[2] <= 4, "{red:?}");
    }
}
