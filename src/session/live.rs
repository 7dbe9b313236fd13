//! How the live swarm is being watched: play, speed, the pointer's force, and the growing that is under way.

use crate::rule::{FlowKind, LiveSettings};

use super::command::ForceKind;

/// Integration steps over which *Grow* cools the swarm from σmax to its temperature.
pub const GROW_STEPS: u32 = 3000;

/// Steps per frame that the speed control offers.
pub const MAX_STEPS_PER_FRAME: u32 = 64;

/// What is not saved about the live swarm.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveView {
    pub playing: bool,
    pub steps_per_frame: u32,
    pub force: ForceKind,
    pub force_radius_l: f64,
    /// Particles uploaded to the engine last.
    pub particles: usize,
    /// Width and height of the live torus, ℓ; zero when nothing is live.
    pub box_size_l: [f64; 2],
    /// Steps already cooled, while *Grow* is under way.
    pub growing: Option<u32>,
    /// One step was asked for.
    pub(super) step_once: bool,
}

impl Default for LiveView {
    fn default() -> Self {
        Self {
            playing: true,
            steps_per_frame: 4,
            force: ForceKind::default(),
            force_radius_l: 3.0,
            particles: 0,
            box_size_l: [0.0; 2],
            growing: None,
            step_once: false,
        }
    }
}

impl LiveView {
    /// The settings the engine runs with: the scene's own, with the temperature of the growing.
    ///
    /// σ falls geometrically from σmax to the scene's temperature over [`GROW_STEPS`]; the flow rests meanwhile, so
    /// that what is cooled has time to settle.
    pub fn effective(&self, live: &LiveSettings, sigma_max_l: f64) -> LiveSettings {
        let Some(done) = self.growing else { return *live };
        let share = (f64::from(done) / f64::from(GROW_STEPS)).min(1.0);
        let hottest = sigma_max_l.max(live.sigma_l);
        let sigma_l = hottest * (live.sigma_l / hottest).powf(share);
        LiveSettings { sigma_l, flow: FlowKind::None, relaxation: live.relaxation.max(1.0), ..*live }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growing_cools_from_the_hottest_trained_noise_to_the_scenes_temperature() {
        let live = LiveSettings::default();
        let mut view = LiveView { growing: Some(0), ..LiveView::default() };
        assert!((view.effective(&live, 0.8).sigma_l - 0.8).abs() < 1e-12);
        let mut last = f64::INFINITY;
        for done in (0..=GROW_STEPS).step_by(100) {
            view.growing = Some(done);
            let sigma = view.effective(&live, 0.8).sigma_l;
            assert!(sigma < last);
            last = sigma;
        }
        assert!((last - live.sigma_l).abs() < 1e-12);
        view.growing = None;
        assert_eq!(view.effective(&live, 0.8), live);
    }
}
