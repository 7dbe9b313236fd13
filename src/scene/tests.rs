mod messages;

use std::fs;
use std::sync::Arc;

use glam::DVec2;
use proptest::prelude::*;

use super::*;
use crate::worlds::swarm::doc::{Checkpoint, Evidence, FlowNumbers, Flows, KeptLong, LearnedFlow, LiveState, bytes_of};
use crate::worlds::swarm::picture::{Boundary, Ensemble, Mode, Particle, Snapshot, Swarm};
use crate::worlds::swarm::rule::{FlowKind, Knob, LiveSettings, LocalNet, NetShape, Rule, Swing, Swings};
use crate::worlds::swarm::train::{Drive, TrainingSettings};

const SCHEMA_1: &str = include_str!("testdata/schema1.ron");
const SCHEMA_0: &str = include_str!("testdata/schema0.ron");

fn tiny_net(outputs: usize) -> LocalNet {
    let shape = NetShape { species: 1, phi: [1, 1], rho: [1, 1], outputs };
    let weights = (0..shape.layout().total).map(|k| k as f32 / 8.0 - 1.0).collect();
    LocalNet { shape, weights }
}

fn tiny_rule() -> Rule {
    Rule {
        unit_length: 0.75,
        cutoff_l: 3.9,
        sigma_range_l: [0.1, 0.8],
        kappa: 1.0,
        energy: tiny_net(1),
        flow: Some(tiny_net(3)),
    }
}

/// The second is the one of the rule.
fn tiny_flows() -> Flows {
    let mut first = tiny_net(3);
    first.weights[0] = 0.5;
    let numbers = FlowNumbers { forward: 1.0, lateral: 0.0625, turn: -0.25, residual: 0.125 };
    let first = LearnedFlow { numbers: Some(numbers), ..LearnedFlow::new(first, 4, Drive::Any) };
    let second = LearnedFlow::new(tiny_net(3), 5, Drive::Forward);
    Flows { list: vec![first, LearnedFlow { name: "slow mill".to_owned(), ..second }], chosen: 1 }
}

fn tiny_swings() -> Swings {
    let mut swings = Swings::default();
    swings.set(Knob::Temperature, Some(Swing { amplitude: 0.0625, period_s: 4.0 }));
    swings.set(Knob::Swirl(Some(2)), Some(Swing { amplitude: 0.5, period_s: 10.0 }));
    swings.set(Knob::Cruise(None), Some(Swing { amplitude: 1.0, period_s: 2.5 }));
    swings
}

fn tiny_scene() -> SwarmProject {
    let particle = |x, y, heading| Particle { x, y, heading, species: 0 };
    SwarmProject {
        title: "Two".to_owned(),
        notes: "They keep \"apart\".\nLook!".to_owned(),
        author: "A. Painter".to_owned(),
        seed: 3,
        world: SwarmDoc {
            snapshot: Arc::new(Snapshot {
                particles: vec![particle(1.0, 1.5, 0.0), particle(2.0, 1.5, -0.5)],
                box_size: DVec2::new(4.0, 3.0),
                mode: Mode::Motif,
                boundary: Boundary::Periodic,
            }),
            training: TrainingSettings { steps: 3000, contrast: 0.3, flow_steps: 1200, ..TrainingSettings::default() },
            rule: Some(Arc::new(tiny_rule())),
            flows: tiny_flows(),
            live_particles: 40,
            state: Some(Arc::new(LiveState {
                swarm: Swarm { particles: vec![particle(0.25, 0.5, 1.0)], box_size: DVec2::splat(10.0) },
                seed: 7,
                step: 12,
            })),
            swings: tiny_swings(),
            checkpoints: vec![Checkpoint {
                name: "calm".to_owned(),
                live: LiveSettings { strength: 0.5, ..LiveSettings::default() },
                swings: tiny_swings(),
                rule: Some(tiny_rule().fingerprint()),
                flow: Some(tiny_flows().list[1].net.clone()),
                swarm: Arc::new(Swarm { particles: vec![particle(9.0, 8.5, 0.5)], box_size: DVec2::splat(10.0) }),
            }],
            evidence: Some(Evidence {
                grown: 0.8,
                grown_interval: Some([0.75, 0.875]),
                kept: 0.97,
                kept_interval: Some([0.9375, 1.0]),
                healed: 0.9,
                healed_interval: None,
                kept_long: Some(KeptLong {
                    kept: 0.96,
                    interval: Some([0.9375, 0.984375]),
                    steps: 100_000,
                    replicas: 8,
                }),
                live_steps: 1000,
                replicas: 32,
                area: Some(4),
                seed: 1,
                version: "0.1.0".to_owned(),
                live: Some(LiveSettings { strength: 2.0, ..LiveSettings::default() }),
            }),
            ..SwarmDoc::default()
        },
    }
}

