use glam::{DVec2, DVec3};

use super::*;
use crate::jobs::{CanvasEvent, LearningEvent, Reason};
use crate::session::{Command, Dialog, Level, LiveCommand, PaintCommand};
use crate::worlds::studio::{
    BrushInk, BrushStroke, Learned, LiveState, SeriesReading, TrainingStep, WORLDS, world_entry,
};

fn points() -> Studio {
    Studio::new(world_entry("points").expect("the points world"))
}

fn dab(brush: &'static str, x: f64) -> StudioCommand {
    let at = x * DVec3::X;
    let ink = BrushInk::default();
    StudioCommand::Stroke(BrushStroke { brush, from: at, to: at, axis: DVec3::ZERO, radius: 0.5, strength: 1.0, ink })
}

fn stroke(studio: &mut Studio, brush: &'static str, xs: &[f64]) {
    for &x in xs {
        studio.apply(dab(brush, x));
    }
    studio.apply(StudioCommand::Lift);
}

fn count(studio: &Studio) -> usize {
    studio.info().facts()[0].1.parse().expect("the number of points")
}

/// A cloud with two flows, as learning leaves it.
fn learned() -> Box<Learned> {
    let entry = world_entry("points").unwrap();
    let mut world = (entry.start)(&(entry.empty)(), "ring").unwrap();
    let info = world.info_mut().unwrap();
    info.set_knob("energy_steps", 200.0);
    let mut training = info.start_training("exact").unwrap();
    training.step(&|| false).unwrap();
    Box::new(training.learned().unwrap())
}

#[test]
fn a_stroke_is_one_step_of_the_history() {
    let mut studio = points();
    studio.apply(StudioCommand::SetWorkspace(Workspace::Paint));
    stroke(&mut studio, "spray", &[0.0, 0.5, 1.0]);
    let first = count(&studio);
    assert!(first > 30 && studio.is_dirty());
    stroke(&mut studio, "spray", &[2.0]);
    let second = count(&studio);
    assert!(second > first);
    studio.apply(StudioCommand::Undo);
    assert_eq!(count(&studio), first);
    studio.apply(StudioCommand::Undo);
    assert_eq!((count(&studio), studio.is_dirty(), studio.can_undo()), (0, false, false));
    studio.apply(StudioCommand::Redo);
    studio.apply(StudioCommand::Redo);
    assert_eq!((count(&studio), studio.can_redo()), (second, false));
}

#[test]
fn letters_take_the_place_of_the_cloud_and_can_be_undone() {
    let mut studio = points();
    studio.apply(StudioCommand::SetWorkspace(Workspace::Paint));
    stroke(&mut studio, "spray", &[0.0]);
    let sprayed = count(&studio);
    studio.apply(StudioCommand::Write("Hi".to_owned()));
    assert_eq!(count(&studio), 10_000);
    let refused = studio.apply(StudioCommand::Write(" ".to_owned()));
    assert!(
        matches!(&refused[..], [StudioEffect::Notify(Level::Error, why)] if why.contains("no letters")),
        "{refused:?}"
    );
    studio.apply(StudioCommand::Undo);
    assert_eq!(count(&studio), sprayed);
}

#[test]
fn a_drag_of_a_knob_is_one_step_and_stays_in_its_range() {
    let mut studio = points();
    for value in [1.5, 2.0, 99.0] {
        let effects = studio.apply(StudioCommand::SetKnob("strength", value));
        assert!(matches!(&effects[..], [StudioEffect::Canvas(CanvasOrder::World(_))]));
    }
    studio.apply(StudioCommand::EndGesture);
    assert_eq!(studio.info().knob("strength"), 5.0);
    assert!(studio.apply(StudioCommand::SetKnob("strength", 5.0)).is_empty(), "nothing changed");
    assert!(studio.apply(StudioCommand::SetKnob("nothing", 5.0)).is_empty());
    studio.apply(StudioCommand::Undo);
    assert_eq!((studio.info().knob("strength"), studio.can_undo()), (1.0, false));
}

