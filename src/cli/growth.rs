//! Growing a swarm from random: annealing from the hottest trained level down to the live temperature.

use crate::engine::{Engine, EngineError, anneal_sigmas};
use crate::rule::{FlowKind, LiveSettings};

/// Noise levels on the way down.
const STAGES: usize = 40;
/// Heun steps of a growth when nobody says otherwise.
pub(super) const DEFAULT_STEPS: usize = 4000;

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
