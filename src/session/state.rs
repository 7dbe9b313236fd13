//! The session itself.

use std::sync::Arc;

use rand::SeedableRng;
use rand::rngs::StdRng;

use super::command::{Command, Effect, Event, Level, Workspace, notify};
use super::document::history::History;
use super::document::{self, SceneFile};
use super::learning::{self, Learning};
use super::live::{self, view::LiveView};
use super::observing::{self, Observing};
use super::painting::{self, Painting};
use super::pointer::{pointer, release};
use super::prefs::{self, Prefs};
use super::sharing::{self, Sharing};
use crate::scene::SwarmProject;
use crate::worlds::swarm::picture::Snapshot;

/// The program without pixels. See the [module](super) for how a shell drives it.
#[derive(Debug)]
pub struct Session {
    pub(super) document: SwarmProject,
    pub(super) file: SceneFile,
    pub(super) history: History,
    pub(super) workspace: Workspace,
    pub(super) painting: Painting,
    pub(super) learning: Learning,
    pub(super) live: LiveView,
    pub(super) observing: Observing,
    pub(super) sharing: Sharing,
    pub(super) prefs: Prefs,
}

impl Default for Session {
    fn default() -> Self {
        Self::new(1)
    }
}

impl Session {
    /// An empty picture. `seed` is that of the swarms it makes.
    pub fn new(seed: u64) -> Self {
        let document = super::document::new_project();
        Self {
            painting: Painting::new(&document),
            document,
            file: SceneFile::default(),
            history: History::default(),
            workspace: Workspace::default(),
            learning: Learning::default(),
            live: LiveView { rng: StdRng::seed_from_u64(seed), ..LiveView::default() },
            observing: Observing::default(),
            sharing: Sharing::default(),
            prefs: Prefs::default(),
        }
    }

    /// The open scene as it would be saved now.
    pub fn document(&self) -> &SwarmProject {
        &self.document
    }

    /// The snapshot of the picture that is painted; of a film, the selected one.
    pub fn snapshot(&self) -> &Arc<Snapshot> {
        &self.document.world.snapshot
    }

    /// The workspace that is shown.
    pub fn workspace(&self) -> Workspace {
        self.workspace
    }

    /// The user's preferences, kept between runs.
    pub fn prefs(&self) -> &Prefs {
        &self.prefs
    }
}

impl Session {
    /// Does what the user asked for; the effects are for the shell, in order.
    pub fn apply(&mut self, command: impl Into<Command>) -> Vec<Effect> {
        let command = command.into();
        let mut effects = prefs::notice(self, &command);
        effects.extend(match command {
            Command::Document(command) => document::command::apply(self, command),
            Command::Share(command) => sharing::on_command(self, command),
            Command::Paint(command) => painting::command::apply(self, command),
            Command::Learn(command) => learning::command::apply(self, command),
            Command::Live(command) => live::command::apply(self, command),
            Command::Observe(command) => observing::command::apply(self, command),
            Command::Pointer(at) => pointer(self, at),
            Command::SetWorkspace(workspace) => {
                let effects = release(self);
                self.workspace = workspace;
                effects
            }
            Command::Ask(dialog) => vec![Effect::Ask(dialog)],
            Command::View(view) => vec![Effect::View(view)],
            Command::Prefer(preference) => prefs::prefer(self, preference),
        });
        effects
    }

    /// Takes what came back from files, the trainer or the engine.
    pub fn on_event(&mut self, event: impl Into<Event>) -> Vec<Effect> {
        match event.into() {
            Event::Document(event) => document::event::on_event(self, event),
            Event::Share(event) => sharing::on_event(self, event),
            Event::Paint(event) => painting::event::on_event(self, event),
            Event::Learn(event) => learning::event::on_event(self, event),
            Event::Live(event) => live::event::on_event(self, event),
            Event::Observe(event) => observing::event::on_event(self, event),
            Event::Trouble(why) => vec![notify(Level::Error, why)],
            Event::PrefsRead(prefs) => {
                self.prefs = prefs.made_usable();
                Vec::new()
            }
        }
    }

    /// Once a frame: what the engine must run now, at most `max_steps` integration steps.
    pub fn tick(&mut self, max_steps: u32) -> Vec<Effect> {
        super::tick::tick(self, max_steps)
    }
}
