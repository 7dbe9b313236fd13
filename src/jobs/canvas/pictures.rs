//! Pictures on their way from the thread of a canvas to the window. The thread is never waited for longer than it takes to
//! swap two of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use image::RgbaImage;

use crate::gpu::{GpuDevice, GpuPicture};

/// A picture of the canvas.
#[derive(Clone, Debug)]
pub enum CanvasPicture {
    /// Drawn by the processor.
    Processor(RgbaImage),
    /// In the memory of the GPU that the rule runs on. The thread draws the next one over it: submissions of one queue are
    /// executed in order, so that a copy made there is a whole picture.
    Gpu(GpuPicture, Arc<GpuDevice>),
}

impl CanvasPicture {
    /// Width and height, pixels.
    pub fn size(&self) -> [u32; 2] {
        match self {
            Self::Processor(picture) => [picture.width(), picture.height()],
            Self::Gpu(picture, _) => picture.size,
        }
    }

    /// Waits for the GPU where the picture is there: not for the thread of the frames.
    ///
    /// # Errors
    /// The device was lost.
    pub fn into_image(self) -> Result<RgbaImage, String> {
        match self {
            Self::Processor(picture) => Ok(picture),
            Self::Gpu(picture, gpu) => {
                let mut image = RgbaImage::new(picture.size[0], picture.size[1]);
                picture.read_into(&gpu, &mut image).map_err(|e| e.to_string())?;
                Ok(image)
            }
        }
    }
}

/// The newest picture. Those of the processor go round: no memory is asked for once their size stands.
#[derive(Default)]
pub(super) struct PictureSlot {
    inside: Mutex<Pictures>,
}

#[derive(Default)]
struct Pictures {
    ready: Option<CanvasPicture>,
    /// The one that is on the screen.
    shown: Option<CanvasPicture>,
    spare: Option<RgbaImage>,
}

impl Pictures {
    fn recycle(&mut self, picture: Option<CanvasPicture>) {
        if let Some(CanvasPicture::Processor(picture)) = picture {
            self.spare = Some(picture);
        }
    }
}

impl PictureSlot {
    fn lock(&self) -> MutexGuard<'_, Pictures> {
        // Pictures are only moved under the lock.
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows a new picture to `look`, if there is one.
    pub fn show(&self, look: impl FnOnce(&CanvasPicture)) {
        let taken = self.lock().ready.take();
        if let Some(picture) = taken {
            look(&picture);
            let mut pictures = self.lock();
            let old = pictures.shown.replace(picture);
            pictures.recycle(old);
        }
    }

    /// A copy of the picture that is on the screen.
    pub fn shown(&self) -> Option<CanvasPicture> {
        self.lock().shown.clone()
    }

    /// Whether another picture may be drawn: the last one was taken, or is one that `is_replaced` by its size.
    pub fn wants_another(&self, is_replaced: impl FnOnce([u32; 2]) -> bool) -> bool {
        let mut pictures = self.lock();
        if pictures.ready.as_ref().is_some_and(|ready| is_replaced(ready.size())) {
            let old = pictures.ready.take();
            pictures.recycle(old);
        }
        pictures.ready.is_none()
    }

    /// Memory for a picture of the processor.
    pub fn blank(&self, [width, height]: [u32; 2]) -> RgbaImage {
        let spare = self.lock().spare.take().filter(|picture| picture.dimensions() == (width, height));
        spare.unwrap_or_else(|| RgbaImage::new(width.max(1), height.max(1)))
    }

    pub fn put(&self, picture: CanvasPicture) {
        self.lock().ready = Some(picture);
    }
}
