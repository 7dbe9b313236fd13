//! The learned motion against the true one: in a film the displacements are known, although learning never sees them.
//!
//! Zhang & Levin (2025) judge a flow by the cosine between its velocity and the true one over all coordinates; so does this,
//! and also for each component in the particle's own frame. Equation (1) does not know the speed: one factor τ between
//! the flow's time and the film's is fitted.

mod displacement;
mod tally;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde::Serialize;

use crate::worlds::swarm::engine::{CpuEngine, EngineError};
use crate::worlds::swarm::picture::{Part, Stills, Swarm};
use crate::worlds::swarm::rule::{FlowKind, LiveSettings, Rule};
pub use displacement::TruthError;
use displacement::{TrueFrame, true_frames};
use tally::{Sums, bootstrap, mean_interval};

/// Maximum number of frames that are compared, evenly spread over the film.
const MAX_FRAMES: usize = 60;
/// Frames that random flows are compared at.
const RANDOM_FRAMES: usize = 2;
/// Random flows, fewer for large swarms: about this many particles are evaluated in all.
const MAX_RANDOM_FLOWS: usize = 1600;
const RANDOM_PARTICLES: usize = 4_000_000;

/// A cosine, and its 90 % interval. `None` where one of the two does not move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Agreement {
    /// 1: the same direction.
    pub cosine: Option<f64>,
    /// Its 90 % interval.
    pub interval: Option<[f64; 2]>,
}

/// One flow against the true motion.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TruthRow {
    /// Such as "learned".
    pub name: &'static str,
    /// Over forward, lateral and turn together, turning in units of κ.
    pub all: Agreement,
    /// Along the heading.
    pub forward: Agreement,
    /// Across the heading.
    pub lateral: Agreement,
    /// Turning.
    pub turn: Agreement,
    /// Shares of forward, lateral and turn in the mean square of the motion.
    pub shares: [f64; 3],
    /// τ: units of live time in one unit of the film's own numbers, by least squares of displacement = τ V, at γ = 1.
    pub time_scale: Option<f64>,
    /// Root mean square of the cosine of a single flow: what chance can reach. Of random flows only.
    pub single: Option<f64>,
}

/// Comparison of a rule with a film.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Truth {
    /// Frames that were compared.
    pub moments: usize,
    /// Displacements in them.
    pub displacements: usize,
    /// Whether particles were matched by their order in the file, as there are no ids.
    pub by_order: bool,
    /// Root mean square displacement from frame to frame, ℓ; and turn, rad.
    pub step_l: f64,
    /// Root mean square turn from frame to frame, rad.
    pub turn_rad: f64,
    /// Shares of forward, lateral and turn in the mean square of the true motion.
    pub shares: [f64; 3],
    /// The learned flow if there is one, the exact flow, the score alone, and random flows.
    pub rows: Vec<TruthRow>,
}

impl Truth {
    /// `part` of the film's frames; consecutive frames must identify their particles.
    ///
    /// # Errors
    /// A film without motion that can be followed, or a rule that does not know its species.
    pub fn measure(rule: &Rule, live: &LiveSettings, film: &Stills, part: Part) -> Result<Self, TruthError> {
        Self::unless_stopped(rule, live, film, part, &|| false)
    }

    /// As [`Self::measure`]. `stop` is polled before each frame and each evaluation of a flow.
    ///
    /// # Errors
    /// As [`Self::measure`], and [`TruthError::Stopped`].
    pub fn unless_stopped(
        rule: &Rule,
        live: &LiveSettings,
        film: &Stills,
        part: Part,
        stop: &dyn Fn() -> bool,
    ) -> Result<Self, TruthError> {
        let (frames, by_order) = true_frames(film, part, rule.cutoff_l, MAX_FRAMES, stop)?;
        let kappa = rule.kappa;
        let mut rows = Vec::new();
        if rule.flow.is_some() {
            rows.push(row("learned", &frames, kappa, stop, |swarm| flow(rule, live, FlowKind::Learned, swarm))?);
        }
        rows.push(row("exact", &frames, kappa, stop, |swarm| flow(rule, live, FlowKind::Exact, swarm))?);
        rows.push(row("score alone", &frames, kappa, stop, |swarm| score(rule, live, swarm))?);
        rows.push(random_row(rule, live, &frames, stop)?);
        let still = frames.iter().map(|frame| Sums::of(&frame.motion, &frame.motion, kappa)).sum::<Sums>();
        let displacements = frames.iter().map(|frame| frame.motion.len()).sum::<usize>();
        let each = |sum: f64| (sum / displacements.max(1) as f64).sqrt();
        let [forward, lateral, turn] = still.truth();
        Ok(Self {
            moments: frames.len(),
            displacements,
            by_order,
            step_l: each(forward + lateral),
            turn_rad: kappa * each(turn),
            shares: still.true_shares(),
            rows,
        })
    }

    /// The row of this name.
    pub fn row(&self, name: &str) -> Option<&TruthRow> {
        self.rows.iter().find(|row| row.name == name)
    }
}

