//! The panels of files, used as a person uses them: a name and Enter, the shelf of own scenes, films, rescued work, files
//! dropped on the window.

mod common;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bevy_egui::egui::{self, Key};
use egui_kittest::kittest::{NodeT, Queryable};

use common::panels::*;
use unstill::formats::TrajectoryKind;
use unstill::media::picture::FilmKind;
use unstill::session::{
    Command, Dialog, DocumentCommand, Effect, FilmView, Preference, RecordingKind, RecordingState, ShareCommand,
    ShareEffect, Workspace,
};
use unstill::window::panels::{RescuedScene, SceneCard, ShareReadouts};
use unstill::worlds::swarm::picture::motifs;

fn shared(readouts: ShareReadouts) -> Window {
    let mut shell = Shell::new(in_workspace(alive(), Workspace::Live));
    shell.state.set_share(readouts);
    window_with(shell, LAPTOP)
}

fn orders(window: &Window) -> Vec<&ShareEffect> {
    fn order(effect: &Effect) -> Option<&ShareEffect> {
        match effect {
            Effect::Share(order) => Some(order),
            _ => None,
        }
    }
    window.state().effects.iter().filter_map(order).collect()
}

fn with_folder() -> ShareReadouts {
    ShareReadouts { scenes_folder: Some("/home/me/Documents/Unstill".into()), ..ShareReadouts::default() }
}

#[test]
fn a_scene_without_a_file_is_saved_by_a_name_and_enter() {
    let mut window = shared(with_folder());
    apply(&mut window, Command::Document(DocumentCommand::Save));
    // The title is proposed, and the field has the keyboard.
    assert!(window.get_all_by_value("Pairs").any(|node| node.accesskit_node().is_focused()));
    window.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    window.run_steps(2);
    window.event(egui::Event::Text("Waltz".into()));
    window.run_steps(4);
    window.key_press(Key::Enter);
    window.run_steps(8);
    let [ShareEffect::SaveToMyScenes { name, document, .. }] = &orders(&window)[..] else {
        panic!("{:?}", window.state().effects)
    };
    assert_eq!((name.as_str(), document.title.as_str()), ("Waltz", "Waltz"));
    assert!(window.query_by_label("Name of the scene").is_none(), "the sheet goes when it is answered");
}

#[test]
fn the_name_sheet_can_be_left_for_a_file_dialog() {
    let mut window = shared(with_folder());
    apply(&mut window, Command::Document(DocumentCommand::Save));
    click(&mut window, "Cancel");
    assert!(window.query_by_label("Name of the scene").is_none() && orders(&window).is_empty());
    apply(&mut window, Command::Document(DocumentCommand::Save));
    click(&mut window, "Another place…");
    assert!(window.state().commands.contains(&Command::Ask(Dialog::SaveAs)));
}

#[test]
fn own_scenes_are_in_the_gallery_and_open_with_a_click() {
    let card = |name: &str| SceneCard {
        path: PathBuf::from(format!("/home/me/{name}.png")),
        title: name.into(),
        notes: String::new(),
        snapshot: Arc::new(motifs::by_name("mill").expect("a bundled picture").snapshot()),
        swarm: None,
        is_mine: true,
        fault: None,
        changed: None,
    };
    let broken = SceneCard { fault: Some("half of it is missing".into()), ..card("Half") };
    let cards = Arc::new(vec![card("Waltz"), card("Rings"), broken]);
    let mut window = shared(ShareReadouts { mine: cards, ..with_folder() });
    apply(&mut window, Command::Ask(Dialog::Gallery));
    assert!(window.query_by_label("Open Waltz").is_none());
    click(&mut window, "My scenes (3)");
    window.get_by_label("cannot be read");
    click(&mut window, "Open Rings");
    assert!(window.state().commands.contains(&Command::Document(DocumentCommand::Open("/home/me/Rings.png".into()))));
    // It fades.
    window.run_steps(30);
    assert!(window.query_by_label("Open Waltz").is_none(), "the gallery goes when something was chosen");
}

#[test]
fn a_large_file_on_its_way_is_announced() {
    let mut window = shared(ShareReadouts { is_reading: true, ..with_folder() });
    // A spinner never rests.
    window.run_steps(3);
    assert!(window.query_by_label("Opening…").is_some());
    window.get_by_label("Cancel").click();
    window.run_steps(3);
    assert!(window.state().commands.contains(&Command::Share(ShareCommand::CancelReading)));
}

#[test]
fn recent_files_are_in_the_file_menu() {
    let mut window = shared(with_folder());
    apply(&mut window, Command::Prefer(Preference::Remember("/home/me/old.ron".into())));
    click(&mut window, "File");
    window.get_by_label_contains("Open recent").hover();
    window.run_steps(30);
    click(&mut window, "old.ron");
    assert!(window.state().commands.contains(&Command::Document(DocumentCommand::Open("/home/me/old.ron".into()))));
}

#[test]
fn film_settings_become_commands_and_mp4_needs_ffmpeg() {
    let mut window = shared(with_folder());
    apply(&mut window, Command::Ask(Dialog::Film));
    click(&mut window, "APNG");
    assert_eq!(window.state().session.film().kind, FilmKind::Apng);
    assert_eq!(window.state().session.film().view, FilmView::Window);
    click(&mut window, "whole world");
    assert_eq!(window.state().session.film().view, FilmView::World);
    click(&mut window, "the end fades into the beginning");
    assert!(window.state().session.film().loops);
    let film = |window: &Window| {
        orders(window).iter().filter(|order| matches!(order, ShareEffect::Film(film) if film.loops)).count()
    };
    let button = window.get_all_by_label("Film").last().expect("the button");
    button.click();
    window.run_steps(8);
    assert_eq!(film(&window), 1);
    click(&mut window, "MP4");
    window.get_all_by_label("Film").last().expect("the button").click();
    window.run_steps(8);
    assert_eq!(film(&window), 1, "nothing to press without ffmpeg");
}

