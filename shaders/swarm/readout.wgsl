// ρ on four particles at a time: the layers shared by the energy and the learned flow.

@group(0) @binding(3) var<WEIGHTS> rho: array<vec4<f32>, RHO_LENGTH>;
@group(0) @binding(15) var<storage, read> order: array<u32>;
@group(0) @binding(16) var<storage, read> sorted: array<vec4<f32>>;
@group(0) @binding(17) var<storage, read_write> message: array<vec4<f32>>;

// Four neighbouring slots; those past the end repeat the last particle.
fn four_slots(t: u32) -> vec4<u32> {
    return min(vec4<u32>(4u * t) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(params.particles - 1u));
}

fn species_of(slot: vec4<u32>) -> vec4<u32> {
    return vec4<u32>(order[slot.x], order[slot.y], order[slot.z], order[slot.w]) >> vec4<u32>(SPECIES_SHIFT);
}

fn messages_of(slot: vec4<u32>) -> array<vec4<f32>, H2> {
    var m: array<vec4<f32>, H2>;
    var p0: vec4<f32>;
    var p1: vec4<f32>;
    var p2: vec4<f32>;
    var p3: vec4<f32>;
    //@for Q in H2Q
    p0 = message[slot.x * H2Q + {Q}u];
    p1 = message[slot.y * H2Q + {Q}u];
    p2 = message[slot.z * H2Q + {Q}u];
    p3 = message[slot.w * H2Q + {Q}u];
    m[4u * {Q}u] = vec4<f32>(p0.x, p1.x, p2.x, p3.x);
    m[4u * {Q}u + 1u] = vec4<f32>(p0.y, p1.y, p2.y, p3.y);
    m[4u * {Q}u + 2u] = vec4<f32>(p0.z, p1.z, p2.z, p3.z);
    m[4u * {Q}u + 3u] = vec4<f32>(p0.w, p1.w, p2.w, p3.w);
    //@end
    return m;
}

// Block k of ρ's first layer before SiLU. The noise feature is folded into the biases.
fn rho_first(k: u32, species: vec4<u32>, m: array<vec4<f32>, H2>) -> Block {
    var p = vec4<u32>(RHO_B1 + k);
    if SPECIES > 1u {
        p += species * G1Q;
    }
    var z = transposed(rho[p.x], rho[p.y], rho[p.z], rho[p.w]);
    let at = RHO_W1 + k * H2;
    var w: vec4<f32>;
    //@for M in H2
    w = rho[at + {M}u];
    z.a += w.x * m[{M}u];
    z.b += w.y * m[{M}u];
    z.c += w.z * m[{M}u];
    z.d += w.w * m[{M}u];
    //@end
    return z;
}

// ρ's second layer before SiLU.
fn rho_second(species: vec4<u32>, m: array<vec4<f32>, H2>) -> array<vec4<f32>, G2> {
    var z: array<vec4<f32>, G2>;
    var b: vec4<f32>;
    //@for Q in G2Q
    b = rho[RHO_B2 + {Q}u];
    z[4u * {Q}u] = vec4<f32>(b.x);
    z[4u * {Q}u + 1u] = vec4<f32>(b.y);
    z[4u * {Q}u + 2u] = vec4<f32>(b.z);
    z[4u * {Q}u + 3u] = vec4<f32>(b.w);
    //@end
    var w: vec4<f32>;
    for (var k = 0u; k < G1Q; k++) {
        let g = activated(rho_first(k, species, m));
        //@for O in G2
        w = rho[RHO_W2 + k * G2 + {O}u];
        z[{O}u] += w.x * g.a + w.y * g.b + w.z * g.c + w.w * g.d;
        //@end
    }
    return z;
}
