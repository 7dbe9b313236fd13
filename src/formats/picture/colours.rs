//! Colours of an image: what is ground, how far each pixel stands off it, and which colours are one species.

use image::RgbaImage;
use rand::{Rng, RngExt};

use crate::worlds::swarm::picture::MAX_SPECIES;

/// CIE L*a*b* (D65): lightness 0 to 100, green–red, blue–yellow. Equal distances look about equally different.
type Lab = [f64; 3];

/// Inks whose hues differ by less than this are one species (unit: share of the whole ink).
const SAME_INK: f64 = 0.25;

/// A species must own at least this share of the ink.
const MIN_SHARE: f64 = 0.02;

/// Only pixels with at least this share of full ink vote on colours; fainter ones are edges, shadows and JPEG noise.
const CLEAR_INK: f64 = 0.25;

/// What the picture is drawn on.
pub(super) struct Ground {
    lab: Lab,
    /// Transparent pixels are filled with this before anything is measured.
    fill: [f64; 3],
    transparent: bool,
}

fn linear(byte: f64) -> f64 {
    let s = byte / 255.0;
    if s <= 0.04045 { s / 12.92 } else { ((s + 0.055) / 1.055).powf(2.4) }
}

fn lab(rgb: [f64; 3]) -> Lab {
    let [r, g, b] = rgb.map(linear);
    let f = |t: f64| if t > 0.008856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
    let x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
    let y = f(0.2126729 * r + 0.7151522 * g + 0.0721750 * b);
    let z = f((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883);
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

impl Ground {
    /// The colour that is the median along the image's edge; where the edge is transparent, black or white, whichever
    /// the drawing stands off better.
    pub fn of(image: &RgbaImage) -> Self {
        let (width, height) = image.dimensions();
        let edge: Vec<[u8; 4]> = image
            .enumerate_pixels()
            .filter(|(x, y, _)| *x == 0 || *y == 0 || x + 1 == width || y + 1 == height)
            .map(|(_, _, pixel)| pixel.0)
            .collect();
        let transparent = edge.iter().filter(|p| p[3] < 128).count() * 2 > edge.len();
        if transparent {
            let (mut lightness, mut total) = (0.0, 0.0);
            for pixel in image.pixels() {
                let alpha = f64::from(pixel.0[3]);
                lightness += alpha * lab([0, 1, 2].map(|c| f64::from(pixel.0[c])))[0];
                total += alpha;
            }
            let fill = if lightness > 50.0 * total { [0.0; 3] } else { [255.0; 3] };
            return Self { lab: lab(fill), fill, transparent };
        }
        let median = |c: usize| {
            let mut values: Vec<u8> = edge.iter().map(|p| p[c]).collect();
            values.sort_unstable();
            f64::from(values[values.len() / 2])
        };
        let fill = [median(0), median(1), median(2)];
        Self { lab: lab(fill), fill, transparent }
    }

    fn is_light(&self) -> bool {
        self.lab[0] >= 50.0
    }

    /// How each pixel differs from the ground in L*a*b*. On light ground only what is darker counts in lightness, on dark
    /// ground only what is brighter; colour counts on both.
    pub fn differences(&self, image: &RgbaImage) -> Vec<Lab> {
        let direction = if self.is_light() { -1.0 } else { 1.0 };
        image
            .pixels()
            .map(|pixel| {
                let alpha = f64::from(pixel.0[3]) / 255.0;
                let colour = lab([0, 1, 2].map(|c| self.fill[c] + alpha * (f64::from(pixel.0[c]) - self.fill[c])));
                let lightness = direction * (direction * (colour[0] - self.lab[0])).max(0.0);
                [lightness, colour[1] - self.lab[1], colour[2] - self.lab[2]]
            })
            .collect()
    }

    /// "by darkness" or "by brightness", for the notes.
    pub fn reading(&self) -> &'static str {
        match (self.is_light(), self.transparent) {
            (true, false) => "by its darkness on light ground",
            (false, false) => "by its brightness on dark ground",
            (_, true) => "by what differs from its transparent background",
        }
    }
}

/// The species of each point from the ink of its pixels, and how many species there are. The commonest is 0.
///
/// Colours are compared as hues of ink, (Δa, Δb) over the whole difference, so that a half-covered pixel at the rim of a
/// red line is as red as the line, and all greys are one.
pub(super) fn cluster(
    differences: &[Lab],
    owners: &[Option<usize>],
    points: usize,
    rng: &mut impl Rng,
) -> (Vec<u8>, usize) {
    let strength = |d: &Lab| (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]).sqrt();
    let full = differences.iter().map(strength).fold(0.0, f64::max);
    let hue = |d: &Lab| [d[1] / strength(d), d[2] / strength(d)];
    let clear: Vec<[f64; 2]> = differences.iter().filter(|d| strength(d) > CLEAR_INK * full).map(hue).collect();
    let centres = ink_colours(&clear, rng);

    // Ink-weighted mean hue of each point.
    let mut sums = vec![[0.0; 3]; points];
    for (difference, owner) in differences.iter().zip(owners) {
        let weight = strength(difference);
        if let (Some(owner), true) = (owner, weight > 0.0) {
            // Squared, so that faint pixels whose hue is noise count little.
            let [a, b] = hue(difference).map(|c| c * weight * weight);
            for (sum, term) in sums[*owner].iter_mut().zip([a, b, weight * weight]) {
                *sum += term;
            }
        }
    }
    let nearest: Vec<usize> = sums
        .iter()
        .map(|[a, b, weight]| if *weight > 0.0 { nearest(&centres, [a / weight, b / weight]).0 } else { 0 })
        .collect();
    let mut order: Vec<(usize, usize)> =
        (0..centres.len()).map(|c| (nearest.iter().filter(|n| **n == c).count(), c)).filter(|(n, _)| *n > 0).collect();
    order.sort_by_key(|&(count, c)| (std::cmp::Reverse(count), c));
    let rank_of = |c: usize| order.iter().position(|(_, other)| *other == c).unwrap_or(0) as u8;
    (nearest.into_iter().map(rank_of).collect(), order.len())
}

