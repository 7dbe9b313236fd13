//! The import sheet in a harness of egui: what was assumed, the preview, and the controls.

mod common;

use bevy_egui::egui::accesskit::Role;
use common::panels::{LAPTOP, Window, misplaced, settle, window};
use egui_kittest::kittest::Queryable;
use unstill::formats::{Angles, ColumnUse, ImportOptions, Outline, YAxis, import_all};
use unstill::session::{
    Effect, ImportCommand, ImportReading, ImportRequest, Session, ShareCommand, ShareEffect, ShareEvent,
};

/// A table of a tracker, with what a reader cannot know: the direction of y and the zero of the angle.
const TABLE: &str =
    "frame,id,x,y,angle\n0,1,1,1,10\n0,2,3,1,95\n0,3,2,3,200\n1,1,1.5,1,15\n1,2,3.5,1,90\n1,3,2.5,3,190\n";

/// As the shell reads it.
fn read(request: ImportRequest) -> ImportReading {
    let outline = Outline::of(&request.paths[0], request.options.without_header);
    let result = import_all(&request.paths, &request.options).map_err(|error| error.to_string());
    ImportReading { request, outline, alike: None, result }
}

fn opened(name: &str, text: &str) -> (tempfile::TempDir, Window) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    let mut session = Session::new(1);
    session.on_event(ShareEvent::ImportRead(Box::new(read(ImportRequest::new(vec![path])))));
    let mut window = window(session);
    settle(&mut window);
    (folder, window)
}

/// Carries out the requested readings, and returns their number.
fn answer(window: &mut Window) -> usize {
    let mut answered = 0;
    loop {
        let shell = window.state_mut();
        let at = shell.effects.iter().position(|effect| matches!(effect, Effect::Share(ShareEffect::ReadImport(_))));
        let Some(Effect::Share(ShareEffect::ReadImport(request))) = at.map(|at| shell.effects.remove(at)) else {
            break;
        };
        let effects = shell.session.on_event(ShareEvent::ImportRead(Box::new(read(*request))));
        shell.effects.extend(effects);
        answered += 1;
    }
    settle(window);
    answered
}

fn set(window: &mut Window, change: impl FnOnce(&mut ImportOptions)) {
    let mut options = window.state().session.import_sheet().expect("an open sheet").options().clone();
    change(&mut options);
    window.state_mut().apply(ShareCommand::Sheet(ImportCommand::SetOptions(Box::new(options))));
}

#[test]
fn a_sheet_lists_what_was_assumed_and_fits_a_laptop() {
    let (_folder, window) = opened("flock.csv", TABLE);
    let sheet = window.state().session.import_sheet().expect("an open sheet");
    assert!(sheet.reading().has_choices() && sheet.can_accept());
    for assumption in sheet.reading().assumptions() {
        assert!(window.get_all_by_label_contains(&assumption.text).count() > 0, "{}", assumption.text);
    }
    let found = misplaced(&window, LAPTOP);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn y_from_the_top_chosen_in_the_sheet_turns_the_picture_over() {
    let (_folder, mut window) = opened("flock.csv", TABLE);
    let heights = |window: &Window| -> Vec<f64> {
        let reading = window.state().session.import_sheet().expect("an open sheet").reading();
        reading.result.as_ref().unwrap().snapshot.particles.iter().map(|p| p.y).collect()
    };
    let before = heights(&window);
    assert!(before[0] < before[2]);
    window.get_by_role_and_label(Role::ComboBox, "y axis").click();
    settle(&mut window);
    window.get_by_label("counts from the top, as in images").click();
    settle(&mut window);
    assert_eq!(answer(&mut window), 1);
    let after = heights(&window);
    assert!(after[0] > after[2], "{before:?} {after:?}");
    window.get_by_label("Import").click();
    settle(&mut window);
    let session = &window.state().session;
    assert!(session.import_sheet().is_none());
    let imported: Vec<f64> = session.snapshot().particles.iter().map(|p| p.y).collect();
    assert_eq!((imported, session.document().world.film.len()), (after, 2));
}

#[test]
fn a_table_without_header_is_asked_for_its_columns() {
    let (_folder, mut window) = opened("numbers.csv", "1,2,10\n2,4,20\n3,1,30\n");
    let sheet = window.state().session.import_sheet().expect("an open sheet");
    assert!(sheet.reading().result.is_err() && !sheet.can_accept());
    window.get_by_role_and_label(Role::CheckBox, "No header: the first line holds particles").click();
    settle(&mut window);
    assert_eq!(answer(&mut window), 1);
    set(&mut window, |options| {
        options.columns.set(ColumnUse::X, Some("3".to_owned()));
        options.columns.set(ColumnUse::Y, Some("2".to_owned()));
    });
    assert_eq!(answer(&mut window), 1);
    let sheet = window.state().session.import_sheet().unwrap();
    let snapshot = &sheet.reading().result.as_ref().unwrap().snapshot;
    let dx = snapshot.particles[1].x - snapshot.particles[0].x;
    assert!((dx - 10.0).abs() < 1e-9, "{dx}");
}

#[test]
fn cancel_and_late_readings_change_nothing() {
    let (_folder, mut window) = opened("flock.csv", TABLE);
    let serial = window.state().session.serial();
    set(&mut window, |options| options.y = Some(YAxis::Up));
    window.get_by_label("Cancel").click();
    settle(&mut window);
    assert_eq!(answer(&mut window), 1);
    let session = &window.state().session;
    assert!(session.import_sheet().is_none() && session.serial() == serial);
}

#[test]
fn changes_during_a_reading_are_read_once_at_its_end() {
    let (_folder, mut window) = opened("flock.csv", TABLE);
    for particles in 10..20 {
        set(&mut window, |options| options.particles = particles);
    }
    set(&mut window, |options| (options.y, options.angles) = (Some(YAxis::Down), Angles::COMPASS));
    assert!(!window.state().session.import_sheet().unwrap().can_accept());
    assert_eq!(answer(&mut window), 2);
    let sheet = window.state().session.import_sheet().unwrap();
    assert!(sheet.can_accept() && sheet.reading().request.options.y == Some(YAxis::Down));
}
