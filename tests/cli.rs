//! The program as a person uses it from a terminal: the swarm world here, others in modules.

#[path = "cli/desk.rs"]
mod desk;
#[path = "cli/field.rs"]
mod field;
#[path = "cli/points.rs"]
mod points;

use std::fs;

use desk::{Desk, FLOCK_CSV, number};
use predicates::prelude::*;
use serde_json::Value;

#[test]
fn the_whole_path_from_a_csv_to_a_checked_living_swarm() {
    let desk = Desk::new();
    desk.write("flock.csv", FLOCK_CSV);

    let imported = desk.json("import flock.csv -o flock.ron --mode motif");
    assert_eq!(imported["particles"], 7);
    assert_eq!(imported["species"], 2);
    assert_eq!(imported["mode"], "Motif");
    assert!((number(&imported, "unit_length") - 1.0).abs() < 1e-9);

    let learned = desk.json("learn flock.ron -o learned.ron --steps 20 --flow-steps 5 --seed 3 --drive any");
    assert_eq!(learned["steps"], 25);
    assert_eq!(learned["learned_flow"], true);
    assert!(number(&learned, "energy_loss") > 0.0);

    let line = "live learned.ron --engine cpu --particles 35 --steps 20 --grow-steps 40 --seed 2";
    let live = desk
        .json(&format!("{line} --csv swarm.csv --png swarm.png --gif swarm.gif --size 120 --gif-size 64 -o lived.ron"));
    assert_eq!(live["particles"], 35);
    assert_eq!(live["flow"], "Learned", "a learned flow is what a learned scene shows");
    assert!(number(&live, "steps_per_s") > 0.0);
    assert!(live["fidelity"].is_number());
    assert_eq!(live["outputs"].as_array().unwrap().len(), 4);

    let csv = desk.read("swarm.csv");
    let mut lines = csv.lines();
    let sides: Vec<f64> =
        lines.next().unwrap().strip_prefix("# box: ").unwrap().split(' ').map(|s| s.parse().unwrap()).collect();
    assert_eq!(lines.next(), Some("x,y,heading,species"));
    let rows: Vec<Vec<f64>> = lines.map(|l| l.split(',').map(|f| f.parse().unwrap()).collect()).collect();
    assert_eq!(rows.len(), 35);
    assert!(rows.iter().all(|r| (0.0..=sides[0]).contains(&r[0]) && (0.0..=sides[1]).contains(&r[1])), "{csv}");
    let png = image::open(desk.path("swarm.png")).unwrap();
    assert_eq!(png.width().max(png.height()), 120);
    assert!(desk.read_bytes("swarm.gif").starts_with(b"GIF89a"));

    desk.json(&format!("{line} --csv again.csv"));
    assert_eq!(desk.read("again.csv"), csv, "same seed, same swarm");
    let other = line.replace("--seed 2", "--seed 4");
    desk.json(&format!("{other} --csv other.csv"));
    assert_ne!(desk.read("other.csv"), csv, "another seed, another swarm");

    let on = desk.json("live lived.ron --from state --engine cpu --steps 2");
    assert_eq!(on["particles"], 35);
    assert_eq!(on["grow_steps"], 0);

    let check = desk.json("check learned.ron --steps 20 --grow-steps 40 --replicas 3 --certify");
    for key in ["grown", "kept", "healed", "scrambled", "residual"] {
        assert!(check[key].is_number(), "{key} in {check}");
    }
    let rows = check["flows"].as_array().unwrap();
    let names: Vec<_> = rows.iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["learned", "exact", "random", "score-only"]);
    assert_eq!(rows.iter().map(|row| row["control"] == true).collect::<Vec<_>>(), [false, false, true, true]);
    assert!(number(&rows[1], "residual") < 1e-3, "the exact flow is exact whatever the weights: {check}");
    for key in ["ceiling_interval", "grown_interval", "kept_interval", "healed_interval"] {
        assert_eq!(check[key].as_array().unwrap().len(), 2, "{key} in {check}");
    }
    assert!(check["kept_long"].is_null() && rows[3]["interval"].is_array());

    let info = desk.json("info learned.ron");
    assert_eq!(info["snapshot"]["particles"], 7);
    assert_eq!(info["training"]["seed"], 3);
    assert_eq!(info["training"]["drive"], "Any");
    assert!(number(&info["rule"], "energy_weights") > 1000.0);
    assert_eq!(info["evidence"]["replicas"], 3);
    assert_eq!(info["evidence"]["grown_interval"], check["grown_interval"]);
    assert!(desk.json("info flock.ron")["rule"].is_null(), "with -o the first scene stays as it was");
}

