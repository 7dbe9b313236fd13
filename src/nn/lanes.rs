//! Arithmetic on lanes: a vector holds one number for each of [`LANES`] particles (or edges), so that every layer of a
//! small network is a run of broadcast multiply-adds without gathers or horizontal sums.
//!
//! Every function is `#[inline(always)]` so that it is compiled with the instruction set of its caller (see `dispatch`).
//! `B` is the number of outputs kept in registers, `FMA` whether fused multiply-add is an instruction here.
//!
//! The crate `fearless_simd` (1.2) needs 0.97 to 1.05 of the time of `dense` on AVX2 (minima of 300 alternating runs, bit for
//! bit the same): no reason to change; the other functions were not compared.

/// Particles side by side in one vector.
pub const LANES: usize = 16;

/// One number per lane.
pub type Lane = [f32; LANES];

pub const ZERO: Lane = [0.0; LANES];

/// A vector made lane by lane. It is built apart from its sources and stored whole: lanes written one by one through a
/// reference are not vectorised, as the compiler cannot rule out that they overlap.
macro_rules! lanes {
    ($l:ident => $value:expr) => {{
        let mut vector = [0.0f32; $crate::nn::lanes::LANES];
        let mut $l = 0;
        while $l < $crate::nn::lanes::LANES {
            vector[$l] = $value;
            $l += 1;
        }
        vector
    }};
}
pub(crate) use lanes;

#[inline(always)]
pub fn fma<const FMA: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

/// y += W x for a row-major `W [y.len(), x.len()]`.
#[inline(always)]
pub fn dense<const B: usize, const FMA: bool>(w: &[f32], x: &[Lane], y: &mut [Lane]) {
    let inputs = x.len();
    let mut o = 0;
    while o + B <= y.len() {
        dense_rows::<B, FMA>(&w[o * inputs..(o + B) * inputs], x, &mut y[o..o + B]);
        o += B;
    }
    while o < y.len() {
        dense_rows::<1, FMA>(&w[o * inputs..(o + 1) * inputs], x, &mut y[o..o + 1]);
        o += 1;
    }
}

#[inline(always)]
fn dense_rows<const R: usize, const FMA: bool>(w: &[f32], x: &[Lane], y: &mut [Lane]) {
    let inputs = x.len();
    let mut rows: [&[f32]; R] = [&[]; R];
    let mut acc = [[0.0; LANES]; R];
    for r in 0..R {
        rows[r] = &w[r * inputs..(r + 1) * inputs];
        acc[r] = y[r];
    }
    for k in 0..inputs {
        let xk = &x[k];
        for r in 0..R {
            let c = rows[r][k];
            for l in 0..LANES {
                acc[r][l] = fma::<FMA>(c, xk[l], acc[r][l]);
            }
        }
    }
    y[..R].copy_from_slice(&acc);
}

/// G += Σ_slots Σ_lanes z xᵀ, with `z [slots][rows]` and `x [slots][cols]` flattened and `G` row-major `[rows, cols]`.
///
/// `R` rows of a column are summed in registers over all slots.
#[inline(always)]
pub fn outer<const R: usize, const FMA: bool>(
    z: &[Lane],
    rows: usize,
    x: &[Lane],
    cols: usize,
    slots: usize,
    g: &mut [f32],
) {
    let (z, x) = (&z[..slots * rows], &x[..slots * cols]);
    let mut row = 0;
    while row + R <= rows {
        for col in 0..cols {
            outer_column::<R, FMA>(z, rows, x, cols, row, col, g);
        }
        row += R;
    }
    while row < rows {
        for col in 0..cols {
            outer_column::<1, FMA>(z, rows, x, cols, row, col, g);
        }
        row += 1;
    }
}

#[inline(always)]
fn outer_column<const R: usize, const FMA: bool>(
    z: &[Lane],
    rows: usize,
    x: &[Lane],
    cols: usize,
    row: usize,
    col: usize,
    g: &mut [f32],
) {
    let mut acc = [[0.0f32; LANES]; R];
    for (z, x) in z.chunks_exact(rows).zip(x.chunks_exact(cols)) {
        let z = &z[row..row + R];
        let x = x[col];
        for r in 0..R {
            for l in 0..LANES {
                acc[r][l] = fma::<FMA>(z[r][l], x[l], acc[r][l]);
            }
        }
    }
    for r in 0..R {
        g[(row + r) * cols + col] += sum(&acc[r]);
    }
}

