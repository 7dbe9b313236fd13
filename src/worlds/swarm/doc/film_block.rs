//! The snapshots of a film as one block of bytes: little-endian, each frame a head and then one array for each field.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use glam::DVec2;
use serde::{Deserialize, Serialize};

use crate::worlds::BadValue;
use crate::worlds::swarm::picture::{
    FilmFrame, MAX_FRAMES, MAX_PARTICLES, MAX_SPECIES, PackedParticle, Snapshot, SnapshotFilm, is_real_box,
};

/// Films of more bytes are in a file beside the scene, so that the scene stays a text that can be edited.
pub const MAX_INLINE_FILM_BYTES: usize = 32 << 20;

/// Maximum size in bytes of a film: the text of a scene has its own limit, and this one is for the file beside it.
pub const MAX_FILM_BYTES: u64 = 8 << 30;

/// The path of the field, as error messages name it.
const PATH: &str = "snapshots";
const HINT: &str = "take an earlier copy of the scene and of its .film file, or import the film again";

/// Number, width, height, count and flags.
const HEAD_BYTES: usize = 8 + 8 + 8 + 4 + 4;
/// x, y and heading, species.
const PARTICLE_BYTES: usize = 3 * 4 + 1;
const ID_BYTES: usize = 4;
const HAS_IDS: u32 = 1;

/// A film as the scene has it.
#[derive(Serialize, Deserialize)]
pub struct FilmHead {
    count: usize,
    /// Counted from 0.
    selected: usize,
    /// ℓ of all of them, world units.
    unit_length: f64,
    /// Name of the file beside the scene, where the block is too large for the text.
    #[serde(default)]
    file: Option<String>,
    #[serde(default)]
    block: Option<String>,
}

impl FilmHead {
    /// `beside`: the name of the file that has the block; without one it is in the text.
    pub(super) fn of(film: &SnapshotFilm, beside: Option<String>) -> Option<Self> {
        (!film.is_empty()).then(|| Self {
            count: film.len(),
            selected: film.selected(),
            unit_length: film.unit_length(),
            block: beside.is_none().then(|| STANDARD.encode(film_bytes(film))),
            file: beside,
        })
    }

    /// `read` gives the bytes of the file of that name beside the scene.
    ///
    /// # Errors
    /// A block that is damaged or missing, or holds what cannot be meant.
    pub(super) fn into_film(
        self,
        selected: &Snapshot,
        read: &dyn Fn(&str) -> Result<Vec<u8>, String>,
    ) -> Result<SnapshotFilm, BadValue> {
        let bytes = match (self.block, self.file) {
            (Some(text), _) => {
                let text: String = text.split_ascii_whitespace().collect();
                STANDARD.decode(text).map_err(|e| bad(format!("the base64 text is damaged ({e})")))?
            }
            (None, Some(name)) => read(&name).map_err(|why| {
                let hint = "put the .film file beside the scene again, or import the film again";
                BadValue::new(format!("{PATH}.file"), why, hint)
            })?,
            (None, None) => return Err(bad("there is neither `block` nor `file`".to_owned())),
        };
        let frames = frames_of(&bytes)?;
        if frames.len() != self.count || !(self.unit_length.is_finite() && self.unit_length > 0.0) {
            return Err(bad(format!(
                "the block has {} snapshots, ℓ = {}; the scene has {}",
                frames.len(),
                self.unit_length,
                self.count
            )));
        }
        Ok(SnapshotFilm::new(frames, self.selected, selected, Some(self.unit_length)))
    }
}

/// Bytes of the block of this film, without making it.
pub fn film_size(film: &SnapshotFilm) -> usize {
    let of = |frame: &Arc<FilmFrame>| {
        let each = PARTICLE_BYTES + if frame.ids.is_some() { ID_BYTES } else { 0 };
        HEAD_BYTES + each * frame.particles.len()
    };
    4 + film.frames().iter().map(of).sum::<usize>()
}

/// The block of a film.
pub fn film_bytes(film: &SnapshotFilm) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(film_size(film));
    bytes.extend((film.len() as u32).to_le_bytes());
    for frame in film.frames() {
        for value in [frame.number, frame.box_size.x, frame.box_size.y] {
            bytes.extend(value.to_le_bytes());
        }
        bytes.extend((frame.particles.len() as u32).to_le_bytes());
        bytes.extend(if frame.ids.is_some() { HAS_IDS } else { 0 }.to_le_bytes());
        for field in [|p: &PackedParticle| p.x, |p: &PackedParticle| p.y, |p: &PackedParticle| p.heading] {
            bytes.extend(frame.particles.iter().flat_map(|p| field(p).to_le_bytes()));
        }
        bytes.extend(frame.particles.iter().map(|p| p.species));
        bytes.extend(frame.ids.iter().flatten().flat_map(|id| id.to_le_bytes()));
    }
    bytes
}