#[test]
fn a_check_takes_larger_boxes_and_any_number_of_particles() {
    let desk = Desk::learned();
    let check = "check flock.ron --steps 5 --grow-steps 10 --replicas 2";
    let one = desk.json(check);
    let four = desk.json(&format!("{check} --area 4"));
    assert_eq!(number(&four, "particles"), 4.0 * number(&one, "particles"));
    assert!((four["box_l"][0].as_f64().unwrap() / one["box_l"][0].as_f64().unwrap() - 2.0).abs() < 1e-9);
    let odd = desk.json(&format!("{check} --particles 45"));
    assert_eq!((odd["particles"].as_u64(), odd["grown_particles"].as_u64()), (Some(42), Some(45)));
    assert!(odd["ceiling"].is_number() && odd["ceiling_interval"].is_array(), "{odd}");
    assert!(desk.failure(&format!("{check} --particles 6"), 1).contains("give 7 or more"));
    for usage in ["--area 0", "--area 65", "--particles 40 --area 4", "--particles 40 --certify"] {
        desk.unstill(&format!("{check} {usage}")).assert().code(2);
    }
    desk.unstill(&format!("{check} --quiet"))
        .assert()
        .success()
        .stdout(predicate::str::contains("ceiling").and(predicate::str::contains("control: random flow")));
}

#[test]
fn boxes_impossible_for_a_whole_picture_are_refused() {
    let desk = Desk::new();
    desk.write("flock.csv", FLOCK_CSV);
    desk.json("import flock.csv -o torus.ron --mode whole");
    desk.json("learn torus.ron --steps 5 --flow none");
    let check = "check torus.ron --steps 5 --grow-steps 5 --replicas 2";
    assert!(desk.failure(&format!("{check} --area 8"), 1).contains("give a square"));
    assert!(desk.failure(&format!("{check} --particles 40"), 1).contains("leave the number out"));
    assert_eq!(
        desk.json(&format!("{check} --area 4"))["particles"],
        4 * desk.json(check)["particles"].as_u64().unwrap()
    );
    desk.write("open.ron", &desk.read("torus.ron").replacen("boundary: Periodic", "boundary: Open", 1));
    assert!(desk.failure("check open.ron --area 4", 1).contains("leave the area at 1"));
}

#[test]
fn the_same_seed_learns_the_same_rule() {
    let desk = Desk::new();
    desk.write("flock.csv", FLOCK_CSV);
    desk.json("import flock.csv -o flock.ron --mode motif");
    for (out, seed) in [("a.ron", 1), ("b.ron", 1), ("c.ron", 2)] {
        desk.json(&format!("learn flock.ron -o {out} --steps 10 --flow none --seed {seed}"));
    }
    let weights = |name: &str| desk.read(name).lines().find(|l| l.contains("weights:")).unwrap().to_owned();
    assert_eq!(weights("a.ron"), weights("b.ron"));
    assert_ne!(weights("a.ron"), weights("c.ron"));
    assert_eq!(desk.json("info a.ron")["rule"]["flow"], Value::Null);
}

#[test]
fn sentences_go_to_stdout_and_progress_to_stderr() {
    let desk = Desk::learned();
    desk.unstill("info flock.ron").assert().success().stdout(predicate::str::contains("7 particles of 2 species"));
    desk.unstill("live flock.ron --engine cpu --particles 20 --steps 4 --grow-steps 4")
        .assert()
        .success()
        .stdout(predicate::str::contains("20 particles on the processor").and(predicate::str::contains("fidelity")))
        .stderr(predicate::str::is_empty());
    desk.unstill("motif --list").assert().success().stdout(predicate::str::contains("mill"));
}

