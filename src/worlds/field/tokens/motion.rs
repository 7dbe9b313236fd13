//! The motions that tokens are commanded to make.

/// A motion with a head of the network; commands have one speed for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenMotion {
    /// Ahead, pixels per step.
    Swim,
    /// To the right, pixels per step.
    Slide,
    /// To the right, radians per step.
    Turn,
}

impl TokenMotion {
    /// In the order of heads and commands.
    pub const ALL: [Self; 3] = [Self::Swim, Self::Slide, Self::Turn];

    /// Position in [`Self::ALL`], and in arrays with one entry per motion.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Id of its live knob, which is also its option on the command line.
    pub const fn knob(self) -> &'static str {
        match self {
            Self::Swim => "swim",
            Self::Slide => "slide",
            Self::Turn => "turn",
        }
    }

    /// The motion of a live knob; `None` of another knob.
    pub fn of_knob(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|motion| motion.knob() == id)
    }
}
