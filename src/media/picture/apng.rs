//! Moving pictures in full colour: an animated PNG, one frame at a time.

use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use image::RgbaImage;

use crate::media::png_chunks::{PNG_SIGNATURE, png_chunks, write_chunk};

use super::{PictureError, new_file, put_in_place};
use crate::media::atomic::AtomicFile;

/// Position of the number of frames: behind the signature and the header.
const CONTROL_AT: u64 = 8 + 25;

/// Writes an APNG that repeats for ever. The file appears at its path only when [`ApngWriter::finish`] succeeds; how many
/// frames there are need not be known before.
pub struct ApngWriter {
    path: PathBuf,
    size: (u32, u32),
    out: AtomicFile,
    frames: u32,
    /// Numbers the chunks of the animation.
    sequence: u32,
    /// Milliseconds that each frame stays.
    delay_ms: u16,
}

impl ApngWriter {
    /// `size` is that of every frame.
    ///
    /// # Errors
    /// A folder that cannot be written, or a picture without pixels.
    pub fn create(path: &Path, size: (u32, u32), frames_per_second: f64) -> Result<Self, PictureError> {
        if size.0 == 0 || size.1 == 0 {
            let reason = format!("an APNG of {} by {} pixels is not possible", size.0, size.1);
            return Err(PictureError::Encode { file: path.to_owned(), reason });
        }
        let mut new = Self {
            path: path.to_owned(),
            size,
            out: new_file(path)?,
            frames: 0,
            sequence: 0,
            delay_ms: (1000.0 / frames_per_second).round().clamp(1.0, 60_000.0) as u16,
        };
        new.start().map_err(|source| new.failed(source))?;
        Ok(new)
    }

    fn start(&mut self) -> std::io::Result<()> {
        self.out.write_all(PNG_SIGNATURE)?;
        // 8 bits for each of red, green and blue; no interlacing.
        let header = [&self.size.0.to_be_bytes()[..], &self.size.1.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
        write_chunk(&mut self.out, b"IHDR", &header)?;
        self.control()
    }

    /// The number of frames so far, repeated for ever.
    fn control(&mut self) -> std::io::Result<()> {
        write_chunk(&mut self.out, b"acTL", &[self.frames.to_be_bytes(), 0u32.to_be_bytes()].concat())
    }

    /// Adds a frame.
    ///
    /// # Errors
    /// A frame of another size than the first, or a full disk.
    pub fn add(&mut self, picture: &RgbaImage) -> Result<(), PictureError> {
        if picture.dimensions() != self.size {
            let reason = format!("a frame has {:?} pixels, the first {:?}", picture.dimensions(), self.size);
            return Err(PictureError::Encode { file: self.path.clone(), reason });
        }
        let packed = packed(picture).map_err(|reason| PictureError::Encode { file: self.path.clone(), reason })?;
        self.frame(&packed).map_err(|source| self.failed(source))
    }

    fn frame(&mut self, packed: &[u8]) -> std::io::Result<()> {
        let number = self.next_number();
        let place = [number, self.size.0, self.size.1, 0, 0].map(u32::to_be_bytes).concat();
        // Stays for so many thousandths; the next one is drawn over it, whole.
        let time = [self.delay_ms.to_be_bytes(), 1000u16.to_be_bytes()].concat();
        write_chunk(&mut self.out, b"fcTL", &[&place[..], &time, &[0, 0]].concat())?;
        if self.frames == 0 {
            write_chunk(&mut self.out, b"IDAT", packed)?;
        } else {
            let number = self.next_number().to_be_bytes();
            write_chunk(&mut self.out, b"fdAT", &[&number[..], packed].concat())?;
        }
        self.frames += 1;
        Ok(())
    }

    fn next_number(&mut self) -> u32 {
        self.sequence += 1;
        self.sequence - 1
    }

    /// Completes the file and puts it in place.
    ///
    /// # Errors
    /// A film without frames, or a full disk; an older file at the path then stays.
    pub fn finish(mut self) -> Result<(), PictureError> {
        if self.frames == 0 {
            let reason = "there is no frame to show".to_owned();
            return Err(PictureError::Encode { file: self.path, reason });
        }
        self.end().map_err(|source| self.failed(source))?;
        put_in_place(self.out, &self.path)
    }

    fn end(&mut self) -> std::io::Result<()> {
        write_chunk(&mut self.out, b"IEND", &[])?;
        self.out.seek(SeekFrom::Start(CONTROL_AT))?;
        self.control()
    }

    fn failed(&self, source: std::io::Error) -> PictureError {
        PictureError::Write { file: self.path.clone(), source }
    }
}

/// The packed pixels of one frame: what a PNG of it has in its IDAT chunks.
fn packed(picture: &RgbaImage) -> Result<Vec<u8>, String> {
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, picture.width(), picture.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(|e| e.to_string())?;
    let rgb: Vec<u8> = picture.pixels().flat_map(|p| [p.0[0], p.0[1], p.0[2]]).collect();
    writer.write_image_data(&rgb).map_err(|e| e.to_string())?;
    writer.finish().map_err(|e| e.to_string())?;

    let pixels = png_chunks(&png).flatten().filter(|chunk| chunk.kind == *b"IDAT");
    Ok(pixels.flat_map(|chunk| chunk.data).copied().collect())
}
