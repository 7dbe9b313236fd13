use super::*;
use crate::formats::StopSignal;
use crate::worlds::StoredWorld as _;
use crate::worlds::field::engine::{FieldMotion, library_words};
use crate::worlds::field::stills::{GrayScott, Still, load_stills};
use crate::worlds::field::tokens::net::TokenNet;
use crate::worlds::field::tokens::{TokenCheck, TokenCheckSettings, TokenRule, token_words};
use crate::worlds::field::{FieldEvidence, FieldStart};
use crate::worlds::studio::{
    BrushInk, BrushStroke, DrawOptions, EquationForm, KnobGroup, Learned, LiveState, Simulation, WorldInfo,
};
use glam::{DVec2, DVec3};
use image::RgbaImage;

/// Small stills and the law that made them.
pub(super) fn taught() -> FieldDoc {
    let recipe = GrayScottRun { size: 32, runs: 3, steps: 60, ..GrayScottRun::default() };
    let mut library = LibraryDoc::from_recipe(recipe).unwrap();
    library.rule = Some(GrayScott::default().rule());
    let mut doc = FieldDoc { subject: FieldSubject::Library(library), ..FieldDoc::default() };
    doc.live.size = [48, 32];
    doc
}

pub(super) fn dab(brush: &'static str, from: [f64; 3], to: [f64; 3]) -> BrushStroke {
    let [from, to] = [from, to].map(DVec3::from);
    BrushStroke { brush, from, to, axis: DVec3::ZERO, radius: 4.0, strength: 1.0, ink: BrushInk::default() }
}

fn drawn(simulation: &mut dyn Simulation) -> RgbaImage {
    let mut picture = RgbaImage::new(96, 64);
    let view = crate::worlds::studio::Viewpoint::flat(DVec2::new(24.0, 16.0), 16.0);
    simulation.draw(&view, DrawOptions::default(), &mut picture);
    picture
}

/// Live knobs that the uniform block does not hold: the first image, the table of the kernel, how weights are stored, what is drawn.
const BESIDE_THE_UNIFORM: &[&str] =
    &["seed", "tokens", "skew_seed", "half", "raw", "headings", "trails", "colours", "channels", "palette"];

#[test]
fn every_live_knob_moves_a_word_of_the_uniform() {
    let words = |doc: &FieldDoc| match FieldMotion::of(doc).unwrap() {
        FieldMotion::Library { rule, time_step } => library_words(&rule, time_step, doc.live.size),
        FieldMotion::Tokens { rule, live, skew, .. } => token_words(&rule, &live, &skew, doc.live.size),
    };
    let mut tokens = TokenDoc::new(vec![Token::bundled("firefly").unwrap()]).unwrap();
    tokens.rule = Some(TokenRule::untaught(TokenNet::random(1)));
    let tokens = FieldDoc { subject: FieldSubject::Tokens(tokens), ..FieldDoc::default() };
    for doc in [taught(), tokens] {
        for row in doc.tables().knobs.iter().filter(|row| row.group == KnobGroup::Live) {
            let mut other = doc.clone();
            let [low, high] = row.range;
            other.set_knob(row.id, row.folded(if doc.knob(row.id) == high { low } else { high }));
            assert_ne!(other, doc, "{}", row.id);
            assert_eq!(words(&other) == words(&doc), BESIDE_THE_UNIFORM.contains(&row.id), "{}", row.id);
        }
    }
}

#[test]
fn a_brush_paints_where_the_pointer_is() {
    let doc = taught();
    let mut simulation = doc.start_simulation(0).unwrap();
    simulation.stroke(&dab("remove", [0.0, 0.0, 0.0], [48.0, 32.0, 0.0])).unwrap();
    for y in 0..16 {
        let y = 2.0 * f64::from(y);
        simulation.stroke(&dab("remove", [0.0, y, 0.0], [48.0, y, 0.0])).unwrap();
    }
    let ground = drawn(&mut *simulation);
    assert!(ground.pixels().all(|p| p == ground.get_pixel(0, 0)), "everything is at rest");
    // Right and above the middle.
    simulation.stroke(&dab("add", [36.0, 26.0, 0.0], [36.0, 26.0, 0.0])).unwrap();
    let picture = drawn(&mut *simulation);
    let lit: Vec<(u32, u32)> = picture
        .enumerate_pixels()
        .filter(|(x, y, p)| **p != *ground.get_pixel(*x, *y))
        .map(|(x, y, _)| (x, y))
        .collect();
    assert!(lit.len() > 100, "{}", lit.len());
    assert!(lit.iter().all(|&(x, y)| x.abs_diff(72) < 12 && y.abs_diff(12) < 12), "{lit:?}");
    assert!(simulation.stroke(&dab("push", [0.0; 3], [0.0; 3])).is_err());
}

