//! The points world in the studio: its tables, and what it can do.

mod curves;
mod draw;
mod exponents;
mod gpu_glow;
mod info;
mod knobs;
mod overlay;
mod painter;
mod past;
mod simulation;
mod stroke;
#[cfg(test)]
mod tests;
mod training;
mod walkers;
#[cfg(test)]
mod weak_tests;

pub use knobs::KNOBS;
pub use overlay::LAYERS;
pub use painter::PointPainter;
pub use training::PointsCheck;

use super::PointsDoc;
use super::cloud::BuiltInTarget;
use crate::formats::FormatRole;
use crate::worlds::World;
use crate::worlds::studio::{
    BrushSpec, BrushTouch, BrushWorkspace, BundledScene, MethodSpec, PresetSpec, RestartSpec, SeriesAxis, SeriesSpec,
    StartSpec, StudioError, WorldEntry, WorldTables, bundled_scenes,
};

/// The points world, for the catalogue.
pub const ENTRY: WorldEntry = WorldEntry {
    name: "points",
    title: "Points",
    help: "Independent points in the plane or in space: a cloud is kept by a velocity that moves every point",
    bundled: BUNDLED,
    empty: || World::from(PointsDoc::default()),
    start,
    first: ("ring", "exact"),
};

const BUNDLED: &[BundledScene] = bundled_scenes![
    ("ring", "Ring"),
    ("two-peaks", "Two peaks"),
    ("two-moons", "Two moons"),
    ("letter", "Letter"),
    ("lorenz", "Lorenz")
];

/// Samples of a built-in target.
const TARGET_POINTS: usize = 10_000;

fn start(_: &World, id: &str) -> Result<World, StudioError> {
    let target = BuiltInTarget::from_name(id).ok_or_else(|| StudioError::Unknown(id.to_owned()))?;
    Ok(World::from(PointsDoc::of(target.sample(TARGET_POINTS, 1), Some(target))))
}

const fn brush(workspace: BrushWorkspace, id: &'static str, name: &'static str, help: &'static str) -> BrushSpec {
    BrushSpec { id, name, help, workspace, touch: BrushTouch::Dabs }
}

const fn shape(id: &'static str, name: &'static str, help: &'static str) -> BrushSpec {
    BrushSpec { id, name, help, workspace: BrushWorkspace::Paint, touch: BrushTouch::Line }
}

const fn target(id: &'static str, name: &'static str, help: &'static str) -> StartSpec {
    StartSpec { id, name, help }
}

/// The certificate as a job.
pub(super) const CHECK: MethodSpec = MethodSpec {
    id: "check",
    name: "Check",
    help: "Carries held-out samples of the cloud along every flow and compares them with others, with controls that must \
           fail: the certificate of the scene. Takes some minutes",
};

/// Times on two cores of a cloud of 10,000 points.
const PRESETS: &[PresetSpec] = &[
    PresetSpec {
        id: "quick",
        name: "Quick",
        help: "A rough energy and flows: enough to see a painted cloud alive",
        knobs: &[("energy_steps", 1500.0), ("smoothest_steps", 300.0), ("free_steps", 2000.0)],
    },
    PresetSpec {
        id: "standard",
        name: "Standard",
        help: "As the bundled scenes were learned",
        knobs: &[("energy_steps", 6000.0), ("smoothest_steps", 1000.0), ("free_steps", 10_000.0)],
    },
    PresetSpec {
        id: "thorough",
        name: "Thorough",
        help: "For clouds with fine parts",
        knobs: &[("energy_steps", 20_000.0), ("smoothest_steps", 3000.0), ("free_steps", 30_000.0)],
    },
];

