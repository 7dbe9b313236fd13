//! Texts and images as particles: stippled by the shell, previewed before they are placed.

use std::path::PathBuf;
use std::sync::Arc;

use crate::session::command::{Effect, PaintEffect, Tool, Workspace};
use crate::session::state::Session;
use crate::worlds::swarm::picture::{Particle, Snapshot};

/// What is stippled; the shell reads fonts and files.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum StippleSource {
    /// In one line, in the font that comes with the program.
    Text(String),
    /// A PNG or JPEG file.
    Image(PathBuf),
}

/// How many particles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StippleAmount {
    /// A number, whatever the distance between them.
    Count(usize),
    /// As many as fit at this distance, in heights of a line of text (longer sides of an image).
    Spacing(f64),
}

/// What is to be made into particles, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct StippleRequest {
    /// Text or image.
    pub source: StippleSource,
    /// How many particles, or how far apart.
    pub amount: StippleAmount,
    /// Ink below this share of the darkest is paper.
    pub paper: f64,
    /// The ground becomes particles instead of the ink.
    pub invert: bool,
}

/// The result: particles about their middle, in heights of a line of text or longer sides of the image.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StippleView {
    /// Whether a newer result is on its way.
    pub busy: bool,
    /// Why there is none, in one sentence.
    pub error: Option<String>,
    /// As they are placed at the scale 1; empty until the first result arrives.
    pub particles: Arc<Vec<Particle>>,
    /// Their median distance to the nearest; 0 without particles.
    pub spacing: f64,
}

#[derive(Debug, Default)]
pub(in crate::session) struct Stippling {
    asked: Option<StippleRequest>,
    pub view: StippleView,
}

/// Once a tick: requests particles again when the text, the image or its settings have changed.
pub(in crate::session) fn look(session: &mut Session) -> Option<Effect> {
    if session.workspace != Workspace::Paint {
        return None;
    }
    let painting = &session.painting;
    let request = match session.painting.tool {
        Tool::Text => StippleRequest {
            source: StippleSource::Text(painting.text.trim().to_owned()),
            amount: StippleAmount::Spacing(painting.options.text_spacing / painting.options.text.scale),
            paper: 0.5,
            invert: false,
        },
        Tool::Image => StippleRequest {
            source: StippleSource::Image(painting.image.clone()?),
            amount: match painting.options.image_options.spacing {
                Some(spacing) => StippleAmount::Spacing(spacing / painting.options.image.scale),
                None => StippleAmount::Count(painting.options.image_options.particles),
            },
            paper: painting.options.image_options.paper,
            invert: painting.options.image_options.invert,
        },
        _ => return None,
    };
    let stippling = match session.painting.tool {
        Tool::Text => &mut session.painting.text_view,
        _ => &mut session.painting.image_view,
    };
    if stippling.asked.as_ref() == Some(&request) {
        return None;
    }
    stippling.asked = Some(request.clone());
    if request.source == StippleSource::Text(String::new()) {
        stippling.view = StippleView::default();
        return None;
    }
    stippling.view.busy = true;
    Some(Effect::Paint(PaintEffect::Stipple(request)))
}

/// The result of [`PaintEffect::Stipple`]; that of an older request is ignored.
pub(in crate::session) fn stippled(
    session: &mut Session,
    request: &StippleRequest,
    result: Result<Vec<Particle>, String>,
) {
    let painting = &mut session.painting;
    let stippling = match request.source {
        StippleSource::Text(_) => &mut painting.text_view,
        StippleSource::Image(_) => &mut painting.image_view,
    };
    if stippling.asked.as_ref() != Some(request) {
        return;
    }
    stippling.view = match result {
        Ok(particles) => {
            let measured = Snapshot { particles, ..Snapshot::default() };
            let spacing = if measured.particles.len() < 2 { 0.0 } else { measured.unit_length() };
            StippleView { particles: Arc::new(measured.particles), spacing, ..StippleView::default() }
        }
        Err(why) => StippleView { error: Some(why), ..StippleView::default() },
    };
    if let (StippleSource::Image(_), StippleAmount::Spacing(_), count @ 1..) =
        (&request.source, request.amount, stippling.view.particles.len())
    {
        painting.options.image_options.particles = count;
    }
}
