//! Messages about texts that are not a scene, or not a whole one.

use super::*;

#[test]
fn half_a_scene_is_told_as_such_wherever_it_is_cut() {
    let text = tiny_scene().to_ron();
    let whole = text.trim_end().len();
    for end in (10..whole).filter(|&end| text.is_char_boundary(end)) {
        let half = &text[..end];
        let message = fault(half);
        let line = half.trim_end().lines().count();
        if half.contains("schema") {
            assert!(message.contains(&format!("breaks off in line {line}")), "cut at {end}: {message}");
        }
    }
}

#[test]
fn what_is_no_scene_is_told_as_such() {
    for text in ["", "x,y,heading\n1,2,3\n", "{\"a\": 1}", "(title: \"no number\")", "\u{0}\u{1}"] {
        assert!(fault(text).starts_with("this is not an Unstill scene"), "{text:?}: {}", fault(text));
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("picture.ron");
    fs::write(&path, [0x89, b'P', b'N', b'G', 0xff, 0xd8]).unwrap();
    let message = Project::load(&path).unwrap_err().to_string();
    assert!(message.contains("picture.ron: this is not an Unstill scene (it is not text)"), "{message}");
    let message = Project::load(dir.path().join("none.ron")).unwrap_err().to_string();
    assert!(message.contains("none.ron: cannot be read"), "{message}");
}

#[test]
fn an_error_inside_a_scene_names_line_and_column() {
    let text = with("box_size: (4.0, 3.0)", "box_size: (4.0, wide)");
    let line = text.lines().position(|l| l.contains("wide")).unwrap() + 1;
    let message = fault(&text);
    assert!(
        message.starts_with(&format!("line {line}, column ")) && message.contains("correct that line"),
        "{message}"
    );
    let message = fault(&with("mode: Motif", "mode: Mofit"));
    assert!(message.contains("Mofit"), "{message}");
}

#[test]
fn what_a_hand_gets_wrong_is_told_with_its_place_and_its_remedy() {
    for (from, to, expected) in [
        ("schema: 2", "schema: \"a\"", vec!["schema: line 2: \"a\" is not a whole number; write `schema: 2`"]),
        ("schema: 2", "schema: 1.5", vec!["schema: line 2: 1.5 is not a whole number"]),
        ("schema: 2", "schema: -1", vec!["schema: line 2: -1 is not a whole number"]),
        ("species: 0),", "species: 0,", vec!["line 11, column ", "closing bracket"]),
        ("title: \"Two\"", "title: Two", vec!["line 3, column ", "quotation marks"]),
        ("species: 0)", "species: 300)", vec!["line 10, column ", "`", "species: 300", "too large"]),
        (
            "heading: 0.0,",
            "headnig: 0.0,",
            vec!["line 10, ", "the field `heading` is missing, or its name is misspelt"],
        ),
        ("drive: Forward", "drive: Sideways", vec!["`Sideways` is not one of `Forward`, `Any`"]),
        ("batch: 16", "batch: 99999999999999999999999", vec!["batch: 9999", "too large"]),
        ("batch: 16", "batch: many", vec!["expected a whole number"]),
        (
            "live_particles: 40",
            "live_particles: 99000000",
            vec!["live_particles: 99000000 particles are more", "smaller"],
        ),
        ("strength: 3.0", "strength: NaN", vec!["live.strength: NaN is not finite; give a finite number"]),
        ("period_s: 4.0", "period_s: inf", vec!["swings[0].period_s: inf is not finite"]),
    ] {
        let text = fault(&with(from, to));
        for part in expected {
            assert!(text.contains(part), "{to}: {text}");
        }
    }
    // A misspelt name of a field with a default is reported, and the file is read.
    let loaded = read(&with("strength: 3.0", "strenght: 9.0"));
    assert!(
        loaded.warnings[0].contains("`world.live.strenght`") && loaded.warnings[0].contains("misspelt"),
        "{loaded:?}"
    );
}

#[test]
fn no_message_speaks_of_the_types_of_the_program() {
    let names =
        ["Probe", "File", "Header", "Saved", "RuleHead", "FlowHead", "NetShape", "Snapshot", "Checkpoint", "LiveState"];
    let mut texts = vec![
        "[1]".to_owned(),
        "words".to_owned(),
        "42".to_owned(),
        "(1, 2)".to_owned(),
        "(\"schema\")".to_owned(),
        "\"schema: 2\"".to_owned(),
        "schema: 2".to_owned(),
        format!("Scene{}", tiny_scene().to_ron()),
        tiny_scene().to_ron() + "more)",
    ];
    for (from, to) in [
        ("snapshot: (", "snapshot: Cloud("),
        ("snapshot: (", "snapshot: 5, ensemble: ("),
        ("snapshot: (", "snapshot: [], ensemble: ("),
        ("snapshot: (", "snapshot: \"a\", ensemble: ("),
        ("live: (", "live: 3.0, swings: ("),
        ("rule: Some((", "rule: Some(3), state: Some(("),
        ("rule: Some((", "rule: Some(Rule("),
        ("state: Some((", "state: Some(7), rule: Some(("),
        ("title: \"Two\"", "title: (1, 2)"),
        ("box_size: (4.0, 3.0)", "box_size: (4.0)"),
        ("box_size: (4.0, 3.0)", "box_size: 4.0"),
    ] {
        texts.push(with(from, to));
    }
    for text in texts {
        let message = fault(&text);
        let head: String = text.chars().take(40).collect();
        assert!(names.iter().all(|name| !message.contains(name)), "{head}: {message}");
        assert!(!message.contains("`unstill "), "nothing for a terminal: {message}");
    }
    let message = fault(&format!("Scene{}", tiny_scene().to_ron()));
    assert!(message.starts_with("line 1, column ") && message.contains("opening parenthesis"), "{message}");
}

#[test]
fn impossible_particles_are_named_with_their_place_and_mend() {
    for (from, to, expected) in [
        ("x: 2.0", "x: NaN", "snapshot.particles[1]: x is NaN; give a finite number"),
        ("heading: -0.5", "heading: inf", "snapshot.particles[1]: heading is inf"),
        ("x: 2.0", "x: 4.5", "snapshot.particles[1]: x = 4.5 is outside the box (0 to 4); move the particle"),
        ("y: 1.5", "y: -0.5", "snapshot.particles[0]: y = -0.5 is outside the box"),
        ("species: 0", "species: 8", "snapshot.particles[0]: species 8 does not exist; use 0 to 7"),
        ("box_size: (4.0, 3.0)", "box_size: (4.0, 0.0)", "snapshot.box_size: (4, 0) is not a width and height"),
        ("x: 0.25", "x: inf", "state.swarm.particles[0]: x is inf"),
    ] {
        let message = fault(&with(from, to));
        assert!(message.contains(expected), "{to}: {message}");
    }
}

#[test]
fn a_million_particles_are_refused_with_the_limit() {
    let mut scene = tiny_scene();
    Arc::make_mut(&mut scene.world.snapshot).particles =
        vec![Particle { x: 1.0, y: 1.0, ..Particle::default() }; 1_000_000];
    let message = fault(&scene.to_ron());
    assert!(message.contains("1000000 particles are more than"), "{message}");
}
