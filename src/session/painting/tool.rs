//! The tools by name.

/// What the pointer does on the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tool {
    /// A stroke of particles at the spacing, headed along it.
    #[default]
    Pen,
    /// A straight row of particles.
    Line,
    /// An even arc, fitted to a line drawn by hand.
    Arc,
    /// A ring of particles, dragged from its centre to its rim.
    Circle,
    /// A rectangle filled with a hexagonal or square lattice.
    Lattice,
    /// Random particles that keep their distance.
    Spray,
    /// Removes what is under it.
    Eraser,
    /// Selects by clicks and rectangles; moves, turns and scales by handles.
    Select,
    /// Selects what a closed line surrounds.
    Lasso,
    /// Places a motif, or what was selected.
    Stamp,
    /// Places a line of text as particles.
    Text,
    /// Places an image as particles.
    Image,
    /// Takes species and heading from a particle.
    Eyedropper,
}

impl Tool {
    /// All of them, in the order of the palette.
    pub const ALL: [Self; 13] = [
        Self::Pen,
        Self::Line,
        Self::Arc,
        Self::Circle,
        Self::Lattice,
        Self::Spray,
        Self::Eraser,
        Self::Select,
        Self::Lasso,
        Self::Stamp,
        Self::Text,
        Self::Image,
        Self::Eyedropper,
    ];
}

impl Tool {
    /// Whether its settings are those of a selection.
    pub fn selects(self) -> bool {
        matches!(self, Self::Select | Self::Lasso)
    }
}
