//! A drawn token: a small canvas of colours and alpha. Its front points to the right.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::formats::StopSignal;
use crate::worlds::field::FieldError;
use crate::worlds::field::stills::{pack_bytes, unpack_bytes};

/// Sides of a canvas, canvas pixels.
pub const MIN_CANVAS: usize = 12;
/// Largest side.
pub const MAX_CANVAS: usize = 32;
/// Width of a canvas in the field, field pixels.
pub const MIN_SIZE_PX: f64 = 8.0;
/// Largest width.
pub const MAX_SIZE_PX: f64 = 32.0;
/// Alpha of the faintest pixel that counts as drawn, and of the faintest that counts for the size of a token.
const FAINTEST: u8 = 12;
const CLEAR: u8 = 64;
/// Edge of the shapes of bundled tokens: distance over which they fade, field pixels.
const SOFT_EDGE: f64 = 0.35;

/// A square canvas.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// Canvas pixels of a side.
    pub side: usize,
    /// Field pixels that the side covers.
    pub size_px: f64,
    /// Red, green, blue and alpha (not premultiplied), row by row.
    pub pixels: Vec<[u8; 4]>,
}

#[derive(Serialize, Deserialize)]
struct PackedToken {
    side: usize,
    size_px: f64,
    pixels: String,
}

impl Serialize for Token {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let pixels = pack_bytes(self.pixels.as_flattened());
        PackedToken { side: self.side, size_px: self.size_px, pixels }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let PackedToken { side, size_px, pixels } = PackedToken::deserialize(deserializer)?;
        if !(1..=MAX_CANVAS).contains(&side) {
            return Err(D::Error::custom(format!("a canvas of {side} pixels is out of range")));
        }
        let bytes = unpack_bytes(&pixels, 4 * side * side, "token").map_err(D::Error::custom)?;
        Ok(Self { side, size_px, pixels: bytes.as_chunks::<4>().0.to_vec() })
    }
}

impl Token {
    /// An empty canvas of which one pixel is one field pixel.
    pub fn empty(side: usize) -> Self {
        Self { side, size_px: side as f64, pixels: vec![[0; 4]; side * side] }
    }

    /// From an image of any size, scaled to a canvas of at most 32 pixels, which covers 16 field pixels. Also width and
    /// height of the image, pixels.
    ///
    /// # Errors
    /// A file that cannot be read, the signal to stop, or a file without a drawing on a transparent background.
    pub fn load(path: &std::path::Path, stop: StopSignal) -> Result<(Self, [u32; 2]), FieldError> {
        let refused = |reason: String| FieldError::File { path: path.display().to_string(), reason };
        let picture = stop.open_image(path).map_err(|e| refused(format!("it is not a readable image ({e})")))?;
        let size = [picture.width(), picture.height()];
        let side = size[0].max(size[1]).clamp(MIN_CANVAS as u32, MAX_CANVAS as u32);
        let scaled = picture.resize(side, side, image::imageops::FilterType::Triangle).into_rgba8();
        let mut token = Self { size_px: 16.0, ..Self::empty(side as usize) };
        let (left, top) = ((side - scaled.width()) / 2, (side - scaled.height()) / 2);
        for (x, y, pixel) in scaled.enumerate_pixels() {
            token.pixels[((y + top) * side + x + left) as usize] = pixel.0;
        }
        token.check().map_err(|error| match error {
            FieldError::Value { reason, hint, .. } => refused(format!("{reason}; {hint}")),
            other => other,
        })?;
        Ok((token, size))
    }

    /// Whether an image file has the transparent ground that makes it an icon rather than a still.
    ///
    /// # Errors
    /// A file that cannot be read, and the signal to stop.
    pub fn is_icon(path: &std::path::Path, stop: StopSignal) -> Result<bool, FieldError> {
        let refused = |reason: String| FieldError::File { path: path.display().to_string(), reason };
        let picture = stop.open_image(path).map_err(|e| refused(format!("it is not a readable image ({e})")))?;
        let has_alpha = picture.color().has_alpha();
        Ok(has_alpha && picture.into_rgba8().pixels().any(|pixel| pixel[3] < FAINTEST))
    }

    /// Brightest channel of a pixel times its alpha, 0 to 255: what is dark does not show on the dark ground.
    pub(super) fn light(&self, pixel: usize) -> u8 {
        let [r, g, b, alpha] = self.pixels[pixel].map(u32::from);
        (r.max(g).max(b) * alpha / 255) as u8
    }

