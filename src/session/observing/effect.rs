//! What the shell must do for observing.

use std::path::PathBuf;

use super::truth::TruthRequest;
use crate::media::chart::Chart;
use crate::session::command::CertificateRequest;

/// What the shell must do for observing.
#[derive(Clone, Debug, PartialEq)]
pub enum ObserveEffect {
    /// Measure in the background and report [`super::ObserveEvent::CertificateProgress`] and
    /// [`super::ObserveEvent::Certified`].
    Certify(Box<CertificateRequest>),
    /// End the job; a late result is ignored.
    StopCertifying,
    /// Measure in the background and report [`super::ObserveEvent::TruthMeasured`].
    MeasureTruth(Box<TruthRequest>),
    /// Write off the UI thread, as CSV or PNG by the extension.
    SavePlot {
        /// Its extension sets the format.
        path: PathBuf,
        /// Already computed, so that the file shows what was on screen.
        chart: Box<Chart>,
    },
}
