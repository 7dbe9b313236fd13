//! The thread that runs the swarm: it carries out its orders one after another, and shows the result.

use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender};
use glam::DVec2;

use super::Gpu;
use super::buffer::{Body, body};
use super::reply::{LiveFrame, LiveQuestion, Looked, SavedSwarm};
use crate::formats::TrajectoryFrame;
use crate::jobs::{self, Cores, Handle, JobFault, JobName, Service};
use crate::session::{EngineOrder, Event, LiveEvent, WentBack};
use crate::worlds::swarm::doc::LiveState;
use crate::worlds::swarm::engine::{CpuEngine, Engine, EngineError, Force, GpuEngine, Growth, RewindableEngine};
use crate::worlds::swarm::picture::{Swarm, SwarmEdit};
use crate::worlds::swarm::rule::{LiveSettings, Rule};

/// Orders and requests to the thread.
pub enum Work {
    /// To the swarm of this number, which they may bring, and the steps in them.
    Orders { swarm: u64, steps: u32, orders: Vec<EngineOrder> },
    /// Reads from the engine and sends the result.
    Question(Box<dyn FnOnce(&mut Host) + Send>),
}

/// What there is to see. Its memory is used again and again.
#[derive(Default)]
pub struct Picture {
    /// The pictures so far; this is the newest of them.
    pub number: u64,
    /// `None` without a swarm.
    pub from: Option<Source>,
    pub count: usize,
    /// ℓ.
    pub box_size: DVec2,
    /// Of an engine on the processor.
    pub bodies: Vec<Body>,
    /// Energy and speed of each particle there.
    pub measures: Vec<[f32; 2]>,
    /// Those that the swarm runs with: in a growth, of its present stage.
    pub settings: LiveSettings,
    /// How often time has run, and how many swarms have lived.
    pub past: (u64, u64),
    /// Smoothed; 0 until known.
    pub s_per_step: f64,
    /// Since the engine was made.
    pub pair_tests: u64,
}

/// Where the particles of a picture are stored.
pub enum Source {
    /// In the [`Picture`] itself.
    Processor,
    /// In buffers (bodies; energy and speed) that are always new.
    Gpu { bodies: wgpu::Buffer, measures: wgpu::Buffer },
}

/// Between the thread and the window.
#[derive(Default)]
pub struct Shared {
    pub newest: Mutex<Picture>,
    /// Steps that were ordered and are done, or will never be.
    pub steps_done: AtomicU64,
    /// Number of the newest swarm that was ordered.
    pub newest_swarm: AtomicU64,
}

pub struct Host {
    gpu: Option<Gpu>,
    pub(super) rewindable: Option<RewindableEngine>,
    /// Number of the swarm that lives.
    swarm: u64,
    /// The newest swarm that was never run, as its successor was ordered before its turn, and its number.
    passed_over: Option<(u64, Swarm)>,
    rule: Option<Arc<Rule>>,
    /// The rule came with a swarm that was passed over.
    rule_waits: bool,
    settings: LiveSettings,
    seed: u64,
    past: (u64, u64),
    s_per_step: f64,
    is_stale: bool,
    steps_under_way: u32,
    shown: Swarm,
    picture: Picture,
    pictures: u64,
    shared: Arc<Shared>,
    news: Sender<News>,
}

pub const JOB: JobName = JobName { thread: "live", what: "The living swarm" };

/// What has happened to the swarm of a number.
pub type News = (u64, Event);

/// Starts the thread, for a swarm on `gpu` or else on the processor. It ends, after the orders so far, when the other
/// end of `inbox` is dropped.
///
/// # Errors
/// [`JobFault::NotStarted`]
pub fn start(
    gpu: Option<Gpu>,
    inbox: Receiver<Work>,
    shared: Arc<Shared>,
    news: Sender<News>,
) -> Result<Handle, JobFault> {
    // One core is left for the frames.
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get).saturating_sub(1);
    let cores = NonZero::new(cores).unwrap_or(NonZero::<usize>::MIN);
    let mut host = Host {
        gpu,
        rewindable: None,
        swarm: 0,
        passed_over: None,
        rule: None,
        rule_waits: false,
        settings: LiveSettings::default(),
        seed: 0,
        past: (0, 0),
        s_per_step: 0.0,
        is_stale: false,
        steps_under_way: 0,
        shown: Swarm::default(),
        picture: Picture::default(),
        pictures: 0,
        shared,
        news,
    };
    jobs::start(JOB, Cores::Own(cores), move || jobs::serve(&inbox, &mut host))
}

