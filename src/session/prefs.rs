//! The user's preferences: looks, sizes, and the hints already seen. Kept between runs, and no part of the scene or
//! of its history.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::command::{Command, Effect, LearnCommand, LiveCommand, PaintCommand, Pointer, Workspace};
use super::sharing::FilmOptions;
use super::sharing::trajectory::TrajectoryOptions;
use super::state::Session;
use crate::gpu::EngineChoice;
use crate::media::looks::{Body, ColourBy, Palette, Theme};

/// Smallest and largest interface, and one step between.
pub const UI_SCALE_RANGE: [f64; 2] = [0.75, 2.0];
const UI_SCALE_STEP: f64 = 0.125;

/// How long a trail lasts, s.
pub const TRAIL_RANGE_S: [f64; 2] = [0.3, 20.0];

/// Maximum number of files that are remembered as recent.
pub const MAX_RECENT: usize = 12;

/// Fields that are missing in a file get their defaults; unknown ones are ignored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Prefs {
    /// Dark or light, of panels and canvas.
    pub theme: Theme,
    /// Size of the interface relative to the default.
    pub ui_scale: f64,
    /// Of swarms; other worlds have colours of their own.
    pub look: Look,
    /// Only the swarm is shown.
    pub panels_hidden: bool,
    /// Which steps of the hint for beginners are done.
    pub first_steps: FirstSteps,
    /// How films are taken.
    pub film: FilmOptions,
    /// How trajectories are recorded.
    pub trajectory: TrajectoryOptions,
    /// What steps are computed on.
    pub engine: EngineChoice,
    /// The choice of the command line, for this run only; a later one by hand takes its place.
    #[serde(skip)]
    pub engine_of_run: Option<EngineChoice>,
    /// Files opened or saved last, the newest first.
    pub recent: Vec<PathBuf>,
}

impl Default for Prefs {
    fn default() -> Self {
        Self {
            theme: Theme::default(),
            ui_scale: 1.0,
            look: Look::default(),
            panels_hidden: false,
            first_steps: FirstSteps::default(),
            film: FilmOptions::default(),
            trajectory: TrajectoryOptions::default(),
            engine: EngineChoice::default(),
            engine_of_run: None,
            recent: Vec::new(),
        }
    }
}

impl Prefs {
    /// What steps are computed on now.
    pub fn engine(&self) -> EngineChoice {
        self.engine_of_run.unwrap_or(self.engine)
    }

    /// Numbers clamped to their ranges, as a file may hold any.
    pub fn made_usable(mut self) -> Self {
        let fold = |value: f64, [min, max]: [f64; 2], default: f64| {
            if value.is_finite() { value.clamp(min, max) } else { default }
        };
        let default = Self::default();
        self.ui_scale = fold(self.ui_scale, UI_SCALE_RANGE, default.ui_scale);
        self.look.trail_s = fold(self.look.trail_s, TRAIL_RANGE_S, default.look.trail_s);
        self.film = self.film.clamped();
        self.trajectory = self.trajectory.usable();
        self.recent.truncate(MAX_RECENT);
        self
    }
}

/// How the swarm is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Look {
    /// Colours of the species.
    pub palette: Palette,
    /// Shape of a particle on the canvas.
    pub body: Body,
    /// What the colour of a particle means.
    pub colour_by: ColourBy,
    /// Light around the bodies.
    pub glow: bool,
    /// Where each particle has been.
    pub trails: bool,
    /// Time in which a trail fades, s.
    pub trail_s: f64,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            palette: Palette::default(),
            body: Body::default(),
            colour_by: ColourBy::default(),
            glow: true,
            trails: false,
            trail_s: 3.0,
        }
    }
}

/// The first three steps of a new user; each stays done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FirstSteps {
    /// Something was added to a picture.
    pub painted: bool,
    /// A run was started.
    pub learned: bool,
    /// The live swarm was touched, grown or given another motion.
    pub lived: bool,
    /// The hint was closed by hand.
    pub closed: bool,
}

impl FirstSteps {
    /// Whether the hint is not shown any more.
    pub fn are_done(self) -> bool {
        self.closed || (self.painted && self.learned && self.lived)
    }
}

