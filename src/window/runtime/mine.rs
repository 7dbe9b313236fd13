//! The user's own scenes: those in one folder, read off the UI thread for the gallery, and names for new ones.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwap;
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::formats::FormatRole;
use crate::jobs::{Cores, Inbox, JobFault, JobName, WorkQueue, guarded};
use crate::media::save_name::split_ending;
use crate::scene::{Loaded, SwarmProject, holds_scene, is_picture_name, is_scene_name, load_swarm};
use crate::window::panels::SceneCard;
use crate::worlds::swarm::picture::Swarm;

/// More scenes than this are not shown, the newest first.
const MAX_SCENES: usize = 200;

/// Longest name of a file, bytes, without its number and ending.
const MAX_BYTES: usize = 200;

/// More cards are shown when so many were read again.
const SHOWN_AT_ONCE: usize = 12;

/// More particles are not drawn on a card.
const MAX_DRAWN: usize = 1000;

/// Particles on the card of a scene that has no saved swarm.
const SAMPLE_PARTICLES: usize = 60;

/// Readings that may wait: none is put in while one does.
const WAITING: usize = 2;

/// The scenes of the folder as they were read last.
pub struct Mine {
    folder: Option<PathBuf>,
    queue: WorkQueue,
    cards: Arc<ArcSwap<Vec<SceneCard>>>,
}

impl Mine {
    pub fn new(folder: Option<PathBuf>) -> Self {
        let name = JobName { thread: "scenes", what: "Looking for your scenes" };
        Self { folder, queue: WorkQueue::queue(name, Cores::all_own(), Inbox::Queue(WAITING)), cards: Arc::default() }
    }

    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    pub fn cards(&self) -> Arc<Vec<SceneCard>> {
        self.cards.load_full()
    }

    /// Reads the folder and the recent files again; files that have not changed are not read again.
    pub fn look(&self, recent: &[PathBuf]) {
        // One pending reading sees all changes before it begins.
        if self.queue.waiting() > 1 {
            return;
        }
        let (folder, recent, cards) = (self.folder.clone(), recent.to_vec(), self.cards.clone());
        self.queue.put(move || {
            let known = cards.load_full();
            let all = read(folder.as_deref(), &recent, &known, |some| {
                // At the first reading the newest ones are sent before the rest.
                if known.is_empty() {
                    cards.store(Arc::new(some.to_vec()));
                }
            });
            cards.store(Arc::new(all));
        });
    }

    /// What went wrong since the last call.
    pub fn faults(&self) -> impl Iterator<Item = JobFault> + '_ {
        self.queue.faults()
    }

    /// A free path for a scene of this name, or `own` where that is the file of this name already. Makes the folder.
    ///
    /// # Errors
    /// One sentence.
    pub fn path_for(&self, name: &str, own: Option<&Path>) -> Result<PathBuf, String> {
        let folder = self.folder.as_ref().ok_or("the system knows no folder for you; use Save as (Ctrl+Shift+S)")?;
        std::fs::create_dir_all(folder).map_err(|e| format!("cannot make the folder {} ({e})", folder.display()))?;
        let (stem, ending) = split_ending(name.trim(), &FormatRole::Scene.endings()).unwrap_or((name, "png"));
        Ok(free_path(folder, &file_name(stem), &format!(".{ending}"), own))
    }
}

/// `name` without what file systems do not like.
pub fn file_name(name: &str) -> String {
    let clean = |c: char| if c.is_control() || r#"/\:*?"<>|"#.contains(c) { '-' } else { c };
    let mut name: String = name.trim().chars().map(clean).take(80).collect();
    // File systems count bytes, and a letter may have four.
    name.truncate(name.floor_char_boundary(MAX_BYTES));
    // No hidden files, and no endings that Windows drops.
    let name = name.trim_matches(['.', ' ']).to_owned();
    if name.is_empty() { "scene".to_owned() } else { name }
}

