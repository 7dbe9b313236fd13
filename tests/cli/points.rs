//! The points world from the terminal.

use predicates::prelude::*;

use super::desk::{Desk, number};

/// A ring of 400 points, evenly filled, in whose plane only a rotation is stationary; `lift` gives a third coordinate.
fn ring(lift: Option<fn(f64, f64) -> f64>) -> String {
    /// The golden angle.
    const TURN_RAD: f64 = 2.399_963_229_728_653;
    let row = |k: u32| {
        let radius = 1.0 + 0.025 * f64::from(k * 7 % 20);
        let (sin, cos) = (TURN_RAD * f64::from(k)).sin_cos();
        let (x, y) = (radius * cos, radius * sin);
        lift.map_or_else(|| format!("{x:.6},{y:.6}\n"), |lift| format!("{x:.6},{y:.6},{:.6}\n", lift(x, y)))
    };
    let header = if lift.is_some() { "x,y,z\n" } else { "x,y\n" };
    header.to_owned() + &(0..400).map(row).collect::<String>()
}

#[test]
fn the_whole_path_from_a_table_to_checked_equations() {
    let desk = Desk::new();
    desk.write("ring.csv", &ring(None));
    let imported = desk.json("import --world points ring.csv -o ring.ron");
    assert_eq!((imported["dim"].as_u64(), imported["points"].as_u64()), (Some(2), Some(400)));
    assert!(desk.failure("equations ring.ron", 1).contains("unstill learn"));

    let learned = desk.json("learn ring.ron --flow weak --seed 2");
    assert_eq!((&learned["chosen"], &learned["weak"]["certain"]), (&"weak".into(), &true.into()), "{learned}");
    assert_eq!(learned["weak"]["has_rivals"], false);
    assert!(number(&learned["weak"], "gap") >= 10.0);

    let found = desk.json("equations ring.ron");
    assert_eq!(found["certain"], true);
    let terms = |axis: &str| found["equations"][axis].as_object().unwrap();
    assert_eq!((terms("x").len(), terms("y").len()), (1, 1), "a rotation and nothing else: {found}");
    let product = number(&found["equations"]["x"], "y") * number(&found["equations"]["y"], "x");
    assert!((product + 1.0).abs() < 0.05, "{found}");
    assert_eq!(found["text"].as_str().unwrap().lines().count(), 2);
    let text = desk.unstill("equations ring.ron --format latex").assert().success();
    text.stdout(predicate::str::contains("\\dot x")).stderr(predicate::str::is_empty());

    let check = desk.json("check ring.ron --repeats 1 --path 0.2");
    for (name, control) in [("weak", false), ("random network", true)] {
        let flow = &check["flows"][name];
        assert_eq!(flow["control"], control, "{check}");
        let within = number(flow, "within_quantile");
        assert!((0.0..=1.0).contains(&within) && number(flow, "mmd2_max").is_finite(), "{check}");
        assert!(flow.as_object().unwrap().contains_key("residual"), "null without an energy: {check}");
    }
    assert_eq!(check["flows"]["weak"]["keeps_cloud"], true, "{check}");
}

#[test]
fn tables_that_span_no_space_are_refused_with_the_next_step() {
    let desk = Desk::new();
    desk.write("plane.csv", &ring(Some(|x, y| x + y)));
    let message = desk.failure("import --world points plane.csv -o plane.ron", 1);
    assert!(message.starts_with("plane.csv: ") && message.contains("leave out the column"), "{message}");
    desk.write("few.csv", "x,y\n1,2\n3,5\n");
    assert!(desk.failure("import --world points few.csv -o few.ron", 1).contains("at least 100 are needed"));
    desk.write("word.csv", "x,y\n1,two\n");
    assert!(desk.failure("import --world points word.csv -o word.ron", 1).contains("line 2"));
}

#[test]
fn walkers_that_leave_the_range_of_numbers_are_reported() {
    let desk = Desk::new();
    desk.json("import --world points --target lorenz --points 1000 -o lorenz.ron");
    desk.json("learn lorenz.ron --flow weak --degree 2");
    let live = "live lorenz.ron --engine cpu --walkers 60 --relaxation 0 --steps 2000 --quiet --json";
    let warned = desk.unstill(&format!("{live} --reversed")).assert().success();
    let text = String::from_utf8(warned.get_output().stderr.clone()).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.starts_with("unstill: warning: ") && text.contains("leaves its cloud"), "{text}");
    assert!(text.contains("without --reversed"), "{text}");
}
