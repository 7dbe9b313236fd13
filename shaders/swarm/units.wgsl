// What φ and ρ share: layers are cut into blocks of four units (the engine pads every width to a multiple of four with
// units of zero weight, which stay silent).

// Four units of a layer, each for four edges or four particles.
struct Block {
    a: vec4<f32>,
    b: vec4<f32>,
    c: vec4<f32>,
    d: vec4<f32>,
}

// The same weights of four inputs side by side become four units.
fn transposed(b0: vec4<f32>, b1: vec4<f32>, b2: vec4<f32>, b3: vec4<f32>) -> Block {
    return Block(
        vec4<f32>(b0.x, b1.x, b2.x, b3.x),
        vec4<f32>(b0.y, b1.y, b2.y, b3.y),
        vec4<f32>(b0.z, b1.z, b2.z, b3.z),
        vec4<f32>(b0.w, b1.w, b2.w, b3.w),
    );
}

fn silu(z: vec4<f32>) -> vec4<f32> {
    return z / (1.0 + exp(-z));
}

fn silu_slope(z: vec4<f32>) -> vec4<f32> {
    let s = 1.0 / (1.0 + exp(-z));
    return s * (1.0 + z * (1.0 - s));
}

// silu of every unit.
fn activated(z: Block) -> Block {
    return Block(silu(z.a), silu(z.b), silu(z.c), silu(z.d));
}
