//! A field of tokens in WGSL on a borrowed device: eleven passes a step, nothing is read back unless asked for.

use bytemuck::{Pod, Zeroable};

use super::engine::{interleaved, planar, stroked};
use super::gpu_skew::{GpuTurn, TurnBuffers};
use super::live::TokenStep;
use super::net::{LayerPlan, NoiseScaling, TokenNet};
use super::noise::add_normals;
use super::{SkewFlow, TokenEnsemble, TokenLive, TokenRule};
use crate::gpu::{
    BorrowedGpu, Dispatch, FINITE, GpuError, KeptBuffers, KernelModule, RANDOM, checked, read, shader_text, storage,
    uniform,
};
use crate::worlds::field::FieldError;
use crate::worlds::field::engine::{FieldCounters, FieldStroke};
use crate::worlds::field::stills::Still;

/// Maximum number of steps in one submission, so that a slow device is not held for long.
const STEPS_PER_SUBMISSION: u32 = 8;
/// Outputs that one invocation of a layer computes.
const GROUP: usize = 8;

const PLACEMENT: &str = include_str!("../../../../shaders/field/placement.wgsl");
const LAYER: &str = include_str!("../../../../shaders/field/tokens.wgsl");
const ADVANCE: &str = include_str!("../../../../shaders/field/advance.wgsl");
const TICK: &str = include_str!("../../../../shaders/field/tick.wgsl");

/// What the layers read beside weights and images, as `Field` in the shader.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
struct FieldUniform {
    size: [u32; 2],
    seed: [u32; 2],
    scaling: [f32; 4],
    range: [f32; 4],
    skew: [f32; 4],
    motion: [f32; TokenStep::WORDS],
}

impl FieldUniform {
    fn new(rule: &TokenRule, live: &TokenLive, skew: &SkewFlow, size: [usize; 2], seed: u64) -> Self {
        let scaling = NoiseScaling::new(live.sigma as f32);
        let [low, high] = rule.range;
        Self {
            size: size.map(|side| side as u32),
            seed: [seed as u32, (seed >> 32) as u32],
            scaling: [scaling.skip, scaling.out, scaling.input, scaling.level],
            range: [low, high, 0.0, 0.0],
            skew: [(live.live_step * skew.strength) as f32, skew.radius as f32, 0.0, 0.0],
            motion: TokenStep::new(live, rule.motion_units()).words(),
        }
    }
}

/// Where a layer reads from and how it ends, as numbered in the shader.
#[derive(Clone, Copy, Debug, PartialEq)]
enum LayerSource {
    Plain,
    FoldedImage,
    Folded,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum LayerEnding {
    Linear,
    Silu,
    Residual,
}

/// LayerSource and ending of each layer, in order: input, first, down, three in the middle, up, last, heads.
const ROLES: [(LayerSource, LayerEnding); 9] = [
    (LayerSource::FoldedImage, LayerEnding::Silu),
    (LayerSource::Plain, LayerEnding::Residual),
    (LayerSource::Folded, LayerEnding::Silu),
    (LayerSource::Plain, LayerEnding::Residual),
    (LayerSource::Plain, LayerEnding::Residual),
    (LayerSource::Plain, LayerEnding::Residual),
    (LayerSource::Plain, LayerEnding::Linear),
    (LayerSource::Plain, LayerEnding::Residual),
    (LayerSource::Plain, LayerEnding::Linear),
];

/// How weights and activations are stored; sums, images and noise are f32 in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenPrecision {
    Single,
    /// f16, where the device has it.
    Half,
}

impl TokenPrecision {
    /// What a device runs of what the knobs ask for.
    fn of(device: &wgpu::Device, live: &TokenLive) -> Self {
        let has_half = device.features().contains(wgpu::Features::SHADER_F16);
        if live.half_precision && has_half { Self::Half } else { Self::Single }
    }

    fn name(self) -> &'static str {
        if self == Self::Half { "f16" } else { "f32" }
    }

    fn bytes(self) -> u64 {
        if self == Self::Half { 2 } else { 4 }
    }

    /// The types of a shader; the extension comes before everything else.
    fn header(self, source: LayerSource) -> String {
        let enable = if self == Self::Half { "enable f16;\n" } else { "" };
        let name = self.name();
        let input = if source == LayerSource::FoldedImage { "f32" } else { name };
        format!("{enable}alias Weight = {name};\nalias Input = {input};\nalias Output = {name};\n")
    }

    /// Weights as they are stored, in whole words.
    fn packed(self, weights: &[f32]) -> Vec<u8> {
        match self {
            Self::Single => bytemuck::cast_slice(weights).to_vec(),
            Self::Half => {
                let mut bytes: Vec<u8> = weights.iter().flat_map(|w| half::f16::from_f32(*w).to_le_bytes()).collect();
                bytes.resize(bytes.len().next_multiple_of(4), 0);
                bytes
            }
        }
    }
}

