//! Orders of the third place.

use super::Group::Live;
use super::{CommandInfo, Shortcut, row};
use crate::session::command::{Command, ForceKind};

pub(super) const TABLE: &[CommandInfo] = &[
    row(Live, "Play or pause", Shortcut::plain("Space"), "Let time run, or stand still", || Command::TogglePlay),
    row(Live, "Step", Shortcut::plain("Period"), "One small step of time, then stand still", || Command::Step),
    row(Live, "Grow", Shortcut::plain("G"), "Grow the pattern out of noise: random start, slowly cooled", || {
        Command::Grow
    }),
    row(Live, "Restart", Shortcut::plain("R"), "Start again from copies of the picture", || {
        Command::RestartFromSnapshot
    }),
    row(Live, "Scramble", Shortcut::plain("X"), "Throw all particles to random places at once", || Command::Randomise),
    row(Live, "Surprise me", Shortcut::plain("S"), "Random knobs: another motion of the same pattern", || {
        Command::SurpriseMe
    }),
    row(Live, "Push", Shortcut::plain("A"), "The mouse pushes particles away", || {
        Command::SetForceKind(ForceKind::Push)
    }),
    row(Live, "Pull", Shortcut::plain("D"), "The mouse pulls particles in", || Command::SetForceKind(ForceKind::Pull)),
    row(Live, "Mouse off", Shortcut::plain("F"), "The mouse leaves the particles alone", || {
        Command::SetForceKind(ForceKind::None)
    }),
];
