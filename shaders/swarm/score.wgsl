// s_i = -∂E/∂(x_i, θ_i): particle i gathers from both directions of each of its edges, so nothing is shared or atomic.

// a_j = ∂E_j/∂m_j of every particle.
@group(0) @binding(17) var<storage, read> message: array<vec4<f32>>;
@group(0) @binding(18) var<storage, read_write> score: array<vec4<f32>>;

struct EdgeGradient {
    // ∂(w a·φ)/∂features.
    f: Features,
    // a·φ, which the slope of the window multiplies.
    value: vec4<f32>,
}

fn edge_gradient(f: Features, pair: vec4<u32>, owner: vec4<u32>, w_edge: vec4<f32>) -> EdgeGradient {
    var z = phi_second(pair, f);
    var value = vec4<f32>(0.0);
    var a0: vec4<f32>;
    var a1: vec4<f32>;
    var a2: vec4<f32>;
    var a3: vec4<f32>;
    var a: vec4<f32>;
    //@for Q in H2Q
    a0 = message[owner.x * H2Q + {Q}u];
    a1 = message[owner.y * H2Q + {Q}u];
    a2 = message[owner.z * H2Q + {Q}u];
    a3 = message[owner.w * H2Q + {Q}u];
    a = vec4<f32>(a0.x, a1.x, a2.x, a3.x);
    value += a * silu(z[4u * {Q}u]);
    z[4u * {Q}u] = w_edge * a * silu_slope(z[4u * {Q}u]);
    a = vec4<f32>(a0.y, a1.y, a2.y, a3.y);
    value += a * silu(z[4u * {Q}u + 1u]);
    z[4u * {Q}u + 1u] = w_edge * a * silu_slope(z[4u * {Q}u + 1u]);
    a = vec4<f32>(a0.z, a1.z, a2.z, a3.z);
    value += a * silu(z[4u * {Q}u + 2u]);
    z[4u * {Q}u + 2u] = w_edge * a * silu_slope(z[4u * {Q}u + 2u]);
    a = vec4<f32>(a0.w, a1.w, a2.w, a3.w);
    value += a * silu(z[4u * {Q}u + 3u]);
    z[4u * {Q}u + 3u] = w_edge * a * silu_slope(z[4u * {Q}u + 3u]);
    //@end

    var g: Features;
    var w: vec4<f32>;
    for (var k = 0u; k < H1Q; k++) {
        var h = Block(vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(0.0));
        //@for O in H2
        w = phi[PHI_W2 + k * H2 + {O}u];
        h.a += w.x * z[{O}u];
        h.b += w.y * z[{O}u];
        h.c += w.z * z[{O}u];
        h.d += w.w * z[{O}u];
        //@end
        let pre = phi_first(k, pair, f);
        h.a *= silu_slope(pre.a);
        h.b *= silu_slope(pre.b);
        h.c *= silu_slope(pre.c);
        h.d *= silu_slope(pre.d);
        let first = PHI_W1 + k * 7u;
        w = phi[first];
        g.dx += w.x * h.a + w.y * h.b + w.z * h.c + w.w * h.d;
        w = phi[first + 1u];
        g.dy += w.x * h.a + w.y * h.b + w.z * h.c + w.w * h.d;
        w = phi[first + 2u];
        g.r += w.x * h.a + w.y * h.b + w.z * h.c + w.w * h.d;
        w = phi[first + 3u];
        g.c += w.x * h.a + w.y * h.b + w.z * h.c + w.w * h.d;
        w = phi[first + 4u];
        g.s += w.x * h.a + w.y * h.b + w.z * h.c + w.w * h.d;
        w = phi[first + 5u];
        g.ex += w.x * h.a + w.y * h.b + w.z * h.c + w.w * h.d;
        w = phi[first + 6u];
        g.ey += w.x * h.a + w.y * h.b + w.z * h.c + w.w * h.d;
    }
    return EdgeGradient(g, value);
}

@compute @workgroup_size(WORKGROUP)
fn score_of(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let me = item(id, groups);
    if me >= params.particles {
        return;
    }
    let own = sorted[me];
    let n = own.zw;
    let species = order[me] >> SPECIES_SHIFT;
    let scale = 2.0 / params.cutoff;
    let inverse_r2 = 1.0 / (params.cutoff * params.cutoff);
    // ∂E/∂x_i, ∂E/∂y_i, ∂E/∂θ_i.
    var gradient = vec3<f32>(0.0);
    var walk = walk_from(own.xy);
    loop {
        let e = next_edges(&walk, me, own.xy);
        if e.found == 0u {
            break;
        }
        let f = features(e, n);
        let w_edge = window(e);
        // Per unit of offset: slope of the softened distance feature, and of the window.
        let distance_slope = scale * inverseSqrt(e.r2 + SOFTENING * SOFTENING);
        let window_slope = e.live * (-4.0 * inverse_r2) * max(1.0 - e.r2 * inverse_r2, vec4<f32>(0.0));

        // Side 0 is what i sees of j (weighed by a_i), side 1 what j sees of i (weighed by a_j): d and e change places.
        for (var side = 0u; side < 2u; side++) {
            let far = side == 1u;
            var seen = f;
            var pair = species * SPECIES + e.species;
            var owner = vec4<u32>(me);
            if far {
                seen = Features(f.ex, f.ey, f.r, f.c, -f.s, f.dx, f.dy);
                pair = e.species * SPECIES + species;
                owner = e.slot;
            }
            let g = edge_gradient(seen, pair, owner, w_edge);
            // Gradients with respect to d (frame of i) and e (frame of j), whichever side saw them.
            let d_x = select(g.f.dx, g.f.ex, far);
            let d_y = select(g.f.dy, g.f.ey, far);
            let e_x = select(g.f.ex, g.f.dx, far);
            let e_y = select(g.f.ey, g.f.dy, far);
            let sine = select(g.f.s, -g.f.s, far);
            let radial = g.f.r * distance_slope + g.value * window_slope;
            // Offset D = x_j - x_i: d = R(-θ_i) D · 2/R, e = -R(-θ_j) D · 2/R.
            let along_x = scale * (n.x * d_x - n.y * d_y - e.cos_heading * e_x + e.sin_heading * e_y) + radial * e.x;
            let along_y = scale * (n.y * d_x + n.x * d_y - e.sin_heading * e_x - e.cos_heading * e_y) + radial * e.y;
            let turn = d_x * f.dy - d_y * f.dx + g.f.c * f.s - sine * f.c;
            gradient += vec3<f32>(-dot(along_x, vec4<f32>(1.0)), -dot(along_y, vec4<f32>(1.0)), dot(turn, vec4<f32>(1.0)));
        }
        if e.found < 4u {
            break;
        }
    }
    score[me] = vec4<f32>(-gradient, score[me].w);
}
