//! Finds tokens in an image, and measures what they are like and what they do.

use glam::DVec2;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::engine::interleaved;
use super::scene::TokenEnsemble;
use super::{Template, TokenPose};
use crate::worlds::field::stills::Still;

/// Headings that a template is compared at.
const HEADINGS: usize = 24;
/// Correlation with the drawn token, relative to its own, from which a position counts as a token.
const FOUND: f32 = 0.5;
/// Two tokens are farther apart than this share of their closest distance.
const APART: f64 = 0.7;
/// Gauss-Newton steps that refine a pose.
const REFINEMENTS: usize = 4;
/// Farthest way between two looks at which a token is taken for the same, px.
const SAME_PX: f64 = 6.0;

/// A token that was found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sighting {
    /// Where it is.
    pub pose: TokenPose,
    /// Correlation coefficient with the drawn token.
    pub shape: f64,
    /// Share of what distinguishes the drawn token from its own average over headings: 1 drawn, 0 round.
    pub contrast: f64,
    /// Share of the drawn rear part: 1 drawn, 0 missing.
    pub tail: f64,
}

/// One template at one heading as rows of pixels around a centre pixel.
struct TemplateStamp {
    /// Of the row and of the first column, from the centre; then values, three per pixel.
    rows: Vec<(i64, i64, Vec<f32>)>,
}

/// Templates at all headings, and the parts by which tokens are judged.
pub struct Tracker<'a> {
    ensemble: &'a TokenEnsemble,
    stamps: Vec<Vec<TemplateStamp>>,
    /// Average over headings of each kind, by distance from its centre in quarter pixels.
    round: Vec<Vec<[f32; 3]>>,
    /// Place along the axis that separates the rear 40 % of a token's length, px.
    rear: Vec<f32>,
}

impl<'a> Tracker<'a> {
    /// Finds tokens of `ensemble`.
    pub fn new(ensemble: &'a TokenEnsemble) -> Self {
        let stamps =
            ensemble.templates.iter().map(|t| (0..HEADINGS).map(|k| TemplateStamp::new(t, heading(k))).collect());
        let (round, rear) = ensemble.templates.iter().map(|t| (round_part(t), rear_part(t))).unzip();
        Self { ensemble, stamps: stamps.collect(), round, rear }
    }

    /// All tokens of an image, best first.
    pub fn find(&self, still: &Still) -> Vec<Sighting> {
        let (width, height) = (still.width, still.height);
        let image = interleaved(still);
        let scores = self.scores(&image, width, height);
        let mut order: Vec<usize> = (0..scores.len()).filter(|&at| scores[at].0 >= FOUND).collect();
        order.sort_by(|&a, &b| scores[b].0.total_cmp(&scores[a].0));
        let size = DVec2::new(width as f64, height as f64);
        let apart = APART * self.ensemble.spacing.closest_px();
        let mut seen: Vec<TokenPose> = Vec::new();
        for at in order {
            let (_, kind, k) = scores[at];
            let pose = TokenPose { x: (at % width) as f64, y: (at / width) as f64, heading: heading(k), kind };
            if seen.iter().all(|other| pose.distance(other, size) > apart) {
                seen.push(pose);
            }
        }
        // Two positions of one token become one pose.
        let mut found: Vec<Sighting> = Vec::new();
        for pose in seen {
            let sighting = self.judge(&self.refined(pose, &image, width, height), &image, width, height);
            let free = |other: &Sighting| sighting.pose.distance(&other.pose, size) > apart;
            if sighting.shape >= f64::from(FOUND) && found.iter().all(free) {
                found.push(sighting);
            }
        }
        found
    }

    /// Best correlation at each pixel with its kind and heading; 0 where hardly anything is drawn.
    fn scores(&self, image: &[f32], width: usize, height: usize) -> Vec<(f32, usize, usize)> {
        let energies: Vec<f32> = self.ensemble.templates.iter().map(|t| t.energy as f32).collect();
        let threshold = 0.04 * energies.iter().copied().fold(f32::INFINITY, f32::min);
        let power: Vec<f32> = image.as_chunks::<3>().0.iter().map(|p| p.iter().map(|v| v * v).sum()).collect();
        // Nine pixels around the centre, times the pixels of a token over nine.
        let near = |x: i64, y: i64| -> f32 {
            let at = |dx: i64, dy: i64| {
                power[(y + dy).rem_euclid(height as i64) as usize * width + (x + dx).rem_euclid(width as i64) as usize]
            };
            (-2..=2).flat_map(|dy| (-2..=2).map(move |dx| (dx, dy))).map(|(dx, dy)| at(dx, dy)).sum()
        };
        (0..width * height)
            .into_par_iter()
            .map(|at| {
                let (x, y) = ((at % width) as i64, (at / width) as i64);
                let mut best = (0.0, 0, 0);
                if near(x, y) < threshold {
                    return best;
                }
                for (kind, stamps) in self.stamps.iter().enumerate() {
                    for (k, stamp) in stamps.iter().enumerate() {
                        let score = stamp.correlation(image, width, height, x, y) / energies[kind];
                        if score > best.0 {
                            best = (score, kind, k);
                        }
                    }
                }
                best
            })
            .collect()
    }

