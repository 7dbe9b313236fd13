//! What each command does.

use std::path::PathBuf;
use std::sync::Arc;

use super::history::StudioGesture;
use super::{
    AfterLoading, BRUSH_SIZE_RANGE, BRUSH_STRENGTH_RANGE, LearningState, LearningView, Loading, MAX_SPEED,
    ProgramCommand, Studio, StudioCommand, StudioEffect, StudioSource,
};
use crate::jobs::CanvasOrder;
use crate::scene::Project;
use crate::session::{Dialog, Level, ViewCommand, Workspace};
use crate::worlds::World;
use crate::worlds::studio::{BrushStroke, BrushTouch, BrushWorkspace, EquationForm};

impl Studio {
    /// Does what the user asked for.
    pub fn apply(&mut self, command: StudioCommand) -> Vec<StudioEffect> {
        use StudioCommand as Do;
        if !matches!(command, Do::StepBack | Do::EndGesture) {
            self.live.has_no_past = false;
        }
        match command {
            Do::New | Do::Start(_) | Do::OpenBundled(_) | Do::Visit | Do::Import(_) => self.begin(command),
            Do::CancelLoad => self.cancel_load(),
            Do::Save => match self.path.clone() {
                Some(path) => self.save(path),
                None => vec![StudioEffect::Program(ProgramCommand::Ask(Dialog::Name))],
            },
            Do::SaveAs(path) => self.save(path),
            Do::SaveToMyScenes(name) => self.save_to_my_scenes(name.trim()),
            Do::Film if self.live.film.as_ref().is_some_and(|film| !film.is_ending) => {
                vec![StudioEffect::Canvas(CanvasOrder::EndFilm)]
            }
            Do::Film if !self.live.runs => {
                let text = "There is no live run to film: learn a rule first.".to_owned();
                vec![StudioEffect::Notify(Level::Info, text)]
            }
            Do::Film => {
                self.live.playing = true;
                if self.workspace == Workspace::Paint {
                    self.workspace = Workspace::Live;
                }
                let play = StudioEffect::Canvas(CanvasOrder::Play(true));
                vec![play, StudioEffect::Film(self.project.title.clone())]
            }
            Do::CancelFilm => vec![StudioEffect::Canvas(CanvasOrder::CancelFilm)],
            Do::Export(_) if !self.live.runs => {
                let text = "There is no live run to export: learn a rule first.".to_owned();
                vec![StudioEffect::Notify(Level::Info, text)]
            }
            Do::Export(path) => vec![StudioEffect::Canvas(CanvasOrder::Export(path))],
            Do::SavePicture(path) => vec![StudioEffect::SavePicture(path)],
            Do::SetTitle(text) => self.edit_text(0, |project| project.title = text),
            Do::SetAuthor(text) => self.edit_text(1, |project| project.author = text),
            Do::SetNotes(text) => self.edit_text(2, |project| project.notes = text),
            Do::Undo => self.travel(true),
            Do::Redo => self.travel(false),
            Do::EndGesture => {
                self.stroke_start = None;
                self.history.end_gesture();
                Vec::new()
            }
            Do::SetWorkspace(workspace) => {
                self.workspace = workspace;
                vec![StudioEffect::Canvas(CanvasOrder::Lift)]
            }
            Do::SetKnob(id, value) => self.set_knob(id, value),
            Do::Preset(id) => self.set_preset(id),
            Do::SetBrush(id) => self.set_brush(id),
            Do::SetBrushSize(share) => {
                let [low, high] = BRUSH_SIZE_RANGE;
                self.brush_size = share.clamp(low, high);
                Vec::new()
            }
            Do::SetBrushStrength(strength) => {
                let [low, high] = BRUSH_STRENGTH_RANGE;
                self.brush_strength = strength.clamp(low, high);
                Vec::new()
            }
            Do::SetInk(ink) => {
                self.ink = ink;
                Vec::new()
            }
            Do::Act(id) => self.edit_world(StudioGesture::Single, |info| info.act(id)),
            Do::Stroke(stroke) => self.stroke(stroke),
            Do::Lift => {
                self.stroke_start = None;
                self.history.end_gesture();
                vec![StudioEffect::Canvas(CanvasOrder::Lift)]
            }
            Do::Write(text) => self.write_text(&text),
            Do::Clear => self.edit_world(StudioGesture::Single, |info| info.clear()),
            Do::Learn(method) => self.learn(method),
            Do::PauseLearning => self.to_learning(StudioEffect::PauseLearning),
            Do::ResumeLearning => self.to_learning(StudioEffect::ResumeLearning),
            Do::StopLearning => {
                let effects = self.to_learning(StudioEffect::StopLearning);
                // Its last result still comes, and is taken while the state is idle.
                self.learning.state = LearningState::Idle;
                effects
            }
            Do::EndPhase => self.to_learning(StudioEffect::EndPhase),
            Do::ChooseFlow(index) => self.edit_world(StudioGesture::Single, |info| info.choose_flow(index)),
            Do::DeleteFlow(index) => self.edit_world(StudioGesture::Single, |info| info.delete_flow(index)),
            Do::RenameFlow(index, name) => {
                self.edit_world(StudioGesture::Name(index), |info| info.rename_flow(index, &name))
            }
            Do::BlendFlow(other, share) => self.blend(other, share),
            Do::Check => match self.info().tables().check {
                Some(check) => self.learn(check.id),
                None => Vec::new(),
            },
            Do::CopyEquations(form) => self.copy_equations(form),
            Do::TogglePlay => {
                self.live.playing = !self.live.playing;
                vec![StudioEffect::Canvas(CanvasOrder::Play(self.live.playing))]
            }
            Do::Step => {
                self.live.playing = false;
                [CanvasOrder::Play(false), CanvasOrder::Step].map(StudioEffect::Canvas).into()
            }
            Do::SetSpeed(speed) => {
                self.live.speed = speed.clamp(1, MAX_SPEED);
                vec![StudioEffect::Canvas(CanvasOrder::Speed(self.live.speed))]
            }
            Do::Restart(id) => {
                self.plots.clear();
                vec![StudioEffect::Canvas(CanvasOrder::From(id))]
            }
            Do::StepBack if self.live.runs => {
                self.live.playing = false;
                [CanvasOrder::Play(false), CanvasOrder::StepBack].map(StudioEffect::Canvas).into()
            }
            Do::StepBack => Vec::new(),
            Do::Keep if self.live.runs => vec![StudioEffect::Canvas(CanvasOrder::Keep(self.serial))],
            Do::Keep => {
                let text = "Nothing lives here yet that could be saved: learn a rule first.".to_owned();
                vec![StudioEffect::Notify(Level::Info, text)]
            }
            Do::ReturnTo(index) => self.return_to(index),
            Do::RenameCheckpoint(index, name) => {
                self.edit_world(StudioGesture::CheckpointName(index), |info| info.rename_checkpoint(index, &name))
            }
            Do::DeleteCheckpoint(index) => self.edit_world(StudioGesture::Single, |info| info.delete_checkpoint(index)),
            Do::ToggleTrails => {
                self.live.trails = !self.live.trails;
                Vec::new()
            }
            Do::ToggleLayer(id) => {
                let layers = self.info().tables().layers;
                if let Some(index) = layers.iter().position(|layer| layer.id == id) {
                    self.live.layers = self.live.layers.toggled(index, layers);
                }
                Vec::new()
            }
            Do::TogglePlots => {
                self.plots.open = !self.plots.open;
                vec![StudioEffect::Canvas(CanvasOrder::Observe(self.plots.open))]
            }
            Do::ShowPlot(id, shown) => {
                self.plots.show(id, shown);
                Vec::new()
            }
            Do::SavePlot(id, path) => {
                let Some(spec) = self.info().tables().series(id) else { return Vec::new() };
                vec![StudioEffect::SavePlot { path, chart: Box::new(self.plots.chart(spec)) }]
            }
            Do::Program(ProgramCommand::View(ViewCommand::Fit)) => vec![StudioEffect::Fit],
            Do::Program(command) => vec![StudioEffect::Program(command)],
        }
    }

