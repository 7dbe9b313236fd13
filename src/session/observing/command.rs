//! What a user can measure and plot.

use std::path::PathBuf;

use super::charts::PlotKind;
use super::{certificate, truth};
use crate::session::command::{Effect, ObserveEffect};
use crate::session::state::Session;

/// What a user can measure and plot.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ObserveCommand {
    /// Measures how well the rule grows, keeps and heals the pattern, in the background.
    Certify,
    /// Ends the measurement; an earlier certificate stays.
    CancelCertify,
    /// Compares the learned motion with the true one, where the picture is a film with ids.
    MeasureTruth,
    /// Writes the plot as it is now; as .csv or .png by the extension.
    SavePlot(PlotKind, PathBuf),
}

impl ObserveCommand {
    /// Whether it would do something now.
    pub(in crate::session) fn is_possible(&self, session: &Session) -> bool {
        let certifies = session.certificate().is_running();
        match self {
            Self::Certify => session.has_rule() && !session.training().state.is_active() && !certifies,
            Self::CancelCertify => certifies,
            Self::MeasureTruth => session.truth_refusal().is_none(),
            Self::SavePlot(..) => true,
        }
    }
}

pub(in crate::session) fn apply(session: &mut Session, command: ObserveCommand) -> Vec<Effect> {
    match command {
        ObserveCommand::Certify => certificate::begin(session, true),
        ObserveCommand::CancelCertify => certificate::cancel(session),
        ObserveCommand::MeasureTruth => truth::begin(session),
        ObserveCommand::SavePlot(kind, path) => {
            vec![Effect::Observe(ObserveEffect::SavePlot { path, chart: Box::new(session.chart(kind)) })]
        }
    }
}
