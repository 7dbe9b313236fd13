//! What each frame of a film shows: what the window shows at that moment.

use glam::DVec2;

use super::gaze::{Gaze, glided};
use crate::media::picture::Framing;

/// Frames one film.
#[derive(Clone, Debug)]
pub struct Director {
    /// Sides of the film: those of the box where the window showed all of it when the film began, else those of the view.
    shape: DVec2,
    /// The film begins with the whole box, from edge to edge.
    is_whole: bool,
    box_size: DVec2,
    /// Middle of the frame before, world units.
    centre: DVec2,
}

impl Director {
    pub fn new(gaze: &Gaze, box_size: DVec2) -> Self {
        let is_whole = gaze.is_fitted && gaze.followed.is_none();
        let shape = if is_whole { box_size } else { gaze.shape };
        Self { shape, is_whole, box_size, centre: gaze.centre }
    }

    /// Sides of the film, in any unit.
    pub fn shape(&self) -> DVec2 {
        self.shape
    }

    /// The next frame, `frame_s` seconds of the film after the last one; `None`: the box from edge to edge.
    pub fn frame(&mut self, gaze: &Gaze, frame_s: f64) -> Option<Framing> {
        self.centre = match gaze.followed {
            // At the pace of the film: on a slow machine the window has more time to come near.
            Some(place) => glided(self.centre, place, self.box_size, frame_s),
            None => gaze.centre,
        };
        let is_endless = gaze.followed.is_some();
        if self.is_whole && gaze.is_fitted && !is_endless {
            return None;
        }
        // Around the box that fills a film there is no margin as in the window.
        let magnification = if self.is_whole { gaze.magnification / Gaze::FITTED } else { gaze.magnification };
        Some(Framing { centre: self.centre, magnification, is_endless })
    }
}