/// One change of the [`Prefs`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Preference {
    /// Of the panels and the canvas.
    Theme(Theme),
    /// The other theme.
    SwitchTheme,
    /// Relative to the default size; clamped to [`UI_SCALE_RANGE`].
    UiScale(f64),
    /// One step up, for its key.
    LargerUi,
    /// One step down, for its key.
    SmallerUi,
    /// Back to the default size.
    DefaultUi,
    /// Colours of the species.
    Palette(Palette),
    /// In the order of the list, and around.
    NextPalette,
    /// Shape of a particle.
    Body(Body),
    /// In the order of the list, and around.
    NextBody,
    /// What the colour of a particle means.
    ColourBy(ColourBy),
    /// In the order of the list, and around.
    NextColourBy,
    /// Light around the bodies, on or off.
    ToggleGlow,
    /// Where each particle has been, shown or not.
    ToggleTrails,
    /// Time in which a trail fades, s; clamped to [`TRAIL_RANGE_S`].
    TrailS(f64),
    /// How the next film is taken.
    Film(FilmOptions),
    /// How the next trajectory is recorded.
    Trajectory(TrajectoryOptions),
    /// What steps are computed on, in this run and the next ones.
    Engine(EngineChoice),
    /// For this run only.
    EngineOfRun(EngineChoice),
    /// Shows or hides everything but the swarm.
    TogglePanels,
    /// The hint of the first steps is not wanted.
    CloseHint,
    /// A file was opened or saved.
    Remember(PathBuf),
    /// A recent file is gone, or not wanted in the list.
    Forget(PathBuf),
}

impl Prefs {
    fn change(&mut self, preference: Preference) {
        let look = &mut self.look;
        match preference {
            Preference::Theme(theme) => self.theme = theme,
            Preference::SwitchTheme => self.theme = self.theme.next(),
            Preference::UiScale(scale) => self.ui_scale = scale,
            Preference::LargerUi => self.ui_scale += UI_SCALE_STEP,
            Preference::SmallerUi => self.ui_scale -= UI_SCALE_STEP,
            Preference::DefaultUi => self.ui_scale = 1.0,
            Preference::Palette(palette) => look.palette = palette,
            Preference::NextPalette => look.palette = look.palette.next(),
            Preference::Body(body) => look.body = body,
            Preference::NextBody => look.body = look.body.next(),
            Preference::ColourBy(by) => look.colour_by = by,
            Preference::NextColourBy => look.colour_by = look.colour_by.next(),
            Preference::ToggleGlow => look.glow ^= true,
            Preference::ToggleTrails => look.trails ^= true,
            Preference::TrailS(seconds) => look.trail_s = seconds,
            Preference::Film(film) => self.film = film,
            Preference::Trajectory(trajectory) => self.trajectory = trajectory,
            Preference::Engine(engine) => (self.engine, self.engine_of_run) = (engine, None),
            Preference::EngineOfRun(engine) => self.engine_of_run = Some(engine),
            Preference::TogglePanels => self.panels_hidden ^= true,
            Preference::CloseHint => self.first_steps.closed = true,
            Preference::Remember(path) => {
                self.recent.retain(|other| *other != path);
                self.recent.insert(0, path);
            }
            Preference::Forget(path) => self.recent.retain(|other| *other != path),
        }
    }
}

/// Changes the preferences; the shell saves them where they differ from before.
pub(super) fn prefer(session: &mut Session, preference: Preference) -> Vec<Effect> {
    let mut new = session.prefs.clone();
    new.change(preference);
    set(session, new.made_usable())
}

fn set(session: &mut Session, new: Prefs) -> Vec<Effect> {
    if new == session.prefs {
        return Vec::new();
    }
    session.prefs = new;
    vec![Effect::KeepPrefs(Box::new(session.prefs.clone()))]
}

/// Ticks off the first step that this command is. Called before the command is applied.
pub(super) fn notice(session: &mut Session, command: &Command) -> Vec<Effect> {
    if session.prefs.first_steps.are_done() {
        return Vec::new();
    }
    let mut new = session.prefs.clone();
    let steps = &mut new.first_steps;
    match command {
        Command::Pointer(Pointer::Press(_)) if session.workspace == Workspace::Paint => steps.painted = true,
        Command::Paint(PaintCommand::Stroke(particles)) if !particles.is_empty() => steps.painted = true,
        Command::Learn(LearnCommand::Start) | Command::Learn(LearnCommand::Continue) => steps.learned = true,
        Command::Pointer(Pointer::Press(_))
        | Command::Live(LiveCommand::Grow)
        | Command::Live(LiveCommand::Randomise)
        | Command::Live(LiveCommand::SurpriseMe) => {
            steps.lived = true;
        }
        _ => return Vec::new(),
    }
    set(session, new)
}

