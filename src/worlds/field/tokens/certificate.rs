//! Whether tokens heal and grow under a rule.

use super::{TokenDoc, TokenEngine, TokenLive, Tracker};
use crate::worlds::field::FieldError;
use crate::worlds::field::engine::{FieldBrush, FieldStroke};
use crate::worlds::field::stills::Still;

/// Field of the certificate: side, pixels, and tokens.
pub const CERTIFICATE_SIDE: usize = 96;
/// Tokens on it.
pub const CERTIFICATE_TOKENS: usize = 12;
/// Correlation with the drawn token from which one counts as whole.
const WHOLE: f64 = 0.8;
/// Steps before a wound, and after it.
const BEFORE: u32 = 200;
const HEALING: u32 = 500;
/// Steps of the annealing of a growth, and of the life after it.
const ANNEALING: u32 = 1500;
const AFTER_GROWTH: u32 = 500;

/// Share of tokens that are whole again, 500 steps after every other pixel of the whole field was taken out; and tokens that
/// grow out of noise while σ falls from the highest to the live level, as a share of those of a fresh field. No part
/// of it is longer than `max_steps`.
///
/// # Errors
/// No rule.
pub fn healed_and_grown(doc: &TokenDoc, seed: u64, max_steps: u32) -> Result<[f64; 2], FieldError> {
    let live = TokenLive { tokens: CERTIFICATE_TOKENS, swim_px: 0.0, ..doc.live };
    let doc = TokenDoc { live, others: Vec::new(), ..doc.clone() };
    let rule = doc.rule.as_ref().ok_or(FieldError::NoRule)?;
    let ensemble = doc.ensemble();
    let tracker = Tracker::new(&ensemble);
    let whole = |image: &Still| tracker.find(image).iter().filter(|token| token.shape >= WHOLE).count() as f64;
    let start = doc.start_image([CERTIFICATE_SIDE; 2], seed);
    let fresh = whole(&start).max(1.0);

    let mut engine = TokenEngine::new(rule, &ensemble, &live, &start, seed);
    engine.run(BEFORE.min(max_steps));
    let before = whole(&engine.image()).max(1.0);
    let middle = CERTIFICATE_SIDE as f32 / 2.0;
    engine.apply(&FieldStroke {
        brush: FieldBrush::Wound,
        at: [middle; 2],
        radius_px: 2.0 * CERTIFICATE_SIDE as f32,
        motion_px: [0.0; 2],
    });
    engine.run(HEALING.min(max_steps));
    let healed = (whole(&engine.image()) / before).min(1.0);

    let empty = Still::filled(CERTIFICATE_SIDE, CERTIFICATE_SIDE, &[0.0; 3]);
    let [_, high] = doc.settings.sigma_range;
    let hot = TokenLive { sigma: high, ..live };
    let mut engine = TokenEngine::new(rule, &ensemble, &hot, &empty, seed);
    /// Steps between two levels of σ.
    const CHUNK: u32 = 25;
    let levels = ANNEALING.min(max_steps).div_ceil(CHUNK);
    for k in 0..levels {
        let share = f64::from(k) / f64::from(levels);
        engine.set_live(&TokenLive { sigma: high * (live.sigma / high).powf(share), ..live });
        engine.run(CHUNK);
    }
    engine.set_live(&live);
    engine.run(AFTER_GROWTH.min(max_steps));
    Ok([healed, whole(&engine.image()) / fresh])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::field::tokens::Token;
    use crate::worlds::field::tokens::TokenRule;
    use crate::worlds::field::tokens::net::TokenNet;

    #[test]
    fn a_network_that_knows_nothing_heals_and_grows_nothing() {
        let mut doc = TokenDoc::new(vec![Token::bundled("firefly").unwrap()]).unwrap();
        assert!(healed_and_grown(&doc, 1, 50).is_err(), "there is no rule");
        doc.rule = Some(TokenRule { net: TokenNet::random(1), motion_scale: 0.1, range: [-0.15, 1.15], seed: 1 });
        assert_eq!(healed_and_grown(&doc, 1, 50).unwrap(), [0.0, 0.0]);
    }
}
