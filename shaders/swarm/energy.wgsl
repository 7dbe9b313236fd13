// E_i = ρ(m_i, c_i, τ) / σ, and a_i = ∂E_i/∂m_i in place of m_i.

// x, y, θ: the score, still to come; w: E_i.
@group(0) @binding(18) var<storage, read_write> score: array<vec4<f32>>;

@compute @workgroup_size(WORKGROUP)
fn energy(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let t = item(id, groups);
    if 4u * t >= params.particles {
        return;
    }
    let slot = four_slots(t);
    let species = species_of(slot);
    let m = messages_of(slot);
    var z = rho_second(species, m);

    var e = vec4<f32>(rho[RHO_OUT_B].x);
    var w: vec4<f32>;
    //@for Q in G2Q
    w = rho[RHO_OUT_W + {Q}u];
    e += w.x * silu(z[4u * {Q}u]) + w.y * silu(z[4u * {Q}u + 1u]) + w.z * silu(z[4u * {Q}u + 2u]) + w.w * silu(z[4u * {Q}u + 3u]);
    w *= params.inverse_sigma;
    z[4u * {Q}u] = w.x * silu_slope(z[4u * {Q}u]);
    z[4u * {Q}u + 1u] = w.y * silu_slope(z[4u * {Q}u + 1u]);
    z[4u * {Q}u + 2u] = w.z * silu_slope(z[4u * {Q}u + 2u]);
    z[4u * {Q}u + 3u] = w.w * silu_slope(z[4u * {Q}u + 3u]);
    //@end
    e *= params.inverse_sigma;

    var a: array<vec4<f32>, H2>;
    for (var k = 0u; k < G1Q; k++) {
        var g = Block(vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(0.0));
        //@for O in G2
        w = rho[RHO_W2 + k * G2 + {O}u];
        g.a += w.x * z[{O}u];
        g.b += w.y * z[{O}u];
        g.c += w.z * z[{O}u];
        g.d += w.w * z[{O}u];
        //@end
        let pre = rho_first(k, species, m);
        g.a *= silu_slope(pre.a);
        g.b *= silu_slope(pre.b);
        g.c *= silu_slope(pre.c);
        g.d *= silu_slope(pre.d);
        //@for M in H2
        w = rho[RHO_W1 + k * H2 + {M}u];
        a[{M}u] += w.x * g.a + w.y * g.b + w.z * g.c + w.w * g.d;
        //@end
    }

    // Slots past the end repeat the last particle and write the same numbers again.
    score[slot.x].w = e.x;
    score[slot.y].w = e.y;
    score[slot.z].w = e.z;
    score[slot.w].w = e.w;
    //@for Q in H2Q
    message[slot.x * H2Q + {Q}u] = vec4<f32>(a[4u * {Q}u].x, a[4u * {Q}u + 1u].x, a[4u * {Q}u + 2u].x, a[4u * {Q}u + 3u].x);
    message[slot.y * H2Q + {Q}u] = vec4<f32>(a[4u * {Q}u].y, a[4u * {Q}u + 1u].y, a[4u * {Q}u + 2u].y, a[4u * {Q}u + 3u].y);
    message[slot.z * H2Q + {Q}u] = vec4<f32>(a[4u * {Q}u].z, a[4u * {Q}u + 1u].z, a[4u * {Q}u + 2u].z, a[4u * {Q}u + 3u].z);
    message[slot.w * H2Q + {Q}u] = vec4<f32>(a[4u * {Q}u].w, a[4u * {Q}u + 1u].w, a[4u * {Q}u + 2u].w, a[4u * {Q}u + 3u].w);
    //@end
}
