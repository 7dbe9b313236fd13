//! Steps on a device that also draws a window: in submissions so short that frames come in between.

use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, TryRecvError, bounded};

use super::{GpuDevice, GpuError, checked};

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
pub(crate) struct GpuPace {
    device: wgpu::Device,
    queue: wgpu::Queue,
    /// Mapped after each submission: of a lost device work is reported as done, but nothing can be mapped.
    probe: wgpu::Buffer,
    /// Smoothed; 0 until known.
    s_per_step: f64,
}

impl GpuPace {
    /// For steps on `gpu`.
    ///
    /// # Errors
    /// The device has not even four bytes.
    pub fn new(gpu: &GpuDevice) -> Result<Self, GpuError> {
        let (device, queue) = (gpu.device.clone(), gpu.queue.clone());
        let probe = checked(&device, || {
            device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("probe"),
                size: 4,
                usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            })
        })?;
        Ok(Self { device, queue, probe, s_per_step: 0.0 })
    }

    /// Calls `submit` with numbers of steps that add up to `steps`, and waits for each submission.
    ///
    /// # Errors
    /// The device was lost.
    pub fn run(&mut self, steps: u32, mut submit: impl FnMut(u32)) -> Result<(), GpuError> {
        let mut left = steps;
        while left > 0 {
            let now = steps_that_fit(self.s_per_step).min(left);
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
        // The receiver is gone when the device was lost.
        self.queue.on_submitted_work_done(move || _ = sender.send(()));
        wait_for(&self.device, || came(&done).map(|done| done.map_err(|e| GpuError::lost(&e))))?;
        let (sender, mapped) = bounded(1);
        self.probe.map_async(wgpu::MapMode::Read, .., move |result| _ = sender.send(result));
        let is_mapped = |result: Result<Result<(), wgpu::BufferAsyncError>, _>| match result {
            Ok(mapped) => mapped.map_err(|e| GpuError::lost(&e)),
            Err(e) => Err(GpuError::lost(&e)),
        };
        wait_for(&self.device, || came(&mapped).map(is_mapped))?;
        self.probe.unmap();
        Ok(())
    }
}

/// Steps of one submission; one until it is known how long they take.
fn steps_that_fit(s_per_step: f64) -> u32 {
    let fit = if s_per_step > 0.0 { SUBMISSION_S / s_per_step } else { 1.0 };
    (fit as u32).max(1)
}

/// What was sent; `None` as long as it may still come.
fn came<T>(receiver: &Receiver<T>) -> Option<Result<T, TryRecvError>> {
    match receiver.try_recv() {
        Err(TryRecvError::Empty) => None,
        result => Some(result),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::testing::gpu;

    #[test]
    fn a_submission_takes_half_a_frame_but_has_a_step() {
        assert_eq!([0.0, 0.001, 0.003, 0.5].map(steps_that_fit), [1, 8, 2, 1]);
    }

    #[test]
    fn all_steps_are_submitted_and_a_lost_device_is_noticed() {
        if gpu().is_none() {
            return;
        }
        // One of its own, as it will be of no use any more.
        let gpu = GpuDevice::open().unwrap();
        let mut pace = GpuPace::new(&gpu).unwrap();
        let mut submitted = Vec::new();
        pace.run(7, |now| submitted.push(now)).unwrap();
        pace.run(4, |now| submitted.push(now)).unwrap();
        assert!(submitted[0] == 1 && submitted.iter().sum::<u32>() == 11, "{submitted:?}");
        gpu.device.destroy();
        assert!(matches!(pace.run(1, |_| {}), Err(GpuError::Lost(_))));
    }
}