impl Service<Work> for Host {
    fn take(&mut self, work: Work) -> ControlFlow<()> {
        match work {
            Work::Orders { swarm, steps, orders } => {
                self.steps_under_way = steps;
                self.apply(swarm, steps, orders);
                self.count_steps();
            }
            Work::Question(question) => question(self),
        }
        ControlFlow::Continue(())
    }

    fn advance(&mut self, _: Instant) {
        if std::mem::take(&mut self.is_stale) {
            self.show(true);
        }
    }

    /// A panic becomes a message, and the swarm it happened to is dropped.
    fn on_panic(&mut self, why: &str) -> ControlFlow<()> {
        self.rewindable = None;
        self.is_stale = true;
        self.report(Event::Live(LiveEvent::EngineFailed(format!(
            "the live swarm stopped because of a bug in the program: {why}; press Restart for another, and please report it"
        ))));
        self.count_steps();
        ControlFlow::Continue(())
    }
}

impl Host {
    /// Counts the steps of the batch under way as done, also after a panic, or the window would wait for them for ever.
    fn count_steps(&mut self) {
        let steps = std::mem::take(&mut self.steps_under_way);
        self.shared.steps_done.fetch_add(u64::from(steps), Ordering::Release);
    }

    fn report(&self, event: Event) {
        // Fails only when the window closes.
        let _ = self.news.send((self.swarm, event));
    }

    /// Carries out the orders of one batch. Orders that replace each other are done once. After an order that failed
    /// the engine goes on as it was before it. A swarm whose successor has been ordered is passed over with all that was
    /// to be done to it.
    fn apply(&mut self, number: u64, steps: u32, orders: Vec<EngineOrder>) {
        let mut swarm = None;
        let mut rule_is_new = false;
        let mut settings_are_new = false;
        let mut force = None;
        let mut edits = Vec::new();
        let mut back = 0;
        for order in orders {
            match order {
                EngineOrder::Upload { swarm: new, grow_steps } => swarm = Some((new, Growth::new(grow_steps))),
                EngineOrder::SetRule(rule) => {
                    self.rule = Some(rule);
                    rule_is_new = true;
                }
                EngineOrder::SetSettings(settings) => {
                    self.settings = settings;
                    settings_are_new = true;
                }
                EngineOrder::SetForce(new) => force = Some(new),
                EngineOrder::Edit(more) => edits.extend(more),
                EngineOrder::Back { steps } => back += steps,
                // Summed already.
                EngineOrder::Run { .. } => {}
                EngineOrder::Clear => {
                    swarm = None;
                    self.rewindable = None;
                    self.rule = None;
                    self.is_stale = true;
                }
            }
        }
        if number < self.shared.newest_swarm.load(Ordering::Acquire) {
            self.rule_waits |= rule_is_new;
            self.passed_over = swarm.map(|(swarm, _)| (number, swarm)).or_else(|| self.passed_over.take());
            self.push(force);
            return;
        }
        self.swarm = number;
        self.passed_over = None;
        rule_is_new |= std::mem::take(&mut self.rule_waits);
        let is_another = swarm.is_some();
        let mut outcome = self.change(swarm, rule_is_new, settings_are_new);
        if is_another {
            self.s_per_step = 0.0;
            // Before its first step, which may take long.
            self.show(false);
        }
        self.push(force);
        if !edits.is_empty() || back > 0 {
            outcome = outcome.and(self.change_by_hand(&edits, back));
        }
        outcome = outcome.and(self.run(steps));
        if let Err(why) = outcome {
            self.report(Event::Live(LiveEvent::EngineFailed(why.to_string())));
        }
    }

