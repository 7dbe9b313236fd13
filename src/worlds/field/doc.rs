//! What a scene stores of the field world.

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde::{Deserialize, Serialize};

use super::library::{HeldOut, LibrarySettings, StillSource};
use super::look::PatternLook;
use super::rule::LibraryRule;
use super::savepoints::FieldSavepoint;
use super::stills::{GrayScottRun, Still, check_stills, seeded};
use super::tokens::{TokenDoc, TokenFindings, TokenGrowth};
use super::{FieldError, MAX_SIDE, MIN_SIDE};
use crate::gpu::BorrowedGpu;

/// Stills that a scene keeps for show when it can simulate the others again.
pub const SHOWN_STILLS: usize = 6;

/// A field scene.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldDoc {
    /// What it learns from, and its rule.
    pub subject: FieldSubject,
    /// How it lives.
    pub live: FieldLive,
    /// The live field where it was left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<Still>,
    /// States of the live field to return to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub savepoints: Vec<FieldSavepoint>,
}

/// What the field learns from, and its rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(clippy::large_enum_variant, reason = "one for each scene")]
pub enum FieldSubject {
    /// Stills of a two-channel pattern and equations read off them.
    Library(LibraryDoc),
    /// Drawn tokens and a network.
    Tokens(TokenDoc),
}

/// A pattern and its equations.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LibraryDoc {
    /// How the stills can be simulated again; `None` when they come from files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipe: Option<GrayScottRun>,
    /// Stills: all of them from files, some for show with a recipe.
    pub stills: Vec<Still>,
    /// File or run of each still, ascending: stills of one run are not independent.
    pub runs: Vec<usize>,
    /// How the equations are read off the stills.
    #[serde(default)]
    pub settings: LibrarySettings,
    /// How the pattern is shown.
    #[serde(default, skip_serializing_if = "PatternLook::is_default")]
    pub look: PatternLook,
    /// The equations, once learned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<LibraryRule>,
    /// What was found about them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<LibraryEvidence>,
}

/// What learning and `check` have found about the rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LibraryEvidence {
    /// Stills that were learned from.
    pub stills: usize,
    /// λ₁ / λ₀ of the weighted problem.
    pub gap: f64,
    /// Standard deviations of u and v over the stills.
    pub sd: [f64; 2],
    /// Of the rule; `None` with too few stills.
    pub held_out: Option<HeldOut>,
    /// Of the law of stills with foreign v; `None` until checked.
    #[serde(default)]
    pub control_shuffled: Option<HeldOut>,
    /// Of the law without u v²; `None` until checked.
    #[serde(default)]
    pub control_without_reaction: Option<HeldOut>,
}

impl LibraryEvidence {
    /// Whether the held-out test accepts the rule and rejects both controls. One of the three that fails decides; `None`
    /// where none fails and not all are known.
    pub fn is_certain(&self) -> Option<bool> {
        let tests = [(self.held_out, true), (self.control_shuffled, false), (self.control_without_reaction, false)];
        let passed = tests.map(|(test, must_hold)| test.map(|test| test.is_stationary() == must_hold));
        if passed.contains(&Some(false)) {
            return Some(false);
        }
        passed.iter().all(Option::is_some).then_some(true)
    }

    /// The same with its reason, in one line without a full stop: `certain: …`, `not certain: …` or `no certainty: …`.
    pub fn verdict(&self) -> &'static str {
        match (self.is_certain(), self.held_out) {
            (Some(true), _) => "certain: unseen stills accept the law and reject both controls",
            (Some(false), Some(test)) if !test.is_stationary() => "not certain: unseen stills reject the law",
            (Some(false), _) => "not certain: unseen stills accept a control",
            (None, Some(_)) => "no certainty: unseen stills accept the law; check it against both controls",
            (None, None) => "no certainty: too few stills for a held-out test",
        }
    }
}

/// What a check has found about the rule of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldEvidence {
    /// Of equations.
    Library(LibraryEvidence),
    /// Of the token rule of a seed; the scene keeps [`TokenFindings::evidence`].
    Tokens(u64, Box<TokenFindings>),
}

/// Where a live field begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldStart {
    /// Discs of the seed state on the rest state.
    #[default]
    Seeds,
    /// Uniform noise between rest and seed.
    Noise,
    /// A still, repeated to the size of the field.
    Still(usize),
    /// The stored live field.
    State,
}

