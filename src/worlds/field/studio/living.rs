//! The field of the studio on either engine. Where the GPU fails the processor goes on from the state that was read last.

use std::sync::Arc;

use image::RgbaImage;

use super::gpu_picture::{FieldColours, GpuFieldPainter};
use super::past::FieldMoment;
use crate::gpu::{GpuDevice, GpuPace, GpuPicture};
use crate::worlds::field::FieldError;
use crate::worlds::field::engine::{EngineState, FieldEngine, FieldMotion, FieldStroke};
use crate::worlds::field::rule::LibraryRule;
use crate::worlds::field::stills::Still;
use crate::worlds::field::tokens::{TokenGrowth, TokenLive};
use crate::worlds::studio::Viewpoint;

/// A field that lives.
pub(super) struct LiveField {
    motion: FieldMotion,
    engine: FieldEngine,
    on_gpu: Option<FieldOnGpu>,
    /// The present state, once it was asked for: what moves, denoised where that has noise, and the noisy one.
    image: Option<Still>,
    noisy: Option<Still>,
    steps: u64,
    /// While tokens grow out of noise; the owner sets it, and it belongs to the state.
    pub growth: Option<TokenGrowth>,
    fault: Option<String>,
}

/// What belongs to a field on a GPU.
struct FieldOnGpu {
    device: GpuDevice,
    pace: GpuPace,
    painter: GpuFieldPainter,
    /// The state that was read last.
    last: Still,
}

impl LiveField {
    /// On the processor, from an image of the channels of `motion`.
    pub fn new(motion: FieldMotion, start: &Still) -> Self {
        let engine = motion.on_processor(start);
        Self { motion, engine, on_gpu: None, image: None, noisy: None, steps: 0, growth: None, fault: None }
    }

    /// Goes on from the present state on `gpu`, or on the processor. Noise on tokens is drawn again.
    ///
    /// # Errors
    /// What the device refuses; then nothing has changed.
    pub fn move_to(&mut self, gpu: Option<&GpuDevice>) -> Result<(), FieldError> {
        let last = self.image().clone();
        (self.engine, self.on_gpu) = match gpu {
            None => (self.motion.on_processor(&last), None),
            Some(device) => {
                let engine = self.motion.engine(Some(device.borrowed()), &last)?;
                let painter = GpuFieldPainter::new(device)?;
                let on_gpu = FieldOnGpu { device: device.clone(), pace: GpuPace::new(device)?, painter, last };
                (engine, Some(on_gpu))
            }
        };
        self.forget_image();
        Ok(())
    }

    /// Does `what` with the engine, and again on the processor where a GPU fails at it.
    fn or_on_processor<T>(
        &mut self,
        what: impl Fn(&mut FieldEngine) -> Result<T, FieldError>,
    ) -> Result<T, FieldError> {
        what(&mut self.engine).or_else(|why| {
            self.fall_back(&why);
            what(&mut self.engine)
        })
    }

    /// The processor goes on where the GPU failed.
    fn fall_back(&mut self, why: &FieldError) {
        let Some(on_gpu) = self.on_gpu.take() else { return };
        self.engine = self.motion.on_processor(&on_gpu.last);
        self.forget_image();
        self.fault = Some(format!("the field goes on on the processor, from the state read last: {why}"));
    }

    /// What has gone wrong since the last call, in one sentence.
    pub fn take_fault(&mut self) -> Option<String> {
        self.fault.take()
    }

    fn forget_image(&mut self) {
        (self.image, self.noisy) = (None, None);
    }

    /// On a GPU it waits until they are done, so that no more is in its queue than a frame can wait for.
    pub fn run(&mut self, steps: u32) {
        self.forget_image();
        self.steps += u64::from(steps);
        let Some(on_gpu) = &mut self.on_gpu else { return self.engine.run(steps) };
        let engine = &mut self.engine;
        if let Err(why) = on_gpu.pace.run(steps, |now| engine.run(now)) {
            self.fall_back(&why.into());
        }
    }

    /// Steps since the state that it began with.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The present state, denoised where it has noise. Of a GPU it is read once for each state.
    pub fn image(&mut self) -> &Still {
        if self.image.is_none() {
            let image = self.or_on_processor(|engine| engine.image());
            let image = image.unwrap_or_else(|_| unreachable!("the processor has an image"));
            if let Some(on_gpu) = &mut self.on_gpu {
                on_gpu.last = image.clone();
            }
            self.image = Some(image);
        }
        self.image.get_or_insert_with(|| unreachable!("the image is there"))
    }

    /// The present state with its noise, where it has some.
    pub fn noisy(&mut self) -> &Still {
        if self.noisy.is_none() {
            self.noisy = self.or_on_processor(|engine| engine.noisy()).ok();
        }
        self.noisy.get_or_insert_with(|| unreachable!("the image is there"))
    }

    /// The state, bit by bit, in the memory of `spare` where it fits.
    pub fn moment(&mut self, spare: Option<EngineState>) -> FieldMoment {
        let state = match self.engine.keep(spare) {
            Ok(state) => state,
            Err(why) => {
                self.fall_back(&why);
                self.engine.keep(None).unwrap_or_else(|_| unreachable!("the processor has a state"))
            }
        };
        FieldMoment { state, steps: self.steps, growth: self.growth }
    }

