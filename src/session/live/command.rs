//! What a user can do with the live swarm.

use glam::DVec2;

use super::view::{MAX_STEPS_PER_FRAME, SPEEDS};
use super::{brush, checkpoints, start, surprise, swarm};
use crate::session::command::{Effect, EngineOrder, Kind, LiveEffect};
use crate::session::document::edit::{edit, set};
use crate::session::pointer::release;
use crate::session::state::Session;
use crate::worlds::swarm::Brush;
use crate::worlds::swarm::rule::{GROW_STEPS, Knob, LiveSettings, SWARM_KNOBS, Swing, Swings};

/// Maximum number of particles the live swarm may be asked to have.
pub(in crate::session) const MAX_PARTICLES: usize = 1_000_000;

/// What a user can do with the live swarm.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "settings are the most frequent of them while a slider is dragged")]
pub enum LiveCommand {
    /// Shows the particles with or without their noise.
    ToggleDenoised,
    /// Flow, temperature and the knobs of the motion; numbers that are not finite are refused.
    SetSettings(LiveSettings),
    /// Restarts the swarm with this many particles.
    SetParticles(usize),
    /// Integration steps in each frame.
    SetSpeed(u32),
    /// Runs the integrator each frame, at the set speed.
    Play,
    /// Holds the integrator; brushes still work.
    Pause,
    /// Plays where it is paused, and the reverse.
    TogglePlay,
    /// One integration step, then pause.
    Step,
    /// Random start, then annealed from σmax to the temperature.
    Grow,
    /// Restart from a sample of the picture's ensemble.
    RestartFromSnapshot,
    /// Random positions; headings stay.
    Randomise,
    /// Random headings; positions stay.
    RandomiseHeadings,
    /// Shuffles the species among the particles.
    RandomiseSpecies,
    /// Random flow knobs: another motion of the same pattern.
    SurpriseMe,
    /// Ends the stroke under way.
    SetBrush(Brush),
    /// ℓ.
    SetBrushRadius(f64),
    /// By 15 %.
    WidenBrush,
    /// By the same factor as [`Self::WidenBrush`].
    NarrowBrush,
    /// One integration step back in time, then pause.
    StepBack,
    /// To the next speed that the keys stop at.
    Faster,
    /// To the one before.
    Slower,
    /// Lets a knob swing about its value; `None` lets it rest.
    Swing(Knob, Option<Swing>),
    /// Every knob stays at its value.
    RestAllKnobs,
    /// All knobs of the motion back to their defaults; none swings.
    ResetMotion,
    /// Saves the live swarm and its settings in the scene.
    SaveCheckpoint,
    /// Restores a saved state.
    ReturnTo(usize),
    /// The saved state at this index, under this name.
    RenameCheckpoint(usize, String),
    /// The saved state at this index.
    DeleteCheckpoint(usize),
    /// The view follows the creature nearest to this position, ℓ.
    FollowAt(DVec2),
    /// The view stays where it is.
    StopFollowing,
}

impl LiveCommand {
    /// Whether a key held down gives it again and again.
    pub(in crate::session) fn repeats(&self) -> bool {
        matches!(self, Self::Step | Self::StepBack | Self::WidenBrush | Self::NarrowBrush | Self::Faster | Self::Slower)
    }

    /// Consecutive commands of this kind are one step of the history until the gesture ends.
    fn kind(&self) -> Option<Kind> {
        let merges =
            matches!(self, Self::SetSettings(_) | Self::Swing(..) | Self::RenameCheckpoint(..) | Self::SetParticles(_));
        merges.then(|| Kind::Live(std::mem::discriminant(self)))
    }

    /// Whether it would do something now.
    pub(in crate::session) fn is_possible(&self, session: &Session) -> bool {
        match self {
            Self::TogglePlay
            | Self::Play
            | Self::Pause
            | Self::Step
            | Self::Grow
            | Self::RestartFromSnapshot
            | Self::Randomise
            | Self::RandomiseHeadings
            | Self::RandomiseSpecies
            | Self::StepBack
            | Self::SaveCheckpoint
            | Self::SurpriseMe => session.has_rule(),
            _ => true,
        }
    }
}

