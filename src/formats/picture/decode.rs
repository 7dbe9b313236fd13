//! Pixels from files: which frame of a moving image, which way up, and with the contrast that 8 bits can hold.

use std::io::Cursor;
use std::path::Path;

use image::codecs::{gif::GifDecoder, png::PngDecoder, webp::WebPDecoder};
use image::metadata::Orientation;
use image::{
    AnimationDecoder, DynamicImage, Frames, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbaImage,
};

use super::pages;
use crate::formats::rows::Fault;
use crate::formats::text::MAX_FILE_BYTES;
use crate::formats::{About, Assumption, FrameChoice, ImportError, StopSignal};
use crate::media::png_chunks::png_chunks;

/// Longest side of an image that is decoded, pixels.
pub const MAX_IMAGE_SIDE: u32 = 8192;

/// Enough for the largest image allowed, at 16 bits for each of four channels, bytes.
const MAX_DECODED: u64 = 1 << 30;

/// Values that span less than this share of their range are stretched before they become 8 bits.
const FAINT: f64 = 0.1;

/// Steps between neighbouring values that JPEG makes of an even colour.
const JPEG_NOISE: u16 = 3 * 257;

/// Images of a file, each with what the file calls it, and what was assumed about them.
pub(super) struct Decoded {
    pub images: Vec<(String, RgbaImage)>,
    pub assumptions: Vec<Assumption>,
}

/// Reads the pixels of an image. The outer error is about the file, the inner about its content.
pub(super) fn open(path: &Path, choice: FrameChoice, stop: StopSignal) -> Result<Result<Decoded, Fault>, ImportError> {
    let read_error = |source| ImportError::Read { file: path.to_owned(), source };
    let length = std::fs::metadata(path).map_err(read_error)?.len();
    if length > MAX_FILE_BYTES {
        let what = format!("the file has {} MiB, more than an image of 8192 by 8192 pixels needs", length >> 20);
        return Ok(Err(Fault::whole(what, "scale the image down")));
    }
    Ok(decode(&stop.read(path).map_err(read_error)?, choice, stop))
}

fn decode(bytes: &[u8], choice: FrameChoice, stop: StopSignal) -> Result<Decoded, Fault> {
    if bytes.is_empty() {
        return Err(Fault::whole("the file is empty", "save the image again"));
    }
    if let Some(size) = empty_png(bytes) {
        return Err(without_pixels(size));
    }
    let mut reader = ImageReader::new(stop.reader(Cursor::new(bytes)));
    reader = reader.with_guessed_format().map_err(|error| undecodable(&ImageError::IoError(error)))?;
    let Some(format) = reader.format().filter(|format| KNOWN.contains(format)) else {
        return Err(Fault::whole("the content is not an image of a known kind", "save the image as PNG or JPEG"));
    };
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODED);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(|error| undecodable(&error))?;
    let (width, height) = decoder.dimensions();
    if width.min(height) == 0 {
        return Err(without_pixels([width, height]));
    }
    if width > MAX_IMAGE_SIDE || height > MAX_IMAGE_SIDE {
        let what = format!("the image is {width} by {height} pixels");
        return Err(Fault::whole(what, "scale it down; no side may be longer than 8192 pixels"));
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let count = frame_count(bytes, format);
    let numbers: Vec<f64> = (1..=count).map(|k| k as f64).collect();
    let chosen = choice.pick(&numbers);
    if chosen.is_empty() {
        let what = format!("there is no such frame; they are counted from 1 to {count}");
        return Err(Fault::whole(what, "give --frame a number between them, first or last"));
    }
    let mut decoded = Decoded { images: Vec::new(), assumptions: Vec::new() };
    let pictures = if count > 1 {
        if choice == FrameChoice::Any {
            let text = if format == ImageFormat::Tiff {
                format!("The image is a stack: of its {count} pages only page 1 was read.")
            } else {
                format!("The image moves: of its {count} frames only frame 1 was read.")
            };
            decoded.assumptions.push(Assumption::choice(About::Frame, text, "--frame first|last|N"));
        }
        drop(decoder);
        frames(bytes, format, &chosen, limits, stop)?
    } else {
        vec![DynamicImage::from_decoder(decoder).map_err(|error| undecodable(&error))?]
    };
    if orientation != Orientation::NoTransforms {
        let text = format!("The photo was turned upright by its EXIF entry (orientation {}).", orientation.to_exif());
        decoded.assumptions.push(Assumption::fact(About::Image, text));
    }
    for (k, mut picture) in chosen.into_iter().zip(pictures) {
        if stop.is_set() {
            return Err(Fault::stopped());
        }
        picture.apply_orientation(orientation);
        let (pixels, assumptions) = with_contrast(picture, format == ImageFormat::Jpeg);
        if decoded.images.is_empty() {
            decoded.assumptions.extend(assumptions);
        }
        decoded.images.push((format!("frame {}", k + 1), pixels));
    }
    Ok(decoded)
}

