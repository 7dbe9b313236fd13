//! A moving picture of a run: a frame now and then, with trails.

use std::collections::VecDeque;
use std::path::Path;

use crate::engine::Engine;
use crate::observe::picture::{GifWriter, PictureStyle, render_with_trail};
use crate::snapshot::Swarm;

/// Swarms behind a frame that its trails are drawn from.
const TRAIL: usize = 6;
const FRAMES_PER_SECOND: f64 = 20.0;

pub(super) struct Film {
    writer: GifWriter,
    style: PictureStyle,
    history: VecDeque<Swarm>,
    /// Steps between frames.
    every: usize,
    next: usize,
}

impl Film {
    /// At most about `frames` frames over `steps` steps.
    pub fn create(
        path: &Path,
        size_px: u32,
        box_l: [f64; 2],
        species: usize,
        steps: usize,
        frames: usize,
    ) -> anyhow::Result<Self> {
        let style = PictureStyle { size_px, ..PictureStyle::default() };
        let [width, height] = style.size_of(box_l);
        let writer = GifWriter::create(path, (width, height), &style, species, FRAMES_PER_SECOND)?;
        Ok(Self { writer, style, history: VecDeque::new(), every: (steps / frames).max(1), next: 0 })
    }

    /// Takes a frame when one is due; `step` counts from the start of the run.
    pub fn take(&mut self, engine: &mut Engine, step: usize) -> anyhow::Result<()> {
        if step < self.next {
            return Ok(());
        }
        self.next = step + self.every;
        if self.history.len() == TRAIL {
            self.history.pop_front();
        }
        self.history.push_back(engine.shown()?);
        self.writer.add(&render_with_trail(self.history.make_contiguous(), &self.style))?;
        Ok(())
    }

    pub fn finish(self) -> anyhow::Result<()> {
        Ok(self.writer.finish()?)
    }
}
