//! A [`LocalNet`] as the shaders want it: padded to blocks of four units, the noise feature folded into the biases.

use crate::worlds::swarm::rule::{FEATURES, LocalNet, NetShape, Span};

/// Features that differ from edge to edge: all but the noise level.
const EDGE_FEATURES: usize = FEATURES - 1;

/// Widths rounded up to multiples of four, and where each table starts, in vec4s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NetSizes {
    pub shape: NetShape,
    /// Whether both tables may live in uniform buffers, which a software adapter reads several times faster.
    pub fits_uniform: bool,
    phi: [usize; 2],
    rho: [usize; 2],
}

impl NetSizes {
    /// `uniform_limit`: largest uniform binding of the device, bytes.
    pub fn new(shape: &NetShape, uniform_limit: u64) -> Self {
        let padded = |width: usize| width.next_multiple_of(4);
        let mut sizes =
            Self { shape: *shape, fits_uniform: true, phi: shape.phi.map(padded), rho: shape.rho.map(padded) };
        let largest = sizes.phi_length().max(sizes.rho_length()) as u64 * 16;
        sizes.fits_uniform = largest <= uniform_limit;
        sizes
    }

    /// vec4s of message per particle.
    pub fn message_quads(&self) -> usize {
        self.phi[1] / 4
    }

    fn phi_w1(&self) -> usize {
        0
    }

    fn phi_b2(&self) -> usize {
        self.phi_w1() + self.phi[0] / 4 * EDGE_FEATURES
    }

    fn phi_w2(&self) -> usize {
        self.phi_b2() + self.phi[1] / 4
    }

    fn phi_b1(&self) -> usize {
        self.phi_w2() + self.phi[0] / 4 * self.phi[1]
    }

    pub fn phi_length(&self) -> usize {
        self.phi_b1() + self.shape.species * self.shape.species * self.phi[0] / 4
    }

    fn rho_w1(&self) -> usize {
        0
    }

    fn rho_w2(&self) -> usize {
        self.rho_w1() + self.rho[0] / 4 * self.phi[1]
    }

    fn rho_b2(&self) -> usize {
        self.rho_w2() + self.rho[0] / 4 * self.rho[1]
    }

    fn rho_out_w(&self) -> usize {
        self.rho_b2() + self.rho[1] / 4
    }

    fn rho_out_b(&self) -> usize {
        // Room for three outputs, so that the text for the learned flow is valid for every shape.
        self.rho_out_w() + 3 * self.rho[1] / 4
    }

    fn rho_b1(&self) -> usize {
        self.rho_out_b() + 1
    }

    pub fn rho_length(&self) -> usize {
        self.rho_b1() + self.shape.species * self.rho[0] / 4
    }

    /// The constants that the network shaders are written against.
    pub fn constants(&self) -> Vec<(&'static str, u32)> {
        let named = [
            // Pairs are counted by the energy alone.
            ("TALLIED", usize::from(self.shape.outputs == 1)),
            ("SPECIES", self.shape.species),
            ("H1Q", self.phi[0] / 4),
            ("H2", self.phi[1]),
            ("H2Q", self.phi[1] / 4),
            ("G1Q", self.rho[0] / 4),
            ("G2", self.rho[1]),
            ("G2Q", self.rho[1] / 4),
            ("PHI_W1", self.phi_w1()),
            ("PHI_B2", self.phi_b2()),
            ("PHI_W2", self.phi_w2()),
            ("PHI_B1", self.phi_b1()),
            ("PHI_LENGTH", self.phi_length()),
            ("RHO_W1", self.rho_w1()),
            ("RHO_W2", self.rho_w2()),
            ("RHO_B2", self.rho_b2()),
            ("RHO_OUT_W", self.rho_out_w()),
            ("RHO_OUT_B", self.rho_out_b()),
            ("RHO_B1", self.rho_b1()),
            ("RHO_LENGTH", self.rho_length()),
        ];
        named.map(|(name, value)| (name, value as u32)).to_vec()
    }

    /// φ's table at noise feature `tau`.
    pub fn pack_phi(&self, net: &LocalNet, tau: f64) -> Vec<[f32; 4]> {
        let layout = net.shape.layout();
        let w = &net.weights;
        let mut table = vec![[0.0; 4]; self.phi_length()];
        for unit in 0..net.shape.phi[0] {
            for feature in 0..EDGE_FEATURES {
                table[self.phi_w1() + unit / 4 * EDGE_FEATURES + feature][unit % 4] =
                    at(layout.phi1_w, w, unit, feature);
            }
            let noise = f64::from(at(layout.phi1_w, w, unit, EDGE_FEATURES)) * tau;
            for pair in 0..net.shape.species * net.shape.species {
                table[self.phi_b1() + pair * self.phi[0] / 4 + unit / 4][unit % 4] =
                    (f64::from(at(layout.phi1_b, w, pair, unit)) + noise) as f32;
            }
        }
        for out in 0..net.shape.phi[1] {
            table[self.phi_b2() + out / 4][out % 4] = at(layout.phi2_b, w, 0, out);
            for unit in 0..net.shape.phi[0] {
                table[self.phi_w2() + unit / 4 * self.phi[1] + out][unit % 4] = at(layout.phi2_w, w, out, unit);
            }
        }
        table
    }

    /// ρ's table at noise feature `tau`.
    pub fn pack_rho(&self, net: &LocalNet, tau: f64) -> Vec<[f32; 4]> {
        let layout = net.shape.layout();
        let w = &net.weights;
        let mut table = vec![[0.0; 4]; self.rho_length()];
        for unit in 0..net.shape.rho[0] {
            for message in 0..net.shape.phi[1] {
                table[self.rho_w1() + unit / 4 * self.phi[1] + message][unit % 4] = at(layout.rho1_w, w, unit, message);
            }
            let noise = f64::from(at(layout.rho1_w, w, unit, net.shape.phi[1])) * tau;
            for species in 0..net.shape.species {
                table[self.rho_b1() + species * self.rho[0] / 4 + unit / 4][unit % 4] =
                    (f64::from(at(layout.rho1_b, w, species, unit)) + noise) as f32;
            }
        }
        for out in 0..net.shape.rho[1] {
            table[self.rho_b2() + out / 4][out % 4] = at(layout.rho2_b, w, 0, out);
            for unit in 0..net.shape.rho[0] {
                table[self.rho_w2() + unit / 4 * self.rho[1] + out][unit % 4] = at(layout.rho2_w, w, out, unit);
            }
            for output in 0..net.shape.outputs {
                table[self.rho_out_w() + output * self.rho[1] / 4 + out / 4][out % 4] =
                    at(layout.out_w, w, output, out);
            }
        }
        table[self.rho_out_b()][..net.shape.outputs].copy_from_slice(layout.out_b.of(w));
        table
    }
}

fn at(span: Span, weights: &[f32], row: usize, col: usize) -> f32 {
    weights[span.start + row * span.cols + col]
}
