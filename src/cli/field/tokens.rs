//! The commands on scenes of drawn tokens.

use std::path::Path;
use std::time::Instant;

use anyhow::bail;
use glam::USizeVec2;
use serde_json::json;

use super::check::measured;
use super::write_series;
use crate::cli::background::{self, LearnCall};
use crate::cli::output::{Answer, Progress, warn};
use crate::gpu::BorrowedGpu;
use crate::media::picture::write_png;
use crate::worlds::field::engine::FieldEngine;
use crate::worlds::field::stills::write_npy;
use crate::worlds::field::studio::{CONTINUE, FieldView, TokenCertification};
use crate::worlds::field::tokens::{
    LOOK_EVERY, PairStatistics, Sighting, SkewEvidence, TokenCheckSettings, TokenDoc, TokenEnsemble, TokenEvidence,
    TokenFindings, TokenGrowth, TokenLive, TokenSummary, Tracker,
};
use crate::worlds::field::{FieldDoc, FieldError, FieldEvidence, FieldLive, FieldSubject};
use crate::worlds::studio::{TrainingStep, WorldInfo as _};

/// Looks of the tracker that a trail in a picture reaches back.
const TRAIL_LOOKS: usize = 40;

pub(super) fn learn(doc: &mut FieldDoc, resume: bool, call: LearnCall) -> anyhow::Result<Answer> {
    let FieldSubject::Tokens(tokens) = &mut doc.subject else {
        return Err(FieldError::Kind { found: "stills of a pattern", wanted: "drawn tokens" }.into());
    };
    let seed = tokens.settings.seed;
    tokens.validate()?;
    let begun = Instant::now();
    let method = if resume { CONTINUE } else { "tokens" };
    // A network that was taught further is none the worse for an early end.
    let replaces_a_rule = tokens.rule.is_some() && !resume;
    let (learned, TrainingStep { done: steps, figures, .. }) =
        background::learn(doc.clone().into(), method, call, replaces_a_rule)?;
    doc.set_learned(learned);
    let seconds = begun.elapsed().as_secs_f64();
    let [denoise, pool, motion] = figures.unwrap_or([f64::NAN; 3]);
    let facts = json!({
        "command": "learn",
        "seconds": seconds,
        "steps": steps,
        "steps_per_s": steps as f64 / seconds.max(1e-9),
        "loss_denoise": denoise,
        "loss_live": pool,
        "loss_motion": motion,
        "seed": seed,
    });
    let text = format!(
        "learned in {steps} steps and {seconds:.0} s; losses: denoise {denoise:.4}, live {pool:.4}, motion {motion:.3}\n\
         Next: unstill check, or unstill live"
    );
    Answer::new(text, &facts)
}

