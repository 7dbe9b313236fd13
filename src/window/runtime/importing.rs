//! Reads files of particles for the session: opened at once where nothing has to be asked, else for the import sheet.

use std::path::Path;

use super::files::{Notice, lost_its_scene};
use crate::formats::{Outline, StopSignal, import_unless_stopped};
use crate::jobs::{Post, guarded};
use crate::scene::holds_scene;
use crate::session::{Event, ImportReading, ImportRequest, LOST_ITS_SCENE, Level, ShareEvent};
use crate::worlds::swarm::measures::Alikeness;

/// The first reading of these files, at least one: the particles, or what the import sheet has to ask. `None` where it was
/// stopped.
pub(super) fn read_first(paths: Vec<std::path::PathBuf>, notices: &Post<Notice>, stop: StopSignal) -> Option<Event> {
    let path = paths[0].clone();
    let notify = |notice: Notice| notices.send(notice);
    warning_about(&path).into_iter().for_each(|text| notify((Level::Warning, text.to_owned())));
    let (reading, wants_options) = read(ImportRequest::new(paths), stop)?;
    if reading.has_choices() || wants_options {
        return Some(Event::Share(ShareEvent::ImportRead(Box::new(reading))));
    }
    for assumption in reading.assumptions() {
        notify((Level::Info, assumption.text.clone()));
    }
    reading.alike.into_iter().for_each(notify);
    let result = reading.result.map(crate::formats::Imported::into_stills);
    Some(Event::Share(ShareEvent::Imported { path, result }))
}

/// Reads the files; returns also whether a failure needs further options. `None` where it was stopped.
pub(super) fn read(request: ImportRequest, stop: StopSignal) -> Option<(ImportReading, bool)> {
    let mut wants_options = false;
    let path = request.paths.first().cloned().unwrap_or_default();
    let what = format!("importing {}", path.display());
    let result = guarded(&what, || {
        import_unless_stopped(&request.paths, &request.options, stop).map_err(|error| {
            wants_options = error.is_for_want_of_options();
            error.to_string()
        })
    });
    let alike = result.as_ref().ok().and_then(|imported| {
        let stills = imported.clone().into_stills();
        let alike = Alikeness::unless_stopped(&stills, &|| stop.is_set())?;
        let level = if alike.are_alike() { Level::Info } else { Level::Warning };
        Some((level, format!("{} snapshots: {alike}.", stills.count())))
    });
    let outline = Outline::of(&path, request.options.without_header);
    (!stop.is_set()).then_some((ImportReading { request, outline, alike, result }, wants_options))
}

/// The notice for an image that holds a scene, or has lost it.
fn warning_about(path: &Path) -> Option<&'static str> {
    if holds_scene(path).unwrap_or(false) {
        Some("This picture holds a scene. Only what it looks like was imported; Open (Ctrl+O) brings the scene itself.")
    } else {
        lost_its_scene(path).then_some(LOST_ITS_SCENE)
    }
}
