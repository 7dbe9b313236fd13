//! The networks of a rule, fast: f32, sixteen particles side by side, on all cores.
//!
//! The readable reference is `rule::energy` and its neighbours in f64; the tests hold the two together. Training (`learn`)
//! and the native live engine (`engine::cpu`) both run on these kernels.

mod cloud;
mod edges;
mod layer;
mod pass;

pub use crate::nn::dispatch::Isa;
pub use crate::nn::lanes::LANES;
pub use cloud::{Cloud, LaneGroup};
pub use pass::Weights;

use crate::nn::dispatch::Kernel;
use crate::nn::lanes::Lane;
use edges::Tangent;
use pass::{Activations, flush, forward, reverse_inputs, reverse_weights};
use rayon::prelude::*;

/// Work is cut into this many parts whatever the number of cores, so that sums are taken in the same order everywhere.
const PARTS: usize = 8;

/// Whether to break off; once set it stays set, so that the caller knows the result is incomplete. Kernels poll it at each group of sixteen particles; what they leave out is 0 or as it was. With the
/// widest networks and the largest cutoff of the sliders a group takes a billion operations, some hundredths of a second.
pub type Stop<'a> = &'a (dyn Fn() -> bool + Sync);

/// Of what is not stopped.
pub const NEVER: Stop<'static> = &|| false;

/// Outputs per particle of a flow with two tangents: value, first tangent, second tangent, each (forward, lateral, turn).
pub type FlowJet = [[f32; 3]; 3];

/// Runs the kernels and owns their working memory.
pub struct FastKernels {
    isa: Isa,
    parts: Vec<KernelScratch>,
}

#[derive(Default)]
struct KernelScratch {
    tape: Activations,
    gradient: Vec<[f32; 3]>,
    weight_bar: Vec<f32>,
    /// Outputs group by group, where a kernel returns them beside a weight gradient.
    out: Vec<f32>,
}

impl Default for FastKernels {
    fn default() -> Self {
        Self::new(Isa::detect())
    }
}

impl FastKernels {
    pub fn new(isa: Isa) -> Self {
        Self { isa, parts: (0..PARTS).map(|_| KernelScratch::default()).collect() }
    }

    fn each_part<'a>(
        &mut self,
        cloud: &'a Cloud,
        stop: Stop<'a>,
        work: impl Fn(Isa, &mut KernelScratch, PolledGroups<'a>) + Sync,
    ) {
        let size = part_size(cloud);
        let isa = self.isa;
        self.parts.par_iter_mut().enumerate().for_each(|(p, part)| {
            let groups = cloud.groups.chunks(size).nth(p).unwrap_or(&[]);
            work(isa, part, PolledGroups { groups, stop });
        });
    }

    /// ∂(Σ_i o_i)/∂(x, y, θ) of every particle, for a network with one output. For the energy network this is σ ∇E.
    pub fn gradient(&mut self, net: &Weights, cloud: &Cloud, gradient: &mut [[f32; 3]], stop: Stop) {
        self.each_part(cloud, stop, |isa, part, groups| {
            part.gradient.clear();
            part.gradient.resize(cloud.len(), [0.0; 3]);
            isa.run(Gradient { net, cloud, groups, tape: &mut part.tape, gradient: &mut part.gradient, out: None });
        });
        self.sum_gradients(gradient);
    }

    /// [`FastKernels::gradient`], and the output of each particle with it: for the energy network σ E_i.
    pub fn gradient_and_outputs(
        &mut self,
        net: &Weights,
        cloud: &Cloud,
        gradient: &mut [[f32; 3]],
        outputs: &mut [f32],
    ) {
        self.each_part(cloud, NEVER, |isa, part, groups| {
            part.gradient.clear();
            part.gradient.resize(cloud.len(), [0.0; 3]);
            part.weight_bar.clear();
            let KernelScratch { tape, gradient, weight_bar, .. } = part;
            isa.run(Gradient { net, cloud, groups, tape, gradient, out: Some(weight_bar) });
        });
        self.sum_gradients(gradient);
        self.scatter(cloud, 1, outputs, |part| &part.weight_bar);
    }

    fn sum_gradients(&self, gradient: &mut [[f32; 3]]) {
        let parts = &self.parts;
        gradient.par_iter_mut().with_min_len(4096).enumerate().for_each(|(i, g)| {
            *g = [0.0; 3];
            for part in parts {
                for (g, p) in g.iter_mut().zip(part.gradient[i]) {
                    *g += p;
                }
            }
        });
    }

    /// ∂(Σ_i cotangent_i · gradient_i)/∂weights, where `gradient` is that of [`FastKernels::gradient`]: the weight gradient
    /// of the derivative of Σ o along `cotangent`.
    pub fn gradient_vjp(
        &mut self,
        net: &Weights,
        cloud: &Cloud,
        cotangent: Tangent,
        weight_bar: &mut [f32],
        stop: Stop,
    ) {
        self.each_part(cloud, stop, |isa, part, groups| {
            part.weight_bar.clear();
            part.weight_bar.resize(net.layout.total, 0.0);
            isa.run(GradientVjp { net, cloud, groups, cotangent, tape: &mut part.tape, bar: &mut part.weight_bar });
        });
        self.sum_weight_bars(weight_bar);
    }

