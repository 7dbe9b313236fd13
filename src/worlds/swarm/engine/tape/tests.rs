use super::*;
use crate::worlds::swarm::engine::testing::{gpu, random_swarm, rule};
use crate::worlds::swarm::engine::{CpuEngine, GpuEngine};
use crate::worlds::swarm::picture::Particle;

fn settings(sigma_l: f64) -> LiveSettings {
    LiveSettings { sigma_l, strength: 1.0, ..LiveSettings::default() }
}

fn cpu() -> Tape {
    let (rule, swarm) = (Arc::new(rule(2)), random_swarm(60, [9.0, 8.0], 2, 1));
    let engine = CpuEngine::new(&rule, &swarm, &settings(0.3), 5).unwrap();
    Tape::new(Engine::Cpu(Box::new(engine)), rule)
}

/// Both engines where there is a GPU.
fn tapes() -> Vec<Tape> {
    let mut tapes = vec![cpu()];
    if let Some(gpu) = gpu() {
        let (rule, swarm) = (Arc::new(rule(2)), random_swarm(60, [9.0, 8.0], 2, 1));
        let engine = GpuEngine::new(&gpu.device, &gpu.queue, &rule, &swarm, &settings(0.3), 5).unwrap();
        tapes.push(Tape::new(Engine::Gpu(Box::new(engine)), rule));
    }
    tapes
}

fn swarm(tape: &Tape) -> Swarm {
    tape.engine().swarm().unwrap()
}

/// Runs `steps` single steps and returns the swarm before each, and after the last.
fn filmed(tape: &mut Tape, steps: u32) -> Vec<Swarm> {
    let mut film = vec![swarm(tape)];
    for _ in 0..steps {
        tape.run(1);
        film.push(swarm(tape));
    }
    film
}

#[test]
fn every_step_back_gives_exactly_the_state_that_was() {
    for mut tape in tapes() {
        let film = filmed(&mut tape, 45);
        for k in (0..45).rev() {
            assert!(tape.has_past());
            assert_eq!(tape.back(1).unwrap(), 1);
            assert_eq!(swarm(&tape), film[k], "step {k}");
        }
        assert!(!tape.has_past());
        assert_eq!(tape.back(1).unwrap(), 0, "there is nothing before the beginning");
        // The future is the same once more.
        tape.run(45);
        assert_eq!(swarm(&tape), film[45]);
        assert_eq!(tape.back(30).unwrap(), 30);
        assert_eq!(swarm(&tape), film[15]);
    }
}

#[test]
fn going_back_over_changes_of_settings_rule_and_force_is_exact_and_leaves_them_as_they_are_now() {
    for mut tape in tapes() {
        let mut film = filmed(&mut tape, 7);
        film.pop();
        tape.set_settings(&settings(0.45)).unwrap();
        tape.set_force(Some(Force { centre_l: [4.0, 4.0], radius_l: 3.0, strength: 5.0, stir: 4.0 }));
        film.extend(filmed(&mut tape, 6));
        film.pop();
        tape.set_rule(&Arc::new(Rule { flow: None, ..crate::worlds::swarm::engine::testing::rule(2) })).unwrap();
        tape.set_force(None);
        film.extend(filmed(&mut tape, 9));
        let last = settings(0.25);
        tape.set_settings(&last).unwrap();
        for k in (0..22).rev() {
            assert_eq!(tape.back(1).unwrap(), 1);
            assert_eq!(swarm(&tape), film[k], "step {k}");
            assert_eq!((tape.engine().settings(), tape.engine().rule().flow.is_some()), (&last, false));
        }
    }
}

#[test]
fn what_was_done_by_hand_is_taken_back_by_one_step_back() {
    for mut tape in tapes() {
        tape.run(20);
        let before = swarm(&tape);
        let wound = |seed| SwarmEdit::Scramble { centre: [3.0, 3.0], radius: 2.5, seed };
        assert!(tape.edit(&[wound(1)]).unwrap() > 0);
        tape.edit(&[wound(2), SwarmEdit::Add(Particle::default())]).unwrap();
        let after = swarm(&tape);
        assert_eq!((after.len(), after == before), (61, false));
        tape.run(5);
        assert_eq!(tape.back(5).unwrap(), 5);
        assert_eq!(swarm(&tape), after);
        assert_eq!(tape.back(1).unwrap(), 0, "no time goes by");
        assert_eq!(swarm(&tape), before);
        tape.back(20).unwrap();
        // Another swarm in another box, and back into this one.
        let start = swarm(&tape);
        tape.upload(&random_swarm(30, [20.0, 20.0], 2, 3)).unwrap();
        tape.run(3);
        tape.back(4).unwrap();
        assert_eq!(swarm(&tape), start);
    }
}

#[test]
fn a_long_run_forgets_its_beginning_and_nothing_else() {
    let mut tape = cpu();
    for _ in 0..2 * MAX_KEPT {
        tape.upload(&random_swarm(2, [9.0, 8.0], 2, 1)).unwrap();
    }
    tape.run(40);
    assert_eq!((tape.moments.len(), tape.reach()), (MAX_KEPT, 40));
    assert!(tape.changes.len() <= MAX_KEPT);
    let moments = tape.moments.len() as u32;
    assert_eq!(tape.back(40 + 2 * moments).unwrap(), 40);
    assert_eq!(tape.engine().steps_done(), 0);
}

#[test]
fn of_many_rules_only_the_last_are_remembered_and_of_those_between_two_steps_the_last() {
    let mut tape = cpu();
    let mut film = Vec::new();
    for seed in 0..3 * MAX_RULES as u64 {
        for part in 0..3 {
            let shape = rule(2).energy.shape;
            let other = Rule { energy: Rule::random(shape, 9 * seed + part).energy, ..rule(2) };
            tape.set_rule(&Arc::new(other)).unwrap();
        }
        film.push(swarm(&tape));
        tape.run(MAX_APART);
    }
    assert!(tape.rules() <= MAX_RULES + 1, "{}", tape.rules());
    assert!(tape.changes.len() <= MAX_RULES + 1, "{}", tape.changes.len());
    for k in (film.len() - 5..film.len()).rev() {
        assert_eq!(tape.back(MAX_APART).unwrap(), MAX_APART);
        assert_eq!(swarm(&tape), film[k], "before rule {k}");
    }
}

#[test]
fn an_edit_that_does_not_fit_the_rule_is_refused_and_changes_nothing() {
    for mut tape in tapes() {
        let before = swarm(&tape);
        let paint = SwarmEdit::Recolour { centre: [4.0, 4.0], radius: 3.0, species: 5 };
        assert!(matches!(tape.edit(&[paint]), Err(EngineError::Species { species: 5, .. })));
        assert_eq!(swarm(&tape), before);
        assert_eq!(tape.back(1).unwrap(), 0);
    }
}
