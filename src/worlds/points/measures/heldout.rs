//! Samples that a certificate carries and compares with: independent of one another and, where the target is built in, of
//! what was learned from.

use std::sync::Arc;

use super::Mmd;
use super::path_test::StartingPair;
use crate::worlds::points::PointsDoc;
use crate::worlds::points::cloud::Standardisation;
use crate::worlds::points::engine::walkers_from;

/// One repetition: walkers to carry, a reference of the same size, and what MMD² of two such samples may be.
pub(super) struct HeldOutPoints {
    pub walkers: Vec<[f32; 4]>,
    pub mmd: Mmd,
    pub pair: Arc<StartingPair>,
    /// Further samples of the same cloud: as good as any flow can be.
    pub fresh: Vec<Vec<[f32; 4]>>,
}

/// What is drawn.
pub(super) struct HeldOutSettings {
    /// Walkers, and positions in the reference.
    pub count: usize,
    /// Maximum number of further samples.
    pub fresh: usize,
    pub permutations: usize,
    /// Noise on every position, standardised: flows over an energy keep the cloud seen through it.
    pub sigma: f64,
    pub seed: u64,
}

impl HeldOutPoints {
    /// Disjoint samples: new ones of a built-in target, else parts of the cloud, which may be too small for further ones.
    pub fn draw(doc: &PointsDoc, map: &Standardisation, settings: &HeldOutSettings) -> Self {
        let HeldOutSettings { count, fresh, permutations, sigma, seed } = *settings;
        let wanted = (2 + fresh) * count;
        let cloud = match doc.target {
            // Another stream than the one that learning has drawn from.
            Some(target) => target.sample(wanted, seed ^ 0xf4e5),
            None => doc.cloud().subset(wanted, seed),
        };
        let positions: Vec<[f64; 3]> = cloud.points.iter().map(|p| map.forward(p.map(f64::from))).collect();
        let count = count.min(positions.len() / 2);
        let mut parts = positions.chunks_exact(count).enumerate().map(|(k, part)| -> Vec<[f32; 4]> {
            let seed = seed ^ ((k as u64 + 1) << 32);
            let noised = |(n, position): (usize, &[f64; 3])| {
                walkers_from(&[*position], doc.dim, 1, sigma, seed.wrapping_add(n as u64))[0]
            };
            part.iter().enumerate().map(noised).collect()
        });
        let (walkers, reference) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let fresh = parts.take(fresh).collect();
        let mmd = Mmd::new(&walkers, &reference);
        let pair = Arc::new(StartingPair::new(&mmd, &walkers, permutations, seed));
        Self { walkers, mmd, pair, fresh }
    }
}
