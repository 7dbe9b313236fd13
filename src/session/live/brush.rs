//! The pointer over the live swarm: forces while it is held, and changes of the particles under it.

use glam::DVec2;
use rand::RngExt;

use super::event::WentBack;
use super::view::Wound;
use crate::session::command::notify;
use crate::session::command::{Effect, EngineOrder, Level, LiveCommand, LiveEffect, PointerForce};
use crate::session::live::command::MAX_PARTICLES;
use crate::session::observing::observation::DisturbanceKind;
use crate::session::painting::pen::PenStroke;
use crate::session::pointer::release;
use crate::session::state::Session;
use crate::worlds::swarm::picture::{Particle, SwarmEdit};
use crate::worlds::swarm::{BrushAction, BrushCircle, SwarmBrush};

/// Distance between the particles that one stroke adds, ℓ.
const PEN_SPACING_L: f64 = 1.0;

/// Stops of an editing brush along one move of the pointer, at most.
const MAX_STOPS: f64 = 32.0;

/// Smallest and largest radius, ℓ.
const RADII_L: [f64; 2] = [0.3, 50.0];

/// What the pressed button is doing to the swarm.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::session) enum Gesture {
    #[default]
    None,
    /// Pushing, pulling or stirring live particles.
    Force,
    /// Changing live particles, last done here.
    Edit(DVec2),
    /// Taking live particles along, last from here.
    Grab(DVec2),
    /// Adding live particles.
    Add(PenStroke),
}

pub(in crate::session) fn set_radius(session: &mut Session, radius_l: f64) -> Vec<Effect> {
    if radius_l.is_finite() {
        session.live.brush_radius_l = radius_l.clamp(RADII_L[0], RADII_L[1]);
    }
    Vec::new()
}

pub(in crate::session) fn press(session: &mut Session, at: DVec2) -> Vec<Effect> {
    let mut effects = release(session);
    effects.extend(match session.live.brush.row().action {
        BrushAction::Nothing => Vec::new(),
        BrushAction::Force { .. } => {
            session.live.gesture = Gesture::Force;
            force(session, at)
        }
        BrushAction::Carry => {
            session.live.gesture = Gesture::Grab(at);
            Vec::new()
        }
        BrushAction::Follow => vec![Effect::Live(LiveEffect::Follow(at))],
        BrushAction::Add => begin_adding(session, at),
        BrushAction::Edit { .. } => {
            session.live.gesture = Gesture::Edit(at);
            change_under(session, &[at])
        }
    });
    effects
}

pub(in crate::session) fn drag(session: &mut Session, to: DVec2) -> Vec<Effect> {
    match session.live.gesture {
        Gesture::Force => force(session, to),
        Gesture::Grab(from) => {
            let by = to - from;
            if by == DVec2::ZERO || !something_lives(session) {
                return Vec::new();
            }
            session.live.gesture = Gesture::Grab(to);
            let carry = SwarmEdit::Carry { centre: from, radius: session.live.brush_radius_l, by };
            vec![Effect::Engine(EngineOrder::Edit(vec![carry]))]
        }
        Gesture::Add(mut stroke) => {
            let placed = stroke.drag(to, |heading| heading).placed;
            session.live.gesture = Gesture::Add(stroke);
            add_particles(session, placed)
        }
        Gesture::Edit(from) => {
            let way = to - from;
            // Dense enough that a quick drag leaves nothing out; small moves are skipped.
            let stops = (2.0 * way.length() / session.live.brush_radius_l).floor().min(MAX_STOPS);
            if stops < 1.0 {
                return Vec::new();
            }
            session.live.gesture = Gesture::Edit(to);
            let places: Vec<DVec2> = (1..=stops as u32).map(|k| from + f64::from(k) / stops * way).collect();
            change_under(session, &places)
        }
        _ => Vec::new(),
    }
}

fn force(session: &Session, centre_l: DVec2) -> Vec<Effect> {
    let BrushAction::Force { away, around } = session.live.brush.row().action else { return Vec::new() };
    let force = PointerForce { centre_l, radius_l: session.live.brush_radius_l, strength: away, stir: around };
    vec![Effect::Engine(EngineOrder::SetForce(Some(force)))]
}

