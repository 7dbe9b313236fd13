//! Orders of the third place.

use crate::session::command::{Command, LiveCommand};
use crate::session::commands::CommandInfo;
use crate::session::commands::Group::Live;
use crate::session::commands::Shortcut;
use crate::session::commands::row;

pub(in crate::session) const TABLE: &[CommandInfo] = &[
    row(Live, "Play or pause", Shortcut::plain("Space"), "Run or pause time", || {
        Command::Live(LiveCommand::TogglePlay)
    }),
    row(Live, "Step", Shortcut::plain("Period"), "One time step, then pause", || Command::Live(LiveCommand::Step)),
    row(
        Live,
        "Step back",
        Shortcut::plain("Comma"),
        "One small step back in time, brushes and all; hold it to rewind. Settings and rule stay as they are now",
        || Command::Live(LiveCommand::StepBack),
    ),
    row(Live, "Faster", Shortcut::plain("Plus"), "More steps of time in each frame", || {
        Command::Live(LiveCommand::Faster)
    }),
    row(Live, "Slower", Shortcut::plain("Minus"), "Fewer steps of time in each frame", || {
        Command::Live(LiveCommand::Slower)
    }),
    row(Live, "Grow", Shortcut::plain("G"), "Grow the pattern out of noise: random start, slowly cooled", || {
        Command::Live(LiveCommand::Grow)
    }),
    row(Live, "Restart", Shortcut::plain("R"), "Start again from copies of the picture", || {
        Command::Live(LiveCommand::RestartFromSnapshot)
    }),
    row(
        Live,
        "Save a checkpoint",
        Shortcut::plain("K"),
        "Keep swarm and settings as they are now, to come back to",
        || Command::Live(LiveCommand::KeepMoment),
    ),
    row(Live, "Surprise me", Shortcut::plain("S"), "Random knobs: another motion of the same pattern", || {
        Command::Live(LiveCommand::SurpriseMe)
    }),
    row(Live, "Scramble places", Shortcut::plain("X"), "Throw all particles to random places at once", || {
        Command::Live(LiveCommand::Randomise)
    }),
    row(Live, "Scramble headings", Shortcut::plain("N"), "Turn every particle to a random heading", || {
        Command::Live(LiveCommand::RandomiseHeadings)
    }),
    row(Live, "Scramble species", Shortcut::plain("M"), "Shuffle the species among the particles", || {
        Command::Live(LiveCommand::RandomiseSpecies)
    }),
];

/// After the brushes, which have a table of their own.
pub(in crate::session) const MOTION: &[CommandInfo] = &[
    row(Live, "Reset the motion", None, "All knobs of the motion back to their defaults; none swings", || {
        Command::Live(LiveCommand::ResetMotion)
    }),
    row(Live, "Let all knobs rest", None, "No knob swings any more; each stays at its value", || {
        Command::Live(LiveCommand::RestAllKnobs)
    }),
    row(Live, "Stop following", Shortcut::plain("Escape"), "The view stays where it is", || {
        Command::Live(LiveCommand::StopFollowing)
    }),
    row(Live, "Wider brush", Shortcut::plain("CloseBracket"), "A larger circle under the mouse", || {
        Command::Live(LiveCommand::WidenBrush)
    }),
    row(Live, "Narrower brush", Shortcut::plain("OpenBracket"), "A smaller circle under the mouse", || {
        Command::Live(LiveCommand::NarrowBrush)
    }),
];
