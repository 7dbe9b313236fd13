//! What the present tool can be set to.

use super::super::egui::{Button, Checkbox, DragValue, Label, RichText, TextEdit, Ui, Vec2};
use super::super::gallery::GalleryCard;
use super::super::style;
use super::super::widgets::{Scale, choice, command_button, slider, slider_int};
use super::stamps;
use crate::session::{
    Command, CurveHeading, Dialog, FillHeading, LatticeKind, MIN_SPACING, PaintCommand, PaintOptions, Pose,
    SelectionOrder, Session, SprayHeading, StampSource, StrokeHeading, Symmetry, Tool, info_of,
};

pub(super) fn show(ui: &mut Ui, session: &Session, gallery: &[GalleryCard], commands: &mut Vec<Command>) {
    let old = session.paint_options();
    let mut new = old;
    match session.tool() {
        Tool::Pen => {
            spacing(ui, session, commands);
            heading(ui, &mut new, "Heading of the next click, counter-clockwise from the right; dragging sets it");
        }
        Tool::Lattice => lattice(ui, session, &mut new, commands),
        Tool::Spray => spray(ui, session, &mut new, commands),
        Tool::Eraser => {
            let mut radius = session.eraser_radius();
            let tooltip = "Radius of the eraser, in units of the picture ([ and ])";
            if slider(ui, "Radius", tooltip, &mut radius, 0.05..=largest(session), Scale::Logarithmic) {
                commands.push(Command::Paint(PaintCommand::SetEraserRadius(radius)));
            }
        }
        Tool::Stamp => {
            stamps::library(ui, session, gallery, commands);
            let name = session.stamp().map_or("nothing", |stamp| &stamp.name);
            pose(ui, &mut new.stamp, 0.1..=5.0, "Size", &format!("How large {name} is placed ([ and ])"));
        }
        Tool::Text => text(ui, session, &mut new, commands),
        Tool::Image => image(ui, session, &mut new, commands),
        tool if tool.draws_curve() => {
            spacing(ui, session, commands);
            curve(ui, &mut new);
        }
        tool if tool.selects() => selection(ui, session, commands),
        Tool::Eyedropper => hint(ui, "Click on a particle: its species and heading become those of the pen."),
        _ => {}
    }
    symmetry_and_snap(ui, &mut new);
    if new != old {
        commands.push(Command::Paint(PaintCommand::SetOptions(new)));
    }
}

/// The longest length that a slider offers, world units.
fn largest(session: &Session) -> f64 {
    0.25 * session.snapshot().box_size.max_element()
}

fn hint(ui: &mut Ui, text: &str) {
    ui.add(Label::new(RichText::new(text).color(style::TEXT_WEAK)).wrap());
}

fn spacing(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let tooltip = "Distance between placed particles, in units of the picture ([ and ])";
    let mut spacing = session.spacing();
    if slider(ui, "Spacing", tooltip, &mut spacing, MIN_SPACING..=largest(session), Scale::Logarithmic) {
        commands.push(Command::Paint(PaintCommand::SetSpacing(spacing)));
    }
}

fn heading(ui: &mut Ui, options: &mut PaintOptions, tooltip: &str) {
    degrees(ui, "Heading", &format!("{tooltip} (comma and full stop turn it by 15°)"), &mut options.heading);
}

/// A slider over a full turn, shown in degrees; `angle` is in radians.
fn degrees(ui: &mut Ui, name: &str, tooltip: &str, angle: &mut f64) {
    let mut shown = angle.to_degrees().round();
    if slider(ui, name, &format!("{tooltip}, in degrees"), &mut shown, -180.0..=180.0, Scale::Linear) {
        *angle = shown.to_radians();
    }
}

fn curve(ui: &mut Ui, options: &mut PaintOptions) {
    let choices = [
        (CurveHeading::Along, "along", "Headings follow the curve".to_owned()),
        (CurveHeading::Across, "across", "Headings are perpendicular to the curve, to its left".to_owned()),
        (CurveHeading::Outward, "outward", "Headings point away from the centre".to_owned()),
    ];
    if let Some(heading) = choice(ui, options.curve, &choices) {
        options.curve = heading;
    }
    turned_about(ui, options, "backwards, to the right, or towards the centre");
}