    /// # Errors
    /// A canvas of a wrong size, or a token that is too large or too small in the field.
    pub fn check_canvas(&self) -> Result<(), FieldError> {
        let fail = |reason: String, hint| Err(FieldError::Value { path: "token", reason, hint });
        if !(MIN_CANVAS..=MAX_CANVAS).contains(&self.side) || self.pixels.len() != self.side * self.side {
            return fail(format!("its canvas has a side of {} pixels", self.side), "give 12 to 32");
        }
        if !(MIN_SIZE_PX..=MAX_SIZE_PX).contains(&self.size_px) {
            return fail(format!("it is {} field pixels wide", self.size_px), "give 8 to 32");
        }
        Ok(())
    }

    /// # Errors
    /// A token that cannot be learned: as [`Self::check_canvas`], and an empty, a dark or an opaque canvas.
    pub fn check(&self) -> Result<(), FieldError> {
        self.check_canvas()?;
        let fail = |reason: String, hint| Err(FieldError::Value { path: "token", reason, hint });
        let edge = (0..self.side).flat_map(|k| [(k, 0), (k, self.side - 1), (0, k), (self.side - 1, k)]);
        let on_edge = edge.filter(|(x, y)| self.pixels[y * self.side + x][3] > FAINTEST).count();
        if on_edge > 2 * self.side {
            return fail("its canvas is opaque up to the edge".to_owned(), "erase the background around it");
        }
        let drawn = (0..self.pixels.len()).filter(|&k| self.light(k) > FAINTEST).count();
        if drawn < 8 {
            return fail(format!("only {drawn} pixels are drawn and brighter than the ground"), "draw more of it");
        }
        Ok(())
    }

    /// Colour times alpha at a point, in field pixels from the centre; between pixels bilinear, outside zero.
    pub fn value(&self, x: f64, y: f64) -> [f64; 3] {
        let scale = self.side as f64 / self.size_px;
        let at = [x, y].map(|v| (v + 0.5 * self.size_px) * scale - 0.5);
        let floor = at.map(f64::floor);
        let mut sum = [0.0; 3];
        for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let (column, row) = (floor[0] as i64 + dx, floor[1] as i64 + dy);
            let inside = 0..self.side as i64;
            if !inside.contains(&column) || !inside.contains(&row) {
                continue;
            }
            let near = |d: i64, axis: usize| {
                let f = at[axis] - floor[axis];
                if d == 1 { f } else { 1.0 - f }
            };
            let [r, g, b, alpha] = self.pixels[row as usize * self.side + column as usize].map(f64::from);
            let weight = near(dx, 0) * near(dy, 1) * alpha / (255.0 * 255.0);
            sum = [sum[0] + weight * r, sum[1] + weight * g, sum[2] + weight * b];
        }
        sum
    }

    /// Distance of the farthest clearly drawn pixel from the centre, field pixels.
    pub fn radius_px(&self) -> f64 {
        let pixel = self.size_px / self.side as f64;
        let middle = (self.side as f64 - 1.0) / 2.0;
        let drawn = (0..self.pixels.len()).filter(|&k| self.pixels[k][3] > CLEAR);
        let far = drawn.map(|k| ((k % self.side) as f64 - middle).hypot((k / self.side) as f64 - middle) * pixel);
        far.fold(0.0, f64::max) + 0.5 * pixel
    }

    /// From colours and coverage at field pixels from the centre.
    fn from_shape(shape: impl Fn(f64, f64) -> ([f64; 3], f64)) -> Self {
        let (side, size_px) = (32usize, 16.0);
        let pixel = |k: usize| {
            let at = |v: usize| (v as f64 + 0.5) * size_px / side as f64 - 0.5 * size_px;
            let (colour, cover) = shape(at(k % side), at(k / side));
            let byte = |v: f64| (v * 255.0).round().clamp(0.0, 255.0) as u8;
            [byte(colour[0]), byte(colour[1]), byte(colour[2]), byte(cover)]
        };
        Self { side, size_px, pixels: (0..side * side).map(pixel).collect() }
    }

    /// A bundled token: `firefly`, `taiji`, `arrow`, `dot` or `ring`.
    pub fn bundled(name: &str) -> Option<Self> {
        let soft = |distance: f64| 1.0 / (1.0 + (distance / SOFT_EDGE).exp());
        let mix = |a: [f64; 3], b: [f64; 3], t: f64| [0, 1, 2].map(|c| a[c] * (1.0 - t) + b[c] * t);
        let token = match name {
            // A drop with a yellow head and a blue tail.
            "firefly" => Self::from_shape(|x, y| {
                let width = 3.6 * ((x + 6.5) / 10.0).clamp(0.0, 1.0).sqrt();
                let tail = soft(y.abs() - width) * soft((x - 5.0).max(-6.5 - x));
                let cover = soft((x - 2.2).hypot(y) - 3.6).max(if x < 2.2 { tail } else { 0.0 });
                (mix([0.1, 0.4, 1.0], [1.0, 0.8, 0.1], soft((x - 2.6).hypot(y) - 2.3)), cover)
            }),
            "taiji" => Self::from_shape(|x, y| {
                let lobe = |cx: f64, r: f64| soft((x - cx).hypot(y) - r);
                let light = (soft(-y) * (1.0 - lobe(3.0, 3.0))).max(lobe(-3.0, 3.0));
                let eyes = light * (1.0 - lobe(-3.0, 1.0)) + lobe(3.0, 1.0);
                (mix([0.1, 0.1, 0.9], [1.0, 0.9, 0.3], eyes.clamp(0.0, 1.0)), soft(x.hypot(y) - 6.0))
            }),
            "arrow" => Self::from_shape(|x, y| {
                let shaft = soft((y.abs() - 1.3).max((x - 1.0).max(-7.0 - x)));
                let head = soft(((y.abs() - (6.5 - x) * 0.75) * 0.8).max(0.5 - x));
                (mix([0.1, 0.8, 0.9], [1.0, 0.3, 0.2], ((x + 7.0) / 13.0).clamp(0.0, 1.0)), shaft.max(head))
            }),
            // A disc with a bright front half, and a ring with a gap in front: the two kinds of *dots*. A disc whose front
            // is a small spot loses its heading in the noise.
            "dot" => {
                Self::from_shape(|x, y| (mix([0.8, 0.1, 0.1], [1.0, 0.95, 0.6], soft(-x)), soft(x.hypot(y) - 4.5)))
            }
            "ring" => Self::from_shape(|x, y| {
                let r = x.hypot(y);
                let gap = if x > 0.0 { soft(y.abs() - 1.2) } else { 0.0 };
                ([0.2, 0.85, 0.75], soft((r - 4.0).abs() - 1.3) * (1.0 - gap))
            }),
            _ => return None,
        };
        Some(token)
    }
}