#[test]
fn a_bundled_motif_becomes_a_scene() {
    let desk = Desk::new();
    assert_eq!(desk.json("motif mill -o mill.ron")["particles"], 8);
    assert!(!desk.json("info mill.ron")["notes"].as_str().unwrap().is_empty());
    let names = desk.json("motif --list")["motifs"].as_array().unwrap().len();
    assert!(names >= 8, "{names} bundled pictures");
    let message = desk.failure("motif unicorn -o u.ron", 1);
    assert!(message.contains("`unicorn`") && message.contains("mill"), "{message}");
}

#[test]
fn bad_pictures_are_refused_in_one_sentence_with_their_line() {
    let desk = Desk::new();
    let with = |line: &str| format!("{FLOCK_CSV}{line}\n");
    for (name, text, expected) in [
        ("nan.csv", with("NaN,1,0,0"), "line 10"),
        ("inf.csv", with("1,inf,0,0"), "line 10"),
        ("outside.csv", with("13,1,0,0"), "outside the box"),
        ("twice.csv", with("6.0,5.0,0.0,0"), "same place"),
        ("none.csv", "x,y\n".to_owned(), "none.csv"),
        ("one.csv", "x,y\n1,1\n".to_owned(), "too few"),
        ("far.csv", "x,y\n1e300,0\n0,0\n1,1\n".to_owned(), "1e-12 to 1e12"),
        ("spun.csv", with("1,1,1e300,0"), "is not an angle"),
        ("prose.csv", "It was a dark and stormy night.\n".to_owned(), "prose.csv"),
        ("flock.doc", FLOCK_CSV.to_owned(), "give a .csv"),
    ] {
        desk.write(name, &text);
        let message = desk.failure(&format!("import {name} -o out.ron"), 1);
        assert!(message.starts_with(name) && message.contains(expected), "{name}: {message}");
    }
    let message = desk.failure("import nowhere.csv -o out.ron", 1);
    assert!(message.starts_with("nowhere.csv: cannot be read"), "{message}");
    let message = desk.failure("import one.csv -o one.csv", 1);
    assert!(message.contains("would overwrite the picture itself"), "{message}");
}

#[test]
fn a_million_particles_are_refused_at_once() {
    let desk = Desk::new();
    let rows: String = (0..1_000_000).map(|k| format!("{},{}\n", k % 1000, k / 1000)).collect();
    desk.write("million.csv", &format!("x,y\n{rows}"));
    let message = desk.failure("import million.csv -o out.ron", 1);
    assert!(message.contains("more than 200000 particles"), "{message}");
}

#[test]
fn impossible_images_are_refused_in_one_sentence() {
    let desk = Desk::new();
    fs::write(desk.path("empty.png"), []).unwrap();
    assert!(desk.failure("import empty.png -o out.ron", 1).starts_with("empty.png: "));
    fs::write(desk.path("huge.png"), png_header(20_000, 20_000)).unwrap();
    let message = desk.failure("import huge.png -o out.ron", 1);
    assert!(message.contains("20000"), "{message}");
    fs::write(desk.path("zero.png"), png_header(0, 0)).unwrap();
    assert!(desk.failure("import zero.png -o out.ron", 1).starts_with("zero.png: "));
}

/// A PNG of 8-bit RGB that announces its size and then has no pixels.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut header = Vec::new();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [(b"IHDR", header.as_slice()), (b"IDAT", &[])] {
        let body = [kind.as_slice(), data].concat();
        let crc = !body.iter().fold(!0u32, |crc, &byte| {
            (0..8).fold(crc ^ u32::from(byte), |c, _| if c & 1 == 1 { (c >> 1) ^ 0xedb8_8320 } else { c >> 1 })
        });
        file.extend((data.len() as u32).to_be_bytes());
        file.extend(body);
        file.extend(crc.to_be_bytes());
    }
    file
}

