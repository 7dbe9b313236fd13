//! The program behind the window: what happens once a frame, and the events that the session receives.

mod perform;

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use super::bundled;
use super::clipboard::{Clipboard, ClipboardAnswer};
use super::files::Files;
use super::gallery_life::Life;
use super::kinds::kind_of;
use super::observer::{Checks, Watch};

use super::persistence::{self, Saver};
use super::ramp::Ramps;
use super::rest::RestPolicy;
use super::share::Sharing;
use super::stamps::Book;
use super::stippler::Stippler;
use super::thumbs::Thumbs;
use super::trainer::{Background, Stopwatch};
use super::truth::TruthJob;
use crate::session::{
    Command, Effect, Event, Level, ObserveEvent, PaintCommand, PaintEvent, Prefs, SceneSource, Session, Speed,
    ViewCommand, Workspace,
};
use crate::window::live::{Gpu, Live};
use crate::window::panels::{Readouts, UiState};
use crate::worlds::swarm::SWARM_CARD;

/// One tick of the session, s: the speed control counts steps per tick, whatever the frame rate.
const TICK_S: f64 = 1.0 / 60.0;

/// After a long frame no more ticks than this are caught up with.
const MAX_TICKS: f64 = 3.0;

/// The program behind the window.
pub struct Shell {
    pub session: Session,
    pub live: Live,
    pub files: Files,
    pub ui: UiState,
    pub readouts: Readouts,
    pub share: Sharing,
    training: Background,
    thumbs: Thumbs,
    stopwatch: Stopwatch,
    truth: TruthJob,
    stippler: Stippler,
    pub clipboard: Clipboard,
    watch: Watch,
    checks: Checks,
    prefs_saver: Saver<Prefs>,
    stamp_saver: Saver<Book>,
    gallery: Life,
    pub ramps: Ramps,
    /// Another world is shown: the swarm stands still.
    pub is_hidden: bool,
    quits: bool,
    /// Asked to quit again while something was being written.
    quits_at_once: bool,
    /// What the window's owner must do this frame.
    pub views: Vec<ViewCommand>,
    /// Ticks due.
    due: f64,
    meter: FrameMeter,
}

impl Shell {
    /// `file`: what to open, instead of the first bundled scene.
    pub fn new(file: Option<PathBuf>) -> Self {
        // What earlier runs have saved.
        let (prefs, prefs_saver, prefs_fault) = persistence::load::<Prefs>();
        let (book, stamp_saver, stamps_fault) = persistence::load::<Book>();
        let mut shell = Self {
            session: Session::new(seed_of_the_day()),
            live: Live::default(),
            files: Files::default(),
            ui: UiState::new(bundled::gallery()),
            readouts: Readouts::default(),
            share: Sharing::default(),
            training: Background::default(),
            thumbs: Thumbs::default(),
            stopwatch: Stopwatch::default(),
            truth: TruthJob::default(),
            stippler: Stippler::default(),
            clipboard: Clipboard::default(),
            watch: Watch::default(),
            checks: Checks::default(),
            prefs_saver,
            stamp_saver,
            gallery: Life::default(),
            ramps: Ramps::default(),
            is_hidden: false,
            quits: false,
            quits_at_once: false,
            views: Vec::new(),
            due: 0.0,
            meter: FrameMeter::default(),
        };
        shell.session.on_event(Event::PrefsRead(Box::new(prefs)));
        shell.session.on_event(PaintEvent::StampsRead(book.stamps()));
        for text in prefs_fault.into_iter().chain(stamps_fault) {
            shell.ui.on_effect(&Effect::Notify { level: Level::Warning, text });
        }
        shell.share.look(&shell.session.prefs().recent);
        match (file, SWARM_CARD.bundled.first()) {
            // Another name may be that of a scene.
            (Some(path), _) if kind_of(&path).is_none() => shell.files.load(SceneSource::File(path)),
            (Some(path), _) => shell.files.open(path),
            (None, Some(scene)) => shell.files.load(SceneSource::Bundled(scene.name.to_owned())),
            (None, None) => {}
        }
        shell
    }

    /// Does what the user asked for.
    pub fn apply(&mut self, gpu: &Gpu, commands: Vec<Command>) {
        for command in commands {
            let effects = self.session.apply(command);
            self.perform(gpu, effects);
        }
    }

    /// Minimum time of a frame, s; 0 while another world is shown. `idle_s`: time since the last input.
    pub fn min_frame_s(&self, gpu: &Gpu, idle_s: f64) -> f64 {
        if self.is_hidden {
            return 0.0;
        }
        let live = self.session.live();
        let lives = live.playing && live.particles > 0 && self.session.workspace() != Workspace::Paint;
        let policy = RestPolicy {
            is_software: gpu.is_software,
            learns: self.session.training().state.is_active(),
            grows: live.growing.is_some(),
            moves: lives || self.ui.gallery_is_open(),
            idle_s,
        };
        policy.min_frame_s()
    }

