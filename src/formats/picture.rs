//! Images as snapshots: stippled by ink, coloured parts as species, headings along the local edges.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use image::{ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbaImage};
use rand::{SeedableRng, rngs::StdRng};

use super::colours::{Ground, cluster};
use super::edges::edge_axes;
use super::{Fault, ImportError, ImportOptions, Row, Rows, StippleOptions};
use crate::worlds::swarm::picture::headings::agree;
use crate::worlds::swarm::picture::stipple::{Ink, stipple, stipple_strokes};
use crate::worlds::swarm::picture::{MAX_PARTICLES, Mode};

/// Longest side of an image that is decoded, pixels.
pub const MAX_IMAGE_SIDE: u32 = 8192;

/// Least and greatest longer side of the reduced image that is worked on, and its pixels per particle along a line.
const WORK_SIDE: std::ops::RangeInclusive<f64> = 256.0..=1024.0;
const PIXELS_PER_PARTICLE: f64 = 14.0;

/// Ink below this share of the darkest is paper: noise of cameras and of JPEG.
pub(super) const PAPER: f64 = 0.08;

/// Reads the image and stipples it. The outer error is about the file, the inner about its content.
pub(super) fn read(path: &Path, options: &ImportOptions) -> Result<Result<Rows, Fault>, ImportError> {
    let stippling = StippleOptions { particles: options.particles, seed: options.seed, ..StippleOptions::default() };
    let rows = open(path)?.and_then(|image| rows_of(&image, &stippling));
    Ok(rows.map(|mut rows| {
        if options.mode.is_some() {
            // The last note tells what it was taken for.
            rows.notes.pop();
        }
        rows
    }))
}

/// Reads the pixels of an image. The outer error is about the file, the inner about its content.
pub(super) fn open(path: &Path) -> Result<Result<RgbaImage, Fault>, ImportError> {
    let read_error = |source| ImportError::Read { file: path.to_owned(), source };
    let mut file = BufReader::new(File::open(path).map_err(read_error)?);
    if file.fill_buf().map_err(read_error)?.is_empty() {
        return Ok(Err(Fault::whole("the file is empty", "save the image again")));
    }
    if let Some(size) = empty_png(file.fill_buf().map_err(read_error)?) {
        let what = format!("the image is {} by {} pixels", size[0], size[1]);
        return Ok(Err(Fault::whole(what, "give an image that shows something")));
    }
    let reader = ImageReader::new(file).with_guessed_format().map_err(read_error)?;
    match decode(reader) {
        Ok(image) => Ok(Ok(image)),
        Err(Undecoded::Read(source)) => Err(read_error(source)),
        Err(Undecoded::Fault(fault)) => Ok(Err(fault)),
    }
}

/// The size in a PNG's header if a side is 0, which the decoder would call a broken file.
fn empty_png(start: &[u8]) -> Option<[u32; 2]> {
    let header = start.strip_prefix(b"\x89PNG\r\n\x1a\n")?.get(8..16)?;
    let side = |at: usize| Some(u32::from_be_bytes(header.get(at..at + 4)?.try_into().ok()?));
    let size = [side(0)?, side(4)?];
    size.contains(&0).then_some(size)
}

enum Undecoded {
    Read(std::io::Error),
    Fault(Fault),
}

/// Decodes PNG or JPEG, after a look at the size that the header announces.
fn decode(mut reader: ImageReader<BufReader<File>>) -> Result<RgbaImage, Undecoded> {
    let fault = |what: String, hint: &str| Undecoded::Fault(Fault::whole(what, hint));
    if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg)) {
        return Err(fault("the content is neither PNG nor JPEG".to_owned(), "save the image as PNG or JPEG"));
    }
    // Enough for the largest image allowed, at 16 bits for each of four channels.
    let mut limits = Limits::default();
    limits.max_alloc = Some(1 << 30);
    reader.limits(limits);
    let failed = |error: ImageError| match error {
        ImageError::IoError(source) if source.kind() != std::io::ErrorKind::UnexpectedEof => Undecoded::Read(source),
        other => fault(format!("the image cannot be decoded ({other})"), "the file may be cut short: save it again"),
    };
    let decoder = reader.into_decoder().map_err(failed)?;
    let (width, height) = decoder.dimensions();
    if width > MAX_IMAGE_SIDE || height > MAX_IMAGE_SIDE {
        let what = format!("the image is {width} by {height} pixels");
        return Err(fault(what, "scale it down; no side may be longer than 8192 pixels"));
    }
    image::DynamicImage::from_decoder(decoder).map(|image| image.to_rgba8()).map_err(failed)
}

