//! Pan and zoom of the canvas: smooth, about the cursor, and fitted to the box until the user moves it.

use bevy_egui::egui::{Pos2, Rect, Vec2, vec2};
use glam::DVec2;

use super::draw::View;
use crate::window::runtime::gaze::{Gaze, glided};

/// Smallest and largest zoom, points per length of the fitted view.
const ZOOM_RANGE: [f64; 2] = [0.2, 40.0];

/// How fast the zoom follows the wheel, 1/s.
const ZOOM_RATE: f64 = 16.0;

/// Height of the view that follows a creature, lengths.
const FOLLOWED_LENGTH: f64 = 28.0;

/// What part of a world the canvas shows. World y points up, screen y down. "Points" are egui's logical pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Camera {
    /// World position in the middle of the free rectangle.
    centre: DVec2,
    /// Points per length.
    zoom: f64,
    zoom_goal: f64,
    /// A world position held under a screen position while the zoom changes.
    anchor: Option<(DVec2, Pos2)>,
    box_size: DVec2,
    /// The view was not moved since it was fitted: keep it fitted.
    fitted: bool,
}

/// A way on the screen with y up, points.
fn upright(way: Vec2) -> DVec2 {
    DVec2::new(way.x.into(), (-way.y).into())
}

/// Sides of a rectangle, points.
fn sides(rect: Rect) -> DVec2 {
    DVec2::new(rect.width().max(1.0).into(), rect.height().max(1.0).into())
}

impl Default for Camera {
    fn default() -> Self {
        Self { centre: DVec2::splat(0.5), zoom: 1.0, zoom_goal: 1.0, anchor: None, box_size: DVec2::ONE, fitted: true }
    }
}

impl Camera {
    /// Once a frame, before anything is read: follows the box and the free rectangle, and moves on by `dt_s` seconds.
    pub fn update(&mut self, free: Rect, box_size: DVec2, dt_s: f64) {
        if box_size != self.box_size && box_size.min_element() > 0.0 {
            self.box_size = box_size;
            self.fitted = true;
        }
        if self.fitted {
            self.centre = 0.5 * self.box_size;
            self.zoom = self.fitted_zoom(free);
            self.zoom_goal = self.zoom;
            self.anchor = None;
            return;
        }
        let share = 1.0 - (-ZOOM_RATE * dt_s).exp();
        self.zoom *= (self.zoom_goal / self.zoom).powf(share);
        if (self.zoom_goal / self.zoom).ln().abs() < 1e-3 {
            self.zoom = self.zoom_goal;
        }
        if let Some((world, screen)) = self.anchor {
            self.centre = world - upright(screen - free.center()) / self.zoom;
            if self.zoom == self.zoom_goal {
                self.anchor = None;
            }
        }
    }

    /// Glides towards a place on a torus, the shorter way round; `dt_s`: since the last frame. Zooms in when the whole box
    /// was shown.
    pub fn follow(&mut self, free: Rect, place: DVec2, dt_s: f64) {
        if self.fitted {
            self.fitted = false;
            self.zoom_goal = self.zoom.max(f64::from(free.height()) / FOLLOWED_LENGTH);
        }
        self.centre = glided(self.centre, place, self.box_size, dt_s);
        self.anchor = None;
    }

    /// What is shown, for a film.
    pub fn gaze(&self, free: Rect, followed: Option<DVec2>) -> Gaze {
        Gaze {
            is_fitted: self.fitted,
            centre: self.centre,
            magnification: Gaze::FITTED * self.zoom / self.fitted_zoom(free),
            shape: sides(free),
            followed,
        }
    }

    /// Shows the whole box again.
    pub fn fit(&mut self) {
        self.fitted = true;
    }

    fn fitted_zoom(&self, free: Rect) -> f64 {
        Gaze::FITTED * (sides(free) / self.box_size).min_element()
    }

    /// Zooms by `factor`, keeping what is under `screen` where it is.
    pub fn zoom_about(&mut self, free: Rect, screen: Pos2, factor: f64) {
        let fitted = self.fitted_zoom(free);
        self.anchor = Some((self.world_from_screen(free, screen), screen));
        self.zoom_goal = (self.zoom_goal * factor).clamp(ZOOM_RANGE[0] * fitted, ZOOM_RANGE[1] * fitted);
        self.fitted = false;
    }

    /// Moves the picture along with the pointer by `points`.
    pub fn pan(&mut self, points: Vec2) {
        self.centre -= upright(points) / self.zoom;
        self.anchor = None;
        self.zoom_goal = self.zoom;
        self.fitted = false;
    }

    pub fn points_per_length(&self) -> f64 {
        self.zoom
    }

    pub fn world_from_screen(&self, free: Rect, screen: Pos2) -> DVec2 {
        self.centre + upright(screen - free.center()) / self.zoom
    }

    pub fn screen_from_world(&self, free: Rect, world: DVec2) -> Pos2 {
        let off = (world - self.centre) * self.zoom;
        free.center() + vec2(off.x as f32, -off.y as f32)
    }

