//! The bundled pictures: small patterns with a life that is easy to see.

use std::f64::consts::{FRAC_PI_2, PI, TAU};

use glam::{DVec2, USizeVec2};
use rand::{Rng, SeedableRng, rngs::StdRng};
use rand_distr::{Distribution, Normal};

use super::geometry::median;
use super::near::PointTree;
use super::stipple::{Ink, stipple};
use super::{Boundary, Ensemble, Mode, Particle, Snapshot, wrap, wrap_angle};

/// Free space around a motif in its box, world units (nearest neighbours are about 1 apart).
const MARGIN: f64 = 2.0;

/// A bundled picture.
pub struct Motif {
    /// Name of its scene file.
    pub name: &'static str,
    /// Name on the screen.
    pub title: &'static str,
    /// What to look for when it lives; the note of its scene.
    pub look_for: &'static str,
    /// Share of the samples that its copies cover. Those that fly need a wide sky: when two large groups meet head on,
    /// neither can turn away in time, as no particle sees farther than the cutoff.
    cover: f64,
    make: fn() -> Snapshot,
}

impl Motif {
    /// The motif as a picture.
    pub fn snapshot(&self) -> Snapshot {
        (self.make)()
    }

    /// The settings to learn it with.
    pub fn ensemble(&self) -> Ensemble {
        Ensemble { cover: self.cover, ..Ensemble::default() }
    }
}

/// The bundled pictures in the order of the gallery.
pub fn all() -> &'static [Motif] {
    &MOTIFS
}

/// The motif of this name; `None` for another name.
pub fn by_name(name: &str) -> Option<&'static Motif> {
    MOTIFS.iter().find(|motif| motif.name == name)
}

static MOTIFS: [Motif; 8] = [
    Motif {
        name: "flock",
        title: "Flock",
        look_for: "Seven birds in a V that flies where it points. Break one up with the mouse and watch it \
                   close its ranks again.",
        cover: 0.2,
        make: flock,
    },
    Motif {
        name: "mill",
        title: "Mill",
        look_for: "Eight in a ring, each with its nose to the tail ahead: the rings turn, though no picture \
                   ever moved. Scatter a ring and see it find back.",
        cover: 0.4,
        make: mill,
    },
    Motif {
        name: "pairs",
        title: "Pairs",
        look_for: "A red and a blue hold each other at arm's length and waltz around their middle; a third \
                   one is kept away.",
        cover: 0.4,
        make: pairs,
    },
    Motif {
        name: "train",
        title: "Train",
        look_for: "A leader and five followers in file. The leader decides where to go, the others keep \
                   their distance behind it.",
        cover: 0.4,
        make: train,
    },
    Motif {
        name: "lanes",
        title: "Lanes",
        look_for: "Two peoples that walk in opposite directions sort themselves into lanes, and drift past \
                   one another.",
        cover: 0.4,
        make: lanes,
    },
    Motif {
        name: "crystal",
        title: "Crystal",
        look_for: "Nineteen in a hexagonal patch, with no heading in common: all look outwards. Attraction and \
                   repulsion hold the lattice. Dent it, and it heals.",
        cover: 0.4,
        make: crystal,
    },
    Motif {
        name: "amoeba",
        title: "Amoeba",
        look_for: "A soft round crowd that crawls as one. Push into it: it yields, and rounds itself again.",
        cover: 0.4,
        make: amoeba,
    },
    Motif {
        name: "hunt",
        title: "Hunt",
        look_for: "Three hunters close in behind their prey, the prey runs, and the distance between them \
                   never shrinks.",
        cover: 0.4,
        make: hunt,
    },
];

fn particle(x: f64, y: f64, heading: f64, species: u8) -> Particle {
    Particle { x, y, heading: wrap_angle(heading), species }
}

