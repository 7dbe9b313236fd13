//! The import sheet: what was assumed of a file, what comes of it, and a control for each assumption.

mod controls;

use glam::DVec2;

use super::egui::{
    Align2, Button, Context, FontId, Id, Label, Modal, Rect, RichText, ScrollArea, Sense, Slider, Stroke, StrokeKind,
    Ui, Vec2, pos2, vec2,
};
use super::{style, swarm_view};
use crate::formats::Imported;
use crate::session::{Command, ImportCommand, ImportSheet, Level, Session, ShareCommand};
use crate::worlds::swarm::picture::Snapshot;

/// Size of the preview, points.
const PREVIEW: Vec2 = vec2(330.0, 300.0);

/// Width of the controls, points.
const CONTROLS: f32 = 360.0;

/// The state of the sheet from frame to frame.
#[derive(Default)]
pub(super) struct ImportSheetUi {
    /// Number of the sheet that is open.
    open: Option<u64>,
    /// The frame of a film that the preview shows, counted from 0.
    frame: usize,
}

impl ImportSheetUi {
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }
}

pub(super) fn show(ctx: &Context, session: &Session, state: &mut ImportSheetUi, commands: &mut Vec<Command>) {
    let number = session.import_sheet().map(ImportSheet::number);
    if state.open != number {
        *state = ImportSheetUi { open: number, frame: 0 };
    }
    let Some(sheet) = session.import_sheet() else { return };
    let mut answer = None;
    let modal = Modal::new(Id::new("import sheet")).show(ctx, |ui| {
        ui.set_width(PREVIEW.x + CONTROLS + 16.0);
        let name = sheet.path().file_name().unwrap_or_default().to_string_lossy();
        let more = if sheet.files() > 1 { format!(" and {} more", sheet.files() - 1) } else { String::new() };
        ui.add(Label::new(RichText::new(format!("Import {name}{more}")).heading()).truncate());
        ui.add_space(4.0);
        let height = ui.ctx().content_rect().height() - 170.0;
        ui.horizontal_top(|ui| {
            ui.vertical(|ui| {
                ui.set_width(PREVIEW.x);
                preview(ui, sheet, &mut state.frame);
            });
            ui.add_space(8.0);
            ui.vertical(|ui| {
                ui.set_width(CONTROLS);
                ScrollArea::vertical().max_height(height.max(160.0)).show(ui, |ui| {
                    assumptions(ui, sheet);
                    let mut options = sheet.options().clone();
                    controls::show(ui, sheet, &mut options);
                    if options != *sheet.options() {
                        answer = Some(ImportCommand::SetOptions(Box::new(options)));
                    }
                });
            });
        });
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            let button = Button::new("Import").fill(style::ACCENT_DARK);
            let (hint, why) = ("What the preview shows becomes the picture", "Nothing can be read with these settings");
            if ui.add_enabled(sheet.can_accept(), button).on_hover_text(hint).on_disabled_hover_text(why).clicked() {
                answer = Some(ImportCommand::Accept);
            }
            if ui.button("Cancel").on_hover_text("Import nothing (Esc)").clicked() {
                answer = Some(ImportCommand::Cancel);
            }
            if sheet.is_reading() {
                ui.spinner();
            }
        });
    });
    if modal.should_close() {
        answer = Some(ImportCommand::Cancel);
    }
    commands.extend(answer.map(|value| Command::Share(ShareCommand::Sheet(value))));
}

fn assumptions(ui: &mut Ui, sheet: &ImportSheet) {
    if let Err(why) = &sheet.reading().result {
        ui.add(Label::new(RichText::new(why).color(style::ERROR)).wrap());
    }
    let all = sheet.reading().assumptions();
    let sorted = all.iter().filter(|a| a.changes_picture).chain(all.iter().filter(|a| !a.changes_picture));
    for assumption in sorted {
        let (mark, colour) = if assumption.changes_picture { ("⚠ ", style::WARN) } else { ("", style::TEXT) };
        ui.add(Label::new(RichText::new(format!("{mark}{}", assumption.text)).color(colour)).wrap());
    }
    if let Some((level, text)) = &sheet.reading().alike {
        let colour = if *level == Level::Warning { style::WARN } else { style::TEXT };
        ui.add(Label::new(RichText::new(text).color(colour)).wrap());
    }
    ui.separator();
}

fn preview(ui: &mut Ui, sheet: &ImportSheet, frame: &mut usize) {
    let (rect, response) = ui.allocate_exact_size(PREVIEW, Sense::hover());
    response.on_hover_text("The particles as they would be imported; y points up");
    ui.painter().rect_filled(rect, 6.0, style::CANVAS);
    let Ok(imported) = &sheet.reading().result else {
        let font = FontId::proportional(14.0);
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, "no preview", font, style::TEXT_WEAK.colour());
        return;
    };
    let frames = imported.film.len();
    *frame = (*frame).min(frames.saturating_sub(1));
    let other = (*frame > 0).then(|| nth(imported, *frame));
    let snapshot = other.as_ref().unwrap_or(&imported.snapshot);
    draw(ui, rect.shrink(8.0), snapshot);
    let [w, h] = snapshot.box_size.to_array();
    let species = match snapshot.species_count() {
        1 => "1 species".to_owned(),
        count => format!("{count} species"),
    };
    let text = format!("{} particles, {species}, box {w:.4} × {h:.4}", snapshot.particles.len());
    ui.label(RichText::new(text).color(style::TEXT_STRONG));
    if frames > 1 {
        let mut shown = *frame + 1;
        ui.horizontal(|ui| {
            let label = ui.label(format!("Frame of {frames}"));
            ui.add(Slider::new(&mut shown, 1..=frames)).labelled_by(label.id);
        });
        *frame = shown - 1;
    }
}

fn nth(imported: &Imported, frame: usize) -> Snapshot {
    let like = &imported.snapshot;
    imported.film.frames()[frame].snapshot(like.mode, like.boundary)
}

/// The particles in their box.
fn draw(ui: &Ui, rect: Rect, snapshot: &Snapshot) {
    let [w, h] = snapshot.box_size.to_array();
    let scale = (f64::from(rect.width()) / w).min(f64::from(rect.height()) / h);
    let size = vec2((w * scale) as f32, (h * scale) as f32);
    let frame = Rect::from_center_size(pos2(rect.center().x, rect.center().y), size);
    let painter = ui.painter();
    painter.rect_stroke(frame, 0.0, Stroke::new(1.0, style::LINE), StrokeKind::Outside);
    swarm_view::draw_part(painter, rect, &snapshot.particles, [DVec2::ZERO, snapshot.box_size]);
}
