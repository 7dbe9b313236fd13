//! Previews: ghosts of the particles that would be added, and the outline of what is being drawn.

use glam::DVec2;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::gesture::{PaintGesture, nearest, shape};
use super::options::StrokeHeading;
use super::selection::rectangle;
use super::stamp;
use super::with_images;
use crate::session::command::Tool;
use crate::session::state::Session;
use crate::worlds::swarm::picture::Particle;

/// A line on the canvas that is not part of the picture, world units.
#[derive(Clone, Debug, PartialEq)]
pub enum Outline {
    /// Of the rectangle or lasso that selects, closed.
    Marquee(Vec<DVec2>),
    /// What a press would pick up.
    Ring {
        /// Position of the particle.
        centre: DVec2,
        /// Half of ℓ, so that the ring is around its body.
        radius: f64,
    },
}

/// What the canvas shows beside the picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// Particles that a click or a release would add, with their images under the symmetry.
    pub ghosts: Vec<Particle>,
    /// `None` unless something is being selected or picked up.
    pub outline: Option<Outline>,
}

impl Session {
    /// What the tool would do now. `cursor`: the pointer on the canvas, world units; without one, what is to be stamped
    /// is shown in the middle of the box.
    pub fn draft(&self, cursor: Option<DVec2>) -> Draft {
        match (&self.painting.gesture, self.painting.tool) {
            (Some(PaintGesture::Shape { path, seed }), _) => {
                let ghosts = with_images(self, &shape(self, path, *seed));
                Draft { ghosts, outline: None }
            }
            (Some(PaintGesture::Marquee { path, .. }), tool) => {
                let polygon = match (tool, path.last()) {
                    (Tool::Select, Some(&to)) => rectangle(path[0], to),
                    _ => path.clone(),
                };
                Draft { outline: Some(Outline::Marquee(polygon)), ..Draft::default() }
            }
            (None, tool) if tool.places() => {
                let middle = super::centre_of(self.snapshot());
                let at = cursor.map_or(middle, |at| self.painting.options.snap.place(at));
                Draft { ghosts: with_images(self, &in_hand(self, at)), outline: None }
            }
            (None, Tool::Eyedropper) => {
                let reach = self.painting.hand.reach.max(self.painting.unit_length);
                let index = cursor.and_then(|at| nearest(self.snapshot(), at, reach));
                let ring = |i: usize| {
                    let p = self.snapshot().particles[i];
                    Outline::Ring { centre: p.position(), radius: 0.5 * self.painting.unit_length }
                };
                Draft { outline: index.map(ring), ..Draft::default() }
            }
            _ => Draft::default(),
        }
    }
}

/// The particles of the stamp, the text or the image at `at`; images under the symmetry are left out.
pub(super) fn in_hand(session: &Session, at: DVec2) -> Vec<Particle> {
    let painting = &session.painting;
    let options = &painting.options;
    let (mut particles, headings) = match session.painting.tool {
        Tool::Stamp => {
            let stamp = painting.library.in_hand.as_ref();
            return stamp.map_or_else(Vec::new, |stamp| stamp.placed(options.stamp, at));
        }
        Tool::Text => (stamp::placed(&painting.text_view.view.particles, options.text, at), options.text_headings),
        Tool::Image => {
            let image = &options.image_options;
            (stamp::placed(&painting.image_view.view.particles, options.image, at), image.headings)
        }
        _ => return Vec::new(),
    };
    let one_species = session.painting.tool == Tool::Text || !options.image_options.colours;
    // The same in each frame.
    let mut rng = StdRng::seed_from_u64(1);
    for p in &mut particles {
        if one_species {
            p.species = session.painting.species;
        }
        match headings {
            StrokeHeading::Along => {}
            StrokeHeading::Common => p.heading = options.heading,
            StrokeHeading::Random => p.heading = rng.random_range(-std::f64::consts::PI..std::f64::consts::PI),
        }
    }
    particles
}
