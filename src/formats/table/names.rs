//! What the names of columns mean: `X (cm)`, `v x [um/s]`, `heading_deg`, `frame_number` and their like.

/// Unit of a column, where it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formats) enum Unit {
    Radians,
    Degrees,
    /// Pixels of an image.
    Pixels,
    Other,
}

/// A column's name as the file has it, and what it is compared by.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::formats) struct Name {
    pub raw: String,
    /// Lower-case letters and digits, without the unit.
    pub key: String,
    /// The same in pieces: `X_Arena0_Ind0` is x, arena, 0, ind, 0.
    pub pieces: Vec<String>,
    pub unit: Option<Unit>,
}

impl Name {
    pub fn of(raw: &str) -> Self {
        let lower = raw.trim().to_lowercase();
        let (plain, bracketed) = match lower.find(['(', '[', '{']) {
            // A name that is all bracket has no other.
            Some(at) if at > 0 => {
                (&lower[..at], Some(unit_of(lower[at..].trim_matches(|c: char| "()[]{} ".contains(c)))))
            }
            _ => (lower.as_str(), None),
        };
        let mut pieces = pieces_of(plain);
        let mut unit = bracketed;
        if unit.is_none()
            && pieces.len() > 1
            && let Some(last) = pieces.last()
            && let Some(found) = unit_word(last)
        {
            unit = Some(found);
            pieces.pop();
        }
        if unit.is_none() && plain.trim_end().ends_with('°') {
            unit = Some(Unit::Degrees);
        }
        Self { raw: raw.trim().to_owned(), key: pieces.concat(), pieces, unit }
    }

    /// The name, or a word for a column without one.
    pub fn shown(&self) -> &str {
        if self.raw.is_empty() { "(unnamed)" } else { &self.raw }
    }
}

/// Runs of letters and runs of digits.
fn pieces_of(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut last = None;
    for c in text.chars() {
        let kind = if c.is_ascii_digit() {
            Some(true)
        } else if c.is_alphabetic() {
            Some(false)
        } else {
            None
        };
        if kind.is_some() && kind == last {
            if let Some(piece) = pieces.last_mut() {
                piece.push(c);
            }
        } else if kind.is_some() {
            pieces.push(c.to_string());
        }
        last = kind;
    }
    pieces
}

/// A unit in brackets.
pub(super) fn unit_of(text: &str) -> Unit {
    unit_word(text).unwrap_or(Unit::Other)
}

/// A unit at the end of a name.
fn unit_word(word: &str) -> Option<Unit> {
    match word {
        "rad" | "rads" | "radian" | "radians" => Some(Unit::Radians),
        "deg" | "degs" | "degree" | "degrees" | "°" => Some(Unit::Degrees),
        "px" | "pix" | "pixel" | "pixels" => Some(Unit::Pixels),
        "um" | "µm" | "μm" | "micron" | "microns" | "mm" | "cm" | "s" | "sec" | "ms" => Some(Unit::Other),
        _ => None,
    }
}

/// Names of a pair of columns, `{}` standing for x or y, in the order of preference.
pub(super) const POSITIONS: [&str; 24] = [
    "{}wcentroid",
    "{}pcentroid",
    "{}",
    "pos{}",
    "{}pos",
    "position{}",
    "{}position",
    "{}cor",
    "centroid{}",
    "{}centroid",
    "center{}",
    "{}center",
    "centre{}",
    "{}centre",
    "{}coord",
    "coord{}",
    "{}coordinate",
    "coordinate{}",
    "locationcenter{}",
    "areashapecenter{}",
    "location{}",
    "{}m",
    "c{}",
    "mean{}",
];
pub(super) const DIRECTIONS: [&str; 11] =
    ["u{}", "h{}", "n{}", "e{}", "dir{}", "direction{}", "heading{}", "orientation{}", "director{}", "unit{}", "{}dir"];
pub(super) const VELOCITIES: [&str; 9] =
    ["v{}wcentroid", "v{}", "vel{}", "{}vel", "velocity{}", "{}velocity", "speed{}", "{}speed", "velo{}"];
/// Cosine and sine of the heading.
pub(super) const SINES: [(&str, &str); 4] =
    [("cos", "sin"), ("costheta", "sintheta"), ("cosheading", "sinheading"), ("cosangle", "sinangle")];

