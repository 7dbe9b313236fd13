// The training-free flow with its windowed coupling; the formula stands in src/worlds/swarm/rule/knobs.rs.

@group(0) @binding(11) var<storage, read> starts: array<u32>;
@group(0) @binding(15) var<storage, read> order: array<u32>;
@group(0) @binding(16) var<storage, read> sorted: array<vec4<f32>>;
@group(0) @binding(18) var<storage, read> score: array<vec4<f32>>;
@group(0) @binding(19) var<storage, read_write> flow: array<vec4<f32>>;

// g = u n⊥ + w n.
fn coupling(n: vec2<f32>, knobs: SpeciesKnobs) -> vec2<f32> {
    return knobs.cruise * vec2<f32>(-n.y, n.x) + knobs.strafe * n;
}

// 1 - (r/ρ)² where that is positive, and 1/ρ². A window of radius 0 is empty.
fn inside_window(distance_squared: f32, radius: f32) -> vec2<f32> {
    let inverse = 1.0 / max(radius * radius, 1e-12);
    return vec2<f32>(max(1.0 - distance_squared * inverse, 0.0), inverse);
}

@compute @workgroup_size(WORKGROUP)
fn flow_exact(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let me = item(id, groups);
    if me >= params.particles {
        return;
    }
    let own = sorted[me];
    let n = own.zw;
    let s = score[me].xyz;
    let knobs = params.knobs[order[me] >> SPECIES_SHIFT];
    let g = coupling(n, knobs);

    // Σ_j q_ij s_θ,j, and v_θ.
    var heading_score = s.z;
    var turn = dot(g, s.xy);
    if params.window > 0.0 {
        let cell = cell_at(own.xy);
        for (var k = 0u; k < RANGES; k++) {
            let cells = cell_range(cell, k);
            let last = starts[cells.y];
            for (var j = starts[cells.x]; j < last; j++) {
                let other = sorted[j];
                let d = shortest(other.xy - own.xy);
                let distance_squared = dot(d, d);
                if distance_squared < params.window * params.window && j != me {
                    let other_knobs = params.knobs[order[j] >> SPECIES_SHIFT];
                    let own_inside = inside_window(distance_squared, knobs.window_l).x;
                    let inside = inside_window(distance_squared, other_knobs.window_l);
                    // q_ji, and ∇_j q_ji = slope (x_j - x_i).
                    let q = inside.x * inside.x;
                    let slope = -4.0 * inside.x * inside.y;
                    let s_other = score[j].xyz;
                    let g_other = coupling(other.zw, other_knobs);
                    heading_score += own_inside * own_inside * s_other.z;
                    turn += dot(g_other, q * s_other.xy + slope * d);
                }
            }
        }
    }
    let v = knobs.cruise * n + knobs.strafe * vec2<f32>(n.y, -n.x) - g * heading_score + knobs.swirl * vec2<f32>(-s.y, s.x);
    flow[me] = vec4<f32>(v, turn, 0.0);
}