#[cfg(test)]
mod tests {
    use glam::DVec2;

    use super::*;

    #[test]
    fn a_preference_is_saved_once_and_is_no_step_of_the_history() {
        let mut session = Session::new(1);
        let effects = session.apply(Command::Prefer(Preference::Body(Body::Dot)));
        assert!(matches!(&effects[..], [Effect::KeepPrefs(kept)] if kept.look.body == Body::Dot), "{effects:?}");
        assert!(!session.can_undo() && !session.is_dirty());
        assert!(session.apply(Command::Prefer(Preference::Body(Body::Dot))).is_empty(), "nothing new to keep");
    }

    #[test]
    fn the_engine_of_the_command_line_is_not_saved() {
        let mut session = Session::new(1);
        session.apply(Command::Prefer(Preference::EngineOfRun(EngineChoice::Gpu)));
        assert_eq!((session.prefs().engine(), session.prefs().engine), (EngineChoice::Gpu, EngineChoice::Auto));
        let read_again = |prefs: &Prefs| ron::from_str::<Prefs>(&ron::to_string(prefs).unwrap()).unwrap().engine();
        assert_eq!(read_again(session.prefs()), EngineChoice::Auto);
        session.apply(Command::Prefer(Preference::Engine(EngineChoice::Cpu)));
        assert_eq!(session.prefs().engine(), EngineChoice::Cpu);
        assert_eq!(read_again(session.prefs()), EngineChoice::Cpu);
    }

    #[test]
    fn the_interface_stays_within_its_sizes() {
        let mut session = Session::new(1);
        for _ in 0..20 {
            session.apply(Command::Prefer(Preference::LargerUi));
        }
        assert_eq!(session.prefs().ui_scale, UI_SCALE_RANGE[1]);
        session.apply(Command::Prefer(Preference::UiScale(f64::NAN)));
        assert_eq!(session.prefs().ui_scale, 1.0);
        for _ in 0..20 {
            session.apply(Command::Prefer(Preference::SmallerUi));
        }
        assert_eq!(session.prefs().ui_scale, UI_SCALE_RANGE[0]);
    }

    #[test]
    fn recent_files_are_few_and_each_is_there_once_the_newest_first() {
        let mut session = Session::new(1);
        for k in 0..20 {
            session.apply(Command::Prefer(Preference::Remember(format!("{k}.ron").into())));
        }
        session.apply(Command::Prefer(Preference::Remember("12.ron".into())));
        let recent = &session.prefs().recent;
        assert_eq!(recent.len(), MAX_RECENT);
        assert_eq!(recent[0], PathBuf::from("12.ron"));
        assert_eq!(recent.iter().filter(|path| path.ends_with("12.ron")).count(), 1);
        session.apply(Command::Prefer(Preference::Forget("12.ron".into())));
        assert_eq!(session.prefs().recent[0], PathBuf::from("19.ron"));
    }

    #[test]
    fn the_first_steps_are_noticed_each_where_it_belongs() {
        let mut session = Session::new(1);
        session.apply(Command::SetWorkspace(Workspace::Live));
        session.apply(Command::Pointer(Pointer::Press(DVec2::splat(1.0))));
        let steps = session.prefs().first_steps;
        assert!(steps.lived && !steps.painted && !steps.are_done());
        session.apply(Command::Pointer(Pointer::Release));
        session.apply(Command::SetWorkspace(Workspace::Paint));
        session.apply(Command::Pointer(Pointer::Press(DVec2::splat(1.0))));
        session.apply(Command::Pointer(Pointer::Release));
        session.apply(LearnCommand::Start);
        assert!(session.prefs().first_steps.are_done());
    }

    #[test]
    fn missing_preferences_get_defaults_and_unknown_are_ignored() {
        let text = "(theme: \"light\", tomorrow: Some([1, 2]), look: (body: \"comet\", trail_s: -3.0), ui_scale: 9.0)";
        let prefs: Prefs = ron::from_str(text).unwrap();
        let prefs = prefs.made_usable();
        assert_eq!(prefs.theme, Theme::Light);
        assert_eq!(prefs.look, Look { trail_s: TRAIL_RANGE_S[0], ..Look::default() });
        assert_eq!(prefs.ui_scale, UI_SCALE_RANGE[1]);
    }
}