fn turned_about(ui: &mut Ui, options: &mut PaintOptions, how: &str) {
    ui.add(Checkbox::new(&mut options.reversed, "the other way round"))
        .on_hover_text(format!("Turn these headings about: {how}"));
}

fn fill(ui: &mut Ui, options: &mut PaintOptions) {
    let alike = [
        (FillHeading::Common, "common", "All have the heading of the pen".to_owned()),
        (FillHeading::Random, "random", "Each has a heading of its own".to_owned()),
        (FillHeading::None, "none", "All have heading 0, as in a table without headings".to_owned()),
    ];
    let about_the_middle = [
        (FillHeading::Outward, "outward", "Headings point away from the middle".to_owned()),
        (FillHeading::Around, "around", "Headings go around the middle, counter-clockwise".to_owned()),
    ];
    let chosen = [choice(ui, options.fill, &alike), choice(ui, options.fill, &about_the_middle)];
    if let Some(fill) = chosen.into_iter().flatten().next() {
        options.fill = fill;
    }
    match options.fill {
        FillHeading::Common => heading(ui, options, "Heading of all of them, counter-clockwise from the right"),
        FillHeading::Outward | FillHeading::Around => turned_about(ui, options, "towards the middle, or clockwise"),
        FillHeading::Random | FillHeading::None => {}
    }
}

fn lattice(ui: &mut Ui, session: &Session, options: &mut PaintOptions, commands: &mut Vec<Command>) {
    spacing(ui, session, commands);
    let choices = [
        (LatticeKind::Hexagonal, "hexagonal", "Each has six nearest neighbours".to_owned()),
        (LatticeKind::Square, "square", "Each has four nearest neighbours".to_owned()),
    ];
    if let Some(kind) = choice(ui, options.lattice, &choices) {
        options.lattice = kind;
    }
    fill(ui, options);
}

fn spray(ui: &mut Ui, session: &Session, options: &mut PaintOptions, commands: &mut Vec<Command>) {
    let tooltip = "Radius of the spray, in units of the picture ([ and ])";
    slider(ui, "Radius", tooltip, &mut options.spray_radius, MIN_SPACING..=largest(session), Scale::Logarithmic);
    let tooltip = "How far the sprayed disc fills up: at 1 particles are as dense as the spacing allows";
    slider(ui, "Density", tooltip, &mut options.spray_density, 0.05..=1.0, Scale::Linear);
    spacing(ui, session, commands);
    let choices = [
        (SprayHeading::Along, "along the drag", "Headings follow the pointer".to_owned()),
        (SprayHeading::Random, "random", "Each has a heading of its own".to_owned()),
    ];
    if let Some(spray) = choice(ui, options.spray, &choices) {
        options.spray = spray;
    }
}