#[test]
fn bad_scenes_are_refused_in_one_sentence_by_every_command() {
    let desk = Desk::learned();
    let good = desk.read("flock.ron");
    let bad = [
        ("prose.ron", "It was a dark and stormy night.".to_owned(), "not an Unstill scene"),
        ("half.ron", good[..good.len() / 2].to_owned(), "breaks off in line"),
        ("newer.ron", good.replacen("schema: 2", "schema: 9", 1), "update Unstill; the file is left as it is"),
        ("nan.ron", good.replacen("x: 6.0", "x: NaN", 1), "snapshot.particles[0]: x is NaN"),
        ("outside.ron", good.replacen("x: 6.0", "x: 60.0", 1), "is outside the box"),
        ("number.ron", good.replacen("copies: 6", "copies: six", 1), "line "),
    ];
    for (name, text, expected) in &bad {
        desk.write(name, text);
        for command in ["info", "learn", "live", "check"] {
            let message = desk.failure(&format!("{command} {name}"), 1);
            assert!(message.starts_with(name) && message.contains(expected), "{command} {name}: {message}");
        }
        let message = desk.failure(name, 1);
        assert!(message.contains(expected), "also before a window is opened: {message}");
        assert_eq!(&desk.read(name), text, "{name} is left as it is");
    }
}

#[test]
fn weights_of_another_shape_are_refused() {
    let desk = Desk::learned();
    let scene = desk.read("flock.ron");
    let rule = scene.find("rule: Some").unwrap();
    let (head, tail) = scene.split_at(rule);
    let wider = tail.replacen("phi: (", "phi: (1", 1);
    assert_ne!(wider, tail);
    desk.write("wider.ron", &format!("{head}{wider}"));
    let message = desk.failure("info wider.ron", 1);
    assert!(message.contains("wider.ron: ") && message.contains("energy"), "{message}");
}

#[test]
fn unlearnable_and_unlearned_pictures_are_reported() {
    let desk = Desk::new();
    for (name, particles, expected) in [
        ("none.ron", "", "0 particle(s) are too few"),
        ("one.ron", "(x: 1.0, y: 1.0, heading: 0.0, species: 0)", "1 particle(s) are too few"),
    ] {
        desk.write(name, &format!("(schema: 1, snapshot: (particles: [{particles}], box_size: (4.0, 3.0)))"));
        let message = desk.failure(&format!("learn {name} --steps 3"), 1);
        assert!(message.starts_with(name) && message.contains(expected), "{message}");
        desk.unstill(&format!("info {name}")).assert().success();
    }
    desk.json("motif pairs -o pairs.ron");
    for command in ["live", "check"] {
        let message = desk.failure(&format!("{command} pairs.ron"), 1);
        assert!(message.contains("no rule yet") && message.contains("unstill learn pairs.ron"), "{message}");
    }
    let message = desk.failure("learn pairs.ron --continue", 1);
    assert!(message.contains("no weights to continue from"), "{message}");
}

#[test]
fn settings_out_of_range_are_named_before_anything_runs() {
    let desk = Desk::learned();
    for (option, expected) in [
        ("--sigma 7", "temperature σ is 7"),
        ("--sigma NaN", "temperature σ is NaN"),
        ("--window -1", "window ρ of species 0 is -1"),
        ("--cruise 1e9", "cruise u of species 0"),
        ("--from state", "holds no live swarm"),
    ] {
        let message = desk.failure(&format!("live flock.ron --engine cpu {option}"), 1);
        assert!(message.starts_with("flock.ron: ") && message.contains(expected), "{option}: {message}");
    }
    desk.json("learn flock.ron -o still.ron --steps 5 --flow none");
    let message = desk.failure("live still.ron --flow learned", 1);
    assert!(message.contains("no learned flow"), "{message}");
}

#[test]
fn an_unwritable_path_is_refused_before_the_work() {
    let desk = Desk::learned();
    // So long that the test would not end if the work began.
    let long = "--steps 10000000";
    for line in [
        format!("learn flock.ron -o no/such/folder/out.ron {long}"),
        format!("live flock.ron --engine cpu {long} --csv no/such/folder/out.csv"),
        format!("live flock.ron --engine cpu {long} --png no/such/folder/out.png"),
        format!("live flock.ron --engine cpu {long} --gif no/such/folder/out.gif"),
        "import flock.csv -o no/such/folder/out.ron".to_owned(),
        "motif mill -o no/such/folder/out.ron".to_owned(),
    ] {
        let message = desk.failure(&line, 1);
        assert!(
            message.contains("no/such/folder/out") && message.contains("folder does not exist"),
            "{line}: {message}"
        );
    }
    let message = desk.failure(&format!("learn flock.ron -o {} {long}", desk.dir.path().display()), 1);
    assert!(message.contains("that is a folder"), "{message}");
}

