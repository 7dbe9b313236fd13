//! A scene as a picture: a PNG that looks like the scene and holds the text of its scene file.
//!
//! The text is stored packed in an iTXt chunk with the keyword [`KEYWORD`], in front of the pixels. Other programs show the
//! picture; most keep such a chunk when they copy the file and lose it when they save the picture again. A chunk of text
//! that another program turned into tEXt or zTXt is read as well.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::read::ZlibDecoder;
use image::RgbaImage;

use super::{Fault, Project};
use crate::media::picture::{Card, PictureStyle, is_card};
use crate::media::png_chunks::{CutOff, PNG_SIGNATURE, length_and_kind, png_chunks};
use crate::worlds::World;

/// Names the chunk.
pub const KEYWORD: &str = "unstill-scene";

/// Longest text of a scene that a picture may hold, bytes.
pub const MAX_TEXT_BYTES: u64 = 128 << 20;

/// Longer side of the world in a picture that holds a scene, pixels.
pub const SCENE_PICTURE_PX: u32 = 880;

/// How a scene looks as a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Showing {
    /// `size_px` is that of the swarm without its frame.
    pub style: PictureStyle,
    /// The swarm as the window showed it; `None`: drawn from what the scene holds.
    pub picture: Option<RgbaImage>,
}

impl Showing {
    /// In this style, drawn from what the scene holds.
    pub fn new(style: PictureStyle) -> Self {
        Self { style: PictureStyle { size_px: SCENE_PICTURE_PX, ..style }, picture: None }
    }
}

impl Default for Showing {
    fn default() -> Self {
        Self::new(PictureStyle::default())
    }
}

/// Whether a file that begins with `start` is a PNG.
pub(super) fn is_png(start: &[u8]) -> bool {
    start.starts_with(PNG_SIGNATURE)
}

/// Whether the PNG at `path` has a chunk for a scene, whole or not. Reads no pixels.
///
/// # Errors
/// The file cannot be read. A file that is not a PNG, or that breaks off, holds none.
pub fn holds_scene(path: &Path) -> io::Result<bool> {
    let mut file = BufReader::new(File::open(path)?);
    let mut start = [0; PNG_SIGNATURE.len()];
    if file.read_exact(&mut start).is_err() || !is_png(&start) {
        return Ok(false);
    }
    // `png_chunks` walks a PNG in memory; here a folder of large pictures is searched, and seeking reads only the heads.
    let mut head = [0; 8];
    while file.read_exact(&mut head).is_ok() {
        let (length, kind) = length_and_kind(&head);
        if kind == *b"IEND" {
            break;
        }
        let mut left = i64::from(length) + 4;
        if is_text(kind) {
            let mut keyword = [0; KEYWORD.len() + 1];
            let read = file.read(&mut keyword)?;
            left -= read as i64;
            if read == keyword.len() && is_keyword(&keyword) {
                return Ok(true);
            }
        }
        file.seek(SeekFrom::Current(left))?;
    }
    Ok(false)
}

/// A picture of a scene is no larger than this on either side, pixels, nor is one that was scaled for a web page.
const MAX_OF_A_CARD_PX: u32 = 2400;

/// Whether the picture at `path`, a PNG or JPEG, looks as if Unstill had made it, and holds no scene any more. Reads its
/// pixels, unless there are too many.
pub fn lost_its_scene(path: &Path) -> bool {
    let open = || image::ImageReader::open(path).ok()?.with_guessed_format().ok();
    let is_small = |(width, height): (u32, u32)| width.max(height) <= MAX_OF_A_CARD_PX;
    if !open().and_then(|reader| reader.into_dimensions().ok()).is_some_and(is_small) {
        return false;
    }
    let picture = open().and_then(|reader| reader.decode().ok());
    picture.is_some_and(|picture| is_card(&picture.to_rgba8()))
}

/// The text of the scene in a PNG; `None` when it has none.
///
/// # Errors
/// [`Fault::PictureCutOff`] and [`Fault::PictureDamaged`].
pub(super) fn text_in(png: &[u8]) -> Result<Option<String>, Fault> {
    for chunk in png_chunks(png) {
        let chunk = chunk.map_err(|CutOff| Fault::PictureCutOff)?;
        if chunk.kind == *b"IEND" {
            return Ok(None);
        }
        if is_text(chunk.kind) && is_keyword(chunk.data) {
            if !chunk.is_whole() {
                return Err(damaged("its checksum is wrong"));
            }
            return text_of(chunk.kind, &chunk.data[KEYWORD.len() + 1..]).map(Some);
        }
    }
    Err(Fault::PictureCutOff)
}

