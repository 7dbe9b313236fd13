//! A curve of bounded length, for measurements over hours.

/// A curve of bounded length: when full, neighbouring points are averaged and the stride doubles.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    points: Vec<[f64; 2]>,
    /// Values averaged into one point; 0 counts as 1.
    stride: usize,
    pending: Vec<[f64; 2]>,
}

impl Curve {
    /// The stride doubles when this many points are held.
    pub const MAX_POINTS: usize = 512;

    /// Adds a value; `x` must not decrease. Values that are not finite are left out.
    pub fn push(&mut self, x: f64, y: f64) {
        if !y.is_finite() {
            return;
        }
        self.pending.push([x, y]);
        if self.pending.len() < self.stride.max(1) {
            return;
        }
        self.points.push(mean(&self.pending));
        self.pending.clear();
        if self.points.len() >= Self::MAX_POINTS {
            self.points = self.points.chunks(2).map(mean).collect();
            self.stride = 2 * self.stride.max(1);
        }
    }

    /// `[x, y]`, ascending in x.
    pub fn points(&self) -> &[[f64; 2]] {
        &self.points
    }
}

fn mean(points: &[[f64; 2]]) -> [f64; 2] {
    let n = points.len() as f64;
    let [x, y] = points.iter().fold([0.0; 2], |[x, y], p| [x + p[0], y + p[1]]);
    [x / n, y / n]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_stays_short_and_keeps_the_mean() {
        let mut curve = Curve::default();
        let n = 1 << 17;
        for step in 0..n {
            curve.push(f64::from(step), f64::from(step));
        }
        curve.push(f64::from(n), f64::NAN);
        let points = curve.points();
        assert!(points.len() < Curve::MAX_POINTS && points.len() >= Curve::MAX_POINTS / 4);
        // The value equals x, so every averaged point must be on the diagonal, in order.
        assert!(points.iter().all(|p| (p[0] - p[1]).abs() < 1e-9));
        assert!(points.windows(2).all(|w| w[0][0] < w[1][0]));
        assert!(points.last().unwrap()[0] > 0.99 * f64::from(n));
    }
}
