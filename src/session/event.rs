//! Events to the session.

use super::document::DocumentEvent;
use super::learning::LearnEvent;
use super::live::LiveEvent;
use super::observing::ObserveEvent;
use super::painting::PaintEvent;
use super::prefs::Prefs;
use super::sharing::ShareEvent;
use crate::jobs::JobFault;

/// Everything that is reported to the session: each feature has its own events.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A scene was read or written.
    Document(DocumentEvent),
    /// Files of other programs, rescued scenes and recordings.
    Share(ShareEvent),
    /// Texts and images as particles, stamps, the clipboard.
    Paint(PaintEvent),
    /// Progress of training, and measurements of rules.
    Learn(LearnEvent),
    /// Changes of the swarm that the engine made.
    Live(LiveEvent),
    /// Readings of the live swarm, speeds and certificates.
    Observe(ObserveEvent),
    /// A part of the program other than the engine failed; one sentence.
    Trouble(String),
    /// What was kept by an earlier run.
    PrefsRead(Box<Prefs>),
}

impl From<JobFault> for Event {
    fn from(fault: JobFault) -> Self {
        Self::Trouble(fault.to_string())
    }
}

super::command::from_features!(
    Event:
    Document(DocumentEvent),
    Share(ShareEvent),
    Paint(PaintEvent),
    Learn(LearnEvent),
    Live(LiveEvent),
    Observe(ObserveEvent)
);
