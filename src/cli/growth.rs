//! Growing a swarm from random: annealing from the hottest trained level down to the live temperature.

use crate::engine::{Engine, EngineError, anneal_sigmas};
use crate::rule::{FlowKind, LiveSettings};

/// Noise levels on the way down.
const STAGES: usize = 40;
/// Heun steps of a growth when nobody says otherwise.
pub(super) const DEFAULT_STEPS: usize = 2000;

/// Anneals by relaxation alone, `steps` steps in all, and leaves the engine under `live`. `tick` is called after each
/// stage with the steps done.
pub(super) fn grow<E: From<EngineError>>(
    engine: &mut Engine,
    live: &LiveSettings,
    steps: usize,
    mut tick: impl FnMut(&mut Engine, usize) -> Result<(), E>,
) -> Result<(), E> {
    let hottest_l = engine.rule().sigma_range_l[1].max(live.sigma_l);
    let stages = STAGES.min(steps);
    for (k, sigma_l) in anneal_sigmas(hottest_l, live.sigma_l, stages).enumerate() {
        engine.set_settings(&LiveSettings { sigma_l, flow: FlowKind::None, relaxation: 1.0, ..*live })?;
        let done = steps * k / stages;
        let until = steps * (k + 1) / stages;
        engine.run((until - done) as u32);
        tick(engine, until)?;
    }
    engine.set_settings(live)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::CpuEngine;
    use crate::rule::{NetShape, Rule};
    use crate::snapshot::{Particle, Swarm};

    #[test]
    fn growing_takes_all_its_steps_and_leaves_the_engine_under_the_live_settings() {
        let rule = Rule::random(NetShape { species: 1, phi: [4, 4], rho: [4, 4], outputs: 1 }, 1);
        let live = LiveSettings { relaxation: 0.0, ..LiveSettings::default() };
        let swarm = Swarm { particles: vec![Particle::default(); 3], box_size: [9.0, 9.0] };
        for steps in [0, 1, 7, 101] {
            let mut engine = Engine::Cpu(Box::new(CpuEngine::new(&rule, &swarm, &live, 1).unwrap()));
            let mut seen = vec![0];
            grow(&mut engine, &live, steps, |engine, done| {
                assert!(engine.settings().sigma_l >= live.sigma_l - 1e-12);
                assert_eq!((engine.settings().flow, engine.settings().relaxation), (FlowKind::None, 1.0));
                seen.push(done);
                Ok::<(), EngineError>(())
            })
            .unwrap();
            assert_eq!(engine.steps_done() as usize, steps);
            assert_eq!(seen.last(), Some(&steps));
            assert!(seen.windows(2).all(|w| w[0] < w[1]), "{seen:?}");
            assert_eq!(engine.settings(), &live);
        }
    }
}
