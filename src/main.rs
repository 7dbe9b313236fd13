//! The command line is in the library: this only starts it.

use std::process::ExitCode;

fn main() -> ExitCode {
    let scene = std::env::args_os().nth(1).map(Into::into);
    match unstill::app::run(scene) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(3)
        }
    }
}