#[cfg(test)]
mod tests {
    use glam::DVec2;

    use super::*;

    #[test]
    fn bundled_tokens_are_sound_and_survive_their_text() {
        for name in ["firefly", "taiji", "arrow", "dot", "ring"] {
            let token = Token::bundled(name).unwrap();
            token.check().unwrap();
            assert!((4.0..8.5).contains(&token.radius_px()), "{name}: {}", token.radius_px());
            assert_eq!(ron::from_str::<Token>(&ron::to_string(&token).unwrap()).unwrap(), token);
        }
        assert_eq!(Token::bundled("cat"), None);
    }

    #[test]
    fn the_front_of_the_firefly_is_yellow() {
        let firefly = Token::bundled("firefly").unwrap();
        let ([r, _, b], [r2, _, b2]) = (firefly.value(2.6, 0.0), firefly.value(-4.0, 0.0));
        assert!(r > b && b2 > r2);
        assert_eq!(firefly.value(20.0, 0.0), [0.0; 3]);
    }

    #[test]
    fn empty_opaque_and_wrong_canvases_are_refused() {
        let refused = |token: &Token| token.check().unwrap_err().to_string();
        assert!(refused(&Token::empty(16)).contains("only 0 pixels"));
        let mut dark = Token::empty(16);
        dark.draw_line(DVec2::splat(8.0), DVec2::splat(8.0), 5.0, [0, 0, 0, 255]);
        assert!(refused(&dark).contains("brighter"));
        assert!(refused(&Token { pixels: vec![[9, 9, 9, 255]; 256], ..Token::empty(16) }).contains("opaque"));
        assert!(refused(&Token::empty(8)).contains("12 to 32"));
        assert!(refused(&Token { size_px: 90.0, ..Token::bundled("dot").unwrap() }).contains("90"));
    }
}
