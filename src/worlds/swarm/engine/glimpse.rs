//! A swarm on its way back from the GPU while frames go on: asked for, polled, never waited for.

use glam::DVec2;

use super::buffers::unpack;
use super::{Counters, EngineError};
use crate::gpu::{Mapping, values};
use crate::worlds::swarm::picture::Swarm;

/// The state of a swarm as it was when it was asked for.
pub struct PendingSwarm {
    mapping: Mapping,
    box_size: DVec2,
    swarm_bytes: usize,
    /// What was counted before, where the counters are read along.
    counting: Option<Counters>,
}

/// What the engine counts beside the swarm, read along with it.
pub(super) struct Counting<'a> {
    /// A number of 64 bits for each particle.
    pub tally: &'a wgpu::Buffer,
    /// One of 32 bits.
    pub faults: &'a wgpu::Buffer,
    /// What is known already: to it the tally is added.
    pub known: Counters,
}

impl PendingSwarm {
    pub(super) fn begin(
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        state: &wgpu::Buffer,
        box_size: DVec2,
        counting: Option<Counting<'_>>,
    ) -> Self {
        let mut buffers = vec![state];
        if let Some(Counting { tally, faults, .. }) = &counting {
            buffers.extend([*tally, *faults]);
        }
        let mapping = Mapping::begin(device, queue, &buffers);
        let counting = counting.map(|counting| counting.known);
        Self { mapping, box_size, swarm_bytes: state.size() as usize, counting }
    }

    /// The swarm, and what the engine had counted where that was asked for, once the GPU has come to it.
    ///
    /// # Errors
    /// The device was lost.
    pub fn take(&self) -> Option<Result<(Swarm, Option<Counters>), EngineError>> {
        let read = self.mapping.poll(|bytes| {
            let (state, counted) = bytes.split_at(self.swarm_bytes);
            let counters = self.counting.map(|known| {
                let (tally, faults) = counted.split_at(counted.len() - 4);
                let tests = values::<u64>(tally).iter().sum::<u64>();
                let non_finite = bytemuck::pod_read_unaligned::<u32>(faults).into();
                Counters { pair_tests: known.pair_tests + tests, non_finite, ..known }
            });
            (unpack(&values(state), self.box_size), counters)
        });
        read.map(|read| Ok(read?))
    }
}

#[cfg(test)]
mod tests {
    use glam::DVec2;

    use super::PendingSwarm;
    use crate::worlds::swarm::engine::GpuEngine;
    use crate::worlds::swarm::engine::testing::{gpu, random_swarm, rule};
    use crate::worlds::swarm::rule::LiveSettings;
    use std::time::{Duration, Instant};

    #[test]
    fn a_swarm_is_read_as_it_was_when_asked_for_and_without_waiting() {
        let Some(gpu) = gpu() else { return };
        let (rule, swarm) = (rule(3), random_swarm(120, DVec2::new(13.0, 11.0), 3, 4));
        let settings = LiveSettings { sigma_l: 0.3, ..LiveSettings::default() };
        let mut engine = GpuEngine::new(&gpu.device, &gpu.queue, &rule, &swarm, &settings, 8).unwrap();
        engine.run(2);
        let (then, then_shown) = (engine.swarm().unwrap(), engine.shown().unwrap());
        let counted_then = engine.counters().unwrap();
        let (pending, pending_shown) = (engine.begin_reading(), engine.begin_reading_shown());
        engine.run(3);
        let begun = Instant::now();
        let wait_for = |pending: &PendingSwarm| loop {
            if let Some(seen) = pending.take() {
                break seen.unwrap();
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "it never comes");
            std::thread::sleep(Duration::from_millis(1));
        };
        let seen = wait_for(&pending);
        assert_eq!(seen, (then, Some(counted_then)));
        assert!(counted_then.pair_tests > 0 && counted_then.non_finite == 0, "{counted_then:?}");
        assert_eq!(wait_for(&pending_shown), (then_shown, None));
        assert_ne!(seen.0, engine.swarm().unwrap(), "it has moved on since");
    }
}
