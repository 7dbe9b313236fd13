//! What is done to the selection, and to what is in hand, by keys and buttons.

use std::path::PathBuf;

use glam::DVec2;

use super::Hand;
use super::add_particles;
use super::draft;
use super::gesture::{give_up, nearest, put, selected};
use super::options::PaintOptions;
use super::selection::{connected, fitted, moved, rotated, scaled, union};
use crate::session::command::Kind;
use crate::session::command::notify;
use crate::session::command::{Effect, Level, Tool, Workspace};
use crate::session::document::edit::edit_picture;
use crate::session::painting::pen::MIN_SPACING;
use crate::session::painting::picture;
use crate::session::pointer;
use crate::session::state::Session;
use crate::worlds::swarm::picture::curve::MAX_PLACED;
use crate::worlds::swarm::picture::{Particle, headings_along_neighbours};

/// Takes another tool; those that do not select let go of the selection.
pub(in crate::session) fn take(session: &mut Session, tool: Tool) -> Vec<Effect> {
    let effects = pointer::release(session);
    if tool == Tool::Eyedropper && session.painting.tool != tool {
        session.painting.tool_before = session.painting.tool;
    } else if !tool.selects() {
        session.painting.selection.clear();
    }
    session.painting.tool = tool;
    effects
}

/// The pointer's keys and reach.
pub(in crate::session) fn hold(session: &mut Session, hand: Hand) -> Vec<Effect> {
    if hand.reach.is_finite() && hand.reach > 0.0 {
        session.painting.hand = hand;
    }
    Vec::new()
}

/// What can be done to a selection.
#[derive(Clone, Debug, PartialEq)]
pub enum SelectionOrder {
    /// Every particle of the selected snapshot.
    All,
    /// Nothing is selected; the tool stays.
    None,
    /// The particles that are not selected.
    Invert,
    /// The particle here, unless it is selected already.
    Under(DVec2),
    /// All that hang together with the particle here.
    CreatureAt(DVec2),
    /// These, by their indices.
    Particles(Vec<usize>),
    /// Removes what is selected.
    Delete,
    /// Copies beside the originals; the copies are selected.
    Duplicate,
    /// Each on the spot, radians counter-clockwise.
    TurnHeadings(f64),
    /// Away from the middle of the selection's frame.
    HeadOutward,
    /// Along the line to the nearest neighbours; of all particles when none is selected.
    HeadAlongNeighbours,
}

/// Particles not farther apart than this, ℓ, are of one creature.
const CREATURE_L: f64 = 1.7;

pub(super) const NOTHING_SELECTED: &str =
    "Nothing is selected: drag around particles with Select (V), or press Ctrl+A.";

pub(in crate::session) fn order(session: &mut Session, order: SelectionOrder) -> Vec<Effect> {
    let count = session.snapshot().particles.len();
    let indices = session.painting.selection.clone();
    match order {
        SelectionOrder::All => select(session, (0..count).collect()),
        SelectionOrder::None => {
            session.painting.selection.clear();
            Vec::new()
        }
        SelectionOrder::Invert => {
            let others = (0..count).filter(|i| indices.binary_search(i).is_err()).collect();
            select(session, others)
        }
        SelectionOrder::Under(at) => match here(session, at) {
            Some(index) if indices.binary_search(&index).is_err() => select(session, vec![index]),
            _ => Vec::new(),
        },
        SelectionOrder::CreatureAt(at) => {
            let Some(index) = here(session, at) else { return Vec::new() };
            let creature = connected(&session.snapshot().particles, index, CREATURE_L * session.painting.unit_length);
            let indices = if session.painting.hand.shift { union(&indices, &creature) } else { creature };
            select(session, indices)
        }
        SelectionOrder::Particles(mut wanted) => {
            wanted.retain(|&i| i < count);
            wanted.sort_unstable();
            wanted.dedup();
            select(session, wanted)
        }
        SelectionOrder::HeadAlongNeighbours if indices.is_empty() => {
            head_along_neighbours(session, &(0..count).collect::<Vec<_>>())
        }
        _ if indices.is_empty() => vec![notify(Level::Info, NOTHING_SELECTED)],
        SelectionOrder::Delete => {
            let effects = edit_picture(session, None, |picture| picture::delete(picture, &indices));
            session.painting.selection.clear();
            effects
        }
        SelectionOrder::Duplicate => duplicate(session),
        SelectionOrder::TurnHeadings(by) => {
            edit_picture(session, None, |picture| picture::change(picture, &indices, |p| p.heading += by))
        }
        SelectionOrder::HeadOutward => {
            let Some(centre) = session.frame().map(|frame| frame.centre()) else { return Vec::new() };
            let outward = |p: &mut Particle| p.heading = (p.position() - centre).to_angle();
            edit_picture(session, None, |picture| picture::change(picture, &indices, outward))
        }
        SelectionOrder::HeadAlongNeighbours => head_along_neighbours(session, &indices),
    }
}

fn here(session: &Session, at: DVec2) -> Option<usize> {
    nearest(session.snapshot(), at, session.painting.hand.reach.max(0.3 * session.painting.unit_length))
}

/// Selects, and takes a tool that can do something with it.
pub(super) fn select(session: &mut Session, indices: Vec<usize>) -> Vec<Effect> {
    if !session.painting.tool.selects() {
        session.painting.tool = Tool::Select;
    }
    session.painting.selection = indices;
    Vec::new()
}

fn head_along_neighbours(session: &mut Session, indices: &[usize]) -> Vec<Effect> {
    let headings = headings_along_neighbours(session.snapshot());
    edit_picture(session, None, |picture| {
        let mut changed = false;
        for &i in indices {
            let (Some(p), Some(&heading)) = (picture.particles.get_mut(i), headings.get(i)) else { continue };
            changed |= p.heading != heading;
            p.heading = heading;
        }
        changed
    })
}

