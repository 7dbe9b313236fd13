//! Warnings about pictures that are hard to learn from, each with a fix.

use std::collections::HashMap;

use glam::{DVec2, I64Vec2};

use crate::worlds::swarm::picture::{Boundary, DUPLICATE_SHARE, Mode, Neighbour, Snapshot, ensemble_box_l};

use super::SelectionOrder;
use crate::scene::SwarmProject;
use crate::session::command::{Command, LearnCommand, PaintCommand};
use crate::worlds::swarm::train::TrainingSettings;

/// A command that fixes what a warning is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// What it does, for a button.
    pub name: &'static str,
    /// Undone by one step of the history.
    pub command: Command,
}

/// Something about the picture that prevents learning or makes it worse.
#[derive(Clone, Debug, PartialEq)]
pub struct Warning {
    /// Learning cannot begin.
    pub blocks: bool,
    /// The problem, one sentence.
    pub text: String,
    /// What to do about it.
    pub hint: &'static str,
    /// A command that fixes it.
    pub fixes: Vec<Fix>,
}

/// A whole picture with fewer particles is too small a sample.
const FEW_IN_A_WHOLE: usize = 24;

/// A motif of more particles makes samples so large that learning is slow.
const LARGE_MOTIF: usize = 150;

/// Fewer headings than this can look ordered or random by chance.
const ENOUGH_HEADINGS: usize = 12;

/// Order parameters of random headings exceed 3.2 standard errors once in a thousand pictures or so.
const ORDER_IN_STANDARD_ERRORS: f64 = 2.5;