/// How the field lives.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldLive {
    /// Width and height, pixels.
    pub size: [usize; 2],
    /// Time per step, up to the largest stable one.
    pub time_step: f64,
    /// What it begins with.
    pub start: FieldStart,
    /// Seed of the start.
    pub seed: u64,
}

impl Default for FieldLive {
    fn default() -> Self {
        Self { size: [128, 128], time_step: 1.0, start: FieldStart::Seeds, seed: 1 }
    }
}

impl Default for FieldDoc {
    /// An untaught *life* scene.
    fn default() -> Self {
        let library = LibraryDoc { recipe: Some(GrayScottRun::default()), ..LibraryDoc::default() };
        Self {
            subject: FieldSubject::Library(library),
            live: FieldLive::default(),
            state: None,
            savepoints: Vec::new(),
        }
    }
}

impl LibraryDoc {
    /// A scene of stills from files, with values on the 16-bit grid that is stored.
    ///
    /// # Errors
    /// Stills that cannot be learned from.
    pub fn from_stills(stills: &[Still], runs: Vec<usize>) -> Result<Self, FieldError> {
        check_stills(stills)?;
        let stills = stills.iter().map(Still::quantised).collect();
        Ok(Self { stills, runs, ..Self::default() })
    }

    /// A scene of simulated stills, of which the first moving ones are kept for show.
    ///
    /// # Errors
    /// A recipe out of range.
    pub fn from_recipe(recipe: GrayScottRun) -> Result<Self, FieldError> {
        Self::from_recipe_on(recipe, None)
    }

    /// As [`Self::from_recipe`], simulated on a GPU where one is given.
    ///
    /// # Errors
    /// A recipe out of range; a GPU that refuses.
    pub fn from_recipe_on(recipe: GrayScottRun, gpu: Option<BorrowedGpu>) -> Result<Self, FieldError> {
        recipe.validate()?;
        let shown = recipe.simulate_on(0..recipe.runs.min(SHOWN_STILLS), gpu)?;
        let stills: Vec<Still> = shown.into_iter().filter_map(|mut run| run.pop()).map(|s| s.quantised()).collect();
        let runs = (0..stills.len()).collect();
        Ok(Self { recipe: Some(recipe), stills, runs, ..Self::default() })
    }

    /// # Errors
    /// The first value out of range.
    pub fn validate(&self) -> Result<(), FieldError> {
        self.settings.validate()?;
        if let Some(recipe) = &self.recipe {
            recipe.validate()?;
        }
        if self.recipe.is_none() || !self.stills.is_empty() {
            check_stills(&self.stills)?;
        }
        if self.runs.len() != self.stills.len() || !self.runs.is_sorted() {
            return Err(FieldError::Value {
                path: "runs",
                reason: "there must be one for each still, ascending".to_owned(),
                hint: "import the stills again",
            });
        }
        self.rule.iter().try_for_each(LibraryRule::validate)
    }

    /// Where learning takes its stills from.
    pub fn source(&self) -> StillSource {
        match self.recipe {
            Some(recipe) => StillSource::Simulated(recipe),
            None => StillSource::Given(self.stills.clone(), self.runs.clone()),
        }
    }
}

/// Side of a new field of tokens on a graphics card, and on the processor.
const TOKEN_SIDES: [usize; 2] = [256, 128];

impl FieldDoc {
    /// A new scene of tokens, as large as what will run it is quick enough for.
    pub fn of_tokens(tokens: TokenDoc, has_card: bool) -> Self {
        let mut doc = Self { subject: FieldSubject::Tokens(tokens), ..Self::default() };
        doc.fit_engine(has_card);
        doc
    }

    /// Size of a new field of tokens; patterns are left alone, as they run quickly anywhere.
    pub fn fit_engine(&mut self, has_card: bool) {
        if let FieldSubject::Tokens(_) = self.subject {
            self.live.size = [TOKEN_SIDES[usize::from(!has_card)]; 2];
        }
    }

    /// The stored live field, where the scene begins with it and it has the size of the field.
    pub fn saved_field(&self) -> Option<&Still> {
        let fits = |state: &&Still| [state.width, state.height] == self.live.size;
        self.state.as_ref().filter(fits).filter(|_| self.live.start == FieldStart::State)
    }

    /// Stores a live field, with which the scene begins from now on.
    pub fn save_field(&mut self, state: Still) {
        (self.live.size, self.live.start) = ([state.width, state.height], FieldStart::State);
        self.state = Some(state);
    }