pub(super) const HEADINGS: [&str; 22] = [
    "heading",
    "theta",
    "angle",
    "orientation",
    "direction",
    "yaw",
    "phi",
    "psi",
    "headingangle",
    "dir",
    "rotation",
    "bearing",
    "azimuth",
    "course",
    "cog",
    "compass",
    "θ",
    "φ",
    "ori",
    "angleofmovement",
    "movementdirection",
    "headingdirection",
];
/// Of these the first word alone means that 0 is north.
pub(super) const COMPASS: [&str; 5] = ["bearing", "azimuth", "course", "cog", "compass"];

/// Columns that hold species and nothing else, and those that often do.
pub(super) const SPECIES: [&str; 12] = [
    "species",
    "type",
    "kind",
    "class",
    "celltype",
    "particletype",
    "breed",
    "group",
    "team",
    "population",
    "color",
    "colour",
];
/// Of these at most so many are taken at their word: others may hold a different colour for each particle.
pub(super) const CERTAIN_SPECIES: usize = 3;

pub(super) const FRAMES: [&str; 26] = [
    "frame",
    "framenumber",
    "frameidx",
    "frameindex",
    "frameid",
    "framecount",
    "framenr",
    "frameno",
    "framenum",
    "frames",
    "imagenumber",
    "imageid",
    "image",
    "imageindex",
    "slice",
    "tick",
    "ticks",
    "timestep",
    "timepoint",
    "timeindex",
    "step",
    "iteration",
    "iter",
    "generation",
    "snapshot",
    "moment",
];
pub(super) const TIMES: [&str; 9] =
    ["time", "t", "seconds", "sec", "timestamp", "positiont", "times", "datetime", "tframe"];

pub(super) const IDS: [&str; 26] = [
    "id",
    "trackid",
    "track",
    "particle",
    "particleid",
    "animal",
    "animalid",
    "individual",
    "individualid",
    "ind",
    "identity",
    "trajectory",
    "trajectoryid",
    "fish",
    "fishid",
    "object",
    "objectid",
    "objectnumber",
    "who",
    "agent",
    "agentid",
    "cell",
    "cellid",
    "bird",
    "spotid",
    "instance",
];

/// Words before a frame or an id that make it one of something else.
const OTHERS: [&str; 19] = [
    "first",
    "last",
    "start",
    "end",
    "begin",
    "birth",
    "death",
    "parent",
    "mother",
    "max",
    "min",
    "number",
    "total",
    "per",
    "nearest",
    "neighbour",
    "neighbor",
    "target",
    "partner",
];
/// Words before a time that leave it the time of the line.
const CLOCKS: [&str; 12] = [
    "elapsed",
    "video",
    "relative",
    "rel",
    "absolute",
    "abs",
    "sim",
    "simulation",
    "real",
    "recording",
    "system",
    "movie",
];
/// Words behind a name that leave it what it is.
const COUNTERS: [&str; 10] = ["n", "no", "nr", "num", "number", "id", "idx", "index", "name", "label"];

/// The column of the frames.
pub(super) fn frame_column(names: &[Name]) -> Option<usize> {
    let of_a_clock = |name: &Name| {
        let (first, others) = name.pieces.split_first()?;
        (CLOCKS.contains(&first.as_str()) && TIMES.contains(&others.concat().as_str())).then_some(())
    };
    one(names, &FRAMES)
        .or_else(|| one(names, &TIMES))
        .or_else(|| names.iter().position(|name| ends_in(name, &FRAMES)))
        .or_else(|| names.iter().position(|name| of_a_clock(name).is_some()))
}

/// The column of the ids.
pub(super) fn identity(names: &[Name]) -> Option<usize> {
    let is_counted = |name: &Name| name.pieces.last().is_some_and(|last| COUNTERS.contains(&last.as_str()));
    // `id` alone may be that of anything.
    one(names, &IDS).or_else(|| names.iter().position(|name| is_counted(name) && ends_in(name, &IDS[1..])))
}

