//! Damage to files: by lines and numbers where they are text, by bytes, lengths and chunks where they are not.

use rand::RngExt as _;
use rand::rngs::StdRng;

use crate::seeds::Seed;

/// What stands for a number: signs, sizes and words that arithmetic, allocations and casts trip over.
const EXTREMES: [&str; 24] = [
    "0",
    "-0",
    "-1",
    "1e308",
    "-1e308",
    "1e309",
    "1e-308",
    "5e-324",
    "NaN",
    "nan",
    "inf",
    "-inf",
    "4294967296",
    "4294967295",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "9999999999",
    "0x10",
    "1e",
    "1,5",
    "",
    "00000000000000000000000000000001",
    "1_000",
];

/// What has a meaning in one of the texts.
const TOKENS: [&str; 28] = [
    ",",
    ";",
    "\t",
    "\"",
    "\\",
    "=",
    ":",
    "\n",
    "\r",
    "\r\n",
    "\u{feff}",
    "\0",
    " ",
    "(",
    ")",
    "[",
    "]",
    "r#",
    "#",
    "Lattice=\"0 0 0 0 0 0 0 0 0\"",
    "Properties=pos:R:2",
    "pbc=\"T F T\"",
    "x",
    "frame",
    "ü",
    "é\u{301}",
    "//",
    "Some(",
];

const WORDS: [u32; 8] = [0, 1, 0x7f, 0xff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

/// A valid file and a damaged copy of it.
pub fn input<'a>(seeds: &'a [Seed], rng: &mut StdRng) -> (&'a Seed, Vec<u8>) {
    let seed = choose(seeds, rng);
    let other = choose(seeds, rng);
    let is_text = std::str::from_utf8(&seed.bytes).is_ok();
    let mut bytes = seed.bytes.clone();
    for _ in 0..rng.random_range(1..5) {
        if bytes.is_empty() {
            break;
        }
        bytes = if is_text && rng.random_bool(0.8) { damage_text(bytes, rng) } else { damage_bytes(bytes, other, rng) };
    }
    // Otherwise nearly all damage to a PNG file would end at a checksum.
    if bytes.starts_with(b"\x89PNG") && rng.random_bool(0.8) {
        correct_checksums(&mut bytes);
    }
    (seed, bytes)
}

fn choose<'a>(seeds: &'a [Seed], rng: &mut StdRng) -> &'a Seed {
    let total: u32 = seeds.iter().map(|seed| seed.weight).sum();
    let mut at = rng.random_range(0..total);
    for seed in seeds {
        if at < seed.weight {
            return seed;
        }
        at -= seed.weight;
    }
    unreachable!("the weights add up to the total")
}

/// A part of `length` bytes, mostly short.
fn part(length: usize, rng: &mut StdRng) -> std::ops::Range<usize> {
    let from = rng.random_range(0..=length);
    let longest = if rng.random_bool(0.8) { 16.min(length - from) } else { length - from };
    from..from + rng.random_range(0..=longest)
}

fn damage_bytes(mut bytes: Vec<u8>, other: &Seed, rng: &mut StdRng) -> Vec<u8> {
    let at = rng.random_range(0..bytes.len());
    match rng.random_range(0..7) {
        0 => bytes[at] ^= 1 << rng.random_range(0..8),
        1 => bytes[at] = rng.random(),
        2 => {
            let word = WORDS[rng.random_range(0..WORDS.len())];
            let word = if rng.random_bool(0.5) { word.to_be_bytes() } else { word.to_le_bytes() };
            let width = [2, 4][rng.random_range(0..2)].min(bytes.len() - at);
            bytes[at..at + width].copy_from_slice(&word[4 - width..]);
        }
        3 => bytes.truncate(at),
        4 => drop(bytes.drain(part(bytes.len(), rng))),
        5 => {
            let copy = bytes[part(bytes.len(), rng)].to_vec();
            bytes.splice(at..at, copy);
        }
        _ => {
            let from = part(other.bytes.len().min(4096), rng);
            bytes.splice(at..at, other.bytes[from].iter().copied());
        }
    }
    bytes
}

fn damage_text(bytes: Vec<u8>, rng: &mut StdRng) -> Vec<u8> {
    let text = String::from_utf8_lossy(&bytes).into_owned();
    match rng.random_range(0..5) {
        0 | 1 => replace_number(text, rng).into_bytes(),
        2 | 3 => damage_lines(&text, rng).into_bytes(),
        _ => {
            let at = text.floor_char_boundary(rng.random_range(0..=text.len()));
            let token = TOKENS[rng.random_range(0..TOKENS.len())];
            format!("{}{token}{}", &text[..at], &text[at..]).into_bytes()
        }
    }
}

/// One of the numbers of the text, all of them where it is rarely so, becomes an extreme one.
fn replace_number(mut text: String, rng: &mut StdRng) -> String {
    let start = text.floor_char_boundary(rng.random_range(0..=text.len()));
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-');
    let Some(from) = text[start..].find(is_number).map(|at| start + at) else { return text };
    let to = text[from..].find(|c| !is_number(c)).map_or(text.len(), |at| from + at);
    let extreme = EXTREMES[rng.random_range(0..EXTREMES.len())];
    if rng.random_bool(0.1) {
        return text.replace(&text[from..to].to_owned(), extreme);
    }
    text.replace_range(from..to, extreme);
    text
}

fn damage_lines(text: &str, rng: &mut StdRng) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    if lines.is_empty() {
        return String::new();
    }
    let (at, other) = (rng.random_range(0..lines.len()), rng.random_range(0..lines.len()));
    match rng.random_range(0..5) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[other]),
        2 => lines.swap(at, other),
        3 if text.len() < 4096 => {
            let many = rng.random_range(2..200);
            lines.splice(at..at, std::iter::repeat_n(lines[other], many).collect::<Vec<_>>());
        }
        _ => return if rng.random_bool(0.5) { text.replace('\n', "\r") } else { text.replace('\n', "\r\n") },
    }
    lines.concat()
}

/// Writes the checksum of each chunk of a PNG file, as far as its lengths can be followed.
fn correct_checksums(bytes: &mut [u8]) {
    let mut at = 8;
    while let Some(header) = bytes.get(at..at + 8) {
        let length = u32::from_be_bytes([header[0], header[1], header[2], header[3]]) as usize;
        let Some(end) = (at + 8).checked_add(length).filter(|end| end + 4 <= bytes.len()) else { return };
        let sum = crc32fast::hash(&bytes[at + 4..end]).to_be_bytes();
        bytes[end..end + 4].copy_from_slice(&sum);
        at = end + 4;
    }
}
