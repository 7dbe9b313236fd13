//! `unstill study gray-scott`: the 4 × 4 table of laws and patterns.

use clap::ValueEnum;
use serde_json::json;

use crate::cli::output::{Answer, Progress};
use crate::worlds::field::measures::{GrayScottStudy, SkewRow, StudyOptions, StudyRow};
use crate::worlds::field::stills::{GrayScottRun, PRESETS};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// What is studied
    system: StudiedSystem,
    /// Seeds; each gives a table
    #[arg(long, value_delimiter = ',', default_value = "1,2")]
    seeds: Vec<u64>,
    /// Side of the torus, pixels
    #[arg(long, default_value_t = GrayScottRun::default().size)]
    size: usize,
    /// Independent random starts for each law
    #[arg(long, default_value_t = GrayScottRun::default().runs)]
    runs: usize,
    /// Live steps of the comparison with the truth; 0 leaves it out
    #[arg(long, default_value_t = StudyOptions::default().live_steps)]
    live_steps: u32,
    /// Steps of the denoiser whose score the training-free flow K∗s turns; 0 leaves that flow out
    #[arg(long, default_value_t = StudyOptions::default().skew_steps)]
    skew_steps: usize,
}

#[derive(Clone, Copy, ValueEnum)]
enum StudiedSystem {
    GrayScott,
}

/// # Errors
/// Options out of range.
pub(crate) fn run(args: &Args, quiet: bool) -> anyhow::Result<Answer> {
    let StudiedSystem::GrayScott = args.system;
    let default = StudyOptions::default();
    let recipe = GrayScottRun { size: args.size, runs: args.runs, ..default.recipe };
    let options = StudyOptions { recipe, live_steps: args.live_steps, skew_steps: args.skew_steps, ..default };
    let mut study = GrayScottStudy::new(options, &args.seeds)?;
    let mut bar = Progress::new(study.total() as u64, quiet);
    bar.phase("study");
    while study.step()?.is_some() {
        bar.at(study.rows.len() as u64, String::new);
    }
    let tables: Vec<_> = (args.seeds.iter().zip(study.rows.chunks(PRESETS.len())))
        .map(|(seed, rows)| {
            let table: Vec<[f64; 4]> = rows.iter().map(|row| row.cosine).collect();
            json!({ "seed": seed, "cosine": table, "diagonal_wins": diagonal_wins(rows) })
        })
        .collect();
    let facts = json!({
        "command": "study",
        "system": "gray-scott",
        "patterns": PRESETS.map(|preset| preset.name),
        "options": options,
        "tables": tables,
        "rows": study.rows,
        "skew_rows": study.skew_rows,
    });
    let mut text =
        String::from("law        seed   cosine on life   waves spirals    maze   certain  live: mean spread spectrum");
    for row in &study.rows {
        let [a, b, c, d] = row.cosine;
        let certain = row.certain.map_or("-", |certain| if certain { "yes" } else { "no" });
        let live = row.live.map_or_else(String::new, |live| {
            let percent = |off: f64| format!("{:.0} %", 100.0 * off);
            format!("{:>9} {:>6} {:>8}", percent(live.mean_off), percent(live.spread_off), percent(live.spectrum_off))
        });
        text +=
            &format!("\n{:<10} {:>4} {a:>16.3} {b:>7.3} {c:>7.3} {d:>7.3} {certain:>9} {live}", row.pattern, row.seed);
    }
    if !study.skew_rows.is_empty() {
        text += "\n\nbest K∗s   seed   cosine on life   waves spirals    maze   radius   at σ, standard deviations of a channel";
    }
    for SkewRow { pattern, seed, radius, sigma, cosine: [a, b, c, d] } in &study.skew_rows {
        text += &format!("\n{pattern:<10} {seed:>4} {a:>16.3} {b:>7.3} {c:>7.3} {d:>7.3} {radius:>8} {sigma:>6.1}");
    }
    Answer::new(text, &facts)
}

/// Patterns whose own law has the largest cosine of its row and of its column.
fn diagonal_wins(rows: &[StudyRow]) -> usize {
    let wins = |k: usize| {
        let own = rows[k].cosine[k];
        (0..rows.len()).all(|other| other == k || (rows[k].cosine[other] < own && rows[other].cosine[k] < own))
    };
    (0..rows.len()).filter(|&k| wins(k)).count()
}