#[test]
fn a_field_returns_to_its_checkpoint_and_restarts_in_each_state() {
    let doc = taught();
    let mut simulation = doc.start_simulation(0).unwrap();
    simulation.run(3);
    let state = simulation.live_state();
    let kept = drawn(&mut *simulation);
    simulation.run(200);
    assert_ne!(drawn(&mut *simulation), kept);
    assert!(simulation.return_to(&state));
    assert_eq!((drawn(&mut *simulation), simulation.steps()), (kept, 3));
    let mut seen = Vec::new();
    for restart in TABLES.restarts {
        simulation.restart(restart.id);
        assert_eq!(simulation.steps(), 0);
        let picture = drawn(&mut *simulation);
        assert!(!seen.contains(&picture), "{}", restart.id);
        seen.push(picture);
    }
}

#[test]
fn readings_have_a_value_for_each_curve() {
    let doc = taught();
    let mut simulation = doc.start_simulation(0).unwrap();
    simulation.run(20);
    let readings = simulation.readings();
    assert_eq!(readings.len(), TABLES.series.len());
    for reading in readings {
        assert_eq!(reading.values.len(), TABLES.series(reading.series).unwrap().curves.len());
        assert!(reading.values.iter().all(|v| v.is_finite() && *v >= 0.0), "{reading:?}");
    }
}

#[test]
fn another_size_starts_again_and_another_time_step_does_not() {
    let mut doc = taught();
    let mut simulation = doc.start_simulation(0).unwrap();
    simulation.run(4);
    doc.set_knob("time_step", 0.5);
    assert!(simulation.adopt(&World::from(doc.clone())));
    assert_eq!(simulation.steps(), 4);
    doc.set_knob("size", 64.0);
    assert!(!simulation.adopt(&World::from(doc)));
}

#[test]
fn fields_of_equations_have_up_to_2048_pixels_a_side() {
    let mut doc = taught();
    let most = doc.tables().knob("size").unwrap().range[1];
    doc.set_knob("size", most);
    assert_eq!(doc.live.size, [2048; 2]);
    assert!(doc.validate().is_ok());
}

#[test]
fn channels_and_palettes_change_the_picture_and_are_stored() {
    let mut doc = taught();
    let mut simulation = doc.start_simulation(0).unwrap();
    simulation.run(40);
    let mut seen = vec![drawn(&mut *simulation)];
    for (knob, value) in [("palette", 1.0), ("palette", 4.0), ("channels", 1.0), ("channels", 2.0)] {
        doc.set_knob(knob, value);
        assert_eq!(doc.knob(knob), value);
        assert!(simulation.adopt(&World::from(doc.clone())) && simulation.steps() == 40);
        let picture = drawn(&mut *simulation);
        assert!(!seen.contains(&picture), "{knob} {value}");
        seen.push(picture);
    }
    let FieldSubject::Library(library) = &doc.subject else { panic!("a pattern") };
    let text = ron::to_string(library).unwrap();
    assert_eq!(ron::from_str::<LibraryDoc>(&text).unwrap().look, library.look);
    let plain = ron::to_string(&LibraryDoc { look: Default::default(), ..library.clone() }).unwrap();
    assert!(!plain.contains("look"), "scenes of the default look are written as before");
}

#[test]
fn a_start_that_is_not_there_becomes_seeds() {
    let mut doc = taught();
    doc.live.start = FieldStart::State;
    assert!(doc.start_simulation(0).is_ok());
}

