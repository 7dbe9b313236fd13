//! One world in the window: its studio, its threads, its canvas.

use std::path::PathBuf;
use std::sync::Arc;

use super::super::effects::Shell;
use super::super::files::write_plot;
use super::super::folders;
use super::super::kinds::{FileKind, kind_of};
use super::super::mine::{file_name, free_path};
use super::pictures::StudioPictures;
use super::rescue::StudioRescue;
use super::view::{StudioScreen, StudioView};
use crate::formats::StopSignal;
use crate::gpu::GpuDevice;
use crate::jobs::{
    CanvasOrder, CanvasPicture, CanvasWorker, Cores, FilmOrder, JobFault, LearningEvent, LearningRun, Mailbox, guarded,
};
use crate::media::looks::Theme;
use crate::scene::{Project, Showing, is_picture_name, write_atomic};
use crate::session::studio::{ProgramCommand, Studio, StudioCommand, StudioEffect, StudioEvent, StudioSource};
use crate::session::{Effect, RunId};
use crate::worlds::studio::{StudioError, WorldEntry};

/// The studio of a world and everything that works for it.
pub struct StudioDesk {
    pub studio: Studio,
    view: StudioView,
    pub pictures: StudioPictures,
    /// What rules run on: a GPU, or the processor.
    engine: Option<Arc<GpuDevice>>,
    /// Started when the world is shown for the first time.
    worker: Option<CanvasWorker>,
    run: Option<(RunId, LearningRun)>,
    /// From the first time that the world is shown; `None` also where another run of the program has it.
    rescue: Option<StudioRescue>,
    was_shown: bool,
    /// Of work on files.
    done: Mailbox<StudioEvent>,
}

impl StudioDesk {
    pub fn new(entry: &'static WorldEntry) -> Self {
        Self {
            studio: Studio::new(entry),
            view: StudioView::default(),
            pictures: StudioPictures::default(),
            engine: None,
            worker: None,
            run: None,
            rescue: None,
            was_shown: false,
            done: Mailbox::default(),
        }
    }

    /// The world is shown.
    ///
    /// # Errors
    /// [`JobFault::NotStarted`]
    pub fn wake(&mut self) -> Result<(), JobFault> {
        if self.worker.is_none() {
            let worker = CanvasWorker::new(self.studio.entry().name)?;
            let project = self.studio.project();
            worker.order(CanvasOrder::Engine(self.engine.clone()));
            worker.order(CanvasOrder::Restart(project.world.clone(), project.seed));
            self.worker = Some(worker);
        }
        self.view.forget_order();
        Ok(())
    }

    /// Brings back unsaved work of an earlier run, when the world is shown for the first time; returns whether there is any.
    pub fn bring_back(&mut self, shell: &Shell) -> bool {
        if std::mem::replace(&mut self.was_shown, true) {
            return false;
        }
        let name = self.studio.entry().name;
        self.rescue = StudioRescue::new(folders::rescue().as_deref(), name, super::super::rescue::every());
        let Some(found) = self.rescue.as_ref().and_then(|rescue| rescue.found()).map(PathBuf::from) else {
            return false;
        };
        let post = self.done.post();
        shell.files.read_later(move |_| {
            let result = guarded("reading unsaved work", || match Project::load(&found) {
                Ok(loaded) => Ok(Box::new(loaded.project)),
                Err(error) => Err(error.to_string()),
            });
            post.send(StudioEvent::Rescued(result));
        });
        true
    }

    /// Whether a file, or a folder of images, is no scene and can be imported into this world.
    pub fn can_import(&self, path: &std::path::Path) -> bool {
        self.studio.info().tables().imports.reads(path) && kind_of(path) != Some(FileKind::Scene)
    }

    /// Writes unsaved work now and then.
    pub fn autosave(&mut self, shell: &Shell) {
        if let Some(rescue) = &mut self.rescue {
            rescue.advance(&self.studio, &shell.files);
        }
    }

    /// The program ends well.
    pub fn end(&mut self) {
        self.rescue.iter().for_each(StudioRescue::end);
    }

    /// Another world is shown.
    pub fn hide(&mut self) {
        self.order(CanvasOrder::Sleep);
    }

    /// What rules run on from now on.
    pub fn set_engine(&mut self, engine: Option<Arc<GpuDevice>>) {
        if engine != self.engine {
            self.engine = engine.clone();
            self.order(CanvasOrder::Engine(engine));
        }
    }

    fn order(&self, order: CanvasOrder) {
        if let Some(worker) = &self.worker {
            worker.order(order);
        }
    }

