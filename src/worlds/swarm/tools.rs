//! The table of tools of the picture: words, keys, and what a press with each begins.

use glam::DVec2;

use super::picture::Particle;
use super::picture::curve::{self, CurveOptions};
use crate::worlds::studio::{BrushSpec, BrushTouch, BrushWorkspace};

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
#[derive(Clone, Copy, Debug)]
pub struct SwarmTool {
    /// The tool of this row; each has exactly one.
    pub tool: Tool,
    /// What every world lists of a brush.
    pub spec: BrushSpec,
    /// The key that takes it, as on the key cap.
    pub key: &'static str,
    /// What a press on the picture begins.
    pub press: ToolPress,
}

/// What a press on the picture begins.
#[derive(Clone, Copy, Debug)]
pub enum ToolPress {
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
#[derive(Clone, Copy, Debug)]
pub enum ToolCurve {
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
    pub fn particles(self, path: &[DVec2], options: &CurveOptions) -> Vec<Particle> {
        let (Some(&from), Some(&to)) = (path.first(), path.last()) else { return Vec::new() };
        match self {
            Self::Between { particles, .. } => particles(from, to, options),
            Self::Along(particles) => particles(path, options),
        }
    }
}

/// All tools, in the order of the palette.
pub const SWARM_TOOLS: [SwarmTool; 13] = [
    SwarmTool {
        tool: Tool::Pen,
        spec: paint(
            BrushTouch::Path,
            ("pen", "Pen"),
            "Click to place a particle, drag a little to turn it, drag far for a stroke; Shift keeps to steps of 15°",
        ),
        key: "P",
        press: ToolPress::Pen,
    },
    SwarmTool {
        tool: Tool::Line,
        spec: paint(
            BrushTouch::Line,
            ("line", "Line"),
            "Drag a straight row of particles; Shift keeps to steps of 15°",
        ),
        key: "L",
        press: ToolPress::Curve(ToolCurve::Between { particles: curve::line, has_steps: true }),
    },
    SwarmTool {
        tool: Tool::Arc,
        spec: paint(BrushTouch::Path, ("arc", "Arc"), "Draw an arc by hand: it becomes an even one"),
        key: "A",
        press: ToolPress::Curve(ToolCurve::Along(curve::arc)),
    },
    SwarmTool {
        tool: Tool::Circle,
        spec: paint(BrushTouch::Line, ("circle", "Circle"), "Drag from the centre to the rim"),
        key: "C",
        press: ToolPress::Curve(ToolCurve::Between { particles: curve::circle, has_steps: false }),
    },
    SwarmTool {
        tool: Tool::Lattice,
        spec: paint(
            BrushTouch::Line,
            ("lattice", "Lattice"),
            "Drag a rectangle that fills with a hexagonal or square lattice; Shift makes it a square",
        ),
        key: "H",
        press: ToolPress::Lattice,
    },
    SwarmTool {
        tool: Tool::Spray,
        spec: paint(BrushTouch::Dabs, ("spray", "Spray"), "Drag to spray particles that keep their distance"),
        key: "S",
        press: ToolPress::Spray,
    },
    SwarmTool {
        tool: Tool::Eraser,
        spec: paint(BrushTouch::Path, ("eraser", "Eraser"), "Drag over particles to remove them"),
        key: "E",
        press: ToolPress::Erase,
    },
    SwarmTool {
        tool: Tool::Select,
        spec: paint(
            BrushTouch::Line,
            ("select", "Select"),
            "Click, double-click a creature, or drag a rectangle; Shift adds. Then move (Ctrl or Alt copies, Shift keeps straight), turn, scale or head them by the handles",
        ),
        key: "V",
        press: ToolPress::Select,
    },
    SwarmTool {
        tool: Tool::Lasso,
        spec: paint(BrushTouch::Path, ("lasso", "Lasso"), "Draw around particles to select them; Shift adds"),
        key: "O",
        press: ToolPress::Select,
    },
    SwarmTool {
        tool: Tool::Stamp,
        spec: paint(BrushTouch::Click, ("stamp", "Stamp"), "Click to place a whole motif, or what was selected"),
        key: "M",
        press: ToolPress::Place,
    },
    SwarmTool {
        tool: Tool::Text,
        spec: paint(BrushTouch::Click, ("text", "Text"), "Type a text and click to place it as particles"),
        key: "T",
        press: ToolPress::Place,
    },
    SwarmTool {
        tool: Tool::Image,
        spec: paint(BrushTouch::Click, ("image", "Image"), "Choose an image and click to place it as particles"),
        key: "I",
        press: ToolPress::Place,
    },
    SwarmTool {
        tool: Tool::Eyedropper,
        spec: paint(
            BrushTouch::Pick,
            ("eyedropper", "Eyedropper"),
            "Click on a particle to take its species and heading",
        ),
        key: "K",
        press: ToolPress::Pick,
    },
];

const fn paint(touch: BrushTouch, (id, name): (&'static str, &'static str), help: &'static str) -> BrushSpec {
    BrushSpec { id, name, help, workspace: BrushWorkspace::Paint, touch }
}

impl Tool {
    /// All of them, in the order of the palette.
    pub const ALL: [Self; SWARM_TOOLS.len()] = {
        let (mut all, mut k) = ([Self::Pen; SWARM_TOOLS.len()], 0);
        while k < SWARM_TOOLS.len() {
            all[k] = SWARM_TOOLS[k].tool;
            k += 1;
        }
        all
    };

    /// What a press with it begins; every tool has a row.
    pub fn press(self) -> ToolPress {
        SWARM_TOOLS.iter().find(|row| row.tool == self).expect("every tool has a row: see the tests").press
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
