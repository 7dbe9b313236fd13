//! The networks in candle against one another and against the f64 reference; the losses; the trainer.

use std::sync::atomic::{AtomicUsize, Ordering};

use candle_core::{Device, Tensor, Var};
use glam::{DVec2, Vec2};
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::batch::{Batch, Pool};
use super::fused::{FusedNet, slope};
use super::loss::{self, Probes};
use super::{Drive, LearnError, Phase, Trainer, TrainingSettings, graph};
use crate::worlds::swarm::picture::{Ensemble, Mode, Particle, Snapshot, Swarm, motifs};
use crate::worlds::swarm::rule::fast::{FastKernels, NEVER, Weights};
use crate::worlds::swarm::rule::residual::{Differences, continuity};
use crate::worlds::swarm::rule::{FlowKind, NetShape, Rule, energy, flow_learned};

const SIGMA_RANGE_L: [f64; 2] = [0.1, 0.8];

fn small_settings() -> TrainingSettings {
    TrainingSettings {
        pool: 8,
        batch: 3,
        phi: [12, 10],
        rho: [14, 11],
        steps: 40,
        flow_steps: 30,
        ..Default::default()
    }
}

/// What a network is evaluated on.
struct TestInputs {
    batch: Batch,
    shape: NetShape,
    cutoff_l: f64,
}

impl TestInputs {
    /// `of` the network with these weights, by the kernels.
    fn fused<T>(&self, flat: &[f32], of: impl FnOnce(&mut FusedNet) -> candle_core::Result<T>) -> T {
        let weights = Weights::new(self.shape, flat, self.cutoff_l);
        let mut kernels = FastKernels::default();
        let cloud = &self.batch.cloud;
        of(&mut FusedNet { weights: &weights, cloud, kernels: &mut kernels, stop: NEVER }).expect("the kernels")
    }
}

/// A batch of the two-species hunt, and a random rule for it.
fn hunt_batch() -> (TestInputs, Rule) {
    let snapshot = motifs::by_name("hunt").expect("hunt is bundled").snapshot();
    let ensemble = Ensemble { copies: 3, ..Default::default() };
    let shape = NetShape { species: snapshot.species_count(), phi: [12, 10], rho: [14, 11], outputs: 1 };
    let rule = Rule::random(shape, 3).with_random_flow(4);
    let mut batch = Batch::default();
    let mut pool = Pool::new(&snapshot.into(), &ensemble, &small_settings(), &|| false).expect("the pool");
    pool.draw(&mut batch, 3, SIGMA_RANGE_L, &rule);
    (TestInputs { batch, shape, cutoff_l: rule.cutoff_l }, rule)
}

fn values(t: &Tensor) -> Vec<f32> {
    t.flatten_all().and_then(|t| t.to_vec1()).expect("an f32 tensor")
}

fn assert_same(a: &Tensor, b: &Tensor, what: &str) {
    let (a, b) = (values(a), values(b));
    assert_eq!(a.len(), b.len());
    let scale = a.iter().fold(1e-3f32, |m, v| m.max(v.abs()));
    for (k, (x, y)) in a.iter().zip(&b).enumerate() {
        // f32 sums of some hundred terms in another order.
        assert!((x - y).abs() < 1e-4 * scale, "{what}[{k}]: {x} and {y} (scale {scale})");
    }
}

/// A weighting that gives every output another cotangent.
fn uneven(shape: &[usize]) -> Tensor {
    let n: usize = shape.iter().product();
    Tensor::from_vec((0..n).map(|i| (i as f32 * 0.7).sin()).collect::<Vec<_>>(), shape, &Device::Cpu).expect("a tensor")
}

#[test]
fn fused_score_and_weight_gradient_match_the_plain_graph() {
    let (bench, rule) = hunt_batch();
    let weights = Var::new(rule.energy.weights.as_slice(), &Device::Cpu).unwrap();
    let edges = graph::EdgeTensors::new(&bench.batch, &bench.shape, bench.cutoff_l, &Device::Cpu).unwrap();
    let plain = graph::energy_gradient(weights.as_tensor(), &bench.shape, &edges).unwrap();
    let fused = bench.fused(&rule.energy.weights, |net| net.energy_gradient());
    assert_same(&plain, &fused, "σ∇E");
    let cotangent = uneven(plain.dims());
    let loss = |t: &Tensor| (t * &cotangent).unwrap().sum_all().unwrap();
    let found = bench.fused(&rule.energy.weights, |net| net.energy_slope(&loss(&fused), &fused));
    assert_same(&slope(&loss(&plain), &weights).unwrap(), &found, "∂(c·σ∇E)/∂θ");
    assert_eq!(bench.shape.layout().total, values(&found).len());
}

