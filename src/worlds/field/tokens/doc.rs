//! What a scene stores of drawn tokens.

use glam::DVec2;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::net::{TokenNet, WEIGHTS, WEIGHTS_AHEAD};
use super::{
    GROWTH_SIGMA, RuleRecord, SkewFlow, Spacing, Template, Token, TokenArrangement, TokenEnsemble, TokenGroups,
    TokenGrowth, TokenLive, TokenLook, TokenRule, TokenSettings, TokenSummary,
};
use crate::worlds::field::FieldError;
use crate::worlds::field::stills::{Still, pack_floats, unpack_floats};

/// Maximum number of kinds of tokens of a scene.
pub const MAX_KINDS: usize = 4;
/// Noise σ moves a token by σ / √(sum of squares of its slope): this ratio is that of the firefly at σ = .3. Fainter
/// tokens drown in the noise of brighter ones (an arrow at .3 was lost within 10,000 steps).
const SIGMA_PER_SLOPE: f64 = 0.112;
const SIGMA_BOUNDS: [f64; 2] = [0.1, 0.3];
/// Canvas of a token that is yet to be drawn: pixels of a side, and field pixels.
const DRAWN_SIDE: usize = 24;
const DRAWN_SIZE_PX: f64 = 16.0;
/// Clearance of groups that fit the tokens, in diameters of the largest one: it separates members, which touch,
/// from others.
const GROUP_ROOM: f64 = 1.5;
/// Closest distance of two members of a group, field pixels.
pub const MIN_GROUP_PX: f64 = 4.0;
/// Closest distance of two tokens, field pixels.
pub const MIN_CLEARANCE_PX: f64 = 6.0;
/// Largest clearance, field pixels.
pub const MAX_CLEARANCE_PX: f64 = 64.0;
/// Area that the number of tokens of [`TokenLive`] belongs to, pixels.
const REFERENCE_AREA: f64 = 96.0 * 96.0;

/// Tokens, the settings of learning, and the rule that was learned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TokenDoc {
    /// The drawn tokens, 1 to [`MAX_KINDS`].
    pub tokens: Vec<Token>,
    /// Closest distance of two tokens, or of two groups, field pixels.
    pub clearance_px: f64,
    /// Whether tokens come in groups.
    #[serde(default, skip_serializing_if = "TokenArrangement::is_free")]
    pub arrangement: TokenArrangement,
    /// Distance of neighbours in a group, field pixels; without one it is what the clearance leaves room for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_px: Option<f64>,
    /// Settings of the training of the network.
    #[serde(default)]
    pub settings: TokenSettings,
    /// How the field lives.
    #[serde(default)]
    pub live: TokenLive,
    /// The training-free flow beside it.
    #[serde(default, skip_serializing_if = "SkewFlow::is_default")]
    pub skew: SkewFlow,
    /// How it is shown.
    #[serde(default)]
    pub look: TokenLook,
    /// The chosen rule, once learned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<TokenRule>,
    /// Rules of the same picture by other seeds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<TokenRule>,
    /// Names of all rules, and what was found about those that are not chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<RuleRecord>,
    /// What was found about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<TokenEvidence>,
}

/// What `check` has found about the rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TokenEvidence {
    /// Live steps of each run.
    pub steps: u32,
    /// Seed of the runs.
    pub seed: u64,
    /// Standing still, and swimming at the default speed.
    pub at_rest: TokenSummary,
    /// Swimming at the default speed.
    pub swimming: TokenSummary,
    /// Commanded speed of `swimming`, pixels per 100 steps.
    pub commanded: f64,
    /// Commanded speed of `swimming` to the right of the front, pixels per 100 steps.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub commanded_aside: f64,
    /// Commanded turn of `swimming`, radians per 100 steps, to the right above 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub commanded_turn: f64,
    /// Share of tokens that are whole again 500 steps after every other pixel was taken out; scenes of older checks
    /// have none.
    #[serde(default)]
    pub healed: Option<f64>,
    /// Whole tokens grown out of noise, as a share of those of a fresh field.
    #[serde(default)]
    pub grown: Option<f64>,
    /// The same as a share of those that fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grown_of_fitting: Option<f64>,
    /// Tokens that fit: the densest of several tilings of the same area that had no room for another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fitting: Option<usize>,
    /// Swimming with K ∗ s beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turned: Option<SkewEvidence>,
}