/// The first of `name`, `name 2`, `name 3` and so on that is free in the folder, or `own` if it is one of them.
pub fn free_path(folder: &Path, name: &str, ending: &str, own: Option<&Path>) -> PathBuf {
    let numbered = |k: u32| if k == 1 { format!("{name}{ending}") } else { format!("{name} {k}{ending}") };
    let paths = (1..).map(|k| folder.join(numbered(k)));
    paths.into_iter().find(|path| own == Some(path) || !path.exists()).expect("some number is free")
}

/// The scenes, newest first. `show`: called now and then with those read so far.
fn read(
    folder: Option<&Path>,
    recent: &[PathBuf],
    known: &[SceneCard],
    mut show: impl FnMut(&[SceneCard]),
) -> Vec<SceneCard> {
    let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| is_scene_name(path)).collect();
    for path in recent {
        if !paths.contains(path) {
            paths.push(path.clone());
        }
    }
    let time = |path: &PathBuf| path.metadata().and_then(|m| m.modified()).ok();
    let mut dated: Vec<(SystemTime, PathBuf)> =
        paths.into_iter().filter_map(|path| Some((time(&path)?, path))).collect();
    dated.sort_by(|a, b| b.cmp(a));
    let mut cards: Vec<SceneCard> = Vec::new();
    let mut new = 0;
    for (changed, path) in dated.into_iter().take(MAX_SCENES) {
        if let Some(card) = known.iter().find(|card| card.path == path && card.changed == Some(changed)) {
            cards.push(card.clone());
            continue;
        }
        let is_mine = folder.is_some_and(|folder| path.parent() == Some(folder));
        let Some(read) = card(&path) else { continue };
        cards.push(SceneCard { is_mine, changed: Some(changed), ..read });
        new += 1;
        if new % SHOWN_AT_ONCE == 0 {
            show(&cards);
        }
    }
    cards
}

/// The card of one scene; `None` for a picture without a scene.
fn card(path: &Path) -> Option<SceneCard> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let blank = SceneCard { path: path.to_owned(), title: name, ..SceneCard::default() };
    let loaded = guarded(&format!("reading {}", path.display()), || load_swarm(path).map_err(|e| e.to_string()));
    match loaded {
        Ok(Loaded { project: scene, .. }) => {
            let swarm = living(&scene).map(|swarm| Arc::new(swarm.piece(MAX_DRAWN)));
            let title = if scene.title.is_empty() { blank.title } else { scene.title };
            let mut snapshot = Arc::unwrap_or_clone(scene.world.snapshot);
            let every = snapshot.particles.len().div_ceil(MAX_DRAWN).max(1);
            snapshot.particles = snapshot.particles.into_iter().step_by(every).collect();
            Some(SceneCard { title, notes: scene.notes, snapshot: Arc::new(snapshot), swarm, ..blank })
        }
        Err(_) if is_picture_name(path) && !holds_scene(path).unwrap_or(false) => None,
        Err(why) => Some(SceneCard { fault: Some(why), ..blank }),
    }
}

/// What lives by the rule of a scene: its saved swarm, else a sample of what the rule keeps.
fn living(scene: &SwarmProject) -> Option<Swarm> {
    scene.world.rule.as_ref()?;
    if let Some(state) = &scene.world.state {
        return Some(state.swarm.clone());
    }
    let few = scene.world.ensemble.for_particles(&scene.world.snapshot, SAMPLE_PARTICLES);
    scene.world.snapshot.sample(&few, &mut StdRng::seed_from_u64(scene.world.training.seed)).ok()
}

#[cfg(test)]
mod tests {
    use glam::DVec2;

    use super::*;
    use crate::scene::Project;
    use crate::worlds::SwarmDoc;
    use crate::worlds::swarm::picture::motifs;

    #[test]
    fn names_become_files_that_any_system_takes() {
        assert_eq!(file_name("  Mühle: am/See?  "), "Mühle- am-See-");
        assert_eq!(file_name(".."), "scene");
        assert_eq!(file_name(""), "scene");
        for long in ["x", "ü", "🙂"] {
            let name = file_name(&long.repeat(500));
            assert!(name.len() <= MAX_BYTES && name.chars().count() <= 80, "{name}");
            let path = free_path(&std::env::temp_dir(), &name, ".png", None);
            std::fs::write(&path, "").unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            std::fs::remove_file(path).unwrap();
        }
    }

