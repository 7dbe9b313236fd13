//! Tables of DeepLabCut and Lightning Pose: three or four header lines, three columns for each part of each animal.

use super::bodies::{BodyPart, body_of};
use super::layout::{BodyColumns, TableLayout};
use super::names::Name;
use super::programs::DEEPLABCUT;
use crate::formats::rows::Fault;
use crate::formats::{About, Assumption};

/// The layout and the number of its header lines, if the table has such a header.
///
/// # Errors
/// Headers that name no positions.
pub(super) fn layout_of(
    records: &[(usize, Vec<String>)],
    assumptions: &mut Vec<Assumption>,
) -> Option<Result<(TableLayout, usize), Fault>> {
    let header = |word: &str| records.iter().take(4).position(|(_, fields)| fields.first().is_some_and(|f| f == word));
    let (parts_at, coords_at) = (header("bodyparts")?, header("coords")?);
    let (parts, coords) = (&records[parts_at].1, &records[coords_at].1);
    let animals = header("individuals").map(|at| &records[at].1);
    let of = |list: Option<&Vec<String>>, at: usize| list.and_then(|list| list.get(at)).cloned().unwrap_or_default();

    // Animals and their parts in the order of the columns.
    let mut found: Vec<(String, Vec<BodyPart>)> = Vec::new();
    for x in (0..coords.len()).filter(|&at| coords[at] == "x") {
        let (animal, part) = (of(animals, x), of(Some(parts), x));
        let belongs = |at: &usize| coords[*at] == "y" && of(animals, *at) == animal && of(Some(parts), *at) == part;
        let Some(y) = (x + 1..coords.len()).find(belongs) else { continue };
        match found.iter_mut().find(|(name, _)| *name == animal) {
            Some((_, parts)) => parts.push((part, x, y)),
            None => found.push((animal, vec![(part, x, y)])),
        }
    }
    if found.is_empty() {
        let fault = Fault::at(records[coords_at].0, "the line coords names no x and y", "export the table again");
        return Some(Err(fault));
    }
    let bodies: Vec<BodyColumns> = found.iter().map(|(_, parts)| body_of(parts, assumptions)).collect();
    let lines = coords_at + 1;
    assumptions.push(Assumption::fact(About::Header, format!("The first {lines} lines are the header.")));
    let mut names: Vec<Name> = coords.iter().map(|field| Name::of(field)).collect();
    // In front of the coordinates are the numbers of the frames, or the parts of the paths of labelled images.
    let is_coordinate = |field: &String| matches!(field.as_str(), "x" | "y" | "likelihood");
    let frame = coords.iter().position(is_coordinate).map_or(0, |first| first.saturating_sub(1));
    names[frame] = Name::of("frame");
    let layout = TableLayout {
        names,
        bodies,
        species: None,
        doubtful_species: false,
        frame: Some(frame),
        id: None,
        missing: None,
        angle: None,
        program: Some(DEEPLABCUT),
        is_own: false,
    };
    Some(Ok((layout, lines)))
}
