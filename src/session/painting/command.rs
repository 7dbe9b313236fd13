//! What a user can do to the picture.

use std::path::PathBuf;

use glam::DVec2;

use super::pen::MIN_SPACING;
use super::snapshots::{self, SnapshotCommand};
use super::{Hand, PaintOptions, SelectionOrder, StampSource, Tool, clip, library, orders, picture};
use crate::session::command::{Effect, Kind, PaintEffect};
use crate::session::document::edit::{edit, edit_picture, set};
use crate::session::state::Session;
use crate::worlds::swarm::picture::{Boundary, Ensemble, MAX_SPECIES, Mode, Particle};

/// What a user can do to the picture.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum PaintCommand {
    /// Ends the gesture under way; all tools but Select, Lasso and Eyedropper drop the selection.
    SetTool(Tool),
    /// World units.
    SetEraserRadius(f64),
    /// Distance between the particles of a stroke, world units.
    SetSpacing(f64),
    /// The species of new particles; a selection gets it too.
    SetSpecies(u8),
    /// The settings of the tools.
    SetOptions(PaintOptions),
    /// How the pointer is held: comes before its presses and drags.
    Hold(Hand),
    /// Selects particles, or changes those that are selected.
    Selection(SelectionOrder),
    /// Turns what is in hand (selection, stamp, or the heading of the pen), radians counter-clockwise.
    Turn(f64),
    /// Scales what is in hand (selection, stamp, brush or spacing) by this factor.
    Resize(f64),
    /// Moves the selection by steps to the right and up.
    Nudge([i8; 2]),
    /// Turns [`PaintOptions::symmetry`](super::PaintOptions::symmetry) on or off, for its key.
    ToggleSymmetry,
    /// Turns [`PaintOptions::snap`](super::PaintOptions::snap) on or off, for its key.
    ToggleSnap,
    /// Takes the stamp tool with this stamp in hand.
    TakeStamp(StampSource),
    /// One of the user's own.
    RenameStamp(usize, String),
    /// One of the user's own, by index; [`Self::BringBackStamp`] is the way back.
    DeleteStamp(usize),
    /// The one that was deleted last.
    BringBackStamp,
    /// What the text tool writes.
    SetText(String),
    /// Previews this image as particles, with the image tool.
    OpenPicture(PathBuf),
    /// Places what is in hand in the middle of the box.
    PlaceStamp,
    /// The selection, or everything where nothing is selected, as a CSV table.
    Copy,
    /// As [`Self::Copy`], then removes what was copied.
    Cut,
    /// What is in the clipboard.
    Paste,
    /// A table of particles, as text.
    PasteText(String),
    /// Drops what is being drawn, the selection, or the tool.
    LetGo,
    /// One particle, as given: without symmetry and snap.
    Add(Particle),
    /// Consecutive strokes are one step of the history until [`DocumentCommand::EndGesture`](crate::session::DocumentCommand::EndGesture).
    Stroke(Vec<Particle>),
    /// World units.
    EraseAt {
        /// May be outside the box.
        centre: DVec2,
        /// Of the disc in which particles are removed.
        radius: f64,
    },
    /// Moves particles, without a selection.
    MoveParticles {
        /// Into the particles of the selected snapshot.
        indices: Vec<usize>,
        /// To the right and up, world units.
        by: DVec2,
    },
    /// Turns each particle on the spot, radians counter-clockwise.
    TurnParticles {
        /// Into the particles of the selected snapshot.
        indices: Vec<usize>,
        /// Added to each heading.
        by: f64,
    },
    /// Gives particles another species, without a selection.
    RecolourParticles {
        /// Into the particles of the selected snapshot.
        indices: Vec<usize>,
        /// Index of the species, below [`MAX_SPECIES`].
        species: u8,
    },
    /// By index; the indices of those behind them change.
    DeleteParticles(Vec<usize>),
    /// Removes every particle of the selected snapshot.
    Clear,
    /// Width and height, world units; particles outside the new box are moved to its edge.
    SetBox(DVec2),
    /// Whether the picture is a motif in empty space or a whole world.
    SetMode(Mode),
    /// Whether opposite edges of the box are joined.
    SetBoundary(Boundary),
    /// How snapshots are drawn from the picture; numbers are clamped to the usable range.
    SetEnsemble(Ensemble),
    /// The snapshots of a film.
    Snapshot(SnapshotCommand),
}

impl PaintCommand {
    /// Whether a key held down gives it again and again.
    pub(in crate::session) fn repeats(&self) -> bool {
        matches!(self, Self::Turn(_) | Self::Resize(_) | Self::Nudge(_) | Self::Snapshot(SnapshotCommand::Go(_)))
    }

    /// Consecutive commands of this kind are one step of the history until the gesture ends.
    fn kind(&self) -> Option<Kind> {
        let merges = matches!(
            self,
            Self::Turn(_)
                | Self::Resize(_)
                | Self::Nudge(_)
                | Self::Stroke(_)
                | Self::EraseAt { .. }
                | Self::MoveParticles { .. }
                | Self::TurnParticles { .. }
                | Self::SetBox(_)
                | Self::SetEnsemble(_)
        );
        merges.then(|| Kind::Paint(std::mem::discriminant(self)))
    }

