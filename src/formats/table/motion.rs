//! Headings of tracked animals from where they go: the step to the next frame, where the table has no headings.

use std::collections::HashMap;

use glam::DVec2;

use super::layout::{HeadingFrom, TableLayout};
use super::lines::Record;
use crate::worlds::swarm::picture::offset;

/// More animals than this are not followed: a heading from the neighbours is cheaper.
const MAX_FOLLOWED: usize = 2_000_000;

/// Which frame each chosen one is compared with, and the sign of the step.
pub(super) struct Steps {
    /// Of each chosen frame: the next one (1), or for the last the one before (-1).
    partner: Vec<Option<(u32, f64)>>,
    /// Places of animals in the frames that matter.
    places: HashMap<(u32, String), DVec2>,
    wanted: std::collections::HashSet<u32>,
}

impl Steps {
    /// `None` where headings are given or animals cannot be distinguished. `order` is that of time.
    pub fn of(layout: &TableLayout, chosen: &[usize], order: &[usize]) -> Option<Self> {
        let is_named = layout.id.is_some() || layout.bodies.len() > 1;
        let has_none = layout.bodies.iter().all(|body| body.heading == HeadingFrom::Nothing);
        if !(is_named && has_none && order.len() > 1) {
            return None;
        }
        let at: HashMap<usize, usize> = order.iter().enumerate().map(|(k, &frame)| (frame, k)).collect();
        let partner_of = |frame: &usize| {
            let k = *at.get(frame)?;
            let (other, sign) = match order.get(k + 1) {
                Some(next) => (*next, 1.0),
                None => (*order.get(k.checked_sub(1)?)?, -1.0),
            };
            Some((other as u32, sign))
        };
        let partner: Vec<Option<(u32, f64)>> = chosen.iter().map(partner_of).collect();
        let wanted = partner.iter().flatten().map(|(frame, _)| *frame).collect();
        Some(Self { partner, places: HashMap::new(), wanted })
    }

    /// Keeps the place of an animal in a frame that a chosen one is compared with.
    pub fn see(&mut self, frame: u32, key: &str, place: DVec2) {
        if self.wanted.contains(&frame) && self.places.len() < MAX_FOLLOWED {
            self.places.insert((frame, key.to_owned()), place);
        }
    }

    /// Direction of the animal that is at `place` in the chosen frame, radians; `None` for one that stands still, was not
    /// seen again, or went through the edge of the torus.
    pub fn heading(&self, chosen: usize, key: &str, place: DVec2, period: Option<DVec2>) -> Option<f64> {
        let (frame, sign) = self.partner.get(chosen).copied().flatten()?;
        let there = self.places.get(&(frame, key.to_owned()))?;
        let step = offset(place, *there, period);
        (step != DVec2::ZERO).then(|| (sign * step.y).atan2(sign * step.x))
    }
}

/// What an animal is known by in every frame.
pub(super) fn key_of<'r>(record: &Record<'r>, layout: &TableLayout, body: usize) -> std::borrow::Cow<'r, str> {
    match layout.id {
        Some(at) if layout.bodies.len() == 1 => record.fields[at].into(),
        _ => body.to_string().into(),
    }
}