/// The particles in the middle of a square box with a margin.
fn boxed(particles: Vec<Particle>) -> Snapshot {
    let mut snapshot = Snapshot { particles, ..Snapshot::default() };
    let (centre, radius) = snapshot.enclosing_circle();
    let half = radius + MARGIN;
    for p in &mut snapshot.particles {
        *p = p.at(p.position() + (half - centre));
    }
    snapshot.box_size = DVec2::splat(2.0 * half);
    snapshot
}

/// A V of seven: the arms fall back from the tip at 35° to the line of flight, up the picture.
fn flock() -> Snapshot {
    let (sin, cos) = 35f64.to_radians().sin_cos();
    let mut birds = vec![particle(0.0, 0.0, FRAC_PI_2, 0)];
    for rank in 1..=3 {
        let back = f64::from(rank);
        birds.push(particle(-back * sin, -back * cos, FRAC_PI_2, 0));
        birds.push(particle(back * sin, -back * cos, FRAC_PI_2, 0));
    }
    boxed(birds)
}

/// A ring of eight at distance 1, counter-clockwise.
fn mill() -> Snapshot {
    let radius = 0.5 / (PI / 8.0).sin();
    let ring = (0..8).map(|i| TAU * f64::from(i) / 8.0);
    boxed(ring.map(|a| particle(radius * a.cos(), radius * a.sin(), a + FRAC_PI_2, 0)).collect())
}

/// Red and blue side by side with opposite headings: going forward, each circles the other.
fn pairs() -> Snapshot {
    boxed(vec![particle(-0.75, 0.0, -FRAC_PI_2, 0), particle(0.75, 0.0, FRAC_PI_2, 1)])
}

fn train() -> Snapshot {
    boxed((0..6).map(|i| particle(-f64::from(i), 0.0, 0.0, u8::from(i > 0))).collect())
}

/// Four lanes of two rows of eight, on a torus; species 0 goes right, species 1 left.
fn lanes() -> Snapshot {
    let mut rng = StdRng::seed_from_u64(4);
    let [width, height] = [8.8, 8.8];
    let mut jitter = |scale: f64| {
        let z: f64 = rand_distr::StandardNormal.sample(&mut rng);
        scale * z
    };
    let mut walkers = Vec::new();
    for lane in 0..4 {
        let species = (lane % 2) as u8;
        for row in 0..2 {
            let y = f64::from(lane) * 2.2 + 0.65 + f64::from(row) * 0.9;
            for place in 0..8 {
                let x = (f64::from(place) + 0.5 * f64::from(row)) * width / 8.0 + 0.3 * f64::from(lane);
                let heading = f64::from(species) * PI + jitter(0.08);
                walkers.push(particle(wrap(x + jitter(0.09), width), wrap(y + jitter(0.07), height), heading, species));
            }
        }
    }
    Snapshot {
        particles: walkers,
        box_size: DVec2::new(width, height),
        mode: Mode::Whole,
        boundary: Boundary::Periodic,
    }
}

/// The centre and two shells of the triangular lattice, all but the centre heading outwards: no heading in common, and
/// every place of a shell like the others.
fn crystal() -> Snapshot {
    let mut sites = Vec::new();
    for row in -2..=2i32 {
        for place in 0..5 - row.abs() {
            let x = f64::from(place) - 0.5 * f64::from(4 - row.abs());
            let y = f64::from(row) * 0.75f64.sqrt();
            sites.push(particle(x, y, y.atan2(x), 0));
        }
    }
    boxed(sites)
}

/// Twenty-four spread evenly over a disc, heading roughly the same way.
fn amoeba() -> Snapshot {
    let mut rng = StdRng::seed_from_u64(9);
    let side = 64;
    let inside = |i: usize| {
        let at = (USizeVec2::new(i % side, i / side).as_dvec2() + 0.5) / side as f64 - 0.5;
        at.x.hypot(at.y) < 0.5
    };
    let ink = Ink { width: side, weight: (0..side * side).map(|i| f64::from(u8::from(inside(i)))).collect() };
    let (points, _) = stipple(&ink, 24, &mut rng, &|| false);
    let unit = median(&mut PointTree::new(points.clone(), None).spacings()).unwrap_or(1.0);
    boxed(points.iter().map(|p| particle(p.x / unit, -p.y / unit, scattered(0.0, &mut rng), 0)).collect())
}

