//! How fast a live step is. `cargo bench --bench speed` for all, `cargo bench --bench speed -- live` for a part.

#[path = "speed/live.rs"]
mod live;

fn main() {
    live::print_table();
    divan::main();
}
