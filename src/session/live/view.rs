//! The state of the live view: play, speed, the pointer's force, and the growing under way.

use std::sync::Arc;

use glam::DVec2;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::brush::Gesture;
use crate::worlds::swarm::Brush;
use crate::worlds::swarm::rule::{FlowKind, GROW_STEPS, LiveSettings, Rule, Swings, growing_settings};

/// The pointer's force on live particles, centred at `centre_l`. Falls smoothly to zero at `radius_l`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PointerForce {
    /// Position on the live torus, ℓ.
    pub centre_l: DVec2,
    /// Where the force has fallen to zero, ℓ.
    pub radius_l: f64,
    /// Speed at the centre, ℓ per time; positive pushes away, negative pulls.
    pub strength: f64,
    /// Greatest speed around the centre, counter-clockwise, ℓ per time.
    pub stir: f64,
}

/// Ticks over which one rule gives way to another: about a second.
pub const FADE_TICKS: u32 = 60;

/// A fade from one rule to another: the flow of the old one decays to zero, the new one takes over, and its flow sets
/// in. At any time a single rule runs, with a scaled flow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::session) struct Fade {
    /// Ticks gone by.
    pub done: u32,
    /// The kind of flow that calms down.
    pub before: FlowKind,
}

impl Fade {
    /// Whether the old rule still runs.
    pub fn is_calming(self) -> bool {
        self.done < FADE_TICKS / 2
    }

    /// Factor on the flow: from 1 smoothly to 0 and back.
    pub fn strength(self) -> f64 {
        let x = (2.0 * f64::from(self.done) / f64::from(FADE_TICKS) - 1.0).abs().min(1.0);
        x * x * (3.0 - 2.0 * x)
    }
}

/// Steps per frame that the speed control offers.
pub const MAX_STEPS_PER_FRAME: u32 = 64;

/// Steps per frame at which the keys of the speed stop.
pub(in crate::session) const SPEEDS: [u32; 12] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];

/// Ticks of the session in a second.
pub const TICKS_PER_S: f64 = 60.0;

/// The last time that the user scrambled a part of the swarm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wound {
    /// [`LiveView::steps`] at that moment.
    pub step: u64,
    /// On the live torus; may be outside the box by whole box lengths.
    pub centre_l: DVec2,
    /// Of the brush at that time, ℓ.
    pub radius_l: f64,
}

/// What is not saved about the live swarm.
#[derive(Debug)]
pub struct LiveView {
    /// Steps are made each frame, as far as the engine keeps up.
    pub playing: bool,
    /// 1 to [`MAX_STEPS_PER_FRAME`].
    pub steps_per_frame: u32,
    /// What the pointer does to the swarm.
    pub brush: Brush,
    /// Of brushes that have a circle, ℓ.
    pub brush_radius_l: f64,
    /// Integration steps that the swarms of this window have made; going back in time takes some off.
    pub steps: u64,
    /// Until another swarm comes, or time goes back before it.
    pub last_wound: Option<Wound>,
    /// Number of the particle whose creature the view follows.
    pub following: Option<usize>,
    /// Ticks that the swinging has lasted.
    pub(in crate::session) swing_ticks: u64,
    /// Particles uploaded to the engine last.
    pub particles: usize,
    /// Width and height of the live torus, ℓ; zero when nothing is live.
    pub box_size_l: DVec2,
    /// Steps ordered of the growth under way. The engine follows its schedule; this is for what is shown.
    pub growing: Option<u32>,
    pub(in crate::session) fade: Option<Fade>,
    /// The notice of non-finite particles was shown.
    pub(in crate::session) has_faults: bool,
    /// The notice that time goes back no further was shown.
    pub(in crate::session) has_no_past: bool,
    /// One step was asked for.
    pub(in crate::session) step_once: bool,
    /// The rule in the engine: that of the document, or the one that gives way to it.
    pub(in crate::session) playing_rule: Option<Arc<Rule>>,
    /// What the pressed button is doing to the swarm.
    pub(in crate::session) gesture: Gesture,
    /// Draws the swarms.
    pub(in crate::session) rng: StdRng,
    /// The swarm that this step of the history replaced is restored as soon as the engine has sent it.
    pub(in crate::session) awaited: Option<u64>,
}

impl Default for LiveView {
    fn default() -> Self {
        Self {
            playing: true,
            steps_per_frame: 4,
            brush: Brush::default(),
            brush_radius_l: 3.0,
            steps: 0,
            last_wound: None,
            following: None,
            swing_ticks: 0,
            particles: 0,
            box_size_l: DVec2::ZERO,
            growing: None,
            fade: None,
            has_faults: false,
            has_no_past: false,
            step_once: false,
            playing_rule: None,
            gesture: Gesture::None,
            rng: StdRng::seed_from_u64(1),
            awaited: None,
        }
    }
}

impl LiveView {
    /// The live settings that are ordered: the scene's own with the swings and the change of rules.
    pub(in crate::session) fn ordered(
        &self,
        live: &LiveSettings,
        swings: &Swings,
        sigma_range_l: [f64; 2],
    ) -> LiveSettings {
        let mut live = *live;
        swings.shift(&mut live, self.swing_ticks as f64 / TICKS_PER_S, sigma_range_l);
        let Some(fade) = self.fade else { return live };
        let flow = if fade.is_calming() { fade.before } else { live.flow };
        LiveSettings { flow, strength: fade.strength() * live.strength, ..live }
    }

    /// What a growth makes of the live settings, to within one of its stages.
    pub(in crate::session) fn grown(&self, live: LiveSettings, sigma_range_l: [f64; 2]) -> LiveSettings {
        self.growing.map_or(live, |done| growing_settings(sigma_range_l, &live, done, GROW_STEPS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fade_calms_the_old_flow_and_then_lets_the_new_one_set_in() {
        let live = LiveSettings { flow: FlowKind::Learned, ..LiveSettings::default() };
        let at = |done| {
            let fade = Some(Fade { done, before: FlowKind::Exact });
            LiveView { fade, ..LiveView::default() }.ordered(&live, &Swings::default(), [0.1, 0.8])
        };
        assert_eq!((at(0).flow, at(0).strength), (FlowKind::Exact, live.strength));
        assert_eq!((at(FADE_TICKS / 2).flow, at(FADE_TICKS / 2).strength), (FlowKind::Learned, 0.0));
        assert_eq!(at(FADE_TICKS), live);
        for done in 0..FADE_TICKS {
            assert!((at(done).strength - at(done + 1).strength).abs() < 0.06 * live.strength, "a jump at {done}");
        }
    }

    #[test]
    fn the_settings_shown_cool_down_while_it_grows() {
        let live = LiveSettings::default();
        let mut view = LiveView { growing: Some(0), ..LiveView::default() };
        assert!((view.grown(live, [0.1, 0.8]).sigma_l - 0.8).abs() < 1e-12);
        let mut last = f64::INFINITY;
        for done in (0..=GROW_STEPS).step_by(100) {
            view.growing = Some(done);
            let sigma = view.grown(live, [0.1, 0.8]).sigma_l;
            assert!(sigma < last);
            last = sigma;
        }
        assert!((last - live.sigma_l).abs() < 1e-12);
        view.growing = None;
        assert_eq!(view.grown(live, [0.1, 0.8]), live);
    }
}
