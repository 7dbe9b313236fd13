//! Relations of tokens to each other: pair correlation and polarisation, beside those of the tiler.

use glam::DVec2;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};

use super::{Spacing, TokenEnsemble, TokenPose};

/// Distances of one bin, px; pairs are counted up to 40 px.
pub const PAIR_BIN_PX: f64 = 2.0;
/// Bins of a pair correlation.
pub const PAIR_BINS: usize = 20;
/// Samples of the tiler.
const TILINGS: u64 = 200;

/// Density of neighbours at each distance, relative to tokens that do not see each other, and mean polarisation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairStatistics {
    /// Bins of 2 px from 0.
    pub pair_correlation: [f64; PAIR_BINS],
    /// Mean of |mean of e^{i heading}|.
    pub polarisation: f64,
    /// Mean cosine between the headings of tokens closer than 1.5 clearances; 0 without such pairs.
    pub alignment: f64,
    /// Share of tokens with another one at the place of a partner and with its heading; 0 where tokens are free.
    pub in_groups: f64,
}

impl PairStatistics {
    /// Of several sets of poses on a torus of the given size.
    pub fn of(sets: &[Vec<TokenPose>], size: DVec2, spacing: &Spacing) -> Self {
        let mut counts = [0.0; PAIR_BINS];
        let (mut expected, mut polarisation) = (0.0, 0.0);
        let (mut aligned, mut near) = (0.0, 0.0f64);
        let (mut grouped, mut all) = (0.0, 0.0f64);
        for poses in sets {
            let n = poses.len() as f64;
            expected += n * (n - 1.0) / size.element_product();
            let sum: DVec2 = poses.iter().map(|p| DVec2::from_angle(p.heading)).sum();
            polarisation += sum.x.hypot(sum.y) / n.max(1.0) / sets.len().max(1) as f64;
            all += n;
            for (k, a) in poses.iter().enumerate() {
                let mut has_partner = false;
                for (_, b) in poses.iter().enumerate().filter(|(other, _)| *other != k) {
                    let distance = a.distance(b, size);
                    if let Some(count) = counts.get_mut((distance / PAIR_BIN_PX) as usize) {
                        *count += 1.0;
                    }
                    if distance < 1.5 * spacing.clearance_px {
                        aligned += (a.heading - b.heading).cos();
                        near += 1.0;
                    }
                    has_partner |= !spacing.groups.arrangement.is_free() && spacing.groups.are_partners(a, b, size);
                }
                grouped += f64::from(u8::from(has_partner));
            }
        }
        let ring = |k: usize| std::f64::consts::PI * PAIR_BIN_PX * PAIR_BIN_PX * ((k + 1).pow(2) - k.pow(2)) as f64;
        let pair_correlation = std::array::from_fn(|k| counts[k] / f64::max(expected * ring(k), f64::MIN_POSITIVE));
        Self { pair_correlation, polarisation, alignment: aligned / near.max(1.0), in_groups: grouped / all.max(1.0) }
    }

    /// As [`Self::of`], of the same numbers of tokens at random places, each with the heading of one that is drawn from all
    /// tokens of all sets: what remains without any order between tokens of one moment.
    pub fn of_shuffled(sets: &[Vec<TokenPose>], size: DVec2, spacing: &Spacing) -> Self {
        let mut rng = StdRng::seed_from_u64(sets.len() as u64);
        let all: Vec<TokenPose> = sets.concat();
        let mut shuffle = |pose: &TokenPose| TokenPose {
            x: rng.random::<f64>() * size.x,
            y: rng.random::<f64>() * size.y,
            heading: all[rng.random_range(0..all.len())].heading,
            ..*pose
        };
        let shuffled: Vec<Vec<TokenPose>> = sets.iter().map(|set| set.iter().map(&mut shuffle).collect()).collect();
        Self::of(&shuffled, size, spacing)
    }

