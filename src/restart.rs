//! The program once more, under the same process id, with another environment: a process may safely set its own only
//! before it starts.

use std::os::unix::process::CommandExt as _;

/// Starts again with the environment variable `name` set to `value`, or without it. Returns only when that fails.
pub fn with(name: &str, value: Option<&str>) -> std::io::Error {
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(why) => return why,
    };
    let mut args = std::env::args_os();
    let mut again = std::process::Command::new(program);
    if let Some(name) = args.next() {
        again.arg0(name);
    }
    match value {
        Some(value) => again.env(name, value),
        None => again.env_remove(name),
    };
    again.args(args).exec()
}
