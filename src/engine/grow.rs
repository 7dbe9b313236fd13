//! Growing: from a random swarm, σ falls from σmax to the live temperature while the swarm relaxes.

use super::{Engine, EngineError};
use crate::rule::{FlowKind, LiveSettings};

/// The noise levels of an annealed run: geometric from `from_l` down to `to_l`, one for each of `stages` stages.
pub fn anneal_sigmas(from_l: f64, to_l: f64, stages: usize) -> impl Iterator<Item = f64> {
    let last = stages.saturating_sub(1).max(1) as f64;
    (0..stages).map(move |k| if stages == 1 { to_l } else { from_l * (to_l / from_l).powf(k as f64 / last) })
}

/// Noise levels on the way down.
const STAGES: usize = 40;
/// Heun steps of a growth when nobody says otherwise.
pub const DEFAULT_GROW_STEPS: usize = 2000;

/// Anneals by relaxation alone, `steps` steps in all, and leaves the engine under `live`. `tick` is called with the
/// steps done after each stage, and after `most` steps where a stage takes longer.
///
/// # Errors
/// Live settings that the engine's rule cannot run, and whatever `tick` answers.
pub fn grow<E: From<EngineError>>(
    engine: &mut Engine,
    live: &LiveSettings,
    steps: usize,
    most: usize,
    mut tick: impl FnMut(&mut Engine, usize) -> Result<(), E>,
) -> Result<(), E> {
    let hottest_l = engine.rule().sigma_range_l[1].max(live.sigma_l);
    let stages = STAGES.min(steps);
    for (k, sigma_l) in anneal_sigmas(hottest_l, live.sigma_l, stages).enumerate() {
        engine.set_settings(&LiveSettings { sigma_l, flow: FlowKind::None, relaxation: 1.0, ..*live })?;
        let mut done = steps * k / stages;
        let until = steps * (k + 1) / stages;
        while done < until {
            let now = most.clamp(1, until - done);
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
    use super::*;
    use crate::engine::CpuEngine;
    use crate::rule::{NetShape, Rule};
    use crate::snapshot::{Particle, Swarm};

    #[test]
    fn annealing_starts_hot_ends_at_the_live_temperature_and_never_rises() {
        let sigmas: Vec<f64> = anneal_sigmas(0.8, 0.13, 40).collect();
        assert_eq!(sigmas.len(), 40);
        assert!((sigmas[0] - 0.8).abs() < 1e-12 && (sigmas[39] - 0.13).abs() < 1e-12);
        assert!(sigmas.windows(2).all(|w| w[1] < w[0]));
        assert_eq!(anneal_sigmas(0.8, 0.13, 1).collect::<Vec<_>>(), [0.13]);
    }

    #[test]
    fn growing_takes_all_its_steps_and_leaves_the_engine_under_the_live_settings() {
        let rule = Rule::random(NetShape { species: 1, phi: [4, 4], rho: [4, 4], outputs: 1 }, 1);
        let live = LiveSettings { relaxation: 0.0, ..LiveSettings::default() };
        let swarm = Swarm { particles: vec![Particle::default(); 3], box_size: [9.0, 9.0] };
        for (steps, most) in [(0, 9), (1, 9), (7, 1), (101, usize::MAX), (101, 2), (101, 1)] {
            let mut engine = Engine::Cpu(Box::new(CpuEngine::new(&rule, &swarm, &live, 1).unwrap()));
            let mut seen = vec![0];
            grow(&mut engine, &live, steps, most, |engine, done| {
                assert!(engine.settings().sigma_l >= live.sigma_l - 1e-12);
                assert_eq!((engine.settings().flow, engine.settings().relaxation), (FlowKind::None, 1.0));
                seen.push(done);
                Ok::<(), EngineError>(())
            })
            .unwrap();
            assert_eq!(engine.steps_done() as usize, steps);
            assert_eq!(seen.last(), Some(&steps));
            assert!(seen.windows(2).all(|w| w[0] < w[1] && w[1] - w[0] <= most), "{seen:?}");
            assert_eq!(engine.settings(), &live);
        }
    }
}
