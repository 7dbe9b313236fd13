//! `unstill export`: the particles of a scene as files of other programs.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use clap::ValueEnum;
use image::{DynamicImage, ImageFormat};
use serde_json::json;

use super::output::{Answer, load, warn};
use crate::formats::{FormatKind, format_of, write_snapshot_csv, write_snapshot_xyz};
use crate::media::picture::{PictureStyle, render};
use crate::scene::{check_writable, write_atomic};
use crate::worlds::SwarmDoc;
use crate::worlds::swarm::picture::{Boundary, Mode, Particle, Snapshot, Stills, Swarm};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Scene: a .ron file, or a picture that holds one
    scene: PathBuf,
    /// File to write: a table (.csv, .tsv), extended .xyz, or an image (.png, .jpg, .gif, .webp, .bmp, .tiff)
    #[arg(short, long, value_name = "OUT")]
    out: PathBuf,
    /// The painted picture, or the live swarm that was saved with it
    #[arg(long, default_value = "picture")]
    what: What,
    /// Longer side of an image, pixels
    #[arg(long, default_value_t = 800, value_parser = clap::value_parser!(u32).range(16..=8192))]
    size: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum What {
    Picture,
    Live,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Answer> {
    check_writable(&args.out)?;
    let scene = load(&args.scene)?.project.world;
    let stills = scene.stills();
    let snapshot = match args.what {
        What::Picture => Arc::unwrap_or_clone(scene.snapshot),
        What::Live => live_state(&scene).with_context(|| args.scene.display().to_string())?,
    };
    let is_film = args.what == What::Picture && stills.count() > 1;
    let mut snapshots = 1;
    let bytes = if is_film && is_xyz(&args.out) {
        snapshots = stills.count();
        film_of(&stills)?
    } else {
        if is_film {
            warn(&format!(
                "{}: this is snapshot {} of {}; give a .xyz file for all of them",
                args.out.display(),
                stills.film().selected() + 1,
                stills.count()
            ));
        }
        bytes_of(&snapshot, &args.out, args.size)?
    };
    write_atomic(&args.out, &bytes)?;
    let particles = snapshot.particles.len();
    let what = format!("{:?}", args.what).to_lowercase();
    let facts = json!({
        "command": "export",
        "scene": args.scene,
        "out": args.out,
        "what": what,
        "snapshots": snapshots,
        "particles": particles,
        "box_size": snapshot.box_size,
        "bytes": bytes.len(),
    });
    let content = if snapshots > 1 { format!("{snapshots} snapshots") } else { format!("{particles} particles") };
    Answer::new(format!("{}: {content} ({} bytes)", args.out.display(), bytes.len()), &facts)
}

fn is_xyz(out: &Path) -> bool {
    format_of(out).is_some_and(|format| format.kind == FormatKind::Xyz)
}

/// All snapshots, one frame after the other.
fn film_of(stills: &Stills) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for k in 0..stills.count() {
        write_snapshot_xyz(&stills.snapshot(k), &mut bytes)?;
    }
    Ok(bytes)
}

/// The saved live swarm in the unit of the picture that its rule was learned from.
fn live_state(scene: &SwarmDoc) -> anyhow::Result<Snapshot> {
    let state = scene.state.as_ref().context("the scene holds no live swarm; give --what picture")?;
    let unit = scene.rule.as_ref().map_or_else(|| scene.snapshot.unit_length(), |rule| rule.unit_length);
    let scaled = |p: &Particle| Particle { x: p.x * unit, y: p.y * unit, ..*p };
    Ok(Snapshot {
        particles: state.swarm.particles.iter().map(scaled).collect(),
        box_size: state.swarm.box_size.map(|side| side * unit),
        mode: Mode::Whole,
        boundary: Boundary::Periodic,
    })
}

/// The content of the file, whose kind is that of its ending.
fn bytes_of(snapshot: &Snapshot, out: &Path, size: u32) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match format_of(out).map(|format| format.kind) {
        Some(FormatKind::Table) => write_snapshot_csv(snapshot, &mut bytes)?,
        Some(FormatKind::Xyz) => write_snapshot_xyz(snapshot, &mut bytes)?,
        Some(FormatKind::Image) => return image_of(snapshot, out, size),
        None => {
            anyhow::bail!("{}: this kind of file is not known; give a .csv, .xyz, .png or .jpg file", out.display())
        }
    }
    Ok(bytes)
}

fn image_of(snapshot: &Snapshot, out: &Path, size: u32) -> anyhow::Result<Vec<u8>> {
    let format = ImageFormat::from_path(out).with_context(|| out.display().to_string())?;
    let unit = snapshot.unit_length();
    let scaled = |p: &Particle| Particle { x: p.x / unit, y: p.y / unit, ..*p };
    let particles = snapshot.particles.iter().map(scaled).collect();
    let swarm = Swarm { particles, box_size: snapshot.box_size.map(|side| side / unit) };
    let picture = render(&swarm, &PictureStyle { size_px: size, ..PictureStyle::default() });
    let picture = DynamicImage::ImageRgba8(picture);
    // JPEG has no transparency, and nothing of the picture is transparent.
    let picture = if format == ImageFormat::Jpeg { DynamicImage::ImageRgb8(picture.to_rgb8()) } else { picture };
    let mut cursor = Cursor::new(Vec::new());
    picture.write_to(&mut cursor, format).with_context(|| out.display().to_string())?;
    Ok(cursor.into_inner())
}
