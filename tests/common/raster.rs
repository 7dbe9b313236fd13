//! Draws what egui shows on the processor, so that pictures of the panels need no GPU and are equal everywhere: triangle by
//! triangle, without multisampling, blended in gamma space as egui does.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use bevy_egui::egui::epaint::{ClippedPrimitive, ImageData, Primitive, TextureId, Vertex};
use bevy_egui::egui::{ColorImage, Context, FullOutput, Pos2, TexturesDelta};
use egui_kittest::TestRenderer;
use image::RgbaImage;

/// The textures of a harness, kept up to date by it; clones share them.
#[derive(Clone, Default)]
pub struct Textures(Rc<RefCell<HashMap<TextureId, ColorImage>>>);

impl TestRenderer for Textures {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        let mut textures = self.0.borrow_mut();
        for (id, changes) in std::mem::take(&mut delta.set) {
            for change in changes {
                let ImageData::Color(image) = change.image;
                match change.pos {
                    None => _ = textures.insert(id, (*image).clone()),
                    Some([x, y]) => {
                        let texture = textures.get_mut(&id).expect("a patch belongs to a texture");
                        let width = texture.width();
                        for (row, pixels) in image.pixels.chunks(image.width()).enumerate() {
                            let begin = (y + row) * width + x;
                            texture.pixels[begin..begin + pixels.len()].copy_from_slice(pixels);
                        }
                    }
                }
            }
        }
        for id in std::mem::take(&mut delta.free) {
            textures.remove(&id);
        }
    }
}

impl Textures {
    /// What a frame shows, one pixel per point.
    pub fn draw(&self, ctx: &Context, output: &FullOutput) -> RgbaImage {
        let size = ctx.content_rect().size();
        let mut picture = RgbaImage::from_pixel(size.x as u32, size.y as u32, image::Rgba([0, 0, 0, 255]));
        let textures = self.0.borrow();
        for ClippedPrimitive { clip_rect, primitive } in ctx.tessellate(output.shapes.clone(), 1.0) {
            let Primitive::Mesh(mesh) = primitive else { continue };
            let texture = &textures[&mesh.texture_id];
            let clip = [clip_rect.min.x, clip_rect.min.y, clip_rect.max.x, clip_rect.max.y];
            let [left, top, right, bottom] = clip.map(|edge| edge.round().max(0.0) as u32);
            let clip = [left, top, right.min(picture.width()), bottom.min(picture.height())];
            for corners in mesh.indices.chunks_exact(3) {
                let triangle = [0, 1, 2].map(|k| mesh.vertices[corners[k] as usize]);
                fill(&mut picture, triangle, texture, clip);
            }
        }
        picture
    }
}

/// Twice the area of the triangle; positive where `c` is on the right of the way from `a` to `b`, as y is down.
fn doubled_area(a: Pos2, b: Pos2, c: Pos2) -> f64 {
    let [ax, ay, bx, by, cx, cy] = [a.x, a.y, b.x, b.y, c.x, c.y].map(f64::from);
    (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
}

/// A pixel on the edge of two triangles belongs to one of them: that on the right of, or below, the edge.
fn owns_edge(a: Pos2, b: Pos2) -> bool {
    b.y < a.y || (b.y == a.y && b.x > a.x)
}

fn fill(picture: &mut RgbaImage, mut corners: [Vertex; 3], texture: &ColorImage, clip: [u32; 4]) {
    let places = |corners: &[Vertex; 3]| corners.map(|corner| corner.pos);
    let [a, b, c] = places(&corners);
    if doubled_area(a, b, c) < 0.0 {
        corners.swap(1, 2);
    }
    let [a, b, c] = places(&corners);
    let area = doubled_area(a, b, c);
    if area == 0.0 || area.is_nan() {
        return;
    }
    let min = |of: fn(&Pos2) -> f32| [a, b, c].iter().map(of).fold(f32::INFINITY, f32::min).floor().max(0.0) as u32;
    let max = |of: fn(&Pos2) -> f32| [a, b, c].iter().map(of).fold(0.0, f32::max).ceil() as u32;
    let edges = [(b, c), (c, a), (a, b)];
    for y in min(|p| p.y).max(clip[1])..max(|p| p.y).min(clip[3]) {
        for x in min(|p| p.x).max(clip[0])..max(|p| p.x).min(clip[2]) {
            let at = Pos2::new(x as f32 + 0.5, y as f32 + 0.5);
            let weights = edges.map(|(from, to)| doubled_area(from, to, at));
            let is_inside =
                weights.iter().zip(edges).all(|(&w, (from, to))| w > 0.0 || (w == 0.0 && owns_edge(from, to)));
            if is_inside {
                let shares = weights.map(|w| (w / area) as f32);
                blend(picture.get_pixel_mut(x, y), colour(&corners, shares, texture));
            }
        }
    }
}

/// Premultiplied, in gamma space, 0 to 1.
fn colour(corners: &[Vertex; 3], shares: [f32; 3], texture: &ColorImage) -> [f32; 4] {
    let mean = |of: &dyn Fn(&Vertex) -> f32| corners.iter().zip(shares).map(|(corner, share)| share * of(corner)).sum();
    let [u, v]: [f32; 2] = [mean(&|corner| corner.uv.x), mean(&|corner| corner.uv.y)];
    let texel = |share: f32, count: usize| ((share * count as f32) as usize).min(count - 1);
    let texel = texture[(texel(u, texture.width()), texel(v, texture.height()))].to_array();
    [0, 1, 2, 3].map(|k| {
        let own: f32 = mean(&|corner| f32::from(corner.color.to_array()[k]));
        own / 255.0 * f32::from(texel[k]) / 255.0
    })
}

fn blend(pixel: &mut image::Rgba<u8>, [r, g, b, a]: [f32; 4]) {
    for (below, above) in pixel.0.iter_mut().zip([r, g, b, a]) {
        let mixed = above + (1.0 - a) * f32::from(*below) / 255.0;
        *below = (255.0 * mixed).round().clamp(0.0, 255.0) as u8;
    }
}
