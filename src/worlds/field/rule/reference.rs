//! Library rules in f64, one pixel at a time: what the engines are compared with.

use super::{LibraryRule, TERM_COUNT, Term};
use crate::worlds::field::stills::Still;

/// Five-point Laplacian of a periodic plane `[height × width]`, pixel size 1.
pub fn laplacian(plane: &[f64], width: usize, height: usize) -> Vec<f64> {
    let mut out = vec![0.0; plane.len()];
    for row in 0..height {
        let (up, down) = ((row + height - 1) % height * width, (row + 1) % height * width);
        for column in 0..width {
            let at = row * width;
            let (left, right) = ((column + width - 1) % width, (column + 1) % width);
            out[at + column] = plane[up + column] + plane[down + column] + plane[at + left] + plane[at + right]
                - 4.0 * plane[at + column];
        }
    }
    out
}

/// Channels 0 and 1 of a still in f64.
pub fn planes(still: &Still) -> [Vec<f64>; 2] {
    [0, 1].map(|channel| still.plane(channel).iter().map(|&x| f64::from(x)).collect())
}

/// The first `count` terms of the library at every pixel, `[term][pixel]`.
pub fn term_planes(still: &Still, count: usize) -> Vec<Vec<f64>> {
    let [u, v] = planes(still);
    let lap_u = laplacian(&u, still.width, still.height);
    let lap_v = laplacian(&v, still.width, still.height);
    let of = |term: Term| (0..u.len()).map(|x| term.value(u[x], v[x], lap_u[x], lap_v[x])).collect();
    Term::ALL.into_iter().take(count).map(of).collect()
}

/// (du/dt, dv/dt) at every pixel.
pub fn velocity(rule: &LibraryRule, still: &Still) -> [Vec<f64>; 2] {
    let terms = term_planes(still, TERM_COUNT);
    [&rule.u, &rule.v].map(|coefficients| {
        let sum = |x: usize| coefficients.0.iter().zip(&terms).map(|(c, term)| c * term[x]).sum();
        (0..still.area()).map(sum).collect()
    })
}

/// One Euler step of length `dt`, clamped to the rule's range; `planes` are u and v, `[height × width]` each.
pub fn step(rule: &LibraryRule, planes: &[Vec<f64>; 2], width: usize, height: usize, dt: f64) -> [Vec<f64>; 2] {
    let laps = [0, 1].map(|c| laplacian(&planes[c], width, height));
    [(0, &rule.u), (1, &rule.v)].map(|(channel, coefficients)| {
        let [low, high] = rule.range[channel];
        let at = |x: usize| {
            let value = |term: Term| term.value(planes[0][x], planes[1][x], laps[0][x], laps[1][x]);
            let rate: f64 = Term::ALL.into_iter().map(|term| coefficients.of(term) * value(term)).sum();
            (planes[channel][x] + dt * rate).clamp(low, high)
        };
        (0..width * height).map(at).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::field::stills::GrayScott;

    #[test]
    fn the_laplacian_of_a_wave_is_its_eigenvalue_times_it() {
        let (width, height) = (16, 24);
        let (kx, ky) = (std::f64::consts::TAU * 3.0 / 16.0, std::f64::consts::TAU * 2.0 / 24.0);
        let wave: Vec<f64> =
            (0..width * height).map(|x| (kx * (x % width) as f64 + ky * (x / width) as f64 + 0.3).sin()).collect();
        let eigenvalue = 2.0 * kx.cos() + 2.0 * ky.cos() - 4.0;
        for (lap, value) in laplacian(&wave, width, height).iter().zip(&wave) {
            assert!((lap - eigenvalue * value).abs() < 1e-12);
        }
    }

    #[test]
    fn gray_scott_is_the_rule_with_its_coefficients() {
        let (f, k, du, dv) = (0.02, 0.05, 0.16, 0.08);
        let data = (0..2 * 16 * 16).map(|x| ((x * 37 + 11) % 101) as f32 / 101.0).collect();
        let still = Still { width: 16, height: 16, channels: 2, data };
        let [rate_u, rate_v] = velocity(&GrayScott { f, k, du, dv }.rule(), &still);
        let [u, v] = planes(&still);
        let (lap_u, lap_v) = (laplacian(&u, 16, 16), laplacian(&v, 16, 16));
        for x in 0..256 {
            let reaction = u[x] * v[x] * v[x];
            assert!((rate_u[x] - (du * lap_u[x] - reaction + f * (1.0 - u[x]))).abs() < 1e-14);
            assert!((rate_v[x] - (dv * lap_v[x] + reaction - (f + k) * v[x])).abs() < 1e-14);
        }
    }
}
