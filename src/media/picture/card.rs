//! A swarm as a picture to give away: framed, with a title and a few words.

use image::{Rgba, RgbaImage, imageops};

use super::canvas::{mix, srgb};
use super::letters;
use crate::media::looks::{Theme, linear};

/// The colours of a card.
struct CardInk {
    /// Around the picture, and its thin line.
    mat: [u8; 3],
    line: [u8; 3],
    title: [u8; 3],
    words: [u8; 3],
    mark: [u8; 3],
}

const DARK: CardInk = CardInk {
    mat: [0x10, 0x13, 0x1A],
    line: [0x2B, 0x31, 0x3D],
    title: [0xF1, 0xF4, 0xF8],
    words: [0x9A, 0xA3, 0xB3],
    mark: [0x4C, 0xC2, 0xB4],
};

const LIGHT: CardInk = CardInk {
    mat: [0xF4, 0xF2, 0xEC],
    line: [0xCF, 0xCB, 0xC0],
    title: [0x1E, 0x22, 0x2A],
    words: [0x5C, 0x62, 0x6C],
    mark: [0x14, 0x78, 0x6C],
};

/// Minimum width of a card, pixels: a title must fit.
const MIN_WIDTH: u32 = 560;
const MARGIN: u32 = 26;
const TITLE_PX: f32 = 34.0;
const WORDS_PX: f32 = 19.0;
/// From the lower edge of the picture to the baseline of the title, and from line to line below.
const TITLE_BELOW: u32 = 40;
const LINE_STEP: u32 = 23;
const NOTE_LINES: usize = 2;
const CORNER_PX: f32 = 9.0;

/// The words under a picture.
#[derive(Clone, Copy, Debug, Default)]
pub struct Card<'a> {
    /// Title of the scene.
    pub title: &'a str,
    /// Who made it.
    pub author: &'a str,
    /// What to look for.
    pub notes: &'a str,
}

impl Card<'_> {
    /// The picture in a frame, with the words beneath.
    pub fn frame(&self, picture: RgbaImage, theme: Theme) -> RgbaImage {
        let ink = if theme == Theme::Light { &LIGHT } else { &DARK };
        let picture = rounded(picture, ink);
        let (width, height) = picture.dimensions();
        let inner = width.max(MIN_WIDTH);
        let notes = letters::lines(self.notes, WORDS_PX, inner as f32, NOTE_LINES);
        let words = TITLE_BELOW + LINE_STEP * notes.len() as u32 + MARGIN / 2;
        let size = [inner + 2 * MARGIN, height + MARGIN + words + MARGIN / 3];
        let mut card = RgbaImage::from_pixel(size[0], size[1], opaque(ink.mat));
        let left = MARGIN + (inner - width) / 2;
        imageops::replace(&mut card, &picture, i64::from(left), i64::from(MARGIN));

        let mut baseline = (MARGIN + height + TITLE_BELOW) as f32;
        let mark = "unstill";
        let mark_width = letters::width(mark, WORDS_PX);
        let right = (MARGIN + inner) as f32;
        letters::write(&mut card, mark, WORDS_PX, [right - mark_width, baseline], ink.mark);
        let room = inner as f32 - mark_width - 24.0;
        let title = if self.title.trim().is_empty() { "Untitled" } else { self.title };
        let title = letters::fitted(title, TITLE_PX, room);
        letters::write(&mut card, &title, TITLE_PX, [MARGIN as f32, baseline], ink.title);
        if !self.author.trim().is_empty() {
            let after = letters::width(&title, TITLE_PX) + 14.0;
            let author = letters::fitted(&format!("by {}", self.author), WORDS_PX, (room - after).max(0.0));
            letters::write(&mut card, &author, WORDS_PX, [MARGIN as f32 + after, baseline], ink.words);
        }
        baseline += 5.0;
        for line in &notes {
            baseline += LINE_STEP as f32;
            letters::write(&mut card, line, WORDS_PX, [MARGIN as f32, baseline], ink.words);
        }
        card
    }
}

/// A colour that JPEG has touched is off by no more than this in each channel.
const TOUCHED: u8 = 4;

