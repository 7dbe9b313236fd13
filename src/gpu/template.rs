//! Shader texts: parts put together with constants, and lines repeated by them (`shaders/README.md`).

use std::fmt::Write as _;

/// PCG4D and normal numbers from a counter, for the shaders of all worlds.
pub(crate) const RANDOM: &str = include_str!("../../shaders/shared/random.wgsl");
/// Neither NaN nor infinite.
pub(crate) const FINITE: &str = include_str!("../../shaders/shared/finite.wgsl");

/// A struct of numbers that a shader has too: its text is `WGSL`, and `words` are whole `vec4`s that hold it.
macro_rules! shader_words {
    ($(#[$of_struct:meta])* $visible:vis struct $name:ident { $($(#[$of_field:meta])* $field:ident),+ $(,)? }) => {
        $(#[$of_struct])*
        #[repr(C)]
        #[derive(Clone, Copy, Debug, Default, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
        $visible struct $name {
            $($(#[$of_field])* pub $field: f32),+
        }

        impl $name {
            pub(crate) const WGSL: &'static str =
                concat!("struct ", stringify!($name), " {\n", $("    ", stringify!($field), ": f32,\n",)+ "}\n");
            pub(crate) const WORDS: usize = (size_of::<Self>() / size_of::<f32>()).next_multiple_of(4);

            pub(crate) fn words(&self) -> [f32; Self::WORDS] {
                let mut words = [0.0; Self::WORDS];
                let own: &[f32] = bytemuck::cast_slice(std::slice::from_ref(self));
                words[..own.len()].copy_from_slice(own);
                words
            }
        }
    };
}
pub(crate) use shader_words;

/// Numbers that shaders have too: constants, and a list of their names and values for [`constants_text`].
macro_rules! shader_constants {
    (
        $(#[$of_list:meta])* $list_visible:vis const $list:ident;
        $($(#[$of_one:meta])* $visible:vis const $name:ident: $kind:ty = $value:expr;)+
    ) => {
        $($(#[$of_one])* $visible const $name: $kind = $value;)+
        $(#[$of_list])*
        $list_visible const $list: &[(&str, f64)] = {
            // A number that only a shader needs is used, too.
            $(let _ = $name;)+
            &[$((stringify!($name), $value)),+]
        };
    };
}
pub(crate) use shader_constants;

/// Numbers as constants of a shader, which takes them for as exact as their digits.
pub(crate) fn constants_text(constants: &[(&str, f64)]) -> String {
    constants.iter().map(|(name, value)| format!("const {name} = {value:?};\n")).collect()
}

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

    shader_words! {
        struct Five { a, b, c, d, e }
    }

    #[test]
    fn words_are_the_fields_of_the_struct_and_zeros() {
        let five = Five { a: 1.0, b: 2.0, c: 3.0, d: 4.0, e: 5.0 };
        assert_eq!(five.words(), [1.0, 2.0, 3.0, 4.0, 5.0, 0.0, 0.0, 0.0]);
        assert!(Five::WGSL.starts_with("struct Five {\n    a: f32,\n    b: f32,\n"));
    }

    shader_constants! {
        const BOTH;
        const WIDTH: f32 = 0.9;
        const DEPTH: f64 = -2.0;
    }

    #[test]
    fn constants_keep_their_digits_whatever_their_type() {
        assert_eq!((WIDTH, DEPTH), (0.9, -2.0));
        assert_eq!(constants_text(BOTH), "const WIDTH = 0.9;\nconst DEPTH = -2.0;\n");
    }

    #[test]
    fn lines_are_repeated_with_their_number() {
        let text = shader_text(&[("N", 2)], &["a\n  //@for Q in N\n  x{Q} = {Q}u;\n  //@end\n", "b"]);
        assert_eq!(text, "const N = 2u;\na\n  x0 = 0u;\n  x1 = 1u;\nb\n");
    }
}