/// Sum over lanes, pairwise.
#[inline(always)]
pub fn sum(v: &Lane) -> f32 {
    let mut eight = [0.0; 8];
    for l in 0..8 {
        eight[l] = v[l] + v[l + 8];
    }
    let mut four = [0.0; 4];
    for l in 0..4 {
        four[l] = eight[l] + eight[l + 4];
    }
    (four[0] + four[2]) + (four[1] + four[3])
}

/// Logistic function, relative error below 1e-6.
#[inline(always)]
pub fn sigmoid<const FMA: bool>(z: &Lane) -> Lane {
    let mut out = [0.0; LANES];
    for l in 0..LANES {
        out[l] = 1.0 / (1.0 + exp::<FMA>(-z[l]));
    }
    out
}

/// e^x for |x| clamped to 87: 2^n times a polynomial on [-ln2/2, ln2/2]; no branches, so that lanes stay together.
#[inline(always)]
fn exp<const FMA: bool>(x: f32) -> f32 {
    // Adding 1.5·2^23 leaves the rounded integer in the low mantissa bits.
    const MAGIC: f32 = 12_582_912.0;
    const LN2_HI: f32 = 0.693_359_4;
    const LN2_LO: f32 = -2.121_944_4e-4;
    let x = x.clamp(-87.0, 87.0);
    let t = fma::<FMA>(x, std::f32::consts::LOG2_E, MAGIC);
    let n = t - MAGIC;
    let r = fma::<FMA>(n, -LN2_HI, x);
    let r = fma::<FMA>(n, -LN2_LO, r);
    // Taylor to the sixth order: remainder below 1.2e-7 on the interval.
    let mut p = 1.0 / 720.0;
    for c in [1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        p = fma::<FMA>(p, r, c);
    }
    let two_to_n = f32::from_bits(t.to_bits().wrapping_add(127).wrapping_shl(23));
    p * two_to_n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sigmoid_agrees_with_the_library_function() {
        for i in -2000..2000 {
            let z = i as f32 * 0.05;
            let expected = 1.0 / (1.0 + (-f64::from(z)).exp());
            let got = f64::from(sigmoid::<false>(&[z; LANES])[3]);
            assert!((got - expected).abs() <= 1e-6 * expected + 1e-37, "σ({z}) = {got}, expected {expected}");
        }
    }

    #[test]
    fn dense_and_outer_agree_with_plain_loops_at_odd_sizes() {
        let (rows, cols, slots) = (13, 7, 3);
        let w: Vec<f32> = (0..rows * cols).map(|i| (i as f32 * 0.37).sin()).collect();
        let x: Vec<Lane> = (0..slots * cols).map(|i| std::array::from_fn(|l| ((i * 16 + l) as f32).cos())).collect();
        let z: Vec<Lane> = (0..slots * rows).map(|i| std::array::from_fn(|l| ((i * 9 + l) as f32).sin())).collect();
        let mut y = vec![[1.0; LANES]; rows];
        dense::<4, false>(&w, &x[..cols], &mut y);
        let mut g = vec![0.0; rows * cols];
        outer::<2, false>(&z, rows, &x, cols, slots, &mut g);
        for o in 0..rows {
            for l in 0..LANES {
                let expected = 1.0 + (0..cols).map(|k| w[o * cols + k] * x[k][l]).sum::<f32>();
                assert!((y[o][l] - expected).abs() < 1e-5);
            }
            for k in 0..cols {
                let expected: f32 = (0..slots)
                    .flat_map(|s| (0..LANES).map(move |l| (s, l)))
                    .map(|(s, l)| z[s * rows + o][l] * x[s * cols + k][l])
                    .sum();
                assert!((g[o * cols + k] - expected).abs() < 1e-4);
            }
        }
    }
}
