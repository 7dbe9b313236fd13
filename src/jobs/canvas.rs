//! The thread that runs a rule and draws it, on the processor or by submissions to a GPU: the window gives orders and takes
//! the newest picture, and waits for neither. Work for a GPU is submitted here and not with the frames, since a step may take
//! longer than a frame, and brushes and checkpoints wait for what they read.

mod pictures;

pub use pictures::CanvasPicture;

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};
use image::RgbaImage;

use self::pictures::PictureSlot;
use super::serve::{NextTurn, Service, serve};
use super::worker::EVENT_CAPACITY;
use super::{Cores, FilmOrder, JobFault, JobName, RecordingJob, RecordingResult, RecordingState, start};
use crate::gpu::GpuDevice;
use crate::media::atomic::write_atomic;
use crate::worlds::World;
use crate::worlds::studio::{BrushStroke, DrawOptions, LiveState, SeriesReading, Simulation, StudioError, Viewpoint};

/// What a picture shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CanvasView {
    /// Where the camera is, in units of the world.
    pub view: Viewpoint,
    /// Width and height, pixels.
    pub size: [u32; 2],
    /// Trails, colours and the like.
    pub options: DrawOptions,
    /// What lives, or the still picture.
    pub shows_live: bool,
}

/// An order to the thread.
#[derive(Clone, Debug, PartialEq)]
pub enum CanvasOrder {
    /// Another state of the world; the rule runs on where that is possible.
    World(Arc<World>),
    /// Another world, whose rule starts from the beginning with this seed.
    Restart(Arc<World>, u64),
    /// What the rule runs on from now on: a GPU, or the processor.
    Engine(Option<Arc<GpuDevice>>),
    /// What the next picture shows.
    Show(CanvasView),
    /// Whether time runs.
    Play(bool),
    /// Steps in each tick of 1/60 s.
    Speed(u32),
    /// One step.
    Step,
    /// A piece of a stroke of the brush, applied to what lives.
    Stroke(BrushStroke),
    /// The end of a stroke.
    Lift,
    /// Starts again from a state of the world's table.
    From(&'static str),
    /// One step back in time.
    StepBack,
    /// Asks for the present state; the number comes back with it.
    Keep(u64),
    /// Goes on from a state.
    ReturnTo(LiveState),
    /// Whether readings are wanted.
    Observe(bool),
    /// Begins a film of what lives; one under way is ended first.
    Film(FilmOrder),
    /// Ends the film under way and keeps it.
    EndFilm,
    /// Ends the film under way and leaves nothing of it.
    CancelFilm,
    /// Writes what lives to a file.
    Export(PathBuf),
    /// Nothing is seen: nothing runs.
    Sleep,
}

/// What the thread reports.
#[derive(Clone, Debug, PartialEq)]
pub enum CanvasEvent {
    /// A rule runs, or none does: there is none, or it is refused with this sentence.
    Running(bool, Option<String>),
    /// Measures of what lives, while they are wanted; at most twice a second.
    Readings {
        /// Steps since the start of the rule.
        steps: u64,
        /// One for each series that has a value now.
        readings: Vec<SeriesReading>,
    },
    /// About twice a second.
    Pace {
        /// Steps since the start of the rule.
        steps: u64,
        /// Over the last half second.
        steps_per_s: f64,
        /// What lives and on which engine, for the status line.
        description: String,
    },
    /// How far a film is; none when it is over.
    Filming(Option<RecordingState>),
    /// A film is over.
    Filmed(RecordingResult),
    /// What lives was written to this file.
    Exported(PathBuf),
    /// There was no earlier state to step back to.
    NothingBefore,
    /// The state that was asked for, with the number of the order.
    Kept(u64, LiveState),
    /// One sentence about an order that was refused.
    Refused(String),
}

/// One tick of time.
const TICK: Duration = Duration::from_micros(16_667);
const PACE_EVERY: Duration = Duration::from_millis(500);
const READ_EVERY: Duration = Duration::from_millis(500);
/// Readings take at most about this share of the time.
const READING_SHARE: u32 = 8;

/// Orders that wait: those of several seconds of strokes, which wait where a step takes that long.
const ORDER_CAPACITY: usize = 1024;

/// The thread. It ends when this is dropped, after its present step.
pub struct CanvasWorker {
    name: JobName,
    /// For orders that find no room.
    outbox: Sender<CanvasEvent>,
    orders: Sender<CanvasOrder>,
    events: Receiver<CanvasEvent>,
    slot: Arc<PictureSlot>,
}

impl CanvasWorker {
    /// # Errors
    /// [`JobFault::NotStarted`]
    pub fn new(name: &'static str) -> Result<Self, JobFault> {
        let (orders, inbox) = bounded(ORDER_CAPACITY);
        let (outbox, events) = bounded(EVENT_CAPACITY);
        let slot = Arc::<PictureSlot>::default();
        let theirs = slot.clone();
        let name = JobName { thread: name, what: "The living canvas" };
        let mut state = CanvasState::new(outbox.clone(), theirs);
        start(name, Cores::all_own(), move || serve(&inbox, &mut state))?;
        Ok(Self { name, outbox, orders, events, slot })
    }

