//! The panels without a window: a shell that has neither engine nor files nor threads, in a harness of egui.

// Each test program uses its part of this.
#![allow(dead_code)]

use std::sync::Arc;

use bevy_egui::egui::{Context, Rect, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use glam::DVec2;

use unstill::scene::Project;
use unstill::session::{
    Command, DocumentCommand, DocumentEvent, Effect, LiveEffect, LiveEvent, PaintCommand, Prefs, SceneSource, Session,
    Workspace, opened_project,
};
use unstill::window::panels::{GalleryCard, Readouts, SIDE_WIDTH, TOP_HEIGHT, UiState, panels, set_style};
use unstill::worlds::SwarmDoc;
use unstill::worlds::swarm::doc::LiveState;
use unstill::worlds::swarm::picture::{Particle, Swarm, motifs};
use unstill::worlds::swarm::rule::Rule;

/// The smallest laptop people still use.
pub const LAPTOP: Vec2 = Vec2::new(1366.0, 768.0);

/// What the panels asked for is carried out on the session; what the session asks for is kept, and a checkpoint answered.
pub struct Shell {
    pub session: Session,
    pub state: UiState,
    pub readouts: Readouts,
    /// What the panels gave, in order (not what a test gave).
    pub commands: Vec<Command>,
    pub effects: Vec<Effect>,
    /// What the panels leave of the window.
    pub free: Rect,
    styled: bool,
}

impl Shell {
    pub fn new(session: Session) -> Self {
        let card = |motif: &motifs::Motif| GalleryCard {
            name: motif.name.into(),
            title: motif.title.into(),
            notes: motif.look_for.into(),
            snapshot: Arc::new(motif.snapshot()),
        };
        Self {
            session,
            state: UiState::new(motifs::all().iter().map(card).collect()),
            readouts: Readouts {
                frame_ms: 16.6,
                steps_per_s: 240.0,
                engine: "processor".into(),
                ..Readouts::default()
            },
            commands: Vec::new(),
            effects: Vec::new(),
            free: Rect::ZERO,
            styled: false,
        }
    }

    pub fn apply(&mut self, command: impl Into<Command>) {
        let effects = self.session.apply(command);
        self.take(effects);
    }

    /// The preferences as they were last written.
    pub fn kept_prefs(&self) -> Option<&Prefs> {
        self.effects.iter().rev().find_map(|effect| match effect {
            Effect::KeepPrefs(prefs) => Some(&**prefs),
            _ => None,
        })
    }

    /// One frame of the window.
    pub fn frame(&mut self, ctx: &Context) {
        if !std::mem::replace(&mut self.styled, true) {
            set_style(ctx);
        }
        let (commands, free) = panels(ctx, &self.session, &self.readouts, &mut self.state);
        self.free = free;
        for command in commands {
            self.commands.push(command.clone());
            self.apply(command);
        }
        let effects = self.session.tick(0);
        self.take(effects);
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::Live(LiveEffect::SaveCheckpoint(wanted_for)) = &effect {
                let at = |x| Particle { x, y: 3.0, ..Particle::default() };
                let swarm = Swarm { particles: vec![at(1.0), at(2.0), at(4.0)], box_size: DVec2::new(8.0, 6.0) };
                let state = LiveState { swarm, seed: 1, step: 9 };
                self.session.on_event(LiveEvent::CheckpointSaved(wanted_for.clone(), Box::new(state)));
            }
            self.state.on_effect(&effect);
            self.effects.push(effect);
        }
    }
}

pub type Window = Harness<'static, Shell>;

pub fn window(session: Session) -> Window {
    window_of(session, LAPTOP)
}

pub fn window_of(session: Session, size: Vec2) -> Window {
    window_with(Shell::new(session), size)
}

pub fn window_with(shell: Shell, size: Vec2) -> Window {
    let mut window = Harness::builder()
        .with_size(size)
        .with_step_dt(1.0 / 60.0)
        .build_ui_state(|ui, shell: &mut Shell| shell.frame(ui.ctx()), shell);
    settle(&mut window);
    window
}

/// Some frames: notices and fades keep the window drawing, so it is never idle.
pub fn settle(window: &mut Window) {
    window.run_steps(8);
}

pub fn click(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    settle(window);
}

pub fn apply(window: &mut Window, command: Command) {
    window.state_mut().apply(command);
    settle(window);
}

/// Frames that are a second apart.
pub fn wait_s(window: &mut Window, seconds: usize) {
    for _ in 0..seconds {
        let now = window.input().time.unwrap_or(0.0);
        window.input_mut().time = Some(now + 1.0);
        window.run_steps(1);
    }
}

/// Everything with words or a role that a person could want to see: its bounds and what it is.
pub fn widgets(window: &Window) -> Vec<(Rect, String)> {
    let nodes = window.root().children_recursive();
    nodes
        .filter_map(|node| {
            let node = node.accesskit_node();
            let name = node.label().or(node.value())?;
            let b = node.bounding_box()?;
            let rect = Rect::from_min_max([b.x0 as f32, b.y0 as f32].into(), [b.x1 as f32, b.y1 as f32].into());
            Some((rect, format!("{:?} {name}", node.role())))
        })
        .collect()
}

/// Widgets that are not wholly on the screen, or that reach out of the side panel.
pub fn misplaced(window: &Window, size: Vec2) -> Vec<String> {
    let screen = Rect::from_min_size([0.0, 0.0].into(), size);
    let all = widgets(window);
    assert!(all.len() > 20, "only {} widgets", all.len());
    all.into_iter()
        .filter(|(rect, _)| {
            let in_side_panel = rect.min.y > TOP_HEIGHT && rect.min.x < SIDE_WIDTH;
            !screen.contains_rect(*rect) || (in_side_panel && rect.max.x > SIDE_WIDTH)
        })
        .map(|(rect, what)| format!("{what} at {rect}"))
        .collect()
}

/// A bundled picture with a rule, opened and alive.
pub fn opened(motif: &str, rule: Rule) -> Session {
    let motif = motifs::by_name(motif).expect("a bundled picture");
    let mut session = Session::new(3);
    let doc = SwarmDoc { rule: Some(Arc::new(rule)), ..SwarmDoc::from_snapshot(motif.snapshot()) };
    let document = opened_project(Project::new(motif.title, doc));
    let source = SceneSource::Bundled(motif.name.into());
    session.on_event(DocumentEvent::Opened { source, result: Ok(Box::new(document)) });
    session
}

/// A bundled picture of two species, alive under a rule with a learned flow.
pub fn alive() -> Session {
    opened("pairs", Rule::inert(2, true))
}

/// An empty picture, ready to be painted.
pub fn empty() -> Session {
    in_workspace(Session::new(1), Workspace::Paint)
}

/// Three particles, painted.
pub fn painted() -> Session {
    let mut session = empty();
    let at = |x, y| Particle { x, y, ..Particle::default() };
    session.apply(PaintCommand::Stroke(vec![at(2.0, 2.0), at(3.0, 2.0), at(2.5, 3.0)]));
    session.apply(DocumentCommand::EndGesture);
    session
}

pub fn in_workspace(mut session: Session, workspace: Workspace) -> Session {
    session.apply(Command::SetWorkspace(workspace));
    session
}
