//! The panels of the studio, used as a person uses them: every world, every workspace, both themes, and a small screen.

mod common;

use std::sync::Arc;

use bevy_egui::egui::{Event, Key, Rect, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use glam::DVec3;

use common::panels::LAPTOP;
use unstill::jobs::{CanvasEvent, LearningEvent};
use unstill::scene::Project;
use unstill::session::studio::{ProgramCommand, Studio, StudioCommand, StudioEffect, StudioEvent};
use unstill::session::{Dialog, Effect, Prefs, Theme, Workspace};
use unstill::window::panels::{
    CardSource, SIDE_WIDTH, ShareReadouts, StudioCard, TOP_HEIGHT, UiState, set_style, studio_panels,
};
use unstill::worlds::studio::{SeriesReading, TrainingStep, WORLDS, WorldEntry, world_entry};

/// What the panels asked for is carried out on the studio and kept; there are neither threads nor files.
struct Desk {
    studio: Studio,
    state: UiState,
    prefs: Prefs,
    commands: Vec<StudioCommand>,
    effects: Vec<StudioEffect>,
    free: Rect,
    styled: bool,
}

impl Desk {
    fn new(studio: Studio, theme: Theme) -> Self {
        let prefs = Prefs { theme, ..Prefs::default() };
        let (commands, effects) = (Vec::new(), Vec::new());
        Self { studio, state: UiState::new(Vec::new()), prefs, commands, effects, free: Rect::ZERO, styled: false }
    }

    fn frame(&mut self, ctx: &bevy_egui::egui::Context) {
        if !std::mem::replace(&mut self.styled, true) {
            set_style(ctx);
        }
        let (commands, free) = studio_panels(ctx, &self.studio, &self.prefs, &mut self.state);
        self.free = free;
        for command in commands.into_iter().filter(|command| *command != StudioCommand::EndGesture) {
            self.commands.push(command.clone());
            self.effects.extend(self.studio.apply(command));
        }
    }
}

type Window = Harness<'static, Desk>;

fn window(studio: Studio, theme: Theme) -> Window {
    let mut window = Harness::builder()
        .with_size(LAPTOP)
        .with_step_dt(1.0 / 60.0)
        .build_ui_state(|ui, desk: &mut Desk| desk.frame(ui.ctx()), Desk::new(studio, theme));
    window.run_steps(8);
    window
}

fn click(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    window.run_steps(8);
}

/// A world that lives, with readings.
fn alive(entry: &'static WorldEntry) -> Studio {
    let scene = entry.bundled.first().expect("a bundled scene");
    let mut studio = Studio::new(entry);
    let [StudioEffect::Load(number, _)] = studio.apply(StudioCommand::Visit)[..] else { panic!("a visit loads") };
    let project = Box::new(Project::from_ron(scene.text).expect("a scene").project);
    studio.on_event(StudioEvent::Opened { number, result: Ok((project, Vec::new())) });
    studio.on_event(StudioEvent::Canvas(CanvasEvent::Running(true, None)));
    let description = "as in the test".to_owned();
    studio.on_event(StudioEvent::Canvas(CanvasEvent::Pace { steps: 900, steps_per_s: 60.0, description }));
    for steps in [100, 200, 300] {
        let reading = |series: &unstill::worlds::studio::SeriesSpec| SeriesReading {
            series: series.id,
            values: vec![0.001 * steps as f64; series.curves.len()],
        };
        let readings = studio.info().tables().series.iter().map(reading).collect();
        studio.on_event(StudioEvent::Canvas(CanvasEvent::Readings { steps, readings }));
    }
    studio
}

/// Widgets that are not wholly on the screen, or that reach out of the side panel.
fn misplaced(window: &Window) -> Vec<String> {
    let screen = Rect::from_min_size([0.0, 0.0].into(), LAPTOP);
    let mut found = Vec::new();
    let mut count = 0;
    for node in window.root().children_recursive() {
        let node = node.accesskit_node();
        let (Some(name), Some(b)) = (node.label().or(node.value()), node.bounding_box()) else { continue };
        count += 1;
        let rect = Rect::from_min_max([b.x0 as f32, b.y0 as f32].into(), [b.x1 as f32, b.y1 as f32].into());
        let in_side_panel = rect.min.y > TOP_HEIGHT && rect.min.x < SIDE_WIDTH && rect.max.y < LAPTOP.y;
        let across = rect.min.x < 0.0 || rect.max.x > screen.max.x;
        if across || (in_side_panel && rect.max.x > SIDE_WIDTH) {
            found.push(format!("{:?} {name} at {rect}", node.role()));
        }
    }
    assert!(count > 15, "only {count} widgets");
    found
}

#[test]
fn every_workspace_of_every_world_fits_the_laptop() {
    for entry in WORLDS {
        for theme in [Theme::Dark, Theme::Light] {
            let mut window = window(alive(entry), theme);
            for workspace in [Workspace::Paint, Workspace::Learn, Workspace::Live] {
                window.state_mut().studio.apply(StudioCommand::SetWorkspace(workspace));
                window.run_steps(6);
                assert_eq!(misplaced(&window), Vec::<String>::new(), "{} in {workspace:?}", entry.name);
            }
            let free = window.state().free;
            assert!(free.min == [SIDE_WIDTH, TOP_HEIGHT].into() && free.max == LAPTOP.to_pos2(), "{free:?}");
        }
    }
}

#[test]
fn the_switch_of_worlds_asks_for_another_world() {
    let mut window = window(alive(world_entry("points").unwrap()), Theme::Dark);
    click(&mut window, "World: Points");
    assert!(window.state().commands.is_empty(), "it is there already");
    for (label, name) in [("World: Field", "field"), ("World: Swarm", "swarm")] {
        click(&mut window, label);
        let wanted = StudioCommand::Program(ProgramCommand::Switch(name));
        assert_eq!(window.state().commands.last(), Some(&wanted));
    }
}

#[test]
fn workspaces_brushes_and_starts_are_a_click_away() {
    let mut window = window(alive(world_entry("points").unwrap()), Theme::Dark);
    click(&mut window, "Stir");
    assert_eq!(window.state().studio.brush(), "stir");
    click(&mut window, "Scatter");
    assert_eq!(window.state().commands.last(), Some(&StudioCommand::Restart("scatter")));
    click(&mut window, "⏸ Pause");
    assert!(!window.state().studio.live().playing);
    click(&mut window, "Paint");
    assert_eq!(window.state().studio.workspace(), Workspace::Paint);
    click(&mut window, "Erase");
    assert_eq!(window.state().studio.brush(), "erase");
    click(&mut window, "Limit cycle");
    assert_eq!(window.state().commands.last(), Some(&StudioCommand::Start("limit-cycle")));
    window.get_by_label("Preparing Limit cycle …");
}

#[test]
fn learning_shows_how_far_it_is_and_can_be_stopped() {
    let mut window = window(alive(world_entry("points").unwrap()), Theme::Light);
    click(&mut window, "Learn");
    click(&mut window, "Free network");
    assert_eq!(window.state().commands.last(), Some(&StudioCommand::Learn("free")));
    let step = TrainingStep { phase: "free network", done: 500, total: 1500, loss: Some(0.3), figures: None };
    for loss in [0.4, 0.3] {
        let event = LearningEvent::Progress { step, loss: Some(loss), steps_per_s: 100.0 };
        window.state_mut().studio.on_event(StudioEvent::Learning(1, event));
    }
    window.run_steps(4);
    window.get_by_label_contains("free network, 10 s left");
    click(&mut window, "Pause");
    assert!(window.state().effects.contains(&StudioEffect::PauseLearning(1)));
    click(&mut window, "Stop");
    assert!(window.state().effects.contains(&StudioEffect::StopLearning(1)));
    assert!(window.query_by_label("Stop").is_none());
}

#[test]
fn rules_are_chosen_and_deleted_in_the_list() {
    let mut window = window(alive(world_entry("points").unwrap()), Theme::Dark);
    click(&mut window, "Learn");
    let flows = window.state().studio.info().flows();
    assert!(flows.len() > 2, "the bundled scene has several rules");
    let other = flows.iter().position(|flow| !flow.is_chosen).unwrap();
    click(&mut window, &flows[other].name);
    assert!(window.state().studio.info().flows()[other].is_chosen);
    click(&mut window, &format!("Delete {}", flows[other].name));
    assert_eq!(window.state().studio.info().flows().len(), flows.len() - 1);
    click(&mut window, "⟲ Undo");
    assert_eq!(window.state().studio.info().flows().len(), flows.len());
}

#[test]
fn presets_are_a_click_away_and_the_present_one_is_marked() {
    for entry in WORLDS {
        let mut window = window(alive(entry), Theme::Dark);
        click(&mut window, "Learn");
        click(&mut window, "Thorough");
        let info = window.state().studio.info();
        let preset = info.tables().presets.iter().find(|preset| preset.id == "thorough").unwrap();
        assert!(preset.knobs.iter().all(|(id, value)| info.knob(id) == *value), "{}", entry.name);
        let commands = window.state().commands.len();
        click(&mut window, "Thorough");
        assert_eq!(window.state().commands.len(), commands, "it is the present one");
    }
}

#[test]
fn time_goes_back_and_checkpoints_are_named_and_deleted() {
    for entry in WORLDS {
        let mut window = window(alive(entry), Theme::Light);
        click(&mut window, "◀ Back");
        assert_eq!(window.state().commands.last(), Some(&StudioCommand::StepBack));
        click(&mut window, "Save state");
        let desk = window.state_mut();
        let state = desk.studio.info().start_simulation(1).unwrap().live_state();
        let kept = CanvasEvent::Kept(desk.studio.serial(), state);
        desk.studio.on_event(StudioEvent::Canvas(kept));
        window.run_steps(4);
        assert_eq!(misplaced(&window), Vec::<String>::new(), "{}", entry.name);
        click(&mut window, "Return to Checkpoint 1");
        assert_eq!(window.state().commands.last(), Some(&StudioCommand::ReturnTo(0)));
        click(&mut window, "Delete Checkpoint 1");
        assert!(window.state().studio.info().checkpoints().is_empty());
    }
}

#[test]
fn equations_are_shown_and_copied() {
    let mut window = window(alive(world_entry("field").unwrap()), Theme::Dark);
    click(&mut window, "Learn");
    window.get_by_label_contains("du/dt =");
    click(&mut window, "LaTeX");
    let copied = |effect: &StudioEffect| matches!(effect, StudioEffect::Copy(text) if text.contains("partial_t u"));
    assert!(window.state().effects.iter().any(copied));
}

#[test]
fn plots_open_under_the_canvas_and_are_saved() {
    let mut window = window(alive(world_entry("points").unwrap()), Theme::Dark);
    let before = window.state().free;
    click(&mut window, "Plots");
    assert!(window.state().free.bottom() < before.bottom() - 150.0);
    assert_eq!(misplaced(&window), Vec::<String>::new());
    click(&mut window, "Save MMD²");
    let wanted = StudioCommand::Program(ProgramCommand::Ask(Dialog::SaveSeries("mmd")));
    assert_eq!(window.state().commands.last(), Some(&wanted));
    click(&mut window, "Plot Stein");
    assert!(!window.state().studio.plots().is_shown("stein"));
    click(&mut window, "Close the plots");
    assert_eq!(window.state().free, before);
}

#[test]
fn unsaved_worlds_are_asked_for_before_quitting() {
    let mut window = window(alive(world_entry("points").unwrap()), Theme::Dark);
    window.state_mut().state.ask_before_quitting(vec!["Ring".into(), "Waves".into()]);
    window.run_steps(4);
    window.get_by_label_contains("“Ring”, “Waves” have unsaved changes");
    click(&mut window, "Stay");
    assert_eq!(window.state().commands.last(), Some(&StudioCommand::Program(ProgramCommand::StayHere)));
    assert!(window.query_by_label("Stay").is_none());
    window.state_mut().state.ask_before_quitting(vec!["Ring".into()]);
    window.run_steps(4);
    click(&mut window, "Leave without saving");
    assert_eq!(window.state().commands.last(), Some(&StudioCommand::Program(ProgramCommand::QuitUnsaved)));
}

#[test]
fn a_picture_without_a_rule_says_what_to_do() {
    let mut studio = Studio::new(world_entry("points").unwrap());
    studio.apply(StudioCommand::SetWorkspace(Workspace::Live));
    let mut window = window(studio, Theme::Dark);
    window.get_by_label_contains("Nothing lives here yet.");
    click(&mut window, "Paint");
    window.get_by_label_contains("Cannot be learned");
    let world = window.state().studio.project().world.clone();
    click(&mut window, "Learn ▶");
    let started = StudioEffect::Learn { run: 1, world: Arc::clone(&world), method: "exact" };
    assert!(window.state().effects.contains(&started));
    assert_eq!(Vec2::ZERO, window.state().free.min.to_vec2() - Vec2::new(SIDE_WIDTH, TOP_HEIGHT));
}

#[test]
fn scenes_are_opened_from_the_gallery() {
    let mut window = window(alive(world_entry("points").unwrap()), Theme::Dark);
    let card = |title: &str, source| StudioCard {
        source,
        title: title.into(),
        notes: "Look at it".into(),
        picture: image::RgbaImage::new(8, 6),
    };
    let cards =
        vec![card("Letter", CardSource::Bundled("letter")), card("My own", CardSource::File("mine.png".into()))];
    let cards = Arc::new(cards);
    for (label, wanted) in [
        ("Open Letter", StudioCommand::OpenBundled("letter")),
        ("Open My own", StudioCommand::Program(ProgramCommand::Open("mine.png".into()))),
    ] {
        window.state_mut().state.set_studio_cards(&cards);
        window.state_mut().state.on_effect(&Effect::Ask(Dialog::Gallery));
        window.run_steps(6);
        click(&mut window, label);
        assert_eq!(window.state().commands.last(), Some(&wanted));
        // It fades out.
        window.run_steps(30);
        assert!(window.query_by_label(label).is_none(), "the gallery is closed");
    }
}

#[test]
fn commands_of_the_world_are_found_by_typing() {
    let mut window = window(alive(world_entry("points").unwrap()), Theme::Light);
    window.state_mut().state.on_effect(&Effect::Ask(Dialog::Palette));
    window.run_steps(4);
    window.event(Event::Text("film or".into()));
    window.run_steps(4);
    window.key_press(Key::Enter);
    window.run_steps(4);
    assert_eq!(window.state().commands.last(), Some(&StudioCommand::Film));
    let films = |effect: &StudioEffect| matches!(effect, StudioEffect::Film(_));
    assert!(window.state().effects.iter().any(films));
}

#[test]
fn a_new_scene_is_saved_under_a_name() {
    let mut window = window(alive(world_entry("points").unwrap()), Theme::Dark);
    window.state_mut().state.set_share(ShareReadouts { scenes_folder: Some("scenes".into()), ..Default::default() });
    window.state_mut().state.on_effect(&Effect::Ask(Dialog::Name));
    window.run_steps(4);
    window.event(Event::Text(" of mine".into()));
    window.run_steps(4);
    click(&mut window, "Save");
    let saves =
        |command: &StudioCommand| matches!(command, StudioCommand::SaveToMyScenes(name) if name.ends_with("of mine"));
    assert!(window.state().commands.last().is_some_and(saves), "{:?}", window.state().commands);
}

#[test]
fn rules_are_blended_and_layers_are_shown() {
    let mut window = window(alive(world_entry("points").unwrap()), Theme::Dark);
    click(&mut window, "Streamlines");
    assert!(window.state().studio.live().layers.has(0));
    click(&mut window, "Learn");
    let flows = window.state().studio.info().flows();
    let other = flows.iter().find(|flow| flow.can_be_blended).expect("an exact flow that does not play");
    click(&mut window, &format!("More about {}", other.name));
    click(&mut window, "Blend with the one that plays");
    let now = window.state().studio.info().flows();
    assert_eq!(now.len(), flows.len() + 1);
    assert!(now.last().unwrap().is_chosen && now.last().unwrap().name.contains('+'));
}

#[test]
fn the_certificate_is_measured_in_the_background() {
    let mut window = window(alive(world_entry("points").unwrap()), Theme::Dark);
    window.state_mut().studio.apply(StudioCommand::SetWorkspace(Workspace::Learn));
    window.run_steps(4);
    window.state_mut().studio.apply(StudioCommand::Check);
    let step = TrainingStep { phase: "check", done: 3, total: 12, loss: None, figures: None };
    let event = LearningEvent::Progress { step, loss: None, steps_per_s: 0.5 };
    window.state_mut().studio.on_event(StudioEvent::Learning(1, event));
    window.run_steps(4);
    window.get_by_label("Progress");
    let check = window.get_by_label("Check").accesskit_node().is_disabled();
    assert!(check, "one job at a time");
    assert!((window.state().studio.learning().progress() - 0.25).abs() < 1e-9);
}

#[test]
fn a_token_is_drawn_with_colours_brushes_and_actions() {
    let entry = world_entry("field").unwrap();
    let mut studio = Studio::new(entry);
    let world = (entry.start)(&studio.project().world, "drawn").unwrap();
    let [StudioEffect::Load(number, _)] = studio.apply(StudioCommand::Start("drawn"))[..] else { panic!("a start") };
    let result = Ok((Box::new(Project::new("Mine", world)), Vec::new()));
    studio.on_event(StudioEvent::Opened { number, result });
    let mut window = window(studio, Theme::Dark);
    assert_eq!(misplaced(&window), Vec::<String>::new());
    window.get_by_label("Cannot be learned yet");
    click(&mut window, "Colour 50 130 255");
    assert_eq!(window.state().studio.ink().colour, [50, 130, 255, 255]);
    click(&mut window, "Mirror");
    assert!(window.state().studio.ink().mirrors);
    click(&mut window, "Line");
    assert_eq!(window.state().studio.brush(), "line");
    let ink = window.state().studio.ink();
    let [from, to] = [DVec3::new(20.0, 60.0, 0.0), DVec3::new(70.0, 52.0, 0.0)];
    let stroke = unstill::worlds::studio::BrushStroke {
        brush: "line",
        from,
        to,
        axis: DVec3::ZERO,
        radius: 6.0,
        strength: 1.0,
        ink,
    };
    window.state_mut().studio.apply(StudioCommand::Stroke(stroke));
    window.state_mut().studio.apply(StudioCommand::Lift);
    window.run_steps(4);
    let blue = Some([50, 130, 255, 255]);
    let colour = |window: &Window, y: f64| window.state().studio.info().colour_at(DVec3::new(45.0, y, 0.0));
    assert_eq!((colour(&window, 56.0), colour(&window, 40.0)), (blue, blue), "with its mirror image");
    assert!(window.query_by_label("Cannot be learned yet").is_none());
    click(&mut window, "Add a kind");
    assert_eq!(window.state().studio.info().facts()[0], ("Kinds", "2".to_owned()));
    click(&mut window, "⟲ Undo");
    click(&mut window, "Learn ▶");
    let learns = |effect: &StudioEffect| matches!(effect, StudioEffect::Learn { method: "tokens", .. });
    assert!(window.state().effects.iter().any(learns));
}