    /// Puts an order at the end of the queue; never blocks. One that finds no room is reported.
    pub fn order(&self, order: CanvasOrder) {
        // The thread lives as long as this value.
        if self.orders.try_send(order).is_err() {
            let fault = JobFault::Full { what: self.name.what };
            let _ = self.outbox.try_send(CanvasEvent::Refused(fault.to_string()));
        }
    }

    /// What has happened since the last call.
    pub fn events(&self) -> impl Iterator<Item = CanvasEvent> + '_ {
        self.events.try_iter()
    }

    /// Shows a new picture to `look`, if there is one. The thread is never waited for longer than it takes to swap two
    /// pictures.
    pub fn with_picture(&self, look: impl FnOnce(&CanvasPicture)) {
        self.slot.show(look);
    }

    /// A copy of the picture that is on the screen.
    pub fn shown_picture(&self) -> Option<CanvasPicture> {
        self.slot.shown()
    }
}

/// What the thread works on.
struct CanvasState {
    outbox: Sender<CanvasEvent>,
    slot: Arc<PictureSlot>,
    world: Option<Arc<World>>,
    seed: u64,
    /// What rules are to run on; none for the processor, also after a GPU has failed.
    gpu: Option<Arc<GpuDevice>>,
    simulation: Option<Box<dyn Simulation>>,
    show: Option<CanvasView>,
    /// When the present turn began.
    woke: Instant,
    is_awake: bool,
    plays: bool,
    speed: u32,
    observes: bool,
    /// What is seen has changed since the last picture.
    is_stale: bool,
    scratch: Vec<f32>,
    paced: Instant,
    paced_steps: u64,
    film: Option<RecordingJob<RgbaImage>>,
    read: Instant,
    read_every: Duration,
}

impl Service<CanvasOrder> for CanvasState {
    fn take(&mut self, order: CanvasOrder) -> ControlFlow<()> {
        self.apply(order);
        ControlFlow::Continue(())
    }

    fn advance(&mut self, woke: Instant) {
        self.woke = woke;
        if self.is_awake {
            self.tick();
        }
    }

    /// While something moves, a turn in each tick; else with the next order, and not sooner either.
    fn next_turn(&self) -> NextTurn {
        let next = self.woke + TICK;
        let is_busy = self.is_awake && (self.is_moving() || self.is_stale);
        if is_busy { NextTurn::Time(next) } else { NextTurn::Order(Some(next)) }
    }

    /// A panic of a simulation ends that simulation and is reported; the thread goes on. Where it ran on a GPU it starts
    /// again on the processor.
    fn on_panic(&mut self, why: &str) -> ControlFlow<()> {
        self.simulation = None;
        if self.gpu.take().is_some() {
            self.report(CanvasEvent::Refused(format!(
                "the GPU failed ({why}); the rule starts again on the processor"
            )));
            if catch_unwind(AssertUnwindSafe(|| self.start())).is_err() {
                self.simulation = None;
                self.report_bug(why);
            }
        } else {
            self.report_bug(why);
        }
        ControlFlow::Continue(())
    }
}

impl CanvasState {
    fn new(outbox: Sender<CanvasEvent>, slot: Arc<PictureSlot>) -> Self {
        Self {
            outbox,
            slot,
            world: None,
            seed: 0,
            gpu: None,
            simulation: None,
            show: None,
            woke: Instant::now(),
            is_awake: false,
            plays: false,
            speed: 1,
            observes: false,
            is_stale: true,
            scratch: Vec::new(),
            paced: Instant::now(),
            paced_steps: 0,
            film: None,
            read: Instant::now(),
            read_every: READ_EVERY,
        }
    }

