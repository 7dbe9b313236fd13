//! What can be read back from the GPU engine, on demand.

use super::GpuEngine;
use crate::gpu::read;
use crate::worlds::swarm::engine::buffers::unpack;
use crate::worlds::swarm::engine::glimpse::Counting;
use crate::worlds::swarm::engine::{Counters, EngineError, PendingSwarm};
use crate::worlds::swarm::picture::Swarm;
use crate::worlds::swarm::rule::FlowKind;

impl GpuEngine {
    /// The swarm as it moves, with its noise.
    ///
    /// # Errors
    /// The device was lost.
    pub fn swarm(&self) -> Result<Swarm, EngineError> {
        Ok(unpack(&read(&self.device, &self.queue, &self.particles.state)?, self.grid.box_size))
    }

    /// Begins to read the swarm as it moves, and what has been counted; does not wait.
    pub fn begin_reading(&self) -> PendingSwarm {
        let known = Counters {
            steps: self.step,
            pair_tests: self.earlier_pair_tests,
            non_finite: 0,
            bytes_per_particle: self.bytes().div_ceil(self.len() as u64),
        };
        let counting = Counting { tally: &self.particles.tally, faults: &self.faults, known };
        PendingSwarm::begin(&self.device, &self.queue, &self.particles.state, self.grid.box_size, Some(counting))
    }

    /// Begins to read what is shown, as the last run left it; does not wait.
    pub fn begin_reading_shown(&self) -> PendingSwarm {
        PendingSwarm::begin(&self.device, &self.queue, &self.particles.shown, self.grid.box_size, None)
    }

    /// What to look at: Tweedie's estimate x̂ = x + σ² s_x, θ̂ = θ + (κσ)² s_θ where the settings ask for it.
    ///
    /// # Errors
    /// The device was lost.
    pub fn shown(&mut self) -> Result<Swarm, EngineError> {
        self.run(0);
        Ok(unpack(&read(&self.device, &self.queue, &self.particles.shown)?, self.grid.box_size))
    }

    /// s = -∇E, (1/ℓ, 1/ℓ, 1/rad), world frame.
    ///
    /// # Errors
    /// The device was lost.
    pub fn scores(&mut self) -> Result<Vec<[f64; 3]>, EngineError> {
        let scores = self.in_own_order(|engine| &engine.particles.score)?;
        Ok(scores.iter().map(|s| [s[0], s[1], s[2]].map(f64::from)).collect())
    }

    /// ρ_i / σ of every particle: its share of the energy.
    ///
    /// # Errors
    /// The device was lost.
    pub fn particle_energies(&mut self) -> Result<Vec<f64>, EngineError> {
        let scores = self.in_own_order(|engine| &engine.particles.score)?;
        Ok(scores.iter().map(|s| f64::from(s[3])).collect())
    }

    /// What [`Self::measure_buffer`] holds.
    ///
    /// # Errors
    /// The device was lost.
    pub fn measures(&self) -> Result<Vec<[f32; 2]>, EngineError> {
        Ok(read(&self.device, &self.queue, &self.particles.measure)?)
    }

    /// V at γ = 1, (ℓ, ℓ, rad) per time, world frame.
    ///
    /// # Errors
    /// The device was lost.
    pub fn flows(&mut self) -> Result<Vec<[f64; 3]>, EngineError> {
        if self.settings.flow == FlowKind::None {
            return Ok(vec![[0.0; 3]; self.len()]);
        }
        let flows = self.in_own_order(|engine| &engine.particles.flow)?;
        Ok(flows.iter().map(|v| [v[0], v[1], v[2]].map(f64::from)).collect())
    }

    /// A buffer in the order of the grid's slots, read back in the particles' own order and up to date.
    fn in_own_order(&mut self, buffer: impl Fn(&Self) -> &wgpu::Buffer) -> Result<Vec<[f32; 4]>, EngineError> {
        if !self.fresh {
            self.write_params();
            let mut encoder =
                self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("evaluation") });
            {
                let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
                self.plan.evaluate_state.iter().for_each(|call| call.encode(&mut pass, 0));
            }
            self.queue.submit([encoder.finish()]);
            self.fresh = true;
        }
        let order: Vec<u32> = read(&self.device, &self.queue, &self.particles.order)?;
        let by_slot: Vec<[f32; 4]> = read(&self.device, &self.queue, buffer(self))?;
        let mut out = vec![[0.0; 4]; by_slot.len()];
        for (word, values) in order.iter().zip(by_slot) {
            // The upper bits are the species.
            out[(word & 0x1fff_ffff) as usize] = values;
        }
        Ok(out)
    }
}