#[test]
fn a_stroke_over_the_live_rule_goes_to_the_canvas() {
    let mut studio = points();
    studio.apply(StudioCommand::SetWorkspace(Workspace::Live));
    studio.apply(StudioCommand::SetBrushStrength(3.0));
    let effects = studio.apply(dab("push", 0.0));
    let [StudioEffect::Canvas(CanvasOrder::Stroke(sent))] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!((sent.brush, sent.strength), ("push", 3.0));
    assert!(!studio.is_dirty() && !studio.can_undo());
    assert_eq!(studio.apply(StudioCommand::Lift), [StudioEffect::Canvas(CanvasOrder::Lift)]);
}

#[test]
fn the_first_visit_loads_a_scene_and_a_second_one_nothing() {
    for entry in WORLDS {
        let mut studio = Studio::new(entry);
        let effects = studio.apply(StudioCommand::Visit);
        assert!(matches!(effects[..], [StudioEffect::Load(1, _)]), "{effects:?}");
        assert!(studio.loading().is_some());
        assert!(studio.apply(StudioCommand::Visit).is_empty());
    }
}

#[test]
fn a_cancelled_load_changes_nothing() {
    let mut studio = points();
    assert!(studio.apply(StudioCommand::CancelLoad).is_empty(), "nothing is loaded");
    studio.apply(StudioCommand::Start("ring"));
    assert_eq!(studio.apply(StudioCommand::CancelLoad), [StudioEffect::CancelLoad]);
    assert_eq!(studio.loading(), None);
    let result = Err("the import was cancelled; nothing was changed".to_owned());
    assert!(studio.on_event(StudioEvent::Opened { number: 1, result }).is_empty(), "no notice of it either");
}

#[test]
fn only_the_project_asked_for_last_is_opened() {
    let mut studio = points();
    studio.apply(StudioCommand::Start("ring"));
    studio.apply(StudioCommand::Start("letter"));
    let project = |title: &str| {
        let entry = world_entry("points").unwrap();
        Box::new(Project::new(title, (entry.start)(&(entry.empty)(), "ring").unwrap()))
    };
    let opened = |number, title| StudioEvent::Opened { number, result: Ok((project(title), Vec::new())) };
    assert!(studio.on_event(opened(1, "old")).is_empty());
    let effects = studio.on_event(opened(2, "new"));
    assert!(matches!(effects[..], [StudioEffect::Canvas(CanvasOrder::Restart(..)), StudioEffect::Fit]));
    assert_eq!((studio.project().title.as_str(), studio.loading()), ("new", None));
    assert_eq!(studio.workspace(), Workspace::Paint, "it has no rule yet");
    studio.apply(StudioCommand::Undo);
    assert_eq!(studio.project().title, "Untitled");
    studio.apply(StudioCommand::Start("ring"));
    let failed = StudioEvent::Opened { number: 3, result: Err("no".into()) };
    assert_eq!(studio.on_event(failed), [StudioEffect::Notify(Level::Error, "no".into())]);
}