    /// Draws the canvas; returns what the pointer asked for.
    pub fn show_canvas(&mut self, screen: &mut impl StudioScreen) -> Vec<StudioCommand> {
        let Some(worker) = &self.worker else { return Vec::new() };
        screen.canvas(&mut self.view, &self.studio, worker)
    }

    /// What has happened since the last call.
    pub fn events(&mut self) -> Vec<StudioEvent> {
        let mut events: Vec<StudioEvent> = self.done.take().collect();
        if let Some((id, run)) = &self.run {
            let news: Vec<LearningEvent> = run.events().try_iter().collect();
            let is_over = matches!(news.last(), Some(LearningEvent::Finished(_) | LearningEvent::Failed(_)));
            // The last result is in its place before the last event is sent; the studio gets it first.
            events.extend(run.take_newest().map(|learned| StudioEvent::Learned(*id, Box::new(learned))));
            events.extend(news.into_iter().map(|event| StudioEvent::Learning(*id, event)));
            if is_over {
                self.run = None;
            }
        }
        if let Some(worker) = &self.worker {
            events.extend(worker.events().map(StudioEvent::Canvas));
        }
        events
    }

    /// Carries out effects; returns those that concern the program as a whole.
    pub fn perform(&mut self, effects: Vec<StudioEffect>, shell: &mut Shell) -> Vec<ProgramCommand> {
        let mut rest = Vec::new();
        for effect in effects {
            match effect {
                StudioEffect::Canvas(order) => self.order(order),
                StudioEffect::Fit => self.view.fit(),
                StudioEffect::Learn { run, world, method } => {
                    self.run = Some((run, LearningRun::start(Cores::all_own(), world, method)))
                }
                StudioEffect::PauseLearning(id) => self.with_run(id, LearningRun::pause),
                StudioEffect::ResumeLearning(id) => self.with_run(id, LearningRun::resume),
                StudioEffect::StopLearning(id) => self.with_run(id, LearningRun::stop),
                StudioEffect::EndPhase(id) => self.with_run(id, LearningRun::end_phase),
                StudioEffect::Load(number, source) => self.load(number, source, shell),
                StudioEffect::CancelLoad => shell.files.cancel_reading(),
                StudioEffect::Save { path, project, revision } => self.save(path, project, revision, shell),
                StudioEffect::SaveToMyScenes { name, project, revision } => {
                    match shell.share.path_for(&name, self.studio.path()) {
                        Ok(path) => self.save(path, project, revision, shell),
                        Err(why) => {
                            let saved = StudioEvent::Saved { path: name.into(), revision, result: Err(why) };
                            self.done.put(saved);
                        }
                    }
                }
                StudioEffect::Film(title) => self.film(&title, shell),
                StudioEffect::SavePicture(path) => {
                    let project = self.studio.project().clone().map_world(Arc::unwrap_or_clone);
                    let showing = self.showing(&path, shell);
                    shell.files.write_and_report("The scene as a picture", path, move |path| {
                        project.save_showing(path, &showing.read()?).map_err(|e| e.to_string())
                    });
                }
                StudioEffect::SavePlot { path, chart } => {
                    shell.files.write_and_report("Plot", path, move |path| write_plot(path, &chart))
                }
                StudioEffect::Copy(text) => shell.clipboard.write(text),
                StudioEffect::Notify(level, text) => shell.ui.on_effect(&Effect::Notify { level, text }),
                StudioEffect::Program(command) => rest.push(command),
            }
        }
        rest
    }

    fn with_run(&self, id: RunId, order: impl FnOnce(&LearningRun)) {
        if let Some((_, run)) = self.run.as_ref().filter(|(run, _)| *run == id) {
            order(run);
        }
    }

    fn save(&self, path: PathBuf, project: Box<Project>, revision: u64, shell: &Shell) {
        let (post, showing) = (self.done.post(), self.showing(&path, shell));
        shell.files.write_later(move || {
            let result = guarded(&format!("saving {}", path.display()), || {
                project.save_showing(&path, &showing.read()?).map_err(|e| e.to_string())
            });
            post.send(StudioEvent::Saved { path, revision, result });
        });
    }

