//! The field world in the studio: its tables, and what it can do.

mod canvas;
mod certificate;
mod draw;
mod flows;
mod gpu_picture;
mod info;
mod knobs;
mod life;
mod living;
mod marks;
mod past;
mod picture;
mod simulation;
#[cfg(test)]
mod tests;
mod token_learning;
mod tokens;
mod tracking;
mod training;

pub use certificate::{LibraryCertification, TokenCertification};
pub use knobs::KNOBS;
pub(crate) use picture::FieldView;
pub use tokens::TOKEN_KNOBS;

use super::stills::{GrayScottRun, PRESETS, Preset};
use super::tokens::{Token, TokenDoc};
use super::{FieldDoc, FieldSubject, LibraryDoc};
use crate::formats::FormatRole;
use crate::worlds::World;
use crate::worlds::studio::{
    BrushSpec, BrushTouch, BrushWorkspace, BundledScene, MethodSpec, PresetSpec, RestartSpec, SeriesAxis, SeriesSpec,
    StartSpec, StudioError, WorldEntry, WorldTables, bundled_scenes,
};

/// The field world, for the catalogue.
pub const ENTRY: WorldEntry = WorldEntry {
    name: "field",
    title: "Field",
    help: "A periodic image under a local rule: equations are read off still Turing patterns",
    bundled: BUNDLED,
    empty: || World::from(FieldDoc::default()),
    start,
    first: ("life", "library"),
};

const BUNDLED: &[BundledScene] = bundled_scenes![
    ("life", "Life"),
    ("waves", "Waves"),
    ("spirals", "Spirals"),
    ("maze", "Maze"),
    ("firefly", "Firefly"),
    ("taiji", "Taiji"),
    ("arrow", "Arrow"),
    ("dots", "Dots")
];

/// The start that simulates the present constants.
const PRESENT: &str = "present";
/// Teaches the network of the tokens further; beside the methods of the table, which begin from scratch.
pub const CONTINUE: &str = "continue";
/// The start with an empty token canvas.
const DRAWN: &str = "drawn";

fn start(world: &World, id: &str) -> Result<World, StudioError> {
    if id == DRAWN {
        let subject = FieldSubject::Tokens(TokenDoc::blank());
        return Ok(World::from(FieldDoc { subject, ..FieldDoc::default() }));
    }
    if let Some(token) = Token::bundled(id) {
        let subject = FieldSubject::Tokens(TokenDoc::new(vec![token])?);
        return Ok(World::from(FieldDoc { subject, ..FieldDoc::default() }));
    }
    let recipe = match (id, world.as_field().map(|doc| &doc.subject)) {
        (PRESENT, Some(FieldSubject::Library(library))) => library.recipe.unwrap_or_default(),
        _ => {
            let preset = Preset::named(id).ok_or_else(|| StudioError::Unknown(id.to_owned()))?;
            GrayScottRun { law: preset.law(), ..GrayScottRun::default() }
        }
    };
    let library = LibraryDoc::from_recipe(recipe)?;
    Ok(World::from(FieldDoc { subject: FieldSubject::Library(library), ..FieldDoc::default() }))
}

/// The certificate as a job.
pub(super) const CHECK_EQUATIONS: MethodSpec = MethodSpec {
    id: "check",
    name: "Check",
    help: "Learns from stills with a foreign v, and without u v²: unseen stills must reject both and accept the equations. \
           Takes some minutes",
};

/// Runs, and tests of stationarity, of which there are fewer.
const READ_PRESETS: &[PresetSpec] = &[
    PresetSpec {
        id: "quick",
        name: "Quick",
        help: "Few runs: equations, but not enough stills to be sure of them",
        knobs: &[("runs", 60.0), ("functionals", 40.0)],
    },
    PresetSpec {
        id: "standard",
        name: "Standard",
        help: "As the bundled scenes were read",
        knobs: &[("runs", 120.0), ("functionals", 80.0)],
    },
    PresetSpec {
        id: "thorough",
        name: "Thorough",
        help: "Many runs, for the most exact coefficients",
        knobs: &[("runs", 400.0), ("functionals", 160.0)],
    },
];

const fn brush(id: &'static str, name: &'static str, help: &'static str) -> BrushSpec {
    BrushSpec { id, name, help, workspace: BrushWorkspace::Live, touch: BrushTouch::Dabs }
}

const fn preset(k: usize, name: &'static str, help: &'static str) -> StartSpec {
    StartSpec { id: PRESETS[k].name, name, help }
}

pub(super) const TABLES: WorldTables = WorldTables {
    still_name: "stills",
    live_name: "field",
    knobs: knobs::KNOBS,
    brushes: &[
        brush("add", "Add", "Paints what grows (much v, little u)"),
        brush("remove", "Remove", "Paints the state of rest"),
        brush("wound", "Wound", "Paints noise, to see whether the pattern returns"),
        brush("stir", "Stir", "Carries the picture along with the pointer"),
    ],
    actions: &[],
    palette: &[],
    series: &[
        SeriesSpec {
            id: "mean",
            name: "Mean",
            help: "Mean of u and v over the field; dashed: the mean of u over the stills",
            y_axis: "mean",
            x: SeriesAxis::Steps,
            curves: &["u", "v", "u of the stills"],
            aims: &[2],
            include_y: &[0.0],
        },
        SeriesSpec {
            id: "spread",
            name: "Spread",
            help: "Standard deviation of u over the field; dashed: that of the stills",
            y_axis: "standard deviation of u",
            x: SeriesAxis::Steps,
            curves: &["now", "stills"],
            aims: &[1],
            include_y: &[0.0],
        },
        SeriesSpec {
            id: "spectrum",
            name: "Spectrum",
            help: "Share of the power of u that is at other wavenumbers than in the stills: 0 for the same pattern",
            y_axis: "share",
            x: SeriesAxis::Steps,
            curves: &["now"],
            aims: &[],
            include_y: &[0.0],
        },
    ],
    methods: &[MethodSpec {
        id: "library",
        name: "Read the equations",
        help: "Simulates many runs (or takes the stills of the files) and finds the equations of a library under which all \
               stills are stationary, without any network",
    }],
    starts: &[
        preset(0, "Life", "Spots that divide and die"),
        preset(1, "Waves", "Fronts that meet and vanish"),
        preset(2, "Spirals", "Turning fronts"),
        preset(3, "Maze", "A labyrinth that freezes: its stills show no motion"),
        StartSpec { id: PRESENT, name: "As set", help: "Simulates stills with the constants below" },
        StartSpec { id: DRAWN, name: "Draw a token", help: "An empty canvas for a token of your own" },
        StartSpec { id: "firefly", name: "Firefly", help: "A drawn token that swims ahead" },
        StartSpec { id: "taiji", name: "Taiji", help: "A drawn token of two lobes" },
        StartSpec { id: "arrow", name: "Arrow", help: "A drawn token that points where it swims" },
    ],
    restarts: &[
        RestartSpec { id: "seeds", name: "Seeds", help: "Some discs of what grows, on the state of rest" },
        RestartSpec { id: "still", name: "A still", help: "One of the stills, repeated to the size of the field" },
        RestartSpec { id: "noise", name: "Noise", help: "Grows out of noise" },
    ],
    speed: 8,
    layers: &[],
    presets: READ_PRESETS,
    check: Some(CHECK_EQUATIONS),
    has_trails: false,
    imports: FormatRole::StillsImport,
    exports: Some(FormatRole::FieldExport),
};
