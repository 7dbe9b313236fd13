//! The commands of the field world: each takes its arguments and the project, and returns an answer.

pub(super) mod check;
pub(super) mod equations;
pub(super) mod export;
pub(super) mod import;
pub(super) mod info;
pub(super) mod learn;
pub(super) mod live;
pub(super) mod simulate;
mod skew;
pub(super) mod study;
mod tokens;

use std::path::Path;

use serde::Serialize;

use crate::scene::{Project, write_atomic};
use crate::worlds::World;
use crate::worlds::field::{FieldDoc, FieldError, FieldSubject, LibraryDoc, LibraryEvidence};

/// The field scene of a project.
fn doc_of(project: &mut Project) -> anyhow::Result<&mut FieldDoc> {
    match &mut project.world {
        World::Field(doc) => Ok(doc),
        _ => anyhow::bail!("this is not a scene of the field world"),
    }
}

/// The library scene of a document.
fn library_of(doc: &mut FieldDoc) -> Result<&mut LibraryDoc, FieldError> {
    match &mut doc.subject {
        FieldSubject::Library(library) => Ok(library),
        FieldSubject::Tokens(_) => Err(FieldError::Kind { found: "drawn tokens", wanted: "stills of a pattern" }),
    }
}

/// How far the equations of a scene are to be trusted, in one line.
fn verdict_of(library: &LibraryDoc) -> &'static str {
    library.evidence.as_ref().map_or("no certainty: the law was not tested", LibraryEvidence::verdict)
}

/// A project of the field world.
fn project(title: String, seed: u64, doc: FieldDoc) -> Project {
    Project { title, notes: String::new(), author: String::new(), seed, world: World::Field(Box::new(doc)) }
}

