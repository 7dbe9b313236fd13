//! Energy and speed of each particle, for its colour, where the swarm lives on the processor.

use super::Gpu;

/// Share of the newest in what is shown: single measures tremble with the noise.
const NEWEST: f32 = 0.2;

#[derive(Default)]
pub struct Measures {
    smoothed: Vec<[f32; 2]>,
    chosen: Vec<[f32; 2]>,
    buffer: Option<wgpu::Buffer>,
}

impl Measures {
    /// Energy and speed as two f32 each, in the particles' own order, or of the chosen ones. Once a frame.
    pub fn update(&mut self, gpu: &Gpu, newest: &[[f32; 2]], chosen: Option<&[u32]>) -> wgpu::Buffer {
        self.smooth(newest);
        self.chosen.clear();
        self.chosen.extend(chosen.into_iter().flatten().map(|k| self.smoothed[*k as usize]));
        let bytes: &[u8] = bytemuck::cast_slice(if chosen.is_some() { &self.chosen } else { &self.smoothed });
        let size = (bytes.len() as u64).max(8);
        let buffer = match &self.buffer {
            Some(buffer) if buffer.size() >= size => buffer.clone(),
            _ => gpu.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("measures on show"),
                size: size.next_power_of_two(),
                usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            }),
        };
        gpu.queue.write_buffer(&buffer, 0, bytes);
        self.buffer = Some(buffer.clone());
        buffer
    }

    fn smooth(&mut self, newest: &[[f32; 2]]) {
        smooth(&mut self.smoothed, newest);
    }
}

/// Lets what is shown follow what was measured.
pub fn smooth(shown: &mut Vec<[f32; 2]>, newest: &[[f32; 2]]) {
    if shown.len() != newest.len() {
        shown.clear();
        shown.extend(newest);
        return;
    }
    for (smoothed, newest) in shown.iter_mut().zip(newest) {
        for (s, n) in smoothed.iter_mut().zip(newest) {
            // NaN is skipped: the running mean would stay NaN.
            let step = NEWEST * (n - *s);
            *s += if step.is_finite() { step } else { 0.0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smoothed_measures_recover_from_nan() {
        let mut measures = Measures::default();
        measures.smooth(&[[1.0, 2.0]]);
        assert_eq!(measures.smoothed, [[1.0, 2.0]]);
        measures.smooth(&[[f32::NAN, 3.0]]);
        assert_eq!(measures.smoothed[0][0], 1.0);
        assert!((measures.smoothed[0][1] - 2.2).abs() < 1e-6);
        (0..60).for_each(|_| measures.smooth(&[[5.0, 3.0]]));
        assert!((measures.smoothed[0][0] - 5.0).abs() < 1e-3);
    }
}
