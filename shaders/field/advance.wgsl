// The passes of a token step beside the network's layers; the twin of src/worlds/field/tokens/engine.rs.

@group(0) @binding(5) var<storage, read_write> image: array<f32>;
@group(0) @binding(6) var<storage, read_write> denoised: array<f32>;
@group(0) @binding(7) var<storage, read_write> counters: array<atomic<u32>>;
// What was noise in the image before the step: x - x̂.
@group(0) @binding(8) var<storage, read_write> noise: array<f32>;
// 24 channels at half size, before the quarter-size layers.
@group(0) @binding(9) var<storage, read> trunk: array<Input>;

// output = trunk + the quarter-size image unfolded; 24 channels at half size. `input` is the quarter-size image.
@compute @workgroup_size(64)
fn join(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.y * groups.x * 64u + id.x;
    let size = field.size / 2u;
    if index >= size.x * size.y * 24u {
        return;
    }
    let pixel = index / 24u;
    let at = vec2<u32>(pixel % size.x, pixel / size.x);
    let part = (at.y % 2u) * 2u + at.x % 2u;
    let cell = at.y / 2u * (size.x / 2u) + at.x / 2u;
    output[index] = Output(f32(trunk[index]) + f32(input[cell * 96u + part * 24u + index % 24u]));
}

// The live step of one pixel; `input` has the heads, 48 channels at half size: the denoised image, and
// the motions ahead, aside and by a turn.
@compute @workgroup_size(64)
fn advance(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let pixel = id.y * groups.x * 64u + id.x;
    let size = field.size;
    if pixel >= size.x * size.y {
        return;
    }
    let step = clock[0];
    let at = network_pixel(placement(step), vec2<u32>(pixel % size.x, pixel / size.x));
    let cell = at.y / 2u * (size.x / 2u) + at.x / 2u;
    let part = (at.y % 2u) * 2u + at.x % 2u;
    let normals = counter_normals(vec4<u32>(field.seed, step, pixel));
    for (var c = 0u; c < 3u; c++) {
        let x = image[3u * pixel + c];
        let first = cell * 48u + part * 3u + c;
        let head = f32(input[first]);
        let motion = vec3<f32>(f32(input[first + 12u]), f32(input[first + 24u]), f32(input[first + 36u]));
        let command = vec3<f32>(field.motion.swim, field.motion.slide, field.motion.turn);
        let d = clamp(field.scaling.x * x + field.scaling.y * head, field.range.x, field.range.y);
        let moved = d + field.motion.keep * (x - d) + dot(command, motion) + field.motion.noise * normals[c];
        if is_finite(moved) {
            image[3u * pixel + c] = moved;
            denoised[3u * pixel + c] = d;
            noise[3u * pixel + c] = x - d;
        } else {
            atomicAdd(&counters[0], 1u);
        }
    }
}
