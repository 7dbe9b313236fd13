//! Files dragged over the window and dropped on it.

use std::path::Path;

use super::super::egui::{Align2, Context, FontId, Id, LayerId, Order, Rect, Stroke, StrokeKind, Vec2};
use super::super::style;
use crate::formats::{FormatKind, FormatRole, FormatSpec, format_for};
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
    let kinds = [
        format!("scenes: {}", FormatRole::Scene.proposed()),
        format!("particles and images: {}", FormatRole::SwarmImport.proposed()),
    ];
    for (k, line) in kinds.into_iter().enumerate() {
        let at = below + Vec2::new(0.0, 20.0 * k as f32);
        painter.text(at, Align2::CENTER_CENTER, line, FontId::proportional(14.0), style::TEXT.colour());
    }
}

/// What will happen to a file of this name.
fn drop_hint(path: &Path) -> &'static str {
    let kind = |role| format_for(path, role).map(FormatSpec::kind);
    match (kind(FormatRole::Scene), kind(FormatRole::SwarmImport).map(FormatKind::is_particles)) {
        (Some(FormatKind::Scene), _) => "Drop the scene to open it",
        (Some(_), _) => "Drop the picture: a scene in it is opened, else it becomes particles",
        (None, Some(false)) => "Drop the image to make particles of it",
        (None, Some(true)) => "Drop the particles to paint with them",
        (None, None) => "This kind of file is not known here",
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

    #[test]
    fn every_ending_of_the_format_table_has_its_hint() {
        let hint = |ending: &str| drop_hint(Path::new(&format!("a.{ending}")));
        for ending in FormatRole::SwarmImport.endings() {
            let format = format_for(Path::new(&format!("a.{ending}")), FormatRole::SwarmImport);
            let is_particles = format.unwrap().kind().is_particles();
            assert_ne!(hint(ending), hint("docx"), "{ending}");
            assert_eq!(hint(ending) == hint("csv"), is_particles, "{ending}");
        }
        assert_eq!(hint("txt"), "Drop the particles to paint with them");
    }
}
