//! The canvas of tokens: each kind on a square of its own with its front to the right, and beside them a tiling of all.

use glam::{DVec2, DVec3};
use image::RgbaImage;
use rayon::prelude::*;

use super::draw::draw_still_colours;
use crate::worlds::field::tokens::{MAX_KINDS, Token, TokenDoc};
use crate::worlds::studio::{ActionSpec, BrushSpec, BrushStroke, BrushTouch, BrushWorkspace, Viewpoint};

/// Side of the square of all canvases, and of the tiling beside it, field pixels.
const SIDE: usize = 96;
/// Room between the two.
const GAP: f64 = 10.0;
/// Share of its square that a canvas has; the arrow at its front has the rest.
const CANVAS_SHARE: f64 = 0.92;
/// Half height of the first view: canvas and tiling are beside each other on a screen of 16:9 with a side panel.
const HALF_HEIGHT: f64 = 72.0;
/// The ground of a canvas, dark and light: squares of two shades show its pixels.
const SHADES: [[[f32; 3]; 2]; 2] =
    [[[24.0, 27.0, 38.0], [34.0, 38.0, 52.0]], [[238.0, 237.0, 231.0], [228.0, 227.0, 220.0]]];
const ARROW: [u8; 4] = [240, 190, 80, 255];
const ERASER: [u8; 4] = [0; 4];

const fn brush(id: &'static str, name: &'static str, help: &'static str, touch: BrushTouch) -> BrushSpec {
    BrushSpec { id, name, help, workspace: BrushWorkspace::Paint, touch }
}

pub(super) const PEN: BrushSpec = brush("pen", "Pen", "Draws in the colour below", BrushTouch::Dabs);
pub(super) const LINE: BrushSpec = brush("line", "Line", "A straight line from press to release", BrushTouch::Line);
pub(super) const FILL: BrushSpec = brush("fill", "Fill", "Fills the area of one colour", BrushTouch::Click);
pub(super) const ERASE: BrushSpec = brush("erase", "Erase", "Makes pixels transparent", BrushTouch::Dabs);
pub(super) const PICK: BrushSpec = brush("pick", "Pick", "Takes the colour under the pointer", BrushTouch::Pick);

const fn action(id: &'static str, name: &'static str, help: &'static str) -> ActionSpec {
    ActionSpec { id, name, help }
}

pub(super) const ACTIONS: &[ActionSpec] = &[
    action("turn", "Turn", "Turns what is drawn by a quarter to the left: the front is on the right"),
    action("flip", "Flip", "Swaps front and back"),
    action("centre", "Centre", "Moves what is drawn to the middle, about which tokens turn"),
    action("add kind", "Add a kind", "Another canvas: up to four kinds of tokens live together"),
    action("remove kind", "Remove last", "Removes the last kind"),
    action("fit", "Fit distances", "Sets distance and temperature to what fits the drawing"),
];

/// Eight colours that differ on dark ground.
pub(super) const PALETTE: &[[u8; 4]] = &[
    [255, 196, 26, 255],
    [255, 96, 64, 255],
    [240, 70, 160, 255],
    [150, 100, 255, 255],
    [50, 130, 255, 255],
    [40, 210, 200, 255],
    [110, 220, 80, 255],
    [250, 250, 240, 255],
];

/// The whole of canvases and tiling.
pub(super) fn viewpoint() -> Viewpoint {
    Viewpoint::flat(DVec2::new(SIDE as f64 + 0.5 * GAP, 0.5 * SIDE as f64), HALF_HEIGHT)
}

/// Where a canvas is: its upper left corner and side, field pixels with y up.
#[derive(Clone, Copy, Debug, PartialEq)]
struct TokenCanvasFrame {
    left: f64,
    top: f64,
    side: f64,
}

impl TokenCanvasFrame {
    fn of(kinds: usize, kind: usize) -> Self {
        let across = if kinds > 1 { 2 } else { 1 };
        let square = SIDE as f64 / across as f64;
        let side = CANVAS_SHARE * square;
        let [column, row] = [kind % across, kind / across].map(|v| v as f64 * square);
        Self { left: column, top: SIDE as f64 - row - 0.5 * (square - side), side }
    }

    /// Column and row, canvas pixels of a token.
    fn place(self, token: &Token, at: DVec2) -> DVec2 {
        DVec2::new(at.x - self.left, self.top - at.y) / self.side * token.side as f64
    }

    fn contains(self, at: DVec2) -> bool {
        let side = 0.0..self.side;
        side.contains(&(at.x - self.left)) && side.contains(&(self.top - at.y))
    }

