// Heun step of dX = (γ V + η D s) dt + √(2 η D) dW, D = diag(1, 1, κ²): predictor and corrector share their noise.

struct Clock {
    // Steps since the first of this submission.
    step: u32,
    padding_a: u32,
    padding_b: u32,
    padding_c: u32,
}

@group(0) @binding(1) var<uniform> clock: Clock;
@group(0) @binding(5) var<storage, read_write> state: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> predicted: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read_write> drift: array<vec4<f32>>;
@group(0) @binding(15) var<storage, read> order: array<u32>;
@group(0) @binding(16) var<storage, read> sorted: array<vec4<f32>>;
@group(0) @binding(18) var<storage, read> score: array<vec4<f32>>;
@group(0) @binding(19) var<storage, read> flow: array<vec4<f32>>;
// Steps refused because the result was not a finite number.
@group(0) @binding(21) var<storage, read_write> faults: array<atomic<u32>>;

fn diffusivity() -> vec3<f32> {
    return vec3<f32>(1.0, 1.0, params.kappa * params.kappa);
}

// The stir d/r (1 - d²/r²)² is at most 1 over this.
const STIR_SCALE = 3.493856;

// γ V + η D s, and what the mouse adds.
fn velocity(slot: u32) -> vec3<f32> {
    var v = params.live.strength * flow[slot].xyz + params.live.relaxation * diffusivity() * score[slot].xyz;
    if params.force_radius > 0.0 {
        let d = shortest(sorted[slot].xy - params.force_centre);
        let r2 = dot(d, d);
        let inside = max(1.0 - r2 / (params.force_radius * params.force_radius), 0.0);
        let push = params.force_strength * inside * inside * d * inverseSqrt(max(r2, 1e-12));
        let stir = params.force_stir * STIR_SCALE * inside * inside * vec2<f32>(-d.y, d.x) / params.force_radius;
        v += vec3<f32>(push + stir, 0.0);
    }
    return v;
}

fn noise(i: u32) -> vec3<f32> {
    let normals = counter_normals(vec4<u32>(params.seed, params.first_step + clock.step, i));
    return params.noise * vec3<f32>(1.0, 1.0, params.kappa) * normals;
}

fn is_sound(v: vec3<f32>) -> bool {
    return is_finite(v.x) && is_finite(v.y) && is_finite(v.z);
}

@compute @workgroup_size(WORKGROUP)
fn predict(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let slot = item(id, groups);
    if slot >= params.particles {
        return;
    }
    let i = order[slot] & INDEX_MASK;
    let v = velocity(slot);
    let x = state[i];
    let next = moved(x, v * params.dt + noise(i));
    drift[i] = vec4<f32>(v, 0.0);
    predicted[i] = select(x, next, is_sound(next.xyz));
}

@compute @workgroup_size(WORKGROUP)
fn correct(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let slot = item(id, groups);
    if slot >= params.particles {
        return;
    }
    let i = order[slot] & INDEX_MASK;
    let v = 0.5 * (drift[i].xyz + velocity(slot));
    let next = moved(state[i], v * params.dt + noise(i));
    if is_sound(next.xyz) {
        state[i] = next;
    } else {
        atomicAdd(&faults[0], 1u);
    }
}
