// One Euler step of a library rule; the twin of src/worlds/field/rule/reference.rs and engine/row.rs.

struct Channel {
    // 1, u, v, lap u
    low_order: vec4<f32>,
    // lap v, u v^2, u^2, u v
    middle: vec4<f32>,
    // v^2, u^2 v, u^3, v^3
    high_order: vec4<f32>,
    // lower and upper bound
    range: vec4<f32>,
}

struct Step {
    size: vec2<u32>,
    padding: vec2<u32>,
    u: Channel,
    v: Channel,
}

@group(0) @binding(0) var<uniform> step: Step;
// u and v of each pixel, row by row.
@group(0) @binding(1) var<storage, read> now: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read_write> next: array<vec2<f32>>;
// Pixels whose new value was not finite and was not taken.
@group(0) @binding(3) var<storage, read_write> faults: array<atomic<u32>>;

fn rate(c: Channel, u: f32, v: f32, lap: vec2<f32>) -> f32 {
    let pure_v = c.low_order.x + v * (c.low_order.z + v * (c.high_order.x + v * c.high_order.w));
    let per_u = c.low_order.y + v * (c.middle.w + v * c.middle.y);
    let per_uu = c.middle.z + v * c.high_order.y + u * c.high_order.z;
    return pure_v + u * (per_u + u * per_uu) + c.low_order.w * lap.x + c.middle.x * lap.y;
}

@compute @workgroup_size(16, 16)
fn advance(@builtin(global_invocation_id) id: vec3<u32>) {
    let size = step.size;
    if id.x >= size.x || id.y >= size.y {
        return;
    }
    let left = select(id.x - 1u, size.x - 1u, id.x == 0u);
    let right = select(id.x + 1u, 0u, id.x + 1u == size.x);
    let up = select(id.y - 1u, size.y - 1u, id.y == 0u);
    let down = select(id.y + 1u, 0u, id.y + 1u == size.y);
    let row = id.y * size.x;
    let at = now[row + id.x];
    let lap = now[up * size.x + id.x] + now[down * size.x + id.x] + now[row + left] + now[row + right] - 4.0 * at;
    let moved = at + vec2<f32>(rate(step.u, at.x, at.y, lap), rate(step.v, at.x, at.y, lap));
    if !(is_finite(moved.x) && is_finite(moved.y)) {
        atomicAdd(&faults[0], 1u);
        next[row + id.x] = at;
        return;
    }
    let low = vec2<f32>(step.u.range.x, step.v.range.x);
    let high = vec2<f32>(step.u.range.y, step.v.range.y);
    next[row + id.x] = clamp(moved, low, high);
}
