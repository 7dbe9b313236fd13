//! The panels under a simulated user: widgets are found by label, clicked, dragged and read.

mod common;

use std::sync::Arc;

use bevy_egui::egui::accesskit::Role;
use bevy_egui::egui::{Key, Rect, Vec2};
use egui_kittest::kittest::{NodeT, Queryable};

use common::panels::*;
use unstill::jobs::{self, Pace, Progress};
use unstill::session::{
    Command, Dialog, DocumentCommand, DocumentEffect, Effect, LearnCommand, LearnEffect, LearnEvent, LiveCommand,
    Session, TrainingState, Workspace,
};
use unstill::window::panels::{SIDE_WIDTH, TOP_HEIGHT};
use unstill::worlds::swarm::picture::motifs;
use unstill::worlds::swarm::rule::{LiveSettings, Rule};
use unstill::worlds::swarm::train::{Phase, StepStats};

#[test]
fn the_three_workspaces_are_one_click_apart() {
    let mut window = window(alive());
    for (label, workspace) in [("Paint", Workspace::Paint), ("Learn", Workspace::Learn), ("Live", Workspace::Live)] {
        click(&mut window, label);
        assert_eq!(window.state().session.workspace(), workspace);
    }
}

#[test]
fn rules_are_learned_picked_and_deleted_on_their_strip() {
    let mut session = alive();
    session.apply(Command::SetWorkspace(Workspace::Learn));
    session.apply(LearnCommand::Start);
    let run = session.training().run;
    session.on_event(LearnEvent::NewRule { run, rule: Arc::new(Rule::inert(2, true)) });
    let finished = jobs::Event::Finished { reason: jobs::Reason::Completed };
    session.on_event(LearnEvent::Training { run, event: finished.clone() });
    let mut window = window(session);
    click(&mut window, "Learn another flow");
    let shell = window.state_mut();
    let run = shell.session.training().run;
    shell.session.on_event(LearnEvent::NewRule { run, rule: Arc::new(Rule::inert(2, true)) });
    shell.session.on_event(LearnEvent::Training { run, event: finished });
    settle(&mut window);
    let flows = |window: &Window| {
        (window.state().session.document().world.flows.list.len(), window.state().session.document().world.flows.chosen)
    };
    assert_eq!(flows(&window), (2, 1));
    click(&mut window, "Pick seed 1");
    assert_eq!(flows(&window), (2, 0));
    click(&mut window, "Blend seed 2");
    click(&mut window, "Blend");
    assert_eq!(flows(&window), (3, 2));
    click(&mut window, "Delete seed 2");
    assert_eq!(flows(&window), (2, 1));
}

#[test]
fn the_buttons_start_pause_resume_and_stop_learning() {
    let mut window = window(in_workspace(painted(), Workspace::Learn));
    click(&mut window, "▶ Start learning");
    assert!(window.state().effects.iter().any(|e| matches!(e, Effect::Learn(LearnEffect::Start(_)))));
    click(&mut window, "⏸ Pause learning");
    assert_eq!(window.state().session.training().state, TrainingState::Paused);
    click(&mut window, "▶ Resume");
    assert_eq!(window.state().session.training().state, TrainingState::Running);
    click(&mut window, "⏹ Stop");
    assert!(window.state().effects.iter().any(|e| matches!(e, Effect::Learn(LearnEffect::Stop(_)))));
}

#[test]
fn progress_and_failure_of_learning_are_on_the_screen() {
    let mut window = window(in_workspace(painted(), Workspace::Learn));
    click(&mut window, "▶ Start learning");
    let run = window.state().session.training().run;
    let point = |step| StepStats { phase: Phase::Energy, step, steps: 100, loss: 1.0 / step as f64 };
    let stats = point(40);
    let curve = (1..=40).map(point).collect();
    let progress = Progress { stats, loss_smoothed: 0.03, steps_per_s: 20.0, curve };
    window.state_mut().session.on_event(LearnEvent::Training { run, event: jobs::Event::Progress(progress) });
    settle(&mut window);
    window.get_by_label("20 steps/s");
    let pace = Pace { sample_s: 0.0, energy_step_s: 0.05, contrast_step_s: 0.05, flow_step_s: 1.25 };
    let key = window.state().effects.iter().find_map(|effect| match effect {
        Effect::Learn(LearnEffect::MeasurePace(request)) => Some(request.key.clone()),
        _ => None,
    });
    let key = key.expect("Learn asks how fast this machine is");
    window.state_mut().session.on_event(LearnEvent::PaceMeasured { key, pace: Some(pace) });
    settle(&mut window);
    // Sixty steps of the flow at the length that was measured.
    window.get_by_label_contains("1 min 15 s left");
    window.get_by_label("Loss");
    let event = jobs::Event::Failed { message: "The loss became NaN.".into() };
    window.state_mut().session.on_event(LearnEvent::Training { run, event });
    settle(&mut window);
    window.get_by_label_contains("The loss became NaN.");
    window.get_by_label("▶ Start learning");
}