#[test]
fn learning_is_one_step_of_the_history_whatever_it_sends() {
    let mut studio = points();
    let effects = studio.apply(StudioCommand::Learn("exact"));
    let [StudioEffect::Learn { run, method: "exact", .. }] = effects[..] else { panic!("{effects:?}") };
    assert_eq!(studio.learning().state, LearningState::Running);
    let step = |done| TrainingStep { phase: "energy", done, total: 100, loss: Some(1.0), figures: None };
    let progress = |done| LearningEvent::Progress { step: step(done), loss: Some(1.0), steps_per_s: 10.0 };
    for done in [10, 20, 30] {
        studio.on_event(StudioEvent::Learning(run, progress(done)));
    }
    assert_eq!((studio.learning().progress(), studio.learning().left_s().map(f64::round)), (0.3, Some(7.0)));
    assert_eq!(studio.learning().losses[0].1.points().len(), 3);
    let effects = studio.on_event(StudioEvent::Learned(run, learned()));
    assert!(matches!(effects[..], [StudioEffect::Canvas(CanvasOrder::World(_))]) && studio.info().has_rule());
    // A click elsewhere does not end the step.
    studio.apply(StudioCommand::EndGesture);
    let mut other = learned();
    let Learned::Points(points) = &mut *other else { panic!("points") };
    points.chosen = 0;
    points.flows.truncate(1);
    studio.on_event(StudioEvent::Learned(run, other));
    studio.on_event(StudioEvent::Learning(run, LearningEvent::Finished(Reason::Completed)));
    assert_eq!(studio.learning().state, LearningState::Idle);
    assert_eq!(studio.info().flows().len(), 1);
    studio.apply(StudioCommand::Undo);
    assert!(!studio.info().has_rule() && !studio.can_undo());
}

#[test]
fn events_of_an_older_run_are_ignored() {
    let mut studio = points();
    studio.apply(StudioCommand::Learn("exact"));
    let effects = studio.apply(StudioCommand::Learn("weak"));
    assert!(matches!(effects[..], [StudioEffect::StopLearning(1), StudioEffect::Learn { run: 2, .. }]));
    assert!(studio.on_event(StudioEvent::Learned(1, learned())).is_empty() && !studio.info().has_rule());
    studio.on_event(StudioEvent::Learning(1, LearningEvent::Failed("old".into())));
    assert!(studio.learning().is_active());
    // A new project ends the run for good.
    studio.apply(StudioCommand::New);
    assert!(!studio.learning().is_active());
    assert!(studio.on_event(StudioEvent::Learned(2, learned())).is_empty());
    assert!(studio.apply(StudioCommand::Learn("magic")).is_empty());
}

#[test]
fn learning_pauses_resumes_and_stops_at_once() {
    let mut studio = points();
    assert!(studio.apply(StudioCommand::PauseLearning).is_empty());
    studio.apply(StudioCommand::Learn("exact"));
    assert_eq!(studio.apply(StudioCommand::PauseLearning), [StudioEffect::PauseLearning(1)]);
    studio.on_event(StudioEvent::Learning(1, LearningEvent::Paused));
    assert_eq!(studio.learning().state, LearningState::Paused);
    studio.on_event(StudioEvent::Learning(1, LearningEvent::Resumed));
    assert_eq!(studio.apply(StudioCommand::StopLearning), [StudioEffect::StopLearning(1)]);
    assert_eq!(studio.learning().state, LearningState::Idle);
}

#[test]
fn a_saved_project_is_clean_and_undo_keeps_its_file() {
    let mut studio = points();
    studio.apply(StudioCommand::SetTitle("Mine".into()));
    let effects = studio.apply(StudioCommand::Save);
    assert_eq!(effects, [StudioEffect::Program(ProgramCommand::Ask(Dialog::Name))]);
    let effects = studio.apply(StudioCommand::SaveAs("a.ron".into()));
    let [StudioEffect::Save { revision, .. }] = effects[..] else { panic!("{effects:?}") };
    studio.on_event(StudioEvent::Saved { path: "a.ron".into(), revision, result: Ok(()) });
    assert!(!studio.is_dirty());
    studio.apply(StudioCommand::SetKnob("relaxation", 0.5));
    assert!(studio.is_dirty());
    studio.apply(StudioCommand::New);
    assert_eq!((studio.path(), studio.is_dirty()), (None, false));
    studio.apply(StudioCommand::Undo);
    assert_eq!((studio.path(), studio.is_dirty()), (Some(Path::new("a.ron")), true));
    studio.apply(StudioCommand::Undo);
    assert_eq!((studio.path(), studio.is_dirty()), (Some(Path::new("a.ron")), false));
    let failed = StudioEvent::Saved { path: "a.ron".into(), revision: 9, result: Err("full".into()) };
    assert_eq!(studio.on_event(failed), [StudioEffect::Notify(Level::Error, "full".into())]);
}

