//! When a measure that rises with noise has come to rest.

/// Readings that each of the last two quarters of a curve must have before it is judged.
const MIN_READINGS: usize = 2;
/// The pattern must be there: a run that fails is not stopped because it fails steadily.
const MIN_FIDELITY: f64 = 0.5;

/// Whether the fidelity `curve` (`[step, fidelity]`, ascending in step) has settled: over the later half of the steps
/// gone by, the mean of the last quarter exceeds that of the third by less than `gain`, even when it was read one
/// standard error too low, and it is above 0.5. A smooth curve is judged after eight readings, a noisy one waits for more.
pub fn has_settled(curve: &[[f64; 2]], gain: f64) -> bool {
    let (Some(first), Some(last)) = (curve.first(), curve.last()) else { return false };
    let half = 0.5 * (first[0] + last[0]);
    let late = &curve[curve.partition_point(|point| point[0] < half)..];
    let (third, fourth) = late.split_at(late.len() / 2);
    if third.len() < MIN_READINGS {
        return false;
    }
    let [(before, scatter_before), (now, scatter_now)] = [third, fourth].map(mean_and_its_variance);
    now > MIN_FIDELITY && now - before + (scatter_before + scatter_now).sqrt() < gain
}

fn mean_and_its_variance(readings: &[[f64; 2]]) -> (f64, f64) {
    let n = readings.len() as f64;
    let mean = readings.iter().map(|point| point[1]).sum::<f64>() / n;
    let squares = readings.iter().map(|point| (point[1] - mean).powi(2)).sum::<f64>();
    (mean, squares / (n * (n - 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    /// A curve that rises to `top` with the time constant `tau` steps, read every 100 steps with noise, and the step at
    /// which it is first called settled.
    fn settles(top: f64, tau: f64, noise: f64, seed: u64) -> Option<f64> {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut curve = Vec::new();
        (1..=200).map(|k| 100.0 * f64::from(k)).find(|&step| {
            let value = top * (1.0 - (-step / tau).exp()) + noise * rng.random_range(-1.0..1.0);
            curve.push([step, value]);
            has_settled(&curve, 0.02)
        })
    }

    #[test]
    fn a_rising_curve_goes_on_and_a_flat_one_is_settled() {
        let at = settles(0.95, 1000.0, 0.0, 1).expect("it comes to rest");
        // What is left to gain then.
        let left = 0.95 * (-at / 1000.0).exp();
        assert!((0.0005..0.02).contains(&left), "settled at {at} with {left} to gain");
        assert!(settles(0.95, 1000.0, 0.0, 1) < settles(0.95, 2000.0, 0.0, 1), "the slower one is given more time");
        // A straight rise never settles.
        let straight: Vec<[f64; 2]> = (1..=60).map(|k| [f64::from(k), 0.3 + 0.01 * f64::from(k)]).collect();
        assert!((1..=60).all(|n| !has_settled(&straight[..n], 0.01)));
    }

    #[test]
    fn noise_of_a_few_hundredths_does_not_stop_a_run_early() {
        let mut given_away = 0.0;
        for seed in 0..50 {
            let at = settles(0.95, 1500.0, 0.03, seed).expect("it comes to rest");
            given_away += 0.95 * (-at / 1500.0).exp() / 50.0;
        }
        assert!(given_away < 0.05, "{given_away} of fidelity given away on average");
    }

    #[test]
    fn a_failing_or_a_short_run_is_never_settled() {
        assert_eq!(settles(0.3, 500.0, 0.02, 3), None);
        assert!(!has_settled(&[], 0.01));
        assert!(!has_settled(&[[1.0, 0.9]; 10], 0.0), "no gain wanted at all");
        let steady: Vec<[f64; 2]> = (0..8).map(|k| [f64::from(k), 0.9]).collect();
        assert!(!has_settled(&steady[..6], 0.01), "three readings in the later half are too few");
        assert!(has_settled(&steady, 0.01));
        // The same eight, but their noise hides a gain of 0.01.
        let noisy: Vec<[f64; 2]> = (0..8).map(|k| [f64::from(k), 0.9 + 0.02 * f64::from(k % 2)]).collect();
        assert!(!has_settled(&noisy, 0.01));
    }
}
