//! Colours of the canvas.

use bevy::color::{Color, ColorToComponents, LinearRgba, Srgba};
use bevy_egui::egui::Color32;

use crate::snapshot::MAX_SPECIES;
use crate::ui::{CANVAS, SPECIES_COLOURS};

/// Inside the box and its edge: linear, premultiplied.
pub const STAGE_FILL: [f32; 4] = [0.0065, 0.0080, 0.0130, 1.0];
pub const STAGE_EDGE: [f32; 4] = [0.045, 0.060, 0.095, 1.0];

pub const GUIDE: Color32 = Color32::from_rgba_premultiplied(80, 90, 110, 120);
pub const ERASER: Color32 = Color32::from_rgb(240, 105, 90);
pub const PUSH: Color32 = Color32::from_rgb(120, 200, 255);
pub const STIR: Color32 = Color32::from_rgb(76, 194, 180);
pub const FOLLOW: Color32 = Color32::from_rgb(230, 235, 245);
pub const PULL: Color32 = Color32::from_rgb(255, 180, 90);

/// The colours of the species as the shader wants them: linear.
pub fn palette() -> [[f32; 4]; MAX_SPECIES] {
    SPECIES_COLOURS.map(|c| LinearRgba::from(Srgba::rgb_u8(c.r(), c.g(), c.b())).to_f32_array())
}

/// Around the box.
pub fn ground() -> Color {
    Color::srgb_u8(CANVAS.r(), CANVAS.g(), CANVAS.b())
}
