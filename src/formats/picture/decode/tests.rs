//! Images as cameras, microscopes and browsers write them.

use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, ExtendedColorType, Frame, ImageBuffer, ImageEncoder, Luma, LumaA, Rgb, Rgba};

use super::*;

/// An upright L on paper of 24 by 16 pixels: a stem on the left and a foot at the bottom.
fn letter() -> RgbaImage {
    RgbaImage::from_fn(24, 16, |x, y| {
        let inked = (x < 6 && (2..14).contains(&y)) || (x < 18 && (11..14).contains(&y));
        if inked { Rgba([0, 0, 0, 255]) } else { Rgba([255; 4]) }
    })
}

fn assumed(decoded: &Decoded) -> String {
    decoded.assumptions.iter().map(|a| a.text.clone()).collect::<Vec<_>>().join(" ")
}

fn only(bytes: &[u8]) -> (RgbaImage, String) {
    let decoded = decode(bytes, FrameChoice::Any, StopSignal::NEVER).unwrap_or_else(|fault| panic!("{fault:?}"));
    let assumed = assumed(&decoded);
    (decoded.images.into_iter().next().unwrap().1, assumed)
}

/// JPEG or PNG with an EXIF entry of this orientation.
fn with_orientation(picture: &RgbaImage, orientation: u8, jpeg: bool) -> Vec<u8> {
    // Little-endian TIFF with one short entry, 0x0112.
    let mut exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    let mut bytes = Vec::new();
    if jpeg {
        let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 100);
        encoder.set_exif_metadata(exif).unwrap();
        let rgb = DynamicImage::ImageRgba8(picture.clone()).to_rgb8();
        encoder.write_image(&rgb, rgb.width(), rgb.height(), ExtendedColorType::Rgb8).unwrap();
    } else {
        let mut encoder = image::codecs::png::PngEncoder::new(&mut bytes);
        encoder.set_exif_metadata(exif).unwrap();
        encoder.write_image(picture, picture.width(), picture.height(), ExtendedColorType::Rgba8).unwrap();
    }
    bytes
}

// A24: all seven turns of a camera.
#[test]
fn photos_are_turned_upright_as_exif_says() {
    for orientation in 2..=8u8 {
        // What the camera stores so that the turn brings it back.
        let mut stored = DynamicImage::ImageRgba8(letter());
        stored = match orientation {
            2 => stored.fliph(),
            3 => stored.rotate180(),
            4 => stored.flipv(),
            5 => stored.fliph().rotate270(),
            6 => stored.rotate270(),
            7 => stored.fliph().rotate90(),
            _ => stored.rotate90(),
        };
        for jpeg in [true, false] {
            let (shown, assumed) = only(&with_orientation(&stored.to_rgba8(), orientation, jpeg));
            assert_eq!(shown.dimensions(), (24, 16), "{orientation}");
            let off = |a: &Rgba<u8>, b: &Rgba<u8>| a.0[0].abs_diff(b.0[0]);
            let worst = shown.pixels().zip(letter().pixels()).map(|(a, b)| off(a, b)).max().unwrap();
            assert!(worst < 40, "{orientation}: {worst}");
            assert!(assumed.contains(&format!("orientation {orientation}")), "{assumed}");
        }
    }
    assert!(only(&with_orientation(&letter(), 1, true)).1.is_empty());
}

// A25, and eight bits alike.
#[test]
fn faint_images_are_stretched_before_they_become_8_bits() {
    let deep = ImageBuffer::<Luma<u16>, Vec<u16>>::from_fn(24, 16, |x, y| {
        Luma([if letter().get_pixel(x, y).0[0] == 0 { 20 } else { 0 }])
    });
    let faint = RgbaImage::from_fn(24, 16, |x, y| {
        let value = if letter().get_pixel(x, y).0[0] == 0 { 103 } else { 100 };
        Rgba([value, value, value, 255])
    });
    let colours = ImageBuffer::<Rgb<u16>, Vec<u16>>::from_fn(24, 16, |x, y| {
        Rgb(if letter().get_pixel(x, y).0[0] == 0 { [30_900; 3] } else { [30_000; 3] })
    });
    let with_alpha = ImageBuffer::<LumaA<u16>, Vec<u16>>::from_fn(24, 16, |x, y| {
        LumaA([if letter().get_pixel(x, y).0[0] == 0 { 7 } else { 0 }, u16::MAX])
    });
    for (picture, span) in [
        (DynamicImage::ImageLuma16(deep), "20 of 65535"),
        (DynamicImage::ImageRgba8(faint), "3 of 255"),
        (DynamicImage::ImageRgb16(colours), "900 of 65535"),
        (DynamicImage::ImageLumaA16(with_alpha), "7 of 65535"),
    ] {
        for format in [ImageFormat::Png, ImageFormat::Tiff] {
            // The encoder of TIFF has no grey with alpha.
            if format == ImageFormat::Tiff && picture.color().channel_count() == 2 {
                continue;
            }
            let mut bytes = Cursor::new(Vec::new());
            picture.write_to(&mut bytes, format).unwrap();
            let (shown, assumed) = only(bytes.get_ref());
            assert_eq!((shown.get_pixel(2, 8).0[0], shown.get_pixel(20, 2).0[0]), (255, 0), "{format:?}");
            assert!(assumed.contains(span), "{assumed}");
        }
    }
    let grey = DynamicImage::ImageRgba8(RgbaImage::from_pixel(24, 16, Rgba([90, 90, 90, 255])));
    let mut bytes = Cursor::new(Vec::new());
    grey.write_to(&mut bytes, ImageFormat::Png).unwrap();
    assert!(only(bytes.get_ref()).1.is_empty(), "an even colour stays one");
}

