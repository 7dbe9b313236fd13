//! The pages of a TIFF, such as the slices of a stack of microscope images: a chain of directories (TIFF 6.0, section 2).

/// More pages are not looked for: a damaged chain may lead round in a circle.
const MAX_PAGES: usize = 10_000;

/// Entries are in the order of their tags, and 254 is the least of them.
const LOOKED_AT: usize = 4;

/// A reduced copy or a mask of another page (tag 254 NewSubfileType, bits 0 and 2).
const NOT_A_PAGE: u64 = 0b101;

struct PageLayout {
    is_little: bool,
    /// Offsets have 8 bytes (BigTIFF).
    is_big: bool,
}

impl PageLayout {
    fn of(bytes: &[u8]) -> Option<Self> {
        let is_little = match bytes.get(..2)? {
            b"II" => true,
            b"MM" => false,
            _ => return None,
        };
        let layout = Self { is_little, is_big: false };
        match layout.number(bytes, 2, 2)? {
            42 => Some(layout),
            43 => Some(Self { is_big: true, ..layout }),
            _ => None,
        }
    }

    /// An unsigned number of `length` bytes.
    fn number(&self, bytes: &[u8], at: usize, length: usize) -> Option<u64> {
        let field = bytes.get(at..at.checked_add(length)?)?;
        let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        Some(if self.is_little { field.iter().rev().fold(0, add) } else { field.iter().fold(0, add) })
    }

    /// Where the header stores the offset of the first page, and the length of offsets.
    fn first(&self) -> (usize, usize) {
        if self.is_big { (8, 8) } else { (4, 4) }
    }
}

/// Where the directory of each page is; `None` for what is not a TIFF.
pub(super) fn pages_of(bytes: &[u8]) -> Option<Vec<u64>> {
    let layout = PageLayout::of(bytes)?;
    let (first, length) = layout.first();
    let (count_length, entry_length) = if layout.is_big { (8, 20) } else { (2, 12) };
    let mut pages = Vec::new();
    let mut next = layout.number(bytes, first, length)?;
    for _ in 0..MAX_PAGES {
        let Ok(at) = usize::try_from(next) else { break };
        let Some(entries) = layout.number(bytes, at, count_length).filter(|_| at > 0) else { break };
        let Ok(entries) = usize::try_from(entries) else { break };
        let start = at + count_length;
        let Some(end) = entries.checked_mul(entry_length).and_then(|length| start.checked_add(length)) else { break };
        let of_another = (start..end.min(bytes.len())).step_by(entry_length).take(LOOKED_AT).any(|entry| {
            let value = entry + entry_length - length;
            layout.number(bytes, entry, 2) == Some(254)
                && layout.number(bytes, value, 4).is_some_and(|kind| kind & NOT_A_PAGE != 0)
        });
        if !of_another && !pages.contains(&next) {
            pages.push(next);
        }
        match layout.number(bytes, end, length) {
            Some(following) if following > 0 && !pages.contains(&following) => next = following,
            _ => break,
        }
    }
    Some(pages)
}

/// Makes a page the first one of the file.
pub(super) fn lead_to(page: u64, bytes: &mut [u8]) {
    let Some(layout) = PageLayout::of(bytes) else { return };
    let (first, length) = layout.first();
    let Some(field) = bytes.get_mut(first..first + length) else { return };
    if layout.is_little {
        field.copy_from_slice(&page.to_le_bytes()[..length]);
    } else {
        field.copy_from_slice(&page.to_be_bytes()[8 - length..]);
    }
}
