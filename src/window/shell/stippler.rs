//! Texts and images become particles in one background thread; only the newest wish counts.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::SystemTime;

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::formats::{Drawing, StippleOptions};
use crate::session::{Event, StippleAmount, StippleRequest, StippleSource};
use crate::worlds::swarm::picture::Particle;

/// The thread; it ends when this is dropped.
pub struct Stippler {
    wishes: Sender<StippleRequest>,
    done: Receiver<Event>,
}

impl Default for Stippler {
    fn default() -> Self {
        let (wishes, inbox) = unbounded();
        let (outbox, done) = unbounded();
        std::thread::Builder::new()
            .name("unstill-stippler".to_owned())
            .spawn(move || work(&inbox, &outbox))
            .expect("the system can start one more thread");
        Self { wishes, done }
    }
}

impl Stippler {
    pub fn ask(&self, request: StippleRequest) {
        // Fails only when the program is ending.
        let _ = self.wishes.send(request);
    }

    pub fn events(&self) -> impl Iterator<Item = Event> + '_ {
        self.done.try_iter()
    }
}

fn work(inbox: &Receiver<StippleRequest>, outbox: &Sender<Event>) {
    let mut desk = StippleInbox::default();
    while let Ok(request) = inbox.recv() {
        // Sliders ask faster than images are stippled.
        let request = inbox.try_iter().last().unwrap_or(request);
        let result = catch_unwind(AssertUnwindSafe(|| desk.stipple(&request))).unwrap_or_else(|_| {
            desk = StippleInbox::default();
            Err("The drawing could not be made into particles: this is a fault of the program.".to_owned())
        });
        if outbox.send(Event::Stippled { request, result }).is_err() {
            return;
        }
    }
}

/// The drawing of the last request: other settings need not read it anew.
#[derive(Default)]
struct StippleInbox {
    drawing: Option<(StippleSource, Option<SystemTime>, Drawing)>,
}

impl StippleInbox {
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
    fn the_newest_wish_is_answered_and_a_missing_file_is_told() {
        let stippler = Stippler::default();
        let request = |source| StippleRequest { source, amount: StippleAmount::Count(20), paper: 0.5, invert: false };
        let wait = || stippler.done.recv_timeout(std::time::Duration::from_secs(30)).unwrap();
        for letters in ["a", "b", "c"] {
            stippler.ask(request(StippleSource::Text(letters.into())));
        }
        let last = request(StippleSource::Text("c".into()));
        loop {
            let Event::Stippled { request, result } = wait() else { panic!("another event") };
            assert_eq!(result.unwrap().len(), 20);
            if request == last {
                break;
            }
        }
        stippler.ask(request(StippleSource::Image("/nowhere/at/all.png".into())));
        let Event::Stippled { result: Err(why), .. } = wait() else { panic!("no error") };
        assert!(why.contains("/nowhere/at/all.png"), "{why}");
    }
}