/// A disk that is full, as far as a program without privileges can have one: the system lets no file grow beyond 4 KiB.
#[cfg(unix)]
#[test]
fn a_full_disk_loses_nothing_and_leaves_nothing_behind() {
    let desk = Desk::learned();
    let (scene, files) = (desk.read("flock.ron"), desk.files());
    let line = format!(
        "trap '' XFSZ; ulimit -f 4; exec {} live flock.ron --engine cpu --steps 1 -o flock.ron",
        env!("CARGO_BIN_EXE_unstill")
    );
    let output = std::process::Command::new("bash").args(["-c", &line]).current_dir(desk.dir.path()).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(
        message.contains("cannot write flock.ron") && message.contains("an older file there is unchanged"),
        "{message}"
    );
    assert_eq!(desk.read("flock.ron"), scene);
    assert_eq!(desk.files(), files, "no temporary file stays");
}

#[test]
fn exit_codes_tell_usage_and_missing_displays_apart() {
    let desk = Desk::learned();
    desk.unstill("live").assert().code(2);
    desk.unstill("live flock.ron --particles 0").assert().code(2);
    desk.unstill("learn flock.ron --flow sideways").assert().code(2);
    for line in ["", "flock.ron"] {
        let message = desk.failure(line, 3);
        assert!(message.contains("no display") && message.contains("unstill live"), "{message}");
    }
    desk.unstill("--help").assert().success().stdout(predicate::str::contains("Exit codes"));
}

#[test]
fn an_error_is_also_json_with_the_json_option() {
    let desk = Desk::new();
    let output = desk.unstill("info nowhere.ron --json").assert().code(1).get_output().clone();
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(value["error"].as_str().unwrap().starts_with("nowhere.ron: cannot be read"));
    assert!(!output.stderr.is_empty());
}

#[test]
fn an_interrupted_run_never_overwrites_a_finished_rule() {
    let desk = Desk::new();
    desk.json("motif mill -o mill.ron");
    let interrupted = || {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_unstill"))
            .current_dir(desk.dir.path())
            .args(["learn", "mill.ron", "--steps", "1000000", "--quiet"])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        // Time for some steps; a slower machine saves fewer.
        std::thread::sleep(std::time::Duration::from_secs(3));
        let interrupt = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        assert!(interrupt.success());
        child.wait().unwrap()
    };
    assert!(interrupted().success());
    let first = desk.read("mill.ron");
    assert!(first.contains("rule: Some"), "what was learned so far is saved");
    assert!(!interrupted().success(), "a second run that is cut short reports that it kept the first rule");
    assert_eq!(desk.read("mill.ron"), first);
}

#[test]
fn files_for_the_window_are_checked_before_it_opens() {
    let desk = Desk::new();
    desk.write("flock.csv", FLOCK_CSV);
    desk.write("pair.xyz", "2\n\nA 0 0 0\nA 1 1 0\n");
    image::RgbImage::new(20, 20).save(desk.path("drawing.png")).unwrap();
    // There is no display to open the window on, which is found out only then.
    for good in ["flock.csv", "pair.xyz", "drawing.png"] {
        assert!(desk.failure(good, 3).contains("no display"), "{good}");
    }
    desk.write("broken.csv", "x,y\n1,two\n");
    desk.write("broken.png", "no picture");
    desk.write("words.docx", "words");
    for (bad, hint) in [
        ("broken.csv", "line 2"),
        ("broken.png", "broken.png"),
        ("words.docx", "not an Unstill scene"),
        ("none.jpg", "none.jpg"),
    ] {
        let text = desk.failure(bad, 1);
        assert!(text.contains(hint), "{bad}: {text}");
    }
}
