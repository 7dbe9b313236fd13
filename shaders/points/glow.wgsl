// Walkers as a glow on a picture, as src/worlds/points/studio/draw.rs: their light is summed in fixed point, as floats have
// no atomic sum, and then shown by a table of colours. The constants of that file come before this one.

struct Glow {
    // From a walker to its pixel along x and y, and to its depth: the products with x, y, z, plus w.
    column: vec4<f32>,
    row: vec4<f32>,
    near: vec4<f32>,
    // Width and height of the picture, and from one row of it to the next, pixels.
    width: u32,
    height: u32,
    stride: u32,
    walkers: u32,
    // Share of the light of the last picture that stays, and of each walker's that is added.
    kept: f32,
    share: f32,
    // How much brighter what is nearer is, per half height; 0 in the plane.
    depth_cue: f32,
    // Entries of the table for each unit of light.
    to_table: f32,
    // Units of the sum for one of light.
    units: f32,
    // Each walker is a soft dot of nine pixels instead of four.
    dots: u32,
    padding_a: u32,
    padding_b: u32,
}

@group(0) @binding(0) var<uniform> glow: Glow;
// x, y, z, speed.
@group(0) @binding(1) var<storage, read> walkers: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> sums: array<atomic<u32>>;
@group(0) @binding(3) var<storage, read_write> light: array<f32>;
@group(0) @binding(4) var<storage, read> colours: array<u32>;
@group(0) @binding(5) var<storage, read_write> picture: array<u32>;

fn add(at: u32, weight: f32) {
    atomicAdd(&sums[at], u32(weight * glow.units + 0.5));
}

// Quadratic B-splines, whose sum is 1.
fn spline(t: f32) -> vec3<f32> {
    return vec3<f32>(0.5 * (1.0 - t) * (1.0 - t), 0.75 - (t - 0.5) * (t - 0.5), 0.5 * t * t);
}

@compute @workgroup_size(64)
fn splat(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let k = id.x + id.y * groups.x * 64u;
    if (k >= glow.walkers) {
        return;
    }
    let place = walkers[k].xyz;
    var at = vec2<f32>(dot(glow.column.xyz, place) + glow.column.w, dot(glow.row.xyz, place) + glow.row.w);
    // Also leaves out what is not finite.
    if !(all(at >= vec2<f32>(FIRST_MARGIN)) && at.x < f32(glow.width) - LAST_MARGIN && at.y < f32(glow.height) - LAST_MARGIN) {
        return;
    }
    let depth = dot(glow.near.xyz, place) + glow.near.w;
    let weight = glow.share * clamp(1.0 + glow.depth_cue * depth, FAINTEST, BRIGHTEST);
    if (glow.dots != 0u) {
        let first = vec2<u32>(at);
        let wx = spline(at.x - f32(first.x));
        let wy = spline(at.y - f32(first.y));
        for (var row = 0u; row < 3u; row++) {
            let left = (first.y + row - 1u) * glow.width + first.x - 1u;
            let across = DOT_LIGHT * weight * wy[row] * wx;
            add(left, across.x);
            add(left + 1u, across.y);
            add(left + 2u, across.z);
        }
    } else {
        at -= vec2<f32>(0.5);
        let first = vec2<u32>(at);
        let share = at - vec2<f32>(first);
        let left = first.y * glow.width + first.x;
        add(left, weight * (1.0 - share.x) * (1.0 - share.y));
        add(left + 1u, weight * share.x * (1.0 - share.y));
        add(left + glow.width, weight * (1.0 - share.x) * share.y);
        add(left + glow.width + 1u, weight * share.x * share.y);
    }
}

@compute @workgroup_size(8, 8)
fn show(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= glow.width || id.y >= glow.height) {
        return;
    }
    let at = id.y * glow.width + id.x;
    let sum = atomicExchange(&sums[at], 0u);
    var now = f32(sum) / glow.units;
    if (glow.kept > 0.0) {
        now += glow.kept * light[at];
    }
    light[at] = now;
    let entry = min(u32(min(now * glow.to_table, 1e6)), arrayLength(&colours) - 1u);
    picture[id.y * glow.stride + id.x] = colours[entry];
}
