//! The worlds beside the swarm in the window: each has a project of its own that stays open while another is shown.

mod desk;
mod pictures;
mod rescue;
mod view;

pub use view::{StudioScreen, StudioView};

use desk::StudioDesk;

use super::effects::Shell;
use crate::media::looks::Theme;
use crate::session::studio::{ProgramCommand, StudioCommand, StudioEvent};
use crate::session::{Command, DocumentCommand, Effect, Level, ViewCommand, Workspace};
use crate::window::live::Gpu;
use crate::worlds::studio::WORLDS;

/// All worlds beside the swarm.
pub struct Studios {
    desks: Vec<StudioDesk>,
    /// Index of the world that is shown; `None` for the swarm.
    active: Option<usize>,
}

impl Default for Studios {
    fn default() -> Self {
        Self { desks: WORLDS.iter().map(StudioDesk::new).collect(), active: None }
    }
}

impl Studios {
    /// Whether a world other than the swarm is shown.
    pub fn is_shown(&self) -> bool {
        self.active.is_some()
    }

    /// Where the user is, in the world that is shown.
    pub fn place(&self) -> Option<Workspace> {
        self.active.map(|k| self.desks[k].studio.workspace())
    }

    /// The title of the window, when a world is shown.
    pub fn title(&self) -> Option<String> {
        let studio = &self.desks[self.active?].studio;
        let mark = if studio.is_dirty() { " •" } else { "" };
        Some(format!("{}{mark} — Unstill", studio.project().title))
    }

    /// Minimum time of a frame, s: on a software GPU, drawing takes processor time from learning and stepping.
    pub fn min_frame_s(&self, gpu: &Gpu) -> f64 {
        let learns = self.desks.iter().any(|desk| desk.studio.learning().is_active());
        match (gpu.is_software, learns, self.is_shown()) {
            (true, true, _) => 1.0 / 25.0,
            (true, false, true) => 1.0 / 30.0,
            _ => 0.0,
        }
    }

    /// Panels and canvas of the world that is shown. `keys`: what the keyboard asked for.
    pub fn show(&mut self, shell: &mut Shell, gpu: &Gpu, keys: &[Command], screen: &mut impl StudioScreen) {
        let Some(k) = self.active else { return };
        let on_gpu = shell.session.prefs().engine().takes_gpu(gpu.is_software);
        self.desks.iter_mut().for_each(|desk| desk.set_engine(on_gpu.then(|| gpu.shared.clone())));
        let desk = &mut self.desks[k];
        let mut commands: Vec<StudioCommand> =
            keys.iter().filter_map(|command| desk.studio.command_of(command)).collect();
        desk.pictures.advance(&desk.studio, screen.theme() == Theme::Light, shell.share.scenes_folder(), &mut shell.ui);
        commands.extend(screen.panels(&desk.studio, shell.session.prefs(), &mut shell.ui));
        commands.extend(desk.show_canvas(screen));
        for command in commands {
            self.apply(k, command, shell, gpu);
        }
    }

    /// What is done elsewhere; also of worlds that are not shown.
    pub fn advance(&mut self, shell: &mut Shell, gpu: &Gpu) {
        for (path, project) in shell.files.other_scenes().collect::<Vec<_>>() {
            let name = project.world.name();
            let Some(k) = self.desks.iter().position(|desk| desk.studio.entry().name == name) else { continue };
            self.switch(Some(k), shell, gpu);
            self.on_event(k, StudioEvent::File { path, project }, shell, gpu);
        }
        for k in 0..self.desks.len() {
            self.desks[k].autosave(shell);
            for event in self.desks[k].events() {
                self.on_event(k, event, shell, gpu);
            }
        }
    }

    /// A clean exit, with nothing waiting to be written.
    pub fn end(&mut self) {
        self.desks.iter_mut().for_each(StudioDesk::end);
    }

    /// Switches to the world that was clicked on in the bar of the swarm.
    pub fn switch_if_wanted(&mut self, shell: &mut Shell, gpu: &Gpu) {
        if let Some(name) = shell.ui.take_wanted_world() {
            let k = self.desks.iter().position(|desk| desk.studio.entry().name == name);
            self.switch(k, shell, gpu);
        }
    }

