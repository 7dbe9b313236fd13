//! Wounds of the training chains: a rule that has seen torn tokens closes them (damage in the pool: Mordvintsev et al.
//! 2020, "Growing neural cellular automata").

use rand::RngExt;
use rand::rngs::StdRng;

use super::TokenPose;

/// Radius of a wound as a share of the clearance.
const RADIUS: std::ops::Range<f64> = 0.2..0.6;
/// Distance of its centre from that of its token, likewise.
const OFF_CENTRE: f64 = 0.4;

/// Empties a disc over one of `poses`, or every other pixel of it, in `image` `[height × width × 3]`.
pub(super) fn wound(
    image: &mut [f32],
    [width, height]: [usize; 2],
    poses: &[TokenPose],
    clearance_px: f64,
    rng: &mut StdRng,
) {
    if poses.is_empty() {
        return;
    }
    let pose = poses[rng.random_range(0..poses.len())];
    let mut off = || clearance_px * rng.random_range(-OFF_CENTRE..OFF_CENTRE);
    let centre = [pose.x + off(), pose.y + off()];
    let radius = clearance_px * rng.random_range(RADIUS);
    let every_other = rng.random::<bool>();
    let reach = radius.ceil() as i64;
    let [cx, cy] = centre.map(|v| v.round() as i64);
    for dy in -reach..=reach {
        for dx in -reach..=reach {
            if (dx as f64).hypot(dy as f64) > radius || (every_other && (cx + dx + cy + dy) % 2 != 0) {
                continue;
            }
            let [x, y] = [(cx + dx).rem_euclid(width as i64) as usize, (cy + dy).rem_euclid(height as i64) as usize];
            image[3 * (y * width + x)..][..3].fill(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn a_wound_empties_a_disc_over_a_token_and_nothing_else() {
        let poses = [TokenPose { x: 1.0, y: 30.0, heading: 0.0, kind: 0 }];
        let mut rng = StdRng::seed_from_u64(1);
        let mut emptied = Vec::new();
        for _ in 0..20 {
            let mut image = vec![1.0; 32 * 32 * 3];
            wound(&mut image, [32, 32], &poses, 12.0, &mut rng);
            let empty = image.iter().filter(|v| **v == 0.0).count() / 3;
            assert!((8..170).contains(&empty), "{empty}");
            emptied.push(empty);
            let far = 3 * (14 * 32 + 16);
            assert_eq!(image[far], 1.0);
        }
        emptied.dedup();
        assert!(emptied.len() > 5);
        let mut image = vec![1.0; 32 * 32 * 3];
        wound(&mut image, [32, 32], &[], 12.0, &mut rng);
        assert!(image.iter().all(|v| *v == 1.0));
    }
}
