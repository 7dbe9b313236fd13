//! The paths of crates and modules that source text names, for the tests that read it.

use std::path::Path;

/// A path such as `crate::a::b`, from `crate` on or from the name of a crate.
pub struct NamedPath {
    pub path: String,
    /// Of a `use`: a glob names the module itself, whose folders can then be named without it.
    pub is_use: bool,
}

/// The paths that `source` names in `use` trees and in its text; comments and strings are left out. `file` is its path below
/// `src/`.
pub fn named_paths(file: &str, source: &str) -> Vec<NamedPath> {
    let module = module_of(Path::new(file));
    let code = without_comments_and_strings(source);
    let mut found = Vec::new();
    for (inline, code) in by_module(&code) {
        let module: Vec<&str> = module.split("::").chain(inline).collect();
        let mut add = |path: &str, is_use| found.push(NamedPath { path: resolved(&module, path), is_use });
        for statement in code.split(';') {
            // A statement may follow a brace or an attribute: the `use` need not be at its start.
            if let Some(at) = word_at(statement, "use") {
                expand(&mut |path| add(path, true), "", statement[at + 3..].trim());
            }
        }
        let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
        for word in code.split(|c: char| !is_path(c)).filter(|word| word.contains("::")) {
            add(word.trim_matches(':'), false);
        }
    }
    found
}

/// The lines of `code` by the inline modules that they are in, outermost first. `code` is formatted: a module ends at a brace
/// with the indentation of its first line.
fn by_module(code: &str) -> Vec<(Vec<&str>, String)> {
    let mut modules: Vec<(Vec<&str>, String)> = vec![(Vec::new(), String::new())];
    // The modules around a line: indentation, and index into `modules`.
    let mut around = vec![("", 0)];
    for line in code.lines() {
        let &(indent, module) = around.last().expect("the file itself");
        let trimmed = line.trim();
        let name = trimmed.strip_suffix(" {").and_then(|head| {
            let at = word_at(head, "mod")?;
            (at == 0 || head.starts_with("pub")).then(|| head[at + 3..].trim())
        });
        if let Some(name) = name {
            let path = modules[module].0.iter().copied().chain([name]).collect();
            around.push((&line[..line.len() - line.trim_start().len()], modules.len()));
            modules.push((path, String::new()));
        } else if module > 0 && trimmed == "}" && line.strip_prefix(indent).is_some_and(|rest| rest.starts_with('}')) {
            around.pop();
        } else {
            let text = &mut modules[module].1;
            text.push_str(line);
            text.push('\n');
        }
    }
    modules
}

/// Where `word` stands alone in `text`.
fn word_at(text: &str, word: &str) -> Option<usize> {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word)
        .map(|(at, _)| at)
        .find(|&at| !inside(text[..at].chars().next_back()) && !inside(text[at + word.len()..].chars().next()))
}

/// Gives `add` the paths of the use tree `tree` (such as `a::{b, c::d}`) under `prefix`.
fn expand(add: &mut impl FnMut(&str), prefix: &str, tree: &str) {
    let tree = tree.trim().trim_start_matches("::");
    let Some(open) = tree.find('{') else {
        let name = tree.split(" as ").next().unwrap_or_default().trim();
        if !name.is_empty() {
            add(&format!("{prefix}{name}"));
        }
        return;
    };
    let Some(close) = tree.rfind('}') else { return };
    let prefix = format!("{prefix}{}", tree[..open].trim());
    let mut depth = 0;
    let mut start = open + 1;
    for (at, c) in tree[..close].char_indices().skip_while(|&(at, _)| at <= open) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                expand(add, &prefix, &tree[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    expand(add, &prefix, &tree[start..close]);
}

/// `source` without comments and strings.
pub fn without_comments_and_strings(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    for line in source.lines() {
        let mut in_string = false;
        let mut escaped = false;
        let mut previous = ' ';
        for c in line.chars() {
            if in_string {
                in_string = escaped || c != '"';
                escaped = !escaped && c == '\\';
            } else if c == '"' && previous != '\'' {
                in_string = true;
            } else if c == '/' && previous == '/' {
                code.pop();
                break;
            } else {
                code.push(c);
            }
            previous = c;
        }
        code.push('\n');
    }
    code
}

/// The module of the file `path` below `src/`, as `crate::a::b`.
fn module_of(path: &Path) -> String {
    let mut module = String::from("crate");
    for part in path.with_extension("").iter().map(|part| part.to_string_lossy()) {
        if part != "mod" {
            module = format!("{module}::{part}");
        }
    }
    module
}

/// `path` as named in `module`, without `self` and `super`.
fn resolved(module: &[&str], path: &str) -> String {
    let path = path.trim_end_matches("::*").trim_end_matches("::self");
    let mut base = module.to_vec();
    let mut names = path.split("::").peekable();
    if !matches!(names.peek(), Some(&("self" | "super"))) {
        return path.to_owned();
    }
    while let Some(name) = names.next_if(|name| ["self", "super"].contains(name)) {
        if name == "super" {
            base.pop();
        }
    }
    base.extend(names);
    base.join("::")
}
