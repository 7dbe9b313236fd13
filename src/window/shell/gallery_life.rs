//! The small living swarms on the cards of the gallery: one thread, at work only while the gallery is open.

use std::f64::consts::TAU;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use crossbeam_channel::{Receiver, Sender, bounded};
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::bundled;
use super::desk::guarded;
use super::thumbs;
use crate::scene::{SwarmProject, load_swarm};
use crate::window::panels::GalleryLife;
use crate::worlds::swarm::engine::CpuEngine;
use crate::worlds::swarm::measures::noised;
use crate::worlds::swarm::picture::{Mode, Particle, Sampler, Swarm, wrap};
use crate::worlds::swarm::rule::{FlowKind, LiveSettings};

/// About so many particles live on a card: few enough to be seen one by one.
const PARTICLES: usize = 28;

/// Of a painting that is a sample as it stands and has more, a piece lives.
const MAX_PARTICLES: usize = 300;

/// Shortest time from one picture to the next, and steps between.
const PACE: Duration = Duration::from_millis(60);
const STEPS: u32 = 4;

/// The thread, and what it has shown last. It ends when this is dropped.
pub struct Life {
    /// Which of the user's own scenes is pointed at.
    wake: Sender<Option<PathBuf>>,
    shown: Arc<ArcSwap<GalleryLifeList>>,
}

type GalleryLifeList = Vec<(String, Swarm)>;

impl Default for Life {
    fn default() -> Self {
        let (wake, woken) = bounded(1);
        let shown = Arc::new(ArcSwap::default());
        let show = shown.clone();
        // Without the thread the cards stand still.
        let _ = std::thread::Builder::new().name("unstill-gallery".to_owned()).spawn(move || live(&woken, &show));
        Self { wake, shown }
    }
}

impl Life {
    /// Once a frame while the gallery is open.
    pub fn shown(&self, pointed: Option<&Path>) -> GalleryLife {
        // Full: a picture is being made already.
        let _ = self.wake.try_send(pointed.map(Path::to_owned));
        self.shown.load_full()
    }
}

fn live(woken: &Receiver<Option<PathBuf>>, shown: &ArcSwap<GalleryLifeList>) {
    let mut small: Option<Vec<LivingCard>> = None;
    let mut guest: Option<(PathBuf, Option<LivingCard>)> = None;
    while let Ok(pointed) = woken.recv() {
        let begun = Instant::now();
        let small = small.get_or_insert_with(|| {
            let scenes = bundled::SCENES.iter().filter_map(|(name, _)| Some((name, bundled::load(name).ok()?.project)));
            scenes.filter_map(|(name, scene)| begin(name, &scene)).collect()
        });
        if guest.as_ref().map(|(path, _)| path) != pointed.as_ref() {
            guest = pointed.map(|path| {
                // What cannot be read stands still.
                let scene = guarded("a card", || load_swarm(&path).map_err(|e| e.to_string())).ok();
                let card = scene.and_then(|loaded| begin(&path.to_string_lossy(), &loaded.project));
                (path, card)
            });
        }
        let guest = guest.as_mut().and_then(|(_, card)| card.as_mut());
        let pictures = small.iter_mut().chain(guest).map(|card| {
            card.engine.run(STEPS);
            let shown = card.engine.shown();
            (card.name.clone(), if card.is_alone { centred(shown) } else { shown })
        });
        shown.store(Arc::new(pictures.collect()));
        // Never more than about a third of one core.
        std::thread::sleep(PACE.max(2 * begun.elapsed()));
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

/// Moved on its torus, so that the particles lie around the middle of the box.
fn centred(mut swarm: Swarm) -> Swarm {
    let [width, height] = swarm.box_size;
    // The mean of places on a circle.
    let mean = |of: fn(&Particle) -> f64, side: f64| {
        let (sin, cos) = swarm.particles.iter().fold((0.0, 0.0), |(s, c), p| {
            let (sin, cos) = (TAU * of(p) / side).sin_cos();
            (s + sin, c + cos)
        });
        f64::atan2(sin, cos) / TAU * side
    };
    let (x, y) = (mean(|p| p.x, width), mean(|p| p.y, height));
    for p in &mut swarm.particles {
        p.x = wrap(p.x - x + 0.5 * width, width);
        p.y = wrap(p.y - y + 0.5 * height, height);
    }
    swarm
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_creature_across_the_edge_is_brought_to_the_middle() {
        let at = |x, y| Particle { x, y, ..Particle::default() };
        let swarm = Swarm { particles: vec![at(9.5, 0.2), at(0.5, 5.8)], box_size: [10.0, 6.0] };
        let [a, b] = [0, 1].map(|k| centred(swarm.clone()).particles[k]);
        assert!((a.x - 4.5).abs() < 1e-9 && (b.x - 5.5).abs() < 1e-9, "{a:?} {b:?}");
        assert!((a.y - 3.2).abs() < 1e-9 && (b.y - 2.8).abs() < 1e-9, "{a:?} {b:?}");
    }

    #[test]
    fn every_bundled_scene_lives_on_its_card_and_moves() {
        let life = Life::default();
        let deadline = Instant::now() + Duration::from_secs(60);
        let next = |old: Option<GalleryLife>| loop {
            let shown = life.shown(None);
            if !shown.is_empty() && old.as_ref().is_none_or(|old| !Arc::ptr_eq(old, &shown)) {
                return shown;
            }
            assert!(Instant::now() < deadline, "waited in vain for a picture");
            std::thread::sleep(Duration::from_millis(5));
        };
        let first = next(None);
        let second = next(Some(first.clone()));
        assert_eq!(first.len(), bundled::SCENES.len());
        for ((name, a), (_, b)) in first.iter().zip(second.iter()) {
            assert!(a.len() >= 6 && a.particles != b.particles, "{name}: {} particles", a.len());
        }
    }
}
