use std::process::ExitCode;

fn main() -> ExitCode {
    unstill::cli::run()
}
