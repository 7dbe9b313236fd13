//! Cases of the collection of public reports that only the whole program can show, and what belongs to them.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use assert_cmd::Command;
use predicates::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

struct Folder {
    dir: TempDir,
}

impl Folder {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn with_mill(name: &str) -> Self {
        let folder = Self::new();
        let bundled = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scenes/mill.ron");
        fs::copy(bundled, folder.path(name)).unwrap();
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn unstill(&self, line: &str) -> Command {
        let mut command = Command::cargo_bin("unstill").unwrap();
        command.current_dir(self.dir.path()).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        command.args(line.split_whitespace());
        command
    }

    fn json(&self, line: &str) -> Value {
        let output = self.unstill(&format!("{line} --json --quiet")).assert().success().get_output().clone();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{line}: {e}"))
    }
}

#[test]
fn assumptions_are_data_with_an_option_for_each() {
    let folder = Folder::new();
    fs::write(folder.path("t.csv"), "frame_number,id,x,y,angle\n0,0,0,5,90\n0,1,10,5,45\n1,0,1,5,0\n1,1,9,5,0\n")
        .unwrap();
    let facts = folder.json("import t.csv -o t.ron");
    assert_eq!(facts["particles"], 2);
    let assumptions = facts["assumptions"].as_array().unwrap();
    let about =
        |what: &str| assumptions.iter().find(|a| a["about"] == what).unwrap_or_else(|| panic!("{what}: {facts}"));
    assert_eq!(about("angles")["option"], "--angles rad|compass");
    assert_eq!(about("y")["option"], "--y down");
    assert_eq!(about("frame")["changes_picture"], true);
    folder
        .unstill("import t.csv -o t.ron")
        .assert()
        .success()
        .stderr(predicate::str::contains("[--y down]").and(predicate::str::contains("[--angles rad|compass]")));
    let stated = folder.json("import t.csv -o t.ron --y down --angles compass --frame 1 --box 20,10 --mode whole");
    assert_eq!(stated["box_size"], serde_json::json!([20.0, 10.0]));
    let left: Vec<&Value> =
        stated["assumptions"].as_array().unwrap().iter().filter(|a| a["changes_picture"] == true).collect();
    assert!(left.is_empty(), "{left:?}");
    let south = folder.json("import t.csv -o t.ron --angles deg,zero=south,sense=ccw --frame 0");
    assert!(south["assumptions"].as_array().unwrap().iter().all(|a| a["about"] != "angles"), "{south}");
    for bad in ["--y sideways", "--angles turns", "--angles deg,zero=up", "--frames some", "--box 0,1", "--columns x"] {
        folder.unstill(&format!("import t.csv -o t.ron {bad}")).assert().code(2);
    }
}

// A32 and A31.
#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_written_is_an_error() {
    let folder = Folder::with_mill("mill.ron");
    let full = || Stdio::from(fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
    for args in [
        &["info", "mill.ron"][..],
        &["info", "mill.ron", "--json"],
        &["--help"],
        &["--version"],
        &["live", "--help"],
        &["export", "mill.ron", "-o", "out.csv"],
        &["import", "out.csv", "-o", "back.ron", "--json"],
    ] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_unstill"))
            .current_dir(folder.dir.path())
            .args(args)
            .stdout(full())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?}");
    }
    let line = format!("set -o pipefail; {} info mill.ron | true", env!("CARGO_BIN_EXE_unstill"));
    let piped = std::process::Command::new("bash").args(["-c", &line]).current_dir(folder.dir.path()).output().unwrap();
    assert!(piped.status.success() && piped.stderr.is_empty(), "{piped:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn drivers_do_not_write_to_stderr_without_a_runtime_folder() {
    let folder = Folder::with_mill("mill.ron");
    let line = "live mill.ron --particles 16 --from snapshot --steps 2 --quiet";
    folder.unstill(line).env_remove("XDG_RUNTIME_DIR").assert().success().stderr(predicate::str::is_empty());
}