    /// `None`: the force stays what it is.
    fn push(&mut self, force: Option<Option<crate::session::PointerForce>>) {
        let (Some(rewindable), Some(force)) = (&mut self.rewindable, force) else { return };
        rewindable.set_force(force.map(|f| Force {
            centre_l: f.centre_l.as_vec2().to_array(),
            radius_l: f.radius_l as f32,
            strength: f.strength as f32,
            stir: f.stir as f32,
        }));
    }

    /// `swarm`: another one, and the growth that it begins with.
    fn change(
        &mut self,
        swarm: Option<(Swarm, Growth)>,
        rule_is_new: bool,
        settings_are_new: bool,
    ) -> Result<(), EngineError> {
        let Some(rule) = &self.rule else { return Ok(()) };
        match (swarm, &mut self.rewindable) {
            (Some((swarm, growth)), Some(rewindable)) if !rule_is_new => {
                rewindable.upload(&swarm, growth)?;
                self.past.1 += 1;
                if settings_are_new {
                    rewindable.set_settings(&self.settings)?;
                }
            }
            (Some((swarm, growth)), rewindable) => {
                self.seed += 1;
                self.past.1 += 1;
                // The old one goes first: its memory is needed.
                *rewindable = None;
                self.is_stale = true;
                let engine = match &self.gpu {
                    Some(Gpu { device, queue, .. }) => {
                        Engine::Gpu(Box::new(GpuEngine::new(device, queue, rule, &swarm, &self.settings, self.seed)?))
                    }
                    None => Engine::Cpu(Box::new(CpuEngine::new(rule, &swarm, &self.settings, self.seed)?)),
                };
                *rewindable = Some(RewindableEngine::new(engine, rule.clone(), growth)?);
            }
            (None, Some(rewindable)) => {
                if rule_is_new {
                    rewindable.set_rule(rule)?;
                }
                if settings_are_new {
                    rewindable.set_settings(&self.settings)?;
                }
            }
            (None, None) => return Ok(()),
        }
        self.is_stale = true;
        Ok(())
    }

    fn change_by_hand(&mut self, edits: &[SwarmEdit], back: u32) -> Result<(), EngineError> {
        let Some(rewindable) = &mut self.rewindable else { return Ok(()) };
        if !edits.is_empty() {
            rewindable.edit(edits)?;
        }
        if back > 0 && edits.is_empty() && !rewindable.has_past() {
            self.report(Event::Live(LiveEvent::NothingBefore));
            return Ok(());
        }
        let gone_back = rewindable.back(back)?;
        let back = (back > 0).then(|| WentBack { steps: gone_back, growing: rewindable.growth().done() });
        // Trails drawn so far are no longer valid.
        self.past.1 += u64::from(back.is_some());
        let (particles, box_size_l) = (rewindable.engine().len(), rewindable.engine().box_size());
        self.is_stale = true;
        self.report(Event::Live(LiveEvent::SwarmChanged { back, particles, box_size_l }));
        Ok(())
    }

    fn run(&mut self, steps: u32) -> Result<(), EngineError> {
        let Some(rewindable) = &mut self.rewindable else { return Ok(()) };
        if steps == 0 {
            return Ok(());
        }
        let start = Instant::now();
        rewindable.run(steps)?;
        self.past.0 += 1;
        let seconds = start.elapsed().as_secs_f64() / f64::from(steps);
        let share = if self.s_per_step == 0.0 { 1.0 } else { 0.2 };
        self.s_per_step += share * (seconds - self.s_per_step);
        self.is_stale = true;
        Ok(())
    }

