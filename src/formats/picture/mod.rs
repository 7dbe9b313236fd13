//! Images as snapshots: stippled by ink, coloured parts as species, headings along the local edges.

mod colours;
mod decode;
pub(super) mod drawing;
mod edges;
mod pages;

use std::path::Path;

use glam::UVec2;
use image::RgbaImage;
use rand::{SeedableRng, rngs::StdRng};

use super::rows::{Fault, FrameRows, Reading, Row};
use super::{About, Assumption, ImportError, ImportOptions, StippleOptions, StopSignal};
use crate::worlds::swarm::picture::headings::agree;
use crate::worlds::swarm::picture::stipple::{Ink, stipple, stipple_strokes};
use crate::worlds::swarm::picture::{MAX_PARTICLES, Mode};
use colours::{Ground, cluster};
use edges::edge_axes;

pub use decode::MAX_IMAGE_SIDE;
use decode::{Decoded, open};

/// Least and greatest longer side of the reduced image that is worked on, and its pixels per particle along a line.
const WORK_SIDE: std::ops::RangeInclusive<f64> = 256.0..=1024.0;
const PIXELS_PER_PARTICLE: f64 = 14.0;

/// Ink below this share of the darkest is paper: noise of cameras and of JPEG.
const PAPER: f64 = 0.08;

/// Reads the image and stipples it. The outer error is about the file, the inner about its content.
pub(super) fn read(
    path: &Path,
    options: &ImportOptions,
    stop: StopSignal,
) -> Result<Result<Reading, Fault>, ImportError> {
    let stippling = StippleOptions { particles: options.particles, seed: options.seed, ..StippleOptions::default() };
    Ok(open(path, options.frames, stop)?.and_then(|decoded| reading_of(decoded, &stippling, options, stop)))
}

fn reading_of(
    decoded: Decoded,
    stippling: &StippleOptions,
    options: &ImportOptions,
    stop: StopSignal,
) -> Result<Reading, Fault> {
    let Decoded { images, assumptions } = decoded;
    let mut reading = Reading { assumptions, ..Reading::default() };
    for (label, image) in images {
        let stippled = rows_of(&image, stippling, stop)?;
        if reading.frames.is_empty() {
            reading.assumptions.push(stippled.assumption);
            reading.suggested = Some(stippled.mode);
            if options.mode.is_none() {
                let text = match stippled.mode {
                    Mode::Whole => {
                        "It reaches the edges and was taken for a cut-out of a larger pattern (whole, open)."
                    }
                    Mode::Motif => "It has nothing around it and was taken as one creature (motif).",
                };
                reading.assumptions.push(Assumption::default(About::Mode, text, "--mode motif|whole"));
            }
        }
        let box_size = Some(UVec2::from(image.dimensions()).as_dvec2());
        reading.frames.push(FrameRows {
            label,
            number: (reading.frames.len() + 1) as f64,
            rows: stippled.rows,
            ids: None,
            box_size,
            periodic: Some([false; 2]),
        });
    }
    Ok(reading)
}

/// An image as particles, with its origin at the lower left.
pub(super) struct Stippled {
    pub rows: Vec<Row>,
    /// What the image looks like.
    mode: Mode,
    assumption: Assumption,
}

/// Stipples the image.
///
/// # Errors
/// An image that shows nothing, an impossible number of particles, or the signal to stop.
pub(super) fn rows_of(image: &RgbaImage, options: &StippleOptions, stop: StopSignal) -> Result<Stippled, Fault> {
    if !(2..=MAX_PARTICLES).contains(&options.particles) {
        let what = format!("{} particles were asked for", options.particles);
        return Err(Fault::whole(what, format!("ask for 2 to {MAX_PARTICLES}")));
    }
    let (width, height) = image.dimensions();
    let small = reduce(image, options.particles);
    let (small_width, small_height) = (small.width() as usize, small.height() as usize);
    // World units are pixels of the original; one pixel of the reduced image is this many.
    let scale = UVec2::new(width, height).as_dvec2() / UVec2::from(small.dimensions()).as_dvec2();

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
    let (points, owners) = stipple(&ink, options.particles, &mut rng, &|| stop.is_set());
    if stop.is_set() {
        return Err(Fault::stopped());
    }
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
        x: point.x * scale.x,
        // Images count their rows from the top.
        y: (small_height as f64 - point.y) * scale.y,
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
    let text = format!(
        "The image was stippled {} with {} particles of {kinds} species; headings follow the local edges.",
        ground.reading(),
        points.len(),
    );
    Ok(Stippled {
        rows: rows.collect(),
        mode: if touches_edge { Mode::Whole } else { Mode::Motif },
        assumption: Assumption::default(About::Image, text, "--particles N"),
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
    use glam::DVec2;
    use image::{DynamicImage, Rgba};

    fn import_image(name: &str, image: &RgbaImage, options: &ImportOptions) -> Result<Imported, ImportError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let image = DynamicImage::ImageRgba8(image.clone());
        if name.ends_with("jpg") { image.to_rgb8().save(&path) } else { image.save(&path) }.unwrap();
        import(&path, options)
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
    fn a_drawn_ring_becomes_an_even_ring_with_tangential_headings() {
        for (name, ground, swap) in [("ring.png", WHITE, false), ("ring.jpg", WHITE, false), ("dark.png", BLACK, true)]
        {
            let image = draw(200, 200, ground, |x, y| ring(x, y).map(|ink| if swap { WHITE } else { ink }));
            let Imported { snapshot, assumptions, .. } = import_image(name, &image, &sixty()).unwrap();
            assert_eq!((snapshot.particles.len(), snapshot.box_size), (60, DVec2::splat(200.0)));
            assert_eq!((snapshot.mode, snapshot.species_count()), (Mode::Motif, 1), "{assumptions:?}");
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
    fn image_up_is_world_up_and_more_ink_means_more_particles() {
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
        assert_eq!(species(&clear.snapshot)[2..], [0; 6], "on transparent ground: {:?}", clear.assumptions);
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
}