/// Twelve tokens on 96²: at rest, then swimming, then wounded, then grown.
pub(super) fn check(doc: &mut TokenDoc, settings: TokenCheckSettings, quiet: bool) -> anyhow::Result<Answer> {
    let FieldEvidence::Tokens(_, findings) = measured(TokenCertification::new(doc, settings)?, quiet)? else {
        bail!("the check found something else than the evidence of tokens");
    };
    let TokenFindings { evidence, pairs_at_rest, pairs_swimming, pairs_shuffled, pairs_tiler } = *findings;
    let TokenEvidence {
        at_rest,
        swimming,
        commanded,
        commanded_aside,
        commanded_turn,
        healed,
        grown,
        grown_of_fitting,
        fitting,
        turned,
        ..
    } = &evidence;
    let facts = json!({
        "command": "check",
        "rule": "tokens",
        "steps": settings.steps,
        "seed": settings.seed,
        "commanded": commanded,
        "commanded_aside": commanded_aside,
        "commanded_turn": commanded_turn,
        "count_start": swimming.count_start,
        "count_end": swimming.count_end,
        "contrast": swimming.contrast,
        "tail": swimming.tail,
        "shape": swimming.shape,
        "speed_along": swimming.speed_along,
        "speed_across": swimming.speed_across,
        "polarisation": swimming.polarisation,
        "swimming": swimming,
        "at_rest": at_rest,
        "turned": turned,
        "healed": healed,
        "grown": grown,
        "grown_of_fitting": grown_of_fitting,
        "fitting": fitting,
        "pairs": {
            "at_rest": pairs_at_rest,
            "swimming": pairs_swimming,
            "tiler": pairs_tiler,
            "shuffled_at_rest": pairs_shuffled[0],
            "shuffled_swimming": pairs_shuffled[1],
        },
    });
    let line = |name: &str, s: &TokenSummary| {
        format!(
            "\n{name:<9} {:>2} → {:<2} ({}..{})  contrast {:.2}  tail {:.2}  shape {:.2}  along {:.2}  across {:.2}  turn {:.2}  polarisation {:.2}",
            s.count_start,
            s.count_end,
            s.count_min,
            s.count_max,
            s.contrast,
            s.tail,
            s.shape,
            s.speed_along,
            s.speed_across,
            s.mean_turn,
            s.polarisation
        )
    };
    let mut text = format!(
        "{} live steps, speeds in px and turns in rad per 100 steps (commanded {commanded:.1} ahead, {commanded_aside:.1} aside, {commanded_turn:.2})",
        settings.steps
    );
    text += &line("at rest", at_rest);
    text += &line("swimming", swimming);
    if let Some(SkewEvidence { flow, swimming }) = turned {
        text += &line("with K∗s", swimming);
        text += &format!("  (K {}, radius {}, seed {})", flow.strength, flow.radius, flow.seed);
    }
    let order = |pairs: &PairStatistics| format!("{:.2} {:.2}", pairs.polarisation, pairs.alignment);
    text += &format!(
        "\nmean polarisation and alignment of neighbours: at rest {} (shuffled {}), swimming {} (shuffled {}), tiler {}",
        order(&pairs_at_rest),
        order(&pairs_shuffled[0]),
        order(&pairs_swimming),
        order(&pairs_shuffled[1]),
        order(&pairs_tiler)
    );
    if !doc.arrangement.is_free() {
        let share = |pairs: &PairStatistics| format!("{:.2}", pairs.in_groups);
        text += &format!(
            "\nshare of tokens in {}: at rest {} (shuffled {}), swimming {} (shuffled {}), tiler {}",
            doc.arrangement.word(),
            share(&pairs_at_rest),
            share(&pairs_shuffled[0]),
            share(&pairs_swimming),
            share(&pairs_shuffled[1]),
            share(&pairs_tiler)
        );
    }
    if let (Some(healed), Some(grown)) = (healed, grown) {
        text += &format!("\nhealed {healed:.2}, grown out of noise {grown:.2}");
    }
    if let (Some(share), Some(fitting)) = (grown_of_fitting, fitting) {
        text += &format!(" ({share:.2} of the {fitting} that fit)");
    }
    doc.evidence = Some(evidence);
    Answer::new(text, &facts)
}

/// Runs a field of tokens through its growth, if it has one, and at `live`; returns what the tracker saw, the start included.
fn watch(
    engine: &mut FieldEngine,
    ensemble: &TokenEnsemble,
    steps: u32,
    growth: Option<TokenGrowth>,
    live: &TokenLive,
    mut progress: impl FnMut(u32),
) -> Result<Vec<Vec<Sighting>>, FieldError> {
    let tracker = Tracker::new(ensemble);
    let mut looks = vec![tracker.find(&engine.image()?)];
    let mut done = 0;
    while done < steps {
        let hot = growth.and_then(|growth| growth.at(done.into(), live));
        let now = if hot.is_some() { 1 } else { (LOOK_EVERY - done % LOOK_EVERY).min(steps - done) };
        engine.set_token_live(hot.as_ref().unwrap_or(live));
        engine.run(now);
        done += now;
        if done.is_multiple_of(LOOK_EVERY) {
            looks.push(tracker.find(&engine.image()?));
        }
        progress(done);
    }
    Ok(looks)
}

pub(super) struct LiveOptions<'a> {
    pub steps: u32,
    pub png: Option<&'a Path>,
    pub csv: Option<&'a Path>,
    pub npy: Option<&'a Path>,
    pub scale: u32,
    /// On light ground.
    pub light: bool,
    pub gpu: Option<BorrowedGpu<'a>>,
    pub quiet: bool,
}

