//! What the field world can do for the studio.

use std::path::PathBuf;

use glam::{DVec3, USizeVec2};
use image::RgbaImage;

use super::certificate::{LibraryCertification, TokenCertification, library_lines, token_lines};
use super::life::TokenSimulation;
use super::simulation::FieldSimulation;
use super::token_learning::TokenLearning;
use super::tokens::{self, TOKEN_TABLES};
use super::training::FieldTraining;
use super::{CONTINUE, ENTRY, FieldView, TABLES, canvas, draw, flows, knobs};
use crate::formats::{FormatRole, StopSignal, format_for};
use crate::media::looks::Theme;
use crate::media::picture::PictureStyle;
use crate::worlds::StoredWorld;
use crate::worlds::field::stills::{Still, load_stills};
use crate::worlds::field::tokens::{MAX_KINDS, Token, TokenCheckSettings, TokenDoc};
use crate::worlds::field::{FieldDoc, FieldError, FieldEvidence, FieldSubject, LibraryDoc, equations};
use crate::worlds::studio::{
    BrushStroke, BrushWorkspace, DrawOptions, EquationForm, FlowRow, Learned, Simulation, StudioError, Viewpoint,
    WorldInfo, WorldTables, WorldTraining,
};

impl StoredWorld for FieldDoc {
    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn has_rule(&self) -> bool {
        match &self.subject {
            FieldSubject::Library(library) => library.rule.is_some(),
            FieldSubject::Tokens(tokens) => tokens.rule.is_some(),
        }
    }

    fn learning_fault(&self) -> Option<String> {
        None
    }

