//! The swarm as it is seen, for pictures and films: its colours, and the numbers that they stand for, if any. Works off
//! the UI thread, on a copy of what lives.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::media::picture::{Painter, PictureStyle, Shot};
use crate::scene::Showing;
use crate::session::{ColourBy, FilmOptions, Prefs};
use crate::window::live::measures::smooth;
use crate::window::live::reply::{Reply, SavedSwarm, Seen};
use crate::worlds::swarm::engine::CpuEngine;
use crate::worlds::swarm::rule::Rule;

/// Longest time that the trails of a still picture may take to grow.
const TRAIL_TIME: Duration = Duration::from_millis(1500);

/// As the window shows it. `range`: the numbers at both ends of the colour ramp, once they are known.
pub fn style(prefs: &Prefs, range: Option<[f64; 2]>) -> PictureStyle {
    let look = &prefs.look;
    // While a number is not known yet the species keep their colours, as in the window.
    let is_known = !look.colour_by.needs_measures() || range.is_some();
    PictureStyle {
        body: look.body,
        colour_by: if is_known { look.colour_by } else { Default::default() },
        range: range.unwrap_or([0.0, 1.0]),
        glow: if look.glow { 1.0 } else { 0.0 },
        trail_s: if look.trails { look.trail_s } else { 0.0 },
        ..PictureStyle::of(look.palette, prefs.theme)
    }
}

/// How the picture of a scene is drawn when it is saved, and what lives in it.
pub struct Portrait {
    pub style: PictureStyle,
    pub live: Reply<SavedSwarm>,
}

/// The living swarm in this look. Where trails are wanted, they grow while the swarm lives on for as long as one lasts.
pub fn showing(style: PictureStyle, saved: &SavedSwarm) -> Showing {
    let mut showing = Showing::new(style);
    let (Some((rule, settings)), Some(state)) = (&saved.runs_with, &saved.state) else { return showing };
    let Ok(mut engine) = CpuEngine::new(rule, &state.swarm, settings, state.seed) else { return showing };
    let mut painter = Painter::new(showing.style.clone());
    let mut shot = shot(&mut engine, showing.style.colour_by);
    let film = FilmOptions::default();
    let frame_s = 1.0 / f64::from(film.frames_per_second);
    let begun = Instant::now();
    for _ in 0..(showing.style.trail_s / frame_s).round() as u32 {
        painter.advance(&shot, frame_s);
        if begun.elapsed() > TRAIL_TIME {
            break;
        }
        engine.run(film.steps_per_frame);
        shot = self::shot(&mut engine, showing.style.colour_by);
    }
    showing.picture = Some(painter.paint(&shot));
    showing
}

fn shot(engine: &mut CpuEngine, by: ColourBy) -> Shot {
    let measures = if by.needs_measures() { engine.measures() } else { Vec::new() };
    Shot { swarm: engine.shown(), measures, framing: None }
}

/// Measures the quantity that is coloured, frame after frame of a film.
pub struct Eye {
    by: ColourBy,
    engine: Option<(Arc<Rule>, CpuEngine)>,
    measures: Vec<[f32; 2]>,
}

impl Eye {
    pub fn new(by: ColourBy) -> Self {
        Self { by, engine: None, measures: Vec::new() }
    }

    /// The swarm as it is shown. `seen`: as it moves where a number is coloured, else as it is shown.
    pub fn see(&mut self, seen: Seen) -> Shot {
        let Seen { swarm, rule, settings, .. } = seen;
        if !self.by.needs_measures() {
            return swarm.into();
        }
        if !self.engine.as_ref().is_some_and(|(old, _)| Arc::ptr_eq(old, &rule)) {
            self.engine = CpuEngine::new(&rule, &swarm, &settings, 1).ok().map(|engine| (rule, engine));
        }
        let Some((_, engine)) = &mut self.engine else { return swarm.into() };
        if engine.set_settings(&settings).is_err() || engine.upload(&swarm).is_err() {
            return swarm.into();
        }
        smooth(&mut self.measures, &engine.measures());
        Shot { swarm: engine.shown(), measures: self.measures.clone(), framing: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Body, Look, Theme};
    use crate::window::runtime::bundled;
    use crate::worlds::swarm::doc::LiveState;
    use crate::worlds::swarm::rule::LiveSettings;
    use rand::SeedableRng;

    fn living() -> ((Arc<Rule>, LiveSettings), LiveState) {
        let scene = bundled::load("mill").unwrap().project;
        let mut rng = rand::rngs::StdRng::seed_from_u64(1);
        let swarm = scene
            .world
            .snapshot
            .sample(&scene.world.ensemble.for_particles(&scene.world.snapshot, 24), &mut rng)
            .unwrap();
        ((scene.world.rule.unwrap(), scene.world.live), LiveState { swarm, seed: 1, step: 0 })
    }

    #[test]
    fn every_choice_of_the_look_card_changes_the_picture_of_a_scene() {
        let (runs_with, state) = living();
        let picture = |prefs: &Prefs| {
            let style = PictureStyle { size_px: 120, ..style(prefs, Some([0.0, 2.0])) };
            let saved = SavedSwarm { state: Some(state.clone()), runs_with: Some(runs_with.clone()) };
            showing(style, &saved).picture.unwrap()
        };
        let default = Prefs::default();
        let plain = picture(&default);
        let look = default.look;
        let others = [
            Prefs { theme: Theme::Light, ..default.clone() },
            Prefs { look: Look { body: Body::Dot, ..look }, ..default.clone() },
            Prefs { look: Look { glow: false, ..look }, ..default.clone() },
            Prefs { look: Look { palette: look.palette.next(), ..look }, ..default.clone() },
            Prefs { look: Look { trails: true, trail_s: 0.4, ..look }, ..default.clone() },
        ];
        for other in others {
            assert_ne!(picture(&other), plain, "{other:?}");
        }
        for &by in ColourBy::ALL.iter().filter(|by| **by != ColourBy::Species) {
            assert_ne!(picture(&Prefs { look: Look { colour_by: by, ..look }, ..default.clone() }), plain, "{by:?}");
        }
    }

    #[test]
    fn a_film_measures_each_particle_as_the_window_does() {
        let ((rule, settings), state) = living();
        let seen = || Seen { swarm: state.swarm.clone(), rule: rule.clone(), settings, counters: None };
        let shot = Eye::new(ColourBy::Speed).see(seen());
        let mut engine = CpuEngine::new(&rule, &state.swarm, &settings, 1).unwrap();
        assert_eq!(shot.measures, engine.measures());
        assert_eq!(shot.swarm, engine.shown());
        assert_eq!(Eye::new(ColourBy::Species).see(seen()), state.swarm.clone().into());
    }
}
