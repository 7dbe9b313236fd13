//! The rules of the picture in the list: the equations, or the networks of tokens and what drives them.

use glam::DVec2;
use image::RgbaImage;

use super::certificate::tenths;
use super::draw::{Shades, draw_pattern};
use super::picture::FieldView;
use crate::worlds::field::engine::LibraryEngine;
use crate::worlds::field::library::FoundConstants;
use crate::worlds::field::tokens::{
    TokenDoc, TokenDrive, TokenEngine, TokenEvidence, TokenLive, TokenSummary, Tracker,
};
use crate::worlds::field::{FieldDoc, FieldSubject, LibraryDoc};
use crate::worlds::studio::{DrawOptions, FlowRow, Viewpoint};

/// Steps of the equations from a still to their picture.
const EQUATION_STEPS: u32 = 400;
/// Field of the picture of a network, steps to it, and steps between two marks of a trail.
const SIZE: [usize; 2] = [80, 64];
const TOKEN_STEPS: u32 = 120;
const MARK_EVERY: u32 = 20;

/// The rule of a pattern.
pub(super) fn library_rows(library: &LibraryDoc) -> Vec<FlowRow> {
    let row = |rule| {
        let constants =
            FoundConstants::of(rule).map(|c| format!("F {:.4}, k {:.4}, Du {:.3}, Dv {:.3}", c.f, c.k, c.du, c.dv));
        let facts = constants.unwrap_or_else(|| "equations".to_owned());
        FlowRow { name: "library".to_owned(), facts, is_chosen: true, ..FlowRow::default() }
    };
    library.rule.as_ref().map(row).into_iter().collect()
}

/// The chosen rule, those of other seeds, then the drives.
pub(super) fn token_rows(tokens: &TokenDoc) -> Vec<FlowRow> {
    let count = tokens.rules().count();
    let rule = |k: usize| FlowRow {
        name: tokens.rule_name(k),
        facts: tokens.evidence_of(k).map_or(String::new(), evidence_in_short),
        is_chosen: k == 0,
        can_be_deleted: k > 0,
        can_be_renamed: true,
        ..FlowRow::default()
    };
    let drive = |drive: &TokenDrive| FlowRow {
        name: drive.name.to_owned(),
        facts: drive_in_short(drive, tokens.evidence.as_ref()),
        is_chosen: drive.is_on(tokens),
        is_drive: true,
        ..FlowRow::default()
    };
    // Without a rule nothing can be driven.
    let drives = TokenDrive::all(tokens).iter().filter(|_| count > 0).map(drive);
    (0..count).map(rule).chain(drives).collect()
}

/// The certificate in a line: tokens kept while they swim.
fn evidence_in_short(evidence: &TokenEvidence) -> String {
    let swimming = &evidence.swimming;
    format!("{} of {} after {} steps", swimming.count_end, swimming.count_start, evidence.steps)
}

fn drive_in_short(drive: &TokenDrive, evidence: Option<&TokenEvidence>) -> String {
    let [swim, _, turn] = drive.command;
    let what = match (swim, turn, drive.skew.strength) {
        (0.0, _, 0.0) => "g 0".to_owned(),
        (swim, 0.0, 0.0) => format!("g {swim} pixels per step"),
        (swim, turn, 0.0) => format!("g {swim} pixels, ω {turn} radians per step"),
        (swim, _, strength) => format!("g {swim}, K*s of {strength}, radius {}", drive.skew.radius),
    };
    let measured = evidence.filter(|_| drive.skew.strength == 0.0).and_then(|evidence| {
        let is_rest = drive.command == [0.0; 3];
        let per_100 = [evidence.commanded, evidence.commanded_aside, evidence.commanded_turn];
        let is_measured = per_100.iter().zip(drive.command).all(|(a, b)| (a - 100.0 * b).abs() < 1e-9);
        if is_rest { Some(&evidence.at_rest) } else { is_measured.then_some(&evidence.swimming) }
    });
    let counted = |s: &TokenSummary| {
        format!("; {} of {} stay, {:.1} px per 100 steps", s.count_end, s.count_start, tenths(s.speed_along))
    };
    what + &measured.map_or(String::new(), counted)
}

/// Chooses the rule or the drive at `index` of [`token_rows`].
pub(super) fn choose(tokens: &mut TokenDoc, index: usize) {
    match index.checked_sub(tokens.rules().count()).map(|drive| TokenDrive::all(tokens).get(drive)) {
        None => tokens.choose_rule(index),
        Some(Some(drive)) => {
            (tokens.live, tokens.skew) = (tokens.live.commanded(drive.command), drive.skew);
        }
        Some(None) => {}
    }
}

/// Draws what the row at `index` does: a still some steps on, or a few tokens on their way; false where nothing moves.
pub(super) fn draw(doc: &FieldDoc, index: usize, options: DrawOptions, picture: &mut RgbaImage) -> bool {
    match &doc.subject {
        FieldSubject::Library(library) => draw_library(library, options, picture),
        FieldSubject::Tokens(tokens) => draw_tokens(doc, tokens, index, options, picture),
    }
}

fn draw_library(library: &LibraryDoc, options: DrawOptions, picture: &mut RgbaImage) -> bool {
    let (Some(rule), Some(still)) = (&library.rule, library.stills.first()) else { return false };
    let mut engine = LibraryEngine::new(rule, still);
    engine.run(EQUATION_STEPS);
    let size = DVec2::new(still.width as f64, still.height as f64);
    let shades = Shades::of_rule(rule, library.look, options.light);
    draw_pattern(&engine.image(), &Viewpoint::flat(0.5 * size, 0.5 * size.y), &shades, picture);
    true
}

fn draw_tokens(doc: &FieldDoc, tokens: &TokenDoc, index: usize, options: DrawOptions, picture: &mut RgbaImage) -> bool {
    let count = tokens.rules().count();
    let Some(rule) = tokens.rules().nth(if index < count { index } else { 0 }) else { return false };
    let mut live = tokens.live;
    let mut skew = tokens.skew;
    if let Some(drive) = index.checked_sub(count).and_then(|drive| TokenDrive::all(tokens).get(drive)) {
        (live, skew) = (live.commanded(drive.command), drive.skew);
    }
    let ensemble = tokens.ensemble();
    let start = TokenDoc { live: TokenLive { tokens: tokens.live.tokens.min(12), ..live }, ..tokens.clone() }
        .start_image(SIZE, 1);
    let mut engine = TokenEngine::new(rule, &ensemble, &live, &start, 1);
    engine.set_skew(&skew);
    let tracker = Tracker::new(&ensemble);
    let mut looks = vec![tracker.find(&start)];
    for _ in 0..TOKEN_STEPS / MARK_EVERY {
        engine.run(MARK_EVERY);
        looks.push(tracker.find(&engine.image()));
    }
    let image = engine.image();
    let mut shown = doc.clone();
    if let FieldSubject::Tokens(tokens) = &mut shown.subject {
        (tokens.look.headings, tokens.look.trails, tokens.look.raw) = (true, true, false);
    }
    let size = DVec2::new(SIZE[0] as f64, SIZE[1] as f64);
    let view = Viewpoint::flat(0.5 * size, 0.5 * size.y);
    FieldView { looks: &looks, ..FieldView::of(&image) }.draw(&shown, &view, options.light, picture);
    true
}
