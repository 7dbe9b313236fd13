//! The panels around the canvas: they read the session and return commands, and own nothing but their own open windows.
//! Keys are the shell's: it has them as they come from the system.
//!
//! ```text
//! set_style(ctx)                                   once
//! panels(ctx, &session, &readouts, &mut state)     each frame → commands, free rectangle
//! state.on_effect(&effect)                         for each effect: notices, dialogs and sheets
//! ```

mod caption;
mod cards;
mod checkpoints;
mod dialogs;
mod film_strip;
mod finder;
mod gallery;
mod help;
mod hint;
mod import_sheet;
mod invite;
mod learn;
mod live;
mod look;
mod meter;
mod notices;
mod observe;
mod paint;
mod rules;
mod share;
mod state;
mod studio;
mod style;
mod swarm_view;
mod top_bar;
mod truth_card;
mod widgets;

// The only path to egui, which is a dependency of bevy_egui, not of this crate.
pub(crate) use bevy_egui::egui;

pub use gallery::GalleryCard;
pub(crate) use gallery::GalleryLife;
pub(crate) use paint::canvas_menu;
pub(crate) use rules::Thumbnails;
pub use share::{RescuedScene, SceneCard, ShareReadouts};
pub use state::UiState;
pub(crate) use studio::{CARD_PICTURE, FLOW_PICTURE};
pub use studio::{CardSource, StudioCard, studio_panels};
pub use style::set_style;
pub(crate) use style::{Ink, SPECIES_COLOURS, faint};

use egui::{Context, Frame, Id, LayerId, Panel, Rect, ScrollArea, Ui, UiBuilder};

use crate::session::{Command, DocumentCommand, Session, Workspace};

/// Width of the side panel, points.
pub const SIDE_WIDTH: f32 = 300.0;

/// Height of the top bar, points.
pub const TOP_HEIGHT: f32 = 44.0;

/// What the shell measures, for showing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Readouts {
    /// Mean time of a frame, milliseconds.
    pub frame_ms: f64,
    /// Integration steps per second of wall time.
    pub steps_per_s: f64,
    /// Such as "GPU: llvmpipe" or "processor".
    pub engine: String,
    /// Neighbour pairs evaluated per second; `None` while unknown.
    pub pair_tests_per_s: Option<f64>,
    /// Particles whose next positions are NaN or infinite.
    pub faults: u64,
    /// Maximum number of particles that the engine may be asked to hold; 0 while unknown.
    pub max_particles: usize,
    /// One of this many visible bodies is drawn, where drawing all would take too long; else 1 or 0.
    pub drawn_one_in: usize,
    /// Seconds that a step takes for each particle; 0 while unknown.
    pub s_per_particle_step: f64,
}

impl Readouts {
    /// Steps that can be made in a second with that many particles, where that is known.
    pub fn steps_per_s_with(&self, particles: usize) -> Option<f64> {
        let s = self.s_per_particle_step * particles as f64;
        (s > 0.0).then(|| 1.0 / s)
    }
}

/// Shows everything but the canvas. Returns what the user asked for, and the rectangle left free for the canvas, in
/// points.
pub fn panels(ctx: &Context, session: &Session, readouts: &Readouts, state: &mut UiState) -> (Vec<Command>, Rect) {
    style::wear(ctx, session.prefs());
    let mut commands = Vec::new();
    let free = if session.prefs().panels_hidden {
        ctx.viewport_rect()
    } else {
        bar_and_side(ctx, session, readouts, state, &mut commands)
    };

    gallery::show(ctx, state, &mut commands);
    help::show(ctx, state);
    if !session.prefs().panels_hidden {
        caption::show(ctx, free, session, &mut state.caption);
        look::legend(ctx, free, session, state.ramp_range);
        rules::show(ctx, free, session, state, &mut commands);
        checkpoints::show(ctx, free, session, state, &mut commands);
        let beside_meter = meter::show(ctx, free, session, state, &mut commands);
        let above_hint = hint::show(ctx, beside_meter, session, state, &mut commands);
        invite::show(ctx, above_hint, session, state, &mut commands);
    }
    hint::way_back(ctx, free, session, state);
    finder::show(ctx, session, state, &mut commands);
    dialogs::show(ctx, session, state, &mut commands);
    share::show(ctx, free, session, state, &mut commands);
    import_sheet::show(ctx, session, &mut state.import_sheet, &mut commands);
    state.notices.show(ctx);

    if std::mem::replace(&mut state.were_hidden, session.prefs().panels_hidden) != session.prefs().panels_hidden {
        // The key, Tab, also moves the focus, which is not meant here.
        ctx.memory_mut(|m| m.focused().into_iter().for_each(|id| m.surrender_focus(id)));
    }
    end_gestures(ctx, session, &mut commands);
    (commands, free)
}

/// The top bar and the side panel; returns what they leave free.
fn bar_and_side(
    ctx: &Context,
    session: &Session,
    readouts: &Readouts,
    state: &mut UiState,
    commands: &mut Vec<Command>,
) -> Rect {
    let whole = UiBuilder::new().layer_id(LayerId::background()).max_rect(ctx.viewport_rect());
    let mut root = Ui::new(ctx.clone(), Id::new("unstill"), whole);

    let bar = Frame::NONE.fill(style::BAR.colour()).inner_margin(egui::Margin::symmetric(10, 6));
    Panel::top("top bar").exact_size(TOP_HEIGHT).frame(bar).show_separator_line(false).show(&mut root, |ui| {
        top_bar::show(ui, session, state, commands);
    });
    let side =
        Frame::NONE.fill(style::PANEL.colour()).inner_margin(egui::Margin { left: 12, right: 4, top: 8, bottom: 4 });
    Panel::left("side").exact_size(SIDE_WIDTH).resizable(false).frame(side).show_separator_line(false).show(
        &mut root,
        |ui| {
            // Each workspace has its own scroll position.
            ScrollArea::vertical().id_salt(session.workspace()).auto_shrink(false).show(ui, |ui| {
                ui.set_max_width(SIDE_WIDTH - 26.0);
                match session.workspace() {
                    Workspace::Paint => paint::show(ui, session, state, commands),
                    Workspace::Learn => learn::show(ui, session, commands),
                    Workspace::Live => live::show(ui, session, readouts, commands),
                }
            });
        },
    );
    observe::show(&mut root, session, state, commands);
    film_strip::show(&mut root, session, state, commands);
    root.available_rect_before_wrap()
}

/// A drag of a slider, or the typing of a text, is one step of the history; each click is one of its own.
fn end_gestures(ctx: &Context, session: &Session, commands: &mut Vec<Command>) {
    let (held, released) = ctx.input(|i| (i.pointer.any_down(), i.pointer.any_released()));
    let just_done = !commands.is_empty() && !held && !ctx.text_edit_focused();
    if just_done || (released && session.gesture_is_open()) {
        commands.push(Command::Document(DocumentCommand::EndGesture));
    }
}
