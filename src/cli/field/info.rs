//! `unstill info` of a field scene.

use serde_json::json;

use super::{doc_of, library_of, tokens, verdict_of};
use crate::cli::output::Answer;
use crate::scene::Project;
use crate::worlds::field::library::FoundConstants;
use crate::worlds::field::{FieldSubject, equations};

/// # Errors
/// A project of another world.
pub(crate) fn run(project: &mut Project) -> anyhow::Result<Answer> {
    let (title, notes, author) = (project.title.clone(), project.notes.clone(), project.author.clone());
    let doc = doc_of(project)?;
    let (live, has_state) = (doc.live, doc.state.is_some());
    if let FieldSubject::Tokens(tokens) = &doc.subject {
        return tokens::info(&title, tokens, &live);
    }
    let library = library_of(doc)?;
    let evidence = library.evidence.as_ref();
    let verdict = library.rule.as_ref().map(|_| verdict_of(library));
    let facts = json!({
        "command": "info",
        "world": "field",
        "subject": "library",
        "title": title,
        "notes": notes,
        "author": author,
        "recipe": library.recipe,
        "stills": library.stills.len(),
        "settings": library.settings,
        "equations": library.rule.as_ref().map(equations::json),
        "constants": library.rule.as_ref().and_then(FoundConstants::of),
        "evidence": evidence,
        "certain": evidence.and_then(|evidence| evidence.is_certain()),
        "verdict": verdict,
        "live": live,
        "has_state": has_state,
    });
    let source = match library.recipe {
        Some(recipe) => format!(
            "Gray-Scott, F = {}, k = {}: {} runs of {} steps on {} × {} pixels, seed {}",
            recipe.law.f, recipe.law.k, recipe.runs, recipe.steps, recipe.size, recipe.size, recipe.seed
        ),
        None => format!("{} stills from files", library.stills.len()),
    };
    let mut text = format!("title     {title}\nstills    {source}");
    text += &verdict.map_or_else(String::new, |verdict| format!("\nverdict   {verdict}"));
    text += &match &library.rule {
        None => "\nrule      none yet: unstill learn".to_owned(),
        Some(rule) => format!("\nrule      {}", equations::text(rule).replace('\n', "\n          ")),
    };
    if let Some(evidence) = evidence {
        let test =
            evidence.held_out.map_or("not tested".to_owned(), |test| format!("F {:.2}, p {:.1e}", test.f, test.p));
        text += &format!("\nevidence  {} stills, held out: {test}, gap ×{:.0}", evidence.stills, evidence.gap);
    }
    let [width, height] = live.size;
    text += &format!("\nlive      {width} × {height} pixels, time step {}", live.time_step);
    Answer::new(text, &facts)
}