/// Text of a shader that reads the image of a layer.
fn layer_text(
    precision: TokenPrecision,
    plan: &LayerPlan,
    (source, ending): (LayerSource, LayerEnding),
    parts: &[&str],
) -> String {
    let none = u32::MAX as usize;
    let constants = [
        ("TAPS", plan.taps),
        ("INPUTS", plan.inputs),
        ("OUTPUTS", plan.outputs),
        ("WEIGHTS", plan.weights),
        ("BIASES", plan.biases),
        ("RESPONSES", plan.responses.unwrap_or(none)),
        ("NO_RESPONSES", none),
        ("SCALE", if plan.at_quarter { 4 } else { 2 }),
        ("SOURCE", source as usize),
        ("ENDING", ending as usize),
    ];
    let parts = [&[TokenStep::WGSL], parts].concat();
    precision.header(source) + &shader_text(&constants.map(|(name, value)| (name, value as u32)), &parts)
}

/// Text of a pass beside the layers, which needs the bindings of a layer.
pub(super) fn beside_text(precision: TokenPrecision, before: &[&str], after: &[&str]) -> String {
    layer_text(precision, &TokenNet::plan()[8], ROLES[8], &[before, &[LAYER, PLACEMENT], after].concat())
}

fn advance_text(precision: TokenPrecision) -> String {
    beside_text(precision, &[RANDOM, FINITE], &[ADVANCE])
}

/// A field of tokens that lives on the GPU.
pub struct GpuTokens {
    device: wgpu::Device,
    queue: wgpu::Queue,
    rule: TokenRule,
    ensemble: TokenEnsemble,
    live: TokenLive,
    size: [usize; 2],
    seed: u64,
    steps: u64,
    uniform: wgpu::Buffer,
    weights: wgpu::Buffer,
    image: wgpu::Buffer,
    denoised: wgpu::Buffer,
    counters: wgpu::Buffer,
    clock: wgpu::Buffer,
    bytes: u64,
    precision: TokenPrecision,
    passes: Vec<Dispatch>,
    turn: GpuTurn,
    tick: Dispatch,
}

impl GpuTokens {
    /// Starts from a clean image of three channels, sides multiples of 16, as `TokenEngine` does. Half precision is taken
    /// where the knobs ask for it and the device has it, for as long as the engine lives.
    ///
    /// # Errors
    /// The device refuses a shader or has not enough memory.
    pub fn new(
        (device, queue): BorrowedGpu<'_>,
        rule: &TokenRule,
        ensemble: &TokenEnsemble,
        live: &TokenLive,
        start: &Still,
        seed: u64,
    ) -> Result<Self, FieldError> {
        let size = [start.width, start.height];
        let precision = TokenPrecision::of(device, live);
        let memory = TokenMemory::new(device, size, precision)?;
        let TokenMemory { uniform, weights, image, denoised, counters, clock, bytes, passes, turn, tick } = memory;
        let (device, queue) = (device.clone(), queue.clone());
        let (rule, ensemble, live) = (rule.clone(), ensemble.clone(), *live);
        let mut engine = Self {
            device,
            queue,
            rule,
            ensemble,
            live,
            size,
            seed,
            steps: 0,
            uniform,
            weights,
            image,
            denoised,
            counters,
            clock,
            bytes,
            precision,
            passes,
            turn,
            tick,
        };
        engine.set_rule(&engine.rule.clone());
        engine.set_image(start);
        Ok(engine)
    }