#[test]
fn a_saved_field_of_either_subject_goes_on() {
    let mut tokens = TokenDoc::new(vec![Token::bundled("firefly").unwrap()]).unwrap();
    tokens.rule = Some(TokenRule::untaught(TokenNet::random(1)));
    let mut tokens = FieldDoc { subject: FieldSubject::Tokens(tokens), ..FieldDoc::default() };
    tokens.live.size = [64, 48];
    for (mut doc, size_knob) in [(taught(), 64.0), (tokens, 96.0)] {
        let mut earlier = doc.start_simulation(5).unwrap();
        earlier.run(3);
        let LiveState::Field(saved, _) = earlier.live_state() else { panic!("a field") };
        doc.save_field(Still::clone(&saved));
        let text = ron::to_string(&doc).unwrap();
        let mut read: FieldDoc = ron::from_str(&text).unwrap();
        assert!(read.validate().is_ok());
        let begins_with = |doc: &FieldDoc| match doc.start_simulation(0).unwrap().live_state() {
            LiveState::Field(image, 0) => image,
            _ => panic!("a field that begins"),
        };
        assert!(begins_with(&read) == saved);
        read.set_knob("size", size_knob);
        assert_eq!(begins_with(&read).width, size_knob as usize, "another size begins again");
    }
}

#[test]
fn stills_are_drawn_side_by_side() {
    let doc = taught();
    let view = doc.viewpoint(BrushWorkspace::Paint);
    let mut picture = RgbaImage::new(240, 80);
    doc.draw_still(&view, DrawOptions { light: true, ..DrawOptions::default() }, &mut Vec::new(), &mut picture);
    let colours = |low: u32, high: u32| {
        let pixels = picture.enumerate_pixels().filter(|(x, _, _)| (low..high).contains(x));
        pixels.map(|(_, _, p)| p.0).collect::<std::collections::HashSet<_>>().len()
    };
    let third = 240 / 3;
    for k in 0..3 {
        assert!(colours(k * third + 10, (k + 1) * third - 10) > 3, "still {k}");
    }
}

#[test]
fn a_learned_law_comes_with_its_equations_and_evidence() {
    let recipe = GrayScottRun { size: 32, runs: 24, steps: 400, ..GrayScottRun::default() };
    let library = LibraryDoc::from_recipe(recipe).unwrap();
    let mut doc = FieldDoc { subject: FieldSubject::Library(library), ..FieldDoc::default() };
    assert!(doc.start_simulation(0).is_err() && doc.equations(EquationForm::Text).is_none());
    let mut training = doc.start_training("library").unwrap();
    let mut last = 0;
    while let Some(step) = training.step(&|| false).unwrap() {
        assert!(step.done >= last && step.done <= step.total && training.learned().is_none());
        last = step.done;
    }
    assert_eq!(last, 1000);
    doc.set_learned(training.learned().unwrap());
    assert!(doc.has_rule() && doc.evidence().unwrap().contains("stills"));
    for form in EquationForm::ALL {
        assert!(doc.equations(form).is_some());
    }
    assert!(doc.start_simulation(0).is_ok() && doc.start_training("exact").is_err());
}

#[test]
fn tokens_are_taught_swim_and_are_stamped_and_erased() {
    let world = (ENTRY.start)(&(ENTRY.empty)(), "firefly").unwrap();
    let World::Field(mut doc) = world else { panic!("the field world") };
    assert!(doc.start_simulation(0).is_err());
    for (knob, value) in [("size", 70.0), ("steps", 2.0), ("tokens", 3.0)] {
        doc.set_knob(knob, value);
    }
    assert_eq!((doc.live.size, doc.knob("steps")), ([64, 64], 2.0));
    let FieldSubject::Tokens(tokens) = &mut doc.subject else { panic!("tokens") };
    (tokens.settings.batch, tokens.settings.pool_batch, tokens.settings.pool) = (2, 1, 2);
    let mut training = doc.start_training("tokens").unwrap();
    let mut steps = 0;
    while training.step(&|| false).unwrap().is_some() {
        steps += 1;
    }
    assert_eq!(steps, 2);
    doc.set_learned(training.learned().unwrap());
    assert_eq!(doc.flows().iter().filter(|flow| flow.can_be_renamed).count(), 1);
    let mut simulation = doc.start_simulation(0).unwrap();
    simulation.run(2);
    assert_eq!(simulation.steps(), 2);
    for reading in simulation.readings() {
        assert!(doc.tables().series(reading.series).is_some());
    }
    simulation.stroke(&dab("remove", [32.0, 32.0, 0.0], [32.0, 32.0, 0.0])).unwrap();
    let mut erased = RgbaImage::new(64, 64);
    let view = doc.viewpoint(BrushWorkspace::Live);
    simulation.draw(&view, DrawOptions::default(), &mut erased);
    simulation.lift();
    simulation.stroke(&dab("add", [32.0, 32.0, 0.0], [32.0, 32.0, 0.0])).unwrap();
    let mut stamped = RgbaImage::new(64, 64);
    simulation.draw(&view, DrawOptions::default(), &mut stamped);
    assert!(erased != stamped, "a token was placed");
    let kept = simulation.live_state();
    simulation.run(1);
    assert!(simulation.return_to(&kept));
    assert_eq!(simulation.steps(), 2);
    doc.set_knob("swim", 0.1);
    assert!(simulation.adopt(&World::Field(doc.clone())));
    doc.set_knob("group_distance", 9.0);
    assert!(simulation.adopt(&World::Field(doc.clone())), "free tokens have no groups");
    let mut paired = doc.clone();
    paired.set_knob("arrangement", 1.0);
    assert!(!simulation.adopt(&World::Field(paired.clone())) && paired.start_simulation(0).is_ok());
    assert_eq!((paired.knob("arrangement"), paired.knob("group_distance")), (1.0, 9.0));
    doc.set_knob("tokens", 5.0);
    assert!(!simulation.adopt(&World::Field(doc)));
}

