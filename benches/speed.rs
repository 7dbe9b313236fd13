//! How fast a training step and a live step are.
//!
//! `cargo bench --profile dev --bench speed` runs all, with a table of the live step; `-- train` or `-- live` a part.
//! (The dev profile is the tuned one, see Cargo.toml.)

#[path = "speed/live.rs"]
mod live;
#[path = "speed/train.rs"]
mod train;

fn main() {
    if !std::env::args().any(|argument| argument == "train") {
        live::print_table();
    }
    divan::main();
}
