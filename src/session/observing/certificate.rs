//! The certificate of the scene: asked for, measured in the background, kept with the scene.

use std::sync::Arc;

use crate::session::command::notify;
use crate::session::command::{CertificateRequest, Effect, Level, ObserveEffect};
use crate::session::learning::command::learnable;
use crate::session::live::start;
use crate::session::state::Session;
use crate::worlds::swarm::doc::Evidence;
use crate::worlds::swarm::measures::Certificate;
use crate::worlds::swarm::picture::Stills;
use crate::worlds::swarm::rule::Rule;

/// State of the measurement of a certificate.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum CertificateState {
    /// No job: nothing was asked for, or it is complete or cancelled.
    #[default]
    Idle,
    /// The job runs; the swarm plays on meanwhile.
    Running {
        /// Such as "growing".
        phase: &'static str,
        /// Of the whole, 0 to 1.
        share: f64,
    },
    /// One sentence.
    Failed(String),
}

/// What a certificate was measured on; its settings are part of the certificate.
#[derive(Clone, Debug)]
struct Subject {
    rule: Arc<Rule>,
    stills: Stills,
}

impl Subject {
    fn of(session: &Session) -> Option<Self> {
        let document = &session.document;
        Some(Self { rule: document.world.rule.clone()?, stills: document.world.stills() })
    }

    fn is_that_of(&self, session: &Session) -> bool {
        let document = &session.document;
        document.world.rule.as_ref().is_some_and(|rule| Arc::ptr_eq(rule, &self.rule))
            && self.stills.is_same_picture(&document.world.stills())
    }
}

/// The measuring that is under way, and what it has found.
#[derive(Clone, Debug, Default)]
pub struct CertificateView {
    /// Of the measurement that was asked for last in this scene.
    pub state: CertificateState,
    run: u64,
    subject: Option<Subject>,
    /// The certificate measured last in this scene.
    last: Option<(Subject, Certificate)>,
    /// The evidence seen last, of the scene with this serial: it may be out of date.
    seen: Option<(u64, Evidence)>,
}

/// How far the evidence of the scene holds now.
#[derive(Clone, Debug, PartialEq)]
pub enum Seal {
    /// The present rule was never measured.
    None,
    /// Measured on the present picture with the present rule.
    Valid(Evidence),
    /// Measured before the picture or the rule was changed.
    Stale(Evidence),
    /// Measured with other live settings than those that are set now.
    OfOtherSettings(Evidence),
}

impl CertificateView {
    /// Whether there is a job that could be cancelled.
    pub fn is_running(&self) -> bool {
        matches!(self.state, CertificateState::Running { .. })
    }
}

impl Session {
    /// The measurement under way, and the newest certificate of this scene.
    pub fn certificate(&self) -> &CertificateView {
        &self.observing.certificate
    }

    /// Whether the scene's evidence holds for the rule as it is now.
    pub fn seal(&self) -> Seal {
        match (&self.document.world.evidence, &self.observing.certificate.seen) {
            (Some(evidence), _) if self.has_settings_of(evidence) => Seal::Valid(evidence.clone()),
            (Some(evidence), _) => Seal::OfOtherSettings(evidence.clone()),
            (None, Some((serial, evidence))) if *serial == self.file.serial => Seal::Stale(evidence.clone()),
            _ => Seal::None,
        }
    }

    /// Whether the live settings are those that the certificate was measured with. One of an older
    /// program has no settings, and counts as if they were the same.
    fn has_settings_of(&self, evidence: &Evidence) -> bool {
        let (Some(rule), Some(measured)) = (&self.document.world.rule, evidence.live) else { return true };
        let species = rule.energy.shape.species;
        measured.that_move(species) == start::within(rule, self.document.world.live).that_move(species)
    }

    /// The motion during the valid certificate, where it was measured in this run.
    pub fn certified_motion(&self) -> Option<&crate::worlds::swarm::measures::Motion> {
        let (subject, certificate) = self.observing.certificate.last.as_ref()?;
        (self.document.world.evidence.is_some() && subject.is_that_of(self)).then_some(&certificate.motion)
    }
}

