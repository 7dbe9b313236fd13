// Heun steps with shared noise, as rule/live.rs and engine/cpu.rs. Walkers do not meet, so one invocation takes its walker
// through all steps of a dispatch.

// As engine/force.rs.
fn brush(x: vec3<f32>) -> vec3<f32> {
    let radius = params.centre.w;
    if (radius <= 0.0) {
        return vec3<f32>(0.0);
    }
    var axis = params.axis.xyz;
    var d = x - params.centre.xyz;
    d -= dot(d, axis) * axis;
    let distance_sq = dot(d, d);
    let q = 1.0 - distance_sq / (radius * radius);
    if (q <= 0.0) {
        return vec3<f32>(0.0);
    }
    if (all(axis == vec3<f32>(0.0))) {
        axis = vec3<f32>(0.0, 0.0, 1.0);
    }
    return q * q / (sqrt(distance_sq) + 0.1 * radius) * (params.axis.w * d + params.stir * cross(axis, d));
}

struct Drift {
    drift: vec3<f32>,
    speed: f32,
}

fn drift_at(x: vec3<f32>) -> Drift {
    let at = field(x);
    var force = brush(x);
    if (params.dim == 2u) {
        force.z = 0.0;
    }
    return Drift(params.walk.gamma * at.velocity + params.walk.eta * at.score + force, length(at.velocity));
}

@compute @workgroup_size(64)
fn walk(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let walker = id.x + id.y * groups.x * 64u;
    if (walker >= params.walkers) {
        return;
    }
    var state = walkers[walker];
    for (var k = 0u; k < params.steps; k++) {
        var noise = vec3<f32>(0.0);
        if (params.walk.noise > 0.0) {
            noise = params.walk.noise * counter_normals(vec4<u32>(walker, params.first_step + k, params.seed));
            if (params.dim == 2u) {
                noise.z = 0.0;
            }
        }
        let first = drift_at(state.xyz);
        let second = drift_at(state.xyz + params.walk.dt * first.drift + noise);
        let next = state.xyz + 0.5 * params.walk.dt * (first.drift + second.drift) + noise;
        // A place that is not finite, or absurdly far, is not taken.
        if (all(abs(next) < vec3<f32>(1e6))) {
            state = vec4<f32>(next, first.speed);
        }
    }
    walkers[walker] = state;
}