#[test]
fn readings_become_plots_and_begin_again_after_a_restart() {
    let mut studio = points();
    let spec = studio.info().tables().series("mmd").unwrap();
    let readings = |steps, value| {
        let readings = vec![SeriesReading { series: "mmd", values: vec![value, 0.002] }];
        StudioEvent::Canvas(CanvasEvent::Readings { steps, readings })
    };
    studio.on_event(readings(100, 0.5));
    studio.on_event(readings(200, 0.25));
    let chart = studio.plots().chart(spec);
    assert_eq!(chart.curves[0].points, [[100.0, 0.5], [200.0, 0.25]]);
    assert!(chart.curves[1].dashed && chart.curves[1].points.len() == 2);
    studio.on_event(readings(50, 0.1));
    assert_eq!(studio.plots().chart(spec).curves[0].points, [[50.0, 0.1]]);
    studio.apply(StudioCommand::ShowPlot("mmd", false));
    assert!(!studio.plots().is_shown("mmd") && studio.plots().is_shown("stein"));
    let opened = studio.apply(StudioCommand::TogglePlots);
    assert_eq!(opened, [StudioEffect::Canvas(CanvasOrder::Observe(true))]);
    let saved = studio.apply(StudioCommand::SavePlot("mmd", "a.csv".into()));
    assert!(matches!(&saved[..], [StudioEffect::SavePlot { chart, .. }] if !chart.is_empty()));
}

#[test]
fn a_rule_that_starts_gets_speed_and_play_again() {
    let mut studio = points();
    studio.apply(StudioCommand::SetSpeed(1000));
    assert_eq!(studio.live().speed, MAX_SPEED);
    studio.apply(StudioCommand::TogglePlay);
    let effects = studio.on_event(StudioEvent::Canvas(CanvasEvent::Running(true, None)));
    assert!(effects.contains(&StudioEffect::Canvas(CanvasOrder::Play(false))));
    assert!(effects.contains(&StudioEffect::Canvas(CanvasOrder::Speed(MAX_SPEED))));
    assert!(studio.shows_live());
    studio.apply(StudioCommand::SetWorkspace(Workspace::Paint));
    assert!(!studio.shows_live());
}

#[test]
fn the_keys_of_the_swarm_mean_the_same_in_every_world() {
    for entry in WORLDS {
        let studio = Studio::new(entry);
        let restarts = studio.info().tables().restarts;
        let means = |command: Command| studio.command_of(&command);
        assert_eq!(means(Command::Live(LiveCommand::TogglePlay)), Some(StudioCommand::TogglePlay));
        assert_eq!(means(Command::SetWorkspace(Workspace::Learn)), Some(StudioCommand::SetWorkspace(Workspace::Learn)));
        assert_eq!(
            means(Command::Live(LiveCommand::Grow)),
            Some(StudioCommand::Restart(restarts[restarts.len() - 1].id))
        );
        assert_eq!(means(Command::Ask(Dialog::Plots)), Some(StudioCommand::TogglePlots));
        let wound = means(Command::Live(LiveCommand::SetBrush(crate::session::Brush::Wound)));
        assert_eq!(wound, Some(StudioCommand::SetBrush("wound")));
        assert_eq!(means(Command::Live(LiveCommand::SetBrush(crate::session::Brush::Recolour))), None);
        assert_eq!(means(Command::Paint(PaintCommand::ToggleSnap)), None);
    }
}

#[test]
fn brushes_belong_to_their_workspace() {
    let mut studio = points();
    studio.apply(StudioCommand::SetBrush("erase"));
    studio.apply(StudioCommand::SetBrush("stir"));
    studio.apply(StudioCommand::SetBrush("nothing"));
    assert_eq!(studio.brush(), "stir");
    studio.apply(StudioCommand::SetWorkspace(Workspace::Paint));
    assert_eq!(studio.brush(), "erase");
    studio.apply(StudioCommand::SetBrushSize(9.0));
    assert_eq!(studio.brush_size(), BRUSH_SIZE_RANGE[1]);
}

