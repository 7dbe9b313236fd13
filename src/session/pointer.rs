//! The primary pointer button on the canvas: over the picture it uses the tools, over the swarm the brushes.

use super::command::{Effect, EngineOrder, Pointer, Workspace};
use super::live::brush::{self, Gesture};
use super::painting;
use super::state::Session;

pub(super) fn pointer(session: &mut Session, pointer: Pointer) -> Vec<Effect> {
    match (pointer, session.workspace) {
        (Pointer::Press(at) | Pointer::Drag(at), _) if !at.is_finite() => Vec::new(),
        (Pointer::Press(at), Workspace::Paint) => {
            let mut effects = release(session);
            effects.extend(painting::pointer(session, Pointer::Press(at)));
            effects
        }
        (Pointer::Drag(_), Workspace::Paint) => painting::pointer(session, pointer),
        (Pointer::Press(at), Workspace::Learn | Workspace::Live) => brush::press(session, at),
        (Pointer::Drag(at), Workspace::Learn | Workspace::Live) => brush::drag(session, at),
        (Pointer::Release, _) => release(session),
    }
}

/// Ends the gesture of the pressed button.
pub(super) fn release(session: &mut Session) -> Vec<Effect> {
    let mut effects = painting::release(session);
    session.history.end_gesture();
    if std::mem::take(&mut session.live.gesture) == Gesture::Force {
        effects.push(Effect::Engine(EngineOrder::SetForce(None)));
    }
    effects
}
