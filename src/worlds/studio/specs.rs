//! What is listed of a world: knobs, brushes, plots, ways to learn, ways to begin. Tables of constants.

use crate::formats::FormatRole;

/// Where a knob is shown, and what it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnobGroup {
    /// The still picture.
    Paint,
    /// How a rule is learned.
    Learn,
    /// How the rule runs.
    Live,
}

/// How a knob divides its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnobScale {
    /// Evenly.
    Linear,
    /// Evenly by the logarithm.
    Logarithmic,
    /// Whole numbers.
    Whole,
    /// Whole numbers, divided evenly by their logarithm.
    WholeLogarithmic,
    /// 0 or 1.
    Switch,
    /// The index of one of these names.
    Choice(&'static [&'static str]),
}

/// Optimiser steps of one run of learning in any world, at most.
pub const MAX_LEARNING_STEPS: usize = 10_000_000;

/// Lower bound of a number that must be positive.
pub const ABOVE_ZERO: f64 = f64::MIN_POSITIVE;

/// A number that the user sets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KnobSpec {
    /// Name in files and commands.
    pub id: &'static str,
    /// Name on the screen.
    pub name: &'static str,
    /// As the README writes it; empty where there is none.
    pub symbol: &'static str,
    /// Unit, empty for pure numbers.
    pub unit: &'static str,
    /// One sentence for the user.
    pub help: &'static str,
    /// The value of a new project.
    pub default: f64,
    /// Smallest and largest value on a slider.
    pub range: [f64; 2],
    /// Smallest and largest value that works, which files and command lines may give. Infinite where only the code that
    /// uses the number can check it.
    pub bounds: [f64; 2],
    /// How a slider divides the range.
    pub scale: KnobScale,
    /// Where it is shown.
    pub group: KnobGroup,
    /// On the command line, without the dashes, where it differs from `id`.
    pub option: Option<&'static str>,
}

impl KnobSpec {
    /// A row of a table: the words, then the numbers.
    pub const fn new(
        (id, name, symbol, unit): (&'static str, &'static str, &'static str, &'static str),
        help: &'static str,
        default: f64,
        range: [f64; 2],
        scale: KnobScale,
        group: KnobGroup,
    ) -> Self {
        let bounds = [f64::NEG_INFINITY, f64::INFINITY];
        Self { id, name, symbol, unit, help, default, range, bounds, scale, group, option: None }
    }

    /// With the smallest and largest value that works.
    #[must_use]
    pub const fn bounded(self, bounds: [f64; 2]) -> Self {
        Self { bounds, ..self }
    }

    /// Under another name on the command line.
    #[must_use]
    pub const fn with_option(self, option: &'static str) -> Self {
        Self { option: Some(option), ..self }
    }
}

impl KnobSpec {
    /// On the command line, without the dashes.
    pub fn option(&self) -> String {
        self.option.map_or_else(|| self.id.replace('_', "-"), str::to_owned)
    }

    /// Whether `value` is within the bounds; NaN is not.
    pub fn allows(&self, value: f64) -> bool {
        let [low, high] = self.bounds;
        (low..=high).contains(&value)
    }

    /// The bounds as advice: "choose 1 to 100".
    pub fn advice(&self) -> String {
        let [low, high] = self.bounds;
        match (low, high) {
            (ABOVE_ZERO, _) => format!("choose a number above 0, at most {high}"),
            (_, f64::INFINITY) => format!("choose {low} or more"),
            _ => format!("choose {low} to {high}"),
        }
    }

    /// `value` folded into the range, whole where it must be; the default when it is NaN.
    pub fn folded(&self, value: f64) -> f64 {
        let [low, high] = self.range;
        let value = if value.is_nan() { self.default } else { value.clamp(low, high) };
        match self.scale {
            KnobScale::Linear | KnobScale::Logarithmic => value,
            KnobScale::Whole | KnobScale::WholeLogarithmic | KnobScale::Switch | KnobScale::Choice(_) => value.round(),
        }
    }
}

/// What a brush is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrushWorkspace {
    /// Changes the still picture.
    Paint,
    /// Acts on what lives.
    Live,
}

/// How a brush follows the pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrushTouch {
    /// A dab for each frame in which the pointer is pressed.
    Dabs,
    /// A dab where the pointer is pressed, and one for each of its motions; none while it rests.
    Path,
    /// One dab from where the pointer was pressed to where it is, in the place of the one before.
    Line,
    /// One dab where the pointer was pressed.
    Click,
    /// Takes the colour under the pointer and paints nothing.
    Pick,
}

/// A brush.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BrushSpec {
    /// Name in files and commands.
    pub id: &'static str,
    /// Name on the screen.
    pub name: &'static str,
    /// One sentence for the user.
    pub help: &'static str,
    /// What it acts on.
    pub workspace: BrushWorkspace,
    /// How it follows the pointer.
    pub touch: BrushTouch,
}

/// A change of the whole still picture by one button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActionSpec {
    /// Name in files and commands.
    pub id: &'static str,
    /// Name on the screen.
    pub name: &'static str,
    /// One sentence for the user.
    pub help: &'static str,
}

/// What a plot runs over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SeriesAxis {
    /// Steps: each reading adds a point to every curve.
    Steps,
    /// A quantity in even steps: each reading is a whole plot, the points of the first curve, then those of the next.
    Profile {
        /// Label of the horizontal axis.
        name: &'static str,
        /// Its first value.
        first: f64,
        /// From value to value.
        step: f64,
    },
}

impl SeriesAxis {
    /// Label of the horizontal axis.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Steps => "steps",
            Self::Profile { name, .. } => name,
        }
    }
}

