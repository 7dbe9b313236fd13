//! The primary pointer button on the canvas: over the picture it is the tools', over the swarm it pushes.

use super::command::{Effect, EngineOrder, Force, ForceKind, Place, Pointer};
use super::state::Session;
use super::tools;

/// Speed that the pointer gives at its centre, ℓ per time. One step of time is about 0.002, so this moves a particle
/// by a few ℓ in a second.
const FORCE_SPEED: f64 = 40.0;

/// What the pressed button is doing to the swarm.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Gesture {
    #[default]
    None,
    /// Pushing or pulling live particles.
    Force,
}

pub(super) fn pointer(session: &mut Session, pointer: Pointer) -> Vec<Effect> {
    match (pointer, session.place) {
        (Pointer::Press(at) | Pointer::Drag(at), _) if !at.iter().all(|x| x.is_finite()) => Vec::new(),
        (Pointer::Press(at), Place::Paint) => {
            let mut effects = release(session);
            effects.extend(tools::pointer(session, Pointer::Press(at)));
            effects
        }
        (Pointer::Drag(_), Place::Paint) => tools::pointer(session, pointer),
        (Pointer::Press(at), Place::Learn | Place::Live) => {
            session.gesture = Gesture::Force;
            force(session, at)
        }
        (Pointer::Drag(at), Place::Learn | Place::Live) if session.gesture == Gesture::Force => force(session, at),
        (Pointer::Drag(_), _) => Vec::new(),
        (Pointer::Release, _) => release(session),
    }
}

/// Ends whatever the pressed button was doing.
pub(super) fn release(session: &mut Session) -> Vec<Effect> {
    let mut effects = tools::release(session);
    session.history.end_gesture();
    match std::mem::take(&mut session.gesture) {
        Gesture::Force => effects.push(Effect::Engine(EngineOrder::SetForce(None))),
        Gesture::None => {}
    }
    effects
}

fn force(session: &Session, centre_l: [f64; 2]) -> Vec<Effect> {
    let sign = match session.live.force {
        ForceKind::Push => 1.0,
        ForceKind::Pull => -1.0,
        ForceKind::None => return Vec::new(),
    };
    let force = Force { centre_l, radius_l: session.live.force_radius_l, strength: sign * FORCE_SPEED };
    vec![Effect::Engine(EngineOrder::SetForce(Some(force)))]
}
