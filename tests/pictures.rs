//! Pictures that hold a scene, and moving pictures, from a terminal.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use image::AnimationDecoder;
use serde_json::Value;
use tempfile::TempDir;

use unstill::scene::load_swarm;

struct Desk {
    dir: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    /// A bundled scene, learned, under this name.
    fn with(name: &str, file: &str) -> Self {
        let desk = Self::new();
        let bundled = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenes").join(format!("{name}.ron"));
        fs::copy(bundled, desk.path(file)).unwrap();
        desk
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

    fn failure(&self, line: &str) -> String {
        let assert = self.unstill(line).assert().code(1);
        let text = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
        assert_eq!(text.trim().lines().count(), 1, "{line}: one sentence, not\n{text}");
        text
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(self.dir.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

#[test]
fn every_command_takes_a_picture_of_a_scene() {
    let desk = Desk::with("mill", "mill.ron");
    let facts = desk.json("picture mill.ron -o mill.png");
    assert_eq!(facts["holds_scene"], true);
    let picture = image::open(desk.path("mill.png")).unwrap();
    assert!(picture.width() > 600 && picture.height() > 600);

    let [text, picture] = ["info mill.ron", "info mill.png"].map(|line| desk.json(line));
    for key in ["title", "notes", "snapshot", "rule", "evidence"] {
        assert_eq!(text[key], picture[key], "{key}");
    }
    desk.json("live mill.png --from snapshot --particles 24 --steps 20 --engine cpu -o lived.png");
    let lived = load_swarm(desk.path("lived.png")).unwrap().project;
    assert_eq!(lived.world.state.map(|state| state.swarm.len()), Some(24));
    // In another look it holds the same.
    desk.json("picture mill.ron -o mill.png --theme light --palette muted --body arrow");
    let light = image::open(desk.path("mill.png")).unwrap().to_rgb8();
    assert!(light.get_pixel(2, 2).0.iter().all(|c| *c > 200), "{:?}", light.get_pixel(2, 2));
    // Back to text, and the same.
    desk.json("picture mill.png -o back.ron");
    let [before, after] = ["mill.ron", "back.ron"].map(|name| load_swarm(desk.path(name)).unwrap().project);
    assert_eq!(before, after);
    assert_eq!(desk.names(), ["back.ron", "lived.png", "mill.png", "mill.ron"]);
}

#[test]
fn what_is_learned_from_a_picture_goes_back_into_the_picture() {
    let desk = Desk::new();
    desk.json("motif mill -o bare.ron");
    desk.json("picture bare.ron -o bare.png");
    assert!(desk.json("info bare.png")["rule"].is_null());
    desk.json("learn bare.png --steps 20 --flow-steps 5");
    assert!(desk.json("info bare.png")["rule"].is_object());
    assert!(image::open(desk.path("bare.png")).is_ok(), "it is still a picture");
}

#[test]
fn pictures_without_a_whole_scene_are_refused() {
    let desk = Desk::with("mill", "mill.ron");
    desk.json("picture mill.ron -o mill.png");
    // As a program does that shows the picture and saves it again.
    image::open(desk.path("mill.png")).unwrap().save(desk.path("again.png")).unwrap();
    for line in ["info again.png", "learn again.png", "live again.png", "check again.png"] {
        let text = desk.failure(line);
        assert!(text.contains("again.png") && text.contains("holds no scene"), "{line}: {text}");
    }
    // The window takes it as any image, and shows the notice there; no window can open here.
    desk.unstill("again.png").assert().code(3);
    let whole = fs::read(desk.path("mill.png")).unwrap();
    fs::write(desk.path("cut.png"), &whole[..20_000]).unwrap();
    let text = desk.failure("info cut.png");
    assert!(text.contains("breaks off"), "{text}");
    let mut bad = whole;
    bad[5000] ^= 0x55;
    fs::write(desk.path("bad.png"), bad).unwrap();
    let text = desk.failure("info bad.png");
    assert!(text.contains("damaged"), "{text}");
    // The ordinary way of a picture is as it was: its particles.
    desk.json("import again.png -o again.ron --particles 50");
}

#[test]
fn gif_apng_and_files_have_the_requested_frames() {
    let desk = Desk::with("mill", "mill.ron");
    let run = "live mill.ron --from snapshot --particles 16 --steps 60 --engine cpu --film-size 64 --film-frames 12";
    desk.json(&format!("{run} --gif a.gif --apng a.png --frames many --fps 25"));
    let mut gif = gif::DecodeOptions::new().read_info(fs::File::open(desk.path("a.gif")).unwrap()).unwrap();
    let mut count = 0;
    while let Some(frame) = gif.read_next_frame().unwrap() {
        assert_eq!(frame.delay, 4);
        count += 1;
    }
    assert_eq!(count, 12);
    let apng =
        image::codecs::png::PngDecoder::new(std::io::BufReader::new(fs::File::open(desk.path("a.png")).unwrap()));
    assert_eq!(apng.unwrap().apng().unwrap().into_frames().collect_frames().unwrap().len(), 12);
    assert_eq!(fs::read_dir(desk.path("many")).unwrap().count(), 12);

    // A loop gives its fade away; a folder that holds something is refused before the run.
    desk.json(&format!("{run} --gif round.gif --loop"));
    let mut gif = gif::DecodeOptions::new().read_info(fs::File::open(desk.path("round.gif")).unwrap()).unwrap();
    let mut count = 0;
    while gif.read_next_frame().unwrap().is_some() {
        count += 1;
    }
    assert_eq!(count, 9);
    let text = desk.failure(&format!("{run} --frames many"));
    assert!(text.contains("holds something"), "{text}");
}

#[test]
fn a_film_has_the_requested_frames_or_the_maximum_of_its_run() {
    let desk = Desk::with("mill", "mill.ron");
    let run = "live mill.ron --particles 16 --engine cpu --film-size 64";
    for (k, (way, asked, frames)) in [
        ("--from snapshot --steps 40", "--film-frames 12", 12),
        ("--from snapshot --steps 40", "--film-frames 39", 39),
        ("--from snapshot --steps 300", "", 120),
        ("--grow-steps 150 --steps 20", "--film-frames 100", 100),
        ("--from snapshot --steps 0", "", 1),
    ]
    .into_iter()
    .enumerate()
    {
        desk.json(&format!("{run} {way} {asked} --frames folder{k}"));
        assert_eq!(fs::read_dir(desk.path(&format!("folder{k}"))).unwrap().count(), frames, "{way} {asked}");
    }
    let assert =
        desk.unstill(&format!("{run} --from snapshot --steps 8 --film-frames 20 --frames few")).assert().success();
    let text = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    assert!(text.contains("a run of 8 steps has 8 frames; ask for more --steps"), "{text}");
    assert_eq!(fs::read_dir(desk.path("few")).unwrap().count(), 8);
}

/// The real program, where it is installed: what it writes is what players play.
#[test]
fn a_video_plays_everywhere() {
    let there = |tool: &str| std::process::Command::new(tool).arg("-version").output().is_ok();
    if !there("ffmpeg") || !there("ffprobe") {
        eprintln!("\n*** SKIPPED: no video is made, because ffmpeg or ffprobe is missing ***\n");
        return;
    }
    let desk = Desk::with("flock", "flock.ron");
    // A box of an odd height in pixels.
    desk.json("live flock.ron --from snapshot --particles 16 --steps 36 --engine cpu --film-size 101 --film-frames 12 --fps 25 --mp4 a.mp4");
    let probe = std::process::Command::new("ffprobe")
        .args(["-loglevel", "error", "-count_frames", "-select_streams", "v:0", "-print_format", "json"])
        .args(["-show_entries", "stream=codec_name,pix_fmt,width,height,r_frame_rate,nb_read_frames,color_range"])
        .arg(desk.path("a.mp4"))
        .output()
        .unwrap();
    let facts: Value = serde_json::from_slice(&probe.stdout).unwrap();
    let stream = &facts["streams"][0];
    assert_eq!((&stream["pix_fmt"], &stream["codec_name"]), (&"yuv420p".into(), &"h264".into()), "{facts}");
    assert_eq!((&stream["nb_read_frames"], &stream["r_frame_rate"]), (&"12".into(), &"25/1".into()), "{facts}");
    for side in ["width", "height"] {
        assert_eq!(stream[side].as_u64().unwrap() % 2, 0, "{facts}");
    }
    // The index comes first: it plays while it is still being loaded.
    let bytes = fs::read(desk.path("a.mp4")).unwrap();
    let at = |name: &[u8]| bytes.windows(4).position(|w| w == name).unwrap();
    assert!(at(b"moov") < at(b"mdat"));
}

#[cfg(unix)]
#[test]
fn a_video_needs_ffmpeg_and_its_absence_is_reported_first() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::with("mill", "mill.ron");
    let run = "live mill.ron --from snapshot --particles 16 --steps 40 --engine cpu --film-size 64 --film-frames 5";
    let line = format!("{run} --mp4 a.mp4 --quiet");
    let assert = desk.unstill(&line).env("PATH", "/nowhere").assert().code(1);
    let text = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    assert!(text.contains("needs the program ffmpeg"), "{text}");
    assert_eq!(desk.names(), ["mill.ron"]);

    let bin = desk.path("bin");
    fs::create_dir(&bin).unwrap();
    let program = bin.join("ffmpeg");
    fs::write(
        &program,
        "#!/bin/sh\nfor out; do :; done\n{ printf '\\0\\0\\0\\10moov\\0\\0\\0\\0mdat'; /bin/cat; } > \"$out\"\n",
    )
    .unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    desk.unstill(&line).env("PATH", &bin).assert().success();
    let bytes = fs::metadata(desk.path("a.mp4")).unwrap().len();
    assert_eq!(bytes, 16 + 5 * 64 * 64 * 3);
}
