//! The packing of a GIF's pixels (LZW), where more than one colour serves a pixel: what lengthens a run that is already
//! known is taken, as by the lossy compressors of GIFs.

/// Codes are at most 12 bits long.
const MAX_CODES: usize = 1 << 12;

/// A run of pixels that has a code: the run of another code, and one more pixel.
#[derive(Clone, Copy, Default)]
struct CodeRun {
    /// Of the last pixel.
    index: u8,
    /// The newest run that is longer than this by one pixel, and the one before among those that differ in the last pixel
    /// alone. 0: none.
    longer: u16,
    sibling: u16,
}

/// Packs `pixels` that have one of `colours` colours each. `best`: the index for a pixel; `off`: how far another one is
/// off, if it may stand there. Returns the least size of a code followed by the codes, as GIF has them, and the index
/// chosen for each pixel.
pub(super) fn pack(
    pixels: impl Iterator<Item = usize>,
    colours: usize,
    best: impl Fn(usize) -> u8,
    off: impl Fn(usize, u8) -> Option<u8>,
) -> (Vec<u8>, Vec<u8>) {
    let min_bits = colours.max(4).next_power_of_two().trailing_zeros();
    let clear = 1u16 << min_bits;
    let mut runs = vec![CodeRun::default(); usize::from(clear) + 2];
    let mut width = min_bits + 1;
    let mut bits = Bits { bytes: vec![min_bits as u8], ..Bits::default() };
    let mut chosen = Vec::new();
    bits.put(clear, width);
    let mut run = None;
    for pixel in pixels {
        let index = best(pixel);
        let Some(code) = run else {
            chosen.push(index);
            run = Some(u16::from(index));
            continue;
        };
        if let Some(longer) = longer(&runs, code, index, |other| off(pixel, other)) {
            chosen.push(runs[usize::from(longer)].index);
            run = Some(longer);
            continue;
        }
        bits.put(code, width);
        // What is full stays as it is: all parts of a picture of a swarm are alike, and a new table costs more than it
        // gains.
        if runs.len() < MAX_CODES {
            let new = runs.len() as u16;
            let sibling = std::mem::replace(&mut runs[usize::from(code)].longer, new);
            runs.push(CodeRun { index, longer: 0, sibling });
            width += u32::from(runs.len() > 1 << width);
        }
        chosen.push(index);
        run = Some(u16::from(index));
    }
    if let Some(code) = run {
        bits.put(code, width);
        // The reader's table grows once more.
        width += u32::from(runs.len() < MAX_CODES && runs.len() + 1 > 1 << width);
    }
    bits.put(clear + 1, width);
    (bits.end(), chosen)
}

/// The run that goes on from `code` with `index`, else with the nearest index that may stand there.
fn longer(runs: &[CodeRun], code: u16, index: u8, off: impl Fn(u8) -> Option<u8>) -> Option<u16> {
    let mut nearest: Option<(u8, u16)> = None;
    let mut next = runs[usize::from(code)].longer;
    while next != 0 {
        let run = runs[usize::from(next)];
        if run.index == index {
            return Some(next);
        }
        if let Some(off) = off(run.index).filter(|off| nearest.is_none_or(|(smallest, _)| *off < smallest)) {
            nearest = Some((off, next));
        }
        next = run.sibling;
    }
    nearest.map(|(_, code)| code)
}

/// Codes of any width, the lowest bit first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    rest: u32,
    count: u32,
}

impl Bits {
    fn put(&mut self, code: u16, width: u32) {
        self.rest |= u32::from(code) << self.count;
        self.count += width;
        while self.count >= 8 {
            self.bytes.push(self.rest as u8);
            self.rest >>= 8;
            self.count -= 8;
        }
    }

    fn end(mut self) -> Vec<u8> {
        if self.count > 0 {
            self.bytes.push(self.rest as u8);
        }
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    /// What a reader of GIFs finds in the packed pixels, put in rows of 97.
    fn unpacked(packed: Vec<u8>, rows: u16) -> Vec<u8> {
        let mut file = Vec::new();
        let palette: Vec<u8> = (0..=255).flat_map(|k| [k; 3]).collect();
        let mut encoder = gif::Encoder::new(&mut file, 97, rows, &palette).unwrap();
        let frame = gif::Frame { width: 97, height: rows, buffer: Cow::Owned(packed), ..gif::Frame::default() };
        encoder.write_lzw_pre_encoded_frame(&frame).unwrap();
        drop(encoder);
        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::Indexed);
        options.check_lzw_end_code(true);
        let mut decoder = options.read_info(&file[..]).unwrap();
        decoder.read_next_frame().unwrap().unwrap().buffer.to_vec()
    }

    /// Unevenly distributed numbers: some frequent, some rare.
    fn noise(count: usize, colours: u32) -> Vec<u8> {
        let mut state = 7u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 8
        };
        (0..count).map(|_| ((next() % colours) * (next() % 2)) as u8).collect()
    }

    #[test]
    fn lossless_packing_is_read_back_exactly_at_any_length() {
        for colours in [2, 4, 5, 24, 256] {
            // A frame ends at each place of the growing table, and far behind its end.
            for rows in (1..40).chain([300, 1500]) {
                let pixels = noise(97 * rows, colours);
                let (packed, chosen) = pack(0..pixels.len(), colours as usize, |i| pixels[i], |_, _| None);
                assert_eq!(chosen, pixels);
                assert!(unpacked(packed, rows as u16) == pixels, "{colours} colours, {rows} rows");
            }
        }
    }

    #[test]
    fn lossy_packing_is_smaller_and_within_the_allowed_error() {
        let pixels = noise(97 * 200, 64);
        let exact = pack(0..pixels.len(), 64, |i| pixels[i], |_, _| None).0;
        let off = |i: usize, other: u8| Some(other.abs_diff(pixels[i])).filter(|off| *off <= 3);
        let (packed, chosen) = pack(0..pixels.len(), 64, |i| pixels[i], off);
        assert!(10 * packed.len() < 9 * exact.len(), "{} of {}", packed.len(), exact.len());
        assert!(chosen.iter().zip(&pixels).all(|(a, b)| a.abs_diff(*b) <= 3));
        assert_eq!(unpacked(packed, 200), chosen);
    }
}
