//! `unstill picture`: a scene as a picture that holds it, and back.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::json;

use super::output::{Answer, load};
use crate::media::looks::{Body, Palette, Theme};
use crate::media::picture::PictureStyle;
use crate::scene::{Showing, check_writable, is_picture_name};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Scene: a .ron file, or a picture that holds one
    scene: PathBuf,
    /// Picture to write (.png); a name that ends in .ron takes the scene out of its picture again
    #[arg(short, long, value_name = "OUT.png")]
    out: PathBuf,
    /// Ground of the picture
    #[arg(long, default_value = "dark", value_parser = look(Theme::ALL, Theme::key))]
    theme: Theme,
    /// Colours of the species
    #[arg(long, default_value = "okabe-ito", value_parser = look(Palette::ALL, Palette::key))]
    palette: Palette,
    /// Shape of the particles
    #[arg(long, default_value = "drop", value_parser = look(Body::ALL, Body::key))]
    body: Body,
}

/// One of a few choices by its key.
fn look<T: From<String> + Clone + Send + Sync + 'static>(
    all: &[T],
    key: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(all.iter().cloned().map(key)).map(T::from)
}

pub(super) fn run(args: &Args) -> anyhow::Result<Answer> {
    check_writable(&args.out)?;
    let scene = load(&args.scene)?.project;
    let style = PictureStyle { body: args.body, ..PictureStyle::of(args.palette, args.theme) };
    scene.save_showing(&args.out, &Showing::new(style))?;
    let bytes = std::fs::metadata(&args.out).map_or(0, |m| m.len());
    let facts = json!({
        "command": "picture",
        "scene": args.scene,
        "out": args.out,
        "bytes": bytes,
        "holds_scene": true,
    });
    let out = args.out.display();
    let text = if is_picture_name(&args.out) {
        format!("{out}: a picture of the scene, with the scene in it ({bytes} bytes)\nNext: unstill {out}")
    } else {
        format!("{out}: the scene as text ({bytes} bytes)\nNext: unstill {out}")
    };
    Answer::new(text, &facts)
}