/// The swarm project in `text`, and the warnings.
fn read(text: &str) -> Loaded<SwarmDoc> {
    Project::from_ron(text).unwrap().into_swarm().unwrap()
}

fn fault(text: &str) -> String {
    Project::from_ron(text).unwrap_err().to_string()
}

/// The text of the tiny scene with one piece replaced.
fn with(from: &str, to: &str) -> String {
    let text = tiny_scene().to_ron();
    assert!(text.contains(from), "the test replaces `{from}`, which is not in the text:\n{text}");
    text.replacen(from, to, 1)
}

#[test]
fn the_file_format_is_as_it_was() {
    insta::assert_snapshot!(tiny_scene().to_ron());
}

#[test]
fn the_weights_come_last_and_are_safetensors_under_their_names() {
    let text = tiny_scene().to_ron();
    let last = text.lines().rev().nth(2).unwrap().trim();
    let base64 = last.strip_prefix("weights: Some(\"").unwrap().strip_suffix("\"),").unwrap();
    let bytes = bytes_of(base64).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    assert_eq!(tensors.len(), 30);
    assert_eq!(tensors.tensor("flows.0.out_b").unwrap().shape(), [1, 3]);
    assert_eq!(tensors.tensor("energy.phi1_w").unwrap().shape(), [1, crate::worlds::swarm::rule::FEATURES]);
    assert_eq!(tensors.tensor("flow.out_b").unwrap().shape(), [1, 3]);
}

#[test]
fn a_saved_scene_loads_as_it_was_and_saving_again_replaces_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("two.ron");
    let scene = tiny_scene();
    scene.save(&path).unwrap();
    assert_eq!(load_swarm(&path).unwrap(), Loaded { project: scene.clone(), warnings: vec![] });
    SwarmProject { title: "Other".to_owned(), ..scene }.save(&path).unwrap();
    assert_eq!(load_swarm(&path).unwrap().project.title, "Other");
}

#[test]
fn a_file_without_a_list_of_flows_has_the_one_of_its_rule() {
    let mut scene = tiny_scene();
    scene.world.flows = Flows::default();
    let text = scene.to_ron();
    let start = text.find("        flows: [").expect("the list is written");
    let end = start + text[start..].find("        state:").expect("the state follows");
    let older = format!("{}{}", &text[..start], &text[end..]);
    let flows = read(&older).project.world.flows;
    assert_eq!(flows, Flows::of(&tiny_rule(), &scene.world.training));
    assert_eq!(flows.list[0].name, "seed 1");
}

#[test]
fn an_invalid_checkpoint_is_refused_with_its_path() {
    let text = fault(&with("swarm: (particles: [(x: 9.0", "swarm: (particles: [(x: 19.0"));
    assert!(text.contains("savepoints[0].swarm"), "{text}");
    let text = fault(&with("strength: 0.5", "strength: NaN"));
    assert!(text.contains("savepoints[0].live.strength"), "{text}");
    // A flow that is gone is not an error.
    let loaded = read(&with("flow: Some(1)", "flow: Some(7)"));
    assert_eq!(loaded.project.world.checkpoints[0].flow, None);
}

