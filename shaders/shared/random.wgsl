// Counter-based random numbers, as src/nn/random.rs: PCG4D (Jarzynski & Olano, JCGT 9(3), 2020), then Box & Muller 1958.

fn pcg4d(counter: vec4<u32>) -> vec4<u32> {
    var v = counter * 1664525u + 1013904223u;
    v.x += v.y * v.w;
    v.y += v.z * v.x;
    v.z += v.x * v.y;
    v.w += v.y * v.z;
    v ^= v >> vec4<u32>(16u);
    v.x += v.y * v.w;
    v.y += v.z * v.x;
    v.z += v.x * v.y;
    v.w += v.y * v.z;
    return v;
}

// Three standard normals of four counter words, from 24-bit uniforms in (0, 1].
fn counter_normals(counter: vec4<u32>) -> vec3<f32> {
    let u = (vec4<f32>(pcg4d(counter) >> vec4<u32>(8u)) + 0.5) * (1.0 / 16777216.0);
    let radius = sqrt(-2.0 * log(u.xz));
    let angle = 6.283185307179586 * u.yw;
    return vec3<f32>(radius.x * cos(angle.x), radius.x * sin(angle.x), radius.y * cos(angle.y));
}