/// What the flow K ∗ s does to tokens that swim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SkewEvidence {
    /// Its knobs.
    pub flow: SkewFlow,
    /// As [`TokenEvidence::swimming`].
    pub swimming: TokenSummary,
}

fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

#[derive(Serialize, Deserialize)]
struct PackedRule {
    motion_scale: f32,
    range: [f32; 2],
    /// Rules of older scenes do not know it.
    #[serde(default)]
    seed: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    curve_rad_per_px: f64,
    weights: String,
}

impl Serialize for TokenRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let weights = pack_floats(&self.net.weights);
        let Self { motion_scale, range, seed, curve_rad_per_px, .. } = *self;
        PackedRule { motion_scale, range, seed, curve_rad_per_px, weights }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for TokenRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let PackedRule { motion_scale, range, seed, curve_rad_per_px, weights } =
            PackedRule::deserialize(deserializer)?;
        let numbers = unpack_floats(&weights, WEIGHTS, "weights")
            .or_else(|error| unpack_floats(&weights, WEIGHTS_AHEAD, "weights").map_err(|_| error));
        let net = TokenNet::of_weights(numbers.map_err(serde::de::Error::custom)?).expect("one of the two sizes");
        Ok(Self { net, motion_scale, range, seed, curve_rad_per_px })
    }
}

impl TokenDoc {
    /// An untaught scene of one or more kinds of tokens, with the clearance of the largest and the temperature of the
    /// faintest.
    ///
    /// # Errors
    /// No token, too many, or one that cannot be learned.
    pub fn new(tokens: Vec<Token>) -> Result<Self, FieldError> {
        tokens.iter().try_for_each(Token::check)?;
        let mut doc = Self { tokens, ..Self::blank() };
        doc.fit();
        doc.validate()?;
        Ok(doc)
    }

    /// A scene with one empty canvas to draw on.
    pub fn blank() -> Self {
        let mut doc = Self {
            tokens: vec![Token { size_px: DRAWN_SIZE_PX, ..Token::empty(DRAWN_SIDE) }],
            clearance_px: DRAWN_SIZE_PX,
            arrangement: TokenArrangement::Free,
            group_px: None,
            settings: TokenSettings::default(),
            live: TokenLive::default(),
            skew: SkewFlow::default(),
            look: TokenLook::default(),
            rule: None,
            others: Vec::new(),
            records: Vec::new(),
            evidence: None,
        };
        doc.fit();
        doc
    }

    /// Clearance of the largest token, and temperature of the faintest.
    fn fitting(&self) -> (f64, f64) {
        let radius = self.tokens.iter().map(Token::radius_px).fold(0.0, f64::max);
        let room = if self.arrangement.is_free() { 1.0 } else { GROUP_ROOM };
        let clearance_px = (2.0 * room * radius).round().clamp(MIN_CLEARANCE_PX, MAX_CLEARANCE_PX);
        let slopes = self.tokens.iter().map(|token| Template::new(token).ahead_energy.sqrt());
        let slope = slopes.fold(f64::INFINITY, f64::min);
        let sigma = (SIGMA_PER_SLOPE * slope).clamp(SIGMA_BOUNDS[0], SIGMA_BOUNDS[1]);
        (clearance_px, (100.0 * sigma).round() / 100.0)
    }

    /// Sets clearance, temperature and size of the images to what fits the tokens.
    pub fn fit(&mut self) {
        let (clearance_px, sigma) = self.fitting();
        self.set_clearance(clearance_px);
        self.set_sigma(sigma);
    }

    /// Changes the tokens; what fitted them before fits them after, and what was set by hand stays.
    pub fn redraw(&mut self, change: impl FnOnce(&mut Vec<Token>)) {
        let (clearance_px, sigma) = self.fitting();
        let fitted = (self.clearance_px == clearance_px, self.settings.sigma == sigma);
        change(&mut self.tokens);
        let (clearance_px, sigma) = self.fitting();
        if fitted.0 {
            self.set_clearance(clearance_px);
        }
        if fitted.1 {
            self.set_sigma(sigma);
        }
    }

    /// Sets the clearance, and images that are large enough for it.
    pub fn set_clearance(&mut self, clearance_px: f64) {
        self.clearance_px = clearance_px;
        self.fit_side();
    }

    /// Sets groups and the distance of their members, and images that are large enough. A clearance that fitted before fits
    /// after.
    pub fn set_groups(&mut self, arrangement: TokenArrangement, group_px: Option<f64>) {
        let has_fitted = self.clearance_px == self.fitting().0;
        (self.arrangement, self.group_px) = (arrangement, group_px);
        if has_fitted {
            self.clearance_px = self.fitting().0;
        }
        self.fit_side();
    }

