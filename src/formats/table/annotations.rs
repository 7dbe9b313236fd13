//! Tables of the VGG Image Annotator: shapes drawn on images, as JSON in a column.

use serde_json::Value;

use super::frames::{TableFrames, pick};
use super::lines::Lines;
use super::programs::VIA;
use crate::formats::rows::{Fault, FrameRows, Reading, Row};
use crate::formats::{About, Assumption, ImportOptions};

const SHAPES: &str = "region_shape_attributes";

/// Whether the header is that of the annotator.
pub(super) fn is_header(fields: &[String]) -> bool {
    fields.iter().any(|field| field == SHAPES) && fields.iter().any(|field| field == "filename")
}

/// # Errors
/// Shapes that are not JSON, and tables in which no image shows a pattern.
pub(super) fn parse(lines: &Lines, header: &[String], options: &ImportOptions) -> Result<Reading, Fault> {
    let column = |name: &str| header.iter().position(|field| field == name).unwrap_or_default();
    let (image_at, shape_at) = (column("filename"), column(SHAPES));
    let mut timeline = TableFrames::default();
    let mut places: Vec<(usize, Row)> = Vec::new();
    let mut is_header = true;
    lines.visit(|record| {
        let is_first = std::mem::take(&mut is_header);
        let (Some(image), Some(shape)) = (record.fields.get(image_at), record.fields.get(shape_at)) else {
            return Err(Fault::at(record.line, "the line is cut short", "complete or delete the line"));
        };
        // Images without shapes have an empty object.
        if !is_first && *shape != "{}" {
            // A quote within a field is written twice, which a blank before the field can hide from the reader.
            let shape = shape.replace("\"\"", "\"");
            let (x, y, heading) = centre(&shape).ok_or_else(|| {
                Fault::at(record.line, "the shape is not one that has a centre", "export the annotations again")
            })?;
            let frame = timeline.at(image);
            timeline.count(frame);
            places.push((frame, Row { x, y, heading, species: 0, line: record.line }));
        }
        Ok(true)
    })?;
    let mut assumptions = vec![Assumption::default(
        About::Program,
        format!("This is a table of the {}: y counts downwards; particles are the centres of shapes.", VIA.name),
        "--y up",
    )];
    let chosen = pick(&timeline, "image", options.frames, &mut assumptions)?;
    let frames = chosen.into_iter().map(|frame| FrameRows {
        number: (frame + 1) as f64,
        label: timeline.labels[frame].clone(),
        rows: places.iter().filter(|(at, _)| *at == frame).map(|(_, row)| *row).collect(),
        ..FrameRows::default()
    });
    Ok(Reading { frames: frames.collect(), y_down: VIA.y_down, assumptions, ..Reading::default() })
}

/// Centre of a shape, and the direction of the long axis of an ellipse, radians.
fn centre(shape: &str) -> Option<(f64, f64, Option<f64>)> {
    let value: Value = serde_json::from_str(shape).ok()?;
    let number = |key: &str| value[key].as_f64().filter(|v| v.is_finite());
    let mean = |key: &str| {
        let values: Option<Vec<f64>> = value[key].as_array()?.iter().map(Value::as_f64).collect();
        values.filter(|v| !v.is_empty()).map(|v| v.iter().sum::<f64>() / v.len() as f64)
    };
    match value["name"].as_str()? {
        "rect" => Some((number("x")? + 0.5 * number("width")?, number("y")? + 0.5 * number("height")?, None)),
        "circle" | "point" => Some((number("cx")?, number("cy")?, None)),
        "ellipse" => Some((number("cx")?, number("cy")?, number("theta"))),
        "polygon" | "polyline" => Some((mean("all_points_x")?, mean("all_points_y")?, None)),
        _ => None,
    }
}
