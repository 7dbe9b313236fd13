//! Names, read from the source text: names of types are rarely used twice, names of tests are short.

#[path = "common/sources.rs"]
mod sources;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use sources::rust_files;

/// Share of the names of structs, enums and traits that may be in more than one file, per mille.
const MAX_SHARED: usize = 30;

/// Letters of the longest name of a test.
const MAX_TEST_NAME: usize = 60;

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

/// The names of the tests in `source`.
fn tests_in(source: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut lines = source.lines().map(str::trim_start);
    while lines.any(|line| line.starts_with("#[test]")) {
        // Other attributes may follow.
        let name = lines.find_map(|line| line.strip_prefix("fn ")).and_then(|line| line.split('(').next());
        names.extend(name);
    }
    names
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

#[test]
fn names_of_tests_are_short() {
    let folders = ["src", "tests", "benches"].map(|folder| Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
    let (mut tests, mut long) = (0, Vec::new());
    for file in folders.iter().flat_map(|folder| rust_files(folder)) {
        let source = std::fs::read_to_string(&file).unwrap();
        for name in tests_in(&source) {
            tests += 1;
            if name.len() > MAX_TEST_NAME {
                long.push(format!("{}: {name}", file.display()));
            }
        }
    }
    assert!(tests > 1000, "only {tests} tests were found");
    assert!(long.is_empty(), "more than {MAX_TEST_NAME} letters, shorten them:\n{}", long.join("\n"));
}

#[test]
fn tests_with_further_attributes_are_found() {
    let source = "fn a() {}\n#[test]\nfn b() {}\n    #[test]\n    #[cfg(unix)]\n    fn c() {}\nfn d() {}\n";
    assert_eq!(tests_in(source), ["b", "c"]);
}
