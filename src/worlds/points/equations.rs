//! A found system as equations in the user's coordinates: text, LaTeX, Python and JSON.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::cloud::Standardisation;
use super::rule::{Dictionary, PointFlow};

/// Names of the coordinates.
const AXES: [&str; 3] = ["x", "y", "z"];
/// A term whose size over the cloud is below this share of its equation is rounding of the change of coordinates.
const ROUNDING: f64 = 1e-9;
/// Magnitudes this close count as equal when the unit of time is chosen.
const EQUAL: f64 = 0.03;

/// A polynomial system dx/dt = Σ c x^e.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundSystem {
    /// Per component, exponents and coefficient of each term.
    pub components: Vec<Vec<([u32; 3], f64)>>,
}

impl FoundSystem {
    /// The system behind a flow of monomials; `None` for other flows.
    ///
    /// A still cloud does not show the unit of time. It is chosen so that as many coefficients as possible are 1 or -1
    /// within 3 % (in a tie the larger ones), as systems are commonly written.
    pub fn of(flow: &PointFlow, map: &Standardisation) -> Option<Self> {
        let PointFlow::Dictionary(found) = flow else { return None };
        let Dictionary::Monomials { degree } = found.dictionary else { return None };
        let exponents = Dictionary::exponents(degree, found.coefficients.len());
        let offset: [f64; 3] = std::array::from_fn(|i| map.centre[i] / map.scale[i]);
        let shift = Dictionary::shift(&exponents, offset);
        // Largest |x / scale| of most of a cloud: the weight of a monomial in the test for rounding.
        let reach = offset.map(|m| m.abs() + 1.0);
        let components = found.coefficients.iter().enumerate().map(|(i, row)| {
            let by_scaled = &shift * nalgebra::DVector::from_column_slice(row);
            let size = |e: &[u32; 3], c: f64| c.abs() * (0..3).map(|j| reach[j].powi(e[j] as i32)).product::<f64>();
            let largest = exponents.iter().zip(by_scaled.iter()).map(|(e, c)| size(e, *c)).fold(0.0, f64::max);
            let terms = exponents.iter().zip(by_scaled.iter()).filter(|(e, c)| size(e, **c) > ROUNDING * largest);
            terms
                .map(|(e, c)| (*e, c * map.scale[i] / (0..3).map(|j| map.scale[j].powi(e[j] as i32)).product::<f64>()))
                .collect()
        });
        let mut system = Self { components: components.collect() };
        let unit = system.unit();
        system.components.iter_mut().flatten().for_each(|(_, c)| *c /= unit);
        Some(system)
    }

    /// The magnitude that the most coefficients share.
    fn unit(&self) -> f64 {
        let sizes: Vec<f64> = self.components.iter().flatten().map(|(_, c)| c.abs()).filter(|c| *c > 0.0).collect();
        let alike = |m: f64| -> Vec<f64> { sizes.iter().copied().filter(|c| (c / m - 1.0).abs() < EQUAL).collect() };
        let best = sizes.iter().max_by(|a, b| alike(**a).len().cmp(&alike(**b).len()).then(a.total_cmp(b)));
        best.map_or(1.0, |m| {
            let alike = alike(*m);
            alike.iter().sum::<f64>() / alike.len() as f64
        })
    }

    /// One line per component: `dx/dt = -10.0 x + 10.0 y`.
    pub fn text(&self) -> String {
        self.lines(|axis| format!("d{axis}/dt"), " ", |e| product(e, " ", |axis, p| format!("{axis}^{p}")))
    }

    /// An `aligned` environment.
    pub fn latex(&self) -> String {
        let body = self.lines(
            |axis| format!("\\dot {axis} &"),
            "\\,",
            |e| product(e, " ", |axis, power| format!("{axis}^{{{power}}}")),
        );
        format!("\\begin{{aligned}}\n{}\n\\end{{aligned}}", body.replace('\n', " \\\\\n"))
    }

    /// A function for numpy or plain numbers.
    pub fn python(&self) -> String {
        let axes = &AXES[..self.components.len()];
        let mut text = format!("def velocity({}):\n    return (\n", axes.join(", "));
        for terms in &self.components {
            let sum = sum(terms, "*", |e| product(e, "*", |axis, power| format!("{axis}**{power}")));
            let _ = writeln!(text, "        {sum},");
        }
        text + "    )"
    }

