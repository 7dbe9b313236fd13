//! Walkers as a picture: their glow, and what is drawn beside it. For the window and for pictures and films of the terminal.

use image::RgbaImage;

use super::draw::Glow;
use super::overlay::{PointOverlay, PointScene};
use crate::worlds::points::cloud::Standardisation;
use crate::worlds::points::rule::PointRule;
use crate::worlds::studio::{DrawOptions, Viewpoint};

/// Draws walkers again and again; what does not change is computed once.
#[derive(Default)]
pub struct PointPainter {
    glow: Glow,
    overlay: PointOverlay,
}

impl PointPainter {
    /// The rule, or its σ, is another one.
    pub fn forget_rule(&mut self) {
        self.overlay.forget();
    }

    /// Draws walkers (standardised) over the whole of `picture`. `cloud` (standardised): where the flow is looked at.
    pub fn draw(
        &mut self,
        walkers: &[[f32; 4]],
        (rule, sigma, cloud): (&PointRule, f64, &[[f64; 3]]),
        view: &Viewpoint,
        options: DrawOptions,
        picture: &mut RgbaImage,
    ) {
        self.draw_walkers(walkers, &rule.map, view, options, picture);
        self.draw_layers((rule, sigma, cloud), view, options, picture);
    }

    /// The glow of walkers (standardised by `map`) over the whole of `picture`.
    pub(super) fn draw_walkers(
        &mut self,
        walkers: &[[f32; 4]],
        map: &Standardisation,
        view: &Viewpoint,
        options: DrawOptions,
        picture: &mut RgbaImage,
    ) {
        let positions = walkers.iter().map(|w| map.inverse([w[0], w[1], w[2]].map(f64::from)));
        self.glow.draw(positions, walkers.len(), view, options, picture);
    }

    /// What the layers of `options` show, over a picture of walkers.
    pub(super) fn draw_layers(
        &mut self,
        (rule, sigma, cloud): (&PointRule, f64, &[[f64; 3]]),
        view: &Viewpoint,
        options: DrawOptions,
        picture: &mut RgbaImage,
    ) {
        self.overlay.draw(PointScene { rule, sigma, cloud }, view, options, picture);
    }
}
