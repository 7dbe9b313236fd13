//! Programs that are recognised by the header of their tables, and their conventions.

use super::names::Name;

/// What a program's tables mean beyond their column names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Program {
    pub name: &'static str,
    /// Keys of columns that must all be there.
    needs: &'static [&'static str],
    /// y counts the rows of a video from the top.
    pub y_down: bool,
    /// Angles are degrees clockwise from north.
    pub is_compass: bool,
    /// Angles grow counter-clockwise as seen on the screen.
    pub is_upright: bool,
    /// The world is a torus about the origin, or one with its corner there.
    pub is_unit_torus: bool,
}

const fn tracker(name: &'static str, needs: &'static [&'static str]) -> Program {
    Program { name, needs, y_down: true, is_compass: false, is_upright: false, is_unit_torus: false }
}

const PROGRAMS: [Program; 12] = [
    tracker("TrackMate", &["positionx", "positiony", "frame", "trackid"]),
    tracker("TRex", &["xwcentroid", "ywcentroid"]),
    tracker("TRex", &["xpcentroid", "ypcentroid"]),
    tracker("trackpy", &["x", "y", "mass", "ecc"]),
    tracker("trackpy", &["x", "y", "mass", "signal", "rawmass"]),
    tracker("SLEAP", &["track", "frameidx", "instancescore"]),
    tracker("idtracker.ai", &["seconds", "x1", "y1", "x2", "y2"]),
    tracker("idtracker.ai", &["time", "x1", "y1", "x2", "y2"]),
    tracker("AnimalTA", &["frame", "time", "arena", "ind", "x", "y"]),
    tracker("CellProfiler", &["imagenumber", "objectnumber", "locationcenterx", "locationcentery"]),
    // Its ellipses are measured with mathematical angles in an image.
    Program { is_upright: true, ..tracker("ImageJ", &["", "area", "x", "y"]) },
    Program { y_down: false, is_compass: true, ..tracker("NetLogo", &["who", "xcor", "ycor"]) },
];

const ANIMALTA_WIDE: Program = tracker("AnimalTA", &[]);
pub(super) const DEEPLABCUT: Program = tracker("DeepLabCut", &[]);
pub(super) const VIA: Program = tracker("VGG Image Annotator", &[]);
const PARTICLE_LIFE: Program = Program { y_down: false, is_unit_torus: true, ..tracker("particle-life-app", &[]) };

/// The program that writes such a header.
pub(super) fn recognised(names: &[Name]) -> Option<Program> {
    let has = |key: &&str| names.iter().any(|name| name.key == **key);
    if names.iter().any(
        |name| matches!(name.pieces.as_slice(), [x, arena, _, ind, _] if x == "x" && arena == "arena" && ind == "ind"),
    ) {
        return Some(ANIMALTA_WIDE);
    }
    let keys: Vec<&str> = names.iter().map(|name| name.key.as_str()).collect();
    if keys == ["x", "y", "vx", "vy", "color"] {
        return Some(PARTICLE_LIFE);
    }
    PROGRAMS.into_iter().find(|program| program.needs.iter().all(has))
}
