//! How tokens grow out of noise.

use super::{TokenLive, TokenSettings};

/// The annealing of a growth: σ falls geometrically from the highest trained level to the live one, and nothing
/// swims. At the highest level no token is seen in the noise, so that their positions are decided on the way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TokenGrowth {
    high: f64,
    steps: u32,
}

impl TokenGrowth {
    /// Steps of a whole annealing. A quick one makes more tokens: cooled slowly, tokens that begin side by side merge while
    /// the noise still hides their borders.
    pub const STEPS: u32 = 100;

    /// Of a rule trained with `settings`, in `steps` steps.
    pub fn new(settings: &TokenSettings, steps: u32) -> Self {
        Self { high: settings.sigma_range[1], steps }
    }

    /// The knobs at `step`: hotter than `live`, and at rest; `None` when the annealing is over.
    pub fn at(&self, step: u64, live: &TokenLive) -> Option<TokenLive> {
        let share = step as f64 / f64::from(self.steps);
        let sigma = self.high * (live.sigma / self.high).powf(share);
        (share < 1.0).then_some(TokenLive { sigma, ..live.at_rest() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_growth_cools_from_the_highest_level_to_the_live_one() {
        let (settings, live) = (TokenSettings::default(), TokenLive::default());
        let growth = TokenGrowth::new(&settings, 100);
        let sigma = |step| growth.at(step, &live).map(|live| live.sigma);
        assert_eq!(sigma(0), Some(settings.sigma_range[1]));
        let levels: Vec<f64> = (0..100).filter_map(sigma).collect();
        assert!(levels.len() == 100 && levels.windows(2).all(|pair| pair[1] < pair[0]));
        assert!(levels[99] > live.sigma && levels[99] < 1.05 * live.sigma);
        assert_eq!((sigma(100), growth.at(50, &live).map(|live| live.swim_px)), (None, Some(0.0)));
    }
}
