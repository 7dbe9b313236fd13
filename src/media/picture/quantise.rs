//! Few colours that represent those of a picture: median cut (Heckbert 1982).

use image::RgbaImage;

/// Pixels that are looked at.
const MAX_LOOKED_AT: usize = 1 << 16;

/// Up to `count` colours of a picture. Each box of colours is cut where its widest channel has its median.
pub(super) fn colours_of(picture: &RgbaImage, count: usize) -> Vec<[u8; 3]> {
    let every = (picture.pixels().len() / MAX_LOOKED_AT).max(1);
    let all: Vec<[u8; 3]> = picture.pixels().step_by(every).map(|p| [p.0[0], p.0[1], p.0[2]]).collect();
    // Equal colours count once: a large ground leaves colours for the rest.
    let mut distinct = all;
    distinct.sort_unstable();
    distinct.dedup();
    let mut boxes = vec![distinct];
    while boxes.len() < count {
        let width = |colours: &Vec<[u8; 3]>| widest(colours).1;
        let Some(k) = (0..boxes.len()).max_by_key(|&k| u64::from(width(&boxes[k])) * boxes[k].len().ilog2() as u64)
        else {
            break;
        };
        let (channel, width) = widest(&boxes[k]);
        if width == 0 {
            break;
        }
        let mut low = std::mem::take(&mut boxes[k]);
        low.sort_unstable_by_key(|colour| colour[channel]);
        let high = low.split_off(low.len() / 2);
        boxes[k] = low;
        boxes.push(high);
    }
    boxes.iter().filter(|colours| !colours.is_empty()).map(|colours| mean(colours)).collect()
}

/// The channel with the largest range, and that range.
fn widest(colours: &[[u8; 3]]) -> (usize, u8) {
    let range = |c: usize| {
        let (low, high) =
            colours.iter().fold((255, 0), |(low, high), colour| (colour[c].min(low), colour[c].max(high)));
        if colours.len() < 2 { 0 } else { high - low }
    };
    (0..3).map(|c| (c, range(c))).max_by_key(|(_, range)| *range).unwrap_or((0, 0))
}

fn mean(colours: &[[u8; 3]]) -> [u8; 3] {
    let n = colours.len() as u32;
    std::array::from_fn(|c| ((colours.iter().map(|colour| u32::from(colour[c])).sum::<u32>() + n / 2) / n) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_of_a_smooth_picture_is_near_one_of_a_few() {
        let picture = RgbaImage::from_fn(120, 90, |x, y| image::Rgba([2 * x as u8, 2 * y as u8, (x + y) as u8, 255]));
        let colours = colours_of(&picture, 250);
        assert!(colours.len() <= 250 && colours.len() > 200);
        for pixel in picture.pixels() {
            let off = |colour: &[u8; 3]| (0..3).map(|c| colour[c].abs_diff(pixel.0[c])).max();
            assert!(colours.iter().map(off).min().flatten() < Some(20));
        }
        let plain = RgbaImage::from_pixel(30, 30, image::Rgba([9, 8, 7, 255]));
        assert_eq!(colours_of(&plain, 250), [[9, 8, 7]]);
    }
}
