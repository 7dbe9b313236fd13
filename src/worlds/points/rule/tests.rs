use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::*;

fn energy(dim: usize, seed: u64) -> PointEnergy {
    PointEnergy { net: Mlp::random(&[dim + 1, 16, 16, 1], 1.0, &mut StdRng::seed_from_u64(seed)) }
}

fn position(rng: &mut StdRng, dim: usize) -> [f64; 3] {
    std::array::from_fn(|i| if i < dim { rng.random_range(-1.5..1.5) } else { 0.0 })
}

fn potentials(dim: usize) -> [Potential; 3] {
    let outputs = if dim == 2 { 1 } else { 3 };
    [
        Potential::Constant([0.3, -0.5, 1.0]),
        Potential::Twist { seed: 3, scale: 1.0 },
        Potential::Smoothest(Mlp::random(&[dim, 8, 8, outputs], 1.0, &mut StdRng::seed_from_u64(9))),
    ]
}

/// Root mean squares of the residual and of |V| |s|, over random positions.
fn residual(dim: usize, velocity: impl Fn([f64; 3], &EnergyJet) -> VelocityJet) -> (f64, f64) {
    let (energy, mut rng) = (energy(dim, 1), StdRng::seed_from_u64(2));
    let (mut residual, mut size) = (0.0, 0.0);
    let square = |v: [f64; 3]| v.iter().map(|v| v * v).sum::<f64>();
    for _ in 0..50 {
        let x = position(&mut rng, dim);
        let jet = energy.jet(x, 0.2, dim);
        let v = velocity(x, &jet);
        residual += v.residual(jet.score).powi(2);
        size += square(v.velocity) * square(jet.score);
    }
    (residual.sqrt(), size.sqrt())
}

#[test]
fn derivatives_agree_with_finite_differences() {
    const H: f64 = 1e-5;
    let mut rng = StdRng::seed_from_u64(4);
    for dim in [2, 3] {
        let energy = energy(dim, 5);
        let mut flows: Vec<PointFlow> =
            potentials(dim).map(|potential| PointFlow::Exact(vec![ExactPart { gain: 0.7, potential }])).to_vec();
        flows.push(PointFlow::Free { net: Mlp::random(&[dim, 8, dim], 1.0, &mut rng), gain: 1.3 });
        for dictionary in [Dictionary::Monomials { degree: 3 }, Dictionary::Fourier { waves: 4, scale: 1.0, seed: 1 }] {
            let terms = dictionary.terms(dim).len();
            let row = |rng: &mut StdRng| (0..terms).map(|_| rng.random_range(-1.0..1.0)).collect();
            let coefficients = (0..dim).map(|_| row(&mut rng)).collect();
            flows.push(PointFlow::Dictionary(DictionaryFlow { dictionary, coefficients }));
        }
        let x = position(&mut rng, dim);
        let at = |flow: &FlowReference, x: [f64; 3]| {
            let jet = energy.jet(x, 0.3, dim);
            (jet, flow.jet(x, &jet))
        };
        for flow in &flows {
            assert!(flow.fits(dim));
            let flow = FlowReference::new(flow, dim);
            let (e, v) = at(&flow, x);
            assert!((e.value - energy.value(x, 0.3, dim)).abs() < 1e-12);
            for j in 0..dim {
                let moved = |h: f64| at(&flow, std::array::from_fn(|i| if i == j { x[i] + h } else { x[i] }));
                let ((e1, v1), (e0, v0)) = (moved(H), moved(-H));
                assert!(((e1.value - e0.value) / (2.0 * H) + e.score[j]).abs() < 1e-6);
                for i in 0..dim {
                    assert!(((e1.score[i] - e0.score[i]) / (2.0 * H) - e.score_jacobian[i][j]).abs() < 1e-6);
                    assert!(((v1.velocity[i] - v0.velocity[i]) / (2.0 * H) - v.jacobian[i][j]).abs() < 1e-6);
                }
            }
        }
    }
}

#[test]
fn exact_flows_satisfy_the_equation_for_any_weights() {
    for dim in [2, 3] {
        for potential in potentials(dim) {
            let (rest, size) = residual(dim, |x, e| exact_velocity(&potential.jet(x, dim), e, true));
            assert!(rest < 1e-12 * size, "{potential:?}: {rest} of {size}");
        }
    }
}

#[test]
fn a_potential_without_its_curl_breaks_the_equation() {
    for dim in [2, 3] {
        for potential in &potentials(dim)[1..] {
            let (rest, size) = residual(dim, |x, e| exact_velocity(&potential.jet(x, dim), e, false));
            assert!(rest > 0.05 * size, "{potential:?}: {rest} of {size}");
        }
    }
}

#[test]
fn score_alone_and_random_networks_break_the_equation() {
    for dim in [2, 3] {
        let (rest, size) = residual(dim, |_, e| VelocityJet { velocity: e.score, jacobian: e.score_jacobian });
        assert!(rest > 0.2 * size);
        let net = Mlp::random(&[dim, 16, 16, dim], 1.0, &mut StdRng::seed_from_u64(11));
        let flow = PointFlow::Free { net, gain: 1.0 };
        let flow = FlowReference::new(&flow, dim);
        let (rest, size) = residual(dim, |x, e| flow.jet(x, e));
        assert!(rest > 0.2 * size);
    }
}

#[test]
fn blends_of_exact_flows_are_exact_and_of_others_refused() {
    let [a, b, c] = potentials(3).map(|potential| PointFlow::Exact(vec![ExactPart { gain: 1.0, potential }]));
    let blend = PointFlow::blend([(0.2, &a), (-0.7, &b), (1.5, &c)]).unwrap();
    let flow = FlowReference::new(&blend, 3);
    let (rest, size) = residual(3, |x, e| flow.jet(x, e));
    assert!(rest < 1e-12 * size);
    let free = PointFlow::Free { net: Mlp::random(&[3, 4, 3], 1.0, &mut StdRng::seed_from_u64(1)), gain: 1.0 };
    assert_eq!(PointFlow::blend([(0.5, &a), (0.5, &free)]), None);
}

#[test]
fn noise_is_standard_normal_and_repeats() {
    let count = 30_000;
    let values: Vec<f64> = (0..count).flat_map(|k| shared_noise(k, 7, 1 << 40).map(f64::from)).collect();
    let moment = |power: i32| values.iter().map(|v| v.powi(power)).sum::<f64>() / values.len() as f64;
    assert!(moment(1).abs() < 0.02 && (moment(2) - 1.0).abs() < 0.02 && (moment(4) - 3.0).abs() < 0.15);
    assert_eq!(shared_noise(3, 4, 5), shared_noise(3, 4, 5));
    assert_ne!(shared_noise(3, 4, 5), shared_noise(3, 5, 5));
    assert_ne!(shared_noise(3, 4, 5), shared_noise(3, 4, 5 + (1 << 32)));
}