fn frames_of(bytes: &[u8]) -> Result<Vec<FilmFrame>, BadValue> {
    let mut reader = Reader { rest: bytes };
    let count = reader.u32()? as usize;
    if count > MAX_FRAMES {
        return Err(bad(format!("{count} snapshots are more than {MAX_FRAMES}")));
    }
    let frames = (0..count).map(|k| reader.frame(k)).collect::<Result<Vec<_>, _>>()?;
    if reader.rest.is_empty() { Ok(frames) } else { Err(bad("more follows behind the last snapshot".to_owned())) }
}

fn bad(what: String) -> BadValue {
    BadValue::new(PATH, what, HINT)
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn take(&mut self, count: usize) -> Result<&[u8], BadValue> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or_else(|| bad("the block breaks off".to_owned()))?;
        self.rest = rest;
        Ok(taken)
    }

    fn u32(&mut self) -> Result<u32, BadValue> {
        let bytes = self.take(4)?;
        Ok(u32::from_le_bytes(bytes.try_into().expect("four bytes")))
    }

    fn f64(&mut self) -> Result<f64, BadValue> {
        let bytes = self.take(8)?;
        Ok(f64::from_le_bytes(bytes.try_into().expect("eight bytes")))
    }

    fn words(&mut self, count: usize) -> Result<Vec<[u8; 4]>, BadValue> {
        Ok(self.take(4 * count)?.as_chunks().0.to_vec())
    }

    fn frame(&mut self, k: usize) -> Result<FilmFrame, BadValue> {
        let number = self.f64()?;
        let box_size = DVec2::new(self.f64()?, self.f64()?);
        let (count, flags) = (self.u32()? as usize, self.u32()?);
        if count > MAX_PARTICLES || !is_real_box(box_size) || !number.is_finite() {
            let DVec2 { x: width, y: height } = box_size;
            return Err(bad(format!("snapshot {k} has {count} particles in a box of {width} by {height}")));
        }
        let mut floats = || Ok(self.words(count)?.into_iter().map(f32::from_le_bytes).collect::<Vec<f32>>());
        let (x, y, heading) = (floats()?, floats()?, floats()?);
        let species = self.take(count)?;
        let mut particles = Vec::with_capacity(count);
        for (i, &species) in species.iter().enumerate() {
            let p = PackedParticle { x: x[i], y: y[i], heading: heading[i], species };
            let side = box_size.as_vec2();
            let is_inside = (0.0..=side.x).contains(&p.x) && (0.0..=side.y).contains(&p.y);
            if !is_inside || !p.heading.is_finite() || usize::from(species) >= MAX_SPECIES {
                return Err(bad(format!("particle {i} of snapshot {k} is outside of the box or not a number")));
            }
            particles.push(p);
        }
        let has_ids = flags & HAS_IDS != 0;
        let ids = if has_ids { Some(self.words(count)?.into_iter().map(u32::from_le_bytes).collect()) } else { None };
        Ok(FilmFrame { number, box_size, particles: particles.into(), ids })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::picture::Particle;

    fn film(ids: bool) -> SnapshotFilm {
        let snapshot = |k: usize| {
            let at = |i: usize| Particle { x: i as f64, y: 0.25, heading: -3.0, species: (i % 3) as u8 };
            Snapshot {
                particles: (0..3 + k).map(at).collect(),
                box_size: DVec2::new(9.0 + k as f64, 0.3),
                ..Snapshot::default()
            }
        };
        let frame = |k: usize| {
            let ids = (ids && k != 1).then(|| (0..3 + k as u32).rev().collect());
            FilmFrame::new(&snapshot(k), 10.0 * k as f64, ids)
        };
        SnapshotFilm::new((0..3).map(frame).collect(), 1, &snapshot(0), None)
    }

    fn back(head: FilmHead) -> Result<SnapshotFilm, BadValue> {
        head.into_film(&Snapshot::default(), &|name| Err(format!("{name} is not there")))
    }

    #[test]
    fn a_film_comes_back_from_its_block_with_boxes_numbers_and_ids() {
        for ids in [false, true] {
            let film = film(ids);
            assert_eq!(film_bytes(&film).len(), film_size(&film));
            assert_eq!(back(FilmHead::of(&film, None).unwrap()).unwrap(), film);
        }
        assert!(FilmHead::of(&SnapshotFilm::default(), None).is_none());
    }

    #[test]
    fn a_damaged_block_is_refused_wherever_it_is_cut() {
        let bytes = film_bytes(&film(true));
        for cut in 0..bytes.len() {
            assert!(frames_of(&bytes[..cut]).is_err(), "{cut}");
        }
        assert!(frames_of(&[bytes.clone(), vec![0]].concat()).is_err());
        let mut outside = bytes;
        outside[4 + HEAD_BYTES + 3] = 0x7f;
        assert!(frames_of(&outside).unwrap_err().what.contains("particle 0 of snapshot 0"));
    }

    #[test]
    fn a_film_beside_the_scene_is_named_when_it_is_missing() {
        let head = FilmHead::of(&film(false), Some("flock.film".to_owned())).unwrap();
        let error = back(head).unwrap_err();
        assert!(error.to_string().contains("flock.film is not there"), "{error}");
        assert!(error.fix.contains("beside the scene"));
    }
}