fn moving_gif() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    encoder.set_repeat(Repeat::Infinite).unwrap();
    for value in [0, 100, 200] {
        let frame = RgbaImage::from_pixel(8, 8, Rgba([value, value, value, 255]));
        encoder.encode_frame(Frame::from_parts(frame, 0, 0, Delay::from_numer_denom_ms(100, 1))).unwrap();
    }
    drop(encoder);
    bytes
}

fn moving_png() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 8, 8);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_animated(3, 0).unwrap();
    let mut writer = encoder.write_header().unwrap();
    for value in [0, 100, 200] {
        writer.write_image_data(&[value; 64]).unwrap();
    }
    writer.finish().unwrap();
    bytes
}

/// A still picture in the frames of a moving WebP: one chunk of frames after another.
fn moving_webp() -> Vec<u8> {
    let chunk = |name: &[u8; 4], data: &[u8]| {
        let mut chunk = name.to_vec();
        chunk.extend((data.len() as u32).to_le_bytes());
        chunk.extend(data);
        chunk.resize(chunk.len().next_multiple_of(2), 0);
        chunk
    };
    let mut body = b"WEBP".to_vec();
    body.extend(chunk(b"VP8X", &[2, 0, 0, 0, 7, 0, 0, 7, 0, 0]));
    body.extend(chunk(b"ANIM", &[0; 6]));
    for value in [0u8, 100, 200] {
        let still = RgbaImage::from_pixel(8, 8, Rgba([value, value, value, 255]));
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::ImageRgba8(still).write_to(&mut bytes, ImageFormat::WebP).unwrap();
        let mut frame = vec![0, 0, 0, 0, 0, 0, 7, 0, 0, 7, 0, 0, 100, 0, 0, 0];
        frame.extend(&bytes.get_ref()[12..]);
        body.extend(chunk(b"ANMF", &frame));
    }
    chunk(b"RIFF", &body)
}

/// Grey pages without compression as a TIFF, each with its pixels and whether it is a reduced copy, which is not a page.
fn tiff(pages: &[(Vec<u8>, bool)], [width, height]: [u32; 2], orientation: u32, is_little: bool) -> Vec<u8> {
    let short = |v: u16| if is_little { v.to_le_bytes() } else { v.to_be_bytes() };
    let long = |v: u32| if is_little { v.to_le_bytes() } else { v.to_be_bytes() };
    let mut bytes = if is_little { b"II".to_vec() } else { b"MM".to_vec() };
    bytes.extend(short(42));
    // What points to the next directory is filled in when that is there.
    let mut pointer = bytes.len();
    bytes.extend(long(0));
    for (values, is_copy) in pages {
        let pixels = bytes.len() as u32;
        bytes.extend(values);
        let directory = long(bytes.len() as u32);
        bytes[pointer..pointer + 4].copy_from_slice(&directory);
        let entries: [(u16, u32); 10] = [
            (254, u32::from(*is_copy)),
            (256, width),
            (257, height),
            (258, 8),
            (259, 1),
            (262, 1),
            (273, pixels),
            (274, orientation),
            (278, height),
            (279, values.len() as u32),
        ];
        bytes.extend(short(entries.len() as u16));
        for (tag, value) in entries {
            bytes.extend([short(tag), short(4)].concat());
            bytes.extend([long(1), long(value)].concat());
        }
        pointer = bytes.len();
        bytes.extend(long(0));
    }
    bytes
}

/// Three pages, and between them a reduced copy.
fn stack(is_little: bool) -> Vec<u8> {
    let pages = [(0, false), (100, false), (50, true), (200, false)].map(|(value, is_copy)| (vec![value; 64], is_copy));
    tiff(&pages, [8, 8], 1, is_little)
}

// A24, in files that are not photos of telephones.
#[test]
fn scans_and_webp_are_turned_upright_too() {
    // What the scanner stores so that orientation 6 brings it back.
    let stored = DynamicImage::ImageRgba8(letter()).rotate270();
    let grey = stored.to_luma8();
    let scan = tiff(&[(grey.as_raw().clone(), false)], [grey.width(), grey.height()], 6, true);
    let mut webp = Vec::new();
    let mut encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut webp);
    encoder.set_exif_metadata(b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec()).unwrap();
    let rgba = stored.to_rgba8();
    encoder.write_image(&rgba, rgba.width(), rgba.height(), ExtendedColorType::Rgba8).unwrap();
    for (kind, bytes) in [("tiff", scan), ("webp", webp)] {
        let (shown, assumed) = only(&bytes);
        assert_eq!(shown.dimensions(), (24, 16), "{kind}");
        let same = |(a, b): (&Rgba<u8>, &Rgba<u8>)| a.0[0].abs_diff(b.0[0]) < 2;
        assert!(shown.pixels().zip(letter().pixels()).all(same), "{kind}");
        assert!(assumed.contains("orientation 6"), "{kind}: {assumed}");
    }
}

