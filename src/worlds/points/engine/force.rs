//! Brushes: a force on the walkers under the pointer, and changes of the walkers themselves.

/// A force within a radius, fading to 0 at its rim, in standardised units.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PointForce {
    /// Place of the brush.
    pub centre: [f32; 3],
    /// Direction of view: the distance along it does not count, so that the brush is a cylinder. 0 for a ball or the plane.
    pub axis: [f32; 3],
    /// Where it ends.
    pub radius: f32,
    /// Speed away from the centre; negative pulls.
    pub push: f32,
    /// Speed around the axis (around z when it is 0).
    pub stir: f32,
}

impl PointForce {
    /// The velocity that the force adds at `x`.
    #[inline]
    pub fn velocity(&self, x: [f32; 3]) -> [f32; 3] {
        let mut d: [f32; 3] = std::array::from_fn(|i| x[i] - self.centre[i]);
        let along: f32 = (0..3).map(|i| d[i] * self.axis[i]).sum();
        (0..3).for_each(|i| d[i] -= along * self.axis[i]);
        let distance_sq = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
        let q = 1.0 - distance_sq / (self.radius * self.radius).max(1e-12);
        if q <= 0.0 {
            return [0.0; 3];
        }
        let [ax, ay, az] = if self.axis == [0.0; 3] { [0.0, 0.0, 1.0] } else { self.axis };
        let turn = [ay * d[2] - az * d[1], az * d[0] - ax * d[2], ax * d[1] - ay * d[0]];
        let size = q * q / (distance_sq.sqrt() + 0.1 * self.radius);
        std::array::from_fn(|i| size * (self.push * d[i] + self.stir * turn[i]))
    }

    /// Whether a position is under the brush.
    pub fn covers(&self, x: [f32; 3]) -> bool {
        let d: [f32; 3] = std::array::from_fn(|i| x[i] - self.centre[i]);
        let along: f32 = (0..3).map(|i| d[i] * self.axis[i]).sum();
        let square: f32 = (0..3).map(|i| (d[i] - along * self.axis[i]).powi(2)).sum();
        square < self.radius * self.radius
    }
}
