//! How well a flow keeps the distribution: the residual of div V + V · s = 0, equation (1) of the design.

use crate::worlds::swarm::picture::Swarm;

/// The two terms of equation (1) at one configuration (per time), summed over all 3N coordinates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Continuity {
    /// div V.
    pub divergence: f64,
    /// V · s.
    pub advection: f64,
    /// Σ over coordinates of |∂V_a/∂X_a| + |V_a s_a|: what the two terms would be if nothing cancelled.
    pub scale: f64,
}

impl Continuity {
    /// |div V + V · s| / scale; 0 for an exact flow.
    pub fn relative(&self) -> f64 {
        (self.divergence + self.advection).abs() / self.scale
    }
}

/// How div V is differentiated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Differences {
    /// Second order: 6 N evaluations, error about (h / 0.1 ℓ)². For measuring.
    Second,
    /// Sixth order: 18 N evaluations, error about (h / 0.1 ℓ)⁶. For proving.
    Sixth,
}

/// Both terms of equation (1), with div V by central differences of step `h` (ℓ and rad).
///
/// `velocity(swarm, i)` is V of particle `i`. Accurate where V is smooth within three steps: the slope of V jumps where a
/// pair crosses the cutoff or the window's radius.
pub fn continuity<V: Fn(&Swarm, usize) -> [f64; 3]>(
    swarm: &Swarm,
    score: &[[f64; 3]],
    velocity: V,
    differences: Differences,
    h: f64,
) -> Continuity {
    let terms = continuity_unless_stopped(swarm, score, velocity, differences, h, &|| false);
    terms.expect("nothing stops it")
}

/// As [`continuity`]; `None` where it was stopped. `stop` is polled before each coordinate.
pub fn continuity_unless_stopped<V: Fn(&Swarm, usize) -> [f64; 3]>(
    swarm: &Swarm,
    score: &[[f64; 3]],
    velocity: V,
    differences: Differences,
    h: f64,
    stop: &dyn Fn() -> bool,
) -> Option<Continuity> {
    let mut result = Continuity { divergence: 0.0, advection: 0.0, scale: 0.0 };
    for (i, here_score) in score.iter().enumerate() {
        let here = velocity(swarm, i);
        for axis in 0..3 {
            if stop() {
                return None;
            }
            let slope = slope(swarm, i, axis, |moved| velocity(moved, i)[axis], differences, h);
            let work = here[axis] * here_score[axis];
            result.divergence += slope;
            result.advection += work;
            result.scale += slope.abs() + work.abs();
        }
    }
    Some(result)
}

/// The derivative of `value` along coordinate `axis` (x, y, heading) of particle `i`.
pub(crate) fn slope(
    swarm: &Swarm,
    i: usize,
    axis: usize,
    value: impl Fn(&Swarm) -> f64,
    differences: Differences,
    h: f64,
) -> f64 {
    let mut moved = swarm.clone();
    let mut at = |displacement: f64| {
        let mut p = swarm.particles[i];
        match axis {
            0 => p.x += displacement,
            1 => p.y += displacement,
            _ => p.heading += displacement,
        }
        moved.particles[i] = p;
        value(&moved)
    };
    let mut difference = |steps: f64| at(steps * h) - at(-steps * h);
    match differences {
        Differences::Second => difference(1.0) / (2.0 * h),
        Differences::Sixth => (45.0 * difference(1.0) - 9.0 * difference(2.0) + difference(3.0)) / (60.0 * h),
    }
}

#[cfg(test)]
mod tests {
    use glam::DVec2;

    use super::*;
    use crate::worlds::swarm::picture::MAX_SPECIES;
    use crate::worlds::swarm::rule::testing::{largest_difference, rms, rule, scattered_off_seams};
    use crate::worlds::swarm::rule::{
        Knobs, LiveSettings, Rule, energy, flow_exact, flow_learned, species_knobs, window, window_slope,
    };

    const SIGMA_L: f64 = 0.3;
    /// Half-width of the differences: small enough for the softened distance, large enough for rounding.
    const H: f64 = 3e-4;
    /// Bound of the residual of an exact flow.
    const EXACT: f64 = 1e-8;
    /// A wrong flow must miss by far more than rounding; the measured controls miss by 1e-2.
    const WRONG: f64 = 1e-3;

