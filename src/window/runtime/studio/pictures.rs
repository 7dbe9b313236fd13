//! The small pictures of a world, drawn on a thread of their own: the rules of the picture while Learn is shown, and the
//! cards of the gallery while that is open.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use arc_swap::ArcSwap;
use image::RgbaImage;

use crate::jobs::{Cores, Inbox, JobName, WorkQueue, guarded};
use crate::scene::{Project, world_name};
use crate::session::studio::Studio;
use crate::session::{RunId, Workspace};
use crate::window::panels::{CARD_PICTURE, CardSource, FLOW_PICTURE, StudioCard, UiState};
use crate::worlds::studio::{BrushWorkspace, BundledScene, DrawOptions, WorldEntry, WorldInfo};

/// Pixels of a picture for each of its points: sharp on a screen of twice the density.
const SHARPNESS: f32 = 2.0;
/// The user's own scenes of the world that are shown at most, newest first.
const MAX_OWN: usize = 60;

const PICTURES: JobName = JobName { thread: "pictures", what: "Drawing small pictures" };
/// Work that may wait: the rules and the cards are drawn again only when the last ones are done.
const WAITING: usize = 8;

/// The pictures of one world.
pub struct StudioPictures {
    queue: WorkQueue,
    flows: Arc<ArcSwap<Vec<RgbaImage>>>,
    cards: Arc<ArcSwap<Vec<StudioCard>>>,
    drawn: Option<DrawnFlows>,
    /// The run that goes on or went on last, and when it was first seen.
    run: Option<(RunId, Instant)>,
    gallery_was_open: bool,
}

/// What the pictures of the rules were last drawn from.
#[derive(Clone, Copy, PartialEq)]
enum DrawnFlows {
    /// In this theme, light or not.
    Revision(u64, bool),
    /// While a run goes on, which makes a revision several times a second: in this round ([`round_at`]), this many rules.
    Run(RunId, u32, usize, bool),
}

impl Default for StudioPictures {
    fn default() -> Self {
        Self {
            queue: WorkQueue::queue(PICTURES, Cores::ONE, Inbox::Queue(WAITING)),
            flows: Arc::default(),
            cards: Arc::default(),
            drawn: None,
            run: None,
            gallery_was_open: false,
        }
    }
}

impl StudioPictures {
    /// Once a frame while the world is shown: gives the panels what is drawn, and draws what has changed. `folder`: of the
    /// user's own scenes.
    pub fn advance(&mut self, studio: &Studio, light: bool, folder: Option<&Path>, state: &mut UiState) {
        state.set_flow_pictures(self.flows.load_full());
        state.set_studio_cards(&self.cards.load_full());
        let learning = studio.learning();
        let wanted = if learning.is_active() {
            let round = self.round_of(learning.run());
            (round > 0).then(|| DrawnFlows::Run(learning.run(), round, studio.info().flows().len(), light))
        } else {
            Some(DrawnFlows::Revision(studio.revision(), light))
        };
        if studio.workspace() == Workspace::Learn
            && wanted.is_some()
            && self.drawn != wanted
            && self.queue.waiting() == 0
        {
            self.drawn = wanted;
            let (world, flows) = (studio.project().world.clone(), self.flows.clone());
            self.queue.put(move || {
                let drawn = guarded("drawing the rules", || {
                    let info = world.info().ok_or("no world of the studio")?;
                    Ok((0..info.flows().len()).map(|index| flow_picture(info, index, light)).collect::<Vec<_>>())
                });
                // Without pictures the rules are still listed.
                flows.store(Arc::new(drawn.unwrap_or_default()));
            });
        }
        self.draw_cards(studio, light, folder, state);
    }

    fn round_of(&mut self, run: RunId) -> u32 {
        let known = self.run.filter(|(known, _)| *known == run);
        let (_, begun) = *self.run.insert(known.unwrap_or((run, Instant::now())));
        round_at(begun.elapsed().as_secs_f64())
    }

    /// When the gallery opens.
    fn draw_cards(&mut self, studio: &Studio, light: bool, folder: Option<&Path>, state: &UiState) {
        let opens = state.gallery_is_open() && !self.gallery_was_open;
        self.gallery_was_open = state.gallery_is_open();
        if opens {
            let (entry, folder, cards) = (studio.entry(), folder.map(Path::to_owned), self.cards.clone());
            self.queue.put(move || {
                let mut all: Vec<StudioCard> =
                    entry.bundled.iter().filter_map(|scene| bundled(*scene, light)).collect();
                cards.store(Arc::new(all.clone()));
                all.extend(own(entry, folder.as_deref(), light));
                cards.store(Arc::new(all));
            });
        }
    }
}

