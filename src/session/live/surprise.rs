//! Surprise me: another motion of the same pattern, always one that can be seen.

use std::sync::Arc;

use rand::RngExt;
use rand::rngs::StdRng;

use crate::session::command::notify;
use crate::session::command::{Effect, Level};
use crate::session::document::edit::edit;
use crate::session::learning::flows;
use crate::session::live::command::usable;
use crate::session::state::Session;
use crate::worlds::swarm::picture::MAX_SPECIES;
use crate::worlds::swarm::rule::{FlowKind, Knob, LiveSettings, Rule, species_knobs, time_step};

/// The flow may shorten the default step to this share at most: relaxation and noise must keep a visible effect.
const MIN_STEP: f64 = 0.5;

/// Draws until one differs from the present motion.
const TRIES: usize = 20;

pub(in crate::session) fn apply(session: &mut Session) -> Vec<Effect> {
    let Some(rule) = session.document.world.rule.clone() else {
        return vec![notify(Level::Info, "Nothing lives here yet: paint a picture, then press Learn.")];
    };
    let flow_count = if flows::are_free(session) { session.document.world.flows.list.len() } else { 0 };
    let old = (session.document.world.live, session.document.world.flows.chosen);
    let mut new = old;
    for _ in 0..TRIES {
        let rng = &mut session.live.rng;
        // Learned motions are often the most attractive.
        new = if flow_count > 0 && rng.random_bool(0.4) {
            (learned(&old.0, rng), rng.random_range(0..flow_count))
        } else {
            (exact(&rule, &old.0, rng), old.1)
        };
        if new != old {
            break;
        }
    }
    let Some(live) = usable(new.0) else { return Vec::new() };
    edit(session, None, |document| {
        if document.world.flows.chosen != new.1 {
            document.world.flows.chosen = new.1;
            flows::play_chosen(document);
        }
        document.world.live = live;
        let swung = !std::mem::take(&mut document.world.swings).is_empty();
        swung || (live, new.1) != old
    })
}

/// A magnitude from the row of `knob`; the present value where the row has none.
fn drawn(knob: Knob, live: &LiveSettings, rng: &mut StdRng) -> f64 {
    knob.surprise().map_or_else(|| knob.get(live), |[low, high]| rng.random_range(low..high))
}

fn learned(old: &LiveSettings, rng: &mut StdRng) -> LiveSettings {
    let mut live = *old;
    live.flow = FlowKind::Learned;
    live.strength = drawn(Knob::Strength, old, rng);
    live.relaxation = drawn(Knob::Relaxation, old, rng);
    live
}

/// Knobs of the exact flow, of one of a few characters, at the largest strength that the time step allows.
fn exact(rule: &Arc<Rule>, old: &LiveSettings, rng: &mut StdRng) -> LiveSettings {
    let mut live = *old;
    live.flow = FlowKind::Exact;
    live.relaxation = drawn(Knob::Relaxation, old, rng);
    species_knobs().for_each(|row| row.values_mut(&mut live).fill(0.0));
    let knobs = &mut live.knobs;
    let mut sign = if rng.random_bool(0.5) { 1.0 } else { -1.0 };
    let character = rng.random_range(0..5);
    for species in 0..MAX_SPECIES {
        match character {
            // Marching, each species in its own direction.
            0 => knobs.cruise[species] = drawn(Knob::Cruise(None), old, rng),
            // Sideways.
            1 => knobs.strafe[species] = sign * drawn(Knob::Strafe(None), old, rng),
            // Circling.
            2 => knobs.swirl[species] = sign * drawn(Knob::Swirl(None), old, rng),
            // Marching in circles.
            3 => {
                let speed = drawn(Knob::Cruise(None), old, rng);
                (knobs.cruise[species], knobs.swirl[species]) = (speed, 0.5 * sign * speed);
            }
            // A little of each.
            _ => {
                knobs.swirl[species] = sign * drawn(Knob::Swirl(None), old, rng);
                knobs.cruise[species] = rng.random_range(-1.0..1.0) + 0.5;
                knobs.strafe[species] = rng.random_range(-0.7..0.7);
            }
        }
        // Species against each other.
        if rng.random_bool(0.5) {
            sign = -sign;
        }
    }
    knobs.window_l.fill(if character == 2 { 0.0 } else { drawn(Knob::Window(None), old, rng) });
    // The strength at which the flow begins to shorten the step; more strength does not move particles faster.
    let at = |strength| time_step(rule, &LiveSettings { strength, ..live });
    let longest = at(0.0);
    let limit = 1e3 * at(1e3) / longest;
    live.strength = rng.random_range(0.8..1.0) * (limit / MIN_STEP).min(Knob::Strength.spec().range[1]);
    live
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::rule::NetShape;
    use rand::SeedableRng;

    #[test]
    fn every_surprise_has_a_visible_and_bounded_speed() {
        let shape = NetShape { species: 3, phi: [4, 4], rho: [4, 4], outputs: 1 };
        let rule = Arc::new(Rule::random(shape, 1));
        for seed in 0..500 {
            let live = exact(&rule, &LiveSettings::default(), &mut StdRng::seed_from_u64(seed));
            assert_eq!(usable(live), Some(live), "within what the sliders offer");
            live.validate(&rule).unwrap();
            let is_drawn =
                |knob: Knob| (knob.surprise().unwrap()[0]..knob.surprise().unwrap()[1]).contains(&knob.get(&live));
            assert!(is_drawn(Knob::Relaxation) && (live.knobs.window_l[0] == 0.0 || is_drawn(Knob::Window(None))));
            let dt = time_step(&rule, &live);
            let longest = live.step_factor * live.sigma_l * live.sigma_l;
            assert!(dt >= 0.99 * MIN_STEP * longest, "seed {seed}: the step is {dt}, at rest {longest}");
            // Slopes of the score are about 1/σ: what swirls moves by χ/σ, what cruises by u.
            let moves = (0..3).any(|c| {
                let speed =
                    live.knobs.cruise[c].abs() + live.knobs.strafe[c].abs() + live.knobs.swirl[c].abs() / live.sigma_l;
                // Per frame of four steps, ℓ.
                let per_frame = 4.0 * dt * live.strength * speed;
                (0.003..0.6).contains(&per_frame)
            });
            assert!(moves, "seed {seed}: {live:?}");
        }
    }
}