#[test]
fn a_picture_that_cannot_be_learned_has_a_warning() {
    let mut window = window(in_workspace(Session::new(1), Workspace::Learn));
    window.get_by_label_contains("The picture is empty");
    let start = window.get_by_label("▶ Start learning");
    assert!(start.accesskit_node().is_disabled());
    *window.state_mut() = Shell::new(in_workspace(painted(), Workspace::Learn));
    settle(&mut window);
    assert!(window.query_by_label_contains("The picture is empty").is_none());
    assert!(!window.get_by_label("▶ Start learning").accesskit_node().is_disabled());
}

#[test]
fn a_swatch_chooses_the_species_of_the_pen() {
    let mut window = window(painted());
    click(&mut window, "Species 3: yellow");
    assert_eq!(window.state().session.species(), 2);
}

#[test]
fn one_creature_or_a_whole_crowd_is_a_choice_that_can_be_undone() {
    let mut window = window(painted());
    click(&mut window, "a whole crowd");
    assert_eq!(window.state().session.snapshot().mode, unstill::worlds::swarm::picture::Mode::Whole);
    click(&mut window, "⟲ Undo");
    assert_eq!(window.state().session.snapshot().mode, unstill::worlds::swarm::picture::Mode::Motif);
}

#[test]
fn a_key_on_a_slider_sets_the_live_knobs() {
    let mut window = window(alive());
    let before = window.state().session.document().world.live;
    window.get_by_role_and_label(Role::Slider, "Temperature").focus();
    settle(&mut window);
    window.key_press(Key::ArrowRight);
    settle(&mut window);
    let after = window.state().session.document().world.live;
    assert!(after.sigma_l > before.sigma_l);
    assert_eq!(LiveSettings { sigma_l: before.sigma_l, ..after }, before, "nothing else moved");
}

#[test]
fn dragging_a_slider_is_one_step_of_the_history() {
    let mut window = window(alive());
    let before = window.state().session.document().clone();
    let rail = window.get_by_role_and_label(Role::Slider, "Strength").rect();
    window.drag_at(rail.left_center() + Vec2::new(10.0, 0.0));
    for step in 2..8 {
        window.hover_at(rail.left_center() + Vec2::new(10.0 * step as f32, 0.0));
        window.run_steps(1);
    }
    window.drop_at(rail.left_center() + Vec2::new(80.0, 0.0));
    settle(&mut window);
    let sets =
        window.state().commands.iter().filter(|c| matches!(c, Command::Live(LiveCommand::SetSettings(_)))).count();
    assert!(sets > 2, "the drag moved the slider {sets} times");
    window.state_mut().apply(DocumentCommand::Undo);
    assert_eq!(*window.state().session.document(), before);
}

#[test]
fn a_knob_turns_all_species_or_the_one_in_whose_row_it_is() {
    let mut window = window(alive());
    click(&mut window, "exact");
    let cruise = |window: &Window| window.state().session.document().world.live.knobs.cruise;
    window.get_by_role_and_label(Role::Slider, "Cruise of all").focus();
    settle(&mut window);
    window.key_press(Key::ArrowRight);
    settle(&mut window);
    let all = cruise(&window);
    assert!(all[0] > 1.0 && all.iter().all(|u| *u == all[0]), "{all:?}");
    window.get_by_role_and_label(Role::Slider, "Cruise of species 2").focus();
    settle(&mut window);
    window.key_press(Key::ArrowRight);
    settle(&mut window);
    let one = cruise(&window);
    assert!(one[1] > all[1] && one[0] == all[0], "{one:?}");
}

#[test]
fn the_gallery_opens_and_a_card_opens_its_scene() {
    let mut window = window(Session::new(1));
    assert!(window.query_by_label("Open Mill").is_none());
    click(&mut window, "Gallery");
    click(&mut window, "Open Mill");
    assert!(window.state().commands.contains(&Command::Document(DocumentCommand::OpenBundled("mill".into()))));
    // It fades.
    window.run_steps(30);
    assert!(window.query_by_label("Open Mill").is_none(), "and closes the gallery");
}

