//! The chunks that a PNG file is made of: length, kind, data, checksum (PNG specification, third edition, section 5.3).

use std::io::{self, Write};

/// What a PNG begins with.
pub const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A chunk as it stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PngChunk<'a> {
    pub kind: [u8; 4],
    pub data: &'a [u8],
    checksum: u32,
}

impl PngChunk<'_> {
    pub fn is_whole(&self) -> bool {
        self.checksum == checksum(&self.kind, self.data)
    }
}

/// The file ends within a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CutOff;

/// The chunks of a PNG, up to the end of the file.
pub fn png_chunks(png: &[u8]) -> impl Iterator<Item = Result<PngChunk<'_>, CutOff>> {
    let mut rest = png.get(PNG_SIGNATURE.len()..).unwrap_or_default();
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let read = read(rest);
        rest = read.map_or(&[], |(_, after)| after);
        Some(read.map(|(chunk, _)| chunk).ok_or(CutOff))
    })
}

fn read(bytes: &[u8]) -> Option<(PngChunk<'_>, &[u8])> {
    let (head, body) = bytes.split_first_chunk::<8>()?;
    let (length, kind) = length_and_kind(head);
    let (data, after) = body.split_at_checked(length as usize)?;
    let (checksum, after) = after.split_first_chunk::<4>()?;
    Some((PngChunk { kind, data, checksum: u32::from_be_bytes(*checksum) }, after))
}

/// The head of a chunk: bytes of its data, and its kind.
pub fn length_and_kind(head: &[u8; 8]) -> (u32, [u8; 4]) {
    let [a, b, c, d, kind @ ..] = *head;
    (u32::from_be_bytes([a, b, c, d]), kind)
}

/// # Errors
/// `out` cannot be written.
pub fn write_chunk(out: &mut impl Write, kind: &[u8; 4], data: &[u8]) -> io::Result<()> {
    out.write_all(&(data.len() as u32).to_be_bytes())?;
    out.write_all(kind)?;
    out.write_all(data)?;
    out.write_all(&checksum(kind, data).to_be_bytes())
}

fn checksum(kind: &[u8; 4], data: &[u8]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(kind);
    sum.update(data);
    sum.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_a_cut_or_changed_chunk_is_known() {
        let mut png = PNG_SIGNATURE.to_vec();
        write_chunk(&mut png, b"tEXt", b"a\0b").unwrap();
        write_chunk(&mut png, b"IEND", b"").unwrap();
        let read: Vec<_> = png_chunks(&png).map(Result::unwrap).collect();
        assert_eq!(
            read.iter().map(|chunk| (chunk.kind, chunk.data)).collect::<Vec<_>>(),
            [(*b"tEXt", &b"a\0b"[..]), (*b"IEND", &b""[..])]
        );
        assert!(read.iter().all(PngChunk::is_whole));
        assert_eq!(png_chunks(&png[..png.len() - 1]).last(), Some(Err(CutOff)));
        png[17] ^= 1;
        assert!(!png_chunks(&png).next().unwrap().unwrap().is_whole());
    }

    #[test]
    fn pictures_of_the_library_are_read_chunk_by_chunk() {
        let mut png = std::io::Cursor::new(Vec::new());
        image::RgbaImage::new(3, 2).write_to(&mut png, image::ImageFormat::Png).unwrap();
        let kinds: Vec<_> = png_chunks(png.get_ref()).map(|chunk| chunk.unwrap()).collect();
        assert!(kinds.iter().all(PngChunk::is_whole));
        assert_eq!((kinds[0].kind, kinds.last().unwrap().kind), (*b"IHDR", *b"IEND"));
    }
}
