//! `unstill picture`: a scene as a picture that holds it, and back.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::json;

use super::output::Answer;
use super::worlds::opened;
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
    /// Colours of the species of a swarm
    #[arg(long, default_value = "okabe-ito", value_parser = look(Palette::ALL, Palette::key))]
    palette: Palette,
    /// Shape of the particles of a swarm
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
    let scene = opened(&args.scene)?;
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::scene::Project;
    use crate::worlds::points::cloud::BuiltInTarget;
    use crate::worlds::swarm::picture::motifs;
    use crate::worlds::{FieldDoc, PointsDoc, SwarmDoc, World};

    #[test]
    fn scenes_of_every_world_become_pictures_and_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let cloud = PointsDoc::of(BuiltInTarget::Ring.sample(500, 1), Some(BuiltInTarget::Ring));
        let snapshot = Arc::new(motifs::by_name("mill").expect("a bundled picture").snapshot());
        let swarm = SwarmDoc { snapshot, ..SwarmDoc::default() };
        let worlds = [World::from(swarm), World::from(cloud), World::from(FieldDoc::default())];
        for world in worlds {
            let path = |name: &str| folder.path().join(format!("{}-{name}", world.name()));
            let project = Project::new("Scene", world.clone());
            project.save(path("scene.ron")).unwrap();
            let turn = |from: &str, to: &str| {
                let (theme, palette, body) = (Theme::Light, Palette::OkabeIto, Body::Drop);
                run(&Args { scene: path(from), out: path(to), theme, palette, body }).unwrap()
            };
            turn("scene.ron", "picture.png");
            let answer = turn("picture.png", "back.ron");
            assert_eq!(answer.json["holds_scene"], true);
            assert_eq!(Project::load(path("back.ron")).unwrap().project, project, "{}", world.name());
        }
    }
}
