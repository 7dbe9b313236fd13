//! The interface of the studio: what a user does, what the shell must do, and what it reports.

use std::path::PathBuf;
use std::sync::Arc;

use crate::formats::ExportSubject;
use crate::jobs::{CanvasEvent, CanvasOrder, LearningEvent};
use crate::media::chart::Chart;
use crate::scene::Project;
use crate::session::{
    Command, Dialog, DocumentCommand, LearnCommand, Level, LiveCommand, Preference, RunId, ShareCommand, ViewCommand,
    Workspace,
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
    /// Files of other programs; several are read together.
    Import(Vec<PathBuf>),
    /// Stops what is being loaded; the present picture stays.
    CancelLoad,
    /// To the scene's own file; without one, asks for a name.
    Save,
    /// The scene's own file from then on.
    SaveAs(PathBuf),
    /// The canvas as a picture, as it is now.
    SavePicture(PathBuf),
    /// The live state as it is now, to a file for other programs.
    Export(PathBuf),
    /// Shown in the title bar, and proposed as the file name.
    SetTitle(String),
    /// Free text, saved in the scene file.
    SetAuthor(String),
    /// Free text: what to look for.
    SetNotes(String),
    /// Back by one step of the history.
    Undo,
    /// Forward by one step; nothing after a change that followed an undo.
    Redo,
    /// The pointer was released: what comes next is a new step of the history.
    EndGesture,
    /// Lifts the brush first.
    SetWorkspace(Workspace),
    /// A knob of the world's table by id; the value is clamped to its range.
    SetKnob(&'static str, f64),
    /// Settings of learning by the id of a preset of the table.
    Preset(&'static str),
    /// A brush of the table by id, for the workspace that it is for.
    SetBrush(&'static str),
    /// Radius of the brush, as a share of the half height of the view.
    SetBrushSize(f64),
    /// Factor on the default effect of a dab; clamped to [`super::BRUSH_STRENGTH_RANGE`].
    SetBrushStrength(f64),
    /// What brushes draw with, where the world has colours.
    SetInk(BrushInk),
    /// An action of the table.
    Act(&'static str),
    /// A dab on what is seen: the still picture in Paint, else what lives.
    Stroke(BrushStroke),
    /// The brush was lifted.
    Lift,
    /// Puts these letters in the place of the still picture.
    Write(String),
    /// Empties the still picture.
    Clear,
    /// Learns by a method of the table, in the background.
    Learn(&'static str),
    /// Holds the run before its next step.
    PauseLearning,
    /// Goes on with a paused run.
    ResumeLearning,
    /// Ends the run; what it has learned so far is kept.
    StopLearning,
    /// Lets the present phase end early; the next one begins.
    EndPhase,
    /// The flow at this index plays.
    ChooseFlow(usize),
    /// The flow at this index.
    DeleteFlow(usize),
    /// The flow at this index, under this name.
    RenameFlow(usize, String),
    /// A blend of the chosen flow and a share of another.
    BlendFlow(usize, f64),
    /// Makes the certificate of the rules, in the background.
    Check,
    /// The rule as text, to the clipboard.
    CopyEquations(EquationForm),
    /// Plays where it is paused, and the reverse.
    TogglePlay,
    /// One step of the rule, then pause.
    Step,
    /// Steps in each sixtieth of a second; clamped to 1 and [`super::MAX_SPEED`].
    SetSpeed(u32),
    /// Starts the rule again from a state of the table.
    Restart(&'static str),
    /// One step back in time, brushes and all, then pause.
    StepBack,
    /// Saves what lives and its settings in the scene, to return to.
    Keep,
    /// The checkpoint at this index, with its settings.
    ReturnTo(usize),
    /// The checkpoint at this index, under this name.
    RenameCheckpoint(usize, String),
    /// The checkpoint at this index.
    DeleteCheckpoint(usize),
    /// Whether the canvas draws where each point has been.
    ToggleTrails,
    /// A layer of the world's table beside what lives.
    ToggleLayer(&'static str),
    /// Opens or closes the drawer of plots.
    TogglePlots,
    /// Draws or hides a series, by its id.
    ShowPlot(&'static str, bool),
    /// A series by its id, as CSV or PNG by the ending of the path.
    SavePlot(&'static str, PathBuf),
    /// Begins a film of what lives, or ends the one under way and keeps it.
    Film,
    /// Ends the film under way and leaves nothing of it.
    CancelFilm,
    /// Under this name among the user's own scenes.
    SaveToMyScenes(String),
    /// Commands of the program as a whole.
    Program(ProgramCommand),
}

/// What the window does for all worlds alike.
#[derive(Clone, Debug, PartialEq)]
pub enum ProgramCommand {
    /// Opens a dialog or sheet of the shell.
    Ask(Dialog),
    /// A scene file of any world.
    Open(PathBuf),
    /// Changes the camera or the window.
    View(ViewCommand),
    /// Changes what is kept between runs.
    Prefer(Preference),
    /// Another world by its name.
    Switch(&'static str),
    /// Ends the program; with something unsaved, asks first.
    Quit,
    /// Ends the program without saving.
    QuitUnsaved,
    /// Takes [`Self::Quit`] back.
    StayHere,
}

/// What the shell must do.
#[derive(Clone, Debug, PartialEq)]
pub enum StudioEffect {
    /// To the thread that runs the rule and draws the canvas.
    Canvas(CanvasOrder),
    /// Show everything again.
    Fit,
    /// Start a run off the UI thread; answered by [`StudioEvent::Learning`] and [`StudioEvent::Learned`].
    Learn {
        /// Number of the run, which its events carry.
        run: RunId,
        /// Picture and rule to start from.
        world: Arc<World>,
        /// Id of a method of the world's table.
        method: &'static str,
    },
    /// Hold the run before its next step.
    PauseLearning(RunId),
    /// Go on with a paused run.
    ResumeLearning(RunId),
    /// End the run; its last result is still reported.
    StopLearning(RunId),
    /// Let the present phase of the run end early.
    EndPhase(RunId),
    /// Off the UI thread; answered by [`StudioEvent::Opened`] with the same number.
    Load(u64, StudioSource),
    /// Stop all reading that was asked for; what comes of it is dropped.
    CancelLoad,
    /// Off the UI thread; answered by [`StudioEvent::Saved`].
    Save {
        /// A scene file.
        path: PathBuf,
        /// A copy, so that editing goes on while it is written.
        project: Box<Project>,
        /// Comes back in the event.
        revision: u64,
    },
    /// Write off the UI thread.
    SavePlot {
        /// Its ending decides between CSV and PNG.
        path: PathBuf,
        /// Already computed, so that the file shows what was on screen.
        chart: Box<Chart>,
    },
    /// Write the canvas as it is now, off the UI thread.
    SavePicture(PathBuf),
    /// Under this name among the user's own scenes; answered by [`StudioEvent::Saved`].
    SaveToMyScenes {
        /// Becomes the file name.
        name: String,
        /// A copy, so that editing goes on while it is written.
        project: Box<Project>,
        /// Comes back in the event.
        revision: u64,
    },
    /// A film under this title, by the user's preferences.
    Film(String),
    /// Text for the clipboard.
    Copy(String),
    /// A short notice on the screen.
    Notify(Level, String),
    /// What the shell does for all worlds alike.
    Program(ProgramCommand),
}

/// Where a project comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum StudioSource {
    /// A scene that comes with the program, by name.
    Bundled(&'static str),
    /// A start of the world's table by id, applied to this world.
    Start(&'static str, Arc<World>),
    /// Files of other programs, read as a picture of this world.
    Import(Vec<PathBuf>, Arc<World>),
}

/// Results of files, learning and the canvas.
#[derive(Clone, Debug, PartialEq)]
pub enum StudioEvent {
    /// A project that was asked for, with notes for the user; or one sentence.
    Opened {
        /// Of [`StudioEffect::Load`]; an older one is ignored.
        number: u64,
        /// The notes state what was assumed about a file.
        result: Result<(Box<Project>, Vec<String>), String>,
    },
    /// A scene file that was opened.
    File {
        /// The scene's own file from then on.
        path: PathBuf,
        /// Of the world that this studio shows.
        project: Box<Project>,
    },
    /// Unsaved work of a run that ended early.
    Rescued(Result<Box<Project>, String>),
    /// A project was written, or could not be.
    Saved {
        /// The scene's own file from then on.
        path: PathBuf,
        /// Of the content in the file, which may be older than the present one.
        revision: u64,
        /// One sentence where nothing was written.
        result: Result<(), String>,
    },
    /// Progress of a run; of an older run it is ignored.
    Learning(RunId, LearningEvent),
    /// What a run has learned so far; it becomes the rule of the project.
    Learned(RunId, Box<Learned>),
    /// What the thread of the canvas reports.
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
            Command::SetWorkspace(workspace) => To::SetWorkspace(*workspace),
            // The check is not among the methods of learning.
            Command::Learn(LearnCommand::Start) => {
                let methods = self.info().tables().methods;
                let last = methods.iter().find(|method| method.id == self.learning().method);
                To::Learn(last.or(methods.first())?.id)
            }
            Command::Learn(LearnCommand::Pause) => To::PauseLearning,
            Command::Learn(LearnCommand::Resume) => To::ResumeLearning,
            Command::Learn(LearnCommand::Stop) => To::StopLearning,
            Command::Live(LiveCommand::TogglePlay) => To::TogglePlay,
            // The key S is Surprise me for swarms, and has no other use here.
            Command::Live(LiveCommand::Step) | Command::Live(LiveCommand::SurpriseMe) => To::Step,
            Command::Live(LiveCommand::Faster) => To::SetSpeed(self.live().speed * 2),
            Command::Live(LiveCommand::Slower) => To::SetSpeed(self.live().speed / 2),
            Command::Live(LiveCommand::Grow) => To::Restart(restarts.last()?.id),
            Command::Live(LiveCommand::RestartFromSnapshot) => To::Restart(restarts.first()?.id),
            Command::Live(LiveCommand::SaveCheckpoint) => To::Keep,
            Command::Live(LiveCommand::StepBack) => To::StepBack,
            Command::Live(LiveCommand::ReturnTo(index)) => To::ReturnTo(*index),
            Command::Live(LiveCommand::RenameCheckpoint(index, name)) => To::RenameCheckpoint(*index, name.clone()),
            Command::Live(LiveCommand::DeleteCheckpoint(index)) => To::DeleteCheckpoint(*index),
            Command::Live(LiveCommand::WidenBrush) => To::SetBrushSize(self.brush_size() * BRUSH_STEP),
            Command::Live(LiveCommand::NarrowBrush) => To::SetBrushSize(self.brush_size() / BRUSH_STEP),
            // The key F: there are no creatures to follow here.
            Command::Live(LiveCommand::SetBrush(crate::session::Brush::Follow)) => {
                To::Program(ProgramCommand::View(ViewCommand::Fit))
            }
            Command::Share(ShareCommand::Film) => To::Film,
            Command::Share(ShareCommand::CancelFilm) => To::CancelFilm,
            // The brush of the same key, which has the same name.
            Command::Live(LiveCommand::SetBrush(brush)) => {
                To::SetBrush(self.info().tables().brush(brush.row().spec.id)?.id)
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
            Command::Ask(Dialog::Export(ExportSubject::Live)) => {
                To::Program(ProgramCommand::Ask(Dialog::ExportLiving(self.info().tables().exports?)))
            }
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
