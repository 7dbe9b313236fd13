//! The work of the session in each frame.

use super::command::{Effect, EngineOrder, Workspace};
use super::learning::pace;
use super::live::start;
use super::observing::certificate;
use super::painting;
use super::state::Session;
use crate::worlds::swarm::rule::GROW_STEPS;

/// Factor of the speed during a growth, where the machine allows it: a growth then takes seconds.
const GROWTH_PACE: u32 = 4;

pub(super) fn tick(session: &mut Session, max_steps: u32) -> Vec<Effect> {
    let mut effects: Vec<Effect> = pace::look(session).into_iter().chain(painting::look(session)).collect();
    effects.extend(certificate::follow(session));
    let asked = std::mem::take(&mut session.live.step_once);
    let something_lives = session.has_rule() && session.live.particles > 0;
    let steps = match (asked, session.live.playing && session.workspace != Workspace::Paint) {
        (true, _) => 1,
        (false, true) => {
            let pace = if session.live.growing.is_some() { GROWTH_PACE } else { 1 };
            session.live.steps_per_frame.saturating_mul(pace).min(max_steps)
        }
        (false, false) => 0,
    };
    if steps == 0 || !something_lives {
        return effects;
    }
    if let Some(done) = session.live.growing {
        let done = done + steps;
        session.live.growing = (done < GROW_STEPS).then_some(done);
    }
    effects.extend(start::fade_on(session));
    if !session.document.world.swings.is_empty() {
        session.live.swing_ticks += 1;
        effects.push(start::settings_order(session));
    }
    session.live.steps += u64::from(steps);
    session.live.has_no_past = false;
    session.observing.observation.ran(steps);
    effects.push(Effect::Engine(EngineOrder::Run { steps }));
    effects
}
