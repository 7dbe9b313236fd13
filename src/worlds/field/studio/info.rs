//! What the field world can do for the studio.

use std::path::PathBuf;

use image::RgbaImage;

use super::simulation::FieldSimulation;
use super::training::FieldTraining;
use super::{TABLES, draw, knobs};
use crate::worlds::field::library::FoundConstants;
use crate::worlds::field::stills::load_stills;
use crate::worlds::field::{FieldDoc, FieldSubject, LibraryDoc, equations};
use crate::worlds::studio::{
    BrushPlace, BrushStroke, DrawOptions, EquationForm, FlowRow, Learned, Simulation, StudioError, Viewpoint,
    WorldInfo, WorldTables, WorldTraining,
};

impl WorldInfo for FieldDoc {
    fn tables(&self) -> &'static WorldTables {
        &TABLES
    }

    fn bytes(&self) -> usize {
        let FieldSubject::Library(library) = &self.subject;
        let still = |still: &crate::worlds::field::stills::Still| std::mem::size_of_val(&still.data[..]);
        library.stills.iter().map(still).sum::<usize>() + self.state.as_ref().map_or(0, still)
    }

    fn viewpoint(&self, of: BrushPlace) -> Viewpoint {
        let FieldSubject::Library(library) = &self.subject;
        let [width, height] = match of {
            BrushPlace::Paint => draw::mosaic_size(&library.stills),
            BrushPlace::Live => self.live.size.map(|side| side as f64),
        };
        Viewpoint::flat([0.5 * width, 0.5 * height], 0.53 * height)
    }

    fn zoom_limits(&self) -> [f64; 2] {
        [3.0, 4.0 * self.live.size[1].max(128) as f64]
    }

    fn has_rule(&self) -> bool {
        let FieldSubject::Library(library) = &self.subject;
        library.rule.is_some()
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
        let FieldSubject::Library(library) = &self.subject;
        let shades = draw::Shades::of_stills(&library.stills, options.light);
        draw::draw_stills(&library.stills, view, &shades, picture);
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let FieldSubject::Library(library) = &self.subject;
        let mut facts = vec![("Stills", library.stills.len().to_string())];
        if let Some(still) = library.stills.first() {
            facts.push(("Pixels", format!("{} × {}", still.width, still.height)));
        }
        facts.push(("From", if library.recipe.is_some() { "the simulator" } else { "files" }.to_owned()));
        facts
    }

    fn flows(&self) -> Vec<FlowRow> {
        let FieldSubject::Library(library) = &self.subject;
        let row = |rule| {
            let constants = FoundConstants::of(rule).map(|c| format!("F {:.4}, k {:.4}, Du {:.3}, Dv {:.3}", c.f, c.k, c.du, c.dv));
            let facts = constants.unwrap_or_else(|| "equations".to_owned());
            FlowRow { name: "library".to_owned(), facts, is_chosen: true, can_be_deleted: false }
        };
        library.rule.as_ref().map(row).into_iter().collect()
    }

    /// There is one rule.
    fn choose_flow(&mut self, _: usize) {}

    fn delete_flow(&mut self, _: usize) {}

    fn equations(&self, form: EquationForm) -> Option<String> {
        let FieldSubject::Library(library) = &self.subject;
        let rule = library.rule.as_ref()?;
        Some(match form {
            EquationForm::Text => equations::text(rule),
            EquationForm::Latex => equations::latex(rule),
            EquationForm::Python => equations::python(rule),
        })
    }

    fn evidence(&self) -> Option<String> {
        let FieldSubject::Library(library) = &self.subject;
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
        let FieldSubject::Library(library) = &self.subject;
        match method {
            "library" => Ok(Box::new(FieldTraining::new(library)?)),
            _ => Err(StudioError::Unknown(method.to_owned())),
        }
    }

    fn set_learned(&mut self, learned: Learned) {
        if let Learned::Field(subject) = learned {
            self.subject = *subject;
        }
    }

    fn start_simulation(&self, seed: u64) -> Result<Box<dyn Simulation>, StudioError> {
        Ok(Box::new(FieldSimulation::new(self, seed)?))
    }

    fn import(&mut self, paths: &[PathBuf]) -> Result<Vec<String>, StudioError> {
        let (stills, runs) = load_stills(paths)?;
        let note = format!("{} stills of {} files", stills.len(), runs.last().map_or(0, |last| last + 1));
        self.subject = FieldSubject::Library(LibraryDoc::from_stills(&stills, runs)?);
        self.state = None;
        Ok(vec![note])
    }
}
