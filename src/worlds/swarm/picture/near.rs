//! Nearest neighbours among points of the plane or of a torus: a balanced k-d tree, fast also where points cluster.

use glam::DVec2;

/// The nearest other particle of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbour {
    /// Index of the point.
    pub index: usize,
    /// World units.
    pub distance: f64,
}

pub(crate) struct PointTree {
    points: Vec<DVec2>,
    /// Point indices; the middle of each (sub)slice splits it, by x and y in turn.
    order: Vec<usize>,
    /// Width and height of the torus, if the points live on one.
    period: Option<DVec2>,
}

/// What a search has found so far: at most `limit` points within `reach2`, nearest first.
struct NearestFound {
    limit: usize,
    reach2: f64,
    hits: Vec<(f64, usize)>,
}

impl NearestFound {
    /// Squared distance that a further point must undercut.
    fn bar(&self) -> f64 {
        if self.hits.len() < self.limit { self.reach2 } else { self.hits.last().map_or(self.reach2, |hit| hit.0) }
    }

    fn offer(&mut self, distance2: f64, id: usize) {
        // On a small torus one point can be met through several images; the nearest counts.
        match self.hits.iter().position(|hit| hit.1 == id) {
            Some(at) if self.hits[at].0 <= distance2 => return,
            Some(at) => {
                self.hits.remove(at);
            }
            None if distance2 >= self.bar() => return,
            None => {}
        }
        let at = self.hits.partition_point(|hit| hit.0 <= distance2);
        self.hits.insert(at, (distance2, id));
        self.hits.truncate(self.limit);
    }
}

impl PointTree {
    pub fn new(points: Vec<DVec2>, period: Option<DVec2>) -> Self {
        let mut order: Vec<usize> = (0..points.len()).collect();
        split(&points, &mut order, 0);
        Self { points, order, period }
    }

    /// Up to `count` points nearest to `from` and closer than `reach`, as (distance, index), nearest first.
    /// `except` is left out (the query point itself).
    pub fn nearest(&self, from: DVec2, count: usize, reach: f64, except: Option<usize>) -> Vec<(f64, usize)> {
        let mut found = NearestFound { limit: count, reach2: reach * reach, hits: Vec::with_capacity(count.min(32)) };
        if count == 0 {
            return found.hits;
        }
        for image in self.images(from) {
            if self.gap2(image) < found.bar() {
                self.visit(&self.order, 0, image, except, &mut found);
            }
        }
        found.hits.into_iter().map(|(distance2, id)| (distance2.sqrt(), id)).collect()
    }

    /// The point closest to `from` in the plane, quickest when `guess` is already close; `None` without points.
    pub fn closest(&self, from: DVec2, guess: usize) -> Option<usize> {
        let start = self.points.get(guess)?;
        let mut best = (start.distance_squared(from), guess);
        self.descend(&self.order, 0, from, &mut best);
        Some(best.1)
    }

    fn descend(&self, order: &[usize], axis: usize, from: DVec2, best: &mut (f64, usize)) {
        let middle = order.len() / 2;
        let Some(&id) = order.get(middle) else { return };
        let point = self.points[id];
        let apart2 = point.distance_squared(from);
        if apart2 < best.0 {
            *best = (apart2, id);
        }
        let (below, above) = (&order[..middle], &order[middle + 1..]);
        let gap = from[axis] - point[axis];
        let (near, far) = if gap < 0.0 { (below, above) } else { (above, below) };
        self.descend(near, 1 - axis, from, best);
        if gap * gap < best.0 {
            self.descend(far, 1 - axis, from, best);
        }
    }

    /// Whether any point is closer to `from` than `reach`.
    pub fn any_within(&self, from: DVec2, reach: f64) -> bool {
        !self.nearest(from, 1, reach, None).is_empty()
    }

    /// The nearest other point of each; `None` for a lone point.
    pub fn neighbours(&self) -> Vec<Option<Neighbour>> {
        let nearest = |i: usize| self.nearest(self.points[i], 1, f64::INFINITY, Some(i)).first().copied();
        (0..self.points.len()).map(|i| nearest(i).map(|(distance, index)| Neighbour { index, distance })).collect()
    }

    /// Distance from each point to its nearest other point (infinite for a lone point).
    pub fn spacings(&self) -> Vec<f64> {
        let distance = |near: Option<Neighbour>| near.map_or(f64::INFINITY, |near| near.distance);
        self.neighbours().into_iter().map(distance).collect()
    }