fn selection(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let count = session.selection().len();
    let text = match count {
        0 => "Drag around particles to select them; Shift adds.".to_owned(),
        1 => "1 particle selected. Drag it, or a handle.".to_owned(),
        n => format!("{n} particles selected. Drag them, or a handle."),
    };
    hint(ui, &text);
    let any = count > 0;
    let button = |ui: &mut Ui, enabled, name: &str, command: Command, commands: &mut Vec<Command>| {
        small(ui, enabled, name, "", command, commands);
    };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.spacing_mut().button_padding.x = 7.0;
        button(ui, true, "All", Command::Paint(PaintCommand::Selection(SelectionOrder::All)), commands);
        button(ui, true, "Invert", Command::Paint(PaintCommand::Selection(SelectionOrder::Invert)), commands);
        button(ui, any, "Copy", Command::Paint(PaintCommand::Copy), commands);
        button(ui, any, "Cut", Command::Paint(PaintCommand::Cut), commands);
        button(ui, true, "Paste", Command::Paint(PaintCommand::Paste), commands);
    });
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.spacing_mut().button_padding.x = 7.0;
        button(ui, any, "Duplicate", Command::Paint(PaintCommand::Selection(SelectionOrder::Duplicate)), commands);
        button(ui, any, "Delete", Command::Paint(PaintCommand::Selection(SelectionOrder::Delete)), commands);
        let tooltip = "Place what is selected again and again: it becomes a stamp of yours, and is kept";
        small(ui, any, "As stamp", tooltip, Command::Paint(PaintCommand::TakeStamp(StampSource::Selection)), commands);
    });
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.spacing_mut().button_padding.x = 7.0;
        ui.label(RichText::new("Heads").color(style::TEXT_WEAK));
        let turn = |by| Command::Paint(PaintCommand::Selection(SelectionOrder::TurnHeadings(by)));
        let step = std::f64::consts::PI / 12.0;
        small(ui, any, "⟲", "Turn each on the spot by 15°", turn(step), commands);
        small(ui, any, "⟳", "Turn each on the spot by 15° the other way", turn(-step), commands);
        small(ui, any, "Back", "Turn each about", turn(std::f64::consts::PI), commands);
        let outward = Command::Paint(PaintCommand::Selection(SelectionOrder::HeadOutward));
        small(ui, any, "Out", "Head away from the middle of the selection", outward, commands);
        let along = Command::Paint(PaintCommand::Selection(SelectionOrder::HeadAlongNeighbours));
        small(ui, any, "Along", "Head along the line to the nearest neighbours", along, commands);
    });
}

/// A small button. Its tooltip is that of the table where the command is in it.
fn small(ui: &mut Ui, enabled: bool, name: &str, tooltip: &str, command: Command, commands: &mut Vec<Command>) {
    let tooltip = info_of(&command).map_or_else(|| tooltip.to_owned(), |info| info.full_tooltip());
    let response = ui.add_enabled(enabled, Button::new(name)).on_hover_text(&tooltip).on_disabled_hover_text(&tooltip);
    if response.clicked() {
        commands.push(command);
    }
}

fn pose(ui: &mut Ui, pose: &mut Pose, range: std::ops::RangeInclusive<f64>, name: &str, tooltip: &str) {
    slider(ui, name, tooltip, &mut pose.scale, range, Scale::Logarithmic);
    degrees(ui, "Turn", "How far it is turned (comma and full stop)", &mut pose.turn);
}

fn stroke_headings(ui: &mut Ui, now: StrokeHeading) -> Option<StrokeHeading> {
    let choices = [
        (StrokeHeading::Along, "along", "Headings follow the strokes".to_owned()),
        (StrokeHeading::Common, "common", "All have the heading of the pen".to_owned()),
        (StrokeHeading::Random, "random", "Each has a heading of its own".to_owned()),
    ];
    choice(ui, now, &choices)
}

fn text(ui: &mut Ui, session: &Session, options: &mut PaintOptions, commands: &mut Vec<Command>) {
    let mut text = session.text().to_owned();
    let field = TextEdit::singleline(&mut text).hint_text("Type a text").desired_width(f32::INFINITY);
    ui.add(field).on_hover_text("Text to place as particles: click on the canvas");
    if text != session.text() {
        commands.push(Command::Paint(PaintCommand::SetText(text)));
    }
    let side = session.snapshot().box_size.max_element();
    let tooltip = "Height of a line, in units of the picture ([ and ])";
    pose(ui, &mut options.text, 0.02 * side..=side, "Height", tooltip);
    let tooltip = "Distance between the particles along the letters, in units of the picture";
    let range = MIN_SPACING..=largest(session);
    slider(ui, "Spacing", tooltip, &mut options.text_spacing, range, Scale::Logarithmic);
    if let Some(headings) = stroke_headings(ui, options.text_headings) {
        options.text_headings = headings;
    }
    state(ui, session, commands);
}