    /// Whether it would do something now.
    pub(in crate::session) fn is_possible(&self, session: &Session) -> bool {
        match self {
            Self::Clear | Self::Copy | Self::Selection(SelectionOrder::All) => !session.snapshot().particles.is_empty(),
            Self::Cut | Self::Nudge(_) | Self::Selection(SelectionOrder::Duplicate | SelectionOrder::Delete) => {
                !session.painting.selection.is_empty()
            }
            Self::Snapshot(SnapshotCommand::Delete | SnapshotCommand::Go(_) | SnapshotCommand::Select(_)) => {
                !session.document.world.film.is_empty()
            }
            _ => true,
        }
    }
}

pub(in crate::session) fn apply(session: &mut Session, command: PaintCommand) -> Vec<Effect> {
    let merge = command.kind();
    match command {
        PaintCommand::SetTool(tool) => orders::take(session, tool),
        PaintCommand::SetEraserRadius(radius) => set_number(&mut session.painting.eraser_radius, radius, 0.05, 100.0),
        PaintCommand::SetSpacing(spacing) => set_number(&mut session.painting.spacing, spacing, MIN_SPACING, 100.0),
        PaintCommand::SetSpecies(species) => {
            session.painting.species = species.min(MAX_SPECIES as u8 - 1);
            orders::recolour(session, session.painting.species)
        }
        PaintCommand::SetOptions(options) => orders::set_options(session, options),
        PaintCommand::Hold(hand) => orders::hold(session, hand),
        PaintCommand::Selection(order) => orders::order(session, order),
        PaintCommand::Turn(by) => orders::turn(session, by, merge),
        PaintCommand::Resize(factor) => orders::resize(session, factor, merge),
        PaintCommand::Nudge(steps) => orders::nudge(session, steps, merge),
        PaintCommand::ToggleSymmetry => orders::toggle_symmetry(session),
        PaintCommand::ToggleSnap => orders::toggle_snap(session),
        PaintCommand::TakeStamp(source) => library::take_stamp(session, &source),
        PaintCommand::RenameStamp(index, name) => library::rename_stamp(session, index, &name),
        PaintCommand::DeleteStamp(index) => library::delete_stamp(session, index),
        PaintCommand::BringBackStamp => library::bring_back_stamp(session),
        PaintCommand::SetText(text) => {
            session.painting.text = text;
            Vec::new()
        }
        PaintCommand::OpenPicture(path) => orders::open_picture(session, path),
        PaintCommand::PlaceStamp => orders::place(session),
        PaintCommand::Copy => clip::copy(session),
        PaintCommand::Cut => clip::cut(session),
        PaintCommand::Paste => vec![Effect::Paint(PaintEffect::ReadClipboard)],
        PaintCommand::PasteText(text) => clip::paste_text(session, &text),
        PaintCommand::LetGo => orders::let_go(session),
        PaintCommand::Add(particle) => edit_picture(session, merge, |s| picture::add(s, &[particle])),
        PaintCommand::Stroke(particles) => edit_picture(session, merge, |s| picture::add(s, &particles)),
        PaintCommand::EraseAt { centre, radius } => edit_picture(session, merge, |s| picture::erase(s, centre, radius)),
        PaintCommand::MoveParticles { indices, by } => {
            edit_picture(session, merge, |s| picture::translate(s, &indices, by))
        }
        PaintCommand::TurnParticles { indices, by } => {
            edit_picture(session, merge, |s| picture::change(s, &indices, |p| p.heading += by))
        }
        PaintCommand::RecolourParticles { indices, species } => {
            edit_picture(session, merge, |s| picture::change(s, &indices, |p| p.species = species))
        }
        PaintCommand::DeleteParticles(indices) => edit_picture(session, merge, |s| picture::delete(s, &indices)),
        PaintCommand::Clear => edit_picture(session, merge, |s| {
            let any = !s.particles.is_empty();
            s.particles.clear();
            any
        }),
        PaintCommand::SetBox(box_size) => edit_picture(session, merge, |s| picture::set_box(s, box_size)),
        PaintCommand::SetMode(mode) => edit_picture(session, merge, |s| set(&mut s.mode, mode)),
        PaintCommand::SetBoundary(boundary) => edit_picture(session, merge, |s| set(&mut s.boundary, boundary)),
        PaintCommand::SetEnsemble(mut ensemble) => {
            if !(ensemble.clearance_l.is_finite() && ensemble.cover.is_finite()) {
                return Vec::new();
            }
            ensemble.copies = ensemble.copies.max(1);
            ensemble.clearance_l = ensemble.clearance_l.clamp(0.0, 20.0);
            ensemble.cover = ensemble.cover.clamp(0.02, 0.6);
            edit(session, merge, |d| set(&mut d.world.ensemble, ensemble))
        }

        PaintCommand::Snapshot(command) => snapshots::on_command(session, command),
    }
}

/// Sets a number that is not part of the document; what is not finite is ignored.
fn set_number(field: &mut f64, value: f64, min: f64, max: f64) -> Vec<Effect> {
    if value.is_finite() {
        *field = value.clamp(min, max);
    }
    Vec::new()
}
