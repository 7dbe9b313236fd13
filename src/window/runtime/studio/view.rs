//! What the studios know of the screen: it shows the panels and the canvas of a world, and returns what the user asked for.

use glam::DVec3;

use crate::jobs::{CanvasView, CanvasWorker};
use crate::media::looks::Theme;
use crate::session::Prefs;
use crate::session::studio::{Studio, StudioCommand};
use crate::window::panels::UiState;
use crate::worlds::studio::{BrushWorkspace, Viewpoint};

/// View state of the canvas of a world: nothing here is saved.
#[derive(Default)]
pub struct StudioView {
    /// The still picture, and what lives.
    viewpoints: [Option<Viewpoint>; 2],
    /// The view that the thread was ordered to draw last.
    pub ordered: Option<CanvasView>,
    /// The last dab of the stroke under way.
    pub stroke: Option<DVec3>,
}

impl StudioView {
    /// Shows everything again.
    pub fn fit(&mut self) {
        self.viewpoints = [None; 2];
    }

    /// The thread has forgotten what to draw.
    pub fn forget_order(&mut self) {
        self.ordered = None;
    }

    /// The viewpoint of what `studio` shows now.
    pub fn viewpoint(&mut self, studio: &Studio) -> &mut Viewpoint {
        let of = if studio.shows_live() { BrushWorkspace::Live } else { BrushWorkspace::Paint };
        let slot = usize::from(of == BrushWorkspace::Live);
        self.viewpoints[slot].get_or_insert_with(|| studio.info().viewpoint(of))
    }
}

/// One frame of the screen.
pub trait StudioScreen {
    /// Colours of the canvas.
    fn theme(&self) -> Theme;

    /// Shows the panels of a world.
    fn panels(&mut self, studio: &Studio, prefs: &Prefs, ui: &mut UiState) -> Vec<StudioCommand>;

    /// Draws the canvas of a world into what its panels have left free.
    fn canvas(&mut self, view: &mut StudioView, studio: &Studio, worker: &CanvasWorker) -> Vec<StudioCommand>;
}
