use glam::DVec3;

use super::*;
use crate::jobs::RecordingEnd;
use crate::worlds::studio::{BrushInk, world_entry};

const PATIENCE: Duration = Duration::from_secs(60);

/// A field with a rule and small stills.
fn field() -> Arc<World> {
    let entry = world_entry("field").expect("the field world");
    let scene = entry.bundled.first().expect("a bundled scene");
    let mut world = crate::scene::Project::from_ron(scene.text).expect("a scene").project.world;
    world.info_mut().expect("a world of the studio").set_knob("size", 32.0);
    Arc::new(world)
}

fn show(world: &World, shows_live: bool) -> CanvasOrder {
    let view = world.info().unwrap().viewpoint(crate::worlds::studio::BrushWorkspace::Live);
    CanvasOrder::Show(CanvasView { view, size: [64, 48], options: DrawOptions::default(), shows_live })
}

fn next_picture(worker: &CanvasWorker) -> RgbaImage {
    let begun = Instant::now();
    loop {
        let mut seen = None;
        worker.with_picture(|picture| seen = Some(picture.clone()));
        match seen {
            Some(picture) => return picture.into_image().unwrap(),
            None => assert!(begun.elapsed() < PATIENCE, "no picture"),
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn next_event(worker: &CanvasWorker, wanted: impl Fn(&CanvasEvent) -> bool) -> CanvasEvent {
    loop {
        let event = worker.events.recv_timeout(PATIENCE).expect("an event");
        if wanted(&event) {
            return event;
        }
    }
}

#[test]
fn what_lives_is_drawn_moves_and_is_measured() {
    let worker = CanvasWorker::new("test").unwrap();
    let world = field();
    worker.order(CanvasOrder::Restart(world.clone(), 1));
    worker.order(show(&world, true));
    assert_eq!(next_event(&worker, |_| true), CanvasEvent::Running(true, None));
    let first = next_picture(&worker);
    assert_eq!(first.dimensions(), (64, 48));
    worker.order(CanvasOrder::Observe(true));
    worker.order(CanvasOrder::Play(true));
    worker.order(CanvasOrder::Speed(20));
    let moved = (0..200).any(|_| next_picture(&worker) != first);
    assert!(moved);
    assert_eq!(worker.shown_picture().map(|picture| picture.size()), Some([64, 48]));
    let read = next_event(&worker, |event| matches!(event, CanvasEvent::Readings { .. }));
    assert!(matches!(read, CanvasEvent::Readings { steps, readings } if steps > 0 && !readings.is_empty()));
    next_event(&worker, |event| matches!(event, CanvasEvent::Pace { steps_per_s, .. } if *steps_per_s > 0.0));
}

#[test]
fn orders_that_cannot_be_carried_out_are_reported() {
    let worker = CanvasWorker::new("test").unwrap();
    let world = field();
    worker.order(CanvasOrder::Restart(world.clone(), 1));
    worker.order(CanvasOrder::StepBack);
    next_event(&worker, |event| *event == CanvasEvent::NothingBefore);
    let refused = |event: &CanvasEvent| matches!(event, CanvasEvent::Refused(_));
    let scene = world_entry("points").and_then(|entry| entry.bundled.first()).expect("a bundled cloud");
    let cloud = crate::scene::Project::from_ron(scene.text).expect("a scene").project.world;
    let foreign = cloud.info().unwrap().start_simulation(1).expect("a rule").live_state();
    worker.order(CanvasOrder::ReturnTo(foreign));
    assert!(matches!(next_event(&worker, refused), CanvasEvent::Refused(why) if why.contains("checkpoint")));
    let at = DVec3::new(5.0, 5.0, 0.0);
    let stroke = BrushStroke {
        brush: "push",
        from: at,
        to: at,
        axis: DVec3::ZERO,
        radius: 3.0,
        strength: 1.0,
        ink: BrushInk::default(),
    };
    worker.order(CanvasOrder::Stroke(stroke));
    assert!(matches!(next_event(&worker, refused), CanvasEvent::Refused(why) if why.contains("push")));
    let empty = (world_entry("points").unwrap().empty)();
    worker.order(CanvasOrder::World(Arc::new(empty)));
    let ended = next_event(&worker, |event| matches!(event, CanvasEvent::Running(false, _)));
    assert_eq!(ended, CanvasEvent::Running(false, None), "a world without a rule is no fault");
}

#[test]
fn a_still_picture_is_drawn_again_only_when_it_changes() {
    let worker = CanvasWorker::new("test").unwrap();
    let world = field();
    worker.order(CanvasOrder::Restart(world.clone(), 1));
    worker.order(show(&world, false));
    next_picture(&worker);
    // Pictures of both orders have been drawn by then.
    std::thread::sleep(Duration::from_millis(300));
    worker.with_picture(|_| {});
    std::thread::sleep(Duration::from_millis(200));
    let mut again = false;
    worker.with_picture(|_| again = true);
    assert!(!again);
    worker.order(show(&world, true));
    next_picture(&worker);
}

#[test]
fn what_lives_is_filmed_at_an_even_pace() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.gif");
    let worker = CanvasWorker::new("test").unwrap();
    let world = field();
    worker.order(CanvasOrder::Restart(world.clone(), 1));
    worker.order(show(&world, true));
    worker.order(CanvasOrder::Play(true));
    worker.order(CanvasOrder::Film(FilmOrder {
        path: path.clone(),
        kind: crate::media::picture::FilmKind::Gif,
        frames_per_second: 20.0,
        frames: 4,
        steps_per_frame: 30,
        size_px: 64,
        loops: false,
    }));
    let event = next_event(&worker, |event| matches!(event, CanvasEvent::Filmed(_)));
    assert!(matches!(event, CanvasEvent::Filmed(Ok(RecordingEnd::Kept(text))) if text.contains("4 frames")));
    assert!(path.exists());
    next_event(&worker, |event| *event == CanvasEvent::Filming(None));
}

#[test]
fn what_lives_is_written_to_a_file_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let worker = CanvasWorker::new("test").unwrap();
    worker.order(CanvasOrder::Restart(field(), 1));
    let (npy, csv) = (folder.path().join("field.npy"), folder.path().join("field.csv"));
    worker.order(CanvasOrder::Export(npy.clone()));
    let answered = |event: &CanvasEvent| matches!(event, CanvasEvent::Exported(_) | CanvasEvent::Refused(_));
    assert_eq!(next_event(&worker, answered), CanvasEvent::Exported(npy.clone()));
    assert!(npy.metadata().unwrap().len() > 1000);
    worker.order(CanvasOrder::Export(csv.clone()));
    assert!(matches!(next_event(&worker, answered), CanvasEvent::Refused(why) if why.contains(".npy")));
    assert!(!csv.exists());
}

/// The next picture, as it was drawn.
fn next_drawn(worker: &CanvasWorker, wanted: impl Fn(&CanvasPicture) -> bool) -> CanvasPicture {
    let begun = Instant::now();
    loop {
        let mut seen = None;
        worker.with_picture(|picture| seen = Some(picture.clone()));
        if let Some(picture) = seen.filter(&wanted) {
            return picture;
        }
        assert!(begun.elapsed() < PATIENCE, "no picture");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_rule_on_the_gpu_is_shown_from_there_until_it_is_lost() {
    if crate::gpu::testing::gpu().is_none() {
        return;
    }
    // One of its own, as it will be of no use any more.
    let gpu = Arc::new(GpuDevice::open().unwrap());
    let is_on_gpu = |picture: &CanvasPicture| matches!(picture, CanvasPicture::Gpu(..));
    let worker = CanvasWorker::new("test").unwrap();
    let world = field();
    worker.order(CanvasOrder::Restart(world.clone(), 1));
    worker.order(show(&world, true));
    let on_processor = next_drawn(&worker, |picture| !is_on_gpu(picture)).into_image().unwrap();
    worker.order(CanvasOrder::Engine(Some(gpu.clone())));
    let on_gpu = next_drawn(&worker, is_on_gpu).into_image().unwrap();
    assert!(worker.shown_picture().is_some_and(|picture| is_on_gpu(&picture)));
    let apart = |(a, b): (&image::Rgba<u8>, &image::Rgba<u8>)| (0..3).any(|c| a.0[c].abs_diff(b.0[c]) > 6);
    let count = on_processor.pixels().zip(on_gpu.pixels()).filter(|pair| apart(*pair)).count();
    assert!(count < 30, "{count} pixels of the same state differ");
    worker.order(CanvasOrder::Play(true));
    assert!((0..200).any(|_| next_drawn(&worker, is_on_gpu).into_image().unwrap() != on_gpu), "it lives");
    gpu.device.destroy();
    let refused = next_event(&worker, |event| matches!(event, CanvasEvent::Refused(_)));
    assert!(matches!(&refused, CanvasEvent::Refused(why) if why.contains("processor")), "{refused:?}");
    let first = next_drawn(&worker, |picture| !is_on_gpu(picture)).into_image().unwrap();
    let moves = |picture: &CanvasPicture| matches!(picture, CanvasPicture::Processor(picture) if *picture != first);
    next_drawn(&worker, moves);
}

#[test]
fn a_panic_is_reported_and_the_thread_goes_on() {
    let (outbox, events) = bounded(EVENT_CAPACITY);
    let mut state = CanvasState::new(outbox, Arc::default());
    assert!(state.on_panic("on purpose").is_continue());
    let event = events.try_recv();
    assert!(
        matches!(&event, Ok(CanvasEvent::Running(false, Some(why))) if why.contains("bug in the program (on purpose)")),
        "{event:?}"
    );
    assert!(state.take(CanvasOrder::Speed(7)).is_continue());
    assert_eq!(state.speed, 7);
}

#[test]
fn a_canvas_whose_thread_cannot_start_is_an_error() {
    let worker = crate::jobs::thread::testing::without_threads(|| CanvasWorker::new("test"));
    assert!(matches!(worker, Err(JobFault::NotStarted { .. })));
}

#[test]
fn an_order_that_finds_no_room_is_reported() {
    let (orders, inbox) = bounded(1);
    let (outbox, events) = bounded(EVENT_CAPACITY);
    let name = JobName { thread: "test", what: "The living canvas" };
    let worker = CanvasWorker { name, outbox, orders, events, slot: Arc::default() };
    worker.order(CanvasOrder::Step);
    worker.order(CanvasOrder::Lift);
    assert_eq!(inbox.try_iter().collect::<Vec<_>>(), [CanvasOrder::Step]);
    let event = next_event(&worker, |_| true);
    assert!(matches!(&event, CanvasEvent::Refused(why) if why.contains("too far behind")), "{event:?}");
}
