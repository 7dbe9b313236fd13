//! Words in pictures, in the letters of the panels.

use image::{Rgba, RgbaImage};

use super::canvas::{mix, srgb};
use crate::media::letters::TextLine;
use crate::media::looks::linear;

/// Width of a line, pixels. `px`: height of the letters from the lowest to the highest.
pub(super) fn width(text: &str, px: f32) -> f32 {
    TextLine::new(text, px).width
}

/// `text` cut to one line that is no wider than `most`, with an ellipsis where something is left out.
pub(super) fn fitted(text: &str, px: f32, most: f32) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if width(&line, px) <= most {
        return line;
    }
    let mut short: String = line;
    while short.pop().is_some() {
        let with_dots = format!("{}…", short.trim_end());
        if width(&with_dots, px) <= most {
            return with_dots;
        }
    }
    short
}

/// `text` broken at words into at most `lines` lines, the last one cut.
pub(super) fn lines(text: &str, px: f32, most: f32, lines: usize) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut out: Vec<String> = Vec::new();
    for (k, word) in words.iter().enumerate() {
        let longer = out.last().map_or_else(|| (*word).to_owned(), |line| format!("{line} {word}"));
        if !out.is_empty() && width(&longer, px) <= most {
            *out.last_mut().expect("not empty") = longer;
        } else if out.len() < lines {
            out.push((*word).to_owned());
        } else {
            let rest = format!("{} {}", out.pop().unwrap_or_default(), words[k..].join(" "));
            out.push(fitted(&rest, px, most));
            return out;
        }
    }
    out.into_iter().map(|line| fitted(&line, px, most)).collect()
}

/// Writes a line whose letters stand on `baseline`, from `left` on, blended in linear light.
pub(super) fn write(image: &mut RgbaImage, text: &str, px: f32, at: [f32; 2], colour: [u8; 3]) {
    let ink = colour.map(linear);
    let size = [image.width(), image.height()].map(i64::from);
    TextLine::new(text, px).cover(at, |x, y, cover| {
        if (0..size[0]).contains(&x) && (0..size[1]).contains(&y) {
            let Rgba([r, g, b, a]) = image.get_pixel_mut(x as u32, y as u32);
            let mixed = mix([*r, *g, *b].map(linear), ink, cover).map(srgb);
            ([*r, *g, *b], *a) = (mixed, 255);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_cut_to_the_width_and_short_ones_kept() {
        assert_eq!(fitted("Mill", 20.0, 500.0), "Mill");
        let cut = fitted("a very long title that does not fit into one line", 20.0, 120.0);
        assert!(cut.ends_with('…') && width(&cut, 20.0) <= 120.0, "{cut}");
        assert_eq!(fitted("wide", 20.0, 0.0), "");
    }

    #[test]
    fn notes_break_at_words_and_say_what_is_left_out() {
        let text = "Rings that turn, each a mill of eight. Watch how they find one another again after a stir.";
        let broken = lines(text, 16.0, 200.0, 2);
        assert_eq!(broken.len(), 2);
        assert!(broken.iter().all(|line| width(line, 16.0) <= 200.0), "{broken:?}");
        assert!(broken[1].ends_with('…'), "{broken:?}");
        assert_eq!(lines("Two words", 16.0, 200.0, 2), ["Two words"]);
        assert!(lines("", 16.0, 200.0, 2).is_empty());
    }

    #[test]
    fn letters_leave_ink_where_they_stand_and_nowhere_outside() {
        let mut image = RgbaImage::from_pixel(60, 30, Rgba([0, 0, 0, 255]));
        write(&mut image, "Hi", 24.0, [4.0, 22.0], [255; 3]);
        let inked = image.enumerate_pixels().filter(|(_, _, p)| p.0[0] > 128);
        let columns: Vec<u32> = inked.map(|(x, _, _)| x).collect();
        assert!(columns.len() > 20 && columns.iter().all(|&x| x < 30), "{columns:?}");
        // Reaching over the edge is no fault.
        write(&mut image, "wide words go on", 24.0, [-9.0, 2.0], [255; 3]);
    }
}
