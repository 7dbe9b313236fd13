//! Groups of tokens: the tiler places them as wholes, and training keeps their shape.

use glam::DVec2;
use serde::{Deserialize, Serialize};

use super::TokenPose;

/// How the tiler arranges tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenArrangement {
    /// Each at a pose of its own.
    #[default]
    Free,
    /// Two side by side with one heading.
    Pairs,
    /// Three in a row, nose to tail.
    Chains,
}

impl TokenArrangement {
    /// In the order of the list.
    pub const ALL: [Self; 3] = [Self::Free, Self::Pairs, Self::Chains];
    /// On the screen, in the same order.
    pub const NAMES: &[&str] = &["Free", "Pairs", "Chains"];

    /// In sentences and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Pairs => "pairs",
            Self::Chains => "chains",
        }
    }

    /// Whether tokens are on their own.
    pub fn is_free(&self) -> bool {
        *self == Self::Free
    }

    /// Tokens of a group.
    pub const fn members(self) -> usize {
        match self {
            Self::Free => 1,
            Self::Pairs => 2,
            Self::Chains => 3,
        }
    }

    /// Ahead and aside, from one member to the next, in units of their distance.
    const fn direction(self) -> DVec2 {
        match self {
            Self::Free => DVec2::ZERO,
            Self::Pairs => DVec2::Y,
            Self::Chains => DVec2::NEG_X,
        }
    }
}

/// Groups of a scene. The poses of a group are next to each other in a list of poses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TokenGroups {
    /// What a group is.
    pub arrangement: TokenArrangement,
    /// Distance of one member to the next, field pixels.
    pub distance_px: f64,
}

/// How far headings count beside places in the direction of a group, as a share of the distance of its members: places
/// are known more exactly.
const HEADING_ARM: f64 = 0.2;
/// Offset from the place of a partner, as a share of the distance, and cosine of the headings, up to which a token counts
/// as one.
const PARTNER_OFFSET: f64 = 0.35;
const PARTNER_COSINE: f64 = 0.7;

impl TokenGroups {
    /// No groups.
    pub const FREE: Self = Self { arrangement: TokenArrangement::Free, distance_px: 0.0 };

    /// Indices of the group of a token, among `count` poses.
    fn of(&self, k: usize, count: usize) -> std::ops::Range<usize> {
        let members = self.arrangement.members();
        let first = k - k % members;
        first..(first + members).min(count)
    }

    /// Whether two tokens are of one group.
    pub fn are_together(&self, a: usize, b: usize) -> bool {
        let members = self.arrangement.members();
        a / members == b / members
    }

    /// Distance of the first member to the last one, field pixels.
    pub fn length_px(&self) -> f64 {
        (self.arrangement.members() - 1) as f64 * self.distance_px
    }

    /// Place of a member in the frame of its group: ahead, and aside.
    fn place(&self, member: usize) -> DVec2 {
        let from_middle = member as f64 - 0.5 * (self.arrangement.members() - 1) as f64;
        from_middle * self.distance_px * self.arrangement.direction()
    }

    /// The poses of a group around its centre.
    pub fn around(&self, centre: TokenPose) -> impl Iterator<Item = TokenPose> + Clone {
        let groups = *self;
        (0..self.arrangement.members()).map(move |member| {
            let DVec2 { x, y } = groups.place(member);
            centre.moved([x, y, 0.0])
        })
    }

    /// Whether a group on a torus of this size does not meet itself.
    pub fn fits(&self, group: &[TokenPose], size: DVec2) -> bool {
        let apart = |a: &TokenPose, b: &TokenPose| a.position().distance(b.position()) - a.distance(b, size);
        group.iter().enumerate().all(|(k, a)| group[k + 1..].iter().all(|b| apart(a, b) < 1e-6))
    }

    /// Offset of token `k` from the centre of its group.
    pub fn arm(&self, poses: &[TokenPose], k: usize, size: DVec2) -> DVec2 {
        let offsets = self.of(k, poses.len()).map(|member| poses[member].offset(&poses[k], size));
        offsets.sum::<DVec2>() / self.of(k, poses.len()).len() as f64
    }

    /// What token `k` does as a part of its rigid group, where each token on its own would move by `own`: an offset in the
    /// world frame, and a turn. Least squares over the members.
    pub fn together(
        &self,
        poses: &[TokenPose],
        k: usize,
        size: DVec2,
        own: impl Fn(usize) -> (DVec2, f64),
    ) -> (DVec2, f64) {
        let group = self.of(k, poses.len());
        if group.len() < 2 {
            return own(k);
        }
        let count = group.len() as f64;
        let arm = |member: usize| self.arm(poses, member, size);
        let of_headings = (HEADING_ARM * self.distance_px).powi(2);
        let (mut way, mut turn, mut inertia) = (DVec2::ZERO, 0.0, 0.0);
        for member in group {
            let (own_way, own_turn) = own(member);
            way += own_way / count;
            turn += of_headings * own_turn + arm(member).perp_dot(own_way);
            inertia += of_headings + arm(member).length_squared();
        }
        let turn = turn / inertia;
        (way + turn * arm(k).perp(), turn)
    }

