//! A token ready to be drawn at any pose: a fine table of its colours and their derivatives.

use super::{Token, TokenPose};

/// Table samples per field pixel.
const SAMPLES: usize = 4;
/// Standard deviation of the blur that keeps slopes smooth, field pixels.
const BLUR_PX: f64 = 0.4;
/// Values below this end the support of a token.
const FAINT: f64 = 0.01;

/// Values and derivatives ahead (x) and to the left (y) of the token's own frame, three colours each.
type Sample = [f32; 9];

/// What one pixel of a drawn token has: colours and how they change when the token moves one pixel ahead, one pixel
/// sideways, or turns by one radian.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Touch {
    /// Colours.
    pub value: [f32; 3],
    /// Change per pixel of motion ahead.
    pub ahead: [f32; 3],
    /// Change per pixel of motion to the side.
    pub aside: [f32; 3],
    /// Change per radian.
    pub turn: [f32; 3],
}

/// The table of one token.
#[derive(Clone, Debug)]
pub struct Template {
    samples: Vec<Sample>,
    side: usize,
    /// Beyond this distance from its centre a token is zero, field pixels.
    pub radius_px: f64,
    /// Sum of squares of its values over field pixels.
    pub energy: f64,
    /// Sum of squares of its change when it moves one pixel ahead.
    pub ahead_energy: f64,
}

impl Template {
    /// Of a drawn token.
    pub fn new(token: &Token) -> Self {
        let half = (token.size_px / 2.0 + 2.0).ceil();
        let side = (2.0 * half) as usize * SAMPLES + 1;
        let place = |k: usize| k as f64 / SAMPLES as f64 - half;
        let sharp: Vec<[f64; 3]> = (0..side * side).map(|k| token.value(place(k % side), place(k / side))).collect();
        let values = blurred(&sharp, side);
        let at = |x: i64, y: i64| -> [f64; 3] {
            let inside = 0..side as i64;
            if inside.contains(&x) && inside.contains(&y) { values[y as usize * side + x as usize] } else { [0.0; 3] }
        };
        let mut samples = vec![[0.0; 9]; side * side];
        let mut radius_px = 0.0f64;
        for (k, sample) in samples.iter_mut().enumerate() {
            let (x, y) = ((k % side) as i64, (k / side) as i64);
            let value = at(x, y);
            let (right, left, below, above) = (at(x + 1, y), at(x - 1, y), at(x, y + 1), at(x, y - 1));
            let slope = SAMPLES as f64 / 2.0;
            for c in 0..3 {
                sample[c] = value[c] as f32;
                sample[3 + c] = (slope * (right[c] - left[c])) as f32;
                sample[6 + c] = (slope * (below[c] - above[c])) as f32;
            }
            if value.iter().any(|v| v.abs() > FAINT) {
                radius_px = radius_px.max(place(k % side).hypot(place(k / side)));
            }
        }
        let per_pixel = (SAMPLES * SAMPLES) as f64;
        let squares = |from: usize| {
            let sum = samples.iter().flat_map(|s| &s[from..from + 3]).map(|v| f64::from(v * v)).sum::<f64>();
            sum / per_pixel
        };
        let (energy, ahead_energy) = (squares(0), squares(3));
        Self { samples, side, radius_px: radius_px + 0.5, energy, ahead_energy }
    }

    /// Colours and derivatives at a point of the token's own frame, field pixels from its centre.
    fn sample(&self, x: f32, y: f32) -> Sample {
        let middle = (self.side / 2) as f32;
        let last = self.side as f32 - 1.001;
        let u = (x * SAMPLES as f32 + middle).clamp(0.0, last);
        let v = (y * SAMPLES as f32 + middle).clamp(0.0, last);
        let (iu, iv) = (u as usize, v as usize);
        let (fu, fv) = (u - iu as f32, v - iv as f32);
        let at = iv * self.side + iu;
        let (a, b) = (&self.samples[at], &self.samples[at + 1]);
        let (c, d) = (&self.samples[at + self.side], &self.samples[at + self.side + 1]);
        let (wa, wb, wc, wd) = ((1.0 - fu) * (1.0 - fv), fu * (1.0 - fv), (1.0 - fu) * fv, fu * fv);
        std::array::from_fn(|k| a[k] * wa + b[k] * wb + c[k] * wc + d[k] * wd)
    }

    /// Visits the pixels of a token at `pose` on a torus of `width` × `height`: their index and what the token has there.
    pub fn touch(&self, pose: &TokenPose, width: usize, height: usize, mut visit: impl FnMut(usize, Touch)) {
        self.visit(pose, width, height, |index, _, touch| visit(index, touch));
    }

