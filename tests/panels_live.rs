//! The panel of the living swarm, used as a person uses it: brushes, going back, kept moments, swinging knobs.

use std::sync::Arc;

use bevy_egui::egui::accesskit::Role;
use bevy_egui::egui::{Context, Event as Input, Modifiers, PointerButton, Pos2, Rect, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use unstill::rule::{FlowKind, LiveSettings, LocalNet, NetShape, Rule};
use unstill::scene::LiveState;
use unstill::session::{Brush, Command, Document, Effect, Event, Knob, SceneSource, Session};
use unstill::snapshot::{Particle, Swarm, motifs};
use unstill::ui::{Readouts, SIDE_WIDTH, TOP_HEIGHT, UiState, panels, set_style};

/// The smallest laptop people still use.
const LAPTOP: Vec2 = Vec2::new(1366.0, 768.0);

/// A shell with an engine that only answers.
struct Shell {
    session: Session,
    state: UiState,
    readouts: Readouts,
    commands: Vec<Command>,
    styled: bool,
}

impl Shell {
    fn frame(&mut self, ctx: &Context) {
        if !std::mem::replace(&mut self.styled, true) {
            set_style(ctx);
        }
        let (commands, _) = panels(ctx, &self.session, &self.readouts, &mut self.state);
        for command in commands {
            self.commands.push(command.clone());
            let effects = self.session.apply(command);
            for effect in effects {
                if effect == Effect::KeepMoment {
                    let at = |x| Particle { x, y: 3.0, ..Particle::default() };
                    let swarm = Swarm { particles: vec![at(1.0), at(2.0), at(4.0)], box_size: [8.0, 6.0] };
                    let state = LiveState { swarm, seed: 1, step: 9 };
                    self.session.on_event(Event::MomentKept(Box::new(state)));
                }
                self.state.on_effect(&effect);
            }
        }
    }
}

type Window = Harness<'static, Shell>;

fn window(session: Session) -> Window {
    let shell = Shell {
        session,
        state: UiState::new(Vec::new()),
        readouts: Readouts::default(),
        commands: Vec::new(),
        styled: false,
    };
    let mut window = Harness::builder()
        .with_size(LAPTOP)
        .with_step_dt(1.0 / 60.0)
        .build_ui_state(|ui, shell: &mut Shell| shell.frame(ui.ctx()), shell);
    settle(&mut window);
    window
}

fn settle(window: &mut Window) {
    window.run_steps(8);
}

fn click(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    settle(window);
}

/// A quick click of the mouse itself at a place, with modifier keys.
fn press(window: &mut Window, at: Pos2, modifiers: Modifiers) {
    window.event_modifiers(Input::PointerMoved(at), modifiers);
    window.run_steps(1);
    for pressed in [true, false] {
        let button = PointerButton::Primary;
        window.event_modifiers(Input::PointerButton { pos: at, button, pressed, modifiers }, modifiers);
        window.run_steps(1);
    }
}

/// A picture of two species with a rule, opened and alive.
fn alive() -> Session {
    let net = |outputs| {
        let shape = NetShape { species: 2, phi: [4, 4], rho: [4, 4], outputs };
        LocalNet { shape, weights: vec![0.0; shape.layout().total] }
    };
    let rule = Rule {
        unit_length: 1.0,
        cutoff_l: 3.9,
        sigma_range_l: [0.1, 0.8],
        kappa: 1.0,
        energy: net(1),
        flow: Some(net(3)),
    };
    let pairs = motifs::by_name("pairs").expect("a bundled picture").snapshot();
    let document = Document { snapshot: Arc::new(pairs), rule: Some(Arc::new(rule)), ..Document::default() };
    let mut session = Session::new(3);
    session.on_event(Event::Opened { source: SceneSource::Bundled("pairs".into()), result: Ok(Box::new(document)) });
    session
}

fn live(window: &Window) -> LiveSettings {
    window.state().session.document().live
}

/// A place on the rail of a slider.
fn on_rail(window: &Window, label: &str) -> Pos2 {
    window.get_by_role_and_label(Role::Slider, label).rect().left_center() + Vec2::new(70.0, 0.0)
}

#[test]
fn each_brush_is_one_click_away_and_tells_its_key() {
    let mut window = window(alive());
    for (label, brush) in [
        ("Stir", Brush::Stir),
        ("Wound", Brush::Wound),
        ("Add", Brush::Add),
        ("Remove", Brush::Remove),
        ("Recolour", Brush::Recolour),
        ("Follow", Brush::Follow),
        ("Mouse off", Brush::Off),
        ("Pull", Brush::Pull),
        ("Push", Brush::Push),
    ] {
        click(&mut window, label);
        assert_eq!(window.state().session.live().brush, brush, "{label}");
    }
    click(&mut window, "Recolour");
    click(&mut window, "Brush species 2: sky blue");
    assert_eq!(window.state().session.species(), 1);
    assert!(window.query_by_label("Brush species 3: yellow").is_none(), "the rule knows two species");
    window.get_by_label("Wound").hover();
    for _ in 0..60 {
        window.run_steps(1);
    }
    window.get_by_label_contains("(W)");
}

#[test]
fn a_click_with_ctrl_lets_a_slider_swing_and_another_lets_it_rest() {
    let mut window = window(alive());
    let before = live(&window);
    let at = on_rail(&window, "Strength");
    press(&mut window, at, Modifiers::CTRL);
    settle(&mut window);
    assert!(window.state().session.live().swing_of(Knob::Strength).is_some());
    assert_eq!(live(&window), before, "its value stays where it was");
    // The name is marked, and tells how it swings.
    window.get_by_role_and_label(Role::Label, "~ Strength").click();
    settle(&mut window);
    let period = window.get_by_role_and_label(Role::Slider, "Period");
    period.focus();
    settle(&mut window);
    window.key_press(bevy_egui::egui::Key::ArrowRight);
    settle(&mut window);
    assert!(window.state().session.live().swing_of(Knob::Strength).unwrap().period_s > 4.0);
    click(&mut window, "Let it rest");
    assert_eq!(window.state().session.live().swings, []);
    for swings in [true, false] {
        press(&mut window, at, Modifiers::ALT);
        settle(&mut window);
        assert_eq!(window.state().session.live().swing_of(Knob::Strength).is_some(), swings);
    }
    assert_eq!(live(&window), before);
}

#[test]
fn a_double_click_sets_a_slider_back_and_the_reset_all_of_them() {
    let mut window = window(alive());
    let changed = LiveSettings { strength: 12.0, relaxation: 4.0, denoised: false, ..LiveSettings::default() };
    window.state_mut().session.apply(Command::SetLive(changed));
    settle(&mut window);
    let at = on_rail(&window, "Strength");
    press(&mut window, at, Modifiers::NONE);
    press(&mut window, at, Modifiers::NONE);
    settle(&mut window);
    assert_eq!(live(&window), LiveSettings { strength: LiveSettings::default().strength, ..changed });
    click(&mut window, "Reset the motion");
    assert_eq!(live(&window), LiveSettings { denoised: false, ..LiveSettings::default() });
    window.state_mut().session.apply(Command::Undo);
    assert_eq!(live(&window).relaxation, 4.0);
}

#[test]
fn moments_are_kept_named_returned_to_and_deleted_on_their_strip() {
    let mut window = window(alive());
    click(&mut window, "Keep");
    click(&mut window, "Keep");
    let names = |window: &Window| {
        window.state().session.document().savepoints.iter().map(|m| m.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&window), ["Moment 1", "Moment 2"]);
    click(&mut window, "Return to Moment 1");
    assert_eq!(window.state().session.live().particles, 3);
    click(&mut window, "Delete Moment 1");
    assert_eq!(names(&window), ["Moment 2"]);
    click(&mut window, "⟲ Undo");
    assert_eq!(names(&window), ["Moment 1", "Moment 2"]);
}

#[test]
fn the_cost_of_many_particles_is_told_before_the_swarm_crawls() {
    let mut window = window(alive());
    let cost = |window: &Window| window.query_by_label_contains("steps in a second with so many").is_some();
    assert!(!cost(&window));
    window.state_mut().readouts = Readouts { s_per_particle_step: 1e-6, most_particles: 100_000, ..Default::default() };
    window.state_mut().session.apply(Command::SetParticles(300));
    settle(&mut window);
    assert!(!cost(&window), "plenty");
    window.state_mut().session.apply(Command::SetParticles(90_000));
    settle(&mut window);
    window.get_by_label("about 11 steps in a second with so many");
}

#[test]
fn the_whole_panel_is_on_the_screen_of_a_laptop_with_every_brush_and_flow() {
    for brush in [Brush::Push, Brush::Recolour] {
        for flow in [FlowKind::Exact, FlowKind::Learned] {
            let mut session = alive();
            session.apply(Command::SetBrush(brush));
            session.apply(Command::SetLive(LiveSettings { flow, ..LiveSettings::default() }));
            let mut window = window(session);
            click(&mut window, "Keep");
            let screen = Rect::from_min_size(Pos2::ZERO, LAPTOP);
            let nodes = window.root().children_recursive();
            let mut seen = 0;
            for node in nodes {
                let node = node.accesskit_node();
                let (Some(name), Some(b)) = (node.label().or(node.value()), node.bounding_box()) else { continue };
                let rect = Rect::from_min_max([b.x0 as f32, b.y0 as f32].into(), [b.x1 as f32, b.y1 as f32].into());
                let in_panel = rect.min.y > TOP_HEIGHT && rect.min.x < SIDE_WIDTH;
                assert!(screen.contains_rect(rect), "{name} at {rect} with {brush:?}");
                assert!(!in_panel || rect.max.x <= SIDE_WIDTH, "{name} at {rect} reaches out of the panel");
                seen += 1;
            }
            assert!(seen > 40, "only {seen} widgets");
        }
    }
}
