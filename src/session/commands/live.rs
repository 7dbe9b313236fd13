//! Orders of the third place.

use super::Group::Live;
use super::{CommandInfo, Shortcut, row};
use crate::session::command::{Brush, Command};

pub(super) const TABLE: &[CommandInfo] = &[
    row(Live, "Play or pause", Shortcut::plain("Space"), "Let time run, or stand still", || Command::TogglePlay),
    row(Live, "Step", Shortcut::plain("Period"), "One small step of time, then stand still", || Command::Step),
    row(
        Live,
        "Step back",
        Shortcut::plain("Comma"),
        "One small step back in time, brushes and all; hold it to rewind. Settings and rule stay as they are now",
        || Command::StepBack,
    ),
    row(Live, "Faster", Shortcut::plain("Plus"), "More steps of time in each frame", || Command::Faster),
    row(Live, "Slower", Shortcut::plain("Minus"), "Fewer steps of time in each frame", || Command::Slower),
    row(Live, "Grow", Shortcut::plain("G"), "Grow the pattern out of noise: random start, slowly cooled", || {
        Command::Grow
    }),
    row(Live, "Restart", Shortcut::plain("R"), "Start again from copies of the picture", || {
        Command::RestartFromSnapshot
    }),
    row(
        Live,
        "Save a checkpoint",
        Shortcut::plain("K"),
        "Keep swarm and settings as they are now, to come back to",
        || Command::KeepMoment,
    ),
    row(Live, "Surprise me", Shortcut::plain("S"), "Random knobs: another motion of the same pattern", || {
        Command::SurpriseMe
    }),
    row(Live, "Scramble places", Shortcut::plain("X"), "Throw all particles to random places at once", || {
        Command::Randomise
    }),
    row(Live, "Scramble headings", Shortcut::plain("N"), "Turn every particle to a random heading", || {
        Command::RandomiseHeadings
    }),
    row(Live, "Scramble species", Shortcut::plain("M"), "Shuffle the species among the particles", || {
        Command::RandomiseSpecies
    }),
    row(Live, "Push", Shortcut::plain("A"), "The mouse pushes particles away", || Command::SetBrush(Brush::Push)),
    row(Live, "Pull", Shortcut::plain("D"), "The mouse pulls particles in", || Command::SetBrush(Brush::Pull)),
    row(Live, "Stir", Shortcut::plain("E"), "The mouse drives particles round and round", || {
        Command::SetBrush(Brush::Stir)
    }),
    row(Live, "Grab", Shortcut::plain("H"), "The mouse carries particles along", || Command::SetBrush(Brush::Grab)),
    row(Live, "Wound", Shortcut::plain("W"), "The mouse scrambles what it touches: watch it heal", || {
        Command::SetBrush(Brush::Wound)
    }),
    row(
        Live,
        "Add",
        Shortcut::plain("Z"),
        "The mouse adds particles of the chosen species, heading along the stroke",
        || Command::SetBrush(Brush::Add),
    ),
    row(Live, "Remove", Shortcut::plain("V"), "The mouse removes particles", || Command::SetBrush(Brush::Remove)),
    row(Live, "Recolour", Shortcut::plain("C"), "The mouse turns particles into the chosen species", || {
        Command::SetBrush(Brush::Recolour)
    }),
    row(Live, "Follow", Shortcut::plain("F"), "Click on a creature: the view follows it (Escape ends that)", || {
        Command::SetBrush(Brush::Follow)
    }),
    row(Live, "Mouse off", Shortcut::plain("Q"), "The mouse leaves the particles alone", || {
        Command::SetBrush(Brush::Off)
    }),
    row(Live, "Reset the motion", None, "All knobs of the motion back to their defaults; none swings", || {
        Command::ResetMotion
    }),
    row(Live, "Let all knobs rest", None, "No knob swings any more; each stays at its value", || Command::RestAllKnobs),
    row(Live, "Stop following", Shortcut::plain("Escape"), "The view stays where it is", || Command::StopFollowing),
    row(Live, "Wider brush", Shortcut::plain("CloseBracket"), "A larger circle under the mouse", || {
        Command::WidenBrush
    }),
    row(Live, "Narrower brush", Shortcut::plain("OpenBracket"), "A smaller circle under the mouse", || {
        Command::NarrowBrush
    }),
];
