fn main() {
    if let Err(e) = unstill::app::run(None) {
        eprintln!("{e}");
        std::process::exit(3);
    }
}
