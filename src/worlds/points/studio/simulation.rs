//! Live walkers in the studio.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use glam::DVec3;
use image::RgbaImage;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::exponents::LiveExponents;
use super::painter::PointPainter;
use super::walkers::LiveWalkers;
use crate::gpu::{GpuDevice, GpuPicture};
use crate::worlds::World;
use crate::worlds::points::PointsDoc;
use crate::worlds::points::cloud::{BuiltInTarget, DynamicalSystem, Standardisation, TrueVelocities};
use crate::worlds::points::engine::{
    BakedField, DriftKernel, PointBrush, PointCheckpoint, PointForce, evaluate_all, walkers_from,
};
use crate::worlds::points::measures::{Mmd, cosine_to, cosine_to_table, kernel_stein, relative_residual, true_speed};
use crate::worlds::points::rule::{PointLive, PointRule};
use crate::worlds::studio::{
    BrushStroke, DrawOptions, LayerSet, LiveState, RewindBuffer, SeriesReading, Simulation, StudioError, Viewpoint,
};

/// Speed of walkers under push, pull and stir, spreads per time.
const FORCE: f32 = 4.0;
/// Walkers that one dab adds at strength 1.
const ADDED: f64 = 120.0;
/// Points of each sample of the discrepancies, and splits of their quantile.
const COMPARED: usize = 500;
const PERMUTATIONS: usize = 200;
/// Walkers at which residual and cosine are measured, in f64.
const FEW: usize = 150;
/// Places at which the error of a grid is measured: the error's own error is then about 2 %.
const MEASURED: usize = 4096;
/// Half side of the box that walkers are scattered in, spreads.
const SCATTER: f32 = 2.5;

const WITHOUT_GRID: &str = "The networks move the walkers instead of a grid of their flow: slower, and as exactly";

pub(super) struct PointsSimulation {
    live: LiveWalkers,
    past: RewindBuffer<LiveWalkers>,
    map: Standardisation,
    /// The cloud, standardised.
    cloud: Vec<[f64; 3]>,
    walkers: usize,
    seed: u64,
    /// A grid that is being computed.
    baking: Option<Receiver<BakedGrid>>,
    /// Why there is no grid, until it is reported.
    fault: Option<String>,
    /// Rule or σ have changed since the last grid was begun.
    needs_baking: bool,
    /// Relative error of the flow of the last grid.
    grid_error: f64,
    /// The networks are to move walkers, however long they take.
    by_networks: bool,
    painter: PointPainter,
    /// Rows of the table of velocities in the scene.
    table: Option<TrueVelocities>,
    /// The system behind a built-in target.
    truth: Option<DynamicalSystem>,
    yardstick: Option<SampleYardstick>,
    exponents: LiveExponents,
    /// Root mean square speed of the true system, spreads per time; 1 where none is known.
    true_speed: f64,
}

/// A grid, with the rule and σ that it belongs to.
struct BakedGrid {
    grid: BakedField,
    /// Root mean square error of its flow over the cloud, as a share of the flow.
    error: f64,
    rule: PointRule,
    sigma: f64,
}

/// What walkers are compared with.
struct SampleYardstick {
    mmd: Mmd,
    quantile: f64,
    sigma: f64,
}

impl PointsSimulation {
    pub fn new(doc: &PointsDoc, seed: u64) -> Result<Self, StudioError> {
        let rule = doc.rule().ok_or(StudioError::NoRule)?;
        // The map of the cloud that was learned from: the picture may have been painted on.
        let map = rule.map;
        let cloud: Vec<[f64; 3]> = doc.cloud_in(&map);
        if cloud.is_empty() {
            return Err(StudioError::NoRule);
        }
        let walkers = walkers_from(&cloud, doc.dim, doc.walkers, noise(&rule, &doc.live), seed);
        let live = LiveWalkers::new(&rule, &doc.live, walkers, seed)?;
        let mut simulation = Self {
            live,
            past: RewindBuffer::default(),
            map,
            cloud,
            walkers: doc.walkers,
            seed,
            baking: None,
            fault: None,
            needs_baking: false,
            grid_error: 0.0,
            by_networks: doc.by_networks,
            painter: PointPainter::default(),
            table: doc.truth.as_ref().map(|truth| truth.thinned(FEW)),
            truth: doc.target.and_then(BuiltInTarget::system),
            yardstick: None,
            exponents: LiveExponents::default(),
            true_speed: 1.0,
        };
        if let Some(system) = simulation.truth {
            let positions: Vec<[f32; 3]> = simulation
                .cloud
                .iter()
                .step_by((simulation.cloud.len() / COMPARED).max(1))
                .map(|position| map.inverse(*position).map(|v| v as f32))
                .collect();
            simulation.true_speed = true_speed(system, &map, &positions);
        }
        simulation.needs_baking = simulation.wants_grid();
        simulation.past.forget(&mut simulation.live);
        Ok(simulation)
    }

