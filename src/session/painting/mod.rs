//! The tools of the workspace Paint. Each tool's geometry is a file of its own, in world units and without a session;
//! [`gesture`] lets the pointer use them, [`orders`] carries out what is done to a selection.

mod clip;
pub(super) mod command;
mod draft;
mod effect;
pub(super) mod event;
mod gesture;
mod lattice;
mod library;
pub(super) mod menu;
mod options;
mod orders;
pub(super) mod pen;
pub(super) mod picture;
mod selection;
mod snap;
pub(super) mod snapshots;
mod spray;
mod stamp;
mod stipple;
mod symmetry;
pub(super) mod warnings;

use std::sync::Arc;

use super::state::Session;
use crate::scene::SwarmProject;
use crate::session::command::{Effect, Kind};
use crate::session::document::edit::edit_picture;
use crate::worlds::swarm::Tool;
use crate::worlds::swarm::picture::{Particle, Snapshot, wrap_position};

pub use command::PaintCommand;
pub use draft::{Draft, Outline};
pub use effect::PaintEffect;
pub use event::PaintEvent;
pub use library::MAX_STAMP_PARTICLES;
pub use options::{
    FillHeading, ImageOptions, LatticeKind, PaintOptions, Pose, Snap, SprayHeading, StrokeHeading, Symmetry,
};
pub use orders::SelectionOrder;
pub use selection::{Frame, Handle};
pub use stamp::{Stamp, StampSource};
pub use stipple::{StippleAmount, StippleRequest, StippleSource, StippleView};

pub(super) use gesture::{pointer, release};

pub(super) use stipple::{look, stippled};

use gesture::{Before, PaintGesture};
use glam::DVec2;
use library::Library;
use stipple::Stippling;
use warnings::Warning;

/// Images of a particle nearer than this share of the spacing are one.
const IMAGE_SHARE: f64 = 0.15;

/// The pointer's keys, and how near it must come to a thing to take hold of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hand {
    /// Adds to a selection, keeps moves straight, and makes shapes regular.
    pub shift: bool,
    /// Alt or Ctrl: what is dragged is a copy.
    pub copies: bool,
    /// World units.
    pub reach: f64,
}

impl Default for Hand {
    fn default() -> Self {
        Self { shift: false, copies: false, reach: 0.2 }
    }
}

/// The state of painting: the tools and their settings, the selection, and what is in hand. None of it is saved.
#[derive(Debug)]
pub(super) struct Painting {
    pub tool: Tool,
    /// The species of new particles.
    pub species: u8,
    /// World units.
    pub eraser_radius: f64,
    /// Distance between the particles of a stroke, world units.
    pub spacing: f64,
    pub options: PaintOptions,
    pub hand: Hand,
    pub gesture: Option<PaintGesture>,
    /// As it was when the gesture began.
    pub before: Before,
    /// Indices of the selected particles, ascending.
    pub selection: Vec<usize>,
    pub library: Library,
    pub text: String,
    pub text_view: Stippling,
    pub image_view: Stippling,
    pub image: Option<std::path::PathBuf>,
    /// The tool before the eyedropper.
    pub tool_before: Tool,
    /// ℓ of the picture, world units; known again after each change of the picture, as the warnings are.
    pub unit_length: f64,
    /// Warnings about the picture.
    pub warnings: Vec<Warning>,
}

impl Painting {
    pub fn new(document: &SwarmProject) -> Self {
        let unit_length = document.world.snapshot.unit_length();
        Self {
            tool: Tool::default(),
            species: 0,
            eraser_radius: 0.8,
            spacing: 1.0,
            options: PaintOptions::new(document.world.snapshot.box_size),
            hand: Hand::default(),
            gesture: None,
            before: Before::default(),
            selection: Vec::new(),
            library: Library::default(),
            text: "life".to_owned(),
            text_view: Stippling::default(),
            image_view: Stippling::default(),
            image: None,
            tool_before: Tool::Pen,
            unit_length,
            warnings: warnings::warnings(document, &[], unit_length),
        }
    }

    /// The document was replaced.
    pub fn follow(&mut self, document: &SwarmProject) {
        self.gesture = None;
        self.selection.clear();
        self.options = self.options.for_box(document.world.snapshot.box_size);
    }
}

/// The document was replaced by one with another spacing.
pub(super) fn follow(session: &mut Session) {
    session.painting.follow(&session.document);
    if session.document.world.snapshot.particles.len() > 1 {
        session.painting.spacing = session.painting.unit_length.clamp(pen::MIN_SPACING, 100.0);
        session.painting.eraser_radius = (0.8 * session.painting.unit_length).clamp(0.05, 100.0);
    }
}