/// Everything that is wrong or weak about the document's picture, the worst first. `neighbours`: of its particles;
/// `unit`: ℓ, world units.
pub(in crate::session) fn warnings(
    document: &SwarmProject,
    neighbours: &[Option<Neighbour>],
    unit: f64,
) -> Vec<Warning> {
    let snapshot = &*document.world.snapshot;
    let count = snapshot.particles.len();
    let mut found = Vec::new();
    let mut warn = |blocks, text: String, hint, fixes| found.push(Warning { blocks, text, hint, fixes });
    let cutoff_of =
        |cutoff_l| Command::Learn(LearnCommand::SetSettings(TrainingSettings { cutoff_l, ..document.world.training }));
    match count {
        0 => warn(
            true,
            "The picture is empty.".into(),
            "Take the pen and drag on the canvas, or start from a motif.",
            vec![],
        ),
        1 => warn(
            true,
            "One particle alone has no relation to learn.".into(),
            "Paint at least two more beside it.",
            vec![],
        ),
        2 => warn(
            false,
            "Two particles teach one distance and little else.".into(),
            "Paint a third, or a whole group.",
            vec![],
        ),
        _ => {}
    }
    if count < 2 {
        return found;
    }
    if let Err(why) = snapshot.validate() {
        let doubles = doubles(snapshot);
        let mut fixes = Vec::new();
        if !doubles.is_empty() {
            fixes.push(Fix { name: "Remove doubles", command: Command::Paint(PaintCommand::DeleteParticles(doubles)) });
        }
        warn(true, format!("Not ready to learn: {why}."), "Fix this first.", fixes);
        return found;
    }
    let cutoff = document.world.training.cutoff_l * unit;
    let lonely = isolated(neighbours, cutoff);
    let alone = lonely.len();
    if alone == count {
        // A little more than ℓ, so that at least half of them see another; the default sees all but stragglers.
        let wider = TrainingSettings::default().cutoff_l.max(document.world.training.cutoff_l);
        let fix = Fix { name: "Widen the cutoff", command: cutoff_of(wider) };
        let fixes = if wider > document.world.training.cutoff_l { vec![fix] } else { Vec::new() };
        let text = format!("No particle sees another: all are farther apart than the cutoff ({cutoff:.2}).");
        warn(true, text, "Raise the cutoff, or move the particles closer together.", fixes);
    } else if alone > 0 {
        let text = format!("{alone} of {count} particles see no other particle within the cutoff ({cutoff:.2}).");
        let fixes = vec![
            Fix {
                name: "Select",
                command: Command::Paint(PaintCommand::Selection(SelectionOrder::Particles(lonely.clone()))),
            },
            Fix { name: "Remove", command: Command::Paint(PaintCommand::DeleteParticles(lonely)) },
        ];
        warn(false, text, "Move them closer, raise the cutoff, or remove them.", fixes);
    }
    let narrowest_l = ensemble_box_l(snapshot, &document.world.ensemble).min_element();
    if 2.0 * document.world.training.cutoff_l > narrowest_l {
        let text = "The cutoff reaches around the box of the samples: particles would see others twice.".to_owned();
        let fits = (0.49 * narrowest_l * 10.0).floor() / 10.0;
        let fix = Fix { name: "Narrow the cutoff", command: cutoff_of(fits) };
        let fixes = if fits >= 1.0 { vec![fix] } else { Vec::new() };
        warn(true, text, "Make the cutoff smaller, the box larger, or use more copies.", fixes);
    }
    match snapshot.mode {
        Mode::Motif => {
            if count > LARGE_MOTIF {
                let text = format!("A motif of {count} particles makes large samples, and learning slow.");
                let fix = Fix { name: "It is a crowd", command: Command::Paint(PaintCommand::SetMode(Mode::Whole)) };
                warn(false, text, "Is the picture a crowd rather than one creature?", vec![fix]);
            }
        }
        Mode::Whole => {
            if count < FEW_IN_A_WHOLE {
                let text = format!("A whole picture of {count} particles is a small sample.");
                let fix =
                    Fix { name: "It is one creature", command: Command::Paint(PaintCommand::SetMode(Mode::Motif)) };
                warn(false, text, "Paint more, unless they are one creature.", vec![fix]);
            }
            let taught = snapshot.carries_loss(&document.world.ensemble, document.world.training.cutoff_l);
            if snapshot.boundary == Boundary::Open && !taught.contains(&true) {
                let text = "With an open boundary every particle is within the cutoff of the edge.".to_owned();
                let fix = Fix {
                    name: "Let it wrap around",
                    command: Command::Paint(PaintCommand::SetBoundary(Boundary::Periodic)),
                };
                warn(true, text, "Paint more inside, lower the cutoff, or let the picture wrap around.", vec![fix]);
            }
            if count >= ENOUGH_HEADINGS && headings_look_random(snapshot, neighbours, unit) {
                warn(
                    false,
                    "The headings look random, so the rule can learn where to be but not where to go.".into(),
                    "If headings matter, paint them along the motion; otherwise continue.",
                    vec![Fix {
                        name: "Head along neighbours",
                        command: Command::Paint(PaintCommand::Selection(SelectionOrder::HeadAlongNeighbours)),
                    }],
                );
            }
        }
    }
    found.sort_by_key(|w| !w.blocks);
    found
}

/// Indices of particles without another within the cutoff, world units.
fn isolated(neighbours: &[Option<Neighbour>], cutoff: f64) -> Vec<usize> {
    (0..neighbours.len()).filter(|&i| neighbours[i].is_none_or(|near| near.distance > cutoff)).collect()
}

/// Indices of all but the first of particles that coincide.
fn doubles(snapshot: &Snapshot) -> Vec<usize> {
    let reach = DUPLICATE_SHARE * snapshot.box_size.max_element();
    let usable =
        reach.is_finite() && reach > 0.0 && snapshot.particles.iter().all(|p| p.x.is_finite() && p.y.is_finite());
    if !usable {
        return Vec::new();
    }
    // Two in one cell always coincide, so each cell keeps one particle.
    let cell = reach * std::f64::consts::FRAC_1_SQRT_2;
    let cells = (snapshot.box_size / cell).ceil().as_i64vec2().max(I64Vec2::ONE);
    let folded = |at: I64Vec2| if snapshot.is_torus() { at.rem_euclid(cells) } else { at };
    let mut kept: HashMap<I64Vec2, usize> = HashMap::new();
    let mut doubles = Vec::new();
    for (i, p) in snapshot.particles.iter().enumerate() {
        let home = (p.position() / cell).floor().as_i64vec2();
        let mut around = (-2..=2).flat_map(|dx| (-2..=2).map(move |dy| home + I64Vec2::new(dx, dy)));
        let is_near = |&j: &usize| snapshot.offset(i, j).length() <= reach;
        if around.any(|at| kept.get(&folded(at)).is_some_and(is_near)) {
            doubles.push(i);
        } else {
            kept.insert(folded(home), i);
        }
    }
    doubles
}