    /// Makes a picture and puts it where the window finds it. `denoised`: takes the time that the settings ask for.
    fn show(&mut self, denoised: bool) {
        self.pictures += 1;
        let picture = &mut self.picture;
        picture.number = self.pictures;
        picture.past = self.past;
        picture.s_per_step = self.s_per_step;
        picture.from = None;
        if let Some(rewindable) = &mut self.rewindable {
            let engine = rewindable.engine_mut();
            picture.count = engine.len();
            picture.box_size = engine.box_size();
            picture.settings = *engine.settings();
            picture.from = Some(match engine {
                Engine::Gpu(engine) => {
                    Source::Gpu { bodies: engine.shown_buffer().clone(), measures: engine.measure_buffer().clone() }
                }
                Engine::Cpu(engine) => {
                    engine.newest_measures(&mut picture.measures);
                    let shown = if denoised {
                        engine.shown_into(&mut self.shown);
                        &self.shown
                    } else {
                        engine.swarm()
                    };
                    picture.bodies.clear();
                    picture.bodies.extend(shown.particles.iter().map(body));
                    picture.pair_tests = engine.pair_tests();
                    Source::Processor
                }
            });
        }
        std::mem::swap(picture, &mut self.shared.newest.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The living swarm, to be kept with the scene, and as it is seen. Waits for the GPU where the swarm lives there.
    pub fn kept(&mut self, swarm: u64) -> SavedSwarm {
        if swarm != self.swarm {
            let is_wanted = |(number, _): &&(u64, Swarm)| *number == swarm;
            let passed_over = self.passed_over.as_ref().filter(is_wanted).map(|(_, swarm)| swarm.clone());
            let state = passed_over.map(|swarm| LiveState { swarm, seed: self.seed, step: 0 });
            return SavedSwarm { state, runs_with: None };
        }
        let Some(rewindable) = &self.rewindable else { return SavedSwarm::default() };
        let engine = rewindable.engine();
        let is_whole = |swarm: &Swarm| swarm.particles.iter().all(|p| (p.x + p.y + p.heading).is_finite());
        // A lost GPU has no swarm to save, and NaN cannot be read again: the scene is saved without a swarm.
        let swarm = engine.swarm().ok().filter(is_whole);
        let state = swarm.map(|swarm| LiveState { swarm, seed: self.seed, step: u64::from(engine.steps_done()) });
        SavedSwarm { state, runs_with: Some((rewindable.rule().clone(), *engine.settings())) }
    }

    /// The particle nearest to a place, ℓ. Waits for the GPU where the swarm lives there.
    pub fn nearest(&self, at: DVec2) -> Option<usize> {
        match self.rewindable.as_ref()?.engine() {
            Engine::Cpu(engine) => engine.swarm().nearest(at),
            // Of a lost GPU nothing can be followed.
            Engine::Gpu(engine) => engine.swarm().ok()?.nearest(at),
        }
    }

    /// A copy of the swarm as it moves.
    pub fn look(&mut self) -> Looked {
        self.copy(|engine| match engine {
            Engine::Cpu(engine) => LiveQuestion::Now(engine.swarm().clone(), Some(engine.counters())),
            Engine::Gpu(engine) => LiveQuestion::Later(engine.begin_reading()),
        })
    }

    /// A copy of what is shown.
    pub fn look_at_shown(&mut self) -> Looked {
        self.copy(|engine| match engine {
            Engine::Cpu(engine) => LiveQuestion::Now(engine.shown(), None),
            Engine::Gpu(engine) => LiveQuestion::Later(engine.begin_reading_shown()),
        })
    }

    /// What is shown, with the flow of each particle. Waits for the GPU where the swarm lives there; `None` where it
    /// was lost.
    pub fn frame(&mut self) -> Option<LiveFrame> {
        let past = self.past.1;
        let rewindable = self.rewindable.as_mut()?;
        let unit_length = rewindable.rule().unit_length;
        let engine = rewindable.engine_mut();
        let (shown, flows) = (engine.shown().ok()?, engine.flows().ok()?);
        let strength = engine.settings().strength;
        let frame = TrajectoryFrame { swarm: shown, flows, strength, unit_length };
        Some(LiveFrame { past, time_step: engine.time_step(), frame })
    }

    fn copy(&mut self, look: impl FnOnce(&mut Engine) -> LiveQuestion) -> Looked {
        let rewindable = self.rewindable.as_mut()?;
        let (rule, settings) = (rewindable.rule().clone(), *rewindable.engine().settings());
        Some((look(rewindable.engine_mut()), rule, settings))
    }
}
