//! The terms that a library rule may contain.

/// Number of terms of the complete library.
pub const TERM_COUNT: usize = 12;

/// A function of u, v and their Laplacians at one pixel. The Laplacian is the five-point one, pixel size 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// 1.
    One,
    /// u.
    U,
    /// v.
    V,
    /// Δu.
    LapU,
    /// Δv.
    LapV,
    /// u v².
    UVv,
    /// u².
    UU,
    /// u v.
    UV,
    /// v².
    VV,
    /// u² v.
    UUv,
    /// u³.
    UUU,
    /// v³.
    VVV,
}

impl Term {
    /// In the order in which coefficients are stored.
    pub const ALL: [Self; TERM_COUNT] = [
        Self::One,
        Self::U,
        Self::V,
        Self::LapU,
        Self::LapV,
        Self::UVv,
        Self::UU,
        Self::UV,
        Self::VV,
        Self::UUv,
        Self::UUU,
        Self::VVV,
    ];

    /// Terms of the small library, which contains the Gray-Scott equations: the first six.
    pub const SMALL: usize = 6;

    /// As written in files and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::One => "1",
            Self::U => "u",
            Self::V => "v",
            Self::LapU => "lap u",
            Self::LapV => "lap v",
            Self::UVv => "u*v^2",
            Self::UU => "u^2",
            Self::UV => "u*v",
            Self::VV => "v^2",
            Self::UUv => "u^2*v",
            Self::UUU => "u^3",
            Self::VVV => "v^3",
        }
    }

    /// The term of this name; `None` for another name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|term| term.name() == name)
    }

    /// Value at a pixel with the given values and Laplacians.
    pub fn value(self, u: f64, v: f64, lap_u: f64, lap_v: f64) -> f64 {
        match self {
            Self::One => 1.0,
            Self::U => u,
            Self::V => v,
            Self::LapU => lap_u,
            Self::LapV => lap_v,
            Self::UVv => u * v * v,
            Self::UU => u * u,
            Self::UV => u * v,
            Self::VV => v * v,
            Self::UUv => u * u * v,
            Self::UUU => u * u * u,
            Self::VVV => v * v * v,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_positions_identify_a_term() {
        for (k, term) in Term::ALL.into_iter().enumerate() {
            assert_eq!(term as usize, k);
            assert_eq!(Term::from_name(term.name()), Some(term));
        }
        assert_eq!(Term::from_name("lap w"), None);
    }
}