/// No order in what each particle's nearest neighbour shows it: relative heading, twice the relative heading, bearing
/// and twice the bearing are all as spread as random angles are.
fn headings_look_random(snapshot: &Snapshot, neighbours: &[Option<Neighbour>], unit: f64) -> bool {
    let mut sums = [DVec2::ZERO; 4];
    let mut pairs = 0.0;
    for (i, found) in neighbours.iter().enumerate() {
        let Some(Neighbour { index: j, .. }) = found.filter(|near| near.distance <= 3.0 * unit) else { continue };
        let offset = snapshot.offset(i, j);
        let heading = snapshot.particles[i].heading;
        let turn = snapshot.particles[j].heading - heading;
        let bearing = offset.to_angle() - heading;
        for (sum, angle) in sums.iter_mut().zip([turn, 2.0 * turn, bearing, 2.0 * bearing]) {
            *sum += DVec2::from_angle(angle);
        }
        pairs += 1.0;
    }
    // Nearest neighbours are often mutual, so only about half of the pairs are independent.
    let standard_error = (2.0 * f64::max(pairs, 1.0)).sqrt();
    sums.iter().all(|s| s.length() < ORDER_IN_STANDARD_ERRORS * standard_error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::swarm::picture::Particle;
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};
    use std::f64::consts::PI;

    fn warned(document: &SwarmProject) -> Vec<Warning> {
        warnings(document, &document.world.snapshot.neighbours(), document.world.snapshot.unit_length())
    }

    fn document(mode: Mode, boundary: Boundary, particles: Vec<Particle>) -> SwarmProject {
        let snapshot = Snapshot { particles, box_size: DVec2::splat(20.0), mode, boundary };
        SwarmProject::new("", crate::worlds::SwarmDoc::from_snapshot(snapshot))
    }

    fn motif(points: &[[f64; 2]]) -> SwarmProject {
        let particles = points.iter().map(|&[x, y]| Particle { x, y, ..Particle::default() }).collect();
        document(Mode::Motif, Boundary::Periodic, particles)
    }

    /// A jittered lattice over the whole box, with headings from `heading`.
    fn crowd(boundary: Boundary, mut heading: impl FnMut(&mut StdRng) -> f64) -> SwarmProject {
        let mut rng = StdRng::seed_from_u64(5);
        let mut particles = Vec::new();
        for i in 0..20 {
            for j in 0..20 {
                let [x, y] = [i, j].map(|k| f64::from(k) + 0.2 + 0.6 * rng.random::<f64>());
                particles.push(Particle { x, y, heading: heading(&mut rng), species: 0 });
            }
        }
        document(Mode::Whole, boundary, particles)
    }

    fn has_warning(document: &SwarmProject, words: &str) -> bool {
        warned(document).iter().any(|w| w.text.contains(words))
    }

    #[test]
    fn no_particle_and_one_particle_block_and_two_are_only_weak() {
        for (points, blocks) in [(&[][..], true), (&[[1.0, 1.0]], true), (&[[1.0, 1.0], [2.0, 1.0]], false)] {
            let found = warned(&motif(points));
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!(found[0].blocks, blocks);
        }
        assert_eq!(warned(&motif(&[[1.0, 1.0], [2.0, 1.0], [1.5, 2.0]])), vec![]);
    }

    #[test]
    fn doubles_block() {
        let found = warned(&motif(&[[1.0, 1.0], [1.0, 1.0], [2.0, 2.0]]));
        assert!(found[0].blocks && found[0].text.contains("same place"), "{found:?}");
    }

    #[test]
    fn all_but_the_first_of_doubles_are_found_also_over_the_edge() {
        let at = |&[x, y]: &[f64; 2]| Particle { x, y, ..Particle::default() };
        let places = [[0.0, 5.0], [20.0, 5.0], [3.0, 3.0], [3.0, 3.0 + 1e-9], [3.0, 3.0], [7.0, 7.0]];
        let particles: Vec<Particle> = places.iter().map(at).collect();
        let found = |mode| doubles(&document(mode, Boundary::Periodic, particles.clone()).world.snapshot);
        assert_eq!(found(Mode::Whole), [1, 3, 4]);
        assert_eq!(found(Mode::Motif), [3, 4], "a motif has no edge");
    }

    #[test]
    fn distant_particles_are_counted_and_block_if_all_are() {
        let mut d = motif(&[[1.0, 1.0], [2.0, 1.0], [1.5, 2.0], [19.0, 19.0]]);
        assert!(has_warning(&d, "1 of 4 particles"));
        assert!(!warned(&d)[0].blocks);
        d.world.training.cutoff_l = 0.5;
        assert!(warned(&d)[0].blocks && has_warning(&d, "No particle sees another"));
    }

    #[test]
    fn random_headings_are_noticed_and_ordered_ones_are_not() {
        assert!(has_warning(&crowd(Boundary::Periodic, |rng| rng.random_range(-PI..PI)), "look random"));
        assert!(!has_warning(&crowd(Boundary::Periodic, |_| 1.0), "look random"));
        // Two lanes that run against each other: no mean heading, but order all the same.
        let lanes = crowd(Boundary::Periodic, |rng| if rng.random() { 0.0 } else { PI });
        assert!(!has_warning(&lanes, "look random"));
    }

    #[test]
    fn the_fix_of_a_warning_removes_it() {
        use crate::session::Session;
        let spread = crowd(Boundary::Periodic, |rng| rng.random_range(-PI..PI));
        let mut straggler = motif(&[[1.0, 1.0], [2.0, 1.0], [1.5, 2.0], [19.0, 19.0]]);
        let double = motif(&[[1.0, 1.0], [1.0, 1.0], [2.0, 2.0], [2.0, 1.0]]);
        let mut blind = motif(&[[1.0, 1.0], [2.0, 1.0], [1.5, 2.0]]);
        blind.world.training.cutoff_l = 0.5;
        let mut around = motif(&[[1.0, 1.0], [2.0, 1.0], [1.5, 2.0]]);
        around.world.training.cutoff_l = 40.0;
        straggler.title = "straggler".into();
        for (words, fix, broken) in [
            ("look random", 0, spread),
            ("see no other particle", 1, straggler),
            ("same place", 0, double),
            ("No particle sees another", 0, blind),
            ("around the box", 0, around),
        ] {
            let mut session = Session::new(1);
            session.document = broken;
            session.look_at_picture();
            let warning = session.warnings().iter().find(|w| w.text.contains(words)).expect(words).clone();
            session.apply(warning.fixes[fix].command.clone());
            assert!(!session.warnings().iter().any(|w| w.text.contains(words)), "{words}: {:?}", session.warnings());
            assert!(session.can_undo());
        }
    }

    #[test]
    fn an_open_picture_without_an_inside_blocks() {
        let mut d = crowd(Boundary::Open, |_| 0.0);
        assert_eq!(warned(&d), vec![]);
        d.world.training.cutoff_l = 30.0;
        assert!(warned(&d).iter().any(|w| w.blocks && w.text.contains("open boundary")));
    }

    #[test]
    fn a_cutoff_that_reaches_around_the_samples_blocks() {
        let mut d = motif(&[[1.0, 1.0], [2.0, 1.0], [1.5, 2.0]]);
        d.world.training.cutoff_l = 40.0;
        assert!(warned(&d).iter().any(|w| w.blocks && w.text.contains("around the box")));
    }
}
