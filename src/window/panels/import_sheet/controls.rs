//! A control for each assumption: columns, angles, y, frames, box.

use glam::DVec2;

use super::super::egui::{Checkbox, ComboBox, DragValue, Ui};
use super::super::widgets::row_label;
use crate::formats::{
    AngleSense, AngleUnit, AngleZero, BoxChoice, ColumnUse, FormatKind, FrameChoice, ImportOptions, YAxis,
};
use crate::session::ImportSheet;
use crate::worlds::swarm::picture::Mode;

/// The option "leave it to the reader".
const FOUND: &str = "as found";

const TABLE_COLUMNS: [(ColumnUse, &str); 8] = [
    (ColumnUse::X, "x"),
    (ColumnUse::Y, "y"),
    (ColumnUse::Heading, "Heading"),
    (ColumnUse::VelocityX, "Velocity x"),
    (ColumnUse::VelocityY, "Velocity y"),
    (ColumnUse::Species, "Species"),
    (ColumnUse::Frame, "Frame"),
    (ColumnUse::Id, "Id"),
];

/// XYZ defines where positions and frames are.
const XYZ_COLUMNS: [(ColumnUse, &str); 3] =
    [(ColumnUse::Heading, "Heading"), (ColumnUse::Species, "Species"), (ColumnUse::Id, "Id")];

const ANGLE_UNITS: [(Option<AngleUnit>, &str); 3] =
    [(None, FOUND), (Some(AngleUnit::Radians), "radians"), (Some(AngleUnit::Degrees), "degrees")];

const ANGLE_ZEROS: [(Option<AngleZero>, &str); 5] = [
    (None, FOUND),
    (Some(AngleZero::East), "to the right (+x)"),
    (Some(AngleZero::North), "up (north)"),
    (Some(AngleZero::West), "to the left"),
    (Some(AngleZero::South), "down"),
];

const ANGLE_SENSES: [(Option<AngleSense>, &str); 3] = [
    (None, FOUND),
    (Some(AngleSense::CounterClockwise), "counter-clockwise"),
    (Some(AngleSense::Clockwise), "clockwise, as on a compass"),
];

const Y_AXES: [(Option<YAxis>, &str); 3] =
    [(None, FOUND), (Some(YAxis::Up), "counts upwards"), (Some(YAxis::Down), "counts from the top, as in images")];

const MODES: [(Option<Mode>, &str); 3] = [
    (None, FOUND),
    (Some(Mode::Motif), "one creature, of which copies live"),
    (Some(Mode::Whole), "a piece of a pattern that goes on"),
];

pub(super) fn show(ui: &mut Ui, sheet: &ImportSheet, options: &mut ImportOptions) {
    let outline = &sheet.reading().outline;
    match outline.kind {
        FormatKind::Table => {
            let text = "No header: the first line holds particles";
            ui.add(Checkbox::new(&mut options.without_header, text));
            columns(ui, &TABLE_COLUMNS, &outline.columns, options);
        }
        FormatKind::Xyz => columns(ui, &XYZ_COLUMNS, &outline.columns, options),
        FormatKind::Image => {
            ui.horizontal(|ui| {
                let label = row_label(ui, "Particles");
                ui.add(DragValue::new(&mut options.particles).range(2..=10_000)).labelled_by(label.id);
            });
        }
        FormatKind::Array | FormatKind::Scene => {}
    }
    if outline.kind != FormatKind::Image {
        pick(ui, "Angles", &mut options.angles.unit, &ANGLE_UNITS);
        pick(ui, "Angle 0 is", &mut options.angles.zero, &ANGLE_ZEROS);
        pick(ui, "Angles grow", &mut options.angles.sense, &ANGLE_SENSES);
        pick(ui, "y axis", &mut options.y, &Y_AXES);
    }
    frames(ui, &mut options.frames);
    if outline.kind != FormatKind::Image {
        let size = sheet.reading().result.as_ref().map_or(DVec2::ONE, |imported| imported.snapshot.box_size);
        box_choice(ui, size, &mut options.box_choice);
    }
    pick(ui, "Picture", &mut options.mode, &MODES);
}

/// A row with a combo box; what is chosen goes to `value`.
fn pick<T: PartialEq + Copy>(ui: &mut Ui, name: &str, value: &mut T, options: &[(T, &str)]) {
    let shown = options.iter().find(|(option, _)| option == value).map_or("", |(_, text)| *text);
    combo(ui, name, shown, |ui| {
        for (option, text) in options {
            ui.selectable_value(value, *option, *text);
        }
    });
}

