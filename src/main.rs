<<<<<<< HEAD
fn main() {
    if let Err(e) = unstill::app::run(None) {
        eprintln!("{e}");
        std::process::exit(3);
    }
=======
use std::process::ExitCode;

fn main() -> ExitCode {
    unstill::cli::run()
>>>>>>> scene
}