#[test]
fn a_file_from_before_swings_and_fingerprints_is_read() {
    let text = tiny_scene().to_ron();
    let without = |text: &str, from: &str, to: &str| {
        let start = text.find(from).expect("it is written");
        let end = start + text[start..].find(to).expect("this follows");
        format!("{}{}", &text[..start], &text[end..])
    };
    let older = without(&text, "        swings: [\n            (Temp", "        live_particles");
    let older = without(&older, "                swings: [(Temp", "                flow: Some(1)");
    let older = without(&older, "            live: Some((", "        )),\n        weights");
    let older = without(&older, "            grown_interval", "            kept:");
    let older = without(&older, "            kept_interval", "            healed:");
    let older = without(&older, "            healed_interval", "            live_steps");
    let older = without(&older, "            area", "            seed: 1,\n            version");
    let loaded = read(&older);
    assert_eq!(loaded.warnings, Vec::<String>::new());
    let scene = loaded.project;
    let evidence = scene.world.evidence.as_ref().unwrap();
    assert_eq!((evidence.grown_interval, evidence.kept_long, evidence.area), (None, None, None));
    assert!(scene.world.swings.is_empty() && scene.world.checkpoints[0].swings.is_empty());
    assert_eq!((scene.world.checkpoints[0].rule, scene.world.evidence.unwrap().live), (None, None));
}

#[test]
fn a_list_of_flows_that_does_not_fit_its_rule_is_refused() {
    assert!(fault(&with("chosen_flow: 1", "chosen_flow: 7")).contains("not one of the 2 flows"));
    assert!(fault(&with("residual: 0.125", "residual: inf")).contains("flows[0].numbers"));
}

#[test]
fn a_bare_snapshot_is_enough_of_a_scene() {
    let loaded = read("(schema: 1, snapshot: (particles: [], box_size: (4.0, 3.0)))");
    let expected = Snapshot { box_size: DVec2::new(4.0, 3.0), ..Snapshot::default() };
    assert_eq!(
        loaded,
        Loaded { project: Project::new("", SwarmDoc::from_snapshot(expected)), warnings: loaded.warnings.clone() }
    );
    assert!(loaded.warnings.len() == 1 && loaded.warnings[0].contains("too few"), "an empty picture: {loaded:?}");
}

#[test]
fn unknown_fields_are_reported_with_their_path_and_do_not_fail() {
    let text = with("title:", "mood: Calm(3), title:")
        .replacen("box_size:", "colour: (r: 1, g: [2]), box_size:", 1)
        .replacen("heading: 0.0,", "heading: 0.0, mass: 2.5,", 1)
        .replacen(
            "cutoff_l: 3.9,\n            sigma_range_l: (0.1, 0.8),\n            kappa: 1.0,\n            energy",
            "cutoff_l: 3.9, sigma_range_l: (0.1, 0.8), kappa: 1.0, temper: \"\", energy",
            1,
        );
    let loaded = read(&text);
    assert_eq!(loaded.project, tiny_scene());
    for path in ["`mood`", "`world.snapshot.colour`", "`world.snapshot.particles.0.mass`", "`world.rule.temper`"] {
        assert!(loaded.warnings.iter().any(|w| w.contains(path)), "{path} in {:?}", loaded.warnings);
    }
    assert_eq!(loaded.warnings.len(), 4, "{:?}", loaded.warnings);
}

#[test]
fn schema_0_is_migrated_and_its_temperature_becomes_sigma() {
    let loaded = read(SCHEMA_0);
    assert_eq!(loaded.project.world.live.sigma_l, 0.21);
    assert_eq!(loaded.project.world.live.flow, FlowKind::Learned, "the rest of `live` is kept");
    assert_eq!(loaded.project.world.training.steps, 500);
    assert_eq!(loaded.project.world.ensemble, Ensemble::default());
    assert_eq!(loaded.project.world.snapshot.particles.len(), 3);
    assert_eq!(loaded.project.world.rule.as_ref().unwrap().energy.weights, tiny_rule().energy.weights);
    assert_eq!(loaded.warnings.len(), 1, "{:?}", loaded.warnings);
    assert!(loaded.warnings[0].contains("schema 0"));
    let again = read(&loaded.project.to_ron());
    assert_eq!(again, Loaded { project: loaded.project, warnings: vec![] });
}

#[test]
fn schema_1_has_the_same_content_and_the_default_seed() {
    let loaded = read(SCHEMA_1);
    assert_eq!(loaded, Loaded { project: SwarmProject { seed: 1, ..tiny_scene() }, warnings: vec![] });
}

