//! Commands for scenes of the points and field worlds: the same words as for a swarm, with options of their own.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand};

use super::background::LearnCall;
use super::output::{Answer, warn};
use super::{field, points};
use crate::scene::{Project, world_name};

/// Where a command line belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WorldOfLine {
    Swarm,
    Points,
    Field,
}

/// A command line without its `--world`, and the world that it is for: the one that is named, else that of the scene it
/// names, else the swarm.
pub(super) fn sorted(args: Vec<OsString>) -> (WorldOfLine, Vec<OsString>) {
    let mut rest = Vec::with_capacity(args.len());
    let mut named = None;
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        match arg.to_str() {
            Some("--world") => named = args.next(),
            Some(text) if text.starts_with("--world=") => named = Some(text["--world=".len()..].into()),
            _ => rest.push(arg),
        }
    }
    let words = || rest.iter().skip(1).filter(|arg| !arg.to_string_lossy().starts_with('-'));
    let world = match (named.as_deref().and_then(OsStr::to_str), words().next().and_then(|word| word.to_str())) {
        (Some("points"), _) => WorldOfLine::Points,
        (Some("field"), _) | (None, Some("simulate" | "study")) => WorldOfLine::Field,
        (None, Some("learn" | "live" | "check" | "equations" | "export" | "info")) => {
            match words().skip(1).find_map(|word| world_name(Path::new(word))) {
                Some("points") => WorldOfLine::Points,
                Some("field") => WorldOfLine::Field,
                // A swarm has no equations: the points' command reports this.
                _ if words().next().is_some_and(|word| word == "equations") => WorldOfLine::Points,
                _ => WorldOfLine::Swarm,
            }
        }
        (Some("swarm") | None, _) => WorldOfLine::Swarm,
        // For the parser to refuse.
        (Some(other), _) => {
            rest.push(format!("--world={other}").into());
            WorldOfLine::Swarm
        }
    };
    (world, rest)
}

/// A command on a scene.
#[derive(Args)]
struct OnScene<A: Args> {
    /// The scene
    scene: PathBuf,
    /// Scene to write [default: the same file]
    #[arg(short, long, value_name = "OUT.ron")]
    out: Option<PathBuf>,
    #[command(flatten)]
    args: A,
}

/// A command that only reads a scene.
#[derive(Args)]
struct OfScene<A: Args> {
    /// The scene
    scene: PathBuf,
    #[command(flatten)]
    args: A,
}

/// A command that runs a scene.
#[derive(Args)]
struct RunsScene<A: Args> {
    /// The scene
    scene: PathBuf,
    /// Write the scene with the last field and these settings in it
    #[arg(short, long, value_name = "OUT.ron")]
    out: Option<PathBuf>,
    #[command(flatten)]
    args: A,
}

/// A command that makes a scene.
#[derive(Args)]
struct IntoScene<A: Args> {
    /// Scene to write
    #[arg(short, long, value_name = "OUT.ron")]
    out: PathBuf,
    #[command(flatten)]
    args: A,
}

#[derive(Args)]
struct NoOptions {}

#[derive(Parser)]
#[command(name = "unstill", about = "Commands for scenes of the points world")]
pub(super) struct PointsLine {
    #[command(subcommand)]
    command: PointsCommand,
    /// Answer with one JSON object on stdout
    #[arg(long, global = true)]
    pub json: bool,
    /// No progress on stderr
    #[arg(long, short, global = true)]
    quiet: bool,
}

#[derive(Subcommand)]
#[allow(clippy::large_enum_variant, reason = "one value, made from the command line")]
enum PointsCommand {
    /// Make a scene of a cloud
    Import(IntoScene<points::import::Args>),
    /// Learn flows that keep the cloud
    Learn(OnScene<points::learn::Args>),
    /// Run walkers without a window
    Live(OfScene<points::live::Args>),
    /// Measure how well the flows keep the cloud
    Check(OnScene<points::check::Args>),
    /// Print the equations that were found
    Equations(OfScene<points::equations::Args>),
    /// Write the cloud as a table
    Export(OfScene<points::export::Args>),
    /// Show what the scene holds
    Info(OfScene<NoOptions>),
}

#[derive(Parser)]
#[command(name = "unstill", about = "Commands for scenes of the field world")]
pub(super) struct FieldLine {
    #[command(subcommand)]
    command: FieldCommand,
    /// Answer with one JSON object on stdout
    #[arg(long, global = true)]
    pub json: bool,
    /// No progress on stderr
    #[arg(long, short, global = true)]
    quiet: bool,
}

#[derive(Subcommand)]
enum FieldCommand {
    /// Simulate stills of a pattern
    Simulate(IntoScene<field::simulate::Args>),
    /// Make a scene of stills or tokens
    Import(IntoScene<field::import::Args>),
    /// Learn the rule of the stills or tokens
    Learn(OnScene<field::learn::Args>),
    /// Run the field without a window
    Live(RunsScene<field::live::Args>),
    /// Measure how well the rule keeps its pattern
    Check(OnScene<field::check::Args>),
    /// Print the equations that were found
    Equations(OfScene<field::equations::Args>),
    /// Write the field or its stills as an array or a picture
    Export(OfScene<field::export::Args>),
    /// Compare the laws of four patterns with the states of all four
    Study(field::study::Args),
    /// Show what the scene holds
    Info(OfScene<NoOptions>),
}