    /// The live field as it was left, else the first still, else the state that the rule starts from.
    fn portrait(&self, style: &PictureStyle) -> RgbaImage {
        let still = match &self.subject {
            FieldSubject::Library(library) => self.state.clone().or_else(|| library.stills.first().cloned()),
            FieldSubject::Tokens(_) => self.state.clone(),
        };
        let Some(still) = still.or_else(|| self.start_image().ok()) else {
            return RgbaImage::new(style.size_px, style.size_px);
        };
        let scale = (style.size_px / still.width.max(still.height) as u32).max(1);
        FieldView::of(&still).picture(self, scale, style.theme == Theme::Light)
    }
}

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
            FieldSubject::Tokens(tokens) => (1 + tokens.others.len()) * 340_000,
        };
        subject + self.state.as_ref().map_or(0, still)
    }

    fn viewpoint(&self, of: BrushWorkspace) -> Viewpoint {
        let size = match (of, &self.subject) {
            (BrushWorkspace::Paint, FieldSubject::Library(library)) => draw::mosaic_size(&library.stills),
            (BrushWorkspace::Paint, FieldSubject::Tokens(_)) => return canvas::viewpoint(),
            (BrushWorkspace::Live, _) => USizeVec2::from(self.live.size).as_dvec2(),
        };
        Viewpoint::flat(0.5 * size, 0.53 * size.y)
    }

    fn zoom_limits(&self) -> [f64; 2] {
        [3.0, 4.0 * self.live.size[1].max(128) as f64]
    }

    fn knob(&self, id: &str) -> f64 {
        knobs::value(self, id)
    }

    fn has_effect(&self, id: &str) -> bool {
        match &self.subject {
            FieldSubject::Tokens(doc) => tokens::has_effect(doc, id),
            FieldSubject::Library(_) => true,
        }
    }

    fn set_knob(&mut self, id: &str, value: f64) {
        knobs::set(self, id, value);
    }

    /// Tokens are drawn; stills are simulated or loaded.
    fn paint(&mut self, stroke: &BrushStroke, _: u64) -> bool {
        match &mut self.subject {
            FieldSubject::Library(_) => false,
            FieldSubject::Tokens(tokens) => canvas::paint(tokens, stroke),
        }
    }

    fn clear(&mut self) {
        match &mut self.subject {
            FieldSubject::Library(_) => {
                self.subject = FieldDoc::default().subject;
                self.state = None;
            }
            FieldSubject::Tokens(tokens) => tokens.redraw(|drawn| {
                drawn.iter_mut().for_each(|token| token.pixels.fill([0; 4]));
            }),
        }
    }

    fn fit_engine(&mut self, has_card: bool) {
        Self::fit_engine(self, has_card);
    }

    fn act(&mut self, id: &str) {
        if let FieldSubject::Tokens(tokens) = &mut self.subject {
            canvas::act(tokens, id);
        }
    }

    fn colour_at(&self, at: DVec3) -> Option<[u8; 4]> {
        match &self.subject {
            FieldSubject::Library(_) => None,
            FieldSubject::Tokens(tokens) => canvas::colour_at(tokens, at),
        }
    }

    fn draw_still(&self, view: &Viewpoint, options: DrawOptions, _: &mut Vec<f32>, picture: &mut RgbaImage) {
        match &self.subject {
            FieldSubject::Library(library) => {
                let shades = draw::Shades::of_stills(&library.stills, library.look, options.light);
                draw::draw_stills(&library.stills, view, &shades, picture);
            }
            FieldSubject::Tokens(tokens) => canvas::draw(tokens, options.light, view, picture),
        }
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let library = match &self.subject {
            FieldSubject::Library(library) => library,
            FieldSubject::Tokens(tokens) => {
                let mut facts = vec![("Kinds", tokens.tokens.len().to_string())];
                if let Some(why) = tokens.tokens.iter().find_map(|token| token.check().err()) {
                    facts.push(("Cannot be learned yet", why.to_string()));
                }
                return facts;
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
        match &self.subject {
            FieldSubject::Library(library) => flows::library_rows(library),
            FieldSubject::Tokens(tokens) => flows::token_rows(tokens),
        }
    }

    /// Equations have one rule; tokens have those of other seeds after the chosen one, and then what drives them.
    fn choose_flow(&mut self, index: usize) {
        if let FieldSubject::Tokens(tokens) = &mut self.subject {
            flows::choose(tokens, index);
        }
    }

    fn delete_flow(&mut self, index: usize) {
        if let FieldSubject::Tokens(tokens) = &mut self.subject {
            tokens.delete_rule(index);
        }
    }

    fn rename_flow(&mut self, index: usize, name: &str) {
        if let FieldSubject::Tokens(tokens) = &mut self.subject {
            tokens.rename_rule(index, name);
        }
    }

    fn draw_flow(&self, index: usize, options: DrawOptions, picture: &mut RgbaImage) {
        if !flows::draw(self, index, options, picture) {
            self.draw_still(&self.viewpoint(BrushWorkspace::Paint), options, &mut Vec::new(), picture);
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

    fn certificate(&self) -> Vec<(bool, String)> {
        match &self.subject {
            FieldSubject::Library(library) => library.evidence.as_ref().map_or_else(Vec::new, library_lines),
            FieldSubject::Tokens(tokens) => tokens.evidence.as_ref().map_or_else(Vec::new, token_lines),
        }
    }

    fn evidence(&self) -> Option<String> {
        // The certificate of tokens has all numbers.
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
            ("tokens", FieldSubject::Tokens(tokens)) => Ok(Box::new(TokenLearning::new(tokens, None)?)),
            (CONTINUE, FieldSubject::Tokens(tokens)) => {
                let start = tokens.rule.as_ref().ok_or(FieldError::NoRule)?;
                Ok(Box::new(TokenLearning::new(tokens, Some(start))?))
            }
            ("check", FieldSubject::Library(library)) => Ok(Box::new(LibraryCertification::new(library)?)),
            ("check", FieldSubject::Tokens(tokens)) => {
                Ok(Box::new(TokenCertification::new(tokens, TokenCheckSettings::of(tokens))?))
            }
            _ => Err(StudioError::Unknown(method.to_owned())),
        }
    }

    fn set_learned(&mut self, learned: Learned) {
        let learned = match learned {
            Learned::Field(learned) => learned,
            Learned::FieldEvidence(evidence) => return self.take_evidence(*evidence),
            _ => return,
        };
        match (&mut self.subject, *learned) {
            // The drawing may have changed since, and stays.
            (FieldSubject::Tokens(tokens), FieldSubject::Tokens(TokenDoc { rule: Some(rule), .. })) => {
                tokens.take_rule(rule);
            }
            (subject, learned) => *subject = learned,
        }
    }

    fn start_simulation(&self, seed: u64) -> Result<Box<dyn Simulation>, StudioError> {
        Ok(match &self.subject {
            FieldSubject::Library(library) => Box::new(FieldSimulation::new(self, library, seed)?),
            FieldSubject::Tokens(tokens) => Box::new(TokenSimulation::new(self, tokens, seed)?),
        })
    }

    fn import(&mut self, paths: &[PathBuf], stop: StopSignal) -> Result<Vec<String>, StudioError> {
        let mut icons = 0;
        for path in paths.iter().filter(|path| format_for(path, FormatRole::IconImport).is_some()) {
            icons += usize::from(Token::is_icon(path, stop)?);
        }
        if icons == paths.len() && icons > 0 {
            return self.import_icons(paths, stop);
        }
        let (stills, runs) = load_stills(paths, stop)?;
        let note = format!("{} stills of {} files", stills.len(), runs.last().map_or(0, |last| last + 1));
        self.subject = FieldSubject::Library(LibraryDoc::from_stills(&stills, runs)?);
        self.state = None;
        Ok(vec![note])
    }
}

impl FieldDoc {
    /// Another rule may have been chosen meanwhile: evidence belongs to its own.
    fn take_evidence(&mut self, evidence: FieldEvidence) {
        match (&mut self.subject, evidence) {
            (FieldSubject::Library(library), FieldEvidence::Library(evidence)) => library.evidence = Some(evidence),
            (FieldSubject::Tokens(tokens), FieldEvidence::Tokens(seed, findings)) => {
                tokens.take_evidence(seed, findings.evidence);
            }
            _ => {}
        }
    }

    /// Icons become kinds of tokens: one takes the place of a canvas that is still empty, others come beside what is drawn.
    fn import_icons(&mut self, paths: &[PathBuf], stop: StopSignal) -> Result<Vec<String>, StudioError> {
        let load = |path: &PathBuf| Token::load(path, stop).map(|(token, _)| token);
        let icons = paths.iter().map(load).collect::<Result<Vec<Token>, _>>()?;
        let note = match icons.len() {
            1 => "one icon as a token".to_owned(),
            count => format!("{count} icons as tokens"),
        };
        match &mut self.subject {
            FieldSubject::Tokens(tokens) => {
                let drawn = tokens.tokens.iter().filter(|token| token.check().is_ok()).count();
                if drawn + icons.len() > MAX_KINDS {
                    let reason = format!("{} kinds with those that are drawn", drawn + icons.len());
                    return Err(
                        FieldError::Value { path: "icons", reason, hint: "remove some; 4 can live together" }.into()
                    );
                }
                tokens.redraw(|kinds| {
                    kinds.retain(|token| token.check().is_ok());
                    kinds.extend(icons);
                });
            }
            FieldSubject::Library(_) => {
                self.subject = FieldSubject::Tokens(TokenDoc::new(icons)?);
                self.state = None;
            }
        }
        Ok(vec![note])
    }
}