#[test]
fn a_newer_schema_is_refused_politely_whatever_else_it_holds() {
    let message = fault("(schema: 9, snapshot: Cloud([1, 2]), orbit: {\"a\": 1})");
    assert_eq!(
        message,
        "it was written by a newer Unstill (schema 9; this one reads up to 2): update Unstill; the file is left as it is"
    );
}

#[test]
fn an_unfinished_picture_can_be_opened_with_a_warning() {
    type Change = fn(&mut Snapshot);
    let unfinished: [(&str, Change); 3] = [
        ("0 particle(s) are too few", |s| s.particles.clear()),
        ("1 particle(s) are too few", |s| s.particles.truncate(1)),
        ("particles 0 and 1 are at the same place", |s| s.particles[1] = s.particles[0]),
    ];
    for (expected, change) in unfinished {
        let mut scene = tiny_scene();
        change(Arc::make_mut(&mut scene.world.snapshot));
        let loaded = read(&scene.to_ron());
        assert_eq!(loaded.project, scene);
        assert!(loaded.warnings.len() == 1 && loaded.warnings[0].contains(expected), "{:?}", loaded.warnings);
    }
}

#[test]
fn nan_settings_and_rules_that_cannot_run_are_named() {
    let sigma = fault(&with("sigma_l: 0.13", "sigma_l: NaN"));
    assert!(sigma.starts_with("live.sigma_l: NaN is not finite"), "{sigma}");
    let cutoff =
        fault(&with("rule: Some((\n            unit_length: 0.75", "rule: Some((\n            unit_length: -0.75"));
    assert!(cutoff.starts_with("rule: the rule's unit length is -0.75"), "{cutoff}");
}

#[test]
fn weights_of_another_shape_or_value_are_named() {
    let two = with("phi: (1, 1)", "phi: (2, 1)");
    assert!(fault(&two).contains("tensor `energy.phi1_w`: it is F32 [1, 8], but the shape given under `rule.energy`"));
    let huge = with("phi: (1, 1)", "phi: (18446744073709551615, 1)");
    assert!(fault(&huge).contains("rule.energy.phi: 18446744073709551615 must be 1 to 256"), "{}", fault(&huge));
    let two_outputs = with("outputs: 3", "outputs: 2");
    assert!(fault(&two_outputs).contains("rule.flow.outputs: 2 must be 3"), "{}", fault(&two_outputs));
    let damaged = with("weights: Some(\"", "weights: Some(\"*");
    assert!(fault(&damaged).starts_with("weights: the base64 text is damaged"), "{}", fault(&damaged));
    let mut scene = tiny_scene();
    Arc::make_mut(scene.world.rule.as_mut().unwrap()).energy.weights[3] = f32::NAN;
    assert!(fault(&scene.to_ron()).contains("tensor `energy.phi1_w`: number 3 is NaN"));
    let text = tiny_scene().to_ron();
    let without = &text[..text.find("        weights").unwrap()];
    assert!(fault(&format!("{without})))")).starts_with("weights: the rule has none"));
}

#[test]
fn a_file_beyond_any_sane_size_is_refused_unread() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("huge.ron");
    // Sparse: it takes no space on the disk.
    fs::File::create(&path).unwrap().set_len(MAX_FILE_BYTES + 1).unwrap();
    let message = Project::load(&path).unwrap_err().to_string();
    assert!(message.contains("512 MB"), "{message}");
}

#[test]
fn unreadable_scenes_are_not_written_and_the_old_file_stays() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("two.ron");
    let scene = tiny_scene();
    scene.save(&path).unwrap();
    let larger = SwarmProject { title: "x".repeat(3 << 20), ..scene.clone() };
    let message = larger.save_within(2 << 20, &path, &Showing::default()).unwrap_err().to_string();
    assert!(message.contains("two.ron") && message.contains("more than the 2 MB"), "{message}");
    assert!(message.contains("checkpoints") && message.contains("unchanged"), "{message}");
    assert_eq!(load_swarm(&path).unwrap().project, scene);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

