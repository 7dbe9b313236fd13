//! One name, one thing: names of types are rarely used twice, counted from the source text.

#[path = "common/sources.rs"]
mod sources;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use sources::rust_files;

/// Share of the names of structs, enums and traits that may be in more than one file, per mille.
const MAX_SHARED: usize = 30;

/// The names of the types that are declared in `source`.
fn declared(source: &str) -> BTreeSet<&str> {
    let names = source.lines().filter_map(|line| {
        let line = line.trim_start();
        let line = line.strip_prefix("pub").map_or(line, |rest| {
            let rest = rest.trim_start();
            // `pub(in crate::window) struct Name`.
            rest.strip_prefix('(').and_then(|rest| rest.split_once(") ")).map_or(rest, |(_, rest)| rest)
        });
        let name = ["struct ", "enum ", "trait "].iter().find_map(|word| line.strip_prefix(word))?;
        name.split(|c: char| !c.is_alphanumeric() && c != '_').next().filter(|name| !name.is_empty())
    });
    names.collect()
}

#[test]
fn few_type_names_are_in_more_than_one_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let sources: Vec<String> = rust_files(&root).iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let mut files: BTreeMap<&str, usize> = BTreeMap::new();
    for name in sources.iter().flat_map(|source| declared(source)) {
        *files.entry(name).or_default() += 1;
    }
    let shared: Vec<&str> = files.iter().filter(|(_, files)| **files > 1).map(|(name, _)| *name).collect();
    assert!(files.len() > 500, "only {} types were found", files.len());
    assert!(
        1000 * shared.len() < MAX_SHARED * files.len(),
        "{} of {} names of types are in more than one file, rename some: {shared:?}",
        shared.len(),
        files.len()
    );
}

#[test]
fn declarations_of_every_form_are_found() {
    let source =
        "struct A;\npub enum B {}\n    pub(super) struct C(u8);\npub(in crate::x) trait D: E {}\n// struct F\n";
    assert_eq!(declared(source), BTreeSet::from(["A", "B", "C", "D"]));
}
