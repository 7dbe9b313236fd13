//! Films: the sheet with their settings, and one under way.

use super::super::egui::{Align2, Button, Context, Rect, RichText, Ui, Vec2, Window};
use super::super::style;
use super::super::widgets::{Scale, choice, row, slider, slider_int};
use super::ShareUi;
use super::recording::{self, RecordingAnswer};
use crate::media::picture::FilmKind;
use crate::session::{Command, FilmOptions, FilmView, Preference, Session, ShareCommand};

/// The choice of the user.
pub(in super::super) enum FilmAnswer {
    Options(FilmOptions),
    /// Begin, or end and keep.
    Toggle,
    Cancel,
}

pub(super) fn show(ctx: &Context, free: Rect, session: &Session, share: &mut ShareUi, commands: &mut Vec<Command>) {
    let answers = ask(ctx, free, (session.film(), true), share);
    commands.extend(answers.into_iter().map(|answer| match answer {
        FilmAnswer::Options(film) => Command::Prefer(Preference::Film(film)),
        FilmAnswer::Toggle => Command::Share(ShareCommand::Film),
        FilmAnswer::Cancel => Command::Share(ShareCommand::CancelFilm),
    }));
}

/// Shows the sheet while it is open, and a film under way. With the options goes whether the film has a pace and a view of its
/// own, as that of a swarm has.
pub(in super::super) fn ask(
    ctx: &Context,
    free: Rect,
    (options, is_swarm): (&FilmOptions, bool),
    share: &mut ShareUi,
) -> Vec<FilmAnswer> {
    let mut open = share.film_is_open;
    let mut answers = Vec::new();
    Window::new("Film")
        .open(&mut open)
        .collapsible(false)
        .resizable(false)
        .pivot(Align2::RIGHT_TOP)
        .default_pos(free.right_top() + Vec2::new(-16.0, 64.0))
        .show(ctx, |ui| sheet(ui, options, is_swarm, share, &mut answers));
    share.film_is_open = open;
    running(ctx, free, share, &mut answers);
    answers
}

fn sheet(ui: &mut Ui, old: &FilmOptions, is_swarm: bool, share: &ShareUi, answers: &mut Vec<FilmAnswer>) {
    ui.set_width(330.0);
    let mut film = *old;
    let tip = |kind: FilmKind| match kind {
        FilmKind::Mp4 if !share.readouts.has_ffmpeg => {
            "Video: needs the program ffmpeg, which is not installed here".to_owned()
        }
        kind => kind.meaning().to_owned(),
    };
    let options: Vec<_> = FilmKind::ALL.iter().map(|&kind| (kind, kind.name(), tip(kind))).collect();
    if let Some(kind) = choice(ui, film.kind, &options) {
        film.kind = kind;
    }
    let options: Vec<_> = FilmView::ALL.iter().map(|&view| (view, view.name(), view.meaning().to_owned())).collect();
    if is_swarm && let Some(view) = choice(ui, film.view, &options) {
        film.view = view;
    }
    ui.add_space(4.0);
    slider(ui, "Length, s", "How long the film runs", &mut film.seconds, 0.5..=30.0, Scale::Logarithmic);
    let whole = |ui: &mut Ui, name: &str, tip: &str, value: &mut u32, [min, max]: [usize; 2]| {
        let mut number = *value as usize;
        if slider_int(ui, name, tip, &mut number, min..=max, Scale::Logarithmic) {
            *value = number as u32;
        }
    };
    let tip = "Frames of the film in each second";
    whole(ui, "Frames per s", tip, &mut film.frames_per_second, [5, 60]);
    let tip = "Steps of the swarm from frame to frame: more is faster; 12 at 20 frames a second is the normal speed";
    if is_swarm {
        whole(ui, "Steps a frame", tip, &mut film.steps_per_frame, [1, 100]);
    }
    whole(ui, "Size, pixels", "Longer side of the film", &mut film.size_px, [128, 1920]);
    let tip = "The last frames fade into the first ones, so that the film repeats without a jump; it becomes a little shorter";
    row(ui, "Loop", tip, |ui: &mut Ui| ui.checkbox(&mut film.loops, "the end fades into the beginning"));
    if film != *old {
        answers.push(FilmAnswer::Options(film));
    }
    ui.add_space(6.0);
    let missing = film.kind == FilmKind::Mp4 && !share.readouts.has_ffmpeg;
    let busy = share.readouts.film.is_some();
    let button = Button::new(RichText::new("Film").color(style::TEXT_STRONG)).fill(style::ACCENT_DARK);
    let hint = "Begin; the swarm must live and move (F9)";
    let why = if missing { "Install ffmpeg, or choose another format" } else { "A film is being taken" };
    ui.horizontal(|ui| {
        if ui.add_enabled(!missing && !busy, button).on_hover_text(hint).on_disabled_hover_text(why).clicked() {
            answers.push(FilmAnswer::Toggle);
        }
        ui.label(RichText::new(summary(&film, is_swarm)).color(style::TEXT_WEAK));
    });
    let folder = share.readouts.films_folder.display();
    ui.label(RichText::new(format!("Goes to {folder}")).small().color(style::TEXT_WEAK));
}

fn summary(film: &FilmOptions, is_swarm: bool) -> String {
    if !is_swarm {
        return format!("{} frames, at the speed of the window", film.frames());
    }
    format!("{} frames, {} steps", film.frames(), film.frames() * film.steps_per_frame as usize)
}

/// A film under way.
fn running(ctx: &Context, free: Rect, share: &ShareUi, answers: &mut Vec<FilmAnswer>) {
    let Some(film) = &share.readouts.film else { return };
    // Above the hint of the first minute.
    let at = free.center_bottom() - Vec2::new(0.0, 70.0);
    answers.extend(recording::show(ctx, at, film).map(|answer| match answer {
        RecordingAnswer::Stop => FilmAnswer::Toggle,
        RecordingAnswer::Cancel => FilmAnswer::Cancel,
    }));
}
