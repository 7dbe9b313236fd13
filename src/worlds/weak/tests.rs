use nalgebra::{DMatrix, DVector};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::*;

fn random(rows: usize, cols: usize, rng: &mut StdRng) -> DMatrix<f64> {
    DMatrix::from_fn(rows, cols, |_, _| rng.random_range(-1.0..1.0))
}

/// Samples whose contributions vanish on average for one hidden velocity alone.
struct Hidden {
    contributions: Vec<DMatrix<f64>>,
    moments: DMatrix<f64>,
    mass: DMatrix<f64>,
}

impl Hidden {
    fn new(samples: usize, hidden: &DVector<f64>, seed: u64) -> Self {
        Self::of_laws(samples, std::slice::from_ref(hidden), seed)
    }

    /// Several hidden velocities, orthogonal to each other.
    fn of_laws(samples: usize, laws: &[DVector<f64>], seed: u64) -> Self {
        let (tests, terms) = (12, laws[0].len());
        let mut rng = StdRng::seed_from_u64(seed);
        // Its rows are orthogonal to the hidden velocities.
        let mean = laws.iter().fold(random(tests, terms, &mut rng), |mean, hidden| {
            &mean - (&mean * hidden) * hidden.transpose() / hidden.norm_squared()
        });
        let contributions: Vec<_> = (0..samples).map(|_| &mean + random(tests, terms, &mut rng) * 3.0).collect();
        let moments = contributions.iter().sum::<DMatrix<f64>>() / samples as f64;
        Self { contributions, moments, mass: DMatrix::identity(terms, terms) }
    }
}

impl WeakProblem for Hidden {
    fn samples(&self) -> usize {
        self.contributions.len()
    }
    fn moments(&self) -> &DMatrix<f64> {
        &self.moments
    }
    fn mass(&self) -> &DMatrix<f64> {
        &self.mass
    }
    fn covariance(&self, coefficients: &DVector<f64>, stop: &dyn Fn() -> bool) -> Result<DMatrix<f64>, WeakError> {
        second_moment(self.samples(), self.moments.nrows(), stop, |from, to| {
            DMatrix::from_fn(to - from, self.moments.nrows(), |n, k| {
                (self.contributions[from + n].row(k) * coefficients)[0]
            })
        })
    }
}

#[test]
fn eigenpairs_satisfy_the_generalised_equation() {
    let mut rng = StdRng::seed_from_u64(1);
    let (a, b) = (random(9, 6, &mut rng), random(9, 6, &mut rng));
    let (h, m) = (a.tr_mul(&a), b.tr_mul(&b));
    let (values, vectors) = generalised_symmetric(&h, &m).unwrap();
    assert!(values.is_sorted());
    for (k, value) in values.iter().enumerate() {
        let c = vectors.column(k);
        assert!((&h * c - &m * c * *value).norm() < 1e-9 * h.norm());
        assert!((c.dot(&(&m * c)) - 1.0).abs() < 1e-9);
    }
}

#[test]
fn the_hidden_velocity_is_found_with_a_gap() {
    let hidden = DVector::from_vec(vec![0.5, -1.0, 0.25, 2.0, 0.0]);
    let problem = Hidden::new(4000, &hidden, 2);
    let solution = solve(&problem, WeakSettings::default(), &|| false).unwrap();
    let cosine = solution.coefficients.dot(&hidden).abs() / (solution.coefficients.norm() * hidden.norm());
    assert!(cosine > 0.999, "{cosine}");
    assert!(solution.gap() > 20.0 && solution.weighted[0] < 3.0, "{:?}", solution.weighted);
}

#[test]
fn without_a_stationary_velocity_there_is_no_gap() {
    let mut problem = Hidden::new(4000, &DVector::from_element(5, 1.0), 3);
    problem.moments = random(12, 5, &mut StdRng::seed_from_u64(4));
    let solution = solve(&problem, WeakSettings::default(), &|| false).unwrap();
    assert!(solution.gap() < 10.0 && solution.weighted[0] > 10.0, "{:?}", solution.weighted);
}

#[test]
fn a_second_stationary_velocity_is_the_runner_up() {
    let laws = [vec![0.5, -1.0, 0.25, 2.0, 0.0], vec![2.0, 1.0, 0.0, 0.0, 3.0]].map(DVector::from_vec);
    for seed in 1..=3 {
        let ratio = |laws: &[DVector<f64>]| {
            let problem = Hidden::of_laws(4000, laws, seed);
            let first = solve(&problem, WeakSettings::default(), &|| false).unwrap();
            runner_up(&problem, WeakSettings::default(), &first, &|| false).unwrap()
        };
        let (alone, accompanied) = (ratio(&laws[..1]), ratio(&laws));
        assert!(alone > 20.0 && accompanied < 10.0, "{alone} {accompanied}");
    }
}

#[test]
fn a_degenerate_or_oversized_dictionary_is_refused() {
    let mut problem = Hidden::new(50, &DVector::from_element(5, 1.0), 5);
    problem.mass[(0, 0)] = 0.0;
    assert_eq!(solve(&problem, WeakSettings::default(), &|| false), Err(WeakError::Degenerate));
    problem.contributions.truncate(4);
    let refusal = WeakError::Underdetermined { terms: 5, samples: 4 };
    assert_eq!(solve(&problem, WeakSettings::default(), &|| false), Err(refusal));
    problem.moments[(0, 0)] = f64::NAN;
    let refused = generalised_symmetric(&problem.moments, &problem.mass);
    assert!(matches!(refused, Err(WeakError::Shape { .. })));
}

#[test]
fn a_solution_stops_at_the_poll_that_finds_the_signal() {
    let problem = Hidden::new(3000, &DVector::from_element(5, 1.0), 6);
    // With a signal that is set after so many polls.
    let polled = |after: usize| {
        let polls = std::cell::Cell::new(0);
        let stop = || polls.replace(polls.get() + 1) >= after;
        (solve(&problem, WeakSettings::default(), &stop), polls.get())
    };
    // Before the first factorisation, and in each round before and after three blocks and before its factorisation; more
    // where one of them takes long.
    let fewest = 1 + 2 * 6;
    let (whole, polls) = polled(usize::MAX);
    assert!(whole.is_ok() && polls >= fewest, "{polls}");
    for after in 0..fewest {
        assert_eq!(polled(after), (Err(WeakError::Stopped), after + 1));
    }
}

#[test]
fn a_stop_does_not_wait_for_work_without_polls() {
    let (go, may_go) = crossbeam_channel::bounded::<()>(0);
    let (over, is_over) = crossbeam_channel::bounded(1);
    let stopped = unless_stopped(&|| true, move || {
        let _ = may_go.recv();
        let _ = over.send(());
    });
    assert_eq!(stopped, Err(WeakError::Stopped));
    assert!(is_over.is_empty(), "the work still waits");
    drop(go);
    is_over.recv().unwrap();
    assert_eq!(unless_stopped(&|| false, || 7), Ok(7));
}

#[test]
fn a_panic_of_work_without_polls_reaches_the_caller() {
    let panic = catch_unwind(|| unless_stopped(&|| false, || panic!("planted"))).unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"planted"));
}