#[test]
fn fused_energies_and_weight_gradient_match_candle() {
    let (bench, rule) = hunt_batch();
    let weights = Var::new(rule.energy.weights.as_slice(), &Device::Cpu).unwrap();
    let edges = graph::EdgeTensors::new(&bench.batch, &bench.shape, bench.cutoff_l, &Device::Cpu).unwrap();
    let plain = graph::energies(weights.as_tensor(), &bench.shape, &edges).unwrap();
    let cotangent = uneven(plain.dims());
    let loss = (&plain * &cotangent).unwrap().sum_all().unwrap();
    let expected = loss.backward().unwrap().get(&weights).expect("a gradient").clone();

    let kernel_weights = Weights::of(&rule.energy, bench.cutoff_l);
    let mut bar = vec![0.0; kernel_weights.layout.total];
    let mut outputs = vec![0.0; bench.batch.particles()];
    let cotangent = values(&cotangent);
    FastKernels::default().outputs_vjp(&kernel_weights, &bench.batch.cloud, &cotangent, &mut bar, &mut outputs, NEVER);
    let tensor = |v: Vec<f32>| Tensor::new(v, &Device::Cpu).unwrap();
    assert_same(&plain, &tensor(outputs), "σE");
    assert_same(&expected, &tensor(bar), "∂(c·σE)/∂θ");
}

#[test]
fn fused_flow_jets_and_weight_gradient_match_the_plain_graph() {
    let (bench, rule) = hunt_batch();
    let net = rule.flow.expect("a flow");
    let bench = TestInputs { shape: net.shape, ..bench };
    let weights = Var::new(net.weights.as_slice(), &Device::Cpu).unwrap();
    let edges = graph::EdgeTensors::new(&bench.batch, &bench.shape, bench.cutoff_l, &Device::Cpu).unwrap();
    let p = bench.batch.particles();
    let directions = [uneven(&[p, 3]), (uneven(&[p, 3]).cos().unwrap())];
    let plain = graph::flow_jets(weights.as_tensor(), &bench.shape, &edges, [&directions[0], &directions[1]]).unwrap();
    let along = directions.map(|d| values(&d).as_chunks().0.to_vec());
    let fused = bench.fused(&net.weights, |net| net.flow_jets(&along));
    assert_same(&plain, &fused, "jets");
    let cotangent = uneven(plain.dims());
    let loss = |t: &Tensor| (t * &cotangent).unwrap().sum_all().unwrap();
    let found = bench.fused(&net.weights, |net| net.flow_slope(&along, &loss(&fused), &fused));
    assert_same(&slope(&loss(&plain), &weights).unwrap(), &found, "∂(c·jets)/∂θ");
}

/// The swarm of configuration `k` of a batch, as the reference sees it.
fn configuration(batch: &Batch, k: usize) -> Swarm {
    let particles = batch.particles_of(k);
    let first = batch.particles_of(k).start;
    let particles = particles
        .map(|i| Particle {
            x: f64::from(batch.cloud.x[i]),
            y: f64::from(batch.cloud.y[i]),
            heading: f64::from(batch.cloud.sin[i]).atan2(f64::from(batch.cloud.cos[i])),
            species: batch.cloud.species[i],
        })
        .collect();
    Swarm { particles, box_size: Vec2::from(batch.cloud.box_of(first)).as_dvec2() }
}

#[test]
fn the_gradient_of_a_batch_is_each_configurations_score() {
    let (bench, rule) = hunt_batch();
    let gradient = values(&bench.fused(&rule.energy.weights, |net| net.energy_gradient()));
    let batch = &bench.batch;
    for k in 0..batch.configs() {
        let sigma = f64::from(batch.sigma_l[k]);
        let score = energy::score(&rule, &configuration(batch, k), sigma);
        let scale = score.iter().flatten().fold(1.0f64, |m, s| m.max(s.abs()));
        for (s, g) in score.iter().flatten().zip(&gradient[3 * batch.particles_of(k).start..]) {
            assert!((s + f64::from(*g) / sigma).abs() < 1e-4 * scale, "{s} {}", -f64::from(*g) / sigma);
        }
    }
}

