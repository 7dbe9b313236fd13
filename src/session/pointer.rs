//! The primary pointer button on the canvas: what the tools make of it.

use std::mem::Discriminant;

use super::apply::edit_picture;
use super::brush;
use super::command::{Command, Effect, EngineOrder, Place, Pointer, Tool};
use super::pen::PenStroke;
use super::picture;
use super::state::Session;
use crate::snapshot::{Particle, Snapshot};

/// A press of the pen this near to a particle, in spacings, takes hold of it instead of laying another.
const GRAB_SPACINGS: f64 = 0.3;

/// What the pressed button is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Gesture {
    #[default]
    None,
    /// The pen; `index` is the particle laid last, when it is in the picture.
    Pen { stroke: PenStroke, index: Option<usize> },
    /// The eraser, last seen here.
    Erase([f64; 2]),
    /// Pushing, pulling or stirring live particles.
    Force,
    /// Changing live particles, last done here.
    Edit([f64; 2]),
    /// Laying live particles.
    Lay(PenStroke),
}

pub(super) fn pointer(session: &mut Session, pointer: Pointer) -> Vec<Effect> {
    match (pointer, session.place) {
        (Pointer::Press(at) | Pointer::Drag(at), _) if !at.iter().all(|x| x.is_finite()) => Vec::new(),
        (Pointer::Press(at), Place::Paint) => {
            let mut effects = release(session);
            effects.extend(match session.tool {
                Tool::Pen => press_pen(session, at),
                Tool::Eraser => erase_towards(session, at, at),
            });
            effects
        }
        (Pointer::Drag(at), Place::Paint) => match session.gesture {
            Gesture::Pen { stroke, index } => drag_pen(session, stroke, index, at),
            Gesture::Erase(from) => erase_towards(session, from, at),
            _ => Vec::new(),
        },
        (Pointer::Press(at), Place::Learn | Place::Live) => brush::press(session, at),
        (Pointer::Drag(at), Place::Learn | Place::Live) => brush::drag(session, at),
        (Pointer::Release, _) => release(session),
    }
}

/// Ends whatever the pressed button was doing.
pub(super) fn release(session: &mut Session) -> Vec<Effect> {
    session.history.end_gesture();
    match std::mem::take(&mut session.gesture) {
        Gesture::Force => vec![Effect::Engine(EngineOrder::SetForce(None))],
        _ => Vec::new(),
    }
}

/// The whole gesture, until the release, is one step of the history.
fn merge() -> Option<Discriminant<Command>> {
    Some(std::mem::discriminant(&Command::Pointer(Pointer::Release)))
}

fn press_pen(session: &mut Session, at: [f64; 2]) -> Vec<Effect> {
    if !picture::is_inside(session.snapshot(), at) {
        return Vec::new();
    }
    if let Some(index) = nearest(session.snapshot(), at, GRAB_SPACINGS * session.spacing) {
        let held = session.snapshot().particles[index];
        let stroke = PenStroke::begin([held.x, held.y], held.heading, held.species, session.spacing);
        session.gesture = Gesture::Pen { stroke, index: Some(index) };
        return Vec::new();
    }
    let stroke = PenStroke::begin(at, session.pen_heading, session.species, session.spacing);
    session.gesture = Gesture::Pen { stroke, index: Some(session.snapshot().particles.len()) };
    edit_picture(session, merge(), |picture| picture::add(picture, &[stroke.last()]))
}

fn drag_pen(session: &mut Session, mut stroke: PenStroke, mut index: Option<usize>, to: [f64; 2]) -> Vec<Effect> {
    let moved = stroke.drag(to);
    let Some(heading) = moved.turn_last else { return Vec::new() };
    session.pen_heading = heading;
    let effects = edit_picture(session, merge(), |picture| {
        let mut changed = index.is_some_and(|i| picture::change(picture, &[i], |p| p.heading = heading));
        for particle in moved.lay {
            let laid = picture::add(picture, &[particle]);
            index = laid.then(|| picture.particles.len() - 1);
            changed |= laid;
        }
        changed
    });
    session.gesture = Gesture::Pen { stroke, index };
    effects
}

fn erase_towards(session: &mut Session, from: [f64; 2], to: [f64; 2]) -> Vec<Effect> {
    session.gesture = Gesture::Erase(to);
    let radius = session.eraser_radius;
    let [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    // Dense enough that a quick drag leaves nothing standing on its way; bounded, whatever the zoom.
    let stops = (2.0 * dx.hypot(dy) / radius).ceil().clamp(1.0, 1000.0) as usize;
    edit_picture(session, merge(), |picture| {
        let mut changed = false;
        for stop in 1..=stops {
            let share = stop as f64 / stops as f64;
            changed |= picture::erase(picture, [from[0] + share * dx, from[1] + share * dy], radius);
        }
        changed
    })
}

fn nearest(snapshot: &Snapshot, [x, y]: [f64; 2], reach: f64) -> Option<usize> {
    let distance = |p: &Particle| (p.x - x).hypot(p.y - y);
    let (index, particle) =
        snapshot.particles.iter().enumerate().min_by(|a, b| distance(a.1).total_cmp(&distance(b.1)))?;
    (distance(particle) <= reach).then_some(index)
}