#[test]
fn unsaved_work_of_an_earlier_run_comes_back_unsaved() {
    let entry = world_entry("points").unwrap();
    let mut studio = Studio::new(entry);
    let project = Project::new("Mine", (entry.start)(&(entry.empty)(), "ring").unwrap());
    studio.on_event(StudioEvent::Rescued(Ok(Box::new(project))));
    assert_eq!((studio.project().title.as_str(), studio.is_dirty(), studio.path()), ("Mine", true, None));
    assert!(studio.apply(StudioCommand::Visit).is_empty(), "nothing takes its place");
    let mut other = Studio::new(entry);
    let effects = other.on_event(StudioEvent::Rescued(Err("damaged".into())));
    assert!(matches!(&effects[..], [StudioEffect::Load(..), StudioEffect::Notify(Level::Warning, _)]), "{effects:?}");
}

/// A field with an empty token canvas, in Paint.
fn token_canvas() -> Studio {
    let entry = world_entry("field").expect("the field world");
    let mut studio = Studio::new(entry);
    let world = (entry.start)(&studio.project().world, "drawn").expect("a canvas");
    let [StudioEffect::Load(number, _)] = studio.apply(StudioCommand::Start("drawn"))[..] else { panic!("it is made") };
    let result = Ok((Box::new(Project::new("Mine", world)), Vec::new()));
    studio.on_event(StudioEvent::Opened { number, result });
    studio
}

fn drag(studio: &mut Studio, places: &[[f64; 2]]) {
    let mut from = places[0];
    for to in places {
        let [from, to] = [std::mem::replace(&mut from, *to), *to].map(|place| DVec2::from(place).extend(0.0));
        let (brush, ink) = (studio.brush(), BrushInk::default());
        let stroke = BrushStroke { brush, from, to, axis: DVec3::ZERO, radius: 1.0, strength: 1.0, ink };
        studio.apply(StudioCommand::Stroke(stroke));
    }
    studio.apply(StudioCommand::Lift);
}

#[test]
fn a_drawing_has_a_brush_at_once_and_each_stroke_is_one_step() {
    let mut studio = token_canvas();
    assert_eq!((studio.workspace(), studio.brush()), (Workspace::Paint, "pen"));
    let blue = [50, 130, 255, 255];
    studio.apply(StudioCommand::SetInk(BrushInk { colour: blue, mirrors: false }));
    drag(&mut studio, &[[20.0, 48.0], [30.0, 48.0], [40.0, 48.0]]);
    assert_eq!(studio.info().colour_at(DVec3::new(30.0, 48.0, 0.0)), Some(blue));
    studio.apply(StudioCommand::Undo);
    assert_eq!(studio.info().colour_at(DVec3::new(30.0, 48.0, 0.0)), Some([0; 4]));
    studio.apply(StudioCommand::Redo);
    studio.apply(StudioCommand::Act("flip"));
    assert_eq!(studio.info().colour_at(DVec3::new(30.0, 48.0, 0.0)), Some([0; 4]));
    assert_eq!(studio.info().colour_at(DVec3::new(60.0, 48.0, 0.0)), Some(blue));
}

#[test]
fn a_line_follows_the_pointer_and_leaves_nothing_behind() {
    let mut studio = token_canvas();
    studio.apply(StudioCommand::SetBrush("line"));
    drag(&mut studio, &[[20.0, 48.0], [40.0, 80.0], [70.0, 48.0]]);
    let painted = |studio: &Studio, at: [f64; 2]| studio.info().colour_at(DVec2::from(at).extend(0.0)) != Some([0; 4]);
    assert!(painted(&studio, [45.0, 48.0]) && painted(&studio, [69.0, 48.0]));
    assert!(!painted(&studio, [40.0, 80.0]), "the line of a moment ago is gone");
    studio.apply(StudioCommand::Undo);
    assert!(!painted(&studio, [45.0, 48.0]));
}

