// Draws a swarm straight from its storage buffer: one triangle per particle image, shaped by a distance function.
// Comes behind view.wgsl and the constants of src/media/looks/shape.rs.

fn clip(position: vec2<f32>) -> vec4<f32> {
    return vec4(position * view.ndc_scale + view.ndc_offset, 0.0, 1.0);
}

// ---- the stage: the box the swarm lives in -------------------------------------------------------------------------

struct StageVertex {
    @builtin(position) clip: vec4<f32>,
    @location(0) position: vec2<f32>,
}

@vertex
fn stage_vertex(@builtin(vertex_index) index: u32) -> StageVertex {
    let corner = vec2(f32(index & 1u), f32(index >> 1u));
    let margin = STAGE_MARGIN_PX * view.pixel_length;
    let position = corner * (view.box_size + 2.0 * margin) - margin;
    return StageVertex(clip(position), position);
}

@fragment
fn stage_fragment(in: StageVertex) -> @location(0) vec4<f32> {
    let half = 0.5 * view.box_size;
    let q = abs(in.position - half) - half;
    // Signed distance to the box, in pixels.
    let d = (length(max(q, vec2(0.0))) + min(max(q.x, q.y), 0.0)) / view.pixel_length;
    let inside = clamp(0.5 - d, 0.0, 1.0);
    let line = clamp(STAGE_LINE_PX - abs(d), 0.0, 1.0);
    let fade = clamp(1.0 - d / STAGE_MARGIN_PX, 0.0, 1.0);
    let shine = STAGE_SHINE * fade * fade * fade * (1.0 - inside);
    let fill = view.stage_fill * inside;
    let light = view.stage_edge * vec4(vec3(shine), shine * STAGE_SHINE_COVER) * (1.0 - line);
    let stage = mix(fill, view.stage_edge, line) + light;
    // Written, not blended: nothing but the ground is behind it, and a software GPU pays for blending pixel by pixel.
    return stage + view.ground * (1.0 - stage.a);
}

// ---- the bodies ------------------------------------------------------------------------------------------------------

struct BodyVertex {
    @builtin(position) clip: vec4<f32>,
    @location(0) body: vec2<f32>,                             // position in the frame of the body, in body lengths
    @location(1) @interpolate(flat) colour: vec4<f32>,        // rgb and opacity
    @location(2) @interpolate(flat) pixels_per_body: f32,
}

// How far the glow reaches from the body, in body lengths; without glow, room for a soft edge.
fn reach() -> f32 {
    return GLOW_REACH * view.glow + SOFT_EDGE_PX * view.pixel_length / view.body_length;
}

// A corner of the triangle around the body and its glow: as tight as can be, for every pixel in it is paid for.
fn hull(corner: u32) -> vec2<f32> {
    // Tip, base and half width of the triangle around the bare shape; then moved outward by the reach.
    var tip = ARROW_HULL_TIP;
    var base = ARROW_HULL_BASE;
    var width = ARROW_HULL_HALF_WIDTH;
    if view.body_shape == 1u {
        tip = DROP_HULL_TIP;
        base = DROP_HULL_BASE;
        width = DROP_HULL_HALF_WIDTH;
    } else if view.body_shape == 2u {
        tip = DOT_HULL_TIP;
        base = DOT_HULL_BASE;
        width = DOT_HULL_HALF_WIDTH;
    }
    let slope = width / abs(tip - base);
    let out = sign(tip - base) * reach();
    tip += out * sqrt(1.0 + slope * slope) / slope;
    base -= out;
    width = slope * abs(tip - base);
    return vec2(select(base, tip, corner == 0u), select(width, -width, corner == 1u) * f32(min(corner, 1u)));
}

