//! Trajectories: the sheet with their settings, and one under way.

use super::super::egui::{Align2, Button, Context, Rect, RichText, Ui, Vec2, Window};
use super::super::style;
use super::super::widgets::{Scale, choice, slider_int};
use super::ShareUi;
use super::recording::{self, RecordingAnswer};
use crate::formats::TrajectoryKind;
use crate::session::{Command, Preference, Session, ShareCommand, TrajectoryOptions};

pub(super) fn show(ctx: &Context, free: Rect, session: &Session, share: &mut ShareUi, commands: &mut Vec<Command>) {
    let mut open = share.trajectory_is_open;
    Window::new("Trajectory")
        .open(&mut open)
        .collapsible(false)
        .resizable(false)
        .pivot(Align2::RIGHT_TOP)
        .default_pos(free.right_top() + Vec2::new(-16.0, 64.0))
        .show(ctx, |ui| sheet(ui, session, share, commands));
    share.trajectory_is_open = open;
    running(ctx, free, share, commands);
}

fn sheet(ui: &mut Ui, session: &Session, share: &ShareUi, commands: &mut Vec<Command>) {
    ui.set_width(330.0);
    let old = *session.trajectory();
    let mut options = old;
    let kinds: Vec<_> =
        TrajectoryKind::ALL.iter().map(|&kind| (kind, kind.name(), kind.meaning().to_owned())).collect();
    if let Some(kind) = choice(ui, options.kind, &kinds) {
        options.kind = kind;
    }
    ui.add_space(4.0);
    let mut every = options.every as usize;
    if slider_int(ui, "Steps a frame", "A frame every so many steps", &mut every, 1..=1_000, Scale::Logarithmic) {
        options.every = every as u32;
    }
    let mut frames = options.frames as usize;
    let tip = "Frames until it ends by itself; Stop ends it before and keeps the file";
    if slider_int(ui, "Frames", tip, &mut frames, 2..=10_000, Scale::Logarithmic) {
        options.frames = frames as u32;
    }
    if options != old {
        commands.push(Command::Prefer(Preference::Trajectory(options)));
    }
    ui.add_space(6.0);
    let button = Button::new(RichText::new("Record").color(style::TEXT_STRONG)).fill(style::ACCENT_DARK);
    let is_free = share.readouts.trajectory.is_none();
    ui.horizontal(|ui| {
        let button = ui.add_enabled(is_free, button);
        let button = button.on_hover_text("Begin; the swarm must live and move (Shift+F10)");
        if button.on_disabled_hover_text("A trajectory is being recorded").clicked() {
            commands.push(Command::Share(ShareCommand::Trajectory));
        }
        ui.label(RichText::new(summary(&options, session.live().particles)).color(style::TEXT_WEAK));
    });
    let folder = share.readouts.films_folder.display();
    ui.label(RichText::new(format!("Goes to {folder}")).small().color(style::TEXT_WEAK));
}

fn summary(options: &TrajectoryOptions, particles: usize) -> String {
    let steps = u64::from(options.frames - 1) * u64::from(options.every);
    // Measured on written files: digits of a line of each kind.
    let bytes_per_line = match options.kind {
        TrajectoryKind::Xyz => 100.0,
        TrajectoryKind::Csv => 70.0,
    };
    let megabytes = f64::from(options.frames) * particles as f64 * bytes_per_line / 1e6;
    let size = if megabytes < 1.0 { "under 1 MB".to_owned() } else { format!("about {megabytes:.0} MB") };
    format!("{steps} steps, {size}")
}

/// A trajectory under way.
fn running(ctx: &Context, free: Rect, share: &ShareUi, commands: &mut Vec<Command>) {
    let Some(trajectory) = &share.readouts.trajectory else { return };
    // Above a film that is taken at the same time.
    let at = free.center_bottom() - Vec2::new(0.0, if share.readouts.film.is_some() { 120.0 } else { 70.0 });
    commands.extend(recording::show(ctx, at, trajectory).map(|answer| match answer {
        RecordingAnswer::Stop => Command::Share(ShareCommand::Trajectory),
        RecordingAnswer::Cancel => Command::Share(ShareCommand::CancelTrajectory),
    }));
}