#[test]
fn the_colour_under_the_pointer_is_picked_up() {
    let mut studio = token_canvas();
    let red = BrushInk { colour: [255, 0, 0, 255], mirrors: false };
    studio.apply(StudioCommand::SetInk(red));
    drag(&mut studio, &[[30.0, 48.0]]);
    studio.apply(StudioCommand::SetInk(BrushInk::default()));
    studio.apply(StudioCommand::SetBrush("pick"));
    let before = studio.revision();
    drag(&mut studio, &[[30.0, 48.0]]);
    assert_eq!((studio.ink(), studio.revision()), (red, before));
}

#[test]
fn imported_icons_lead_to_paint_though_the_old_rule_stays() {
    let mut studio = Studio::new(world_entry("field").unwrap());
    let text = studio.entry().bundled.iter().find(|scene| scene.name == "firefly").unwrap().text;
    let project = |text: &str| Box::new(Project::from_ron(text).unwrap().project);
    studio.apply(StudioCommand::OpenBundled("firefly"));
    studio.on_event(StudioEvent::Opened { number: 1, result: Ok((project(text), Vec::new())) });
    assert_eq!(studio.workspace(), Workspace::Live);
    studio.apply(StudioCommand::Import(vec!["icon.png".into()]));
    studio.on_event(StudioEvent::Opened { number: 2, result: Ok((project(text), vec!["one icon as a token".into()])) });
    assert_eq!(studio.workspace(), Workspace::Paint);
    assert!(studio.info().has_rule());
}

/// The bare ring.
fn ring() -> World {
    let entry = world_entry("points").unwrap();
    (entry.start)(&(entry.empty)(), "ring").unwrap()
}

/// A studio with a ring that lives.
fn living() -> Studio {
    let mut studio = points();
    let [StudioEffect::Load(number, _)] = studio.apply(StudioCommand::Start("ring"))[..] else { panic!("it is made") };
    let result = Ok((Box::new(Project::new("Ring", ring())), Vec::new()));
    studio.on_event(StudioEvent::Opened { number, result });
    studio.apply(StudioCommand::Learn("exact"));
    studio.on_event(StudioEvent::Learned(1, learned()));
    studio.on_event(StudioEvent::Canvas(CanvasEvent::Running(true, None)));
    studio
}

fn walkers() -> LiveState {
    let mut world = ring();
    let info = world.info_mut().unwrap();
    info.set_learned(*learned());
    info.start_simulation(1).expect("it has a rule").live_state()
}

#[test]
fn a_step_back_pauses_and_its_end_is_told_once() {
    let mut studio = points();
    assert!(studio.apply(StudioCommand::StepBack).is_empty(), "nothing lives");
    let mut studio = living();
    let effects = studio.apply(StudioCommand::StepBack);
    assert_eq!(effects, [CanvasOrder::Play(false), CanvasOrder::StepBack].map(StudioEffect::Canvas));
    assert!(!studio.live().playing);
    let nothing = || StudioEvent::Canvas(CanvasEvent::NothingBefore);
    assert!(matches!(&studio.on_event(nothing())[..], [StudioEffect::Notify(Level::Info, _)]));
    studio.apply(StudioCommand::StepBack);
    assert!(studio.on_event(nothing()).is_empty(), "while the key is held");
    studio.apply(StudioCommand::Step);
    assert!(!studio.on_event(nothing()).is_empty());
    let key = Command::Live(LiveCommand::StepBack);
    assert_eq!(studio.command_of(&key), Some(StudioCommand::StepBack));
}