    /// Encodes and submits `steps` steps; does not wait.
    pub fn run(&mut self, steps: u32) {
        let mut left = steps;
        while left > 0 {
            let now = left.min(STEPS_PER_SUBMISSION);
            let mut encoder =
                self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("token steps") });
            {
                let mut compute = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
                for _ in 0..now {
                    self.passes.iter().for_each(|pass| pass.encode(&mut compute, 0));
                    self.turn.encode(&mut compute);
                    self.tick.encode(&mut compute, 0);
                }
            }
            self.queue.submit([encoder.finish()]);
            self.steps += u64::from(now);
            left -= now;
        }
    }

    /// Goes on under other settings.
    pub fn set_live(&mut self, live: &TokenLive) {
        self.live = *live;
        let uniform = FieldUniform::new(&self.rule, live, self.turn.flow(), self.size, self.seed);
        self.queue.write_buffer(&self.uniform, 0, bytemuck::bytes_of(&uniform));
    }

    /// Goes on with another flow K ∗ s; a new field has none.
    pub fn set_skew(&mut self, skew: &SkewFlow) {
        self.turn.set(&self.queue, skew);
        self.set_live(&self.live.clone());
    }

    /// Goes on under another rule.
    pub fn set_rule(&mut self, rule: &TokenRule) {
        self.rule = rule.clone();
        self.queue.write_buffer(&self.weights, 0, &self.precision.packed(&rule.net.weights));
        self.set_live(&self.live.clone());
    }

    /// Replaces the state by a clean image of the same size plus noise.
    pub fn set_image(&mut self, clean: &Still) {
        let mut image = interleaved(clean);
        self.queue.write_buffer(&self.denoised, 0, bytemuck::cast_slice(&image));
        add_normals(self.seed ^ 1, u32::MAX - self.steps as u32, self.live.sigma as f32, &mut image);
        self.queue.write_buffer(&self.image, 0, bytemuck::cast_slice(&image));
    }

    /// Copies the state within the GPU, into the memory of `spare` where it fits; with the steps that were done.
    ///
    /// # Errors
    /// Not enough memory.
    pub(crate) fn keep(&self, spare: Option<KeptBuffers>) -> Result<(KeptBuffers, u64), FieldError> {
        let gpu = (&self.device, &self.queue);
        Ok((KeptBuffers::of(gpu, &[&self.image, &self.denoised, &self.clock], spare)?, self.steps))
    }

    /// Back to a state that was kept after `steps` steps; false of another size.
    pub(crate) fn put_back(&mut self, kept: &KeptBuffers, steps: u64) -> bool {
        let fits = kept.put_back((&self.device, &self.queue), &[&self.image, &self.denoised, &self.clock]);
        if fits {
            self.steps = steps;
        }
        fits
    }

    /// The denoised image as three f32 a pixel, row by row.
    pub fn buffer(&self) -> &wgpu::Buffer {
        &self.denoised
    }

    /// The noisy image itself, as [`Self::buffer`].
    pub fn noisy_buffer(&self) -> &wgpu::Buffer {
        &self.image
    }

    /// Reads the denoised image; waits for the GPU.
    ///
    /// # Errors
    /// The GPU was lost.
    pub fn image(&self) -> Result<Still, FieldError> {
        Ok(planar(&read::<f32>(&self.device, &self.queue, &self.denoised)?, self.size))
    }

    /// Reads the noisy image itself; waits for the GPU.
    ///
    /// # Errors
    /// The GPU was lost.
    pub fn noisy(&self) -> Result<Still, FieldError> {
        Ok(planar(&read::<f32>(&self.device, &self.queue, &self.image)?, self.size))
    }

    /// The tokens that are stamped from now on.
    pub fn set_ensemble(&mut self, ensemble: &TokenEnsemble) {
        self.ensemble = ensemble.clone();
    }

    /// Changes the field by hand, as on the processor; waits for the GPU: for gestures, not for every frame.
    ///
    /// # Errors
    /// The GPU was lost.
    pub fn apply(&mut self, stroke: &FieldStroke) -> Result<(), FieldError> {
        let kind = (self.steps % self.ensemble.templates.len() as u64) as usize;
        let mut image: Vec<f32> = read(&self.device, &self.queue, &self.image)?;
        let before: Vec<f32> = read(&self.device, &self.queue, &self.denoised)?;
        let after = stroked(&before, self.size, stroke, &self.ensemble, kind);
        image.iter_mut().zip(&after).zip(&before).for_each(|((x, new), old)| *x += new - old);
        self.queue.write_buffer(&self.denoised, 0, bytemuck::cast_slice(&after));
        self.queue.write_buffer(&self.image, 0, bytemuck::cast_slice(&image));
        Ok(())
    }

    /// # Errors
    /// The GPU was lost.
    pub fn counters(&self) -> Result<FieldCounters, FieldError> {
        let faults: Vec<u32> = read(&self.device, &self.queue, &self.counters)?;
        let bytes_per_pixel = self.bytes / (self.size[0] * self.size[1]) as u64;
        Ok(FieldCounters { steps: self.steps, non_finite: u64::from(faults[0]), bytes_per_pixel })
    }

    /// Width and height, pixels.
    pub fn size(&self) -> [usize; 2] {
        self.size
    }

    /// Whether weights and activations are f16.
    pub fn is_half_precision(&self) -> bool {
        self.precision == TokenPrecision::Half
    }
}

