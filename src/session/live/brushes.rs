//! The table of brushes of the live swarm: keys, words, what each does and how its circle looks.

use glam::DVec2;
use rand::RngExt;
use rand::rngs::StdRng;

use crate::session::command::{Command, LiveCommand};
use crate::session::commands::{CommandInfo, Group, Shortcut, row};
use crate::worlds::swarm::picture::SwarmEdit;

/// What the pointer does to the live swarm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Brush {
    /// Drives particles away from the pointer.
    #[default]
    Push,
    /// Drives particles towards the pointer.
    Pull,
    /// Drives particles around the pointer.
    Stir,
    /// Carries the particles under it along.
    Grab,
    /// Scrambles the particles under it.
    Wound,
    /// Adds particles of the chosen species along the stroke.
    Add,
    /// Removes the particles under it.
    Remove,
    /// Turns the particles under it into the chosen species.
    Recolour,
    /// Picks the creature that the view follows.
    Follow,
    /// No effect on the particles.
    Off,
}

/// What a stroke does.
#[derive(Clone, Copy, Debug)]
pub enum BrushAction {
    /// No effect on the particles.
    Nothing,
    /// While the button is held; both are speeds at their greatest, ℓ per time: away from the centre, and around it.
    Force {
        /// Away from the centre; negative towards it.
        away: f64,
        /// Counter-clockwise around the centre.
        around: f64,
    },
    /// The particles under the brush move with it.
    Carry,
    /// A click picks the creature that the view follows.
    Follow,
    /// Adds particles along the stroke, at a fixed distance.
    Add,
    /// Changes the particles under the brush.
    Edit {
        /// At each point of the stroke.
        edit: BrushEdit,
        /// The damaged particles are followed until they have healed.
        wounds: bool,
        /// The numbers of the particles change.
        renumbers: bool,
    },
}

/// The change of a circle (centre and radius, ℓ) by the chosen species.
pub type BrushEdit = fn(DVec2, f64, u8, &mut StdRng) -> SwarmEdit;

/// Colour of the circle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrushInk {
    /// No circle.
    None,
    /// Colour of the push brush.
    Push,
    /// Colour of the pull brush.
    Pull,
    /// Colour of brushes that carry particles along or around.
    Stir,
    /// Colour of brushes that damage or remove.
    Eraser,
    /// Colour of the circle around a creature.
    Follow,
    /// That of the chosen species, which the rule must know.
    Species,
}

/// A row of the table.
#[derive(Debug)]
pub struct BrushRow {
    /// The brush of this row; each has exactly one.
    pub brush: Brush,
    /// Name, key and tooltip, as in the table of commands.
    pub info: CommandInfo,
    /// What a stroke does.
    pub action: BrushAction,
    /// Colour of the circle under the cursor.
    pub ink: BrushInk,
}

/// Speed that the pointer gives at its centre, ℓ per time. One step of time is about 0.002, so this moves a particle
/// by a few ℓ in a second.
const FORCE_SPEED: f64 = 40.0;

/// Every brush, in the order of the panel.
pub static BRUSHES: [BrushRow; 10] = [
    row_of(
        Brush::Push,
        "Push",
        "A",
        "The mouse pushes particles away",
        BrushAction::Force { away: FORCE_SPEED, around: 0.0 },
        BrushInk::Push,
    ),
    row_of(
        Brush::Pull,
        "Pull",
        "D",
        "The mouse pulls particles in",
        BrushAction::Force { away: -FORCE_SPEED, around: 0.0 },
        BrushInk::Pull,
    ),
    // A little towards the middle: what circles freely is flung out.
    row_of(
        Brush::Stir,
        "Stir",
        "E",
        "The mouse drives particles round and round",
        BrushAction::Force { away: -0.1 * FORCE_SPEED, around: FORCE_SPEED },
        BrushInk::Stir,
    ),
    row_of(Brush::Grab, "Grab", "H", "The mouse carries particles along", BrushAction::Carry, BrushInk::Stir),
    row_of(
        Brush::Wound,
        "Wound",
        "W",
        "The mouse scrambles what it touches: watch it heal",
        BrushAction::Edit {
            edit: |centre, radius, _, rng| SwarmEdit::Scramble { centre, radius, seed: rng.random() },
            wounds: true,
            renumbers: false,
        },
        BrushInk::Eraser,
    ),
    row_of(
        Brush::Add,
        "Add",
        "Z",
        "The mouse adds particles of the chosen species, heading along the stroke",
        BrushAction::Add,
        BrushInk::Species,
    ),
    row_of(
        Brush::Remove,
        "Remove",
        "V",
        "The mouse removes particles",
        BrushAction::Edit {
            edit: |centre, radius, _, _| SwarmEdit::Remove { centre, radius },
            wounds: false,
            renumbers: true,
        },
        BrushInk::Eraser,
    ),
    row_of(
        Brush::Recolour,
        "Recolour",
        "C",
        "The mouse turns particles into the chosen species",
        BrushAction::Edit {
            edit: |centre, radius, species, _| SwarmEdit::Recolour { centre, radius, species },
            wounds: false,
            renumbers: false,
        },
        BrushInk::Species,
    ),
    row_of(
        Brush::Follow,
        "Follow",
        "F",
        "Click on a creature: the view follows it (Escape ends that)",
        BrushAction::Follow,
        BrushInk::Follow,
    ),
    row_of(Brush::Off, "Mouse off", "Q", "The mouse leaves the particles alone", BrushAction::Nothing, BrushInk::None),
];

const fn row_of(
    brush: Brush,
    name: &'static str,
    key: &'static str,
    tooltip: &'static str,
    action: BrushAction,
    ink: BrushInk,
) -> BrushRow {
    let info = row(Group::Live, name, Shortcut::plain(key), tooltip, Command::Live(LiveCommand::SetBrush(brush)));
    BrushRow { brush, info, action, ink }
}

impl Brush {
    /// The row of the table; every brush has one.
    pub fn row(self) -> &'static BrushRow {
        BRUSHES.iter().find(|row| row.brush == self).expect("every brush has a row: see the tests")
    }
}

impl BrushRow {
    /// Whether it has a circle whose size can be chosen.
    pub fn has_radius(&self) -> bool {
        !matches!(self.action, BrushAction::Nothing | BrushAction::Follow | BrushAction::Add)
    }

    /// Whether it adds or removes particles: two quick strokes of it are not the double click that follows a creature.
    pub fn changes_count(&self) -> bool {
        matches!(self.action, BrushAction::Add | BrushAction::Edit { renumbers: true, .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_brush_has_a_row_that_chooses_it() {
        use Brush::*;
        for brush in [Push, Pull, Stir, Grab, Wound, Add, Remove, Recolour, Follow, Off] {
            assert_eq!(brush.row().info.command, Command::Live(LiveCommand::SetBrush(brush)));
        }
        assert_eq!(BRUSHES.iter().filter(|row| row.ink == BrushInk::None).count(), 1, "the others can be seen");
    }
}
