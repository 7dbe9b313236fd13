//! Samples a live swarm: everything that the window plots of it.

use std::collections::VecDeque;
use std::sync::Arc;

use glam::DVec2;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::fidelity::Histogram;
use super::likeness::Likeness;
use super::motion::BodyMotion;
use super::pair_correlation::pair_correlation;
use super::patch::Patch;
use super::series::{Reading, TargetFacts};
use super::statistics::{Order, species_of};
use super::yardstick::{BIN_L, BINS, Yardstick};
use crate::worlds::swarm::engine::{CpuEngine, EngineError};
use crate::worlds::swarm::picture::{Ensemble, SnapshotError, Stills, Swarm};
use crate::worlds::swarm::rule::{LiveSettings, Rule};

/// In larger swarms the rule is evaluated on a piece of about this many particles ([`PIECE`]), another in each look; order is
/// that of the noisy particles.
const MAX_EVALUATED: usize = 20_000;
const PIECE: usize = 8000;
/// From one piece to the next, in shares of the box: they cover the box evenly (the plastic number's powers).
const STRIDE: DVec2 = DVec2::new(0.754_877_666, 0.569_840_291);
/// Samples of the target that order and energy are taken from.
const TARGET_SAMPLES: usize = 8;
/// Steps between configurations that count as two: the noise of one is forgotten in the other (a particle forgets a tenth
/// of it in a step).
const APART: u64 = 30;
/// A temperature that differs by less, relatively, is judged by the same yardstick.
const SAME_SIGMA: f64 = 0.03;

/// A copy of the living swarm, and what it is to be compared with.
#[derive(Clone, Debug)]
pub struct Glimpse {
    /// The live swarm, lengths in ℓ.
    pub swarm: Swarm,
    /// The rule it runs.
    pub rule: Arc<Rule>,
    /// What the engine runs with now.
    pub settings: LiveSettings,
    /// The picture.
    pub stills: Stills,
    /// How samples are made of it.
    pub ensemble: Ensemble,
    /// The temperature of the target: that of the scene, also while the swarm is hotter because it grows.
    pub target_sigma_l: f64,
    /// Steps lived.
    pub step: u64,
    /// A new number: the swarm is unrelated to the one before (it was scattered, wounded, or follows another rule), and
    /// the two must not be averaged.
    pub epoch: u64,
    /// The wound that is to heal, if a part of the swarm was damaged.
    pub wound: Option<Wounds>,
}

/// Where the swarm was damaged.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wounds {
    /// A new wound has a new number; one that is made larger keeps its own.
    pub number: u64,
    /// Centres and radii, ℓ.
    pub discs: Vec<(DVec2, f64)>,
}

/// What a yardstick is made for.
struct Made {
    stills: Stills,
    ensemble: Ensemble,
    rule: Arc<Rule>,
    sigma_l: f64,
    particles: usize,
}

impl Made {
    fn fits(&self, glimpse: &Glimpse) -> bool {
        Arc::ptr_eq(&self.rule, &glimpse.rule) && self.has_pattern_of(glimpse)
    }

    /// Whether the target pattern is the same, whatever the rule.
    fn has_pattern_of(&self, glimpse: &Glimpse) -> bool {
        let same_rule = Arc::ptr_eq(&self.rule, &glimpse.rule)
            || (self.rule.kappa == glimpse.rule.kappa
                && self.rule.energy.shape.species == glimpse.rule.energy.shape.species);
        same_rule
            && self.stills.is_same_picture(&glimpse.stills)
            && self.ensemble == glimpse.ensemble
            && (self.sigma_l / glimpse.target_sigma_l - 1.0).abs() < SAME_SIGMA
            && self.particles == glimpse.swarm.len()
    }
}

/// Remembers the yardstick and the last few configurations.
#[derive(Default)]
pub struct Observer {
    made: Option<(Made, Option<Yardstick>, Arc<TargetFacts>)>,
    epoch: Option<u64>,
    /// Step at which the newest of the recent ones was begun.
    begun: Option<u64>,
    recent: VecDeque<Histogram>,
    recent_pairs: VecDeque<Vec<(f64, f64)>>,
    damaged: Option<Damaged>,
    /// The swarm of the last look.
    last: Swarm,
    looks: u64,
}

