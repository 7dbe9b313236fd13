//! Draws a chart: axes, grid, curves, names. Plain shapes with soft edges; letters are those of the panels.

use glam::DVec2;
use image::{Rgba, RgbaImage};

use super::{Chart, multiples, round_step};
use crate::media::letters::TextLine;

const PAPER: [u8; 3] = [252, 252, 250];
const INK: [u8; 3] = [44, 48, 56];
const WEAK: [u8; 3] = [112, 118, 128];
const GRID: [u8; 3] = [226, 228, 230];

/// Where a text is anchored.
#[derive(Clone, Copy, PartialEq)]
enum Anchor {
    Left,
    Middle,
    Right,
}

struct Paper {
    image: RgbaImage,
}

/// The plane of the data within the picture.
struct PlotFrame {
    /// Left, top, right, bottom; pixels.
    edges: [f64; 4],
    x: [f64; 2],
    y: [f64; 2],
}

impl PlotFrame {
    fn to_pixel(&self, [x, y]: [f64; 2]) -> DVec2 {
        let [left, top, right, bottom] = self.edges;
        DVec2::new(
            left + (right - left) * (x - self.x[0]) / (self.x[1] - self.x[0]),
            bottom - (bottom - top) * (y - self.y[0]) / (self.y[1] - self.y[0]),
        )
    }
}

pub(super) fn draw(chart: &Chart, [width, height]: [u32; 2]) -> RgbaImage {
    let [width, height] = [width.clamp(160, 8192), height.clamp(120, 8192)];
    let mut paper = Paper { image: RgbaImage::from_pixel(width, height, rgba(PAPER)) };
    let (w, h) = (f64::from(width), f64::from(height));
    let size = (h / 28.0).clamp(11.0, 40.0);
    let points = || chart.curves.iter().flat_map(|c| &c.points).filter(|p| p[0].is_finite() && p[1].is_finite());
    let y_values = points().map(|p| p[1]).chain(chart.include_y.iter().copied());
    let frame = PlotFrame {
        edges: [4.4 * size, 3.4 * size, w - 1.4 * size, h - 3.4 * size],
        x: range(points().map(|p| p[0]), 0.0),
        y: range(y_values, 0.06),
    };
    let [left, top, right, bottom] = frame.edges;

    paper.text(&chart.title, DVec2::new(left, 1.65 * size), 1.25 * size, INK, Anchor::Left);
    for tick in ticks(frame.x, (right - left) / (6.0 * size)) {
        let x = on_pixel(frame.to_pixel([tick, 0.0]).x);
        paper.line(DVec2::new(x, top), DVec2::new(x, bottom), 1.0, GRID);
        paper.text(&label(tick, frame.x), DVec2::new(x, bottom + 1.2 * size), 0.85 * size, WEAK, Anchor::Middle);
    }
    for tick in ticks(frame.y, (bottom - top) / (3.0 * size)) {
        let y = on_pixel(frame.to_pixel([0.0, tick]).y);
        paper.line(DVec2::new(left, y), DVec2::new(right, y), 1.0, GRID);
        paper.text(
            &label(tick, frame.y),
            DVec2::new(left - 0.5 * size, y + 0.3 * size),
            0.85 * size,
            WEAK,
            Anchor::Right,
        );
    }
    let corner = DVec2::new(left, bottom);
    paper.line(corner, DVec2::new(right, bottom), 1.2, WEAK);
    paper.line(DVec2::new(left, top), corner, 1.2, WEAK);
    paper.text(&chart.x_axis, DVec2::new(0.5 * (left + right), bottom + 2.6 * size), 0.95 * size, INK, Anchor::Middle);
    paper.text(&chart.y_axis, DVec2::new(left - 0.5 * size, top - 0.7 * size), 0.95 * size, INK, Anchor::Right);

    let thick = (size / 8.0).max(1.5);
    for curve in &chart.curves {
        let mut along = 0.0;
        for pair in curve.points.windows(2) {
            let [a, b] = [frame.to_pixel(pair[0]), frame.to_pixel(pair[1])];
            if a.is_finite() && b.is_finite() {
                paper.stroke(a, b, thick, curve.colour, curve.dashed.then_some((along, 0.55 * size)));
                along += a.distance(b);
            }
        }
        if let [only] = curve.points[..] {
            let at = frame.to_pixel(only);
            paper.line(at - thick * DVec2::X, at + thick * DVec2::X, 2.0 * thick, curve.colour);
        }
    }
    legend(&mut paper, chart, frame.edges, size, thick);
    paper.image
}

