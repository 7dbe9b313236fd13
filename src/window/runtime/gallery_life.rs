//! The small living swarms on the cards of the gallery: one thread, at work only while the gallery is open.

use std::f64::consts::TAU;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use glam::DVec2;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::bundled;
use super::thumbs;
use crate::jobs::{Cores, Inbox, JobFault, JobName, Outbox, Worker, guarded};
use crate::scene::{SwarmProject, load_swarm};
use crate::window::panels::GalleryLife;
use crate::worlds::swarm::SWARM_CARD;
use crate::worlds::swarm::engine::CpuEngine;
use crate::worlds::swarm::measures::noised;
use crate::worlds::swarm::picture::{Mode, Sampler, Swarm, wrap_position};
use crate::worlds::swarm::rule::{FlowKind, LiveSettings};

/// Particles on a card, about: few enough to be distinguished.
const PARTICLES: usize = 28;

/// A whole picture with more particles is cut to a piece.
const MAX_PARTICLES: usize = 300;

/// Shortest time from one picture to the next, and steps between.
const PACE: Duration = Duration::from_millis(60);
const STEPS: u32 = 4;

type GalleryLifeList = Vec<(String, Swarm)>;

/// The thread, and what it has shown last. It ends when this is dropped.
pub struct Life {
    /// Each order is for one picture, with the index of the user's own scene under the pointer.
    worker: Worker<Option<PathBuf>, GalleryLifeList>,
    shown: GalleryLife,
}

impl Default for Life {
    fn default() -> Self {
        let name = JobName { thread: "gallery", what: "The life on the cards of the gallery" };
        let worker = Worker::start(name, Cores::Shared, Inbox::Latest, || {
            let mut cards = LivingCards::default();
            move |pointed, outbox: &Outbox<GalleryLifeList>| {
                let begun = Instant::now();
                outbox.send(cards.advance(pointed));
                // Never more than about a third of one core.
                outbox.rest(PACE.max(2 * begun.elapsed()));
            }
        });
        Self { worker, shown: GalleryLife::default() }
    }
}

impl Life {
    /// Once a frame while the gallery is open.
    pub fn shown(&mut self, pointed: Option<&Path>) -> GalleryLife {
        if self.worker.is_idle() {
            self.worker.order(pointed.map(Path::to_owned));
        }
        if let Some(newest) = self.worker.newest() {
            self.shown = Arc::new(newest);
        }
        self.shown.clone()
    }

    /// What went wrong since the last call.
    pub fn faults(&self) -> impl Iterator<Item = JobFault> + '_ {
        self.worker.faults()
    }
}

/// The swarms of the thread.
#[derive(Default)]
struct LivingCards {
    bundled: Option<Vec<LivingCard>>,
    /// The user's own scene that is pointed at; `None` in it where it cannot live.
    guest: Option<(PathBuf, Option<LivingCard>)>,
}

impl LivingCards {
    fn advance(&mut self, pointed: Option<PathBuf>) -> GalleryLifeList {
        let bundled = self.bundled.get_or_insert_with(|| {
            let scenes =
                SWARM_CARD.bundled.iter().filter_map(|of| Some((of.name, bundled::load(of.name).ok()?.project)));
            scenes.filter_map(|(name, scene)| begin(name, &scene)).collect()
        });
        if self.guest.as_ref().map(|(path, _)| path) != pointed.as_ref() {
            self.guest = pointed.map(|path| {
                // Unreadable scenes have a still card.
                let scene = guarded("a card", || load_swarm(&path).map_err(|e| e.to_string())).ok();
                let card = scene.and_then(|loaded| begin(&path.to_string_lossy(), &loaded.project));
                (path, card)
            });
        }
        let guest = self.guest.as_mut().and_then(|(_, card)| card.as_mut());
        let cards = bundled.iter_mut().chain(guest).map(|card| {
            card.engine.run(STEPS);
            let shown = card.engine.shown();
            (card.name.clone(), if card.is_alone { centred(shown) } else { shown })
        });
        cards.collect()
    }
}

