//! What the user states about a file instead of leaving it to the readers.

use std::str::FromStr;

use glam::DVec2;

use super::ImportOptions;
use crate::worlds::swarm::picture::Mode;

/// What is stated of a column of angles. What is left out is found from its name, its values and the program that wrote it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Angles {
    /// Radians or degrees.
    pub unit: Option<AngleUnit>,
    /// The direction of 0.
    pub zero: Option<AngleZero>,
    /// The way in which they grow.
    pub sense: Option<AngleSense>,
}

/// Unit of angles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AngleUnit {
    /// A turn is 2π.
    Radians,
    /// A turn is 360.
    Degrees,
}

/// The direction of 0, as it is seen: north is up whichever way the file counts y.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AngleZero {
    /// +x.
    East,
    /// Up.
    North,
    /// To the left.
    West,
    /// Down.
    South,
}

/// The way in which angles grow, as it is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AngleSense {
    /// As in mathematics.
    CounterClockwise,
    /// As on a compass.
    Clockwise,
}

impl Angles {
    /// Degrees clockwise from north.
    pub const COMPASS: Self =
        Self { unit: Some(AngleUnit::Degrees), zero: Some(AngleZero::North), sense: Some(AngleSense::Clockwise) };

    /// A unit, with 0 along +x.
    pub const fn from_east(unit: AngleUnit) -> Self {
        Self { unit: Some(unit), zero: Some(AngleZero::East), sense: None }
    }

    /// What `other` states where this states nothing.
    pub(super) fn or(self, other: Self) -> Self {
        Self { unit: self.unit.or(other.unit), zero: self.zero.or(other.zero), sense: self.sense.or(other.sense) }
    }
}

impl FromStr for Angles {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const SHAPE: &str = "give rad, deg or compass (degrees clockwise from north), or parts such as \
                             deg,zero=north,sense=clockwise";
        let mut angles = Self::default();
        for part in text.split(',') {
            let stated = match part.trim() {
                "rad" => Self::from_east(AngleUnit::Radians),
                "deg" => Self::from_east(AngleUnit::Degrees),
                "compass" => Self::COMPASS,
                part => match part.split_once('=') {
                    Some(("zero", zero)) => Self { zero: Some(zero_of(zero).ok_or(SHAPE)?), ..Self::default() },
                    Some(("sense", sense)) => Self { sense: Some(sense_of(sense).ok_or(SHAPE)?), ..Self::default() },
                    _ => return Err(SHAPE.to_owned()),
                },
            };
            angles = stated.or(angles);
        }
        Ok(angles)
    }
}

fn zero_of(text: &str) -> Option<AngleZero> {
    Some(match text {
        "east" | "+x" => AngleZero::East,
        "north" | "+y" => AngleZero::North,
        "west" | "-x" => AngleZero::West,
        "south" | "-y" => AngleZero::South,
        _ => return None,
    })
}

fn sense_of(text: &str) -> Option<AngleSense> {
    Some(match text {
        "counterclockwise" | "ccw" => AngleSense::CounterClockwise,
        "clockwise" | "cw" => AngleSense::Clockwise,
        _ => return None,
    })
}

/// Where y points in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YAxis {
    /// As in mathematics.
    Up,
    /// As in images, which count rows from the top.
    Down,
}

impl FromStr for YAxis {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "up" => Ok(Self::Up),
            "down" => Ok(Self::Down),
            _ => Err("give up or down".to_owned()),
        }
    }
}

/// What a column of a table, or an entry of `Properties`, can be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnUse {
    /// Position along x.
    X,
    /// Position along y.
    Y,
    /// Heading.
    Heading,
    /// Velocity along x, for headings.
    VelocityX,
    /// Velocity along y, for headings.
    VelocityY,
    /// Species.
    Species,
    /// Number of the frame.
    Frame,
    /// Identity of a particle from frame to frame.
    Id,
}

/// Which column serves which use: a name, a number counted from 1, or `none`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnChoice(Vec<(ColumnUse, String)>);