/// The names of the curves in a row, at the right over the frame.
fn legend(paper: &mut Paper, chart: &Chart, [_, top, right, _]: [f64; 4], size: f64, thick: f64) {
    let mut x = right;
    for curve in chart.curves.iter().rev().filter(|curve| !curve.points.is_empty()) {
        let small = 0.85 * size;
        x -= text_width(&curve.name, small);
        paper.text(&curve.name, DVec2::new(x, top - 0.7 * size), small, INK, Anchor::Left);
        x -= 0.5 * size;
        let end = DVec2::new(x, top - size);
        paper.stroke(end - 1.6 * size * DVec2::X, end, thick, curve.colour, curve.dashed.then_some((0.0, 0.35 * size)));
        x -= 2.6 * size;
    }
}

/// Minimum and maximum of `values`, never equal, with a margin on both sides.
fn range(values: impl Iterator<Item = f64>, margin: f64) -> [f64; 2] {
    let [low, high] = values
        .filter(|v| v.is_finite())
        .fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], v| [low.min(v), high.max(v)]);
    if low > high {
        return [0.0, 1.0];
    }
    if low == high {
        let around = 0.5 * low.abs().max(1e-9);
        return [low - around, high + around];
    }
    [low - margin * (high - low), high + margin * (high - low)]
}

/// Round numbers within `range`, about `count` of them.
fn ticks([low, high]: [f64; 2], count: f64) -> Vec<f64> {
    multiples(round_step((high - low) / count.clamp(2.0, 12.0)), [low, high]).collect()
}

/// A number with the digits that the range needs.
fn label(value: f64, [low, high]: [f64; 2]) -> String {
    let span = high - low;
    let value = if value.abs() < 1e-9 * span { 0.0 } else { value };
    match span {
        s if s >= 20_000.0 => format!("{}k", (value / 100.0).round() / 10.0),
        s if s >= 10.0 => format!("{value:.0}"),
        s if s >= 1.0 => format!("{value:.1}"),
        s if s >= 0.1 => format!("{value:.2}"),
        _ => format!("{value:.1e}"),
    }
}

/// The middle of a pixel: there a thin line is sharp.
fn on_pixel(x: f64) -> f64 {
    x.floor() + 0.5
}

fn rgba([r, g, b]: [u8; 3]) -> Rgba<u8> {
    Rgba([r, g, b, 255])
}

fn text_width(text: &str, size: f64) -> f64 {
    f64::from(TextLine::new(text, size as f32).width)
}

impl Paper {
    /// Lays `colour` over a pixel; outside the picture nothing happens.
    fn blend(&mut self, x: i64, y: i64, colour: [u8; 3], cover: f64) {
        let (width, height) = self.image.dimensions();
        if x < 0 || y < 0 || x >= i64::from(width) || y >= i64::from(height) {
            return;
        }
        let pixel = self.image.get_pixel_mut(x as u32, y as u32);
        let cover = cover.clamp(0.0, 1.0);
        for (old, new) in pixel.0.iter_mut().zip(colour) {
            *old = (f64::from(*old) + cover * (f64::from(new) - f64::from(*old))).round() as u8;
        }
    }

    fn line(&mut self, a: DVec2, b: DVec2, thick: f64, colour: [u8; 3]) {
        self.stroke(a, b, thick, colour, None);
    }

