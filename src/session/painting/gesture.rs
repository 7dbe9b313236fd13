//! The primary pointer button over the picture: press, drag and release, tool by tool.

use std::sync::Arc;

use glam::DVec2;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::add_particles;
use super::centre_of;
use super::draft;
use super::lattice::{self, Filling};
use super::merge;
use super::selection::{Frame, Handle, Manner, Transform, fitted, inside_polygon, rectangle, union};
use super::snap::{square_about, to_step_about};
use super::spray::{self, FirstDab};
use super::with_images;
use crate::session::command::{Effect, Pointer, Tool};
use crate::session::document::edit;
use crate::session::document::edit::edit_picture;
use crate::session::painting::pen::PenStroke;
use crate::session::painting::picture;
use crate::session::state::Session;
use crate::worlds::swarm::picture::curve::CurveOptions;
use crate::worlds::swarm::picture::{Particle, Snapshot, wrap_angle};
use crate::worlds::swarm::{ToolCurve, ToolPress};

/// A press of the pen this near to a particle, in spacings, takes hold of it instead of adding another.
const GRAB_SPACINGS: f64 = 0.3;

/// Points of a path nearer than this share of the reach add nothing.
const PATH_SHARE: f64 = 0.3;

/// What the pressed button is doing to the picture.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::session) enum PaintGesture {
    /// `held`: an older particle that the pen took hold of; `placed`: what it has added since it touched `before`.
    Pen {
        stroke: PenStroke,
        held: Option<usize>,
        placed: Vec<Particle>,
        before: Arc<Snapshot>,
    },
    /// The eraser, last seen here.
    Erase(DVec2),
    /// A line, arc, circle or lattice in the making, added on release. The seed is that of random headings.
    Shape {
        path: Vec<DVec2>,
        seed: u64,
    },
    /// The can, last seen here.
    Spray {
        last: DVec2,
        first: Option<FirstDab>,
    },
    /// Selecting by a rectangle or lasso, in addition to `base`.
    Marquee {
        path: Vec<DVec2>,
        base: Vec<usize>,
    },
    Transform(Transform),
}

/// What a gesture changes beside the picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::session) struct Before {
    selection: Vec<usize>,
    heading: f64,
}

pub(in crate::session) fn pointer(session: &mut Session, pointer: Pointer) -> Vec<Effect> {
    match pointer {
        Pointer::Press(at) => {
            let (selection, heading) = (session.painting.selection.clone(), session.painting.options.heading);
            session.painting.before = Before { selection, heading };
            press(session, at)
        }
        Pointer::Drag(at) => drag(session, at),
        Pointer::Release => release(session),
    }
}

/// Ends the gesture: a shape in the making is added to the picture.
pub(in crate::session) fn release(session: &mut Session) -> Vec<Effect> {
    match session.painting.gesture.take() {
        Some(PaintGesture::Shape { path, seed }) => {
            let particles = shape(session, &path, seed);
            if particles.is_empty() { Vec::new() } else { add_particles(session, &particles) }
        }
        _ => Vec::new(),
    }
}

/// Undoes the gesture; the rest of the drag is ignored.
pub(in crate::session) fn give_up(session: &mut Session) -> Vec<Effect> {
    session.painting.gesture = None;
    let effects = edit::give_up(session, merge());
    let Before { selection, heading } = std::mem::take(&mut session.painting.before);
    session.painting.selection = selection;
    session.painting.options.heading = heading;
    effects
}

fn press(session: &mut Session, at: DVec2) -> Vec<Effect> {
    let snap = session.painting.options.snap;
    match session.painting.tool.press() {
        ToolPress::Pen => press_pen(session, at),
        ToolPress::Erase => erase_towards(session, at, at),
        ToolPress::Curve(_) | ToolPress::Lattice => {
            let seed = rand::RngExt::random(&mut session.live.rng);
            session.painting.gesture = Some(PaintGesture::Shape { path: vec![snap.place(at)], seed });
            Vec::new()
        }
        ToolPress::Spray => {
            let (first, effects) = spray::begin(session, at);
            session.painting.gesture = Some(PaintGesture::Spray { last: at, first: Some(first) });
            effects
        }
        ToolPress::Place => {
            let particles = draft::in_hand(session, snap.place(at));
            add_particles(session, &particles)
        }
        ToolPress::Select => {
            press_select(session, at);
            Vec::new()
        }
        ToolPress::Pick => {
            pick(session, at);
            Vec::new()
        }
    }
}

