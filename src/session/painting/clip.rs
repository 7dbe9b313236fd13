//! Particles through the clipboard, as the CSV text that spreadsheets and other programs know.

use glam::DVec2;

use super::gesture::{nearest, selected};
use super::orders::{SelectionOrder, add_and_select, order};
use super::picture::is_inside;
use super::selection::{fitted, moved, scaled};
use crate::formats::{read_csv, write_csv};
use crate::session::command::notify;
use crate::session::command::{Effect, Level, PaintEffect};
use crate::session::state::Session;
use crate::worlds::swarm::picture::{Particle, Snapshot};

/// Share of the box that a group too large for it is made to fill.
const FIT_SHARE: f64 = 0.8;

/// Copies the selection, or everything when nothing is selected.
pub(in crate::session) fn copy(session: &Session) -> Vec<Effect> {
    let mut particles = selected(session);
    if particles.is_empty() {
        particles = session.snapshot().particles.clone();
    }
    if particles.is_empty() {
        return vec![notify(Level::Info, "There is nothing to copy yet.")];
    }
    let mut text = Vec::new();
    if write_csv(&particles, session.snapshot().box_size, &mut text).is_err() {
        return Vec::new();
    }
    let count = particles.len();
    let notice = format!("{count} particles copied as CSV: paste them here, into another scene or a spreadsheet.");
    vec![
        Effect::Paint(PaintEffect::WriteClipboard(String::from_utf8_lossy(&text).into_owned())),
        notify(Level::Info, notice),
    ]
}

pub(in crate::session) fn cut(session: &mut Session) -> Vec<Effect> {
    if session.painting.selection.is_empty() {
        return order(session, SelectionOrder::Delete);
    }
    let mut effects = copy(session);
    effects.extend(order(session, SelectionOrder::Delete));
    effects
}

/// Pastes a table of particles at its own positions, or beside them where those are taken, and selects them.
pub(in crate::session) fn paste_text(session: &mut Session, text: &str) -> Vec<Effect> {
    if text.trim().is_empty() {
        return vec![notify(Level::Info, "The clipboard has no text: copy particles or a table x,y,heading,species.")];
    }
    let table = match read_csv(text) {
        Ok(table) => table,
        Err(why) => return vec![notify(Level::Warning, format!("Nothing was pasted: {why}."))],
    };
    let snapshot = session.snapshot().clone();
    let (group, scaled) = into_box(table.particles, &snapshot);
    let group = beside_others(group, &snapshot, session.painting.unit_length);
    let count = group.len();
    let mut effects = add_and_select(session, group);
    let placed = session.painting.selection.len();
    let mut notice = format!("{placed} particles pasted.");
    if placed < count {
        notice += &format!(" {} were on top of others and were left out.", count - placed);
    }
    if scaled {
        notice += " They were made smaller to fit into the box.";
    }
    for assumption in table.assumptions {
        notice += " ";
        notice += &assumption.text;
    }
    effects.push(notify(Level::Info, notice));
    effects
}

/// At the positions of the table if they are in the box; otherwise in its middle, made smaller where need be.
fn into_box(particles: Vec<Particle>, picture: &Snapshot) -> (Vec<Particle>, bool) {
    if particles.iter().all(|p| is_inside(picture, p.position())) {
        return (particles, false);
    }
    let group = Snapshot { particles, ..Snapshot::default() };
    let Some([low, high]) = group.bounding() else { return (Vec::new(), false) };
    let (size, box_middle) = (high - low, 0.5 * picture.box_size);
    let centred = moved(&group.particles, box_middle - low.midpoint(high));
    if size.cmple(picture.box_size).all() {
        return (centred, false);
    }
    let factor = (FIT_SHARE * picture.box_size / size).min_element();
    (scaled(&centred, box_middle, factor), true)
}

/// Moved aside, step by step, until no particle coincides with an existing one.
fn beside_others(group: Vec<Particle>, picture: &Snapshot, unit: f64) -> Vec<Particle> {
    for step in 0..12 {
        let by = 0.7 * unit * f64::from(step);
        let Some(candidate) = fitted(moved(&group, DVec2::new(by, -by)), picture.box_size, picture.is_torus()) else {
            break;
        };
        // Some of them are enough to recognise a copy on its original.
        let taken = candidate.iter().take(200).any(|p| nearest(picture, p.position(), 0.05 * unit).is_some());
        if !taken {
            return candidate;
        }
    }
    group
}
