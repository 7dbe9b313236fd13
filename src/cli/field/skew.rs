//! The knobs of the flow K ∗ s as options.

use crate::worlds::field::tokens::SkewFlow;

#[derive(clap::Args)]
pub(super) struct SkewArgs {
    /// Strength of the training-free flow K∗s beside the swim of tokens, -3 to 3 [default: the scene's value]
    #[arg(long, value_name = "STRENGTH", allow_negative_numbers = true)]
    k: Option<f64>,
    /// Radius of its kernel, 0 to 3 pixels [default: the scene's value]
    #[arg(long, value_name = "PX")]
    k_radius: Option<usize>,
    /// Seed of its kernel [default: the scene's value]
    #[arg(long, value_name = "SEED")]
    k_seed: Option<u64>,
}

impl SkewArgs {
    /// The options, and whether each was given.
    pub fn given(&self) -> [(&'static str, bool); 3] {
        [("k", self.k.is_some()), ("k-radius", self.k_radius.is_some()), ("k-seed", self.k_seed.is_some())]
    }

    /// The flow of a scene with what was given.
    pub fn apply(&self, flow: SkewFlow) -> SkewFlow {
        SkewFlow {
            strength: self.k.unwrap_or(flow.strength),
            radius: self.k_radius.unwrap_or(flow.radius),
            seed: self.k_seed.unwrap_or(flow.seed),
        }
    }
}