#[test]
fn pages_of_a_damaged_or_circular_stack_come_to_an_end() {
    let mut bytes = stack(true);
    let last = bytes.len() - 4;
    // From the last page back to the first.
    let first = bytes[4..8].to_vec();
    bytes[last..].copy_from_slice(&first);
    assert_eq!(frame_count(&bytes, ImageFormat::Tiff), 3);
    for length in 0..bytes.len() {
        assert!(frame_count(&bytes[..length], ImageFormat::Tiff) <= 3, "{length}");
    }
}

// A28, and GIF, WebP and the stacks of microscopes.
#[test]
fn a_frame_of_a_moving_image_is_named_and_can_be_chosen() {
    let moving = [("gif", moving_gif()), ("png", moving_png()), ("webp", moving_webp())];
    for (kind, bytes) in moving.into_iter().chain([("tiff", stack(true)), ("tif", stack(false))]) {
        let first =
            decode(&bytes, FrameChoice::Any, StopSignal::NEVER).unwrap_or_else(|fault| panic!("{kind}: {fault:?}"));
        let name = if kind.starts_with("tif") { "page" } else { "frame" };
        let expected = format!("of its 3 {name}s only {name} 1");
        assert!(assumed(&first).contains(&expected), "{kind}: {}", assumed(&first));
        for (choice, value) in [("last", 200u8), ("2", 100), ("first", 0)] {
            let decoded = decode(&bytes, choice.parse().unwrap(), StopSignal::NEVER)
                .unwrap_or_else(|fault| panic!("{kind}: {fault:?}"));
            let found = decoded.images[0].1.get_pixel(3, 3).0[0];
            assert!(found.abs_diff(value) < 3, "{kind} {choice}: {found}");
        }
        assert_eq!(
            decode(&bytes, FrameChoice::ALL, StopSignal::NEVER).map(|d| d.images.len()).unwrap_or(0),
            3,
            "{kind}"
        );
        let fault = decode(&bytes, "4".parse().unwrap(), StopSignal::NEVER).err().expect("must be refused");
        assert!(fault.what.contains("from 1 to 3"), "{fault:?}");
    }
}

#[test]
fn a_png_is_read_by_the_frames_it_has_not_those_it_claims() {
    let mut bytes = moving_png();
    let at = bytes.windows(4).position(|w| w == b"acTL").expect("an animation") + 4;
    bytes[at] = 0x40;
    assert_eq!(frame_count(&bytes, ImageFormat::Png), 3);
    bytes.truncate(at + 12);
    assert_eq!(frame_count(&bytes, ImageFormat::Png), 1, "what was cut off is not counted");
}

#[test]
fn every_kind_of_image_is_read() {
    for format in KNOWN {
        let mut bytes = Cursor::new(Vec::new());
        let picture = DynamicImage::ImageRgba8(letter());
        let picture = if format == ImageFormat::Jpeg { DynamicImage::ImageRgb8(picture.to_rgb8()) } else { picture };
        picture.write_to(&mut bytes, format).unwrap();
        let (shown, _) = only(bytes.get_ref());
        assert!(shown.get_pixel(2, 8).0[0] < 30 && shown.get_pixel(20, 2).0[0] > 225, "{format:?}");
    }
}

/// The head of a PNG of any announced size, with a correct checksum and no pixels.
fn png_head(width: u32, height: u32) -> Vec<u8> {
    let mut chunk = b"IHDR".to_vec();
    chunk.extend(width.to_be_bytes());
    chunk.extend(height.to_be_bytes());
    chunk.extend([8, 6, 0, 0, 0]);
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    bytes.extend(&chunk);
    bytes.extend(crc32fast::hash(&chunk).to_be_bytes());
    // The start of a data chunk, so that the decoder gets as far as the header and no further.
    bytes.extend(b"\0\0\x10\0IDAT");
    bytes
}

#[test]
fn broken_and_impossible_images_are_refused() {
    for (bytes, what) in [
        (png_head(20_000, 20_000), "the image is 20000 by 20000 pixels"),
        (png_head(0, 0), "the image is 0 by 0 pixels"),
        (png_head(20, 20), "cannot be decoded"),
        (b"x,y\n1,2\n".to_vec(), "not an image"),
        (Vec::new(), "the file is empty"),
    ] {
        let fault = decode(&bytes, FrameChoice::Any, StopSignal::NEVER).err().expect("must be refused");
        assert!(fault.what.contains(what), "{fault:?}");
    }
}