#[test]
fn a_motif_is_stamped_onto_the_picture_as_one_step() {
    let mut window = window(in_workspace(Session::new(1), Workspace::Paint));
    click(&mut window, "Stamp Mill");
    let count = window.state().session.snapshot().particles.len();
    assert_eq!(count, motifs::by_name("mill").unwrap().snapshot().particles.len());
    click(&mut window, "Stamp Mill");
    assert_eq!(window.state().session.snapshot().particles.len(), 2 * count, "the second keeps off the first");
    click(&mut window, "⟲ Undo");
    assert_eq!(window.state().session.snapshot().particles.len(), count);
}

#[test]
fn the_help_sheet_lists_every_command_with_its_key() {
    let mut window = window(alive());
    window.state_mut().apply(Command::Ask(Dialog::Help));
    settle(&mut window);
    for info in unstill::session::table() {
        assert!(window.query_all_by_label(info.tooltip).count() >= 1, "{} is missing", info.name);
        if let Some(shortcut) = info.shortcut {
            assert!(window.query_all_by_label(&shortcut.text()).count() >= 1, "{} has no key", info.name);
        }
    }
}

#[test]
fn quitting_with_unsaved_work_asks_and_staying_stays() {
    let mut window = window(painted());
    window.state_mut().apply(DocumentCommand::Quit);
    settle(&mut window);
    window.get_by_label("Leave without saving?");
    click(&mut window, "Stay");
    assert!(window.query_by_label("Leave without saving?").is_none());
    window.state_mut().apply(DocumentCommand::Quit);
    settle(&mut window);
    click(&mut window, "Leave without saving");
    assert!(window.state().effects.contains(&Effect::Document(DocumentEffect::Quit)));
}

#[test]
fn the_hint_goes_away_by_itself() {
    let mut window = window(alive());
    window.get_by_label("1  Paint");
    wait_s(&mut window, 60);
    assert!(window.query_by_label("1  Paint").is_none());
}

#[test]
fn notes_are_shown_when_a_scene_opens_and_then_fade() {
    let mut session = alive();
    session.apply(DocumentCommand::SetNotes("Watch them waltz.".into()));
    let mut window = window(session);
    window.get_by_label("Watch them waltz.");
    wait_s(&mut window, 30);
    assert!(window.query_by_label("Watch them waltz.").is_none());
}

#[test]
fn the_canvas_is_what_the_panels_leave_free() {
    let window = window(alive());
    assert_eq!(window.state().free, Rect::from_min_max([SIDE_WIDTH, TOP_HEIGHT].into(), LAPTOP.to_pos2()));
}

#[test]
fn nothing_in_the_panels_lies_outside_the_screen_of_a_laptop() {
    let failed = |mut session: Session| {
        session.apply(LearnCommand::Start);
        let event = jobs::Event::Failed { message: "The loss became NaN at step 12; try a lower rate.".into() };
        let run = session.training().run;
        session.on_event(LearnEvent::Training { run, event });
        session
    };
    for size in [LAPTOP, Vec2::new(1280.0, 800.0)] {
        for (name, session) in [
            ("paint, empty", in_workspace(Session::new(1), Workspace::Paint)),
            ("paint", in_workspace(alive(), Workspace::Paint)),
            ("learn", in_workspace(alive(), Workspace::Learn)),
            ("learn, failed", failed(alive())),
            ("live", in_workspace(alive(), Workspace::Live)),
            ("live, nothing there", in_workspace(Session::new(1), Workspace::Live)),
        ] {
            let found = misplaced(&window_of(session, size), size);
            assert!(found.is_empty(), "{name} at {size}:\n{}", found.join("\n"));
        }
    }
    // The check itself: in a window too low, something must be found.
    let low = Vec2::new(1366.0, 400.0);
    assert!(!misplaced(&window_of(in_workspace(alive(), Workspace::Live), low), low).is_empty());
}

#[test]
fn the_parts_of_the_top_bar_do_not_overlap() {
    let mut session = alive();
    session.apply(DocumentCommand::SetTitle("A title that is much too long for the bar of a small window".into()));
    let window = window(session);
    let buttons: Vec<(Rect, String)> = widgets(&window)
        .into_iter()
        .filter(|(rect, what)| rect.max.y <= TOP_HEIGHT && what.starts_with("Button"))
        .collect();
    assert!(buttons.len() >= 10, "{buttons:?}");
    for (i, (a, name)) in buttons.iter().enumerate() {
        for (b, other) in &buttons[i + 1..] {
            assert!(!a.shrink(1.0).intersects(*b), "{name} {a} overlaps {other} {b}");
        }
    }
}
