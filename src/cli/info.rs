//! `unstill info`: what a scene holds.

use std::path::PathBuf;

use serde_json::json;

use super::output::{Answer, load, with_interval};
use crate::scene::SCHEMA;
use crate::worlds::swarm::doc::FlowNumbers;
use crate::worlds::swarm::measures::Alikeness;
use crate::worlds::swarm::picture::Part;

#[derive(clap::Args)]
pub(super) struct Args {
    scene: PathBuf,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Answer> {
    let loaded = load(&args.scene)?;
    let scene = &loaded.project;
    let snapshot = &scene.world.snapshot;
    let bytes = std::fs::metadata(&args.scene).map_or(0, |m| m.len());
    let weights = |net: &crate::worlds::swarm::rule::LocalNet| net.weights.len();
    let rule = scene.world.rule.as_ref().map(|rule| {
        json!({
            "unit_length": rule.unit_length,
            "cutoff_l": rule.cutoff_l,
            "sigma_range_l": rule.sigma_range_l,
            "kappa": rule.kappa,
            "energy": rule.energy.shape,
            "energy_weights": weights(&rule.energy),
            "flow": rule.flow.as_ref().map(|net| net.shape),
            "flow_weights": rule.flow.as_ref().map(weights),
        })
    });
    let flows: Vec<_> = (scene.world.flows.list.iter())
        .map(|flow| {
            json!({ "name": flow.name, "seed": flow.seed, "drive": flow.drive, "net": flow.net.shape, "numbers": flow.numbers })
        })
        .collect();
    let stills = scene.world.stills();
    let alike = Alikeness::of(&stills);
    let selected = stills.film().selected();
    let film = alike.map(|alike| {
        json!({
            "snapshots": stills.count(),
            "held_out": stills.indices(Part::HeldOut).len(),
            "selected": selected,
            "unit_length": stills.unit_length(),
            "has_ids": stills.film().has_ids(),
            "alike": alike,
        })
    });
    let facts = json!({
        "command": "info",
        "scene": args.scene,
        "bytes": bytes,
        "schema": SCHEMA,
        "title": scene.title,
        "notes": scene.notes,
        "author": scene.author,
        "snapshot": {
            "particles": snapshot.particles.len(),
            "species": snapshot.species_count(),
            "box_size": snapshot.box_size,
            "mode": snapshot.mode,
            "boundary": snapshot.boundary,
            "unit_length": snapshot.unit_length(),
        },
        "film": film,
        "ensemble": scene.world.ensemble,
        "training": scene.world.training,
        "live": scene.world.live,
        "live_particles": scene.world.live_particles,
        "rule": rule,
        "flows": flows,
        "chosen_flow": (!scene.world.flows.list.is_empty()).then_some(scene.world.flows.chosen),
        "state": scene.world.state.as_ref().map(|s| json!({ "particles": s.swarm.len(), "box_l": s.swarm.box_size, "step": s.step })),
        "evidence": scene.world.evidence,
        "warnings": loaded.warnings,
    });

    let [width, height] = snapshot.box_size.to_array();
    let film_line =
        alike.map(|alike| format!("film      {} snapshots, this is {}: {alike}", stills.count(), selected + 1));
    let mut lines = vec![
        format!("{} ({} bytes)", args.scene.display(), bytes),
        format!("title     {}", or_dash(&scene.title)),
        format!("author    {}", or_dash(&scene.author)),
        format!("notes     {}", or_dash(&scene.notes)),
        format!(
            "snapshot  {} particles of {} species, box {width} by {height}, ℓ = {:.4}, {:?}, {:?}",
            snapshot.particles.len(),
            snapshot.species_count(),
            snapshot.unit_length(),
            snapshot.mode,
            snapshot.boundary,
        ),
        format!(
            "training  {} + {} steps, seed {}, flow {:?}, drive {:?}",
            scene.world.training.steps,
            scene.world.training.flow_steps,
            scene.world.training.seed,
            scene.world.training.flow,
            scene.world.training.drive,
        ),
        format!("live      σ = {} ℓ, flow {:?}", scene.world.live.sigma_l, scene.world.live.flow),
    ];
    lines.extend(film_line);
    lines.push(match &scene.world.rule {
        None => format!("rule      none yet: unstill learn {}", args.scene.display()),
        Some(rule) => format!(
            "rule      energy with {} weights, {}; cutoff {} ℓ, σ {} to {} ℓ",
            weights(&rule.energy),
            rule.flow.as_ref().map_or("no learned flow".to_owned(), |f| format!("flow with {} weights", weights(f))),
            rule.cutoff_l,
            rule.sigma_range_l[0],
            rule.sigma_range_l[1],
        ),
    });
    for (k, flow) in scene.world.flows.list.iter().enumerate() {
        let plays = if k == scene.world.flows.chosen { "*" } else { " " };
        let numbers = flow.numbers.map_or_else(String::new, |n| {
            let FlowNumbers { forward, lateral, turn, residual } = n;
            format!("; forward {forward:.3}, lateral {lateral:.3}, turn {turn:.3}, residual {residual:.3}")
        });
        let name = or_dash(&flow.name);
        lines.push(format!("flow {k}  {plays} {name} (seed {}, drive {:?}{numbers})", flow.seed, flow.drive));
    }
    if let Some(state) = &scene.world.state {
        lines.push(format!("state     {} particles after {} steps", state.swarm.len(), state.step));
    }
    if let Some(e) = &scene.world.evidence {
        lines.push(format!(
            "evidence  grown {}, kept {}, healed {} ({} steps, {} replicas{}, seed {}, version {})",
            with_interval(Some(e.grown), e.grown_interval),
            with_interval(Some(e.kept), e.kept_interval),
            with_interval(Some(e.healed), e.healed_interval),
            e.live_steps,
            e.replicas,
            e.area.filter(|&area| area > 1).map_or_else(String::new, |area| format!(", {area} times the area")),
            e.seed,
            e.version,
        ));
        if let Some(long) = &e.kept_long {
            lines.push(format!(
                "          kept {} after {} steps ({} replicas)",
                with_interval(Some(long.kept), long.interval),
                long.steps,
                long.replicas,
            ));
        }
    }
    Answer::new(lines.join("\n"), &facts)
}

fn or_dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}