#[test]
fn probes_are_unbiased_for_the_continuity_residual() {
    let (bench, rule) = hunt_batch();
    let net = rule.flow.clone().expect("a flow");
    let bench = TestInputs { shape: net.shape, ..bench };
    let batch = &bench.batch;
    // A score of another kind than the flow's, so that V·s and div V do not cancel.
    let score: Vec<[f32; 3]> = (0..batch.particles()).map(|i| [0.3, -0.2, 0.1 * (i % 5) as f32]).collect();
    let mut rng = StdRng::seed_from_u64(5);
    let draws = 1500;
    let mut sums = vec![0.0f64; batch.configs()];
    let mut squares = vec![0.0f64; batch.configs()];
    for _ in 0..draws {
        let probes = Probes::draw(batch, &score, &mut rng);
        let jets = values(&bench.fused(&net.weights, |net| net.flow_jets(&probes.along)));
        for a in 0..2 {
            for k in 0..batch.configs() {
                let particles = batch.particles_of(k);
                let rows = 9 * particles.start..9 * particles.end;
                let jets = jets[rows.clone()].iter().zip(&probes.coefficients(a)[rows]);
                let rho: f64 = jets.map(|(j, c)| f64::from(j * c)).sum();
                sums[k] += rho;
                squares[k] += rho * rho;
            }
        }
    }
    for k in 0..batch.configs() {
        let n = f64::from(2 * draws);
        let mean = sums[k] / n;
        let error = ((squares[k] / n - mean * mean) / n).sqrt();
        let swarm = configuration(batch, k);
        let sigma = f64::from(batch.sigma_l[k]);
        let own = &score[batch.particles_of(k)];
        let own: Vec<[f64; 3]> = own.iter().map(|s| s.map(f64::from)).collect();
        let velocity = |s: &Swarm, i: usize| flow_learned::velocity(&rule, &net, s, sigma)[i];
        let terms = continuity(&swarm, &own, velocity, Differences::Second, 1e-4);
        let exact = terms.divergence + terms.advection;
        assert!((mean - exact).abs() < 5.0 * error, "ρ̂ = {mean} ± {error}, exact {exact}");
        assert!(exact.abs() > 10.0 * error, "the test must detect a wrong sign: {exact} ± {error}");
    }
}

#[test]
fn a_flat_energy_has_the_loss_of_the_noise_and_the_exact_none() {
    let (bench, _) = hunt_batch();
    let batch = &bench.batch;
    let p = batch.particles();
    let noise_square: f32 =
        batch.noise.as_flattened().iter().map(|v| v * v).sum::<f32>() / batch.noise.as_flattened().len() as f32;
    let zero = Tensor::zeros((p, 3), candle_core::DType::F32, &Device::Cpu).unwrap();
    let loss = |g: &Tensor| loss::denoising(g, batch, 1.0).unwrap().to_scalar::<f32>().unwrap();
    assert!((loss(&zero) - noise_square).abs() < 1e-5);
    let exact = Tensor::from_slice(batch.noise.as_flattened(), (p, 3), &Device::Cpu).unwrap();
    assert!(loss(&exact) < 1e-10);
    assert!((loss(&exact.neg().unwrap()) - 4.0 * noise_square).abs() < 1e-4);
}

fn train(settings: &TrainingSettings, name: &str) -> (Rule, Vec<f64>) {
    let snapshot = motifs::by_name(name).expect("bundled").snapshot();
    let mut trainer = Trainer::new(&snapshot, &Ensemble::default(), settings, None).unwrap();
    let mut losses = Vec::new();
    while let Some(stats) = trainer.step().unwrap() {
        losses.push(stats.loss);
        let phase = match losses.len() {
            step if step <= settings.steps - settings.contrast_steps() => Phase::Energy,
            step if step <= settings.steps => Phase::Contrast,
            _ => Phase::Flow,
        };
        assert_eq!(stats.phase, phase);
        assert_eq!((stats.step, stats.steps), (losses.len(), trainer.total_steps()));
    }
    (trainer.rule(), losses)
}

