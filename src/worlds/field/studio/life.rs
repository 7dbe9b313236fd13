//! A live field of tokens in the studio.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use glam::{DVec2, DVec3, USizeVec2};
use image::RgbaImage;

use super::draw::draw_colours;
use super::gpu_picture::FieldColours;
use super::living::LiveField;
use super::marks::{self, Marks};
use super::tracking::TokenWatch;
use crate::gpu::{GpuDevice, GpuPicture};
use crate::worlds::World;
use crate::worlds::field::engine::{FieldBrush, FieldMotion, FieldStroke};
use crate::worlds::field::stills::{Still, encode_stills};
use crate::worlds::field::tokens::{TokenDoc, TokenEnsemble, TokenGrowth, TokenLive, TokenRule};
use crate::worlds::field::{FieldDoc, FieldSubject};
use crate::worlds::studio::{
    BrushStroke, DrawOptions, LiveState, RewindBuffer, SeriesReading, Simulation, StudioError, Viewpoint,
};

/// Time between two looks at the tokens for arrows and trails.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Light of a field, relative to a fresh one, below and above which a new rule starts with fresh tokens.
const SOUND_LIGHT: std::ops::Range<f64> = 0.7..1.4;

pub(super) struct TokenSimulation {
    doc: FieldDoc,
    tokens: TokenDoc,
    live: LiveField,
    past: RewindBuffer<LiveField>,
    ensemble: Arc<TokenEnsemble>,
    watch: TokenWatch,
    looked: Instant,
    /// Mean square of a fresh field.
    fresh_light: f64,
    seed: u64,
    /// The brush touches the field; where it placed a token last.
    is_down: bool,
    last_stamp: Option<DVec3>,
}

fn light(image: &Still) -> f64 {
    image.data.iter().map(|v| f64::from(v * v)).sum::<f64>() / image.data.len().max(1) as f64
}

/// `seed`: of the noise.
fn motion(rule: &TokenRule, ensemble: &Arc<TokenEnsemble>, tokens: &TokenDoc, seed: u64) -> FieldMotion {
    let (rule, ensemble) = (Arc::new(rule.clone()), ensemble.clone());
    FieldMotion::Tokens { rule, ensemble, live: tokens.live, skew: tokens.skew, seed }
}

impl TokenSimulation {
    pub fn new(doc: &FieldDoc, tokens: &TokenDoc, seed: u64) -> Result<Self, StudioError> {
        let rule = tokens.rule.as_ref().ok_or(StudioError::NoRule)?;
        let seed = seed.wrapping_add(doc.live.seed);
        let fresh = tokens.start_image(doc.live.size, seed);
        let ensemble = Arc::new(tokens.ensemble());
        let start = doc.saved_field().unwrap_or(&fresh);
        let mut live = LiveField::new(motion(rule, &ensemble, tokens, seed), start);
        let mut past = RewindBuffer::default();
        past.forget(&mut live);
        let (doc, tokens) = (doc.clone(), tokens.clone());
        let grows = doc.growth().is_some();
        let mut simulation = Self {
            doc,
            tokens,
            live,
            past,
            watch: TokenWatch::new(TokenEnsemble::clone(&ensemble)),
            ensemble,
            looked: Instant::now(),
            fresh_light: light(&fresh),
            seed,
            is_down: false,
            last_stamp: None,
        };
        if grows {
            simulation.grow();
            simulation.past.forget(&mut simulation.live);
        }
        Ok(simulation)
    }

    /// Goes on with `image`, out of which `growth` begins; an earlier growth ends.
    fn put(&mut self, image: &Still, steps: u64, growth: Option<TokenGrowth>) {
        let hot = growth.and_then(|growth| growth.at(0, &self.tokens.live));
        self.live.growth = hot.and(growth);
        // First, as the noise on the image is that of the settings.
        self.live.set_token_live(hot.as_ref().unwrap_or(&self.tokens.live));
        self.live.set_image(image, steps);
        self.past.note_hand(&mut self.live);
        self.watch.restart();
    }

    /// Begins again out of noise.
    fn grow(&mut self) {
        let [width, height] = self.doc.live.size;
        self.put(&Still::filled(width, height, &[0.0; 3]), 0, Some(self.tokens.growth()));
    }

    /// A field that the rule so far has blurred or filled cannot be saved by a better one: it starts with fresh tokens.
    fn refresh(&mut self) {
        if !SOUND_LIGHT.contains(&(light(self.live.image()) / self.fresh_light.max(1e-12))) {
            self.put(&self.tokens.start_image(self.doc.live.size, self.seed), 0, None);
        }
    }
}

impl Simulation for TokenSimulation {
    fn run(&mut self, steps: u32) {
        let mut left = steps;
        while let Some(growth) = self.live.growth.filter(|_| left > 0) {
            let live = growth.at(self.steps(), &self.tokens.live);
            self.live.set_token_live(live.as_ref().unwrap_or(&self.tokens.live));
            self.live.growth = live.and(self.live.growth);
            self.past.note_settings(&mut self.live);
            self.past.run(&mut self.live, 1);
            left -= 1;
        }
        if left > 0 {
            self.past.run(&mut self.live, left);
        }
    }

    fn steps(&self) -> u64 {
        self.live.steps()
    }

