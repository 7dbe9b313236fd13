//! Gaussian blur of a periodic plane.

/// Standard deviations after which the kernel is cut off; the rest is below 1e-5 of it.
const REACH_SD: f64 = 4.5;

/// A separable Gaussian kernel of standard deviation `sigma_px`, sum 1.
pub struct Blur {
    kernel: Vec<f64>,
}

impl Blur {
    pub fn new(sigma_px: f64) -> Self {
        let reach = (REACH_SD * sigma_px).ceil() as i64;
        let mut kernel: Vec<f64> = (-reach..=reach).map(|r| (-0.5 * (r as f64 / sigma_px).powi(2)).exp()).collect();
        let sum: f64 = kernel.iter().sum();
        kernel.iter_mut().for_each(|weight| *weight /= sum);
        Self { kernel }
    }

    /// The blurred plane `[height × width]`.
    pub fn of(&self, plane: &[f64], width: usize, height: usize) -> Vec<f64> {
        let reach = self.kernel.len() / 2;
        let wrapped = |k: usize, side: usize| (k + side * (reach / side + 1) - reach) % side;
        let mut across = vec![0.0; plane.len()];
        let mut padded = vec![0.0; width + 2 * reach];
        for (row, out) in plane.chunks_exact(width).zip(across.chunks_exact_mut(width)) {
            padded.iter_mut().enumerate().for_each(|(k, value)| *value = row[wrapped(k, width)]);
            for (k, weight) in self.kernel.iter().enumerate() {
                out.iter_mut().zip(&padded[k..]).for_each(|(sum, value)| *sum += weight * value);
            }
        }
        let mut out = vec![0.0; plane.len()];
        for (row, sum) in out.chunks_exact_mut(width).enumerate() {
            for (k, weight) in self.kernel.iter().enumerate() {
                let from = wrapped(row + k, height) * width;
                sum.iter_mut().zip(&across[from..from + width]).for_each(|(sum, value)| *sum += weight * value);
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wave_is_damped_by_the_gaussian_of_its_wavenumber() {
        let (width, height, sigma) = (48, 40, 2.5);
        let (kx, ky) = (std::f64::consts::TAU * 3.0 / 48.0, std::f64::consts::TAU * 2.0 / 40.0);
        let wave = |x: usize| (kx * (x % width) as f64 + ky * (x / width) as f64).cos();
        let plane: Vec<f64> = (0..width * height).map(wave).collect();
        let damping = (-0.5 * sigma * sigma * (kx * kx + ky * ky)).exp();
        for (blurred, value) in Blur::new(sigma).of(&plane, width, height).iter().zip(&plane) {
            assert!((blurred - damping * value).abs() < 1e-4, "{blurred} {}", damping * value);
        }
    }

    #[test]
    fn kernels_wider_than_the_plane_wrap_around() {
        let mut plane = vec![0.0; 16 * 16];
        plane[35] = 256.0;
        let blurred = Blur::new(12.0).of(&plane, 16, 16);
        assert!((blurred.iter().sum::<f64>() - 256.0).abs() < 1e-9);
        assert!(blurred.iter().all(|v| (v - 1.0).abs() < 0.2), "a blur wider than the torus is nearly flat");
    }
}
