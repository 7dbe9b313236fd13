//! What a person does to the living swarm: brushes, going back, swinging knobs.

use glam::DVec2;

use super::*;
use crate::worlds::swarm::picture::SwarmEdit;

fn edits(effects: &[Effect]) -> Vec<SwarmEdit> {
    let of = |effect: &Effect| match effect {
        Effect::Engine(EngineOrder::Edit(edits)) => Some(edits.clone()),
        _ => None,
    };
    effects.iter().filter_map(of).flatten().collect()
}

fn stroke(session: &mut Session, brush: Brush, points: &[[f64; 2]]) -> Vec<Effect> {
    let mut effects = session.apply(LiveCommand::SetBrush(brush));
    effects.extend(session.apply(Command::Pointer(Pointer::Press(points[0].into()))));
    for &p in &points[1..] {
        effects.extend(session.apply(Command::Pointer(Pointer::Drag(p.into()))));
    }
    effects.extend(session.apply(Command::Pointer(Pointer::Release)));
    effects
}

#[test]
fn the_stir_force_turns_and_ends_on_release() {
    let mut session = alive();
    let effects = stroke(&mut session, Brush::Stir, &[[3.0, 4.0], [4.0, 4.0]]);
    let goes_round = |o: &EngineOrder| matches!(o, EngineOrder::SetForce(Some(f)) if f.stir > 0.0 && f.strength <= 0.0);
    assert!(has_order(&effects, goes_round));
    assert_eq!(effects.last(), Some(&Effect::Engine(EngineOrder::SetForce(None))));
    assert!(stroke(&mut session, Brush::Off, &[[3.0, 4.0], [4.0, 4.0]]).is_empty());
}

#[test]
fn grabbed_particles_move_as_far_as_the_pointer() {
    let mut session = alive();
    session.apply(LiveCommand::SetBrushRadius(2.0));
    let effects = stroke(&mut session, Brush::Grab, &[[3.0, 4.0], [3.5, 4.0], [3.5, 4.0], [3.5, 3.0]]);
    let carry = |centre: [f64; 2], by: [f64; 2]| SwarmEdit::Carry { centre: centre.into(), radius: 2.0, by: by.into() };
    assert_eq!(edits(&effects), [carry([3.0, 4.0], [0.5, 0.0]), carry([3.5, 4.0], [0.0, -1.0])]);
    assert_eq!(session.live().last_wound, None);
    // Let go: the mouse moves alone.
    assert!(edits(&session.apply(Command::Pointer(Pointer::Drag(DVec2::splat(9.0))))).is_empty());
}

