//! Scenes of the field world: stills of a pattern and drawn tokens.

use image::{Rgba, RgbaImage};
use serde_json::Value;

use super::desk::{Desk, number};

impl Desk {
    /// Writes an icon with a disc that is brighter in front, on a transparent ground.
    fn draw_icon(&self, name: &str, [width, height]: [u32; 2]) {
        let middle = [width, height].map(|side| f64::from(side) / 2.0);
        let picture = RgbaImage::from_fn(width, height, |x, y| {
            let [dx, dy] = [f64::from(x) + 0.5 - middle[0], f64::from(y) + 0.5 - middle[1]];
            let is_inside = dx.hypot(dy) < 0.7 * middle[0].min(middle[1]);
            Rgba(match (is_inside, dx > 0.0) {
                (true, true) => [255, 230, 120, 255],
                (true, false) => [200, 30, 20, 255],
                (false, _) => [0; 4],
            })
        });
        picture.save(self.path(name)).unwrap();
    }

    /// Runs a command that must succeed, and returns its warnings.
    fn warnings(&self, line: &str) -> Vec<String> {
        let output = self.unstill(&format!("{line} --quiet")).assert().success().get_output().clone();
        let text = String::from_utf8(output.stderr).unwrap();
        text.lines().map(|l| l.strip_prefix("unstill: warning: ").expect(l).to_owned()).collect()
    }

    /// What a command that must succeed prints.
    fn text(&self, line: &str) -> String {
        String::from_utf8(self.unstill(line).assert().success().get_output().stdout.clone()).unwrap()
    }
}

#[test]
fn simulated_stills_become_equations_with_a_verdict() {
    let desk = Desk::new();
    let simulated = desk.json(
        "simulate gray-scott --preset waves --size 32 --runs 12 --steps 300 --engine cpu --npy stills.npy -o waves.ron",
    );
    assert_eq!(simulated["stills"], 36);
    let message = desk.failure("equations waves.ron", 1);
    assert!(message.contains("no rule yet"), "{message}");

    desk.json("learn waves.ron -o learned.ron --functionals 40");
    let found = desk.json("equations learned.ron");
    assert!(found["equations"]["v"]["u*v^2"].is_number(), "{found}");
    // Four runs are held out.
    let verdict = "no certainty: too few stills for a held-out test";
    assert_eq!((&found["certain"], &found["verdict"]), (&Value::Null, &verdict.into()));
    assert!(desk.text("equations learned.ron").starts_with(&format!("{verdict}\ndu/dt = ")));
    assert!(desk.text("equations learned.ron --as latex").starts_with(&format!("% {verdict}\n\\begin{{aligned}}")));
    assert!(desk.text("equations learned.ron --as python").starts_with(&format!("# {verdict}\nimport numpy")));
    assert!(desk.text("info learned.ron").contains(&format!("verdict   {verdict}\n")));

    let warnings = desk.warnings("check learned.ron --steps 20 --replicas 1 --swim 1 --k 2 --seed 3");
    let of_tokens = |option: &str| format!("--{option} has no effect on this kind of scene");
    assert_eq!(warnings, ["swim", "k", "seed"].map(of_tokens));

    let imported = desk.json("import --world field stills.npy -o imported.ron");
    assert_eq!((&imported["stills"], &imported["width"]), (&36.into(), &32.into()));
    let live = desk.json("live learned.ron --from still --steps 20 --size 48 --engine cpu --png live.png");
    assert_eq!((&live["rule"], &live["size"]), (&"library".into(), &serde_json::json!([48, 48])));
    assert!(live["mean_u"].is_number() && desk.path("live.png").exists(), "{live}");
}

#[test]
fn an_icon_becomes_tokens_that_are_learned_and_checked() {
    let desk = Desk::new();
    desk.draw_icon("disc.png", [200, 100]);
    let import = "import --world field --tokens disc.png";
    let size = "disc.png: 200 × 100 pixels, taken as 16 × 8; --token-size sets the longer side";
    assert_eq!(desk.warnings(&format!("{import} -o small.ron")), [size]);
    assert_eq!(desk.warnings(&format!("{import} --token-size 24 -o disc.ron")), [""; 0]);
    let bundled = "import --world field --tokens firefly -o firefly.ron";
    assert_eq!(desk.warnings(bundled), [""; 0], "a bundled token has the size it was drawn for");

    let learned = desk.json("learn disc.ron --steps 2 --side 48");
    assert_eq!(learned["steps"], 2);
    assert!(number(&learned, "loss_denoise") > 0.0);
    let check = desk.json("check disc.ron --steps 50 --certify");
    assert_eq!((&check["rule"], &check["steps"]), (&"tokens".into(), &50.into()));
    assert!(check["count_start"].as_u64() > Some(0) && check["count_end"].is_u64(), "{check}");
    for key in ["contrast", "tail", "shape", "speed_along", "speed_across", "polarisation"] {
        number(&check, key);
    }
    assert_eq!(desk.json("info disc.ron")["evidence"]["steps"], 50);
    let message = desk.failure("live disc.ron --from still --steps 1", 1);
    assert!(message.contains("a scene of tokens has no stills"), "{message}");
}

#[test]
fn stills_and_icons_that_cannot_be_used_are_named() {
    let desk = Desk::new();
    desk.draw_icon("disc.png", [24, 24]);
    RgbaImage::from_pixel(24, 24, Rgba([200, 90, 30, 255])).save(desk.path("opaque.png")).unwrap();
    RgbaImage::new(24, 24).save(desk.path("empty.png")).unwrap();
    image::GrayImage::from_pixel(24, 24, image::Luma([9])).save(desk.path("grey.png")).unwrap();
    for (files, expected) in [
        ("--tokens disc.png opaque.png", "opaque.png: its canvas is opaque up to the edge"),
        ("--tokens empty.png disc.png", "empty.png: only 0 pixels are drawn"),
        ("--tokens disc.png --token-size 90", "--token-size cannot be 90; choose 8 to 32"),
        ("grey.png", "grey.png: it is grey"),
        ("none.npy", "none.npy: it cannot be read"),
    ] {
        let message = desk.failure(&format!("import --world field {files} -o out.ron"), 1);
        assert!(message.starts_with(expected), "{files}: {message}");
    }
    for seed in 0..6 {
        let value = |x: u32, y: u32| ((x * (seed + 3) + y * y * 7 + seed * 11) % 61 * 4) as u8;
        let picture = image::RgbImage::from_fn(16, 16, |x, y| image::Rgb([value(x, y), value(y, x), 0]));
        picture.save(desk.path(&format!("still{seed}.png"))).unwrap();
    }
    let files = (0..6).map(|seed| format!("still{seed}.png")).collect::<Vec<_>>().join(" ");
    let warnings = desk.warnings(&format!("import --world field {files} -o few.ron"));
    assert_eq!(warnings, ["6 stills are too few for a held-out test, which needs about 48"]);
    let message = desk.failure("learn few.ron", 1);
    assert!(message.contains("6 stills are too few; learning needs at least 18"), "{message}");
}