/// Starts to measure. `asked`: by the user, who then gets a notice where it cannot start.
pub(in crate::session) fn begin(session: &mut Session, asked: bool) -> Vec<Effect> {
    let refuse = |text: &str| if asked { vec![notify(Level::Info, text)] } else { Vec::new() };
    if session.learning.training.state.is_active() {
        return refuse("A rule is being learned: it can be certified when that is done.");
    }
    let Some(rule) = session.document.world.rule.clone() else {
        return refuse("There is no rule to certify yet: paint a picture, then press Learn.");
    };
    if let Err(refusal) = learnable(session) {
        return if asked { refusal } else { Vec::new() };
    }
    if session.observing.certificate.is_running() {
        return Vec::new();
    }
    let document = &session.document;
    if document.world.stills().species_count() > rule.energy.shape.species {
        return refuse("The picture has a species that the rule does not know: press Learn on first.");
    }
    let request = CertificateRequest {
        run: session.observing.certificate.run + 1,
        stills: document.world.stills(),
        ensemble: document.world.ensemble,
        live: start::within(&rule, document.world.live),
        rule,
    };
    session.observing.certificate.run = request.run;
    session.observing.certificate.subject = Subject::of(session);
    session.observing.certificate.state = CertificateState::Running { phase: "sampling", share: 0.0 };
    vec![Effect::Observe(ObserveEffect::Certify(Box::new(request)))]
}

/// Ends the measuring, if any.
pub(in crate::session) fn cancel(session: &mut Session) -> Vec<Effect> {
    if !session.observing.certificate.is_running() {
        return Vec::new();
    }
    session.observing.certificate.state = CertificateState::Idle;
    // Its later events belong to a run that is over.
    session.observing.certificate.run += 1;
    vec![Effect::Observe(ObserveEffect::StopCertifying)]
}

pub(in crate::session) fn progress(session: &mut Session, run: u64, phase: &'static str, share: f64) {
    let view = &mut session.observing.certificate;
    if run == view.run && view.is_running() {
        view.state = CertificateState::Running { phase, share: share.clamp(0.0, 1.0) };
    }
}

pub(in crate::session) fn arrived(session: &mut Session, run: u64, result: Result<Certificate, String>) -> Vec<Effect> {
    if run != session.observing.certificate.run {
        return Vec::new();
    }
    let subject = session.observing.certificate.subject.take();
    session.observing.certificate.state = CertificateState::Idle;
    let certificate = match result {
        Ok(certificate) => certificate,
        Err(why) => {
            let text = format!("The rule could not be certified: {why}.");
            session.observing.certificate.state = CertificateState::Failed(why);
            return vec![notify(Level::Warning, text)];
        }
    };
    let Some(subject) = subject.filter(|subject| subject.is_that_of(session)) else {
        return vec![notify(Level::Info, "The scene was changed meanwhile: the certificate is not valid for it.")];
    };
    let Evidence { grown, kept, healed, .. } = certificate.evidence;
    // No step of the history: it follows from what is there, as what a run has learned.
    session.document.world.evidence = Some(certificate.evidence.clone());
    session.observing.certificate.last = Some((subject, certificate));
    session.new_revision();
    let but = match session.seal() {
        Seal::OfOtherSettings(_) => " It is valid for the settings at its start.",
        _ => "",
    };
    vec![notify(Level::Success, format!("Certified: grown {grown:.2}, kept {kept:.2}, healed {healed:.2}.{but}"))]
}

/// Once a tick: an undo may have brought back what was certified, or taken its certificate away.
pub(in crate::session) fn follow(session: &mut Session) -> Vec<Effect> {
    if session.document.world.evidence.is_none()
        && let Some((subject, certificate)) = &session.observing.certificate.last
        && subject.is_that_of(session)
    {
        session.document.world.evidence = Some(certificate.evidence.clone());
    }
    if let Some(evidence) = &session.document.world.evidence {
        let known = session
            .observing
            .certificate
            .seen
            .as_ref()
            .is_some_and(|(serial, seen)| *serial == session.file.serial && seen == evidence);
        if !known {
            session.observing.certificate.seen = Some((session.file.serial, evidence.clone()));
        }
    }
    // A certificate of a scene that is gone has no use.
    let gone = session.observing.certificate.subject.as_ref().is_some_and(|subject| {
        matches!(session.observing.certificate.state, CertificateState::Running { .. }) && !subject.is_that_of(session)
    });
    if !gone {
        return Vec::new();
    }
    let mut effects = cancel(session);
    effects.push(notify(Level::Info, "The scene was changed: certifying has stopped."));
    effects
}