    /// Another project takes the place of the present one, at once or when it is loaded.
    fn begin(&mut self, command: StudioCommand) -> Vec<StudioEffect> {
        let present = self.project.world.clone();
        let mut then = AfterLoading::Live;
        let (name, source) = match command {
            StudioCommand::Start(id) => {
                let starts = self.info().tables().starts;
                let Some(start) = starts.iter().find(|start| start.id == id) else { return Vec::new() };
                (start.name.to_owned(), StudioSource::Start(start.id, present))
            }
            StudioCommand::OpenBundled(name) => (name.to_owned(), StudioSource::Bundled(name)),
            StudioCommand::Import(paths) => {
                let Some(first) = paths.first() else { return Vec::new() };
                then = AfterLoading::Paint;
                (first.display().to_string(), StudioSource::Import(paths, present))
            }
            StudioCommand::Visit if self.was_visited => return Vec::new(),
            StudioCommand::Visit => match self.entry.bundled.first() {
                Some(scene) => (scene.name.to_owned(), StudioSource::Bundled(scene.name)),
                None => {
                    let (start, method) = self.entry.first;
                    then = AfterLoading::Learn(method);
                    (start.to_owned(), StudioSource::Start(start, present))
                }
            },
            _ => {
                let project = Project::new("Untitled", Arc::new((self.entry.empty)()));
                let effects = self.replace(project, None);
                self.workspace = Workspace::Paint;
                return effects;
            }
        };
        self.was_visited = true;
        self.loads += 1;
        self.loading = Some(Loading { number: self.loads, name, then });
        vec![StudioEffect::Load(self.loads, source)]
    }

