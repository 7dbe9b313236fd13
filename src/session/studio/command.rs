//! The words between the studio and the window: what a user does, what the shell must do, and what it reports.

use std::path::PathBuf;
use std::sync::Arc;

use crate::formats::ExportSubject;
use crate::jobs::{CanvasEvent, CanvasOrder, LearningEvent};
use crate::media::chart::Chart;
use crate::scene::Project;
use crate::session::{
    Command, Dialog, DocumentCommand, LearnCommand, Level, LiveCommand, Place, Preference, RunId, ShareCommand,
    ViewCommand,
};
use crate::worlds::World;
use crate::worlds::studio::{BrushInk, BrushStroke, EquationForm, Learned};

/// Everything a user can do in the studio of a world.
#[derive(Clone, Debug, PartialEq)]
pub enum StudioCommand {
    /// An empty picture.
    New,
    /// A start of the world's table.
    Start(&'static str),
    /// A bundled scene by name.
    OpenBundled(&'static str),
    /// The first bundled scene, or the first start with learning; only when nothing was opened before.
    Visit,
    Import(Vec<PathBuf>),
    /// To the scene's own file; without one, asks for a name.
    Save,
    SaveAs(PathBuf),
    /// The canvas as a picture, as it is now.
    SavePicture(PathBuf),
    /// What lives, as it is now, to a file for other programs.
    Export(PathBuf),
    SetTitle(String),
    SetAuthor(String),
    SetNotes(String),
    Undo,
    Redo,
    /// The pointer was released: what comes next is a new step of the history.
    EndGesture,
    SetWorkspace(Place),
    SetKnob(&'static str, f64),
    SetBrush(&'static str),
    /// Radius of the brush, as a share of the half height of the view.
    SetBrushSize(f64),
    SetBrushStrength(f64),
    /// What brushes draw with, where the world has colours.
    SetInk(BrushInk),
    /// An action of the table.
    Act(&'static str),
    /// A dab on what is seen: the still picture in Paint, else what lives.
    Stroke(BrushStroke),
    /// The brush was lifted.
    Lift,
    Clear,
    /// Learns by a method of the table, in the background.
    Learn(&'static str),
    PauseLearning,
    ResumeLearning,
    StopLearning,
    EndPhase,
    ChooseFlow(usize),
    DeleteFlow(usize),
    RenameFlow(usize, String),
    /// A blend of the chosen flow and a share of another.
    BlendFlow(usize, f64),
    /// Makes the certificate of the rules, in the background.
    Check,
    CopyEquations(EquationForm),
    TogglePlay,
    Step,
    SetSpeed(u32),
    /// Starts what lives again from a state of the table.
    Restart(&'static str),
    Keep,
    Back,
    ToggleTrails,
    /// A layer of the world's table beside what lives.
    ToggleLayer(&'static str),
    TogglePlots,
    ShowPlot(&'static str, bool),
    SavePlot(&'static str, PathBuf),
    /// Begins a film of what lives, or ends the one under way and keeps it.
    Film,
    /// Ends the film under way and leaves nothing of it.
    CancelFilm,
    /// Under this name among the user's own scenes.
    SaveAmongMine(String),
    /// What belongs to the program as a whole.
    Program(ProgramCommand),
}

/// What the window does for all worlds alike.
#[derive(Clone, Debug, PartialEq)]
pub enum ProgramCommand {
    Ask(Dialog),
    Open(PathBuf),
    View(ViewCommand),
    Prefer(Preference),
    /// Another world by its name.
    Switch(&'static str),
    Quit,
    QuitUnsaved,
    StayHere,
}

/// What the shell must do.
#[derive(Clone, Debug, PartialEq)]
pub enum StudioEffect {
    Canvas(CanvasOrder),
    /// Show everything again.
    Fit,
    Learn {
        run: RunId,
        world: Arc<World>,
        method: &'static str,
    },
    PauseLearning(RunId),
    ResumeLearning(RunId),
    StopLearning(RunId),
    EndPhase(RunId),
    /// Off the UI thread; answered by [`StudioEvent::Opened`] with the same number.
    Load(u64, StudioSource),
    /// Off the UI thread; answered by [`StudioEvent::Saved`].
    Save {
        path: PathBuf,
        project: Box<Project>,
        revision: u64,
    },
    SavePlot {
        path: PathBuf,
        chart: Box<Chart>,
    },
    SavePicture(PathBuf),
    /// Under this name among the user's own scenes; answered by [`StudioEvent::Saved`].
    SaveAmongMine {
        name: String,
        project: Box<Project>,
        revision: u64,
    },
    /// A film under this title, by the user's preferences.
    Film(String),
    Copy(String),
    Notify(Level, String),
    Program(ProgramCommand),
}

/// Where a project comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum StudioSource {
    Bundled(&'static str),
    Start(&'static str, Arc<World>),
    Import(Vec<PathBuf>, Arc<World>),
}

/// What has happened elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub enum StudioEvent {
    /// A project that was asked for, with notes for the user; or one sentence.
    Opened {
        number: u64,
        result: Result<(Box<Project>, Vec<String>), String>,
    },
    /// A scene file that was opened.
    File {
        path: PathBuf,
        project: Box<Project>,
    },
    /// Unsaved work of a run that ended early.
    Rescued(Result<Box<Project>, String>),
    Saved {
        path: PathBuf,
        revision: u64,
        result: Result<(), String>,
    },
    Learning(RunId, LearningEvent),
    Learned(RunId, Box<Learned>),
    Canvas(CanvasEvent),
}

/// The factor of one wider or narrower brush.
const BRUSH_STEP: f64 = 1.25;

impl super::Studio {
    /// What a command of the keys and menus of all worlds means here; `None` where it means nothing.
    pub fn command_of(&self, command: &Command) -> Option<StudioCommand> {
        use StudioCommand as To;
        let restarts = self.info().tables().restarts;
        Some(match command {
            Command::Document(DocumentCommand::New) => To::New,
            Command::Document(DocumentCommand::Save) => To::Save,
            Command::Document(DocumentCommand::SaveAs(path)) => To::SaveAs(path.clone()),
            Command::Share(ShareCommand::Import(path)) => To::Import(vec![path.clone()]),
            Command::Document(DocumentCommand::Undo) => To::Undo,
            Command::Document(DocumentCommand::Redo) => To::Redo,
            Command::Document(DocumentCommand::EndGesture) => To::EndGesture,
            Command::SetPlace(place) => To::SetWorkspace(*place),
            // Of the methods of learning: a check is none.
            Command::Learn(LearnCommand::Start) => {
                let methods = self.info().tables().methods;
                let last = methods.iter().find(|method| method.id == self.learning().method);
                To::Learn(last.or(methods.first())?.id)
            }
            Command::Learn(LearnCommand::Pause) => To::PauseLearning,
            Command::Learn(LearnCommand::Resume) => To::ResumeLearning,
            Command::Learn(LearnCommand::Stop) => To::StopLearning,
            Command::Live(LiveCommand::TogglePlay) => To::TogglePlay,
            // The letter S has no motion to surprise with here.
            Command::Live(LiveCommand::Step) | Command::Live(LiveCommand::SurpriseMe) => To::Step,
            Command::Live(LiveCommand::Faster) => To::SetSpeed(self.live().speed * 2),
            Command::Live(LiveCommand::Slower) => To::SetSpeed(self.live().speed / 2),
            Command::Live(LiveCommand::Grow) => To::Restart(restarts.last()?.id),
            Command::Live(LiveCommand::RestartFromSnapshot) => To::Restart(restarts.first()?.id),
            Command::Live(LiveCommand::KeepMoment) => To::Keep,
            Command::Live(LiveCommand::StepBack) => To::Back,
            Command::Live(LiveCommand::WidenBrush) => To::SetBrushSize(self.brush_size() * BRUSH_STEP),
            Command::Live(LiveCommand::NarrowBrush) => To::SetBrushSize(self.brush_size() / BRUSH_STEP),
            // The letter F; nothing is followed here.
            Command::Live(LiveCommand::SetBrush(crate::session::Brush::Follow)) => {
                To::Program(ProgramCommand::View(ViewCommand::Fit))
            }
            Command::Share(ShareCommand::Film) => To::Film,
            Command::Share(ShareCommand::CancelFilm) => To::CancelFilm,
            Command::Live(LiveCommand::SetBrush(brush)) => {
                To::SetBrush(self.info().tables().brush(&brush_id(*brush))?.id)
            }
            Command::Prefer(Preference::ToggleTrails) => To::ToggleTrails,
            Command::Ask(Dialog::Plots) => To::TogglePlots,
            Command::Ask(
                dialog @ (Dialog::Open
                | Dialog::SaveAs
                | Dialog::SavePicture
                | Dialog::Help
                | Dialog::Film
                | Dialog::Gallery
                | Dialog::Palette),
            ) => To::Program(ProgramCommand::Ask(*dialog)),
            Command::Ask(Dialog::Import) => {
                To::Program(ProgramCommand::Ask(Dialog::ImportInto(self.info().tables().imports)))
            }
            Command::Ask(Dialog::Export(ExportSubject::Live)) => match self.info().tables().exports {
                [] => return None,
                endings => To::Program(ProgramCommand::Ask(Dialog::ExportLiving(endings))),
            },
            Command::Document(DocumentCommand::Open(path)) => To::Program(ProgramCommand::Open(path.clone())),
            Command::View(view) => To::Program(ProgramCommand::View(*view)),
            Command::Prefer(preference) => To::Program(ProgramCommand::Prefer(preference.clone())),
            Command::Document(DocumentCommand::Quit) => To::Program(ProgramCommand::Quit),
            _ => return None,
        })
    }
}

impl super::Studio {
    /// As [`Self::command_of`] for a list of all commands: those whose key does something else here are left out.
    pub fn listed(&self, command: &Command) -> Option<StudioCommand> {
        let is_other = matches!(
            command,
            Command::Live(LiveCommand::SurpriseMe)
                | Command::Live(LiveCommand::SetBrush(crate::session::Brush::Follow))
        );
        self.command_of(command).filter(|_| !is_other)
    }
}

/// The swarm's brush of the same letter, by its name.
fn brush_id(brush: crate::session::Brush) -> String {
    format!("{brush:?}").to_lowercase()
}