    /// Whether the networks themselves take long: a dictionary without relaxation is as fast as a grid, and exact.
    fn is_slow(&self) -> bool {
        let (rule, live) = (self.live.rule(), self.live.knobs());
        rule.flow.needs_energy() || live.relaxation_of(rule) > 0.0
    }

    fn wants_grid(&self) -> bool {
        self.is_slow() && !self.by_networks
    }

    /// Begins a grid for the present rule, and takes one that is complete. Meanwhile the networks themselves move walkers.
    fn bake(&mut self) {
        match self.baking.as_ref().map(Receiver::try_recv) {
            Some(Ok(baked)) => {
                self.baking = None;
                let fits = baked.rule == *self.live.rule() && baked.sigma == self.live.knobs().sigma;
                if fits && self.wants_grid() {
                    self.live.set_grid(Some(baked.grid));
                    self.grid_error = baked.error;
                    self.past.note_settings(&mut self.live);
                } else {
                    self.needs_baking = self.wants_grid();
                }
            }
            // The thread ended without a grid: it panicked, and the reason is on stderr.
            Some(Err(TryRecvError::Disconnected)) => {
                self.baking = None;
                self.fault = Some(format!("no grid because of a bug in the program; please report it. {WITHOUT_GRID}"));
            }
            Some(Err(TryRecvError::Empty)) | None => {}
        }
        if !self.needs_baking || self.baking.is_some() {
            return;
        }
        self.needs_baking = false;
        let (sender, receiver) = channel();
        let (rule, sigma, seed) = (self.live.rule().clone(), self.live.knobs().sigma, self.seed);
        let mut box_of_cloud = walkers_from(&self.cloud, rule.dim, MEASURED, 0.0, seed);
        box_of_cloud.extend(corners(&self.cloud));
        let work = move || {
            let kernel = DriftKernel::new(&rule, sigma);
            let grid = BakedField::new(&kernel, rule.dim, &box_of_cloud);
            let error = grid.flow_error(&kernel, &box_of_cloud[..MEASURED.min(box_of_cloud.len())]);
            // Fails only when the simulation has ended.
            let _ = sender.send(BakedGrid { grid, error, rule, sigma });
        };
        match std::thread::Builder::new().name("unstill-bake".to_owned()).spawn(work) {
            Ok(_) => self.baking = Some(receiver),
            Err(why) => self.fault = Some(format!("no grid, as the system started no thread ({why}). {WITHOUT_GRID}")),
        }
    }

    fn force(&self, stroke: &BrushStroke) -> PointForce {
        let centre = self.map.forward(stroke.to.to_array());
        let scale = self.map.scale;
        let dim = self.live.rule().dim as i32;
        // The circle that is drawn is an ellipse in standardised coordinates; a circle of the same area is taken.
        let mean_scale = scale[..dim as usize].iter().product::<f64>().powf(1.0 / f64::from(dim));
        let axis = (stroke.axis / DVec3::from(scale)).normalize_or_zero();
        PointForce {
            centre: centre.map(|v| v as f32),
            axis: axis.as_vec3().to_array(),
            radius: (stroke.radius / mean_scale) as f32,
            push: 0.0,
            stir: 0.0,
        }
    }

    /// Changes walkers by hand.
    fn change(&mut self, brush: PointBrush, under: &PointForce) -> Result<(), StudioError> {
        self.live.apply(brush, under)?;
        self.past.note_hand(&mut self.live);
        Ok(())
    }

    /// Goes on from another state.
    fn put(&mut self, state: &PointCheckpoint) {
        self.live.restore(state);
        self.past.note_hand(&mut self.live);
    }

    fn sample(&mut self) -> Vec<[f32; 4]> {
        let walkers = self.live.positions();
        let stride = (walkers.len() / COMPARED).max(1);
        walkers.iter().step_by(stride).take(COMPARED).copied().collect()
    }

    fn yardstick(&mut self) -> &SampleYardstick {
        let (rule, live, seed) = (self.live.rule(), self.live.knobs(), self.seed);
        let sigma = noise(rule, live);
        let dim = rule.dim;
        let cloud = &self.cloud;
        let stale = self.yardstick.take_if(|yardstick| yardstick.sigma != sigma).is_some();
        if stale || self.yardstick.is_none() {
            let [first, second] = [1, 2].map(|k| walkers_from(cloud, dim, COMPARED, sigma, seed.wrapping_add(k)));
            let mmd = Mmd::new(&first, &second);
            let quantile = mmd.pair_kernel(&first).permutation_quantile(0.95, PERMUTATIONS, seed);
            return self.yardstick.insert(SampleYardstick { mmd, quantile, sigma });
        }
        self.yardstick.get_or_insert_with(|| unreachable!("the yardstick is there"))
    }
}