    /// Whether the arrow at the front covers a position.
    fn is_arrow(self, at: DVec2) -> bool {
        let length = 0.7 * (1.0 - CANVAS_SHARE) / CANVAS_SHARE * self.side;
        let ahead = (at.x - self.left - self.side) / length - 0.2;
        (0.0..1.0).contains(&ahead) && (at.y - self.top + 0.5 * self.side).abs() < 0.6 * length * (1.0 - ahead)
    }
}

/// The kind whose canvas a position is on.
fn kind_at(tokens: &TokenDoc, at: DVec3) -> Option<usize> {
    let kinds = tokens.tokens.len();
    (0..kinds).find(|&kind| TokenCanvasFrame::of(kinds, kind).contains(at.truncate()))
}

/// The colour drawn at a position.
pub(super) fn colour_at(tokens: &TokenDoc, at: DVec3) -> Option<[u8; 4]> {
    let kind = kind_at(tokens, at)?;
    let token = &tokens.tokens[kind];
    token.colour(TokenCanvasFrame::of(tokens.tokens.len(), kind).place(token, at.truncate()))
}

/// Applies a brush to the canvas that it began on. Returns whether the drawing changed.
pub(super) fn paint(tokens: &mut TokenDoc, stroke: &BrushStroke) -> bool {
    let Some(kind) = kind_at(tokens, stroke.from).or_else(|| kind_at(tokens, stroke.to)) else { return false };
    let frame = TokenCanvasFrame::of(tokens.tokens.len(), kind);
    let mut token = tokens.tokens[kind].clone();
    let [from, to] = [stroke.from, stroke.to].map(|at| frame.place(&token, at.truncate()));
    let radius = stroke.radius / frame.side * token.side as f64;
    let ways = [Some([from, to]), stroke.ink.mirrors.then(|| [from, to].map(|at| token.mirrored(at)))];
    for [from, to] in ways.into_iter().flatten() {
        match stroke.brush {
            "pen" | "line" => token.draw_line(from, to, radius, stroke.ink.colour),
            "erase" => token.draw_line(from, to, radius, ERASER),
            "fill" => token.fill(to, stroke.ink.colour),
            _ => return false,
        }
    }
    let has_changed = token != tokens.tokens[kind];
    if has_changed {
        tokens.redraw(|drawn| drawn[kind] = token);
    }
    has_changed
}

/// Carries out an action of the table.
pub(super) fn act(tokens: &mut TokenDoc, id: &str) {
    let each = |tokens: &mut TokenDoc, change: fn(&mut Token)| tokens.redraw(|drawn| drawn.iter_mut().for_each(change));
    let kinds = tokens.tokens.len();
    match id {
        "turn" => each(tokens, Token::turn),
        "flip" => each(tokens, Token::flip),
        "centre" => each(tokens, Token::centre),
        "add kind" if kinds < MAX_KINDS => tokens.redraw(|drawn| {
            let last = drawn.last().map_or((24, 16.0), |token| (token.side, token.size_px));
            drawn.push(Token { size_px: last.1, ..Token::empty(last.0) });
        }),
        "remove kind" if kinds > 1 => tokens.redraw(|drawn| _ = drawn.pop()),
        "fit" => tokens.fit(),
        _ => {}
    }
}

/// Draws canvases and tiling over the whole of `picture`.
pub(super) fn draw(tokens: &TokenDoc, light: bool, view: &Viewpoint, picture: &mut RgbaImage) {
    let mut beside = *view;
    beside.centre.x -= SIDE as f64 + GAP;
    draw_still_colours(&tokens.start_image([SIDE; 2], tokens.settings.seed), light, &beside, picture);
    let (width, height) = (picture.width() as usize, f64::from(picture.height()));
    if width == 0 {
        return;
    }
    let unit = 2.0 * view.half_height / height.max(1.0);
    let kinds = tokens.tokens.len();
    let frames: Vec<TokenCanvasFrame> = (0..kinds).map(|kind| TokenCanvasFrame::of(kinds, kind)).collect();
    picture.par_chunks_exact_mut(4 * width).enumerate().for_each(|(row, line)| {
        let y = view.centre.y + (0.5 * height - row as f64 - 0.5) * unit;
        for (column, pixel) in line.chunks_exact_mut(4).enumerate() {
            let at = DVec2::new(view.centre.x + (column as f64 + 0.5 - 0.5 * width as f64) * unit, y);
            for (frame, token) in frames.iter().zip(&tokens.tokens) {
                let place = frame.place(token, at);
                if let Some(colour) = token.colour(place) {
                    pixel.copy_from_slice(&over_ground(colour, SHADES[usize::from(light)], place));
                } else if frame.is_arrow(at) {
                    pixel.copy_from_slice(&ARROW);
                }
            }
        }
    });
}

