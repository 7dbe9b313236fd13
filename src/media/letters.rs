//! Lines of text in the letters of the panels: where each letter is, and how much of a pixel it covers. Each picture blends
//! them in its own way.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, Glyph, GlyphId, PxScale, ScaleFont, point};

/// The fonts of the panels: the first that has a letter draws it.
static FONTS: LazyLock<Vec<FontRef<'static>>> = LazyLock::new(|| {
    let bytes = [
        epaint_default_fonts::UBUNTU_LIGHT,
        epaint_default_fonts::HACK_REGULAR,
        epaint_default_fonts::NOTO_EMOJI_REGULAR,
        epaint_default_fonts::EMOJI_ICON,
    ];
    bytes.iter().filter_map(|bytes| FontRef::try_from_slice(bytes).ok()).collect()
});

/// Height of the highest letters above the base line, pixels.
pub fn ascent(px: f32) -> f32 {
    FONTS.first().map_or(px, |font| font.as_scaled(px).ascent())
}

/// A line of text. The fonts have no table of kerning.
pub struct TextLine {
    px: f32,
    /// Font, letter and its distance from the start of the line, pixels.
    glyphs: Vec<(usize, GlyphId, f32)>,
    /// Pixels.
    pub width: f32,
    /// The first letter that no font has. It is drawn as a box.
    pub missing: Option<char>,
}

impl TextLine {
    /// `px`: height of the letters from the lowest to the highest.
    pub fn new(text: &str, px: f32) -> Self {
        let mut line = Self { px, glyphs: Vec::new(), width: 0.0, missing: None };
        for letter in text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }) {
            let known = FONTS.iter().position(|font| letter == ' ' || font.glyph_id(letter).0 != 0);
            if known.is_none() {
                line.missing = line.missing.or(Some(letter));
            }
            let at = known.unwrap_or_default();
            let Some(font) = FONTS.get(at).map(|font| font.as_scaled(px)) else { break };
            let id = font.glyph_id(letter);
            line.glyphs.push((at, id, line.width));
            line.width += font.h_advance(id);
        }
        line
    }

    /// Gives the share, 0 to 1, of each pixel (column and row, perhaps outside of the picture) that the letters cover when
    /// the line begins at `left` and stands on `baseline`.
    pub fn cover(&self, [left, baseline]: [f32; 2], mut ink: impl FnMut(i64, i64, f32)) {
        for &(font, id, x) in &self.glyphs {
            let glyph: Glyph = id.with_scale_and_position(PxScale::from(self.px), point(left + x, baseline));
            let Some(outline) = FONTS[font].outline_glyph(glyph) else { continue };
            let corner = outline.px_bounds().min;
            outline.draw(|dx, dy, cover| {
                ink(corner.x as i64 + i64::from(dx), corner.y as i64 + i64::from(dy), cover.clamp(0.0, 1.0));
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_covers_its_width_and_not_more() {
        let line = TextLine::new("Two words", 20.0);
        let (mut low, mut high, mut ink) = (i64::MAX, i64::MIN, 0.0);
        line.cover([10.0, 20.0], |x, _, cover| {
            if cover > 0.1 {
                (low, high, ink) = (low.min(x), high.max(x), ink + cover);
            }
        });
        assert!(low >= 10 && high <= 11 + line.width as i64 && high > 5 + line.width as i64, "{low} {high}");
        assert!(ink > 100.0, "{ink}");
    }

    #[test]
    fn letters_of_every_font_are_known_and_others_are_named() {
        assert_eq!(TextLine::new("σ ℓ η → 🐟\t.", 20.0).missing, None);
        assert_eq!(TextLine::new("a\u{10FFFD}b", 20.0).missing, Some('\u{10FFFD}'));
    }
}