fn drag(session: &mut Session, to: DVec2) -> Vec<Effect> {
    let hand = session.painting.hand;
    let snap = session.painting.options.snap;
    // Taken out while it is worked on, and put back.
    let Some(mut gesture) = session.painting.gesture.take() else { return Vec::new() };
    let mut effects = Vec::new();
    match &mut gesture {
        PaintGesture::Pen { .. } => effects = drag_pen(session, &mut gesture, to),
        PaintGesture::Erase(last) => {
            let from = *last;
            return erase_towards(session, from, to);
        }
        PaintGesture::Shape { path, .. } => {
            let from = path[0];
            let press = session.painting.tool.press();
            let to = match press {
                ToolPress::Curve(ToolCurve::Between { has_steps: true, .. }) if hand.shift => to_step_about(from, to),
                ToolPress::Lattice if hand.shift => snap.place(square_about(from, to)),
                _ => snap.place(to),
            };
            if matches!(press, ToolPress::Curve(ToolCurve::Along(_))) {
                extend(path, to, PATH_SHARE * hand.reach);
            } else {
                path.truncate(1);
                path.push(to);
            }
        }
        PaintGesture::Spray { last, first } => {
            let from = *last;
            let way = to - from;
            let far = way.length();
            if far > PATH_SHARE * hand.reach {
                *last = to;
                let along = snap.heading(way.to_angle());
                if let Some(first) = first.take() {
                    effects = spray::turn(session, first, along);
                }
                let stops = (far / (0.35 * session.painting.options.spray_radius)).ceil().clamp(1.0, 200.0) as usize;
                let stop = |i: usize| from + way * i as f64 / stops as f64;
                effects.extend(spray::along(session, &(1..=stops).map(stop).collect::<Vec<_>>(), along));
            }
        }
        PaintGesture::Marquee { path, base } => {
            let polygon = if session.painting.tool == Tool::Lasso {
                extend(path, to, PATH_SHARE * hand.reach);
                path.clone()
            } else {
                path.truncate(1);
                path.push(to);
                rectangle(path[0], to)
            };
            session.painting.selection =
                union(base, &inside_polygon(&session.document.world.snapshot.particles, &polygon));
        }
        PaintGesture::Transform(transform) => effects = drag_selection(session, transform, to),
    }
    session.painting.gesture = Some(gesture);
    effects
}

fn extend(path: &mut Vec<DVec2>, to: DVec2, min_distance: f64) {
    // The last point follows the pointer; it stays when it is far enough from the one before.
    let n = path.len();
    if n >= 2 && path[n - 2].distance(path[n - 1]) < min_distance {
        path[n - 1] = to;
    } else {
        path.push(to);
    }
}

fn press_pen(session: &mut Session, at: DVec2) -> Vec<Effect> {
    let options = session.painting.options;
    if !picture::is_inside(session.snapshot(), at) {
        return Vec::new();
    }
    let before = session.snapshot().clone();
    if let Some(index) = nearest(session.snapshot(), at, GRAB_SPACINGS * session.painting.spacing) {
        let held = before.particles[index];
        let stroke = PenStroke::begin(held.position(), held.heading, held.species, session.painting.spacing);
        session.painting.gesture = Some(PaintGesture::Pen { stroke, held: Some(index), placed: Vec::new(), before });
        return Vec::new();
    }
    let at = options.snap.place(at);
    let stroke = PenStroke::begin(at, options.heading, session.painting.species, session.painting.spacing);
    let placed = vec![stroke.last()];
    let all = with_images(session, &placed);
    session.painting.gesture = Some(PaintGesture::Pen { stroke, held: None, placed, before });
    edit_picture(session, merge(), |picture| picture::add(picture, &all))
}

