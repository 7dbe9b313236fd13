//! Tables below a few lines of something else: the banner of Imaris, the settings of EthoVision, the world of NetLogo.

use super::layout::layout_of;
use super::lines::Lines;
use crate::formats::{About, Assumption, ImportOptions, StopSignal};

/// A table is looked for below at most so many lines.
const MAX_ABOVE: usize = 60;

/// Lines of a file that are one table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PreamblePart {
    /// Lines above it.
    pub above: usize,
    /// Its own, blank ones and comments included.
    pub lines: usize,
    /// Something else follows.
    has_more: bool,
}

impl Default for PreamblePart {
    /// The whole file.
    fn default() -> Self {
        Self { above: 0, lines: usize::MAX, has_more: false }
    }
}

impl PreamblePart {
    fn new(above: usize, lines: usize, has_more: bool) -> Self {
        Self { above, lines, has_more }
    }

    pub fn assumption(&self) -> Assumption {
        let below = match self.has_more {
            true => format!(", and everything below line {},", self.above + self.lines),
            false => String::new(),
        };
        let text = format!("The table begins in line {}: what is above it{below} was left out.", self.above + 1);
        Assumption::fact(About::Header, text)
    }
}

/// The first table with positions, where the file begins with other lines than its header.
pub(super) fn table_below(text: &str, options: &ImportOptions) -> Option<PreamblePart> {
    if options.without_header {
        return None;
    }
    let is_table = |part: &PreamblePart| {
        let head = Lines::of(text, part, StopSignal::NEVER).first(super::MAX_HEADER_LINES).unwrap_or_default();
        let [(line, fields), (_, next), ..] = &head[..] else { return false };
        let has_numbers = |fields: &[String]| fields.iter().any(|field| super::is_number(field));
        fields.len() == next.len()
            && !has_numbers(fields)
            && head[1..].iter().any(|(_, fields)| has_numbers(fields))
            && layout_of(fields, *line, &options.columns, &mut Vec::new()).is_ok()
    };
    // As far as a header and the lines below it reach.
    let near = |above: usize| PreamblePart::new(above, super::MAX_HEADER_LINES + 2, false);
    // Its own header is that of the file: whatever is wrong is wrong with the file.
    let begin = text.split('\n').position(|line| !line.trim().is_empty() && !line.starts_with('#'))?;
    if is_table(&near(begin))
        || super::pose::layout_of(&Lines::of(text, &near(begin), StopSignal::NEVER).first(4).ok()?, &mut Vec::new())
            .is_some()
    {
        return None;
    }
    let is_blank = |line: &&str| line.trim().is_empty();
    let above = (begin + 1..=begin + MAX_ABOVE).find(|&above| {
        let mut lines = text.split('\n').skip(above);
        lines.next().is_some_and(|line| !is_blank(&line)) && is_table(&near(above))
    })?;
    // A blank line ends the table where something else follows.
    let mut lines = text.split('\n').skip(above);
    let own = lines.by_ref().take_while(|line| !is_blank(line)).count();
    Some(PreamblePart::new(above, own, lines.any(|line| !is_blank(&line))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_found_below_other_lines_and_ends_at_a_blank_one() {
        let below = |text: &str| table_below(text, &ImportOptions::default());
        let imaris =
            "\nPosition\n====================\n\nPosition X,Position Y,Unit,Time,TrackID\n1,2,um,1,7\n3,4,um,1,8\n";
        assert_eq!(below(imaris), Some(PreamblePart::new(4, 3, false)));
        let netlogo = "\"export-world data\"\n\n\"GLOBALS\"\n\"min-pxcor\",\"max-pxcor\"\n\"-5\",\"5\"\n\n\"TURTLES\"\n\
                       \"who\",\"heading\",\"xcor\",\"ycor\"\n\"0\",\"90\",\"1\",\"2\"\n\n\"PATCHES\"\n\"pxcor\"\n\"1\"\n";
        let found = below(netlogo).unwrap();
        assert_eq!((found.above, found.lines, found.has_more), (7, 2, true));
        assert!(found.assumption().text.contains("line 8"), "{:?}", found.assumption());
        for own in ["x,y\n1,2\n3,4\n", "# box: 3 3\nx,y\n1,2\n", "a,b\n1,2\n", "", "1,2\n3,4\n"] {
            assert_eq!(below(own), None, "{own}");
        }
    }
}
