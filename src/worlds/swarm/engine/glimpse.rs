//! A swarm on its way back from the GPU while frames go on: asked for, polled, never waited for.

use crossbeam_channel::{Receiver, TryRecvError, bounded};

use super::buffers::unpack;
use super::{Counters, EngineError};
use crate::worlds::swarm::picture::Swarm;

/// The state of a swarm as it was when it was asked for.
pub struct PendingSwarm {
    device: wgpu::Device,
    staging: wgpu::Buffer,
    box_size: [f64; 2],
    /// Bytes of the swarm, and what was counted beside it.
    swarm_bytes: usize,
    counting: Option<Counters>,
    mapped: Receiver<Result<(), wgpu::BufferAsyncError>>,
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
        box_size: [f64; 2],
        counting: Option<Counting<'_>>,
    ) -> Self {
        let counted = counting.as_ref().map_or(0, |counting| counting.tally.size() + counting.faults.size());
        let staging = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("glimpse"),
            size: state.size() + counted,
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("glimpse") });
        encoder.copy_buffer_to_buffer(state, 0, &staging, 0, state.size());
        if let Some(Counting { tally, faults, .. }) = &counting {
            encoder.copy_buffer_to_buffer(tally, 0, &staging, state.size(), tally.size());
            encoder.copy_buffer_to_buffer(faults, 0, &staging, state.size() + tally.size(), faults.size());
        }
        queue.submit([encoder.finish()]);
        let (sender, mapped) = bounded(1);
        staging.map_async(wgpu::MapMode::Read, .., move |result| {
            // Nobody listens any more when another swarm has taken its place.
            let _ = sender.send(result);
        });
        let swarm_bytes = state.size() as usize;
        let counting = counting.map(|counting| counting.known);
        Self { device: device.clone(), staging, box_size, swarm_bytes, counting, mapped }
    }

    /// The swarm, and what the engine had counted where that was asked for, once the GPU has come to it.
    ///
    /// # Errors
    /// The device was lost.
    pub fn take(&self) -> Option<Result<(Swarm, Option<Counters>), EngineError>> {
        let lost = |what: &dyn std::fmt::Display| Some(Err(EngineError::Readback(what.to_string())));
        if let Err(e) = self.device.poll(wgpu::PollType::Poll) {
            return lost(&e);
        }
        match self.mapped.try_recv() {
            Err(TryRecvError::Empty) => None,
            Err(e) => lost(&e),
            Ok(Err(e)) => lost(&e),
            Ok(Ok(())) => {
                let view = self.staging.get_mapped_range(..);
                let (state, counted) = view.split_at(self.swarm_bytes);
                let packed: Vec<[f32; 4]> = state.chunks_exact(16).map(bytemuck::pod_read_unaligned).collect();
                let counters = self.counting.map(|known| {
                    let (tally, faults) = counted.split_at(counted.len() - 4);
                    let tests = tally.chunks_exact(8).map(bytemuck::pod_read_unaligned::<u64>).sum::<u64>();
                    let non_finite = bytemuck::pod_read_unaligned::<u32>(faults).into();
                    Counters { pair_tests: known.pair_tests + tests, non_finite, ..known }
                });
                Some(Ok((unpack(&packed, self.box_size), counters)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PendingSwarm;
    use crate::worlds::swarm::engine::GpuEngine;
    use crate::worlds::swarm::engine::testing::{gpu, random_swarm, rule};
    use crate::worlds::swarm::rule::LiveSettings;
    use std::time::{Duration, Instant};

    #[test]
    fn a_swarm_is_read_as_it_was_when_asked_for_and_without_waiting() {
        let Some(gpu) = gpu() else { return };
        let (rule, swarm) = (rule(3), random_swarm(120, [13.0, 11.0], 3, 4));
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