pub(in crate::session) fn apply(session: &mut Session, command: LiveCommand) -> Vec<Effect> {
    let merge = command.kind();
    match command {
        LiveCommand::ToggleDenoised => edit(session, merge, |d| {
            d.world.live.denoised ^= true;
            true
        }),

        LiveCommand::SetSettings(live) => match usable(live) {
            Some(live) => edit(session, merge, |d| set(&mut d.world.live, live)),
            None => Vec::new(),
        },
        LiveCommand::SetParticles(particles) => {
            edit(session, merge, |d| set(&mut d.world.live_particles, particles.clamp(1, MAX_PARTICLES)))
        }
        LiveCommand::SetSpeed(steps) => {
            session.live.steps_per_frame = steps.clamp(1, MAX_STEPS_PER_FRAME);
            Vec::new()
        }
        LiveCommand::Play => play(session, true),
        LiveCommand::Pause => play(session, false),
        LiveCommand::TogglePlay => play(session, !session.live.playing),
        LiveCommand::Step => {
            session.live.step_once = true;
            play(session, false)
        }
        LiveCommand::Grow => {
            let effects = start::upload(session, swarm::uniform, GROW_STEPS);
            session.live.playing = true;
            effects
        }
        LiveCommand::RestartFromSnapshot => start::upload(session, swarm::from_picture, 0),
        LiveCommand::Randomise | LiveCommand::RandomiseHeadings | LiveCommand::RandomiseSpecies => {
            brush::randomise(session, &command)
        }
        LiveCommand::SurpriseMe => surprise::apply(session),
        LiveCommand::SetBrush(brush) => {
            let effects = release(session);
            session.live.brush = brush;
            effects
        }
        LiveCommand::SetBrushRadius(radius) => brush::set_radius(session, radius),
        LiveCommand::WidenBrush => brush::set_radius(session, 1.15 * session.live.brush_radius_l),
        LiveCommand::NarrowBrush => brush::set_radius(session, session.live.brush_radius_l / 1.15),
        LiveCommand::StepBack if session.has_rule() && session.live.particles > 0 => {
            session.live.playing = false;
            vec![Effect::Engine(EngineOrder::Back { steps: 1 })]
        }
        LiveCommand::StepBack => Vec::new(),
        LiveCommand::Faster => {
            let now = session.live.steps_per_frame;
            session.live.steps_per_frame = SPEEDS.into_iter().find(|&s| s > now).unwrap_or(MAX_STEPS_PER_FRAME);
            Vec::new()
        }
        LiveCommand::Slower => {
            let now = session.live.steps_per_frame;
            session.live.steps_per_frame = SPEEDS.into_iter().rev().find(|&s| s < now).unwrap_or(1);
            Vec::new()
        }
        LiveCommand::Swing(knob, swing) => edit(session, merge, |document| {
            let before = document.world.swings.clone();
            document.world.swings.set(knob, swing);
            document.world.swings != before
        }),
        LiveCommand::RestAllKnobs => edit(session, None, |d| set(&mut d.world.swings, Swings::default())),
        LiveCommand::ResetMotion => edit(session, None, |document| {
            let LiveSettings { flow, denoised, .. } = document.world.live;
            let live = LiveSettings { flow, denoised, ..LiveSettings::default() };
            set(&mut document.world.swings, Swings::default()) | set(&mut document.world.live, live)
        }),
        LiveCommand::SaveCheckpoint => checkpoints::keep(session),
        LiveCommand::ReturnTo(index) => checkpoints::return_to(session, index),
        LiveCommand::RenameCheckpoint(index, name) => checkpoints::rename(session, merge, index, &name),
        LiveCommand::DeleteCheckpoint(index) => checkpoints::delete(session, index),
        LiveCommand::FollowAt(at) => vec![Effect::Live(LiveEffect::Follow(at))],
        LiveCommand::StopFollowing => {
            session.live.following = None;
            Vec::new()
        }
    }
}

fn play(session: &mut Session, playing: bool) -> Vec<Effect> {
    session.live.playing = playing;
    Vec::new()
}

/// Live settings folded into the range the integrator can use; `None` when a number is not finite.
pub(in crate::session) fn usable(mut live: LiveSettings) -> Option<LiveSettings> {
    for row in &SWARM_KNOBS {
        let [low, high] = row.spec.bounds;
        for value in row.values_mut(&mut live) {
            if !value.is_finite() {
                return None;
            }
            *value = value.clamp(low, high);
        }
    }
    Some(live)
}