    /// Knobs of the start begin a new field.
    pub(super) fn begin_again(&mut self) {
        if self.live.start == FieldStart::State {
            self.live.start = FieldStart::Seeds;
        }
    }

    /// The growth that tokens begin with where they begin from noise.
    pub fn growth(&self) -> Option<TokenGrowth> {
        match &self.subject {
            FieldSubject::Tokens(tokens) if self.live.start == FieldStart::Noise => Some(tokens.growth()),
            _ => None,
        }
    }

    /// The first image of a live field.
    ///
    /// # Errors
    /// No rule, a missing still or a missing stored state.
    pub fn start_image(&self) -> Result<Still, FieldError> {
        let [width, height] = self.live.size;
        let missing = |path, hint| FieldError::Value { path, reason: "the scene has none".to_owned(), hint };
        if self.live.start == FieldStart::State {
            return self.state.clone().ok_or_else(|| missing("state", "start from seeds"));
        }
        let library = match &self.subject {
            FieldSubject::Library(library) => library,
            FieldSubject::Tokens(_) if self.live.start == FieldStart::Noise => {
                return Ok(Still::filled(width, height, &[0.0; 3]));
            }
            FieldSubject::Tokens(tokens) => return Ok(tokens.start_image(self.live.size, self.live.seed)),
        };
        match self.live.start {
            FieldStart::Still(k) => {
                let still = library.stills.get(k).ok_or_else(|| missing("still", "give a smaller number"))?;
                Ok(repeated(still, width, height))
            }
            FieldStart::Seeds | FieldStart::Noise | FieldStart::State => {
                let rule = library.rule.as_ref().ok_or(FieldError::NoRule)?;
                let mut rng = StdRng::seed_from_u64(self.live.seed);
                if self.live.start == FieldStart::Noise {
                    return Ok(noise(rule, width, height, &mut rng));
                }
                Ok(seeded(rule, width, height, &mut rng))
            }
        }
    }

    /// # Errors
    /// The first value out of range.
    pub fn validate(&self) -> Result<(), FieldError> {
        let fail = |path, reason, hint| Err(FieldError::Value { path, reason, hint });
        let allowed = MIN_SIDE..=MAX_SIDE;
        let [width, height] = self.live.size;
        if !allowed.contains(&width) || !allowed.contains(&height) {
            return fail("live.size", format!("{width} × {height}"), "give sides of 16 to 2048 pixels");
        }
        if !(self.live.time_step > 0.0 && self.live.time_step <= 100.0) {
            return fail("live.time_step", self.live.time_step.to_string(), "give a number above 0 and up to 100");
        }
        let channels = match &self.subject {
            FieldSubject::Library(library) => {
                library.validate()?;
                2
            }
            FieldSubject::Tokens(tokens) => {
                tokens.validate()?;
                let sizes = self.state.as_ref().map(|state| [state.width, state.height]);
                if [self.live.size].into_iter().chain(sizes).flatten().any(|side| !side.is_multiple_of(16)) {
                    return fail("live.size", format!("{width} × {height}"), "give multiples of 16 for tokens");
                }
                3
            }
        };
        if let Some(state) = &self.state {
            let whole = state.channels == channels && state.data.len() == state.area() * state.channels;
            if !whole || !allowed.contains(&state.width) || !allowed.contains(&state.height) {
                return fail("state", "its size or number of channels is wrong".to_owned(), "remove it from the file");
            }
            if state.data.iter().any(|v| !v.is_finite()) {
                return fail("state", "a value is not finite".to_owned(), "remove it from the file");
            }
        }
        self.validate_checkpoints()
    }
}

/// A still repeated to another size.
fn repeated(still: &Still, width: usize, height: usize) -> Still {
    let mut out = Still::filled(width, height, &vec![0.0; still.channels]);
    for channel in 0..still.channels {
        let from = still.plane(channel);
        for (at, value) in out.plane_mut(channel).iter_mut().enumerate() {
            *value = from[at / width % still.height * still.width + at % width % still.width];
        }
    }
    out
}