/// Buffers and passes of one size.
struct TokenMemory {
    uniform: wgpu::Buffer,
    weights: wgpu::Buffer,
    image: wgpu::Buffer,
    denoised: wgpu::Buffer,
    counters: wgpu::Buffer,
    clock: wgpu::Buffer,
    bytes: u64,
    passes: Vec<Dispatch>,
    turn: GpuTurn,
    tick: Dispatch,
}

impl TokenMemory {
    fn new(device: &wgpu::Device, size: [usize; 2], precision: TokenPrecision) -> Result<Self, GpuError> {
        let area = size[0] * size[1];
        let mut bytes = 0;
        let mut numbers = |label, count: usize, each: u64| {
            let whole = (each * count as u64).next_multiple_of(4);
            bytes += whole;
            checked(device, || storage(device, label, whole))
        };
        let each = precision.bytes();
        let (image, denoised) = (numbers("image", 3 * area, 4)?, numbers("denoised", 3 * area, 4)?);
        let mut at_half = |label| numbers(label, 24 * area / 4, each);
        let (first, trunk, joined) = (at_half("half")?, at_half("trunk")?, at_half("joined")?);
        let top = at_half("top")?;
        let heads = numbers("heads", 48 * area / 4, each)?;
        let (even, odd) = (numbers("even depth", 48 * area / 16, each)?, numbers("odd depth", 48 * area / 16, each)?);
        let raised = numbers("raised", 96 * area / 16, each)?;
        let noise = numbers("noise", 3 * area, 4)?;
        let (clock, counters) = (numbers("clock", 1, 4)?, numbers("counters", 1, 4)?);
        let weights = numbers("weights", super::net::WEIGHTS, each)?;
        let uniform = checked(device, || uniform(device, "field", size_of::<FieldUniform>() as u64))?;

        // From and to which buffer each layer goes.
        let ways = [
            (&image, &first),
            (&first, &trunk),
            (&trunk, &even),
            (&even, &odd),
            (&odd, &even),
            (&even, &odd),
            (&odd, &raised),
            (&joined, &top),
            (&top, &heads),
        ];
        let beside = KernelModule::new(device, "beside the layers", advance_text(precision))?;
        let mut passes = Vec::new();
        for ((plan, role), (input, output)) in TokenNet::plan().iter().zip(ROLES).zip(ways) {
            if input == &joined {
                let buffers = [("field", &uniform), ("input", &raised), ("output", &joined), ("trunk", &trunk)];
                passes.push(beside.kernel(device, "join")?.dispatch(device, 24 * area / 4, &buffers)?);
            }
            let layer =
                KernelModule::new(device, "layer", layer_text(precision, plan, role, &[RANDOM, LAYER, PLACEMENT]))?;
            let invocations = area / if plan.at_quarter { 16 } else { 4 } * plan.outputs / GROUP;
            let buffers =
                [("field", &uniform), ("net", &weights), ("input", input), ("output", output), ("clock", &clock)];
            passes.push(layer.kernel(device, "layer")?.dispatch(device, invocations, &buffers)?);
        }
        let buffers = [
            ("field", &uniform),
            ("input", &heads),
            ("clock", &clock),
            ("image", &image),
            ("denoised", &denoised),
            ("counters", &counters),
            ("noise", &noise),
        ];
        passes.push(beside.kernel(device, "advance")?.dispatch(device, area, &buffers)?);
        let tick = KernelModule::new(device, "tick", TICK.to_owned())?.kernel(device, "tick")?;
        let tick = tick.dispatch(device, 1, &[("clock", &clock)])?;
        let bound = TurnBuffers { uniform: &uniform, image: &image, counters: &counters, noise: &noise };
        let turn = GpuTurn::new(device, area, &bound)?;
        bytes += GpuTurn::bytes(area);
        Ok(Self { uniform, weights, image, denoised, counters, clock, bytes, passes, turn, tick })
    }
}

/// All words of the uniform block of a field of tokens.
#[cfg(test)]
pub(in crate::worlds::field) fn token_words(
    rule: &TokenRule,
    live: &TokenLive,
    skew: &SkewFlow,
    size: [usize; 2],
) -> Vec<u32> {
    bytemuck::cast_slice(bytemuck::bytes_of(&FieldUniform::new(rule, live, skew, size, 1))).to_vec()
}

#[cfg(test)]
mod tests;
