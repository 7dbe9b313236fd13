//! The look: calm, one accent colour, on dark or on light ground.

use std::cell::Cell;

use super::egui::ecolor::{gamma_u8_from_linear_f32, linear_f32_from_gamma_u8};
use super::egui::{self, Color32, CornerRadius, FontFamily, FontId, Margin, Stroke, TextStyle, Vec2};
use crate::media::looks::{Palette, Theme};
use crate::session::Prefs;
use crate::worlds::swarm::picture::MAX_SPECIES;

/// A colour by its part in the look; what it is depends on the theme, and for a species on the palette.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// The one accent colour, for lines and words.
    Accent,
    /// The accent as a ground under strong text.
    AccentDark,
    Warn,
    Error,
    /// The ground of the canvas and of previews.
    Canvas,
    Panel,
    Bar,
    Field,
    FieldHot,
    Line,
    Text,
    TextStrong,
    TextWeak,
    Species(u8),
}

thread_local! {
    /// Theme and palette of the panels: set at the start of each frame, in the thread that draws.
    static CURRENT_STYLE: Cell<(Theme, Palette)> = const { Cell::new((Theme::Dark, Palette::OkabeIto)) };
}

impl Ink {
    pub fn colour(self) -> Color32 {
        let (theme, palette) = CURRENT_STYLE.get();
        self.colour_in(theme, palette)
    }

    /// As [`Color32::gamma_multiply`].
    pub fn gamma_multiply(self, factor: f32) -> Color32 {
        self.colour().gamma_multiply(factor)
    }

    fn colour_in(self, theme: Theme, palette: Palette) -> Color32 {
        let pick = |dark: u32, light: u32| {
            let [_, r, g, b] = (if theme == Theme::Dark { dark } else { light }).to_be_bytes();
            Color32::from_rgb(r, g, b)
        };
        match self {
            Self::Accent => pick(0x4CC2B4, 0x08695D),
            Self::AccentDark => pick(0x1E5A55, 0xA6DDD5),
            Self::Warn => pick(0xF2B14A, 0x8A5200),
            Self::Error => pick(0xF2776B, 0xB3261E),
            Self::Canvas => {
                let [r, g, b] = theme.ground();
                Color32::from_rgb(r, g, b)
            }
            Self::Panel => pick(0x151820, 0xF0EEE9),
            Self::Bar => pick(0x10131A, 0xE6E3DC),
            Self::Field => pick(0x1F242F, 0xDCD8CF),
            Self::FieldHot => pick(0x2A313F, 0xCFCABF),
            Self::Line => pick(0x2B313D, 0xC6C1B6),
            Self::Text => pick(0xC6CCD6, 0x33383F),
            Self::TextStrong => pick(0xF1F4F8, 0x101317),
            Self::TextWeak => pick(0x8A93A3, 0x5A6069),
            Self::Species(species) => {
                let [r, g, b] = palette.colours(theme)[usize::from(species) % MAX_SPECIES];
                Color32::from_rgb(r, g, b)
            }
        }
    }
}

impl From<Ink> for Color32 {
    fn from(ink: Ink) -> Self {
        ink.colour()
    }
}

/// A colour through which the ground is seen. On dark ground it is dimmed, as elsewhere in egui; on paper that would turn it
/// grey, as the GPU mixes light and not what is stored: there it is mixed to look as it does to egui.
pub fn faint(colour: impl Into<Color32>, opacity: f32) -> Color32 {
    let colour = colour.into();
    match CURRENT_STYLE.get().0 {
        Theme::Dark => colour.gamma_multiply(opacity),
        Theme::Light => {
            // Of the light of white paper, what is left under black of this opacity.
            let cover = 1.0 - linear_f32_from_gamma_u8((255.0 * (1.0 - opacity)).round() as u8);
            let share = |x: u8| gamma_u8_from_linear_f32(cover * linear_f32_from_gamma_u8(x));
            let alpha = (cover * f32::from(colour.a())).round() as u8;
            Color32::from_rgba_premultiplied(share(colour.r()), share(colour.g()), share(colour.b()), alpha)
        }
    }
}

/// A colour chosen for dark ground, deepened where the ground is light.
pub(super) fn on_ground([r, g, b]: [u8; 3]) -> Color32 {
    let colour = Color32::from_rgb(r, g, b);
    match CURRENT_STYLE.get().0 {
        Theme::Dark => colour,
        Theme::Light => Color32::from_rgb(colour.r() / 5 * 3, colour.g() / 5 * 3, colour.b() / 5 * 3),
    }
}

/// Of the species, as in the pictures the program writes.
pub const SPECIES_COLOURS: [Ink; MAX_SPECIES] = {
    let mut inks = [Ink::Species(0); MAX_SPECIES];
    let mut i = 0;
    while i < MAX_SPECIES {
        inks[i] = Ink::Species(i as u8);
        i += 1;
    }
    inks
};

/// What people call the colour of a species now, for tooltips and screen readers.
pub(super) fn species_name(species: u8) -> &'static str {
    let (theme, palette) = CURRENT_STYLE.get();
    palette.name_of(species, theme)
}

