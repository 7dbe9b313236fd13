//! The live step in WGSL against the processor, its shaders and its layouts.

use std::mem::offset_of;

use super::*;
use crate::gpu::Reflection;
use crate::gpu::testing::gpu;
use crate::worlds::field::engine::FieldBrush;
use crate::worlds::field::tokens::gpu_skew::turn_text;
use crate::worlds::field::tokens::skew::ORDERS;
use crate::worlds::field::tokens::{Token, TokenEngine, TokenEnsemble, TokenPose};

#[test]
fn every_token_shader_is_valid_and_validation_can_fail() {
    for precision in [TokenPrecision::Single, TokenPrecision::Half] {
        for (plan, role) in TokenNet::plan().iter().zip(ROLES) {
            let text = layer_text(precision, plan, role, &[RANDOM, LAYER, PLACEMENT]);
            Reflection::new("layer", &text).unwrap();
            let is_half = precision == TokenPrecision::Half;
            assert_eq!(Reflection::new("layer", text.trim_start_matches("enable f16;")).is_err(), is_half);
        }
        Reflection::new("advance", &advance_text(precision)).unwrap();
    }
    Reflection::new("tick", TICK).unwrap();
    for order in 1..=ORDERS {
        Reflection::new("turn", &turn_text(order)).unwrap();
    }
    let text = advance_text(TokenPrecision::Single);
    assert!(Reflection::new("advance", &text.replace("normals[c]", "normals[c].x")).is_err());
}

#[test]
fn the_field_uniform_has_the_layout_of_the_shader() {
    let layout = Reflection::new("advance", &advance_text(TokenPrecision::Single)).unwrap().struct_layout("Field");
    macro_rules! offsets {
        ($($field:ident),*) => {
            vec![$((stringify!($field).to_owned(), offset_of!(FieldUniform, $field) as u32)),*]
        };
    }
    let members = offsets!(size, seed, scaling, range, skew, motion);
    assert_eq!(layout, Some((size_of::<FieldUniform>() as u32, members)));
}

#[test]
fn five_gpu_steps_equal_the_processor() {
    let Some(gpu) = gpu() else { return };
    let ensemble = TokenEnsemble::new(&[Token::bundled("firefly").unwrap()], 13.0);
    let mut net = TokenNet::random(4);
    // Biases and responses to the noise start at zero: here none may be forgotten.
    net.weights.iter_mut().enumerate().filter(|(_, w)| **w == 0.0).for_each(|(k, w)| *w = (k % 7) as f32 * 0.02 - 0.06);
    let rule = TokenRule::untaught(net);
    let live = TokenLive { swim_px: 0.2, ..TokenLive::default() };
    let pose = TokenPose { x: 20.0, y: 9.0, heading: 0.6, kind: 0 };
    for [width, height] in [[48, 32], [32, 32]] {
        let image = ensemble.render(&[pose], [width, height], &[]).image;
        let channel = |c: usize| image.iter().skip(c).step_by(3).copied();
        let data = channel(0).chain(channel(1)).chain(channel(2)).collect();
        let start = Still { width, height, channels: 3, data };
        let mut cpu = TokenEngine::new(&rule, &ensemble, &live, &start, 9);
        let mut on_gpu = GpuTokens::new(gpu.borrowed(), &rule, &ensemble, &live, &start, 9).unwrap();
        let skew = SkewFlow { strength: 2.0, radius: 3, seed: 4 };
        cpu.set_skew(&skew);
        on_gpu.set_skew(&skew);
        cpu.run(5);
        on_gpu.run(5);
        let apart = |a: &Still, b: &Still| a.data.iter().zip(&b.data).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        // Sums of up to 432 products and the driver's exp, log and sin, over five steps.
        let tolerance = 2e-4;
        let image = on_gpu.image().unwrap();
        assert!(apart(&image, &cpu.image()) < tolerance, "{}", apart(&image, &cpu.image()));
        assert_eq!(on_gpu.counters().unwrap().non_finite, 0);
        let stroke = FieldStroke { brush: FieldBrush::Add, at: [20.0, 20.0], radius_px: 6.0, motion_px: [1.0, 0.0] };
        cpu.apply(&stroke);
        on_gpu.apply(&stroke).unwrap();
        let (noisy, stamped) = (on_gpu.noisy().unwrap(), on_gpu.image().unwrap());
        assert!(apart(&noisy, &cpu.noisy()) < tolerance && apart(&stamped, &cpu.image()) < tolerance);
        assert!(apart(&stamped, &image) > 0.3, "a token was placed");
        let mut other = TokenEngine::new(&rule, &ensemble, &TokenLive { swim_px: 0.21, ..live }, &start, 9);
        other.set_skew(&skew);
        other.run(5);
        assert!(apart(&image, &other.image()) > tolerance, "another speed must show");
        other = TokenEngine::new(&rule, &ensemble, &live, &start, 9);
        other.set_skew(&SkewFlow { strength: 1.9, ..skew });
        other.run(5);
        assert!(apart(&image, &other.image()) > tolerance, "another strength must show");
    }
}

#[test]
fn half_precision_stays_near_single_precision() {
    let Some(gpu) = gpu() else { return };
    let ensemble = TokenEnsemble::new(&[Token::bundled("firefly").unwrap()], 13.0);
    let rule = TokenRule::untaught(TokenNet::random(4));
    let pose = TokenPose { x: 20.0, y: 9.0, heading: 0.6, kind: 0 };
    let start = super::planar(&ensemble.render(&[pose], [48, 32], &[]).image, [48, 32]);
    let lived = |half_precision: bool| {
        let live = TokenLive { half_precision, swim_px: 0.2, ..TokenLive::default() };
        let mut engine = GpuTokens::new(gpu.borrowed(), &rule, &ensemble, &live, &start, 9).unwrap();
        engine.run(3);
        (engine.is_half_precision(), engine.image().unwrap(), engine.counters().unwrap())
    };
    let (single, half) = (lived(false), lived(true));
    assert!(!single.0 && half.2.non_finite == 0);
    // A device without f16 goes on in f32, which is then the same.
    assert_eq!(half.0, gpu.device.features().contains(wgpu::Features::SHADER_F16));
    let apart = single.1.data.iter().zip(&half.1.data).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    // Weights and activations of order 1 rounded to 11 bits, through nine layers and three steps.
    assert!(apart < 0.02 && (apart > 1e-6) == half.0, "{apart}");
    assert_eq!(half.2.bytes_per_pixel < single.2.bytes_per_pixel, half.0);
}

#[test]
fn weights_of_half_precision_are_rounded_and_whole_words() {
    let weights = [1.0, -0.25, 1.0009765];
    assert_eq!(TokenPrecision::Single.packed(&weights).len(), 12);
    let packed = TokenPrecision::Half.packed(&weights);
    assert_eq!(packed, [0x00, 0x3c, 0x00, 0xb4, 0x01, 0x3c, 0, 0]);
}
