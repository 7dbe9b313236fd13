//! How things look: the card behind the *Look* button of the top bar, and the legend on the canvas.

use super::egui::{
    Align2, Checkbox, Color32, Context, FontId, Id, LayerId, Pos2, Rect, RichText, Sense, Shape, Slider, StrokeKind,
    Ui, Vec2, WidgetInfo, WidgetType, pos2,
};
use super::state::UiState;
use super::style;
use super::swarm_view;
use super::widgets::{choice, command_button, engine_choice, row, row_label, section};
use crate::media::looks::RAMP;
use crate::session::{
    Body, ColourBy, Command, LiveCommand, Palette, Preference, Session, TRAIL_RANGE_S, Theme, UI_SCALE_RANGE,
    Workspace, info_of,
};
use crate::worlds::swarm::picture::MAX_SPECIES;

/// Width of the card, points.
const WIDTH: f32 = 276.0;

pub(super) fn show(ui: &mut Ui, session: &Session, state: &UiState, commands: &mut Vec<Command>) {
    ui.set_width(WIDTH);
    let prefs = session.prefs();
    let look = prefs.look;
    let mut prefer = |preference| commands.push(Command::Prefer(preference));

    section(ui, "Particles are");
    let with_key = |meaning: &str, preference: Preference| match info_of(&Command::Prefer(preference)) {
        Some(info) => format!("{meaning}. {} goes to the next", key_of(info)),
        None => meaning.to_owned(),
    };
    let options: Vec<_> =
        Body::ALL.iter().map(|&b| (b, b.name(), with_key(b.meaning(), Preference::NextBody))).collect();
    if let Some(body) = choice(ui, look.body, &options) {
        prefer(Preference::Body(body));
    }
    section(ui, "Colour by");
    let options: Vec<_> =
        ColourBy::ALL.iter().map(|&c| (c, c.name(), with_key(c.meaning(), Preference::NextColourBy))).collect();
    if let Some(by) = choice(ui, look.colour_by, &options) {
        prefer(Preference::ColourBy(by));
    }
    section(ui, "Species are");
    for &palette in Palette::ALL {
        if swatches(ui, palette, prefs.theme, palette == look.palette) {
            prefer(Preference::Palette(palette));
        }
    }
    section(ui, "Light and time");
    toggle(ui, "Glow", look.glow, Command::Prefer(Preference::ToggleGlow), commands);
    if state.glow_is_left_out {
        let text = "left out: so many, and no GPU";
        let tooltip = "This machine draws in software: more than 2000 particles are drawn without their light";
        ui.label(RichText::new(text).small().color(style::WARN)).on_hover_text(tooltip);
    }
    toggle(ui, "Trails", look.trails, Command::Prefer(Preference::ToggleTrails), commands);
    if look.trails {
        let mut seconds = look.trail_s;
        let [min, max] = TRAIL_RANGE_S;
        let slider = Slider::new(&mut seconds, min..=max).logarithmic(true).suffix(" s").max_decimals(1);
        if row(ui, "Length", "How long a trail takes to fade", slider).changed() {
            commands.push(Command::Prefer(Preference::TrailS(seconds)));
        }
    }
    toggle(
        ui,
        "Without noise",
        session.document().world.live.denoised,
        Command::Live(LiveCommand::ToggleDenoised),
        commands,
    );

    section(ui, "Window");
    let options: Vec<_> = Theme::ALL.iter().map(|&t| (t, t.name(), t.meaning().to_owned())).collect();
    if let Some(theme) = choice(ui, prefs.theme, &options) {
        commands.push(Command::Prefer(Preference::Theme(theme)));
    }
    ui.horizontal(|ui| {
        row_label(ui, "Size").on_hover_text("Size of panels and text");
        ui.add_enabled_ui(prefs.ui_scale > UI_SCALE_RANGE[0], |ui| {
            command_button(ui, "−", Command::Prefer(Preference::SmallerUi), commands)
        });
        let percent = format!("{:.0} %", 100.0 * prefs.ui_scale);
        command_button(ui, &percent, Command::Prefer(Preference::DefaultUi), commands);
        ui.add_enabled_ui(prefs.ui_scale < UI_SCALE_RANGE[1], |ui| {
            command_button(ui, "+", Command::Prefer(Preference::LargerUi), commands)
        });
    });
    let clicked = engine_choice(ui, prefs, ". The swarm takes it when the program is started next");
    commands.extend(clicked.map(|engine| Command::Prefer(Preference::Engine(engine))));
}

fn key_of(info: &crate::session::CommandInfo) -> String {
    info.shortcut.map_or_else(|| format!("“{}”", info.name), |s| s.text())
}

fn toggle(ui: &mut Ui, name: &str, mut on: bool, command: Command, commands: &mut Vec<Command>) {
    let tooltip = info_of(&command).map_or_else(String::new, |info| info.full_tooltip());
    if ui.add(Checkbox::new(&mut on, name)).on_hover_text(tooltip).changed() {
        commands.push(command);
    }
}