fn nearest(centres: &[[f64; 2]], hue: [f64; 2]) -> (usize, f64) {
    let distances = centres.iter().map(|c| (c[0] - hue[0]).hypot(c[1] - hue[1]));
    distances.enumerate().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, 0.0))
}

/// The few hues that stand for all: k-means with k = 1, 2, … until hardly a pixel is far from its centre; then centres
/// that look alike become one, and rare ones are dropped.
fn ink_colours(hues: &[[f64; 2]], rng: &mut impl Rng) -> Vec<[f64; 2]> {
    let sample: Vec<[f64; 2]> = if hues.len() <= 4000 {
        hues.to_vec()
    } else {
        (0..4000).map(|_| hues[rng.random_range(0..hues.len())]).collect()
    };
    if sample.is_empty() {
        return vec![[0.0; 2]];
    }
    let mut centres = vec![sample[0]];
    loop {
        for _ in 0..25 {
            centres = means(&sample, &centres).into_iter().map(|(centre, _)| centre).collect();
        }
        let far: Vec<[f64; 2]> = sample.iter().copied().filter(|h| nearest(&centres, *h).1 > SAME_INK).collect();
        if (far.len() as f64) < MIN_SHARE * sample.len() as f64 || centres.len() == MAX_SPECIES {
            break;
        }
        // The next centre starts in the middle of the strays, at the one most central to them.
        let start = far[rng.random_range(0..far.len())];
        centres.push(start);
    }
    let mut merged: Vec<([f64; 2], usize)> = Vec::new();
    let mut found = means(&sample, &centres);
    found.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    for (centre, count) in found {
        match merged.iter_mut().find(|(other, _)| (other[0] - centre[0]).hypot(other[1] - centre[1]) < SAME_INK) {
            Some((_, total)) => *total += count,
            None => merged.push((centre, count)),
        }
    }
    let min_count = MIN_SHARE * sample.len() as f64;
    let kept: Vec<[f64; 2]> = merged.iter().filter(|(_, count)| *count as f64 >= min_count).map(|(c, _)| *c).collect();
    if kept.is_empty() { vec![merged[0].0] } else { kept }
}

/// Mean and number of the hues nearest to each centre; a centre without any stays.
fn means(hues: &[[f64; 2]], centres: &[[f64; 2]]) -> Vec<([f64; 2], usize)> {
    let mut sums = vec![([0.0; 2], 0usize); centres.len()];
    for hue in hues {
        let (sum, count) = &mut sums[nearest(centres, *hue).0];
        sum[0] += hue[0];
        sum[1] += hue[1];
        *count += 1;
    }
    sums.iter()
        .zip(centres)
        .map(|((sum, count), centre)| if *count > 0 { (sum.map(|s| s / *count as f64), *count) } else { (*centre, 0) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lab_of_known_colours() {
        // Values of the sRGB primaries under D65, as in colour textbooks.
        for (rgb, expected) in [
            ([255.0, 255.0, 255.0], [100.0, 0.0, 0.0]),
            ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0]),
            ([255.0, 0.0, 0.0], [53.24, 80.09, 67.20]),
            ([0.0, 0.0, 255.0], [32.30, 79.19, -107.86]),
        ] {
            let found = lab(rgb);
            assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 0.05), "{rgb:?}: {found:?}");
        }
    }
}
