//! The second line of a frame: `key=value` pairs as the specification of extended XYZ has them.

/// The pairs, keys in lower case. Text within quotes is one value whatever is in it; arrays come as their members with
/// blanks between them.
pub(super) fn key_values(comment: &str) -> Vec<(String, String)> {
    let mut rest = Letters { chars: comment.chars().collect(), at: 0 };
    let mut pairs = Vec::new();
    loop {
        rest.skip_blanks();
        let Some(first) = rest.peek() else { return pairs };
        let key = if matches!(first, '"' | '\'') { rest.quoted(first) } else { rest.bare(|c| c == '=') };
        rest.skip_blanks();
        if rest.peek() != Some('=') {
            if key.is_empty() {
                rest.at += 1;
            }
            continue;
        }
        rest.at += 1;
        rest.skip_blanks();
        let value = match rest.peek() {
            Some(quote @ ('"' | '\'')) => rest.quoted(quote),
            Some(open @ ('[' | '{')) => rest.bracketed(open),
            _ => rest.bare(|_| false),
        };
        pairs.push((key.to_lowercase(), value));
    }
}

struct Letters {
    chars: Vec<char>,
    at: usize,
}

impl Letters {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    /// The next letter; after a backslash the one that it stands for.
    fn next_unescaped(&mut self) -> Option<(char, bool)> {
        let c = self.peek()?;
        self.at += 1;
        if c != '\\' {
            return Some((c, false));
        }
        let escaped = self.peek()?;
        self.at += 1;
        Some((if escaped == 'n' { '\n' } else { escaped }, true))
    }

    fn quoted(&mut self, quote: char) -> String {
        self.at += 1;
        let mut text = String::new();
        while let Some((c, escaped)) = self.next_unescaped() {
            if c == quote && !escaped {
                break;
            }
            text.push(c);
        }
        text
    }

    /// An array, also of arrays: its members.
    fn bracketed(&mut self, open: char) -> String {
        let close = if open == '[' { ']' } else { '}' };
        let mut depth = 0;
        let mut text = String::new();
        while let Some((c, _)) = self.next_unescaped() {
            if c == open {
                depth += 1;
            } else if c == close {
                depth -= 1;
            }
            text.push(if "[]{},\"".contains(c) { ' ' } else { c });
            if depth == 0 {
                break;
            }
        }
        text
    }

    fn bare(&mut self, is_end: impl Fn(char) -> bool) -> String {
        let mut text = String::new();
        while self.peek().is_some_and(|c| !c.is_whitespace() && !is_end(c)) {
            if let Some((c, _)) = self.next_unescaped() {
                text.push(c);
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(comment: &str, key: &str) -> Option<String> {
        key_values(comment).into_iter().find(|(k, _)| k == key).map(|(_, value)| value)
    }

    // Case A12 of the public reports: what ASE writes for a text with quotes.
    #[test]
    fn keys_within_quotes_are_text() {
        let comment = r#"cmd="run \"fast\" pbc=F" pbc="T T F" path="C:\\data" two="a\nb""#;
        assert_eq!(value(comment, "pbc").as_deref(), Some("T T F"));
        assert_eq!(value(comment, "cmd").as_deref(), Some(r#"run "fast" pbc=F"#));
        assert_eq!(value(comment, "path").as_deref(), Some(r"C:\data"));
        assert_eq!(value(comment, "two").as_deref(), Some("a\nb"));
        assert_eq!(value("note='Lattice=\"1 2\"' a=1", "lattice"), None);
    }

    #[test]
    fn both_styles_of_arrays_and_blanks_around_the_sign_are_read() {
        let flat =
            |comment: &str| value(comment, "lattice").map(|v| v.split_whitespace().collect::<Vec<_>>().join(" "));
        for comment in [
            "Lattice=\"1 0 0 0 2 0 0 0 3\" x",
            "Lattice = [[1, 0, 0], [0, 2, 0], [0, 0, 3]] x",
            "x Lattice={1 0 0 0 2 0 0 0 3}",
            "x=y \"Lattice\"=\"1 0 0 0 2 0 0 0 3\"",
        ] {
            assert_eq!(flat(comment).as_deref(), Some("1 0 0 0 2 0 0 0 3"), "{comment}");
        }
        assert_eq!(value("flag energy=-1.5 = stray", "energy").as_deref(), Some("-1.5"));
        assert_eq!(value("a=\"never closed pbc=F", "pbc"), None);
    }
}