    /// The pose between pixels and headings that fits best.
    fn refined(&self, pose: TokenPose, image: &[f32], width: usize, height: usize) -> TokenPose {
        let template = &self.ensemble.templates[pose.kind];
        let mut pose = pose;
        for _ in 0..REFINEMENTS {
            let mut rest = image.to_vec();
            template.touch(&pose, width, height, |index, touch| {
                (0..3).for_each(|c| rest[3 * index + c] -= touch.value[c]);
            });
            pose = pose.moved(template.project(&pose, width, height, &rest).map(|v| v.clamp(-0.5, 0.5)));
        }
        pose.x = pose.x.rem_euclid(width as f64);
        pose.y = pose.y.rem_euclid(height as f64);
        pose.heading = pose.heading.rem_euclid(std::f64::consts::TAU);
        pose
    }

    fn judge(&self, pose: &TokenPose, image: &[f32], width: usize, height: usize) -> Sighting {
        let template = &self.ensemble.templates[pose.kind];
        let (round, rear) = (&self.round[pose.kind], self.rear[pose.kind]);
        let mut sums = [0.0f64; 7];
        template.visit(pose, width, height, |index, [bx, by], touch| {
            let ring = &round[((4.0 * bx.hypot(by)) as usize).min(round.len() - 1)];
            for c in 0..3 {
                let (x, t) = (f64::from(image[3 * index + c]), f64::from(touch.value[c]));
                let own = t - f64::from(ring[c]);
                let behind = if bx < rear { t } else { 0.0 };
                let parts = [x * t, x * x, t * t, x * own, own * own, x * behind, behind * behind];
                sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
            }
        });
        let [xt, xx, tt, xo, oo, xb, bb] = sums;
        let share = |a: f64, b: f64| if b > 0.0 { a / b } else { 0.0 };
        Sighting { pose: *pose, shape: share(xt, (xx * tt).sqrt()), contrast: share(xo, oo), tail: share(xb, bb) }
    }
}

fn heading(k: usize) -> f64 {
    k as f64 * std::f64::consts::TAU / HEADINGS as f64
}

impl TemplateStamp {
    fn new(template: &Template, heading: f64) -> Self {
        /// Large enough for any token; the centre is in the middle.
        const SIDE: usize = 96;
        let middle = (SIDE / 2) as i64;
        let mut image = vec![0.0; SIDE * SIDE * 3];
        let pose = TokenPose { x: middle as f64, y: middle as f64, heading, kind: 0 };
        template.touch(&pose, SIDE, SIDE, |index, touch| image[3 * index..][..3].copy_from_slice(&touch.value));
        let mut rows = Vec::new();
        for (row, line) in image.chunks_exact(3 * SIDE).enumerate() {
            let used: Vec<usize> =
                (0..SIDE).filter(|&x| line[3 * x..3 * x + 3].iter().any(|v| v.abs() > 0.01)).collect();
            if let (Some(&first), Some(&last)) = (used.first(), used.last()) {
                rows.push((row as i64 - middle, first as i64 - middle, line[3 * first..3 * last + 3].to_vec()));
            }
        }
        Self { rows }
    }

