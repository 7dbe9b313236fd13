//! Events for the tools: stippled texts and images, stamps and images that were read.

use super::{Stamp, StippleRequest, stippled};
use crate::session::command::Effect;
use crate::session::state::Session;
use crate::worlds::swarm::picture::Particle;

/// Events for the tools: stippled texts and images, stamps and images that were read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum PaintEvent {
    /// Particles about their middle, in the unit of [`super::StippleView`].
    Stippled {
        /// Ignored where a newer one was sent since.
        request: StippleRequest,
        /// One sentence where the text or the image gives no particles.
        result: Result<Vec<Particle>, String>,
    },
    /// The user's own stamps, as an earlier run kept them.
    StampsRead(Vec<Stamp>),
}

pub(in crate::session) fn on_event(session: &mut Session, event: PaintEvent) -> Vec<Effect> {
    match event {
        PaintEvent::Stippled { request, result } => stippled(session, &request, result),
        PaintEvent::StampsRead(stamps) => session.painting.library.own = stamps,
    }
    Vec::new()
}
