//! The tables of drawn tokens in the studio.

use super::{canvas, tracking};
use crate::worlds::field::tokens::{
    MAX_CANVAS, MAX_CLEARANCE_PX, MAX_CURVE_RAD_PER_PX, MAX_SIZE_PX, MAX_SKEW, MAX_SKEW_RADIUS, MIN_CANVAS,
    MIN_CLEARANCE_PX, MIN_GROUP_PX, MIN_SIZE_PX, TokenArrangement, TokenColours, TokenDoc, TokenMotion,
};
use crate::worlds::field::{FieldDoc, FieldSubject};
use crate::worlds::studio::KnobScale::{Choice, Linear, Switch, Whole, WholeLogarithmic};
use crate::worlds::studio::{
    BrushSpec, BrushTouch, BrushWorkspace, KnobGroup, KnobSpec, MAX_LEARNING_STEPS, MethodSpec, PresetSpec,
    RestartSpec, WorldTables,
};

/// The certificate as a job.
pub(super) const CHECK_TOKENS: MethodSpec = MethodSpec {
    id: "check",
    name: "Check",
    help: "Runs twelve tokens for 10,000 steps at rest and swimming (and with K*s, where it has a strength), wounds them, \
           and grows them out of noise. Takes some minutes",
};

const TOKEN_PRESETS: &[PresetSpec] = &[
    PresetSpec {
        id: "quick",
        name: "Quick",
        help: "Tokens that live and may lose their thin parts",
        knobs: &[("steps", 800.0)],
    },
    PresetSpec { id: "standard", name: "Standard", help: "Tokens that keep their shape", knobs: &[("steps", 3000.0)] },
    PresetSpec {
        id: "thorough",
        name: "Thorough",
        help: "As the bundled tokens were taught",
        knobs: &[("steps", 10_000.0)],
    },
];

const fn brush(id: &'static str, name: &'static str, help: &'static str) -> BrushSpec {
    BrushSpec { id, name, help, workspace: BrushWorkspace::Live, touch: BrushTouch::Dabs }
}