    /// `{"x": {"x": c, "y": c}, "y": {"x*z": c, ...}}`, with monomials as `1`, `x`, `x*z`, `x^2`.
    pub fn json(&self) -> Value {
        let mut all = Map::new();
        for (axis, terms) in AXES.iter().zip(&self.components) {
            let name = |e: &[u32; 3]| match product(e, "*", |axis, power| format!("{axis}^{power}")) {
                name if name.is_empty() => "1".to_owned(),
                name => name,
            };
            let object = terms.iter().map(|(e, c)| (name(e), Value::from(*c))).collect();
            all.insert((*axis).to_owned(), Value::Object(object));
        }
        Value::Object(all)
    }

    fn lines(
        &self,
        left: impl Fn(&str) -> String,
        times: &str,
        monomial: impl Fn(&[u32; 3]) -> String + Copy,
    ) -> String {
        let line = |(axis, terms): (&&str, &Vec<_>)| format!("{} = {}", left(axis), sum(terms, times, monomial));
        AXES.iter().zip(&self.components).map(line).collect::<Vec<_>>().join("\n")
    }
}

/// `x z` of exponents, with powers as `power` writes them.
fn product(e: &[u32; 3], between: &str, power: impl Fn(&str, u32) -> String) -> String {
    let factors = AXES.iter().zip(e).filter(|(_, p)| **p > 0);
    let factors = factors.map(|(axis, p)| if *p == 1 { (*axis).to_owned() } else { power(axis, *p) });
    factors.collect::<Vec<_>>().join(between)
}

/// Terms with their signs; `0` when there are none.
fn sum(terms: &[([u32; 3], f64)], times: &str, monomial: impl Fn(&[u32; 3]) -> String) -> String {
    let mut text = String::new();
    for (e, c) in terms {
        let sign = match (text.is_empty(), *c < 0.0) {
            (true, false) => "",
            (true, true) => "-",
            (false, false) => " + ",
            (false, true) => " - ",
        };
        let monomial = monomial(e);
        let times = if monomial.is_empty() { "" } else { times };
        let _ = write!(text, "{sign}{}{times}{monomial}", rounded(c.abs()));
    }
    if text.is_empty() { "0".to_owned() } else { text }
}

/// Four significant digits.
fn rounded(c: f64) -> String {
    let digits = (3 - c.abs().log10().floor() as i32).clamp(0, 12) as usize;
    format!("{c:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::points::cloud::DynamicalSystem;
    use crate::worlds::points::train::{WeakFitSettings, fit_weak};

    fn found(system: DynamicalSystem, samples: usize) -> FoundSystem {
        let cloud = system.sample(samples, 3);
        let fit = fit_weak(&cloud, &WeakFitSettings::default(), 1, &|| false).unwrap();
        FoundSystem::of(&PointFlow::Dictionary(fit.flow), &Standardisation::of(&cloud)).unwrap()
    }

    fn assert_close(json: &Value, truth: &Value) {
        assert_eq!(json.as_object().unwrap().len(), truth.as_object().unwrap().len());
        for (axis, terms) in truth.as_object().unwrap() {
            let terms = terms.as_object().unwrap();
            assert_eq!(json[axis].as_object().unwrap().len(), terms.len(), "{json}");
            for (name, value) in terms {
                let (found, value) = (json[axis][name].as_f64().unwrap(), value.as_f64().unwrap());
                assert!((found / value - 1.0).abs() < 0.03, "{axis}: {name} is {found}, not {value}");
            }
        }
    }

    #[test]
    fn the_lorenz_system_is_printed_with_its_coefficients() {
        let system = found(DynamicalSystem::Lorenz, 40_000);
        assert_close(
            &system.json(),
            &serde_json::json!({"x": {"x": -10.0, "y": 10.0}, "y": {"x": 28.0, "y": -1.0, "x*z": -1.0},
                "z": {"z": -8.0 / 3.0, "x*y": 1.0}}),
        );
        assert!(system.text().starts_with("dx/dt = -"), "{}", system.text());
        assert!(system.latex().contains("\\dot y & = 2") && system.python().contains("*x*y"), "{}", system.python());
    }

    #[test]
    fn the_rossler_system_is_printed_with_its_coefficients() {
        assert_close(
            &found(DynamicalSystem::Rossler, 40_000).json(),
            &serde_json::json!({"x": {"y": -1.0, "z": -1.0}, "y": {"x": 1.0, "y": 0.2},
                "z": {"1": 0.2, "z": -5.7, "x*z": 1.0}}),
        );
    }

    #[test]
    fn a_constant_and_powers_are_written_readably() {
        let components = vec![vec![([0, 0, 0], -0.25), ([2, 0, 0], 1.5)], vec![]];
        let system = FoundSystem { components };
        assert_eq!(system.text(), "dx/dt = -0.2500 + 1.500 x^2\ndy/dt = 0");
        assert_eq!(system.json().to_string(), r#"{"x":{"1":-0.25,"x^2":1.5},"y":{}}"#);
    }
}