    fn report_bug(&self, why: &str) {
        let why = format!("the rule was stopped by a bug in the program ({why}); please report it");
        self.report(CanvasEvent::Running(false, Some(why)));
    }

    fn report(&self, event: CanvasEvent) {
        // Fails only when the worker was dropped.
        let _ = self.outbox.send(event);
    }

    /// Time runs.
    fn is_moving(&self) -> bool {
        self.plays && self.simulation.is_some() && self.show.is_some_and(|show| show.shows_live)
    }

    fn apply(&mut self, order: CanvasOrder) {
        self.is_stale = true;
        match order {
            CanvasOrder::World(world) => {
                let goes_on = self.simulation.as_mut().is_some_and(|simulation| simulation.adopt(&world));
                self.world = Some(world);
                if !goes_on {
                    self.start();
                }
            }
            CanvasOrder::Restart(world, seed) => {
                (self.world, self.seed) = (Some(world), seed);
                self.start();
            }
            CanvasOrder::Engine(gpu) => {
                self.gpu = gpu;
                self.settle();
            }
            CanvasOrder::Show(show) => (self.show, self.is_awake) = (Some(show), true),
            CanvasOrder::Play(plays) => self.plays = plays,
            CanvasOrder::Speed(speed) => self.speed = speed,
            CanvasOrder::Observe(observes) => self.observes = observes,
            CanvasOrder::Sleep => {
                self.is_awake = false;
                self.end_film();
            }
            CanvasOrder::Film(order) => self.begin_film(order),
            CanvasOrder::EndFilm => self.end_film(),
            CanvasOrder::CancelFilm => {
                self.film.iter_mut().for_each(RecordingJob::cancel);
            }
            order => self.change(order),
        }
    }

    /// Orders to the rule that runs.
    fn change(&mut self, order: CanvasOrder) {
        let Some(simulation) = &mut self.simulation else { return };
        let refusal = match order {
            CanvasOrder::Stroke(stroke) => simulation.stroke(&stroke).err().map(|why| why.to_string()),
            CanvasOrder::StepBack if simulation.step_back() => None,
            CanvasOrder::StepBack => return self.report(CanvasEvent::NothingBefore),
            CanvasOrder::ReturnTo(state) => {
                let fits = simulation.return_to(&state);
                (!fits).then(|| "the checkpoint does not fit what lives now; its picture was another one".to_owned())
            }
            CanvasOrder::Export(path) => match written(simulation.as_mut(), &path) {
                Ok(()) => return self.report(CanvasEvent::Exported(path)),
                Err(why) => Some(why),
            },
            CanvasOrder::Step => {
                simulation.run(1);
                None
            }
            CanvasOrder::Lift => {
                simulation.lift();
                None
            }
            CanvasOrder::From(id) => {
                simulation.restart(id);
                None
            }
            CanvasOrder::Keep(number) => {
                let state = simulation.live_state();
                return self.report(CanvasEvent::Kept(number, state));
            }
            _ => None,
        };
        if let Some(why) = refusal {
            self.report(CanvasEvent::Refused(why));
        }
    }

    fn start(&mut self) {
        self.simulation = None;
        let Some(info) = self.world.as_ref().and_then(|world| world.info()) else { return };
        let why = match info.start_simulation(self.seed) {
            Ok(simulation) => {
                self.simulation = Some(simulation);
                if self.gpu.is_some() {
                    self.settle();
                }
                None
            }
            Err(StudioError::NoRule) => None,
            Err(why) => Some(why.to_string()),
        };
        self.paced_steps = 0;
        self.report(CanvasEvent::Running(self.simulation.is_some(), why));
    }

    /// Takes the rule to what it is to run on. Where a GPU refuses the processor goes on.
    fn settle(&mut self) {
        let Some(simulation) = &mut self.simulation else { return };
        if let Err(why) = simulation.move_to(self.gpu.as_deref()) {
            self.report(CanvasEvent::Refused(format!("the rule goes on on the processor: {why}")));
        }
    }