pub(super) fn live(doc: &mut FieldDoc, options: &LiveOptions) -> anyhow::Result<Answer> {
    let FieldSubject::Tokens(tokens) = &doc.subject else {
        return Err(FieldError::Kind { found: "stills of a pattern", wanted: "drawn tokens" }.into());
    };
    let mut bar = Progress::new(u64::from(options.steps), options.quiet);
    bar.phase("live");
    let ensemble = tokens.ensemble();
    let mut engine = FieldEngine::new(doc, options.gpu)?;
    let begun = Instant::now();
    let looks = watch(&mut engine, &ensemble, options.steps, doc.growth(), &tokens.live, |done| {
        bar.at(u64::from(done), String::new);
    })?;
    // Reading the image back also finishes the queued steps of a GPU, which count in the speed.
    let last = engine.image()?;
    let steps_per_s = f64::from(options.steps) / begun.elapsed().as_secs_f64().max(1e-9);
    let [width, height] = engine.size();
    let summary = TokenSummary::of(&looks, LOOK_EVERY, USizeVec2::from(engine.size()).as_dvec2());
    let counters = engine.counters()?;
    if counters.non_finite > 0 {
        warn(&format!("{} values became NaN or infinite; lower sigma or the speed", counters.non_finite));
    }
    if let Some(path) = options.csv {
        let rows = looks.iter().enumerate().map(|(k, look)| {
            let s = TokenSummary::of(std::slice::from_ref(look), LOOK_EVERY, USizeVec2::from(engine.size()).as_dvec2());
            (k as u32 * LOOK_EVERY, s.count_end, s.shape, s.contrast, s.tail, s.polarisation)
        });
        write_series(path, &["step", "count", "shape", "contrast", "tail", "polarisation"], rows)?;
    }
    if let Some(path) = options.png {
        let noisy = engine.noisy()?;
        let view =
            FieldView { image: &last, noisy: Some(&noisy), looks: &looks[looks.len().saturating_sub(TRAIL_LOOKS)..] };
        write_png(path, &view.picture(doc, options.scale, options.light))?;
    }
    if let Some(path) = options.npy {
        write_npy(path, std::slice::from_ref(&last))?;
    }
    doc.save_field(last);
    let facts = json!({
        "command": "live",
        "rule": "tokens",
        "size": [width, height],
        "steps": options.steps,
        "steps_per_s": (options.steps > 0).then_some(steps_per_s),
        "tokens": summary,
        "non_finite": counters.non_finite,
        "bytes_per_pixel": counters.bytes_per_pixel,
    });
    let text = format!(
        "{width} × {height} pixels, {} steps live ({steps_per_s:.0} steps/s, tracker included), {} bytes a pixel\n\
         {} → {} tokens, shape {:.2}, along {:.2} and across {:.2} px per 100 steps",
        options.steps,
        counters.bytes_per_pixel,
        summary.count_start,
        summary.count_end,
        summary.shape,
        summary.speed_along,
        summary.speed_across
    );
    Answer::new(text, &facts)
}

/// How tokens are grouped, after a comma; nothing of free ones.
pub(super) fn groups_line(doc: &TokenDoc) -> String {
    if doc.arrangement.is_free() {
        return String::new();
    }
    let size = if doc.arrangement.members() == 3 { " of three" } else { "" };
    format!(", in {}{size} at {} pixels", doc.arrangement.word(), doc.group_distance_px())
}

pub(super) fn info(title: &str, doc: &TokenDoc, live: &FieldLive) -> anyhow::Result<Answer> {
    let facts = json!({
        "command": "info",
        "world": "field",
        "subject": "tokens",
        "title": title,
        "kinds": doc.tokens.len(),
        "clearance_px": doc.clearance_px,
        "arrangement": doc.arrangement,
        "group_px": doc.group_distance_px(),
        "settings": doc.settings,
        "token_live": doc.live,
        "skew": doc.skew,
        "live": live,
        "learned": doc.rule.is_some(),
        "rules": usize::from(doc.rule.is_some()) + doc.others.len(),
        "evidence": doc.evidence,
    });
    let [width, height] = live.size;
    let rule = if doc.rule.is_some() { "a network" } else { "none yet: unstill learn" };
    let mut text = format!(
        "title     {title}\ntokens    kinds: {}, {} pixels apart{}\nrule      {rule}\nlive      {width} × {height} pixels, {} px per step",
        doc.tokens.len(),
        doc.clearance_px,
        groups_line(doc),
        doc.live.swim_px
    );
    if let Some(e) = &doc.evidence {
        text += &format!(
            "\nevidence  after {} steps: at rest {} → {}, swimming {} → {} at {:.2} px per 100 steps (commanded {:.1})",
            e.steps,
            e.at_rest.count_start,
            e.at_rest.count_end,
            e.swimming.count_start,
            e.swimming.count_end,
            e.swimming.speed_along,
            e.commanded
        );
    }
    Answer::new(text, &facts)
}
