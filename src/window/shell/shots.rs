//! Screenshots: of the window, or of the canvas alone.

use std::time::{SystemTime, UNIX_EPOCH};

use bevy::prelude::*;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use bevy_egui::{EguiPostUpdateSet, EguiRenderOutput};

use super::ShellResource;
use super::mine::free_path;

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
        shell.files.screenshot(path, captured.image.clone(), part);
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