const KNOWN: [ImageFormat; 6] =
    [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP, ImageFormat::Bmp, ImageFormat::Tiff];

fn undecodable(error: &ImageError) -> Fault {
    Fault::whole(format!("the image cannot be decoded ({error})"), "the file may be cut short: save it again")
}

fn without_pixels([width, height]: [u32; 2]) -> Fault {
    Fault::whole(format!("the image is {width} by {height} pixels"), "give an image that shows something")
}

/// The size in a PNG's header if a side is 0, which the decoder would call a broken file.
fn empty_png(bytes: &[u8]) -> Option<[u32; 2]> {
    let header = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?.get(8..16)?;
    let side = |at: usize| Some(u32::from_be_bytes(header.get(at..at + 4)?.try_into().ok()?));
    let size = [side(0)?, side(4)?];
    size.contains(&0).then_some(size)
}

/// Frames of a moving image, at least 1.
fn frame_count(bytes: &[u8], format: ImageFormat) -> usize {
    let count = match format {
        ImageFormat::Gif => frames_of_gif(bytes),
        ImageFormat::Png => frames_of_png(bytes),
        ImageFormat::WebP => frames_of_webp(bytes),
        ImageFormat::Tiff => pages::pages_of(bytes).map(|pages| pages.len()),
        _ => None,
    };
    count.unwrap_or(1).max(1)
}

fn frames_of_gif(bytes: &[u8]) -> Option<usize> {
    let mut options = gif::DecodeOptions::new();
    options.skip_frame_decoding(true);
    let mut decoder = options.read_info(bytes).ok()?;
    let mut count = 0;
    while let Ok(Some(_)) = decoder.next_frame_info() {
        count += 1;
    }
    Some(count)
}

/// The frames that are present, at most as many as `acTL` declares: either number may be wrong in a damaged file.
fn frames_of_png(bytes: &[u8]) -> Option<usize> {
    let declared =
        png_chunks(bytes).flatten().take_while(|chunk| chunk.kind != *b"IDAT").find(|chunk| chunk.kind == *b"acTL")?;
    let declared = u32::from_be_bytes(declared.data.get(..4)?.try_into().ok()?) as usize;
    Some(declared.min(png_chunks(bytes).flatten().filter(|chunk| chunk.kind == *b"fcTL").count()))
}

/// Chunks of RIFF have their length in little-endian order and are padded to even lengths.
fn frames_of_webp(bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes.get(12..)?;
    let mut count = 0;
    while let Some(head) = rest.get(..8) {
        count += usize::from(&head[..4] == b"ANMF");
        let length = u32::from_le_bytes(head[4..].try_into().ok()?) as usize;
        let Some(next) = rest.get((8 + length).next_multiple_of(2)..) else { break };
        rest = next;
    }
    Some(count)
}

/// The frames at these positions, in their order.
fn frames(
    bytes: &[u8],
    format: ImageFormat,
    chosen: &[usize],
    limits: Limits,
    stop: StopSignal,
) -> Result<Vec<DynamicImage>, Fault> {
    if format == ImageFormat::Tiff {
        return pages_at(bytes, chosen, &limits, stop);
    }
    let failed = |error: ImageError| undecodable(&error);
    let input = stop.reader(Cursor::new(bytes));
    let all: Frames = match format {
        ImageFormat::Gif => {
            let mut decoder = GifDecoder::new(input).map_err(failed)?;
            decoder.set_limits(limits).map_err(failed)?;
            decoder.into_frames()
        }
        ImageFormat::WebP => WebPDecoder::new(input).map_err(failed)?.into_frames(),
        _ => PngDecoder::with_limits(input, limits).and_then(PngDecoder::apng).map_err(failed)?.into_frames(),
    };
    let mut read = Vec::new();
    let end = chosen.last().map_or(0, |last| last + 1);
    for (k, frame) in all.take(end).enumerate() {
        let frame = frame.map_err(failed)?;
        if chosen.contains(&k) {
            read.push(DynamicImage::ImageRgba8(frame.into_buffer()));
        }
    }
    if read.len() < chosen.len() {
        return Err(Fault::whole("the file breaks off before the chosen frame", "choose an earlier one with --frame"));
    }
    Ok(read)
}

