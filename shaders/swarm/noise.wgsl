// Counter-based random numbers: PCG4D (Jarzynski & Olano, JCGT 9(3), 2020), then Box–Muller, as in src/worlds/swarm/rule/noise.rs.

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

// Standard normals for x, y and heading.
fn normals(step: u32, particle: u32) -> vec3<f32> {
    let r = pcg4d(vec4<u32>(params.seed, step, particle));
    let u = (vec4<f32>(r >> vec4<u32>(8u)) + 0.5) * (1.0 / 16777216.0);
    let radius = sqrt(-2.0 * log(u.xz));
    let angle = 6.283185307179586 * u.yw;
    return vec3<f32>(radius.x * cos(angle.x), radius.x * sin(angle.x), radius.y * cos(angle.y));
}
