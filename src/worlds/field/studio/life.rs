//! A live field of tokens in the studio.

use std::time::{Duration, Instant};

use image::RgbaImage;

use super::draw::draw_colours;
use super::marks;
use super::tracking::TokenWatch;
use crate::worlds::World;
use crate::worlds::field::engine::{FieldBrush, FieldStroke};
use crate::worlds::field::stills::Still;
use crate::worlds::field::tokens::{TokenDoc, TokenEngine, TokenRule};
use crate::worlds::field::{FieldDoc, FieldSubject};
use crate::worlds::studio::{BrushStroke, DrawOptions, SeriesReading, Simulation, StudioError, Viewpoint};

/// Checkpoints that are kept; the oldest goes.
const MAX_CHECKPOINTS: usize = 16;
/// Time between two looks at the tokens for arrows and trails.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Light of a field, relative to a fresh one, below and above which a new rule starts with fresh tokens.
const SOUND_LIGHT: std::ops::Range<f64> = 0.7..1.4;

pub(super) struct TokenSimulation {
    doc: FieldDoc,
    tokens: TokenDoc,
    engine: TokenEngine,
    watch: TokenWatch,
    looked: Instant,
    /// What is shown: denoised, or with its noise; `None` when it has changed.
    image: Option<Still>,
    /// Mean square of a fresh field.
    fresh_light: f64,
    seed: u64,
    started: u64,
    checkpoints: Vec<(Still, u64)>,
    /// The brush touches the field; where it placed a token last.
    is_down: bool,
    last_stamp: Option<[f64; 3]>,
}

/// Whether two places are further apart than `distance`.
fn far(a: [f64; 3], b: [f64; 3], distance: f64) -> bool {
    (a[0] - b[0]).hypot(a[1] - b[1]) > distance
}

fn light(image: &Still) -> f64 {
    image.data.iter().map(|v| f64::from(v * v)).sum::<f64>() / image.data.len().max(1) as f64
}

impl TokenSimulation {
    pub fn new(doc: &FieldDoc, tokens: &TokenDoc, seed: u64) -> Result<Self, StudioError> {
        let rule = tokens.rule.as_ref().ok_or(StudioError::NoRule)?;
        let seed = seed.wrapping_add(doc.live.seed);
        let start = tokens.start_image(doc.live.size, seed);
        let ensemble = tokens.ensemble();
        let engine = TokenEngine::new(rule, &ensemble, &tokens.live, &start, seed);
        let (doc, tokens) = (doc.clone(), tokens.clone());
        Ok(Self {
            doc,
            tokens,
            engine,
            watch: TokenWatch::new(ensemble),
            looked: Instant::now(),
            image: None,
            fresh_light: light(&start),
            seed,
            started: 0,
            checkpoints: Vec::new(),
            is_down: false,
            last_stamp: None,
        })
    }

    fn put(&mut self, image: &Still, steps: u64) {
        self.engine.set_image(image);
        self.started = self.engine.counters().steps.saturating_sub(steps);
        self.image = None;
        self.watch.restart();
    }

    /// A field that the rule so far has blurred or filled cannot be saved by a better one: it starts with fresh tokens.
    fn take_rule(&mut self, rule: &TokenRule) {
        self.engine.set_rule(rule);
        if !SOUND_LIGHT.contains(&(light(&self.engine.image()) / self.fresh_light.max(1e-12))) {
            self.put(&self.tokens.start_image(self.doc.live.size, self.seed), 0);
        }
    }
}

impl Simulation for TokenSimulation {
    fn run(&mut self, steps: u32) {
        self.engine.run(steps);
        self.image = None;
    }

    fn steps(&self) -> u64 {
        self.engine.counters().steps.saturating_sub(self.started)
    }

