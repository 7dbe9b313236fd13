//! How swarms look, in the window and in written pictures alike: themes, palettes, bodies, and what colour means.

mod colour_map;
mod palette;
pub mod shape;

pub use colour_map::RAMP;
pub use palette::{DARK_INK, NIGHT, PAPER, Palette, WARM_WHITE, levels};

/// A choice among a few, kept in files under its key. A key that this version does not know is the default, so that
/// settings of a newer version lose nothing else.
macro_rules! choices {
    ($(#[$meta:meta])* $name:ident { $($(#[$m:meta])* $variant:ident = $key:literal, $label:literal, $tooltip:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(from = "String", into = "String")]
        #[allow(missing_docs, reason = "each variant has its tooltip")]
        pub enum $name { $($(#[$m])* $variant),+ }

        impl $name {
            /// In the order of the list.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// In files.
            pub fn key(self) -> &'static str {
                match self { $(Self::$variant => $key),+ }
            }

            /// For people.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $label),+ }
            }

            /// What it means, in a few words.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $tooltip),+ }
            }

            /// The one after this, and the first after the last.
            pub fn next(self) -> Self {
                let at = Self::ALL.iter().position(|&other| other == self).unwrap_or(0);
                Self::ALL[(at + 1) % Self::ALL.len()]
            }
        }

        impl From<String> for $name {
            fn from(key: String) -> Self {
                Self::ALL.iter().copied().find(|choice| choice.key() == key).unwrap_or_default()
            }
        }

        impl From<$name> for String {
            fn from(choice: $name) -> Self {
                choice.key().to_owned()
            }
        }
    };
}

pub(crate) use choices;

choices! {
    /// Dark or light ground.
    Theme {
        #[default]
        Dark = "dark", "dark", "Bright swarms on a dark ground";
        Light = "light", "light", "Dark swarms on paper, for bright rooms and print";
    }
}

choices! {
    /// The shape of a particle.
    Body {
        #[default]
        Arrow = "arrow", "arrows", "Slim arrowheads: the heading is plain to see";
        Drop = "drop", "drops", "Round heads with a tail: soft, and still directed";
        Dot = "dot", "dots", "Discs: positions alone";
    }
}

choices! {
    /// What the colour of a particle shows.
    ColourBy {
        #[default]
        Species = "species", "species", "Each species has its colour";
        Heading = "heading", "heading", "The direction it points in, around the colour wheel";
        Speed = "speed", "speed", "How fast the flow moves it";
        Energy = "energy", "energy", "Its share of the learned energy: high where a particle does not fit";
    }
}

impl ColourBy {
    /// Whether colour shows a number that must be measured.
    pub fn needs_measures(self) -> bool {
        matches!(self, Self::Speed | Self::Energy)
    }
}

/// Linear light of an sRGB byte.
pub fn linear(byte: u8) -> f32 {
    let s = f32::from(byte) / 255.0;
    if s <= 0.04045 { s / 12.92 } else { ((s + 0.055) / 1.055).powf(2.4) }
}

/// sRGB byte of linear light.
pub fn srgb(light: f64) -> u8 {
    let l = light.clamp(0.0, 1.0);
    let s = if l <= 0.003_130_8 { 12.92 * l } else { 1.055 * l.powf(1.0 / 2.4) - 0.055 };
    (255.0 * s).round() as u8
}

/// What different eyes see, for the tests of colours.
#[cfg(test)]
pub(crate) mod eyes {
    use super::linear;

    /// Unimpaired eyes, and the three kinds of dichromacy, on linear RGB: Machado, Oliveira & Fernandes, "A physiologically-based
    /// model for simulation of color vision deficiency" (2009), severity 1.0.
    pub const ALL: [(&str, [[f64; 3]; 3]); 4] = [
        ("unimpaired", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        (
            "protanopia",
            [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        ),
        (
            "deuteranopia",
            [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        ),
        (
            "tritanopia",
            [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
        ),
    ];

    fn times(m: [[f64; 3]; 3], v: [f64; 3]) -> [f64; 3] {
        m.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2])
    }

    /// OKLab (Ottosson 2020) of what these eyes see of a colour: equal distances look about equally different.
    pub fn see(eyes: [[f64; 3]; 3], rgb: [u8; 3]) -> [f64; 3] {
        let seen = times(eyes, rgb.map(|c| f64::from(linear(c)))).map(|c| c.clamp(0.0, 1.0));
        let cones = [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ];
        let lab = [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ];
        times(lab, times(cones, seen).map(f64::cbrt))
    }

    pub fn difference(eyes: [[f64; 3]; 3], a: [u8; 3], b: [u8; 3]) -> f64 {
        let (a, b) = (see(eyes, a), see(eyes, b));
        (0..3).map(|k| (a[k] - b[k]).powi(2)).sum::<f64>().sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_the_default_and_a_known_one_itself() {
        assert_eq!(Body::from("comet".to_owned()), Body::Arrow);
        for &body in Body::ALL {
            assert_eq!(Body::from(String::from(body)), body);
        }
    }

    #[test]
    fn cycling_comes_round() {
        let mut body = Body::default();
        let seen: Vec<Body> = (0..Body::ALL.len())
            .map(|_| {
                body = body.next();
                body
            })
            .collect();
        assert_eq!(body, Body::default());
        assert!(Body::ALL.iter().all(|b| seen.contains(b)));
    }
}
