//! When the window rests: how often it draws a frame.

/// Time without input after which the window is idle, unless something on it moves, s.
const IDLE_AFTER_S: f64 = 1.0;

/// Time between two frames of an idle window, s: enough to follow a run of learning or a growth.
const IDLE_FRAME_S: f64 = 0.1;

/// What the frame rate depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct RestPolicy {
    /// A software GPU shares the processor with the trainer and the swarm: faster frames would slow down both.
    pub is_software: bool,
    pub learns: bool,
    pub grows: bool,
    /// A swarm lives in sight, or the gallery is open.
    pub moves: bool,
    /// Time since the last input, s.
    pub idle_s: f64,
}

impl RestPolicy {
    /// Minimum time of a frame, s.
    pub fn min_frame_s(&self) -> f64 {
        let can_rest = if self.learns || self.grows { self.is_software } else { !self.moves };
        match (self.is_software, self.learns) {
            _ if can_rest && self.idle_s > IDLE_AFTER_S => IDLE_FRAME_S,
            (true, true) => 1.0 / 25.0,
            (true, false) => 1.0 / 60.0,
            // Such a machine has a screen that sets the pace.
            (false, _) => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STILL: RestPolicy = RestPolicy { is_software: false, learns: false, grows: false, moves: false, idle_s: 5.0 };

    #[test]
    fn a_window_rests_when_untouched_and_nothing_moves() {
        for is_software in [false, true] {
            let still = RestPolicy { is_software, ..STILL };
            assert_eq!(still.min_frame_s(), IDLE_FRAME_S);
            assert!(RestPolicy { idle_s: 0.5, ..still }.min_frame_s() < 0.02, "the pointer moves");
            assert!(RestPolicy { moves: true, ..still }.min_frame_s() < 0.02, "a swarm lives");
        }
    }

    #[test]
    fn only_a_software_gpu_rests_while_learning_or_growing() {
        for busy in [RestPolicy { learns: true, ..STILL }, RestPolicy { grows: true, moves: true, ..STILL }] {
            assert_eq!(busy.min_frame_s(), 0.0);
            assert_eq!(RestPolicy { is_software: true, ..busy }.min_frame_s(), IDLE_FRAME_S);
            assert!(RestPolicy { is_software: true, idle_s: 0.0, ..busy }.min_frame_s() <= 0.04, "25 frames a second");
        }
    }
}
