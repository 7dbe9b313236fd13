//! The live swarm as the window sees it. It runs in a thread of its own, on the window's GPU, or on the processor where
//! that GPU is software: orders go there in their order, pictures and replies come back, and no frame waits for either.

mod buffer;
mod follow;
mod host;
pub mod measures;
pub mod reply;
mod visible;

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use glam::DVec2;

pub use buffer::{Body, SwarmBuffer, body};
pub use visible::VisibleArea;

use self::follow::Follower;
use self::host::{Host, News, Picture, Shared, Source, Work};
use self::measures::Measures;
use self::reply::{Coming, LiveFrame, Reply, SavedSwarm};
use crate::gpu::GpuDevice;
use crate::jobs::{Handle, JobFault};
use crate::session::{CheckpointUse, EngineOrder, Event, LiveEvent};

use crate::worlds::swarm::rule::LiveSettings;

/// Steps are asked for that take the thread about so long, s: frames in between see where they have got to.
const STEP_BUDGET_S: f64 = 0.016;

/// While a swarm grows on the processor its steps may take this share of a longer frame.
const GROWTH_SHARE: f64 = 0.6;

/// On a GPU, where steps and drawing wait for one another, a frame that takes longer than this asks for fewer steps, s.
/// On the processor the steps have a thread of their own, and [`STEP_BUDGET_S`] is all that they take from a slow frame.
const SLOW_FRAME_S: f64 = 0.05;

/// Most particles that may be asked for. A number of the trials: see the README for the memory that they take.
const MAX_PARTICLES: usize = 1_000_000;

/// Work that waits for the thread: a batch of orders a frame, while a step takes seconds.
const WORK_CAPACITY: usize = 1024;

/// News that wait for the next frame.
const NEWS_CAPACITY: usize = 256;

const NOTHING_TO_KEEP: &str = "There is no state to save: the swarm has values that are not finite. Press Restart.";

/// At the end, a swarm on the GPU is let go of before the window's device is.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the engines draw on.
#[derive(Clone)]
pub struct Gpu {
    pub device: wgpu::Device,
    pub queue: wgpu::Queue,
    pub name: String,
    /// The adapter is a program on the processor: then our own engine on the processor is faster.
    pub is_software: bool,
    /// The live swarm runs on it, too.
    pub runs_the_swarm: bool,
    /// The same, for the threads of the other worlds.
    pub shared: Arc<GpuDevice>,
}

impl Gpu {
    pub fn new(device: GpuDevice, runs_the_swarm: bool) -> Self {
        Self {
            device: device.device.clone(),
            queue: device.queue.clone(),
            name: device.info.name.clone(),
            is_software: device.is_software(),
            runs_the_swarm,
            shared: Arc::new(device),
        }
    }
}

/// The window's end of the swarm.
pub struct Live {
    /// `None` until there is a GPU to show it on.
    thread: Option<Thread>,
    shared: Arc<Shared>,
    news: (Sender<News>, Receiver<News>),
    /// The newest picture that was seen.
    seen: Picture,
    buffer: Option<SwarmBuffer>,
    /// Number of the picture in the buffer, and the visible area where not all of it is drawn.
    uploaded: (u64, Option<VisibleArea>),
    /// The bodies that are drawn, where not all are, and what each of them stands for.
    chosen: Vec<u32>,
    every: usize,
    /// How often another area was visible.
    areas: u64,
    measures: Measures,
    follower: Follower,
    /// Number of the swarm that was ordered last.
    swarm: u64,
    /// Steps ordered since the beginning, and those of them that had been done when it was asked last.
    steps_ordered: u64,
    steps_done: u64,
    /// Steps that fit in a frame, adapted to the frame times; one after the arrival of another swarm.
    bearable: f64,
    pair_tests: u64,
}

