use glam::DVec2;

use super::*;
use crate::worlds::swarm::engine::testing::{gpu, random_swarm, rule};
use crate::worlds::swarm::engine::{CpuEngine, GpuEngine};
use crate::worlds::swarm::picture::Particle;

fn settings(sigma_l: f64) -> LiveSettings {
    LiveSettings { sigma_l, strength: 1.0, ..LiveSettings::default() }
}

fn cpu() -> RewindableEngine {
    let (rule, swarm) = (Arc::new(rule(2)), random_swarm(60, DVec2::new(9.0, 8.0), 2, 1));
    let engine = CpuEngine::new(&rule, &swarm, &settings(0.3), 5).unwrap();
    RewindableEngine::new(Engine::Cpu(Box::new(engine)), rule)
}

/// Both engines where there is a GPU.
fn tapes() -> Vec<RewindableEngine> {
    let mut tapes = vec![cpu()];
    if let Some(gpu) = gpu() {
        let (rule, swarm) = (Arc::new(rule(2)), random_swarm(60, DVec2::new(9.0, 8.0), 2, 1));
        let engine = GpuEngine::new(&gpu.device, &gpu.queue, &rule, &swarm, &settings(0.3), 5).unwrap();
        tapes.push(RewindableEngine::new(Engine::Gpu(Box::new(engine)), rule));
    }
    tapes
}

fn swarm(rewindable: &RewindableEngine) -> Swarm {
    rewindable.engine().swarm().unwrap()
}

/// Runs `steps` single steps and returns the swarm before each, and after the last.
fn filmed(rewindable: &mut RewindableEngine, steps: u32) -> Vec<Swarm> {
    let mut film = vec![swarm(rewindable)];
    for _ in 0..steps {
        rewindable.run(1);
        film.push(swarm(rewindable));
    }
    film
}

#[test]
fn every_step_back_gives_exactly_the_state_that_was() {
    for mut rewindable in tapes() {
        let film = filmed(&mut rewindable, 45);
        for k in (0..45).rev() {
            assert!(rewindable.has_past());
            assert_eq!(rewindable.back(1).unwrap(), 1);
            assert_eq!(swarm(&rewindable), film[k], "step {k}");
        }
        assert!(!rewindable.has_past());
        assert_eq!(rewindable.back(1).unwrap(), 0, "there is nothing before the beginning");
        // The future is the same again.
        rewindable.run(45);
        assert_eq!(swarm(&rewindable), film[45]);
        assert_eq!(rewindable.back(30).unwrap(), 30);
        assert_eq!(swarm(&rewindable), film[15]);
    }
}

#[test]
fn going_back_over_changes_of_settings_rule_and_force_is_exact_and_leaves_them_as_they_are_now() {
    for mut rewindable in tapes() {
        let mut film = filmed(&mut rewindable, 7);
        film.pop();
        rewindable.set_settings(&settings(0.45)).unwrap();
        rewindable.set_force(Some(Force { centre_l: [4.0, 4.0], radius_l: 3.0, strength: 5.0, stir: 4.0 }));
        film.extend(filmed(&mut rewindable, 6));
        film.pop();
        rewindable.set_rule(&Arc::new(Rule { flow: None, ..crate::worlds::swarm::engine::testing::rule(2) })).unwrap();
        rewindable.set_force(None);
        film.extend(filmed(&mut rewindable, 9));
        let last = settings(0.25);
        rewindable.set_settings(&last).unwrap();
        for k in (0..22).rev() {
            assert_eq!(rewindable.back(1).unwrap(), 1);
            assert_eq!(swarm(&rewindable), film[k], "step {k}");
            assert_eq!((rewindable.engine().settings(), rewindable.engine().rule().flow.is_some()), (&last, false));
        }
    }
}

#[test]
fn what_was_done_by_hand_is_taken_back_by_one_step_back() {
    for mut rewindable in tapes() {
        rewindable.run(20);
        let before = swarm(&rewindable);
        let wound = |seed| SwarmEdit::Scramble { centre: DVec2::splat(3.0), radius: 2.5, seed };
        assert!(rewindable.edit(&[wound(1)]).unwrap() > 0);
        rewindable.edit(&[wound(2), SwarmEdit::Add(Particle::default())]).unwrap();
        let after = swarm(&rewindable);
        assert_eq!((after.len(), after == before), (61, false));
        rewindable.run(5);
        assert_eq!(rewindable.back(5).unwrap(), 5);
        assert_eq!(swarm(&rewindable), after);
        assert_eq!(rewindable.back(1).unwrap(), 0, "no time goes by");
        assert_eq!(swarm(&rewindable), before);
        rewindable.back(20).unwrap();
        // Another swarm in another box, and back into this one.
        let start = swarm(&rewindable);
        rewindable.upload(&random_swarm(30, DVec2::splat(20.0), 2, 3)).unwrap();
        rewindable.run(3);
        rewindable.back(4).unwrap();
        assert_eq!(swarm(&rewindable), start);
    }
}

#[test]
fn a_long_run_forgets_its_beginning_and_nothing_else() {
    let mut rewindable = cpu();
    for _ in 0..2 * MAX_KEPT {
        rewindable.upload(&random_swarm(2, DVec2::new(9.0, 8.0), 2, 1)).unwrap();
    }
    rewindable.run(40);
    assert_eq!((rewindable.checkpoints.len(), rewindable.reach()), (MAX_KEPT, 40));
    assert!(rewindable.changes.len() <= MAX_KEPT);
    let checkpoints = rewindable.checkpoints.len() as u32;
    assert_eq!(rewindable.back(40 + 2 * checkpoints).unwrap(), 40);
    assert_eq!(rewindable.engine().steps_done(), 0);
}

#[test]
fn of_many_rules_only_the_last_are_remembered_and_of_those_between_two_steps_the_last() {
    let mut rewindable = cpu();
    let mut film = Vec::new();
    for seed in 0..3 * MAX_RULES as u64 {
        for part in 0..3 {
            let shape = rule(2).energy.shape;
            let other = Rule { energy: Rule::random(shape, 9 * seed + part).energy, ..rule(2) };
            rewindable.set_rule(&Arc::new(other)).unwrap();
        }
        film.push(swarm(&rewindable));
        rewindable.run(MAX_APART);
    }
    assert!(rewindable.rules() <= MAX_RULES + 1, "{}", rewindable.rules());
    assert!(rewindable.changes.len() <= MAX_RULES + 1, "{}", rewindable.changes.len());
    for k in (film.len() - 5..film.len()).rev() {
        assert_eq!(rewindable.back(MAX_APART).unwrap(), MAX_APART);
        assert_eq!(swarm(&rewindable), film[k], "before rule {k}");
    }
}

#[test]
fn an_edit_that_does_not_fit_the_rule_is_refused_and_changes_nothing() {
    for mut rewindable in tapes() {
        let before = swarm(&rewindable);
        let paint = SwarmEdit::Recolour { centre: DVec2::splat(4.0), radius: 3.0, species: 5 };
        assert!(matches!(rewindable.edit(&[paint]), Err(EngineError::Species { species: 5, .. })));
        assert_eq!(swarm(&rewindable), before);
        assert_eq!(rewindable.back(1).unwrap(), 0);
    }
}
