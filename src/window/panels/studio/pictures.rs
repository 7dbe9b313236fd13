//! Small pictures that the shell makes: what the rules of the picture do, and the cards of the gallery.

use std::path::PathBuf;
use std::sync::Arc;

use image::RgbaImage;

use super::super::egui::{ColorImage, Context, TextureHandle, TextureOptions};

/// A scene in the gallery of a world.
#[derive(Clone, Debug, PartialEq)]
pub struct StudioCard {
    /// What a click opens.
    pub source: CardSource,
    /// Under the picture of the card.
    pub title: String,
    /// What to look for.
    pub notes: String,
    /// Of what lives by its rule, as the canvas would show it.
    pub picture: RgbaImage,
}

/// Where the scene of a card is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardSource {
    /// It comes with the program.
    Bundled(&'static str),
    /// A scene file of the user.
    File(PathBuf),
}

/// What the panels of the studio remember, and the pictures they were given.
#[derive(Default)]
pub(in super::super) struct StudioUi {
    pub flows: Textures,
    pub cards: Arc<Vec<StudioCard>>,
    pub card_pictures: Textures,
    /// Share of the other flow in the next blend, and the name being typed with the flow it is of.
    pub share: f64,
    pub name: Option<(usize, String)>,
}

/// Pictures as textures, which are loaded when they are first drawn.
#[derive(Default)]
pub(in super::super) struct Textures {
    given: Arc<Vec<RgbaImage>>,
    loaded: Vec<TextureHandle>,
}

impl Textures {
    /// Other pictures take their place; the same ones stay loaded.
    pub fn set(&mut self, pictures: Arc<Vec<RgbaImage>>) {
        if !Arc::ptr_eq(&self.given, &pictures) {
            (self.given, self.loaded) = (pictures, Vec::new());
        }
    }

    pub fn get(&mut self, ctx: &Context, index: usize) -> Option<&TextureHandle> {
        if self.loaded.is_empty() {
            let load = |picture: &RgbaImage| {
                let size = [picture.width() as usize, picture.height() as usize];
                let image = ColorImage::from_rgba_unmultiplied(size, picture.as_raw());
                ctx.load_texture("studio picture", image, TextureOptions::LINEAR)
            };
            self.loaded = self.given.iter().map(load).collect();
        }
        self.loaded.get(index)
    }
}
