//! Found equations as text, LaTeX, Python and JSON.

use serde_json::{Map, Value, json};

use super::rule::{Coefficients, LibraryRule, Term};

/// Digits of a coefficient that are shown.
const DIGITS: usize = 4;

/// `c` with four significant digits, without trailing zeros.
fn rounded(c: f64) -> String {
    let places = (DIGITS as i32 - 1 - c.abs().max(1e-12).log10().floor() as i32).clamp(0, 12) as usize;
    let text = format!("{c:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// The sum of a channel's terms with `times` between coefficient and term.
fn sum(coefficients: &Coefficients, times: &str, name: impl Fn(Term) -> &'static str) -> String {
    let mut text = String::new();
    for (term, c) in coefficients.present() {
        let sign = match (text.is_empty(), c < 0.0) {
            (true, false) => "",
            (true, true) => "-",
            (false, false) => " + ",
            (false, true) => " - ",
        };
        text.push_str(sign);
        let number = rounded(c.abs());
        match (term, number.as_str()) {
            (Term::One, _) => text.push_str(&number),
            (_, "1") => text.push_str(name(term)),
            _ => text.push_str(&format!("{number}{times}{}", name(term))),
        }
    }
    if text.is_empty() { "0".to_owned() } else { text }
}

/// Two lines, `du/dt = …` and `dv/dt = …`.
pub fn text(rule: &LibraryRule) -> String {
    let name = |term: Term| match term {
        Term::LapU => "∇²u",
        Term::LapV => "∇²v",
        Term::UVv => "u v²",
        Term::UU => "u²",
        Term::UV => "u v",
        Term::VV => "v²",
        Term::UUv => "u² v",
        Term::UUU => "u³",
        Term::VVV => "v³",
        _ => term.name(),
    };
    format!("du/dt = {}\ndv/dt = {}", sum(&rule.u, " ", name), sum(&rule.v, " ", name))
}

/// An `aligned` environment.
pub fn latex(rule: &LibraryRule) -> String {
    let name = |term: Term| match term {
        Term::LapU => r"\nabla^2 u",
        Term::LapV => r"\nabla^2 v",
        Term::UVv => "u v^2",
        Term::UV => "u v",
        Term::UUv => "u^2 v",
        _ => term.name(),
    };
    let (u, v) = (sum(&rule.u, r"\,", name), sum(&rule.v, r"\,", name));
    format!("\\begin{{aligned}}\n\\partial_t u &= {u}\\\\\n\\partial_t v &= {v}\n\\end{{aligned}}")
}

/// A Python function of two NumPy arrays on a torus.
pub fn python(rule: &LibraryRule) -> String {
    let name = |term: Term| match term {
        Term::LapU => "lap(u)",
        Term::LapV => "lap(v)",
        Term::UVv => "u*v**2",
        Term::UU => "u**2",
        Term::VV => "v**2",
        Term::UUv => "u**2*v",
        Term::UUU => "u**3",
        Term::VVV => "v**3",
        _ => term.name(),
    };
    format!(
        "import numpy as np\n\n\n\
         def lap(a):\n    return sum(np.roll(a, s, axis) for s in (1, -1) for axis in (-1, -2)) - 4 * a\n\n\n\
         def rate(u, v):\n    du = {}\n    dv = {}\n    return du, dv\n",
        sum(&rule.u, " * ", name),
        sum(&rule.v, " * ", name)
    )
}

/// `{"u": {"u*v^2": c, "lap u": c, …}, "v": {…}}`, with all digits.
pub fn json(rule: &LibraryRule) -> Value {
    let channel = |coefficients: &Coefficients| {
        Value::Object(coefficients.present().map(|(term, c)| (term.name().to_owned(), json!(c))).collect::<Map<_, _>>())
    };
    json!({ "u": channel(&rule.u), "v": channel(&rule.v) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::field::stills::GrayScott;

    #[test]
    fn the_four_forms_of_gray_scott() {
        let rule = GrayScott { f: 0.006, k: 0.045, du: 0.16, dv: 0.08 }.rule();
        assert_eq!(text(&rule), "du/dt = 0.006 - 0.006 u + 0.16 ∇²u - u v²\ndv/dt = -0.051 v + 0.08 ∇²v + u v²");
        assert!(latex(&rule).contains(r"0.16\,\nabla^2 u - u v^2\\"));
        assert!(python(&rule).contains("dv = -0.051 * v + 0.08 * lap(v) + u*v**2\n"));
        assert_eq!(json(&rule)["v"], json!({ "v": -0.051, "lap v": 0.08, "u*v^2": 1.0 }));
    }

    #[test]
    fn numbers_keep_four_digits_of_any_size() {
        assert_eq!(rounded(0.00601234), "0.006012");
        assert_eq!(rounded(1234.56), "1235");
        assert_eq!(rounded(0.99996), "1");
        assert_eq!(sum(&Coefficients::default(), " ", Term::name), "0");
    }
}