    /// A late result is dropped, as nothing waits for it.
    fn cancel_load(&mut self) -> Vec<StudioEffect> {
        if self.loading.take().is_none() {
            return Vec::new();
        }
        if !self.info().has_rule() {
            self.workspace = Workspace::Paint;
        }
        vec![StudioEffect::CancelLoad]
    }

    /// Puts a project in the place of the present one, as a step of the history. A saved one comes with its path.
    pub(super) fn replace(&mut self, project: Project<Arc<World>>, path: Option<PathBuf>) -> Vec<StudioEffect> {
        let mut effects = Vec::new();
        if self.learning.is_active() {
            effects.push(StudioEffect::StopLearning(self.learning.run));
            // Later events of that run belong to another picture.
            self.learning = LearningView { run: self.learning.run + 1, ..LearningView::new(self.learning.method) };
        }
        let before = self.now_with_file();
        self.history.record(StudioGesture::Single, || before);
        self.was_visited = true;
        self.project = project;
        self.path = path;
        self.last_revision += 1;
        self.revision = self.last_revision;
        self.saved_revision = self.revision;
        self.serial += 1;
        self.learning.outcome = None;
        self.live.speed = self.info().tables().speed;
        // Another kind of picture may have other ways to learn and other brushes.
        let tables = self.info().tables();
        if !tables.methods.iter().any(|method| method.id == self.learning.method) {
            self.learning.method = tables.methods.first().map_or("", |method| method.id);
        }
        for (slot, workspace) in [(0, BrushWorkspace::Paint), (1, BrushWorkspace::Live)] {
            if tables.brush(self.brushes[slot]).is_none() {
                self.brushes[slot] = tables.first_brush(workspace);
            }
        }
        self.plots.clear();
        let restart = CanvasOrder::Restart(self.project.world.clone(), self.project.seed);
        effects.extend([StudioEffect::Canvas(restart), StudioEffect::Fit]);
        effects
    }

    fn save(&mut self, path: PathBuf) -> Vec<StudioEffect> {
        let project = Box::new(self.project.clone().map_world(Arc::unwrap_or_clone));
        vec![StudioEffect::Save { path, project, revision: self.revision }]
    }

    fn save_to_my_scenes(&mut self, name: &str) -> Vec<StudioEffect> {
        if name.is_empty() {
            return vec![StudioEffect::Notify(Level::Warning, "The scene needs a name.".to_owned())];
        }
        if self.project.title != name {
            self.edit_text(0, |project| project.title = name.to_owned());
            self.history.end_gesture();
        }
        let project = Box::new(self.project.clone().map_world(Arc::unwrap_or_clone));
        vec![StudioEffect::SaveToMyScenes { name: name.to_owned(), project, revision: self.revision }]
    }

    fn edit_text(&mut self, field: u8, change: impl FnOnce(&mut Project<Arc<World>>)) -> Vec<StudioEffect> {
        self.edit(StudioGesture::Text(field), change);
        Vec::new()
    }

    fn travel(&mut self, back: bool) -> Vec<StudioEffect> {
        let now = self.now_with_file();
        let found = if back { self.history.undo(now) } else { self.history.redo(now) };
        let Some(past) = found else { return Vec::new() };
        self.project = past.project;
        self.revision = past.revision;
        let Some((path, saved_revision)) = past.file else { return vec![self.canvas_world()] };
        (self.path, self.saved_revision) = (path, saved_revision);
        self.serial += 1;
        let restart = CanvasOrder::Restart(self.project.world.clone(), self.project.seed);
        vec![StudioEffect::Canvas(restart), StudioEffect::Fit]
    }

    fn set_knob(&mut self, id: &'static str, value: f64) -> Vec<StudioEffect> {
        let Some(knob) = self.info().tables().knob(id) else { return Vec::new() };
        self.edit_world(StudioGesture::Knob(id), |info| info.set_knob(id, knob.folded(value)))
    }

    /// Knobs of the preset are one step of the history.
    fn set_preset(&mut self, id: &str) -> Vec<StudioEffect> {
        let tables = self.info().tables();
        let Some(preset) = tables.presets.iter().find(|preset| preset.id == id) else { return Vec::new() };
        self.edit_world(StudioGesture::Single, |info| {
            for (id, value) in preset.knobs {
                if let Some(knob) = tables.knob(id) {
                    info.set_knob(id, knob.folded(*value));
                }
            }
        })
    }