pub const ACCENT: Ink = Ink::Accent;
pub(super) const ACCENT_DARK: Ink = Ink::AccentDark;
pub(super) const WARN: Ink = Ink::Warn;
pub(super) const ERROR: Ink = Ink::Error;
pub const CANVAS: Ink = Ink::Canvas;
pub(super) const PANEL: Ink = Ink::Panel;
pub(super) const BAR: Ink = Ink::Bar;
pub(super) const FIELD: Ink = Ink::Field;
const FIELD_HOT: Ink = Ink::FieldHot;
pub(super) const LINE: Ink = Ink::Line;
pub(super) const TEXT: Ink = Ink::Text;
pub(super) const TEXT_STRONG: Ink = Ink::TextStrong;
pub(super) const TEXT_WEAK: Ink = Ink::TextWeak;

/// Sets fonts, spacing and colours of both themes. Once, before the first frame.
pub fn set_style(ctx: &egui::Context) {
    // The size of the interface is a command of ours, with its own keys.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
    for theme in [Theme::Dark, Theme::Light] {
        CURRENT_STYLE.set((theme, Palette::default()));
        ctx.style_mut_of(of_egui(theme), |style| {
            measures(style);
            colours(&mut style.visuals);
        });
    }
    CURRENT_STYLE.set((Theme::Dark, Palette::default()));
    ctx.set_theme(egui::Theme::Dark);
}

/// Applies theme, palette and size of the preferences. At the start of each frame.
pub(super) fn wear(ctx: &egui::Context, prefs: &Prefs) {
    CURRENT_STYLE.set((prefs.theme, prefs.look.palette));
    let theme = of_egui(prefs.theme);
    if ctx.theme() != theme {
        ctx.set_theme(theme);
    }
    // Does nothing when it is so already.
    ctx.set_zoom_factor(prefs.ui_scale as f32);
}

fn of_egui(theme: Theme) -> egui::Theme {
    match theme {
        Theme::Dark => egui::Theme::Dark,
        Theme::Light => egui::Theme::Light,
    }
}

fn measures(style: &mut egui::Style) {
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
}

fn colours(v: &mut egui::Visuals) {
    v.override_text_color = None;
    v.weak_text_color = Some(TEXT_WEAK.colour());
    v.panel_fill = PANEL.colour();
    v.window_fill = PANEL.colour();
    v.window_stroke = Stroke::new(1.0, LINE);
    v.window_corner_radius = CornerRadius::same(10);
    v.menu_corner_radius = CornerRadius::same(8);
    v.extreme_bg_color = CANVAS.colour();
    v.faint_bg_color = FIELD.colour();
    v.warn_fg_color = WARN.colour();
    v.error_fg_color = ERROR.colour();
    v.hyperlink_color = ACCENT.colour();
    v.selection.bg_fill = ACCENT_DARK.colour();
    v.selection.stroke = Stroke::new(1.0, TEXT_STRONG);
    v.slider_trailing_fill = true;
    // What is dimmed gets darker on paper (see [`faint`]): less of it looks as pale as it should.
    v.disabled_alpha = if v.dark_mode { 0.5 } else { 0.3 };
    v.handle_shape = egui::style::HandleShape::Circle;
    let widgets = &mut v.widgets;
    for (state, fill, text) in [
        (&mut widgets.noninteractive, PANEL, TEXT),
        (&mut widgets.inactive, FIELD, TEXT),
        (&mut widgets.hovered, FIELD_HOT, TEXT_STRONG),
        (&mut widgets.active, ACCENT_DARK, TEXT_STRONG),
        (&mut widgets.open, FIELD_HOT, TEXT_STRONG),
    ] {
        state.bg_fill = fill.colour();
        state.weak_bg_fill = fill.colour();
        state.fg_stroke = Stroke::new(1.0, text);
        state.bg_stroke = Stroke::NONE;
        state.corner_radius = CornerRadius::same(6);
        state.expansion = 0.0;
    }
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, LINE);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::looks::linear;

    /// Contrast of two colours, 1 to 21 (WCAG 2).
    fn contrast(a: Ink, b: Ink, theme: Theme) -> f32 {
        let light = |ink: Ink| {
            let c = ink.colour_in(theme, Palette::default());
            0.2126 * linear(c.r()) + 0.7152 * linear(c.g()) + 0.0722 * linear(c.b())
        };
        let (a, b) = (light(a), light(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn faint_light_theme_colours_keep_their_hue() {
        CURRENT_STYLE.set((Theme::Light, Palette::default()));
        let orange = Color32::from_rgb(170, 70, 0);
        let through = |opacity: f32| {
            let c = faint(orange, opacity);
            let left = 1.0 - f32::from(c.a()) / 255.0;
            [c.r(), c.g(), c.b()].map(|x| gamma_u8_from_linear_f32(linear(x) + left))
        };
        let [r, g, b] = through(0.3);
        assert!(r > g + 20 && g > b && b.abs_diff(179) < 4, "{r} {g} {b}");
        assert_eq!(through(0.0), [255; 3]);
        assert_eq!(faint(orange, 1.0), orange);
        CURRENT_STYLE.set((Theme::Dark, Palette::default()));
        assert_eq!(faint(orange, 0.3), orange.gamma_multiply(0.3));
    }

    #[test]
    fn every_text_can_be_read_on_its_ground_in_both_themes() {
        for &theme in Theme::ALL {
            for ground in [PANEL, BAR, FIELD, CANVAS] {
                for text in [TEXT, TEXT_STRONG, TEXT_WEAK, ACCENT, WARN, ERROR] {
                    let ratio = contrast(text, ground, theme);
                    assert!(ratio >= 4.0, "{text:?} on {ground:?} in {theme:?}: {ratio:.1}");
                }
            }
            assert!(contrast(TEXT_STRONG, ACCENT_DARK, theme) >= 7.0);
        }
    }
}