/// The particles that were damaged.
struct Damaged {
    number: u64,
    /// Discs of the wound whose particles are members.
    discs: usize,
    members: Vec<usize>,
    /// Particles of the swarm then.
    particles: usize,
    before: Option<f64>,
}

impl Observer {
    /// # Errors
    /// A swarm that the rule cannot be evaluated on.
    pub fn look(&mut self, glimpse: &Glimpse) -> Result<Reading, EngineError> {
        self.prepare(glimpse)?;
        if self.epoch != Some(glimpse.epoch) {
            self.recent.clear();
            self.recent_pairs.clear();
            self.epoch = Some(glimpse.epoch);
            self.begun = None;
        }
        match self.begun {
            // Almost the same configuration must not count twice: it takes the place of the one before.
            Some(begun) if glimpse.step - begun.min(glimpse.step) < APART => {
                self.recent.pop_back();
                self.recent_pairs.pop_back();
            }
            _ => self.begun = Some(glimpse.step),
        }
        let Some((_, yardstick, target)) = &self.made else { unreachable!("prepared above") };
        let pooled = yardstick.as_ref().map_or(1, Yardstick::pooled);
        let swarm = &glimpse.swarm;
        let likeness = yardstick.as_ref().map(Yardstick::likeness);
        let (damaged, damaged_before) = follow_wound(&mut self.damaged, glimpse, &self.last, likeness);
        self.last.clone_from(swarm);
        self.looks += 1;
        let (mut fidelity_now, mut fidelity) = (None, None);
        if let Some(yardstick) = yardstick {
            let seen = Histogram::of(yardstick.species(), [swarm]);
            fidelity_now = yardstick.fidelity(&seen, 1);
            push(&mut self.recent, seen, pooled);
            let mut all = self.recent[0].clone();
            self.recent.iter().skip(1).for_each(|one| all.merge(one));
            fidelity = yardstick.fidelity(&all, self.recent.len());
        }
        let reach_l = BIN_L * BINS as f64;
        let pairs = pair_correlation(std::slice::from_ref(swarm), BINS, reach_l);
        push(&mut self.recent_pairs, pairs, pooled);
        let mut reading = Reading {
            step: glimpse.step,
            epoch: glimpse.epoch,
            fidelity_now,
            fidelity,
            pair_correlation: mean_of(&self.recent_pairs),
            damaged,
            damaged_before,
            target: target.clone(),
            ..Reading::default()
        };
        if swarm.len() <= MAX_EVALUATED {
            let settings = LiveSettings { denoised: true, ..glimpse.settings };
            let mut engine = CpuEngine::new(&glimpse.rule, swarm, &settings, 0)?;
            let velocities = engine.flows();
            reading.drift = finite(glimpse.settings.strength * BodyMotion::of(swarm, &velocities).drift);
            reading.energy = mean(&engine.particle_energies());
            reading.order = Order::of(swarm, &engine.shown());
        } else {
            let centre = (self.looks as f64 * STRIDE).fract() * swarm.box_size;
            // A score depends on the neighbours' neighbours, and the exact flow on the scores within its window.
            let margin_l = 2.0 * glimpse.rule.cutoff_l + glimpse.settings.knobs.widest_window_l();
            let Patch { swarm: piece, sampled } = Patch::cut(swarm, centre, PIECE, margin_l);
            if sampled > 0 {
                let mut engine = CpuEngine::new(&glimpse.rule, &piece, &glimpse.settings, 0)?;
                let sample = Swarm { particles: piece.particles[..sampled].to_vec(), box_size: piece.box_size };
                let drift = BodyMotion::of(&sample, &engine.flows()[..sampled]).drift;
                reading.drift = finite(glimpse.settings.strength * drift);
                reading.energy = mean(&engine.particle_energies()[..sampled]);
                reading.sampled = Some(sampled);
            }
            reading.order = Order::of(swarm, swarm);
        }
        Ok(reading)
    }

