//! What pens do to the canvas of a token. Places are in canvas pixels from its upper left corner; the front is to the right,
//! so that the mirror image of a token is above and below its axis.

use glam::DVec2;

use super::{MAX_CANVAS, MAX_SIZE_PX, MIN_CANVAS, MIN_SIZE_PX, Token};

/// Shortest radius of a pen, canvas pixels: one pixel.
const MIN_PEN: f64 = 0.5;

impl Token {
    /// The index of the pixel at a position; `None` outside.
    fn index(&self, at: DVec2) -> Option<usize> {
        let inside = 0.0..self.side as f64;
        (inside.contains(&at.x) && inside.contains(&at.y)).then(|| at.y as usize * self.side + at.x as usize)
    }

    /// The colour at a position; `None` outside.
    pub fn colour(&self, at: DVec2) -> Option<[u8; 4]> {
        self.index(at).map(|k| self.pixels[k])
    }

    /// Paints all pixels nearer than `radius` to the way between two positions, and always those on the way itself.
    pub fn draw_line(&mut self, from: DVec2, to: DVec2, radius: f64, colour: [u8; 4]) {
        let way = to - from;
        let length = way.length();
        if radius > MIN_PEN {
            let square = (length * length).max(1e-12);
            for k in 0..self.pixels.len() {
                let off = DVec2::new((k % self.side) as f64 + 0.5, (k / self.side) as f64 + 0.5) - from;
                let share = (off.dot(way) / square).clamp(0.0, 1.0);
                if off.distance(share * way) <= radius {
                    self.pixels[k] = colour;
                }
            }
        }
        let points = (2.0 * length).ceil().clamp(1.0, 1e4) as usize;
        for point in 0..=points {
            let share = point as f64 / points as f64;
            if let Some(k) = self.index(from + share * way) {
                self.pixels[k] = colour;
            }
        }
    }

    /// Paints the area of one colour that a position is in.
    pub fn fill(&mut self, at: DVec2, colour: [u8; 4]) {
        let Some(start) = self.index(at) else { return };
        let old = self.pixels[start];
        if old == colour {
            return;
        }
        let side = self.side;
        let mut open = vec![start];
        while let Some(k) = open.pop() {
            if self.pixels[k] != old {
                continue;
            }
            self.pixels[k] = colour;
            let (x, y) = (k % side, k / side);
            let around = [
                (x > 0, k.wrapping_sub(1)),
                (x + 1 < side, k + 1),
                (y > 0, k.wrapping_sub(side)),
                (y + 1 < side, k + side),
            ];
            open.extend(around.into_iter().filter(|(inside, _)| *inside).map(|(_, next)| next));
        }
    }

    /// The mirror image of a position, on the other side of the axis of the token.
    pub fn mirrored(&self, at: DVec2) -> DVec2 {
        DVec2::new(at.x, self.side as f64 - at.y)
    }

    fn remap(&mut self, from: impl Fn(usize, usize) -> Option<(usize, usize)>) {
        let old = self.pixels.clone();
        for (k, pixel) in self.pixels.iter_mut().enumerate() {
            let source = from(k % self.side, k / self.side);
            *pixel = source.map_or([0; 4], |(x, y)| old[y * self.side + x]);
        }
    }

    /// Front to back.
    pub fn flip(&mut self) {
        let last = self.side - 1;
        self.remap(|x, y| Some((last - x, y)));
    }

    /// A quarter turn to the left.
    pub fn turn(&mut self) {
        let last = self.side - 1;
        self.remap(|x, y| Some((last - y, x)));
    }

    /// Moves what is drawn so that its middle is that of the canvas: a token turns about it.
    pub fn centre(&mut self) {
        let drawn: Vec<usize> = (0..self.pixels.len()).filter(|&k| self.light(k) > 0).collect();
        let middle = |at: &dyn Fn(usize) -> usize| {
            let (low, high) = drawn.iter().map(|&k| at(k)).fold((usize::MAX, 0), |(l, h), v| (l.min(v), h.max(v)));
            (low + high) as i64
        };
        if drawn.is_empty() {
            return;
        }
        let side = self.side as i64;
        let shift =
            [middle(&|k| k % self.side), middle(&|k| k / self.side)].map(|sum| (sum - (side - 1)).div_euclid(2));
        self.remap(|x, y| {
            let (x, y) = (x as i64 + shift[0], y as i64 + shift[1]);
            ((0..side).contains(&x) && (0..side).contains(&y)).then_some((x as usize, y as usize))
        });
    }

