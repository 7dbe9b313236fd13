//! `unstill picture`: a scene as a picture that holds it, and back.

use std::path::PathBuf;

use serde_json::json;

use super::output::{Answer, load};
use crate::scene::{check_writable, is_picture_name};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Scene: a .ron file, or a picture that holds one
    scene: PathBuf,
    /// Picture to write (.png); a name that ends in .ron takes the scene out of its picture again
    #[arg(short, long, value_name = "OUT.png")]
    out: PathBuf,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Answer> {
    check_writable(&args.out)?;
    let scene = load(&args.scene)?.scene;
    scene.save(&args.out)?;
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