    /// Makes another yardstick where the old one does not fit.
    fn prepare(&mut self, glimpse: &Glimpse) -> Result<(), EngineError> {
        let (yardstick, new_pattern) = match self.made.take() {
            Some((made, yardstick, target)) if made.fits(glimpse) => {
                self.made = Some((made, yardstick, target));
                return Ok(());
            }
            // Only the rule is another, as each second while it learns.
            Some((made, yardstick, _)) if made.has_pattern_of(glimpse) => (yardstick, false),
            _ => (make_yardstick(glimpse).ok(), true),
        };
        if new_pattern {
            self.begun = None;
            self.recent.clear();
            self.recent_pairs.clear();
        }
        let target = match &yardstick {
            Some(yardstick) => facts(glimpse, yardstick)?,
            None => TargetFacts::default(),
        };
        let made = Made {
            stills: glimpse.stills.clone(),
            ensemble: glimpse.ensemble,
            rule: glimpse.rule.clone(),
            sigma_l: glimpse.target_sigma_l,
            particles: glimpse.swarm.len(),
        };
        self.made = Some((made, yardstick, Arc::new(target)));
        Ok(())
    }
}

/// Likeness of the particles that the wound of `glimpse` has damaged: now, and in `last`, before the wound.
fn follow_wound(
    damaged: &mut Option<Damaged>,
    glimpse: &Glimpse,
    last: &Swarm,
    likeness: Option<&Likeness>,
) -> (Option<f64>, Option<f64>) {
    let (Some(wound), Some(likeness)) = (&glimpse.wound, likeness) else {
        *damaged = None;
        return (None, None);
    };
    let swarm = &glimpse.swarm;
    let is_new = damaged.as_ref().is_none_or(|damaged| damaged.number != wound.number);
    if is_new {
        let particles = swarm.len();
        *damaged = Some(Damaged { number: wound.number, discs: 0, members: Vec::new(), particles, before: None });
    }
    let Some(damaged) = damaged else { return (None, None) };
    if swarm.len() < damaged.particles {
        // Some were removed, and the others have other indices.
        damaged.members.clear();
        return (None, damaged.before);
    }
    for &(centre, radius) in wound.discs.get(damaged.discs..).unwrap_or_default() {
        damaged.members.extend(swarm.within(centre, radius));
    }
    damaged.discs = wound.discs.len();
    damaged.members.sort_unstable();
    damaged.members.dedup();
    if is_new && last.len() == swarm.len() {
        damaged.before = likeness.of(last, &damaged.members);
    }
    (likeness.of(swarm, &damaged.members), damaged.before)
}

fn make_yardstick(glimpse: &Glimpse) -> Result<Yardstick, SnapshotError> {
    let Glimpse { swarm, rule, stills, ensemble, target_sigma_l, .. } = glimpse;
    // A swarm may be older than the picture, and have species that went.
    let alive = swarm.particles.iter().map(|p| usize::from(p.species) + 1).max().unwrap_or(1);
    let species = species_of(rule, stills).max(alive);
    // Always the same: the number must not jump when the yardstick is made again.
    let mut rng = StdRng::seed_from_u64(1);
    Yardstick::new((stills, ensemble), swarm.len(), species, *target_sigma_l, rule.kappa, &mut rng)
}

fn facts(glimpse: &Glimpse, yardstick: &Yardstick) -> Result<TargetFacts, EngineError> {
    let [coldest, hottest] = glimpse.rule.sigma_range_l;
    let sigma_l = glimpse.target_sigma_l.max(coldest).min(hottest);
    let settings = LiveSettings { sigma_l, denoised: true, ..glimpse.settings };
    let (mut orders, mut energies) = (Vec::new(), Vec::new());
    for swarm in yardstick.samples().iter().take(TARGET_SAMPLES) {
        let known = glimpse.rule.energy.shape.species;
        if swarm.particles.iter().any(|p| usize::from(p.species) >= known) {
            // The picture has a species that is unknown to this rule.
            orders.push(Order::of(swarm, swarm));
            continue;
        }
        let mut engine = CpuEngine::new(&glimpse.rule, swarm, &settings, 0)?;
        energies.extend(mean(&engine.particle_energies()));
        orders.push(Order::of(swarm, &engine.shown()));
    }
    Ok(TargetFacts {
        pair_correlation: yardstick.pair_correlation().to_vec(),
        order: Order::mean(&orders),
        energy: mean(&energies),
    })
}