/// A palette as a row of its colours; returns whether it was clicked.
fn swatches(ui: &mut Ui, palette: Palette, theme: Theme, chosen: bool) -> bool {
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 26.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(WidgetType::RadioButton, true, chosen, palette.name()));
    let line = match (chosen, response.hovered() || response.has_focus()) {
        (true, _) => style::ACCENT,
        (false, true) => style::TEXT_WEAK,
        (false, false) => style::LINE,
    };
    ui.painter().rect(rect, 6.0, style::CANVAS, (1.0, line.colour()), StrokeKind::Inside);
    for (k, [r, g, b]) in palette.colours(theme).into_iter().enumerate() {
        let at = pos2(rect.left() + 16.0 + 19.0 * k as f32, rect.center().y);
        ui.painter().add(swarm_view::arrow(at, 0.5, 13.0, Color32::from_rgb(r, g, b)));
    }
    let at = rect.right_center() - Vec2::new(10.0, 0.0);
    ui.painter().text(at, Align2::RIGHT_CENTER, palette.name(), FontId::proportional(11.0), style::TEXT.colour());
    response.on_hover_text(format!("{}. Safe for the colour-blind", palette.meaning())).clicked()
}

/// What the colours mean, in the upper right corner of the canvas: hints and the strip of rules are below. `range`: the
/// numbers at both ends of the ramp.
pub(super) fn legend(ctx: &Context, free: Rect, session: &Session, range: Option<[f64; 2]>) {
    let prefs = session.prefs();
    let by = prefs.look.colour_by;
    if by == ColourBy::Species || session.workspace() == Workspace::Paint || session.live().particles == 0 {
        return;
    }
    let painter =
        ctx.layer_painter(LayerId::new(super::egui::Order::Background, Id::new("legend"))).with_clip_rect(free);
    let ramp = by.ramp(prefs.theme).map(|[r, g, b]| Color32::from_rgb(r, g, b));
    let corner = free.right_top() + Vec2::new(-18.0, 40.0);
    let ground = if by.is_cyclic() {
        Rect::from_min_max(corner + Vec2::new(-74.0, -32.0), corner + Vec2::new(10.0, 66.0))
    } else {
        Rect::from_min_max(corner + Vec2::new(-232.0, -32.0), corner + Vec2::new(10.0, 8.0))
    };
    painter.rect_filled(ground, 8.0, style::CANVAS.gamma_multiply(0.8));
    let text = |at: Pos2, anchor: Align2, words: &str| {
        painter.text(at, anchor, words, FontId::proportional(11.5), style::TEXT.colour())
    };
    if by.is_cyclic() {
        let (radius, centre) = (26.0, corner + Vec2::new(-30.0, 28.0));
        wheel(&painter, centre, radius, &ramp);
        text(centre - Vec2::new(0.0, radius + 8.0), Align2::CENTER_BOTTOM, "heading");
        return;
    }
    let bar = Rect::from_min_max(corner - Vec2::new(170.0, 8.0), corner);
    for k in 0..RAMP - 1 {
        let at = |k: usize| bar.left() + bar.width() * k as f32 / (RAMP - 1) as f32;
        let part = Rect::from_x_y_ranges(at(k)..=at(k + 1), bar.y_range());
        let mut mesh = super::egui::Mesh::default();
        for (corner, colour) in [
            (part.left_top(), ramp[k]),
            (part.right_top(), ramp[k + 1]),
            (part.right_bottom(), ramp[k + 1]),
            (part.left_bottom(), ramp[k]),
        ] {
            mesh.colored_vertex(corner, colour);
        }
        mesh.add_triangle(0, 1, 2);
        mesh.add_triangle(0, 2, 3);
        painter.add(Shape::mesh(mesh));
    }
    let (low, high, what) = match (by, range) {
        (ColourBy::Energy, Some(_)) => ("low".to_owned(), "high".to_owned(), "energy"),
        (_, Some([low, high])) => (format!("{low:.1}"), format!("{high:.1} ℓ per time"), "speed"),
        (_, None) => (String::new(), "measuring…".to_owned(), by.name()),
    };
    let above = bar.top() - 3.0;
    text(pos2(bar.left(), above), Align2::LEFT_BOTTOM, &low);
    text(pos2(bar.right(), above), Align2::RIGHT_BOTTOM, &high);
    text(pos2(bar.left() - 8.0, bar.center().y), Align2::RIGHT_CENTER, what);
}

/// Small arrows around a circle, each in the colour of its heading.
fn wheel(painter: &super::egui::Painter, centre: Pos2, radius: f32, ramp: &[Color32; RAMP]) {
    const ARROWS: usize = 16;
    for k in 0..ARROWS {
        let turn = k as f32 / ARROWS as f32;
        let heading = std::f32::consts::TAU * turn;
        let place = turn * RAMP as f32;
        let (low, share) = (place as usize % RAMP, place.fract());
        let colour = ramp[low].lerp_to_gamma(ramp[(low + 1) % RAMP], share);
        let at = centre + radius * Vec2::new(heading.cos(), -heading.sin());
        painter.add(swarm_view::arrow(at, heading, 11.0, colour));
    }
}

const _: () = assert!(RAMP == MAX_SPECIES, "palettes and ramps go to the shader in the same form");
