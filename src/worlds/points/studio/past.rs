//! How walkers go back in time.

use std::sync::Arc;

use super::walkers::LiveWalkers;
use crate::worlds::points::engine::{BakedField, GpuPointState, PointCheckpoint, PointForce};
use crate::worlds::points::rule::{PointLive, PointRule};
use crate::worlds::studio::Rewindable;

/// What moves walkers.
#[derive(Clone)]
pub(super) struct WalkerSettings {
    pub rule: Arc<PointRule>,
    pub live: PointLive,
    pub grid: Option<BakedField>,
    pub force: Option<PointForce>,
}

impl WalkerSettings {
    fn has_grid_of(&self, other: &Self) -> bool {
        match (&self.grid, &other.grid) {
            (Some(a), Some(b)) => Arc::ptr_eq(&a.values, &b.values),
            (None, None) => true,
            _ => false,
        }
    }
}

/// Walkers at one time.
pub(super) enum WalkerState {
    Memory(PointCheckpoint),
    Gpu(GpuPointState),
}

impl Rewindable for LiveWalkers {
    type State = WalkerState;
    type Settings = WalkerSettings;

    fn settings(&self) -> WalkerSettings {
        self.settings_now()
    }

    fn set_settings(&mut self, settings: &WalkerSettings) -> bool {
        let now = self.settings_now();
        if !Arc::ptr_eq(&now.rule, &settings.rule) && self.set_shared_rule(settings.rule.clone()).is_err() {
            return false;
        }
        if now.live != settings.live && self.set_live(&settings.live).is_err() {
            return false;
        }
        if !self.settings_now().has_grid_of(settings) {
            self.set_grid(settings.grid.clone());
        }
        self.set_force(settings.force);
        true
    }

    fn is_same(a: &WalkerSettings, b: &WalkerSettings) -> bool {
        Arc::ptr_eq(&a.rule, &b.rule) && a.live == b.live && a.force == b.force && a.has_grid_of(b)
    }

    fn added_bytes(settings: &WalkerSettings, before: &WalkerSettings) -> usize {
        let rule = if Arc::ptr_eq(&settings.rule, &before.rule) { 0 } else { RULE_BYTES };
        let grid = if settings.has_grid_of(before) { 0 } else { settings.grid.as_ref().map_or(0, BakedField::bytes) };
        rule + grid
    }

    fn save(&mut self, spare: Option<WalkerState>) -> WalkerState {
        let spare = match spare {
            Some(WalkerState::Gpu(spare)) => Some(spare),
            _ => None,
        };
        match self.keep_on_gpu(spare) {
            Some(state) => WalkerState::Gpu(state),
            None => WalkerState::Memory(self.checkpoint()),
        }
    }

    fn restore(&mut self, state: &WalkerState) -> bool {
        match state {
            WalkerState::Gpu(state) => self.put_back(state),
            WalkerState::Memory(state) => {
                LiveWalkers::restore(self, state);
                true
            }
        }
    }

    fn state_bytes(state: &WalkerState) -> usize {
        match state {
            WalkerState::Gpu(state) => state.bytes(),
            WalkerState::Memory(state) => std::mem::size_of_val(&state.walkers[..]),
        }
    }

    fn advance(&mut self, steps: u32) {
        self.run(steps);
    }
}

/// The networks of one rule take about as much in f64.
const RULE_BYTES: usize = 200_000;

#[cfg(test)]
mod tests {
    use super::super::tests::{dab, taught};
    use crate::worlds::World;
    use crate::worlds::studio::{LiveState, Simulation, WorldInfo, assert_steps_back};

    /// A life with knobs, forces and changes by hand; each state on the way.
    fn lived(simulation: &mut dyn Simulation, steps: u32) -> Vec<LiveState> {
        let mut doc = taught(300);
        doc.by_networks = true;
        let mut states = vec![simulation.live_state()];
        for step in 0..steps {
            match step % 60 {
                7 => {
                    doc.set_knob("sigma", 0.1 + 0.001 * f64::from(step));
                    assert!(simulation.adopt(&World::from(doc.clone())));
                }
                13 => {
                    doc.choose_flow(1 - doc.learned.as_ref().unwrap().chosen);
                    assert!(simulation.adopt(&World::from(doc.clone())));
                }
                20 => simulation.stroke(&dab("push", [1.5, 0.0, 0.0], 0.6)).unwrap(),
                24 => simulation.stroke(&dab("stir", [0.0, 1.5, 0.0], 0.6)).unwrap(),
                29 => simulation.lift(),
                35 => {
                    simulation.stroke(&dab("add", [0.0; 3], 0.3)).unwrap();
                    states.push(simulation.live_state());
                }
                41 => {
                    // Two dabs between two steps are one.
                    simulation.stroke(&dab("wound", [-1.5, 0.0, 0.0], 0.6)).unwrap();
                    simulation.stroke(&dab("remove", [1.5, 0.0, 0.0], 0.4)).unwrap();
                    states.push(simulation.live_state());
                }
                50 => {
                    simulation.restart("scatter");
                    states.push(simulation.live_state());
                }
                _ => {}
            }
            simulation.run(1);
            states.push(simulation.live_state());
        }
        states
    }

    #[test]
    fn walkers_step_back_exactly_through_all_that_was_done() {
        let devices = std::iter::once(None).chain(crate::gpu::testing::gpu().map(Some));
        for gpu in devices {
            let mut doc = taught(300);
            doc.by_networks = true;
            let mut simulation = doc.start_simulation(3).unwrap();
            simulation.move_to(gpu).unwrap();
            let steps = if gpu.is_some() { 60 } else { 400 };
            let states = lived(&mut *simulation, steps);
            assert_steps_back(&mut *simulation, states);
        }
    }

    #[test]
    fn another_engine_begins_a_new_past() {
        let mut simulation = taught(300).start_simulation(3).unwrap();
        simulation.run(4);
        simulation.move_to(None).unwrap();
        assert!(!simulation.step_back());
        simulation.run(1);
        assert!(simulation.step_back() && simulation.steps() == 4);
    }
}