// A43.
#[test]
fn a_scene_with_a_byte_order_mark_is_opened() {
    let folder = Folder::with_mill("mill.ron");
    let text = fs::read_to_string(folder.path("mill.ron")).unwrap();
    fs::write(folder.path("bom.ron"), format!("\u{feff}{text}")).unwrap();
    let expected = folder.json("info mill.ron")["snapshot"].clone();
    assert_eq!(folder.json("info bom.ron")["snapshot"], expected);
    // Notepad's line ends, and a blank line above.
    fs::write(folder.path("windows.ron"), format!("\u{feff}\r\n{}", text.replace('\n', "\r\n"))).unwrap();
    assert_eq!(folder.json("info windows.ron")["snapshot"], expected);
    let utf16: Vec<u8> = "\u{feff}(schema: 2)".encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(folder.path("utf16.ron"), utf16).unwrap();
    folder.unstill("info utf16.ron").assert().code(1).stderr(predicate::str::contains("UTF-8"));
}

// A29.
#[test]
fn a_gif_plays_as_long_as_its_frames() {
    let folder = Folder::with_mill("mill.ron");
    for (rate, hundredths) in [(60, 50u64), (30, 100), (24, 125), (48, 62), (15, 200), (7, 429)] {
        let line =
            "live mill.ron --engine cpu --particles 16 --from snapshot --steps 30 --film-frames 30 --film-size 32";
        folder.unstill(&format!("{line} --fps {rate} --gif a.gif --quiet")).assert().success().stderr(if rate > 50 {
            predicate::str::contains("at most 50").boxed()
        } else {
            predicate::always().boxed()
        });
        let mut options = gif::DecodeOptions::new();
        options.skip_frame_decoding(true);
        let bytes = fs::read(folder.path("a.gif")).unwrap();
        let mut decoder = options.read_info(bytes.as_slice()).unwrap();
        let mut total = 0;
        while let Some(frame) = decoder.next_frame_info().unwrap() {
            total += u64::from(frame.delay);
        }
        assert!(total.abs_diff(hundredths) <= 1, "{rate}: {total}");
    }
}

#[test]
fn an_export_is_imported_with_the_same_particles() {
    let folder = Folder::with_mill("mill.ron");
    for ending in ["csv", "tsv", "xyz"] {
        folder.json(&format!("export mill.ron -o out.{ending}"));
        folder.json(&format!("import out.{ending} -o back.ron --mode motif"));
        let [there, back] =
            ["mill.ron", "back.ron"].map(|name| folder.json(&format!("info {name}"))["snapshot"].clone());
        assert_eq!(there["particles"], back["particles"], "{ending}");
        assert_eq!(there["box_size"], back["box_size"], "{ending}");
        assert_eq!(there["unit_length"], back["unit_length"], "{ending}");
    }
    for ending in ["png", "jpg", "gif", "webp", "bmp", "tiff"] {
        folder.json(&format!("export mill.ron -o out.{ending} --size 200"));
        assert_eq!(image::open(folder.path(&format!("out.{ending}"))).unwrap().width().max(200), 200, "{ending}");
    }
    folder.unstill("export mill.ron -o out.docx").assert().code(1).stderr(predicate::str::contains("give a .csv"));
    folder
        .unstill("export mill.ron -o out.csv --what live")
        .assert()
        .code(1)
        .stderr(predicate::str::contains("no live swarm"));
}

#[test]
fn a_trajectory_is_read_back_frame_by_frame() {
    let folder = Folder::with_mill("mill.ron");
    let line = "live mill.ron --engine cpu --particles 16 --from snapshot --steps 25 --every 10";
    for ending in ["xyz", "csv"] {
        folder.json(&format!("{line} --trajectory run.{ending} -o end.ron"));
        let film = unstill::formats::import(
            &folder.path(&format!("run.{ending}")),
            &unstill::formats::ImportOptions { frames: unstill::formats::FrameChoice::ALL, ..Default::default() },
        )
        .unwrap();
        assert_eq!(film.film.len(), 3, "steps 0, 10 and 20");
        assert!(
            film.film.frames().iter().all(|frame| frame.particles.len() == film.snapshot.particles.len()),
            "{ending}"
        );
        assert_ne!(film.film.frames()[0].particles, film.film.frames()[1].particles);
    }
    folder
        .unstill(&format!("{line} --trajectory run.doc"))
        .assert()
        .code(1)
        .stderr(predicate::str::contains("or .xyz"));
}
