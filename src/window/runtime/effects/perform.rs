//! Carries out what the session orders, feature by feature.

use super::super::clipboard::ClipboardReader;
use super::super::stamps::Book;
use super::Shell;
use crate::session::{DocumentEffect, Effect, LearnEffect, LiveEffect, ObserveEffect, PaintEffect, ShareEffect};
use crate::window::live::Gpu;

impl Shell {
    /// Carries out effects in their order; those for the engine together, after the others.
    pub(super) fn perform(&mut self, gpu: &Gpu, effects: Vec<Effect>) {
        let mut orders = Vec::new();
        for effect in effects {
            match effect {
                Effect::Document(effect) => self.perform_document(effect),
                Effect::Share(order) => self.perform_share(gpu, order),
                Effect::Paint(effect) => self.perform_paint(effect),
                Effect::Learn(effect) => self.perform_learn(effect),
                Effect::Live(effect) => self.perform_live(effect),
                Effect::Observe(effect) => self.perform_observe(effect),
                Effect::Engine(order) => orders.push(order),
                Effect::Notify { .. } | Effect::Ask(_) => self.ui.on_effect(&effect),
                Effect::View(view) => self.views.push(view),
                Effect::KeepPrefs(prefs) => self.prefs_saver.save(*prefs),
            }
        }
        if !orders.is_empty() {
            self.live.apply(gpu, orders);
        }
    }

    fn perform_document(&mut self, effect: DocumentEffect) {
        match effect {
            DocumentEffect::Load(source) => self.files.load(source),
            DocumentEffect::Save { path, document, revision } => {
                let portrait = self.share.portrait(self.session.prefs(), &self.live);
                self.files.save(path, *document, portrait, revision);
            }
            DocumentEffect::Quit => {
                self.quits_at_once |= self.quits;
                self.quits = true;
            }
        }
    }

    fn perform_share(&mut self, gpu: &Gpu, order: ShareEffect) {
        let answer = self.share.perform(order, &self.session, &self.files, &self.live);
        answer.into_iter().for_each(|event| self.on_event(gpu, event));
    }

    fn perform_paint(&mut self, effect: PaintEffect) {
        match effect {
            PaintEffect::WriteClipboard(text) => self.clipboard.write(text),
            PaintEffect::ReadClipboard => self.clipboard.read(ClipboardReader::Picture),
            PaintEffect::Stipple(request) => self.stippler.ask(request),
            PaintEffect::KeepStamps(stamps) => self.stamp_saver.save(Book::of(&stamps)),
        }
    }

    fn perform_learn(&mut self, effect: LearnEffect) {
        match effect {
            LearnEffect::Start(request) => self.training.start(*request),
            LearnEffect::Pause(run) => self.training.pause(run),
            LearnEffect::Resume(run) => self.training.resume(run),
            LearnEffect::Stop(run) => self.training.stop(run),
            LearnEffect::EndPhase(run) => self.training.end_phase(run),
            LearnEffect::MeasurePace(request) => self.stopwatch.measure(*request),
            LearnEffect::MeasureRule(request) => self.checks.measure(request),
        }
    }

    fn perform_live(&mut self, effect: LiveEffect) {
        match effect {
            LiveEffect::SaveCheckpoint(wanted_for) => self.live.keep_moment(wanted_for),
            LiveEffect::Follow(at) => self.live.find(at),
        }
    }

    fn perform_observe(&mut self, effect: ObserveEffect) {
        match effect {
            ObserveEffect::Certify(request) => self.checks.certify(*request),
            ObserveEffect::StopCertifying => self.checks.stop_certifying(),
            ObserveEffect::MeasureTruth(request) => self.truth.start(*request),
            ObserveEffect::SavePlot { path, chart } => self.files.save_plot(path, *chart),
        }
    }
}
