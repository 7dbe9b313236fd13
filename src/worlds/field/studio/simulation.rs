//! A live field in the studio.

use std::path::Path;
use std::sync::Arc;

use image::RgbaImage;

use super::draw::{Shades, draw_pattern};
use super::gpu_picture::FieldColours;
use super::living::LiveField;
use crate::gpu::{GpuDevice, GpuPicture};
use crate::worlds::World;
use crate::worlds::field::engine::{FieldBrush, FieldMotion, FieldStroke};
use crate::worlds::field::measures::spectrum;
use crate::worlds::field::stills::{Still, encode_stills};
use crate::worlds::field::{FieldDoc, FieldStart, FieldSubject, LibraryDoc};
use crate::worlds::studio::{
    BrushStroke, DrawOptions, LiveState, RewindBuffer, SeriesReading, Simulation, StudioError, Viewpoint,
};

pub(super) struct FieldSimulation {
    doc: FieldDoc,
    live: LiveField,
    past: RewindBuffer<LiveField>,
    restarts: u64,
    stills: Option<Target>,
}

/// What the stills have, on average.
struct Target {
    mean: f64,
    spread: f64,
    spectrum: Vec<f64>,
}

impl FieldSimulation {
    /// `seed` is added to that of the scene.
    pub fn new(doc: &FieldDoc, library: &LibraryDoc, seed: u64) -> Result<Self, StudioError> {
        if library.rule.is_none() {
            return Err(StudioError::NoRule);
        }
        let mut doc = doc.clone();
        doc.live.seed = doc.live.seed.wrapping_add(seed);
        // A scene may ask for a state or a still that it does not hold.
        let start = doc.start_image().or_else(|_| {
            doc.live.start = FieldStart::Seeds;
            doc.start_image()
        })?;
        let mut live = LiveField::new(FieldMotion::of(&doc)?, &start);
        let stills = Target::of(&library.stills);
        let mut past = RewindBuffer::default();
        past.forget(&mut live);
        Ok(Self { doc, live, past, restarts: 0, stills })
    }

    fn shades(&self, light: bool) -> Option<Shades> {
        let FieldSubject::Library(library) = &self.doc.subject else { return None };
        self.live.library_rule().map(|rule| Shades::of_rule(rule, library.look, light))
    }
}

impl Target {
    fn of(stills: &[Still]) -> Option<Self> {
        let n = stills.len() as f64;
        let first = stills.first()?;
        let mut target =
            Self { mean: 0.0, spread: 0.0, spectrum: relative_spectrum(first).iter().map(|_| 0.0).collect() };
        for still in stills {
            let [mean, spread] = still.moments(0);
            target.mean += mean / n;
            target.spread += spread / n;
            target.spectrum.iter_mut().zip(relative_spectrum(still)).for_each(|(sum, v)| *sum += v / n);
        }
        Some(target)
    }
}

/// The spectrum of u with sum 1, so that fields of other sizes compare; 0 of a flat field.
fn relative_spectrum(still: &Still) -> Vec<f64> {
    let spectrum = spectrum(still.plane(0), still.width, still.height);
    let sum: f64 = spectrum.iter().sum();
    spectrum.iter().map(|v| if sum > 0.0 { v / sum } else { 0.0 }).collect()
}

impl Simulation for FieldSimulation {
    fn run(&mut self, steps: u32) {
        self.past.run(&mut self.live, steps);
    }

    fn steps(&self) -> u64 {
        self.live.steps()
    }

    fn adopt(&mut self, world: &World) -> bool {
        let Some(doc) = world.as_field() else { return false };
        let FieldSubject::Library(library) = &doc.subject else { return false };
        let FieldSubject::Library(old) = &self.doc.subject else { return false };
        let Ok(motion) = FieldMotion::of(doc) else { return false };
        let seed = self.doc.live.seed;
        let same_start = doc.live.size == self.doc.live.size && doc.live.start == self.doc.live.start;
        if !same_start || old.stills.len() != library.stills.len() {
            return false;
        }
        self.live.set_motion(motion);
        self.past.note_settings(&mut self.live);
        self.doc = doc.clone();
        self.doc.live.seed = seed;
        true
    }

