//! The panels of files, used as a person uses them: a name and Enter, the shelf of own scenes, films, rescued work, files
//! dropped on the window.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bevy_egui::egui::{self, Context, Key, Rect, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use unstill::observe::picture::FilmKind;
use unstill::rule::{LocalNet, NetShape, Rule};
use unstill::session::{
    Command, Dialog, Document, Effect, Event, Place, Preference, SceneSource, Session, ShareCommand, ShareOrder,
};
use unstill::snapshot::motifs;
use unstill::ui::{FilmProgress, Readouts, RescuedScene, SceneCard, ShareReadouts, UiState, panels, set_style};

/// A shell without engine, files or threads.
struct Shell {
    session: Session,
    state: UiState,
    commands: Vec<Command>,
    effects: Vec<Effect>,
    free: Rect,
    styled: bool,
}

impl Shell {
    fn frame(&mut self, ctx: &Context) {
        if !std::mem::replace(&mut self.styled, true) {
            set_style(ctx);
        }
        let (commands, free) = panels(ctx, &self.session, &Readouts::default(), &mut self.state);
        self.free = free;
        for command in commands {
            self.commands.push(command.clone());
            self.apply(command);
        }
    }

    fn apply(&mut self, command: Command) {
        for effect in self.session.apply(command) {
            self.state.on_effect(&effect);
            self.effects.push(effect);
        }
    }
}

type Window = Harness<'static, Shell>;

fn window(readouts: ShareReadouts) -> Window {
    let mut state = UiState::new(Vec::new());
    state.set_share(readouts);
    let shell =
        Shell { session: alive(), state, commands: Vec::new(), effects: Vec::new(), free: Rect::ZERO, styled: false };
    let mut window = Harness::builder()
        .with_size(Vec2::new(1366.0, 768.0))
        .with_step_dt(1.0 / 60.0)
        .build_ui_state(|ui, shell: &mut Shell| shell.frame(ui.ctx()), shell);
    window.run_steps(8);
    window
}

fn alive() -> Session {
    let net = |outputs| {
        let shape = NetShape { species: 2, phi: [4, 4], rho: [4, 4], outputs };
        LocalNet { shape, weights: vec![0.0; shape.layout().total] }
    };
    let rule =
        Rule { unit_length: 1.0, cutoff_l: 3.9, sigma_range_l: [0.1, 0.8], kappa: 1.0, energy: net(1), flow: None };
    let mut session = Session::new(3);
    let pairs = motifs::by_name("pairs").expect("a bundled picture").snapshot();
    let document = Document {
        title: "Pairs".into(),
        snapshot: Arc::new(pairs),
        rule: Some(Arc::new(rule)),
        ..Document::default()
    };
    session.on_event(Event::Opened { source: SceneSource::Bundled("pairs".into()), result: Ok(Box::new(document)) });
    session.apply(Command::SetPlace(Place::Live));
    session
}

fn click(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    window.run_steps(8);
}

fn ask(window: &mut Window, command: Command) {
    window.state_mut().apply(command);
    window.run_steps(8);
}

