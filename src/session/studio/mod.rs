//! The studio of every world but the swarm, without pixels: project, history, learning, what lives, and readings. It knows
//! worlds through the tables and traits of [`crate::worlds::studio`] alone.
//!
//! The window calls [`Studio::apply`] with what the user did and [`Studio::on_event`] with what came back, and carries out
//! the effects that each returns.

mod apply;
mod command;
mod events;
mod history;
#[cfg(test)]
mod tests;
mod views;

pub use command::{ProgramCommand, StudioCommand, StudioEffect, StudioEvent, StudioSource};
pub use views::{LearningState, LearningView, LiveRuleView, Plots};

use std::path::{Path, PathBuf};
use std::sync::Arc;

use glam::DVec3;
use history::{PastProject, ProjectHistory, StudioGesture};

use super::Workspace;
use crate::jobs::CanvasOrder;
use crate::scene::Project;
use crate::worlds::World;
use crate::worlds::studio::{BrushInk, BrushWorkspace, WorldEntry, WorldInfo};

/// Smallest and largest brush, as a share of the half height of the view.
pub const BRUSH_SIZE_RANGE: [f64; 2] = [0.01, 1.0];
/// Weakest and strongest brush.
pub const BRUSH_STRENGTH_RANGE: [f64; 2] = [0.1, 10.0];
/// Maximum number of steps in each sixtieth of a second.
pub const MAX_SPEED: u32 = 256;

/// The studio of one world.
pub struct Studio {
    entry: &'static WorldEntry,
    project: Project<Arc<World>>,
    path: Option<PathBuf>,
    /// Names the present content; two equal revisions hold the same project.
    revision: u64,
    saved_revision: u64,
    last_revision: u64,
    history: ProjectHistory,
    workspace: Workspace,
    brushes: [&'static str; 2],
    brush_size: f64,
    brush_strength: f64,
    ink: BrushInk,
    /// The world and the workspace that the stroke under way began with.
    stroke_start: Option<(Arc<World>, DVec3)>,
    dabs: u64,
    learning: LearningView,
    live: LiveRuleView,
    plots: Plots,
    /// Counts the projects that took the place of another.
    serial: u64,
    loading: Option<Loading>,
    loads: u64,
    was_visited: bool,
}

/// A project that is being loaded.
struct Loading {
    /// Names the load: the result of an earlier one is ignored.
    number: u64,
    /// For the user.
    name: String,
    then: AfterLoading,
}

/// What is shown when a project has come.
#[derive(Clone, Copy)]
enum AfterLoading {
    /// The rule in motion, where there is one; else the picture.
    Live,
    /// The picture: a rule that it has was learned from another one.
    Paint,
    /// Learning by this method.
    Learn(&'static str),
}

impl Studio {
    /// The studio of a world, with an empty picture.
    pub fn new(entry: &'static WorldEntry) -> Self {
        let world = Arc::new((entry.empty)());
        let tables = world.info().map(WorldInfo::tables);
        let brush = |workspace| tables.map_or("", |tables| tables.first_brush(workspace));
        let method = tables.and_then(|tables| tables.methods.first()).map_or("", |method| method.id);
        Self {
            entry,
            brushes: [brush(BrushWorkspace::Paint), brush(BrushWorkspace::Live)],
            project: Project::new("Untitled", world),
            path: None,
            revision: 0,
            saved_revision: 0,
            last_revision: 0,
            history: ProjectHistory::default(),
            workspace: Workspace::Live,
            brush_size: 0.12,
            brush_strength: 1.0,
            ink: BrushInk::default(),
            stroke_start: None,
            dabs: 0,
            learning: LearningView::new(method),
            live: LiveRuleView { speed: tables.map_or(1, |tables| tables.speed), ..LiveRuleView::default() },
            plots: Plots::default(),
            serial: 0,
            loading: None,
            loads: 0,
            was_visited: false,
        }
    }

    /// The catalogue's row of this world: its name, its starts and its bundled scenes.
    pub fn entry(&self) -> &'static WorldEntry {
        self.entry
    }

