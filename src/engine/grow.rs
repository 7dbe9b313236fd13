//! Growing: from a random swarm, σ falls from σmax to the live temperature while the swarm relaxes.

/// The noise levels of an annealed run: geometric from `from_l` down to `to_l`, one for each of `stages` stages.
pub fn anneal_sigmas(from_l: f64, to_l: f64, stages: usize) -> impl Iterator<Item = f64> {
    let last = stages.saturating_sub(1).max(1) as f64;
    (0..stages).map(move |k| if stages == 1 { to_l } else { from_l * (to_l / from_l).powf(k as f64 / last) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn annealing_starts_hot_ends_at_the_live_temperature_and_never_rises() {
        let sigmas: Vec<f64> = anneal_sigmas(0.8, 0.13, 40).collect();
        assert_eq!(sigmas.len(), 40);
        assert!((sigmas[0] - 0.8).abs() < 1e-12 && (sigmas[39] - 0.13).abs() < 1e-12);
        assert!(sigmas.windows(2).all(|w| w[1] < w[0]));
        assert_eq!(anneal_sigmas(0.8, 0.13, 1).collect::<Vec<_>>(), [0.13]);
    }
}