fn combo(ui: &mut Ui, name: &str, shown: &str, content: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        let label = row_label(ui, name);
        let combo = ComboBox::from_id_salt(("import", name)).selected_text(shown).width(ui.available_width() - 8.0);
        combo.truncate().show_ui(ui, content).response.labelled_by(label.id);
    });
}

fn columns(ui: &mut Ui, uses: &[(ColumnUse, &str)], names: &[String], options: &mut ImportOptions) {
    for &(of, name) in uses {
        let stated = options.columns.get(of).map(str::to_owned);
        let mut new = stated.clone();
        combo(ui, name, stated.as_deref().unwrap_or(FOUND), |ui| {
            ui.selectable_value(&mut new, None, FOUND);
            if !matches!(of, ColumnUse::X | ColumnUse::Y) {
                ui.selectable_value(&mut new, Some("none".to_owned()), "none");
            }
            for column in names {
                ui.selectable_value(&mut new, Some(column.clone()), column);
            }
        });
        if new != stated {
            options.columns.set(of, new);
        }
    }
}

/// How frames are chosen.
#[derive(Clone, Copy, PartialEq)]
enum FramePick {
    All,
    First,
    Last,
    One,
    Some,
}

fn frames(ui: &mut Ui, frames: &mut FrameChoice) {
    let old = match *frames {
        FrameChoice::Any | FrameChoice::First => FramePick::First,
        FrameChoice::Last => FramePick::Last,
        FrameChoice::ALL => FramePick::All,
        FrameChoice::Range { from, to, .. } if from.total_cmp(&to).is_eq() => FramePick::One,
        FrameChoice::Range { .. } => FramePick::Some,
    };
    let mut new = old;
    let options = [
        (FramePick::All, "all"),
        (FramePick::First, "the first"),
        (FramePick::Last, "the last"),
        (FramePick::One, "one, by its number"),
        (FramePick::Some, "from … to …"),
    ];
    pick(ui, "Frames", &mut new, &options);
    if new != old {
        *frames = match new {
            FramePick::All => FrameChoice::ALL,
            FramePick::First => FrameChoice::First,
            FramePick::Last => FrameChoice::Last,
            FramePick::One => FrameChoice::Range { from: 1.0, to: 1.0, step: 1 },
            FramePick::Some => FrameChoice::Range { from: 1.0, to: 100.0, step: 1 },
        };
    }
    let FrameChoice::Range { from, to, step } = frames else { return };
    match new {
        FramePick::One => {
            numbers(ui, "Number", &mut [from]);
            *to = *from;
        }
        FramePick::Some => {
            numbers(ui, "From, to", &mut [from, to]);
            // Equal numbers would be another choice.
            *to = to.max(*from + 1.0);
            ui.horizontal(|ui| {
                let label = row_label(ui, "Every");
                ui.add(DragValue::new(step).range(1..=10_000)).labelled_by(label.id);
            });
        }
        FramePick::All | FramePick::First | FramePick::Last => {}
    }
}

/// How the box is found.
#[derive(Clone, Copy, PartialEq)]
enum Walls {
    Found,
    Fitted,
    Given,
}

/// `size`: of the box that was read last, world units.
fn box_choice(ui: &mut Ui, size: DVec2, choice: &mut Option<BoxChoice>) {
    let old = match choice {
        None => Walls::Found,
        Some(BoxChoice::Fitted) => Walls::Fitted,
        Some(BoxChoice::Given { .. }) => Walls::Given,
    };
    let mut new = old;
    let options =
        [(Walls::Found, FOUND), (Walls::Fitted, "around the particles"), (Walls::Given, "corner and size of my own")];
    pick(ui, "Box", &mut new, &options);
    if new != old {
        *choice = match new {
            Walls::Found => None,
            Walls::Fitted => Some(BoxChoice::Fitted),
            Walls::Given => Some(BoxChoice::Given { low: DVec2::ZERO, size, periodic: true }),
        };
    }
    if let Some(BoxChoice::Given { low, size, periodic }) = choice {
        numbers(ui, "Corner x, y", &mut [&mut low.x, &mut low.y]);
        numbers(ui, "Size w, h", &mut [&mut size.x, &mut size.y]);
        *size = size.max(DVec2::splat(1e-6));
        ui.add(Checkbox::new(periodic, "what leaves on one side comes in on the other"));
    }
}

fn numbers(ui: &mut Ui, name: &str, values: &mut [&mut f64]) {
    ui.horizontal(|ui| {
        row_label(ui, name);
        for value in values {
            ui.add(DragValue::new(&mut **value).speed(0.1).max_decimals(4));
        }
    });
}
