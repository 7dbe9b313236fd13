//! What the field world can do for the studio.

use std::path::PathBuf;

use image::RgbaImage;

use super::simulation::FieldSimulation;
use super::tokens::{self, TOKEN_TABLES, TokenSchool, TokenSimulation};
use super::training::FieldTraining;
use super::{TABLES, draw, knobs};
use crate::worlds::field::library::FoundConstants;
use crate::worlds::field::stills::{Still, load_stills};
use crate::worlds::field::tokens::TokenDoc;
use crate::worlds::field::{FieldDoc, FieldSubject, LibraryDoc, equations};
use crate::worlds::studio::{
    BrushPlace, BrushStroke, DrawOptions, EquationForm, FlowRow, Learned, Simulation, StudioError, Viewpoint,
    WorldInfo, WorldTables, WorldTraining,
};

impl WorldInfo for FieldDoc {
    fn tables(&self) -> &'static WorldTables {
        match self.subject {
            FieldSubject::Library(_) => &TABLES,
            FieldSubject::Tokens(_) => &TOKEN_TABLES,
        }
    }

    fn bytes(&self) -> usize {
        let still = |still: &Still| std::mem::size_of_val(&still.data[..]);
        let subject = match &self.subject {
            FieldSubject::Library(library) => library.stills.iter().map(still).sum::<usize>(),
            // A network has a few ten thousand weights.
            FieldSubject::Tokens(tokens) => (1 + tokens.others.len()) * 200_000,
        };
        subject + self.state.as_ref().map_or(0, still)
    }

    fn viewpoint(&self, of: BrushPlace) -> Viewpoint {
        let [width, height] = match (of, &self.subject) {
            (BrushPlace::Paint, FieldSubject::Library(library)) => draw::mosaic_size(&library.stills),
            (BrushPlace::Paint, FieldSubject::Tokens(_)) => [tokens::STILL_SIDE as f64; 2],
            (BrushPlace::Live, _) => self.live.size.map(|side| side as f64),
        };
        Viewpoint::flat([0.5 * width, 0.5 * height], 0.53 * height)
    }

    fn zoom_limits(&self) -> [f64; 2] {
        [3.0, 4.0 * self.live.size[1].max(128) as f64]
    }

    fn has_rule(&self) -> bool {
        match &self.subject {
            FieldSubject::Library(library) => library.rule.is_some(),
            FieldSubject::Tokens(tokens) => tokens.rule.is_some(),
        }
    }

    fn knob(&self, id: &str) -> f64 {
        knobs::value(self, id)
    }

    fn set_knob(&mut self, id: &str, value: f64) {
        knobs::set(self, id, value);
    }

    /// Stills are simulated or loaded, not painted.
    fn paint(&mut self, _: &BrushStroke, _: u64) -> bool {
        false
    }

    fn clear(&mut self) {
        self.subject = FieldDoc::default().subject;
        self.state = None;
    }

    fn draw_still(&self, view: &Viewpoint, options: DrawOptions, _: &mut Vec<f32>, picture: &mut RgbaImage) {
        match &self.subject {
            FieldSubject::Library(library) => {
                let shades = draw::Shades::of_stills(&library.stills, options.light);
                draw::draw_stills(&library.stills, view, &shades, picture);
            }
            FieldSubject::Tokens(tokens) => tokens::draw_tokens(tokens, view, picture),
        }
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let library = match &self.subject {
            FieldSubject::Library(library) => library,
            FieldSubject::Tokens(tokens) => {
                let clearance = format!("{} pixels", tokens.clearance_px);
                return vec![("Kinds", tokens.tokens.len().to_string()), ("Clearance", clearance)];
            }
        };
        let mut facts = vec![("Stills", library.stills.len().to_string())];
        if let Some(still) = library.stills.first() {
            facts.push(("Pixels", format!("{} × {}", still.width, still.height)));
        }
        facts.push(("From", if library.recipe.is_some() { "the simulator" } else { "files" }.to_owned()));
        facts
    }

    fn flows(&self) -> Vec<FlowRow> {
        let library = match &self.subject {
            FieldSubject::Library(library) => library,
            FieldSubject::Tokens(tokens) => return token_rows(tokens),
        };
        let row = |rule| {
            let constants =
                FoundConstants::of(rule).map(|c| format!("F {:.4}, k {:.4}, Du {:.3}, Dv {:.3}", c.f, c.k, c.du, c.dv));
            let facts = constants.unwrap_or_else(|| "equations".to_owned());
            FlowRow { name: "library".to_owned(), facts, is_chosen: true, ..FlowRow::default() }
        };
        library.rule.as_ref().map(row).into_iter().collect()
    }

    /// Equations have one rule; tokens have those of other seeds after the chosen one.
    fn choose_flow(&mut self, index: usize) {
        let FieldSubject::Tokens(tokens) = &mut self.subject else { return };
        if let (Some(rule), Some(other)) =
            (&mut tokens.rule, index.checked_sub(1).and_then(|k| tokens.others.get_mut(k)))
        {
            std::mem::swap(rule, other);
        }
    }

    fn delete_flow(&mut self, index: usize) {
        let FieldSubject::Tokens(tokens) = &mut self.subject else { return };
        if (1..=tokens.others.len()).contains(&index) {
            tokens.others.remove(index - 1);
        }
    }

    fn equations(&self, form: EquationForm) -> Option<String> {
        let FieldSubject::Library(library) = &self.subject else { return None };
        let rule = library.rule.as_ref()?;
        Some(match form {
            EquationForm::Text => equations::text(rule),
            EquationForm::Latex => equations::latex(rule),
            EquationForm::Python => equations::python(rule),
        })
    }

    fn evidence(&self) -> Option<String> {
        let FieldSubject::Library(library) = &self.subject else { return None };
        let evidence = library.evidence.as_ref()?;
        Some(match evidence.held_out {
            Some(test) if test.is_stationary() => format!(
                "Stationary on {} runs that were not used for learning (F {:.2}, p {:.3}); learned from {} stills. The \
                 library is the prior, and for Gray-Scott stills it contains the truth.",
                test.runs, test.f, test.p, evidence.stills
            ),
            Some(test) => format!(
                "Not stationary on {} runs that were not used for learning (F {:.1}): do not trust these equations.",
                test.runs, test.f
            ),
            None => format!("Learned from {} stills, too few for a test on others.", evidence.stills),
        })
    }

    fn start_training(&self, method: &str) -> Result<Box<dyn WorldTraining>, StudioError> {
        match (method, &self.subject) {
            ("library", FieldSubject::Library(library)) => Ok(Box::new(FieldTraining::new(library)?)),
            ("tokens", FieldSubject::Tokens(tokens)) => Ok(Box::new(TokenSchool::new(tokens)?)),
            _ => Err(StudioError::Unknown(method.to_owned())),
        }
    }

    fn set_learned(&mut self, learned: Learned) {
        if let Learned::Field(subject) = learned {
            self.subject = *subject;
        }
    }

    fn start_simulation(&self, seed: u64) -> Result<Box<dyn Simulation>, StudioError> {
        Ok(match &self.subject {
            FieldSubject::Library(library) => Box::new(FieldSimulation::new(self, library, seed)?),
            FieldSubject::Tokens(tokens) => Box::new(TokenSimulation::new(self, tokens, seed)?),
        })
    }

    fn import(&mut self, paths: &[PathBuf]) -> Result<Vec<String>, StudioError> {
        let (stills, runs) = load_stills(paths)?;
        let note = format!("{} stills of {} files", stills.len(), runs.last().map_or(0, |last| last + 1));
        self.subject = FieldSubject::Library(LibraryDoc::from_stills(&stills, runs)?);
        self.state = None;
        Ok(vec![note])
    }
}

/// The chosen rule and those of other seeds.
fn token_rows(tokens: &TokenDoc) -> Vec<FlowRow> {
    let row = |k: usize| FlowRow {
        name: if k == 0 { "network".to_owned() } else { format!("network {}", k + 1) },
        facts: String::new(),
        is_chosen: k == 0,
        can_be_deleted: k > 0,
        ..FlowRow::default()
    };
    (0..usize::from(tokens.rule.is_some()) + tokens.others.len()).map(row).collect()
}