    /// Reports what has gone wrong with a GPU, which is not used again unless it is chosen again.
    fn report_fault(&mut self) {
        if let Some(fault) = self.simulation.as_mut().and_then(|simulation| simulation.take_fault()) {
            self.gpu = None;
            self.report(CanvasEvent::Refused(fault));
        }
    }

    fn begin_film(&mut self, order: FilmOrder) {
        self.end_film();
        match order.start(self.outbox.clone()) {
            Ok(film) => self.film = Some(film),
            Err(fault) => self.report(CanvasEvent::Filmed(Err(fault.to_string()))),
        }
    }

    /// What waits is still written, by the film's own thread.
    fn end_film(&mut self) {
        if let Some(film) = &mut self.film {
            film.end();
        }
    }

    fn tick(&mut self) {
        let moves = self.is_moving();
        if let Some(simulation) = self.simulation.as_mut().filter(|_| moves) {
            let steps = self.film.as_ref().map_or(self.speed, |film| self.speed.min(film.steps_to_go()));
            simulation.run(steps);
            self.film.iter_mut().for_each(|film| film.advance(steps));
            self.is_stale = true;
        }
        if self.is_stale {
            self.draw();
        }
        self.report_fault();
        if self.paced.elapsed() >= PACE_EVERY {
            self.report_film();
        }
        let Some(simulation) = self.simulation.as_mut() else { return };
        let elapsed = self.paced.elapsed();
        if elapsed >= PACE_EVERY {
            let steps = simulation.steps();
            let steps_per_s = steps.saturating_sub(self.paced_steps) as f64 / elapsed.as_secs_f64();
            let description = simulation.description();
            (self.paced, self.paced_steps) = (Instant::now(), steps);
            let _ = self.outbox.send(CanvasEvent::Pace { steps, steps_per_s, description });
        }
        if self.observes && moves && self.read.elapsed() >= self.read_every {
            let begun = Instant::now();
            let readings = simulation.readings();
            self.read_every = READ_EVERY.max(READING_SHARE * begun.elapsed());
            self.read = Instant::now();
            let _ = self.outbox.send(CanvasEvent::Readings { steps: simulation.steps(), readings });
        }
    }

    fn report_film(&mut self) {
        let Some(film) = &self.film else { return };
        let state = (!film.is_over()).then(|| film.state());
        if state.is_none() {
            self.film = None;
        }
        self.report(CanvasEvent::Filming(state));
    }

    /// Draws, unless the last picture has not been taken yet. A film gets what is drawn when a frame of it is due; until then
    /// nothing is, so that trails are those of the film.
    fn draw(&mut self) {
        let films = self.film.as_ref().is_some_and(|film| film.steps_to_go() != u32::MAX);
        let is_due = self.film.as_ref().is_some_and(RecordingJob::is_due);
        if films && !is_due && self.is_moving() {
            return;
        }
        let Some(CanvasView { view, size, options, shows_live }) = self.show else { return };
        // A picture of an older state must not stay for good, and a film has the newest in its place.
        let is_moving = self.is_moving();
        if !self.slot.wants_another(|ready| is_due || (!is_moving && ready == size)) {
            return;
        }
        if let (Some(simulation), Some(gpu), true, false) = (&mut self.simulation, &self.gpu, shows_live, is_due)
            && let Some(picture) = simulation.picture_on_gpu(&view, options, size)
        {
            self.slot.put(CanvasPicture::Gpu(picture, gpu.clone()));
            self.is_stale = false;
            return;
        }
        let mut picture = self.slot.blank(size);
        match (&mut self.simulation, &self.world) {
            (Some(simulation), _) if shows_live => simulation.draw(&view, options, &mut picture),
            (_, Some(world)) => {
                if let Some(info) = world.info() {
                    info.draw_still(&view, options, &mut self.scratch, &mut picture);
                }
            }
            (_, None) => return,
        }
        if is_due && let Some(film) = &mut self.film {
            film.begin_frame();
            film.take(picture.clone());
        }
        self.slot.put(CanvasPicture::Processor(picture));
        self.is_stale = false;
    }
}

/// Writes what lives; the reason when it cannot be.
fn written(simulation: &mut dyn Simulation, path: &Path) -> Result<(), String> {
    let bytes = simulation.encode(path).map_err(|why| why.to_string())?;
    write_atomic(path, &bytes).map_err(|why| why.to_string())
}

#[cfg(test)]
mod tests;