    /// The geometric part of the shader's view. `screen` is the whole window in points.
    pub fn view(&self, free: Rect, screen: Rect, pixels_per_point: f32, periodic: bool, body_length: f64) -> View {
        let size = screen.size();
        let origin = self.screen_from_world(free, DVec2::ZERO) - screen.min;
        let zoom = self.zoom as f32;
        let seen = vec2(free.width() / zoom, free.height() / zoom);
        let top_left = self.world_from_screen(free, free.min).as_vec2();
        let pixel_length = 1.0 / (zoom * pixels_per_point);
        // Never smaller than the eye can follow.
        let body_length = (body_length as f32).max(2.5 * pixel_length);
        let [w, h] = self.box_size.as_vec2().to_array();
        let tiles = |seen: f32, side: f32| (((seen + 4.0 * body_length) / side).ceil() as u32).clamp(1, 3);
        View {
            ndc_scale: [2.0 * zoom / size.x, 2.0 * zoom / size.y],
            ndc_offset: [2.0 * origin.x / size.x - 1.0, 1.0 - 2.0 * origin.y / size.y],
            box_size: [w, h],
            view_min: [top_left.x, top_left.y - seen.y],
            tiles: if periodic { [tiles(seen.x, w), tiles(seen.y, h)] } else { [0, 0] },
            body_length,
            pixel_length,
            ..View::default()
        }
    }
}

#[cfg(test)]
mod film_tests;

#[cfg(test)]
mod tests {
    use bevy_egui::egui::pos2;

    use super::*;

    const FREE: Rect = Rect { min: pos2(200.0, 40.0), max: pos2(1000.0, 640.0) };
    const BOX: DVec2 = DVec2::new(16.0, 10.0);
    const SCREEN: Rect = Rect { min: pos2(0.0, 0.0), max: pos2(1280.0, 800.0) };

    fn fitted() -> Camera {
        let mut camera = Camera::default();
        camera.update(FREE, BOX, 0.016);
        camera
    }

    #[test]
    fn the_fitted_box_is_inside_the_free_rectangle_with_y_up() {
        let camera = fitted();
        let low = camera.screen_from_world(FREE, DVec2::ZERO);
        let high = camera.screen_from_world(FREE, BOX);
        assert!(FREE.contains(low) && FREE.contains(high));
        assert!(low.x < high.x && low.y > high.y);
    }

    #[test]
    fn zooming_keeps_the_point_under_the_cursor() {
        let mut camera = fitted();
        let cursor = pos2(333.0, 222.0);
        let before = camera.world_from_screen(FREE, cursor);
        camera.zoom_about(FREE, cursor, 3.0);
        for _ in 0..120 {
            camera.update(FREE, BOX, 0.016);
            let now = camera.world_from_screen(FREE, cursor);
            assert!(now.abs_diff_eq(before, 1e-4), "{before} {now}");
        }
        assert!((camera.points_per_length() / fitted().points_per_length() - 3.0).abs() < 1e-6);
    }

    #[test]
    fn shader_and_pointer_agree_on_positions() {
        let mut camera = fitted();
        camera.pan(vec2(31.0, -17.0));
        let view = camera.view(FREE, SCREEN, 2.0, true, 0.4);
        for world in [DVec2::ZERO, DVec2::new(3.0, 9.0), DVec2::new(16.0, 2.5)] {
            let at = camera.screen_from_world(FREE, world);
            let ndc = [0, 1].map(|k| world[k] as f32 * view.ndc_scale[k] + view.ndc_offset[k]);
            let drawn = pos2(0.5 * (ndc[0] + 1.0) * SCREEN.width(), 0.5 * (1.0 - ndc[1]) * SCREEN.height());
            assert!((drawn - at).length() < 1e-2, "{drawn:?} {at:?}");
        }
    }

    #[test]
    fn following_takes_the_shorter_way_around_the_torus() {
        let mut camera = fitted();
        let mut last = 0.5 * BOX;
        for _ in 0..300 {
            camera.follow(FREE, DVec2::new(15.5, 0.5), 0.016);
            camera.update(FREE, BOX, 0.016);
            let now = camera.world_from_screen(FREE, FREE.center());
            let moved = (now - last).abs();
            assert!(moved.min(BOX - moved).max_element() < 1.0);
            last = now;
        }
        assert!(last.abs_diff_eq(DVec2::new(15.5, 0.5), 1e-2), "{last}");
        // Over the edge: never through the middle of the box.
        camera.follow(FREE, DVec2::splat(0.5), 0.016);
        let x = camera.world_from_screen(FREE, FREE.center()).x;
        assert!(!(1.0..15.0).contains(&x), "{x}");
    }

    #[test]
    fn a_new_box_is_fitted_again() {
        let mut camera = fitted();
        camera.pan(vec2(300.0, 0.0));
        camera.update(FREE, 0.5 * BOX, 0.016);
        let mut fresh = Camera::default();
        fresh.update(FREE, 0.5 * BOX, 0.016);
        assert_eq!(camera, fresh);
    }
}
