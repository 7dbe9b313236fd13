//! One Euler step of a library rule on rows of f32, written so that it vectorises.

use crate::nn::dispatch::Kernel;
use crate::nn::lanes::fma;
use crate::worlds::field::rule::{LibraryRule, Term};

/// Coefficients of one channel, times the time step, in the order of the Horner scheme below.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct ChannelStep {
    one: f32,
    u: f32,
    v: f32,
    uu: f32,
    uv: f32,
    vv: f32,
    uuu: f32,
    uuv: f32,
    uvv: f32,
    vvv: f32,
    lap_u: f32,
    lap_v: f32,
    low: f32,
    high: f32,
}

/// A rule and a time step, ready for the kernel.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct StepConstants {
    channels: [ChannelStep; 2],
}

impl StepConstants {
    pub fn new(rule: &LibraryRule, dt: f64) -> Self {
        let channel = |c: usize| {
            let coefficients = [&rule.u, &rule.v][c];
            let of = |term: Term| (dt * coefficients.of(term)) as f32;
            ChannelStep {
                one: of(Term::One),
                u: of(Term::U),
                v: of(Term::V),
                uu: of(Term::UU),
                uv: of(Term::UV),
                vv: of(Term::VV),
                uuu: of(Term::UUU),
                uuv: of(Term::UUv),
                uvv: of(Term::UVv),
                vvv: of(Term::VVV),
                lap_u: of(Term::LapU),
                lap_v: of(Term::LapV),
                low: rule.range[c][0] as f32,
                high: rule.range[c][1] as f32,
            }
        };
        Self { channels: [channel(0), channel(1)] }
    }
}

/// Rows `first_row ..` of the next state; `u` and `v` are whole planes `[height × width]`.
pub(crate) struct StepRows<'a> {
    pub constants: &'a StepConstants,
    pub u: &'a [f32],
    pub v: &'a [f32],
    pub width: usize,
    pub height: usize,
    pub first_row: usize,
    pub next_u: &'a mut [f32],
    pub next_v: &'a mut [f32],
}

impl ChannelStep {
    /// Change of this channel at a pixel: a cubic polynomial of u and v by Horner's scheme, and diffusion.
    #[inline(always)]
    fn change<const FMA: bool>(&self, u: f32, v: f32, lap_u: f32, lap_v: f32) -> f32 {
        let pure_v = fma::<FMA>(v, fma::<FMA>(v, fma::<FMA>(v, self.vvv, self.vv), self.v), self.one);
        let per_u = fma::<FMA>(v, fma::<FMA>(v, self.uvv, self.uv), self.u);
        let per_uu = fma::<FMA>(u, self.uuu, fma::<FMA>(v, self.uuv, self.uu));
        let reaction = fma::<FMA>(u, fma::<FMA>(u, per_uu, per_u), pure_v);
        fma::<FMA>(lap_u, self.lap_u, fma::<FMA>(lap_v, self.lap_v, reaction))
    }
}

/// A row with the rows above and below.
struct Stencil<'a> {
    up: &'a [f32],
    mid: &'a [f32],
    down: &'a [f32],
}

impl<'a> Stencil<'a> {
    #[inline(always)]
    fn new(plane: &'a [f32], row: usize, width: usize, height: usize) -> Self {
        let of = |row: usize| &plane[row * width..(row + 1) * width];
        Self { up: of((row + height - 1) % height), mid: of(row), down: of((row + 1) % height) }
    }

    #[inline(always)]
    fn laplacian_at(&self, column: usize) -> f32 {
        let width = self.mid.len();
        let sides = self.mid[(column + width - 1) % width] + self.mid[(column + 1) % width];
        self.up[column] + self.down[column] + sides - 4.0 * self.mid[column]
    }
}

impl Kernel for StepRows<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const B: usize, const FMA: bool>(self) {
        let width = self.width;
        let [cu, cv] = self.constants.channels;
        let rows = self.next_u.chunks_exact_mut(width).zip(self.next_v.chunks_exact_mut(width));
        for (k, (next_u, next_v)) in rows.enumerate() {
            let row = self.first_row + k;
            let su = Stencil::new(self.u, row, width, self.height);
            let sv = Stencil::new(self.v, row, width, self.height);
            for column in [0, width - 1] {
                let (u, v) = (su.mid[column], sv.mid[column]);
                let (lap_u, lap_v) = (su.laplacian_at(column), sv.laplacian_at(column));
                next_u[column] = (u + cu.change::<FMA>(u, v, lap_u, lap_v)).clamp(cu.low, cu.high);
                next_v[column] = (v + cv.change::<FMA>(u, v, lap_u, lap_v)).clamp(cv.low, cv.high);
            }
            // Slices of one length: the compiler drops the bounds checks and vectorises.
            let inner = width - 2;
            let (u_left, u_mid, u_right) = (&su.mid[..inner], &su.mid[1..=inner], &su.mid[2..]);
            let (v_left, v_mid, v_right) = (&sv.mid[..inner], &sv.mid[1..=inner], &sv.mid[2..]);
            let (u_up, u_down) = (&su.up[1..=inner], &su.down[1..=inner]);
            let (v_up, v_down) = (&sv.up[1..=inner], &sv.down[1..=inner]);
            let (out_u, out_v) = (&mut next_u[1..=inner], &mut next_v[1..=inner]);
            for x in 0..inner {
                let (u, v) = (u_mid[x], v_mid[x]);
                let lap_u = u_up[x] + u_down[x] + (u_left[x] + u_right[x]) - 4.0 * u;
                let lap_v = v_up[x] + v_down[x] + (v_left[x] + v_right[x]) - 4.0 * v;
                out_u[x] = (u + cu.change::<FMA>(u, v, lap_u, lap_v)).max(cu.low).min(cu.high);
                out_v[x] = (v + cv.change::<FMA>(u, v, lap_u, lap_v)).max(cv.low).min(cv.high);
            }
        }
    }
}
