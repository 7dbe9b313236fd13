//! The table of brushes of the live swarm: words, keys, what each does and how its circle looks.

use glam::DVec2;
use rand::RngExt;
use rand::rngs::StdRng;

use super::picture::SwarmEdit;
use crate::worlds::studio::{BrushSpec, BrushTouch, BrushWorkspace};

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
pub enum BrushCircle {
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
pub struct SwarmBrush {
    /// The brush of this row; each has exactly one.
    pub brush: Brush,
    /// What every world lists of a brush.
    pub spec: BrushSpec,
    /// The key that chooses it, as on the key cap.
    pub key: &'static str,
    /// What a stroke does.
    pub action: BrushAction,
    /// Colour of the circle under the cursor.
    pub circle: BrushCircle,
}

/// Speed that the pointer gives at its centre, ℓ per time. One step of time is about 0.002, so this moves a particle
/// by a few ℓ in a second.
const FORCE_SPEED: f64 = 40.0;

/// Every brush, in the order of the panel.
pub static SWARM_BRUSHES: [SwarmBrush; 10] = [
    SwarmBrush {
        brush: Brush::Push,
        spec: live(BrushTouch::Dabs, ("push", "Push"), "The mouse pushes particles away"),
        key: "A",
        action: BrushAction::Force { away: FORCE_SPEED, around: 0.0 },
        circle: BrushCircle::Push,
    },
    SwarmBrush {
        brush: Brush::Pull,
        spec: live(BrushTouch::Dabs, ("pull", "Pull"), "The mouse pulls particles in"),
        key: "D",
        action: BrushAction::Force { away: -FORCE_SPEED, around: 0.0 },
        circle: BrushCircle::Pull,
    },
    // A little towards the middle: what circles freely is flung out.
    SwarmBrush {
        brush: Brush::Stir,
        spec: live(BrushTouch::Dabs, ("stir", "Stir"), "The mouse drives particles round and round"),
        key: "E",
        action: BrushAction::Force { away: -0.1 * FORCE_SPEED, around: FORCE_SPEED },
        circle: BrushCircle::Stir,
    },
    SwarmBrush {
        brush: Brush::Grab,
        spec: live(BrushTouch::Path, ("grab", "Grab"), "The mouse carries particles along"),
        key: "H",
        action: BrushAction::Carry,
        circle: BrushCircle::Stir,
    },
    SwarmBrush {
        brush: Brush::Wound,
        spec: live(BrushTouch::Path, ("wound", "Wound"), "The mouse scrambles what it touches: watch it heal"),
        key: "W",
        action: BrushAction::Edit {
            edit: |centre, radius, _, rng| SwarmEdit::Scramble { centre, radius, seed: rng.random() },
            wounds: true,
            renumbers: false,
        },
        circle: BrushCircle::Eraser,
    },
    SwarmBrush {
        brush: Brush::Add,
        spec: live(
            BrushTouch::Path,
            ("add", "Add"),
            "The mouse adds particles of the chosen species, heading along the stroke",
        ),
        key: "Z",
        action: BrushAction::Add,
        circle: BrushCircle::Species,
    },
    SwarmBrush {
        brush: Brush::Remove,
        spec: live(BrushTouch::Path, ("remove", "Remove"), "The mouse removes particles"),
        key: "V",
        action: BrushAction::Edit {
            edit: |centre, radius, _, _| SwarmEdit::Remove { centre, radius },
            wounds: false,
            renumbers: true,
        },
        circle: BrushCircle::Eraser,
    },
    SwarmBrush {
        brush: Brush::Recolour,
        spec: live(BrushTouch::Path, ("recolour", "Recolour"), "The mouse turns particles into the chosen species"),
        key: "C",
        action: BrushAction::Edit {
            edit: |centre, radius, species, _| SwarmEdit::Recolour { centre, radius, species },
            wounds: false,
            renumbers: false,
        },
        circle: BrushCircle::Species,
    },
    SwarmBrush {
        brush: Brush::Follow,
        spec: live(
            BrushTouch::Click,
            ("follow", "Follow"),
            "Click on a creature: the view follows it (Escape ends that)",
        ),
        key: "F",
        action: BrushAction::Follow,
        circle: BrushCircle::Follow,
    },
    SwarmBrush {
        brush: Brush::Off,
        spec: live(BrushTouch::Click, ("off", "Mouse off"), "The mouse leaves the particles alone"),
        key: "Q",
        action: BrushAction::Nothing,
        circle: BrushCircle::None,
    },
];

const fn live(touch: BrushTouch, (id, name): (&'static str, &'static str), help: &'static str) -> BrushSpec {
    BrushSpec { id, name, help, workspace: BrushWorkspace::Live, touch }
}

impl Brush {
    /// The row of the table; every brush has one.
    pub fn row(self) -> &'static SwarmBrush {
        SWARM_BRUSHES.iter().find(|row| row.brush == self).expect("every brush has a row: see the tests")
    }
}

impl SwarmBrush {
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
    fn every_brush_has_a_row_of_its_own() {
        use Brush::*;
        let all = [Push, Pull, Stir, Grab, Wound, Add, Remove, Recolour, Follow, Off];
        all.iter().zip(&SWARM_BRUSHES).for_each(|(brush, row)| assert_eq!(*brush, row.brush));
        assert_eq!(all.len(), SWARM_BRUSHES.len());
        let unseen = SWARM_BRUSHES.iter().filter(|row| row.circle == BrushCircle::None).count();
        assert_eq!(unseen, 1, "the others can be seen");
    }
}