/// A plot of readings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeriesSpec {
    /// Name in files and commands.
    pub id: &'static str,
    /// Name on the screen.
    pub name: &'static str,
    /// One sentence for the user.
    pub help: &'static str,
    /// Label of the vertical axis.
    pub y_axis: &'static str,
    /// What it runs over.
    pub x: SeriesAxis,
    /// Names of the curves; a reading has one value for each.
    pub curves: &'static [&'static str],
    /// Indices of the curves that others are compared with, drawn dashed.
    pub aims: &'static [usize],
    /// Values that are always in sight.
    pub include_y: &'static [f64],
}

impl SeriesSpec {
    /// Whether the curve at `index` is one that others are compared with.
    pub fn is_aim(&self, index: usize) -> bool {
        self.aims.contains(&index)
    }
}

/// A way to learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MethodSpec {
    /// Name in files and commands.
    pub id: &'static str,
    /// Name on the screen.
    pub name: &'static str,
    /// One sentence for the user.
    pub help: &'static str,
}

/// Settings of learning under one name: how long it takes against how good it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PresetSpec {
    /// Name in files and commands.
    pub id: &'static str,
    /// Name on the screen.
    pub name: &'static str,
    /// One sentence for the user.
    pub help: &'static str,
    /// Knobs of the table by id, and their values.
    pub knobs: &'static [(&'static str, f64)],
}

/// A picture to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StartSpec {
    /// Name in files and commands.
    pub id: &'static str,
    /// Name on the screen.
    pub name: &'static str,
    /// One sentence for the user.
    pub help: &'static str,
}

/// A state that a live world starts again from. The first is what it begins with; the last shows growth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestartSpec {
    /// Name in files and commands.
    pub id: &'static str,
    /// Name on the screen.
    pub name: &'static str,
    /// One sentence for the user.
    pub help: &'static str,
}

/// Something that is drawn beside what lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerSpec {
    /// Name in files and commands.
    pub id: &'static str,
    /// Name on the screen.
    pub name: &'static str,
    /// One sentence for the user.
    pub help: &'static str,
    /// A map under what lives, of which there is one at a time; else lines and marks over it.
    pub is_ground: bool,
}

impl LayerSpec {
    /// Lines and marks over what lives.
    pub const fn over(id: &'static str, name: &'static str, help: &'static str) -> Self {
        Self { id, name, help, is_ground: false }
    }

    /// A map under what lives.
    pub const fn ground(id: &'static str, name: &'static str, help: &'static str) -> Self {
        Self { id, name, help, is_ground: true }
    }
}

/// Which layers of a table are shown, by their place in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LayerSet(u32);

impl LayerSet {
    /// Whether the layer at `index` of the table is shown.
    pub fn has(self, index: usize) -> bool {
        self.0 >> index & 1 == 1
    }

    /// With one layer more or less; a new ground takes the place of another.
    #[must_use]
    pub fn toggled(self, index: usize, layers: &[LayerSpec]) -> Self {
        let is_ground = |k: usize| layers.get(k).is_some_and(|layer| layer.is_ground);
        let mut set = self.0 ^ 1 << index;
        if is_ground(index) {
            let others = (0..layers.len()).filter(|&k| k != index && is_ground(k));
            others.for_each(|k| set &= !(1 << k));
        }
        Self(set)
    }
}

/// Everything that is listed of a world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WorldTables {
    /// What the still picture is called, and what lives: "cloud" and "walkers".
    pub still_name: &'static str,
    /// As `still_name`.
    pub live_name: &'static str,
    /// Numbers that the user sets.
    pub knobs: &'static [KnobSpec],
    /// Brushes of both workspaces.
    pub brushes: &'static [BrushSpec],
    /// Buttons that change the whole still picture.
    pub actions: &'static [ActionSpec],
    /// Colours to paint with; none where brushes have no colour.
    pub palette: &'static [[u8; 4]],
    /// Plots.
    pub series: &'static [SeriesSpec],
    /// Ways to learn.
    pub methods: &'static [MethodSpec],
    /// Settings of learning under one name, from the quickest to the most thorough; none where learning takes seconds.
    pub presets: &'static [PresetSpec],
    /// The job that makes a certificate of the rules, started like learning; none where a world has none.
    pub check: Option<MethodSpec>,
    /// Pictures to begin with.
    pub starts: &'static [StartSpec],
    /// States that a live world starts again from.
    pub restarts: &'static [RestartSpec],
    /// Steps in each sixtieth of a second to begin with.
    pub speed: u32,
    /// What can be drawn beside what lives; at most 32.
    pub layers: &'static [LayerSpec],
    /// Whether what lives leaves trails of light.
    pub has_trails: bool,
    /// The files that can be imported.
    pub imports: FormatRole,
    /// The files that what lives can be written to; the menus have no such command where there is none.
    pub exports: Option<FormatRole>,
}

impl WorldTables {
    /// The knob of this id.
    pub fn knob(&self, id: &str) -> Option<&'static KnobSpec> {
        self.knobs.iter().find(|knob| knob.id == id)
    }

    /// The brush of this id.
    pub fn brush(&self, id: &str) -> Option<&'static BrushSpec> {
        self.brushes.iter().find(|brush| brush.id == id)
    }

    /// The plot of this id.
    pub fn series(&self, id: &str) -> Option<&'static SeriesSpec> {
        self.series.iter().find(|series| series.id == id)
    }

    /// The first brush of a workspace.
    pub fn first_brush(&self, workspace: BrushWorkspace) -> &'static str {
        self.brushes.iter().find(|brush| brush.workspace == workspace).map_or("", |brush| brush.id)
    }
}
