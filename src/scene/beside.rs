//! Films too large for the text of a scene: a file beside it, named after the scene and what it holds, so that a scene and
//! a film of two different savings are never taken together.

use std::fs;
use std::path::Path;

use super::{Fault, Loaded, WriteError, document, write_atomic};
use crate::formats::StopSignal;
use crate::worlds::World;
use crate::worlds::swarm::doc::{MAX_FILM_BYTES, MAX_INLINE_FILM_BYTES, film_bytes, film_size};
use crate::worlds::swarm::picture::SnapshotFilm;

const ENDING: &str = ".film";
/// Hexadecimal digits of the fingerprint in the name.
const DIGITS: usize = 16;

/// A sentence for those who save a scene whose film is in a file of its own.
pub fn film_note(film: &SnapshotFilm) -> Option<String> {
    let bytes = film_size(film);
    (bytes > MAX_INLINE_FILM_BYTES).then(|| {
        format!(
            "Its {} snapshots ({} MB) are in a {ENDING} file beside it: keep both together.",
            film.len(),
            bytes >> 20
        )
    })
}

/// Writes the film of the scene at `path` where it is too large for the text; returns the name of its file.
pub(super) fn write_film(world: &World, path: &Path) -> Result<Option<String>, WriteError> {
    let World::Swarm(doc) = world else { return Ok(None) };
    if film_size(&doc.film) <= MAX_INLINE_FILM_BYTES {
        return Ok(None);
    }
    let bytes = film_bytes(&doc.stills().stored_film());
    let name = format!("{}-{:0DIGITS$x}{ENDING}", stem(path), fingerprint(&bytes));
    let file = path.with_file_name(&name);
    // The name identifies the content.
    if fs::metadata(&file).is_ok_and(|there| there.len() == bytes.len() as u64) {
        return Ok(Some(name));
    }
    write_atomic(&file, &bytes)?;
    Ok(Some(name))
}

/// Reads the text of the scene at `path`, and its film from beside it.
pub(super) fn parse(text: &str, path: &Path, stop: StopSignal) -> Result<Loaded, Fault> {
    stop.check().map_err(Fault::Read)?;
    document::read(text, stop, &|name| {
        // A scene from elsewhere must not name any file of this machine.
        if Path::new(name).file_name() != Some(name.as_ref()) || !name.ends_with(ENDING) {
            return Err(format!("'{name}' is not the name of a {ENDING} file beside the scene"));
        }
        let file = path.with_file_name(name);
        let size = fs::metadata(&file).map_err(|e| format!("{name}, which has the snapshots, cannot be read ({e})"))?;
        if size.len() > MAX_FILM_BYTES {
            return Err(format!("{name} has {} MB, more than a film may have", size.len() >> 20));
        }
        stop.read(&file).map_err(|e| format!("{name}, which has the snapshots, cannot be read ({e})"))
    })
}

/// Removes films of earlier savings of the scene at `path`, of which `text` is the new text; with an empty text all of them.
pub fn remove_films(path: &Path, text: &str) {
    let start = format!("{}-", stem(path));
    let Some(folder) = path.parent() else { return };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let digits = name.strip_prefix(&start).and_then(|rest| rest.strip_suffix(ENDING));
        let is_ours = digits.is_some_and(|d| d.len() == DIGITS && d.bytes().all(|b| b.is_ascii_hexdigit()));
        if is_ours && !text.contains(name) {
            // What stays behind takes room and does no harm.
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// FNV-1a over words of eight bytes.
fn fingerprint(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let rest = rest.iter().map(|&byte| u64::from(byte));
    let words = words.iter().map(|word| u64::from_le_bytes(*word));
    words
        .chain(rest)
        .fold(0xcbf2_9ce4_8422_2325, |hash, word| (hash ^ word).wrapping_mul(0x0100_0000_01b3).rotate_left(23))
}

#[cfg(test)]
mod tests {
    use glam::DVec2;

    use super::*;
    use crate::scene::Project;
    use crate::worlds::SwarmDoc;
    use crate::worlds::swarm::picture::{FilmFrame, Mode, Particle, Snapshot, Stills};
    use std::sync::Arc;

    /// `frames` frames of `each` particles.
    fn project(frames: usize, each: usize) -> Project<SwarmDoc> {
        let at = |i: usize| Particle { x: (i % 997) as f64, y: (i / 997) as f64, heading: 0.5, species: 0 };
        let snapshot = Snapshot {
            particles: (0..each).map(at).collect(),
            box_size: DVec2::splat(1000.0),
            mode: Mode::Whole,
            ..Snapshot::default()
        };
        let frame = |k: usize| FilmFrame::new(&snapshot, k as f64, Some((0..each as u32).collect()));
        let film = SnapshotFilm::new((0..frames).map(frame).collect(), 0, &snapshot, Some(1.0));
        Project::new("Film", SwarmDoc::from_stills(Stills::new(Arc::new(snapshot), film)))
    }

    fn files(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_small_film_is_in_the_scene_itself() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("film.ron");
        let project = project(10, 50);
        project.save(&path).unwrap();
        assert_eq!(files(folder.path()), ["film.ron"]);
        assert!(film_note(&project.world.film).is_none());
        let World::Swarm(doc) = Project::load(&path).unwrap().project.world else { panic!("a swarm") };
        assert_eq!(*doc, project.world);
    }

    #[test]
    fn a_large_film_is_beside_the_scene_and_replaced_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("film.ron");
        let mut project = project(200, 10_000);
        project.save(&path).unwrap();
        let before = files(folder.path());
        assert!(before.len() == 2 && before[0].starts_with("film-") && before[0].ends_with(".film"), "{before:?}");
        assert!(film_note(&project.world.film).unwrap().contains("keep both together"));
        let World::Swarm(doc) = Project::load(&path).unwrap().project.world else { panic!("a swarm") };
        assert!(*doc == project.world);
        project.world.set_stills(project.world.stills().without(3).unwrap());
        project.save(&path).unwrap();
        let after = files(folder.path());
        assert!(after.len() == 2 && after[0] != before[0], "{after:?}");
        fs::remove_file(folder.path().join(&after[0])).unwrap();
        let error = Project::load(&path).unwrap_err().to_string();
        assert!(error.contains("beside the scene") && error.len() < 400, "{error}");
    }

    #[test]
    fn a_scene_names_no_file_of_another_folder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("film.ron");
        let text = project(2, 3).to_ron();
        let block = text.find("block: ").unwrap();
        let end = block + text[block..].find('\n').unwrap();
        for name in ["../x.film", "/etc/passwd", "x.ron"] {
            let text = format!("{}{}", &text[..block], &text[end..]);
            let text = text.replace("file: None", &format!("file: Some(\"{name}\")"));
            let error = parse(&text, &path, StopSignal::NEVER).unwrap_err().to_string();
            assert!(error.contains("is not the name"), "{error}");
        }
    }
}
