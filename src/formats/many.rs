//! Several files as the snapshots of one pattern: in one box, with one numbering of species.

use std::path::PathBuf;

use glam::DVec2;

use super::{About, Assumption, ImportError, ImportOptions, Imported, StopSignal, import_one};
use crate::worlds::swarm::picture::{FilmFrame, MAX_SPECIES, SnapshotFilm};

/// Reads several files as the snapshots of one pattern, in this order: every file's frames, by the same options.
///
/// # Errors
/// As [`super::import`], for the first file that cannot be read; different boundaries; too many species.
pub fn import_all(paths: &[PathBuf], options: &ImportOptions) -> Result<Imported, ImportError> {
    import_unless_stopped(paths, options, StopSignal::NEVER)
}

/// As [`import_all`], until `stop` is set.
///
/// # Errors
/// As [`import_all`], and [`ImportError::Stopped`].
pub fn import_unless_stopped(
    paths: &[PathBuf],
    options: &ImportOptions,
    stop: StopSignal,
) -> Result<Imported, ImportError> {
    let Some((first, others)) = paths.split_first() else {
        return Err(ImportError::UnknownKind { file: PathBuf::new() });
    };
    let mut all = import_one(first, options, stop)?;
    if others.is_empty() {
        return Ok(all);
    }
    // What the content of the first one decides holds for all.
    let options = ImportOptions { mode: Some(all.snapshot.mode), ..options.clone() };
    let mut files = vec![OneFile::of(&all)];
    for path in others {
        let imported = import_one(path, &options, stop)?;
        if imported.snapshot.boundary != all.snapshot.boundary {
            let what = format!("its boundary is {:?}, that of the first file is not", imported.snapshot.boundary);
            let hint = "give --box for all of them".to_owned();
            return Err(ImportError::File { file: path.clone(), what, hint });
        }
        files.push(OneFile::of(&imported));
        for assumption in imported.assumptions {
            if !all.assumptions.contains(&assumption) {
                all.assumptions.push(assumption);
            }
        }
    }
    if let Some((corner, box_size)) = put_in_one_box(&mut files) {
        // The first snapshot in double precision, beside its packed frame.
        let own = all.corner.unwrap_or(corner);
        for p in &mut all.snapshot.particles {
            *p = p.at(p.position() + own - corner);
        }
        all.snapshot.box_size = box_size;
    }
    let numbered = number_species(&mut files).map_err(|what| {
        let hint = "merge some of them, or give --columns species=none".to_owned();
        ImportError::File { file: first.clone(), what, hint }
    })?;
    if let Some(assumption) = numbered {
        all.assumptions.retain(|old| old.about != About::Species || old.option.is_some());
        all.assumptions.push(assumption);
        let packed = &files[0].frames[0].particles;
        all.snapshot.particles.iter_mut().zip(packed).for_each(|(p, packed)| p.species = packed.species);
    }
    let mut frames: Vec<FilmFrame> = files.into_iter().flat_map(|file| file.frames).collect();
    for (k, frame) in frames.iter_mut().enumerate() {
        frame.number = (k + 1) as f64;
    }
    all.film = SnapshotFilm::new(frames, 0, &all.snapshot, None);
    Ok(all)
}

/// The frames of one of the files.
struct OneFile {
    frames: Vec<FilmFrame>,
    /// Where in the file's frame the box that was put around them begins.
    corner: Option<DVec2>,
    /// What the species are called; empty where they are numbers.
    species: Vec<String>,
}

impl OneFile {
    fn of(imported: &Imported) -> Self {
        let frames = if imported.film.is_empty() {
            vec![FilmFrame::new(&imported.snapshot, 1.0, None)]
        } else {
            // Ids of one file mean nothing in another.
            imported.film.frames().iter().map(|frame| FilmFrame { ids: None, ..(**frame).clone() }).collect()
        };
        Self { frames, corner: imported.corner, species: imported.species.clone() }
    }

    fn species_mut(&mut self) -> impl Iterator<Item = &mut u8> {
        self.frames.iter_mut().flat_map(|frame| &mut frame.particles).map(|p| &mut p.species)
    }
}

/// Where the files have no boxes, one around everything in place of one around each: what stands still would move. Returns
/// its corner and size.
fn put_in_one_box(files: &mut [OneFile]) -> Option<(DVec2, DVec2)> {
    let corners: Vec<DVec2> = files.iter().map(|file| file.corner).collect::<Option<_>>()?;
    let low = corners.iter().copied().reduce(DVec2::min)?;
    let far_corners = |(file, &corner): (&OneFile, &DVec2)| -> Option<DVec2> {
        file.frames.iter().map(|frame| corner + frame.box_size).reduce(DVec2::max)
    };
    let size = files.iter().zip(&corners).filter_map(far_corners).reduce(DVec2::max)? - low;
    for (file, corner) in files.iter_mut().zip(corners) {
        for frame in &mut file.frames {
            frame.box_size = size;
            for p in &mut frame.particles {
                let moved = (p.position() + corner - low).as_vec2();
                (p.x, p.y) = (moved.x, moved.y);
            }
        }
    }
    Some((low, size))
}

/// Gives species the same numbers in all files, where some file has names for them; otherwise the same name would be one
/// species here and another there.
///
/// # Errors
/// More species than there can be, as part of a sentence.
fn number_species(files: &mut [OneFile]) -> Result<Option<Assumption>, String> {
    if files.iter().all(|file| file.species.is_empty()) {
        return Ok(None);
    }
    let mut names: Vec<String> = Vec::new();
    for file in files.iter_mut() {
        if file.species.is_empty() {
            let last = file.species_mut().max().copied().unwrap_or_default();
            file.species = (0..=last).map(|k| k.to_string()).collect();
        }
        for name in &file.species {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    if let Some(name) = names.get(MAX_SPECIES) {
        return Err(format!("with '{name}' the files have more than {MAX_SPECIES} species together"));
    }
    let numbers: Option<Vec<f64>> = names.iter().map(|name| name.parse().ok()).collect();
    if let Some(numbers) = numbers {
        let mut ranked: Vec<(f64, String)> = numbers.into_iter().zip(names).collect();
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
        names = ranked.into_iter().map(|(_, name)| name).collect();
    }
    for file in files.iter_mut() {
        let number = |name: &String| names.iter().position(|other| other == name).unwrap_or_default() as u8;
        let index: Vec<u8> = file.species.iter().map(number).collect();
        file.species_mut().for_each(|species| *species = index[usize::from(*species)]);
    }
    let became: Vec<String> = names.iter().enumerate().map(|(k, name)| format!("'{name}' became {k}")).collect();
    let text = format!("Species were numbered over all files: {}.", became.join(", "));
    Ok(Some(Assumption::fact(About::Species, text)))
}