    fn fit_side(&mut self) {
        let needed = self.needed_side().ceil() as usize;
        self.settings.side = TokenSettings::default().side.max(needed).next_multiple_of(16);
    }

    /// Side of an image in which neither a token nor a group meets itself, pixels.
    fn needed_side(&self) -> f64 {
        self.clearance_px + self.clearance_px.max(self.spacing().groups.length_px())
    }

    /// Distance of neighbours in a group, field pixels.
    pub fn group_distance_px(&self) -> f64 {
        self.group_px.unwrap_or_else(|| (self.clearance_px / GROUP_ROOM).round())
    }

    /// The distances that tokens keep.
    pub fn spacing(&self) -> Spacing {
        let groups = match self.arrangement {
            TokenArrangement::Free => TokenGroups::FREE,
            arrangement => TokenGroups { arrangement, distance_px: self.group_distance_px() },
        };
        Spacing { clearance_px: self.clearance_px, groups }
    }

    /// Sets the noise level of training and of the live rule; growths begin at the highest trained level.
    pub fn set_sigma(&mut self, sigma: f64) {
        self.settings.sigma = sigma;
        self.settings.sigma_range = [0.5 * sigma, GROWTH_SIGMA.max(1.5 * sigma)];
        self.live.sigma = sigma;
    }

    /// The tokens ready to be drawn.
    pub fn ensemble(&self) -> TokenEnsemble {
        TokenEnsemble::new(&self.tokens, self.spacing())
    }

    /// A whole growth out of noise.
    pub fn growth(&self) -> TokenGrowth {
        TokenGrowth::new(&self.settings, TokenGrowth::STEPS)
    }

    /// A fresh clean image: as many tokens as the knobs ask for in the area, at random poses.
    pub fn start_image(&self, [width, height]: [usize; 2], seed: u64) -> Still {
        let ensemble = self.ensemble();
        let count = (self.live.tokens as f64 * (width * height) as f64 / REFERENCE_AREA).round() as usize;
        let mut rng = StdRng::seed_from_u64(seed);
        let size = DVec2::new(width as f64, height as f64);
        let poses = ensemble.spacing.place(count.max(1), self.tokens.len(), size, &mut rng);
        let image = ensemble.render(&poses, [width, height], &[]).image;
        let channel = |c: usize| image.iter().skip(c).step_by(3).copied();
        Still { width, height, channels: 3, data: channel(0).chain(channel(1)).chain(channel(2)).collect() }
    }