    /// Puts the members of each group at their places in it, about the same centre and in the same direction.
    pub fn form(&self, poses: &mut [TokenPose], size: DVec2) {
        if self.arrangement.is_free() {
            return;
        }
        let of_headings = (HEADING_ARM * self.distance_px).powi(2);
        for group in poses.chunks_exact_mut(self.arrangement.members()) {
            let first = group[0];
            let offsets: Vec<DVec2> = group.iter().map(|pose| first.offset(pose, size)).collect();
            let centre = offsets.iter().sum::<DVec2>() / group.len() as f64;
            // The sum of the turns of all members from their places, as complex numbers.
            let mut direction = DVec2::ZERO;
            for (member, (pose, offset)) in group.iter().zip(&offsets).enumerate() {
                let (place, arm) = (self.place(member), offset - centre);
                direction += of_headings * DVec2::from_angle(pose.heading);
                direction += DVec2::new(place.dot(arm), place.perp_dot(arm));
            }
            let middle = first.position() + centre;
            let middle = TokenPose { x: middle.x, y: middle.y, heading: direction.to_angle(), kind: first.kind };
            for (pose, formed) in group.iter_mut().zip(self.around(middle)) {
                *pose = TokenPose { kind: pose.kind, ..formed };
            }
        }
    }

    /// Whether `other` is where a partner of `pose` would be, with its heading.
    pub fn are_partners(&self, pose: &TokenPose, other: &TokenPose, size: DVec2) -> bool {
        let beside = self.distance_px * DVec2::from_angle(pose.heading).rotate(self.arrangement.direction());
        let offset = pose.offset(other, size);
        let off = (offset - beside).length().min((offset + beside).length());
        off < PARTNER_OFFSET * self.distance_px && (pose.heading - other.heading).cos() > PARTNER_COSINE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: DVec2 = DVec2::new(96.0, 64.0);
    const PAIRS: TokenGroups = TokenGroups { arrangement: TokenArrangement::Pairs, distance_px: 10.0 };
    const CHAINS: TokenGroups = TokenGroups { arrangement: TokenArrangement::Chains, distance_px: 10.0 };

    fn group(groups: TokenGroups, heading: f64) -> Vec<TokenPose> {
        groups.around(TokenPose { x: 94.0, y: 30.0, heading, kind: 1 }).collect()
    }

    #[test]
    fn pairs_swim_side_by_side_and_chains_in_a_row() {
        let pair = group(PAIRS, 0.4);
        assert!((pair[0].distance(&pair[1], SIZE) - 10.0).abs() < 1e-9);
        assert!(pair[0].offset(&pair[1], SIZE).dot(DVec2::from_angle(0.4)).abs() < 1e-9);
        let chain = group(CHAINS, 0.4);
        assert!((chain[2].offset(&chain[0], SIZE) - 20.0 * DVec2::from_angle(0.4)).length() < 1e-9);
        for (groups, poses) in [(PAIRS, &pair), (CHAINS, &chain)] {
            assert!(groups.fits(poses, SIZE) && poses.iter().all(|pose| (pose.heading, pose.kind) == (0.4, 1)));
            assert!(groups.are_partners(&poses[0], &poses[1], SIZE) && groups.are_partners(&poses[1], &poses[0], SIZE));
        }
        assert!(!PAIRS.are_partners(&chain[0], &chain[1], SIZE) && !CHAINS.are_partners(&pair[0], &pair[1], SIZE));
        let turned = TokenPose { heading: 2.0, ..pair[1] };
        assert!(!PAIRS.are_partners(&pair[0], &turned, SIZE));
        assert!(!CHAINS.fits(&group(CHAINS, 0.0), DVec2::splat(25.0)), "around the torus the ends meet");
    }

    #[test]
    fn groups_are_formed_about_their_own_pose() {
        for groups in [PAIRS, CHAINS] {
            let whole = group(groups, 2.5);
            let mut formed = whole.clone();
            groups.form(&mut formed, SIZE);
            let apart = |a: &[TokenPose], b: &[TokenPose]| -> f64 {
                a.iter().zip(b).map(|(a, b)| a.distance(b, SIZE) + (a.heading - b.heading).sin().abs()).sum()
            };
            assert!(apart(&whole, &formed) < 1e-9);
            // What is not a motion of the whole is undone, and the rest stays.
            let mut bent: Vec<TokenPose> = whole.iter().map(|pose| pose.moved([0.0, 0.0, 0.1])).collect();
            groups.form(&mut bent, SIZE);
            let turn = bent[0].heading - 2.5;
            assert!(turn > 0.0 && turn < 0.05, "places count more than headings: {turn}");
            let mut torn = whole.clone();
            torn[0] = torn[0].moved([1.0, 1.0, 0.0]);
            let moved = torn[0].position();
            groups.form(&mut torn, SIZE);
            assert!((torn[0].distance(&torn[1], SIZE) - 10.0).abs() < 1e-9);
            assert!(torn[0].position().distance(moved) < 1.2);
        }
    }

    #[test]
    fn rigid_motions_of_a_group_are_kept() {
        for groups in [PAIRS, CHAINS] {
            let poses = group(groups, 1.0);
            let (drift, turn) = (DVec2::new(0.3, -0.2), 0.07);
            let middle = DVec2::new(94.0, 30.0);
            let own = |k: usize| (drift + turn * (poses[k].position() - middle).perp(), turn);
            for k in 0..poses.len() {
                let (way, turned) = groups.together(&poses, k, SIZE, own);
                assert!((way - own(k).0).length() < 1e-9 && (turned - turn).abs() < 1e-9);
            }
            // One member that is pushed along the line of the group takes the others with it.
            let line = (poses[1].position() - poses[0].position()).normalize();
            let push = |k: usize| (if k == 0 { line } else { DVec2::ZERO }, 0.0);
            let (way, turned) = groups.together(&poses, 1, SIZE, push);
            assert!((way - line / poses.len() as f64).length() < 1e-9 && turned.abs() < 1e-9);
        }
        let free = [TokenPose::default(); 2];
        let own = |k: usize| (DVec2::splat(k as f64), 0.5);
        assert_eq!(TokenGroups::FREE.together(&free, 1, SIZE, own), (DVec2::ONE, 0.5));
    }
}
