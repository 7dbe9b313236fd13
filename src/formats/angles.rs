//! Columns of angles: radians or degrees, from +x or from north, as measured in the frame of the file.

use std::f64::consts::{FRAC_PI_2, TAU};

use super::options::Angles;
use super::rows::FrameRows;
use super::{About, Assumption};

/// What is known of a column of angles before its values are looked at.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AngleColumn {
    pub name: String,
    /// Unit in the column's name.
    pub is_degrees: Option<bool>,
    /// The name or the program says that 0 is north and that angles grow clockwise.
    pub is_compass: bool,
    /// The angle grows counter-clockwise on the screen although y counts downwards.
    pub is_upright: bool,
    /// Unit, zero and sense are documented: the file is of our own making.
    pub is_own: bool,
}

/// Without a stated unit, values beyond two turns are degrees.
const RADIANS_END: f64 = 2.0 * TAU;

/// Turns raw values into radians, counter-clockwise from +x in the frame of the file.
pub(super) fn to_radians(
    frames: &mut [FrameRows],
    column: &AngleColumn,
    stated: Option<Angles>,
    y_down: bool,
    assumptions: &mut Vec<Assumption>,
) {
    let raw = || frames.iter().flat_map(|frame| &frame.rows).filter_map(|row| row.heading);
    let reach = raw().fold(0.0, |reach: f64, value| reach.max(value.abs()));
    // A table of whole numbers up to two turns is in degrees: whole radians mean nothing.
    let is_whole = reach > TAU && raw().all(|value| value.fract() == 0.0);
    let looks_like_degrees = reach > RADIANS_END || is_whole;
    let name = &column.name;
    let (angles, said) = match stated {
        Some(angles) => (angles, None),
        None if column.is_own => {
            let text = format!("{name} reaches {reach:.4} and was read as radians, as in every file of this kind.");
            let doubt = || Assumption::choice(About::Angles, text, "--angles deg|compass");
            (Angles::Radians, (reach > RADIANS_END).then(doubt))
        }
        None if column.is_compass && column.is_degrees != Some(false) => {
            let text = format!("{name}: degrees clockwise from north, as a compass has them, were assumed.");
            (Angles::Compass, Some(Assumption::choice(About::Angles, text, "--angles deg|rad")))
        }
        None => match column.is_degrees {
            Some(false) => (Angles::Radians, None),
            Some(true) => {
                let text = format!("{name}: degrees counter-clockwise from +x were assumed, not clockwise from north.");
                (Angles::Degrees, Some(Assumption::choice(About::Angles, text, "--angles compass")))
            }
            None if looks_like_degrees => {
                let text = format!(
                    "{name} reaches {reach:.4}: degrees counter-clockwise from +x were assumed, not from north."
                );
                (Angles::Degrees, Some(Assumption::choice(About::Angles, text, "--angles rad|compass")))
            }
            None => {
                let text = format!("{name}: radians counter-clockwise from +x were assumed (they reach {reach:.3}).");
                // Only what goes beyond one turn casts a doubt.
                let doubt = if reach > TAU { Assumption::choice } else { Assumption::default };
                (Angles::Radians, Some(doubt(About::Angles, text, "--angles deg|compass")))
            }
        },
    };
    assumptions.extend(said);
    for row in frames.iter_mut().flat_map(|frame| &mut frame.rows) {
        let Some(value) = row.heading else { continue };
        let upright = |angle: f64| if y_down { -angle } else { angle };
        row.heading = Some(match angles {
            Angles::Radians if column.is_upright => upright(value),
            Angles::Radians => value,
            Angles::Degrees if column.is_upright => upright(value.to_radians()),
            Angles::Degrees => value.to_radians(),
            // A compass shows the true direction, whichever way y is counted.
            Angles::Compass => upright(FRAC_PI_2 - value.to_radians()),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::rows::Row;
    use super::*;
    use std::f64::consts::PI;

    fn read(values: &[f64], column: AngleColumn, stated: Option<Angles>, y_down: bool) -> (Vec<f64>, Vec<Assumption>) {
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
        let (degrees, said) = read(&[0.0, 90.0, 270.0], column(), None, false);
        assert!((degrees[1] - FRAC_PI_2).abs() < 1e-12 && said[0].option == Some("--angles rad|compass"));
        let (whole, _) = read(&[-8.0, 12.0, 3.0], column(), None, false);
        assert!((whole[0] + 8f64.to_radians()).abs() < 1e-12);
        let (radians, said) = read(&[-8.25, 11.5], column(), None, false);
        assert_eq!(radians, [-8.25, 11.5]);
        assert!(said[0].changes_picture, "{said:?}");
        assert!(!read(&[0.0, 3.0], column(), None, false).1[0].changes_picture);
    }

    #[test]
    fn a_compass_points_north_whichever_way_y_is_counted() {
        for y_down in [false, true] {
            let (angles, _) = read(&[0.0, 90.0], column(), Some(Angles::Compass), y_down);
            let shown = |angle: f64| if y_down { -angle } else { angle };
            assert!((shown(angles[0]) - FRAC_PI_2).abs() < 1e-12 && shown(angles[1]).abs() < 1e-12, "{angles:?}");
        }
        let stated = AngleColumn { is_degrees: Some(true), ..column() };
        assert_eq!(read(&[180.0], stated, None, false).0, [PI]);
    }
}
