//! Pictures that are drawn by kernels into a buffer: shown from there, or read back.

use super::{GpuDevice, GpuError, Mapping, checked, storage};

/// Rows begin at multiples of this many pixels, as a copy into a texture requires (256 bytes).
const ROW_ALIGNMENT: u32 = 64;

/// A picture in a storage buffer, four bytes (red, green, blue, alpha; sRGB) a pixel, rows from the top.
#[derive(Clone, Debug, PartialEq)]
pub struct GpuPicture {
    /// Packed as a `u32` per pixel.
    pub buffer: wgpu::Buffer,
    /// Width and height, pixels.
    pub size: [u32; 2],
}

impl GpuPicture {
    /// An empty picture.
    pub fn new(device: &wgpu::Device, size: [u32; 2]) -> Self {
        let size = size.map(|side| side.max(1));
        let bytes = 4 * u64::from(Self::row_of(size[0])) * u64::from(size[1]);
        Self { buffer: storage(device, "picture", bytes), size }
    }

    /// Pixels from one row to the next.
    pub fn row(&self) -> u32 {
        Self::row_of(self.size[0])
    }

    fn row_of(width: u32) -> u32 {
        width.next_multiple_of(ROW_ALIGNMENT)
    }

    /// Writes its bytes to `pixels`, four a pixel without gaps between rows. Waits for the GPU.
    ///
    /// # Errors
    /// The device was lost.
    pub fn read_into(&self, gpu: &GpuDevice, pixels: &mut [u8]) -> Result<(), GpuError> {
        let (row, width) = (4 * self.row() as usize, 4 * self.size[0] as usize);
        // Of a lost device not even the copy can be made.
        let mapping = checked(&gpu.device, || Mapping::begin(&gpu.device, &gpu.queue, &[&self.buffer]))?;
        mapping.wait(|packed| {
            let rows = pixels.chunks_exact_mut(width).zip(packed.chunks_exact(row));
            rows.for_each(|(to, from)| to.copy_from_slice(&from[..width]));
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::testing::gpu;

    #[test]
    fn rows_are_read_without_their_gaps() {
        let Some(gpu) = gpu() else { return };
        let picture = GpuPicture::new(&gpu.device, [70, 2]);
        let row = picture.row();
        assert_eq!(row, 128);
        for y in 0..2u32 {
            let words: Vec<u32> = (0..70).map(|x| 1000 * y + x).collect();
            gpu.queue.write_buffer(&picture.buffer, u64::from(4 * row * y), bytemuck::cast_slice(&words));
        }
        let mut pixels = vec![0; 4 * 140];
        picture.read_into(gpu, &mut pixels).unwrap();
        let words: Vec<u32> = pixels.chunks_exact(4).map(|p| u32::from_le_bytes([p[0], p[1], p[2], p[3]])).collect();
        assert_eq!((words[0], words[69], words[70], words[139]), (0, 69, 1000, 1069));
    }
}
