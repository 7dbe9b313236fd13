//! The one schedule of growing: how σ falls while a pattern forms out of a random swarm. The window, the certificate, the
//! command line and the swarms that training grows all follow it.

use super::{FlowKind, LiveSettings};

/// Steps of a growth unless another number is given.
pub const GROW_STEPS: u32 = 4000;

/// c of the time step dt = c σ² while a swarm grows. Four times that of the live motion: without a flow Heun's method is
/// stable up to c = 2, and so many more exchanges between creatures fit into the same number of steps.
pub const GROW_STEP_FACTOR: f64 = 0.4;

/// σ falls geometrically over the steps of a growth, ℓ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Annealing {
    /// σ at the beginning, ℓ.
    pub hottest_l: f64,
    /// σ at the end, ℓ.
    pub coldest_l: f64,
    /// Steps from one to the other.
    pub steps: usize,
}

impl Annealing {
    /// From the hottest trained noise (or `sigma_l`, where that is hotter) to `sigma_l`.
    pub fn new(sigma_range_l: [f64; 2], sigma_l: f64, steps: usize) -> Self {
        Self { hottest_l: sigma_range_l[1].max(sigma_l), coldest_l: sigma_l, steps }
    }

    /// σ after `done` steps, ℓ; the coldest from the last step on.
    pub fn sigma_l(&self, done: usize) -> f64 {
        if done >= self.steps {
            return self.coldest_l;
        }
        let share = done as f64 / self.steps as f64;
        self.hottest_l * (self.coldest_l / self.hottest_l).powf(share)
    }
}

/// Settings after `done` of `steps` steps of a growth that ends at `live`: relaxation alone, without a flow, at the σ of
/// the schedule and with long steps.
pub fn growing_settings(sigma_range_l: [f64; 2], live: &LiveSettings, done: u32, steps: u32) -> LiveSettings {
    let sigma_l = Annealing::new(sigma_range_l, live.sigma_l, steps as usize).sigma_l(done as usize);
    LiveSettings { sigma_l, flow: FlowKind::None, relaxation: 1.0, step_factor: GROW_STEP_FACTOR, ..*live }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn annealing_starts_hot_falls_and_ends_at_the_live_temperature() {
        let annealing = Annealing::new([0.1, 0.8], 0.13, 40);
        let sigmas: Vec<f64> = (0..=40).map(|done| annealing.sigma_l(done)).collect();
        assert!((sigmas[0] - 0.8).abs() < 1e-12 && sigmas[40] == 0.13);
        assert!(sigmas.windows(2).all(|w| w[1] < w[0]));
        assert_eq!(annealing.sigma_l(1000), 0.13);
        assert_eq!(Annealing::new([0.1, 0.8], 0.13, 0).sigma_l(0), 0.13);
        assert_eq!(Annealing::new([0.1, 0.8], 0.9, 10).sigma_l(3), 0.9);
    }
}