/// Writes a table with a row for each look at a run.
fn write_series<R: Serialize>(path: &Path, header: &[&str], rows: impl IntoIterator<Item = R>) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header)?;
    for row in rows {
        writer.serialize(row)?;
    }
    let bytes = writer.into_inner().map_err(|error| error.into_error())?;
    Ok(write_atomic(path, &bytes)?)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::background::LearnCall;
    use crate::worlds::field::stills::{Still, write_npy};

    const CALL: LearnCall = LearnCall { quiet: true, is_in_place: true };

    #[derive(Parser)]
    struct Line<A: clap::Args> {
        #[command(flatten)]
        args: A,
    }

    fn parse<A: clap::Args>(line: &str) -> A {
        Line::parse_from(std::iter::once("unstill").chain(line.split_whitespace())).args
    }

    #[test]
    fn stills_become_equations_and_a_picture() {
        let folder = tempfile::tempdir().unwrap();
        let line = "gray-scott --preset waves --size 64 --runs 60 --steps 1500";
        let (mut project, answer) = simulate::run(&parse(line)).unwrap();
        assert_eq!(answer.json["stills"], 180);
        assert!(equations::run(&parse(""), &mut project).is_err(), "there is no rule yet");
        learn::run(&parse("--functionals 40"), &mut project, CALL).unwrap();
        let answer = equations::run(&parse("--as latex"), &mut project).unwrap();
        assert!(answer.json["equations"]["v"]["u*v^2"].is_f64(), "{:?}", answer.json);
        assert!(answer.text.contains("aligned"));
        let png = folder.path().join("waves.png");
        let line = format!("--steps 300 --from still --png {}", png.display());
        let answer = live::run(&parse(&line), &mut project, true).unwrap();
        assert_eq!((answer.json["steps"].as_u64(), answer.json["non_finite"].as_u64()), (Some(300), Some(0)));
        assert!(png.exists());
        let (npy, text) = (folder.path().join("waves.npy"), folder.path().join("waves.csv"));
        let export = |out: &std::path::Path, what: &str, project: &mut Project| {
            export::run(&parse(&format!("-o {} --what {what}", out.display())), project)
        };
        assert_eq!(export(&npy, "live", &mut project).unwrap().json["channels"], 2);
        assert_eq!(export(&npy, "picture", &mut project).unwrap().json["stills"], 6);
        assert_eq!(export(&png, "picture", &mut project).unwrap().json["stills"], 1);
        assert!(export(&text, "live", &mut project).err().unwrap().to_string().contains(".npy"));
        let answer = check::run(&parse("--steps 200 --replicas 1 --certify"), &mut project, true).unwrap();
        assert!(answer.json["control_without_reaction"]["p"].as_f64().unwrap() < 1e-3, "{:?}", answer.json);
        assert!(info::run(&mut project).unwrap().text.contains("evidence"));
    }

    #[test]
    fn stills_are_simulated_on_the_chosen_engine() {
        let line = "gray-scott --preset waves --size 32 --runs 2 --steps 60 --engine";
        let simulated = |engine: &str| simulate::run(&parse(&format!("{line} {engine}")));
        let (on_cpu, answer) = simulated("cpu").unwrap();
        assert_eq!(answer.json["engine"], "the processor");
        if let Some(gpu) = crate::gpu::testing::gpu() {
            let (on_gpu, answer) = simulated("gpu").unwrap();
            assert!(answer.json["engine"].as_str().unwrap().contains(&gpu.info.name));
            let stills = |mut project: Project| library_of(doc_of(&mut project).unwrap()).unwrap().stills.clone();
            let (a, b) = (stills(on_cpu), stills(on_gpu));
            assert_eq!(a.len(), b.len());
            for (a, b) in a.iter().flat_map(|s| &s.data).zip(b.iter().flat_map(|s| &s.data)) {
                assert!((a - b).abs() < 1e-4, "{a} {b}");
            }
        }
    }

    #[test]
    fn live_writes_the_look_of_the_scene_and_the_memory_of_a_pixel() {
        let folder = tempfile::tempdir().unwrap();
        let (mut project, _) = import::run(&parse("--tokens firefly")).unwrap();
        learn::run(&parse("--steps 2 --side 48"), &mut project, CALL).unwrap();
        let mut written = |name: &str, change: &dyn Fn(&mut crate::worlds::field::tokens::TokenLook)| {
            let FieldSubject::Tokens(tokens) = &mut doc_of(&mut project).unwrap().subject else { panic!("tokens") };
            assert_eq!(tokens.settings.side, 48);
            change(&mut tokens.look);
            let png = folder.path().join(name);
            let line = format!("--steps 50 --size 64 --engine cpu --png {}", png.display());
            let answer = live::run(&parse(&line), &mut project, true).unwrap();
            assert!(answer.json["bytes_per_pixel"].as_u64().unwrap() > 24 && answer.text.contains("bytes a pixel"));
            image::open(png).unwrap().to_rgba8()
        };
        let drawn = written("drawn.png", &|_| {});
        let noisy = written("noisy.png", &|look| look.raw = true);
        let grey = written("grey.png", &|look| {
            (look.raw, look.colours) = (false, crate::worlds::field::tokens::TokenColours::Light);
        });
        assert_eq!(drawn.dimensions(), (256, 256));
        assert!(drawn != noisy && drawn != grey && noisy != grey);
    }

    #[test]
    fn tokens_grow_out_of_noise() {
        let mut project = Project::load(Path::new("scenes/firefly.ron")).unwrap().project;
        let line = "--from noise --steps 200 --size 64 --engine cpu";
        let answer = live::run(&parse(line), &mut project, true).unwrap();
        let refused = live::run(&parse("--from still --steps 1"), &mut project, true).err().unwrap().to_string();
        assert!(refused.contains("a scene of tokens has no stills"), "{refused}");
        let count = |when: &str| answer.json["tokens"][when].as_u64().unwrap();
        assert!(count("count_start") == 0 && count("count_end") >= 4, "{}", answer.text);
    }

    #[test]
    fn learn_reads_token_settings_and_names_those_out_of_range() {
        let (mut project, _) = import::run(&parse("--tokens dot")).unwrap();
        learn::run(&parse("--steps 2 --curve -0.1 --align 0.15 --attract 0.2"), &mut project, CALL).unwrap();
        let doc = doc_of(&mut project).unwrap();
        let FieldSubject::Tokens(tokens) = &doc.subject else { panic!("tokens") };
        assert_eq!(tokens.rule.as_ref().unwrap().curve_rad_per_px, -0.1);
        assert_eq!((tokens.settings.align_rad, tokens.settings.attract_px), (0.15, 0.2));
        let refused = learn::run(&parse("--steps 2 --curve 2"), &mut project, CALL).err().unwrap().to_string();
        assert!(refused.contains("curve") && refused.contains("0.3"), "{refused}");
    }

    #[test]
    fn equations_take_both_names_of_their_form() {
        for name in ["as", "format"] {
            let library = LibraryDoc {
                rule: Some(crate::worlds::field::stills::GrayScott::default().rule()),
                ..LibraryDoc::default()
            };
            let doc = FieldDoc { subject: FieldSubject::Library(library), ..FieldDoc::default() };
            let mut project = project("life".to_owned(), 1, doc);
            let answer = equations::run(&parse(&format!("--{name} latex")), &mut project).unwrap();
            assert!(answer.text.contains("aligned"), "{}", answer.text);
        }
    }

    #[test]
    fn equations_begin_with_how_far_to_trust_them() {
        let mut project = Project::load(Path::new("scenes/maze.ron")).unwrap().project;
        let verdict = "not certain: unseen stills reject the law";
        for (form, first, second) in [
            ("text", verdict.to_owned(), "du/dt"),
            ("latex", format!("% {verdict}"), r"\begin{aligned}"),
            ("python", format!("# {verdict}"), "import numpy"),
        ] {
            let answer = equations::run(&parse(&format!("--as {form}")), &mut project).unwrap();
            let mut lines = answer.text.lines();
            assert_eq!(lines.next(), Some(first.as_str()));
            assert!(lines.next().unwrap().starts_with(second), "{}", answer.text);
            assert_eq!((&answer.json["certain"], &answer.json["verdict"]), (&false.into(), &verdict.into()));
        }
        let answer = info::run(&mut project).unwrap();
        assert!(answer.text.contains(&format!("\nverdict   {verdict}\nrule ")), "{}", answer.text);
        library_of(doc_of(&mut project).unwrap()).unwrap().evidence = None;
        assert!(equations::run(&parse(""), &mut project).unwrap().text.starts_with("no certainty: "));
    }

    #[test]
    fn tokens_are_learned_checked_and_shown() {
        let (mut project, _) = import::run(&parse("--tokens dot ring")).unwrap();
        assert!(check::run(&parse("--steps 50"), &mut project, true).is_err(), "there is no rule yet");
        learn::run(&parse("--steps 3 --seed 5"), &mut project, CALL).unwrap();
        let answer = check::run(&parse("--steps 50 --k 1 --k-radius 2"), &mut project, true).unwrap();
        assert_eq!(answer.json["turned"]["flow"]["radius"], 2);
        for key in ["count_start", "count_end"] {
            assert!(answer.json[key].is_u64(), "{key}");
        }
        for key in ["contrast", "tail", "shape", "speed_along", "speed_across", "polarisation"] {
            assert!(answer.json[key].is_f64(), "{key}");
        }
        assert_eq!(answer.json["count_start"], 12);
        for run in ["shuffled_at_rest", "shuffled_swimming", "tiler"] {
            assert!(answer.json["pairs"][run]["polarisation"].is_f64(), "{run}");
        }
        assert!(answer.json["fitting"].as_u64().unwrap() > 12 && answer.json["grown_of_fitting"].is_f64());
        let answer = live::run(&parse("--steps 50 --size 64 --swim 0.02 --k -0.5"), &mut project, true).unwrap();
        assert!(answer.json["tokens"]["count_start"].as_u64().unwrap() > 2);
        assert!(equations::run(&parse(""), &mut project).err().unwrap().to_string().contains("drawn tokens"));
    }

    #[test]
    fn tokens_are_imported_in_groups() {
        let (mut project, answer) = import::run(&parse("--tokens firefly --arrangement pairs")).unwrap();
        assert_eq!(answer.json["arrangement"], "Pairs");
        assert!(answer.json["group_px"].as_f64() < answer.json["clearance_px"].as_f64());
        assert!(info::run(&mut project).unwrap().text.contains("pixels apart, in pairs at"));
        learn::run(&parse("--steps 2"), &mut project, CALL).unwrap();
        let answer = check::run(&parse("--steps 50"), &mut project, true).unwrap();
        assert_eq!(answer.json["pairs"]["tiler"]["in_groups"], 1.0);
        assert!(answer.text.contains("share of tokens in pairs"), "{}", answer.text);
        let line = "--tokens firefly --arrangement chains --group-distance 9.5";
        let (project, answer) = import::run(&parse(line)).unwrap();
        assert_eq!(answer.json["group_px"], 9.5);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chains.ron");
        project.save(&path).unwrap();
        assert_eq!(Project::load(&path).unwrap().project, project);
        let text = std::fs::read_to_string(&path).unwrap().replace("Chains", "Rows");
        std::fs::write(&path, text).unwrap();
        let error = Project::load(&path).err().unwrap().to_string();
        assert!(error.contains("Rows") && error.contains("Chains") && error.lines().count() == 1, "{error}");
        let refused = |line: &str| Line::<import::Args>::try_parse_from(line.split(' ')).err().unwrap().to_string();
        assert!(refused("unstill a.png --token-size 20").contains("--tokens"));
        let error = refused("unstill firefly --tokens --arrangement rows");
        assert!(error.contains("'rows'") && error.contains("free, pairs, chains"), "{error}");
        assert!(refused("unstill a.png --arrangement pairs").contains("--tokens"));
        let error = import::run(&parse("--tokens firefly --arrangement pairs --group-distance 1")).err().unwrap();
        assert!(error.to_string().contains("group_px"), "{error}");
    }

    #[test]
    fn tokens_are_as_large_as_was_given() {
        let imported = |line: &str| import::run(&parse(line));
        let (project, answer) = imported("--tokens firefly ring --token-size 24").unwrap();
        assert_eq!(answer.json["token_sizes"], serde_json::json!([24.0, 24.0]));
        let (smaller, answer) = imported("--tokens firefly ring").unwrap();
        assert_eq!(answer.json["token_sizes"], serde_json::json!([16.0, 16.0]));
        let clearance = |mut project: Project| match &doc_of(&mut project).unwrap().subject {
            FieldSubject::Tokens(tokens) => tokens.clearance_px,
            FieldSubject::Library(_) => panic!("tokens"),
        };
        assert!(clearance(project) > clearance(smaller), "the distance fits the size");
        for size in ["7.9", "32.5", "NaN"] {
            let error = imported(&format!("--tokens firefly --token-size {size}")).err().unwrap().to_string();
            assert_eq!(error, format!("--token-size cannot be {size}; choose 8 to 32"));
        }
    }

    #[test]
    fn every_bad_input_gets_one_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let still = |seed: usize| Still {
            width: 16,
            height: 16,
            channels: 2,
            data: (0..512).map(|k| ((k * (seed + 3) * 7 + seed * 11) % 61) as f32 / 61.0).collect(),
        };
        image::RgbaImage::from_pixel(24, 24, image::Rgba([200, 90, 30, 255])).save(path("opaque.png")).unwrap();
        image::RgbaImage::new(24, 24).save(path("empty.png")).unwrap();
        image::GrayImage::from_pixel(24, 24, image::Luma([9])).save(path("grey.png")).unwrap();
        write_npy(&path("twins.npy"), &[still(1), still(1)]).unwrap();
        let mut broken = still(2);
        broken.data[256 + 16 + 5] = f32::NAN;
        write_npy(&path("nan.npy"), &[still(1), broken]).unwrap();
        for (options, name, why) in [
            ("--tokens", "opaque.png", "opaque.png: its canvas is opaque up to the edge; erase"),
            ("--tokens", "empty.png", "empty.png: only 0 pixels"),
            ("", "grey.png", "one channel"),
            ("", "twins.npy", "stills 0 and 1 are identical"),
            ("", "nan.npy", "NaN or infinite value at channel 1, row 1, column 5"),
        ] {
            let line = format!("{options} {}", path(name).display());
            let error = import::run(&parse(&line)).err().expect(name).to_string();
            assert!(error.contains(why) && error.len() <= 300 && error.lines().count() == 1, "{name}: {error}");
        }
        let (mut project, _) = import::run(&parse("--tokens firefly")).unwrap();
        let FieldSubject::Tokens(tokens) = &mut doc_of(&mut project).unwrap().subject else { panic!("tokens") };
        tokens.clearance_px = 60.0;
        let said = learn::run(&parse("--steps 2"), &mut project, CALL).err().unwrap().to_string();
        assert!(said.contains("larger than the tile") && said.lines().count() == 1, "{said}");
    }
}
