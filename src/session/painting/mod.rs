//! The tools of the first place. Each tool's geometry is a file of its own, in world units and without a session;
//! [`gesture`] lets the pointer use them, [`orders`] carries out what is done to a selection.

mod clip;
mod curve;
mod draft;
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
mod tool;
pub(super) mod warnings;

use std::sync::Arc;

use super::apply::edit_picture;
use super::command::{Command, Effect, Pointer};
use super::state::Session;
use crate::scene::SwarmProject;
use crate::worlds::swarm::picture::{Particle, Snapshot, wrap};

pub use draft::{Draft, Outline};
pub use library::MAX_STAMP_PARTICLES;
pub use options::{
    CurveHeading, FillHeading, ImageOptions, LatticeKind, PaintOptions, Pose, Snap, SprayHeading, StrokeHeading,
    Symmetry,
};
pub use orders::SelectionOrder;
pub use selection::{Frame, Handle};
pub use stamp::{Stamp, StampSource};
pub use stipple::{StippleAmount, StippleRequest, StippleSource, StippleView};
pub use tool::Tool;

pub(super) use clip::{copy, cut, paste_text};
pub(super) use gesture::{pointer, release};
pub(super) use library::{bring_back_stamp, delete_stamp, rename_stamp, take_stamp};
pub(super) use orders::{
    hold, let_go, nudge, open_picture, order, place, recolour, resize, set_options, take, toggle_snap, toggle_symmetry,
    turn,
};
pub(super) use stipple::{look, stippled};

use gesture::{Before, PaintGesture};
use library::Library;
use stipple::Stippling;

/// One drag lays at most so many particles.
pub(super) const MAX_LAID: usize = 20_000;

/// Images of a particle nearer than this share of the spacing are one.
const IMAGE_SHARE: f64 = 0.15;

/// The pointer's keys, and how near it must come to a thing to take hold of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hand {
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

/// What belongs to the tools: their settings, the selection, and what is in hand. None of it is saved.
#[derive(Debug)]
pub(super) struct Kit {
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
}

impl Kit {
    pub fn new(document: &SwarmProject) -> Self {
        Self {
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
        }
    }

    /// Another document is here.
    pub fn follow(&mut self, document: &SwarmProject) {
        self.gesture = None;
        self.selection.clear();
        self.options = self.options.for_box(document.world.snapshot.box_size);
    }
}

/// Another document is here, with a spacing of its own.
pub(super) fn follow(session: &mut Session) {
    session.kit.follow(&session.document);
    if session.document.world.snapshot.particles.len() > 1 {
        session.spacing = session.unit_length.clamp(super::painting::pen::MIN_SPACING, 100.0);
        session.eraser_radius = (0.8 * session.unit_length).clamp(0.05, 100.0);
    }
}

impl Session {
    /// What the tools are set to.
    pub fn paint_options(&self) -> PaintOptions {
        self.kit.options
    }

    /// The pressed button is doing something to the picture.
    pub fn is_drawing(&self) -> bool {
        self.kit.gesture.is_some()
    }

    /// Indices of the selected particles, ascending.
    pub fn selection(&self) -> &[usize] {
        &self.kit.selection
    }

    pub fn hand(&self) -> Hand {
        self.kit.hand
    }

    /// What the text tool writes.
    pub fn text(&self) -> &str {
        &self.kit.text
    }

    /// The image that the image tool lays.
    pub fn image(&self) -> Option<&std::path::Path> {
        self.kit.image.as_deref()
    }

    /// What became of the text or the image of the present tool.
    pub fn stipple(&self) -> &StippleView {
        match self.tool {
            Tool::Image => &self.kit.image_view.view,
            _ => &self.kit.text_view.view,
        }
    }
}

/// The whole gesture, until the release, is one step of the history.
fn merge() -> Option<std::mem::Discriminant<Command>> {
    Some(std::mem::discriminant(&Command::Pointer(Pointer::Release)))
}

fn centre_of(snapshot: &Snapshot) -> [f64; 2] {
    snapshot.box_size.map(|l| 0.5 * l)
}

/// The particles with all their images, folded into a box that is a torus.
fn with_images(session: &Session, particles: &[Particle]) -> Vec<Particle> {
    let snapshot = session.snapshot();
    let least = IMAGE_SHARE * session.spacing;
    let mut all = session.kit.options.symmetry.all_images(particles, centre_of(snapshot), least);
    if snapshot.is_torus() {
        let [w, h] = snapshot.box_size;
        for p in &mut all {
            [p.x, p.y] = [wrap(p.x, w), wrap(p.y, h)];
        }
    }
    all
}

/// Lays particles with their images, as one step of the history.
fn lay(session: &mut Session, particles: &[Particle]) -> Vec<Effect> {
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
    fn a_selection_outlives_the_erasing_of_others() {
        let at = |x: f64| Particle { x, ..Particle::default() };
        let picture =
            |xs: &[f64]| Arc::new(Snapshot { particles: xs.iter().map(|&x| at(x)).collect(), ..Snapshot::default() });
        let mut selection = vec![1, 2, 4];
        keep_selection(&mut selection, &picture(&[0.0, 1.0, 2.0, 3.0, 4.0]), &picture(&[1.0, 3.0, 4.0]));
        assert_eq!(selection, vec![0, 2]);
    }
}