impl PointsLine {
    pub fn run(self) -> anyhow::Result<Answer> {
        let quiet = self.quiet;
        match self.command {
            PointsCommand::Import(line) => made(&line.out, points::import::run(&line.args)?),
            PointsCommand::Learn(line) => {
                let call = LearnCall { quiet, is_in_place: line.out.is_none() };
                changed(&line.scene, line.out.as_deref(), |p| points::learn::run(&line.args, p, call))
            }
            PointsCommand::Check(line) if line.args.certify || line.out.is_some() => {
                changed(&line.scene, line.out.as_deref(), |p| points::check::run(&line.args, p, quiet))
            }
            PointsCommand::Check(line) => points::check::run(&line.args, &mut opened(&line.scene)?, quiet),
            PointsCommand::Live(line) => points::live::run(&line.args, &mut opened(&line.scene)?, quiet),
            PointsCommand::Equations(line) => points::equations::run(&line.args, &mut opened(&line.scene)?),
            PointsCommand::Export(line) => points::export::run(&line.args, &mut opened(&line.scene)?),
            PointsCommand::Info(line) => points::info::run(&mut opened(&line.scene)?),
        }
    }
}

impl FieldLine {
    pub fn run(self) -> anyhow::Result<Answer> {
        let quiet = self.quiet;
        match self.command {
            FieldCommand::Simulate(line) => made(&line.out, field::simulate::run(&line.args)?),
            FieldCommand::Import(line) => made(&line.out, field::import::run(&line.args)?),
            FieldCommand::Learn(line) => {
                let call = LearnCall { quiet, is_in_place: line.out.is_none() };
                changed(&line.scene, line.out.as_deref(), |p| field::learn::run(&line.args, p, call))
            }
            FieldCommand::Check(line) if line.args.certify || line.out.is_some() => {
                changed(&line.scene, line.out.as_deref(), |p| field::check::run(&line.args, p, quiet))
            }
            FieldCommand::Check(line) => field::check::run(&line.args, &mut opened(&line.scene)?, quiet),
            FieldCommand::Live(line) if line.out.is_some() => {
                changed(&line.scene, line.out.as_deref(), |p| field::live::run(&line.args, p, quiet))
            }
            FieldCommand::Live(line) => field::live::run(&line.args, &mut opened(&line.scene)?, quiet),
            FieldCommand::Equations(line) => field::equations::run(&line.args, &mut opened(&line.scene)?),
            FieldCommand::Export(line) => field::export::run(&line.args, &mut opened(&line.scene)?),
            FieldCommand::Study(args) => field::study::run(&args, quiet),
            FieldCommand::Info(line) => field::info::run(&mut opened(&line.scene)?),
        }
    }
}

/// Reads a scene of any world and reports on stderr what the reading left out.
pub(super) fn opened(scene: &Path) -> anyhow::Result<Project> {
    let loaded = Project::load(scene)?;
    for warning in &loaded.warnings {
        warn(&format!("{}: {warning}", scene.display()));
    }
    Ok(loaded.project)
}

fn made(out: &Path, (project, answer): (Project, Answer)) -> anyhow::Result<Answer> {
    project.save(out)?;
    Ok(answer)
}

fn changed(
    scene: &Path,
    out: Option<&Path>,
    run: impl FnOnce(&mut Project) -> anyhow::Result<Answer>,
) -> anyhow::Result<Answer> {
    let mut project = opened(scene)?;
    let out = out.unwrap_or(scene);
    crate::scene::check_writable(out)?;
    let answer = run(&mut project)?;
    project.save(out)?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::PointsDoc;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_lines_of_all_worlds_are_sound() {
        PointsLine::command().debug_assert();
        FieldLine::command().debug_assert();
    }

    #[test]
    fn a_line_goes_to_the_world_it_names_or_to_that_of_its_scene() {
        let folder = tempfile::tempdir().unwrap();
        let scene = folder.path().join("cloud.ron");
        Project::new("Cloud", PointsDoc::default()).save(&scene).unwrap();
        let world = |line: &str| {
            let line = line.replace("CLOUD", &scene.display().to_string());
            let (world, rest) = sorted(line.split(' ').map(OsString::from).collect());
            assert!(world == WorldOfLine::Swarm || rest.iter().all(|arg| arg != "--world"));
            world
        };
        assert_eq!(world("unstill import --world points a.csv -o b.ron"), WorldOfLine::Points);
        assert_eq!(world("unstill import a.png --world=field -o b.ron"), WorldOfLine::Field);
        assert_eq!(world("unstill --json learn CLOUD --flow weak"), WorldOfLine::Points);
        assert_eq!(world("unstill equations --json CLOUD"), WorldOfLine::Points);
        assert_eq!(world("unstill simulate gray-scott -o a.ron"), WorldOfLine::Field);
        assert_eq!(world("unstill learn other.ron"), WorldOfLine::Swarm);
        assert_eq!(world("unstill equations other.ron"), WorldOfLine::Points);
        assert_eq!(world("unstill import a.csv -o b.ron"), WorldOfLine::Swarm);
        assert_eq!(world("unstill import --world sea a.csv -o b.ron"), WorldOfLine::Swarm);
    }
}