    /// Of the tiler: `count` tokens, in whole groups, placed at random without overlap.
    pub fn of_tiler(ensemble: &TokenEnsemble, count: usize, size: DVec2) -> Self {
        let kinds = ensemble.templates.len();
        let place = |seed| ensemble.spacing.place(count, kinds, size, &mut StdRng::seed_from_u64(seed));
        let sets: Vec<Vec<TokenPose>> = (0..TILINGS).map(place).collect();
        Self::of(&sets, size, &ensemble.spacing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::field::tokens::{Token, TokenArrangement, TokenGroups};

    #[test]
    fn the_tiler_has_a_hole_and_no_order() {
        let ensemble = TokenEnsemble::new(&[Token::bundled("dot").unwrap()], 12.0);
        let tiler = PairStatistics::of_tiler(&ensemble, 12, DVec2::splat(96.0));
        assert!(tiler.pair_correlation[..6].iter().all(|g| *g == 0.0), "nothing below the clearance: {tiler:?}");
        assert!((tiler.pair_correlation[12..].iter().sum::<f64>() / 8.0 - 1.0).abs() < 0.15, "{tiler:?}");
        // |mean of twelve random unit vectors| is √(π / 48) on average.
        assert!((tiler.polarisation - 0.256).abs() < 0.04 && tiler.alignment.abs() < 0.1, "{tiler:?}");
    }

    #[test]
    fn shuffled_poses_keep_neither_places_nor_order() {
        // Two rows of pairs, one heading each: ordered at any moment, of any heading over time.
        let sets: Vec<Vec<TokenPose>> = (0..200)
            .map(|k| {
                let at = |n: usize| TokenPose { x: 24.0 * n as f64, y: 5.0, heading: 0.7 * f64::from(k), kind: 0 };
                vec![at(0), at(1), at(2), at(3)]
            })
            .collect();
        let size = DVec2::splat(96.0);
        let free = Spacing::from(20.0);
        let (pairs, shuffled) =
            (PairStatistics::of(&sets, size, &free), PairStatistics::of_shuffled(&sets, size, &free));
        assert!(pairs.polarisation > 0.999 && pairs.pair_correlation[..12].iter().all(|g| *g == 0.0));
        // |mean of four random unit vectors| is about √(π / 16).
        assert!((shuffled.polarisation - 0.44).abs() < 0.06 && shuffled.alignment.abs() < 0.1, "{shuffled:?}");
        let mean = shuffled.pair_correlation[2..].iter().sum::<f64>() / (PAIR_BINS - 2) as f64;
        assert!((mean - 1.0).abs() < 0.1, "{mean}");
        assert_eq!(PairStatistics::of_shuffled(&[], size, &free).polarisation, 0.0);
    }

    #[test]
    fn neighbours_with_one_heading_are_aligned() {
        let at = |x: f64| TokenPose { x, y: 5.0, heading: 2.0, kind: 0 };
        let pair = PairStatistics::of(&[vec![at(1.0), at(94.0)]], DVec2::splat(96.0), &12.0.into());
        assert!((pair.alignment - 1.0).abs() < 1e-12 && (pair.polarisation - 1.0).abs() < 1e-12);
        assert!(pair.pair_correlation[1] > 1.0, "3 px apart across the edge");
    }

    #[test]
    fn the_tiler_of_groups_has_a_partner_for_each_token() {
        let size = DVec2::splat(96.0);
        for arrangement in [TokenArrangement::Pairs, TokenArrangement::Chains] {
            let groups = TokenGroups { arrangement, distance_px: 9.0 };
            let spacing = Spacing { clearance_px: 12.0, groups };
            let ensemble = TokenEnsemble::new(&[Token::bundled("dot").unwrap()], spacing);
            let tiler = PairStatistics::of_tiler(&ensemble, 12, size);
            assert_eq!((tiler.in_groups, tiler.pair_correlation[3]), (1.0, 0.0), "{tiler:?}");
            assert!(tiler.pair_correlation[4] > 3.0 && tiler.alignment > 0.5, "{tiler:?}");
            let sets: Vec<Vec<TokenPose>> =
                (0..200).map(|seed| spacing.place(12, 1, size, &mut StdRng::seed_from_u64(seed))).collect();
            assert!(PairStatistics::of_shuffled(&sets, size, &spacing).in_groups < 0.1);
            let free = TokenEnsemble::new(&[Token::bundled("dot").unwrap()], 12.0);
            assert_eq!(PairStatistics::of_tiler(&free, 12, size).in_groups, 0.0);
        }
    }
}