fn image(ui: &mut Ui, session: &Session, options: &mut PaintOptions, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        command_button(ui, "Choose…", Command::Ask(Dialog::Picture), commands);
        let name = session.image().and_then(|path| path.file_name()).map(|n| n.to_string_lossy().into_owned());
        let text = name.unwrap_or_else(|| "or drop a PNG or JPEG".to_owned());
        ui.add(Label::new(RichText::new(text).color(style::TEXT_WEAK)).truncate());
    });
    if session.image().is_none() {
        return;
    }
    let of = &mut options.image_options;
    let tooltip = "How many particles the image becomes; the spacing follows";
    if slider_int(ui, "Particles", tooltip, &mut of.particles, 10..=2000, Scale::Logarithmic) {
        of.spacing = None;
    }
    let tooltip = "Distance between the particles, in units of the picture; their number follows";
    let mut spacing = of.spacing.unwrap_or(session.stipple().spacing * options.image.scale);
    if slider(ui, "Spacing", tooltip, &mut spacing, MIN_SPACING..=largest(session), Scale::Logarithmic) {
        of.spacing = Some(spacing);
    }
    let tooltip = "Ink fainter than this share of the darkest counts as paper";
    slider(ui, "Threshold", tooltip, &mut of.paper, 0.0..=0.95, Scale::Linear);
    ui.horizontal(|ui| {
        ui.add(Checkbox::new(&mut of.colours, "colours")).on_hover_text(
            "Parts of different colour become different species; otherwise all are of the species chosen",
        );
        ui.add(Checkbox::new(&mut of.invert, "invert"))
            .on_hover_text("Place the background instead of what is drawn on it");
    });
    if let Some(headings) = stroke_headings(ui, of.headings) {
        of.headings = headings;
    }
    let side = session.snapshot().box_size.max_element();
    let tooltip = "Its longer side, in units of the picture ([ and ])";
    pose(ui, &mut options.image, 0.05 * side..=side, "Size", tooltip);
    state(ui, session, commands);
}

/// State of the text or image as particles, and a button that places it.
fn state(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let view = session.stipple();
    if let Some(why) = &view.error {
        ui.add(Label::new(RichText::new(why).color(style::ERROR)).wrap());
        return;
    }
    ui.horizontal(|ui| {
        let any = !view.particles.is_empty();
        let button = Button::new("Place in the middle").fill(style::ACCENT_DARK);
        let tooltip = "Place it in the middle of the box; a click on the canvas places it there";
        if ui.add_enabled(any, button).on_hover_text(tooltip).clicked() {
            commands.push(Command::Paint(PaintCommand::PlaceStamp));
        }
        let count = view.particles.len();
        let text = if view.busy { "working…".to_owned() } else { format!("{count} particles") };
        ui.label(RichText::new(text).color(style::TEXT_WEAK));
    });
}

fn symmetry_and_snap(ui: &mut Ui, options: &mut PaintOptions) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.spacing_mut().button_padding.x = 6.0;
        ui.spacing_mut().interact_size.x = 30.0;
        toggle(ui, "Symmetry", &Command::Paint(PaintCommand::ToggleSymmetry), &mut options.symmetry.on);
        let folds = DragValue::new(&mut options.symmetry.folds).range(1..=Symmetry::MAX_FOLDS).speed(0.05);
        if ui.add(folds).on_hover_text("How many times around the middle; drag or type").changed() {
            options.symmetry.on = true;
        }
        let mirror = Button::new("mirror").selected(options.symmetry.mirror);
        if ui.add(mirror).on_hover_text("Also reflected in the vertical axis of the box").clicked() {
            options.symmetry.mirror ^= true;
            options.symmetry.on = true;
        }
        ui.add_space(4.0);
        toggle(ui, "Snap", &Command::Paint(PaintCommand::ToggleSnap), &mut options.snap.on);
        let pitch = DragValue::new(&mut options.snap.pitch).range(MIN_SPACING..=1e4).speed(0.01).max_decimals(2);
        if ui.add(pitch).on_hover_text("Pitch of the grid, in units of the picture; drag or type").changed() {
            options.snap.on = true;
        }
    });
}

fn toggle(ui: &mut Ui, name: &str, command: &Command, on: &mut bool) {
    let tooltip = info_of(command).map_or_else(String::new, |info| info.full_tooltip());
    let button = Button::new(name).selected(*on).min_size(Vec2::new(0.0, 22.0));
    if ui.add(button).on_hover_text(tooltip).clicked() {
        *on ^= true;
    }
}