    /// The open project as it would be saved now.
    pub fn project(&self) -> &Project<Arc<World>> {
        &self.project
    }

    /// What the world can do.
    pub fn info(&self) -> &dyn WorldInfo {
        self.project.world.info().expect("every world of the catalogue has a studio")
    }

    /// The scene's own file; `None` until it is saved or opened.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Names the present content; two equal revisions hold the same project.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether the project differs from its file.
    pub fn is_dirty(&self) -> bool {
        self.revision != self.saved_revision
    }

    /// Whether [`StudioCommand::Undo`] would do something now.
    pub fn can_undo(&self) -> bool {
        self.history.can_undo()
    }

    /// Whether [`StudioCommand::Redo`] would do something now.
    pub fn can_redo(&self) -> bool {
        self.history.can_redo()
    }

    /// The workspace that is shown.
    pub fn workspace(&self) -> Workspace {
        self.workspace
    }

    /// What a brush is for where the user is.
    pub fn brush_workspace(&self) -> BrushWorkspace {
        match self.workspace {
            Workspace::Paint => BrushWorkspace::Paint,
            Workspace::Learn | Workspace::Live => BrushWorkspace::Live,
        }
    }

    /// Whether the canvas shows what lives; the still picture is shown in Paint and where there is no rule.
    pub fn shows_live(&self) -> bool {
        self.workspace != Workspace::Paint && self.live.runs
    }

    /// Id of the brush in hand; empty where there is none.
    pub fn brush(&self) -> &'static str {
        match self.brush_workspace() {
            BrushWorkspace::Paint => self.brushes[0],
            BrushWorkspace::Live => self.brushes[1],
        }
    }

    /// Radius of the brush, as a share of the half height of the view.
    pub fn brush_size(&self) -> f64 {
        self.brush_size
    }

    /// Factor on the default effect of a dab, in [`BRUSH_STRENGTH_RANGE`].
    pub fn brush_strength(&self) -> f64 {
        self.brush_strength
    }

    /// What brushes draw with, where the world has colours.
    pub fn ink(&self) -> BrushInk {
        self.ink
    }

    /// The run under way, or the last one.
    pub fn learning(&self) -> &LearningView {
        &self.learning
    }

    /// What lives, as the canvas reported it last.
    pub fn live(&self) -> &LiveRuleView {
        &self.live
    }

    /// Readings since the last restart, and which of them are shown.
    pub fn plots(&self) -> &Plots {
        &self.plots
    }

    /// Another number for each project that took the place of another.
    pub fn serial(&self) -> u64 {
        self.serial
    }

    /// The name of what is being loaded.
    pub fn loading(&self) -> Option<&str> {
        self.loading.as_ref().map(|loading| loading.name.as_str())
    }

    fn now(&self) -> PastProject {
        PastProject { project: self.project.clone(), revision: self.revision, file: None }
    }

    fn now_with_file(&self) -> PastProject {
        PastProject { file: Some((self.path.clone(), self.saved_revision)), ..self.now() }
    }

    /// Changes the project as one step of the history, or as a part of an open one.
    fn edit(&mut self, gesture: StudioGesture, change: impl FnOnce(&mut Project<Arc<World>>)) {
        let before = self.now();
        change(&mut self.project);
        if self.project == before.project {
            return;
        }
        self.history.record(gesture, || before);
        self.last_revision += 1;
        self.revision = self.last_revision;
    }

    /// As [`Self::edit`] for the world alone; the canvas gets the new one.
    fn edit_world(&mut self, gesture: StudioGesture, change: impl FnOnce(&mut dyn WorldInfo)) -> Vec<StudioEffect> {
        let before = self.revision;
        self.edit(gesture, |project| {
            if let Some(info) = Arc::make_mut(&mut project.world).info_mut() {
                change(info);
            }
        });
        if self.revision == before { Vec::new() } else { vec![self.canvas_world()] }
    }

    fn canvas_world(&self) -> StudioEffect {
        StudioEffect::Canvas(CanvasOrder::World(self.project.world.clone()))
    }
}