/// V of the flow, in each particle's own frame.
fn flow(rule: &Rule, live: &LiveSettings, flow: FlowKind, swarm: &Swarm) -> Result<Vec<[f64; 3]>, EngineError> {
    let live = LiveSettings { flow, ..*live };
    let velocities = CpuEngine::new(rule, swarm, &live, 1)?.flows();
    Ok(in_own_frames(swarm, velocities))
}

/// D s.
fn score(rule: &Rule, live: &LiveSettings, swarm: &Swarm) -> Result<Vec<[f64; 3]>, EngineError> {
    let live = LiveSettings { flow: FlowKind::None, ..*live };
    let scores = CpuEngine::new(rule, swarm, &live, 1)?.scores();
    let along = scores.into_iter().map(|[x, y, turn]| [x, y, rule.kappa * rule.kappa * turn]).collect();
    Ok(in_own_frames(swarm, along))
}

/// (forward, lateral, turn) of velocities in the world's frame.
fn in_own_frames(swarm: &Swarm, velocities: Vec<[f64; 3]>) -> Vec<[f64; 3]> {
    let turned = |(p, [vx, vy, turn]): (&crate::worlds::swarm::picture::Particle, [f64; 3])| {
        let (sin, cos) = p.heading.sin_cos();
        [vx * cos + vy * sin, vy * cos - vx * sin, turn]
    };
    swarm.particles.iter().zip(velocities).map(turned).collect()
}

fn row(
    name: &'static str,
    frames: &[TrueFrame],
    kappa: f64,
    stop: &dyn Fn() -> bool,
    velocities: impl Fn(&Swarm) -> Result<Vec<[f64; 3]>, EngineError>,
) -> Result<TruthRow, TruthError> {
    let sums = sums_of(frames, kappa, stop, velocities)?;
    let total: Sums = sums.iter().copied().sum();
    let agreement = |of: fn(&Sums) -> Option<f64>| Agreement { cosine: of(&total), interval: bootstrap(&sums, of) };
    Ok(TruthRow {
        name,
        all: agreement(Sums::cosine),
        forward: agreement(|sums| sums.cosine_of(0)),
        lateral: agreement(|sums| sums.cosine_of(1)),
        turn: agreement(|sums| sums.cosine_of(2)),
        shares: total.own_shares(),
        time_scale: total.time_scale(),
        single: None,
    })
}

fn sums_of(
    frames: &[TrueFrame],
    kappa: f64,
    stop: &dyn Fn() -> bool,
    velocities: impl Fn(&Swarm) -> Result<Vec<[f64; 3]>, EngineError>,
) -> Result<Vec<Sums>, TruthError> {
    let of = |frame: &TrueFrame| {
        if stop() {
            return Err(TruthError::Stopped);
        }
        let all = velocities(&frame.swarm)?;
        let own: Vec<[f64; 3]> = frame.index.iter().map(|&i| all[i]).collect();
        Ok(Sums::of(&frame.motion, &own, kappa))
    };
    frames.iter().map(of).collect()
}

/// The mean over many untrained networks, as any single one may be right by chance.
fn random_row(
    rule: &Rule,
    live: &LiveSettings,
    frames: &[TrueFrame],
    stop: &dyn Fn() -> bool,
) -> Result<TruthRow, TruthError> {
    let some = frames.len().min(RANDOM_FRAMES);
    let chosen: Vec<TrueFrame> = (0..some).map(|k| frames[k * frames.len() / some].clone()).collect();
    let particles = chosen.iter().map(|frame| frame.swarm.len()).sum::<usize>().max(1);
    let count = (RANDOM_PARTICLES / particles).clamp(16, MAX_RANDOM_FLOWS);
    let mut all: [Vec<f64>; 4] = Default::default();
    let mut shares = [0.0; 3];
    for seed in 0..count as u64 {
        let random = rule.clone().with_random_flow(0x7e57 + seed);
        let sums = sums_of(&chosen, rule.kappa, stop, |swarm| flow(&random, live, FlowKind::Learned, swarm))?;
        let total: Sums = sums.into_iter().sum();
        let cosines = [total.cosine(), total.cosine_of(0), total.cosine_of(1), total.cosine_of(2)];
        for (values, cosine) in all.iter_mut().zip(cosines) {
            values.extend(cosine);
        }
        for (share, own) in shares.iter_mut().zip(total.own_shares()) {
            *share += own / count as f64;
        }
    }
    let mut rng = StdRng::seed_from_u64(1);
    let single = {
        let values = &all[0];
        (!values.is_empty()).then(|| (values.iter().map(|c| c * c).sum::<f64>() / values.len() as f64).sqrt())
    };
    let [all, forward, lateral, turn] = all.map(|values| {
        let (cosine, interval) = mean_interval(&values, &mut rng);
        Agreement { cosine, interval }
    });
    Ok(TruthRow { name: "random", all, forward, lateral, turn, shares, time_scale: None, single })
}

#[cfg(test)]
mod tests;
