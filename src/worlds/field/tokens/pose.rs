//! Where tokens are, how they are placed, and how they are commanded to move.

use glam::DVec2;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};

use super::TokenGroups;
use super::net::MOTIONS;

/// Position in field pixels, heading in radians (0 points to the right, counted towards lower rows), kind of token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TokenPose {
    /// Column, field pixels.
    pub x: f64,
    /// Row, field pixels.
    pub y: f64,
    /// Radians.
    pub heading: f64,
    /// Index of the token.
    pub kind: usize,
}

impl TokenPose {
    /// Moved by (ahead, aside, turn) in its own frame.
    pub fn moved(&self, [ahead, aside, turn]: [f64; 3]) -> Self {
        let (sin, cos) = self.heading.sin_cos();
        Self {
            x: self.x + cos * ahead - sin * aside,
            y: self.y + sin * ahead + cos * aside,
            heading: self.heading + turn,
            ..*self
        }
    }

    /// Column and row, field pixels.
    pub fn position(&self) -> DVec2 {
        DVec2::new(self.x, self.y)
    }

    /// At another position.
    fn at(self, place: DVec2) -> Self {
        Self { x: place.x, y: place.y, ..self }
    }

    /// Offset to another pose on a torus, the shortest way.
    pub fn offset(&self, other: &Self, size: DVec2) -> DVec2 {
        let offset = other.position() - self.position();
        offset - size * (offset / size).round()
    }

    /// Distance to another pose on a torus, the shortest way.
    pub fn distance(&self, other: &Self, size: DVec2) -> f64 {
        let offset = self.offset(other, size);
        offset.x.hypot(offset.y)
    }
}

/// Distances that tokens keep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spacing {
    /// Closest distance of two centres that are not of one group, field pixels.
    pub clearance_px: f64,
    /// Tokens that belong together.
    pub groups: TokenGroups,
}

impl From<f64> for Spacing {
    /// Free tokens at a clearance in field pixels.
    fn from(clearance_px: f64) -> Self {
        Self { clearance_px, groups: TokenGroups::FREE }
    }
}

/// The interactions that tokens learn at any speed; all zero: nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct TokenManners {
    /// Way that a target is ahead of its token, away from a neighbour at contact, pixels: how strongly tokens keep apart.
    pub keep_apart_px: f64,
    /// Turn of a target towards the mean heading of the neighbours within [`FLOCK_RANGE`] clearances, radians at a right
    /// angle.
    pub align_rad: f64,
    /// Way of a target towards the centre of those neighbours, pixels at most.
    pub attract_px: f64,
}

/// How far tokens see those that they align with and are drawn to, in clearances.
pub const FLOCK_RANGE: f64 = 2.0;

/// Distance beyond the clearance at which neighbours begin to matter, and over which the push rises to 1, px.
const PUSH_RANGE_PX: f64 = 4.0;
/// Range of the turn away beyond the clearance, and the way over which it rises, px.
const TURN_RANGE_PX: f64 = 5.0;
/// Turn away from a neighbour at contact, radians per pixel swum.
const TURN_RATE: f64 = 0.15;
/// Largest push of one neighbour, in units of the swimming speed.
const MAX_PUSH: f64 = 1.5;
/// Tilings that the densest is taken of.
const TILINGS: u64 = 8;
/// Attempts to place a token before the field counts as full.
const ATTEMPTS: usize = 400;

impl Spacing {
    /// Up to `count` tokens, rounded up to whole groups, of random kinds at random poses, no two of different groups closer
    /// than the clearance; fewer if there is no room. A group is of one kind.
    pub fn place(&self, count: usize, kinds: usize, size: DVec2, rng: &mut StdRng) -> Vec<TokenPose> {
        let members = self.groups.arrangement.members();
        let mut poses: Vec<TokenPose> = Vec::with_capacity(count + members);
        for _ in 0..count.div_ceil(members) {
            for _ in 0..ATTEMPTS {
                let centre = TokenPose {
                    x: rng.random::<f64>() * size.x,
                    y: rng.random::<f64>() * size.y,
                    heading: rng.random::<f64>() * std::f64::consts::TAU,
                    kind: if kinds > 1 { rng.random_range(0..kinds) } else { 0 },
                };
                let group: Vec<TokenPose> = self.groups.around(centre).collect();
                let has_room = |pose: &TokenPose| poses.iter().all(|o| pose.distance(o, size) > self.clearance_px);
                if self.groups.fits(&group, size) && group.iter().all(has_room) {
                    poses.extend(group.iter().map(|pose| pose.at(pose.position().rem_euclid(size))));
                    break;
                }
            }
        }
        poses
    }

