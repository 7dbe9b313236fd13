// The field by the networks themselves, as engine/kernel.rs. WIDTH and HIDDEN are the widest layer and the most hidden units
// of a network of the rule.

// Per network: first weight, layers, sizes (inputs to outputs), gain as bits; the energy first.
@group(0) @binding(2) var<storage, read> shapes: array<u32>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
// Waves: w and phase, amplitude. Functions of a dictionary: exponents or w, and the kind: 0 a monomial, 1 the sine of w.x,
// 2 its cosine; coefficients.
@group(0) @binding(4) var<storage, read> tables: array<vec4<f32>>;

const SHAPE: u32 = 12u;

var<private> now: array<f32, WIDTH>;
var<private> next: array<f32, WIDTH>;
var<private> slopes: array<f32, HIDDEN>;

// One layer of `now` into `next`; with biases it is the value, without them a tangent.
fn dense(first: u32, inputs: u32, outputs: u32, biased: bool) {
    for (var o = 0u; o < outputs; o++) {
        var sum = 0.0;
        if (biased) {
            sum = weights[first + inputs * outputs + o];
        }
        let row = first + o * inputs;
        for (var i = 0u; i < inputs; i++) {
            sum += weights[row + i] * now[i];
        }
        next[o] = sum;
    }
}

fn adopt(count: u32) {
    for (var i = 0u; i < count; i++) {
        now[i] = next[i];
    }
}

// Outputs of network `net` into `now`, slopes of its activations into `slopes`.
fn forward(net: u32, x: vec3<f32>) {
    let at = net * SHAPE;
    var first = shapes[at];
    let layers = shapes[at + 1u];
    var hidden = 0u;
    now[0] = x.x;
    now[1] = x.y;
    if (params.dim == 3u) {
        now[2] = x.z;
    }
    for (var k = 0u; k < layers; k++) {
        let inputs = shapes[at + 2u + k];
        let outputs = shapes[at + 3u + k];
        dense(first, inputs, outputs, true);
        if (k + 1u < layers) {
            for (var o = 0u; o < outputs; o++) {
                let z = next[o];
                let s = 1.0 / (1.0 + exp(-clamp(z, -80.0, 80.0)));
                let h = z * s;
                slopes[hidden + o] = s * (1.0 + z - h);
                next[o] = h;
            }
            hidden += outputs;
        }
        adopt(outputs);
        first += (inputs + 1u) * outputs;
    }
}

// Derivative of the outputs along an axis into `now`, with the slopes that `forward` left.
fn tangent(net: u32, axis: u32) {
    let at = net * SHAPE;
    var first = shapes[at];
    let layers = shapes[at + 1u];
    var hidden = 0u;
    for (var i = 0u; i < params.dim; i++) {
        now[i] = select(0.0, 1.0, i == axis);
    }
    for (var k = 0u; k < layers; k++) {
        let inputs = shapes[at + 2u + k];
        let outputs = shapes[at + 3u + k];
        dense(first, inputs, outputs, false);
        if (k + 1u < layers) {
            for (var o = 0u; o < outputs; o++) {
                next[o] *= slopes[hidden + o];
            }
            hidden += outputs;
        }
        adopt(outputs);
        first += (inputs + 1u) * outputs;
    }
}

// s = -grad E, by a reverse pass.
fn score_at(x: vec3<f32>) -> vec3<f32> {
    forward(0u, x);
    let layers = shapes[1];
    var end = shapes[0];
    var hidden = 0u;
    for (var k = 0u; k < layers; k++) {
        end += (shapes[2u + k] + 1u) * shapes[3u + k];
        hidden += select(0u, shapes[3u + k], k + 1u < layers);
    }
    now[0] = 1.0;
    for (var back = 0u; back < layers; back++) {
        let k = layers - 1u - back;
        let inputs = shapes[2u + k];
        let outputs = shapes[3u + k];
        end -= (inputs + 1u) * outputs;
        for (var i = 0u; i < inputs; i++) {
            next[i] = 0.0;
        }
        for (var o = 0u; o < outputs; o++) {
            let row = end + o * inputs;
            let g = now[o];
            for (var i = 0u; i < inputs; i++) {
                next[i] += weights[row + i] * g;
            }
        }
        if (k > 0u) {
            hidden -= inputs;
            for (var i = 0u; i < inputs; i++) {
                next[i] *= slopes[hidden + i];
            }
        }
        adopt(inputs);
    }
    var gradient = vec3<f32>(now[0], now[1], 0.0);
    if (params.dim == 3u) {
        gradient.z = now[2];
    }
    return -params.stiffness * x - gradient;
}

fn power(x: f32, e: f32) -> f32 {
    if (e < 0.5) {
        return 1.0;
    }
    return select(select(x * x * x, x * x, e < 2.5), x, e < 1.5);
}

// One function of a dictionary.
fn term(row: vec4<f32>, x: vec3<f32>) -> f32 {
    if (row.w < 0.5) {
        return power(x.x, row.x) * power(x.y, row.y) * power(x.z, row.z);
    }
    let angle = dot(row.xyz, x);
    return select(cos(angle), sin(angle), row.w < 1.5);
}

// V = curl A + s x A.
fn exact_flow(x: vec3<f32>, score: vec3<f32>) -> vec3<f32> {
    var a = params.constant.xyz;
    var along_x = vec3<f32>(0.0);
    var along_y = vec3<f32>(0.0);
    var along_z = vec3<f32>(0.0);
    for (var k = 0u; k < params.waves; k++) {
        let wave = tables[2u * k];
        let amplitude = tables[2u * k + 1u].xyz;
        let angle = dot(wave.xyz, x) + wave.w;
        let steep = cos(angle) * amplitude;
        a += sin(angle) * amplitude;
        along_x += steep * wave.x;
        along_y += steep * wave.y;
        along_z += steep * wave.z;
    }
    for (var net = 1u; net <= params.nets; net++) {
        let gain = bitcast<f32>(shapes[net * SHAPE + 11u]);
        forward(net, x);
        a += gain * outputs_of();
        tangent(net, 0u);
        along_x += gain * outputs_of();
        tangent(net, 1u);
        along_y += gain * outputs_of();
        if (params.dim == 3u) {
            tangent(net, 2u);
            along_z += gain * outputs_of();
        }
    }
    let curl = vec3<f32>(along_y.z - along_z.y, along_z.x - along_x.z, along_x.y - along_y.x);
    return curl + cross(score, a);
}

// Outputs of a potential as a vector: in the plane the only one is its z.
fn outputs_of() -> vec3<f32> {
    if (params.dim == 2u) {
        return vec3<f32>(0.0, 0.0, now[0]);
    }
    return vec3<f32>(now[0], now[1], now[2]);
}

fn field(x: vec3<f32>) -> Field {
    var out = Field(vec3<f32>(0.0), vec3<f32>(0.0));
    if (params.scored != 0u) {
        out.score = score_at(x);
    }
    if (params.flow == 1u) {
        out.velocity = exact_flow(x, out.score);
    } else if (params.flow == 2u) {
        forward(1u, x);
        out.velocity = vec3<f32>(now[0], now[1], 0.0);
        if (params.dim == 3u) {
            out.velocity.z = now[2];
        }
        out.velocity *= bitcast<f32>(shapes[SHAPE + 11u]);
    } else if (params.flow == 3u) {
        for (var k = 0u; k < params.terms; k++) {
            out.velocity += term(tables[2u * k], x) * tables[2u * k + 1u].xyz;
        }
    }
    if (params.dim == 2u) {
        out.velocity.z = 0.0;
        out.score.z = 0.0;
    }
    return out;
}