#[test]
fn a_check_of_tokens_leaves_its_certificate_with_its_own_rule() {
    let mut tokens = TokenDoc::new(vec![Token::bundled("dot").unwrap()]).unwrap();
    tokens.rule = Some(TokenRule::untaught(TokenNet::random(1)));
    tokens.skew.strength = 0.5;
    let mut doc = FieldDoc { subject: FieldSubject::Tokens(tokens), ..FieldDoc::default() };
    let check = doc.tables().check.unwrap().id;
    assert!(doc.certificate().is_empty());
    let mut job = doc.start_training(check).unwrap();
    let first = job.step(&|| false).unwrap().unwrap();
    assert!(first.done > 0 && first.total > 30_000 && job.learned().is_none());
    job.end_phase();
    assert!(
        job.step(&|| false).unwrap().is_none() && job.learned().is_none(),
        "a check that ends early leaves nothing"
    );

    let FieldSubject::Tokens(tokens) = &doc.subject else { panic!("tokens") };
    let settings = TokenCheckSettings { steps: 50, ..TokenCheckSettings::of(tokens) };
    let mut check = TokenCheck::new(tokens, settings).unwrap();
    while check.step(&|| false).unwrap() {}
    let findings = check.findings().unwrap();
    let learned = |seed: u64| Learned::FieldEvidence(Box::new(FieldEvidence::Tokens(seed, Box::new(findings.clone()))));
    doc.set_learned(learned(2));
    assert!(doc.certificate().is_empty(), "it belongs to another rule");
    doc.set_learned(learned(1));
    let lines = doc.certificate();
    assert!(lines.iter().any(|(is_fine, line)| !is_fine && line.starts_with("With K*s of 0.5")), "{lines:?}");
    assert!(lines.iter().any(|(_, line)| line.contains("that fit: 0 %")), "{lines:?}");
    assert_eq!(lines.len(), 6);
}

#[test]
fn a_check_of_equations_leaves_both_controls() {
    let law = GrayScott { f: 0.018, k: 0.049, ..GrayScott::default() };
    let recipe = GrayScottRun { law, size: 64, runs: 60, steps: 1500, seed: 3 };
    let mut doc = FieldDoc { subject: FieldSubject::Library(LibraryDoc::from_recipe(recipe).unwrap()), ..taught() };
    doc.set_knob("functionals", 20.0);
    let finished = |doc: &FieldDoc, method: &str| {
        let mut job = doc.start_training(method).unwrap();
        let mut last = 0;
        while let Some(step) = job.step(&|| false).unwrap() {
            assert!(step.done >= last && step.done <= step.total, "{method}: {last} {step:?}");
            last = step.done;
        }
        job.learned().unwrap()
    };
    let learned = finished(&doc, "library");
    doc.set_learned(learned);
    assert!(doc.certificate().is_empty());
    let checked = finished(&doc, CHECK_EQUATIONS.id);
    doc.set_learned(checked);
    assert!(doc.certificate().len() > 1, "{:?}", doc.certificate());
}

