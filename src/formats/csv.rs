//! Tables of particles: `x,y,heading,species`, and what spreadsheets, pandas and trackers make of such a table.

use super::species::SpeciesColumn;
use super::{Fault, Row, Rows, number};
use crate::worlds::swarm::picture::MAX_PARTICLES;

const HEADER: &str = "x,y,heading,species";

/// What a column means. The header is matched without regard to case, spaces and quotes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Role {
    X,
    Y,
    HeadingRadians,
    HeadingDegrees,
    VelocityX,
    VelocityY,
    Species,
    /// Several moments in one table, as trackers write them: only the first is read.
    Frame,
    Ignored,
}

fn role_of(name: &str) -> Role {
    match name {
        "x" | "pos_x" | "x_pos" | "position_x" => Role::X,
        "y" | "pos_y" | "y_pos" | "position_y" => Role::Y,
        "heading" | "theta" | "angle" | "orientation" | "direction" => Role::HeadingRadians,
        "vx" | "v_x" | "vel_x" | "velocity_x" => Role::VelocityX,
        "vy" | "v_y" | "vel_y" | "velocity_y" => Role::VelocityY,
        "species" | "type" | "kind" | "class" => Role::Species,
        "frame" | "step" | "timestep" | "time" | "t" => Role::Frame,
        _ => {
            let plain: String = name.chars().filter(|c| c.is_alphanumeric() || *c == '°').collect();
            let degrees = ["degrees", "deg", "°"].iter().find_map(|unit| plain.strip_suffix(unit));
            match degrees.map(role_of) {
                Some(Role::HeadingRadians) => Role::HeadingDegrees,
                _ => Role::Ignored,
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Delimiter {
    Mark(char),
    Spaces,
}

impl Delimiter {
    /// Where there are others, commas are decimal ones.
    fn of(line: &str) -> Self {
        let in_quotes = |at: usize| line[..at].matches('"').count() % 2 == 1;
        let divides = |mark: char| line.match_indices(mark).any(|(at, _)| !in_quotes(at));
        match [';', '\t', ','].into_iter().find(|mark| divides(*mark)) {
            Some(mark) => Self::Mark(mark),
            None => Self::Spaces,
        }
    }

    /// `sep=;`, as Excel wants it in front of a table.
    fn announced(line: &str) -> Option<Self> {
        match line.trim().trim_matches('"').strip_prefix("sep=")? {
            ";" => Some(Self::Mark(';')),
            "," => Some(Self::Mark(',')),
            // The tab itself was trimmed.
            "" | "\t" => Some(Self::Mark('\t')),
            _ => None,
        }
    }

    /// The fields of a line without blanks and quotes around them; a delimiter within quotes does not divide.
    fn split(self, line: &str) -> Vec<&str> {
        let Self::Mark(mark) = self else { return line.split_whitespace().map(|f| f.trim_matches('"')).collect() };
        let mut fields = Vec::new();
        let mut quoted = false;
        let mut start = 0;
        for (at, c) in line.char_indices().chain([(line.len(), mark)]) {
            quoted ^= c == '"';
            if c == mark && (!quoted || at == line.len()) {
                fields.push(bare(&line[start..at]));
                start = (at + c.len_utf8()).min(line.len());
            }
        }
        fields
    }
}

/// A field without the blanks and quotes around it.
fn bare(field: &str) -> &str {
    let trimmed = field.trim();
    trimmed.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(trimmed).trim()
}

/// # Errors
/// The first line that cannot be read, with the hint.
pub(super) fn parse(text: &str) -> Result<Rows, Fault> {
    let mut out = Rows::default();
    let mut content = Vec::new();
    // numpy writes the header as a comment.
    let mut header_comment = None;
    let mut announced = None;
    for (i, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if let Some(comment) = trimmed.strip_prefix('#') {
            if out.box_size.is_none() {
                out.box_size = parse_box(comment, i + 1)?;
            }
            if content.is_empty() {
                header_comment = Some((i + 1, comment));
            }
        } else if content.is_empty() && announced.is_none() && Delimiter::announced(line).is_some() {
            announced = Delimiter::announced(line);
        } else if !trimmed.trim_matches([',', ';']).is_empty() {
            content.push((i + 1, line));
        }
    }
    let Some(&(header_line, header)) = content.first() else {
        return Err(Fault::whole("the file holds no table", format!("its first line must be the header {HEADER}")));
    };
    let delimiter = announced.unwrap_or_else(|| Delimiter::of(header));
    let mut fields = delimiter.split(header);
    let mut records = &content[1..];
    let mut line = header_line;
    if is_numeric(&fields) {
        records = &content;
        let named = header_comment.map(|(line, comment)| (line, delimiter.split(comment)));
        if let Some((comment_line, names)) =
            named.filter(|(_, names)| names.len() == fields.len() && !is_numeric(names))
        {
            (line, fields) = (comment_line, names);
        }
    }
    let columns = read_header(&fields, line, &mut out.notes)?;
    read_records(records, &columns, delimiter, &mut out)?;
    Ok(out)
}

/// `box: W H` in a comment; other comments are `None`.
fn parse_box(comment: &str, line: usize) -> Result<Option<[f64; 2]>, Fault> {
    let lower = comment.trim().to_lowercase();
    let Some(rest) = lower.strip_prefix("box") else { return Ok(None) };
    let Some(rest) = rest.trim_start().strip_prefix([':', '=']).or_else(|| rest.starts_with(' ').then_some(rest))
    else {
        return Ok(None);
    };
    let sides: Vec<Option<f64>> =
        rest.split([' ', ',', ';', '\t', 'x', '×']).filter(|s| !s.is_empty()).map(|s| s.parse().ok()).collect();
    match sides[..] {
        [Some(w), Some(h)] if w > 0.0 && h > 0.0 && f64::is_finite(w) && f64::is_finite(h) => Ok(Some([w, h])),
        _ => {
            let what = format!("the box is given as '{}'", rest.trim());
            Err(Fault::at(line, what, "write two positive numbers: # box: WIDTH HEIGHT"))
        }
    }
}

struct Columns {
    names: Vec<String>,
    roles: Vec<Role>,
}

impl Columns {
    fn find(&self, role: Role) -> Option<usize> {
        self.roles.iter().position(|r| *r == role)
    }
}

/// A number with a decimal comma.
fn with_point(field: &str) -> Option<String> {
    (field.matches(',').count() == 1 && !field.contains('.')).then(|| field.replace(',', "."))
}

fn is_numeric(fields: &[&str]) -> bool {
    fields
        .iter()
        .all(|field| field.parse::<f64>().is_ok() || with_point(field).is_some_and(|f| f.parse::<f64>().is_ok()))
}

fn read_header(fields: &[&str], line: usize, notes: &mut Vec<String>) -> Result<Columns, Fault> {
    if is_numeric(fields) {
        if fields.len() < 2 {
            return Err(Fault::at(line, "there is one column only", format!("a table needs the header {HEADER}")));
        }
        let names: Vec<&str> = HEADER.split(',').take(fields.len()).collect();
        notes.push(format!("There was no header: the columns were taken for {}.", names.join(",")));
        let mut roles: Vec<Role> = names.iter().map(|name| role_of(name)).collect();
        roles.resize(fields.len(), Role::Ignored);
        let mut names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        names.resize(fields.len(), String::new());
        return Ok(Columns { names, roles });
    }
    let names: Vec<String> = fields.iter().map(|f| f.to_lowercase()).collect();
    let roles: Vec<Role> = names.iter().map(|name| role_of(name)).collect();
    for role in [Role::X, Role::Y, Role::HeadingRadians, Role::Species] {
        let doubles: Vec<&str> = (0..roles.len()).filter(|&i| roles[i] == role).map(|i| fields[i]).collect();
        if doubles.len() > 1 {
            let what = format!("columns {} mean the same", doubles.join(" and "));
            return Err(Fault::at(line, what, "keep one of them"));
        }
    }
    for (role, name) in [(Role::X, "x"), (Role::Y, "y")] {
        if !roles.contains(&role) {
            let what = format!("the header '{}' has no column {name}", fields.join(","));
            return Err(Fault::at(
                line,
                what,
                format!("name the columns {HEADER}; heading and species may be left out"),
            ));
        }
    }
    let ignored: Vec<&str> = (0..fields.len())
        .filter(|&i| roles[i] == Role::Ignored)
        .map(|i| if fields[i].is_empty() { "(unnamed)" } else { fields[i] })
        .collect();
    if !ignored.is_empty() {
        notes.push(format!("Columns that mean nothing here were left out: {}.", ignored.join(", ")));
    }
    Ok(Columns { names, roles })
}

fn read_records(
    records: &[(usize, &str)],
    columns: &Columns,
    delimiter: Delimiter,
    out: &mut Rows,
) -> Result<(), Fault> {
    let [x, y] = [Role::X, Role::Y].map(|role| columns.find(role).unwrap_or_default());
    let heading = columns
        .find(Role::HeadingRadians)
        .map(|at| (at, 1.0))
        .or_else(|| columns.find(Role::HeadingDegrees).map(|at| (at, 1f64.to_radians())));
    let velocity = columns.find(Role::VelocityX).zip(columns.find(Role::VelocityY));
    let (species_at, frame_at) = (columns.find(Role::Species), columns.find(Role::Frame));

    let mut species = SpeciesColumn::default();
    let mut first_frame: Option<String> = None;
    let (mut later_frames, mut decimal_commas, mut largest_heading) = (0, false, 0.0f64);
    for &(line, text) in records {
        let mut fields = delimiter.split(text);
        // Some programs end every line with a delimiter.
        while fields.len() > columns.names.len() && fields.last() == Some(&"") {
            fields.pop();
        }
        if fields.len() != columns.names.len() {
            let what = format!("there are {} fields where the first line has {}", fields.len(), columns.names.len());
            let has_decimal_commas = delimiter == Delimiter::Mark(',') && fields.len() == 2 * columns.names.len();
            let hint = if has_decimal_commas {
                "if these are decimal commas, save the table with semicolons or tabs between the columns"
            } else {
                "complete or delete the line"
            };
            return Err(Fault::at(line, what, hint));
        }
        if let Some(at) = frame_at {
            let frame = first_frame.get_or_insert_with(|| fields[at].to_owned());
            if frame != fields[at] {
                later_frames += 1;
                continue;
            }
        }
        if out.rows.len() == MAX_PARTICLES {
            return Err(Fault::at(line, format!("there are more than {MAX_PARTICLES} particles"), "cut out a part"));
        }
        let mut value = |at: usize| {
            let name = &columns.names[at];
            match with_point(fields[at]) {
                Some(field) if field.parse::<f64>().is_ok() => {
                    decimal_commas = true;
                    number(&field, name, line)
                }
                _ => number(fields[at], name, line),
            }
        };
        let (x, y) = (value(x)?, value(y)?);
        let heading = match (heading, velocity) {
            (Some((at, scale)), _) => {
                let angle = value(at)?;
                largest_heading = largest_heading.max(angle.abs() * if scale == 1.0 { 1.0 } else { 0.0 });
                Some(scale * angle)
            }
            (None, Some((vx, vy))) => {
                let (vx, vy) = (value(vx)?, value(vy)?);
                // What stands still points nowhere.
                (vx != 0.0 || vy != 0.0).then(|| vy.atan2(vx))
            }
            (None, None) => None,
        };
        if let Some(at) = species_at {
            species.push(fields[at], line)?;
        }
        out.rows.push(Row { x, y, heading, species: 0, line });
    }

    if species_at.is_some() {
        for (row, species) in out.rows.iter_mut().zip(species.finish(&mut out.notes)) {
            row.species = species;
        }
    }
    if later_frames > 0 {
        let name = &columns.names[frame_at.unwrap_or_default()];
        let frame = first_frame.unwrap_or_default();
        out.notes.push(format!(
            "Only the first moment ({name} = {frame}) was read; {later_frames} later lines were left out."
        ));
    }
    if decimal_commas {
        out.notes.push("Decimal commas were read as points.".to_owned());
    }
    if heading.is_none() && velocity.is_some() {
        out.notes.push("Headings were taken from the velocities.".to_owned());
    }
    if largest_heading > 4.0 * std::f64::consts::PI {
        out.notes.push(format!(
            "Headings reach {largest_heading} and were read as radians; if they are degrees, name the column heading_deg."
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Fault {
        parse(text).expect_err("must be refused")
    }

    fn row(x: f64, y: f64, heading: Option<f64>, species: u8, line: usize) -> Row {
        Row { x, y, heading, species, line }
    }

    #[test]
    fn the_plain_table_is_read_with_its_box() {
        let read = parse("# box: 10 8\nx,y,heading,species\n1,2,0.5,3\n4.5,6e0,-1,0\n").unwrap();
        assert_eq!(read.box_size, Some([10.0, 8.0]));
        assert_eq!(read.rows, vec![row(1.0, 2.0, Some(0.5), 3, 3), row(4.5, 6.0, Some(-1.0), 0, 4)]);
        assert!(read.notes.is_empty(), "{:?}", read.notes);
    }

    #[test]
    fn order_case_blanks_windows_lines_and_missing_columns_are_tolerated() {
        let read = parse(" Species , Y, X \r\n 1 , 2 , 3 \r\n\r\n0,5,6,\r\n,,\r\n").unwrap();
        assert_eq!(read.rows, vec![row(3.0, 2.0, None, 1, 2), row(6.0, 5.0, None, 0, 4)]);
    }

    #[test]
    fn a_pandas_frame_with_index_text_and_float_species_is_read() {
        let read = parse(",\"x\",y,name,theta,type\n0,1.5,2,\"Smith, J\",0.1,1.0\n1,3,4,b,0.2,0.0\n").unwrap();
        assert_eq!(read.rows, vec![row(1.5, 2.0, Some(0.1), 1, 2), row(3.0, 4.0, Some(0.2), 0, 3)]);
        assert_eq!(read.notes, vec!["Columns that mean nothing here were left out: (unnamed), name."]);
    }

    #[test]
    fn semicolons_with_decimal_commas_tabs_and_spaces_are_read() {
        let expected = vec![row(1.5, 2.0, None, 0, 2)];
        let semicolons = parse("x;y\n1,5;2\n").unwrap();
        assert_eq!(semicolons.rows, expected);
        assert_eq!(semicolons.notes, vec!["Decimal commas were read as points."]);
        assert_eq!(parse("x\ty\n1.5\t2\n").unwrap().rows, expected);
        for text in ["x\ty\n1,5\t2\n", "\"x\",\"y\"\n\"1,5\",\"2\"\n", "1,5;2\n", "x y\n1,5 2\n"] {
            let read = parse(text).unwrap();
            assert!((read.rows[0].x, read.rows[0].y) == (1.5, 2.0), "{text}: {read:?}");
            assert!(read.notes.iter().any(|note| note.starts_with("Decimal commas")), "{text}: {read:?}");
        }
        assert_eq!(parse("x  y\n1.5   2\n").unwrap().rows, expected);
    }

    #[test]
    fn the_line_that_excel_puts_in_front_names_the_delimiter() {
        for text in
            ["sep=;\nx;y\n1,5;2\n", "\"sep=;\"\r\nx;y\r\n1,5;2\r\n", "sep=,\nx,y\n1.5,2\n", "sep=\t\nx\ty\n1.5\t2\n"]
        {
            let read = parse(text).unwrap();
            assert_eq!(read.rows, vec![row(1.5, 2.0, None, 0, 3)], "{text}");
        }
    }

    #[test]
    fn decimal_commas_between_commas_and_thousands_are_refused_with_the_mend() {
        let twice = fault("x,y\n1,5,2,5\n");
        assert!(twice.what.contains("4 fields") && twice.hint.contains("semicolons"), "{twice:?}");
        let thousands = fault("x;y\n1.000,5;2\n");
        assert!(thousands.what.contains("'1.000,5'"), "{thousands:?}");
    }

    #[test]
    fn degrees_and_velocities_give_headings() {
        for header in ["x,y,heading_deg", "x,y,Angle (deg)", "x,y,theta [°]"] {
            let read = parse(&format!("{header}\n0,0,90\n")).unwrap();
            assert!((read.rows[0].heading.unwrap() - std::f64::consts::FRAC_PI_2).abs() < 1e-12, "{header}");
        }
        let moving = parse("x,y,vx,vy\n0,0,0,-2\n1,1,0,0\n").unwrap();
        assert_eq!(moving.rows[0].heading, Some(-std::f64::consts::FRAC_PI_2));
        assert_eq!(moving.rows[1].heading, None);
        let suspicious = parse("x,y,heading\n0,0,359\n").unwrap();
        assert!(suspicious.notes[0].contains("heading_deg"), "{:?}", suspicious.notes);
    }

    #[test]
    fn of_a_track_the_first_moment_is_read() {
        let read = parse("frame,particle,x,y\n4,0,1,1\n4,1,2,1\n5,0,1,2\n").unwrap();
        assert_eq!(read.rows.len(), 2);
        assert!(read.notes.iter().any(|n| n.contains("frame = 4") && n.contains("1 later")), "{:?}", read.notes);
    }

    #[test]
    fn a_table_without_header_is_read_by_position_with_a_note() {
        let read = parse("1,2,0.5\n3,4,0.6\n").unwrap();
        assert_eq!(read.rows, vec![row(1.0, 2.0, Some(0.5), 0, 1), row(3.0, 4.0, Some(0.6), 0, 2)]);
        assert!(read.notes[0].contains("x,y,heading"), "{:?}", read.notes);
    }

    #[test]
    fn a_header_that_numpy_wrote_as_a_comment_is_used() {
        let read = parse("# box: 9 9\n# y x theta\n1.000e+00 2.000e+00 5.000e-01\n").unwrap();
        assert_eq!(read.rows, vec![row(2.0, 1.0, Some(0.5), 0, 3)]);
        assert!(read.notes.is_empty(), "{:?}", read.notes);
    }

    #[test]
    fn each_unreadable_line_is_named_with_its_number() {
        let cases = [
            ("x,y\n1,2\n3,nan\n", 3, "y is nan"),
            ("x,y\n1,2\ninf,0\n", 3, "x is inf"),
            ("x,y\n1,two\n", 2, "y is 'two'"),
            ("x,y\n1,\n", 2, "y is empty"),
            ("x,y,heading,species\n1,2,0,0\n1,2\n", 3, "2 fields where the first line has 4"),
            ("x,y\n1,2,3\n", 2, "3 fields where the first line has 2"),
            ("x,heading\n1,2\n", 1, "no column y"),
            ("x,y,X\n1,2,3\n", 1, "x and X mean the same"),
            ("# box: 10\nx,y\n1,2\n", 1, "box is given as '10'"),
            ("# box: 10 -1\nx,y\n1,2\n", 1, "'10 -1'"),
            ("# box: 10 NaN\nx,y\n1,2\n", 1, "'10 nan'"),
        ];
        for (text, line, what) in cases {
            let fault = fault(text);
            assert_eq!(fault.line, Some(line), "{text}: {fault:?}");
            assert!(fault.what.contains(what), "{text}: {fault:?}");
            assert!(!fault.hint.is_empty());
        }
    }

    #[test]
    fn an_empty_table_says_what_the_first_line_must_be() {
        for text in ["", "\n\n", "# only a comment\n"] {
            let fault = fault(text);
            assert_eq!(fault.line, None);
            assert!(fault.hint.contains(HEADER), "{fault:?}");
        }
    }

    #[test]
    fn reading_stops_at_the_first_particle_too_many() {
        let text = "x,y\n".to_owned() + &"1,2\n".repeat(MAX_PARTICLES + 10);
        assert_eq!(fault(&text).line, Some(MAX_PARTICLES + 2));
    }
}
