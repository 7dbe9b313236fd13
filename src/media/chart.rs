//! Curves with their axes: what a live plot shows, as data. Written as CSV, or drawn as a picture without a window.

mod draw;

use image::RgbaImage;

/// A plot. The title may be read alone; the axes carry their units.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chart {
    pub title: String,
    pub x_axis: String,
    pub y_axis: String,
    pub curves: Vec<ChartCurve>,
    /// Values that are always in sight, such as 0 and 1 of a share.
    pub include_y: Vec<f64>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChartCurve {
    pub name: String,
    pub colour: [u8; 3],
    /// What is aimed at, in contrast to what is.
    pub dashed: bool,
    /// `[x, y]`, ascending in x.
    pub points: Vec<[f64; 2]>,
}

/// Colours of the curves, readable on dark and on light ground, also for the colour-blind.
pub const CURVE_COLOURS: [[u8; 3]; 4] = [
    [0x2B, 0xB0, 0xA0], // teal
    [0xE8, 0x8E, 0x2E], // orange
    [0x5B, 0x9B, 0xE6], // blue
    [0xC6, 0x7A, 0xB8], // purple
];

impl Chart {
    pub fn new(title: &str, x_axis: &str, y_axis: &str) -> Self {
        Self { title: title.to_owned(), x_axis: x_axis.to_owned(), y_axis: y_axis.to_owned(), ..Self::default() }
    }

    /// One more curve, in the next colour.
    pub fn with(self, name: &str, points: impl Into<Vec<[f64; 2]>>) -> Self {
        let colour = CURVE_COLOURS[self.curves.iter().filter(|c| !c.dashed).count() % CURVE_COLOURS.len()];
        self.push(name, colour, false, points.into())
    }

    /// What the last curve aims at, dashed in its colour.
    pub fn with_aim(self, name: &str, points: impl Into<Vec<[f64; 2]>>) -> Self {
        let colour = self.curves.last().map_or(CURVE_COLOURS[0], |curve| curve.colour);
        self.push(name, colour, true, points.into())
    }

    fn push(mut self, name: &str, colour: [u8; 3], dashed: bool, points: Vec<[f64; 2]>) -> Self {
        self.curves.push(ChartCurve { name: name.to_owned(), colour, dashed, points });
        self
    }

    /// Whether there is nothing to draw yet.
    pub fn is_empty(&self) -> bool {
        self.curves.iter().all(|curve| curve.points.is_empty())
    }

    /// A table: x, then a column for each curve. Where a curve has no value at an x, the cell is empty.
    pub fn to_csv(&self) -> String {
        let mut xs: Vec<f64> = self.curves.iter().flat_map(|c| c.points.iter().map(|p| p[0])).collect();
        xs.sort_unstable_by(f64::total_cmp);
        xs.dedup();
        let mut table = csv::Writer::from_writer(Vec::new());
        let mut write = |record: Vec<String>| table.write_record(record).expect("rows of one length, in memory");
        write([&self.x_axis].into_iter().chain(self.curves.iter().map(|curve| &curve.name)).cloned().collect());
        let mut next = vec![0; self.curves.len()];
        for x in xs {
            let mut record = vec![x.to_string()];
            for (curve, next) in self.curves.iter().zip(&mut next) {
                let point = curve.points.get(*next).filter(|point| point[0] == x);
                record.push(point.map_or_else(String::new, |point| point[1].to_string()));
                // A curve may have two values at one x; the first one counts.
                *next += curve.points[*next..].iter().take_while(|point| point[0] == x).count();
            }
            write(record);
        }
        String::from_utf8(table.into_inner().expect("in memory")).expect("text")
    }

    /// The plot on paper.
    pub fn draw(&self, size_px: [u32; 2]) -> RgbaImage {
        draw::draw(self, size_px)
    }
}

/// The smallest of 1, 2, 5, 10, 20 and so on, also of 0.5, 0.2 and so on, that is no less than `rough`, a positive number:
/// the distance of the marks on an axis.
pub fn round_step(rough: f64) -> f64 {
    let magnitude = 10f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0, 10.0].map(|m| m * magnitude).into_iter().find(|&step| step >= rough).unwrap_or(rough)
}

/// The multiples of `step` from `low` to `high`.
pub fn multiples(step: f64, [low, high]: [f64; 2]) -> impl Iterator<Item = f64> {
    let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    (first..=last).map(move |k| k as f64 * step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_column_per_curve_and_gaps_without_a_value() {
        let chart = Chart::new("Order", "steps", "order")
            .with("polarisation", [[0.0, 0.5], [10.0, 0.75]])
            .with("milling, whole", [[10.0, 0.25], [20.0, 1e-3]]);
        let expected = "steps,polarisation,\"milling, whole\"\n0,0.5,\n10,0.75,0.25\n20,,0.001\n";
        assert_eq!(chart.to_csv(), expected);
        assert_eq!(Chart::new("", "x", "y").to_csv(), "x\n");
    }

    #[test]
    fn marks_lie_at_round_numbers() {
        for (rough, round) in [(0.7, 1.0), (1.1, 2.0), (30.0, 50.0), (51.0, 100.0), (0.03, 0.05)] {
            assert!((round_step(rough) - round).abs() < 1e-9 * round, "{rough}");
        }
    }

    #[test]
    fn an_aim_has_the_colour_of_what_aims_at_it() {
        let chart = Chart::new("g(r)", "r", "g").with("now", [[0.0, 1.0]]).with_aim("picture", [[0.0, 1.0]]);
        assert_eq!(chart.curves[0].colour, chart.curves[1].colour);
        assert!(chart.curves[1].dashed && !chart.is_empty());
        let two = chart.with("other", [[0.0, 1.0]]);
        assert_ne!(two.curves[2].colour, two.curves[0].colour);
    }
}
