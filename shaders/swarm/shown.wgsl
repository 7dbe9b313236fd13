// What the window draws: x, y, heading, species in the particles' own order; denoised when asked (Tweedie:
// x + σ² s_x, θ + κ²σ² s_θ). And what it colours them by.

@group(0) @binding(5) var<storage, read> state: array<vec4<f32>>;
@group(0) @binding(8) var<storage, read_write> picture: array<vec4<f32>>;
@group(0) @binding(15) var<storage, read> order: array<u32>;
@group(0) @binding(18) var<storage, read> score: array<vec4<f32>>;
@group(0) @binding(19) var<storage, read> flow: array<vec4<f32>>;
// Energy and speed of the flow.
@group(0) @binding(22) var<storage, read_write> measure: array<vec2<f32>>;

// Share of the newest in the measures: single ones tremble with the noise.
const NEWEST = 0.2;

@compute @workgroup_size(WORKGROUP)
fn shown(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let slot = item(id, groups);
    if slot >= params.particles {
        return;
    }
    let i = order[slot] & INDEX_MASK;
    let x = state[i];
    let shift = params.denoise * vec3<f32>(1.0, 1.0, params.kappa * params.kappa) * score[slot].xyz;
    picture[i] = moved(x, shift);
    let newest = vec2<f32>(score[slot].w, params.live.strength * length(flow[slot].xy));
    // NaN is bounded by the clamp, and fades with the rest.
    measure[i] = mix(measure[i], clamp(newest, vec2<f32>(-1e6), vec2<f32>(1e6)), NEWEST);
}
