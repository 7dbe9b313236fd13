//! The live engine on the processor: the lane kernels, several times faster than a software GPU.

use glam::DVec2;
use rayon::prelude::*;

use super::{Counters, EngineError, Force};
use crate::worlds::swarm::picture::{Particle, Swarm, SwarmEdit, wrap_angle, wrap_position};
use crate::worlds::swarm::rule::fast::{Cloud, FastKernels, NEVER, Weights};
use crate::worlds::swarm::rule::flow_exact::{ExactFlow, FlowSite};
use crate::worlds::swarm::rule::{FlowKind, LiveSettings, Neighbours, Rule, noise, time_step};

/// Particles per task of the loops that are not in the kernels.
const TASK: usize = 1024;

/// A swarm that moves by a rule, in units of ℓ.
pub struct CpuEngine {
    rule: Rule,
    settings: LiveSettings,
    force: Option<Force>,
    seed: u64,
    step: u32,
    dt: f64,
    swarm: Swarm,
    /// The energy and flow networks, ready for the kernels.
    energy: Weights,
    flow: Option<Weights>,
    kernels: FastKernels,
    work: CpuScratch,
    pair_tests: u64,
}

/// Working memory; grows to the size of the swarm, then nothing is allocated per step.
#[derive(Default)]
struct CpuScratch {
    cloud: Cloud,
    neighbours: Neighbours,
    /// Neighbours within the window of the exact flow.
    window: Neighbours,
    /// σ ∇E.
    gradient: Vec<[f32; 3]>,
    /// σ E_i.
    energy: Vec<f32>,
    /// Outputs of the flow network: forward, lateral, turn.
    body_velocity: Vec<f32>,
    /// V, world frame.
    velocity: Vec<[f64; 3]>,
    drift: Vec<[f64; 3]>,
    /// Drift at the predictor.
    drift_ahead: Vec<[f64; 3]>,
    ahead: Swarm,
}

impl CpuEngine {
    /// # Errors
    /// A rule, swarm or settings that do not fit together.
    pub fn new(rule: &Rule, swarm: &Swarm, settings: &LiveSettings, seed: u64) -> Result<Self, EngineError> {
        rule.validate()?;
        settings.validate(rule)?;
        super::check_swarm(rule, swarm)?;
        Ok(Self {
            settings: *settings,
            force: None,
            seed,
            step: 0,
            dt: time_step(rule, settings),
            swarm: swarm.clone(),
            energy: Weights::of(&rule.energy, rule.cutoff_l),
            flow: rule.flow.as_ref().map(|f| Weights::of(f, rule.cutoff_l)),
            rule: rule.clone(),
            kernels: FastKernels::default(),
            work: CpuScratch::default(),
            pair_tests: 0,
        })
    }

    /// `steps` Heun steps with shared noise: predictor X̃ = X + a(X) dt + √(2ηD dt) ξ, corrector with the mean drift.
    pub fn run(&mut self, steps: u32) {
        for _ in 0..steps {
            self.heun_step();
        }
    }

    fn heun_step(&mut self) {
        let Self { swarm, work, .. } = self;
        work.ahead.clone_from(swarm);
        self.evaluate_at_ahead();
        let spread = (2.0 * self.settings.relaxation * self.dt).sqrt();
        let deviation = [spread, spread, spread * self.rule.kappa];
        let (dt, seed, step) = (self.dt, self.seed, self.step);
        std::mem::swap(&mut self.work.drift, &mut self.work.drift_ahead);
        let displace = |i: usize, p: &Particle, drift: [f64; 3], box_size: DVec2| {
            let xi = noise::normals(seed, step, i as u32).map(f64::from);
            let by = |axis: usize| drift[axis] * dt + deviation[axis] * xi[axis];
            let moved = p.at(wrap_position(p.position() + DVec2::new(by(0), by(1)), box_size));
            Particle { heading: wrap_angle(p.heading + by(2)), ..moved }
        };
        let box_size = self.swarm.box_size;
        let from = &self.swarm.particles;
        let drift = &self.work.drift;
        self.work.ahead.particles.par_iter_mut().with_min_len(TASK).enumerate().for_each(|(i, p)| {
            *p = displace(i, &from[i], drift[i], box_size);
        });
        self.evaluate_at_ahead();
        let (drift, ahead) = (&self.work.drift, &self.work.drift_ahead);
        self.swarm.particles.par_iter_mut().with_min_len(TASK).enumerate().for_each(|(i, p)| {
            let mean = std::array::from_fn(|axis| 0.5 * (drift[i][axis] + ahead[i][axis]));
            *p = displace(i, p, mean, box_size);
        });
        self.step = self.step.wrapping_add(1);
    }

