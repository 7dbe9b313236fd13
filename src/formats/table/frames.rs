//! The frames of a table of tracks: which there are, how many animals each has, and which are read.

use std::collections::HashMap;

use crate::formats::assumption::{shortened, some_of};
use crate::formats::rows::Fault;
use crate::formats::{About, Assumption, FrameChoice};

/// Frames in the order of the file.
#[derive(Default)]
pub(super) struct TableFrames {
    pub labels: Vec<String>,
    /// Usable particles of each.
    counts: Vec<usize>,
    index: HashMap<String, usize>,
    last: usize,
}

impl TableFrames {
    /// The index of the frame with this label, which is new where it was not seen before.
    pub fn at(&mut self, label: &str) -> usize {
        // Most lines belong to the frame of the line above.
        if self.labels.get(self.last).is_some_and(|last| last == label) {
            return self.last;
        }
        self.last = match self.index.get(label) {
            Some(&at) => at,
            None => {
                self.index.insert(label.to_owned(), self.labels.len());
                self.labels.push(label.to_owned());
                self.counts.push(0);
                self.labels.len() - 1
            }
        };
        self.last
    }

    /// Counts one more usable particle.
    pub fn count(&mut self, frame: usize) {
        self.counts[frame] += 1;
    }

    /// The indices in the order of time, and the number of each frame.
    pub fn in_order(&self) -> (Vec<usize>, Vec<f64>) {
        let numbers: Option<Vec<f64>> = self.labels.iter().map(|label| number(label)).collect();
        let mut order: Vec<usize> = (0..self.labels.len()).collect();
        match numbers {
            Some(numbers) => {
                order.sort_by(|a, b| numbers[*a].total_cmp(&numbers[*b]));
                let sorted = order.iter().map(|&k| numbers[k]).collect();
                (order, sorted)
            }
            // Names, such as those of images: as the file has them.
            None => {
                let counted = (1..=order.len()).map(|k| k as f64).collect();
                (order, counted)
            }
        }
    }
}

fn number(label: &str) -> Option<f64> {
    label.replace(',', ".").parse().ok().filter(|v: &f64| v.is_finite())
}

/// The frames that are read, as indices; adds which to `assumptions`.
///
/// # Errors
/// A frame that is not there, or tables in which no frame has two animals.
pub(super) fn pick(
    frames: &TableFrames,
    name: &str,
    choice: FrameChoice,
    assumptions: &mut Vec<Assumption>,
) -> Result<Vec<usize>, Fault> {
    let (order, numbers) = frames.in_order();
    let shown = |k: usize| shortened(&frames.labels[order[k]], 40);
    let Some(end) = order.len().checked_sub(1) else {
        return Err(Fault::whole("the table has a header but no particles", "add a line for each particle"));
    };
    let most = frames.counts.iter().copied().max().unwrap_or_default();
    if most < 2 {
        let what = format!("none of the {} frames ({name}) has 2 particles or more", order.len());
        return Err(Fault::whole(
            what,
            "a pattern needs at least 2; if the column is not a time, give --columns frame=none",
        ));
    }
    let mut chosen = choice.pick(&numbers);
    if chosen.is_empty() {
        let what = format!("there is no such frame; {name} runs from {} to {}", shown(0), shown(end));
        return Err(Fault::whole(what, "give --frame a number between them, first or last"));
    }
    if choice == FrameChoice::Any {
        let full = (0..order.len()).find(|&k| frames.counts[order[k]] >= 2).unwrap_or_default();
        chosen = vec![full];
        if order.len() > 1 {
            let skipped =
                if full > 0 { format!("; the {full} before it have fewer than 2 particles") } else { String::new() };
            let text = format!("Of {} frames only {name} = {} was read{skipped}.", order.len(), shown(full));
            assumptions.push(Assumption::choice(About::Frame, text, "--frames all|first|last|N"));
        }
    }
    let few: Vec<String> = chosen.iter().filter(|&&k| frames.counts[order[k]] < 2).map(|&k| shown(k)).collect();
    if few.len() == chosen.len() {
        let what = format!("{name} = {} has fewer than 2 particles", shown(chosen[0]));
        return Err(Fault::whole(what, format!("choose another frame; the fullest has {most} particles")));
    }
    if !few.is_empty() {
        let text = format!("Frames with fewer than 2 particles were left out: {}.", some_of(&few));
        assumptions.push(Assumption::fact(About::Dropped, text));
        chosen.retain(|&k| frames.counts[order[k]] >= 2);
    }
    Ok(chosen.into_iter().map(|k| order[k]).collect())
}