    /// `from` itself first, then its images on the torus.
    fn images(&self, from: DVec2) -> Vec<DVec2> {
        let Some(period) = self.period else { return vec![from] };
        let shifts = [
            (0.0, 0.0),
            (-1.0, 0.0),
            (1.0, 0.0),
            (0.0, -1.0),
            (0.0, 1.0),
            (-1.0, -1.0),
            (-1.0, 1.0),
            (1.0, -1.0),
            (1.0, 1.0),
        ];
        shifts.map(|shift| from + DVec2::from(shift) * period).to_vec()
    }

    /// Squared distance from `from` to the box of the torus; 0 in the plane.
    fn gap2(&self, from: DVec2) -> f64 {
        let Some(period) = self.period else { return 0.0 };
        from.distance_squared(from.clamp(DVec2::ZERO, period))
    }

    fn visit(&self, order: &[usize], axis: usize, from: DVec2, except: Option<usize>, found: &mut NearestFound) {
        let middle = order.len() / 2;
        let Some(&id) = order.get(middle) else { return };
        let point = self.points[id];
        if except != Some(id) {
            found.offer(point.distance_squared(from), id);
        }
        let (below, above) = (&order[..middle], &order[middle + 1..]);
        let gap = from[axis] - point[axis];
        let (near, far) = if gap < 0.0 { (below, above) } else { (above, below) };
        self.visit(near, 1 - axis, from, except, found);
        if gap * gap < found.bar() {
            self.visit(far, 1 - axis, from, except, found);
        }
    }
}

fn split(points: &[DVec2], order: &mut [usize], axis: usize) {
    if order.len() <= 1 {
        return;
    }
    let middle = order.len() / 2;
    order.select_nth_unstable_by(middle, |&a, &b| points[a][axis].total_cmp(&points[b][axis]));
    let (below, rest) = order.split_at_mut(middle);
    split(points, below, 1 - axis);
    split(points, &mut rest[1..], 1 - axis);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::picture::offset;
    use proptest::prelude::*;

    fn brute(points: &[DVec2], from: DVec2, except: usize, period: Option<DVec2>) -> f64 {
        let others = points.iter().enumerate().filter(|(j, _)| *j != except);
        others.map(|(_, &point)| offset(from, point, period).length()).fold(f64::INFINITY, f64::min)
    }

    proptest! {
        #[test]
        fn the_tree_agrees_with_looking_at_every_pair(
            coords in prop::collection::vec((0.0..7.0f64, 0.0..3.0f64), 2..60), periodic: bool, snapped: bool
        ) {
            // Snapped points share coordinates, the hard case for a tree that splits by them.
            let place = |&at: &(f64, f64)| if snapped { DVec2::from(at).floor() } else { at.into() };
            let points: Vec<DVec2> = coords.iter().map(place).collect();
            let period = periodic.then_some(DVec2::new(7.0, 3.0));
            let spacings = PointTree::new(points.clone(), period).spacings();
            for (i, spacing) in spacings.iter().enumerate() {
                let expected = brute(&points, points[i], i, period);
                prop_assert!((spacing - expected).abs() < 1e-12, "{i}: {spacing} against {expected}");
            }
        }

        #[test]
        fn all_neighbours_within_reach_are_found_nearest_first(
            coords in prop::collection::vec((0.0..7.0f64, 0.0..3.0f64), 2..60), reach in 0.1..3.0f64
        ) {
            let points: Vec<DVec2> = coords.iter().map(|&at| at.into()).collect();
            let tree = PointTree::new(points.clone(), None);
            let hits = tree.nearest(points[0], usize::MAX, reach, Some(0));
            let expected = points[1..].iter().filter(|p| p.distance(points[0]) < reach).count();
            prop_assert_eq!(hits.len(), expected);
            prop_assert!(hits.is_sorted_by(|a, b| a.0 <= b.0));
            // The closest to a position beside the first point, from whatever guess.
            let place = points[0] + reach * DVec2::X;
            let apart = |i: usize| points[i].distance(place);
            let closest = tree.closest(place, points.len() - 1).unwrap();
            prop_assert!((0..points.len()).all(|i| apart(closest) <= apart(i)));
        }
    }
}
