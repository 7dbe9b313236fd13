//! The thread that runs a rule and draws it: the window gives orders and takes the newest picture, and waits for neither.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};
use image::RgbaImage;

use super::{Cores, JobFault, JobName, panic_text, start};
use crate::worlds::World;
use crate::worlds::studio::{BrushStroke, DrawOptions, SeriesReading, Simulation, StudioError, Viewpoint};

/// What a picture shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CanvasView {
    pub view: Viewpoint,
    /// Width and height, pixels.
    pub size: [u32; 2],
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
    Show(CanvasView),
    Play(bool),
    /// Steps in each tick of 1/60 s.
    Speed(u32),
    /// One step.
    Step,
    Stroke(BrushStroke),
    Lift,
    /// Starts again from a state of the world's table.
    From(&'static str),
    Keep,
    Back,
    /// Whether readings are wanted.
    Observe(bool),
    /// Nothing is seen: nothing runs.
    Sleep,
}

/// What the thread reports.
#[derive(Clone, Debug, PartialEq)]
pub enum CanvasEvent {
    /// A rule runs, or none does: there is none, or it is refused with this sentence.
    Running(bool, Option<String>),
    Readings {
        steps: u64,
        readings: Vec<SeriesReading>,
    },
    /// About twice a second.
    Pace {
        steps: u64,
        steps_per_s: f64,
        description: String,
    },
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
            let why = format!("the rule was stopped by an error of the program ({what}); please report it");
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
            CanvasOrder::Sleep => self.is_awake = false,
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

    fn tick(&mut self) {
        let moves = self.is_moving();
        if let Some(simulation) = self.simulation.as_mut().filter(|_| moves) {
            simulation.run(self.speed);
            self.is_stale = true;
        }
        if self.is_stale {
            self.draw();
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

    /// Draws, unless the last picture has not been taken yet.
    fn draw(&mut self) {
        let Some(CanvasView { view, size: [width, height], options, shows_live }) = self.show else { return };
        let mut slot = lock(&self.slot);
        let fits = |picture: &RgbaImage| picture.dimensions() == (width, height);
        if slot.ready.as_ref().is_some_and(fits) && !self.is_moving() {
            // A picture of an older state must not stay for good.
            slot.spare = slot.ready.take();
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
        lock(&self.slot).ready = Some(picture);
        self.is_stale = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::studio::world_entry;

    const PATIENCE: Duration = Duration::from_secs(60);

    /// A field with a rule and small stills.
    fn field() -> Arc<World> {
        let entry = world_entry("field").expect("the field world");
        let scene = entry.bundled.first().expect("a bundled scene");
        let mut world = crate::scene::Project::from_ron(scene.text).expect("a scene").project.world;
        world.info_mut().expect("a world of the studio").set_knob("size", 32.0);
        Arc::new(world)
    }

    fn show(world: &World, shows_live: bool) -> CanvasOrder {
        let view = world.info().unwrap().viewpoint(crate::worlds::studio::BrushPlace::Live);
        CanvasOrder::Show(CanvasView { view, size: [64, 48], options: DrawOptions::default(), shows_live })
    }

    fn next_picture(worker: &CanvasWorker) -> RgbaImage {
        let begun = Instant::now();
        loop {
            let mut seen = None;
            worker.with_picture(|picture| seen = Some(picture.clone()));
            match seen {
                Some(picture) => return picture,
                None => assert!(begun.elapsed() < PATIENCE, "no picture"),
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn next_event(worker: &CanvasWorker, wanted: impl Fn(&CanvasEvent) -> bool) -> CanvasEvent {
        loop {
            let event = worker.events.recv_timeout(PATIENCE).expect("an event");
            if wanted(&event) {
                return event;
            }
        }
    }

    #[test]
    fn what_lives_is_drawn_moves_and_is_measured() {
        let worker = CanvasWorker::new("test").unwrap();
        let world = field();
        worker.order(CanvasOrder::Restart(world.clone(), 1));
        worker.order(show(&world, true));
        assert_eq!(next_event(&worker, |_| true), CanvasEvent::Running(true, None));
        let first = next_picture(&worker);
        assert_eq!(first.dimensions(), (64, 48));
        worker.order(CanvasOrder::Observe(true));
        worker.order(CanvasOrder::Play(true));
        worker.order(CanvasOrder::Speed(20));
        let moved = (0..200).any(|_| next_picture(&worker) != first);
        assert!(moved);
        assert_eq!(worker.shown_picture().map(|picture| picture.dimensions()), Some((64, 48)));
        let read = next_event(&worker, |event| matches!(event, CanvasEvent::Readings { .. }));
        assert!(matches!(read, CanvasEvent::Readings { steps, readings } if steps > 0 && !readings.is_empty()));
        next_event(&worker, |event| matches!(event, CanvasEvent::Pace { steps_per_s, .. } if *steps_per_s > 0.0));
    }

    #[test]
    fn orders_that_cannot_be_carried_out_are_reported() {
        let worker = CanvasWorker::new("test").unwrap();
        let world = field();
        worker.order(CanvasOrder::Restart(world.clone(), 1));
        worker.order(CanvasOrder::Back);
        let refused = |event: &CanvasEvent| matches!(event, CanvasEvent::Refused(_));
        assert!(matches!(next_event(&worker, refused), CanvasEvent::Refused(why) if why.contains("kept")));
        let at = [5.0, 5.0, 0.0];
        let ink = crate::worlds::studio::BrushInk::default();
        let stroke = BrushStroke { brush: "push", from: at, to: at, axis: [0.0; 3], radius: 3.0, strength: 1.0, ink };
        worker.order(CanvasOrder::Stroke(stroke));
        assert!(matches!(next_event(&worker, refused), CanvasEvent::Refused(why) if why.contains("push")));
        let empty = (world_entry("points").unwrap().empty)();
        worker.order(CanvasOrder::World(Arc::new(empty)));
        let ended = next_event(&worker, |event| matches!(event, CanvasEvent::Running(false, _)));
        assert_eq!(ended, CanvasEvent::Running(false, None), "a world without a rule is no fault");
    }

    #[test]
    fn a_still_picture_is_drawn_again_only_when_it_changes() {
        let worker = CanvasWorker::new("test").unwrap();
        let world = field();
        worker.order(CanvasOrder::Restart(world.clone(), 1));
        worker.order(show(&world, false));
        next_picture(&worker);
        // Pictures of both orders have been drawn by then.
        std::thread::sleep(Duration::from_millis(300));
        worker.with_picture(|_| {});
        std::thread::sleep(Duration::from_millis(200));
        let mut again = false;
        worker.with_picture(|_| again = true);
        assert!(!again);
        worker.order(show(&world, true));
        next_picture(&worker);
    }
}