    /// γ V + η D s (+ the brush) of `work.ahead`, into `work.drift_ahead`.
    fn evaluate_at_ahead(&mut self) {
        let force = self.force;
        self.evaluate_score();
        self.evaluate_flow();
        let (w, mobility, settings) = (&mut self.work, self.rule.mobility(), &self.settings);
        let inv_sigma = 1.0 / settings.sigma_l;
        let (gradient, velocity, ahead) = (&w.gradient, &w.velocity, &w.ahead);
        w.drift_ahead.resize(ahead.len(), [0.0; 3]);
        w.drift_ahead.par_iter_mut().with_min_len(TASK).enumerate().for_each(|(i, drift)| {
            let s = gradient[i].map(|g| -f64::from(g) * inv_sigma);
            let push = force.map_or(DVec2::ZERO, |f| f.velocity_at(ahead, &ahead.particles[i]));
            let [x, y, turn] = settings.drift(mobility, &velocity[i], &s);
            *drift = [x + push.x, y + push.y, turn];
        });
    }

    /// σ ∇E of `work.ahead`, into `work.gradient`; leaves the cloud for the flow.
    fn evaluate_score(&mut self) {
        let w = &mut self.work;
        w.neighbours.rebuild(&w.ahead, self.rule.cutoff_l);
        self.pair_tests += w.neighbours.index.len() as u64;
        let tau = self.rule.noise_feature(self.settings.sigma_l) as f32;
        w.cloud.clear();
        w.cloud.enter(w.ahead.box_size.as_vec2().to_array());
        for p in &w.ahead.particles {
            w.cloud.push(p.x as f32, p.y as f32, p.heading as f32, p.species, tau);
        }
        w.cloud.group(&w.neighbours.start, &w.neighbours.index);
        w.gradient.resize(w.ahead.len(), [0.0; 3]);
        w.energy.resize(w.ahead.len(), 0.0);
        self.kernels.gradient_and_outputs(&self.energy, &w.cloud, &mut w.gradient, &mut w.energy);
    }

    /// V of `work.ahead` at γ = 1, into `work.velocity`.
    fn evaluate_flow(&mut self) {
        let w = &mut self.work;
        let n = w.ahead.len();
        w.velocity.resize(n, [0.0; 3]);
        match (self.settings.flow, &self.flow) {
            (FlowKind::Exact, _) => exact_flow(&self.settings, w),
            (FlowKind::Learned, Some(flow)) => {
                w.body_velocity.resize(3 * n, 0.0);
                self.kernels.outputs(flow, &w.cloud, &mut w.body_velocity, NEVER);
                let (body, cloud) = (&w.body_velocity, &w.cloud);
                w.velocity.par_iter_mut().with_min_len(TASK).enumerate().for_each(|(i, v)| {
                    let [forward, lateral, turn] = [0, 1, 2].map(|o| f64::from(body[3 * i + o]));
                    let (c, s) = (f64::from(cloud.cos[i]), f64::from(cloud.sin[i]));
                    *v = [c * forward - s * lateral, s * forward + c * lateral, turn];
                });
            }
            (FlowKind::None, _) | (FlowKind::Learned, None) => w.velocity.fill([0.0; 3]),
        }
    }

    /// # Errors
    /// Settings out of range, or a learned flow that the rule does not have.
    pub fn set_settings(&mut self, settings: &LiveSettings) -> Result<(), EngineError> {
        settings.validate(&self.rule)?;
        self.settings = *settings;
        self.dt = time_step(&self.rule, settings);
        Ok(())
    }

    /// Goes on with another rule from where the swarm is.
    ///
    /// # Errors
    /// A rule that is not whole or does not know the species of the swarm.
    pub fn set_rule(&mut self, rule: &Rule) -> Result<(), EngineError> {
        rule.validate()?;
        super::check_swarm(rule, &self.swarm)?;
        self.energy = Weights::of(&rule.energy, rule.cutoff_l);
        self.flow = rule.flow.as_ref().map(|f| Weights::of(f, rule.cutoff_l));
        self.rule = rule.clone();
        self.dt = time_step(rule, &self.settings);
        Ok(())
    }