    #[test]
    fn a_name_twice_gets_a_number_and_the_same_scene_keeps_its_file() {
        let dir = tempfile::tempdir().unwrap();
        let mine = Mine::new(Some(dir.path().join("mine")));
        let first = mine.path_for("Mill", None).unwrap();
        assert_eq!(first, dir.path().join("mine/Mill.png"));
        std::fs::write(&first, "").unwrap();
        assert_eq!(mine.path_for("Mill", None).unwrap(), dir.path().join("mine/Mill 2.png"));
        assert_eq!(mine.path_for("Mill", Some(&first)).unwrap(), first);
        assert!(Mine::new(None).path_for("Mill", None).unwrap_err().contains("Save as"));
    }

    #[test]
    fn a_card_shows_the_saved_swarm_or_a_sample() {
        let mut scene = crate::window::runtime::bundled::load("mill").unwrap().project;
        scene.world.state = None;
        assert!(living(&scene).unwrap().len() > scene.world.snapshot.particles.len());
        let swarm = Swarm { particles: scene.world.snapshot.particles.clone(), box_size: DVec2::splat(30.0) };
        let state = crate::worlds::swarm::doc::LiveState { swarm: swarm.clone(), seed: 1, step: 2 };
        scene.world.state = Some(Arc::new(state));
        assert_eq!(living(&scene), Some(swarm));
        scene.world.rule = None;
        assert_eq!(living(&scene), None);
    }

    #[test]
    fn the_gallery_lists_scenes_alone_newest_first() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("mine");
        std::fs::create_dir(&folder).unwrap();
        let scene =
            |title: &str| Project::new(title, SwarmDoc::from_snapshot(motifs::by_name("mill").unwrap().snapshot()));
        let now = SystemTime::now();
        for (k, name) in ["mine/a.ron", "mine/b.png", "elsewhere.ron"].iter().enumerate() {
            let path = dir.path().join(name);
            scene(name).save(&path).unwrap();
            let at = now - std::time::Duration::from_secs(100 - 10 * k as u64);
            std::fs::File::options().write(true).open(&path).unwrap().set_modified(at).unwrap();
        }
        image::RgbImage::new(4, 4).save(folder.join("photo.png")).unwrap();
        std::fs::write(folder.join("words.txt"), "").unwrap();
        let recent = [dir.path().join("elsewhere.ron"), dir.path().join("gone.ron")];
        let cards = read(Some(&folder), &recent, &[], |_| ());
        let seen: Vec<(&str, bool)> = cards.iter().map(|card| (card.title.as_str(), card.is_mine)).collect();
        assert_eq!(seen, [("elsewhere.ron", false), ("mine/b.png", true), ("mine/a.ron", true)]);
        assert!(cards.iter().all(|card| card.swarm.is_none()), "nothing lives without a rule");
        // What has not changed is not read again.
        let again = read(Some(&folder), &recent, &cards, |_| ());
        assert!(again.iter().zip(&cards).all(|(a, b)| Arc::ptr_eq(&a.snapshot, &b.snapshot)));
    }

    #[test]
    fn a_broken_scene_has_a_card_and_the_first_cards_come_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let text = Project::new("Mill", SwarmDoc::from_snapshot(motifs::by_name("mill").unwrap().snapshot())).to_ron();
        for k in 0..SHOWN_AT_ONCE + 3 {
            std::fs::write(dir.path().join(format!("{k}.ron")), &text).unwrap();
        }
        std::fs::write(dir.path().join("half.ron"), &text[..text.len() / 2]).unwrap();
        let mut shown = Vec::new();
        let cards = read(Some(dir.path()), &[], &[], |some| shown.push(some.len()));
        assert_eq!((shown, cards.len()), (vec![SHOWN_AT_ONCE], SHOWN_AT_ONCE + 4));
        let broken: Vec<&SceneCard> = cards.iter().filter(|card| card.fault.is_some()).collect();
        assert_eq!(broken.iter().map(|card| card.title.as_str()).collect::<Vec<_>>(), ["half"]);
        assert!(broken[0].fault.as_ref().is_some_and(|why| why.contains("half.ron")));
    }
}
