//! Carries out what the session orders: files, training, engine, notices.

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use egui_notify::Toasts;

use super::bundled;
use super::files::Files;
use super::live::{Gpu, Live};
use super::trainer::Background;
use crate::session::{Command, Dialog, Effect, Event, Level, SceneSource, Session};

/// One tick of the session, s: the speed control counts steps per tick, whatever the frame rate.
const TICK_S: f64 = 1.0 / 60.0;

/// After a long frame no more ticks than this are caught up with.
const MOST_TICKS: f64 = 3.0;

/// The program behind the window.
pub struct Shell {
    pub session: Session,
    pub live: Live,
    pub files: Files,
    pub toasts: Toasts,
    training: Background,
    /// Dialogs the session asked for, for whoever shows them.
    pub asked: Vec<Dialog>,
    pub quits: bool,
    /// Ticks due.
    due: f64,
}

impl Shell {
    /// `scene`: what to open, instead of the first bundled scene.
    pub fn new(scene: Option<PathBuf>) -> Self {
        let mut shell = Self {
            session: Session::new(seed_of_the_day()),
            live: Live::default(),
            files: Files::default(),
            toasts: Toasts::default(),
            training: Background::default(),
            asked: Vec::new(),
            quits: false,
            due: 0.0,
        };
        match (scene, bundled::SCENES.first()) {
            (Some(path), _) => shell.files.load(SceneSource::File(path)),
            (None, Some((name, _))) => shell.files.load(SceneSource::Bundled((*name).to_owned())),
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

    /// Once a frame: hears what came back, and lets time run. `dt_s`: since the last frame.
    pub fn advance(&mut self, gpu: &Gpu, dt_s: f64) {
        let events: Vec<Event> = self.files.done().chain(self.training.events()).collect();
        for event in events {
            self.hear(gpu, event);
        }
        for notice in self.files.notices().collect::<Vec<_>>() {
            self.notify(Level::Info, notice);
        }
        self.due = (self.due + dt_s / TICK_S).min(MOST_TICKS);
        let mut steps = self.live.steps_that_fit(dt_s);
        while self.due >= 1.0 && steps > 0 {
            self.due -= 1.0;
            let effects = self.session.tick(steps);
            steps -= effects.iter().map(steps_of).sum::<u32>().min(steps);
            self.perform(gpu, effects);
        }
    }

    fn hear(&mut self, gpu: &Gpu, event: Event) {
        let effects = self.session.on_event(event);
        self.perform(gpu, effects);
    }

    fn perform(&mut self, gpu: &Gpu, effects: Vec<Effect>) {
        let mut orders = Vec::new();
        for effect in effects {
            match effect {
                Effect::Engine(order) => orders.push(order),
                Effect::LoadScene(source) => self.files.load(source),
                Effect::ImportFile(path) => self.files.import(path),
                Effect::SaveScene { path, document, revision } => self.files.save(path, *document, revision),
                Effect::StartTraining(request) => self.training.start(*request),
                Effect::PauseTraining(run) => self.training.pause(run),
                Effect::ResumeTraining(run) => self.training.resume(run),
                Effect::StopTraining(run) => self.training.stop(run),
                Effect::Notify { level, text } => self.notify(level, text),
                Effect::Ask(dialog) => self.asked.push(dialog),
                Effect::Quit => self.quits = true,
            }
        }
        if orders.is_empty() {
            return;
        }
        if let Err(why) = self.live.obey(gpu, orders) {
            self.hear(gpu, Event::EngineFailed(why));
        }
    }

    pub fn notify(&mut self, level: Level, text: String) {
        let seconds = match level {
            Level::Info | Level::Success => 4,
            Level::Warning => 7,
            Level::Error => 12,
        };
        let toast = match level {
            Level::Info => self.toasts.info(text),
            Level::Success => self.toasts.success(text),
            Level::Warning => self.toasts.warning(text),
            Level::Error => self.toasts.error(text),
        };
        toast.duration(Some(Duration::from_secs(seconds))).closable(true);
    }
}

fn steps_of(effect: &Effect) -> u32 {
    match effect {
        Effect::Engine(crate::session::EngineOrder::Run { steps }) => *steps,
        _ => 0,
    }
}

/// Another swarm at each start of the window.
fn seed_of_the_day() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |d| d.as_nanos() as u64)
}