fn drag_pen(session: &mut Session, gesture: &mut PaintGesture, to: DVec2) -> Vec<Effect> {
    let PaintGesture::Pen { stroke, held, placed, before } = gesture else { return Vec::new() };
    let mut snap = session.painting.options.snap;
    snap.on |= session.painting.hand.shift;
    let moved = stroke.drag(to, |heading| snap.heading(heading));
    let Some(heading) = moved.turn_last else { return Vec::new() };
    session.painting.options.heading = wrap_angle(heading);
    // Only the particle placed last is turned: the first new one releases an older one that was held.
    let mut turned = None;
    match (placed.last_mut(), *held) {
        (Some(last), _) => last.heading = heading,
        (None, Some(index)) => turned = Some(index),
        (None, None) => {}
    }
    if let Some(index) = turned {
        let mut picture = (**before).clone();
        if let Some(p) = picture.particles.get_mut(index) {
            p.heading = wrap_angle(heading);
        }
        *before = Arc::new(picture);
    }
    placed.extend(&moved.placed);
    let all = with_images(session, placed);
    let base = before.clone();
    edit_picture(session, merge(), |picture| {
        let mut new = (*base).clone();
        picture::add(&mut new, &all);
        let changed = new != *picture;
        *picture = new;
        changed
    })
}

fn erase_towards(session: &mut Session, from: DVec2, to: DVec2) -> Vec<Effect> {
    session.painting.gesture = Some(PaintGesture::Erase(to));
    let radius = session.painting.eraser_radius;
    let (symmetry, centre) = (session.painting.options.symmetry, centre_of(session.snapshot()));
    let way = to - from;
    // Dense enough that a quick drag leaves no gap on its way; bounded, whatever the zoom.
    let stops = (2.0 * way.length() / radius).ceil().clamp(1.0, 1000.0) as usize;
    edit_picture(session, merge(), |picture| {
        let mut changed = false;
        for stop in 1..=stops {
            let share = stop as f64 / stops as f64;
            let at = Particle::default().at(from + share * way);
            for image in symmetry.images(at, centre, 0.1 * radius) {
                changed |= picture::erase(picture, image.position(), radius);
            }
        }
        changed
    })
}

/// The particles of a line, arc, circle or lattice along this path; images are left out.
pub(super) fn shape(session: &Session, path: &[DVec2], seed: u64) -> Vec<Particle> {
    let options = session.painting.options;
    let curve = CurveOptions {
        spacing: session.painting.spacing,
        heading: options.curve,
        reversed: options.reversed,
        species: session.painting.species,
    };
    let (Some(&from), Some(&to)) = (path.first(), path.last()) else { return Vec::new() };
    match session.painting.tool.press() {
        ToolPress::Curve(tool) => tool.particles(path, &curve),
        ToolPress::Lattice => {
            let sites = lattice::sites(options.lattice, from, to, session.painting.spacing);
            let mut rng = StdRng::seed_from_u64(seed);
            let filling = Filling {
                heading: options.fill,
                common: options.heading,
                reversed: options.reversed,
                species: session.painting.species,
            };
            lattice::fill(&sites, filling, &mut rng)
        }
        _ => Vec::new(),
    }
}

fn press_select(session: &mut Session, at: DVec2) {
    let hand = session.painting.hand;
    let handle = session.frame().and_then(|frame| frame.handle_at(at));
    let hit = nearest(session.snapshot(), at, hand.reach.max(0.3 * session.painting.unit_length));
    let selection = &mut session.painting.selection;
    let grasp = match (handle, hit) {
        (Some(knob @ (Handle::Rotate | Handle::Scale | Handle::Head)), _) => Some(knob),
        (_, Some(index)) if hand.shift => {
            match selection.binary_search(&index) {
                Ok(place) => drop(selection.remove(place)),
                Err(place) => selection.insert(place, index),
            }
            return;
        }
        (_, Some(index)) => {
            if selection.binary_search(&index).is_err() {
                *selection = vec![index];
            }
            Some(Handle::Body)
        }
        (Some(Handle::Body), None) if !hand.shift => Some(Handle::Body),
        _ => None,
    };
    session.painting.gesture = Some(match grasp {
        Some(handle) => PaintGesture::Transform(begin_transform(session, handle, at)),
        None => {
            let base = if hand.shift { session.painting.selection.clone() } else { Vec::new() };
            session.painting.selection = base.clone();
            PaintGesture::Marquee { path: vec![at], base }
        }
    });
}

