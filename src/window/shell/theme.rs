//! Colours of the canvas, in either theme.

use bevy::color::Color;
use bevy_egui::egui::Color32;

use crate::media::looks::linear;
use crate::session::{ColourBy, Look, Theme};
use crate::window::panels::Ink;
use crate::worlds::swarm::picture::MAX_SPECIES;

/// Lines that help: the circle of what a particle sees, axes, the grid.
pub fn guide(theme: Theme) -> Color32 {
    match theme {
        Theme::Dark => Color32::from_rgba_premultiplied(80, 90, 110, 120),
        Theme::Light => Color32::from_rgb(140, 140, 136),
    }
}

pub fn eraser(theme: Theme) -> Color32 {
    match theme {
        Theme::Dark => Color32::from_rgb(240, 105, 90),
        Theme::Light => Color32::from_rgb(190, 50, 38),
    }
}

pub fn stir(theme: Theme) -> Color32 {
    match theme {
        Theme::Dark => Color32::from_rgb(76, 194, 180),
        Theme::Light => Color32::from_rgb(20, 120, 108),
    }
}

/// The circle of the hand that picks what to follow, and its words.
pub fn follow(theme: Theme) -> Color32 {
    match theme {
        Theme::Dark => Color32::from_rgb(230, 235, 245),
        Theme::Light => Color32::from_rgb(40, 44, 52),
    }
}

/// Frames and rings around what is selected.
pub fn selected() -> Color32 {
    Ink::TextStrong.colour()
}

pub fn push(theme: Theme) -> Color32 {
    match theme {
        Theme::Dark => Color32::from_rgb(120, 200, 255),
        Theme::Light => Color32::from_rgb(20, 110, 180),
    }
}

pub fn pull(theme: Theme) -> Color32 {
    match theme {
        Theme::Dark => Color32::from_rgb(255, 180, 90),
        Theme::Light => Color32::from_rgb(180, 95, 0),
    }
}

/// Inside the box, its edge, and around it: linear, opaque.
pub fn stage(theme: Theme) -> [[f32; 4]; 3] {
    [theme.stage().map(linear), theme.edge(), theme.ground().map(linear)].map(|[r, g, b]| [r, g, b, 1.0])
}

/// Colours as the shader expects them: linear.
fn for_shader(colours: [[u8; 3]; MAX_SPECIES]) -> [[f32; 4]; MAX_SPECIES] {
    colours.map(|[r, g, b]| [linear(r), linear(g), linear(b), 1.0])
}

/// The colours of the species.
pub fn palette(look: &Look, theme: Theme) -> [[f32; 4]; MAX_SPECIES] {
    for_shader(look.palette.colours(theme))
}

/// The colours of the number that is shown.
pub fn ramp(by: ColourBy, theme: Theme) -> [[f32; 4]; MAX_SPECIES] {
    for_shader(by.ramp(theme))
}

/// Around the box.
pub fn ground(theme: Theme) -> Color {
    let [r, g, b] = theme.ground();
    Color::srgb_u8(r, g, b)
}