struct Thread {
    work: Sender<Work>,
    handle: Handle,
    holds_gpu: bool,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            thread: None,
            shared: Arc::default(),
            news: bounded(NEWS_CAPACITY),
            seen: Picture::default(),
            buffer: None,
            uploaded: (0, None),
            chosen: Vec::new(),
            every: 1,
            areas: 0,
            measures: Measures::default(),
            follower: Follower::default(),
            swarm: 0,
            steps_ordered: 0,
            steps_done: 0,
            bearable: 1.0,
            pair_tests: 0,
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let Some(Thread { work, handle, holds_gpu }) = self.thread.take() else { return };
        drop(work);
        if holds_gpu {
            handle.wait_for(PATIENCE);
        }
    }
}

impl Live {
    /// Passes on the orders of one batch. Failures are reported by [`Self::news`].
    pub fn apply(&mut self, gpu: &Gpu, orders: Vec<EngineOrder>) {
        if self.thread.is_none() {
            self.thread = self.start(gpu.runs_the_swarm.then(|| gpu.clone()));
        }
        self.pass_on(orders);
    }

    pub(in crate::window) fn pass_on(&mut self, orders: Vec<EngineOrder>) {
        // Without a thread no step is ever done.
        let Some(thread) = &self.thread else { return };
        // Only this end sends: room that is seen is still there below.
        if thread.work.is_full() {
            return self.notify(JobFault::Full { what: host::JOB.what }.into());
        }
        if orders.iter().any(|order| matches!(order, EngineOrder::Upload { .. } | EngineOrder::Clear)) {
            self.swarm += 1;
            self.shared.newest_swarm.store(self.swarm, Ordering::Release);
        }
        if orders.iter().any(|order| matches!(order, EngineOrder::Upload { .. })) {
            // How long its steps take is unknown.
            self.bearable = 1.0;
        }
        let steps = orders.iter().map(EngineOrder::steps).sum();
        self.steps_ordered += u64::from(steps);
        self.send(Work::Orders { swarm: self.swarm, steps, orders });
    }

    fn start(&self, gpu: Option<Gpu>) -> Option<Thread> {
        let (work, inbox) = bounded(WORK_CAPACITY);
        let holds_gpu = gpu.is_some();
        match host::start(gpu, inbox, self.shared.clone(), self.news.0.clone()) {
            Ok(handle) => Some(Thread { work, handle, holds_gpu }),
            Err(fault) => {
                self.notify(Event::Live(LiveEvent::EngineFailed(fault.to_string())));
                None
            }
        }
    }

    /// Puts an event among the [`Self::news`].
    fn notify(&self, event: Event) {
        // Without room the events before it are enough.
        let _ = self.news.0.try_send((self.swarm, event));
    }

    fn send(&self, work: Work) {
        if let Some(thread) = &self.thread {
            // A question that finds no room is dropped, which its owner learns from the [`Reply`].
            let _ = thread.work.try_send(work);
        }
    }