fn over_ground(colour: [u8; 4], shades: [[f32; 3]; 2], place: DVec2) -> [u8; 4] {
    let ground = shades[(place.x as usize + place.y as usize) % 2];
    let alpha = f32::from(colour[3]) / 255.0;
    let mixed = |c: usize| (ground[c] + alpha * (f32::from(colour[c]) - ground[c])) as u8;
    [mixed(0), mixed(1), mixed(2), 255]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::studio::BrushInk;

    const BLUE: [u8; 4] = [50, 130, 255, 255];

    fn stroke(brush: &'static str, from: [f64; 2], to: [f64; 2]) -> BrushStroke {
        let ink = BrushInk { colour: BLUE, mirrors: false };
        let [from, to] = [from, to].map(|place| DVec2::from(place).extend(0.0));
        BrushStroke { brush, from, to, axis: DVec3::ZERO, radius: 6.0, strength: 1.0, ink }
    }

    #[test]
    fn pens_paint_under_the_pointer_and_the_distances_follow() {
        let mut tokens = TokenDoc::blank();
        assert!(!paint(&mut tokens, &stroke("pen", [120.0, 50.0], [130.0, 50.0])), "beside the canvas");
        assert!(paint(&mut tokens, &stroke("pen", [20.0, 48.0], [60.0, 48.0])));
        assert_eq!(colour_at(&tokens, DVec3::new(40.0, 48.0, 0.0)), Some(BLUE));
        assert_eq!(colour_at(&tokens, DVec3::new(40.0, 70.0, 0.0)), Some([0; 4]));
        let small = tokens.clearance_px;
        paint(&mut tokens, &stroke("line", [10.0, 48.0], [80.0, 48.0]));
        assert!(tokens.clearance_px > small, "a longer token needs more room: {}", tokens.clearance_px);
        tokens.set_clearance(25.0);
        paint(&mut tokens, &stroke("erase", [10.0, 48.0], [30.0, 48.0]));
        assert_eq!(tokens.clearance_px, 25.0, "what was set by hand stays");
        act(&mut tokens, "fit");
        assert!(tokens.clearance_px < 25.0);
    }

    #[test]
    fn mirrored_strokes_are_above_and_below_the_axis() {
        let mut tokens = TokenDoc::blank();
        let ink = BrushInk { colour: BLUE, mirrors: true };
        paint(&mut tokens, &BrushStroke { ink, ..stroke("pen", [40.0, 70.0], [40.0, 70.0]) });
        for y in [70.0, 26.0] {
            assert_eq!(colour_at(&tokens, DVec3::new(40.0, y, 0.0)), Some(BLUE), "{y}");
        }
    }

    #[test]
    fn several_kinds_have_a_canvas_each_up_to_four() {
        let mut tokens = TokenDoc::blank();
        (0..6).for_each(|_| act(&mut tokens, "add kind"));
        assert_eq!(tokens.tokens.len(), MAX_KINDS);
        paint(&mut tokens, &stroke("fill", [70.0, 20.0], [70.0, 20.0]));
        let painted = |k: usize| tokens.tokens[k].pixels.contains(&BLUE);
        assert_eq!([0, 1, 2, 3].map(painted), [false, false, false, true], "the lower right one");
        (0..6).for_each(|_| act(&mut tokens, "remove kind"));
        assert_eq!(tokens.tokens.len(), 1);
    }

    #[test]
    fn canvas_arrow_and_tiling_are_in_the_picture() {
        let mut tokens = TokenDoc::blank();
        paint(&mut tokens, &stroke("fill", [40.0, 40.0], [40.0, 40.0]));
        let mut picture = RgbaImage::new(404, 288);
        draw(&tokens, false, &viewpoint(), &mut picture);
        let share = |of: [u8; 4], columns: std::ops::Range<u32>| {
            let pixels = picture.enumerate_pixels().filter(|(x, _, _)| columns.contains(x));
            pixels.filter(|(_, _, p)| p.0 == of).count()
        };
        assert!(share(BLUE, 0..190) > 10_000, "the canvas is on the left");
        assert!(share(ARROW, 150..220) > 10, "the arrow is at its right");
        let lit = picture.enumerate_pixels().filter(|(x, _, p)| *x > 230 && p.0[2] > 150).count();
        assert!(lit > 500, "the tiling is on the right: {lit}");
    }
}