#[test]
fn a_living_field_is_written_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("field.npy");
    let mut simulation = taught().start_simulation(0).unwrap();
    let written = |simulation: &mut dyn Simulation| {
        std::fs::write(&path, simulation.encode(&path).unwrap()).unwrap();
        load_stills(std::slice::from_ref(&path), StopSignal::NEVER).unwrap().0.remove(0)
    };
    let before = written(&mut *simulation);
    assert_eq!((before.width, before.height, before.channels), (48, 32, 2));
    simulation.run(30);
    assert_ne!(written(&mut *simulation), before);
    assert!(simulation.encode(std::path::Path::new("field.csv")).is_err());
}

/// A firefly whose network has random weights.
pub(super) fn swimming() -> FieldDoc {
    use crate::worlds::field::tokens::TokenRule;
    use crate::worlds::field::tokens::net::TokenNet;
    let World::Field(mut doc) = (ENTRY.start)(&(ENTRY.empty)(), "firefly").unwrap() else { panic!("the field world") };
    doc.set_knob("size", 64.0);
    let FieldSubject::Tokens(tokens) = &mut doc.subject else { panic!("tokens") };
    tokens.rule = Some(TokenRule::untaught(TokenNet::random(1)));
    *doc
}

#[test]
fn rules_and_drives_of_tokens_are_listed_named_drawn_and_chosen() {
    let mut doc = swimming();
    let FieldSubject::Tokens(tokens) = &mut doc.subject else { panic!("tokens") };
    let mut other = tokens.rule.clone().unwrap();
    (other.net, other.seed) = (TokenNet::random(2), 2);
    tokens.take_rule(other);
    doc.rename_flow(1, "Older");
    let names = |doc: &FieldDoc| doc.flows().into_iter().map(|flow| flow.name).collect::<Vec<_>>();
    assert_eq!(names(&doc), ["Seed 2", "Older", "At rest", "Swim", "K*s, seed 1", "K*s, seed 2", "Circle"]);
    let is_on = |doc: &FieldDoc| doc.flows().iter().map(|flow| flow.is_chosen).collect::<Vec<_>>();
    assert_eq!(is_on(&doc), [true, false, false, true, false, false, false]);
    let mut simulation = doc.start_simulation(0).unwrap();
    doc.choose_flow(6);
    assert_eq!((doc.knob("swim"), doc.knob("turn")), (0.05, 0.005));
    doc.choose_flow(4);
    assert_eq!(doc.knob("turn"), 0.0);
    assert_eq!((doc.knob("swim"), doc.knob("skew"), doc.knob("skew_seed")), (0.0, 1.0, 1.0));
    assert!(simulation.adopt(&World::from(doc.clone())), "what lives goes on");
    doc.choose_flow(1);
    assert_eq!(names(&doc)[..2], ["Older", "Seed 2"]);
    doc.choose_flow(9);
    let mut seen: Vec<RgbaImage> = Vec::new();
    for index in 0..7 {
        let mut picture = RgbaImage::new(80, 60);
        doc.draw_flow(index, DrawOptions::default(), &mut picture);
        // The present drive is that of the fifth row, under the rule of the first.
        assert_eq!(seen.contains(&picture), index == 4, "row {index}");
        seen.push(picture);
    }
    doc.delete_flow(1);
    assert_eq!(names(&doc)[..2], ["Older", "At rest"]);
}

/// A simulation on a device, beside one on the processor.
fn pair(doc: &FieldDoc, gpu: &crate::gpu::GpuDevice) -> [Box<dyn Simulation>; 2] {
    let [cpu, mut on_gpu] = [0, 1].map(|_| doc.start_simulation(0).unwrap());
    on_gpu.move_to(Some(gpu)).unwrap();
    assert!(on_gpu.description().ends_with(&gpu.info.name), "{}", on_gpu.description());
    [cpu, on_gpu]
}

/// Share of the pixels that differ visibly.
fn share_apart(both: &mut [Box<dyn Simulation>; 2]) -> f64 {
    let [a, b] = both.each_mut().map(|simulation| drawn(&mut **simulation));
    let is_apart = |(a, b): (&image::Rgba<u8>, &image::Rgba<u8>)| (0..3).any(|c| a.0[c].abs_diff(b.0[c]) > 12);
    a.pixels().zip(b.pixels()).filter(|pair| is_apart(*pair)).count() as f64 / f64::from(a.width() * a.height())
}

