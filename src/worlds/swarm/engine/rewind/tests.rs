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
    RewindableEngine::new(Engine::Cpu(Box::new(engine)), rule, Growth::NONE).unwrap()
}

/// Both engines where there is a GPU.
fn tapes() -> Vec<RewindableEngine> {
    let mut tapes = vec![cpu()];
    if let Some(gpu) = gpu() {
        let (rule, swarm) = (Arc::new(rule(2)), random_swarm(60, DVec2::new(9.0, 8.0), 2, 1));
        let engine = GpuEngine::new(&gpu.device, &gpu.queue, &rule, &swarm, &settings(0.3), 5).unwrap();
        tapes.push(RewindableEngine::new(Engine::Gpu(Box::new(engine)), rule, Growth::NONE).unwrap());
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
        rewindable.run(1).unwrap();
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
        rewindable.run(45).unwrap();
        assert_eq!(swarm(&rewindable), film[45]);
        assert_eq!(rewindable.back(30).unwrap(), 30);
        assert_eq!(swarm(&rewindable), film[15]);
    }
}

#[test]
fn going_back_over_changes_is_exact_and_leaves_settings_as_now() {
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
        rewindable.run(20).unwrap();
        let before = swarm(&rewindable);
        let wound = |seed| SwarmEdit::Scramble { centre: DVec2::splat(3.0), radius: 2.5, seed };
        assert!(rewindable.edit(&[wound(1)]).unwrap() > 0);
        rewindable.edit(&[wound(2), SwarmEdit::Add(Particle::default())]).unwrap();
        let after = swarm(&rewindable);
        assert_eq!((after.len(), after == before), (61, false));
        rewindable.run(5).unwrap();
        assert_eq!(rewindable.back(5).unwrap(), 5);
        assert_eq!(swarm(&rewindable), after);
        assert_eq!(rewindable.back(1).unwrap(), 0, "no time goes by");
        assert_eq!(swarm(&rewindable), before);
        rewindable.back(20).unwrap();
        // Another swarm in another box, and back into this one.
        let start = swarm(&rewindable);
        rewindable.upload(&random_swarm(30, DVec2::splat(20.0), 2, 3), Growth::NONE).unwrap();
        rewindable.run(3).unwrap();
        rewindable.back(4).unwrap();
        assert_eq!(swarm(&rewindable), start);
    }
}

#[test]
fn a_long_run_forgets_its_beginning_and_nothing_else() {
    let mut rewindable = cpu();
    for _ in 0..2 * MAX_KEPT {
        rewindable.upload(&random_swarm(2, DVec2::new(9.0, 8.0), 2, 1), Growth::NONE).unwrap();
    }
    rewindable.run(40).unwrap();
    assert_eq!((rewindable.checkpoints.len(), rewindable.reach()), (MAX_KEPT, 40));
    assert!(rewindable.changes.len() <= MAX_KEPT);
    let checkpoints = rewindable.checkpoints.len() as u32;
    assert_eq!(rewindable.back(40 + 2 * checkpoints).unwrap(), 40);
    assert_eq!(rewindable.engine().steps_done(), 0);
}

#[test]
fn only_the_last_rules_are_kept_and_one_between_two_steps() {
    let mut rewindable = cpu();
    let mut film = Vec::new();
    for seed in 0..3 * MAX_RULES as u64 {
        for part in 0..3 {
            let shape = rule(2).energy.shape;
            let other = Rule { energy: Rule::random(shape, 9 * seed + part).energy, ..rule(2) };
            rewindable.set_rule(&Arc::new(other)).unwrap();
        }
        film.push(swarm(&rewindable));
        rewindable.run(MAX_APART).unwrap();
    }
    assert!(rewindable.rules() <= MAX_RULES + 1, "{}", rewindable.rules());
    assert!(rewindable.changes.len() <= MAX_RULES + 1, "{}", rewindable.changes.len());
    for k in (film.len() - 5..film.len()).rev() {
        assert_eq!(rewindable.back(MAX_APART).unwrap(), MAX_APART);
        assert_eq!(swarm(&rewindable), film[k], "before rule {k}");
    }
}

