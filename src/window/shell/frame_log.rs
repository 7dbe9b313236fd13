//! Frame times in the log (`RUST_LOG=unstill=debug`); users notice the slowest ones.

/// Time between two lines, s.
const EVERY_S: f64 = 10.0;

/// Time of each frame since the last line, s.
#[derive(Default)]
pub struct FrameLog {
    frames: Vec<f64>,
    seconds: f64,
}

/// Of a number of frames.
#[derive(Debug, PartialEq)]
struct Summary {
    median_ms: f64,
    /// Frames that took more than twice the median.
    slow: usize,
    worst_ms: f64,
}

impl FrameLog {
    pub fn frame(&mut self, dt_s: f64) {
        if !bevy::log::tracing::enabled!(bevy::log::Level::DEBUG) {
            return;
        }
        self.frames.push(dt_s);
        self.seconds += dt_s;
        if self.seconds < EVERY_S {
            return;
        }
        let count = self.frames.len();
        if let Some(Summary { median_ms, slow, worst_ms }) = summary(&mut self.frames) {
            bevy::log::debug!(
                "{count} frames, median {median_ms:.1} ms, {slow} above twice that, longest {worst_ms:.1} ms"
            );
        }
        self.frames.clear();
        self.seconds = 0.0;
    }
}

fn summary(frames: &mut [f64]) -> Option<Summary> {
    frames.sort_by(f64::total_cmp);
    let (&median, &worst) = (frames.get(frames.len() / 2)?, frames.last()?);
    let slow = frames.iter().filter(|&&s| s > 2.0 * median).count();
    Some(Summary { median_ms: 1e3 * median, slow, worst_ms: 1e3 * worst })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_names_the_middle_the_slow_and_the_longest_frame() {
        let mut frames = [0.010, 0.021, 0.010, 0.250, 0.011];
        assert_eq!(summary(&mut frames), Some(Summary { median_ms: 11.0, slow: 1, worst_ms: 250.0 }));
        assert_eq!(summary(&mut []), None);
    }
}