/// Stipples the image. The last note tells what it was taken for.
pub(super) fn rows_of(image: &RgbaImage, options: &StippleOptions) -> Result<Rows, Fault> {
    if !(2..=MAX_PARTICLES).contains(&options.particles) {
        let what = format!("{} particles were asked for", options.particles);
        return Err(Fault::whole(what, format!("ask for 2 to {MAX_PARTICLES}")));
    }
    let (width, height) = image.dimensions();
    let small = reduce(image, options.particles);
    let (small_width, small_height) = (small.width() as usize, small.height() as usize);
    // World units are pixels of the original; one pixel of the reduced image is this many.
    let scale = [f64::from(width) / small_width as f64, f64::from(height) / small_height as f64];

    let ground = Ground::of(&small);
    let mut differences = ground.differences(&small);
    let strength = |d: &[f64; 3]| (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]).sqrt();
    let darkest = differences.iter().map(strength).fold(0.0, f64::max);
    // Less than one step of lightness on the scale of 100 is not a drawing.
    if darkest < 2.0 {
        return Err(Fault::whole("the image is of one even colour", "give one with something drawn on it"));
    }
    for difference in &mut differences {
        if strength(difference) < options.paper * darkest {
            *difference = [0.0; 3];
        }
    }
    let share = |d: &[f64; 3]| strength(d) / darkest;
    let weight: Vec<f64> = if options.invert {
        // What is not drawn on; the darkest parts stay free.
        differences.iter().map(|d| 1.0 - share(d)).map(|w| if w < options.paper { 0.0 } else { w }).collect()
    } else {
        differences.iter().map(share).collect()
    };
    let ink = Ink { width: small_width, weight };

    let mut rng = StdRng::seed_from_u64(options.seed);
    let stipple = if options.strokes { stipple_strokes } else { stipple };
    let (points, owners) = stipple(&ink, options.particles, &mut rng);
    if points.is_empty() {
        return Err(Fault::whole("no ink is left", "lower the threshold"));
    }
    let inked: f64 = ink.weight.iter().sum();
    let spacing = (inked / points.len() as f64).sqrt();
    let axes = edge_axes(&ink, spacing, &points);
    let headings = agree(&points, &axes, None);
    let (species, kinds) = if options.invert {
        (vec![0; points.len()], 1)
    } else {
        cluster(&differences, &owners, points.len(), &mut rng)
    };

    let rows = points.iter().zip(&headings).zip(&species).map(|((point, heading), species)| Row {
        x: point[0] * scale[0],
        // Images count their rows from the top.
        y: (small_height as f64 - point[1]) * scale[1],
        heading: Some(-heading),
        species: *species,
        line: 0,
    });
    let touches_edge = {
        let edge = |i: usize| {
            let (x, y) = (i % small_width, i / small_width);
            x == 0 || y == 0 || x + 1 == small_width || y + 1 == small_height
        };
        let border: Vec<f64> = ink.weight.iter().enumerate().filter(|(i, _)| edge(*i)).map(|(_, w)| *w).collect();
        border.iter().filter(|w| **w > 0.0).count() * 20 > border.len()
    };
    let (suggested, reading) = if touches_edge {
        (Mode::Whole, "It reaches the edges and was taken for a cut-out of a larger pattern (whole, open).")
    } else {
        (Mode::Motif, "It stands alone and was taken for one creature (motif).")
    };
    let notes = vec![
        format!(
            "The image was stippled {} with {} particles of {kinds} species; headings follow the local edges.",
            ground.reading(),
            points.len(),
        ),
        reading.to_owned(),
    ];
    Ok(Rows {
        rows: rows.collect(),
        box_size: Some([f64::from(width), f64::from(height)]),
        periodic: Some(false),
        suggested: Some(suggested),
        notes,
    })
}

/// The image at a size that gives every particle enough pixels, and no more than that.
fn reduce(image: &RgbaImage, particles: usize) -> RgbaImage {
    let (width, height) = image.dimensions();
    let longer = f64::from(width.max(height));
    let side = (PIXELS_PER_PARTICLE * (particles as f64).sqrt()).clamp(*WORK_SIDE.start(), *WORK_SIDE.end());
    if longer <= side {
        return image.clone();
    }
    let shrink = |px: u32| ((f64::from(px) * side / longer).round() as u32).max(1);
    image::imageops::thumbnail(image, shrink(width), shrink(height))
}

#[cfg(test)]
mod tests {
    use super::super::{Imported, import};
    use super::*;
    use crate::worlds::swarm::picture::{Boundary, Snapshot};
    use image::{DynamicImage, Rgba};

