//! Pictures of the looks, of the gallery and of a panel of each workspace in both themes, compared with those in
//! `tests/snapshots`. `UNSTILL_SNAPSHOTS=write` in the environment writes them again: look at what has changed before it is
//! committed.

mod common;

use std::path::Path;

use bevy_egui::egui::{Rect, Vec2, pos2};
use egui_kittest::Harness;
use image::RgbaImage;
use image::imageops::crop_imm;
use rand::SeedableRng;
use rand::rngs::StdRng;

use common::panels::*;
use common::raster::Textures;
use unstill::media::picture::{Painter, PictureStyle};
use unstill::session::{Body, Command, Dialog, LiveCommand, Palette, Preference, Session, Theme, Workspace};
use unstill::window::panels::{SIDE_WIDTH, TOP_HEIGHT};
use unstill::worlds::swarm::picture::{Ensemble, motifs, wrap_angle};
use unstill::worlds::swarm::rule::LiveSettings;

/// Channels that differ by less are equal: processors round differently.
const EQUAL: u8 = 24;
/// Share of the pixels that may differ: some of the rim of a letter or a knob, which is less than a word or a moved control.
const MAX_SHARE: f64 = 0.000_3;

/// Compares a picture with the one of this name.
///
/// # Errors
/// How much two pictures differ, if they do.
fn compare(name: &str, picture: &RgbaImage) -> Result<(), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(name).with_extension("png");
    if std::env::var("UNSTILL_SNAPSHOTS").is_ok_and(|wish| wish == "write") {
        return picture.save(path).map_err(|e| e.to_string());
    }
    let wanted = image::open(&path).map_err(|e| format!("{}: {e}", path.display()))?.into_rgba8();
    if wanted.dimensions() != picture.dimensions() {
        return Err(format!("{name} is {:?} pixels, not {:?}", picture.dimensions(), wanted.dimensions()));
    }
    let differs =
        |(a, b): &(&image::Rgba<u8>, &image::Rgba<u8>)| a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > EQUAL);
    let count = picture.pixels().zip(wanted.pixels()).filter(differs).count();
    let share = count as f64 / wanted.pixels().len() as f64;
    if share <= MAX_SHARE {
        return Ok(());
    }
    let seen = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name).with_extension("png");
    picture.save(&seen).map_err(|e| e.to_string())?;
    Err(format!("{count} pixels of {name} differ ({:.2} %): see {}", 100.0 * share, seen.display()))
}

fn assert_same(name: &str, picture: &RgbaImage) {
    if let Err(why) = compare(name, picture) {
        panic!("{why}. If it is meant, write the pictures again with UNSTILL_SNAPSHOTS=write");
    }
}

/// What the window shows of a session.
fn shown(session: Session, theme: Theme, prepare: impl FnOnce(&mut Window)) -> RgbaImage {
    let textures = Textures::default();
    let mut window = Harness::builder()
        .with_size(LAPTOP)
        .with_step_dt(1.0 / 60.0)
        .renderer(textures.clone())
        .build_ui_state(|ui, shell: &mut Shell| shell.frame(ui.ctx()), Shell::new(session));
    settle(&mut window);
    apply(&mut window, Command::Prefer(Preference::Theme(theme)));
    prepare(&mut window);
    settle(&mut window);
    textures.draw(&window.ctx, window.output())
}

/// The side panel.
fn side(picture: &RgbaImage) -> RgbaImage {
    cut(picture, Rect::from_min_max(pos2(0.0, TOP_HEIGHT), pos2(SIDE_WIDTH, LAPTOP.y)))
}

fn cut(picture: &RgbaImage, place: Rect) -> RgbaImage {
    let [x, y, w, h] = [place.min.x, place.min.y, place.width(), place.height()].map(|side| side as u32);
    crop_imm(picture, x, y, w, h).to_image()
}

fn name_of(what: &str, theme: Theme) -> String {
    format!("{what}_{}", theme.name())
}