fn duplicate(session: &mut Session) -> Vec<Effect> {
    let step = session.painting.unit_length;
    let copies = moved(&selected(session), DVec2::new(step, -step));
    add_and_select(session, copies)
}

/// Adds particles as they are, and selects those that found room.
pub(super) fn add_and_select(session: &mut Session, particles: Vec<Particle>) -> Vec<Effect> {
    let snapshot = session.snapshot();
    let before = snapshot.particles.len();
    let Some(group) = fitted(particles, snapshot.box_size, snapshot.is_torus()) else {
        return vec![notify(Level::Warning, "There is no room for it in the box: make the box larger.")];
    };
    let effects = edit_picture(session, None, |picture| picture::add(picture, &group));
    let after = session.snapshot().particles.len();
    select(session, (before..after).collect());
    effects
}

/// Gives the group another shape, as one step of the history; `merge`: one with those before it.
fn reshape(
    session: &mut Session,
    merge: Option<Kind>,
    change: impl Fn(&[Particle], DVec2) -> Vec<Particle>,
) -> Vec<Effect> {
    // In the middle of a drag its start would no longer be where it began.
    if session.is_drawing() {
        return Vec::new();
    }
    let Some(frame) = session.frame() else { return Vec::new() };
    let snapshot = session.snapshot();
    let group = change(&selected(session), frame.centre());
    let Some(group) = fitted(group, snapshot.box_size, snapshot.is_torus()) else { return Vec::new() };
    let indices = session.painting.selection.clone();
    edit_picture(session, merge, |picture| put(picture, &indices, &group))
}

/// Turns what is in hand: the selection, the stamp, the text, the image, or the heading of the pen.
pub(in crate::session) fn turn(session: &mut Session, by: f64, merge: Option<Kind>) -> Vec<Effect> {
    let mut options = session.painting.options;
    match session.painting.tool {
        Tool::Select | Tool::Lasso => return reshape(session, merge, |group, centre| rotated(group, centre, by)),
        Tool::Stamp => options.stamp.turn += by,
        Tool::Text => options.text.turn += by,
        Tool::Image => options.image.turn += by,
        _ => options.heading += by,
    }
    set_options(session, options)
}

/// Makes what is in hand larger or smaller: the selection, the stamp, the brush, or the spacing.
pub(in crate::session) fn resize(session: &mut Session, factor: f64, merge: Option<Kind>) -> Vec<Effect> {
    if !(factor.is_finite() && factor > 0.0) {
        return Vec::new();
    }
    let mut options = session.painting.options;
    match session.painting.tool {
        Tool::Select | Tool::Lasso => return reshape(session, merge, |group, centre| scaled(group, centre, factor)),
        Tool::Stamp => options.stamp.scale *= factor,
        Tool::Text => options.text.scale *= factor,
        Tool::Image => options.image.scale *= factor,
        Tool::Spray => options.spray_radius *= factor,
        Tool::Eraser => session.painting.eraser_radius = (factor * session.painting.eraser_radius).clamp(0.05, 100.0),
        _ => session.painting.spacing = (factor * session.painting.spacing).clamp(MIN_SPACING, 100.0),
    }
    set_options(session, options)
}

/// Moves the selection by steps of the grid, or by tenths of the spacing.
pub(in crate::session) fn nudge(session: &mut Session, [x, y]: [i8; 2], merge: Option<Kind>) -> Vec<Effect> {
    let snap = session.painting.options.snap;
    let step = if snap.on { snap.pitch } else { 0.1 * session.painting.unit_length };
    reshape(session, merge, |group, _| moved(group, step * DVec2::new(x.into(), y.into())))
}

/// Another species for the selection.
pub(in crate::session) fn recolour(session: &mut Session, species: u8) -> Vec<Effect> {
    let indices = session.painting.selection.clone();
    if indices.is_empty() || !session.painting.tool.selects() {
        return Vec::new();
    }
    edit_picture(session, None, |picture| picture::change(picture, &indices, |p| p.species = species))
}

pub(in crate::session) fn set_options(session: &mut Session, options: PaintOptions) -> Vec<Effect> {
    if let Some(options) = options.usable() {
        session.painting.options = options;
    }
    Vec::new()
}

pub(in crate::session) fn toggle_symmetry(session: &mut Session) -> Vec<Effect> {
    session.painting.options.symmetry.on ^= true;
    Vec::new()
}

pub(in crate::session) fn toggle_snap(session: &mut Session) -> Vec<Effect> {
    session.painting.options.snap.on ^= true;
    Vec::new()
}

/// Places what is in hand in the middle of the box.
pub(in crate::session) fn place(session: &mut Session) -> Vec<Effect> {
    let particles = draft::in_hand(session, super::centre_of(session.snapshot()));
    debug_assert!(particles.len() <= MAX_PLACED);
    if particles.is_empty() { Vec::new() } else { add_particles(session, &particles) }
}

/// The image tool previews this file; a click places it.
pub(in crate::session) fn open_picture(session: &mut Session, path: PathBuf) -> Vec<Effect> {
    let effects = pointer::release(session);
    session.workspace = Workspace::Paint;
    session.painting.tool = Tool::Image;
    session.painting.selection.clear();
    session.painting.image = Some(path);
    effects
}

/// Cancels what is being drawn or dragged; then the selection; then the tool.
pub(in crate::session) fn let_go(session: &mut Session) -> Vec<Effect> {
    match session.painting.gesture {
        Some(_) => return give_up(session),
        None if !session.painting.selection.is_empty() => session.painting.selection.clear(),
        None => session.painting.tool = Tool::Pen,
    }
    Vec::new()
}
