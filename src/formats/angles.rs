//! Columns of angles: radians or degrees, from +x or from north, as measured in the frame of the file.

use std::f64::consts::{FRAC_PI_2, PI, TAU};

use super::options::{AngleSense, AngleUnit, AngleZero, Angles};
use super::rows::FrameRows;
use super::{About, Assumption};

/// What is known of a column of angles before its values are looked at.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AngleColumn {
    pub name: String,
    /// Unit in the column's name.
    pub is_degrees: Option<bool>,
    /// By the name or the program, 0 is north and angles grow clockwise.
    pub is_compass: bool,
    /// The angle grows counter-clockwise on the screen although y counts downwards.
    pub is_upright: bool,
    /// Unit, zero and sense are documented: the file is of our own making.
    pub is_own: bool,
}

/// Without a stated unit, values beyond two turns are degrees.
const RADIANS_END: f64 = 2.0 * TAU;

/// Unit, zero and sense that hold for a column.
struct Convention {
    unit: AngleUnit,
    zero: AngleZero,
    sense: AngleSense,
}

impl Convention {
    /// Radians counter-clockwise from +x as it is seen, y up.
    fn seen(&self, value: f64) -> f64 {
        let angle = match self.unit {
            AngleUnit::Radians => value,
            AngleUnit::Degrees => value.to_radians(),
        };
        let turned = match self.sense {
            AngleSense::CounterClockwise => angle,
            AngleSense::Clockwise => -angle,
        };
        match self.zero {
            AngleZero::East => turned,
            AngleZero::North => FRAC_PI_2 + turned,
            AngleZero::West => PI + turned,
            AngleZero::South => turned - FRAC_PI_2,
        }
    }
}

/// Turns raw values into radians, counter-clockwise from +x in the frame of the file.
pub(super) fn to_radians(
    frames: &mut [FrameRows],
    column: &AngleColumn,
    stated: Angles,
    y_down: bool,
    assumptions: &mut Vec<Assumption>,
) {
    let raw = || frames.iter().flat_map(|frame| &frame.rows).filter_map(|row| row.heading);
    let reach = raw().fold(0.0, |reach: f64, value| reach.max(value.abs()));
    // A table of whole numbers up to two turns is in degrees: whole radians mean nothing.
    let is_whole = reach > TAU && raw().all(|value| value.fract() == 0.0);
    let looks_like_degrees = !column.is_own && (reach > RADIANS_END || is_whole);

    // A stated zero is another convention than that of a compass.
    let is_compass = column.is_compass && stated.zero.is_none();
    let is_degrees = match (stated.unit, column.is_degrees) {
        (Some(unit), _) => unit == AngleUnit::Degrees,
        (None, Some(is_degrees)) => is_degrees,
        (None, None) => is_compass || looks_like_degrees,
    };
    let (zero, sense) = if is_compass {
        (AngleZero::North, AngleSense::Clockwise)
    } else if y_down && !column.is_upright {
        // From +x towards +y of the file, which is down.
        (AngleZero::East, AngleSense::Clockwise)
    } else {
        (AngleZero::East, AngleSense::CounterClockwise)
    };
    let convention = Convention {
        unit: if is_degrees { AngleUnit::Degrees } else { AngleUnit::Radians },
        zero: stated.zero.unwrap_or(zero),
        sense: stated.sense.unwrap_or(sense),
    };
    assumptions.extend(assumed(column, stated, &convention, reach));
    for row in frames.iter_mut().flat_map(|frame| &mut frame.rows) {
        row.heading = row.heading.map(|value| {
            let seen = convention.seen(value);
            if y_down { -seen } else { seen }
        });
    }
}