#[test]
fn a_wound_scrambles_the_disc_and_records_step_and_place() {
    let mut session = alive();
    session.apply(LiveCommand::SetBrushRadius(2.0));
    session.tick(u32::MAX);
    let effects = stroke(&mut session, Brush::Wound, &[[3.0, 4.0], [3.1, 4.0]]);
    let place = DVec2::new(3.0, 4.0);
    assert!(matches!(edits(&effects)[..], [SwarmEdit::Scramble { centre, radius: 2.0, .. }] if centre == place));
    let wound = session.live().last_wound.expect("a wound");
    assert_eq!(wound, Wound { step: session.live().steps, centre_l: place, radius_l: 2.0 });
    assert!(wound.step > 0);
    // A quick drag leaves no gaps: four stops of half a radius.
    let effects = stroke(&mut session, Brush::Wound, &[[3.0, 4.0], [7.0, 4.0]]);
    assert_eq!(edits(&effects).len(), 5);
    let seeds: std::collections::HashSet<u64> = edits(&effects)
        .iter()
        .map(|e| match e {
            SwarmEdit::Scramble { seed, .. } => *seed,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(seeds.len(), 5);
    session.apply(LiveCommand::RestartFromSnapshot);
    assert_eq!(session.live().last_wound, None, "another swarm has no wound");
}

#[test]
fn adding_follows_the_stroke_with_species_of_the_rule_only() {
    let mut session = alive();
    let added = edits(&stroke(&mut session, Brush::Add, &[[3.0, 4.0], [3.0, 7.2]]));
    let placed: Vec<Particle> = added
        .iter()
        .map(|e| match e {
            SwarmEdit::Add(p) => *p,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(placed.len(), 4);
    assert!(placed[1..].iter().all(|p| (p.heading - std::f64::consts::FRAC_PI_2).abs() < 1e-9));
    session.apply(PaintCommand::SetSpecies(1));
    for brush in [Brush::Add, Brush::Recolour] {
        let effects = stroke(&mut session, brush, &[[3.0, 4.0], [3.0, 7.2]]);
        assert!(edits(&effects).is_empty());
        let (level, text) = notice(&effects).expect("a reason");
        assert!(level == Level::Warning && text.contains("knows 1 species"), "{text}");
    }
    session.apply(PaintCommand::SetSpecies(0));
    assert!(matches!(
        edits(&stroke(&mut session, Brush::Recolour, &[[1.0, 1.0]]))[..],
        [SwarmEdit::Recolour { species: 0, .. }]
    ));
    assert!(matches!(edits(&stroke(&mut session, Brush::Remove, &[[1.0, 1.0]]))[..], [SwarmEdit::Remove { .. }]));
}

#[test]
fn the_add_brush_stops_at_the_maximum_count() {
    let mut session = alive();
    let box_size_l = session.live().box_size_l;
    session.on_event(LiveEvent::SwarmChanged { back: None, particles: 1_000_000, box_size_l });
    let effects = stroke(&mut session, Brush::Add, &[[3.0, 4.0], [3.0, 7.2]]);
    assert!(edits(&effects).is_empty() && notice(&effects).is_some());
}

#[test]
fn brushes_change_the_swarm_and_never_the_document() {
    let mut session = alive();
    let (document, undo) = (session.document().clone(), session.can_undo());
    for brush in [Brush::Stir, Brush::Grab, Brush::Wound, Brush::Add, Brush::Remove, Brush::Recolour, Brush::Follow] {
        stroke(&mut session, brush, &[[1.0, 1.0], [5.0, 5.0]]);
    }
    assert_eq!((session.document(), session.can_undo()), (&document, undo));
}

#[test]
fn positions_headings_and_species_are_randomised_separately() {
    let mut session = alive();
    assert!(matches!(edits(&session.apply(LiveCommand::Randomise))[..], [SwarmEdit::ScatterAll { .. }]));
    assert!(matches!(edits(&session.apply(LiveCommand::RandomiseHeadings))[..], [SwarmEdit::TurnAll { .. }]));
    let effects = session.apply(LiveCommand::RandomiseSpecies);
    assert!(edits(&effects).is_empty() && notice(&effects).unwrap().1.contains("one species only"));
}

#[test]
fn a_step_back_pauses_and_takes_its_steps_off_the_clock() {
    let mut session = alive();
    session.tick(u32::MAX);
    let steps = session.live().steps;
    stroke(&mut session, Brush::Wound, &[[3.0, 4.0]]);
    let effects = session.apply(LiveCommand::StepBack);
    assert_eq!(effects, vec![Effect::Engine(EngineOrder::Back { steps: 1 })]);
    assert!(!session.live().playing);
    let (particles, box_size_l) = (session.live().particles, session.live().box_size_l);
    let at = |steps| {
        let back = Some(WentBack { steps, growing: None });
        Event::Live(LiveEvent::SwarmChanged { back, particles, box_size_l })
    };
    session.on_event(at(0));
    assert!(session.live().last_wound.is_some());
    session.on_event(at(1));
    assert_eq!(session.live().steps, steps - 1);
    assert_eq!(session.live().last_wound, None, "that wound is in the future");
    assert!(Session::new(1).apply(LiveCommand::StepBack).is_empty());
}

#[test]
fn the_speed_keys_go_up_and_down_within_bounds() {
    let mut session = alive();
    for _ in 0..20 {
        session.apply(LiveCommand::Faster);
    }
    assert_eq!(session.live().steps_per_frame, MAX_STEPS_PER_FRAME);
    session.apply(LiveCommand::SetSpeed(5));
    session.apply(LiveCommand::Slower);
    assert_eq!(session.live().steps_per_frame, 4);
    for _ in 0..20 {
        session.apply(LiveCommand::Slower);
    }
    assert_eq!(session.live().steps_per_frame, 1);
}

#[test]
fn a_knob_swings_about_its_value_only_while_playing() {
    let mut session = alive();
    let document = session.document().clone();
    let swing = Swing { amplitude: 1.0, period_s: 1.0 };
    session.apply(LiveCommand::Swing(Knob::Strength, Some(swing)));
    let strengths: Vec<f64> =
        (0..120).map(|_| settings_in(&session.tick(u32::MAX)).expect("settings each tick").strength).collect();
    let base = document.world.live.strength;
    let max = strengths.iter().copied().fold(f64::MIN, f64::max);
    let min = strengths.iter().copied().fold(f64::MAX, f64::min);
    assert!((max - base - 1.0).abs() < 1e-2 && (min - base + 1.0).abs() < 1e-2, "{min} to {max}");
    assert!((strengths[0] - strengths[60]).abs() < 1e-9, "one swing in a second of 60 ticks");
    session.apply(LiveCommand::Pause);
    assert_eq!(settings_in(&session.tick(u32::MAX)), None);
    assert_eq!(session.document().world.live, document.world.live, "the value itself stays");
    let effects = session.apply(LiveCommand::Swing(Knob::Strength, None));
    assert_eq!(settings_in(&effects), Some(document.world.live));
    session.apply(DocumentCommand::EndGesture);
    session.apply(DocumentCommand::Undo);
    assert_eq!(session.document(), &document);
    session.apply(DocumentCommand::Redo);
    session.apply(LiveCommand::Swing(Knob::Cruise(Some(0)), Some(swing)));
    session.apply(DocumentCommand::EndGesture);
    session.apply(LiveCommand::SetSettings(LiveSettings { strength: 9.0, ..document.world.live }));
    session.apply(DocumentCommand::EndGesture);
    session.apply(LiveCommand::ResetMotion);
    assert!(
        session.document().world.swings.is_empty()
            && session.document().world.live.strength == document.world.live.strength
    );
    session.apply(DocumentCommand::Undo);
    assert!(!session.document().world.swings.is_empty() && session.document().world.live.strength == 9.0, "one step");
}

#[test]
fn swinging_knobs_stay_within_the_range_of_the_rule() {
    let mut session = alive();
    let wild = Some(Swing { amplitude: 100.0, period_s: 0.7 });
    for knob in [Knob::Temperature, Knob::Strength, Knob::Window(None), Knob::Cruise(None), Knob::Swirl(Some(0))] {
        session.apply(LiveCommand::Swing(knob, wild));
    }
    let rule = session.document().world.rule.clone().unwrap();
    for _ in 0..200 {
        settings_in(&session.tick(u32::MAX)).unwrap().validate(&rule).unwrap();
    }
}

#[test]
fn a_surprise_is_another_motion_and_can_be_undone() {
    let mut session = alive();
    for _ in 0..20 {
        let before = session.document().world.live;
        let effects = session.apply(LiveCommand::SurpriseMe);
        assert_ne!(session.document().world.live, before);
        assert_eq!(settings_in(&effects), Some(session.document().world.live));
        session.apply(DocumentCommand::Undo);
        assert_eq!(session.document().world.live, before);
        session.apply(DocumentCommand::Redo);
    }
}

#[test]
fn the_view_follows_a_creature_until_it_is_gone() {
    let mut session = alive();
    let effects = stroke(&mut session, Brush::Follow, &[[3.0, 4.0]]);
    assert!(effects.contains(&Effect::Live(LiveEffect::Follow(DVec2::new(3.0, 4.0)))));
    session.on_event(LiveEvent::Following(Some(7)));
    assert_eq!(session.live().following, Some(7));
    session.apply(LiveCommand::StopFollowing);
    assert_eq!(session.live().following, None);
    session.on_event(LiveEvent::Following(Some(7)));
    stroke(&mut session, Brush::Remove, &[[3.0, 4.0]]);
    assert_eq!(session.live().following, None, "the numbers of the particles have changed");
}