struct LivingCard {
    name: String,
    engine: CpuEngine,
    /// One creature: the card follows it.
    is_alone: bool,
}

/// A few particles of the scene under its own rule; `None` where it has none, or its picture makes no samples.
fn begin(name: &str, scene: &SwarmProject) -> Option<LivingCard> {
    let rule = scene.world.rule.as_ref()?;
    let mut rng = StdRng::seed_from_u64(5);
    let sampler =
        Sampler::new(&scene.world.snapshot, &scene.world.ensemble.for_particles(&scene.world.snapshot, PARTICLES))
            .ok()?;
    let mut sample = sampler.sample(&mut rng).ok()?;
    if sample.len() > MAX_PARTICLES {
        sample = sample.piece(thumbs::MAX_PARTICLES);
    }
    let flow = if scene.world.live.flow == FlowKind::Learned && rule.flow.is_none() {
        FlowKind::Exact
    } else {
        scene.world.live.flow
    };
    let settings = LiveSettings { flow, denoised: true, ..scene.world.live };
    let is_alone = scene.world.snapshot.mode == Mode::Motif && sample.len() < 2 * scene.world.snapshot.particles.len();
    let engine = CpuEngine::new(rule, &noised(&sample, settings.sigma_l, rule.kappa, &mut rng), &settings, 5).ok()?;
    Some(LivingCard { name: name.to_owned(), engine, is_alone })
}

/// Moved on its torus, so that the particles are around the middle of the box.
fn centred(mut swarm: Swarm) -> Swarm {
    // The mean of places on a circle.
    let mean = |axis: usize| {
        let angles = swarm.particles.iter().map(|p| TAU * p.position()[axis] / swarm.box_size[axis]);
        angles.map(DVec2::from_angle).sum::<DVec2>().to_angle() / TAU
    };
    let shift = (0.5 - DVec2::new(mean(0), mean(1))) * swarm.box_size;
    for p in &mut swarm.particles {
        *p = p.at(wrap_position(p.position() + shift, swarm.box_size));
    }
    swarm
}

#[cfg(test)]
mod tests {
    use crate::worlds::swarm::picture::Particle;

    use super::*;

    #[test]
    fn a_creature_across_the_edge_is_brought_to_the_middle() {
        let at = |x, y| Particle { x, y, ..Particle::default() };
        let swarm = Swarm { particles: vec![at(9.5, 0.2), at(0.5, 5.8)], box_size: DVec2::new(10.0, 6.0) };
        let [a, b] = [0, 1].map(|k| centred(swarm.clone()).particles[k]);
        assert!((a.x - 4.5).abs() < 1e-9 && (b.x - 5.5).abs() < 1e-9, "{a:?} {b:?}");
        assert!((a.y - 3.2).abs() < 1e-9 && (b.y - 2.8).abs() < 1e-9, "{a:?} {b:?}");
    }

    #[test]
    fn every_bundled_scene_lives_on_its_card_and_moves() {
        let mut life = Life::default();
        let deadline = Instant::now() + Duration::from_secs(60);
        let mut next = |old: Option<GalleryLife>| loop {
            let shown = life.shown(None);
            if !shown.is_empty() && old.as_ref().is_none_or(|old| !Arc::ptr_eq(old, &shown)) {
                return shown;
            }
            assert!(Instant::now() < deadline, "waited in vain for a picture");
            std::thread::sleep(Duration::from_millis(5));
        };
        let first = next(None);
        let second = next(Some(first.clone()));
        assert_eq!(first.len(), SWARM_CARD.bundled.len());
        for ((name, a), (_, b)) in first.iter().zip(second.iter()) {
            assert!(a.len() >= 6 && a.particles != b.particles, "{name}: {} particles", a.len());
        }
    }
}