    fn adopt(&mut self, world: &World) -> bool {
        let Some(doc) = world.as_field() else { return false };
        let FieldSubject::Tokens(tokens) = &doc.subject else { return false };
        let Some(rule) = &tokens.rule else { return false };
        if tokens.live.tokens != self.tokens.live.tokens || doc.live.size != self.doc.live.size {
            return false;
        }
        let old_rule = self.tokens.rule.take();
        let is_redrawn = tokens.tokens != self.tokens.tokens || tokens.clearance_px != self.tokens.clearance_px;
        (self.doc, self.tokens) = (doc.clone(), tokens.clone());
        if is_redrawn {
            let ensemble = tokens.ensemble();
            self.engine.set_ensemble(&ensemble);
            self.watch = TokenWatch::new(ensemble);
            self.fresh_light = light(&tokens.start_image(doc.live.size, self.seed));
        }
        self.engine.set_live(&tokens.live);
        if old_rule.as_ref() != Some(rule) {
            self.take_rule(rule);
        }
        self.image = None;
        true
    }

    fn stroke(&mut self, stroke: &BrushStroke) -> Result<(), StudioError> {
        let brush = super::simulation::field_brush(stroke.brush)?;
        let height = self.doc.live.size[1] as f64;
        let motion = [stroke.to[0] - stroke.from[0], stroke.from[1] - stroke.to[1]];
        // A brush that is held does not place one token over another.
        let is_first = stroke.from == stroke.to && !self.is_down;
        let is_far = motion[0].hypot(motion[1]) > 0.0
            && self.last_stamp.is_none_or(|at| far(at, stroke.to, self.tokens.clearance_px));
        self.is_down = true;
        if brush == FieldBrush::Add {
            if !is_first && !is_far {
                return Ok(());
            }
            self.last_stamp = Some(stroke.to);
        }
        self.engine.apply(&FieldStroke {
            brush,
            at: [stroke.to[0] as f32, (height - stroke.to[1]) as f32],
            radius_px: (stroke.radius as f32).max(0.75),
            motion_px: motion.map(|v| v as f32),
        });
        self.image = None;
        Ok(())
    }

    fn lift(&mut self) {
        (self.is_down, self.last_stamp) = (false, None);
    }

    fn restart(&mut self, id: &str) {
        self.seed = self.seed.wrapping_add(1);
        let [width, height] = self.doc.live.size;
        let image = match id {
            "seeds" => self.tokens.start_image(self.doc.live.size, self.seed),
            "noise" => Still::filled(width, height, &[0.0; 3]),
            _ => return,
        };
        self.put(&image, 0);
    }

    fn keep_checkpoint(&mut self) {
        if self.checkpoints.len() == MAX_CHECKPOINTS {
            self.checkpoints.remove(0);
        }
        self.checkpoints.push((self.engine.image(), self.steps()));
    }

    fn back_to_checkpoint(&mut self) -> bool {
        let Some((image, steps)) = self.checkpoints.last().cloned() else { return false };
        self.put(&image, steps);
        true
    }

    fn move_to(&mut self, _: Option<&crate::gpu::GpuDevice>) -> Result<(), StudioError> {
        Ok(())
    }

    fn take_fault(&mut self) -> Option<String> {
        None
    }

    fn picture_on_gpu(&mut self, _: &Viewpoint, _: DrawOptions, _: [u32; 2]) -> Option<crate::gpu::GpuPicture> {
        None
    }

    fn draw(&mut self, view: &Viewpoint, _: DrawOptions, picture: &mut RgbaImage) {
        let look = self.tokens.look;
        let engine = &self.engine;
        let image = self.image.get_or_insert_with(|| if look.raw { engine.noisy() } else { engine.image() });
        draw_colours(image, look.colours, view, picture);
        if !look.headings && !look.trails {
            return;
        }
        let steps = self.engine.counters().steps.saturating_sub(self.started);
        if self.watch.looks().len() == 0 || self.looked.elapsed() >= LOOK_EVERY {
            self.watch.look(steps, &self.engine.image());
            self.looked = Instant::now();
        }
        let marks = (look.headings, look.trails);
        marks::draw(self.watch.looks(), marks, self.tokens.clearance_px, self.doc.live.size[1], view, picture);
    }

    fn readings(&mut self) -> Vec<SeriesReading> {
        self.watch.look(self.steps(), &self.engine.image());
        self.watch.readings(self.doc.live.size.map(|side| side as f64), self.tokens.live.swim_px)
    }

    fn description(&self) -> String {
        let [width, height] = self.doc.live.size;
        format!("{width} × {height} pixels by the network on the processor")
    }
}