#[test]
fn an_edit_of_an_unknown_species_is_refused_without_effect() {
    for mut rewindable in tapes() {
        let before = swarm(&rewindable);
        let paint = SwarmEdit::Recolour { centre: DVec2::splat(4.0), radius: 3.0, species: 5 };
        assert!(matches!(rewindable.edit(&[paint]), Err(EngineError::Species { species: 5, .. })));
        assert_eq!(swarm(&rewindable), before);
        assert_eq!(rewindable.back(1).unwrap(), 0);
    }
}

/// Begins a growth of so many steps on the engine of a tape.
fn begin_growth(rewindable: &mut RewindableEngine, steps: u32) -> Swarm {
    let start = random_swarm(50, DVec2::new(9.0, 8.0), 2, 8);
    rewindable.upload(&start, Growth::new(steps)).unwrap();
    start
}

#[test]
fn a_growth_in_frames_gives_the_swarm_of_one_in_one_go() {
    for mut rewindable in tapes() {
        let start = begin_growth(&mut rewindable, 60);
        for steps in [1, 16, 7, 30, 2, 14] {
            rewindable.run(steps).unwrap();
        }
        let mut twin = tapes().into_iter().find(|t| is_same_kind(t.engine(), rewindable.engine())).unwrap().engine;
        twin.upload(&start).unwrap();
        Growth::new(60).run(&mut twin, &settings(0.3), 70).unwrap();
        assert!(swarm(&rewindable) == twin.swarm().unwrap());
        assert_eq!((rewindable.growth().done(), rewindable.engine().settings()), (None, &settings(0.3)));
    }
}

fn is_same_kind(a: &Engine, b: &Engine) -> bool {
    std::mem::discriminant(a) == std::mem::discriminant(b)
}

#[test]
fn a_step_back_into_a_growth_goes_on_with_it_exactly() {
    for mut rewindable in tapes() {
        rewindable.run(9).unwrap();
        let old = swarm(&rewindable);
        begin_growth(&mut rewindable, 60);
        let mut film = filmed(&mut rewindable, 29);
        film.pop();
        // A knob is turned within a stage.
        let turned = settings(0.4);
        rewindable.set_settings(&turned).unwrap();
        film.extend(filmed(&mut rewindable, 41));
        let end = film.len() - 1;
        assert_eq!(rewindable.growth().done(), None);
        for k in (35..end).rev() {
            assert_eq!(rewindable.back(1).unwrap(), 1);
            assert!(swarm(&rewindable) == film[k], "step {k}");
            assert_eq!(rewindable.growth().done(), (k < 60).then_some(k as u32));
        }
        rewindable.run((end - 35) as u32).unwrap();
        assert!(swarm(&rewindable) == film[end], "the future is the same again");
        assert_eq!(rewindable.engine().settings(), &turned);
        // Over the turning of the knob, and out of the growth.
        rewindable.back((end - 20) as u32).unwrap();
        assert!(swarm(&rewindable) == film[20]);
        assert_eq!(rewindable.growth().done(), Some(20));
        rewindable.back(21).unwrap();
        assert!(swarm(&rewindable) == old);
        assert_eq!((rewindable.growth(), rewindable.engine().settings()), (Growth::NONE, &turned));
    }
}

#[test]
fn going_back_before_a_restart_goes_on_with_the_growth_before() {
    for mut rewindable in tapes() {
        begin_growth(&mut rewindable, 60);
        rewindable.run(21).unwrap();
        let before = swarm(&rewindable);
        let mut ahead = filmed(&mut rewindable, 10);
        rewindable.back(10).unwrap();
        rewindable.upload(&random_swarm(30, DVec2::splat(7.0), 2, 9), Growth::NONE).unwrap();
        assert_eq!(rewindable.engine().settings(), &settings(0.3));
        rewindable.run(3).unwrap();
        rewindable.back(4).unwrap();
        assert!(swarm(&rewindable) == before);
        assert_eq!(rewindable.growth().done(), Some(21));
        rewindable.run(10).unwrap();
        assert!(Some(swarm(&rewindable)) == ahead.pop());
    }
}