/// What was not stated, and is not certain. `reach`: of the values as they are in the file.
fn assumed(column: &AngleColumn, stated: Angles, convention: &Convention, reach: f64) -> Option<Assumption> {
    let name = &column.name;
    let is_degrees = convention.unit == AngleUnit::Degrees;
    let unit = if is_degrees { "degrees" } else { "radians" };
    let sense = match convention.sense {
        AngleSense::CounterClockwise => "counter-clockwise",
        AngleSense::Clockwise => "clockwise as seen",
    };
    let has_direction = stated.zero.is_some() || stated.sense.is_some();
    let is_unit_known = stated.unit.is_some() || column.is_degrees.is_some();
    if is_unit_known && has_direction {
        return None;
    }
    let choice = |text, option| Some(Assumption::choice(About::Angles, text, option));
    if column.is_own {
        let text = format!("{name} reaches {reach:.4} and was read as radians, as in every file of this kind.");
        return if reach > RADIANS_END && stated == Angles::default() {
            choice(text, "--angles deg|compass")
        } else {
            None
        };
    }
    if has_direction {
        return choice(format!("{name} reaches {reach:.4}: {unit} were assumed."), "--angles deg|rad");
    }
    if convention.zero == AngleZero::North {
        let text = format!("{name}: {unit} clockwise from north, as a compass has them, were assumed.");
        return choice(text, "--angles deg|rad");
    }
    match (stated.unit, column.is_degrees) {
        (None, Some(false)) => None,
        (Some(_), _) | (None, Some(true)) => {
            let text = format!("{name}: {unit} {sense} from +x were assumed, not a compass from north.");
            choice(text, "--angles compass")
        }
        (None, None) if is_degrees => {
            let text = format!("{name} reaches {reach:.4}: degrees {sense} from +x were assumed, not from north.");
            choice(text, "--angles rad|compass")
        }
        (None, None) => {
            let text = format!("{name}: radians {sense} from +x were assumed (they reach {reach:.3}).");
            // Only what goes beyond one turn casts a doubt.
            let doubt = if reach > TAU { Assumption::choice } else { Assumption::default };
            Some(doubt(About::Angles, text, "--angles deg|compass"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::rows::Row;
    use super::*;

    fn read(values: &[f64], column: AngleColumn, stated: Angles, y_down: bool) -> (Vec<f64>, Vec<Assumption>) {
        let row = |heading: &f64| Row { x: 0.0, y: 0.0, heading: Some(*heading), species: 0, line: 1 };
        let mut frames = [FrameRows { rows: values.iter().map(row).collect(), ..FrameRows::default() }];
        let mut assumptions = Vec::new();
        to_radians(&mut frames, &column, stated, y_down, &mut assumptions);
        (frames[0].rows.iter().filter_map(|row| row.heading).collect(), assumptions)
    }

    fn column() -> AngleColumn {
        AngleColumn { name: "a".into(), is_degrees: None, is_compass: false, is_upright: false, is_own: false }
    }

    #[test]
    fn units_are_recognised_by_their_range_and_reported() {
        let (degrees, assumptions) = read(&[0.0, 90.0, 270.0], column(), Angles::default(), false);
        assert!((degrees[1] - FRAC_PI_2).abs() < 1e-12 && assumptions[0].option == Some("--angles rad|compass"));
        let (whole, _) = read(&[-8.0, 12.0, 3.0], column(), Angles::default(), false);
        assert!((whole[0] + 8f64.to_radians()).abs() < 1e-12);
        let (radians, assumptions) = read(&[-8.25, 11.5], column(), Angles::default(), false);
        assert_eq!(radians, [-8.25, 11.5]);
        assert!(assumptions[0].changes_picture, "{assumptions:?}");
        assert!(!read(&[0.0, 3.0], column(), Angles::default(), false).1[0].changes_picture);
    }

    #[test]
    fn a_compass_points_north_whichever_way_y_is_counted() {
        for y_down in [false, true] {
            let (angles, _) = read(&[0.0, 90.0], column(), Angles::COMPASS, y_down);
            let shown = |angle: f64| if y_down { -angle } else { angle };
            assert!((shown(angles[0]) - FRAC_PI_2).abs() < 1e-12 && shown(angles[1]).abs() < 1e-12, "{angles:?}");
        }
        let stated = AngleColumn { is_degrees: Some(true), ..column() };
        assert_eq!(read(&[180.0], stated, Angles::default(), false).0, [PI]);
    }

    #[test]
    fn zero_and_sense_are_as_seen_whichever_way_y_is_counted() {
        for y_down in [false, true] {
            let seen = |text: &str, value: f64| {
                let (angles, assumptions) = read(&[value], column(), text.parse().unwrap(), y_down);
                assert!(assumptions.is_empty(), "{text}: {assumptions:?}");
                if y_down { -angles[0] } else { angles[0] }
            };
            for (text, value, right) in [
                ("deg,zero=east,sense=ccw", 30.0, PI / 6.0),
                ("deg,zero=west,sense=clockwise", 90.0, FRAC_PI_2),
                ("rad,zero=south,sense=ccw", FRAC_PI_2, 0.0),
                ("rad,zero=north,sense=ccw", PI, 1.5 * PI),
            ] {
                assert!((seen(text, value) - right).abs() < 1e-12, "{text} of {value}, y down: {y_down}");
            }
        }
        let (_, assumptions) = read(&[0.5], column(), "zero=north".parse().unwrap(), false);
        assert!(assumptions[0].changes_picture && assumptions[0].text.contains("radians"), "{assumptions:?}");
        let compass = AngleColumn { is_compass: true, is_degrees: Some(false), ..column() };
        let (radians, assumptions) = read(&[0.0], compass, Angles::default(), false);
        assert!((radians[0] - FRAC_PI_2).abs() < 1e-12 && assumptions[0].text.contains("radians clockwise from north"));
    }
}