/// Changes the particles under the brush at each of these positions.
fn change_under(session: &mut Session, places: &[DVec2]) -> Vec<Effect> {
    let SwarmBrush { action: BrushAction::Edit { edit, wounds, renumbers }, circle, .. } = session.live.brush.row()
    else {
        return Vec::new();
    };
    if !something_lives(session) {
        return Vec::new();
    }
    let (radius, species) = (session.live.brush_radius_l, session.painting.species);
    if *circle == BrushCircle::Species && !knows(session, species) {
        session.live.gesture = Gesture::None;
        return vec![unknown(session, species)];
    }
    if *wounds {
        let centre_l = places.last().copied().unwrap_or_default();
        session.live.last_wound = Some(Wound { step: session.live.steps, centre_l, radius_l: radius });
        session.observing.observation.damaged_at(places, radius);
    }
    if *renumbers {
        session.live.following = None;
    }
    let edits = places.iter().map(|&centre| edit(centre, radius, species, &mut session.live.rng)).collect();
    vec![Effect::Engine(EngineOrder::Edit(edits))]
}

fn begin_adding(session: &mut Session, at: DVec2) -> Vec<Effect> {
    if !something_lives(session) {
        return Vec::new();
    }
    if !knows(session, session.painting.species) {
        return vec![unknown(session, session.painting.species)];
    }
    let heading = session.live.rng.random_range(-std::f64::consts::PI..std::f64::consts::PI);
    let stroke = PenStroke::begin(at, heading, session.painting.species, PEN_SPACING_L);
    session.live.gesture = Gesture::Add(stroke);
    add_particles(session, vec![stroke.last()])
}

fn add_particles(session: &mut Session, mut particles: Vec<Particle>) -> Vec<Effect> {
    let room = MAX_PARTICLES.saturating_sub(session.live.particles);
    if particles.len() > room {
        particles.truncate(room);
        session.live.gesture = Gesture::None;
        return vec![notify(Level::Warning, format!("{MAX_PARTICLES} particles are the limit: remove some first."))];
    }
    if particles.is_empty() {
        return Vec::new();
    }
    let edits = particles.into_iter().map(SwarmEdit::Add).collect();
    vec![Effect::Engine(EngineOrder::Edit(edits))]
}

/// Random positions, headings or species for all.
pub(in crate::session) fn randomise(session: &mut Session, what: &LiveCommand) -> Vec<Effect> {
    if !something_lives(session) {
        return vec![notify(Level::Info, "Nothing lives here yet: paint a picture, then press Learn.")];
    }
    let seed = session.live.rng.random();
    let edit = match what {
        LiveCommand::RandomiseHeadings => SwarmEdit::TurnAll { seed },
        LiveCommand::RandomiseSpecies if known_species(session) < 2 => {
            return vec![notify(Level::Info, "This pattern has one species only: there is nothing to shuffle.")];
        }
        LiveCommand::RandomiseSpecies => SwarmEdit::ShuffleSpecies { seed },
        _ => SwarmEdit::ScatterAll { seed },
    };
    let kind =
        if *what == LiveCommand::RandomiseSpecies { DisturbanceKind::Shuffled } else { DisturbanceKind::Scrambled };
    session.observing.observation.wounded(Some(kind));
    vec![Effect::Engine(EngineOrder::Edit(vec![edit]))]
}

/// The engine reports the swarm after it was edited or went back in time.
pub(in crate::session) fn changed(session: &mut Session, back: Option<WentBack>, particles: usize, box_size_l: DVec2) {
    let live = &mut session.live;
    if let Some(WentBack { steps, growing }) = back {
        live.steps = live.steps.saturating_sub(u64::from(steps));
        live.growing = growing;
    }
    let wound = live.last_wound.filter(|wound| wound.step <= live.steps);
    if std::mem::replace(&mut live.last_wound, wound) == wound {
        session.observing.observation.interrupted();
    } else {
        session.observing.observation.wounded(None);
    }
    if live.particles != particles || live.box_size_l != box_size_l {
        (live.particles, live.box_size_l) = (particles, box_size_l);
        live.following = live.following.filter(|&index| index < particles);
    }
}

fn something_lives(session: &Session) -> bool {
    session.has_rule() && session.live.particles > 0
}

fn known_species(session: &Session) -> usize {
    session.live.playing_rule.as_ref().map_or(0, |rule| rule.energy.shape.species)
}

fn knows(session: &Session, species: u8) -> bool {
    usize::from(species) < known_species(session)
}

fn unknown(session: &Session, species: u8) -> Effect {
    let known = known_species(session);
    let text = format!(
        "The rule knows {known} species, and not number {}: choose another colour, or paint with it and learn again.",
        species + 1
    );
    notify(Level::Warning, text)
}
