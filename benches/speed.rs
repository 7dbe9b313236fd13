//! How fast a live step is: `cargo bench --profile dev --bench speed`. A table first, then the same by divan.

#[path = "speed/live.rs"]
mod live;

fn main() {
    live::print_table();
    divan::main();
}
