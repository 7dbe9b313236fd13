// Where the particles have been: a picture of the whole torus that each frame fades a little and stamps again, drawn
// under the bodies. It is fixed to the world, not to the screen: moving the view costs nothing and blurs nothing.
// Comes behind view.wgsl and the constants of src/media/looks/shape.rs.

@group(1) @binding(0) var past: texture_2d<f32>;
@group(1) @binding(1) var past_sampler: sampler;
// The swarm at the last stamp.
@group(1) @binding(2) var<storage, read> before: array<vec4<f32>>;

struct StampVertex {
    @builtin(position) clip: vec4<f32>,
    @location(0) place: vec2<f32>,                    // along and across the way since the last stamp, in half widths
    @location(1) @interpolate(flat) way: f32,         // its length
    @location(2) @interpolate(flat) colour: vec3<f32>,
}

// A capsule along the way since the last stamp. The picture covers the box once, clip space from corner to corner.
@vertex
fn stamp_vertex(@builtin(vertex_index) corner: u32, @builtin(instance_index) index: u32) -> StampVertex {
    let width = TRAIL_HALF_WIDTH * view.body_length;
    let now = swarm[index].xy;
    var d = now - before[index].xy;
    d -= view.box_size * round(d / view.box_size);
    var way = length(d);
    if way > TRAIL_LEAP * view.body_length {
        way = 0.0;
    }
    let along = select(vec2(1.0, 0.0), d / max(way, 1e-9), way > 1e-6);
    let place = vec2(mix(-way - width, width, f32(corner & 1u)), mix(-width, width, f32(corner >> 1u)));
    let position = now + place.x * along + place.y * vec2(-along.y, along.x);
    return StampVertex(vec4(2.0 * position / view.box_size - 1.0, 0.0, 1.0), place / width, way / width, colour_of(index));
}

@fragment
fn stamp_fragment(in: StampVertex) -> @location(0) vec4<f32> {
    let off = vec2(in.place.x - clamp(in.place.x, -in.way, 0.0), in.place.y);
    return vec4(in.colour, 1.0) * (TRAIL_OPACITY * max(1.0 - dot(off, off), 0.0));
}

// Multiplies the picture by the blend constant.
@vertex
fn fade_vertex(@builtin(vertex_index) corner: u32) -> @builtin(position) vec4<f32> {
    return vec4(4.0 * vec2(f32(corner & 1u), f32(corner >> 1u)) - 1.0, 0.0, 1.0);
}

@fragment
fn fade_fragment() -> @location(0) vec4<f32> {
    return vec4(0.0);
}

struct CompositeVertex {
    @builtin(position) clip: vec4<f32>,
    @location(0) position: vec2<f32>,
}

// Over all that is seen, with the images of the box around it.
@vertex
fn composite_vertex(@builtin(vertex_index) corner: u32) -> CompositeVertex {
    let clip = 4.0 * vec2(f32(corner & 1u), f32(corner >> 1u)) - 1.0;
    return CompositeVertex(vec4(clip, 0.0, 1.0), (clip - view.ndc_offset) / view.ndc_scale);
}

@fragment
fn composite_fragment(in: CompositeVertex) -> @location(0) vec4<f32> {
    let place = in.position / view.box_size;
    // The first row of the picture is its upper edge.
    let colour = textureSampleLevel(past, past_sampler, vec2(place.x, 1.0 - place.y), 0.0);
    let inside = all(place >= vec2(0.0)) && all(place <= vec2(1.0));
    // One ring of images around the box, as of the bodies.
    let near = all(place >= vec2(-1.0)) && all(place <= vec2(2.0));
    return colour * select(select(0.0, view.ghost_opacity, near), 1.0, inside);
}