/// The noise on samples of the cloud that makes them samples of the energy at σ.
fn noise(rule: &PointRule, live: &PointLive) -> f64 {
    if rule.energy.is_some() && (rule.flow.needs_energy() || live.relaxation > 0.0) { live.sigma } else { 0.0 }
}

/// A small share, in significant digits.
fn percent(share: f64) -> String {
    if share < 1e-4 { "below 0.01 %".to_owned() } else { format!("{:.2} %", 100.0 * share) }
}

/// Two corners of the box around a cloud.
fn corners(cloud: &[[f64; 3]]) -> [[f32; 4]; 2] {
    let mut corners = [[f32::MAX; 4], [f32::MIN; 4]];
    for position in cloud {
        for i in 0..3 {
            corners[0][i] = corners[0][i].min(position[i] as f32);
            corners[1][i] = corners[1][i].max(position[i] as f32);
        }
    }
    corners.map(|[x, y, z, _]| [x, y, z, 0.0])
}

impl Simulation for PointsSimulation {
    fn run(&mut self, steps: u32) {
        self.bake();
        self.past.run(&mut self.live, steps);
    }

    fn steps(&self) -> u64 {
        self.live.steps()
    }

    fn adopt(&mut self, world: &World) -> bool {
        let Some(doc) = world.as_points() else { return false };
        let Some(rule) = doc.rule() else { return false };
        self.table = doc.truth.as_ref().map(|truth| truth.thinned(FEW));
        if doc.walkers != self.walkers || rule.dim != self.live.rule().dim || rule.map != self.map {
            return false;
        }
        if *self.live.knobs() != doc.live {
            let other_sigma = self.live.knobs().sigma != doc.live.sigma;
            if self.live.set_live(&doc.live).is_err() {
                return false;
            }
            if other_sigma {
                // The grid belongs to the old σ.
                self.live.set_grid(None);
                self.needs_baking = true;
                self.painter.forget_rule();
            }
        }
        if *self.live.rule() != rule {
            if self.live.set_rule(&rule).is_err() {
                return false;
            }
            self.needs_baking = true;
            self.painter.forget_rule();
        }
        self.by_networks = doc.by_networks;
        if self.by_networks && self.live.has_grid() {
            self.live.set_grid(None);
        }
        self.needs_baking |= !self.live.has_grid() && self.baking.is_none();
        self.needs_baking &= self.wants_grid();
        self.past.note_settings(&mut self.live);
        true
    }

    fn stroke(&mut self, stroke: &BrushStroke) -> Result<(), StudioError> {
        let mut force = self.force(stroke);
        match stroke.brush {
            "push" => force.push = FORCE * stroke.strength as f32,
            "pull" => force.push = -FORCE * stroke.strength as f32,
            "stir" => force.stir = FORCE * stroke.strength as f32,
            "add" => {
                let count = (ADDED * stroke.strength).round() as usize;
                return self.change(PointBrush::Add(count), &force);
            }
            "remove" => return self.change(PointBrush::Remove, &force),
            "wound" => return self.change(PointBrush::Wound, &force),
            other => return Err(StudioError::Unknown(other.to_owned())),
        }
        self.live.set_force(Some(force));
        self.past.note_settings(&mut self.live);
        Ok(())
    }

    fn lift(&mut self) {
        self.live.set_force(None);
        self.past.note_settings(&mut self.live);
    }

    fn restart(&mut self, id: &str) {
        let dim = self.live.rule().dim;
        let sigma = noise(self.live.rule(), self.live.knobs());
        self.seed = self.seed.wrapping_add(1);
        let walkers = match id {
            "cloud" => walkers_from(&self.cloud, dim, self.walkers, sigma, self.seed),
            "scatter" => {
                let mut rng = StdRng::seed_from_u64(self.seed);
                let mut side = |i: usize| if i < dim { rng.random_range(-SCATTER..SCATTER) } else { 0.0 };
                (0..self.walkers).map(|_| [side(0), side(1), side(2), 0.0]).collect()
            }
            _ => return,
        };
        self.put(&PointCheckpoint { walkers, step: 0, seed: self.seed });
    }

    fn step_back(&mut self) -> bool {
        self.past.step_back(&mut self.live)
    }

    fn live_state(&mut self) -> LiveState {
        LiveState::Points(Arc::new(self.live.checkpoint()), self.map)
    }