    fn swarm(rule: &Rule, window_l: f64, seed: u64) -> Swarm {
        let windows_l = knobs(0.0, 0.0, 0.0, window_l).window_l;
        let seams: Vec<f64> = std::iter::once(rule.cutoff_l).chain(windows_l).collect();
        scattered_off_seams(12, DVec2::new(9.0, 8.0), &seams, 4.0 * H, seed)
    }

    /// All of them 0.
    fn still() -> Knobs {
        let mut live = LiveSettings::default();
        species_knobs().for_each(|row| row.values_mut(&mut live).fill(0.0));
        live.knobs
    }

    /// Different constants for each species, so that a wrong index cannot cancel.
    fn knobs(cruise: f64, strafe: f64, swirl: f64, window_l: f64) -> Knobs {
        let per_species = |base: f64, step: f64| std::array::from_fn(|c| base * (1.0 + step * c as f64));
        let mut knobs = still();
        knobs.cruise = per_species(cruise, 0.6);
        knobs.strafe = per_species(strafe, -0.9);
        knobs.swirl = per_species(swirl, 1.7);
        knobs.window_l = per_species(window_l, -0.3).map(|radius| radius.max(0.0));
        knobs
    }

    fn residual(rule: &Rule, swarm: &Swarm, velocity: impl Fn(&Swarm, &[[f64; 3]]) -> Vec<[f64; 3]>) -> f64 {
        let score = |s: &Swarm| energy::score(rule, s, SIGMA_L);
        let all = |s: &Swarm| velocity(s, &score(s));
        continuity(swarm, &score(swarm), |s, i| all(s)[i], Differences::Sixth, H).relative()
    }

    #[test]
    fn every_exact_coupling_keeps_the_density() {
        for (seed, window_l) in [(1, 0.0), (2, 1.0), (3, 3.0)] {
            let rule = rule(seed);
            let swarm = swarm(&rule, window_l, seed);
            for (u, w, chi) in [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (0.8, -1.3, 0.4)] {
                let knobs = knobs(u, w, chi, window_l);
                let r = residual(&rule, &swarm, |s, score| flow_exact::velocity(s, score, &knobs));
                assert!(r < EXACT, "u {u} w {w} χ {chi} ρ {window_l}: residual {r:e}");
            }
        }
    }

    /// Equation (2) of the design as it is written there, for one species.
    fn equation_2(swarm: &Swarm, score: &[[f64; 3]], u: f64, w: f64, chi: f64) -> Vec<[f64; 3]> {
        let one = |(p, &[sx, sy, st]): (&crate::worlds::swarm::picture::Particle, &[f64; 3])| {
            let (n, n_perp) = ([p.heading.cos(), p.heading.sin()], [-p.heading.sin(), p.heading.cos()]);
            let (a, b) = (u - w * st, -w - u * st);
            [
                a * n[0] + b * n_perp[0] - chi * sy,
                a * n[1] + b * n_perp[1] + chi * sx,
                u * (sx * n_perp[0] + sy * n_perp[1]) + w * (sx * n[0] + sy * n[1]),
            ]
        };
        swarm.particles.iter().zip(score).map(one).collect()
    }

    #[test]
    fn without_a_window_the_flow_is_equation_2() {
        let rule = rule(4);
        let swarm = swarm(&rule, 0.0, 4);
        let score = energy::score(&rule, &swarm, SIGMA_L);
        let mut knobs = still();
        (knobs.cruise, knobs.strafe, knobs.swirl) = ([0.8; MAX_SPECIES], [-0.5; MAX_SPECIES], [0.3; MAX_SPECIES]);
        let expected = equation_2(&swarm, &score, 0.8, -0.5, 0.3);
        let difference = largest_difference(&flow_exact::velocity(&swarm, &score, &knobs), &expected);
        assert!(difference < 1e-12 * rms(&expected), "{difference:e}");
    }

    /// What is wrong with [`equation_3`].
    #[derive(Clone, Copy, PartialEq)]
    enum Flaw {
        None,
        NoPropulsion,
        NoWindowGradient,
        OwnNormal,
        OwnWindow,
        OneSided,
    }

