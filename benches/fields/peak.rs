//! The peak that GFLOP/s are compared with: a loop of fused multiply-adds that touches no memory, on the processor and on
//! the device, each with as many independent sums as hide the latency of one.

use std::time::Instant;

use unstill::gpu::{BorrowedGpu, GpuDevice};

/// Runs of which the best counts: other programs share the machine.
const RUNS: usize = 5;
const LANES: usize = 8;
const SUMS: usize = 10;
const TURNS: usize = 4_000_000;

/// x ← x a + b in every lane of every sum. `FMA`: as one instruction.
#[inline(always)]
fn turns<const FMA: bool>([a, b]: [f32; 2]) -> f32 {
    let mut sums = [[1.0f32; LANES]; SUMS];
    for _ in 0..TURNS {
        for sum in &mut sums {
            for x in sum {
                *x = if FMA { x.mul_add(a, b) } else { *x * a + b };
            }
        }
    }
    sums.iter().flatten().sum()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn fused(factors: [f32; 2]) -> f32 {
    turns::<true>(factors)
}

#[allow(unsafe_code)]
fn work(factors: [f32; 2]) -> f32 {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        // SAFETY: the processor has just reported avx2 and fma.
        return unsafe { fused(factors) };
    }
    turns::<false>(factors)
}

fn best(mut run: impl FnMut() -> f64) -> f64 {
    (0..RUNS).map(|_| run()).fold(0.0, f64::max)
}

/// GFLOP/s of all threads of the processor.
pub fn of_processor() -> f64 {
    let factors = std::hint::black_box([0.999_999, 1e-6]);
    let flops = (2 * LANES * SUMS * TURNS * rayon::current_num_threads()) as f64;
    best(|| {
        let begun = Instant::now();
        std::hint::black_box(rayon::broadcast(|_| work(factors)));
        flops / begun.elapsed().as_secs_f64() / 1e9
    })
}

const GPU_LOOP: &str = "
@group(0) @binding(0) var<storage, read_write> values: array<vec4<f32>>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let a = vec4<f32>(values[0].x);
    let b = vec4<f32>(values[0].y);
    var s = array<vec4<f32>, 8>();
    for (var k = 0u; k < 512u; k++) {
        s[0] = fma(s[0], a, b);
        s[1] = fma(s[1], a, b);
        s[2] = fma(s[2], a, b);
        s[3] = fma(s[3], a, b);
        s[4] = fma(s[4], a, b);
        s[5] = fma(s[5], a, b);
        s[6] = fma(s[6], a, b);
        s[7] = fma(s[7], a, b);
    }
    values[id.x + 1u] = s[0] + s[1] + s[2] + s[3] + s[4] + s[5] + s[6] + s[7];
}
";

/// GFLOP/s of a device.
pub fn of_device(gpu: &GpuDevice) -> f64 {
    // A program on the processor takes far longer over one.
    let groups: u32 = if gpu.is_software() { 64 } else { 16_384 };
    let (device, queue): BorrowedGpu = gpu.borrowed();
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some("peak"),
        source: wgpu::ShaderSource::Wgsl(GPU_LOOP.into()),
    });
    let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: Some("peak"),
        layout: None,
        module: &module,
        entry_point: Some("main"),
        compilation_options: wgpu::PipelineCompilationOptions::default(),
        cache: None,
    });
    let buffer = device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("values"),
        size: 16 * (u64::from(groups) * 64 + 1),
        usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    });
    let factors = [0.999_999f32, 1e-6].map(f32::to_le_bytes).concat();
    queue.write_buffer(&buffer, 0, &factors);
    let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: Some("peak"),
        layout: &pipeline.get_bind_group_layout(0),
        entries: &[wgpu::BindGroupEntry { binding: 0, resource: buffer.as_entire_binding() }],
    });
    let flops = f64::from(groups) * 64.0 * 512.0 * 8.0 * 4.0 * 2.0;
    best(|| {
        let begun = Instant::now();
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&pipeline);
            pass.set_bind_group(0, &group, &[]);
            pass.dispatch_workgroups(groups, 1, 1);
        }
        queue.submit([encoder.finish()]);
        device.poll(wgpu::PollType::wait_indefinitely()).expect("the device");
        flops / begun.elapsed().as_secs_f64() / 1e9
    })
}
