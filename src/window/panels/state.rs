//! What the panels remember from frame to frame: open sheets, notices, and the preview they drew last.

use std::path::Path;
use std::sync::Arc;

use egui_file_dialog::FileDialog;
use image::RgbaImage;

use super::caption::Caption;
use super::film_strip::FilmStrip;
use super::finder::Finder;
use super::gallery::{GalleryCard, GalleryLife};
use super::hint::Hint;
use super::import_sheet::ImportSheetUi;
use super::notices::Notices;
use super::observe::Drawer;
use super::paint::Preview;
use super::rules::{Strip, Thumbnails};
use super::share::{ShareReadouts, ShareUi};
use super::studio::{StudioCard, StudioUi};
use super::{dialogs, egui};
use crate::session::{Dialog, Effect};

/// The panels' own state. None of it is saved.
pub struct UiState {
    pub(super) notices: Notices,
    pub(super) file_dialog: FileDialog,
    pub(super) gallery_open: bool,
    pub(super) gallery: Vec<GalleryCard>,
    pub(super) gallery_life: GalleryLife,
    pub(super) gallery_had_cards: bool,
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

impl UiState {
    /// `gallery`: the bundled scenes.
    pub fn new(gallery: Vec<GalleryCard>) -> Self {
        Self {
            notices: Notices::default(),
            file_dialog: dialogs::file_dialog(),
            gallery_open: false,
            gallery,
            gallery_life: GalleryLife::default(),
            gallery_had_cards: false,
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

    /// Asks before quitting: these projects have unsaved changes. An empty list withdraws the question.
    pub fn ask_before_quitting(&mut self, titles: Vec<String>) {
        self.quit_question = titles;
    }

    /// Whether the shell must provide cards and pictures of the gallery.
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
            Effect::Notify { level, text } => self.notices.add(*level, text),
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

    /// Whether a dialog is open that should get the keys and clicks.
    pub fn has_dialog(&self) -> bool {
        self.finder.open
            || !self.quit_question.is_empty()
            || self.share.has_dialog()
            || self.import_sheet.is_open()
            || *self.file_dialog.state() == egui_file_dialog::DialogState::Open
    }
}