    /// A straight line with round ends. `dashes`: the way gone before along the curve, and the length of a dash; pixels.
    fn stroke(&mut self, a: DVec2, b: DVec2, thick: f64, colour: [u8; 3], dashes: Option<(f64, f64)>) {
        let reach = 0.5 * thick + 1.0;
        let way = b - a;
        let length_squared = way.length_squared();
        let within = |corner: DVec2| corner.clamp(DVec2::splat(-1e4), DVec2::splat(1e5));
        let low = within(a.min(b) - reach).floor().as_i64vec2();
        let high = within(a.max(b) + reach).ceil().as_i64vec2();
        for y in low.y..=high.y {
            for x in low.x..=high.x {
                let off = DVec2::new(x as f64, y as f64) + 0.5 - a;
                let share = if length_squared > 0.0 { off.dot(way) / length_squared } else { 0.0 };
                let share = share.clamp(0.0, 1.0);
                if let Some((before, dash)) = dashes
                    && ((before + share * length_squared.sqrt()) / dash) as u64 % 2 == 1
                {
                    continue;
                }
                let distance = off.distance(share * way);
                let cover = 0.5 * thick + 0.5 - distance;
                if cover > 0.0 {
                    self.blend(x, y, colour, cover);
                }
            }
        }
    }

    /// `at`: where the base line begins, is halved or ends.
    fn text(&mut self, text: &str, at: DVec2, size: f64, colour: [u8; 3], anchor: Anchor) {
        let line = TextLine::new(text, size as f32);
        let width = f64::from(line.width);
        let left = match anchor {
            Anchor::Left => at.x,
            Anchor::Middle => at.x - 0.5 * width,
            Anchor::Right => at.x - width,
        };
        // The light cut of the letters is thin on paper.
        line.cover([left as f32, at.y as f32], |x, y, cover| self.blend(x, y, colour, 1.25 * f64::from(cover)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(image: &RgbaImage, colour: [u8; 3]) -> usize {
        image.pixels().filter(|p| p.0[..3] == colour).count()
    }

    #[test]
    fn a_chart_shows_coloured_curves_letters_and_a_grid() {
        let line: Vec<[f64; 2]> = (0..50).map(|k| [f64::from(k), f64::from(k * k)]).collect();
        let chart = Chart::new("Fidelity", "steps", "of 1").with("now", line.clone());
        let picture = chart.draw([640, 400]);
        assert_eq!(picture.dimensions(), (640, 400));
        assert!(has(&picture, chart.curves[0].colour) > 300, "the curve");
        assert!(has(&picture, GRID) > 500, "the grid");
        let dark = picture.pixels().filter(|p| p.0[..3].iter().all(|&c| c < 120)).count();
        assert!(dark > 100, "the letters: {dark}");
        let dashed = Chart::new("Fidelity", "steps", "of 1").with_aim("aim", line);
        let dashes = has(&dashed.draw([640, 400]), chart.curves[0].colour);
        assert!(dashes > 100 && dashes < 3 * has(&picture, chart.curves[0].colour) / 4, "{dashes}");
    }

    #[test]
    fn empty_single_equal_and_nan_curves_still_make_a_picture() {
        for points in [vec![], vec![[1.0, 2.0]], vec![[0.0, 3.0], [1.0, 3.0]], vec![[0.0, f64::NAN], [1.0, 1.0]]] {
            let chart = Chart::new("Odd", "x", "y").with("curve", points);
            assert_eq!(chart.draw([1, 1]).dimensions(), (160, 120));
        }
    }

    #[test]
    fn ticks_are_round_numbers_within_the_range() {
        assert_eq!(ticks([0.0, 1.0], 5.0), [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(ticks([-30.0, 45.0], 4.0), [-20.0, 0.0, 20.0, 40.0]);
        assert_eq!(label(12_300.0, [0.0, 50_000.0]), "12.3k");
        assert_eq!(label(-1e-17, [-1.0, 1.0]), "0.0");
    }
}
