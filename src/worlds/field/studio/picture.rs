//! One picture of a field outside the window, as the canvas would show it.

use glam::DVec2;
use image::RgbaImage;

use super::draw::{Shades, draw_colours, draw_pattern};
use super::marks::{self, Marks};
use crate::worlds::field::stills::Still;
use crate::worlds::field::tokens::{Sighting, Tracker};
use crate::worlds::field::{FieldDoc, FieldSubject};
use crate::worlds::studio::Viewpoint;

/// What a picture shows.
pub struct FieldView<'a> {
    /// A pattern, or tokens without their noise.
    pub image: &'a Still,
    /// Tokens with their noise, where there is some.
    pub noisy: Option<&'a Still>,
    /// What the tracker has found so far, the newest last; without any it looks once, if the scene shows headings.
    pub looks: &'a [Vec<Sighting>],
}

impl<'a> FieldView<'a> {
    /// An image alone.
    pub fn of(image: &'a Still) -> Self {
        Self { image, noisy: None, looks: &[] }
    }

    /// In the look of a scene, `scale` × `scale` pixels for each pixel of the field.
    pub fn picture(&self, doc: &FieldDoc, scale: u32, light: bool) -> RgbaImage {
        let (width, height) = (self.image.width, self.image.height);
        let size = DVec2::new(width as f64, height as f64);
        let scale = scale.max(1);
        let mut picture = RgbaImage::new(width as u32 * scale, height as u32 * scale);
        self.draw(doc, &Viewpoint::flat(0.5 * size, 0.5 * size.y), light, &mut picture);
        picture
    }

    /// Draws it over the whole of `picture`.
    pub fn draw(&self, doc: &FieldDoc, view: &Viewpoint, light: bool, picture: &mut RgbaImage) {
        let Self { image, noisy, looks } = *self;
        match &doc.subject {
            FieldSubject::Library(library) => {
                let shades = match &library.rule {
                    Some(rule) => Shades::of_rule(rule, library.look, light),
                    None => Shades::of_stills(std::slice::from_ref(image), library.look, light),
                };
                draw_pattern(image, view, &shades, picture);
            }
            FieldSubject::Tokens(tokens) => {
                let look = tokens.look;
                draw_colours(noisy.filter(|_| look.raw).unwrap_or(image), look.colours, light, view, picture);
                if look.headings || look.trails {
                    let seen_now = [Tracker::new(&tokens.ensemble()).find(image)];
                    let looks = if looks.is_empty() { &seen_now } else { looks };
                    let marked = Marks { headings: look.headings, trails: look.trails, light };
                    let seen = looks.iter().map(|found| &found[..]);
                    marks::draw(seen, marked, tokens.clearance_px, image.height, view, picture);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::field::stills::GrayScott;
    use crate::worlds::field::tokens::{Token, TokenDoc};
    use crate::worlds::field::{LibraryDoc, PatternChannels};

    #[test]
    fn pixels_are_enlarged_and_coloured_by_v() {
        let rule = GrayScott::default().rule();
        let library = LibraryDoc { rule: Some(rule), ..LibraryDoc::default() };
        let mut doc = FieldDoc { subject: FieldSubject::Library(library), ..FieldDoc::default() };
        let mut still = Still::filled(16, 16, &[1.0, 0.0]);
        still.plane_mut(1)[17] = 9.0;
        let picture = FieldView::of(&still).picture(&doc, 9, false);
        assert_eq!((picture.width(), picture.height()), (144, 144));
        assert_eq!(picture.get_pixel(0, 0).0, [12, 14, 28, 255]);
        assert_eq!(picture.get_pixel(13, 13).0, [255, 250, 235, 255]);
        let FieldSubject::Library(library) = &mut doc.subject else { panic!("a pattern") };
        library.look.channels = PatternChannels::U;
        let of_u = FieldView::of(&still).picture(&doc, 9, false);
        assert_eq!(of_u.get_pixel(13, 13), of_u.get_pixel(0, 0), "u is the same everywhere");
    }

    #[test]
    fn headings_and_trails_are_in_pictures_of_tokens() {
        let tokens = TokenDoc::new(vec![Token::bundled("firefly").unwrap()]).unwrap();
        let image = tokens.start_image([64, 64], 1);
        let looks = [0.0, 9.0].map(|aside| {
            let mut found = Tracker::new(&tokens.ensemble()).find(&image);
            found.iter_mut().for_each(|token| token.pose.x -= aside);
            found
        });
        let mut doc = FieldDoc { subject: FieldSubject::Tokens(tokens), ..FieldDoc::default() };
        let mut pictures = Vec::new();
        for (headings, trails) in [(false, false), (true, false), (false, true)] {
            let FieldSubject::Tokens(tokens) = &mut doc.subject else { panic!("tokens") };
            (tokens.look.headings, tokens.look.trails) = (headings, trails);
            pictures.push(FieldView { looks: &looks, ..FieldView::of(&image) }.picture(&doc, 4, false));
        }
        assert!(pictures[0] != pictures[1] && pictures[1] != pictures[2] && pictures[0] != pictures[2]);
    }
}
