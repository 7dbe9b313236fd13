//! Commands of the workspace Live.

use std::sync::LazyLock;

use crate::session::command::{Command, LiveCommand};
use crate::session::commands::CommandInfo;
use crate::session::commands::Group::Live;
use crate::session::commands::Shortcut;
use crate::session::commands::row;
use crate::worlds::swarm::{SWARM_BRUSHES, SwarmBrush};

pub(in crate::session) const TABLE: &[CommandInfo] = &[
    live("Play or pause", Shortcut::plain("Space"), "Run or pause time", LiveCommand::TogglePlay),
    live("Step", Shortcut::plain("Period"), "One time step, then pause", LiveCommand::Step),
    live(
        "Step back",
        Shortcut::plain("Comma"),
        "One small step back in time, brushes and all; hold it to rewind. Settings and rule stay as they are now",
        LiveCommand::StepBack,
    ),
    live("Faster", Shortcut::plain("Plus"), "More steps of time in each frame", LiveCommand::Faster),
    live("Slower", Shortcut::plain("Minus"), "Fewer steps of time in each frame", LiveCommand::Slower),
    live("Grow", Shortcut::plain("G"), "Grow the pattern out of noise: random start, slowly cooled", LiveCommand::Grow),
    live("Restart", Shortcut::plain("R"), "Start again from copies of the picture", LiveCommand::RestartFromSnapshot),
    live(
        "Save a checkpoint",
        Shortcut::plain("K"),
        "Save swarm and settings as they are now, to restore them later",
        LiveCommand::SaveCheckpoint,
    ),
    live(
        "Surprise me",
        Shortcut::plain("S"),
        "Random knobs: another motion of the same pattern",
        LiveCommand::SurpriseMe,
    ),
    live(
        "Scramble positions",
        Shortcut::plain("X"),
        "Move all particles to random positions at once",
        LiveCommand::Randomise,
    ),
    live(
        "Scramble headings",
        Shortcut::plain("N"),
        "Turn every particle to a random heading",
        LiveCommand::RandomiseHeadings,
    ),
    live(
        "Scramble species",
        Shortcut::plain("M"),
        "Shuffle the species among the particles",
        LiveCommand::RandomiseSpecies,
    ),
];

/// The brushes, from the table of the world.
pub(in crate::session) static BRUSH_COMMANDS: LazyLock<Vec<CommandInfo>> = LazyLock::new(|| {
    let chooses = |row: &SwarmBrush| {
        live(row.spec.name, Shortcut::plain(row.key), row.spec.help, LiveCommand::SetBrush(row.brush))
    };
    SWARM_BRUSHES.iter().map(chooses).collect()
});

/// After the brushes.
pub(in crate::session) const MOTION: &[CommandInfo] = &[
    live(
        "Reset the motion",
        None,
        "All knobs of the motion back to their defaults; none swings",
        LiveCommand::ResetMotion,
    ),
    live("Let all knobs rest", None, "No knob swings any more; each stays at its value", LiveCommand::RestAllKnobs),
    live("Stop following", Shortcut::plain("Escape"), "The view stays where it is", LiveCommand::StopFollowing),
    live("Wider brush", Shortcut::plain("CloseBracket"), "A larger circle under the mouse", LiveCommand::WidenBrush),
    live(
        "Narrower brush",
        Shortcut::plain("OpenBracket"),
        "A smaller circle under the mouse",
        LiveCommand::NarrowBrush,
    ),
];

const fn live(
    name: &'static str,
    shortcut: Option<Shortcut>,
    tooltip: &'static str,
    command: LiveCommand,
) -> CommandInfo {
    row(Live, name, shortcut, tooltip, Command::Live(command))
}
