//! Drawn tokens in the studio: their tables, how they live and how they are learned.

use image::RgbaImage;

use super::draw::{draw_colours, draw_still_colours};
use crate::worlds::World;
use crate::worlds::field::engine::{FieldBrush, FieldStroke};
use crate::worlds::field::stills::Still;
use crate::worlds::field::tokens::{Sighting, TokenDoc, TokenEngine, TokenLosses, TokenTraining, Tracker};
use crate::worlds::field::{FieldDoc, FieldSubject};
use crate::worlds::studio::KnobScale::{Linear, Whole, WholeLogarithmic};
use crate::worlds::studio::{
    BrushPlace, BrushSpec, BrushStroke, DrawOptions, KnobGroup, KnobSpec, Learned, MethodSpec, RestartSpec,
    SeriesReading, SeriesSpec, Simulation, StudioError, TrainingStep, Viewpoint, WorldTables, WorldTraining,
};

const fn brush(id: &'static str, name: &'static str, help: &'static str) -> BrushSpec {
    BrushSpec { id, name, help, place: BrushPlace::Live }
}

const fn series(id: &'static str, name: &'static str, help: &'static str, y_axis: &'static str) -> SeriesSpec {
    SeriesSpec { id, name, help, y_axis, curves: &["now"], aim: None, include_y: 0.0 }
}

pub(super) const TOKEN_TABLES: WorldTables = WorldTables {
    still_name: "tokens",
    live_name: "field",
    knobs: &[
        KnobSpec::new(
            ("swim", "Speed", "g", "pixels per step"),
            "How fast tokens swim ahead",
            0.05,
            [0.0, 0.2],
            Linear,
            KnobGroup::Live,
        ),
        KnobSpec::new(
            ("sigma", "Temperature", "σ", ""),
            "Noise of the live field; the network is taught at one level",
            0.3,
            [0.05, 0.6],
            Linear,
            KnobGroup::Live,
        ),
        KnobSpec::new(
            ("relaxation", "Relaxation", "η", ""),
            "Pull of the network towards whole tokens",
            1.0,
            [0.0, 3.0],
            Linear,
            KnobGroup::Live,
        ),
        KnobSpec::new(("step", "Step", "c", ""), "Time of one step", 0.1, [0.01, 0.5], Linear, KnobGroup::Live),
        KnobSpec::new(
            ("tokens", "Tokens", "", "per 96² pixels"),
            "Tokens of a fresh field; it starts again",
            12.0,
            [1.0, 40.0],
            Whole,
            KnobGroup::Live,
        ),
        KnobSpec::new(
            ("size", "Size", "", "pixels"),
            "Width and height of the field, in steps of 16; it starts again",
            128.0,
            [64.0, 512.0],
            WholeLogarithmic,
            KnobGroup::Live,
        ),
        KnobSpec::new(
            ("steps", "Steps", "", ""),
            "Optimiser steps of the network",
            2000.0,
            [100.0, 20_000.0],
            WholeLogarithmic,
            KnobGroup::Learn,
        ),
        KnobSpec::new(
            ("seed", "Seed", "", ""),
            "Another seed teaches another rule",
            1.0,
            [0.0, 999.0],
            Whole,
            KnobGroup::Learn,
        ),
    ],
    brushes: &[
        brush("add", "Stamp", "Places a token that heads along the stroke"),
        brush("remove", "Erase", "Removes what is under the pointer"),
        brush("wound", "Wound", "Takes out every other pixel, to see whether it heals"),
        brush("stir", "Push", "Carries tokens along with the pointer"),
    ],
    series: &[
        series("count", "Count", "Tokens that are found in the field", "tokens"),
        series("shape", "Shape", "Mean correlation of the found tokens with the drawn one", "correlation"),
        series("contrast", "Contrast", "Mean contrast of the found tokens, 1 as drawn", "contrast"),
        series("tail", "Thin parts", "Whether the thinnest part is still there, 1 as drawn", "tail"),
    ],
    methods: &[MethodSpec {
        id: "tokens",
        name: "Teach the tokens",
        help: "A small network learns to keep tokens whole while they move, from its own live chain",
    }],
    starts: super::TABLES.starts,
    restarts: &[
        RestartSpec { id: "seeds", name: "Fresh tokens", help: "As many tokens as set, at random poses" },
        RestartSpec { id: "noise", name: "Noise", help: "Grows out of noise" },
    ],
    speed: 1,
    layers: &[],
    check: None,
    has_trails: false,
    imports: super::TABLES.imports,
};

/// The value of a knob; NaN of an unknown one.
pub(super) fn knob_value(doc: &FieldDoc, tokens: &TokenDoc, id: &str) -> f64 {
    match id {
        "swim" => tokens.live.swim_px,
        "sigma" => tokens.live.sigma,
        "relaxation" => tokens.live.relaxation,
        "step" => tokens.live.live_step,
        "tokens" => tokens.live.tokens as f64,
        "size" => doc.live.size[0] as f64,
        "steps" => tokens.settings.steps as f64,
        "seed" => tokens.settings.seed as f64,
        _ => f64::NAN,
    }
}