    /// Once a frame: passes events to the session, and lets time run. `dt_s`: since the last frame.
    pub fn advance(&mut self, gpu: &Gpu, dt_s: f64) {
        let measured = self.thumbs.advance(&self.session);
        self.ui.set_thumbnails(self.thumbs.shown());
        if self.ui.gallery_is_open() {
            self.ui.set_gallery_life(self.gallery.shown(self.ui.pointed_scene()));
        }
        let done = self.files.events().chain(self.training.events()).chain(measured);
        let events: Vec<Event> =
            done.chain(self.stopwatch.events()).chain(self.truth.events()).chain(self.stippler.events()).collect();
        let seen = self.watch.advance(&self.session, &self.live);
        let events: Vec<Event> = events.into_iter().chain(seen).chain(self.checks.events()).collect();
        for event in events {
            self.on_event(gpu, event);
        }
        self.live.look_up();
        for event in self.live.news().collect::<Vec<_>>() {
            self.on_event(gpu, event);
        }
        for (level, text) in self.files.notices() {
            self.ui.on_effect(&Effect::Notify { level, text });
        }
        for fault in self.ramps.faults().chain(self.gallery.faults()).chain(self.share.faults()) {
            self.ui.on_effect(&Effect::Notify { level: Level::Error, text: fault.to_string() });
        }
        for text in self.prefs_saver.faults().chain(self.stamp_saver.faults()) {
            self.ui.on_effect(&Effect::Notify { level: Level::Warning, text });
        }
        for answer in self.clipboard.answers() {
            match answer {
                ClipboardAnswer::Text(_, text) => self.apply(gpu, vec![Command::Paint(PaintCommand::PasteText(text))]),
                ClipboardAnswer::Fault(text) => self.ui.on_effect(&Effect::Notify { level: Level::Warning, text }),
                ClipboardAnswer::Silence => {
                    let text = "The program that holds the clipboard does not answer: copy there again.".to_owned();
                    self.ui.on_effect(&Effect::Notify { level: Level::Warning, text });
                }
            }
        }
        self.due = (self.due + dt_s / TICK_S).min(MAX_TICKS);
        let grows = !self.is_hidden && self.session.live().playing && self.session.live().growing.is_some();
        self.checks.pause_certificates(grows);
        let fits = match self.is_hidden {
            true => 0,
            false => self.live.steps_that_fit(dt_s, grows).min(self.share.steps_to_go()),
        };
        let mut done = 0;
        while self.due >= 1.0 && done < fits {
            self.due -= 1.0;
            let effects = self.session.tick(fits - done);
            done += effects.iter().map(steps_of).sum::<u32>();
            self.perform(gpu, effects);
        }
        for (level, text) in self.share.advance(&self.session, &self.files, &self.live, done) {
            self.ui.on_effect(&Effect::Notify { level, text });
        }
        self.ui.set_share(self.share.readouts(&self.files, self.quits));
        self.meter.frame(dt_s, self.live.steps_since_asked());
        if let Some(FramePace { frame_ms, steps_per_s, seconds }) = self.meter.read(self.live.is_behind()) {
            let on_processor = self.live.pair_tests_since_asked().map(|tests| tests as f64 / seconds);
            let on_gpu = on_processor.is_none();
            let pair_tests_per_s = on_processor.or_else(|| self.watch.tally.pair_tests_per_s());
            let faults = self.watch.tally.faults(on_gpu);
            let engine = self.live.describe(gpu);
            self.readouts = Readouts {
                frame_ms,
                steps_per_s,
                engine,
                pair_tests_per_s,
                faults,
                max_particles: Live::max_particles(gpu),
                drawn_one_in: self.live.drawn_one_in(),
                s_per_particle_step: self.live.s_per_particle_step().unwrap_or(0.0),
            };
            let speed = Speed { frame_ms, steps_per_s, pair_tests_per_s, faults };
            self.on_event(gpu, Event::Observe(ObserveEvent::SpeedMeasured(speed)));
        }
    }

    /// The user wants to leave, and everything is written. A second request leaves at once; what is half written then
    /// keeps its older file.
    pub fn may_leave(&mut self) -> bool {
        let may = self.quits && (self.share.may_leave(&self.files) || self.quits_at_once);
        if may {
            self.share.end();
        }
        may
    }

    /// Passes an event to those that it concerns.
    pub fn on_event(&mut self, gpu: &Gpu, event: Event) {
        let news = self.share.on_event(&event);
        let effects = self.session.on_event(event);
        self.perform(gpu, effects);
        if let Some(preference) = news {
            self.apply(gpu, vec![Command::Prefer(preference)]);
            self.share.look(&self.session.prefs().recent);
        }
    }
}

/// Frame time and speed over the last window of time.
#[derive(Default)]
struct FrameMeter {
    seconds: f64,
    frames: u32,
    steps: u32,
}

impl FrameMeter {
    const WINDOW_S: f64 = 0.5;

    /// A window in which a slow step may come to its end.
    const LONG_WINDOW_S: f64 = 10.0;

    fn frame(&mut self, dt_s: f64, steps: u32) {
        self.seconds += dt_s;
        self.frames += 1;
        self.steps += steps;
    }

    /// At the end of each window. `is_behind`: a step is under way.
    fn read(&mut self, is_behind: bool) -> Option<FramePace> {
        let window_s = if is_behind && self.steps == 0 { Self::LONG_WINDOW_S } else { Self::WINDOW_S };
        if self.seconds < window_s {
            return None;
        }
        let window = std::mem::take(self);
        Some(FramePace {
            frame_ms: 1e3 * window.seconds / f64::from(window.frames),
            steps_per_s: f64::from(window.steps) / window.seconds,
            seconds: window.seconds,
        })
    }
}

/// How it went over a window of time, and how long that was.
struct FramePace {
    frame_ms: f64,
    steps_per_s: f64,
    seconds: f64,
}

fn steps_of(effect: &Effect) -> u32 {
    match effect {
        Effect::Engine(order) => order.steps(),
        _ => 0,
    }
}

/// Another swarm at each start of the window.
fn seed_of_the_day() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |d| d.as_nanos() as u64)
}