    fn stroke(&mut self, stroke: &BrushStroke) -> Result<(), StudioError> {
        let brush = FieldBrush::of(stroke.brush).ok_or_else(|| StudioError::Unknown(stroke.brush.to_owned()))?;
        let height = self.live.size()[1] as f64;
        let (from, motion) = (stroke.from.truncate(), (stroke.to - stroke.from).truncate());
        // Dabs close enough together that a quick stroke has no gaps.
        let dabs = (motion.length() / (0.5 * stroke.radius).max(1.0)).ceil().clamp(1.0, 64.0);
        for dab in 1..=dabs as u32 {
            let share = f64::from(dab) / dabs;
            let at = from + share * motion;
            self.live.apply(&FieldStroke {
                brush,
                at: [at.x as f32, (height - at.y) as f32],
                radius_px: (stroke.radius as f32).max(0.75),
                motion_px: [(motion.x / dabs) as f32, (-motion.y / dabs) as f32],
            });
        }
        self.past.note_hand(&mut self.live);
        Ok(())
    }

    fn lift(&mut self) {}

    fn restart(&mut self, id: &str) {
        self.restarts += 1;
        let stills = match &self.doc.subject {
            FieldSubject::Library(library) => library.stills.len(),
            FieldSubject::Tokens(_) => 0,
        };
        let start = match id {
            "seeds" => FieldStart::Seeds,
            "noise" => FieldStart::Noise,
            "still" if stills > 0 => FieldStart::Still(self.restarts as usize % stills),
            _ => return,
        };
        let mut doc = self.doc.clone();
        doc.live.start = start;
        doc.live.seed = doc.live.seed.wrapping_add(self.restarts);
        if let Ok(image) = doc.start_image() {
            self.live.set_image(&image, 0);
            self.past.note_hand(&mut self.live);
        }
    }

    fn step_back(&mut self) -> bool {
        self.past.step_back(&mut self.live)
    }

    fn live_state(&mut self) -> LiveState {
        let steps = self.steps();
        LiveState::Field(Arc::new(self.live.image().clone()), steps)
    }

    fn return_to(&mut self, state: &LiveState) -> bool {
        let LiveState::Field(image, steps) = state else { return false };
        let fits = image.channels == 2 && [image.width, image.height] == self.live.size();
        if fits {
            self.live.set_image(image, *steps);
            self.past.note_hand(&mut self.live);
        }
        fits
    }

    fn move_to(&mut self, gpu: Option<&GpuDevice>) -> Result<(), StudioError> {
        self.live.move_to(gpu)?;
        // Another engine does not repeat the steps bit by bit.
        self.past.forget(&mut self.live);
        Ok(())
    }

    fn take_fault(&mut self) -> Option<String> {
        self.live.take_fault()
    }

    fn picture_on_gpu(&mut self, view: &Viewpoint, options: DrawOptions, size: [u32; 2]) -> Option<GpuPicture> {
        let shades = self.shades(options.light)?;
        self.live.picture(FieldColours::Shades(&shades), false, view, size)
    }

    fn draw(&mut self, view: &Viewpoint, options: DrawOptions, picture: &mut RgbaImage) {
        let Some(shades) = self.shades(options.light) else { return };
        if !self.live.draw(FieldColours::Shades(&shades), false, view, picture) {
            draw_pattern(self.live.image(), view, &shades, picture);
        }
    }

    fn encode(&mut self, path: &Path) -> Result<Vec<u8>, StudioError> {
        Ok(encode_stills(path, std::slice::from_ref(self.live.image()))?)
    }

    fn readings(&mut self) -> Vec<SeriesReading> {
        let still = self.live.image();
        let ([mean_u, spread], [mean_v, _]) = (still.moments(0), still.moments(1));
        let now = relative_spectrum(still);
        let Some(target) = &self.stills else { return Vec::new() };
        let apart: f64 = now.iter().zip(&target.spectrum).map(|(a, b)| (a - b).abs()).sum();
        vec![
            SeriesReading { series: "mean", values: vec![mean_u, mean_v, target.mean] },
            SeriesReading { series: "spread", values: vec![spread, target.spread] },
            SeriesReading { series: "spectrum", values: vec![0.5 * apart] },
        ]
    }

    fn description(&self) -> String {
        let [width, height] = self.live.size();
        format!("{width} × {height} pixels on {}", self.live.engine_name())
    }
}