    /// Equation (3) with one cruise speed `u` per species, by brute force and with one flaw.
    fn equation_3(swarm: &Swarm, score: &[[f64; 3]], knobs: &Knobs, flaw: Flaw) -> Vec<[f64; 3]> {
        let p = &swarm.particles;
        let normal = |i: usize| DVec2::from_angle(p[i].heading).perp();
        let cruise = |i: usize| knobs.cruise[usize::from(p[i].species)];
        let one = |i: usize| {
            let (mut slip, mut turn) = (0.0, 0.0);
            for l in 0..p.len() {
                let offset = swarm.offset(&p[i], &p[l]);
                // q_il has the radius of i, q_li that of l.
                let [own, other] = [i, l].map(|k| knobs.window_l[usize::from(p[k].species)]);
                let at = |radius| if l == i { 1.0 } else { window(offset.length_squared(), radius) };
                let q = at(if flaw == Flaw::OwnWindow { own } else { other });
                let slope = if l == i { 0.0 } else { window_slope(offset.length_squared(), other) };
                let n = normal(if flaw == Flaw::OwnNormal { i } else { l });
                slip += at(own) * score[l][2];
                turn += cruise(l) * q * n.dot(DVec2::new(score[l][0], score[l][1]));
                if flaw != Flaw::NoWindowGradient {
                    turn += cruise(l) * slope * n.dot(offset);
                }
            }
            if flaw == Flaw::OneSided {
                turn *= 1.1;
            }
            let propulsion = if flaw == Flaw::NoPropulsion { 0.0 } else { cruise(i) };
            let (sin, cos) = p[i].heading.sin_cos();
            let n = normal(i);
            [propulsion * cos - cruise(i) * slip * n[0], propulsion * sin - cruise(i) * slip * n[1], turn]
        };
        (0..p.len()).map(one).collect()
    }

    #[test]
    fn without_strafe_and_swirl_the_flow_is_equation_3() {
        let rule = rule(5);
        let swarm = swarm(&rule, 3.0, 5);
        let score = energy::score(&rule, &swarm, SIGMA_L);
        let knobs = knobs(0.8, 0.0, 0.0, 3.0);
        let expected = equation_3(&swarm, &score, &knobs, Flaw::None);
        let difference = largest_difference(&flow_exact::velocity(&swarm, &score, &knobs), &expected);
        assert!(difference < 1e-12 * rms(&expected), "{difference:e}");
    }

    #[test]
    fn a_flow_with_one_term_wrong_does_not_keep_the_density() {
        let rule = rule(6);
        let swarm = swarm(&rule, 3.0, 6);
        let knobs = knobs(0.8, 0.0, 0.0, 3.0);
        let of = |flaw| residual(&rule, &swarm, |s, score| equation_3(s, score, &knobs, flaw));
        assert!(of(Flaw::None) < EXACT);
        for (flaw, name) in [
            (Flaw::NoPropulsion, "no u n"),
            (Flaw::NoWindowGradient, "no ∇q"),
            (Flaw::OwnNormal, "n⊥ of i in place of n⊥ of l"),
            (Flaw::OwnWindow, "the window of i in place of that of l"),
            (Flaw::OneSided, "one side of the coupling scaled"),
        ] {
            let r = of(flaw);
            assert!(r > WRONG, "{name}: residual {r:e} is too small to be noticed");
        }
    }

    #[test]
    fn the_score_itself_is_no_flow() {
        let rule = rule(7);
        let swarm = swarm(&rule, 3.0, 7);
        let r = residual(&rule, &swarm, |_, score| score.to_vec());
        assert!(r > 1e-2, "residual {r:e}");
    }

    #[test]
    fn flow_divergence_is_the_same_by_every_finite_difference() {
        let rule = rule(8);
        let swarm = swarm(&rule, 3.0, 8);
        let score = energy::score(&rule, &swarm, SIGMA_L);
        let flow = rule.flow.as_ref().expect("the test rule has a flow");
        let velocity = |s: &Swarm, i: usize| flow_learned::velocity(&rule, flow, s, SIGMA_L)[i];
        let of = |differences, h| continuity(&swarm, &score, velocity, differences, h);
        let (a, b) = (of(Differences::Sixth, H), of(Differences::Sixth, 0.5 * H));
        assert!((a.divergence - b.divergence).abs() < 1e-8 * a.scale, "{a:?} {b:?}");
        let coarse = of(Differences::Second, H);
        assert!((a.divergence - coarse.divergence).abs() < 1e-4 * a.scale, "{a:?} {coarse:?}");
        // An untaught flow does not satisfy (1).
        assert!(a.relative() > WRONG);
    }
}
