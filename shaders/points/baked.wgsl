// The field from a grid by cubic interpolation, as engine/baked.rs.

// Two vectors per node: velocity and energy, score; x fastest.
@group(0) @binding(2) var<storage, read> grid: array<vec4<f32>>;

// Catmull & Rom 1974.
fn catmull_rom(t: f32) -> array<f32, 4> {
    return array<f32, 4>(
        ((2.0 - t) * t - 1.0) * t * 0.5,
        (3.0 * t - 5.0) * t * t * 0.5 + 1.0,
        ((4.0 - 3.0 * t) * t + 1.0) * t * 0.5,
        (t - 1.0) * t * t * 0.5,
    );
}

fn field(x: vec3<f32>) -> Field {
    let last = vec3<f32>(params.nodes.xyz) - 3.0;
    let t = min(max((x - params.low.xyz) * params.density.xyz, vec3<f32>(1.0)), last + 0.999);
    let cell = floor(t);
    let wx = catmull_rom(t.x - cell.x);
    let wy = catmull_rom(t.y - cell.y);
    var wz = catmull_rom(t.z - cell.z);
    var corner = vec3<u32>(cell) - 1u;
    var depth = 4u;
    if (params.dim == 2u) {
        wz = array<f32, 4>(1.0, 0.0, 0.0, 0.0);
        corner.z = 0u;
        depth = 1u;
    }
    var out = Field(vec3<f32>(0.0), vec3<f32>(0.0));
    for (var k = 0u; k < depth; k++) {
        for (var j = 0u; j < 4u; j++) {
            let row = ((corner.z + k) * params.nodes.y + corner.y + j) * params.nodes.x + corner.x;
            let w = wz[k] * wy[j];
            for (var i = 0u; i < 4u; i++) {
                let node = 2u * (row + i);
                out.velocity += w * wx[i] * grid[node].xyz;
                out.score += w * wx[i] * grid[node + 1u].xyz;
            }
        }
    }
    return out;
}