impl Session {
    /// The tool in hand; it has no effect outside [`Workspace::Paint`](crate::session::Workspace::Paint).
    pub fn tool(&self) -> Tool {
        self.painting.tool
    }

    /// The species the pen paints with.
    pub fn species(&self) -> u8 {
        self.painting.species
    }

    /// World units.
    pub fn eraser_radius(&self) -> f64 {
        self.painting.eraser_radius
    }

    /// Distance between the particles of a stroke, world units.
    pub fn spacing(&self) -> f64 {
        self.painting.spacing
    }

    /// ℓ of the picture, world units.
    pub fn unit_length(&self) -> f64 {
        self.painting.unit_length
    }

    /// ℓ that a rule learned now would have: of all snapshots, world units.
    pub fn taught_unit_length(&self) -> f64 {
        let film = &self.document.world.film;
        if film.is_empty() { self.painting.unit_length } else { film.unit_length() }
    }

    /// What is wrong or weak about the picture for learning.
    pub fn warnings(&self) -> &[Warning] {
        &self.painting.warnings
    }

    /// Measures the picture again.
    pub(super) fn look_at_picture(&mut self) {
        let neighbours = self.document.world.snapshot.neighbours();
        self.painting.unit_length = self.document.world.snapshot.unit_length_among(&neighbours);
        self.painting.warnings = warnings::warnings(&self.document, &neighbours, self.painting.unit_length);
    }

    /// The settings of the tools.
    pub fn paint_options(&self) -> PaintOptions {
        self.painting.options
    }

    /// Whether a gesture changes the picture now.
    pub fn is_drawing(&self) -> bool {
        self.painting.gesture.is_some()
    }

    /// Indices of the selected particles, ascending.
    pub fn selection(&self) -> &[usize] {
        &self.painting.selection
    }

    /// Keys and reach as the shell reported them last.
    pub fn hand(&self) -> Hand {
        self.painting.hand
    }

    /// What the text tool writes.
    pub fn text(&self) -> &str {
        &self.painting.text
    }

    /// The image of the image tool.
    pub fn image(&self) -> Option<&std::path::Path> {
        self.painting.image.as_deref()
    }

    /// The text or the image of the present tool, as particles.
    pub fn stipple(&self) -> &StippleView {
        match self.painting.tool {
            Tool::Image => &self.painting.image_view.view,
            _ => &self.painting.text_view.view,
        }
    }
}

/// The whole gesture, until the release, is one step of the history.
fn merge() -> Option<Kind> {
    Some(Kind::Pointer)
}

fn centre_of(snapshot: &Snapshot) -> DVec2 {
    0.5 * snapshot.box_size
}

/// The particles with all their images, folded into a box that is a torus.
fn with_images(session: &Session, particles: &[Particle]) -> Vec<Particle> {
    let snapshot = session.snapshot();
    let min_distance = IMAGE_SHARE * session.painting.spacing;
    let mut all = session.painting.options.symmetry.all_images(particles, centre_of(snapshot), min_distance);
    if snapshot.is_torus() {
        for p in &mut all {
            *p = p.at(wrap_position(p.position(), snapshot.box_size));
        }
    }
    all
}

/// Adds particles with their images, as one step of the history.
fn add_particles(session: &mut Session, particles: &[Particle]) -> Vec<Effect> {
    let all = with_images(session, particles);
    edit_picture(session, None, |picture| picture::add(picture, &all))
}

/// After an edit that took particles away, the selection keeps those that are still there.
pub(super) fn keep_selection(selection: &mut Vec<usize>, old: &Arc<Snapshot>, new: &Arc<Snapshot>) {
    if selection.is_empty() || new.particles.len() >= old.particles.len() {
        return;
    }
    // Particles are taken out, never reordered: those that remain are found by walking along both.
    let mut kept = Vec::new();
    let mut next = 0;
    let mut wanted = selection.iter().copied().peekable();
    for (i, p) in old.particles.iter().enumerate() {
        let is_there = new.particles.get(next) == Some(p);
        if wanted.next_if_eq(&i).is_some() && is_there {
            kept.push(next);
        }
        next += usize::from(is_there);
    }
    *selection = kept;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_survives_the_erasing_of_other_particles() {
        let at = |x: f64| Particle { x, ..Particle::default() };
        let picture =
            |xs: &[f64]| Arc::new(Snapshot { particles: xs.iter().map(|&x| at(x)).collect(), ..Snapshot::default() });
        let mut selection = vec![1, 2, 4];
        keep_selection(&mut selection, &picture(&[0.0, 1.0, 2.0, 3.0, 4.0]), &picture(&[1.0, 3.0, 4.0]));
        assert_eq!(selection, vec![0, 2]);
    }
}
