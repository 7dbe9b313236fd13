//! What the panels remember from frame to frame: open sheets, notices, and the preview they drew last.

use std::path::Path;
use std::sync::Arc;

use egui_file_dialog::FileDialog;
use egui_notify::{Anchor, Toasts};
use image::RgbaImage;

use super::caption::Caption;
use super::film_strip::FilmStrip;
use super::finder::Finder;
use super::gallery::{GalleryCard, GalleryLife};
use super::hint::Hint;
use super::import_sheet::ImportSheetUi;
use super::observe::Drawer;
use super::paint::Preview;
use super::rules::{Strip, Thumbnails};
use super::share::{ShareReadouts, ShareUi};
use super::studio::{StudioCard, StudioUi};
use super::{dialogs, egui};
use crate::session::{Dialog, Effect, Level};

/// The panels' own state. None of it is saved.
pub struct UiState {
    pub(super) toasts: Toasts,
    pub(super) file_dialog: FileDialog,
    pub(super) gallery_open: bool,
    pub(super) gallery: Vec<GalleryCard>,
    pub(super) gallery_life: GalleryLife,
    pub(super) gallery_was_open: bool,
    pub(super) help_open: bool,
    pub(super) help_was_open: bool,
    pub(super) help_search: String,
    pub(super) finder: Finder,
    pub(super) hint: Hint,
    pub(super) caption: Caption,
    pub(super) preview: Preview,
    /// Places on the canvas that a click takes, points.
    pub(super) offers: Vec<egui::Rect>,
    pub(super) strip: Strip,
    pub(super) film_strip: FilmStrip,
    pub(super) share: ShareUi,
    pub(super) import_sheet: ImportSheetUi,
    pub(super) drawer: Drawer,
    /// The numbers at both ends of the colour ramp.
    pub(super) ramp_range: Option<[f64; 2]>,
    pub(super) glow_is_left_out: bool,
    pub(super) were_hidden: bool,
    pub(super) studio: StudioUi,
    /// The name of the world that was clicked on.
    pub(super) wanted_world: Option<&'static str>,
    /// The user is asked whether to leave worlds with changes in no file: their titles.
    pub(super) quit_question: Vec<String>,
}

/// Longest line of a notice, letters: so that it fits beside the side panel of a small window.
const LONGEST_LINE: usize = 54;

/// The text in lines that are not too long; the notices do not break them themselves.
fn wrapped(text: &str) -> String {
    let mut lines = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        for (number, piece) in pieces(word).enumerate() {
            let letters = piece.chars().count();
            if length > 0 {
                let fits = number == 0 && length + letters < LONGEST_LINE;
                lines.push(if fits { ' ' } else { '\n' });
                length = if fits { length + 1 } else { 0 };
            }
            lines.push_str(piece);
            length += letters;
        }
    }
    lines
}

/// A word in pieces that fit in a line: a path is cut behind a folder.
fn pieces(mut word: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let longest = word.char_indices().nth(LONGEST_LINE).map(|(at, _)| &word[..at]);
        let piece = match longest {
            Some(longest) => longest.rfind(['/', '\\']).filter(|at| *at > 0).map_or(longest, |at| &longest[..=at]),
            None => word,
        };
        word = &word[piece.len()..];
        (!piece.is_empty()).then_some(piece)
    })
}

impl UiState {
    /// `gallery`: the bundled scenes.
    pub fn new(gallery: Vec<GalleryCard>) -> Self {
        Self {
            toasts: Toasts::default()
                .with_anchor(Anchor::TopRight)
                .with_margin(egui::vec2(16.0, super::TOP_HEIGHT + 12.0)),
            file_dialog: dialogs::file_dialog(),
            gallery_open: false,
            gallery,
            gallery_life: GalleryLife::default(),
            gallery_was_open: false,
            help_open: false,
            help_was_open: false,
            help_search: String::new(),
            finder: Finder::default(),
            hint: Hint::default(),
            caption: Caption::default(),
            preview: Preview::default(),
            offers: Vec::new(),
            strip: Strip::default(),
            film_strip: FilmStrip::default(),
            share: ShareUi::default(),
            import_sheet: ImportSheetUi::default(),
            drawer: Drawer::default(),
            ramp_range: None,
            glow_is_left_out: false,
            were_hidden: false,
            studio: StudioUi { share: 0.5, ..StudioUi::default() },
            wanted_world: None,
            quit_question: Vec::new(),
        }
    }

    /// What the flows of the picture do now, in the order of their list.
    pub fn set_thumbnails(&mut self, thumbnails: Thumbnails) {
        self.strip.thumbnails = thumbnails;
    }