impl ColumnChoice {
    /// The column for this use, where one is stated.
    pub fn get(&self, of: ColumnUse) -> Option<&str> {
        self.0.iter().find(|(used_for, _)| *used_for == of).map(|(_, name)| name.as_str())
    }

    /// No column is stated.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// States a column for this use, or with `None` leaves it to the reader.
    pub fn set(&mut self, of: ColumnUse, column: Option<String>) {
        self.0.retain(|(used_for, _)| *used_for != of);
        self.0.extend(column.map(|column| (of, column)));
    }
}

impl FromStr for ColumnChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut choice = Vec::new();
        for part in text.split(',').filter(|part| !part.trim().is_empty()) {
            let Some((key, name)) = part.split_once('=') else {
                return Err(format!("'{}' has no =; write it like x=COLUMN,y=COLUMN", part.trim()));
            };
            let used_for = match key.trim() {
                "x" => ColumnUse::X,
                "y" => ColumnUse::Y,
                "heading" => ColumnUse::Heading,
                "vx" => ColumnUse::VelocityX,
                "vy" => ColumnUse::VelocityY,
                "species" => ColumnUse::Species,
                "frame" => ColumnUse::Frame,
                "id" => ColumnUse::Id,
                other => return Err(format!("'{other}' is not one of x, y, heading, vx, vy, species, frame and id")),
            };
            choice.push((used_for, name.trim().to_owned()));
        }
        if choice.is_empty() { Err("write it like x=COLUMN,y=COLUMN".to_owned()) } else { Ok(Self(choice)) }
    }
}

/// The box around the particles, in the unit and the frame of the file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BoxChoice {
    /// Put around the particles, whatever the file states.
    Fitted,
    /// Stated.
    Given {
        /// Lower left corner.
        low: DVec2,
        /// Width and height.
        size: DVec2,
        /// What leaves on one side comes in on the other.
        periodic: bool,
    },
}

impl FromStr for BoxChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const SHAPE: &str = "give fit, W,H or X0,Y0,X1,Y1, each perhaps with ,open";
        if text == "fit" {
            return Ok(Self::Fitted);
        }
        let (numbers, periodic) = match text.rsplit_once(',') {
            Some((numbers, "open")) => (numbers, false),
            Some((numbers, "periodic")) => (numbers, true),
            _ => (text, true),
        };
        let values: Option<Vec<f64>> =
            numbers.split(',').map(|v| v.trim().parse().ok().filter(|v: &f64| v.is_finite())).collect();
        let (low, size) = match values.as_deref() {
            Some(&[w, h]) => (DVec2::ZERO, DVec2::new(w, h)),
            Some(&[x0, y0, x1, y1]) => (DVec2::new(x0, y0), DVec2::new(x1 - x0, y1 - y0)),
            _ => return Err(SHAPE.to_owned()),
        };
        if size.min_element() > 0.0 { Ok(Self::Given { low, size, periodic }) } else { Err(SHAPE.to_owned()) }
    }
}

/// Which frames of a film are read. A number is that of the file's own column of frames, or counts from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum FrameChoice {
    /// The first that holds a pattern.
    #[default]
    Any,
    /// The first frame.
    First,
    /// The last frame.
    Last,
    /// From, to (included) and step: `A..B:step`.
    Range {
        /// First number.
        from: f64,
        /// Last number, included.
        to: f64,
        /// Every so many frames.
        step: usize,
    },
}

impl FrameChoice {
    /// Every frame.
    pub const ALL: Self = Self::Range { from: f64::NEG_INFINITY, to: f64::INFINITY, step: 1 };

    /// Positions among the frames of a film, whose numbers are `labels`.
    pub(super) fn pick(self, labels: &[f64]) -> Vec<usize> {
        match self {
            Self::Any | Self::First => (0..labels.len().min(1)).collect(),
            Self::Last => labels.len().checked_sub(1).into_iter().collect(),
            Self::Range { from, to, step } => {
                let inside = (0..labels.len()).filter(|&k| (from..=to).contains(&labels[k]));
                inside.step_by(step).collect()
            }
        }
    }
}

