//! Screenshots: of the window, or of the canvas alone.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use bevy::prelude::*;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use bevy_egui::{EguiPostUpdateSet, EguiRenderOutput};

use super::ShellResource;
use crate::scene::write_atomic;
use crate::window::runtime::mine::free_path;

/// For one frame the panels are not drawn.
#[derive(Resource, Default)]
struct Bare(bool);

pub struct ShotsPlugin;

impl Plugin for ShotsPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Bare>().add_systems(PostUpdate, bare.after(EguiPostUpdateSet::PostProcessOutput));
    }
}

/// Takes a picture of this frame. `part`: x, y, width, height of what is kept, pixels, without what the panels draw.
pub fn take(commands: &mut Commands, part: Option<[u32; 4]>) {
    if part.is_some() {
        commands.insert_resource(Bare(true));
    }
    let keep = move |captured: On<ScreenshotCaptured>, state: Res<ShellResource>| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
        let shell = &state.shell;
        let path = free_path(shell.share.films_folder(), &format!("unstill-{now}"), ".png", None);
        let picture = captured.image.clone();
        shell.files.write_and_report("Screenshot", path, move |path| write_png(path, picture, part));
    };
    commands.spawn(Screenshot::primary_window()).observe(keep);
}

fn bare(mut bare: ResMut<Bare>, mut outputs: Query<&mut EguiRenderOutput>) {
    if std::mem::take(&mut bare.0) {
        for mut output in &mut outputs {
            output.paint_jobs.clear();
        }
    }
}

/// `part`: x, y, width, height of what is kept, pixels.
fn write_png(path: &Path, picture: Image, part: Option<[u32; 4]>) -> Result<(), String> {
    let picture = picture.try_into_dynamic().map_err(|e| e.to_string())?;
    // The alpha channel of a window is not used.
    let mut rgb = picture.to_rgb8();
    if let Some([x, y, width, height]) = part {
        rgb = image::imageops::crop_imm(&rgb, x, y, width, height).to_image();
    }
    let mut bytes = std::io::Cursor::new(Vec::new());
    rgb.write_to(&mut bytes, image::ImageFormat::Png).map_err(|e| e.to_string())?;
    write_atomic(path, bytes.get_ref()).map_err(|e| e.to_string())
}