#[test]
fn the_same_seed_gives_the_same_rule_and_another_seed_another() {
    let settings = small_settings();
    let (a, _) = train(&settings, "mill");
    let (b, _) = train(&settings, "mill");
    assert_eq!(a, b);
    let (c, _) = train(&TrainingSettings { seed: 2, ..settings }, "mill");
    assert_ne!(a.energy.weights, c.energy.weights);
    a.validate().unwrap();
    assert!(a.flow.is_some());
}

#[test]
fn denoising_that_ends_early_goes_on_with_the_contrastive_term() {
    let snapshot = motifs::by_name("mill").expect("bundled").snapshot();
    let settings = TrainingSettings { steps: 1000, flow: FlowKind::None, ..small_settings() };
    let mut trainer = Trainer::new(&snapshot, &Ensemble::default(), &settings, None).unwrap();
    let mut phase = || trainer.step().unwrap().expect("more steps").phase;
    assert_eq!([phase(), phase()], [Phase::Energy; 2]);
    trainer.end_phase();
    assert_eq!(trainer.step().unwrap().expect("more steps").phase, Phase::Contrast);
    assert_eq!(trainer.total_steps(), 1000, "nothing is left out yet");
    trainer.end_phase();
    let mut last = None;
    while let Some(stats) = trainer.step().unwrap() {
        last = Some(stats);
    }
    let last = last.expect("it cools down first");
    assert!(last.phase == Phase::Contrast && last.step == last.steps && last.steps < 100, "{last:?}");
}

#[test]
fn learning_lowers_the_denoising_loss_far_below_a_flat_energy() {
    let settings =
        TrainingSettings { steps: 250, flow: FlowKind::None, batch: 8, pool: 32, ..TrainingSettings::default() };
    let (rule, losses) = train(&settings, "mill");
    let last = losses[200..].iter().sum::<f64>() / 50.0;
    assert!((0.8..1.2).contains(&losses[0]), "an untrained energy is almost flat: {}", losses[0]);
    assert!(last < 0.5, "loss {last} after 250 steps");
    assert!(rule.flow.is_none());
}

#[test]
fn large_snapshots_are_windowed_and_sampling_can_be_stopped() {
    let particles = (0..20_000)
        .map(|i| Particle { x: f64::from(i % 200) + 0.5, y: f64::from(i / 200) + 0.5, ..Particle::default() })
        .collect();
    let snapshot = Snapshot { particles, box_size: DVec2::new(200.0, 100.0), mode: Mode::Whole, ..Snapshot::default() };
    let settings = small_settings();
    let mut pool = Pool::new(&(&snapshot).into(), &Ensemble::default(), &settings, &|| false).unwrap();
    let rule = Rule::random(NetShape { species: 1, phi: [4, 4], rho: [4, 4], outputs: 1 }, 1);
    let mut batch = Batch::default();
    pool.draw(&mut batch, 16, SIGMA_RANGE_L, &rule);
    assert!(batch.particles() <= 2048, "{}", batch.particles());
    let taught = batch.mask.iter().filter(|&&m| m == 1.0).count();
    assert!(taught > batch.particles() / 10, "{taught} of {}", batch.particles());
    let stopped = Pool::new(&(&snapshot).into(), &Ensemble::default(), &settings, &|| true);
    assert!(matches!(stopped, Err(LearnError::Stopped)));
}

#[test]
fn an_open_painting_teaches_only_from_its_inside() {
    let mut snapshot = motifs::by_name("lanes").expect("bundled").snapshot();
    snapshot.boundary = crate::worlds::swarm::picture::Boundary::Open;
    let settings = TrainingSettings { cutoff_l: 2.0, ..small_settings() };
    let mut pool = Pool::new(&(&snapshot).into(), &Ensemble::default(), &settings, &|| false).unwrap();
    let mut batch = Batch::default();
    let rule = Rule::random(NetShape { species: 2, phi: [4, 4], rho: [4, 4], outputs: 1 }, 1);
    pool.draw(&mut batch, 1, SIGMA_RANGE_L, &rule);
    let inside = batch.mask.iter().filter(|&&m| m == 1.0).count();
    assert!(inside > 0 && inside < batch.particles(), "{inside} of {}", batch.particles());
    // Targets of masked particles do not change the loss.
    let i = batch.mask.iter().position(|&m| m == 0.0).expect("a masked particle");
    let zero = vec![0.0f32; 3 * batch.particles()];
    let mut odd = zero.clone();
    odd[3 * i] = 100.0;
    let loss = |g: Vec<f32>| {
        let g = Tensor::from_vec(g, (batch.particles(), 3), &Device::Cpu).unwrap();
        loss::denoising(&g, &batch, 1.0).unwrap().to_scalar::<f32>().unwrap()
    };
    assert_eq!(loss(zero), loss(odd));
}