/// Time after which the rules of a run are drawn for the first time, s: before, they are noise.
const FIRST_ROUND_S: f64 = 10.0;

/// How often the rules are to have been drawn by now: each time the run has gone on for twice as long.
fn round_at(elapsed_s: f64) -> u32 {
    ((elapsed_s / FIRST_ROUND_S).log2() + 1.0).max(0.0) as u32
}

/// `size`: points.
fn blank([width, height]: [f32; 2]) -> RgbaImage {
    RgbaImage::new((SHARPNESS * width) as u32, (SHARPNESS * height) as u32)
}

fn flow_picture(info: &dyn WorldInfo, index: usize, light: bool) -> RgbaImage {
    let mut picture = blank(FLOW_PICTURE.into());
    info.draw_flow(index, DrawOptions { light, ..DrawOptions::default() }, &mut picture);
    picture
}

fn card(project: &Project, source: CardSource, light: bool) -> Option<StudioCard> {
    let info = project.world.info()?;
    let mut picture = blank(CARD_PICTURE.into());
    let view = info.viewpoint(BrushWorkspace::Paint);
    info.draw_still(&view, DrawOptions { light, ..DrawOptions::default() }, &mut Vec::new(), &mut picture);
    let notes = if project.notes.is_empty() {
        let named =
            info.flows().into_iter().filter(|flow| !flow.is_drive).map(|flow| flow.name).collect::<Vec<_>>().join(", ");
        if named.is_empty() { "Not learned yet".to_owned() } else { format!("Rules: {named}") }
    } else {
        project.notes.clone()
    };
    Some(StudioCard { source, title: project.title.clone(), notes, picture })
}

fn bundled(BundledScene { name, title, text }: BundledScene, light: bool) -> Option<StudioCard> {
    let drawn = guarded("drawing a card", || {
        let loaded = Project::from_ron(text).map_err(|fault| fault.to_string())?;
        let card = card(&loaded.project, CardSource::Bundled(name), light);
        Ok(card.map(|card| StudioCard { title: title.to_owned(), ..card }))
    });
    drawn.ok().flatten()
}

/// Scenes of the world in a folder, newest first. Unreadable files are left out: opening one reports why.
fn own(entry: &WorldEntry, folder: Option<&Path>, light: bool) -> Vec<StudioCard> {
    let files = folder.and_then(|folder| std::fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = files.map(|file| file.path()).collect();
    paths.sort_by_key(|path| std::cmp::Reverse(path.metadata().and_then(|m| m.modified()).ok()));
    let of_world = paths.into_iter().filter(|path| world_name(path) == Some(entry.name)).take(MAX_OWN);
    of_world
        .filter_map(|path| {
            let drawn = guarded("drawing a card", || {
                let loaded = Project::load(&path).map_err(|error| error.to_string())?;
                Ok(card(&loaded.project, CardSource::File(path.clone()), light))
            });
            drawn.ok().flatten()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::studio::WORLDS;

    #[test]
    fn the_gallery_has_bundled_scenes_and_the_users_own() {
        let folder = tempfile::tempdir().unwrap();
        for entry in WORLDS {
            let scene = entry.bundled.first().unwrap();
            let card = bundled(*scene, false).unwrap();
            let ground = *card.picture.get_pixel(0, 0);
            assert!(card.picture.pixels().any(|pixel| *pixel != ground), "{} is drawn", scene.name);
            let project = Project::from_ron(scene.text).unwrap().project;
            project.save(folder.path().join(format!("{}.ron", entry.name))).unwrap();
        }
        std::fs::write(folder.path().join("broken.ron"), "(").unwrap();
        for entry in WORLDS {
            let own = own(entry, Some(folder.path()), true);
            assert!(
                own.len() == 1
                    && matches!(&own[0].source, CardSource::File(path) if path.ends_with(format!("{}.ron", entry.name)))
            );
        }
        assert!(own(&WORLDS[0], None, true).is_empty());
    }

    #[test]
    fn rules_are_drawn_when_a_run_is_twice_as_old() {
        let rounds = [0.0, 9.9, 10.0, 19.9, 20.0, 39.9, 40.0, 80.0].map(round_at);
        assert_eq!(rounds, [0, 0, 1, 1, 2, 2, 3, 4]);
    }
}