/// Whether a picture has the frame of a [`Card`], as it has when another program saved it again.
pub fn is_card(picture: &RgbaImage) -> bool {
    let (width, height) = picture.dimensions();
    if width < MIN_WIDTH + 2 * MARGIN || height < 3 * MARGIN {
        return false;
    }
    let is_like = |x, y, mat: [u8; 3]| (0..3).all(|c| picture.get_pixel(x, y).0[c].abs_diff(mat[c]) <= TOUCHED);
    let Some(mat) = [DARK.mat, LIGHT.mat].into_iter().find(|mat| is_like(0, 0, *mat)) else { return false };
    let [right, below] = [width - 1, height - 1];
    let rim = (0..width).flat_map(|x| [(x, 0), (x, MARGIN / 2)]).chain((0..height).flat_map(|y| [(0, y), (right, y)]));
    rim.chain([(MARGIN / 2, below)]).all(|(x, y)| is_like(x, y, mat))
}

fn opaque([r, g, b]: [u8; 3]) -> Rgba<u8> {
    Rgba([r, g, b, 255])
}

/// Round corners that show the mat, and a thin line along the edge.
fn rounded(mut picture: RgbaImage, ink: &CardInk) -> RgbaImage {
    let half = [picture.width(), picture.height()].map(|side| 0.5 * side as f32);
    let radius = CORNER_PX.min(half[0]).min(half[1]);
    let (mat, line) = (ink.mat.map(linear), ink.line.map(linear));
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        // Signed distance to the rounded rectangle, negative inside.
        let from = [(x as f32 + 0.5 - half[0]).abs(), (y as f32 + 0.5 - half[1]).abs()];
        let over = [0, 1].map(|axis| from[axis] - (half[axis] - radius));
        let distance = over[0].max(0.0).hypot(over[1].max(0.0)) + over[0].max(over[1]).min(0.0) - radius;
        if distance < -2.0 {
            continue;
        }
        let Rgba([r, g, b, _]) = *pixel;
        let edge = (1.5 - (distance + 1.0).abs()).clamp(0.0, 1.0);
        let outside = (0.5 + distance).clamp(0.0, 1.0);
        *pixel = opaque(mix(mix([r, g, b].map(linear), line, edge), mat, outside).map(srgb));
    }
    picture
}

#[cfg(test)]
mod tests {
    use glam::DVec2;

    use super::super::{PictureStyle, render};
    use super::*;
    use crate::media::looks::Palette;
    use crate::worlds::swarm::picture::{Particle, Swarm};

    fn swarm(box_size: DVec2) -> Swarm {
        Swarm { particles: vec![Particle { x: 1.0, y: 1.0, heading: 0.3, species: 0 }], box_size }
    }

    #[test]
    fn a_card_of_any_shape_frames_the_picture_with_words_below() {
        let shapes = [[8.0, 5.0], [5.0, 8.0], [20.0, 1.0], [0.2, 20.0]];
        for (box_size, theme) in
            shapes.map(DVec2::from).into_iter().zip([Theme::Dark, Theme::Light].into_iter().cycle())
        {
            let style = PictureStyle { size_px: 600, ..PictureStyle::of(Palette::default(), theme) };
            let picture = || render(&swarm(box_size), &style);
            let [width, height] = style.size_of(box_size);
            let words = Card { title: "A title", author: "Somebody", notes: "What to look for. ".repeat(30).leak() };
            let bare = Card::default().frame(picture(), theme);
            let card = words.frame(picture(), theme);
            assert!(card.width() >= width + 2 * MARGIN && card.height() > bare.height());
            assert!(bare.height() > height + 2 * MARGIN);
            let title = if theme == Theme::Dark { DARK.title } else { LIGHT.title };
            let bright = |p: &&Rgba<u8>| (0..3).all(|c| p.0[c].abs_diff(title[c]) < 0x30);
            let below = card.view_below(height + MARGIN);
            assert!(below.pixels().filter(bright).count() > 30, "{box_size:?}: no title");
            assert!(card.pixels().all(|p| p.0[3] == 255));
            assert!(is_card(&card) && !is_card(&picture()));
        }
    }

    trait Below {
        fn view_below(&self, y: u32) -> RgbaImage;
    }

    impl Below for RgbaImage {
        fn view_below(&self, y: u32) -> RgbaImage {
            imageops::crop_imm(self, 0, y, self.width(), self.height() - y).to_image()
        }
    }
}
