//! A film shows what the window shows.

use bevy_egui::egui::{Rect, pos2, vec2};
use glam::DVec2;

use super::Camera;
use crate::media::picture::{Framing, Painter, PictureStyle, Shot};
use crate::window::runtime::director::Director;
use crate::worlds::swarm::picture::{Particle, Swarm};

const FREE: Rect = Rect { min: pos2(200.0, 40.0), max: pos2(1000.0, 640.0) };
const BOX: DVec2 = DVec2::splat(60.0);
const FRAME_S: f64 = 0.05;

fn camera() -> Camera {
    let mut camera = Camera::default();
    camera.update(FREE, BOX, 0.02);
    camera
}

/// Where the body of a lone particle is seen in the film, in shares of its width and height.
fn seen_at(place: DVec2, director: &Director, framing: Option<Framing>) -> Option<DVec2> {
    let particle = Particle::default().at(place);
    let swarm = Swarm { particles: vec![particle], box_size: BOX };
    let shape = Some(director.shape());
    let style = PictureStyle { size_px: 400, shape, glow: 0.0, body_length: 0.4, ..PictureStyle::default() };
    let picture = Painter::new(style).paint(&Shot { framing, ..swarm.into() });
    let bright = |p: &image::Rgba<u8>| p.0[..3].iter().any(|c| *c > 140);
    let pixels = picture.enumerate_pixels().filter(|(_, _, p)| bright(p));
    let places: Vec<DVec2> = pixels.map(|(x, y, _)| DVec2::new(x.into(), y.into()) + 0.5).collect();
    let size = DVec2::new(picture.width().into(), picture.height().into());
    (!places.is_empty()).then(|| places.iter().sum::<DVec2>() / places.len() as f64 / size)
}

#[test]
fn a_film_shows_each_particle_where_the_window_shows_it() {
    let mut camera = camera();
    camera.zoom_about(FREE, pos2(450.0, 300.0), 3.0);
    (0..200).for_each(|_| camera.update(FREE, BOX, 0.02));
    camera.pan(vec2(40.0, -25.0));
    let gaze = camera.gaze(FREE, None);
    let mut director = Director::new(&gaze, BOX);
    let framing = director.frame(&gaze, FRAME_S);
    assert_eq!(director.shape(), DVec2::new(800.0, 600.0));
    for screen in [pos2(300.0, 100.0), pos2(600.0, 340.0), pos2(900.0, 600.0)] {
        let place = camera.world_from_screen(FREE, screen);
        let DVec2 { x, y } = seen_at(place, &director, framing).expect("it is in sight");
        let there = pos2(FREE.min.x + x as f32 * FREE.width(), FREE.min.y + y as f32 * FREE.height());
        assert!((there - screen).length() < 6.0, "{screen:?} in the window, {there:?} in the film");
    }
    let outside = camera.world_from_screen(FREE, pos2(100.0, 300.0));
    assert_eq!(seen_at(outside, &director, framing), None);
}

#[test]
fn a_film_of_the_whole_box_zooms_with_the_window() {
    let mut camera = camera();
    let gaze = camera.gaze(FREE, None);
    let mut director = Director::new(&gaze, BOX);
    assert_eq!((director.shape(), director.frame(&gaze, FRAME_S)), (BOX, None));
    camera.zoom_about(FREE, FREE.center(), 1.000_001);
    camera.update(FREE, BOX, 1.0);
    let framing = director.frame(&camera.gaze(FREE, None), FRAME_S).expect("the view has moved");
    assert!((framing.magnification - 1.0).abs() < 1e-4, "{framing:?}");
    assert!(framing.centre.abs_diff_eq(DVec2::splat(30.0), 1e-3), "{framing:?}");
    camera.fit();
    camera.update(FREE, BOX, 0.02);
    assert_eq!(director.frame(&camera.gaze(FREE, None), FRAME_S), None);
}

#[test]
fn a_filmed_creature_stays_centred_across_the_edge() {
    let mut camera = camera();
    let mut place = DVec2::new(57.0, 10.0);
    camera.follow(FREE, place, 0.02);
    (0..200).for_each(|_| camera.update(FREE, BOX, 0.02));
    let mut director = Director::new(&camera.gaze(FREE, Some(place)), BOX);
    for k in 0..160 {
        place.x = (place.x + 0.05) % BOX.x;
        let gaze = camera.gaze(FREE, Some(place));
        let framing = director.frame(&gaze, FRAME_S);
        assert!(framing.is_some_and(|framing| framing.is_endless));
        if k % 20 == 19 && k > 40 {
            let at = seen_at(place, &director, framing).expect("it is in sight");
            assert!(at.abs_diff_eq(DVec2::splat(0.5), 0.05), "{place} is seen at {at}");
        }
    }
}