#[test]
fn a_panel_of_each_workspace_looks_as_it_did() {
    for &theme in Theme::ALL {
        for (name, workspace) in [("paint", Workspace::Paint), ("learn", Workspace::Learn), ("live", Workspace::Live)] {
            let picture = shown(in_workspace(alive(), workspace), theme, |_| {});
            assert_same(&name_of(name, theme), &side(&picture));
        }
    }
}

#[test]
fn the_gallery_looks_as_it_did() {
    for &theme in Theme::ALL {
        let picture = shown(alive(), theme, |window| apply(window, Command::Ask(Dialog::Gallery)));
        let middle = Rect::from_center_size(pos2(0.5 * LAPTOP.x, 0.5 * LAPTOP.y), Vec2::new(860.0, 700.0));
        assert_same(&name_of("gallery", theme), &cut(&picture, middle));
    }
}

/// Samples of a bundled picture with two species that swim on for a while, with what is left of their trails.
fn crowd(style: &PictureStyle) -> RgbaImage {
    let hunt = motifs::by_name("hunt").expect("a bundled picture");
    let ensemble = Ensemble { copies: 14, ..hunt.ensemble() };
    let mut swarm = hunt.snapshot().sample(&ensemble, &mut StdRng::seed_from_u64(7)).expect("a sample");
    assert!(swarm.len() >= 40 && swarm.particles.iter().any(|p| p.species == 1), "a real swarm: {}", swarm.len());
    let mut painter = Painter::new(style.clone());
    let [width, height] = swarm.box_size.to_array();
    for _ in 0..12 {
        for p in &mut swarm.particles {
            let (sin, cos) = p.heading.sin_cos();
            (p.x, p.y) = ((p.x + 0.1 * cos).rem_euclid(width), (p.y + 0.1 * sin).rem_euclid(height));
            p.heading = wrap_angle(p.heading + 0.06);
        }
        painter.advance(&swarm.clone().into(), 0.05);
    }
    painter.paint(&swarm.into())
}

fn look(body: Body, theme: Theme) -> PictureStyle {
    PictureStyle { size_px: 320, body, trail_s: 0.8, ..PictureStyle::of(Palette::default(), theme) }
}

#[test]
fn each_look_of_the_swarm_is_as_it_was() {
    for &theme in Theme::ALL {
        for &body in Body::ALL {
            assert_same(&name_of(body.name(), theme), &crowd(&look(body, theme)));
        }
    }
}

#[test]
fn another_palette_size_trail_or_glow_is_a_difference() {
    if std::env::var_os("UNSTILL_SNAPSHOTS").is_some() {
        return;
    }
    let right = look(Body::Drop, Theme::Dark);
    let palette = Palette::ALL.iter().find(|&&palette| palette != Palette::default()).expect("two palettes");
    let wrong = [
        ("palette", PictureStyle { palette: palette.colours(Theme::Dark), ..right.clone() }),
        ("size", PictureStyle { body_length: 1.1 * right.body_length, ..right.clone() }),
        ("trail", PictureStyle { trail_s: 0.5 * right.trail_s, ..right.clone() }),
        ("glow", PictureStyle { glow: 0.0, ..right }),
    ];
    for (what, style) in wrong {
        let why = compare(&name_of(Body::Drop.name(), Theme::Dark), &crowd(&style)).expect_err(what);
        assert!(why.contains("differ"), "{what}: {why}");
    }
}

#[test]
fn one_knob_that_has_moved_is_a_difference() {
    let picture = shown(in_workspace(alive(), Workspace::Live), Theme::Dark, |window| {
        let strength = 3.0 * LiveSettings::default().strength;
        let moved = LiveSettings { strength, ..LiveSettings::default() };
        apply(window, Command::Live(LiveCommand::SetSettings(moved)));
    });
    if std::env::var_os("UNSTILL_SNAPSHOTS").is_none() {
        let why = compare(&name_of("live", Theme::Dark), &side(&picture)).expect_err("another strength");
        assert!(why.contains("pixels of live_dark differ"), "{why}");
    }
}
