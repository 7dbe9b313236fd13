//! The fused network against its f64 reference, and its gradient against differences of the reference.

use rand::RngExt;

use super::*;
use crate::nn::dispatch::Isa;

const WIDTH: usize = 32;
const HEIGHT: usize = 16;

fn net() -> TokenNet {
    let mut net = TokenNet::random(7);
    let mut rng = StdRng::seed_from_u64(8);
    // Biases and responses to the noise start at zero: here none may be forgotten.
    net.weights.iter_mut().filter(|w| **w == 0.0).for_each(|w| *w = rng.random_range(-0.2..0.2));
    net
}

fn image(seed: u64) -> Vec<f32> {
    let mut rng = StdRng::seed_from_u64(seed);
    (0..WIDTH * HEIGHT * COLOURS).map(|_| rng.random_range(-0.6..1.2)).collect()
}

fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|v| f64::from(*v)).collect()
}

fn apart(a: &[f32], b: &[f64]) -> f64 {
    let scale = b.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    a.iter().zip(b).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max) / scale
}

/// Sums of up to 432 products in f32.
const TOLERANCE: f64 = 2e-5;

#[test]
fn the_fused_network_equals_its_reference() {
    let net = net();
    let weights = reference::weights_of(&net);
    for sigma in [0.15f32, 0.5] {
        let [denoised, motions @ ..] = reference::evaluate(&weights, &wide(&image(1)), WIDTH, HEIGHT, f64::from(sigma));
        for (isa, parallel) in Isa::available().into_iter().flat_map(|isa| [(isa, false), (isa, true)]) {
            let mut workspace = Workspace::new(WIDTH, HEIGHT, parallel);
            workspace.isa = isa;
            workspace.evaluate(&net, &image(2), 0.4);
            workspace.evaluate(&net, &image(1), sigma);
            assert!(apart(&workspace.outputs.denoised, &denoised) < TOLERANCE);
            let farthest = |workspace: &Workspace| {
                (workspace.outputs.motions.iter().zip(&motions)).map(|(a, b)| apart(a, b)).fold(0.0, f64::max)
            };
            assert!(farthest(&workspace) < TOLERANCE);
            workspace.evaluate(&net, &image(1), sigma * 1.01);
            assert!(farthest(&workspace) > TOLERANCE, "another noise level must show");
        }
    }
}

#[test]
fn the_gradient_equals_differences_of_the_reference() {
    let net = net();
    let sigma = 0.3f32;
    let (d_denoised, d_motions) = (image(3), [image(4), image(5), image(6)]);
    let mut workspace = Workspace::new(WIDTH, HEIGHT, false);
    workspace.evaluate(&net, &image(1), sigma);
    let mut gradient = vec![0.0; WEIGHTS];
    workspace.add_gradient(&net.transposed(), sigma, &d_denoised, &d_motions, &mut gradient);
    let weights = reference::weights_of(&net);
    let loss = |weights: &[f64]| {
        let [denoised, motions @ ..] = reference::evaluate(weights, &wide(&image(1)), WIDTH, HEIGHT, f64::from(sigma));
        let sum = |a: &[f64], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * f64::from(*b)).sum::<f64>();
        sum(&denoised, &d_denoised) + motions.iter().zip(&d_motions).map(|(a, b)| sum(a, b)).sum::<f64>()
    };
    // A direction through all weights of each layer, and through the responses to the noise.
    let mut bounds: Vec<usize> = (0..=LAYERS).map(start).collect();
    bounds.extend([SIGMA_QUARTER, WEIGHTS]);
    let mut rng = StdRng::seed_from_u64(9);
    for pair in bounds.windows(2) {
        let direction: Vec<f64> = (0..WEIGHTS)
            .map(|k| if (pair[0]..pair[1]).contains(&k) { rng.random_range(-1.0..1.0) } else { 0.0 })
            .collect();
        let h = 1e-5;
        let moved = |sign: f64| weights.iter().zip(&direction).map(|(w, d)| w + sign * h * d).collect::<Vec<_>>();
        let difference = (loss(&moved(1.0)) - loss(&moved(-1.0))) / (2.0 * h);
        let slope: f64 = gradient.iter().zip(&direction).map(|(g, d)| f64::from(*g) * d).sum();
        assert!((slope / difference - 1.0).abs() < 2e-4, "weights {pair:?}: {slope} {difference}");
    }
}

#[test]
fn the_cost_is_as_documented() {
    assert_eq!(MULTIPLY_ADDS, 7992);
}

#[test]
fn a_forward_only_network_moves_as_before_and_in_no_other_way() {
    let net = net();
    let (heads, ahead) = (start(HEADS), HALF * OUTPUTS_AHEAD);
    let mut stored = net.weights[..heads + ahead].to_vec();
    let biases = heads + HALF * HEAD_OUTPUTS;
    stored.extend(&net.weights[biases..biases + OUTPUTS_AHEAD]);
    stored.extend(&net.weights[SIGMA_HALF..]);
    let outputs = |net: &TokenNet| {
        let mut workspace = Workspace::new(WIDTH, HEIGHT, false);
        workspace.evaluate(net, &image(1), 0.3);
        workspace.outputs
    };
    let (new, old) = (outputs(&net), outputs(&TokenNet::of_weights(stored.clone()).unwrap()));
    assert_eq!((old.denoised, &old.motions[0]), (new.denoised, &new.motions[0]));
    assert!(old.motions[1..].iter().flatten().all(|v| *v == 0.0));
    let mut emptied = net.clone();
    [TokenMotion::Slide, TokenMotion::Turn].into_iter().for_each(|motion| emptied.empty_head(motion));
    assert_eq!(TokenNet::of_weights(stored.clone()), Some(emptied.clone()));
    assert_eq!(TokenMotion::ALL.map(|motion| emptied.moves(motion)), [true, false, false]);
    assert!(new.motions[1..].iter().all(|motion| motion.iter().any(|v| *v != 0.0)));
    stored.pop();
    assert_eq!(TokenNet::of_weights(stored), None);
}