    fn adopt(&mut self, world: &World) -> bool {
        let Some(doc) = world.as_field() else { return false };
        let FieldSubject::Tokens(tokens) = &doc.subject else { return false };
        let Some(rule) = &tokens.rule else { return false };
        let start = |doc: &FieldDoc, tokens: &TokenDoc| (doc.live.size, tokens.live.tokens, tokens.arrangement);
        if start(doc, tokens) != start(&self.doc, &self.tokens) {
            return false;
        }
        let old_rule = self.tokens.rule.take();
        let is_redrawn = tokens.tokens != self.tokens.tokens || tokens.spacing() != self.tokens.spacing();
        (self.doc, self.tokens) = (doc.clone(), tokens.clone());
        if is_redrawn {
            self.ensemble = Arc::new(tokens.ensemble());
            self.watch = TokenWatch::new(TokenEnsemble::clone(&self.ensemble));
            self.fresh_light = light(&tokens.start_image(doc.live.size, self.seed));
        }
        self.live.set_motion(motion(rule, &self.ensemble, tokens, self.seed));
        self.past.note_settings(&mut self.live);
        if old_rule.as_ref() != Some(rule) {
            self.refresh();
        }
        true
    }

    fn stroke(&mut self, stroke: &BrushStroke) -> Result<(), StudioError> {
        let brush = FieldBrush::of(stroke.brush).ok_or_else(|| StudioError::Unknown(stroke.brush.to_owned()))?;
        let height = self.doc.live.size[1] as f64;
        let motion = stroke.to - stroke.from;
        // A brush that is held does not place one token over another.
        let is_first = stroke.from == stroke.to && !self.is_down;
        let is_far = motion.truncate() != DVec2::ZERO
            && self.last_stamp.is_none_or(|at| at.distance(stroke.to) > self.tokens.clearance_px);
        self.is_down = true;
        if brush == FieldBrush::Add {
            if !is_first && !is_far {
                return Ok(());
            }
            self.last_stamp = Some(stroke.to);
        }
        self.live.apply(&FieldStroke {
            brush,
            at: [stroke.to.x as f32, (height - stroke.to.y) as f32],
            radius_px: (stroke.radius as f32).max(0.75),
            motion_px: [motion.x as f32, -motion.y as f32],
        });
        self.past.note_hand(&mut self.live);
        Ok(())
    }

    fn lift(&mut self) {
        (self.is_down, self.last_stamp) = (false, None);
    }

    fn restart(&mut self, id: &str) {
        self.seed = self.seed.wrapping_add(1);
        match id {
            "seeds" => self.put(&self.tokens.start_image(self.doc.live.size, self.seed), 0, None),
            "noise" => self.grow(),
            _ => {}
        }
    }

    fn step_back(&mut self) -> bool {
        let is_back = self.past.step_back(&mut self.live);
        if is_back {
            if self.live.growth.is_none() {
                // The settings stay as they are, but those of a growth end with it.
                self.live.set_token_live(&self.tokens.live);
                self.past.note_settings(&mut self.live);
            }
            self.watch.restart();
        }
        is_back
    }

    fn live_state(&mut self) -> LiveState {
        let steps = self.steps();
        LiveState::Field(Arc::new(self.live.image().clone()), steps)
    }

    fn return_to(&mut self, state: &LiveState) -> bool {
        let LiveState::Field(image, steps) = state else { return false };
        let fits = image.channels == 3 && [image.width, image.height] == self.doc.live.size;
        if fits {
            self.put(image, *steps, None);
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
        let look = self.tokens.look;
        // Marks are drawn by the processor, over a picture that was read back.
        if look.headings || look.trails {
            return None;
        }
        self.live.picture(FieldColours::Tokens(look.colours, options.light), look.raw, view, size)
    }

    fn draw(&mut self, view: &Viewpoint, options: DrawOptions, picture: &mut RgbaImage) {
        let look = self.tokens.look;
        if !self.live.draw(FieldColours::Tokens(look.colours, options.light), look.raw, view, picture) {
            let image = if look.raw { self.live.noisy() } else { self.live.image() };
            draw_colours(image, look.colours, options.light, view, picture);
        }
        if !look.headings && !look.trails {
            return;
        }
        let steps = self.steps();
        if self.watch.looks().len() == 0 || self.looked.elapsed() >= LOOK_EVERY {
            self.watch.look(steps, self.live.image());
            self.looked = Instant::now();
        }
        let marks = Marks { headings: look.headings, trails: look.trails, light: options.light };
        marks::draw(self.watch.looks(), marks, self.tokens.clearance_px, self.doc.live.size[1], view, picture);
    }

    fn encode(&mut self, path: &Path) -> Result<Vec<u8>, StudioError> {
        Ok(encode_stills(path, std::slice::from_ref(self.live.image()))?)
    }

    fn readings(&mut self) -> Vec<SeriesReading> {
        let steps = self.steps();
        self.watch.look(steps, self.live.image());
        let TokenLive { swim_px, turn_rad, .. } = self.tokens.live;
        let curve = self.tokens.rule.as_ref().map_or(0.0, |rule| rule.curve_rad_per_px);
        self.watch.readings(USizeVec2::from(self.doc.live.size).as_dvec2(), [swim_px, swim_px * curve + turn_rad])
    }

    fn description(&self) -> String {
        let [width, height] = self.doc.live.size;
        let precision = self.live.precision();
        format!("{width} × {height} pixels by the network{precision} on {}", self.live.engine_name())
    }
}