    /// # Errors
    /// The first value out of range.
    pub fn validate(&self) -> Result<(), FieldError> {
        let fail = |path, reason: String, hint| Err(FieldError::Value { path, reason, hint });
        if !(1..=MAX_KINDS).contains(&self.tokens.len()) {
            return fail("tokens", format!("there are {}", self.tokens.len()), "give 1 to 4 kinds");
        }
        self.tokens.iter().try_for_each(Token::check_canvas)?;
        if !(MIN_CLEARANCE_PX..=MAX_CLEARANCE_PX).contains(&self.clearance_px) {
            return fail("clearance_px", self.clearance_px.to_string(), "give 6 to 64 pixels");
        }
        let group_px = self.group_distance_px();
        if !(MIN_GROUP_PX..=MAX_CLEARANCE_PX).contains(&group_px) {
            return fail("group_px", group_px.to_string(), "give 4 to 64 pixels");
        }
        if self.needed_side() > self.settings.side as f64 && self.clearance_px * 2.0 <= self.settings.side as f64 {
            return fail(
                "group_px",
                group_px.to_string(),
                "a group is longer than the tile; lower the distances, or learn with a larger --side",
            );
        }
        if self.clearance_px * 2.0 > self.settings.side as f64 {
            return fail(
                "clearance_px",
                self.clearance_px.to_string(),
                "the token is larger than the tile; lower the distance, or learn with --side of at least twice as much",
            );
        }
        self.settings.validate()?;
        self.live.validate()?;
        self.skew.validate()?;
        for rule in self.rule.iter().chain(&self.others) {
            let numbers = rule.net.weights.iter().chain(&rule.range).chain([&rule.motion_scale]);
            let is_finite = numbers.into_iter().all(|w| w.is_finite()) && rule.curve_rad_per_px.is_finite();
            if rule.net.weights.len() != WEIGHTS || !is_finite {
                return fail("rule", "its weights are not whole".to_owned(), "learn it again");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_scene_survives_its_text() {
        let mut doc = TokenDoc::new(vec![Token::bundled("dot").unwrap(), Token::bundled("ring").unwrap()]).unwrap();
        doc.settings.curve_rad_per_px = -0.1;
        doc.rule = Some(TokenRule { curve_rad_per_px: 0.1, ..TokenRule::untaught(TokenNet::random(3)) });
        let text = ron::to_string(&doc).unwrap();
        assert_eq!(ron::from_str::<TokenDoc>(&text).unwrap(), doc);
        assert!(text.len() < 600_000, "{}", text.len());
    }

    #[test]
    fn arrangements_survive_the_text_and_older_scenes_are_free() {
        let mut doc = TokenDoc::new(vec![Token::bundled("firefly").unwrap()]).unwrap();
        let free = ron::to_string(&doc).unwrap();
        assert!(!free.contains("arrangement") && !free.contains("group_px"), "as scenes were before");
        assert_eq!(ron::from_str::<TokenDoc>(&free).unwrap().arrangement, TokenArrangement::Free);
        for (arrangement, group_px) in [(TokenArrangement::Pairs, Some(9.5)), (TokenArrangement::Chains, None)] {
            doc.set_groups(arrangement, group_px);
            let text = ron::to_string(&doc).unwrap();
            assert_eq!(ron::from_str::<TokenDoc>(&text).unwrap(), doc);
            assert!(doc.validate().is_ok());
        }
        let text = ron::to_string(&doc).unwrap().replace("Chains", "Rows");
        let error = ron::from_str::<TokenDoc>(&text).unwrap_err().to_string();
        assert!(error.contains("Rows") && error.contains("Chains") && error.lines().count() == 1, "{error}");
    }

    #[test]
    fn distances_of_groups_fit_the_tokens_until_they_are_set() {
        let mut doc = TokenDoc::new(vec![Token::bundled("firefly").unwrap()]).unwrap();
        let free = doc.clone();
        doc.set_groups(TokenArrangement::Pairs, None);
        assert_eq!(doc.group_distance_px(), free.clearance_px);
        assert!(doc.clearance_px > 1.4 * free.clearance_px, "{}", doc.clearance_px);
        doc.set_groups(TokenArrangement::Free, None);
        assert_eq!(doc, free);
        doc.set_clearance(18.0);
        doc.set_groups(TokenArrangement::Chains, Some(11.0));
        assert_eq!((doc.clearance_px, doc.group_distance_px()), (18.0, 11.0));
    }

    #[test]
    fn images_are_large_enough_for_a_group() {
        let mut doc = TokenDoc::new(vec![Token::bundled("taiji").unwrap()]).unwrap();
        doc.set_clearance(30.0);
        assert_eq!(doc.settings.side, 64);
        doc.set_groups(TokenArrangement::Chains, None);
        assert!(doc.settings.side == 80 && doc.validate().is_ok(), "{}", doc.settings.side);
        doc.settings.side = 64;
        assert!(doc.validate().unwrap_err().to_string().contains("a group is longer than the tile"));
        doc.set_groups(TokenArrangement::Pairs, Some(2.0));
        assert!(doc.validate().unwrap_err().to_string().contains("group_px"));
    }

    #[test]
    fn unsound_token_scenes_are_refused() {
        let doc = TokenDoc::new(vec![Token::bundled("taiji").unwrap()]).unwrap();
        assert!(TokenDoc::new(Vec::new()).unwrap_err().to_string().contains("1 to 4"));
        let large = TokenDoc { clearance_px: 40.0, ..doc.clone() };
        assert!(large.validate().unwrap_err().to_string().contains("larger than the tile"));
        let hot = TokenDoc { live: TokenLive { sigma: f64::NAN, ..doc.live }, ..doc };
        assert!(hot.validate().unwrap_err().to_string().contains("sigma"));
    }

    #[test]
    fn fields_hold_tokens_in_proportion_to_their_area() {
        let doc = TokenDoc::new(vec![Token::bundled("dot").unwrap()]).unwrap();
        let ink = |size| doc.start_image(size, 1).data.iter().map(|v| f64::from(*v)).sum::<f64>();
        let ratio = ink([192, 96]) / ink([96, 96]);
        assert!((ratio - 2.0).abs() < 0.1, "{ratio}");
    }
}