    /// What the rules of the world that is shown do, small, in the order of their list.
    pub fn set_flow_pictures(&mut self, pictures: Arc<Vec<RgbaImage>>) {
        self.studio.flows.set(pictures);
    }

    /// The scenes in the gallery of the world that is shown.
    pub fn set_studio_cards(&mut self, cards: &Arc<Vec<StudioCard>>) {
        if !Arc::ptr_eq(&self.studio.cards, cards) {
            self.studio.cards = cards.clone();
            let pictures = cards.iter().map(|card| card.picture.clone()).collect();
            self.studio.card_pictures.set(Arc::new(pictures));
        }
    }

    /// What is known about files now.
    pub fn set_share(&mut self, readouts: ShareReadouts) {
        self.share.readouts = readouts;
    }

    /// The name of the world that was clicked on since the last call.
    pub fn take_wanted_world(&mut self) -> Option<&'static str> {
        self.wanted_world.take()
    }

    /// Asks before quitting, as these projects have changes in no file; asks no more when there are none.
    pub fn ask_before_quitting(&mut self, titles: Vec<String>) {
        self.quit_question = titles;
    }

    pub fn gallery_is_open(&self) -> bool {
        self.gallery_open
    }

    /// Whether glow is wanted, and left out as a GPU made of software has no time for it.
    pub fn set_glow_left_out(&mut self, is_left_out: bool) {
        self.glow_is_left_out = is_left_out;
    }

    /// The user's own scene that is pointed at in the gallery.
    pub fn pointed_scene(&self) -> Option<&Path> {
        self.share.pointed.as_deref()
    }

    /// The small swarms on the cards of the gallery, as they are now.
    pub fn set_gallery_life(&mut self, life: GalleryLife) {
        self.gallery_life = life;
    }

    /// The numbers at both ends of the colour ramp; `None` while they are unknown.
    pub fn set_ramp_range(&mut self, range: Option<[f64; 2]>) {
        self.ramp_range = range;
    }

    /// Shows notices, dialogs and sheets; every other effect is the shell's.
    pub fn on_effect(&mut self, effect: &Effect) {
        match effect {
            Effect::Notify { level, text } => self.notify(*level, text),
            Effect::Ask(Dialog::Gallery) => self.gallery_open = !self.gallery_open,
            Effect::Ask(Dialog::Help) => self.help_open = !self.help_open,
            Effect::Ask(Dialog::Plots) => self.drawer.open = !self.drawer.open,
            Effect::Ask(Dialog::Palette) => self.finder.toggle(),
            Effect::Ask(dialog) if self.share.ask(*dialog) => {}
            Effect::Ask(dialog) => dialogs::open(&mut self.file_dialog, *dialog),
            _ => {}
        }
    }

    /// Places on the canvas where a click is not the tools': a stroke that begins there is.
    pub fn offers(&self) -> &[egui::Rect] {
        &self.offers
    }

    /// A dialog is open that should get the keys and clicks.
    pub fn has_dialog(&self) -> bool {
        self.finder.open
            || !self.quit_question.is_empty()
            || self.share.has_dialog()
            || self.import_sheet.is_open()
            || *self.file_dialog.state() == egui_file_dialog::DialogState::Open
    }

    fn notify(&mut self, level: Level, text: &str) {
        let text = &wrapped(text);
        let (toast, seconds) = match level {
            Level::Info => (self.toasts.info(text), 4),
            Level::Success => (self.toasts.success(text), 4),
            Level::Warning => (self.toasts.warning(text), 8),
            Level::Error => (self.toasts.error(text), 15),
        };
        toast.duration(std::time::Duration::from_secs(seconds)).closable(true).show_progress_bar(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_notice_is_broken_between_words_and_loses_none() {
        let text = "Nothing was pasted: line 3: y is 'abc', not a number; write a number there or delete the line.";
        let lines = wrapped(text);
        assert!(
            lines.lines().count() == 2 && lines.lines().all(|line| line.chars().count() <= LONGEST_LINE),
            "{lines}"
        );
        assert_eq!(lines.replace('\n', " "), text);
        assert_eq!(
            wrapped("/a/path/that/is/much/too/long/for/one/line/of/a/notice/file.ron is full"),
            "/a/path/that/is/much/too/long/for/one/line/of/a/\nnotice/file.ron is full"
        );
        let name = "ü".repeat(2 * LONGEST_LINE + 3);
        let lines = wrapped(&name);
        assert!(lines.lines().count() == 3 && lines.replace('\n', "") == name, "{lines}");
    }
}