fn orders(window: &Window) -> Vec<&ShareOrder> {
    fn order(effect: &Effect) -> Option<&ShareOrder> {
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
    let mut window = window(with_folder());
    ask(&mut window, Command::Save);
    // The title is proposed, and the field has the keyboard.
    assert!(window.get_all_by_value("Pairs").any(|node| node.accesskit_node().is_focused()));
    window.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    window.run_steps(2);
    window.event(egui::Event::Text("Waltz".into()));
    window.run_steps(4);
    window.key_press(Key::Enter);
    window.run_steps(8);
    let [ShareOrder::SaveAmongMine { name, document, .. }] = &orders(&window)[..] else {
        panic!("{:?}", window.state().effects)
    };
    assert_eq!((name.as_str(), document.title.as_str()), ("Waltz", "Waltz"));
    assert!(window.query_by_label("Name of the scene").is_none(), "the sheet goes when it is answered");
}

#[test]
fn the_sheet_of_the_name_leads_to_a_place_of_ones_choice_and_can_be_left() {
    let mut window = window(with_folder());
    ask(&mut window, Command::Save);
    click(&mut window, "Cancel");
    assert!(window.query_by_label("Name of the scene").is_none() && orders(&window).is_empty());
    ask(&mut window, Command::Save);
    click(&mut window, "Another place…");
    assert!(window.state().commands.contains(&Command::Ask(Dialog::SaveAs)));
}

#[test]
fn own_scenes_stand_on_a_shelf_of_the_gallery_and_open_with_a_click() {
    let card = |name: &str| SceneCard {
        path: PathBuf::from(format!("/home/me/{name}.png")),
        title: name.into(),
        notes: String::new(),
        snapshot: Arc::new(motifs::by_name("mill").expect("a bundled picture").snapshot()),
        is_alive: true,
        is_mine: true,
        changed: None,
    };
    let mut window = window(ShareReadouts { mine: Arc::new(vec![card("Waltz"), card("Rings")]), ..with_folder() });
    ask(&mut window, Command::Ask(Dialog::Gallery));
    assert!(window.query_by_label("Open Waltz").is_none());
    click(&mut window, "My scenes (2)");
    click(&mut window, "Open Rings");
    assert!(window.state().commands.contains(&Command::Open("/home/me/Rings.png".into())));
    // It fades.
    window.run_steps(30);
    assert!(window.query_by_label("Open Waltz").is_none(), "the gallery goes when something was chosen");
}

#[test]
fn recent_files_are_in_the_file_menu() {
    let mut window = window(with_folder());
    ask(&mut window, Command::Prefer(Preference::Remember("/home/me/old.ron".into())));
    click(&mut window, "File");
    window.get_by_label_contains("Open recent").hover();
    window.run_steps(30);
    click(&mut window, "old.ron");
    assert!(window.state().commands.contains(&Command::Open("/home/me/old.ron".into())));
}

#[test]
fn the_settings_of_a_film_become_commands_and_mp4_without_ffmpeg_says_what_is_missing() {
    let mut window = window(with_folder());
    ask(&mut window, Command::Ask(Dialog::Film));
    click(&mut window, "APNG");
    assert_eq!(window.state().session.film().kind, FilmKind::Apng);
    click(&mut window, "the end fades into the beginning");
    assert!(window.state().session.film().loops);
    let film = |window: &Window| {
        orders(window).iter().filter(|order| matches!(order, ShareOrder::Film(film) if film.loops)).count()
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
fn a_film_under_way_shows_how_far_it_is_and_can_be_stopped_or_given_up() {
    let film = FilmProgress {
        kind: FilmKind::Gif,
        taken: 34,
        written: 30,
        frames: 120,
        is_ending: false,
        path: "a.gif".into(),
    };
    let mut window = window(ShareReadouts { film: Some(film), ..with_folder() });
    window.get_by_label("34 of 120 frames");
    click(&mut window, "Stop");
    click(&mut window, "Cancel");
    assert!(window.state().commands.contains(&Command::Share(ShareCommand::Film)));
    assert!(window.state().commands.contains(&Command::Share(ShareCommand::CancelFilm)));
}

#[test]
fn rescued_work_is_offered_in_one_line_each_and_can_wait() {
    let rescued = |title: &str| RescuedScene { title: title.into(), particles: 9, minutes_ago: 3 };
    let mut window = window(ShareReadouts { rescued: vec![rescued("Lost"), rescued("Found")], ..with_folder() });
    window.get_by_label("“Lost”");
    window.get_all_by_label("Discard").last().expect("two lines").click();
    window.run_steps(4);
    window.get_all_by_label("Restore").next().expect("two lines").click();
    window.run_steps(4);
    assert_eq!(orders(&window), [&ShareOrder::Discard(1), &ShareOrder::Restore(0)]);
    window.get_all_by_label("Later").next().expect("two lines").click();
    window.run_steps(4);
    assert!(window.query_by_label("“Lost”").is_none());
}

#[derive(Debug)]
struct File(PathBuf);

impl egui::DroppedFile for File {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("nobody reads it here".into())
    }
}

#[test]
fn a_dropped_file_is_opened_and_one_that_hovers_is_promised_something() {
    let mut window = window(with_folder());
    let hovered = egui::HoveredFile { path: Some("a.csv".into()), mime: String::new() };
    window.input_mut().hovered_files = vec![hovered];
    window.run_steps(2);
    window.input_mut().hovered_files.clear();
    window.input_mut().dropped_files = vec![Arc::new(File("a.csv".into())), Arc::new(File("b.ron".into()))];
    window.run_steps(3);
    assert_eq!(orders(&window), [&ShareOrder::Open("a.csv".into())], "once, and the first one");
}