    /// ∂(Σ_i cotangent_i · o_i)/∂weights of a network with one output, and its outputs o_i: for the energy network σ E_i.
    pub fn outputs_vjp(
        &mut self,
        net: &Weights,
        cloud: &Cloud,
        cotangent: &[f32],
        weight_bar: &mut [f32],
        outputs: &mut [f32],
        stop: Stop,
    ) {
        self.each_part(cloud, stop, |isa, part, groups| {
            part.weight_bar.clear();
            part.weight_bar.resize(net.layout.total, 0.0);
            part.out.clear();
            let KernelScratch { tape, weight_bar, out, .. } = part;
            isa.run(OutputsVjp { net, cloud, groups, cotangent, tape, bar: weight_bar, out });
        });
        self.sum_weight_bars(weight_bar);
        self.scatter(cloud, 1, outputs, |part| &part.out);
    }

    /// Outputs of every particle (`[particle][outputs]`, flattened).
    pub fn outputs(&mut self, net: &Weights, cloud: &Cloud, out: &mut [f32], stop: Stop) {
        let n = net.shape.outputs;
        self.each_part(cloud, stop, |isa, part, groups| {
            part.weight_bar.clear();
            isa.run(Outputs { net, cloud, groups, tape: &mut part.tape, out: &mut part.weight_bar });
        });
        self.scatter(cloud, n, out, |part| &part.weight_bar);
    }

    /// Values and two directional derivatives of a network with three outputs.
    pub fn flow_jets(&mut self, net: &Weights, cloud: &Cloud, along: [Tangent; 2], jets: &mut [FlowJet], stop: Stop) {
        self.each_part(cloud, stop, |isa, part, groups| {
            part.weight_bar.clear();
            isa.run(Jets { net, cloud, groups, along, tape: &mut part.tape, out: &mut part.weight_bar });
        });
        self.scatter(cloud, 9, jets.as_flattened_mut().as_flattened_mut(), |part| &part.weight_bar);
    }

    /// ∂(Σ cotangents·jets)/∂weights for the jets of [`FastKernels::flow_jets`].
    pub fn flow_jets_vjp(
        &mut self,
        net: &Weights,
        cloud: &Cloud,
        along: [Tangent; 2],
        cotangents: &[FlowJet],
        weight_bar: &mut [f32],
        stop: Stop,
    ) {
        self.each_part(cloud, stop, |isa, part, groups| {
            part.weight_bar.clear();
            part.weight_bar.resize(net.layout.total, 0.0);
            isa.run(JetsVjp { net, cloud, groups, along, cotangents, tape: &mut part.tape, bar: &mut part.weight_bar });
        });
        self.sum_weight_bars(weight_bar);
    }

    /// What the parts wrote group by group, `[group][width][lane]`, to the particles: groups hold them in no order.
    fn scatter(&self, cloud: &Cloud, width: usize, out: &mut [f32], written: impl Fn(&KernelScratch) -> &Vec<f32>) {
        for (part, groups) in self.parts.iter().zip(cloud.groups.chunks(part_size(cloud))) {
            for (g, values) in groups.iter().zip(written(part).chunks(width * LANES)) {
                for l in 0..g.used {
                    let i = g.lanes[l] as usize;
                    for o in 0..width {
                        out[i * width + o] = values[o * LANES + l];
                    }
                }
            }
        }
    }

    fn sum_weight_bars(&self, weight_bar: &mut [f32]) {
        weight_bar.fill(0.0);
        for part in &self.parts {
            for (sum, bar) in weight_bar.iter_mut().zip(&part.weight_bar) {
                *sum += bar;
            }
        }
    }
}

/// The groups of one part, up to the poll that finds the signal.
#[derive(Clone, Copy)]
struct PolledGroups<'a> {
    groups: &'a [LaneGroup],
    stop: Stop<'a>,
}

impl<'a> PolledGroups<'a> {
    #[inline(always)]
    fn iter(self) -> impl Iterator<Item = &'a LaneGroup> {
        self.groups.iter().take_while(move |_| !(self.stop)())
    }
}

/// Groups of one part.
fn part_size(cloud: &Cloud) -> usize {
    cloud.groups.len().div_ceil(PARTS).max(1)
}

/// A cotangent of one in every used lane.
#[inline(always)]
fn ones(group: &LaneGroup) -> Lane {
    std::array::from_fn(|l| f32::from(u8::from(l < group.used)))
}