    /// Sum of products with the image around pixel (x, y).
    fn correlation(&self, image: &[f32], width: usize, height: usize, x: i64, y: i64) -> f32 {
        let mut sum = 0.0;
        for (dy, dx, values) in &self.rows {
            let row = (y + dy).rem_euclid(height as i64) as usize * 3 * width;
            let line = &image[row..row + 3 * width];
            let first = 3 * (x + dx).rem_euclid(width as i64) as usize;
            let whole = values.len().min(3 * width - first);
            sum += dot(&values[..whole], &line[first..first + whole]);
            sum += dot(&values[whole..], &line[..values.len() - whole]);
        }
        sum
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    const LANES: usize = 8;
    let mut sums = [0.0f32; LANES];
    let (a_whole, b_whole) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = a_whole.remainder().iter().zip(b_whole.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a_whole.zip(b_whole) {
        for k in 0..LANES {
            sums[k] += x[k] * y[k];
        }
    }
    sums.iter().sum::<f32>() + rest
}

/// Mean colours of a template by distance from its centre, in steps of a quarter pixel.
fn round_part(template: &Template) -> Vec<[f32; 3]> {
    let bins = (4.0 * template.radius_px) as usize + 8;
    let (mut sums, mut counts) = (vec![[0.0f32; 3]; bins], vec![0.0f32; bins]);
    for phase in 0..16 {
        let pose = TokenPose {
            x: 48.0 + f64::from(phase % 4) / 4.0,
            y: 48.0 + f64::from(phase / 4) / 4.0,
            heading: 0.0,
            kind: 0,
        };
        template.visit(&pose, 96, 96, |_, [bx, by], touch| {
            let bin = ((4.0 * bx.hypot(by)) as usize).min(bins - 1);
            (0..3).for_each(|c| sums[bin][c] += touch.value[c]);
            counts[bin] += 1.0;
        });
    }
    sums.iter().zip(&counts).map(|(sum, n)| sum.map(|s| s / n.max(1.0))).collect()
}

/// The position along the axis behind which the rear 40 % of the token's length is.
fn rear_part(template: &Template) -> f32 {
    let (mut back, mut front) = (0.0f32, 0.0f32);
    template.visit(&TokenPose { x: 48.0, y: 48.0, heading: 0.0, kind: 0 }, 96, 96, |_, [bx, _], touch| {
        if touch.value.iter().any(|v| v.abs() > 0.15) {
            (back, front) = (back.min(bx), front.max(bx));
        }
    });
    back + 0.4 * (front - back)
}

/// What a run of looks shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TokenSummary {
    /// Tokens at the first look.
    pub count_start: usize,
    /// Tokens at the last look.
    pub count_end: usize,
    /// Fewest tokens of a look.
    pub count_min: usize,
    /// Maximum number of tokens of a look.
    pub count_max: usize,
    /// Means over the tokens of the last looks.
    pub contrast: f64,
    /// As in [`Sighting`].
    pub tail: f64,
    /// As in [`Sighting`].
    pub shape: f64,
    /// Along and across the front, pixels per 100 steps; mean over all tokens and looks.
    pub speed_along: f64,
    /// Across the front, in the same unit.
    pub speed_across: f64,
    /// Radians per 100 steps, mean of the absolute value.
    pub turning: f64,
    /// The same with its sign, above 0 to the right; certificates of older scenes have none.
    #[serde(default)]
    pub mean_turn: f64,
    /// |mean of e^{i heading}| of the last look.
    pub polarisation: f64,
    /// Tokens that appeared between looks.
    pub births: usize,
    /// Tokens that disappeared between looks.
    pub losses: usize,
}

impl TokenSummary {
    /// Of looks that are `every` steps apart on a torus of the given size.
    pub fn of(looks: &[Vec<Sighting>], every: u32, size: DVec2) -> Self {
        let (Some(first), Some(last)) = (looks.first(), looks.last()) else { return Self::default() };
        let counts = looks.iter().map(Vec::len);
        let tail_looks = &looks[looks.len().saturating_sub(5)..];
        let mean_of = |value: &dyn Fn(&Sighting) -> f64| {
            let n = tail_looks.iter().map(Vec::len).sum::<usize>();
            tail_looks.iter().flatten().map(value).sum::<f64>() / n.max(1) as f64
        };
        let mut moved = MotionTally::default();
        for pair in looks.windows(2) {
            moved.add(&pair[0], &pair[1], size);
        }
        let per_100 = 100.0 / (f64::from(every) * moved.count.max(1) as f64);
        let sum: DVec2 = last.iter().map(|s| DVec2::from_angle(s.pose.heading)).sum();
        Self {
            count_start: first.len(),
            count_end: last.len(),
            count_min: counts.clone().min().unwrap_or(0),
            count_max: counts.max().unwrap_or(0),
            contrast: mean_of(&|s| s.contrast),
            tail: mean_of(&|s| s.tail),
            shape: mean_of(&|s| s.shape),
            speed_along: moved.along * per_100,
            speed_across: moved.across * per_100,
            turning: moved.turned * per_100,
            mean_turn: moved.to_the_right * per_100,
            polarisation: sum.x.hypot(sum.y) / last.len().max(1) as f64,
            births: moved.births,
            losses: moved.losses,
        }
    }
}

#[derive(Default)]
struct MotionTally {
    along: f64,
    across: f64,
    turned: f64,
    to_the_right: f64,
    count: usize,
    births: usize,
    losses: usize,
}

impl MotionTally {
    fn add(&mut self, before: &[Sighting], after: &[Sighting], size: DVec2) {
        let mut taken = vec![false; after.len()];
        for token in before {
            let way = |other: &Sighting| token.pose.distance(&other.pose, size);
            let free = (0..after.len()).filter(|&k| !taken[k] && after[k].pose.kind == token.pose.kind);
            let nearest = free.min_by(|&a, &b| way(&after[a]).total_cmp(&way(&after[b])));
            let Some(k) = nearest.filter(|&k| way(&after[k]) < SAME_PX) else {
                self.losses += 1;
                continue;
            };
            taken[k] = true;
            let offset = token.pose.offset(&after[k].pose, size);
            let turn = after[k].pose.heading - token.pose.heading;
            let turn = turn - std::f64::consts::TAU * (turn / std::f64::consts::TAU).round();
            // The heading half-way: a token that turns swims along an arc.
            let ahead = DVec2::from_angle(token.pose.heading + 0.5 * turn);
            self.along += ahead.dot(offset);
            self.across += ahead.perp_dot(offset);
            self.turned += turn.abs();
            self.to_the_right += turn;
            self.count += 1;
        }
        self.births += taken.iter().filter(|t| !**t).count();
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;
    use crate::worlds::field::tokens::Token;

    const SIZE: [usize; 2] = [96, 96];

    fn ensemble() -> TokenEnsemble {
        TokenEnsemble::new(&[Token::bundled("firefly").unwrap()], 13.0)
    }

    fn still_of(image: &[f32]) -> Still {
        let channel = |c: usize| image.iter().skip(c).step_by(3).copied();
        Still { width: 96, height: 96, channels: 3, data: channel(0).chain(channel(1)).chain(channel(2)).collect() }
    }

    #[test]
    fn drawn_tokens_are_found_where_they_are() {
        let ensemble = ensemble();
        let poses = ensemble.spacing.place(12, 1, DVec2::splat(96.0), &mut StdRng::seed_from_u64(3));
        let found = Tracker::new(&ensemble).find(&still_of(&ensemble.render(&poses, SIZE, &[]).image));
        assert_eq!(found.len(), 12);
        for pose in &poses {
            let near = |s: &&Sighting| pose.distance(&s.pose, DVec2::splat(96.0)) < 0.1;
            let sighting = found.iter().find(near).expect("each token");
            let turn = sighting.pose.heading - pose.heading;
            assert!((turn - std::f64::consts::TAU * (turn / std::f64::consts::TAU).round()).abs() < 0.05);
            for (name, value) in [("shape", sighting.shape), ("contrast", sighting.contrast), ("tail", sighting.tail)] {
                assert!((value - 1.0).abs() < 0.06, "{name} {value}");
            }
        }
    }

    #[test]
    fn round_blobs_and_bare_heads_fail_the_measures() {
        let ensemble = ensemble();
        let tracker = Tracker::new(&ensemble);
        let pose = TokenPose { x: 40.0, y: 50.0, heading: 0.7, kind: 0 };
        let mut blob = vec![0.0; 96 * 96 * 3];
        let mut head = vec![0.0; 96 * 96 * 3];
        let template = &ensemble.templates[0];
        template.visit(&pose, 96, 96, |index, [bx, by], touch| {
            let ring = &tracker.round[0][(4.0 * bx.hypot(by)) as usize];
            blob[3 * index..][..3].copy_from_slice(ring);
            if bx > tracker.rear[0] {
                head[3 * index..][..3].copy_from_slice(&touch.value);
            }
        });
        let blob = tracker.judge(&pose, &blob, 96, 96);
        assert!(blob.contrast.abs() < 0.1 && blob.shape < 0.93, "{blob:?}");
        let head = tracker.judge(&pose, &head, 96, 96);
        assert!(head.tail < 0.05 && head.contrast > 0.4, "{head:?}");
    }

    #[test]
    fn speeds_are_along_and_across_the_front() {
        let at = |x: f64, y: f64| Sighting {
            pose: TokenPose { x, y, heading: std::f64::consts::FRAC_PI_2, kind: 0 },
            shape: 1.0,
            contrast: 1.0,
            tail: 1.0,
        };
        let looks = [vec![at(5.0, 95.0), at(50.0, 50.0)], vec![at(5.0, 1.0)], vec![at(4.0, 3.0), at(20.0, 20.0)]];
        let summary = TokenSummary::of(&looks, 50, DVec2::splat(96.0));
        assert_eq!((summary.count_start, summary.count_end, summary.losses, summary.births), (2, 2, 1, 1));
        assert!((summary.speed_along - 4.0).abs() < 1e-9, "2 px in 50 steps: {}", summary.speed_along);
        assert!((summary.speed_across - 1.0).abs() < 1e-9, "{}", summary.speed_across);
        assert!((summary.polarisation - 1.0).abs() < 1e-9);
    }
}