    /// Closest distance of any two tokens, field pixels.
    pub fn closest_px(&self) -> f64 {
        if self.groups.arrangement.is_free() {
            self.clearance_px
        } else {
            self.clearance_px.min(self.groups.distance_px)
        }
    }

    /// Tokens that fit on a torus: the densest of several random tilings that have no room for another.
    pub fn capacity(&self, size: DVec2) -> usize {
        // One disc of the clearance in each square of it is more than any random tiling reaches.
        let bound = (size.element_product() / (self.clearance_px * self.clearance_px)).ceil().max(1.0) as usize;
        let tiling = |seed| self.place(bound, 1, size, &mut StdRng::seed_from_u64(seed)).len();
        (0..TILINGS).map(tiling).max().unwrap_or(0)
    }

    /// Where a token is drawn to by `manners`: ahead of its pose, with its whole group.
    pub fn target(&self, poses: &[TokenPose], k: usize, size: DVec2, manners: &TokenManners) -> TokenPose {
        let pose = poses[k];
        let own = |k: usize| self.pull(poses, k, size, manners);
        let (way, turn) = self.groups.together(poses, k, size, own);
        TokenPose { heading: pose.heading + turn, ..pose.at(pose.position() + way) }
    }

    /// Way and turn of the target of a token on its own.
    fn pull(&self, poses: &[TokenPose], k: usize, size: DVec2, manners: &TokenManners) -> (DVec2, f64) {
        let pose = poses[k];
        let mut way = manners.keep_apart_px * self.push(poses, k, size);
        if manners.align_rad == 0.0 && manners.attract_px == 0.0 {
            return (way, 0.0);
        }
        let reach = FLOCK_RANGE * self.clearance_px;
        let (mut heads, mut centre, mut count) = (DVec2::ZERO, DVec2::ZERO, 0.0);
        for (_, other) in poses.iter().enumerate().filter(|(other, _)| !self.groups.are_together(*other, k)) {
            let offset = pose.offset(other, size);
            if offset.x.hypot(offset.y) < reach {
                heads += DVec2::from_angle(other.heading);
                centre += offset;
                count += 1.0;
            }
        }
        if count == 0.0 {
            return (way, 0.0);
        }
        way += manners.attract_px * centre / (count * reach);
        (way, manners.align_rad * DVec2::from_angle(pose.heading).perp_dot(heads) / count)
    }

    /// Push away from near neighbours, in the world frame, in units of a push at contact.
    pub fn push(&self, poses: &[TokenPose], k: usize, size: DVec2) -> DVec2 {
        let mut push = DVec2::ZERO;
        self.near(poses, k, size, |away, distance| {
            let strength = ((self.clearance_px + PUSH_RANGE_PX - distance) / PUSH_RANGE_PX).clamp(0.0, MAX_PUSH);
            push += strength * away;
        });
        push
    }

    /// Body-frame velocity of a swim of unit speed: ahead on a circle of curvature `curve`, with a push from near neighbours
    /// and a turn away from them. A group does so as a whole.
    pub fn swim(&self, poses: &[TokenPose], k: usize, size: DVec2, curve: f64) -> [f64; 3] {
        let ahead = DVec2::from_angle(poses[k].heading);
        let (push, turn) = self.groups.together(poses, k, size, |k| self.avoid(poses, k, size));
        let way = ahead + push + curve * self.groups.arm(poses, k, size).perp();
        [ahead.dot(way), ahead.perp_dot(way), turn + curve]
    }

    /// Body-frame velocities at the three unit commands: a swim ahead ([`Self::swim`]), a step aside, and a turn of its whole
    /// group.
    pub fn motions(&self, poses: &[TokenPose], k: usize, size: DVec2, curve: f64) -> [[f64; 3]; MOTIONS] {
        let ahead = DVec2::from_angle(poses[k].heading);
        let turned = self.groups.arm(poses, k, size).perp();
        let turn = [ahead.dot(turned), ahead.perp_dot(turned), 1.0];
        [self.swim(poses, k, size, curve), [0.0, 1.0, 0.0], turn]
    }

    /// Push and turn away from near neighbours of a token on its own.
    fn avoid(&self, poses: &[TokenPose], k: usize, size: DVec2) -> (DVec2, f64) {
        let ahead = DVec2::from_angle(poses[k].heading);
        let mut turn = 0.0;
        self.near(poses, k, size, |away, distance| {
            let strength = ((self.clearance_px + TURN_RANGE_PX - distance) / TURN_RANGE_PX).clamp(0.0, 1.0);
            turn += TURN_RATE * strength * ahead.perp_dot(away);
        });
        (self.push(poses, k, size), turn)
    }

