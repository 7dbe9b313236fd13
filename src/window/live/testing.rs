//! Live swarms for the tests of the window.

use std::time::Instant;

use glam::DVec2;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::*;
use crate::worlds::swarm::picture::{Particle, Swarm};
use crate::worlds::swarm::rule::{NetShape, Rule};

/// A test that waits longer has failed.
const LIMIT: Duration = Duration::from_secs(60);

pub(in crate::window) fn rule() -> Arc<Rule> {
    Arc::new(Rule::random(NetShape { species: 1, phi: [4, 4], rho: [4, 4], outputs: 1 }, 1))
}

pub(in crate::window) fn swarm() -> Swarm {
    let mut rng = StdRng::seed_from_u64(4);
    let mut within = |side: f64| side * rng.random::<f64>();
    let particles = (0..40).map(|_| Particle { x: within(9.0), y: within(8.0), heading: within(6.0), species: 0 });
    Swarm { particles: particles.collect(), box_size: DVec2::new(9.0, 8.0) }
}

pub(in crate::window) fn part(particles: usize) -> Swarm {
    Swarm { particles: swarm().particles[..particles].to_vec(), ..swarm() }
}

pub(in crate::window) fn settings() -> LiveSettings {
    LiveSettings { sigma_l: 0.3, ..LiveSettings::default() }
}

pub(in crate::window) fn upload(swarm: Swarm) -> EngineOrder {
    EngineOrder::Upload { swarm, grow_steps: 0 }
}

/// With a thread, on the processor, and a swarm in it.
pub(in crate::window) fn alive() -> Live {
    let mut live = Live::default();
    live.thread = live.start(None);
    let rule = EngineOrder::SetRule(rule());
    live.pass_on(vec![rule, EngineOrder::SetSettings(settings()), upload(swarm())]);
    live
}

pub(in crate::window) fn until<T>(mut what: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(done) = what() {
            return done;
        }
        assert!(begun.elapsed() < LIMIT, "it never comes");
        std::thread::sleep(Duration::from_millis(1));
    }
}
