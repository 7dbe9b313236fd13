//! How a field goes back in time.

use std::sync::Arc;

use super::living::LiveField;
use crate::worlds::field::engine::{EngineState, FieldMotion};
use crate::worlds::field::tokens::TokenGrowth;
use crate::worlds::studio::Rewindable;

/// A field at one time.
pub(super) struct FieldMoment {
    pub state: EngineState,
    pub steps: u64,
    pub growth: Option<TokenGrowth>,
}

/// A network and its templates take about as much.
const RULE_BYTES: usize = 1 << 20;

impl Rewindable for LiveField {
    type State = FieldMoment;
    type Settings = FieldMotion;

    fn settings(&self) -> FieldMotion {
        self.motion().clone()
    }

    fn set_settings(&mut self, motion: &FieldMotion) -> bool {
        self.set_motion(motion.clone());
        true
    }

    fn is_same(a: &FieldMotion, b: &FieldMotion) -> bool {
        match (a, b) {
            (
                FieldMotion::Library { rule, time_step },
                FieldMotion::Library { rule: other_rule, time_step: other_step },
            ) => rule == other_rule && time_step == other_step,
            (
                FieldMotion::Tokens { live, skew, seed, .. },
                FieldMotion::Tokens { live: other_live, skew: other_skew, seed: other_seed, .. },
            ) => live == other_live && skew == other_skew && seed == other_seed && shares_rule(a, b),
            _ => false,
        }
    }

    fn added_bytes(motion: &FieldMotion, before: &FieldMotion) -> usize {
        if shares_rule(motion, before) { 0 } else { RULE_BYTES }
    }

    fn save(&mut self, spare: Option<FieldMoment>) -> FieldMoment {
        self.moment(spare.map(|spare| spare.state))
    }

    fn restore(&mut self, moment: &FieldMoment) -> bool {
        self.put_back(moment)
    }

    fn state_bytes(moment: &FieldMoment) -> usize {
        moment.state.bytes()
    }

    fn advance(&mut self, steps: u32) {
        self.run(steps);
    }
}

/// Whether the large parts of two motions are the same memory; those of a pattern are small.
fn shares_rule(a: &FieldMotion, b: &FieldMotion) -> bool {
    match (a, b) {
        (
            FieldMotion::Tokens { rule, ensemble, .. },
            FieldMotion::Tokens { rule: other_rule, ensemble: other_ensemble, .. },
        ) => Arc::ptr_eq(rule, other_rule) && Arc::ptr_eq(ensemble, other_ensemble),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{dab, swimming, taught};
    use crate::worlds::World;
    use crate::worlds::studio::{LiveState, Simulation, WorldInfo, assert_steps_back};

    /// A life with knobs, strokes and restarts; each state on the way.
    fn lived(simulation: &mut dyn Simulation, mut doc: crate::worlds::field::FieldDoc, steps: u32) -> Vec<LiveState> {
        let mut states = vec![simulation.live_state()];
        for step in 0..steps {
            match step % 20 {
                3 => {
                    doc.set_knob("time_step", 0.5 + 0.001 * f64::from(step));
                    doc.set_knob("swim", 0.02 + 0.001 * f64::from(step));
                    assert!(simulation.adopt(&World::from(doc.clone())));
                }
                6 | 11 => {
                    let brush = if step % 2 == 0 { "remove" } else { "stir" };
                    simulation.stroke(&dab(brush, [20.0, 12.0, 0.0], [24.0, 12.0, 0.0])).unwrap();
                    simulation.lift();
                    states.push(simulation.live_state());
                }
                15 => {
                    simulation.restart(if step < 20 { "noise" } else { "seeds" });
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
    fn a_field_steps_back_exactly_through_all_that_was_done() {
        let devices = || std::iter::once(None).chain(crate::gpu::testing::gpu().map(Some));
        for (doc, steps) in [(taught(), 400), (swimming(), 50)] {
            for gpu in devices() {
                let mut simulation = doc.start_simulation(0).unwrap();
                simulation.move_to(gpu).unwrap();
                let states = lived(&mut *simulation, doc.clone(), if gpu.is_some() { 50 } else { steps });
                assert_steps_back(&mut *simulation, states);
            }
        }
    }

    #[test]
    fn a_growth_ends_when_it_is_stepped_back_over() {
        let doc = swimming();
        let mut there_and_back = doc.start_simulation(0).unwrap();
        let mut beside = doc.start_simulation(0).unwrap();
        for simulation in [&mut there_and_back, &mut beside] {
            simulation.run(3);
        }
        there_and_back.restart("noise");
        there_and_back.run(5);
        (0..6).for_each(|_| assert!(there_and_back.step_back()));
        for simulation in [&mut there_and_back, &mut beside] {
            simulation.run(4);
        }
        assert!(there_and_back.live_state() == beside.live_state());
    }
}
