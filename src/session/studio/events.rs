//! Events from files, learning and the canvas.

use std::sync::Arc;

use super::history::StudioGesture;
use super::{AfterLoading, Studio, StudioCommand, StudioEffect, StudioEvent};
use crate::jobs::{CanvasEvent, CanvasOrder, LearningEvent, Reason, RecordingEnd};
use crate::session::{Level, RunId, Workspace};
use crate::worlds::studio::{Learned, LiveState, StudioError};

impl Studio {
    /// Takes notice of what has happened.
    pub fn on_event(&mut self, event: StudioEvent) -> Vec<StudioEffect> {
        match event {
            StudioEvent::Opened { number, result } => {
                let Some(loading) = self.loading.take_if(|loading| loading.number == number) else {
                    return Vec::new();
                };
                let (project, notes) = match result {
                    Ok(opened) => opened,
                    Err(why) => {
                        if !self.info().has_rule() {
                            self.workspace = Workspace::Paint;
                        }
                        return vec![StudioEffect::Notify(Level::Error, why)];
                    }
                };
                let mut effects = self.replace(project.map_world(Arc::new), None);
                effects.extend(notes.into_iter().map(|note| StudioEffect::Notify(Level::Info, note)));
                match loading.then {
                    AfterLoading::Live => self.go_where_it_lives(),
                    AfterLoading::Paint => self.workspace = Workspace::Paint,
                    AfterLoading::Learn(method) => {
                        self.workspace = Workspace::Learn;
                        effects.extend(self.apply(StudioCommand::Learn(method)));
                    }
                }
                effects
            }
            StudioEvent::File { path, project } => {
                self.loading = None;
                let effects = self.replace(project.map_world(Arc::new), Some(path));
                self.go_where_it_lives();
                effects
            }
            StudioEvent::Rescued(Err(why)) => {
                let mut effects = self.apply(StudioCommand::Visit);
                effects.push(StudioEffect::Notify(Level::Warning, why));
                effects
            }
            StudioEvent::Rescued(Ok(project)) => {
                let mut effects = self.replace(project.map_world(Arc::new), None);
                // It is in none of the user's files.
                self.saved_revision = 0;
                self.go_where_it_lives();
                let text = "Unsaved work of the last run is back: save it (Ctrl+S) to keep it.".to_owned();
                effects.push(StudioEffect::Notify(Level::Warning, text));
                effects
            }
            StudioEvent::Saved { path, revision, result: Ok(()) } => {
                self.saved_revision = revision;
                let text = format!("Saved: {}", path.display());
                self.path = Some(path);
                vec![StudioEffect::Notify(Level::Success, text)]
            }
            StudioEvent::Saved { result: Err(why), .. } => vec![StudioEffect::Notify(Level::Error, why)],
            StudioEvent::Learning(run, event) if run == self.learning.run => self.hear_learning(&event),
            StudioEvent::Learned(run, learned) if run == self.learning.run => self.take_learned(run, *learned),
            StudioEvent::Learning(..) | StudioEvent::Learned(..) => Vec::new(),
            StudioEvent::Canvas(event) => self.hear_canvas(event),
        }
    }

    /// A picture with a rule is shown alive, one without is to be painted or learned.
    fn go_where_it_lives(&mut self) {
        self.workspace = if self.info().has_rule() { Workspace::Live } else { Workspace::Paint };
    }

    fn hear_learning(&mut self, event: &LearningEvent) -> Vec<StudioEffect> {
        self.learning.take(event);
        match event {
            LearningEvent::Finished(reason) => {
                let seconds = self.learning.started.map_or(0.0, |started| started.elapsed().as_secs_f64());
                let text = match reason {
                    Reason::Completed if self.is_checking() => format!("Checked in {seconds:.0} s."),
                    Reason::Completed => format!("Learned in {seconds:.0} s."),
                    Reason::Stopped if self.is_checking() => format!("The check was stopped after {seconds:.0} s."),
                    Reason::Stopped => format!("Stopped after {seconds:.0} s; what was learned is kept."),
                };
                self.learning.outcome = Some(text.clone());
                vec![StudioEffect::Notify(Level::Success, text)]
            }
            LearningEvent::Failed(why) => {
                self.learning.outcome = Some(why.clone());
                vec![StudioEffect::Notify(Level::Error, why.clone())]
            }
            _ => Vec::new(),
        }
    }