impl FromStr for FrameChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || "give all, first, last, a number, or A..B:STEP".to_owned();
        match text {
            "all" => return Ok(Self::ALL),
            "first" => return Ok(Self::First),
            "last" => return Ok(Self::Last),
            _ => {}
        }
        let (range, step) = match text.split_once(':') {
            Some((range, step)) => (range, step.parse().ok().filter(|step| *step > 0).ok_or_else(bad)?),
            None => (text, 1),
        };
        let number = |text: &str, open: f64| -> Result<f64, String> {
            if text.is_empty() { Ok(open) } else { text.parse().ok().filter(|v: &f64| v.is_finite()).ok_or_else(bad) }
        };
        match range.split_once("..") {
            Some((from, to)) => {
                Ok(Self::Range { from: number(from, f64::NEG_INFINITY)?, to: number(to, f64::INFINITY)?, step })
            }
            None if range.is_empty() => Err(bad()),
            None => number(range, 0.0).map(|at| Self::Range { from: at, to: at, step }),
        }
    }
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self {
            mode: None,
            particles: 200,
            seed: 1,
            columns: ColumnChoice::default(),
            angles: Angles::default(),
            y: None,
            frames: FrameChoice::Any,
            box_choice: None,
            without_header: false,
        }
    }
}

impl ImportOptions {
    /// With this mode, and the rest left to the reader.
    pub fn with_mode(mode: Mode) -> Self {
        Self { mode: Some(mode), ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_picked_by_their_own_numbers() {
        let labels = [10.0, 11.0, 12.5, 20.0];
        let pick = |text: &str| text.parse::<FrameChoice>().unwrap().pick(&labels);
        assert_eq!(pick("all"), [0, 1, 2, 3]);
        assert_eq!((pick("first"), pick("last"), pick("12.5")), (vec![0], vec![3], vec![2]));
        assert_eq!((pick("11..20"), pick("..12:2"), pick("all").len()), (vec![1, 2, 3], vec![0], 4));
        assert!(pick("13").is_empty());
        for bad in ["", "some", "1..x", "1..5:0", "nan"] {
            assert!(bad.parse::<FrameChoice>().is_err(), "{bad}");
        }
    }

    #[test]
    fn unit_zero_and_sense_of_angles_are_stated_together_or_apart() {
        let read = |text: &str| text.parse::<Angles>();
        assert_eq!(read("compass"), read("deg,zero=north,sense=clockwise"));
        assert_eq!(read("rad,zero=+y,sense=cw"), Ok(Angles { unit: Some(AngleUnit::Radians), ..Angles::COMPASS }));
        assert_eq!(read("zero=south"), Ok(Angles { zero: Some(AngleZero::South), ..Angles::default() }));
        assert_eq!(
            read("sense=ccw,deg").map(|a| (a.zero, a.sense)).unwrap(),
            (Some(AngleZero::East), Some(AngleSense::CounterClockwise))
        );
        for bad in ["turns", "", "deg,", "zero=up", "sense=left", "unit=deg"] {
            assert!(read(bad).unwrap_err().contains("give rad"), "{bad}");
        }
    }

    #[test]
    fn boxes_and_columns_are_parsed_or_explained() {
        let given = |low: [f64; 2], size: [f64; 2], periodic| {
            Ok(BoxChoice::Given { low: low.into(), size: size.into(), periodic })
        };
        assert_eq!("10,8".parse(), given([0.0; 2], [10.0, 8.0], true));
        assert_eq!("-1,-2,1,2,open".parse(), given([-1.0, -2.0], [2.0, 4.0], false));
        assert_eq!("fit".parse(), Ok(BoxChoice::Fitted));
        for bad in ["10", "10,-8", "1,1,1,1", "inf,2", "10,8,5"] {
            assert!(bad.parse::<BoxChoice>().is_err(), "{bad}");
        }
        let columns: ColumnChoice = "x=Pos X,y=2,id=none".parse().unwrap();
        assert_eq!((columns.get(ColumnUse::X), columns.get(ColumnUse::Y)), (Some("Pos X"), Some("2")));
        assert!("z=3".parse::<ColumnChoice>().unwrap_err().contains("'z'"));
        assert!("x".parse::<ColumnChoice>().is_err());
    }
}