    /// As [`Self::touch`], with the place of the pixel in the token's own frame.
    pub fn visit(&self, pose: &TokenPose, width: usize, height: usize, mut visit: impl FnMut(usize, [f32; 2], Touch)) {
        let reach = self.radius_px.ceil() as i64 + 1;
        let (sin, cos) = (pose.heading.sin() as f32, pose.heading.cos() as f32);
        let (cx, cy) = (pose.x.floor(), pose.y.floor());
        let (fx, fy) = ((pose.x - cx) as f32, (pose.y - cy) as f32);
        let limit = (self.radius_px * self.radius_px) as f32;
        for dy in -reach..=reach {
            let y = dy as f32 - fy;
            let row = (cy as i64 + dy).rem_euclid(height as i64) as usize * width;
            for dx in -reach..=reach {
                let x = dx as f32 - fx;
                if x * x + y * y > limit {
                    continue;
                }
                let (bx, by) = (cos * x + sin * y, cos * y - sin * x);
                let s = self.sample(bx, by);
                let index = row + (cx as i64 + dx).rem_euclid(width as i64) as usize;
                // A token that moves ahead shows at a fixed pixel what was behind; turning is -(x ∂y - y ∂x).
                let touch = Touch {
                    value: [s[0], s[1], s[2]],
                    ahead: [-s[3], -s[4], -s[5]],
                    aside: [-s[6], -s[7], -s[8]],
                    turn: [0, 1, 2].map(|c| by * s[3 + c] - bx * s[6 + c]),
                };
                visit(index, [bx, by], touch);
            }
        }
    }

    /// Body-frame motion (ahead, aside, turn) that changes the image most like `change` does, by least squares;
    /// `change` is an image `[height × width × 3]`.
    pub fn project(&self, pose: &TokenPose, width: usize, height: usize, change: &[f32]) -> [f64; 3] {
        let mut m = [[0.0f64; 3]; 3];
        let mut b = [0.0f64; 3];
        self.touch(pose, width, height, |index, touch| {
            let tangents = [touch.ahead, touch.aside, touch.turn];
            let change = &change[3 * index..3 * index + 3];
            for i in 0..3 {
                let dot = |other: &[f32]| tangents[i].iter().zip(other).map(|(a, b)| a * b).sum::<f32>();
                b[i] += f64::from(dot(change));
                for j in 0..=i {
                    m[i][j] += f64::from(dot(&tangents[j]));
                }
            }
        });
        solve3(m, b)
    }
}

/// Solves a symmetric 3 × 3 system given by its lower triangle, with a small ridge: a token that is round has no heading.
fn solve3(m: [[f64; 3]; 3], b: [f64; 3]) -> [f64; 3] {
    let ridge = 1e-3 * (m[0][0] + m[1][1] + m[2][2]) / 3.0 + 1e-12;
    let a = nalgebra::Matrix3::new(
        m[0][0] + ridge,
        m[1][0],
        m[2][0],
        m[1][0],
        m[1][1] + ridge,
        m[2][1],
        m[2][0],
        m[2][1],
        m[2][2] + ridge,
    );
    let x = a.cholesky().map_or_else(nalgebra::Vector3::zeros, |c| c.solve(&nalgebra::Vector3::from(b)));
    [x[0], x[1], x[2]]
}

fn blurred(image: &[[f64; 3]], side: usize) -> Vec<[f64; 3]> {
    let sd = BLUR_PX * SAMPLES as f64;
    let reach = (3.5 * sd).ceil() as i64;
    let kernel: Vec<f64> = (-reach..=reach).map(|r| (-0.5 * (r as f64 / sd).powi(2)).exp()).collect();
    let sum: f64 = kernel.iter().sum();
    let pass = |from: &[[f64; 3]], step: (i64, i64)| -> Vec<[f64; 3]> {
        (0..from.len() as i64)
            .map(|k| {
                let (x, y) = (k % side as i64, k / side as i64);
                let mut out = [0.0; 3];
                for (weight, r) in kernel.iter().zip(-reach..=reach) {
                    let (px, py) = (x + r * step.0, y + r * step.1);
                    if (0..side as i64).contains(&px) && (0..side as i64).contains(&py) {
                        let value = from[(py * side as i64 + px) as usize];
                        (0..3).for_each(|c| out[c] += weight / sum * value[c]);
                    }
                }
                out
            })
            .collect()
    };
    pass(&pass(image, (1, 0)), (0, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image_of(template: &Template, pose: &TokenPose) -> Vec<f32> {
        let mut image = vec![0.0; 48 * 48 * 3];
        template.touch(pose, 48, 48, |index, touch| {
            (0..3).for_each(|c| image[3 * index + c] += touch.value[c]);
        });
        image
    }

    #[test]
    fn projection_finds_small_motions_across_the_edge() {
        let template = Template::new(&Token::bundled("firefly").unwrap());
        let pose = TokenPose { x: 46.3, y: 2.7, heading: 2.1, kind: 0 };
        let motion = [0.06, -0.04, 0.02];
        let moved = pose.moved(motion);
        let change: Vec<f32> =
            image_of(&template, &moved).iter().zip(image_of(&template, &pose)).map(|(a, b)| a - b).collect();
        let found = template.project(&pose, 48, 48, &change);
        for (a, b) in found.iter().zip(motion) {
            assert!((a - b).abs() < 0.003, "{found:?}");
        }
    }

    #[test]
    fn energy_is_the_sum_of_squares_on_the_field() {
        let template = Template::new(&Token::bundled("taiji").unwrap());
        let image = image_of(&template, &TokenPose { x: 20.2, y: 20.6, heading: 0.4, kind: 0 });
        let sum = image.iter().map(|v| f64::from(v * v)).sum::<f64>();
        assert!((sum / template.energy - 1.0).abs() < 0.02, "{sum} {}", template.energy);
    }
}
