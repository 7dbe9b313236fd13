//! The primary pointer button on the canvas: over the picture it is the tools', over the swarm it pushes.

use super::command::{Effect, EngineOrder, Place, Pointer};
use super::live::brush;
use super::painting;
use super::painting::pen::PenStroke;
use super::state::Session;

/// What the pressed button is doing to the swarm.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Gesture {
    #[default]
    None,
    /// Pushing, pulling or stirring live particles.
    Force,
    /// Changing live particles, last done here.
    Edit([f64; 2]),
    /// Taking live particles along, last from here.
    Grab([f64; 2]),
    /// Laying live particles.
    Lay(PenStroke),
}

pub(super) fn pointer(session: &mut Session, pointer: Pointer) -> Vec<Effect> {
    match (pointer, session.place) {
        (Pointer::Press(at) | Pointer::Drag(at), _) if !at.iter().all(|x| x.is_finite()) => Vec::new(),
        (Pointer::Press(at), Place::Paint) => {
            let mut effects = release(session);
            effects.extend(painting::pointer(session, Pointer::Press(at)));
            effects
        }
        (Pointer::Drag(_), Place::Paint) => painting::pointer(session, pointer),
        (Pointer::Press(at), Place::Learn | Place::Live) => brush::press(session, at),
        (Pointer::Drag(at), Place::Learn | Place::Live) => brush::drag(session, at),
        (Pointer::Release, _) => release(session),
    }
}

/// Ends whatever the pressed button was doing.
pub(super) fn release(session: &mut Session) -> Vec<Effect> {
    let mut effects = painting::release(session);
    session.history.end_gesture();
    if std::mem::take(&mut session.gesture) == Gesture::Force {
        effects.push(Effect::Engine(EngineOrder::SetForce(None)));
    }
    effects
}
