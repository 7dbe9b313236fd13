//! Colours of the canvas.

use bevy::color::{Color, LinearRgba, Srgba};
use bevy_egui::egui::Color32;

use crate::snapshot::MAX_SPECIES;

/// Of the species, told apart by people with any kind of colour vision (after Okabe & Ito, brightened for a dark ground).
pub const SPECIES: [[u8; 3]; MAX_SPECIES] = [
    [92, 190, 245],
    [245, 166, 35],
    [45, 205, 155],
    [240, 105, 70],
    [243, 230, 90],
    [226, 140, 200],
    [120, 140, 255],
    [220, 225, 235],
];

/// Around the box.
pub const GROUND: Color = Color::Srgba(Srgba { red: 0.030, green: 0.035, blue: 0.050, alpha: 1.0 });

/// Inside the box and its edge: linear, premultiplied.
pub const STAGE_FILL: [f32; 4] = [0.0065, 0.0080, 0.0130, 1.0];
pub const STAGE_EDGE: [f32; 4] = [0.045, 0.060, 0.095, 1.0];

pub const GUIDE: Color32 = Color32::from_rgba_premultiplied(80, 90, 110, 120);
pub const ERASER: Color32 = Color32::from_rgb(240, 105, 90);
pub const PUSH: Color32 = Color32::from_rgb(120, 200, 255);
pub const PULL: Color32 = Color32::from_rgb(255, 180, 90);

/// [`SPECIES`] as the shader wants it: linear.
pub fn palette() -> [[f32; 4]; MAX_SPECIES] {
    SPECIES.map(|[r, g, b]| LinearRgba::from(Srgba::rgb_u8(r, g, b)).to_f32_array())
}