struct Gradient<'a> {
    net: &'a Weights,
    cloud: &'a Cloud,
    groups: PolledGroups<'a>,
    tape: &'a mut Activations,
    gradient: &'a mut [[f32; 3]],
    /// Where the outputs go, group by group, if they are wanted.
    out: Option<&'a mut Vec<f32>>,
}

impl Kernel for Gradient<'_> {
    type Output = ();
    #[inline(always)]
    fn run<const B: usize, const FMA: bool>(mut self) {
        for group in self.groups.iter() {
            forward::<0, B, FMA>(self.net, self.cloud, group, [], self.tape);
            if let Some(out) = &mut self.out {
                out.extend_from_slice(self.tape.out[..1].as_flattened());
            }
            reverse_inputs::<B, FMA>(self.net, self.cloud, group, &[ones(group)], self.tape, self.gradient);
        }
    }
}

struct GradientVjp<'a> {
    net: &'a Weights,
    cloud: &'a Cloud,
    groups: PolledGroups<'a>,
    cotangent: Tangent<'a>,
    tape: &'a mut Activations,
    bar: &'a mut [f32],
}

impl Kernel for GradientVjp<'_> {
    type Output = ();
    #[inline(always)]
    fn run<const B: usize, const FMA: bool>(self) {
        for group in self.groups.iter() {
            forward::<1, B, FMA>(self.net, self.cloud, group, [self.cotangent], self.tape);
            let out_bar = [[0.0; LANES], ones(group)];
            reverse_weights::<1, B, FMA>(self.net, self.cloud, group, &out_bar, self.tape, self.bar);
        }
        flush::<1, B, FMA>(self.net, self.tape, self.bar);
    }
}

struct OutputsVjp<'a> {
    net: &'a Weights,
    cloud: &'a Cloud,
    groups: PolledGroups<'a>,
    cotangent: &'a [f32],
    tape: &'a mut Activations,
    bar: &'a mut [f32],
    out: &'a mut Vec<f32>,
}

impl Kernel for OutputsVjp<'_> {
    type Output = ();
    #[inline(always)]
    fn run<const B: usize, const FMA: bool>(self) {
        for group in self.groups.iter() {
            forward::<0, B, FMA>(self.net, self.cloud, group, [], self.tape);
            self.out.extend_from_slice(self.tape.out[..1].as_flattened());
            let mut bar = [0.0; LANES];
            for l in 0..group.used {
                bar[l] = self.cotangent[group.lanes[l] as usize];
            }
            reverse_weights::<0, B, FMA>(self.net, self.cloud, group, &[bar], self.tape, self.bar);
        }
        flush::<0, B, FMA>(self.net, self.tape, self.bar);
    }
}

struct Outputs<'a> {
    net: &'a Weights,
    cloud: &'a Cloud,
    groups: PolledGroups<'a>,
    tape: &'a mut Activations,
    out: &'a mut Vec<f32>,
}

impl Kernel for Outputs<'_> {
    type Output = ();
    #[inline(always)]
    fn run<const B: usize, const FMA: bool>(self) {
        for group in self.groups.iter() {
            forward::<0, B, FMA>(self.net, self.cloud, group, [], self.tape);
            self.out.extend_from_slice(self.tape.out[..self.net.shape.outputs].as_flattened());
        }
    }
}

struct Jets<'a> {
    net: &'a Weights,
    cloud: &'a Cloud,
    groups: PolledGroups<'a>,
    along: [Tangent<'a>; 2],
    tape: &'a mut Activations,
    out: &'a mut Vec<f32>,
}

impl Kernel for Jets<'_> {
    type Output = ();
    #[inline(always)]
    fn run<const B: usize, const FMA: bool>(self) {
        for group in self.groups.iter() {
            forward::<2, B, FMA>(self.net, self.cloud, group, self.along, self.tape);
            self.out.extend_from_slice(self.tape.out[..9].as_flattened());
        }
    }
}

struct JetsVjp<'a> {
    net: &'a Weights,
    cloud: &'a Cloud,
    groups: PolledGroups<'a>,
    along: [Tangent<'a>; 2],
    cotangents: &'a [FlowJet],
    tape: &'a mut Activations,
    bar: &'a mut [f32],
}

impl Kernel for JetsVjp<'_> {
    type Output = ();
    #[inline(always)]
    fn run<const B: usize, const FMA: bool>(self) {
        for group in self.groups.iter() {
            forward::<2, B, FMA>(self.net, self.cloud, group, self.along, self.tape);
            let mut out_bar = [[0.0; LANES]; 9];
            for l in 0..group.used {
                let cotangent = self.cotangents[group.lanes[l] as usize];
                for (bar, c) in out_bar.iter_mut().zip(cotangent.as_flattened()) {
                    bar[l] = *c;
                }
            }
            reverse_weights::<2, B, FMA>(self.net, self.cloud, group, &out_bar, self.tape, self.bar);
        }
        flush::<2, B, FMA>(self.net, self.tape, self.bar);
    }
}

#[cfg(test)]
mod tests;
