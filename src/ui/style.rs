//! The look, set once: calm, dark, one accent colour.

use super::egui::{self, Color32, CornerRadius, FontFamily, FontId, Margin, Stroke, TextStyle, Theme, Vec2};
use crate::observe::picture::PALETTE;
use crate::snapshot::MAX_SPECIES;

/// Of the species, as in the pictures the program writes.
pub const SPECIES_COLOURS: [Color32; MAX_SPECIES] = {
    let mut colours = [Color32::BLACK; MAX_SPECIES];
    let mut i = 0;
    while i < MAX_SPECIES {
        let [r, g, b] = PALETTE[i];
        colours[i] = Color32::from_rgb(r, g, b);
        i += 1;
    }
    colours
};

/// Names of the colours, for tooltips and screen readers.
pub(super) const SPECIES_NAMES: [&str; MAX_SPECIES] =
    ["vermilion", "sky blue", "yellow", "green", "purple", "orange", "blue", "white"];

/// The one accent colour.
pub const ACCENT: Color32 = Color32::from_rgb(0x4C, 0xC2, 0xB4);
pub(super) const ACCENT_DARK: Color32 = Color32::from_rgb(0x1E, 0x5A, 0x55);
pub(super) const WARN: Color32 = Color32::from_rgb(0xF2, 0xB1, 0x4A);
pub(super) const ERROR: Color32 = Color32::from_rgb(0xF2, 0x77, 0x6B);

/// The ground of the canvas and of previews.
pub const CANVAS: Color32 = Color32::from_rgb(0x0B, 0x0D, 0x12);
pub(super) const PANEL: Color32 = Color32::from_rgb(0x15, 0x18, 0x20);
pub(super) const BAR: Color32 = Color32::from_rgb(0x10, 0x13, 0x1A);
pub(super) const FIELD: Color32 = Color32::from_rgb(0x1F, 0x24, 0x2F);
const FIELD_HOT: Color32 = Color32::from_rgb(0x2A, 0x31, 0x3F);
pub(super) const LINE: Color32 = Color32::from_rgb(0x2B, 0x31, 0x3D);
pub(super) const TEXT: Color32 = Color32::from_rgb(0xC6, 0xCC, 0xD6);
pub(super) const TEXT_STRONG: Color32 = Color32::from_rgb(0xF1, 0xF4, 0xF8);
pub(super) const TEXT_WEAK: Color32 = Color32::from_rgb(0x8A, 0x93, 0xA3);

/// Sets fonts, spacing and colours.
pub fn set_style(ctx: &egui::Context) {
    ctx.set_theme(Theme::Dark);
    ctx.style_mut_of(Theme::Dark, |style| {
        style.text_styles = [
            (TextStyle::Small, FontId::new(11.0, FontFamily::Proportional)),
            (TextStyle::Body, FontId::new(13.5, FontFamily::Proportional)),
            (TextStyle::Button, FontId::new(13.5, FontFamily::Proportional)),
            (TextStyle::Heading, FontId::new(17.0, FontFamily::Proportional)),
            (TextStyle::Monospace, FontId::new(12.5, FontFamily::Monospace)),
        ]
        .into();
        style.animation_time = 0.12;
        style.interaction.tooltip_delay = 0.35;
        style.interaction.selectable_labels = false;
        let spacing = &mut style.spacing;
        spacing.item_spacing = Vec2::new(8.0, 5.0);
        spacing.button_padding = Vec2::new(9.0, 4.0);
        spacing.interact_size = Vec2::new(36.0, 22.0);
        spacing.slider_width = 110.0;
        spacing.slider_rail_height = 4.0;
        spacing.combo_width = 110.0;
        spacing.window_margin = Margin::same(12);
        spacing.menu_margin = Margin::same(6);
        spacing.tooltip_width = 280.0;
        spacing.scroll.bar_width = 6.0;

        let v = &mut style.visuals;
        v.override_text_color = None;
        v.weak_text_color = Some(TEXT_WEAK);
        v.panel_fill = PANEL;
        v.window_fill = PANEL;
        v.window_stroke = Stroke::new(1.0, LINE);
        v.window_corner_radius = CornerRadius::same(10);
        v.menu_corner_radius = CornerRadius::same(8);
        v.extreme_bg_color = CANVAS;
        v.faint_bg_color = FIELD;
        v.warn_fg_color = WARN;
        v.error_fg_color = ERROR;
        v.hyperlink_color = ACCENT;
        v.selection.bg_fill = ACCENT_DARK;
        v.selection.stroke = Stroke::new(1.0, TEXT_STRONG);
        v.slider_trailing_fill = true;
        v.handle_shape = egui::style::HandleShape::Circle;
        let widgets = &mut v.widgets;
        for (state, fill, text) in [
            (&mut widgets.noninteractive, PANEL, TEXT),
            (&mut widgets.inactive, FIELD, TEXT),
            (&mut widgets.hovered, FIELD_HOT, TEXT_STRONG),
            (&mut widgets.active, ACCENT_DARK, TEXT_STRONG),
            (&mut widgets.open, FIELD_HOT, TEXT_STRONG),
        ] {
            state.bg_fill = fill;
            state.weak_bg_fill = fill;
            state.fg_stroke = Stroke::new(1.0, text);
            state.bg_stroke = Stroke::NONE;
            state.corner_radius = CornerRadius::same(6);
            state.expansion = 0.0;
        }
        widgets.noninteractive.bg_stroke = Stroke::new(1.0, LINE);
    });
}
