// φ on four edges at a time: each vec4 holds one number of four edges, so that a weight loaded once serves four. Lines
// between `//@for` and `//@end` are repeated: the accumulators then have constant indices and stay in registers.

@group(0) @binding(2) var<WEIGHTS> phi: array<vec4<f32>, PHI_LENGTH>;
@group(0) @binding(15) var<storage, read> order: array<u32>;
@group(0) @binding(16) var<storage, read> sorted: array<vec4<f32>>;
@group(0) @binding(11) var<storage, read> starts: array<u32>;

// Inputs of φ (or the gradient with respect to them): d · 2/R, softened distance, cos Δ, sin Δ, e · 2/R.
struct Features {
    dx: vec4<f32>,
    dy: vec4<f32>,
    r: vec4<f32>,
    c: vec4<f32>,
    s: vec4<f32>,
    ex: vec4<f32>,
    ey: vec4<f32>,
}

// Inputs of block k of φ's first layer before SiLU. The noise feature is folded into the biases.
fn phi_first(k: u32, pair: vec4<u32>, f: Features) -> Block {
    var p = vec4<u32>(PHI_B1 + k);
    if SPECIES > 1u {
        p += pair * H1Q;
    }
    let b = transposed(phi[p.x], phi[p.y], phi[p.z], phi[p.w]);
    let w = PHI_W1 + k * 7u;
    let w0 = phi[w];
    let w1 = phi[w + 1u];
    let w2 = phi[w + 2u];
    let w3 = phi[w + 3u];
    let w4 = phi[w + 4u];
    let w5 = phi[w + 5u];
    let w6 = phi[w + 6u];
    return Block(
        b.a + w0.x * f.dx + w1.x * f.dy + w2.x * f.r + w3.x * f.c + w4.x * f.s + w5.x * f.ex + w6.x * f.ey,
        b.b + w0.y * f.dx + w1.y * f.dy + w2.y * f.r + w3.y * f.c + w4.y * f.s + w5.y * f.ex + w6.y * f.ey,
        b.c + w0.z * f.dx + w1.z * f.dy + w2.z * f.r + w3.z * f.c + w4.z * f.s + w5.z * f.ex + w6.z * f.ey,
        b.d + w0.w * f.dx + w1.w * f.dy + w2.w * f.r + w3.w * f.c + w4.w * f.s + w5.w * f.ex + w6.w * f.ey,
    );
}

// φ's second layer before SiLU: one vec4 of four edges per unit.
fn phi_second(pair: vec4<u32>, f: Features) -> array<vec4<f32>, H2> {
    var z: array<vec4<f32>, H2>;
    var b: vec4<f32>;
    //@for Q in H2Q
    b = phi[PHI_B2 + {Q}u];
    z[4u * {Q}u] = vec4<f32>(b.x);
    z[4u * {Q}u + 1u] = vec4<f32>(b.y);
    z[4u * {Q}u + 2u] = vec4<f32>(b.z);
    z[4u * {Q}u + 3u] = vec4<f32>(b.w);
    //@end
    var w: vec4<f32>;
    for (var k = 0u; k < H1Q; k++) {
        let h = activated(phi_first(k, pair, f));
        //@for O in H2
        w = phi[PHI_W2 + k * H2 + {O}u];
        z[{O}u] += w.x * h.a + w.y * h.b + w.z * h.c + w.w * h.d;
        //@end
    }
    return z;
}

// Up to four neighbours of one particle.
struct Edges {
    // Sorted slots; the particle's own slot where there is none.
    slot: vec4<u32>,
    // 1 for a neighbour, 0 for a free place.
    live: vec4<f32>,
    // Shortest vector to the neighbour, ℓ.
    x: vec4<f32>,
    y: vec4<f32>,
    r2: vec4<f32>,
    species: vec4<u32>,
    cos_heading: vec4<f32>,
    sin_heading: vec4<f32>,
    found: u32,
}