fn any_particles(box_size: DVec2) -> impl Strategy<Value = Vec<Particle>> {
    let particle = (0.0..=box_size.x, 0.0..=box_size.y, -1e6..1e6f64, 0u8..8)
        .prop_map(|(x, y, heading, species)| Particle { x, y, heading, species });
    prop::collection::vec(particle, 0..12)
}

prop_compose! {
    fn any_net(species: usize, outputs: usize)(phi in [1usize..5, 1usize..5], rho in [1usize..5, 1usize..5])
        (shape in Just(NetShape { species, phi, rho, outputs }),
         weights in prop::collection::vec(-1e30f32..1e30, NetShape { species, phi, rho, outputs }.layout().total))
        -> LocalNet {
        LocalNet { shape, weights }
    }
}

/// An energy and perhaps a flow, for the same species.
fn any_nets() -> impl Strategy<Value = (LocalNet, Option<LocalNet>)> {
    (1usize..4).prop_flat_map(|species| (any_net(species, 1), prop::option::of(any_net(species, 3))))
}

prop_compose! {
    fn any_scene()(
        texts in [any::<String>(), any::<String>(), any::<String>()],
        particles in any_particles(DVec2::new(1e-3, 1e3)),
        swarm in any_particles(DVec2::new(3.3, 7.7)),
        numbers in prop::array::uniform8(1e-9f64..1e9),
        seed in any::<u64>(),
        mode in prop_oneof![Just(Mode::Motif), Just(Mode::Whole)],
        boundary in prop_oneof![Just(Boundary::Periodic), Just(Boundary::Open)],
        (energy, flow) in any_nets(),
        has_rule in any::<bool>(),
    ) -> SwarmProject {
        let [title, notes, author] = texts;
        let doc = SwarmDoc {
            snapshot: Arc::new(Snapshot { particles, box_size: DVec2::new(1e-3, 1e3), mode, boundary }),
            state: Some(Arc::new(LiveState { swarm: Swarm { particles: swarm, box_size: DVec2::new(3.3, 7.7) }, seed, step: seed / 3 })),
            live_particles: seed as usize % 1_000_000,
            ..SwarmDoc::default()
        };
        let mut scene = SwarmProject { title, notes, author, seed, world: doc };
        scene.world.live.knobs.cruise = numbers;
        scene.world.training.seed = seed;
        scene.world.training.learning_rate = numbers[0];
        let rule = Rule {
            unit_length: numbers[0], cutoff_l: numbers[1], sigma_range_l: [numbers[2], numbers[2] + numbers[3]], kappa: numbers[4],
            energy, flow,
        };
        scene.world.rule = has_rule.then(|| Arc::new(rule));
        scene.world.flows = scene.world.rule.as_ref().map(|rule| Flows::of(rule, &scene.world.training)).unwrap_or_default();
        scene
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_scene_comes_back_exactly_from_its_text(scene in any_scene()) {
        let loaded = read(&scene.to_ron());
        prop_assert_eq!(loaded.project, scene);
        // Some of these pictures cannot be learned from, which is reported; nothing else may be.
        let unexpected: Vec<_> = loaded.warnings.iter().filter(|w| !w.contains("cannot be learned from")).collect();
        prop_assert!(unexpected.is_empty(), "{:?}", unexpected);
    }

    #[test]
    fn every_text_comes_back_exactly_from_a_picture(scene in any_scene()) {
        let text = scene.to_ron();
        let pixel = image::RgbaImage::new(1, 1);
        let png = picture::encode(&pixel, &text).unwrap();
        prop_assert_eq!(picture::text_in(&png).unwrap(), Some(text));
    }

    #[test]
    fn no_bytes_whatever_make_the_reader_of_pictures_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in 0usize..4000) {
        let _ = picture::text_in(&bytes);
        let _ = picture::text_in(&[b"\x89PNG\r\n\x1a\n", &bytes[..]].concat());
        let png = picture::encode(&image::RgbaImage::new(1, 1), &tiny_scene().to_ron()).unwrap();
        let cut = cut.min(png.len() - 1);
        // Whole or not at all: never a part of the text.
        prop_assert!(picture::text_in(&png[..cut]).map_or(true, |text| text == Some(tiny_scene().to_ron())));
    }
}