    /// Replaces the swarm; the box and the number of particles may change.
    ///
    /// # Errors
    /// A species the rule does not know, or numbers that are not finite.
    pub fn upload(&mut self, swarm: &Swarm) -> Result<(), EngineError> {
        super::check_swarm(&self.rule, swarm)?;
        self.swarm.clone_from(swarm);
        Ok(())
    }

    /// Changes the swarm by hand; returns how many particles were touched.
    ///
    /// # Errors
    /// A species the rule does not know, or numbers that are not finite; then nothing has changed.
    pub fn edit(&mut self, edits: &[SwarmEdit]) -> Result<usize, EngineError> {
        let before = self.swarm.clone();
        let touched = edits.iter().map(|edit| edit.apply(&mut self.swarm)).sum();
        if let Err(why) = super::check_swarm(&self.rule, &self.swarm) {
            self.swarm = before;
            return Err(why);
        }
        Ok(touched)
    }

    /// Goes back to a swarm that this engine had after `step` steps.
    pub fn restore(&mut self, swarm: &Swarm, step: u32) {
        self.swarm.clone_from(swarm);
        self.step = step;
    }

    /// The force that acts from now on.
    pub fn set_force(&mut self, force: Option<Force>) {
        self.force = force;
    }

    /// The swarm as it moves, with its noise.
    pub fn swarm(&self) -> &Swarm {
        &self.swarm
    }

    /// What to look at: Tweedie's estimate x̂ = x + σ² s_x, θ̂ = θ + (κσ)² s_θ where the settings ask for it.
    pub fn shown(&mut self) -> Swarm {
        let mut shown = Swarm::default();
        self.shown_into(&mut shown);
        shown
    }

    /// As [`CpuEngine::shown`]; `shown` is replaced.
    pub fn shown_into(&mut self, shown: &mut Swarm) {
        shown.clone_from(&self.swarm);
        if self.settings.denoised {
            self.work.ahead.clone_from(&self.swarm);
            self.evaluate_score();
            let sigma = self.settings.sigma_l;
            let kappa_squared = self.rule.kappa * self.rule.kappa;
            for (p, g) in shown.particles.iter_mut().zip(&self.work.gradient) {
                // σ² s = -σ (σ ∇E).
                let [x, y, turn] = g.map(|g| -sigma * f64::from(g));
                *p = p.at(wrap_position(p.position() + DVec2::new(x, y), shown.box_size));
                p.heading = wrap_angle(p.heading + kappa_squared * turn);
            }
        }
    }

    /// Share of the energy and speed of the flow (ℓ per time) of each particle as it is now.
    pub fn measures(&mut self) -> Vec<[f32; 2]> {
        self.work.ahead.clone_from(&self.swarm);
        self.evaluate_score();
        self.evaluate_flow();
        let mut measures = Vec::new();
        self.newest_measures(&mut measures);
        measures
    }

    /// As [`CpuEngine::measures`], from what was evaluated last: a fraction of a step old, for free. `measures` is
    /// replaced.
    pub fn newest_measures(&self, measures: &mut Vec<[f32; 2]>) {
        let (w, settings) = (&self.work, &self.settings);
        let (inv_sigma, strength) = (1.0 / settings.sigma_l as f32, settings.strength as f32);
        measures.clear();
        // Shorter than the swarm until it has been evaluated.
        let evaluated = w.energy.iter().zip(&w.velocity).take(self.swarm.len());
        measures.extend(evaluated.map(|(e, v)| [e * inv_sigma, strength * v[0].hypot(v[1]) as f32]));
        measures.resize(self.swarm.len(), [0.0; 2]);
    }

    /// s = -∇E, (1/ℓ, 1/ℓ, 1/rad), world frame.
    pub fn scores(&mut self) -> Vec<[f64; 3]> {
        self.work.ahead.clone_from(&self.swarm);
        self.evaluate_score();
        let inv_sigma = 1.0 / self.settings.sigma_l;
        self.work.gradient.iter().map(|g| g.map(|g| -f64::from(g) * inv_sigma)).collect()
    }