    fn return_to(&mut self, state: &LiveState) -> bool {
        let LiveState::Points(state, map) = state else { return false };
        if *map == self.map {
            self.put(state);
            return true;
        }
        // What was learned since has other standardised coordinates.
        let mut state = PointCheckpoint::clone(state);
        for walker in &mut state.walkers {
            let place = map.inverse([walker[0], walker[1], walker[2]].map(f64::from));
            let [x, y, z] = self.map.forward(place).map(|v| v as f32);
            *walker = [x, y, z, walker[3]];
        }
        self.put(&state);
        true
    }

    fn move_to(&mut self, gpu: Option<&GpuDevice>) -> Result<(), StudioError> {
        self.live.move_to(gpu)?;
        // Another engine does not repeat the steps bit by bit.
        self.past.forget(&mut self.live);
        Ok(())
    }

    fn take_fault(&mut self) -> Option<String> {
        self.fault.take().or_else(|| self.live.take_fault())
    }

    fn draw(&mut self, view: &Viewpoint, options: DrawOptions, picture: &mut RgbaImage) {
        if !self.live.draw(view, options, picture) {
            let map = self.live.rule().map;
            self.painter.draw_walkers(self.live.positions(), &map, view, options, picture);
        }
        let (rule, sigma) = (self.live.rule(), self.live.knobs().sigma);
        self.painter.draw_layers((rule, sigma, &self.cloud), view, options, picture);
    }

    fn picture_on_gpu(&mut self, view: &Viewpoint, options: DrawOptions, size: [u32; 2]) -> Option<GpuPicture> {
        // Layers are drawn by the processor, over a picture that was read back.
        if options.layers == LayerSet::default() { self.live.picture(view, options, size) } else { None }
    }

    fn readings(&mut self) -> Vec<SeriesReading> {
        let sample = self.sample();
        let yardstick = self.yardstick();
        let (mmd, quantile, bandwidth) = (yardstick.mmd.of(&sample), yardstick.quantile, yardstick.mmd.bandwidth);
        let (rule, live) = (self.live.rule(), self.live.knobs());
        let at = evaluate_all(&DriftKernel::new(rule, live.sigma), &sample);
        let square: f64 =
            at.iter().map(|at| at.velocity.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>()).sum::<f64>();
        let speed = live.strength * (square / sample.len() as f64).sqrt();
        let mut readings = vec![
            SeriesReading { series: "mmd", values: vec![mmd, quantile] },
            SeriesReading { series: "speed", values: vec![speed] },
        ];
        let few = &sample[..sample.len().min(FEW)];
        let cosine = match (&self.table, self.truth) {
            (Some(table), _) => Some(cosine_to_table(table, rule, live.sigma)),
            (None, Some(system)) => {
                let position = |w: &[f32; 4]| self.map.inverse([w[0], w[1], w[2]].map(f64::from)).map(|v| v as f32);
                Some(cosine_to(system, rule, live.sigma, &few.iter().map(position).collect::<Vec<_>>()))
            }
            (None, None) => None,
        };
        if let Some(cosine) = cosine {
            let signed = if live.reversed { -cosine } else { cosine };
            readings.push(SeriesReading { series: "cosine", values: vec![signed] });
        }
        readings.extend(self.exponents.read(rule, live.sigma, self.true_speed, few));
        if rule.energy.is_some() {
            let residual = relative_residual(rule, live.sigma, few);
            readings.push(SeriesReading { series: "residual", values: vec![residual] });
            let scores: Vec<[f32; 3]> = at.iter().map(|at| at.score).collect();
            let stein = kernel_stein(&sample, &scores, rule.dim, bandwidth);
            readings.push(SeriesReading { series: "stein", values: vec![stein] });
        }
        readings
    }

    fn description(&self) -> String {
        let by = match (self.live.has_grid(), self.is_slow()) {
            (true, _) => format!("a grid (error {})", percent(self.grid_error)),
            (false, true) if self.baking.is_some() || self.needs_baking => {
                "the networks until the grid is there".to_owned()
            }
            (false, true) => "the networks".to_owned(),
            (false, false) => "the equations".to_owned(),
        };
        format!("{} walkers by {by} on {}", self.live.count(), self.live.engine_name())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::taught;
    use super::*;

    #[test]
    fn a_grid_that_cannot_be_computed_is_reported_once() {
        let mut simulation = PointsSimulation::new(&taught(300), 1).unwrap();
        // As a thread that panicked leaves it.
        (simulation.baking, simulation.needs_baking) = (Some(channel().1), false);
        simulation.run(1);
        let fault = simulation.take_fault().expect("a sentence");
        assert!(fault.contains("bug in the program") && fault.chars().count() <= 300, "{fault}");
        assert_eq!((simulation.take_fault(), simulation.steps()), (None, 1));
    }
}
