//! The plots, the meter and the curves of learning, used as a person uses them.

use std::sync::Arc;

use bevy_egui::egui::{Context, Rect, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use unstill::observe::{Certificate, Motion, QuickFidelity, Reading};
use unstill::rule::{LocalNet, NetShape, Rule};
use unstill::session::{
    Command, Dialog, Document, Effect, Event, Evidence, Place, PlotKind, RuleRole, SceneSource, Session,
};
use unstill::snapshot::motifs;
use unstill::ui::{Readouts, UiState, panels, set_style};

const LAPTOP: Vec2 = Vec2::new(1366.0, 768.0);

/// A shell without engine, files or threads.
struct Shell {
    session: Session,
    state: UiState,
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
        commands.into_iter().for_each(|command| self.apply(command));
    }

    fn apply(&mut self, command: Command) {
        for effect in self.session.apply(command) {
            self.state.on_effect(&effect);
            self.effects.push(effect);
        }
    }
}

type Window = Harness<'static, Shell>;

fn window(session: Session) -> Window {
    let shell =
        Shell { session, state: UiState::new(Vec::new()), effects: Vec::new(), free: Rect::ZERO, styled: false };
    let mut window = Harness::builder()
        .with_size(LAPTOP)
        .with_step_dt(1.0 / 60.0)
        .build_ui_state(|ui, shell: &mut Shell| shell.frame(ui.ctx()), shell);
    window.run_steps(8);
    window
}

fn click(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    window.run_steps(8);
}

fn rule() -> Arc<Rule> {
    let shape = NetShape { species: 1, phi: [4, 4], rho: [4, 4], outputs: 1 };
    Arc::new(Rule {
        unit_length: motifs::by_name("mill").expect("a bundled picture").snapshot().unit_length(),
        cutoff_l: 3.9,
        sigma_range_l: [0.1, 0.8],
        kappa: 1.0,
        energy: LocalNet { shape, weights: vec![0.0; shape.layout().total] },
        flow: None,
    })
}

/// A mill that lives, and was looked at some times.
fn alive() -> Session {
    let mut session = Session::new(3);
    let snapshot = Arc::new(motifs::by_name("mill").expect("a bundled picture").snapshot());
    let document = Document { title: "Mill".into(), snapshot, rule: Some(rule()), ..Document::default() };
    session.on_event(Event::Opened { source: SceneSource::Bundled("mill".into()), result: Ok(Box::new(document)) });
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
    session.on_event(Event::Observed(Box::new(reading)));
}

#[test]
fn the_meter_in_live_tells_the_fidelity_and_opens_the_plots_above_which_the_canvas_keeps_its_place() {
    let mut window = window(alive());
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
    let mut window = window(alive());
    window.state_mut().apply(Command::Ask(Dialog::Plots));
    window.run_steps(4);
    assert!(window.query_by_label("Energy -1.00").is_none());
    click(&mut window, "Plot Energy");
    window.get_by_label("Energy -1.00");
    click(&mut window, "Plot Energy");
    assert!(window.query_by_label("Energy -1.00").is_none());
    for kind in PlotKind::LIVE.into_iter().skip(3) {
        click(&mut window, &format!("Plot {}", kind.name()));
    }
    assert!(window.state().free.height() > 450.0);
    for kind in PlotKind::LIVE {
        click(&mut window, &format!("Plot {}", kind.name()));
    }
    window.get_by_label("Choose a plot above.");
}

#[test]
fn a_plot_asks_where_it_shall_be_saved_as_a_table_or_a_picture() {
    let mut window = window(alive());
    window.state_mut().apply(Command::Ask(Dialog::Plots));
    window.run_steps(4);
    click(&mut window, "Save Fidelity as CSV");
    assert!(window.state().effects.contains(&Effect::Ask(Dialog::SavePlotCsv(PlotKind::Fidelity))));
    assert!(window.state().state.has_dialog());
    let mut window = self::window(alive());
    window.state_mut().apply(Command::Ask(Dialog::Plots));
    window.run_steps(4);
    click(&mut window, "Save g(r) as PNG");
    assert!(window.state().effects.contains(&Effect::Ask(Dialog::SavePlotPng(PlotKind::PairCorrelation))));
    assert!(window.state().state.has_dialog());
}

#[test]
fn a_scrambled_swarm_shows_its_healing_from_the_meter() {
    let mut session = alive();
    session.apply(Command::Randomise);
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
fn the_scene_is_certified_from_the_meter_and_its_seal_says_what_was_measured() {
    let mut window = window(alive());
    click(&mut window, "certify");
    let run = window.state().effects.iter().find_map(|e| match e {
        Effect::Certify(request) => Some(request.run),
        _ => None,
    });
    let run = run.expect("a measurement starts");
    let shell = window.state_mut();
    shell.session.on_event(Event::CertificateProgress { run, phase: "healing", share: 0.82 });
    window.run_steps(4);
    window.get_by_label("certifying, healing 82 %");
    let evidence = Evidence { grown: 0.71, kept: 0.98, healed: 0.92, ..Evidence::default() };
    let result = Ok(Box::new(Certificate { evidence, motion: Motion::default() }));
    window.state_mut().session.on_event(Event::Certified { run, result });
    window.run_steps(4);
    window.get_by_label("grown 0.71 · kept 0.98 · healed 0.92");
    window.state_mut().session.tick(1);
    window.state_mut().apply(Command::Clear);
    window.state_mut().session.tick(1);
    window.run_steps(4);
    window.get_by_label("was grown 0.71 · kept 0.98 · healed 0.92");
}

#[test]
fn while_another_rule_is_learned_the_old_one_plays_and_one_can_switch_at_once() {
    let mut session = alive();
    session.apply(Command::SetPlace(Place::Learn));
    session.apply(Command::StartLearning);
    let run = session.training().run;
    let measured = |session: &mut Session, role, step, value| {
        let result = Ok(QuickFidelity { kept: Some(value), grown: Some(value) });
        session.on_event(Event::RuleMeasured { run, role, step, result });
    };
    measured(&mut session, RuleRole::Old, 0, 0.93);
    session.on_event(Event::NewRule { run, rule: rule() });
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