    /// The settings of a checkpoint are a step of the history; what lives follows them.
    fn return_to(&mut self, index: usize) -> Vec<StudioEffect> {
        let mut state = None;
        let mut effects = self.edit_world(StudioGesture::Single, |info| state = info.take_checkpoint(index));
        self.plots.clear();
        effects.extend(state.map(|state| StudioEffect::Canvas(CanvasOrder::ReturnTo(state))));
        effects
    }

    fn set_brush(&mut self, id: &'static str) -> Vec<StudioEffect> {
        if let Some(brush) = self.info().tables().brush(id) {
            let slot = if brush.workspace == BrushWorkspace::Paint { 0 } else { 1 };
            self.brushes[slot] = brush.id;
        }
        Vec::new()
    }

    fn stroke(&mut self, stroke: BrushStroke) -> Vec<StudioEffect> {
        let stroke = BrushStroke { strength: self.brush_strength, ink: self.ink, ..stroke };
        if self.workspace != Workspace::Paint {
            return vec![StudioEffect::Canvas(CanvasOrder::Stroke(stroke))];
        }
        let touch = self.info().tables().brush(stroke.brush).map_or(BrushTouch::Dabs, |brush| brush.touch);
        let start = self.stroke_start.clone();
        let is_first = start.is_none();
        if is_first {
            self.stroke_start = Some((self.project.world.clone(), stroke.from));
        }
        let stroke = match (touch, start) {
            (BrushTouch::Pick, _) => {
                self.ink.colour = self.info().colour_at(stroke.to).unwrap_or(self.ink.colour);
                return Vec::new();
            }
            (BrushTouch::Click, Some(_)) => return Vec::new(),
            (BrushTouch::Path, Some(_)) if stroke.from == stroke.to => return Vec::new(),
            (BrushTouch::Click, None) => BrushStroke { to: stroke.from, ..stroke },
            (BrushTouch::Line, Some((world, from))) => {
                // The line so far gives way to the present one.
                self.project.world = world;
                BrushStroke { from, ..stroke }
            }
            (BrushTouch::Dabs | BrushTouch::Path, _) | (BrushTouch::Line, None) => stroke,
        };
        // What is scattered along a line stays as it is while its end moves.
        if touch != BrushTouch::Line || is_first {
            self.dabs += 1;
        }
        let seed = self.project.seed ^ self.dabs.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let effects = self.edit_world(StudioGesture::Brush, |info| _ = info.paint(&stroke, seed));
        // A line that paints nothing any more has still gone.
        if effects.is_empty() && touch == BrushTouch::Line { vec![self.canvas_world()] } else { effects }
    }

    fn learn(&mut self, method: &'static str) -> Vec<StudioEffect> {
        let tables = self.info().tables();
        if !tables.methods.iter().chain(&tables.check).any(|known| known.id == method) {
            return Vec::new();
        }
        let mut effects = Vec::new();
        if self.learning.is_active() {
            effects.push(StudioEffect::StopLearning(self.learning.run));
        }
        self.learning = LearningView {
            state: LearningState::Running,
            run: self.learning.run + 1,
            started: Some(std::time::Instant::now()),
            ..LearningView::new(method)
        };
        effects.push(StudioEffect::Learn { run: self.learning.run, world: self.project.world.clone(), method });
        effects
    }

    fn to_learning(&self, effect: fn(u64) -> StudioEffect) -> Vec<StudioEffect> {
        if self.learning.is_active() { vec![effect(self.learning.run)] } else { Vec::new() }
    }

    fn write_text(&mut self, text: &str) -> Vec<StudioEffect> {
        let mut written = Ok(());
        let mut effects = self.edit_world(StudioGesture::Single, |info| written = info.write_text(text));
        match written {
            Ok(()) => effects.push(StudioEffect::Fit),
            Err(why) => effects.push(StudioEffect::Notify(Level::Error, why.to_string())),
        }
        effects
    }

    fn blend(&mut self, other: usize, share: f64) -> Vec<StudioEffect> {
        let mut refusal = None;
        let effects = self.edit_world(StudioGesture::Single, |info| refusal = info.blend_flows(other, share).err());
        match refusal {
            Some(why) => vec![StudioEffect::Notify(Level::Warning, why.to_string())],
            None => effects,
        }
    }

    fn copy_equations(&self, form: EquationForm) -> Vec<StudioEffect> {
        let Some(text) = self.info().equations(form) else { return Vec::new() };
        let note = format!("The equations are in the clipboard ({}).", form.name());
        vec![StudioEffect::Copy(text), StudioEffect::Notify(Level::Success, note)]
    }
}
