//! Texts and images become particles in one background thread; only the newest request counts.

use std::path::PathBuf;
use std::time::SystemTime;

use crate::formats::{Drawing, StippleOptions};
use crate::jobs::{Cores, Inbox, JobName, Outbox, Worker, guarded};
use crate::session::{Event, PaintEvent, StippleAmount, StippleRequest, StippleSource};
use crate::worlds::swarm::picture::Particle;

/// The thread; it ends when this is dropped.
pub struct Stippler(Worker<StippleRequest, Event>);

impl Default for Stippler {
    fn default() -> Self {
        let name = JobName { thread: "stipple", what: "Making particles of texts and images" };
        // Sliders ask faster than images are stippled.
        Self(Worker::start(name, Cores::Shared, Inbox::Latest, || {
            let mut memory = DrawingMemory::default();
            move |request: StippleRequest, outbox: &Outbox<Event>| {
                let result = guarded("making particles of the drawing", || memory.stipple(&request));
                outbox.send(Event::Paint(PaintEvent::Stippled { request, result }));
            }
        }))
    }
}

impl Stippler {
    pub fn ask(&self, request: StippleRequest) {
        self.0.order(request);
    }

    pub fn events(&self) -> impl Iterator<Item = Event> + '_ {
        self.0.events().chain(self.0.faults().map(Event::from))
    }
}

/// The drawing of the last request: other settings need not read it again.
#[derive(Default)]
struct DrawingMemory {
    drawing: Option<(StippleSource, Option<SystemTime>, Drawing)>,
}

impl DrawingMemory {
    fn stipple(&mut self, request: &StippleRequest) -> Result<Vec<Particle>, String> {
        let written = match &request.source {
            StippleSource::Image(path) => changed_at(path),
            StippleSource::Text(_) => None,
        };
        let same = |(source, at, _): &(StippleSource, Option<SystemTime>, Drawing)| {
            *source == request.source && *at == written
        };
        if !self.drawing.as_ref().is_some_and(same) {
            self.drawing = None;
            let drawing = match &request.source {
                StippleSource::Text(text) => Drawing::of_text(text)?,
                StippleSource::Image(path) => Drawing::open(path).map_err(|e| e.to_string())?,
            };
            self.drawing = Some((request.source.clone(), written, drawing));
        }
        let Some((_, _, drawing)) = &self.drawing else { return Ok(Vec::new()) };
        let (paper, invert) = (request.paper, request.invert);
        let strokes = matches!(request.source, StippleSource::Text(_));
        let options = StippleOptions { paper, invert, strokes, ..StippleOptions::default() };
        let particles = match request.amount {
            StippleAmount::Count(count) => count,
            StippleAmount::Spacing(spacing) if strokes => drawing.particles_at(spacing),
            StippleAmount::Spacing(spacing) => return drawing.stipple_at(spacing, &options),
        };
        drawing.stipple(&StippleOptions { particles, ..options })
    }
}

fn changed_at(path: &PathBuf) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|m| m.modified()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_request_is_answered_and_missing_files_reported() {
        let stippler = Stippler::default();
        let request = |source| StippleRequest { source, amount: StippleAmount::Count(20), paper: 0.5, invert: false };
        let wait = || stippler.0.next_event(std::time::Duration::from_secs(30)).expect("an answer");
        for letters in ["a", "b", "c"] {
            stippler.ask(request(StippleSource::Text(letters.into())));
        }
        let last = request(StippleSource::Text("c".into()));
        loop {
            let Event::Paint(PaintEvent::Stippled { request, result }) = wait() else { panic!("another event") };
            assert_eq!(result.unwrap().len(), 20);
            if request == last {
                break;
            }
        }
        stippler.ask(request(StippleSource::Image("/nowhere/at/all.png".into())));
        let Event::Paint(PaintEvent::Stippled { result: Err(why), .. }) = wait() else { panic!("no error") };
        assert!(why.contains("/nowhere/at/all.png"), "{why}");
    }
}