    /// Whether the job under way, or the last one, makes a certificate.
    fn is_checking(&self) -> bool {
        self.info().tables().check.is_some_and(|check| check.id == self.learning.method)
    }

    /// All results of one run are one step of the history.
    fn take_learned(&mut self, run: RunId, learned: Learned) -> Vec<StudioEffect> {
        let was_alive = self.info().has_rule();
        let effects = self.edit_world(StudioGesture::Learning(run), |info| info.set_learned(learned));
        if !was_alive {
            self.live.playing = true;
        }
        effects
    }

    fn take_kept(&mut self, state: &LiveState) -> Vec<StudioEffect> {
        let mut result = Err(StudioError::NoRule);
        let mut effects = self.edit_world(StudioGesture::Single, |info| result = info.keep_checkpoint(state));
        effects.push(match result {
            Ok(name) => {
                let text = format!("{name} is saved in the scene: a click on it in the list returns to it.");
                StudioEffect::Notify(Level::Success, text)
            }
            Err(why) => StudioEffect::Notify(Level::Warning, why.to_string()),
        });
        effects
    }

    fn hear_canvas(&mut self, event: CanvasEvent) -> Vec<StudioEffect> {
        match event {
            CanvasEvent::Running(runs, fault) => {
                (self.live.runs, self.live.fault) = (runs, fault);
                self.plots.clear();
                let (playing, speed) = (self.live.playing, self.live.speed);
                [CanvasOrder::Play(playing), CanvasOrder::Speed(speed), CanvasOrder::Observe(self.plots.open)]
                    .map(StudioEffect::Canvas)
                    .into()
            }
            CanvasEvent::Readings { steps, readings } => {
                let tables = self.info().tables();
                for reading in &readings {
                    if let Some(spec) = tables.series(reading.series) {
                        self.plots.push(steps, spec, reading);
                    }
                }
                Vec::new()
            }
            CanvasEvent::Pace { steps, steps_per_s, description } => {
                self.live.steps = steps;
                self.live.steps_per_s = steps_per_s;
                self.live.description = description;
                Vec::new()
            }
            CanvasEvent::Filming(film) => {
                self.live.film = film;
                Vec::new()
            }
            CanvasEvent::Filmed(result) => {
                self.live.film = None;
                let (level, text) = match result {
                    Ok(RecordingEnd::Kept(text)) => (Level::Success, text),
                    Ok(RecordingEnd::Nothing(text)) => (Level::Info, text),
                    Err(why) => (Level::Error, why),
                };
                vec![StudioEffect::Notify(level, text)]
            }
            CanvasEvent::Exported(path) => {
                vec![StudioEffect::Notify(Level::Success, format!("Written to {}.", path.display()))]
            }
            CanvasEvent::NothingBefore => {
                // Shown once, however long the key is held.
                let was_shown = std::mem::replace(&mut self.live.has_no_past, true);
                let text = "There is no earlier state: the memory of what lives begins here.".to_owned();
                if was_shown { Vec::new() } else { vec![StudioEffect::Notify(Level::Info, text)] }
            }
            CanvasEvent::Kept(serial, _) if serial != self.serial => {
                let text = "The checkpoint was not saved: its scene was left before what lived could be copied. Save it \
                            again there.";
                vec![StudioEffect::Notify(Level::Warning, text.to_owned())]
            }
            CanvasEvent::Kept(_, state) => self.take_kept(&state),
            CanvasEvent::Refused(why) => vec![StudioEffect::Notify(Level::Warning, why)],
        }
    }
}