#[test]
fn fields_of_both_engines_stay_together_whatever_is_done() {
    let Some(gpu) = crate::gpu::testing::gpu() else { return };
    for doc in [taught(), swimming()] {
        let mut both = pair(&doc, gpu);
        let check = |both: &mut [Box<dyn Simulation>; 2], after: &str| {
            let apart = share_apart(both);
            assert!(apart < 0.01, "{apart} of the picture differs after {after}");
            assert_eq!(both[0].steps(), both[1].steps(), "{after}");
        };
        check(&mut both, "the start");
        both.iter_mut().for_each(|simulation| simulation.run(5));
        check(&mut both, "five steps");
        let kept = both.each_mut().map(|simulation| simulation.live_state());
        for brush in ["remove", "wound", "stir", "add"] {
            let stroke = dab(brush, [18.0, 12.0, 0.0], [22.0, 14.0, 0.0]);
            both.iter_mut().for_each(|simulation| simulation.stroke(&stroke).unwrap());
            both.iter_mut().for_each(|simulation| simulation.run(1));
            check(&mut both, brush);
        }
        both.iter_mut().for_each(|simulation| simulation.lift());
        let mut changed = doc.clone();
        changed.set_knob("time_step", 0.5);
        changed.set_knob("swim", 0.1);
        both.iter_mut().for_each(|simulation| assert!(simulation.adopt(&World::from(changed.clone()))));
        both.iter_mut().for_each(|simulation| simulation.run(3));
        check(&mut both, "other knobs");
        both.iter_mut().zip(&kept).for_each(|(simulation, kept)| assert!(simulation.return_to(kept)));
        check(&mut both, "going back");
        both.iter_mut().for_each(|simulation| simulation.restart("noise"));
        both.iter_mut().for_each(|simulation| simulation.run(2));
        check(&mut both, "a restart");
        let view = crate::worlds::studio::Viewpoint::flat(DVec2::new(24.0, 16.0), 16.0);
        let [cpu, on_gpu] = &mut both;
        assert!(cpu.picture_on_gpu(&view, DrawOptions::default(), [96, 64]).is_none());
        assert!(on_gpu.picture_on_gpu(&view, DrawOptions::default(), [96, 64]).is_some());
        on_gpu.move_to(None).unwrap();
        check(&mut both, "a move to the processor");
    }
}

#[test]
fn the_processor_goes_on_where_the_gpu_is_lost() {
    if crate::gpu::testing::gpu().is_none() {
        return;
    }
    for doc in [taught(), swimming()] {
        // One of its own, as it will be of no use any more.
        let gpu = crate::gpu::GpuDevice::open().unwrap();
        let [_, mut on_gpu] = pair(&doc, &gpu);
        on_gpu.run(2);
        on_gpu.live_state();
        let before = drawn(&mut *on_gpu);
        gpu.device.destroy();
        assert!(on_gpu.take_fault().is_none());
        on_gpu.run(1);
        let fault = on_gpu.take_fault().expect("a sentence");
        assert!(fault.contains("processor") && fault.chars().count() <= 300, "{fault}");
        assert!(on_gpu.description().ends_with("the processor"));
        let after = drawn(&mut *on_gpu);
        let count = before.pixels().zip(after.pixels()).filter(|(a, b)| a != b).count();
        assert!(count < 64, "{count} pixels of the state that was read last are others");
        on_gpu.run(3);
    }
}

#[test]
fn a_growth_out_of_noise_cools_to_the_live_level_and_ends() {
    let mut doc = swimming();
    doc.set_knob("size", 64.0);
    let mut simulation = doc.start_simulation(0).unwrap();
    doc.set_knob("raw", 1.0);
    simulation.adopt(&World::Field(Box::new(doc.clone())));
    // Noise of 5 fills half of the pixels, noise of .3 hardly one.
    let full = |simulation: &mut dyn Simulation| {
        let picture = drawn(simulation);
        picture.pixels().filter(|p| p.0[0] == 255).count() as f64 / f64::from(picture.width() * picture.height())
    };
    simulation.restart("noise");
    let hot = full(&mut *simulation);
    simulation.run(1600);
    assert_eq!(simulation.steps(), 1600);
    let cool = full(&mut *simulation);
    assert!(hot > 0.3 && cool < 0.5 * hot, "{hot} {cool}");
}