/// Exponents and dimension come last: they are those of clouds in space.
const SERIES: [SeriesSpec; 7] = [
    SeriesSpec {
        id: "mmd",
        name: "MMD²",
        help: "Discrepancy of the walkers from the cloud (Gretton et al. 2012). Samples of the cloud itself stay below \
               the dashed line in 95 of 100 cases",
        y_axis: "MMD²",
        x: SeriesAxis::Steps,
        curves: &["walkers", "95% of samples"],
        aims: &[1],
        include_y: &[0.0],
    },
    SeriesSpec {
        id: "stein",
        name: "Stein",
        help: "Kernelised Stein discrepancy of the walkers from the energy; 0 where they follow it. Without an energy it \
               is not measured",
        y_axis: "KSD²",
        x: SeriesAxis::Steps,
        curves: &["walkers"],
        aims: &[],
        include_y: &[0.0],
    },
    SeriesSpec {
        id: "speed",
        name: "Speed",
        help: "Root mean square speed of the walkers by the flow, in spreads of the cloud per unit of time",
        y_axis: "speed",
        x: SeriesAxis::Steps,
        curves: &["flow"],
        aims: &[],
        include_y: &[0.0],
    },
    SeriesSpec {
        id: "residual",
        name: "Residual",
        help: "How far the flow is from keeping the energy where the walkers are: div V + V·s against the size of V, in \
               units of the temperature; 0 for exact flows",
        y_axis: "σ residual",
        x: SeriesAxis::Steps,
        curves: &["flow"],
        aims: &[],
        include_y: &[0.0],
    },
    SeriesSpec {
        id: "cosine",
        name: "Cosine",
        help: "Mean cosine of the flow to the true velocity: where the walkers are, for clouds of a known system; at the \
               places of the table, where one with vx and vy was imported",
        y_axis: "cosine",
        x: SeriesAxis::Steps,
        curves: &["to the truth"],
        aims: &[],
        include_y: &[0.0],
    },
    SeriesSpec {
        id: "lyapunov",
        name: "Lyapunov",
        help: "Lyapunov exponents of the flow of a cloud in space (Benettin et al. 1980), measured on while it lives: \
               one above 0 is chaos. Per time of the system where that is known, else per time of the flow",
        y_axis: "per time",
        x: SeriesAxis::Steps,
        curves: &["λ₁", "λ₂", "λ₃"],
        aims: &[],
        include_y: &[0.0],
    },
    SeriesSpec {
        id: "dimension",
        name: "Dimension",
        help: "Kaplan-Yorke dimension that follows from the Lyapunov exponents; 2.06 for the attractor of Lorenz",
        y_axis: "dimension",
        x: SeriesAxis::Steps,
        curves: &["Kaplan-Yorke"],
        aims: &[],
        include_y: &[2.0],
    },
];
/// Plots of clouds in the plane.
const PLANE_SERIES: usize = 5;

/// For clouds in the plane.
pub(super) const PLANE_TABLES: WorldTables = WorldTables { series: SERIES.split_at(PLANE_SERIES).0, ..TABLES };

pub(super) const TABLES: WorldTables = WorldTables {
    still_name: "cloud",
    live_name: "walkers",
    knobs: knobs::KNOBS,
    brushes: &[
        brush(BrushWorkspace::Paint, "spray", "Spray", "Adds points to the cloud under the pointer"),
        BrushSpec {
            touch: BrushTouch::Path,
            ..brush(
                BrushWorkspace::Paint,
                "pen",
                "Pen",
                "Lays points evenly along the stroke, scattered over a quarter of the brush",
            )
        },
        shape("line", "Line", "Lays points along a straight line, from where the pointer is pressed to where it is"),
        shape(
            "arc",
            "Arc",
            "Lays points along a half circle, to the right of the way from where the pointer is pressed to where it is",
        ),
        shape("circle", "Circle", "Lays points along a circle, pressed in its centre and dragged to its rim"),
        brush(BrushWorkspace::Paint, "erase", "Erase", "Removes the points of the cloud under the pointer"),
        brush(BrushWorkspace::Live, "push", "Push", "Drives walkers away from the pointer"),
        brush(BrushWorkspace::Live, "pull", "Pull", "Draws walkers to the pointer"),
        brush(BrushWorkspace::Live, "stir", "Stir", "Drives walkers around the pointer"),
        brush(BrushWorkspace::Live, "add", "Add", "Adds walkers under the pointer"),
        brush(BrushWorkspace::Live, "remove", "Remove", "Removes the walkers under the pointer"),
        brush(
            BrushWorkspace::Live,
            "wound",
            "Wound",
            "Scatters the walkers under the pointer, to see whether they return",
        ),
    ],
    actions: &[],
    palette: &[],
    series: &SERIES,
    methods: &[
        MethodSpec {
            id: "exact",
            name: "Exact flow",
            help: "Learns an energy from the cloud and puts exact flows over it: they keep the density of the energy, whatever \
                   its weights are",
        },
        MethodSpec {
            id: "free",
            name: "Free network",
            help: "The paper's own: a network that makes the residual div V + V·s small. Smooth where it works; it may end in \
                   a local minimum",
        },
        MethodSpec {
            id: "weak",
            name: "Weak form",
            help: "Finds polynomial equations whose flow leaves the cloud as it is, without a network or an energy, and shows \
                   how certain they are",
        },
    ],
    presets: PRESETS,
    check: Some(CHECK),
    starts: &[
        target("ring", "Ring", "A ring of radius 1 to 2"),
        target("two-peaks", "Two peaks", "Two round peaks"),
        target("two-moons", "Two moons", "Two interleaved half circles"),
        target("letter", "Letter", "The letter S"),
        target("limit-cycle", "Limit cycle", "Samples of an oscillator"),
        target("lorenz", "Lorenz", "Shuffled samples of the Lorenz attractor, in space"),
        target("rossler", "Rössler", "Shuffled samples of the Rössler attractor, in space"),
        target("conservative", "Conservative", "Samples of a flow that keeps its energy"),
    ],
    restarts: &[
        RestartSpec { id: "cloud", name: "From the cloud", help: "Walkers at samples of the cloud" },
        RestartSpec {
            id: "scatter",
            name: "Scatter",
            help: "Walkers at random positions: with relaxation they return to the cloud",
        },
    ],
    speed: 1,
    layers: overlay::LAYERS,
    has_trails: true,
    imports: FormatRole::PointsImport,
    exports: None,
};
