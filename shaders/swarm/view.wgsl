// Shared by what draws on the canvas: the view, and what colour a particle has. Lengths are in the unit of the swarm's
// buffer (ℓ for a living swarm, world units for a painting).

struct View {
    ndc_scale: vec2<f32>,       // clip units per length
    ndc_offset: vec2<f32>,      // clip position of the origin
    box_size: vec2<f32>,
    view_min: vec2<f32>,        // lower left corner of what the eye sees
    tiles: vec2<u32>,           // images that fit in the view along each axis; 0 = not periodic
    body_length: f32,           // half length of a body
    pixel_length: f32,          // length of one physical pixel
    body_shape: u32,            // 0 arrow, 1 drop, 2 dot
    ghost_opacity: f32,         // of images outside the box
    opacity: f32,
    glow: f32,
    stage_fill: vec4<f32>,      // linear, opaque; all 0: no stage
    stage_edge: vec4<f32>,
    ground: vec4<f32>,          // around the stage
    palette: array<vec4<f32>, MAX_SPECIES>,
    ramp: array<vec4<f32>, RAMP>, // colours of a number from 0 to 1; of a heading once round
    ramp_low: f32,              // the number at the lower end of the ramp
    ramp_per_unit: f32,         // 1 / (number at the upper end - number at the lower end)
    colour_by: u32,             // 0 species, 1 heading, 2 speed, 3 energy
    on_paper: f32,              // 1 on light ground, where light is dimmed, not added
}

@group(0) @binding(0) var<uniform> view: View;
// x, y, heading, species
@group(0) @binding(1) var<storage, read> swarm: array<vec4<f32>>;
// Energy and speed of each; one entry alone where they are not shown.
@group(0) @binding(2) var<storage, read> measures: array<vec2<f32>>;

const TURN = 6.283185307179586;

fn colour_of(index: u32) -> vec3<f32> {
    let particle = swarm[index];
    if view.colour_by == 0u {
        return view.palette[min(u32(particle.w + 0.5), MAX_SPECIES - 1u)].rgb;
    }
    if view.colour_by == 1u {
        let place = f32(RAMP) * fract(particle.z / TURN);
        let low = min(u32(place), RAMP - 1u);
        return mix(view.ramp[low].rgb, view.ramp[(low + 1u) % RAMP].rgb, fract(place));
    }
    let measure = measures[min(index, arrayLength(&measures) - 1u)];
    let number = select(measure.x, measure.y, view.colour_by == 2u);
    let place = f32(RAMP - 1u) * clamp((number - view.ramp_low) * view.ramp_per_unit, 0.0, 1.0);
    let low = min(u32(place), RAMP - 2u);
    return mix(view.ramp[low].rgb, view.ramp[low + 1u].rgb, place - f32(low));
}