/// The pages of a TIFF at these positions.
fn pages_at(bytes: &[u8], chosen: &[usize], limits: &Limits, stop: StopSignal) -> Result<Vec<DynamicImage>, Fault> {
    let pages = pages::pages_of(bytes).unwrap_or_default();
    let mut limits = limits.clone();
    (limits.max_image_width, limits.max_image_height) = (Some(MAX_IMAGE_SIDE), Some(MAX_IMAGE_SIDE));
    let mut file = bytes.to_vec();
    let mut read = Vec::new();
    for page in chosen.iter().filter_map(|at| pages.get(*at)) {
        pages::lead_to(*page, &mut file);
        let mut reader = ImageReader::with_format(stop.reader(Cursor::new(&file[..])), ImageFormat::Tiff);
        reader.limits(limits.clone());
        read.push(reader.decode().map_err(|error| undecodable(&error))?);
    }
    Ok(read)
}

/// 8 bits for each channel; an image whose values differ by little is stretched first.
fn with_contrast(picture: DynamicImage, is_jpeg: bool) -> (RgbaImage, Option<Assumption>) {
    let is_deep = picture.color().bytes_per_pixel() > picture.color().channel_count();
    let faint = |low: u16, high: u16| {
        let span = f64::from(high - low) / f64::from(u16::MAX);
        // A range that is invisible, or within the noise of the format, counts as an even colour.
        let noise = if is_jpeg { JPEG_NOISE } else { 0 };
        span < FAINT && high - low > noise
    };
    let range = |values: &mut dyn Iterator<Item = (u16, bool)>| {
        values.filter(|(_, opaque)| *opaque).fold((u16::MAX, 0), |(low, high), (v, _)| (low.min(v), high.max(v)))
    };
    if is_deep {
        let deep = picture.to_rgba16();
        let mut colours = deep.pixels().flat_map(|p| [0, 1, 2].map(|c| (p.0[c], p.0[3] > 0)));
        let (low, high) = range(&mut colours);
        if low >= high || !faint(low, high) {
            return (DynamicImage::ImageRgba16(deep).to_rgba8(), None);
        }
        let pixel = |x: u32, y: u32| {
            let p = deep.get_pixel(x, y).0;
            let [r, g, b] = [0, 1, 2].map(|c| stretched(p[c], low, high));
            image::Rgba([r, g, b, (p[3] >> 8) as u8])
        };
        let text = format!("The image is faint (its values span {} of 65535): its contrast was stretched.", high - low);
        return (RgbaImage::from_fn(deep.width(), deep.height(), pixel), Some(Assumption::fact(About::Image, text)));
    }
    let mut plain = picture.to_rgba8();
    let mut colours = plain.pixels().flat_map(|p| [0, 1, 2].map(|c| (u16::from(p.0[c]) * 257, p.0[3] > 0)));
    let (low, high) = range(&mut colours);
    if low >= high || !faint(low, high) {
        return (plain, None);
    }
    for p in plain.pixels_mut() {
        for c in 0..3 {
            p.0[c] = stretched(u16::from(p.0[c]) * 257, low, high);
        }
    }
    let text =
        format!("The image is faint (its values span {} of 255): its contrast was stretched.", (high - low) / 257);
    (plain, Some(Assumption::fact(About::Image, text)))
}

fn stretched(value: u16, low: u16, high: u16) -> u8 {
    let share = f64::from(value.clamp(low, high) - low) / f64::from(high - low);
    (255.0 * share).round() as u8
}

#[cfg(test)]
mod tests;