/// A heading about 25° around `mean`.
fn scattered(mean: f64, rng: &mut impl Rng) -> f64 {
    Normal::new(mean, 0.45).map_or(mean, |normal| normal.sample(rng))
}

/// Three hunters (species 0) on an arc behind one prey (species 1), noses towards it; the prey looks away.
fn hunt() -> Snapshot {
    let reach: f64 = 1.8;
    // Neighbours on the arc are 1 apart.
    let step = 2.0 * (0.5 / reach).asin();
    let mut chase: Vec<Particle> = [-step, 0.0, step]
        .into_iter()
        .map(|angle| particle(-reach * angle.cos(), -reach * angle.sin(), angle, 0))
        .collect();
    chase.push(particle(0.0, 0.0, 0.0, 1));
    boxed(chase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> Snapshot {
        by_name(name).expect("bundled").snapshot()
    }

    fn mean_heading(snapshot: &Snapshot) -> f64 {
        let (mut x, mut y) = (0.0, 0.0);
        for p in &snapshot.particles {
            x += p.heading.cos();
            y += p.heading.sin();
        }
        f64::hypot(x, y) / snapshot.particles.len() as f64
    }

    #[test]
    fn every_motif_can_be_learned_from_and_is_always_the_same() {
        assert_eq!(all().len(), 8);
        for motif in all() {
            let snapshot = motif.snapshot();
            assert_eq!(snapshot.validate(), Ok(()), "{}", motif.name);
            assert_eq!(snapshot, motif.snapshot(), "{}", motif.name);
            assert!(!motif.look_for.contains("  "), "{}", motif.look_for);
            for seed in 0..30 {
                let sample = snapshot.sample(&motif.ensemble(), &mut StdRng::seed_from_u64(seed));
                assert!(sample.is_ok(), "{}: {sample:?}", motif.name);
            }
        }
    }

    #[test]
    fn the_unit_of_length_is_the_spacing_one_sees() {
        for (name, expected) in [
            ("flock", 1.0),
            ("mill", 1.0),
            ("pairs", 1.5),
            ("train", 1.0),
            ("crystal", 1.0),
            ("amoeba", 1.0),
            ("hunt", 1.0),
        ] {
            let unit = of(name).unit_length();
            assert!((unit - expected).abs() < 1e-9, "{name}: {unit}");
        }
        assert!((0.75..1.0).contains(&of("lanes").unit_length()), "{}", of("lanes").unit_length());
    }

    #[test]
    fn headings_are_those_the_titles_promise() {
        assert!(mean_heading(&of("flock")) > 0.999);
        assert!(mean_heading(&of("train")) > 0.999);
        assert!(mean_heading(&of("mill")) < 1e-9);
        assert!(mean_heading(&of("crystal")) < 0.3, "the crystal has no common heading");
        assert!(mean_heading(&of("amoeba")) > 0.7);
        let mill = of("mill");
        let (centre, _) = mill.enclosing_circle();
        for p in &mill.particles {
            // Angular momentum of each about the centre is its distance: tangential, counter-clockwise.
            let off = p.position() - centre;
            assert!((off.perp_dot(DVec2::from_angle(p.heading)) - off.length()).abs() < 1e-6);
        }
        for p in &of("lanes").particles {
            assert_eq!(p.heading.cos() > 0.0, p.species == 0);
        }
    }

    #[test]
    fn hunters_look_at_the_prey_and_it_looks_away() {
        let hunt = of("hunt");
        let prey = hunt.particles.iter().find(|p| p.species == 1).expect("a prey");
        for hunter in hunt.particles.iter().filter(|p| p.species == 0) {
            let towards = (prey.y - hunter.y).atan2(prey.x - hunter.x);
            assert!(wrap_angle(towards - hunter.heading).abs() < 1e-9);
            assert!((towards - prey.heading).cos() > 0.5);
        }
    }
}