    /// Requests what the thread finds when it has carried out the orders before.
    fn ask<T: Send + 'static>(&self, question: impl FnOnce(&mut Host) -> T + Send + 'static) -> Reply<T> {
        let (sender, reply) = Reply::new();
        self.send(Work::Question(Box::new(move |host| {
            // Fails only when the reply was dropped.
            let _ = sender.send(question(host));
        })));
        reply
    }

    /// What the session must know, since the last call.
    pub fn news(&self) -> impl Iterator<Item = Event> + '_ {
        // A late event is not about the swarm that has been ordered since.
        let is_of_old = |event: &Event| {
            matches!(
                event,
                Event::Live(LiveEvent::SwarmChanged { .. })
                    | Event::Live(LiveEvent::NothingBefore)
                    | Event::Live(LiveEvent::Following(_))
            )
        };
        let news = self.news.1.try_iter();
        news.filter(move |(swarm, event)| *swarm == self.swarm || !is_of_old(event)).map(|(_, event)| event)
    }

    /// Once a frame: takes the newest picture.
    pub fn look_up(&mut self) {
        let mut newest = self.shared.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if newest.number > self.seen.number {
            std::mem::swap(&mut *newest, &mut self.seen);
        }
    }

    /// Steps that may be ordered now, given how long the last frame took: at least one, unless those ordered before are
    /// not done. Time steps keep their length; a slow machine sees slower motion, not another one. `grows`: a growth is
    /// under way, whose steps have a larger budget.
    pub fn steps_that_fit(&mut self, last_frame_s: f64, grows: bool) -> u32 {
        let on_processor = matches!(self.seen.from, Some(Source::Processor));
        let budget_s = if grows && on_processor { GROWTH_SHARE * last_frame_s } else { 0.0 };
        let most = budget_s.max(STEP_BUDGET_S) / self.seen.s_per_step.max(1e-6);
        let is_slow = last_frame_s > SLOW_FRAME_S && !on_processor;
        let next = if is_slow { 0.7 * self.bearable } else { 1.1 * self.bearable + 0.1 };
        self.bearable = next.clamp(1.0, most.max(1.0));
        (self.bearable as u64).saturating_sub(self.behind()) as u32
    }

    /// Steps that were ordered are not done yet.
    pub fn is_behind(&self) -> bool {
        self.behind() > 0
    }

    fn behind(&self) -> u64 {
        self.steps_ordered - self.shared.steps_done.load(Ordering::Acquire)
    }

    /// Steps done since the last call.
    pub fn steps_since_asked(&mut self) -> u32 {
        let now = self.shared.steps_done.load(Ordering::Acquire);
        (now - std::mem::replace(&mut self.steps_done, now)) as u32
    }

    /// Number of particles and box (ℓ) of what there is to see, if there is a swarm.
    pub fn extent(&self) -> Option<(usize, DVec2)> {
        self.seen.from.as_ref().map(|_| (self.seen.count, self.seen.box_size))
    }

    /// Bodies to be drawn, and how many, if there is a swarm. A GPU made of software gets no more than it can draw.
    pub fn picture(&mut self, gpu: &Gpu, area: VisibleArea) -> Option<(wgpu::Buffer, u32)> {
        if let Source::Gpu { bodies, .. } = self.seen.from.as_ref()? {
            return Some((bodies.clone(), self.seen.count as u32));
        }
        let in_part = (gpu.is_software && self.seen.count > visible::MAX_DRAWN).then_some(area);
        let shown = self.buffer.get_or_insert_with(|| SwarmBuffer::new(gpu, self.seen.count));
        if self.uploaded != (self.seen.number, in_part) {
            self.areas += u64::from(self.uploaded.1 != in_part);
            self.uploaded = (self.seen.number, in_part);
            match in_part {
                None => {
                    self.chosen.clear();
                    shown.write_all(gpu, &self.seen.bodies);
                }
                Some(area) => {
                    self.every = visible::choose(&self.seen.bodies, area, visible::MAX_DRAWN, &mut self.chosen);
                    shown.write(gpu, self.chosen.iter().map(|k| self.seen.bodies[*k as usize]));
                }
            }
        }
        let count = if in_part.is_some() { self.chosen.len() } else { self.seen.count };
        Some((shown.buffer().clone(), count as u32))
    }

    /// Of so many bodies in sight one is drawn.
    pub fn drawn_one_in(&self) -> usize {
        if self.uploaded.1.is_some() { self.every } else { 1 }
    }

    /// The middle of the creature that particle `index` belongs to, ℓ; on a GPU, where that particle is.
    pub fn creature(&mut self, gpu: &Gpu, index: usize) -> Option<DVec2> {
        match self.seen.from.as_ref()? {
            Source::Processor => follow::middle(&self.seen.bodies, self.seen.box_size, index),
            Source::Gpu { bodies, .. } => self.follower.seen_on_gpu(gpu, bodies, self.seen.count, index),
        }
    }

    /// Energy and speed (two f32) of each of the bodies of [`Self::picture`], if there is a swarm.
    pub fn measures(&mut self, gpu: &Gpu) -> Option<wgpu::Buffer> {
        Some(match self.seen.from.as_ref()? {
            Source::Gpu { measures, .. } => measures.clone(),
            Source::Processor => {
                let chosen = self.uploaded.1.map(|_| &self.chosen[..]);
                self.measures.update(gpu, &self.seen.measures, chosen)
            }
        })
    }

    /// How often time has run, and how many swarms have lived or become visible: for what is drawn of the past.
    pub fn past(&self) -> (u64, u64) {
        let (runs, swarms) = self.seen.past;
        (runs, swarms + self.areas)
    }

    /// Seconds that a step takes for each particle; `None` where steps are not waited for.
    pub fn s_per_particle_step(&self) -> Option<f64> {
        let is_known = matches!(self.seen.from, Some(Source::Processor)) && self.seen.s_per_step > 0.0;
        is_known.then(|| self.seen.s_per_step / self.seen.count.max(1) as f64)
    }

    /// Most particles that may be asked for: on a GPU, no more than its memory lends to one buffer.
    pub fn max_particles(gpu: &Gpu) -> usize {
        if !gpu.runs_the_swarm {
            return MAX_PARTICLES;
        }
        let limits = gpu.device.limits();
        let largest = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size);
        // Messages of up to 64 numbers.
        (largest / 256).min(MAX_PARTICLES as u64) as usize
    }

    /// Those that the swarm runs with: in a growth, of its present stage.
    pub fn settings(&self) -> &LiveSettings {
        &self.seen.settings
    }

    /// Neighbour pairs evaluated since the last call. Unknown on a GPU, where asking would mean to wait.
    pub fn pair_tests_since_asked(&mut self) -> Option<u64> {
        let Some(Source::Processor) = self.seen.from else { return None };
        let now = self.seen.pair_tests;
        let before = std::mem::replace(&mut self.pair_tests, now);
        // A new engine counts from zero.
        Some(if now >= before { now - before } else { now })
    }

    /// The GPU or the processor, for the status line; empty without a swarm.
    pub fn describe(&self, gpu: &Gpu) -> String {
        match self.seen.from {
            Some(Source::Gpu { .. }) => gpu.name.clone(),
            Some(Source::Processor) => "processor".to_owned(),
            None => String::new(),
        }
    }

    /// The living swarm, to be kept with the scene.
    pub fn kept(&self) -> Reply<SavedSwarm> {
        let swarm = self.swarm;
        self.ask(move |host| host.kept(swarm))
    }

    /// The swarm as it moves.
    pub fn look(&self) -> Coming {
        Coming::new(self.ask(Host::look))
    }

    /// What is shown.
    pub fn look_at_shown(&self) -> Coming {
        Coming::new(self.ask(Host::look_at_shown))
    }

    /// What is shown, with the flow of each particle, for a trajectory.
    pub fn frame(&self) -> Reply<Option<LiveFrame>> {
        self.ask(Host::frame)
    }

    /// Keeps the moment: it comes among the [`Self::news`].
    pub fn keep_moment(&self, wanted_for: CheckpointUse) {
        let swarm = self.swarm;
        self.report_of(move |host| match (host.kept(swarm).state, wanted_for) {
            (Some(state), wanted_for) => Some(Event::Live(LiveEvent::CheckpointSaved(wanted_for, Box::new(state)))),
            (None, CheckpointUse::Keep(_)) => Some(Event::Trouble(NOTHING_TO_KEEP.to_owned())),
            (None, CheckpointUse::Undo(_)) => None,
        });
    }

    /// Looks for the particle nearest to a place (ℓ), whose number comes among the [`Self::news`].
    pub fn find(&self, at: DVec2) {
        self.report_of(move |host| Some(Event::Live(LiveEvent::Following(host.nearest(at)))));
    }

    fn report_of(&self, question: impl FnOnce(&mut Host) -> Option<Event> + Send + 'static) {
        let (news, swarm) = (self.news.0.clone(), self.swarm);
        self.send(Work::Question(Box::new(move |host| {
            // Fails only when the window closes.
            question(host).into_iter().for_each(|event| _ = news.send((swarm, event)));
        })));
    }
}

#[cfg(test)]
pub(in crate::window) mod testing;
#[cfg(test)]
mod tests;
