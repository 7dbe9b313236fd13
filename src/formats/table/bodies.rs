//! Tables with several pairs of columns: one pair for each animal, or one for each part of a body.

use std::collections::HashMap;

use super::layout::{BodyColumns, HeadingFrom};
use super::names::Name;
use super::programs::Program;
use crate::formats::{About, Assumption};

/// Parts that are the front of an animal, its back, and its middle, the best first.
const FRONTS: [&str; 7] = ["head", "nose", "snout", "neck", "front", "rostrum", "eye"];
const BACKS: [&str; 9] = ["tail", "tailbase", "tailstart", "abdomen", "stinger", "back", "rear", "hip", "tailend"];
const MIDDLES: [&str; 8] = ["centroid", "center", "centre", "body", "thorax", "mid", "spine", "trunk"];

/// Pairs of columns whose names differ in x and y only.
pub(super) fn bodies_of(
    names: &[Name],
    program: Option<&Program>,
    assumptions: &mut Vec<Assumption>,
) -> Vec<BodyColumns> {
    let mut pairs: Vec<(Vec<String>, usize, usize)> = Vec::new();
    let rests: HashMap<Vec<String>, usize> =
        names.iter().enumerate().filter_map(|(at, name)| rest_of(name, "y").map(|rest| (rest, at))).collect();
    for (x, name) in names.iter().enumerate() {
        if let Some(rest) = rest_of(name, "x")
            && let Some(y) = rests.get(&rest)
        {
            pairs.push((rest, x, *y));
        }
    }
    // Where centres of animals are named, other pairs are regions of the image.
    if pairs.iter().any(|(rest, ..)| rest.iter().any(|piece| piece == "centroid")) {
        pairs.retain(|(rest, ..)| rest.iter().any(|piece| piece == "centroid"));
    }
    let named: Vec<BodyPart> = pairs.into_iter().map(|(rest, x, y)| (rest.concat(), x, y)).collect();
    let is_part = |name: &str| [&FRONTS[..], &BACKS, &MIDDLES].concat().contains(&name);
    let all_parts = named.len() > 1 && named.iter().all(|(name, ..)| is_part(name));
    if all_parts || program.is_some_and(|program| program.name == "SLEAP") {
        return vec![body_of(&named, assumptions)];
    }
    named.into_iter().map(|(_, x, y)| BodyColumns::point(x, y)).collect()
}

/// The pieces of a name without the one that is the axis.
fn rest_of(name: &Name, axis: &str) -> Option<Vec<String>> {
    let at = name.pieces.iter().position(|piece| piece == axis)?;
    let mut rest = name.pieces.clone();
    rest[at] = "·".to_owned();
    Some(rest).filter(|rest| rest.len() > 1).map(|rest| rest.into_iter().filter(|piece| piece != "·").collect())
}

/// A part of a body: its name, and its columns of x and y.
pub(super) type BodyPart = (String, usize, usize);

/// One animal of several named parts: a heading from its back to its front.
pub(super) fn body_of(parts: &[BodyPart], assumptions: &mut Vec<Assumption>) -> BodyColumns {
    let key = |name: &str| Name::of(name).pieces.concat();
    let find = |wanted: &[&str]| {
        let exact = wanted.iter().find_map(|part| parts.iter().position(|(name, ..)| key(name) == *part));
        exact.or_else(|| wanted.iter().find_map(|part| parts.iter().position(|(name, ..)| key(name).contains(part))))
    };
    let (front, back, middle) = (find(&FRONTS), find(&BACKS), find(&MIDDLES));
    let ends = front.zip(back).or(front.zip(middle)).or(middle.zip(back)).filter(|(front, back)| front != back);
    let mut body = BodyColumns {
        parts: parts.iter().map(|&(_, x, y)| (x, y)).collect(),
        is_at_first: middle.is_some(),
        heading: HeadingFrom::Nothing,
    };
    let position = match middle {
        Some(at) => format!("each is at its part {}", parts[at].0),
        None => format!("each is at the mean of its {} parts", parts.len()),
    };
    let heading = match ends {
        Some((front, back)) => {
            body.heading = HeadingFrom::Parts(front, back);
            format!("heads from {} to {}", parts[back].0, parts[front].0)
        }
        None => "has no heading of its own".to_owned(),
    };
    if let Some(at) = middle {
        // The position is the first part; the heading keeps its own.
        let kept = |k: usize| {
            if k == at {
                0
            } else if k < at {
                k + 1
            } else {
                k
            }
        };
        body.parts[..=at].rotate_right(1);
        if let HeadingFrom::Parts(front, back) = body.heading {
            body.heading = HeadingFrom::Parts(kept(front), kept(back));
        }
    }
    let text = format!("Of the animals, {position} and {heading}.");
    if !assumptions.iter().any(|assumption| assumption.text == text) {
        assumptions.push(Assumption::choice(About::Columns, text, "--columns x=COLUMN,y=COLUMN"));
    }
    body
}