    /// Puts what is drawn on a canvas of another side, in the middle, with pixels of the same size in the field.
    pub fn resize(&mut self, side: usize) {
        let side = side.clamp(MIN_CANVAS, MAX_CANVAS);
        let shift = (side as i64 - self.side as i64).div_euclid(2);
        let old = std::mem::replace(self, Self::empty(side));
        self.size_px = (old.size_px * side as f64 / old.side as f64).clamp(MIN_SIZE_PX, MAX_SIZE_PX);
        for (k, pixel) in old.pixels.iter().enumerate() {
            let (x, y) = ((k % old.side) as i64 + shift, (k / old.side) as i64 + shift);
            if (0..side as i64).contains(&x) && (0..side as i64).contains(&y) {
                self.pixels[y as usize * side + x as usize] = *pixel;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: [u8; 4] = [255, 0, 0, 255];

    fn drawn(token: &Token) -> Vec<(usize, usize)> {
        let painted = (0..token.pixels.len()).filter(|&k| token.pixels[k] != [0; 4]);
        painted.map(|k| (k % token.side, k / token.side)).collect()
    }

    #[test]
    fn thin_pens_leave_no_gaps_and_wide_ones_are_round() {
        let mut token = Token::empty(16);
        token.draw_line(DVec2::new(2.5, 3.5), DVec2::new(12.5, 3.5), 0.1, RED);
        assert_eq!(drawn(&token), (2..=12).map(|x| (x, 3)).collect::<Vec<_>>());
        let mut token = Token::empty(16);
        token.draw_line(DVec2::splat(8.0), DVec2::splat(8.0), 3.0, RED);
        assert_eq!(drawn(&token).len(), 32, "a disc of radius 3 has 32 pixel centres");
        token.draw_line(DVec2::splat(-5.0), DVec2::splat(-5.0), 1.0, RED);
        assert_eq!(token.colour(DVec2::new(20.0, 1.0)), None);
    }

    #[test]
    fn filling_stops_at_lines() {
        let mut token = Token::empty(16);
        token.draw_line(DVec2::new(8.5, 0.5), DVec2::new(8.5, 15.5), 0.1, RED);
        token.fill(DVec2::splat(2.0), [0, 255, 0, 255]);
        assert_eq!(token.colour(DVec2::new(7.5, 9.0)), Some([0, 255, 0, 255]));
        assert_eq!(token.colour(DVec2::new(8.5, 9.0)), Some(RED));
        assert_eq!(token.colour(DVec2::new(9.5, 9.0)), Some([0; 4]));
    }

    #[test]
    fn flips_and_turns_come_back_and_centring_moves_to_the_middle() {
        let mut token = Token::empty(16);
        token.draw_line(DVec2::new(1.5, 2.5), DVec2::new(5.5, 2.5), 0.1, RED);
        let before = token.clone();
        token.flip();
        assert_eq!(drawn(&token), (10..=14).map(|x| (x, 2)).collect::<Vec<_>>());
        token.flip();
        assert_eq!(token, before);
        token.turn();
        assert_ne!(token, before);
        (0..3).for_each(|_| token.turn());
        assert_eq!(token, before);
        token.centre();
        assert_eq!(drawn(&token), (6..=10).map(|x| (x, 8)).collect::<Vec<_>>());
    }

    #[test]
    fn a_larger_canvas_keeps_the_size_of_pixels() {
        let mut token = Token { size_px: 12.0, ..Token::empty(16) };
        token.draw_line(DVec2::splat(7.5), DVec2::splat(7.5), 0.1, RED);
        token.resize(24);
        assert_eq!((token.side, token.size_px, drawn(&token)), (24, 18.0, vec![(11, 11)]));
        token.resize(16);
        assert_eq!((token.side, drawn(&token)), (16, vec![(7, 7)]));
    }
}
