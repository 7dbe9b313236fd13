//! The tools by name.

/// What the pointer does on the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tool {
    #[default]
    Pen,
    Line,
    Arc,
    Circle,
    Lattice,
    Spray,
    Eraser,
    Select,
    Lasso,
    Stamp,
    Text,
    Image,
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
    /// Its settings are a selection's.
    pub fn selects(self) -> bool {
        matches!(self, Self::Select | Self::Lasso)
    }
}