fn push<T>(recent: &mut VecDeque<T>, new: T, max_len: usize) {
    recent.push_back(new);
    while recent.len() > max_len {
        recent.pop_front();
    }
}

fn mean_of(all: &VecDeque<Vec<(f64, f64)>>) -> Vec<(f64, f64)> {
    let share = 1.0 / all.len().max(1) as f64;
    let bins = all.front().map_or(0, Vec::len);
    (0..bins).map(|k| (all[0][k].0, share * all.iter().map(|one| one[k].1).sum::<f64>())).collect()
}

fn mean(values: &[f64]) -> Option<f64> {
    finite(values.iter().sum::<f64>() / values.len().max(1) as f64).filter(|_| !values.is_empty())
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::measures::{noised, scattered};
    use crate::worlds::swarm::picture::{Sampler, Snapshot, SwarmEdit, motifs};
    use crate::worlds::swarm::rule::NetShape;

    fn glimpse(particles: usize) -> Glimpse {
        let snapshot = motifs::by_name("mill").expect("a bundled picture").snapshot();
        let ensemble = Ensemble::default();
        let mut rng = StdRng::seed_from_u64(5);
        let sampler = Sampler::new(&snapshot, &ensemble.for_particles(&snapshot, particles)).unwrap();
        let shape = NetShape { species: 1, phi: [4, 4], rho: [4, 4], outputs: 1 };
        let settings = LiveSettings::default();
        Glimpse {
            swarm: noised(&sampler.sample(&mut rng).unwrap(), settings.sigma_l, 1.0, &mut rng),
            rule: Arc::new(Rule::random(shape, 1)),
            settings,
            stills: snapshot.into(),
            ensemble,
            target_sigma_l: settings.sigma_l,
            step: 0,
            epoch: 0,
            wound: None,
        }
    }

    #[test]
    fn a_sample_scores_like_the_picture_and_a_scattered_one_near_0() {
        let mut observer = Observer::default();
        let good = glimpse(300);
        let reading = observer.look(&good).unwrap();
        assert!((reading.fidelity_now.unwrap() - 1.0).abs() < 0.15, "{reading:?}");
        assert!(reading.order.milling > 0.8 && reading.target.order.milling > 0.8, "{:?}", reading.order);
        assert!(reading.energy.is_some() && reading.drift.is_some() && reading.target.energy.is_some());
        let far = |reading: &Reading| {
            let difference = reading.pair_correlation.iter().zip(&reading.target.pair_correlation);
            difference.map(|((_, a), (_, b))| (a - b).abs()).sum::<f64>() / BINS as f64
        };
        assert!(far(&reading) < 0.3, "g(r) of a sample is that of the target: {}", far(&reading));

        let swarm = scattered(&good.swarm, &mut StdRng::seed_from_u64(2));
        let bad = Glimpse { swarm, step: 10, epoch: 1, ..good };
        let reading = observer.look(&bad).unwrap();
        assert!(reading.fidelity_now.unwrap().abs() < 0.2, "{reading:?}");
        assert_eq!(reading.fidelity, reading.fidelity_now, "another epoch: the good one is not judged with it");
        assert!(far(&reading) > 0.3, "{}", far(&reading));
    }

    #[test]
    fn an_epoch_is_pooled_and_nearly_equal_times_count_once() {
        let mut observer = Observer::default();
        let mut now = glimpse(300);
        observer.look(&now).unwrap();
        now.step = 100;
        observer.look(&now).unwrap();
        assert_eq!(observer.recent.len(), 2);
        for _ in 0..3 {
            now.step += 9;
            observer.look(&now).unwrap();
            assert_eq!(observer.recent.len(), 2, "a few steps later");
        }
        now.step += 9;
        observer.look(&now).unwrap();
        assert_eq!(observer.recent.len(), 3);
        for step in 3..20 {
            now.step = 100 * step;
            observer.look(&now).unwrap();
        }
        assert_eq!(observer.recent.len(), 8);
    }

    #[test]
    fn a_new_picture_replaces_the_yardstick_and_a_new_rule_does_not() {
        let mut observer = Observer::default();
        let mut now = glimpse(96);
        observer.look(&now).unwrap();
        now.step = 40;
        now.rule = Arc::new((*now.rule).clone());
        observer.look(&now).unwrap();
        assert_eq!(observer.recent.len(), 2);
        now.stills = motifs::by_name("flock").expect("a bundled picture").snapshot().into();
        now.step = 80;
        let reading = observer.look(&now).unwrap();
        assert_eq!(observer.recent.len(), 1);
        assert!(reading.fidelity_now.unwrap() < 0.6, "mills are not a flock: {:?}", reading.fidelity_now);
    }

    #[test]
    fn the_particles_of_a_wound_are_followed_wherever_they_go() {
        let mut observer = Observer::default();
        let sound = glimpse(500);
        let reading = observer.look(&sound).unwrap();
        assert_eq!((reading.damaged, reading.damaged_before), (None, None));
        let (centre, radius) = (sound.swarm.particles[9].position(), 2.0);
        let mut swarm = sound.swarm.clone();
        SwarmEdit::Scramble { centre, radius, seed: 1 }.apply(&mut swarm);
        let wound = Some(Wounds { number: 1, discs: vec![(centre, radius)] });
        let now = Glimpse { swarm, step: 10, epoch: 1, wound, ..sound.clone() };
        let damaged = observer.look(&now).unwrap();
        let before = damaged.damaged_before.unwrap();
        assert!(before > 0.7 && damaged.damaged.unwrap() < before - 0.4, "{before}, then {:?}", damaged.damaged);
        assert!(damaged.fidelity_now.unwrap() > reading.fidelity_now.unwrap() - 0.15, "{:?}", damaged.fidelity_now);
        // Healed, and all have moved.
        let mut healed = sound.swarm.clone();
        healed.particles.iter_mut().for_each(|p| p.x = (p.x + 4.0) % healed.box_size.x);
        let healed = observer.look(&Glimpse { swarm: healed, step: 90, ..now.clone() }).unwrap();
        assert!((healed.damaged.unwrap() - before).abs() < 1e-6 && healed.damaged_before == Some(before));
        // A second disc joins the same wound; with fewer particles none can be followed.
        let elsewhere = (sound.swarm.particles[200].position(), radius);
        let wound = Some(Wounds { number: 1, discs: vec![(centre, radius), elsewhere] });
        let larger = Glimpse { step: 100, epoch: 2, wound, ..now.clone() };
        assert_eq!(observer.look(&larger).unwrap().damaged_before, Some(before));
        assert!(observer.damaged.as_ref().unwrap().members.contains(&200));
        let mut fewer = larger.clone();
        fewer.swarm.particles.truncate(400);
        assert_eq!(observer.look(&fewer).unwrap().damaged, None);
    }

    #[test]
    fn energy_and_drift_of_a_large_swarm_are_measured_on_a_piece() {
        let large = glimpse(24_000);
        let reading = Observer::default().look(&large).unwrap();
        assert!((4000..16_000).contains(&reading.sampled.unwrap()), "{:?}", reading.sampled);
        let mut engine = CpuEngine::new(&large.rule, &large.swarm, &large.settings, 0).unwrap();
        let energies = engine.particle_energies();
        let all = mean(&energies).unwrap();
        let spread = (energies.iter().map(|e| (e - all).powi(2)).sum::<f64>() / energies.len() as f64).sqrt();
        // Five standard errors of 4000.
        assert!((reading.energy.unwrap() - all).abs() < 5.0 * spread / 4000f64.sqrt(), "{:?}, {all}", reading.energy);
        assert!(reading.drift.is_some());
    }

    #[test]
    fn a_picture_without_samples_leaves_only_fidelity_unknown() {
        let now = Glimpse { stills: Snapshot::default().into(), ..glimpse(96) };
        let reading = Observer::default().look(&now).unwrap();
        assert_eq!((reading.fidelity, reading.fidelity_now), (None, None));
        assert!(reading.order.milling > 0.5);
    }
}
