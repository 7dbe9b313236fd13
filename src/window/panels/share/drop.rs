//! Files dragged over the window and dropped on it.

use std::path::Path;

use super::super::egui::{Align2, Context, FontId, Id, LayerId, Order, Rect, Stroke, StrokeKind, Vec2};
use super::super::style;
use crate::session::{Command, ShareCommand};

pub(super) fn show(ctx: &Context, free: Rect, commands: &mut Vec<Command>) {
    let (dropped, hovered) = ctx.input(|i| (i.raw.dropped_files.clone(), i.raw.hovered_files.clone()));
    let paths: Vec<_> = dropped.iter().map(|file| file.path().to_owned()).collect();
    if !paths.is_empty() {
        commands.push(Command::Share(ShareCommand::Drop(paths)));
        return;
    }
    if hovered.is_empty() {
        return;
    }
    let text = match &hovered[..] {
        [file] => file.path.as_deref().map_or("Drop it here", drop_hint),
        _ => "Tables and XYZ files together are snapshots of one picture; of others the first one is opened",
    };
    let painter = ctx.layer_painter(LayerId::new(Order::Tooltip, Id::new("dropping")));
    let sheet = free.shrink(14.0);
    painter.rect(sheet, 14.0, style::BAR.gamma_multiply(0.82), Stroke::new(2.0, style::ACCENT), StrokeKind::Inside);
    let centre = sheet.center();
    painter.text(
        centre,
        Align2::CENTER_CENTER,
        text,
        FontId::proportional(if hovered.len() > 1 { 18.0 } else { 26.0 }),
        style::TEXT_STRONG.colour(),
    );
    let below = centre + Vec2::new(0.0, 34.0);
    let kinds = "scenes: .ron, and pictures that hold one · particles: .csv, .xyz · images: .png, .jpg";
    painter.text(below, Align2::CENTER_CENTER, kinds, FontId::proportional(14.0), style::TEXT.colour());
}

/// What a drop of a file of this name does.
fn drop_hint(path: &Path) -> &'static str {
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "ron" => "Drop the scene to open it",
        "png" => "Drop the picture: a scene in it is opened, else it becomes particles",
        "jpg" | "jpeg" => "Drop the image to make particles of it",
        "csv" | "tsv" | "xyz" | "extxyz" => "Drop the particles to paint with them",
        _ => "This kind of file is not known here",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_file_is_recognised_by_its_name() {
        let hints: std::collections::HashSet<&str> =
            ["a.RON", "b.png", "c.jpeg", "d.csv", "e.docx"].iter().map(|name| drop_hint(Path::new(name))).collect();
        assert_eq!(hints.len(), 5);
        assert_eq!(drop_hint(Path::new("d.csv")), drop_hint(Path::new("d.xyz")));
    }
}