fn begin_transform(session: &Session, handle: Handle, from: DVec2) -> Transform {
    let centre = session.frame().map_or(from, |frame| frame.centre());
    let copies = session.painting.hand.copies && handle == Handle::Body;
    Transform {
        handle,
        indices: session.painting.selection.clone(),
        originals: selected(session),
        from,
        centre,
        copies,
    }
}

fn drag_selection(session: &mut Session, transform: &mut Transform, to: DVec2) -> Vec<Effect> {
    let (snap, hand) = (session.painting.options.snap, session.painting.hand);
    let far = to.distance(transform.from);
    // The pointer moves a little during a click.
    let untouched = selected(session) == transform.originals;
    if untouched && far < PATH_SHARE * hand.reach {
        return Vec::new();
    }
    let rotates = transform.handle == Handle::Rotate;
    let manner = Manner {
        stepped: snap.on || (hand.shift && rotates),
        each: hand.shift && transform.handle == Handle::Head,
        straight: hand.shift,
        pitch: snap.on.then_some(snap.pitch),
    };
    let group = transform.at(to, manner);
    let snapshot = session.snapshot();
    let Some(group) = fitted(group, snapshot.box_size, snapshot.is_torus()) else { return Vec::new() };
    if !transform.copies {
        return edit_picture(session, merge(), |picture| put(picture, &transform.indices, &group));
    }
    let first = snapshot.particles.len();
    let all = first..first + group.len();
    let effects = edit_picture(session, merge(), |picture| {
        picture::add(picture, &group);
        // Where some coincide with others there is no room yet.
        picture.particles.len() == all.end
    });
    if session.snapshot().particles.len() == all.end {
        (transform.indices, transform.copies) = (all.collect(), false);
        session.painting.selection = transform.indices.clone();
    }
    effects
}

/// Puts particles in the place of those with these indices.
pub(super) fn put(picture: &mut Snapshot, indices: &[usize], particles: &[Particle]) -> bool {
    let mut changed = false;
    for (&index, &new) in indices.iter().zip(particles) {
        let Some(old) = picture.particles.get_mut(index) else { continue };
        let new = Particle { heading: wrap_angle(new.heading), ..new };
        changed |= *old != new;
        *old = new;
    }
    changed
}

/// The selected particles, in the order of the selection.
pub(super) fn selected(session: &Session) -> Vec<Particle> {
    let particles = &session.document.world.snapshot.particles;
    session.painting.selection.iter().filter_map(|&i| particles.get(i).copied()).collect()
}

impl Session {
    /// The frame around the selection, with its handles; `None` when nothing is selected or no tool selects.
    pub fn frame(&self) -> Option<Frame> {
        let reach = self.painting.hand.reach;
        let margin = (1.6 * reach).max(0.6 * self.painting.unit_length);
        if self.painting.tool.selects() { Frame::around(&selected(self), margin, reach) } else { None }
    }
}

/// The eyedropper: species and heading of the particle here become the pen's.
fn pick(session: &mut Session, at: DVec2) {
    let Some(index) = nearest(session.snapshot(), at, session.painting.hand.reach.max(session.painting.unit_length))
    else {
        return;
    };
    let particle = session.snapshot().particles[index];
    session.painting.species = particle.species;
    session.painting.options.heading = particle.heading;
    session.painting.tool = session.painting.tool_before;
}

pub(super) fn nearest(snapshot: &Snapshot, at: DVec2, reach: f64) -> Option<usize> {
    let distance = |p: &Particle| p.position().distance(at);
    let (index, particle) =
        snapshot.particles.iter().enumerate().min_by(|a, b| distance(a.1).total_cmp(&distance(b.1)))?;
    (distance(particle) <= reach).then_some(index)
}