/// Sets a knob to a value in its range.
pub(super) fn set_knob(doc: &mut FieldDoc, id: &str, value: f64) {
    /// Sides of a field of tokens are multiples of this.
    const GRID: f64 = 16.0;
    if id == "size" {
        doc.live.size = [((value / GRID).round() * GRID) as usize; 2];
    }
    let FieldSubject::Tokens(tokens) = &mut doc.subject else { return };
    match id {
        "swim" => tokens.live.swim_px = value,
        "sigma" => tokens.live.sigma = value,
        "relaxation" => tokens.live.relaxation = value,
        "step" => tokens.live.live_step = value,
        "tokens" => tokens.live.tokens = value as usize,
        "steps" => tokens.settings.steps = value as usize,
        "seed" => tokens.settings.seed = value as u64,
        _ => {}
    }
}

/// Side of the field that shows the tokens as they are drawn, pixels.
pub(super) const STILL_SIDE: usize = 96;

/// Tokens as they are drawn, at random poses.
pub(super) fn draw_tokens(tokens: &TokenDoc, view: &Viewpoint, picture: &mut RgbaImage) {
    draw_still_colours(&tokens.start_image([STILL_SIDE; 2], tokens.settings.seed), view, picture);
}

pub(super) struct TokenSchool {
    job: TokenTraining,
    doc: TokenDoc,
    total: usize,
}

impl TokenSchool {
    pub fn new(doc: &TokenDoc) -> Result<Self, StudioError> {
        let job = TokenTraining::new(&doc.tokens, doc.clearance_px, doc.settings, None)?;
        Ok(Self { job, doc: doc.clone(), total: doc.settings.steps })
    }
}

impl WorldTraining for TokenSchool {
    fn step(&mut self) -> Result<Option<TrainingStep>, StudioError> {
        if self.job.steps_done() >= self.total {
            return Ok(None);
        }
        let losses = self.job.step();
        let step = |losses: TokenLosses| TrainingStep {
            phase: "tokens",
            done: self.job.steps_done(),
            total: self.total,
            loss: Some(f64::from(losses.denoise)),
        };
        Ok(losses.map(step))
    }

    fn end_phase(&mut self) {
        self.total = self.job.steps_done();
    }

    fn learned(&self) -> Option<Learned> {
        /// Before so many steps the network only blurs.
        const FIRST_STEPS: usize = 30;
        if self.job.steps_done() < FIRST_STEPS.min(self.total) {
            return None;
        }
        let doc = TokenDoc { rule: Some(self.job.rule()), evidence: None, ..self.doc.clone() };
        Some(Learned::Field(Box::new(FieldSubject::Tokens(doc))))
    }
}

/// Checkpoints that are kept; the oldest goes.
const MAX_CHECKPOINTS: usize = 16;

pub(super) struct TokenSimulation {
    doc: FieldDoc,
    tokens: TokenDoc,
    engine: TokenEngine,
    image: Option<Still>,
    seed: u64,
    started: u64,
    checkpoints: Vec<(Still, u64)>,
    /// The brush touches the field; where it laid a token last.
    is_down: bool,
    last_stamp: Option<[f64; 3]>,
}

/// Whether two places are further apart than `distance`.
fn far(a: [f64; 3], b: [f64; 3], distance: f64) -> bool {
    (a[0] - b[0]).hypot(a[1] - b[1]) > distance
}

impl TokenSimulation {
    pub fn new(doc: &FieldDoc, tokens: &TokenDoc, seed: u64) -> Result<Self, StudioError> {
        let rule = tokens.rule.as_ref().ok_or(StudioError::NoRule)?;
        let seed = seed.wrapping_add(doc.live.seed);
        let start = tokens.start_image(doc.live.size, seed);
        let engine = TokenEngine::new(rule, &tokens.ensemble(), &tokens.live, &start, seed);
        let (doc, tokens) = (doc.clone(), tokens.clone());
        Ok(Self {
            doc,
            tokens,
            engine,
            image: None,
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
        let same = tokens.tokens == self.tokens.tokens
            && tokens.live.tokens == self.tokens.live.tokens
            && doc.live.size == self.doc.live.size;
        if !same {
            return false;
        }
        if self.tokens.rule.as_ref() != Some(rule) {
            self.engine.set_rule(rule);
        }
        self.engine.set_live(&tokens.live);
        (self.doc, self.tokens) = (doc.clone(), tokens.clone());
        true
    }

    fn stroke(&mut self, stroke: &BrushStroke) -> Result<(), StudioError> {
        let brush = super::simulation::field_brush(stroke.brush)?;
        let height = self.doc.live.size[1] as f64;
        let motion = [stroke.to[0] - stroke.from[0], stroke.from[1] - stroke.to[1]];
        // A brush that is held does not lay one token over another.
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

    fn draw(&mut self, view: &Viewpoint, _: DrawOptions, picture: &mut RgbaImage) {
        let engine = &self.engine;
        draw_colours(self.image.get_or_insert_with(|| engine.image()), view, picture);
    }

    fn readings(&mut self) -> Vec<SeriesReading> {
        let ensemble = self.tokens.ensemble();
        let found = Tracker::new(&ensemble).find(&self.engine.image());
        let mean = |of: fn(&Sighting) -> f64| found.iter().map(of).sum::<f64>() / found.len().max(1) as f64;
        vec![
            SeriesReading { series: "count", values: vec![found.len() as f64] },
            SeriesReading { series: "shape", values: vec![mean(|s| s.shape)] },
            SeriesReading { series: "contrast", values: vec![mean(|s| s.contrast)] },
            SeriesReading { series: "tail", values: vec![mean(|s| s.tail)] },
        ]
    }

    fn description(&self) -> String {
        let [width, height] = self.doc.live.size;
        format!("{width} × {height} pixels by the network on the processor")
    }
}
