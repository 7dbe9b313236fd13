//! Shader texts: parts put together with constants, and lines repeated by them (`shaders/README.md`).

use std::fmt::Write as _;

/// PCG4D and normal numbers from a counter, for the shaders of all worlds.
pub(crate) const RANDOM: &str = include_str!("../../shaders/shared/random.wgsl");
/// Neither NaN nor infinite.
pub(crate) const FINITE: &str = include_str!("../../shaders/shared/finite.wgsl");

/// The constants as WGSL, then the parts with their repeated lines.
///
/// # Panics
/// When a part repeats lines by a constant that there is not: a mistake in a shader file, which the tests find.
pub(crate) fn shader_text(constants: &[(&str, u32)], parts: &[&str]) -> String {
    let mut text = String::new();
    for (name, value) in constants {
        writeln!(text, "const {name} = {value}u;").expect("writing to a string");
    }
    for part in parts {
        repeat_lines(&mut text, part, constants);
    }
    text
}

/// Writes the lines between `//@for X in NAME` and `//@end` once for each value of X from 0 to the constant NAME - 1,
/// with `{X}` replaced by the value, and every other line once.
fn repeat_lines(out: &mut String, template: &str, constants: &[(&str, u32)]) {
    let mut lines = template.lines();
    while let Some(line) = lines.next() {
        let Some(header) = line.trim_start().strip_prefix("//@for ") else {
            out.push_str(line);
            out.push('\n');
            continue;
        };
        let (variable, name) = header.split_once(" in ").expect("//@for VARIABLE in CONSTANT");
        let (_, count) = constants.iter().find(|(known, _)| *known == name).expect("a known constant after `in`");
        let body: Vec<&str> = lines.by_ref().take_while(|line| line.trim_start() != "//@end").collect();
        let placeholder = format!("{{{variable}}}");
        for value in 0..*count {
            for line in &body {
                out.push_str(&line.replace(&placeholder, &value.to_string()));
                out.push('\n');
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_repeated_with_their_number() {
        let text = shader_text(&[("N", 2)], &["a\n  //@for Q in N\n  x{Q} = {Q}u;\n  //@end\n", "b"]);
        assert_eq!(text, "const N = 2u;\na\n  x0 = 0u;\n  x1 = 1u;\nb\n");
    }
}