    /// ρ_i / σ of every particle: its share of the energy.
    pub fn particle_energies(&mut self) -> Vec<f64> {
        self.work.ahead.clone_from(&self.swarm);
        self.evaluate_score();
        let mut outputs = vec![0.0; self.swarm.len()];
        self.kernels.outputs(&self.energy, &self.work.cloud, &mut outputs, NEVER);
        let inv_sigma = 1.0 / self.settings.sigma_l;
        outputs.into_iter().map(|rho| f64::from(rho) * inv_sigma).collect()
    }

    /// V at γ = 1, (ℓ, ℓ, rad) per time, world frame.
    pub fn flows(&mut self) -> Vec<[f64; 3]> {
        self.work.ahead.clone_from(&self.swarm);
        self.evaluate_score();
        self.evaluate_flow();
        self.work.velocity.clone()
    }

    /// Time per step: c σ², less where the flow is fast.
    pub fn time_step(&self) -> f64 {
        self.dt
    }

    /// Steps since the start.
    pub fn steps_done(&self) -> u32 {
        self.step
    }

    /// The rule it runs.
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// The settings it runs under.
    pub fn settings(&self) -> &LiveSettings {
        &self.settings
    }

    /// Neighbour pairs evaluated so far.
    pub fn pair_tests(&self) -> u64 {
        self.pair_tests
    }

    /// What the engine has counted.
    pub fn counters(&self) -> Counters {
        let finite = |p: &&Particle| !(p.x.is_finite() && p.y.is_finite() && p.heading.is_finite());
        Counters {
            steps: self.step,
            pair_tests: self.pair_tests,
            non_finite: self.swarm.particles.iter().filter(finite).count() as u64,
            ..Counters::default()
        }
    }
}

/// Windowed exact flow, V of every particle.
fn exact_flow(settings: &LiveSettings, w: &mut CpuScratch) {
    let knobs = &settings.knobs;
    let inv_sigma = 1.0 / settings.sigma_l;
    let radius = knobs.widest_window_l();
    if radius > 0.0 {
        w.window.rebuild(&w.ahead, radius);
    }
    let (ahead, window, gradient, cloud) = (&w.ahead, &w.window, &w.gradient, &w.cloud);
    let site = |i: usize| FlowSite {
        heading: DVec2::new(cloud.cos[i].into(), cloud.sin[i].into()),
        species: ahead.particles[i].species,
        score: gradient[i].map(|g| -f64::from(g) * inv_sigma),
    };
    w.velocity.par_iter_mut().with_min_len(TASK / 8).enumerate().for_each(|(i, v)| {
        let mut flow = ExactFlow::at(knobs, site(i));
        if radius > 0.0 {
            for l in window.of(i) {
                flow.add(&site(l), ahead.offset(&ahead.particles[i], &ahead.particles[l]));
            }
        }
        *v = flow.velocity();
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::engine::testing::{random_swarm, rule};
    use crate::worlds::swarm::rule::{energy, flow_learned};

    #[test]
    fn measures_are_energy_and_speed_of_the_readable_rule() {
        let (rule, swarm) = (rule(2), random_swarm(40, DVec2::new(9.0, 7.0), 2, 3));
        let settings = LiveSettings { sigma_l: 0.3, flow: FlowKind::Learned, strength: 1.7, ..LiveSettings::default() };
        let mut engine = CpuEngine::new(&rule, &swarm, &settings, 1).unwrap();
        let mut before = Vec::new();
        engine.newest_measures(&mut before);
        assert_eq!(before, vec![[0.0; 2]; 40], "nothing is known before the first evaluation");
        let energies = energy::particle_energies(&rule, &swarm, settings.sigma_l);
        let flow = flow_learned::velocity(&rule, rule.flow.as_ref().unwrap(), &swarm, settings.sigma_l);
        for ((found, e), v) in engine.measures().iter().zip(energies).zip(flow) {
            let speed = 1.7 * v[0].hypot(v[1]);
            assert!((f64::from(found[0]) - e).abs() < 1e-4 * (1.0 + e.abs()), "energy {} for {e}", found[0]);
            assert!((f64::from(found[1]) - speed).abs() < 1e-4 * (1.0 + speed), "speed {} for {speed}", found[1]);
        }
    }
}
