// The learned flow: forward, lateral and turn speed of each particle from its messages, turned into the world frame.

@group(0) @binding(19) var<storage, read_write> flow: array<vec4<f32>>;

fn world_from_body(heading: vec2<f32>, body: vec3<f32>) -> vec4<f32> {
    return vec4<f32>(body.x * heading + body.y * vec2<f32>(-heading.y, heading.x), body.z, 0.0);
}

@compute @workgroup_size(WORKGROUP)
fn flow_learned(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let t = item(id, groups);
    if 4u * t >= params.particles {
        return;
    }
    let slot = four_slots(t);
    let z = rho_second(species_of(slot), messages_of(slot));
    let bias = rho[RHO_OUT_B];
    var forward = vec4<f32>(bias.x);
    var lateral = vec4<f32>(bias.y);
    var turn = vec4<f32>(bias.z);
    var g: vec4<f32>;
    var w: vec4<f32>;
    //@for Q in G2Q
    g = silu(z[4u * {Q}u]);
    w = vec4<f32>(rho[RHO_OUT_W + {Q}u].x, rho[RHO_OUT_W + G2Q + {Q}u].x, rho[RHO_OUT_W + 2u * G2Q + {Q}u].x, 0.0);
    forward += w.x * g;
    lateral += w.y * g;
    turn += w.z * g;
    g = silu(z[4u * {Q}u + 1u]);
    w = vec4<f32>(rho[RHO_OUT_W + {Q}u].y, rho[RHO_OUT_W + G2Q + {Q}u].y, rho[RHO_OUT_W + 2u * G2Q + {Q}u].y, 0.0);
    forward += w.x * g;
    lateral += w.y * g;
    turn += w.z * g;
    g = silu(z[4u * {Q}u + 2u]);
    w = vec4<f32>(rho[RHO_OUT_W + {Q}u].z, rho[RHO_OUT_W + G2Q + {Q}u].z, rho[RHO_OUT_W + 2u * G2Q + {Q}u].z, 0.0);
    forward += w.x * g;
    lateral += w.y * g;
    turn += w.z * g;
    g = silu(z[4u * {Q}u + 3u]);
    w = vec4<f32>(rho[RHO_OUT_W + {Q}u].w, rho[RHO_OUT_W + G2Q + {Q}u].w, rho[RHO_OUT_W + 2u * G2Q + {Q}u].w, 0.0);
    forward += w.x * g;
    lateral += w.y * g;
    turn += w.z * g;
    //@end
    flow[slot.x] = world_from_body(sorted[slot.x].zw, vec3<f32>(forward.x, lateral.x, turn.x));
    flow[slot.y] = world_from_body(sorted[slot.y].zw, vec3<f32>(forward.y, lateral.y, turn.y));
    flow[slot.z] = world_from_body(sorted[slot.z].zw, vec3<f32>(forward.z, lateral.z, turn.z));
    flow[slot.w] = world_from_body(sorted[slot.w].zw, vec3<f32>(forward.w, lateral.w, turn.w));
}