#[test]
fn a_run_that_diverges_says_so_and_keeps_the_last_good_weights() {
    let settings = TrainingSettings { flow: FlowKind::None, ..small_settings() };
    let snapshot = motifs::by_name("mill").expect("bundled").snapshot();
    let mut trainer = Trainer::new(&snapshot, &Ensemble::default(), &settings, None).unwrap();
    trainer.poison_after(5);
    let good = trainer.rule();
    let error = trainer.step().expect_err("a poisoned run ends with an error");
    assert!(matches!(error, LearnError::Diverged { last_good: 5, .. }), "{error}");
    assert_eq!(trainer.rule(), good);
    trainer.rule().validate().unwrap();
    assert!(error.to_string().contains("step 5"));
}

#[test]
fn training_goes_on_from_an_earlier_rule_of_the_same_shape() {
    let settings = TrainingSettings { flow: FlowKind::None, ..small_settings() };
    let (rule, _) = train(&settings, "mill");
    let snapshot = motifs::by_name("mill").expect("bundled").snapshot();
    let trainer = Trainer::new(&snapshot, &Ensemble::default(), &settings, Some(&rule)).unwrap();
    assert_eq!(trainer.rule().energy, rule.energy);
}

#[test]
fn another_flow_keeps_the_energy_and_another_seed_differs() {
    let (rule, _) = train(&small_settings(), "mill");
    let snapshot = motifs::by_name("mill").expect("bundled").snapshot();
    let learn = |seed| {
        let settings = TrainingSettings { seed, ..small_settings() };
        let mut trainer =
            Trainer::another_flow(&(&snapshot).into(), &Ensemble::default(), &settings, &rule, &|| false).unwrap();
        assert_eq!(trainer.total_steps(), settings.flow_steps);
        while let Some(stats) = trainer.step().unwrap() {
            assert_eq!(stats.phase, Phase::Flow);
        }
        let learned = trainer.rule();
        learned.validate().unwrap();
        assert_eq!(learned.energy, rule.energy);
        learned.flow.expect("a flow")
    };
    let (a, again, b) = (learn(5), learn(5), learn(6));
    assert_eq!(a, again);
    assert_ne!(a, b);
}

#[test]
fn learning_goes_on_when_the_picture_has_won_a_species() {
    let settings = TrainingSettings { flow: FlowKind::None, ..small_settings() };
    let (rule, _) = train(&settings, "mill");
    let mut snapshot = motifs::by_name("mill").expect("bundled").snapshot();
    snapshot.particles[0].species = rule.energy.shape.species as u8;
    let mut trainer = Trainer::new(&snapshot, &Ensemble::default(), &settings, Some(&rule)).unwrap();
    assert_eq!(trainer.rule().energy, rule.energy.with_species(rule.energy.shape.species + 1));
    trainer.step().unwrap();
    trainer.rule().validate().unwrap();
}

#[test]
fn settings_out_of_range_are_refused_by_name() {
    let snapshot = motifs::by_name("mill").expect("bundled").snapshot();
    let refuse = |settings: TrainingSettings, name: &str| {
        let error = Trainer::new(&snapshot, &Ensemble::default(), &settings, None).err().expect("refused");
        assert!(error.to_string().contains(name), "{error}");
    };
    let good = small_settings();
    refuse(TrainingSettings { steps: 0, ..good }, "steps");
    refuse(TrainingSettings { learning_rate: f64::NAN, ..good }, "learning_rate");
    refuse(TrainingSettings { sigma_range_l: [0.5, 0.1], ..good }, "sigma_range_l");
    refuse(TrainingSettings { phi: [0, 8], ..good }, "phi");
    let one = Snapshot { particles: vec![Particle::default()], box_size: DVec2::splat(1.0), ..Snapshot::default() };
    assert!(Trainer::new(&one, &Ensemble::default(), &good, None).is_err());
}

