//! The flow K ∗ s of tokens in WGSL: passes behind the live step, encoded only while the flow has a strength.

use super::gpu::{TokenPrecision, beside_text};
use super::skew::{MAX_SKEW_RADIUS, ORDERS, SkewFlow, SkewKernel};
use crate::gpu::{Dispatch, FINITE, GpuError, KernelModule, RANDOM, checked, storage};

const TURN: &str = include_str!("../../../../shaders/field/turn.wgsl");

/// Text of the pass that adds the term `order` of the series.
pub(super) fn turn_text(order: u32) -> String {
    // The noise is f32 whatever the layers are.
    beside_text(TokenPrecision::Single, &[RANDOM, FINITE], &[&format!("const ORDER: u32 = {order}u;\n"), TURN])
}

/// What the passes bind beside buffers of their own.
pub(super) struct TurnBuffers<'a> {
    pub uniform: &'a wgpu::Buffer,
    pub image: &'a wgpu::Buffer,
    pub counters: &'a wgpu::Buffer,
    /// x - x̂ of the live step, three numbers a pixel.
    pub noise: &'a wgpu::Buffer,
}

/// Kernel and passes of the flow.
pub(super) struct GpuTurn {
    flow: SkewFlow,
    /// Radius and seed of the kernel in `taps`.
    drawn: Option<(usize, u64)>,
    taps: wgpu::Buffer,
    passes: Vec<Dispatch>,
}

impl GpuTurn {
    /// Of a field of `area` pixels.
    pub fn new(device: &wgpu::Device, area: usize, buffers: &TurnBuffers<'_>) -> Result<Self, GpuError> {
        let max_taps = (2 * MAX_SKEW_RADIUS + 1).pow(2) * 9;
        let taps = checked(device, || storage(device, "taps", 4 * max_taps as u64))?;
        let term = checked(device, || storage(device, "term", 12 * area as u64))?;
        let mut passes = Vec::new();
        let ways = [(buffers.noise, &term), (&term, buffers.noise)];
        for (order, (input, output)) in (1..=ORDERS).zip(ways.into_iter().cycle()) {
            let turn = KernelModule::new(device, "turn", turn_text(order))?.kernel(device, "turn")?;
            let bound = [
                ("field", buffers.uniform),
                ("input", input),
                ("output", output),
                ("image", buffers.image),
                ("counters", buffers.counters),
                ("taps", &taps),
            ];
            passes.push(turn.dispatch(device, area, &bound)?);
        }
        Ok(Self { flow: SkewFlow::default(), drawn: None, taps, passes })
    }

    /// Bytes of its buffers on a field of `area` pixels.
    pub fn bytes(area: usize) -> u64 {
        12 * area as u64 + 4 * ((2 * MAX_SKEW_RADIUS + 1).pow(2) * 9) as u64
    }

    pub fn flow(&self) -> &SkewFlow {
        &self.flow
    }

    /// Takes other knobs; the uniform is the caller's.
    pub fn set(&mut self, queue: &wgpu::Queue, flow: &SkewFlow) {
        self.flow = *flow;
        let wanted = Some((flow.radius, flow.seed));
        if flow.strength != 0.0 && self.drawn != wanted {
            let kernel = SkewKernel::random(flow.radius, flow.seed);
            queue.write_buffer(&self.taps, 0, bytemuck::cast_slice(kernel.taps()));
            self.drawn = wanted;
        }
    }

    /// The passes of a step, none without strength.
    pub fn encode(&self, pass: &mut wgpu::ComputePass<'_>) {
        if self.flow.strength != 0.0 {
            self.passes.iter().for_each(|turn| turn.encode(pass, 0));
        }
    }
}
