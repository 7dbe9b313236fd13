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
        let (tests, terms) = (12, hidden.len());
        let mut rng = StdRng::seed_from_u64(seed);
        let mean = random(tests, terms, &mut rng);
        // Its rows are orthogonal to the hidden velocity.
        let mean = &mean - (&mean * hidden) * hidden.transpose() / hidden.norm_squared();
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
    let (values, vectors) = generalised_symmetric(&h, &m, &|| false).unwrap();
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
fn a_degenerate_or_oversized_dictionary_is_refused() {
    let mut problem = Hidden::new(50, &DVector::from_element(5, 1.0), 5);
    problem.mass[(0, 0)] = 0.0;
    assert_eq!(solve(&problem, WeakSettings::default(), &|| false), Err(WeakError::Degenerate));
    problem.contributions.truncate(4);
    let refusal = WeakError::Underdetermined { terms: 5, samples: 4 };
    assert_eq!(solve(&problem, WeakSettings::default(), &|| false), Err(refusal));
    problem.moments[(0, 0)] = f64::NAN;
    let refused = generalised_symmetric(&problem.moments, &problem.mass, &|| false);
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
    let (whole, polls) = polled(usize::MAX);
    // Each of two rounds has a poll for each block and one for its product.
    assert!(whole.is_ok() && polls >= 2 * 2 * 3000_usize.div_ceil(BLOCK), "{polls}");
    for after in 0..polls {
        assert_eq!(polled(after), (Err(WeakError::Stopped), after + 1));
    }
}

/// A matrix of several tiles, positive definite.
fn covariance(size: usize, rng: &mut StdRng) -> DMatrix<f64> {
    let rows = random(2 * size, size, rng);
    second_moment(rows.nrows(), size, &|| false, |from, to| rows.rows_range(from..to).into_owned()).unwrap()
}

#[test]
fn second_moments_and_factors_are_right_beyond_one_tile() {
    let mut rng = StdRng::seed_from_u64(7);
    for (size, terms) in [(1, 1), (TILE - 1, 3), (2 * TILE, TILE), (2 * TILE + 5, TILE + 7)] {
        let (rows, right) = (random(300, size, &mut rng), random(size, terms, &mut rng));
        let moment = second_moment(300, size, &|| false, |from, to| rows.rows_range(from..to).into_owned()).unwrap();
        assert!((&moment - rows.tr_mul(&rows) / 300.0).norm() < 1e-12 * size as f64);
        let c = covariance(size, &mut rng);
        let [lower, whitened] = whitened(&c, &right, &|| false).unwrap();
        let lower = lower.lower_triangle();
        assert!((&lower * lower.transpose() - &c).norm() < 1e-12 * size as f64, "{size}");
        assert!((&lower * whitened - &right).norm() < 1e-10 * size as f64, "{size}");
    }
    let mut indefinite = covariance(TILE + 3, &mut rng);
    indefinite[(TILE + 1, TILE + 1)] = -1.0;
    let right = DMatrix::zeros(TILE + 3, 1);
    assert_eq!(whitened(&indefinite, &right, &|| false), Err(WeakError::Degenerate));
}

#[test]
fn eigenpairs_agree_with_those_of_nalgebra() {
    let mut rng = StdRng::seed_from_u64(8);
    let size = TILE + 6;
    // Some eigenvalues of the second are equal, and those of the third are 0.
    let doubled = DMatrix::from_diagonal(&DVector::from_fn(size, |k, _| (k / 2) as f64));
    for h in [covariance(size, &mut rng), doubled, DMatrix::zeros(size, size)] {
        let (values, vectors) = generalised_symmetric(&h, &DMatrix::identity(size, size), &|| false).unwrap();
        let mut expected: Vec<f64> = nalgebra::SymmetricEigen::new(h.clone()).eigenvalues.iter().copied().collect();
        expected.sort_by(f64::total_cmp);
        let error = values.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(error <= 1e-12 * (1.0 + h.norm()), "{error}");
        let diagonal = DMatrix::from_diagonal(&DVector::from_vec(values));
        assert!((&h * &vectors - &vectors * diagonal).norm() <= 1e-11 * (1.0 + h.norm()));
        assert!((vectors.tr_mul(&vectors) - DMatrix::identity(size, size)).norm() < 1e-11);
    }
}

#[test]
fn parts_of_a_solution_poll_as_often_as_their_sizes_say() {
    let mut rng = StdRng::seed_from_u64(9);
    let (tests, terms) = (2 * TILE + 1, TILE + 1);
    let (c, right, h) = (covariance(tests, &mut rng), random(tests, terms, &mut rng), covariance(terms, &mut rng));
    type Part<'a> = &'a dyn Fn(&dyn Fn() -> bool) -> Option<WeakError>;
    let parts: [(Part, usize); 2] = [
        // 300 samples are three blocks; 129 tests have three columns of tiles.
        (&|stop| second_moment(300, tests, stop, |from, to| DMatrix::zeros(to - from, tests)).err(), 3 * (1 + 3)),
        // Below three diagonal tiles are 130, 66 and 65 rows, of the covariance and of 65 terms.
        (&|stop| whitened(&c, &right, stop).err(), 3 + (3 + 2 + 2)),
    ];
    let polled = |part: Part, after: usize| {
        let polls = std::cell::Cell::new(0);
        let stop = || polls.replace(polls.get() + 1) >= after;
        (part(&stop), polls.get())
    };
    for (part, polls) in parts {
        assert_eq!(polled(part, usize::MAX), (None, polls));
        for after in 0..polls {
            assert_eq!(polled(part, after), (Some(WeakError::Stopped), after + 1));
        }
    }
    // Two factorisations, two polls for each reflection, sweeps as they are needed, and the last two products.
    let eigen = |stop: &dyn Fn() -> bool| generalised_symmetric(&h, &DMatrix::identity(terms, terms), stop).err();
    let (whole, polls) = polled(&eigen, usize::MAX);
    let least = 2 * (2 + 2 + 2) + 2 * (terms - 1) + 2;
    assert!(whole.is_none() && (least..least + 4 * terms).contains(&polls), "{polls}");
    for after in [0, 4, 5, 20, polls / 2, polls - 3, polls - 1] {
        assert_eq!(polled(&eigen, after), (Some(WeakError::Stopped), after + 1));
    }
}
