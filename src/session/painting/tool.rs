//! The table of tools: words, keys, and what a press with each begins.

use glam::DVec2;

use super::curve::{self, CurveOptions};
use crate::worlds::swarm::picture::Particle;

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

/// A row of the table.
#[derive(Clone, Copy)]
pub(in crate::session) struct ToolRow {
    /// The tool of this row; each has exactly one.
    pub tool: Tool,
    /// Name on the screen.
    pub name: &'static str,
    /// The key that takes it, as on the key cap.
    pub key: &'static str,
    /// One sentence for the user.
    pub help: &'static str,
    /// What a press on the picture begins.
    pub press: ToolPress,
}

/// What a press on the picture begins.
#[derive(Clone, Copy)]
pub(in crate::session) enum ToolPress {
    /// A stroke of the pen.
    Pen,
    /// A stroke of the eraser.
    Erase,
    /// A curve, added on release.
    Curve(ToolCurve),
    /// A lattice, added on release.
    Lattice,
    /// A stroke of the can.
    Spray,
    /// Nothing more: what is in hand is placed at once.
    Place,
    /// A rectangle or a lasso, or a change of what is selected.
    Select,
    /// Nothing more: species and heading are taken at once.
    Pick,
}

/// How a curve is drawn.
#[derive(Clone, Copy)]
pub(in crate::session) enum ToolCurve {
    /// Between the ends of the pointer's way.
    Between {
        /// The particles from one point to the other.
        particles: fn(DVec2, DVec2, &CurveOptions) -> Vec<Particle>,
        /// Shift keeps it to steps of 15°.
        has_steps: bool,
    },
    /// Along the whole way of the pointer, which has at least one point.
    Along(fn(&[DVec2], &CurveOptions) -> Vec<Particle>),
}

impl ToolCurve {
    /// The particles along the way of the pointer.
    pub(super) fn particles(self, path: &[DVec2], options: &CurveOptions) -> Vec<Particle> {
        let (Some(&from), Some(&to)) = (path.first(), path.last()) else { return Vec::new() };
        match self {
            Self::Between { particles, .. } => particles(from, to, options),
            Self::Along(particles) => particles(path, options),
        }
    }
}

/// All tools, in the order of the palette.
pub(in crate::session) const TOOLS: [ToolRow; 13] = [
    row(
        Tool::Pen,
        "Pen",
        "P",
        "Click to place a particle, drag a little to turn it, drag far for a stroke; Shift keeps to steps of 15°",
        ToolPress::Pen,
    ),
    row(
        Tool::Line,
        "Line",
        "L",
        "Drag a straight row of particles; Shift keeps to steps of 15°",
        ToolPress::Curve(ToolCurve::Between { particles: curve::line, has_steps: true }),
    ),
    row(
        Tool::Arc,
        "Arc",
        "A",
        "Draw an arc by hand: it becomes an even one",
        ToolPress::Curve(ToolCurve::Along(curve::arc)),
    ),
    row(
        Tool::Circle,
        "Circle",
        "C",
        "Drag from the centre to the rim",
        ToolPress::Curve(ToolCurve::Between { particles: curve::circle, has_steps: false }),
    ),
    row(
        Tool::Lattice,
        "Lattice",
        "H",
        "Drag a rectangle that fills with a hexagonal or square lattice; Shift makes it a square",
        ToolPress::Lattice,
    ),
    row(Tool::Spray, "Spray", "S", "Drag to spray particles that keep their distance", ToolPress::Spray),
    row(Tool::Eraser, "Eraser", "E", "Drag over particles to remove them", ToolPress::Erase),
    row(
        Tool::Select,
        "Select",
        "V",
        "Click, double-click a creature, or drag a rectangle; Shift adds. Then move (Ctrl or Alt copies, Shift keeps straight), turn, scale or head them by the handles",
        ToolPress::Select,
    ),
    row(Tool::Lasso, "Lasso", "O", "Draw around particles to select them; Shift adds", ToolPress::Select),
    row(Tool::Stamp, "Stamp", "M", "Click to place a whole motif, or what was selected", ToolPress::Place),
    row(Tool::Text, "Text", "T", "Type a text and click to place it as particles", ToolPress::Place),
    row(Tool::Image, "Image", "I", "Choose an image and click to place it as particles", ToolPress::Place),
    row(Tool::Eyedropper, "Eyedropper", "K", "Click on a particle to take its species and heading", ToolPress::Pick),
];

const fn row(tool: Tool, name: &'static str, key: &'static str, help: &'static str, press: ToolPress) -> ToolRow {
    ToolRow { tool, name, key, help, press }
}

impl Tool {
    /// All of them, in the order of the palette.
    pub const ALL: [Self; TOOLS.len()] = {
        let (mut all, mut k) = ([Self::Pen; TOOLS.len()], 0);
        while k < TOOLS.len() {
            all[k] = TOOLS[k].tool;
            k += 1;
        }
        all
    };

    /// What a press with it begins; every tool has a row.
    pub(super) fn press(self) -> ToolPress {
        TOOLS.iter().find(|row| row.tool == self).expect("every tool has a row: see the tests").press
    }

    /// Whether its settings are those of a selection.
    pub fn selects(self) -> bool {
        matches!(self.press(), ToolPress::Select)
    }

    /// Whether it places what is in hand.
    pub fn places(self) -> bool {
        matches!(self.press(), ToolPress::Place)
    }

    /// Whether its settings are those of a curve.
    pub fn draws_curve(self) -> bool {
        matches!(self.press(), ToolPress::Curve(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_has_a_row_of_its_own() {
        use Tool::*;
        let all = [Pen, Line, Arc, Circle, Lattice, Spray, Eraser, Select, Lasso, Stamp, Text, Image, Eyedropper];
        assert_eq!(all, Tool::ALL);
    }
}