/// The knobs of a field of tokens.
pub const TOKEN_KNOBS: &[KnobSpec] = &[
    KnobSpec::new(
        ("canvas", "Canvas", "", "pixels"),
        "Pixels of a side of the canvas; what is drawn stays in the middle",
        24.0,
        [MIN_CANVAS as f64, MAX_CANVAS as f64],
        Whole,
        KnobGroup::Paint,
    ),
    KnobSpec::new(
        ("token_size", "Token size", "", "pixels"),
        "Width of the canvas in the field",
        16.0,
        [MIN_SIZE_PX, MAX_SIZE_PX],
        Linear,
        KnobGroup::Paint,
    )
    .bounded([MIN_SIZE_PX, MAX_SIZE_PX]),
    KnobSpec::new(
        ("clearance", "Distance", "", "pixels"),
        "Closest distance of two tokens, or of two groups; it follows the drawing until it is set",
        16.0,
        [MIN_CLEARANCE_PX, MAX_CLEARANCE_PX],
        Linear,
        KnobGroup::Paint,
    ),
    KnobSpec::new(
        ("arrangement", "Arrangement", "", ""),
        "Whether the tiler places tokens alone, in pairs side by side, or in chains of three, nose to tail; a change restarts the field",
        0.0,
        [0.0, (TokenArrangement::NAMES.len() - 1) as f64],
        Choice(TokenArrangement::NAMES),
        KnobGroup::Paint,
    ),
    KnobSpec::new(
        ("group_distance", "In groups", "", "pixels"),
        "Distance of neighbours in a pair or chain; two thirds of the distance of groups until it is set",
        11.0,
        [MIN_GROUP_PX, MAX_CLEARANCE_PX],
        Linear,
        KnobGroup::Paint,
    ),
    KnobSpec::new(
        ("swim", "Swim", "g", "pixels per step"),
        "How fast tokens swim ahead",
        0.05,
        [0.0, 0.2],
        Linear,
        KnobGroup::Live,
    ),
    KnobSpec::new(
        ("slide", "Slide", "s", "pixels per step"),
        "How fast tokens move to their right, or to their left below 0",
        0.0,
        [-0.1, 0.1],
        Linear,
        KnobGroup::Live,
    ),
    KnobSpec::new(
        ("turn", "Turn", "ω", "radians per step"),
        "How fast tokens turn to the right, or to the left below 0",
        0.0,
        [-0.03, 0.03],
        Linear,
        KnobGroup::Live,
    ),
    KnobSpec::new(
        ("sigma", "Temperature", "σ", ""),
        "Noise of the live field; the network is taught at one level",
        0.3,
        [0.05, 0.6],
        Linear,
        KnobGroup::Live,
    ),
    KnobSpec::new(
        ("relaxation", "Relaxation", "η", ""),
        "Pull of the network towards whole tokens",
        1.0,
        [0.0, 3.0],
        Linear,
        KnobGroup::Live,
    ),
    KnobSpec::new(
        ("skew", "Circulation", "K*s", ""),
        "Strength of the training-free flow, which turns the noise by a random skew kernel; any strength keeps the picture",
        0.0,
        [-MAX_SKEW, MAX_SKEW],
        Linear,
        KnobGroup::Live,
    ),
    KnobSpec::new(
        ("skew_radius", "Kernel radius", "", "pixels"),
        "Radius of the kernel K",
        1.0,
        [0.0, MAX_SKEW_RADIUS as f64],
        Whole,
        KnobGroup::Live,
    ),
    KnobSpec::new(
        ("skew_seed", "Kernel seed", "", ""),
        "Another seed draws another kernel K",
        1.0,
        [0.0, 999.0],
        Whole,
        KnobGroup::Live,
    ),
    KnobSpec::new(("step", "Step", "c", ""), "Time of one step", 0.1, [0.01, 0.5], Linear, KnobGroup::Live),
    KnobSpec::new(
        ("tokens", "Tokens", "", "per 96² pixels"),
        "Tokens of a fresh field; a change restarts it",
        12.0,
        [1.0, 40.0],
        Whole,
        KnobGroup::Live,
    ),
    KnobSpec::new(
        ("size", "Field size", "", "pixels"),
        "Width and height of the field, in steps of 16; a change restarts it",
        128.0,
        [64.0, 512.0],
        WholeLogarithmic,
        KnobGroup::Live,
    ),
    KnobSpec::new(
        ("half", "Half precision", "", ""),
        "Weights and activations of 16 bits, on a graphics card that has them: less memory, a little less exact",
        0.0,
        [0.0, 1.0],
        Switch,
        KnobGroup::Live,
    ),
    KnobSpec::new(
        ("raw", "With noise", "", ""),
        "Shows the field as it moves, with its noise, instead of what it is denoised to",
        0.0,
        [0.0, 1.0],
        Switch,
        KnobGroup::Live,
    ),
    KnobSpec::new(
        ("headings", "Headings", "", ""),
        "An arrow where each token heads",
        0.0,
        [0.0, 1.0],
        Switch,
        KnobGroup::Live,
    ),
    KnobSpec::new(
        ("trails", "Trails", "", ""),
        "Dots where tokens have been",
        0.0,
        [0.0, 1.0],
        Switch,
        KnobGroup::Live,
    ),
    KnobSpec::new(
        ("colours", "Colours", "", ""),
        "As drawn, or one channel in grey",
        0.0,
        [0.0, (TokenColours::NAMES.len() - 1) as f64],
        Choice(TokenColours::NAMES),
        KnobGroup::Live,
    ),
    KnobSpec::new(
        ("steps", "Steps", "", ""),
        "Optimiser steps of the network",
        3000.0,
        [100.0, 20_000.0],
        WholeLogarithmic,
        KnobGroup::Learn,
    )
    .bounded([1.0, MAX_LEARNING_STEPS as f64]),
    KnobSpec::new(
        ("seed", "Seed", "", ""),
        "Another seed teaches another rule",
        1.0,
        [0.0, 999.0],
        Whole,
        KnobGroup::Learn,
    ),
    KnobSpec::new(
        ("align", "Alignment", "", "radians"),
        "How far tokens are taught to turn towards the mean heading of their neighbours; above 0.2 they lose contrast",
        0.0,
        [0.0, 0.5],
        Linear,
        KnobGroup::Learn,
    )
    .bounded([0.0, f64::INFINITY]),
    KnobSpec::new(
        ("attract", "Attraction", "", "pixels"),
        "How far tokens are taught to be nearer to their neighbours; swimming ones then run into one another",
        0.0,
        [0.0, 1.0],
        Linear,
        KnobGroup::Learn,
    )
    .bounded([0.0, f64::INFINITY]),
    KnobSpec::new(
        ("curve", "Curve", "", "rad/px"),
        "What a token is taught to turn by while it swims, to the right above 0; at 0.1 it swims on circles of 10 pixels",
        0.0,
        [-MAX_CURVE_RAD_PER_PX, MAX_CURVE_RAD_PER_PX],
        Linear,
        KnobGroup::Learn,
    )
    .bounded([-MAX_CURVE_RAD_PER_PX, MAX_CURVE_RAD_PER_PX]),
    KnobSpec::new(
        ("teach_slide", "Slide head", "", "pixels per step"),
        "Fastest slide to a side that tokens are taught, by a head of its own; Live then has a knob for it. 0: none",
        0.0,
        [0.0, 0.1],
        Linear,
        KnobGroup::Learn,
    )
    .bounded([0.0, 1.0])
    .with_option("slide"),
    KnobSpec::new(
        ("teach_turn", "Turn head", "", "radians per step"),
        "Fastest turn that tokens are taught, by a head of its own; Live then has a knob for it. 0: none",
        0.0,
        [0.0, 0.03],
        Linear,
        KnobGroup::Learn,
    )
    .bounded([0.0, 0.3])
    .with_option("turn"),
];

