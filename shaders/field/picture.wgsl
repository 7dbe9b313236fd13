// A field as colours of a picture, repeated faintly around itself; the twin of src/worlds/field/studio/draw.rs, whose constants come
// before it.

struct Show {
    // Pixels of the field: the upper left corner of the picture, and one pixel of the picture.
    corner: vec2<f32>,
    unit: f32,
    // Pixels of the field are squares, instead of mixed with their neighbours.
    squares: u32,
    // Width and height of the field and of the picture.
    field: vec2<u32>,
    picture: vec2<u32>,
    // From one row of the picture to the next, pixels.
    stride: u32,
    // Values of a pixel of the field.
    channels: u32,
    // Of two values: 0 the second by the table, 6 the first, 7 a mixture of both. Of three: 1 as they are, 2 to 4 one of
    // them, 5 their mean.
    colours: u32,
    // The value at the first colour of the table, and colours for each unit of value; below, those of the first of two.
    low: f32,
    per_value: f32,
    // Light of what is repeated, relative to the field itself.
    repeated: f32,
    low_u: f32,
    per_u: f32,
    // Of the mixture, sRGB: its ground, and what both values add to it at their last colour. Tokens have a ground too, and
    // w is 1 where it is light.
    ground: vec4<f32>,
    ink_u: vec4<f32>,
    ink_v: vec4<f32>,
}

@group(0) @binding(0) var<uniform> show: Show;
@group(0) @binding(1) var<storage, read> values: array<f32>;
// Those of the field, then as many of what is repeated.
@group(0) @binding(2) var<storage, read> table: array<u32>;
@group(0) @binding(3) var<storage, read_write> picture: array<u32>;

// Two neighbours along one axis, and the share of the second.
struct Place {
    first: u32,
    second: u32,
    share: f32,
    is_repeated: bool,
}

fn wrapped(k: i32, side: u32) -> u32 {
    let n = i32(side);
    return u32(((k % n) + n) % n);
}

fn place(at: f32, side: u32) -> Place {
    let first = floor(select(at - 0.5, at, show.squares != 0u));
    let share = select(at - 0.5 - first, 0.0, show.squares != 0u);
    let is_repeated = !(at >= 0.0 && at < f32(side));
    return Place(wrapped(i32(first), side), wrapped(i32(first) + 1, side), share, is_repeated);
}

fn value(column: Place, row: Place, channel: u32) -> f32 {
    let upper = row.first * show.field.x;
    let lower = row.second * show.field.x;
    let a = values[(upper + column.first) * show.channels + channel];
    let b = values[(upper + column.second) * show.channels + channel];
    let c = values[(lower + column.first) * show.channels + channel];
    let d = values[(lower + column.second) * show.channels + channel];
    let above = a * (1.0 - column.share) + b * column.share;
    let below = c * (1.0 - column.share) + d * column.share;
    return above * (1.0 - row.share) + below * row.share;
}

fn packed(colour: vec3<f32>) -> u32 {
    let c = vec3<u32>(clamp(colour, vec3<f32>(0.0), vec3<f32>(255.0)));
    return c.x | (c.y << 8u) | (c.z << 16u) | 0xff000000u;
}

@compute @workgroup_size(8, 8)
fn draw(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= show.picture.x || id.y >= show.picture.y) {
        return;
    }
    let at = show.corner + show.unit * (vec2<f32>(id.xy) + 0.5);
    let column = place(at.x, show.field.x);
    let row = place(at.y, show.field.y);
    let is_repeated = column.is_repeated || row.is_repeated;
    let to = id.y * show.stride + id.x;
    if (show.channels == 2u) {
        let last = f32(arrayLength(&table) / 2u - 1u);
        let u = clamp((value(column, row, 0u) - show.low_u) * show.per_u, 0.0, last);
        let v = clamp((value(column, row, 1u) - show.low) * show.per_value, 0.0, last);
        if (show.colours == 7u) {
            let ground = show.ground.xyz;
            let full = ground + u / last * show.ink_u.xyz + v / last * show.ink_v.xyz;
            let light = select(1.0, show.repeated, is_repeated);
            picture[to] = packed(ground + light * (clamp(full, vec3<f32>(0.0), vec3<f32>(255.0)) - ground));
            return;
        }
        let k = u32(select(v, u, show.colours == 6u));
        picture[to] = table[select(k, k + u32(last) + 1u, is_repeated)];
        return;
    }
    var colour = vec3<f32>(value(column, row, 0u), value(column, row, 1u), value(column, row, 2u));
    switch (show.colours) {
        case 2u: { colour = vec3<f32>(colour.x); }
        case 3u: { colour = vec3<f32>(colour.y); }
        case 4u: { colour = vec3<f32>(colour.z); }
        case 5u: { colour = vec3<f32>((colour.x + colour.y + colour.z) / 3.0); }
        default: {}
    }
    let strength = select(1.0, show.repeated, is_repeated);
    let ground = show.ground.xyz;
    var ink = max(colour, vec3<f32>(0.0)) * (255.0 - ground);
    var cover = 0.0;
    if (show.ground.w != 0.0) {
        let inked = clamp(colour, vec3<f32>(0.0), vec3<f32>(1.0));
        ink = select(vec3<f32>(0.0), 255.0 * INK * inked, show.colours == 1u);
        let opacity = select(1.0, COVER, show.colours == 1u);
        cover = clamp(opacity * max(colour.x, max(colour.y, colour.z)), 0.0, 1.0);
    }
    picture[to] = packed(ground + strength * (ink - cover * ground));
}
