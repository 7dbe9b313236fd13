//! Power of a plane by wavenumber.

use std::f64::consts::TAU;

/// Rings of whole wavenumbers 1, 2, … that a spectrum has.
pub const SPECTRUM_BINS: usize = 24;

/// Mean power of a periodic plane `[height × width]` in rings of wavenumber 0.5..1.5, 1.5..2.5 and so on, in waves per
/// longer side; the sum over all waves is the variance of the plane. Only the waves of the rings are computed, axis by
/// axis.
pub fn spectrum(plane: &[f32], width: usize, height: usize) -> [f64; SPECTRUM_BINS] {
    let longer = width.max(height) as f64;
    let (ratio_x, ratio_y) = (longer / width as f64, longer / height as f64);
    let reach = SPECTRUM_BINS as f64 + 0.5;
    let last = |ratio: f64, side: usize| ((reach / ratio) as usize).min((side - 1) / 2) as i64;
    let (last_x, last_y) = (last(ratio_x, width), last(ratio_y, height));
    let table = |side: usize| -> Vec<[f64; 2]> {
        (0..side).map(|k| TAU * k as f64 / side as f64).map(|angle| [angle.cos(), angle.sin()]).collect()
    };
    let (waves_x, waves_y) = (table(width), table(height));
    let mut power = [0.0; SPECTRUM_BINS];
    let mut counts = [0.0; SPECTRUM_BINS];
    for kx in 0..=last_x {
        let rows: Vec<[f64; 2]> = (plane.chunks_exact(width))
            .map(|row| {
                let mut sum = [0.0; 2];
                for (x, value) in row.iter().enumerate() {
                    let [cos, sin] = waves_x[x * kx as usize % width];
                    sum = [sum[0] + f64::from(*value) * cos, sum[1] - f64::from(*value) * sin];
                }
                sum
            })
            .collect();
        // A real plane has equal power at k and -k: half of the plane of waves is enough.
        for ky in -last_y..=last_y {
            let ring = ((kx as f64 * ratio_x).hypot(ky as f64 * ratio_y) - 0.5).floor();
            if ring < 0.0 || ring >= SPECTRUM_BINS as f64 || (kx == 0 && ky < 0) {
                continue;
            }
            let mut sum = [0.0; 2];
            for (y, [re, im]) in rows.iter().enumerate() {
                let [cos, sin] = waves_y[(y as i64 * ky).rem_euclid(height as i64) as usize];
                sum = [sum[0] + re * cos + im * sin, sum[1] + im * cos - re * sin];
            }
            power[ring as usize] += 2.0 * (sum[0] * sum[0] + sum[1] * sum[1]) / (plane.len() as f64).powi(2);
            counts[ring as usize] += 1.0;
        }
    }
    // Power per ring, not per wave: a ring without waves has none.
    std::array::from_fn(|ring| if counts[ring] > 0.0 { power[ring] } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wave_has_its_variance_in_its_own_ring() {
        let (width, height) = (48, 48);
        let value = |x: usize| {
            let (column, row) = ((x % width) as f64, (x / width) as f64);
            (0.3 + 2.0 * (TAU * (3.0 * column - 4.0 * row) / 48.0 + 0.7).cos()) as f32
        };
        let plane: Vec<f32> = (0..width * height).map(value).collect();
        let power = spectrum(&plane, width, height);
        assert!((power[4] - 2.0).abs() < 1e-5, "wavenumber 5, variance 2: {power:?}");
        assert!(power.iter().sum::<f64>() - power[4] < 1e-5);
    }
}