    /// Back to a state: the same steps follow. False where it was on a GPU that has gone.
    pub fn put_back(&mut self, moment: &FieldMoment) -> bool {
        self.forget_image();
        (self.steps, self.growth) = (moment.steps, moment.growth);
        self.engine.put_back(&moment.state)
    }

    /// Replaces the state by one after `steps` steps.
    pub fn set_image(&mut self, image: &Still, steps: u64) {
        self.forget_image();
        self.steps = steps;
        let set = self.engine.set_image(image);
        if let Some(on_gpu) = &mut self.on_gpu {
            on_gpu.last = image.clone();
        }
        if let Err(why) = set {
            self.fall_back(&why);
        }
    }

    /// Changes the field by hand.
    pub fn apply(&mut self, stroke: &FieldStroke) {
        self.forget_image();
        // The processor takes every stroke.
        let _ = self.or_on_processor(|engine| engine.apply(stroke));
    }

    /// Goes on from the present state by another motion of the same channels.
    pub fn set_motion(&mut self, mut motion: FieldMotion) {
        // Another precision needs buffers and kernels of its own.
        let is_half = |motion: &FieldMotion| matches!(motion, FieldMotion::Tokens { live, .. } if live.half_precision);
        let has_other_precision = is_half(&motion) != is_half(&self.motion);
        match (&mut motion, &self.motion) {
            (FieldMotion::Library { rule, time_step }, FieldMotion::Library { .. }) => {
                self.engine.set_library(rule, *time_step);
            }
            (
                FieldMotion::Tokens { rule, ensemble, live, skew, .. },
                FieldMotion::Tokens { rule: old_rule, ensemble: old_ensemble, .. },
            ) => {
                if !Arc::ptr_eq(ensemble, old_ensemble) {
                    self.engine.set_ensemble(ensemble);
                }
                self.engine.set_token_live(live);
                self.engine.set_skew(skew);
                // Large: a GPU uploads all weights.
                if Arc::ptr_eq(rule, old_rule) || *rule == *old_rule {
                    *rule = old_rule.clone();
                } else {
                    self.engine.set_token_rule(rule);
                }
            }
            // Another number of channels.
            _ => return,
        }
        self.motion = motion;
        let device = self.on_gpu.as_ref().map(|on_gpu| on_gpu.device.clone()).filter(|_| has_other_precision);
        if let Some(Err(why)) = device.map(|device| self.move_to(Some(&device))) {
            self.fall_back(&why);
        }
    }

    /// How the network of a field on a GPU is stored, where half precision is asked for.
    pub fn precision(&self) -> &'static str {
        match (&self.motion, &self.engine) {
            (FieldMotion::Tokens { live, .. }, FieldEngine::GpuTokens(engine)) if live.half_precision => {
                if engine.is_half_precision() { " in f16" } else { " in f32 (no f16)" }
            }
            _ => "",
        }
    }

    /// Other knobs of a field of tokens.
    pub fn set_token_live(&mut self, now: &TokenLive) {
        let FieldMotion::Tokens { live, .. } = &mut self.motion else { return };
        *live = *now;
        self.engine.set_token_live(now);
    }

    /// What it moves by.
    pub fn motion(&self) -> &FieldMotion {
        &self.motion
    }

    /// The rule in two channels that it runs, if it is one.
    pub fn library_rule(&self) -> Option<&LibraryRule> {
        match &self.motion {
            FieldMotion::Library { rule, .. } => Some(rule),
            FieldMotion::Tokens { .. } => None,
        }
    }

    /// Width and height, pixels.
    pub fn size(&self) -> [usize; 2] {
        self.engine.size()
    }

    /// What it lives on, for people.
    pub fn engine_name(&self) -> &str {
        self.on_gpu.as_ref().map_or("the processor", |on_gpu| &on_gpu.device.info.name)
    }

    /// A picture of a field on a GPU, drawn there; `None` of one on the processor. `raw`: with its noise.
    pub fn picture(
        &mut self,
        colours: FieldColours,
        raw: bool,
        view: &Viewpoint,
        size: [u32; 2],
    ) -> Option<GpuPicture> {
        let on_gpu = self.on_gpu.as_mut()?;
        let values = match &self.engine {
            FieldEngine::GpuLibrary(engine) => engine.buffer(),
            FieldEngine::GpuTokens(engine) if raw => engine.noisy_buffer(),
            FieldEngine::GpuTokens(engine) => engine.buffer(),
            FieldEngine::Library(_) | FieldEngine::Tokens(_) => return None,
        };
        match on_gpu.painter.draw((values, self.engine.size()), colours, view, size) {
            Ok(picture) => Some(picture),
            Err(why) => {
                self.fall_back(&why.into());
                None
            }
        }
    }

    /// As [`Self::picture`], read back; false of a field on the processor.
    pub fn draw(&mut self, colours: FieldColours, raw: bool, view: &Viewpoint, picture: &mut RgbaImage) -> bool {
        let size = [picture.width(), picture.height()];
        let Some(drawn) = self.picture(colours, raw, view, size) else { return false };
        let Some(on_gpu) = &self.on_gpu else { return false };
        match drawn.read_into(&on_gpu.device, picture) {
            Ok(()) => true,
            Err(why) => {
                self.fall_back(&why.into());
                false
            }
        }
    }
}