#[test]
fn a_running_film_shows_progress_and_can_be_stopped() {
    let film = RecordingState {
        kind: RecordingKind::Film(FilmKind::Gif),
        taken: 34,
        written: 30,
        frames: 120,
        is_ending: false,
        path: "a.gif".into(),
    };
    let mut window = shared(ShareReadouts { film: Some(film), ..with_folder() });
    window.get_by_label("34 of 120 frames");
    click(&mut window, "Stop");
    click(&mut window, "Cancel");
    assert!(window.state().commands.contains(&Command::Share(ShareCommand::Film)));
    assert!(window.state().commands.contains(&Command::Share(ShareCommand::CancelFilm)));
}

#[test]
fn a_trajectory_is_set_up_recorded_watched_and_stopped() {
    let mut window = shared(with_folder());
    apply(&mut window, Command::Ask(Dialog::Trajectory));
    click(&mut window, "CSV");
    assert_eq!(window.state().session.trajectory().kind, TrajectoryKind::Csv);
    click(&mut window, "Record");
    let [ShareEffect::Trajectory(options)] = &orders(&window)[..] else { panic!("{:?}", window.state().effects) };
    assert_eq!(options, window.state().session.trajectory());

    let kind = RecordingKind::Trajectory(TrajectoryKind::Csv);
    let progress = RecordingState { kind, taken: 34, written: 30, frames: 120, is_ending: false, path: "a.csv".into() };
    let mut window = shared(ShareReadouts { trajectory: Some(progress), ..with_folder() });
    window.get_by_label("34 of 120 frames");
    click(&mut window, "Stop");
    click(&mut window, "Cancel");
    assert!(window.state().commands.contains(&Command::Share(ShareCommand::Trajectory)));
    assert!(window.state().commands.contains(&Command::Share(ShareCommand::CancelTrajectory)));
}

#[test]
fn rescued_work_is_offered_in_one_line_each_and_can_wait() {
    let rescued = |title: &str| RescuedScene { title: title.into(), particles: 9, minutes_ago: 3 };
    let mut window = shared(ShareReadouts { rescued: vec![rescued("Lost"), rescued("Found")], ..with_folder() });
    window.get_by_label("“Lost”");
    window.get_all_by_label("Discard").last().expect("two lines").click();
    window.run_steps(4);
    window.get_all_by_label("Restore").next().expect("two lines").click();
    window.run_steps(4);
    assert_eq!(orders(&window), [&ShareEffect::Discard(1), &ShareEffect::Restore(0)]);
    window.get_all_by_label("Later").next().expect("two lines").click();
    window.run_steps(4);
    assert!(window.query_by_label("“Lost”").is_none());
}

#[test]
fn rescued_work_overlaps_neither_caption_nor_panel() {
    for (size, scale) in [(LAPTOP, 1.0), (LAPTOP, 1.5), (egui::Vec2::new(683.0, 600.0), 1.0)] {
        let mut session = alive();
        session.apply(DocumentCommand::SetNotes("Pairs turn about one another. ".repeat(12)));
        session.apply(DocumentCommand::EndGesture);
        session.apply(Command::Prefer(Preference::UiScale(scale)));
        let mut shell = Shell::new(in_workspace(session, Workspace::Live));
        let rescued = |title: &str| RescuedScene { title: title.into(), particles: 9, minutes_ago: 3 };
        let titles = ["Lost", "A title that is as long as one that a person may give"];
        shell.state.set_share(ShareReadouts { rescued: titles.map(rescued).to_vec(), ..with_folder() });
        let window = window_with(shell, size);
        let free = window.state().free;
        let notes = window.get_by_label_contains("Pairs turn about one another. Pairs").rect();
        for name in ["Rescued:", "Restore", "Discard", "Later"] {
            for node in window.get_all_by_label(name) {
                let at = node.rect();
                assert!(free.contains_rect(at), "{name} at {at} in {free}, at {size} and {scale}");
                assert!(!at.intersects(notes), "{name} at {at} covers the caption at {notes}, at {size} and {scale}");
            }
        }
        let rows: Vec<f32> = window.get_all_by_label("Restore").map(|node| node.rect().top()).collect();
        assert!(rows[1] - rows[0] > 45.0, "{rows:?}");
    }
}

#[derive(Debug)]
struct File(PathBuf);

impl egui::DroppedFile for File {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("there is no reader here".into())
    }
}

#[test]
fn a_dropped_file_is_opened_and_a_hovering_one_announced() {
    let mut window = shared(with_folder());
    let hovered = egui::HoveredFile { path: Some("a.csv".into()), mime: String::new() };
    window.input_mut().hovered_files = vec![hovered];
    window.run_steps(2);
    window.input_mut().hovered_files.clear();
    window.input_mut().dropped_files = vec![Arc::new(File("a.csv".into())), Arc::new(File("b.ron".into()))];
    window.run_steps(3);
    assert_eq!(orders(&window), [&ShareEffect::Open("a.csv".into())], "once, and the first one");
}