pub(super) const TOKEN_TABLES: WorldTables = WorldTables {
    still_name: "tokens",
    live_name: "field",
    knobs: TOKEN_KNOBS,
    brushes: &[
        canvas::PEN,
        canvas::LINE,
        canvas::FILL,
        canvas::ERASE,
        canvas::PICK,
        brush("add", "Stamp", "Places a token that heads along the stroke"),
        brush("remove", "Erase", "Removes what is under the pointer"),
        brush("wound", "Wound", "Takes out every other pixel, to see whether it heals"),
        brush("stir", "Push", "Carries tokens along with the pointer"),
    ],
    actions: canvas::ACTIONS,
    palette: canvas::PALETTE,
    series: tracking::SERIES,
    methods: &[MethodSpec {
        id: "tokens",
        name: "Teach the tokens",
        help: "A small network learns to keep tokens whole while they move, from its own live chain",
    }],
    starts: super::TABLES.starts,
    restarts: &[
        RestartSpec { id: "seeds", name: "Fresh tokens", help: "As many tokens as set, at random poses" },
        RestartSpec { id: "noise", name: "Noise", help: "Grows out of noise" },
    ],
    speed: 1,
    layers: &[],
    presets: TOKEN_PRESETS,
    check: Some(CHECK_TOKENS),
    has_trails: false,
    imports: super::TABLES.imports,
    exports: super::TABLES.exports,
};

/// The value of a knob; NaN of an unknown one.
pub(super) fn knob_value(doc: &FieldDoc, tokens: &TokenDoc, id: &str) -> f64 {
    let first = tokens.tokens.first();
    let switch = |on: bool| f64::from(u8::from(on));
    match id {
        "canvas" => first.map_or(f64::NAN, |token| token.side as f64),
        "token_size" => first.map_or(f64::NAN, |token| token.size_px),
        "clearance" => tokens.clearance_px,
        "arrangement" => TokenArrangement::ALL.iter().position(|a| *a == tokens.arrangement).map_or(0.0, |k| k as f64),
        "group_distance" => tokens.group_distance_px(),
        "half" => switch(tokens.live.half_precision),
        "raw" => switch(tokens.look.raw),
        "headings" => switch(tokens.look.headings),
        "trails" => switch(tokens.look.trails),
        "colours" => TokenColours::ALL.iter().position(|c| *c == tokens.look.colours).map_or(0.0, |k| k as f64),
        "swim" => tokens.live.swim_px,
        "slide" => tokens.live.slide_px,
        "turn" => tokens.live.turn_rad,
        "sigma" => tokens.live.sigma,
        "relaxation" => tokens.live.relaxation,
        "step" => tokens.live.live_step,
        "skew" => tokens.skew.strength,
        "skew_radius" => tokens.skew.radius as f64,
        "skew_seed" => tokens.skew.seed as f64,
        "tokens" => tokens.live.tokens as f64,
        "size" => doc.live.size[0] as f64,
        "steps" => tokens.settings.steps as f64,
        "seed" => tokens.settings.seed as f64,
        "align" => tokens.settings.align_rad,
        "attract" => tokens.settings.attract_px,
        "curve" => tokens.settings.curve_rad_per_px,
        "teach_slide" => tokens.settings.max_slide_px,
        "teach_turn" => tokens.settings.max_turn_rad,
        _ => f64::NAN,
    }
}

