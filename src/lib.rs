//! Unstill: paint a still pattern; learn the local rule that keeps its distribution alive; run it.
//!
//! # The idea
//!
//! A snapshot has no arrow of time, but whatever moves in it must leave the distribution p of such snapshots unchanged. With
//! the score s = ∇ log p and the velocity V this is div V + V · s = 0 (equation 1; Zhang & Levin 2025, arXiv 2509.17990).
//! Unstill learns s from stills and then finds V: training-free (*exact* flows, which keep exp(-E) for any energy E), by
//! driving the residual of (1) to zero (*learned* flows), or from the weak form E_p[V · ∇g] = 0 without any score.
//!
//! # The folders, from what others are built on to what uses them
//!
//! - `nn`: SIMD lanes and random numbers for the small networks.
//! - [`gpu`]: device, kernels whose buffers are bound by name, readback.
//! - [`worlds`]: what is painted, learned and run; `swarm`, `points`, `field`, one folder each.
//! - [`formats`]: tables, XYZ and images of other programs.
//! - [`media`]: pictures, plots and films.
//! - [`scene`]: the project file and its older schemas.
//! - [`jobs`]: work in the background.
//! - [`session`]: the program without pixels, a folder per feature.
//! - `window`: egui panels and the Bevy shell (feature `window`).
//! - [`cli`]: the terminal program.
//!
//! Of the worlds, `swarm` has oriented particles that interact, `points` independent points in R² or R³, `field` a periodic
//! image under a local rule. A world reads in the order of the data: what is painted (`swarm/picture`, `points/cloud`,
//! `field/stills`), the rule, how it is learned (`train`; in `field` `library` and `tokens`), engine, measures; its stored
//! form is one variant of [`worlds::World`]. `worlds/weak` is the solver of the weak form; `worlds/studio` has the types of
//! every world's tables, and the traits through which the window knows points and fields. The file `restart.rs` starts the
//! program again under another environment.
//!
//! `worlds`, `formats` and `media` use one another: a world reads its pictures from files and draws itself, formats read and
//! write particles, and films carry scenes. `media` takes only the constants of looks to `gpu`, which hands them to the shaders.
//!
//! `tests/walls.rs` fails when a folder touches what it may not.
//!
//! # Units
//!
//! A name that ends in `_l` is a length in units of ℓ, the median distance to the nearest neighbour in the picture: every
//! setting of a swarm is then free of scale. `_rad` are radians, `_s` seconds, `_px` pixels, `_kt` energies in kT. Headings
//! are counter-clockwise from +x, and y is up. Positions, offsets and box sizes of the plane are `glam` vectors (`DVec2`);
//! points that may be in the plane or in space are arrays of three numbers, as are ranges and other lists.
//!
//! # One snapshot, from the canvas to the GPU
//!
//! 1. A drag on the canvas becomes a `session::Pointer` (`window/shell/canvas.rs`).
//! 2. `session/painting/gesture.rs` turns it into particles of the project's snapshot, one step of the undo history.
//! 3. *Learn* (`session/learning/command.rs`) is an effect of the session that `window/runtime/trainer.rs` hands to `jobs`.
//! 4. `worlds/swarm/picture/sample.rs` tiles copies of the motif on a torus,
//! 5. `worlds/swarm/train/batch.rs` noises them, and `trainer.rs` descends: energy, contrast, flow.
//! 6. The newest [`worlds::swarm::rule::Rule`] comes back as an event (`session/learning/event.rs`).
//! 7. `session/live/swarm.rs` makes the first live swarm; `start.rs` orders the engine to load it (`EngineOrder` in
//!    `session/command.rs`).
//! 8. `window/live/host.rs` gives rule and swarm to an engine of `worlds/swarm/engine`, run by the loop in `grow.rs`,
//! 9. whose `weights.rs` and `buffers.rs` pack both for the shaders of `shaders/swarm/`.
//! 10. `plan.rs` binds them by name to the kernels (`src/gpu`); `gpu.rs` submits the passes of a Heun step.
//! 11. `shown.wgsl` writes denoised positions, which `window/shell/draw.rs` draws from the same buffer.
//!
//! # Learning and running a rule without a window
//!
//! ```
//! use unstill::worlds::swarm::engine::CpuEngine;
//! use unstill::worlds::swarm::picture::{Ensemble, motifs};
//! use unstill::worlds::swarm::rule::{FlowKind, LiveSettings};
//! use unstill::worlds::swarm::train::{Trainer, TrainingSettings};
//!
//! let picture = motifs::by_name("mill").unwrap().snapshot();
//! let ensemble = Ensemble::default();
//! // A real run has thousands of steps.
//! let settings = TrainingSettings { steps: 3, flow_steps: 2, pool: 4, ..TrainingSettings::default() };
//! let mut trainer = Trainer::new(&picture, &ensemble, &settings, None)?;
//! while let Some(stats) = trainer.step()? {
//!     assert!(stats.loss.is_finite());
//! }
//! let swarm = picture.sample(&ensemble, &mut rand::rng())?;
//! let live = LiveSettings { flow: FlowKind::Learned, ..LiveSettings::default() };
//! let mut engine = CpuEngine::new(&trainer.rule(), &swarm, &live, 1)?;
//! engine.run(10);
//! assert_eq!(engine.swarm().len(), swarm.len());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Running a rule
//!
//! ```
//! use std::path::Path;
//!
//! use unstill::scene::load_swarm;
//! use unstill::worlds::swarm::engine::CpuEngine;
//!
//! let scene = load_swarm(Path::new("scenes/mill.ron"))?.project.world;
//! let rule = scene.rule.expect("a bundled scene has a rule");
//! let swarm = scene.snapshot.sample(&scene.ensemble, &mut rand::rng())?;
//! let mut engine = CpuEngine::new(&rule, &swarm, &scene.live, 1)?;
//! engine.run(100);
//! assert!(engine.swarm().particles.iter().all(|p| p.x.is_finite() && p.y.is_finite()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Reading a scene
//!
//! ```
//! use unstill::scene::Project;
//! use unstill::worlds::World;
//!
//! let text = "(schema: 2, title: \"Pair\", world: Swarm((snapshot: (
//!     particles: [(x: 1, y: 1, heading: 0, species: 0), (x: 2, y: 1, heading: 0, species: 0)], box_size: (4, 3)))))";
//! let loaded = Project::from_ron(text)?;
//! let World::Swarm(swarm) = &loaded.project.world else { panic!("another world") };
//! assert_eq!(swarm.snapshot.particles.len(), 2);
//! # Ok::<(), unstill::scene::Fault>(())
//! ```

#![warn(missing_docs)]

pub mod cli;
pub mod formats;
pub mod gpu;
pub mod jobs;
pub mod media;
mod nn;
#[cfg(target_os = "linux")]
mod restart;
pub mod scene;
pub mod session;
#[cfg(feature = "window")]
pub mod window;
pub mod worlds;
