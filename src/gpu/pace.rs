//! Steps on a device that also draws a window: in submissions so short that frames come in between.

use std::time::{Duration, Instant};

use crossbeam_channel::{TryRecvError, bounded};

use super::{GpuDevice, GpuError};

/// About how long one submission may take, s: half a frame at 60 Hz.
const SUBMISSION_S: f64 = 0.008;
/// Weight of the newest submission in the time of a step.
const NEWEST: f64 = 0.3;
/// Time between two looks at a device that is waited for.
const LOOK_EVERY: Duration = Duration::from_micros(100);

/// Waits in short looks: a wait of the device itself holds the lock that every submission needs, and with it the frames of
/// a window that shares the device.
pub(super) fn wait_for<T>(
    device: &wgpu::Device,
    mut look: impl FnMut() -> Option<Result<T, GpuError>>,
) -> Result<T, GpuError> {
    loop {
        device.poll(wgpu::PollType::Poll).map_err(|e| GpuError::lost(&e))?;
        if let Some(found) = look() {
            return found;
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

/// Runs steps one short submission after the other, so that at most one is waited for by a frame.
pub(crate) struct Pace {
    device: wgpu::Device,
    queue: wgpu::Queue,
    /// Smoothed; 0 until known.
    s_per_step: f64,
}

impl Pace {
    /// For steps on `gpu`.
    pub fn new(gpu: &GpuDevice) -> Self {
        Self { device: gpu.device.clone(), queue: gpu.queue.clone(), s_per_step: 0.0 }
    }

    /// Calls `submit` with numbers of steps that add up to `steps`, and waits for each submission.
    ///
    /// # Errors
    /// The device was lost.
    pub fn run(&mut self, steps: u32, mut submit: impl FnMut(u32)) -> Result<(), GpuError> {
        let mut left = steps;
        while left > 0 {
            let fit = if self.s_per_step > 0.0 { (SUBMISSION_S / self.s_per_step) as u32 } else { 1 };
            let now = fit.clamp(1, left);
            let begun = Instant::now();
            submit(now);
            self.wait()?;
            let measured = begun.elapsed().as_secs_f64() / f64::from(now);
            let share = if self.s_per_step == 0.0 { 1.0 } else { NEWEST };
            self.s_per_step += share * (measured - self.s_per_step);
            left -= now;
        }
        Ok(())
    }

    fn wait(&self) -> Result<(), GpuError> {
        let (sender, done) = bounded(1);
        self.queue.on_submitted_work_done(move || {
            // The receiver is gone when the device was lost.
            let _ = sender.send(());
        });
        wait_for(&self.device, || match done.try_recv() {
            Ok(()) => Some(Ok(())),
            Err(TryRecvError::Empty) => None,
            Err(e) => Some(Err(GpuError::lost(&e))),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::testing::gpu;

    #[test]
    fn steps_are_split_and_none_is_left_out() {
        let Some(gpu) = gpu() else { return };
        let mut pace = Pace::new(gpu);
        let mut submitted = Vec::new();
        // Steps of 3 ms: no more than two fit.
        let mut run = |steps| {
            pace.run(steps, |now| {
                submitted.push(now);
                std::thread::sleep(Duration::from_millis(3) * now);
            })
        };
        run(7).unwrap();
        run(4).unwrap();
        assert_eq!(submitted.iter().sum::<u32>(), 11);
        assert!(submitted[0] == 1 && submitted.iter().all(|now| *now <= 2), "{submitted:?}");
        assert!(submitted.len() < 11, "{submitted:?}");
    }
}
