// Layers of the token network; the twin of src/worlds/field/tokens/net/forward.rs. The program puts TAPS, INPUTS,
// OUTPUTS, WEIGHTS, BIASES and RESPONSES (first numbers in `net`, none is NO_RESPONSES) before this text, and one of the
// sources and endings below is chosen by SOURCE and ENDING. Weight, Input and Output are the types of stored numbers, f32
// or f16; sums are f32.

struct Field {
    // Width and height of the field, pixels.
    size: vec2<u32>,
    seed: vec2<u32>,
    // Karras scalings: skip, out, input; then ln sigma + 1.2.
    scaling: vec4<f32>,
    // Least and greatest value of a denoised image.
    range: vec4<f32>,
    // Angle c kappa of the turn of the noise, radius of its kernel, unused.
    skew: vec4<f32>,
    // What the knobs amount to; the struct is written from that of tokens/live.rs.
    motion: TokenStep,
}

@group(0) @binding(0) var<uniform> field: Field;
@group(0) @binding(1) var<storage, read> net: array<Weight>;
@group(0) @binding(2) var<storage, read> input: array<Input>;
@group(0) @binding(3) var<storage, read_write> output: array<Output>;
// The step that is being made.
@group(0) @binding(4) var<storage, read> clock: array<u32>;

const PLAIN: u32 = 0u;
const FOLDED_IMAGE: u32 = 1u;
const FOLDED: u32 = 2u;
const LINEAR: u32 = 0u;
const SILU: u32 = 1u;
const RESIDUAL: u32 = 2u;
const GROUP: u32 = 8u;

fn silu(x: f32) -> f32 {
    return x / (1.0 + exp(-x));
}

// Size of the layer's images.
fn extent() -> vec2<u32> {
    return field.size / SCALE;
}

fn fetch(at: vec2<u32>, channel: u32) -> f32 {
    if SOURCE == PLAIN {
        return f32(input[(at.y * extent().x + at.x) * INPUTS + channel]);
    }
    // Channels of a folded image: those of its upper left, upper right, lower left and lower right pixel.
    let channels = INPUTS / 4u;
    let part = channel / channels;
    let wide = extent() * 2u;
    var place = at * 2u + vec2<u32>(part % 2u, part / 2u);
    var scale = 1.0;
    if SOURCE == FOLDED_IMAGE {
        place = field_pixel(placement(clock[0]), place);
        scale = field.scaling.z;
    }
    return scale * f32(input[(place.y * wide.x + place.x) * channels + channel % channels]);
}

@compute @workgroup_size(64)
fn layer(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.y * groups.x * 64u + id.x;
    let size = extent();
    let pieces = OUTPUTS / GROUP;
    if index >= size.x * size.y * pieces {
        return;
    }
    let pixel = index / pieces;
    let first = (index % pieces) * GROUP;
    let at = vec2<u32>(pixel % size.x, pixel / size.x);
    var sums: array<f32, GROUP>;
    for (var k = 0u; k < GROUP; k++) {
        sums[k] = f32(net[BIASES + first + k]);
        if RESPONSES != NO_RESPONSES {
            sums[k] += field.scaling.w * f32(net[RESPONSES + first + k]);
        }
    }
    for (var tap = 0u; tap < TAPS; tap++) {
        var source = at;
        if TAPS == 9u {
            source = (at + size + vec2<u32>(tap % 3u, tap / 3u) - 1u) % size;
        }
        for (var i = 0u; i < INPUTS; i++) {
            let value = fetch(source, i);
            let weights = WEIGHTS + ((first / 24u * TAPS + tap) * INPUTS + i) * 24u + first % 24u;
            for (var k = 0u; k < GROUP; k++) {
                sums[k] += value * f32(net[weights + k]);
            }
        }
    }
    for (var k = 0u; k < GROUP; k++) {
        let to = pixel * OUTPUTS + first + k;
        if ENDING == LINEAR {
            output[to] = Output(sums[k]);
        } else if ENDING == SILU {
            output[to] = Output(silu(sums[k]));
        } else {
            output[to] = Output(f32(input[pixel * INPUTS + first + k]) + silu(sums[k]));
        }
    }
}
