//! Learning as a whole, on simulated stills that are small and few.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::worlds::field::FieldError;
use crate::worlds::field::rule::Term;
use crate::worlds::field::stills::{GrayScott, GrayScottRun, PRESETS, Still};
use crate::worlds::weak::WeakError;

fn recipe() -> GrayScottRun {
    let law = GrayScott { f: PRESETS[1].f, k: PRESETS[1].k, ..GrayScott::default() };
    GrayScottRun { law, size: 64, runs: 60, steps: 2500, seed: 3 }
}

fn settings() -> LibrarySettings {
    LibrarySettings { functionals: 40, ..LibrarySettings::default() }
}

#[test]
fn waves_give_back_their_equations() {
    let learned = LibraryLearning::new(StillSource::Simulated(recipe()), settings()).unwrap().finish().unwrap();
    let test = learned.held_out.unwrap();
    assert!(test.is_stationary(), "{test:?}");
    let found = FoundConstants::of(&learned.rule).unwrap();
    let truth = recipe().law;
    // 120 stills of 64²: three to five percent; the scenes have four times the pixels and twice the stills.
    for (value, wanted) in [(found.f, truth.f), (found.k, truth.k), (found.du, truth.du), (found.dv, truth.dv)] {
        assert!((value / wanted - 1.0).abs() < 0.1, "{value} for {wanted}: {found:?}");
    }
}

#[test]
fn stills_with_v_of_another_still_are_rejected() {
    let recipe = recipe();
    let runs = recipe.simulate(0..recipe.runs);
    let mut stills: Vec<Still> = Vec::new();
    for (k, run) in runs.iter().enumerate() {
        let other = &runs[(k + 1) % runs.len()];
        for (still, stranger) in run.iter().zip(other) {
            let mut still = still.clone();
            still.plane_mut(1).copy_from_slice(stranger.plane(1));
            stills.push(still);
        }
    }
    let origins = (0..stills.len()).map(|k| k / GrayScottRun::STILLS).collect();
    let learned = LibraryLearning::new(StillSource::Given(stills, origins), settings()).unwrap().finish().unwrap();
    let test = learned.held_out.unwrap();
    assert!(!test.is_stationary(), "{test:?}");
}

#[test]
fn a_library_without_the_reaction_is_rejected() {
    let settings = LibrarySettings { library: Library::WithoutReaction, ..settings() };
    let learned = LibraryLearning::new(StillSource::Simulated(recipe()), settings).unwrap().finish().unwrap();
    assert!(!learned.held_out.unwrap().is_stationary(), "{:?}", learned.held_out);
    assert_eq!(learned.rule.v.of(Term::UVv), 0.0);
}

#[test]
fn too_few_and_dead_stills_are_refused() {
    let few = GrayScottRun { runs: 3, steps: 100, ..recipe() };
    let refusal = LibraryLearning::new(StillSource::Simulated(few), settings()).unwrap().finish().unwrap_err();
    assert!(refusal.to_string().contains("too few"), "{refusal}");
    let law = GrayScott { f: 0.09, k: 0.07, ..GrayScott::default() };
    let dead = GrayScottRun { law, runs: 2, steps: 2000, ..recipe() };
    let refusal = LibraryLearning::new(StillSource::Simulated(dead), settings()).unwrap().finish().unwrap_err();
    assert!(refusal.to_string().contains("died"), "{refusal}");
    assert!(LibraryLearning::new(StillSource::Given(Vec::new(), Vec::new()), settings()).is_err());
}

#[test]
fn the_stills_that_learning_needs_include_those_held_out() {
    let stills = |count: usize| -> Vec<Still> {
        let value = |still: usize, k: usize| ((k * (still + 3) * 7 + still * 11) % 61) as f32 / 61.0;
        let still = |n| Still { width: 16, height: 16, channels: 2, data: (0..512).map(|k| value(n, k)).collect() };
        (0..count).map(still).collect()
    };
    let learned = |count, runs| LibraryLearning::new(StillSource::Given(stills(count), runs), settings())?.finish();
    let refusal = |count, runs| learned(count, runs).unwrap_err().to_string();
    assert!(refusal(6, (0..6).collect()).contains("6 stills are too few; learning needs at least 18 with"));
    assert!(refusal(12, (0..12).collect()).contains("12 stills are too few; learning needs at least 18 with"));
    assert!(learned(18, (0..18).collect()).is_ok());
    assert!(refusal(6, vec![0; 6]).contains("at least 12"), "a single run is not divided");
}

#[test]
fn a_step_that_is_broken_off_leaves_the_learning_as_it_was() {
    let whole = LibraryLearning::new(StillSource::Simulated(recipe()), settings()).unwrap().finish().unwrap();
    let mut learning = LibraryLearning::new(StillSource::Simulated(recipe()), settings()).unwrap();
    let mut is_learning = true;
    while is_learning {
        // At once, and within the step.
        for after in [0, 1, 2] {
            let polls = AtomicUsize::new(0);
            let stop = || polls.fetch_add(1, Ordering::Relaxed) >= after;
            let stopped = learning.step(&stop).expect_err("each step polls a few times");
            assert!(matches!(stopped, FieldError::Stopped | FieldError::Weak(WeakError::Stopped)), "{stopped}");
            assert!(learning.law().is_none());
        }
        is_learning = learning.step(&|| false).unwrap().is_some();
    }
    assert_eq!(learning.law(), Some(&whole));
}