    /// Begins a film of the canvas, as fast as what lives runs in the window.
    fn film(&self, title: &str, shell: &Shell) {
        let options = shell.session.prefs().film;
        let name = file_name(&title.to_lowercase());
        let pace = options.frames_per_second.max(1);
        self.order(CanvasOrder::Film(FilmOrder {
            path: free_path(shell.share.films_folder(), &name, options.kind.ending(), None),
            kind: options.kind,
            frames_per_second: f64::from(pace),
            frames: options.frames(),
            // The canvas makes `speed` steps in each sixtieth of a second.
            steps_per_frame: (self.studio.live().speed * 60 / pace).max(1),
            size_px: options.size_px,
            loops: options.loops,
        }));
    }

    /// How a picture that holds the scene looks: as the canvas does now.
    fn showing(&self, path: &std::path::Path, shell: &Shell) -> CanvasShowing {
        let picture =
            if is_picture_name(path) { self.worker.as_ref().and_then(CanvasWorker::shown_picture) } else { None };
        CanvasShowing { picture, theme: shell.session.prefs().theme }
    }

    /// Writes the canvas as a picture into the folder of films.
    pub fn screenshot(&self, shell: &Shell) {
        let Some(picture) = self.worker.as_ref().and_then(CanvasWorker::shown_picture) else { return };
        let name = format!("unstill-{}", self.studio.entry().name);
        let path = free_path(shell.share.films_folder(), &name, ".png", None);
        shell.files.write_and_report("Screenshot", path, move |path| {
            write_atomic(path, &png_of(&picture.into_image()?)?).map_err(|e| e.to_string())
        });
    }

    fn load(&self, number: u64, source: StudioSource, shell: &Shell) {
        let (post, entry) = (self.done.post(), self.studio.entry());
        let has_card = self.engine.as_ref().is_some_and(|gpu| !gpu.is_software());
        shell.files.read_later(move |stop| {
            let result = guarded("preparing the picture", || loaded(entry, source, has_card, stop));
            post.send(StudioEvent::Opened { number, result });
        });
    }
}

/// How a picture that holds the scene looks, before it is read from where it was drawn.
struct CanvasShowing {
    picture: Option<CanvasPicture>,
    theme: Theme,
}

impl CanvasShowing {
    /// Waits for the GPU where the picture is there: on a thread of files.
    fn read(self) -> Result<Showing, String> {
        let picture = self.picture.map(CanvasPicture::into_image).transpose()?;
        let mut showing = Showing { picture, ..Showing::default() };
        showing.style.theme = self.theme;
        Ok(showing)
    }
}

/// A project from its source, with notes for the user.
fn loaded(
    entry: &WorldEntry,
    source: StudioSource,
    has_card: bool,
    stop: StopSignal,
) -> Result<(Box<Project>, Vec<String>), String> {
    let text = |error: StudioError| error.to_string();
    match source {
        StudioSource::Bundled(name) => {
            let loaded = Project::from_ron(entry.card().scene(name)?).map_err(|fault| format!("{name}: {fault}"))?;
            Ok((Box::new(loaded.project), Vec::new()))
        }
        StudioSource::Start(id, present) => {
            let mut world = (entry.start)(&present, id).map_err(text)?;
            if let Some(info) = world.info_mut() {
                info.fit_engine(has_card);
            }
            let starts = world.info().map_or(&[][..], |info| info.tables().starts);
            let title = starts.iter().find(|start| start.id == id).map_or(id, |start| start.name);
            Ok((Box::new(Project::new(title, world)), Vec::new()))
        }
        StudioSource::Import(paths, present) => {
            let mut world = Arc::unwrap_or_clone(present);
            let info = world.info_mut().ok_or("this world cannot import files")?;
            let before = info.tables().still_name;
            let notes = info.import(&paths, stop).map_err(text)?;
            if info.tables().still_name != before {
                info.fit_engine(has_card);
            }
            let title = paths.first().and_then(|path| path.file_stem()).map(PathBuf::from).unwrap_or_default();
            Ok((Box::new(Project::new(title.display().to_string(), world)), notes))
        }
    }
}

fn png_of(picture: &image::RgbaImage) -> Result<Vec<u8>, String> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).map_err(|e| e.to_string())?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::studio::WORLDS;

    #[test]
    fn every_bundled_scene_has_a_rule_and_starts() {
        for entry in WORLDS {
            for scene in entry.bundled {
                let (project, _) = loaded(entry, StudioSource::Bundled(scene.name), false, StopSignal::NEVER).unwrap();
                let info = project.world.info().expect("a world of the studio");
                assert!(info.has_rule(), "{} has not been trained", scene.name);
                assert!(info.start_simulation(1).is_ok(), "{} does not run", scene.name);
            }
            assert!(loaded(entry, StudioSource::Bundled("nothing"), false, StopSignal::NEVER).is_err());
        }
    }
}
