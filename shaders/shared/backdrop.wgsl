// A picture over the whole of the viewport: the canvas of a world in the window, where it has another size.

@group(0) @binding(0) var canvas: texture_2d<f32>;
@group(0) @binding(1) var canvas_sampler: sampler;

struct BackdropVertex {
    @builtin(position) clip: vec4<f32>,
    @location(0) place: vec2<f32>,    // from the upper left corner, widths and heights of the picture
}

// One triangle that covers the viewport.
@vertex
fn backdrop_vertex(@builtin(vertex_index) corner: u32) -> BackdropVertex {
    let place = 2.0 * vec2(f32(corner & 1u), f32(corner >> 1u));
    return BackdropVertex(vec4(2.0 * place.x - 1.0, 1.0 - 2.0 * place.y, 0.0, 1.0), place);
}

@fragment
fn backdrop_fragment(in: BackdropVertex) -> @location(0) vec4<f32> {
    return textureSampleLevel(canvas, canvas_sampler, in.place, 0.0);
}
