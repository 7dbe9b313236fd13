//! Growing: from a random swarm, σ falls from σmax to the live temperature while the swarm relaxes.

use super::{Engine, EngineError};
use crate::worlds::swarm::rule::{LiveSettings, growing_settings};

/// Steps at one noise level: few compared with any growth, and about what the window runs in a frame.
const STAGE_STEPS: usize = 8;

/// Runs `steps` steps with [`growing_settings`], then sets `live`. `tick` is called with the steps done after each stage,
/// and after `max_steps` steps where a stage takes longer.
///
/// # Errors
/// Live settings that the engine's rule cannot run, and every error of `tick`.
pub fn grow<E: From<EngineError>>(
    engine: &mut Engine,
    live: &LiveSettings,
    steps: usize,
    max_steps: usize,
    mut tick: impl FnMut(&mut Engine, usize) -> Result<(), E>,
) -> Result<(), E> {
    let sigma_range_l = engine.rule().sigma_range_l;
    let mut done = 0;
    while done < steps {
        engine.set_settings(&growing_settings(sigma_range_l, live, done, steps))?;
        let until = (done + STAGE_STEPS).min(steps);
        while done < until {
            let now = max_steps.clamp(1, until - done);
            engine.run(now as u32);
            done += now;
            tick(engine, done)?;
        }
    }
    engine.set_settings(live)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use glam::DVec2;

    use super::*;
    use crate::worlds::swarm::engine::CpuEngine;
    use crate::worlds::swarm::picture::{Particle, Swarm};
    use crate::worlds::swarm::rule::{FlowKind, NetShape, Rule};

    #[test]
    fn growing_takes_all_its_steps_and_leaves_the_engine_under_the_live_settings() {
        let rule = Rule::random(NetShape { species: 1, phi: [4, 4], rho: [4, 4], outputs: 1 }, 1);
        let live = LiveSettings { relaxation: 0.0, ..LiveSettings::default() };
        let swarm = Swarm { particles: vec![Particle::default(); 3], box_size: DVec2::splat(9.0) };
        for (steps, max_steps) in [(0, 9), (1, 9), (7, 1), (101, usize::MAX), (101, 2), (101, 1)] {
            let mut engine = Engine::Cpu(Box::new(CpuEngine::new(&rule, &swarm, &live, 1).unwrap()));
            let mut seen = vec![0];
            grow(&mut engine, &live, steps, max_steps, |engine, done| {
                assert!(engine.settings().sigma_l >= live.sigma_l - 1e-12);
                assert_eq!((engine.settings().flow, engine.settings().relaxation), (FlowKind::None, 1.0));
                seen.push(done);
                Ok::<(), EngineError>(())
            })
            .unwrap();
            assert_eq!(engine.steps_done() as usize, steps);
            assert_eq!(seen.last(), Some(&steps));
            assert!(seen.windows(2).all(|w| w[0] < w[1] && w[1] - w[0] <= max_steps), "{seen:?}");
            assert_eq!(engine.settings(), &live);
        }
    }
}
