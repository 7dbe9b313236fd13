//! The program from a terminal: the same worker and engines as in the window, without one.
//!
//! Answers go to stdout (with `--json` one JSON object), progress and warnings to stderr. Exit codes: 0 done, 1 an error in
//! the input or the run, 2 a command line that is not understood, 3 no GPU or no display where one is needed.

mod background;
mod check;
mod export;
mod field;
mod film;
mod import;
mod info;
mod knobs;
mod learn;
mod live;
mod motif;
mod open;
mod output;
mod picture;
mod points;
mod quiet;
mod training;
mod trajectory;
mod truth;
mod worlds;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::gpu::GpuError;
use crate::worlds::swarm::engine::EngineError;
use output::{Answer, one_line, print_answer, print_failure};
use worlds::{FieldLine, PointsLine, WorldOfLine};

/// Something in the input or the run is wrong.
pub const EXIT_ERROR: u8 = 1;
/// The command line is not understood (clap's own number).
pub const EXIT_USAGE: u8 = 2;
/// A GPU or a display is needed and missing.
pub const EXIT_NO_DEVICE: u8 = 3;

/// Paint a still pattern of oriented particles; Unstill learns a local rule that keeps it alive, and runs the rule.
#[derive(Parser)]
#[command(
    name = "unstill",
    version,
    after_help = "Scenes of the points and field worlds have commands of their own: \
                  `unstill import --world points|field FILE -o S.ron`, `unstill simulate gray-scott -o S.ron`, \
                  `unstill learn|live|check|equations|info S.ron` (each with --help), `unstill study gray-scott`.\n\n\
                  Exit codes: 0 done; 1 an error in the input or the run; 2 a wrong command line; 3 no GPU or no display."
)]
struct Cli {
    /// What to open in the window: a scene (.ron, or a picture that holds one), particles (.csv, .xyz) or an image
    file: Option<PathBuf>,
    /// What the swarm in the window runs on
    #[arg(long, value_name = "auto|gpu|cpu")]
    engine: Option<live::EngineName>,
    #[command(subcommand)]
    command: Option<Command>,
    /// Answer with one JSON object on stdout
    #[arg(long, global = true)]
    json: bool,
    /// No progress on stderr
    #[arg(long, short, global = true)]
    quiet: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Make a scene of a table, a film or an image of other programs
    Import(import::Args),
    /// Write the picture of a scene as a table, extended XYZ or an image
    Export(export::Args),
    /// Learn the rule that keeps a scene alive
    Learn(learn::Args),
    /// Run the rule of a scene without a window
    Live(Box<live::Args>),
    /// Measure how well the rule of a scene grows, keeps and heals its pattern
    Check(check::Args),
    /// Show what a scene holds
    Info(info::Args),
    /// Write a bundled picture as an untrained scene
    Motif(motif::Args),
    /// Write a scene as a picture (.png) that looks like it and holds it
    Picture(picture::Args),
}

/// Runs the program with the arguments it was started with.
pub fn run() -> ExitCode {
    quiet::leave_out_card_sorting();
    run_with(std::env::args_os())
}

fn run_with(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let (world, args) = worlds::sorted(args.into_iter().collect());
    match world {
        WorldOfLine::Swarm => run_swarm(args),
        WorldOfLine::Points => {
            let line = PointsLine::parse_from(args);
            let json = line.json;
            ended(line.run().map(Some), json)
        }
        WorldOfLine::Field => {
            let line = FieldLine::parse_from(args);
            let json = line.json;
            ended(line.run().map(Some), json)
        }
    }
}

fn run_swarm(args: Vec<OsString>) -> ExitCode {
    let cli = match parse(args) {
        Ok(cli) => cli,
        // Also --help and --version; clap knows which stream and which exit code.
        Err(e) => return clap_exit(&e),
    };
    let json = cli.json;
    ended(dispatch(cli), json)
}