// A walk over the candidates of one particle's cell: the slots of the present range, and the ranges still to come.
struct Walk {
    now: vec2<u32>,
    a: vec2<u32>,
    b: vec2<u32>,
    c: vec2<u32>,
    d: vec2<u32>,
    e: vec2<u32>,
    // Ranges to come.
    left: u32,
}

fn slots(cells: vec2<u32>) -> vec2<u32> {
    return vec2<u32>(starts[cells.x], starts[cells.y]);
}

fn walk_from(x: vec2<f32>) -> Walk {
    let cell = cell_at(x);
    // Second halves of rows come last: there are none unless a row crosses the edge of the box.
    let across = params.cells.x > 3u && (cell.x == 0u || cell.x == params.cells.x - 1u);
    return Walk(
        slots(cell_range(cell, 0u)),
        slots(cell_range(cell, 2u)),
        slots(cell_range(cell, 4u)),
        slots(cell_range(cell, 1u)),
        slots(cell_range(cell, 3u)),
        slots(cell_range(cell, 5u)),
        select(2u, 5u, across),
    );
}

fn next_edges(walk: ptr<function, Walk>, me: u32, at: vec2<f32>) -> Edges {
    var e: Edges;
    e.slot = vec4<u32>(me);
    let reach2 = params.cutoff * params.cutoff;
    loop {
        if e.found == 4u {
            break;
        }
        if (*walk).now.x == (*walk).now.y {
            if (*walk).left == 0u {
                break;
            }
            (*walk).left -= 1u;
            (*walk).now = (*walk).a;
            (*walk).a = (*walk).b;
            (*walk).b = (*walk).c;
            (*walk).c = (*walk).d;
            (*walk).d = (*walk).e;
            continue;
        }
        let j = (*walk).now.x;
        (*walk).now.x += 1u;
        let d = shortest(sorted[j].xy - at);
        let r2 = dot(d, d);
        if r2 < reach2 && j != me {
            e.slot = select(e.slot, vec4<u32>(j), vec4<u32>(0u, 1u, 2u, 3u) == vec4<u32>(e.found));
            e.found += 1u;
        }
    }
    e.live = select(vec4<f32>(0.0), vec4<f32>(1.0), vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(e.found));
    let n0 = sorted[e.slot.x];
    let n1 = sorted[e.slot.y];
    let n2 = sorted[e.slot.z];
    let n3 = sorted[e.slot.w];
    let x = vec4<f32>(n0.x, n1.x, n2.x, n3.x) - at.x;
    let y = vec4<f32>(n0.y, n1.y, n2.y, n3.y) - at.y;
    e.x = x - params.box_size.x * round(x / params.box_size.x);
    e.y = y - params.box_size.y * round(y / params.box_size.y);
    e.r2 = e.x * e.x + e.y * e.y;
    e.cos_heading = vec4<f32>(n0.z, n1.z, n2.z, n3.z);
    e.sin_heading = vec4<f32>(n0.w, n1.w, n2.w, n3.w);
    e.species = vec4<u32>(order[e.slot.x], order[e.slot.y], order[e.slot.z], order[e.slot.w]) >> vec4<u32>(SPECIES_SHIFT);
    return e;
}

// What a particle with heading (cos, sin) = n sees of its neighbours.
fn features(e: Edges, n: vec2<f32>) -> Features {
    let scale = 2.0 / params.cutoff;
    let c = e.cos_heading * n.x + e.sin_heading * n.y;
    let s = e.sin_heading * n.x - e.cos_heading * n.y;
    let dx = (n.x * e.x + n.y * e.y) * scale;
    let dy = (n.x * e.y - n.y * e.x) * scale;
    let r = sqrt(e.r2 + SOFTENING * SOFTENING) * scale - 1.0;
    return Features(dx, dy, r, c, s, -(c * dx + s * dy), s * dx - c * dy);
}

// w(r) of each edge, 0 for free places.
fn window(e: Edges) -> vec4<f32> {
    let q = max(1.0 - e.r2 / (params.cutoff * params.cutoff), vec4<f32>(0.0));
    return e.live * q * q;
}