@vertex
fn body_vertex(@builtin(vertex_index) corner: u32, @builtin(instance_index) instance: u32) -> BodyVertex {
    let periodic = view.tiles.x > 0u;
    let tiles = max(view.tiles, vec2(1u));
    let images = tiles.x * tiles.y;
    let index = instance / images;
    let particle = swarm[index];
    let image = instance % images;

    // The first image at or after the lower left corner of the view, then as many as fit; at most one box beyond.
    var shift = vec2<f32>(0.0);
    if periodic {
        let first = ceil((view.view_min - 2.0 * view.body_length - particle.xy) / view.box_size);
        shift = max(first, vec2(-1.0)) + vec2(f32(image % tiles.x), f32(image / tiles.x));
    }
    let ghost = any(shift != vec2(0.0));
    let opacity = view.opacity * select(1.0, view.ghost_opacity, ghost);

    let body = hull(corner);
    let n = vec2(cos(particle.z), sin(particle.z));
    let offset = body.x * n + body.y * vec2(-n.y, n.x);
    let centre = particle.xy + shift * view.box_size;

    var out: BodyVertex;
    out.clip = clip(centre + offset * view.body_length);
    if any(abs(shift) > vec2(1.0)) {
        // Beyond the ring of ghosts: nothing to see.
        out.clip = vec4(2.0, 2.0, 2.0, 1.0);
    }
    out.body = body;
    out.colour = vec4(colour_of(index), opacity);
    out.pixels_per_body = view.body_length / view.pixel_length;
    return out;
}

// Signed distance to the shape, in body lengths: negative inside.
fn body_distance(p: vec2<f32>) -> f32 {
    let q = vec2(p.x, abs(p.y));
    if view.body_shape == 2u {
        return length(q) - DOT_RADIUS;
    }
    if view.body_shape == 1u {
        // A drop: the hull of a round head (radius a) and a tail tip (radius b), h behind it.
        let a = DROP_HEAD_RADIUS;
        let b = DROP_TAIL_RADIUS;
        let h = DROP_LENGTH;
        let p = vec2(DROP_HEAD_AHEAD - q.x, q.y); // backward from the head
        let s = (a - b) / h;           // the slanted side has the normal (s, c)
        let c = sqrt(1.0 - s * s);
        let along = p.x * c - p.y * s;
        if along < 0.0 {
            return length(p) - a;
        }
        if along > h * c {
            return length(p - vec2(h, 0.0)) - b;
        }
        return dot(p, vec2(s, c)) - a;
    }
    // An arrow with a notched tail: two half planes, rounded.
    let nose = vec2(1.0, 0.0);
    let wing = vec2(ARROW_WING_AHEAD, ARROW_WING_ASIDE);
    let notch = vec2(ARROW_NOTCH_AHEAD, 0.0);
    let flank = normalize(vec2(wing.y - nose.y, nose.x - wing.x));
    let back = normalize(vec2(-(wing.y - notch.y), wing.x - notch.x));
    return max(dot(q - nose, flank), dot(q - notch, back)) - ARROW_ROUNDING;
}

@fragment
fn body_fragment(in: BodyVertex) -> @location(0) vec4<f32> {
    let d = body_distance(in.body);
    let cover = clamp(0.5 - d * in.pixels_per_body, 0.0, 1.0);
    // Lit from the front, so that the heading reads at a glance even in a small body.
    let light = LIGHT_BASE + LIGHT_AHEAD * clamp(in.body.x, -1.0, 1.0) + LIGHT_INSIDE * clamp(-d * INSIDE_PER_LENGTH, 0.0, MAX_INSIDE);
    // The glow follows the body, and rounds off beyond its points.
    let far = max(max(d, length(in.body) - 1.0), 0.0) / GLOW_REACH;
    let fade = clamp(1.0 - far, 0.0, 1.0);
    let halo = view.glow * GLOW_STRENGTH * fade * fade;
    let rgb = in.colour.rgb * (cover * light + (1.0 - cover) * halo);
    // Light is added to a dark ground; on paper it would vanish, and tints instead.
    return vec4(rgb, cover + view.on_paper * (1.0 - cover) * halo) * in.colour.a;
}