fn is_text(kind: [u8; 4]) -> bool {
    [*b"iTXt", *b"zTXt", *b"tEXt"].contains(&kind)
}

fn is_keyword(data: &[u8]) -> bool {
    data.strip_prefix(KEYWORD.as_bytes()).is_some_and(|rest| rest.first() == Some(&0))
}

fn damaged(what: &str) -> Fault {
    Fault::PictureDamaged(what.to_owned())
}

/// `data`: what follows the keyword and its zero.
fn text_of(kind: [u8; 4], data: &[u8]) -> Result<String, Fault> {
    let bytes = match (&kind, data) {
        (b"tEXt", plain) => plain.to_vec(),
        (b"zTXt", [0, packed @ ..]) => unpacked(packed)?,
        (b"iTXt", [is_packed @ (0 | 1), 0, rest @ ..]) => {
            // A language and a translated keyword, each ended by a zero.
            let mut parts = rest.splitn(3, |&byte| byte == 0);
            let text = parts.nth(2).ok_or_else(|| damaged("its head is cut"))?;
            if *is_packed == 1 { unpacked(text)? } else { text.to_vec() }
        }
        _ => return Err(damaged("its packing is not known")),
    };
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        // What became tEXt or zTXt may have become Latin-1 on the way.
        Err(e) if kind != *b"iTXt" => Ok(e.into_bytes().into_iter().map(char::from).collect()),
        Err(_) => Err(damaged("it is not text")),
    }
}

fn unpacked(packed: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    let read = ZlibDecoder::new(packed).take(MAX_TEXT_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|_| damaged("it cannot be unpacked"))?;
    if bytes.len() as u64 > MAX_TEXT_BYTES {
        return Err(damaged(&format!("unpacked it has more than {} MB", MAX_TEXT_BYTES >> 20)));
    }
    Ok(bytes)
}

/// A PNG of `picture` that holds `text`.
///
/// # Errors
/// A text longer than [`MAX_TEXT_BYTES`].
pub(super) fn encode(picture: &RgbaImage, text: &str) -> io::Result<Vec<u8>> {
    if text.len() as u64 > MAX_TEXT_BYTES {
        let max_mb = MAX_TEXT_BYTES >> 20;
        return Err(io::Error::other(format!("a picture holds a scene of up to {max_mb} MB; save it as a .ron file")));
    }
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, picture.width(), picture.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    let mut chunk = png::text_metadata::ITXtChunk::new(KEYWORD, text);
    chunk.compressed = true;
    writer.write_text_chunk(&chunk)?;
    let software = format!("Unstill {}", env!("CARGO_PKG_VERSION"));
    writer.write_text_chunk(&png::text_metadata::TEXtChunk::new("Software", software))?;
    let rgb: Vec<u8> = picture.pixels().flat_map(|p| [p.0[0], p.0[1], p.0[2]]).collect();
    writer.write_image_data(&rgb)?;
    writer.finish()?;
    Ok(out)
}

impl<W: Clone + Into<World>> Project<W> {
    /// The project as a PNG that looks like it and holds it.
    ///
    /// # Errors
    /// A project whose text is longer than [`MAX_TEXT_BYTES`].
    pub fn to_png(&self, showing: &Showing) -> io::Result<Vec<u8>> {
        let picture = match &showing.picture {
            Some(picture) => picture.clone(),
            None => self.world.clone().into().stored().portrait(&showing.style),
        };
        let card = Card { title: &self.title, author: &self.author, notes: &self.notes };
        encode(&card.frame(picture, showing.style.theme), &self.to_ron())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::png_chunks::write_chunk;
    use crate::scene::SwarmProject;
    use crate::worlds::SwarmDoc;
    use crate::worlds::swarm::picture::motifs;

    fn mill() -> SwarmProject {
        let mut scene = Project::new("Mühle", SwarmDoc::from_snapshot(motifs::by_name("mill").unwrap().snapshot()));
        scene.notes = "Rings that turn.".to_owned();
        scene
    }

    fn pixel(text: &str) -> Vec<u8> {
        encode(&RgbaImage::new(1, 1), text).unwrap()
    }

    /// The one chunk with the keyword: from its length to its checksum.
    fn place_of_chunk(png: &[u8]) -> std::ops::Range<usize> {
        let at = png.windows(4).position(|w| w == b"iTXt").unwrap() - 4;
        let length = u32::from_be_bytes(png[at..at + 4].try_into().unwrap()) as usize;
        at..at + 12 + length
    }

    fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        write_chunk(&mut bytes, kind, data).unwrap();
        bytes
    }

