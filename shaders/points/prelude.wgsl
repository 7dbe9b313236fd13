// What all shaders of the points world share. Coordinates are standardised: mean 0, standard deviation 1 per axis.

struct Params {
    seed: vec2<u32>,
    walkers: u32,
    // Heun steps of this dispatch, and the number of the first one.
    steps: u32,
    first_step: u32,
    // 2 or 3.
    dim: u32,
    // 1 / (1 + sigma^2).
    stiffness: f32,
    // 0 still, 1 exact, 2 free, 3 dictionary.
    flow: u32,
    // Whether the score is wanted, and there is an energy to give it.
    scored: u32,
    // Networks of the flow, waves and monomials in the tables.
    nets: u32,
    waves: u32,
    terms: u32,
    // Constant part of the vector potential.
    constant: vec4<f32>,
    // Brush: centre and radius, axis and push, stir.
    centre: vec4<f32>,
    axis: vec4<f32>,
    stir: f32,
    padding_a: f32,
    padding_b: f32,
    padding_c: f32,
    // Grid: first node, one over the distance of nodes, number of nodes.
    low: vec4<f32>,
    density: vec4<f32>,
    nodes: vec4<u32>,
    // What the knobs amount to; the struct is written from that of rule/live.rs.
    walk: WalkConstants,
}

// Velocity and score at a place.
struct Field {
    velocity: vec3<f32>,
    score: vec3<f32>,
}

@group(0) @binding(0) var<storage, read> params: Params;
// x, y, z, speed.
@group(0) @binding(1) var<storage, read_write> walkers: array<vec4<f32>>;