#[test]
fn a_checkpoint_in_the_scene_restores_its_settings() {
    let mut studio = living();
    studio.apply(StudioCommand::SetKnob("strength", 2.0));
    let serial = studio.serial();
    assert_eq!(studio.apply(StudioCommand::Keep), [StudioEffect::Canvas(CanvasOrder::Keep(serial))]);
    let kept = |serial| StudioEvent::Canvas(CanvasEvent::Kept(serial, walkers()));
    assert!(matches!(&studio.on_event(kept(serial + 1))[..], [StudioEffect::Notify(Level::Warning, _)]));
    assert!(studio.info().checkpoints().is_empty(), "the scene was left meanwhile");
    let effects = studio.on_event(kept(serial));
    assert!(
        matches!(effects.last(), Some(StudioEffect::Notify(Level::Success, text)) if text.contains("Checkpoint 1"))
    );
    for letters in ["s", "sp", "spin"] {
        studio.apply(StudioCommand::RenameCheckpoint(0, letters.into()));
    }
    assert_eq!(studio.info().checkpoints()[0].name, "spin");
    studio.apply(StudioCommand::SetKnob("strength", 0.5));
    let effects = studio.apply(StudioCommand::ReturnTo(0));
    assert!(effects.contains(&StudioEffect::Canvas(CanvasOrder::ReturnTo(walkers()))));
    assert_eq!(studio.info().knob("strength"), 2.0);
    studio.apply(StudioCommand::Undo);
    assert_eq!(studio.info().knob("strength"), 0.5);
    let text = studio.project().clone().map_world(Arc::unwrap_or_clone).to_ron();
    let read = Project::from_ron(&text).unwrap().project;
    assert_eq!(read.world.info().unwrap().checkpoints(), studio.info().checkpoints());
    studio.apply(StudioCommand::DeleteCheckpoint(0));
    assert!(studio.info().checkpoints().is_empty() && studio.apply(StudioCommand::ReturnTo(0)).is_empty());
    studio.apply(StudioCommand::Undo);
    assert_eq!(studio.info().checkpoints().len(), 1);
}

#[test]
fn a_preset_sets_its_knobs_in_one_step() {
    let mut studio = points();
    for preset in studio.info().tables().presets {
        studio.apply(StudioCommand::Preset(preset.id));
        for (id, value) in preset.knobs {
            assert_eq!(studio.info().knob(id), *value, "{id} of {}", preset.id);
        }
    }
    studio.apply(StudioCommand::Undo);
    assert_eq!(studio.info().knob("energy_steps"), 6000.0, "the one before");
    assert!(studio.apply(StudioCommand::Preset("nothing")).is_empty());
}

#[test]
fn a_pen_that_rests_lays_no_points() {
    let mut studio = points();
    studio.apply(StudioCommand::SetWorkspace(Workspace::Paint));
    studio.apply(StudioCommand::SetBrush("pen"));
    drag(&mut studio, &[[1.0, 1.0]; 30]);
    assert_eq!(count(&studio), 1);
    drag(&mut studio, &[[1.0, 1.0], [5.0, 1.0], [5.0, 1.0], [5.0, 1.0]]);
    assert!((90..110).contains(&count(&studio)), "{}", count(&studio));
}

#[test]
fn a_circle_of_points_follows_the_pointer() {
    let mut studio = points();
    studio.apply(StudioCommand::SetWorkspace(Workspace::Paint));
    studio.apply(StudioCommand::SetBrush("circle"));
    drag(&mut studio, &[[0.0, 0.0], [1.0, 0.0], [9.0, 0.0], [4.0, 0.0]]);
    let World::Points(doc) = &*studio.project().world else { panic!("points") };
    let radius = |[x, y, _]: &[f32; 3]| x.hypot(*y);
    assert!(doc.points.len() > 400 && doc.points.iter().all(|p| (radius(p) - 4.0).abs() < 0.3), "{}", doc.points.len());
    studio.apply(StudioCommand::Undo);
    assert_eq!(count(&studio), 0);
}