    /// The PNG with another chunk in place of the scene's.
    fn with(chunk: &[u8]) -> Vec<u8> {
        let png = pixel("(schema: 1)");
        let place = place_of_chunk(&png);
        [&png[..place.start], chunk, &png[place.end..]].concat()
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut encoder, bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_scene_saved_as_a_picture_opens_and_is_a_plain_png_too() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("mill.PNG");
        let scene = mill();
        scene.save(&path).unwrap();
        assert!(holds_scene(&path).unwrap());
        let loaded = crate::scene::load_swarm(&path).unwrap();
        assert_eq!(loaded.project, scene);
        let shown = image::load_from_memory(&std::fs::read(&path).unwrap()).unwrap().to_rgb8();
        assert!(shown.width() > SCENE_PICTURE_PX.min(600) && shown.height() > 300, "{:?}", shown.dimensions());
        let bodies = shown.pixels().filter(|p| p.0[0] > 150 && p.0[2] < 120).count();
        assert!(!lost_its_scene(&dir.path().join("none.png")));
        let again = dir.path().join("again.png");
        shown.save(&again).unwrap();
        assert!(lost_its_scene(&again) && !holds_scene(&again).unwrap());
        let sent = dir.path().join("sent.jpg");
        shown.save(&sent).unwrap();
        assert!(lost_its_scene(&sent), "as messengers send pictures on");
        assert!(bodies > 100, "the vermilion bodies are drawn: {bodies}");
    }

    #[test]
    fn a_picture_without_its_scene_is_reported_as_such() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("saved-again.png");
        RgbaImage::new(3, 3).save(&path).unwrap();
        assert!(!holds_scene(&path).unwrap());
        let message = Project::load(&path).unwrap_err().to_string();
        assert!(message.contains("saved-again.png") && message.contains("holds no scene"), "{message}");
        std::fs::write(&path, "no picture").unwrap();
        assert!(!holds_scene(&path).unwrap());
    }

    #[test]
    fn cut_and_damaged_pictures_are_told_apart() {
        let png = pixel(&mill().to_ron());
        let place = place_of_chunk(&png);
        for cut in [9, place.start + 3, place.start + 40, place.end - 1] {
            assert!(matches!(text_in(&png[..cut]), Err(Fault::PictureCutOff)), "cut at {cut}");
        }
        // What follows the scene is not needed.
        assert!(text_in(&png[..place.end]).is_ok_and(|text| text.is_some()));
        let mut flipped = png.clone();
        flipped[place.start + 60] ^= 1;
        assert!(matches!(text_in(&flipped), Err(Fault::PictureDamaged(_))));
        let mut bytes = KEYWORD.as_bytes().to_vec();
        bytes.extend(b"\0\x01\0\0\0not packed at all");
        let unpackable = text_in(&with(&chunk(b"iTXt", &bytes))).unwrap_err().to_string();
        assert!(unpackable.contains("cannot be unpacked"), "{unpackable}");
        let headless = text_in(&with(&chunk(b"iTXt", b"unstill-scene\0\x01\0"))).unwrap_err().to_string();
        assert!(headless.contains("damaged"), "{headless}");
    }

    #[test]
    fn a_bomb_is_not_unpacked_to_its_end() {
        let bomb = zlib(&vec![b' '; MAX_TEXT_BYTES as usize + 4096]);
        assert!(bomb.len() < 1 << 20);
        let data = [b"unstill-scene\0\x01\0\0\0", &bomb[..]].concat();
        let message = text_in(&with(&chunk(b"iTXt", &data))).unwrap_err().to_string();
        assert!(message.contains("128 MB"), "{message}");
    }

    #[test]
    fn a_scene_in_another_kind_of_text_chunk_is_found() {
        let text = "(title: \"caf\u{e9}\")";
        let latin1: Vec<u8> = text.chars().map(|c| c as u8).collect();
        let key = b"unstill-scene\0".as_slice();
        for (kind, data) in [
            (b"tEXt", [key, &latin1].concat()),
            (b"tEXt", [key, text.as_bytes()].concat()),
            (b"zTXt", [key, b"\0", &zlib(&latin1)].concat()),
            (b"iTXt", [key, b"\0\0en\0scene\0", text.as_bytes()].concat()),
        ] {
            assert_eq!(text_in(&with(&chunk(kind, &data))).unwrap().as_deref(), Some(text));
        }
    }
}
