//! The knobs of the field world, and where each is stored.

use super::tokens;
use crate::worlds::field::library::{Library, LibrarySettings, MAX_FUNCTIONALS, MIN_FUNCTIONALS};
use crate::worlds::field::stills::GrayScottRun;
use crate::worlds::field::{FieldDoc, FieldSubject, LibraryDoc, MAX_SIDE, PatternChannels, PatternPalette};
use crate::worlds::studio::KnobScale::{Choice, Linear, Switch, Whole, WholeLogarithmic};
use crate::worlds::studio::{KnobGroup, KnobSpec};

/// The knobs of a field that a library of terms moves.
pub const KNOBS: &[KnobSpec] = &[
    KnobSpec::new(
        ("feed", "Feed", "F", ""),
        "Rate at which u flows in, of the stills that are simulated",
        0.006,
        [0.001, 0.1],
        Linear,
        KnobGroup::Paint,
    ),
    KnobSpec::new(
        ("kill", "Kill", "k", ""),
        "Rate at which v is taken out, of the stills that are simulated",
        0.045,
        [0.01, 0.08],
        Linear,
        KnobGroup::Paint,
    ),
    KnobSpec::new(
        ("steps", "Steps", "", ""),
        "Steps of each run",
        5000.0,
        [500.0, 50_000.0],
        WholeLogarithmic,
        KnobGroup::Paint,
    ),
    KnobSpec::new(
        ("runs", "Runs", "", ""),
        "Independent runs that teach and test",
        120.0,
        [20.0, 1000.0],
        WholeLogarithmic,
        KnobGroup::Learn,
    ),
    KnobSpec::new(
        ("functionals", "Functionals", "", ""),
        "Tests of stationarity; there should be fewer than runs",
        80.0,
        [MIN_FUNCTIONALS as f64, 400.0],
        Whole,
        KnobGroup::Learn,
    )
    .bounded([MIN_FUNCTIONALS as f64, MAX_FUNCTIONALS as f64]),
    KnobSpec::new(
        ("twelve", "Large library", "", ""),
        "Twelve terms for each equation instead of six",
        0.0,
        [0.0, 1.0],
        Switch,
        KnobGroup::Learn,
    ),
    KnobSpec::new(
        ("prune", "Remove terms", "", ""),
        "Leaves out terms that the stills do not need",
        1.0,
        [0.0, 1.0],
        Switch,
        KnobGroup::Learn,
    ),
    KnobSpec::new(
        ("time_step", "Time step", "", ""),
        "Time of one step; above the largest stable one it has no effect",
        1.0,
        [0.05, 2.0],
        Linear,
        KnobGroup::Live,
    ),
    KnobSpec::new(
        ("size", "Field size", "", "pixels"),
        "Width and height of the field; a change restarts it",
        128.0,
        [32.0, MAX_SIDE as f64],
        WholeLogarithmic,
        KnobGroup::Live,
    ),
    KnobSpec::new(
        ("channels", "Channels", "", ""),
        "One channel by the palette, or both: blue where u differs from rest, orange where v does, white where both do",
        0.0,
        [0.0, (PatternChannels::NAMES.len() - 1) as f64],
        Choice(PatternChannels::NAMES),
        KnobGroup::Live,
    ),
    KnobSpec::new(
        ("palette", "Palette", "", ""),
        "Colours of one channel; each grows lighter or darker all the way, so that hues need not be distinguished",
        0.0,
        [0.0, (PatternPalette::NAMES.len() - 1) as f64],
        Choice(PatternPalette::NAMES),
        KnobGroup::Live,
    ),
    KnobSpec::new(
        ("seed", "Seed", "", ""),
        "Seed of the start; a change restarts the field",
        1.0,
        [0.0, 999.0],
        Whole,
        KnobGroup::Live,
    ),
];

/// The value of a knob; NaN of an unknown one.
pub(super) fn value(doc: &FieldDoc, id: &str) -> f64 {
    let library = match &doc.subject {
        FieldSubject::Library(library) => library,
        FieldSubject::Tokens(tokens) => return tokens::knob_value(doc, tokens, id),
    };
    let recipe = library.recipe.unwrap_or_default();
    let switch = |on: bool| f64::from(u8::from(on));
    match id {
        "feed" => recipe.law.f,
        "kill" => recipe.law.k,
        "steps" => recipe.steps as f64,
        "runs" => recipe.runs as f64,
        "functionals" => library.settings.functionals as f64,
        "twelve" => switch(library.settings.library == Library::Twelve),
        "prune" => switch(library.settings.prune),
        "time_step" => doc.live.time_step,
        "size" => doc.live.size[0] as f64,
        "channels" => position(&PatternChannels::ALL, library.look.channels),
        "palette" => position(&PatternPalette::ALL, library.look.palette),
        "seed" => doc.live.seed as f64,
        _ => f64::NAN,
    }
}

/// Sets a knob to a value in its range. The constants of the simulator belong to simulated stills alone.
pub(super) fn set(doc: &mut FieldDoc, id: &str, value: f64) {
    let FieldSubject::Library(LibraryDoc { recipe, settings, look, .. }) = &mut doc.subject else {
        tokens::set_knob(doc, id, value);
        return;
    };
    let mut with = |change: &dyn Fn(&mut GrayScottRun)| recipe.iter_mut().for_each(change);
    let LibrarySettings { functionals, library, prune, .. } = settings;
    match id {
        "feed" => with(&|recipe| recipe.law.f = value),
        "kill" => with(&|recipe| recipe.law.k = value),
        "steps" => with(&|recipe| recipe.steps = value as usize),
        "runs" => with(&|recipe| recipe.runs = value as usize),
        "functionals" => *functionals = value as usize,
        "twelve" => *library = if value >= 0.5 { Library::Twelve } else { Library::Six },
        "prune" => *prune = value >= 0.5,
        "time_step" => doc.live.time_step = value,
        "size" => {
            doc.live.size = [value as usize; 2];
            doc.begin_again();
        }
        "channels" => look.channels = PatternChannels::ALL.get(value as usize).copied().unwrap_or_default(),
        "palette" => look.palette = PatternPalette::ALL.get(value as usize).copied().unwrap_or_default(),
        "seed" => doc.live.seed = value as u64,
        _ => {}
    }
}

/// Place of a choice in its list.
fn position<T: PartialEq>(all: &[T], choice: T) -> f64 {
    all.iter().position(|one| *one == choice).map_or(0.0, |k| k as f64)
}