#[test]
fn a_forward_drive_counts_forward_motion_alone() {
    let (bench, _) = hunt_batch();
    let batch = &bench.batch;
    let p = batch.particles();
    let score = vec![[0.0; 3]; p];
    let probes = Probes::draw(batch, &score, &mut StdRng::seed_from_u64(1));
    // Everything slides sideways at unit speed: no forward motion, so the forward drive's loss is far larger.
    let jets = |v: [f32; 3]| {
        let row = [v[0], v[1], v[2], 0.01, 0.0, 0.0, 0.01, 0.0, 0.0];
        Tensor::from_vec(row.repeat(p), (p, 9), &Device::Cpu).unwrap()
    };
    let loss = |v: [f32; 3], drive| loss::flow(&jets(v), batch, &probes, drive, 1.0).unwrap();
    let value = |l: &loss::FlowLoss| l.loss.to_scalar::<f32>().unwrap();
    let sideways = loss([0.01, 1.0, 0.0], Drive::Forward);
    let ahead = loss([1.0, 0.01, 0.0], Drive::Forward);
    assert!(value(&sideways) > 100.0 * value(&ahead).abs());
    assert!((ahead.speed_sq - 1.0001).abs() < 1e-3 && (ahead.forward - 1.0).abs() < 1e-5);
}

#[test]
fn a_phase_that_is_ended_cools_down_and_skips_the_rest() {
    let snapshot = motifs::by_name("mill").expect("bundled").snapshot();
    let settings = TrainingSettings { steps: 1000, flow_steps: 1000, ..small_settings() };
    let mut trainer = Trainer::new(&snapshot, &Ensemble::default(), &settings, None).unwrap();
    for _ in 0..30 {
        trainer.step().unwrap();
    }
    trainer.end_phase();
    trainer.end_phase();
    assert_eq!(trainer.total_steps(), 30 + 20 + 1000, "once");
    let mut phases = Vec::new();
    for _ in 0..50 {
        phases.push(trainer.step().unwrap().expect("more to do").phase);
    }
    assert_eq!(phases.iter().position(|&phase| phase == Phase::Flow), Some(20));
    trainer.end_phase();
    let mut last = 0;
    while let Some(stats) = trainer.step().unwrap() {
        assert_eq!(stats.phase, Phase::Flow);
        last = stats.step;
    }
    assert_eq!(last, 30 + 20 + 30 + 20);
    trainer.rule().validate().unwrap();
}

#[test]
fn a_step_that_is_broken_off_leaves_the_last_rule() {
    let snapshot = motifs::by_name("mill").expect("bundled").snapshot();
    let settings = TrainingSettings { steps: 6, flow_steps: 2, ..small_settings() };
    let trained = |steps: usize| {
        let mut trainer = Trainer::new(&snapshot, &Ensemble::default(), &settings, None).unwrap();
        let phases: Vec<Phase> = (0..steps).map(|_| trainer.step().unwrap().expect("a step").phase).collect();
        (trainer, phases.last().copied())
    };
    let mut phases = Vec::new();
    for before in [0, 5, 7] {
        // A step that polls without being stopped is the same as any.
        let polls = AtomicUsize::new(0);
        let (mut trainer, _) = trained(before);
        trainer.step_unless_stopped(&|| polls.fetch_add(1, Ordering::Relaxed) == usize::MAX).unwrap();
        let (next, phase) = trained(before + 1);
        assert_eq!(trainer.rule(), next.rule());
        phases.extend(phase);
        let polls = polls.into_inner();
        for after in [0, 1, polls / 2, polls - 1] {
            let (mut trainer, polls) = (trained(before).0, AtomicUsize::new(0));
            let rule = trainer.rule();
            let stopped = trainer.step_unless_stopped(&|| polls.fetch_add(1, Ordering::Relaxed) >= after);
            assert!(matches!(stopped, Err(LearnError::Stopped)), "poll {after} after {before} steps");
            assert_eq!(trainer.rule(), rule);
        }
    }
    assert_eq!(phases, [Phase::Energy, Phase::Contrast, Phase::Flow]);
}