fn noise(rule: &LibraryRule, width: usize, height: usize, rng: &mut StdRng) -> Still {
    use rand::RngExt;
    let mut out = Still::filled(width, height, &[0.0; 2]);
    for channel in 0..2 {
        let (rest, seed) = (rule.rest[channel] as f32, rule.seed[channel] as f32);
        out.plane_mut(channel).iter_mut().for_each(|v| *v = rest + rng.random::<f32>() * (seed - rest));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::field::stills::GrayScott;

    fn doc() -> FieldDoc {
        let recipe = GrayScottRun { size: 32, runs: 3, steps: 60, ..GrayScottRun::default() };
        let mut library = LibraryDoc::from_recipe(recipe).unwrap();
        library.rule = Some(GrayScott::default().rule());
        FieldDoc { subject: FieldSubject::Library(library), ..FieldDoc::default() }
    }

    #[test]
    fn a_scene_survives_its_text() {
        let mut doc = doc();
        doc.state = Some(doc.start_image().unwrap());
        let text = ron::ser::to_string_pretty(&doc, ron::ser::PrettyConfig::default()).unwrap();
        assert_eq!(ron::from_str::<FieldDoc>(&text).unwrap(), doc);
        assert!(doc.validate().is_ok());
        let default = FieldDoc::default();
        assert_eq!(ron::from_str::<FieldDoc>(&ron::to_string(&default).unwrap()).unwrap(), default);
        assert!(default.validate().is_ok());
    }

    #[test]
    fn unsound_scenes_are_refused() {
        let refused = |change: &dyn Fn(&mut FieldDoc)| {
            let mut doc = doc();
            change(&mut doc);
            doc.validate().unwrap_err().to_string()
        };
        assert!(refused(&|doc| doc.live.size = [128, 9000]).contains("live.size"));
        assert!(refused(&|doc| doc.live.time_step = f64::NAN).contains("live.time_step"));
        assert!(refused(&|doc| doc.state = Some(Still::filled(64, 64, &[1.0]))).contains("state"));
        let FieldSubject::Library(mut library) = doc().subject else { panic!("a library scene") };
        library.runs.pop();
        let broken = FieldDoc { subject: FieldSubject::Library(library), ..doc() };
        assert!(broken.validate().unwrap_err().to_string().contains("runs"));
    }

    #[test]
    fn one_failed_test_makes_a_law_uncertain() {
        let test = |p| Some(HeldOut { runs: 20, functionals: 10, f: 1.0, p });
        let (accepts, rejects) = (test(0.5), test(1e-9));
        for (tests, is_certain, words) in [
            ([accepts, rejects, rejects], Some(true), "certain: "),
            ([rejects, None, None], Some(false), "not certain: unseen stills reject the law"),
            ([rejects, rejects, rejects], Some(false), "not certain: unseen stills reject the law"),
            ([accepts, rejects, accepts], Some(false), "not certain: unseen stills accept a control"),
            ([accepts, None, None], None, "no certainty: unseen stills accept the law"),
            ([accepts, rejects, None], None, "no certainty: unseen stills accept the law"),
            ([None, None, None], None, "no certainty: too few stills"),
        ] {
            let [held_out, control_shuffled, control_without_reaction] = tests;
            let evidence = LibraryEvidence {
                stills: 60,
                gap: 2.0,
                sd: [1.0; 2],
                held_out,
                control_shuffled,
                control_without_reaction,
            };
            assert_eq!(evidence.is_certain(), is_certain, "{tests:?}");
            assert!(evidence.verdict().starts_with(words), "{}", evidence.verdict());
        }
    }

    #[test]
    fn new_fields_of_tokens_are_larger_on_a_graphics_card() {
        let tokens = TokenDoc::blank();
        let side = |has_card| FieldDoc::of_tokens(tokens.clone(), has_card).live.size;
        assert_eq!((side(true), side(false)), ([256; 2], [128; 2]));
        let mut pattern = doc();
        pattern.live.size = [96, 64];
        pattern.fit_engine(true);
        assert_eq!(pattern.live.size, [96, 64]);
    }

    #[test]
    fn every_start_has_the_size_of_the_field() {
        let mut doc = doc();
        doc.live.size = [48, 80];
        for start in [FieldStart::Seeds, FieldStart::Noise, FieldStart::Still(2)] {
            doc.live.start = start;
            let image = doc.start_image().unwrap();
            assert_eq!((image.width, image.height, image.channels), (48, 80, 2));
        }
        doc.live.start = FieldStart::Still(9);
        assert!(doc.start_image().is_err());
        doc.live.start = FieldStart::State;
        assert!(doc.start_image().is_err());
    }
}
