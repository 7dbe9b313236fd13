// How the network's grid is placed on the field in a step: pixels right and down, and quarter turns (half turns where the
// field is not square); as in src/worlds/field/tokens/grid.rs.
fn placement(step: u32) -> vec3<u32> {
    let r = pcg4d(vec4<u32>(field.seed, step, 0xffffffffu)).xyz >> vec3<u32>(30u);
    return vec3<u32>(r.xy, select(r.z & 2u, r.z, field.size.x == field.size.y));
}

// The field pixel at a pixel of the network's image.
fn field_pixel(place: vec3<u32>, at: vec2<u32>) -> vec2<u32> {
    let last = field.size - 1u;
    var turned = at;
    if place.z == 1u {
        turned = vec2<u32>(last.y - at.y, at.x);
    } else if place.z == 2u {
        turned = last - at;
    } else if place.z == 3u {
        turned = vec2<u32>(at.y, last.x - at.x);
    }
    return (turned + field.size - place.xy) % field.size;
}

// The inverse: the pixel of the network's image at a field pixel.
fn network_pixel(place: vec3<u32>, at: vec2<u32>) -> vec2<u32> {
    let last = field.size - 1u;
    let turned = (at + place.xy) % field.size;
    if place.z == 1u {
        return vec2<u32>(turned.y, last.y - turned.x);
    }
    if place.z == 2u {
        return last - turned;
    }
    if place.z == 3u {
        return vec2<u32>(last.x - turned.y, turned.x);
    }
    return turned;
}
