use super::super::files::Notice;
use super::{Recorder, TrajectorySource};
use crate::formats::{Trajectory, TrajectoryFrame, TrajectoryKind};
use crate::session::{EngineOrder, Level, TrajectoryOptions};
use crate::window::live::Live;
use crate::window::live::testing::{alive, part, rule, settings, swarm, until, upload};
use crate::worlds::swarm::engine::CpuEngine;

/// What the recorder writes of `live` in a frame of the window after another, of at most 5 steps each, and its sentences.
fn recorded(
    live: &mut Live,
    recorder: &mut Recorder<TrajectorySource>,
    mut at: impl FnMut(usize, &mut Live),
) -> Vec<Notice> {
    until(|| {
        let steps = recorder.steps_to_go().min(5);
        live.pass_on(vec![EngineOrder::Run { steps }]);
        recorder.advance(live, steps, None);
        match recorder.state() {
            Some(state) => at(state.taken, live),
            None => return Some(()),
        }
        None
    });
    recorder.notices().collect()
}

#[test]
fn a_recorded_trajectory_has_each_nth_step_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let [path, twin] = ["window.xyz", "engine.xyz"].map(|name| folder.path().join(name));
    let mut live = alive();
    let mut recorder = Recorder::default();
    let options = TrajectoryOptions { every: 3, frames: 4, ..TrajectoryOptions::default() };
    recorder.trajectory(options, path.clone());
    let notices = recorded(&mut live, &mut recorder, |_, _| ());
    assert!(matches!(&notices[..], [(Level::Success, text)] if text.contains("4 frames")), "{notices:?}");

    let mut engine = CpuEngine::new(&rule(), &swarm(), &settings(), 1).unwrap();
    let mut expected = Trajectory::create(&twin).unwrap();
    let mut time = 0.0;
    for k in 0..4 {
        let (strength, unit_length) = (settings().strength, rule().unit_length);
        let frame = TrajectoryFrame { swarm: engine.shown(), flows: engine.flows(), strength, unit_length };
        expected.add(&frame, 3 * k, time).unwrap();
        time += 3.0 * engine.time_step();
        engine.run(3);
    }
    expected.finish().unwrap();
    let [window, engine] = [path, twin].map(|path| std::fs::read_to_string(path).unwrap());
    assert!(window == engine, "{window}\n{engine}");
}

#[test]
fn a_trajectory_ends_where_other_particles_live_and_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.csv");
    let mut live = alive();
    let mut recorder = Recorder::default();
    recorder.trajectory(TrajectoryOptions { kind: TrajectoryKind::Csv, every: 1, frames: 1000 }, path.clone());
    let mut is_another = false;
    let notices = recorded(&mut live, &mut recorder, |taken, live| {
        if taken >= 2 && !is_another {
            live.pass_on(vec![upload(part(30))]);
            is_another = true;
        }
    });
    assert!(notices.iter().any(|(level, text)| *level == Level::Info && text.contains("ends here")), "{notices:?}");
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().count() - 2;
    assert!(lines >= 80 && lines.is_multiple_of(40), "{lines} lines");
}

#[test]
fn a_trajectory_that_is_cancelled_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut live = alive();
    let mut recorder = Recorder::default();
    recorder.trajectory(TrajectoryOptions { every: 1, ..TrajectoryOptions::default() }, folder.path().join("run.xyz"));
    for _ in 0..3 {
        live.pass_on(vec![EngineOrder::Run { steps: 1 }]);
        recorder.advance(&live, 1, None);
    }
    recorder.cancel();
    let (level, text) = until(|| recorder.notices().next());
    assert!(level == Level::Info && text.contains("nothing was written"), "{text}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
