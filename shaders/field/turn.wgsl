// One term of the turn of the noise by K; the twin of src/worlds/field/tokens/skew.rs. The program puts ORDER, the number of
// the term, before this text. `input` has the term before it, three numbers a pixel, `output` takes this one.

@group(0) @binding(5) var<storage, read_write> image: array<f32>;
@group(0) @binding(6) var<storage, read_write> counters: array<atomic<u32>>;
// Rows of taps, three by three numbers each.
@group(0) @binding(7) var<storage, read> taps: array<f32>;

@compute @workgroup_size(64)
fn turn(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let pixel = id.y * groups.x * 64u + id.x;
    let size = field.size;
    if pixel >= size.x * size.y {
        return;
    }
    let at = vec2<u32>(pixel % size.x, pixel / size.x);
    let radius = u32(field.skew.y);
    let side = 2u * radius + 1u;
    var sum = vec3<f32>(0.0);
    for (var tap = 0u; tap < side * side; tap++) {
        let source = (at + size + vec2<u32>(tap % side, tap / side) - radius) % size;
        let from_first = 3u * (source.y * size.x + source.x);
        let value = vec3<f32>(input[from_first], input[from_first + 1u], input[from_first + 2u]);
        for (var c = 0u; c < 3u; c++) {
            let row = 9u * tap + 3u * c;
            sum[c] += dot(vec3<f32>(taps[row], taps[row + 1u], taps[row + 2u]), value);
        }
    }
    let term = -field.skew.x / f32(ORDER) * sum;
    for (var c = 0u; c < 3u; c++) {
        output[3u * pixel + c] = term[c];
        let turned = image[3u * pixel + c] + field.motion.keep * term[c];
        if is_finite(turned) {
            image[3u * pixel + c] = turned;
        } else {
            atomicAdd(&counters[0], 1u);
        }
    }
}
