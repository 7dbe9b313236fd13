//! A training step of both networks at the default settings, on the mill.

use divan::{Bencher, counter::ItemsCount};
use unstill::worlds::swarm::picture::{Ensemble, motifs};
use unstill::worlds::swarm::train::{Phase, Trainer, TrainingSettings};

/// A trainer in `phase`, warm.
fn trainer(phase: Phase) -> Trainer {
    let snapshot = motifs::by_name("mill").expect("the mill is bundled").snapshot();
    let energy_steps = if phase == Phase::Energy { 1_000_000 } else { 1 };
    let settings = TrainingSettings { steps: energy_steps, flow_steps: 1_000_000, ..TrainingSettings::default() };
    let mut trainer = Trainer::new(&snapshot, &Ensemble::default(), &settings, None).expect("a trainer");
    for _ in 0..5 {
        trainer.step().expect("a good step");
    }
    trainer
}

fn step(bencher: Bencher, phase: Phase) {
    let mut trainer = trainer(phase);
    bencher.counter(ItemsCount::new(1usize)).bench_local(|| {
        let stats = trainer.step().expect("a good step").expect("more steps");
        assert_eq!(stats.phase, phase);
    });
}

#[divan::bench]
fn train_energy_step(bencher: Bencher) {
    step(bencher, Phase::Energy);
}

#[divan::bench]
fn train_flow_step(bencher: Bencher) {
    step(bencher, Phase::Flow);
}
