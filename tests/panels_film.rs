//! The strip of snapshots and the card of the true motion, in a harness of egui.

mod common;

use std::sync::Arc;

use common::panels::{LAPTOP, Window, misplaced, settle, window};
use egui_kittest::kittest::Queryable;
use glam::DVec2;
use unstill::session::{
    Command, LearnCommand, LearnEvent, ObserveCommand, ObserveEvent, PaintCommand, Session, ShareEvent,
    SnapshotCommand, Workspace,
};
use unstill::worlds::swarm::measures::{Agreement, Truth, TruthRow};
use unstill::worlds::swarm::picture::{FilmFrame, Mode, Particle, Snapshot, SnapshotFilm, Stills};
use unstill::worlds::swarm::rule::{NetShape, Rule};

/// A film of `frames` snapshots, as imported.
fn with_film(frames: usize) -> Session {
    let snapshot = |k: usize| {
        let at =
            |i: usize| Particle { x: 1.0 + (i % 8) as f64, y: 1.0 + (i / 8) as f64, heading: k as f64, species: 0 };
        Snapshot {
            particles: (0..40).map(at).collect(),
            box_size: DVec2::new(10.0, 7.0),
            mode: Mode::Whole,
            ..Snapshot::default()
        }
    };
    let all = (0..frames).map(|k| FilmFrame::new(&snapshot(k), k as f64, Some((0..40).collect())));
    let first = snapshot(0);
    let film = SnapshotFilm::new(all.collect(), 0, &first, Some(1.0));
    let mut session = Session::new(1);
    let stills = Stills::new(Arc::new(first), film);
    session.on_event(ShareEvent::Imported { path: "birds.xyz".into(), result: Ok(stills) });
    session.apply(Command::SetWorkspace(Workspace::Paint));
    session
}

fn selected(window: &Window) -> usize {
    window.state().session.document().world.film.selected()
}

#[test]
fn the_strip_selects_by_click_and_draws_only_visible_cards() {
    let mut window = window(with_film(10_000));
    settle(&mut window);
    window.get_by_label("Snapshot 3").click();
    settle(&mut window);
    assert_eq!(selected(&window), 2);
    let shown = (1..=10_000).filter(|k| window.query_by_label(&format!("Snapshot {k}")).is_some()).count();
    assert!((5..30).contains(&shown), "{shown} thumbnails of 10,000");
    window.get_by_label("Duplicate").click();
    settle(&mut window);
    assert_eq!((selected(&window), window.state().session.document().world.film.len()), (3, 10_001));
    window.get_by_label("Delete").click();
    settle(&mut window);
    assert_eq!(window.state().session.document().world.film.len(), 10_000);
}

#[test]
fn the_strip_follows_the_keys_to_a_snapshot_out_of_sight() {
    let mut window = window(with_film(300));
    settle(&mut window);
    window.state_mut().apply(PaintCommand::Snapshot(SnapshotCommand::Select(250)));
    settle(&mut window);
    window.get_by_label("Snapshot 251");
    assert!(window.query_by_label("Snapshot 1").is_none());
    let found = misplaced(&window, LAPTOP);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_picture_of_one_snapshot_has_no_strip() {
    let mut session = with_film(3);
    session.apply(PaintCommand::Snapshot(SnapshotCommand::Delete));
    session.apply(PaintCommand::Snapshot(SnapshotCommand::Delete));
    let mut window = window(session);
    settle(&mut window);
    assert!(window.query_by_label("Duplicate").is_none());
}

#[test]
fn the_card_shows_each_flow_against_the_film() {
    let mut session = with_film(6);
    let shape = NetShape { species: 1, phi: [4, 4], rho: [4, 4], outputs: 1 };
    let rule = Arc::new(Rule::random(shape, 1).with_random_flow(2));
    session.apply(LearnCommand::Start);
    let run = session.training().run;
    session.on_event(LearnEvent::NewRule { run, rule });
    session.apply(LearnCommand::Stop);
    session.apply(Command::SetWorkspace(Workspace::Live));
    let mut window = window(session);
    window.state_mut().apply(Command::Ask(unstill::session::Dialog::Plots));
    settle(&mut window);
    window.get_by_label("Compare with the film").click();
    settle(&mut window);
    assert!(window.state().commands.contains(&Command::Observe(ObserveCommand::MeasureTruth)));
    let agreement = Agreement { cosine: Some(0.94), interval: Some([0.93, 0.95]) };
    let row = |name, cosine| TruthRow {
        name,
        all: Agreement { cosine: Some(cosine), ..agreement },
        forward: agreement,
        lateral: Agreement::default(),
        turn: agreement,
        shares: [0.9, 0.0, 0.1],
        time_scale: Some(0.3),
        single: None,
    };
    let rows = vec![row("learned", 0.94), row("exact", 0.17), row("score alone", 0.0), row("random", -0.01)];
    let (shares, by_order) = ([0.9, 0.0, 0.1], false);
    let truth = Truth { moments: 1, displacements: 40, by_order, step_l: 0.3, turn_rad: 0.1, shares, rows };
    window.state_mut().session.on_event(ObserveEvent::TruthMeasured { run: 1, result: Ok(Box::new(truth)) });
    settle(&mut window);
    for text in ["learned", "exact", "score alone", "random"] {
        assert!(window.get_all_by_label(text).count() > 0, "{text}");
    }
    assert!(window.get_all_by_label("0.94").count() >= 3);
}