/// Prints the answer or the error of a command.
fn ended(result: anyhow::Result<Option<Answer>>, json: bool) -> ExitCode {
    let answered = |answer: Option<Answer>| answer.map_or(Ok(()), |answer| print_answer(&answer, json));
    match result.and_then(answered) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_failure(&one_line(&error), json);
            ExitCode::from(exit_code(&error))
        }
    }
}

/// Prints the text of clap: help, the version or an error of usage.
fn clap_exit(message: &clap::Error) -> ExitCode {
    match message.print() {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => ExitCode::from(EXIT_ERROR),
        _ if message.use_stderr() => ExitCode::from(EXIT_USAGE),
        _ => ExitCode::SUCCESS,
    }
}

/// # Errors
/// Those of clap, and options of the window beside a command, which clap accepts and no command uses.
fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let cli = Cli::try_parse_from(args)?;
    let stray = match (&cli.file, cli.engine) {
        (Some(file), _) => file.display().to_string(),
        (None, Some(_)) => "--engine".to_owned(),
        (None, None) => return Ok(cli),
    };
    if cli.command.is_none() {
        return Ok(cli);
    }
    let text = format!("{stray} is before the command; put it after\n");
    Err(Cli::command().error(clap::error::ErrorKind::ArgumentConflict, text))
}

fn dispatch(cli: Cli) -> anyhow::Result<Option<Answer>> {
    let quiet = cli.quiet;
    match cli.command {
        None => open::run(cli.file, cli.engine.map(live::EngineName::choice)).map(|()| None),
        Some(Command::Import(args)) => import::run(&args).map(Some),
        Some(Command::Export(args)) => export::run(&args).map(Some),
        Some(Command::Learn(args)) => learn::run(&args, quiet).map(Some),
        Some(Command::Live(args)) => live::run(&args, quiet).map(Some),
        Some(Command::Check(args)) => check::run(&args, quiet).map(Some),
        Some(Command::Info(args)) => info::run(&args).map(Some),
        Some(Command::Motif(args)) => motif::run(&args).map(Some),
        Some(Command::Picture(args)) => picture::run(&args).map(Some),
    }
}

fn exit_code(error: &anyhow::Error) -> u8 {
    let no_device = error.chain().any(|cause| {
        let gpu_error = match cause.downcast_ref() {
            Some(EngineError::Gpu(error)) => Some(error),
            _ => cause.downcast_ref(),
        };
        matches!(gpu_error, Some(GpuError::NoDevice(_))) || cause.downcast_ref::<open::NoWindow>().is_some()
    });
    if no_device { EXIT_NO_DEVICE } else { EXIT_ERROR }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_missing_gpu_and_a_missing_display_have_their_own_exit_code() {
        let no_gpu = GpuError::NoDevice("none".into());
        let of_engine = anyhow::Error::from(EngineError::from(no_gpu.clone())).context("opening the GPU");
        assert_eq!(exit_code(&of_engine), EXIT_NO_DEVICE);
        assert_eq!(exit_code(&no_gpu.into()), EXIT_NO_DEVICE);
        #[cfg(feature = "window")]
        assert_eq!(exit_code(&open::NoWindow::Display("DISPLAY is not set".into()).into()), EXIT_NO_DEVICE);
        assert_eq!(exit_code(&EngineError::Box(0.0, 1.0).into()), EXIT_ERROR);
    }

    #[test]
    fn a_scene_may_stand_alone_but_not_beside_a_command() {
        let parse = |line: &str| parse(line.split(' ').map(OsString::from));
        let alone = parse("unstill a.ron").unwrap();
        assert!(alone.command.is_none() && alone.file == Some("a.ron".into()));
        assert!(parse("unstill a.ron info a.ron").is_err());
        assert!(parse("unstill --engine gpu info a.ron").is_err());
        assert!(parse("unstill --engine gpu a.ron").is_ok());
        for line in ["unstill --json --quiet info a.ron", "unstill info a.ron --json --quiet"] {
            let cli = parse(line).unwrap();
            assert!(cli.json && cli.quiet && matches!(cli.command, Some(Command::Info(_))), "{line}");
        }
    }
}
