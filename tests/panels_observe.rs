//! The plots, the meter and the curves of learning, used as a person uses them.

mod common;

use std::sync::Arc;

use egui_kittest::kittest::Queryable;

use common::panels::*;
use unstill::session::{
    Command, Dialog, Effect, Evidence, LearnCommand, LearnEvent, LiveCommand, ObserveEffect, ObserveEvent,
    PaintCommand, PlotKind, RuleRole, Session, Workspace, drawer_plots,
};
use unstill::worlds::swarm::measures::{Certificate, Motion, QuickFidelity, Reading};
use unstill::worlds::swarm::picture::motifs;
use unstill::worlds::swarm::rule::Rule;

fn mill_rule() -> Rule {
    let unit_length = motifs::by_name("mill").expect("a bundled picture").snapshot().unit_length();
    Rule { unit_length, ..Rule::inert(1, false) }
}

/// A mill that lives, and was looked at some times.
fn observed() -> Session {
    let mut session = opened("mill", mill_rule());
    for k in 0..6 {
        session.tick(4);
        look(&mut session, 0.8 + 0.02 * f64::from(k));
    }
    session
}

fn look(session: &mut Session, fidelity: f64) {
    let (step, epoch) = (session.observation().steps(), session.observation().epoch());
    let reading = Reading {
        step,
        epoch,
        fidelity: Some(fidelity),
        fidelity_now: Some(fidelity),
        energy: Some(-1.0),
        drift: Some(0.1),
        pair_correlation: vec![(0.5, 0.1), (1.0, 2.0), (1.5, 1.0)],
        ..Reading::default()
    };
    session.on_event(ObserveEvent::Observed(Box::new(reading)));
}

#[test]
fn the_meter_shows_the_fidelity_and_opens_the_plots() {
    let mut window = window(observed());
    let before = window.state().free;
    click(&mut window, "Pattern fidelity 0.90");
    window.get_by_label("Fidelity 0.90");
    let free = window.state().free;
    assert!(free.height() > 450.0 && free.bottom() < before.bottom() - 150.0, "{free:?} of {before:?}");
    click(&mut window, "Close the plots");
    assert_eq!(window.state().free, before);
}

#[test]
fn plots_are_chosen_by_a_click_and_all_of_them_fit_the_laptop() {
    let mut window = window(observed());
    window.state_mut().apply(Command::Ask(Dialog::Plots));
    window.run_steps(4);
    assert!(window.query_by_label("Energy -1.00").is_none());
    click(&mut window, "Plot Energy");
    window.get_by_label("Energy -1.00");
    click(&mut window, "Plot Energy");
    assert!(window.query_by_label("Energy -1.00").is_none());
    for row in drawer_plots().skip(3) {
        click(&mut window, &format!("Plot {}", row.name));
    }
    assert!(window.state().free.height() > 450.0);
    for row in drawer_plots() {
        click(&mut window, &format!("Plot {}", row.name));
    }
    window.get_by_label("Choose a plot above.");
}

#[test]
fn a_plot_asks_for_a_path_to_csv_or_png() {
    let mut window = window(observed());
    window.state_mut().apply(Command::Ask(Dialog::Plots));
    window.run_steps(4);
    click(&mut window, "Save Fidelity as CSV");
    assert!(window.state().effects.contains(&Effect::Ask(Dialog::SavePlotCsv(PlotKind::Series("fidelity")))));
    assert!(window.state().state.has_dialog());
    let mut window = common::panels::window(observed());
    window.state_mut().apply(Command::Ask(Dialog::Plots));
    window.run_steps(4);
    click(&mut window, "Save g(r) as PNG");
    assert!(window.state().effects.contains(&Effect::Ask(Dialog::SavePlotPng(PlotKind::Series("pair-correlation")))));
    assert!(window.state().state.has_dialog());
}

#[test]
fn a_scrambled_swarm_shows_its_healing_from_the_meter() {
    let mut session = observed();
    session.apply(LiveCommand::Randomise);
    for k in 0..24 {
        session.tick(4);
        look(&mut session, 0.9 * (1.0 - (-f64::from(k) / 3.0).exp()));
    }
    let text = session.observation().healing.as_ref().expect("a healing").text();
    assert!(text.starts_with("healed to 0.9"), "{text}");
    let mut window = window(session);
    click(&mut window, &text);
    assert!(window.query_all_by_label(&text).count() >= 2, "in the meter and over its plot");
}

#[test]
fn the_meter_starts_the_certificate_and_shows_its_seal() {
    let mut window = window(observed());
    click(&mut window, "certify");
    let run = window.state().effects.iter().find_map(|e| match e {
        Effect::Observe(ObserveEffect::Certify(request)) => Some(request.run),
        _ => None,
    });
    let run = run.expect("a measurement starts");
    let shell = window.state_mut();
    shell.session.on_event(ObserveEvent::CertificateProgress { run, phase: "healing", share: 0.82 });
    window.run_steps(4);
    window.get_by_label("certifying, healing 82 %");
    let evidence = Evidence { grown: 0.71, kept: 0.98, healed: 0.92, ..Evidence::default() };
    let result = Ok(Box::new(Certificate { evidence, motion: Motion::default() }));
    window.state_mut().session.on_event(ObserveEvent::Certified { run, result });
    window.run_steps(4);
    window.get_by_label("grown 0.71 · kept 0.98 · healed 0.92");
    window.state_mut().session.tick(1);
    window.state_mut().apply(PaintCommand::Clear);
    window.state_mut().session.tick(1);
    window.run_steps(4);
    window.get_by_label("was grown 0.71 · kept 0.98 · healed 0.92");
}

#[test]
fn the_old_rule_plays_during_learning_until_switched() {
    let mut session = observed();
    session.apply(Command::SetWorkspace(Workspace::Learn));
    session.apply(LearnCommand::Start);
    let run = session.training().run;
    let measured = |session: &mut Session, role, step, value| {
        let result = Ok(QuickFidelity { kept: Some(value), grown: Some(value) });
        session.on_event(LearnEvent::RuleMeasured { run, role, step, result });
    };
    measured(&mut session, RuleRole::Old, 0, 0.93);
    session.on_event(LearnEvent::NewRule { run, rule: Arc::new(mill_rule()) });
    measured(&mut session, RuleRole::New, 50, 0.5);
    measured(&mut session, RuleRole::New, 100, 0.71);
    let mut window = window(session);
    window.get_by_label("Old rule still playing: 0.71 of 0.93");
    window.get_by_label("New rule");
    click(&mut window, "Switch now");
    assert!(window.state().session.held().is_none());
    assert!(window.query_by_label_contains("still playing").is_none());
    click(&mut window, "Stop when settled");
    assert!(window.state().session.stops_when_settled());
}
