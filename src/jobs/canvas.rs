//! The thread that runs a rule and draws it: the window gives orders and takes the newest picture, and waits for neither.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};
use image::RgbaImage;

use super::{Cores, FilmOrder, JobFault, JobName, RecordingJob, RecordingResult, RecordingState, panic_text, start};
use crate::media::atomic::write_atomic;
use crate::worlds::World;
use crate::worlds::studio::{BrushStroke, DrawOptions, SeriesReading, Simulation, StudioError, Viewpoint};

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
    /// Saves the present state in memory.
    Keep,
    /// Returns to the state saved last.
    Back,
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
    /// One sentence about an order that was refused.
    Refused(String),
}

/// One tick of time.
const TICK: Duration = Duration::from_micros(16_667);
const PACE_EVERY: Duration = Duration::from_millis(500);
const READ_EVERY: Duration = Duration::from_millis(500);
/// Readings take at most about this share of the time.
const READING_SHARE: u32 = 8;

/// The newest picture. Pictures go round: no memory is asked for once their size stands.
#[derive(Default)]
struct PictureSlot {
    ready: Option<RgbaImage>,
    /// The one that is on the screen.
    shown: Option<RgbaImage>,
    spare: Option<RgbaImage>,
}

/// The thread. It ends when this is dropped, after its present step.
pub struct CanvasWorker {
    orders: Sender<CanvasOrder>,
    events: Receiver<CanvasEvent>,
    slot: Arc<Mutex<PictureSlot>>,
}

impl CanvasWorker {
    /// # Errors
    /// [`JobFault::NotStarted`]
    pub fn new(name: &'static str) -> Result<Self, JobFault> {
        let (orders, inbox) = unbounded();
        let (outbox, events) = unbounded();
        let slot = Arc::<Mutex<PictureSlot>>::default();
        let theirs = slot.clone();
        let name = JobName { thread: name, what: "The living canvas" };
        start(name, Cores::Shared, move || CanvasState::new(outbox, theirs).run(&inbox))?;
        Ok(Self { orders, events, slot })
    }

    /// Puts an order at the end of the queue; never blocks.
    pub fn order(&self, order: CanvasOrder) {
        // Fails only when the thread has ended, which happens with this value.
        let _ = self.orders.send(order);
    }

    /// What has happened since the last call.
    pub fn events(&self) -> impl Iterator<Item = CanvasEvent> + '_ {
        self.events.try_iter()
    }

    /// Shows a new picture to `look`, if there is one. The thread is never waited for longer than it takes to swap two
    /// pictures.
    pub fn with_picture(&self, look: impl FnOnce(&RgbaImage)) {
        let taken = lock(&self.slot).ready.take();
        if let Some(picture) = taken {
            look(&picture);
            let mut slot = lock(&self.slot);
            slot.spare = slot.shown.replace(picture);
        }
    }

    /// A copy of the picture that is on the screen.
    pub fn shown_picture(&self) -> Option<RgbaImage> {
        lock(&self.slot).shown.clone()
    }
}

fn lock(slot: &Mutex<PictureSlot>) -> std::sync::MutexGuard<'_, PictureSlot> {
    // Pictures are only moved under the lock.
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the thread works on.
struct CanvasState {
    outbox: Sender<CanvasEvent>,
    slot: Arc<Mutex<PictureSlot>>,
    world: Option<Arc<World>>,
    seed: u64,
    simulation: Option<Box<dyn Simulation>>,
    show: Option<CanvasView>,
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

impl CanvasState {
    fn new(outbox: Sender<CanvasEvent>, slot: Arc<Mutex<PictureSlot>>) -> Self {
        Self {
            outbox,
            slot,
            world: None,
            seed: 0,
            simulation: None,
            show: None,
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

    fn run(mut self, inbox: &Receiver<CanvasOrder>) {
        loop {
            let tick = Instant::now();
            let is_busy = self.is_awake && (self.is_moving() || self.is_stale);
            if !is_busy {
                match inbox.recv() {
                    Ok(order) => self.guarded(|state| state.take(order)),
                    Err(_) => return,
                }
            }
            loop {
                match inbox.try_recv() {
                    Ok(order) => self.guarded(|state| state.take(order)),
                    Err(crossbeam_channel::TryRecvError::Empty) => break,
                    Err(crossbeam_channel::TryRecvError::Disconnected) => return,
                }
            }
            if self.is_awake {
                self.guarded(Self::tick);
            }
            std::thread::sleep(TICK.saturating_sub(tick.elapsed()));
        }
    }

    /// A panic of a simulation ends that simulation and is reported; the thread goes on.
    fn guarded(&mut self, work: impl FnOnce(&mut Self)) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| work(self))) {
            self.simulation = None;
            let what = panic_text(panic.as_ref());
            let why = format!("the rule was stopped by a bug in the program ({what}); please report it");
            self.report(CanvasEvent::Running(false, Some(why)));
        }
    }

    fn report(&self, event: CanvasEvent) {
        // Fails only when the worker was dropped.
        let _ = self.outbox.send(event);
    }

    /// Time runs.
    fn is_moving(&self) -> bool {
        self.plays && self.simulation.is_some() && self.show.is_some_and(|show| show.shows_live)
    }

    fn take(&mut self, order: CanvasOrder) {
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
            CanvasOrder::Back => {
                let is_back = simulation.back_to_checkpoint();
                (!is_back).then(|| "no state is kept yet; keep one first (K)".to_owned())
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
            CanvasOrder::Keep => {
                simulation.keep_checkpoint();
                None
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
                None
            }
            Err(StudioError::NoRule) => None,
            Err(why) => Some(why.to_string()),
        };
        self.paced_steps = 0;
        self.report(CanvasEvent::Running(self.simulation.is_some(), why));
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
        let Some(CanvasView { view, size: [width, height], options, shows_live }) = self.show else { return };
        let mut slot = lock(&self.slot);
        let fits = |picture: &RgbaImage| picture.dimensions() == (width, height);
        if slot.ready.as_ref().is_some_and(fits) && !self.is_moving() {
            // A picture of an older state must not stay for good.
            slot.spare = slot.ready.take();
        } else if is_due {
            // The newest picture takes its place.
            slot.spare = slot.ready.take().or_else(|| slot.spare.take());
        } else if slot.ready.is_some() {
            return;
        }
        let picture = slot.spare.take();
        drop(slot);
        let mut picture = picture.filter(fits).unwrap_or_else(|| RgbaImage::new(width.max(1), height.max(1)));
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
        lock(&self.slot).ready = Some(picture);
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