    fn switch(&mut self, to: Option<usize>, shell: &mut Shell, gpu: &Gpu) {
        if to == self.active {
            return;
        }
        if let Some(k) = self.active {
            self.desks[k].hide();
        }
        self.active = to;
        shell.is_hidden = to.is_some();
        if let Some(k) = to {
            self.wake(k, shell);
            if !self.desks[k].bring_back(shell) {
                self.apply(k, StudioCommand::Visit, shell, gpu);
            }
        }
    }

    /// Without its thread the canvas of a world stays empty.
    fn wake(&mut self, k: usize, shell: &mut Shell) {
        if let Err(fault) = self.desks[k].wake() {
            shell.ui.on_effect(&Effect::Notify { level: Level::Error, text: fault.to_string() });
        }
    }

    /// Takes the command to quit out of `wanted` when a world has changes in no file, and asks.
    pub fn ask_first(&mut self, wanted: &mut Vec<Command>, shell: &mut Shell) {
        let unsaved = || self.desks.iter().enumerate().filter(|(_, desk)| desk.studio.is_dirty());
        let Some((first, _)) = unsaved().next() else { return };
        if !wanted.contains(&Command::Document(DocumentCommand::Quit)) {
            return;
        }
        wanted.retain(|command| *command != Command::Document(DocumentCommand::Quit));
        let titles = unsaved().map(|(_, desk)| desk.studio.project().title.clone()).collect();
        shell.ui.ask_before_quitting(titles);
        if self.active.is_none() {
            // The question is asked where the unsaved project is.
            self.active = Some(first);
            shell.is_hidden = true;
            self.wake(first, shell);
        }
    }

    fn apply(&mut self, k: usize, command: StudioCommand, shell: &mut Shell, gpu: &Gpu) {
        let effects = self.desks[k].studio.apply(command);
        for command in self.desks[k].perform(effects, shell) {
            self.perform_program(k, command, shell, gpu);
        }
    }

    fn on_event(&mut self, k: usize, event: StudioEvent, shell: &mut Shell, gpu: &Gpu) {
        let effects = self.desks[k].studio.on_event(event);
        for command in self.desks[k].perform(effects, shell) {
            self.perform_program(k, command, shell, gpu);
        }
    }

    /// What belongs to the program as a whole.
    fn perform_program(&mut self, k: usize, command: ProgramCommand, shell: &mut Shell, gpu: &Gpu) {
        match command {
            ProgramCommand::Ask(dialog) => shell.ui.on_effect(&Effect::Ask(dialog)),
            // A file that is not a scene is imported where this world can.
            ProgramCommand::Open(path) if self.desks[k].can_import(&path) => {
                self.apply(k, StudioCommand::Import(vec![path]), shell, gpu);
            }
            ProgramCommand::Open(path) => shell.files.open(path),
            ProgramCommand::View(ViewCommand::CanvasScreenshot) => self.desks[k].screenshot(shell),
            ProgramCommand::View(view) => shell.views.push(view),
            ProgramCommand::Prefer(preference) => shell.apply(gpu, vec![Command::Prefer(preference)]),
            ProgramCommand::Switch(name) => {
                let to = self.desks.iter().position(|desk| desk.studio.entry().name == name);
                self.switch(to, shell, gpu);
            }
            ProgramCommand::Quit => {
                let mut wanted = vec![Command::Document(DocumentCommand::Quit)];
                self.ask_first(&mut wanted, shell);
                self.quit(wanted, shell, gpu);
            }
            ProgramCommand::QuitUnsaved => self.quit(vec![Command::Document(DocumentCommand::Quit)], shell, gpu),
            ProgramCommand::StayHere => {}
        }
    }

    /// Leaves; where the swarm is unsaved too, its own question comes, in its own place.
    fn quit(&mut self, wanted: Vec<Command>, shell: &mut Shell, gpu: &Gpu) {
        shell.apply(gpu, wanted);
        if shell.session.asks_before_quitting() {
            self.switch(None, shell, gpu);
        }
    }
}