    /// Unit vectors away from the neighbours of other groups within reach, and their distances.
    fn near(&self, poses: &[TokenPose], k: usize, size: DVec2, mut visit: impl FnMut(DVec2, f64)) {
        for (other, pose) in poses.iter().enumerate() {
            let offset = pose.offset(&poses[k], size);
            let distance = offset.x.hypot(offset.y);
            if !self.groups.are_together(other, k) && distance < self.clearance_px + TURN_RANGE_PX && distance > 1e-9 {
                visit(offset / distance, distance);
            }
        }
    }

    /// Moves overlapping tokens apart, each by half of the overlap, at most one pixel for each neighbour, and then the members
    /// of each group back to their places in it.
    pub fn separate(&self, poses: &mut [TokenPose], size: DVec2) {
        let before = poses.to_vec();
        for (k, pose) in poses.iter_mut().enumerate() {
            self.near(&before, k, size, |away, distance| {
                let way = 0.5 * (self.clearance_px - distance).clamp(0.0, 2.0);
                *pose = pose.at(pose.position() + way * away);
            });
        }
        self.groups.form(poses, size);
        for pose in poses.iter_mut() {
            *pose = pose.at(pose.position().rem_euclid(size));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: DVec2 = DVec2::new(96.0, 64.0);
    const SPACING: Spacing = Spacing { clearance_px: 13.0, groups: TokenGroups::FREE };

    #[test]
    fn placed_tokens_keep_their_clearance() {
        let poses = SPACING.place(14, 2, SIZE, &mut StdRng::seed_from_u64(1));
        assert!(poses.len() >= 12 && poses.iter().any(|p| p.kind == 1));
        for (k, a) in poses.iter().enumerate() {
            for b in &poses[k + 1..] {
                assert!(a.distance(b, SIZE) > 13.0);
            }
        }
        let full = SPACING.place(500, 1, SIZE, &mut StdRng::seed_from_u64(2));
        assert!(full.len() < 60);
    }

    #[test]
    fn placed_groups_keep_both_distances() {
        use crate::worlds::field::tokens::TokenArrangement::{Chains, Pairs};
        for (arrangement, distance_px) in [(Pairs, 9.0), (Pairs, 20.0), (Chains, 9.0), (Chains, 13.0)] {
            let groups = TokenGroups { arrangement, distance_px };
            let (spacing, members) = (Spacing { groups, ..SPACING }, arrangement.members());
            let size = DVec2::splat(128.0);
            let poses = spacing.place(11, 2, size, &mut StdRng::seed_from_u64(4));
            assert_eq!(poses.len(), 12, "whole groups");
            for (k, a) in poses.iter().enumerate() {
                assert!((0.0..128.0).contains(&a.x) && (0.0..128.0).contains(&a.y));
                for (other, b) in poses.iter().enumerate().skip(k + 1) {
                    let distance = a.distance(b, size);
                    if groups.are_together(k, other) {
                        let steps = (other - k) as f64;
                        assert!((distance - steps * distance_px).abs() < 1e-9 && a.heading == b.heading);
                        assert_eq!(a.kind, b.kind);
                    } else {
                        assert!(distance > 13.0, "{distance}");
                    }
                }
            }
            let headings: std::collections::HashSet<u64> = poses.iter().map(|p| p.heading.to_bits()).collect();
            assert_eq!(headings.len(), 12 / members);
            // They stay groups where they meet.
            let mut crowd = spacing.place(400, 1, SIZE, &mut StdRng::seed_from_u64(5));
            crowd.iter_mut().for_each(|pose| *pose = pose.at(0.95 * pose.position()));
            spacing.separate(&mut crowd, SIZE);
            for group in crowd.chunks(members) {
                assert!((group[0].distance(&group[1], SIZE) - distance_px).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn a_group_avoids_others_as_a_whole_and_not_itself() {
        use crate::worlds::field::tokens::TokenArrangement::Pairs;
        let groups = TokenGroups { arrangement: Pairs, distance_px: 9.0 };
        let spacing = Spacing { groups, ..SPACING };
        let pair = |x: f64| groups.around(TokenPose { x, y: 30.0, heading: 0.0, kind: 0 });
        let alone: Vec<TokenPose> = pair(90.0).collect();
        assert_eq!(spacing.swim(&alone, 0, SIZE, 0.0), [1.0, 0.0, 0.0], "members do not push each other");
        let manners = TokenManners { keep_apart_px: 0.8, align_rad: 0.2, attract_px: 0.5 };
        assert_eq!(spacing.target(&alone, 0, SIZE, &manners), alone[0]);
        let behind: Vec<TokenPose> = pair(90.0).chain(pair(6.0)).collect();
        let [swum, other] = [0, 1].map(|k| spacing.swim(&behind, k, SIZE, 0.0));
        assert!(swum[0] < 0.3 && swum.iter().zip(other).all(|(a, b)| (a - b).abs() < 1e-9), "{swum:?} {other:?}");
    }

    #[test]
    fn tokens_and_groups_swim_on_circles_as_rigid_bodies() {
        use crate::worlds::field::tokens::TokenArrangement::{Chains, Free, Pairs};
        const CURVE: f64 = 0.1;
        for arrangement in [Free, Pairs, Chains] {
            let spacing = Spacing { groups: TokenGroups { arrangement, distance_px: 9.0 }, ..SPACING };
            let around = |x: f64, y: f64, heading: f64| {
                spacing.groups.around(TokenPose { x, y, heading, kind: 0 }).collect::<Vec<TokenPose>>()
            };
            let mut poses = around(48.0, 30.0, 0.3);
            let step = 0.01;
            // Half a circle.
            for _ in 0..(std::f64::consts::PI / CURVE / step).round() as usize {
                let swims: Vec<[f64; 3]> = (0..poses.len()).map(|k| spacing.swim(&poses, k, SIZE, CURVE)).collect();
                poses.iter_mut().zip(swims).for_each(|(pose, swim)| *pose = pose.moved(swim.map(|v| v * step)));
            }
            let across = 2.0 / CURVE * DVec2::from_angle(0.3).perp();
            let opposite = around(48.0 + across.x, 30.0 + across.y, 0.3 + std::f64::consts::PI);
            for (pose, expected) in poses.iter().zip(opposite) {
                assert!(pose.distance(&expected, SIZE) < 0.05, "{arrangement:?}: {pose:?}, {expected:?}");
                assert!((pose.heading - expected.heading).abs() < 2e-3);
            }
        }
    }

    #[test]
    fn the_capacity_is_that_of_a_tiling_without_room() {
        let size = DVec2::splat(96.0);
        let capacity = SPACING.capacity(size);
        // Random discs jam at .547 of the area (Feder 1980); a hexagonal tiling covers .907.
        let cover = capacity as f64 * std::f64::consts::PI * 6.5 * 6.5 / size.element_product();
        assert!((0.48..0.58).contains(&cover), "{capacity} tokens cover {cover}");
        assert!(Spacing::from(26.0).capacity(size) < capacity / 3);
    }

    #[test]
    fn neighbours_push_apart_and_turn_away() {
        let at = |x: f64, heading: f64| TokenPose { x, y: 30.0, heading, kind: 0 };
        // Head on, across the edge.
        let mut poses = vec![at(90.0, 0.3), at(6.0, std::f64::consts::PI)];
        let [ahead, _, turn] = SPACING.swim(&poses, 0, SIZE, 0.0);
        assert!(ahead < 0.1, "a neighbour ahead at 12 px stops the swim: {ahead}");
        assert!(turn > 0.0, "it turns further from the neighbour on its left: {turn}");
        SPACING.separate(&mut poses, SIZE);
        assert!((poses[0].offset(&poses[1], SIZE).x - 13.0).abs() < 1e-9);
        assert_eq!(SPACING.swim(&[at(5.0, 1.0)], 0, SIZE, 0.0), [1.0, 0.0, 0.0]);
    }

    #[test]
    fn targets_align_with_their_neighbours_and_move_towards_them() {
        let at = |x: f64, heading: f64| TokenPose { x, y: 30.0, heading, kind: 0 };
        let manners = TokenManners { keep_apart_px: 0.0, align_rad: 0.2, attract_px: 0.5 };
        let quarter = std::f64::consts::FRAC_PI_2;
        // Across the edge, at 20 of 26 pixels.
        let target = SPACING.target(&[at(90.0, 0.0), at(14.0, quarter)], 0, SIZE, &manners);
        assert!((target.heading - 0.2).abs() < 1e-12 && (target.x - 90.0 - 0.5 * 20.0 / 26.0).abs() < 1e-12);
        let far = [at(90.0, 0.0), at(30.0, quarter)];
        assert_eq!(SPACING.target(&far, 0, SIZE, &manners), far[0]);
        assert_eq!(SPACING.target(&far, 0, SIZE, &TokenManners::default()), far[0]);
    }
}