    fn import_image(name: &str, image: &RgbaImage, options: &ImportOptions) -> Result<Imported, ImportError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let image = DynamicImage::ImageRgba8(image.clone());
        if name.ends_with("jpg") { image.to_rgb8().save(&path) } else { image.save(&path) }.unwrap();
        import(&path, options)
    }

    fn import_bytes(name: &str, bytes: &[u8]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        import(&path, &ImportOptions::default()).expect_err("must be refused").to_string()
    }

    fn draw(width: u32, height: u32, ground: [u8; 4], ink: impl Fn(f64, f64) -> Option<[u8; 4]>) -> RgbaImage {
        RgbaImage::from_fn(width, height, |x, y| Rgba(ink(f64::from(x) + 0.5, f64::from(y) + 0.5).unwrap_or(ground)))
    }

    const WHITE: [u8; 4] = [255; 4];
    const BLACK: [u8; 4] = [0, 0, 0, 255];
    const RED: [u8; 4] = [220, 30, 30, 255];
    const BLUE: [u8; 4] = [30, 60, 220, 255];

    fn ring(x: f64, y: f64) -> Option<[u8; 4]> {
        ((x - 100.0).hypot(y - 100.0) - 60.0).abs().le(&6.0).then_some(BLACK)
    }

    fn sixty() -> ImportOptions {
        ImportOptions { particles: 60, ..ImportOptions::default() }
    }

    fn species(snapshot: &Snapshot) -> Vec<usize> {
        (0..8).map(|s| snapshot.particles.iter().filter(|p| p.species == s).count()).collect()
    }

    #[test]
    fn a_drawn_ring_becomes_an_even_ring_with_tangential_headings_of_one_sense() {
        for (name, ground, swap) in [("ring.png", WHITE, false), ("ring.jpg", WHITE, false), ("dark.png", BLACK, true)]
        {
            let image = draw(200, 200, ground, |x, y| ring(x, y).map(|ink| if swap { WHITE } else { ink }));
            let Imported { snapshot, notes } = import_image(name, &image, &sixty()).unwrap();
            assert_eq!((snapshot.particles.len(), snapshot.box_size), (60, [200.0, 200.0]));
            assert_eq!((snapshot.mode, snapshot.species_count()), (Mode::Motif, 1), "{notes:?}");
            let mut senses = Vec::new();
            for p in &snapshot.particles {
                let (x, y) = (p.x - 100.0, p.y - 100.0);
                assert!((x.hypot(y) - 60.0).abs() < 7.0, "{name}: off the ring at {}", x.hypot(y));
                senses.push((x * p.heading.sin() - y * p.heading.cos()) / x.hypot(y));
            }
            let same = senses.iter().filter(|s| **s * senses[0] > 0.9).count();
            assert!(same >= 58, "{name}: only {same} of 60 circulate alike: {senses:?}");
        }
    }

    #[test]
    fn up_in_the_image_is_up_in_the_world_and_more_ink_means_more_particles() {
        // A dark square above, a grey one below.
        let image = draw(120, 200, WHITE, |x, y| {
            let wide = (30.0..90.0).contains(&x);
            match y {
                y if wide && (20.0..80.0).contains(&y) => Some([0, 0, 0, 255]),
                y if wide && (120.0..180.0).contains(&y) => Some([180, 180, 180, 255]),
                _ => None,
            }
        });
        let snapshot = import_image("squares.png", &image, &ImportOptions::default()).unwrap().snapshot;
        let above = snapshot.particles.iter().filter(|p| p.y > 100.0).count();
        // L* is 0 and 73: the ink is 100 against 27.
        assert!((145..=170).contains(&above), "{above} of 200 in the dark upper square");
        assert_eq!(snapshot.species_count(), 1, "greys are one species");
    }

    #[test]
    fn headings_of_slanted_strokes_are_not_mirrored() {
        // A stroke that rises to the right: y in the image falls as x grows.
        let image =
            draw(200, 200, WHITE, |x, y| ((x + y - 200.0).abs() < 6.0 && (30.0..170.0).contains(&x)).then_some(BLACK));
        let snapshot = import_image("stroke.png", &image, &sixty()).unwrap().snapshot;
        let rising = snapshot.particles.iter().filter(|p| p.heading.sin() * p.heading.cos() > 0.35).count();
        assert!(rising >= 55, "only {rising} of 60 run along the stroke");
    }

    #[test]
    fn colours_become_species_the_commonest_first() {
        let parts = |x: f64, y: f64| match (x, y) {
            (x, y) if (x - 60.0).hypot(y - 60.0) < 40.0 => Some(BLUE),
            (x, y) if (x - 150.0).hypot(y - 150.0) < 25.0 => Some(RED),
            _ => None,
        };
        for name in ["spots.png", "spots.jpg"] {
            let snapshot =
                import_image(name, &draw(200, 200, WHITE, parts), &ImportOptions::default()).unwrap().snapshot;
            let counts = species(&snapshot);
            assert!(counts[0] > 100 && counts[1] > 30 && counts[0] + counts[1] == 200, "{name}: {counts:?}");
            assert!(snapshot.particles.iter().all(|p| (p.species == 0) == (p.x < 110.0)), "{name}");
        }
        let clear = import_image("spots.png", &draw(200, 200, [0; 4], parts), &ImportOptions::default()).unwrap();
        assert_eq!(species(&clear.snapshot)[2..], [0; 6], "on transparent ground: {:?}", clear.notes);
        assert_eq!(clear.snapshot.species_count(), 2);
    }

    #[test]
    fn a_rainbow_has_at_most_eight_species() {
        let image = draw(300, 100, WHITE, |x, y| {
            let channel = |shift: f64| (127.0 + 127.0 * (x / 300.0 * std::f64::consts::TAU + shift).cos()) as u8;
            (20.0..80.0).contains(&y).then(|| [channel(0.0), channel(2.1), channel(4.2), 255])
        });
        let snapshot = import_image("rainbow.png", &image, &ImportOptions::default()).unwrap().snapshot;
        assert!((4..=8).contains(&snapshot.species_count()), "{}", snapshot.species_count());
    }

    #[test]
    fn a_texture_to_the_edge_is_taken_for_an_open_cut_out() {
        let image = draw(200, 150, WHITE, |x, y| ((x * 0.2).sin() + (y * 0.3).sin() > 0.2).then_some(BLACK));
        let snapshot = import_image("texture.png", &image, &ImportOptions::default()).unwrap().snapshot;
        assert_eq!((snapshot.mode, snapshot.boundary), (Mode::Whole, Boundary::Open));
    }

    #[test]
    fn the_same_seed_gives_the_same_particles() {
        let image = draw(200, 200, WHITE, ring);
        let stippled = |seed| import_image("a.png", &image, &ImportOptions { seed, ..sixty() }).unwrap();
        assert_eq!(stippled(1), stippled(1));
        assert_ne!(stippled(1), stippled(2));
    }

    /// The head of a PNG of any announced size, with a correct checksum and no pixels.
    fn png_head(width: u32, height: u32) -> Vec<u8> {
        let mut chunk = b"IHDR".to_vec();
        chunk.extend(width.to_be_bytes());
        chunk.extend(height.to_be_bytes());
        chunk.extend([8, 6, 0, 0, 0]);
        let crc = !chunk.iter().fold(!0u32, |crc, &byte| {
            (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
        });
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
        bytes.extend(chunk);
        bytes.extend(crc.to_be_bytes());
        // The start of a data chunk, so that the decoder gets as far as the header and no further.
        bytes.extend(b"\0\0\x10\0IDAT");
        bytes
    }

    #[test]
    fn images_of_impossible_size_are_refused_by_their_header() {
        let huge = import_bytes("huge.png", &png_head(20_000, 20_000));
        assert!(huge.contains("huge.png: the image is 20000 by 20000 pixels; scale it down"), "{huge}");
        let nothing = import_bytes("nothing.png", &png_head(0, 0));
        assert!(
            nothing.contains("nothing.png: the image is 0 by 0 pixels; give an image that shows something"),
            "{nothing}"
        );
    }

    #[test]
    fn broken_blank_and_misnamed_images_are_told_so() {
        let cut = import_bytes("cut.png", &png_head(20, 20));
        assert!(cut.contains("cut.png: the image cannot be decoded"), "{cut}");
        let text = import_bytes("text.png", b"x,y\n1,2\n");
        assert!(text.contains("neither PNG nor JPEG"), "{text}");
        let empty = import_bytes("empty.jpg", b"");
        assert!(empty.contains("the file is empty"), "{empty}");
        let blank = import_image("blank.png", &draw(50, 50, WHITE, |_, _| None), &sixty()).unwrap_err().to_string();
        assert!(blank.contains("one even colour"), "{blank}");
        let none = ImportOptions { particles: 0, ..ImportOptions::default() };
        let none = import_image("a.png", &draw(50, 50, WHITE, |x, _| (x > 20.0).then_some(BLACK)), &none);
        assert!(none.unwrap_err().to_string().contains("ask for 2 to"));
    }
}