/// Whether a knob does anything: commands need a rule that was taught to follow them.
pub(super) fn has_effect(tokens: &TokenDoc, id: &str) -> bool {
    match TokenMotion::of_knob(id) {
        // Every rule is taught to swim.
        None | Some(TokenMotion::Swim) => true,
        Some(motion) => tokens.follows(motion),
    }
}

/// Sets a knob to a value in its range.
pub(super) fn set_knob(doc: &mut FieldDoc, id: &str, value: f64) {
    /// Sides of a field of tokens are multiples of this.
    const GRID: f64 = 16.0;
    if id == "size" {
        doc.live.size = [((value / GRID).round() * GRID) as usize; 2];
    }
    if matches!(id, "size" | "tokens" | "arrangement") {
        doc.begin_again();
    }
    let FieldSubject::Tokens(tokens) = &mut doc.subject else { return };
    match id {
        "canvas" => tokens.redraw(|drawn| drawn.iter_mut().for_each(|token| token.resize(value as usize))),
        "token_size" => tokens.redraw(|drawn| drawn.iter_mut().for_each(|token| token.size_px = value)),
        "clearance" => tokens.set_clearance(value),
        "arrangement" => {
            let arrangement = TokenArrangement::ALL.get(value as usize).copied().unwrap_or_default();
            tokens.set_groups(arrangement, tokens.group_px);
        }
        "group_distance" => {
            tokens.set_groups(tokens.arrangement, Some(value));
        }
        "half" => tokens.live.half_precision = value >= 0.5,
        "raw" => tokens.look.raw = value >= 0.5,
        "headings" => tokens.look.headings = value >= 0.5,
        "trails" => tokens.look.trails = value >= 0.5,
        "colours" => tokens.look.colours = TokenColours::ALL.get(value as usize).copied().unwrap_or_default(),
        "swim" => tokens.live.swim_px = value,
        "slide" => tokens.live.slide_px = value,
        "turn" => tokens.live.turn_rad = value,
        "sigma" => tokens.live.sigma = value,
        "relaxation" => tokens.live.relaxation = value,
        "step" => tokens.live.live_step = value,
        "skew" => tokens.skew.strength = value,
        "skew_radius" => tokens.skew.radius = value as usize,
        "skew_seed" => tokens.skew.seed = value as u64,
        "tokens" => tokens.live.tokens = value as usize,
        "steps" => tokens.settings.steps = value as usize,
        "seed" => tokens.settings.seed = value as u64,
        "align" => tokens.settings.align_rad = value,
        "attract" => tokens.settings.attract_px = value,
        "curve" => tokens.settings.curve_rad_per_px = value,
        "teach_slide" => tokens.settings.max_slide_px = value,
        "teach_turn" => tokens.settings.max_turn_rad = value,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::field::tokens::net::TokenNet;
    use crate::worlds::field::tokens::{Token, TokenRule};

    #[test]
    fn each_motion_has_a_knob_that_needs_a_taught_head() {
        for motion in TokenMotion::ALL {
            let is_its_row = |row: &KnobSpec| row.group == KnobGroup::Live && row.id == motion.knob();
            let row = TOKEN_KNOBS.iter().find(|row| is_its_row(row)).unwrap();
            assert_eq!(row.option(), motion.knob());
            assert_eq!(TokenMotion::of_knob(row.id), Some(motion));
        }
        let mut tokens = TokenDoc::new(vec![Token::bundled("dot").unwrap()]).unwrap();
        let have_effect = |tokens: &TokenDoc| TokenMotion::ALL.map(|motion| has_effect(tokens, motion.knob()));
        assert_eq!(have_effect(&tokens), [true, false, false], "there is no rule");
        let mut net = TokenNet::random(1);
        net.empty_head(TokenMotion::Slide);
        tokens.rule = Some(TokenRule::untaught(net));
        assert_eq!(have_effect(&tokens), [true, false, true]);
        assert!(has_effect(&tokens, "sigma"));
    }
}
