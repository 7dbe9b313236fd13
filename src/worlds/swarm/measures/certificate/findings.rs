//! Everything that can be measured of a rule, in one go.

use glam::DVec2;

use super::{Check, CheckError, CheckProgress, CheckSettings, Contender, FlowMeasurement, Healing, Measured};
use crate::gpu::EngineChoice;
use crate::worlds::swarm::doc::{Evidence, KeptLong};
use crate::worlds::swarm::engine::Headless;
use crate::worlds::swarm::measures::Order;
use crate::worlds::swarm::picture::{Ensemble, Stills};
use crate::worlds::swarm::rule::{LiveSettings, Rule};

/// A certificate with all that it is compared with.
#[derive(Clone, Debug)]
pub struct CheckFindings {
    /// What the swarms ran on.
    pub engine: String,
    /// What the best growth reaches.
    pub ceiling: Measured,
    /// Started at random.
    pub grown: Measured,
    /// What each contender kept; the first is that of the scene's own live settings.
    pub flows: Vec<FlowMeasurement>,
    /// After the long run, where one was asked for.
    pub kept_long: Option<KeptLong>,
    /// After a wound.
    pub healing: Healing,
    /// How ordered samples of the picture are.
    pub target_order: Order,
    /// Particles of a sample.
    pub particles: usize,
    /// Its box, ℓ.
    pub box_l: DVec2,
    /// What a scene stores; `None` where the pattern cannot be distinguished from random.
    pub evidence: Option<Evidence>,
}

impl CheckFindings {
    /// Measures a rule and its contenders.
    ///
    /// # Errors
    /// An engine that does not exist; else as [`Check::new`] and [`Check::grown`].
    pub fn measure(
        rule: &Rule,
        picture: (impl Into<Stills>, &Ensemble),
        live: &LiveSettings,
        settings: CheckSettings,
        engine: EngineChoice,
        progress: &dyn CheckProgress,
    ) -> Result<Self, CheckError> {
        let headless = Headless::new(engine)?;
        progress.total(settings.total_steps(1));
        let check = Check::new(rule, picture, live, settings, &headless, progress)?;
        let contenders = check.contenders()?;
        progress.total(settings.total_steps(contenders.len()));

        let ceiling = check.ceiling()?;
        let grown = check.grown()?;
        let flows = contenders.iter().map(|one| measure_flow(&check, one)).collect::<Result<Vec<_>, CheckError>>()?;
        let healing = check.healing()?;
        let kept_long = check.kept_long()?;
        let started = &check.started;
        let orders = started.iter().map(|swarm| {
            check.poll()?;
            Ok(Order::of(swarm, &check.engine(swarm, live, 0)?.shown()?))
        });
        let target_order = Order::mean(&orders.collect::<Result<Vec<_>, CheckError>>()?);
        let evidence = check.evidence(grown, &flows[0], healing.healed, kept_long).ok();
        Ok(Self {
            engine: headless.describe(),
            ceiling,
            grown,
            flows,
            kept_long,
            healing,
            target_order,
            particles: started[0].len(),
            box_l: started[0].box_size,
            evidence,
        })
    }
}

/// What a flow keeps, with its residual.
fn measure_flow(check: &Check, contender: &Contender) -> Result<FlowMeasurement, CheckError> {
    Ok(FlowMeasurement { residual: check.residual(contender)?, ..check.kept(contender)? })
}
