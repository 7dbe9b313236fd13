//! What the user has set the tools to. Nothing here is saved with the scene.

use glam::DVec2;

use super::pen::MIN_SPACING;
use crate::worlds::swarm::picture::curve::CurveHeading;

/// How the lattice tool places particles in its rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LatticeKind {
    /// Rows are shifted by half a spacing: six nearest neighbours.
    #[default]
    Hexagonal,
    /// Four nearest neighbours.
    Square,
}

/// Headings of particles that are placed without a direction of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FillHeading {
    /// All that of the pen.
    #[default]
    Common,
    /// Each its own, uniform over the full turn.
    Random,
    /// As in a table without headings: 0.
    None,
    /// Away from the middle of the shape.
    Outward,
    /// Around the middle, counter-clockwise.
    Around,
}

/// Headings of sprayed particles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SprayHeading {
    /// Along the stroke.
    #[default]
    Along,
    /// Each its own, uniform over the full turn.
    Random,
}

/// Everything that is added or erased is repeated at all images under turns by a full turn over `folds`, about the
/// middle of the box, and with `mirror` also at their images in the vertical axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Symmetry {
    /// The other two settings are kept while it is off.
    pub on: bool,
    /// 1 to [`Symmetry::MAX_FOLDS`].
    pub folds: u8,
    /// Doubles the number of images.
    pub mirror: bool,
}

impl Symmetry {
    /// Beyond this, images near the middle are closer than particles can be.
    pub const MAX_FOLDS: u8 = 24;
}

/// Positions to a grid, headings to steps of 15°.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Snap {
    /// The pitch is kept while it is off.
    pub on: bool,
    /// Distance between lines of the grid, world units.
    pub pitch: f64,
}

/// The placement of a stamp: turned about its middle by `turn` radians counter-clockwise, and `scale` times as large.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pose {
    /// Radians counter-clockwise.
    pub turn: f64,
    /// Of a stamp, times its own size; of a text, the height of a line, and of an image, its longer side, world units.
    pub scale: f64,
}

/// How an image becomes particles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImageOptions {
    /// How many are wanted; not used where `spacing` is given.
    pub particles: usize,
    /// Distance wanted between them, world units; `None`: it follows from their number.
    pub spacing: Option<f64>,
    /// Ink below this share of the darkest is paper.
    pub paper: f64,
    /// The ground is what becomes particles.
    pub invert: bool,
    /// Colours become species; otherwise all are of the species chosen.
    pub colours: bool,
    /// Along the strokes of the image, as those of a text.
    pub headings: StrokeHeading,
}

/// Headings in a text or an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum StrokeHeading {
    /// Along the strokes.
    #[default]
    Along,
    /// All that of the pen.
    Common,
    /// Each its own, uniform over the full turn.
    Random,
}

/// The settings of all tools.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PaintOptions {
    /// Of lines, arcs and circles.
    pub curve: CurveHeading,
    /// Headings on curves, and those outward or around, are turned about.
    pub reversed: bool,
    /// Of the lattice tool.
    pub lattice: LatticeKind,
    /// Of lattices, without a direction of their own.
    pub fill: FillHeading,
    /// Of the spray tool.
    pub spray: SprayHeading,
    /// World units.
    pub spray_radius: f64,
    /// Share of the sprayed disc that fills up, 0 to 1: at 1 particles are one spacing apart.
    pub spray_density: f64,
    /// Applies to all tools that add or erase.
    pub symmetry: Symmetry,
    /// Applies to all tools that add, and to the handles of a selection.
    pub snap: Snap,
    /// Turn and size of the next stamp.
    pub stamp: Pose,
    /// Turn and height of the next text.
    pub text: Pose,
    /// Distance between the particles of a text, world units: letters are finer than what is drawn by hand.
    pub text_spacing: f64,
    /// Along the letters, or all alike.
    pub text_headings: StrokeHeading,
    /// Turn and size of the next image.
    pub image: Pose,
    /// How the chosen image becomes particles.
    pub image_options: ImageOptions,
    /// Heading of the pen, which lattices and stamps share, radians.
    pub heading: f64,
}

impl PaintOptions {
    /// Defaults for a box of this size, world units.
    pub fn new(box_size: DVec2) -> Self {
        let side = box_size.min_element();
        Self {
            curve: CurveHeading::default(),
            reversed: false,
            lattice: LatticeKind::default(),
            fill: FillHeading::default(),
            spray: SprayHeading::default(),
            spray_radius: 0.15 * side,
            spray_density: 0.6,
            symmetry: Symmetry { on: false, folds: 6, mirror: false },
            snap: Snap { on: false, pitch: (0.05 * side).max(MIN_SPACING) },
            stamp: Pose { turn: 0.0, scale: 1.0 },
            text: Pose { turn: 0.0, scale: 0.4 * side },
            text_spacing: (0.035 * side).max(MIN_SPACING),
            text_headings: StrokeHeading::default(),
            image: Pose { turn: 0.0, scale: 0.8 * side },
            image_options: ImageOptions {
                particles: 120,
                spacing: None,
                paper: 0.1,
                invert: false,
                colours: true,
                headings: StrokeHeading::default(),
            },
            heading: 0.0,
        }
    }

    /// Lengths for another box; choices stay.
    pub(in super::super) fn for_box(self, box_size: DVec2) -> Self {
        let fresh = Self::new(box_size);
        Self {
            spray_radius: fresh.spray_radius,
            snap: Snap { pitch: fresh.snap.pitch, ..self.snap },
            stamp: fresh.stamp,
            text: fresh.text,
            text_spacing: fresh.text_spacing,
            image: fresh.image,
            image_options: ImageOptions { spacing: None, ..self.image_options },
            ..self
        }
    }

    /// Clamped to the ranges of the tools; `None` when a number is not finite.
    pub(in super::super) fn usable(mut self) -> Option<Self> {
        let poses = [self.stamp, self.text, self.image];
        let numbers = [
            self.text_spacing,
            self.spray_radius,
            self.spray_density,
            self.snap.pitch,
            self.image_options.paper,
            self.heading,
            self.image_options.spacing.unwrap_or(MIN_SPACING),
        ];
        if !poses.iter().flat_map(|p| [p.turn, p.scale]).chain(numbers).all(f64::is_finite) {
            return None;
        }
        self.spray_radius = self.spray_radius.clamp(MIN_SPACING, 1e4);
        self.text_spacing = self.text_spacing.clamp(MIN_SPACING, 1e4);
        self.spray_density = self.spray_density.clamp(0.02, 1.0);
        self.symmetry.folds = self.symmetry.folds.clamp(1, Symmetry::MAX_FOLDS);
        self.snap.pitch = self.snap.pitch.clamp(MIN_SPACING, 1e4);
        for pose in [&mut self.stamp, &mut self.text, &mut self.image] {
            pose.turn = crate::worlds::swarm::picture::wrap_angle(pose.turn);
            pose.scale = pose.scale.clamp(0.02, 1e4);
        }
        self.image_options.particles = self.image_options.particles.clamp(2, 5000);
        self.image_options.spacing = self.image_options.spacing.map(|spacing| spacing.clamp(MIN_SPACING, 1e4));
        self.image_options.paper = self.image_options.paper.clamp(0.0, 0.95);
        self.heading = crate::worlds::swarm::picture::wrap_angle(self.heading);
        Some(self)
    }
}