/// The column of the species, and whether its name leaves no doubt.
pub(super) fn kind(names: &[Name]) -> Option<(usize, bool)> {
    let counted =
        |keys: &[&str]| names.iter().position(|name| keys.contains(&without_counter(&name.pieces).concat().as_str()));
    let certain = &SPECIES[..CERTAIN_SPECIES];
    if let Some(at) = one(names, &SPECIES) {
        return Some((at, one(names, certain).is_some()));
    }
    counted(certain).map(|at| (at, true)).or_else(|| counted(&SPECIES).map(|at| (at, false)))
}

fn without_counter(pieces: &[String]) -> &[String] {
    match pieces {
        [name @ .., last] if !name.is_empty() && COUNTERS.contains(&last.as_str()) => name,
        pieces => pieces,
    }
}

/// The last words of the name are one of the keys, perhaps with a counter: `video_frame`, `cmso_object_id`, `Slice n°`.
fn ends_in(name: &Name, keys: &[&str]) -> bool {
    let is_key = |pieces: &[String]| keys.contains(&pieces.concat().as_str());
    (0..name.pieces.len()).any(|at| {
        let (before, own) = name.pieces.split_at(at);
        (is_key(own) || is_key(without_counter(own))) && !before.iter().any(|word| OTHERS.contains(&word.as_str()))
    })
}

/// The pair of columns of the first of the patterns that is there.
pub(super) fn pair(names: &[Name], patterns: &[&str]) -> Option<(usize, usize)> {
    let find = |key: &str| names.iter().position(|name| name.key == key);
    patterns.iter().find_map(|pattern| find(&pattern.replace("{}", "x")).zip(find(&pattern.replace("{}", "y"))))
}

/// The column of the first of the keys that is there.
pub(super) fn one(names: &[Name], keys: &[&str]) -> Option<usize> {
    keys.iter().find_map(|key| names.iter().position(|name| name.key == *key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_taken_off_the_names() {
        for (raw, key, unit) in [
            ("X (cm)", "x", Some(Unit::Other)),
            ("v x [um/s]", "vx", Some(Unit::Other)),
            ("angle (rad)", "angle", Some(Unit::Radians)),
            ("heading_deg", "heading", Some(Unit::Degrees)),
            ("theta [°]", "theta", Some(Unit::Degrees)),
            ("x_px", "x", Some(Unit::Pixels)),
            ("Time [s]", "time", Some(Unit::Other)),
            ("t_s", "t", Some(Unit::Other)),
            ("Frame #", "frame", None),
            ("X#wcentroid (cm)", "xwcentroid", Some(Unit::Other)),
            ("Xvel", "xvel", None),
            ("imageNumber", "imagenumber", None),
            ("s", "s", None),
        ] {
            let name = Name::of(raw);
            assert_eq!((name.key.as_str(), name.unit), (key, unit), "{raw}");
        }
        assert_eq!(Name::of("X_Arena0_Ind12").pieces, ["x", "arena", "0", "ind", "12"]);
    }

    #[test]
    fn words_before_a_frame_or_an_id_do_not_hide_it() {
        let names = |header: &str| header.split(',').map(Name::of).collect::<Vec<_>>();
        for (header, frame, id) in [
            ("cmso_object_id,cmso_frame_id,cmso_x_coord,cmso_y_coord", Some(1), Some(0)),
            ("x,y,Video Frame,body_track_id", Some(2), Some(3)),
            ("elapsed_time_s,x,y", Some(0), None),
            ("x,y,frame,camera_frame", Some(2), None),
            (
                "x,y,reaction_time,first_frame,track_start_frame,parent_cell_id,count_per_frame,nearest_fish_id",
                None,
                None,
            ),
            ("x,y,frame_rate,user_id", None, None),
            ("Track n°,Slice n°,X,Y,Distance,Velocity", Some(1), Some(0)),
            ("Bird No.,Image #,x,y", Some(1), Some(0)),
        ] {
            let names = names(header);
            assert_eq!((frame_column(&names), identity(&names)), (frame, id), "{header}");
        }
    }

    #[test]
    fn both_columns_of_a_pair_must_be_there() {
        let names = |header: &str| header.split(',').map(Name::of).collect::<Vec<_>>();
        assert_eq!(pair(&names("id,X (cm),Y (cm)"), &POSITIONS), Some((1, 2)));
        assert_eq!(pair(&names("xcor,y"), &POSITIONS), None);
        assert_eq!(pair(&names("pos_x,pos_y,x"), &POSITIONS), Some((0, 1)));
    }
}
