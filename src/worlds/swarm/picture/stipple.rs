//! Evenly spaced points whose density follows a picture's darkness: weighted Voronoi stippling
//! (Secord, "Weighted Voronoi Stippling", NPAR 2002).

use glam::DVec2;
use rand::{Rng, RngExt};

use super::near::PointTree;

/// Rounds of moving every point to the centre of its share of the ink; the spacing is even well before.
const ROUNDS: usize = 40;

/// How much ink each pixel holds, row by row from the top.
pub(crate) struct Ink {
    pub width: usize,
    /// At least 0; as many as whole rows have.
    pub weight: Vec<f64>,
}

impl Ink {
    /// Centre of a pixel, in pixels from the upper left corner.
    fn centre(&self, pixel: usize) -> DVec2 {
        DVec2::new((pixel % self.width) as f64 + 0.5, (pixel / self.width) as f64 + 0.5)
    }
}

/// `count` points in pixels from the upper left corner, and for each pixel with ink the point it belongs to.
/// No points if there is no ink.
/// `stop` is polled between the rounds, each of some milliseconds; what there is then is not even.
pub(crate) fn stipple(
    ink: &Ink,
    count: usize,
    rng: &mut impl Rng,
    stop: &dyn Fn() -> bool,
) -> (Vec<DVec2>, Vec<Option<usize>>) {
    stipple_from(ink, count, None, rng, stop)
}

/// As [`stipple`], for strokes that do not touch, such as letters: each gets its share of the points from the start, as
/// points do not move from one to another.
pub(crate) fn stipple_strokes(
    ink: &Ink,
    count: usize,
    rng: &mut impl Rng,
    stop: &dyn Fn() -> bool,
) -> (Vec<DVec2>, Vec<Option<usize>>) {
    let total: f64 = ink.weight.iter().sum();
    let height = ink.weight.len() / ink.width.max(1);
    // Column by column, a point whenever so much ink has gone by.
    let step = total / count.max(1) as f64;
    let (mut sum, mut next) = (0.0, 0.5 * step);
    let mut starts = Vec::with_capacity(count);
    for x in 0..ink.width {
        for y in 0..height {
            let pixel = y * ink.width + x;
            sum += ink.weight[pixel];
            while sum > next && starts.len() < count {
                starts.push(ink.centre(pixel) + within_pixel(rng));
                next += step;
            }
        }
    }
    let starts = (total > 0.0 && starts.len() == count).then_some(starts);
    stipple_from(ink, count, starts, rng, stop)
}

/// From the centre of a pixel to a random position in it.
fn within_pixel(rng: &mut (impl Rng + ?Sized)) -> DVec2 {
    DVec2::new(rng.random_range(-0.5..0.5), rng.random_range(-0.5..0.5))
}

fn stipple_from(
    ink: &Ink,
    count: usize,
    starts: Option<Vec<DVec2>>,
    rng: &mut impl Rng,
    stop: &dyn Fn() -> bool,
) -> (Vec<DVec2>, Vec<Option<usize>>) {
    let cumulated: Vec<f64> = ink
        .weight
        .iter()
        .scan(0.0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        })
        .collect();
    let total = cumulated.last().copied().unwrap_or(0.0);
    let mut owners = vec![None; ink.weight.len()];
    if total <= 0.0 || count == 0 {
        return (Vec::new(), owners);
    }
    let draw = |rng: &mut dyn Rng| {
        let level = rng.random_range(0.0..total);
        let pixel = cumulated.partition_point(|sum| *sum <= level).min(ink.weight.len() - 1);
        // Within the pixel, so that two points drawn there differ.
        ink.centre(pixel) + within_pixel(rng)
    };
    let mut points: Vec<DVec2> = starts.unwrap_or_else(|| (0..count).map(|_| draw(rng)).collect());
    for round in 0..=ROUNDS {
        let tree = PointTree::new(points.clone(), None);
        let mut sums = vec![(DVec2::ZERO, 0.0); count];
        let mut last = 0;
        for (pixel, &weight) in ink.weight.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
            let centre = ink.centre(pixel);
            // The pixel before most often belongs to the same point.
            owners[pixel] = tree.closest(centre, last);
            if let Some(owner) = owners[pixel] {
                last = owner;
                sums[owner].0 += weight * centre;
                sums[owner].1 += weight;
            }
        }
        if round == ROUNDS || stop() {
            break;
        }
        for (point, (sum, weight)) in points.iter_mut().zip(sums) {
            // A point that has lost all its ink to others starts elsewhere.
            *point = if weight > 0.0 { sum / weight } else { draw(rng) };
        }
    }
    (points, owners)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    #[test]
    fn spacing_is_even_and_density_follows_the_ink() {
        // The right half holds four times the ink of the left one.
        let weight = (0..120 * 60).map(|i| if i % 120 < 60 { 0.2 } else { 0.8 }).collect();
        let ink = Ink { width: 120, weight };
        let (points, owners) = stipple(&ink, 200, &mut StdRng::seed_from_u64(2), &|| false);
        let right = points.iter().filter(|p| p.x > 60.0).count();
        assert!((150..=170).contains(&right), "{right} of 200 on the dark side");
        // On the dark side each of 160 points has 22.5 pixels: a hexagonal grid would have spacing 5.1.
        let mut spacings = PointTree::new(points.iter().copied().filter(|p| p.x > 65.0).collect(), None).spacings();
        spacings.sort_by(f64::total_cmp);
        let low = spacings[spacings.len() / 20];
        assert!(spacings[0] > 2.0 && low > 3.3, "least {}, fifth percentile {low}; random: 0.2 and 0.6", spacings[0]);
        assert!(owners.iter().all(Option::is_some));
    }

    #[test]
    fn strokes_that_do_not_touch_get_their_share_of_the_points() {
        // Two upright bars, one twice as long as the other.
        let weight = (0..60 * 60)
            .map(|i| (i % 60, i / 60))
            .map(|(x, y)| f64::from(u8::from(((10..14).contains(&x) && y < 60) || ((40..44).contains(&x) && y < 30))));
        let ink = Ink { width: 60, weight: weight.collect() };
        for seed in 0..5 {
            let (points, _) = stipple_strokes(&ink, 15, &mut StdRng::seed_from_u64(seed), &|| false);
            assert_eq!(points.iter().filter(|p| p.x < 30.0).count(), 10);
        }
    }

    #[test]
    fn no_ink_gives_no_points() {
        let blank = Ink { width: 4, weight: vec![0.0; 16] };
        assert!(stipple(&blank, 10, &mut StdRng::seed_from_u64(1), &|| false).0.is_empty());
    }
}
