//! The dependency table of docs/ARCHITECTURE.md, checked against the sources.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn table() -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(Path::new(ROOT).join("docs/ARCHITECTURE.md")).unwrap();
    let rows = text
        .split("| module | may use |")
        .nth(1)
        .expect("the table is there");
    rows.lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let uses = cells[1].split(',').map(str::trim).filter(|m| !m.is_empty());
            (cells[0].to_owned(), uses.map(str::to_owned).collect())
        })
        .collect()
}

fn sources(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The top-level modules that a line names, as `crate::x` or `crate::{x, y}`.
fn named(line: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        let rest = &line[at + "crate::".len()..];
        let inside = rest
            .strip_prefix('{')
            .map(|r| r.split('}').next().unwrap_or(r));
        for part in inside.map_or_else(|| vec![rest], |list| list.split(',').collect()) {
            let word = |c: &char| c.is_ascii_lowercase() || *c == '_';
            names.push(part.trim().chars().take_while(word).collect());
        }
    }
    names
}

#[test]
fn modules_use_only_what_the_architecture_allows() {
    let table = table();
    assert!(table.len() > 10, "the table was read: {table:?}");
    let src = Path::new(ROOT).join("src");
    let mut wrong = Vec::new();
    for file in sources(&src) {
        let inside = file.strip_prefix(&src).unwrap();
        let top = inside
            .components()
            .next()
            .unwrap()
            .as_os_str()
            .to_str()
            .unwrap();
        let module = top.trim_end_matches(".rs");
        if matches!(module, "lib" | "main") {
            continue;
        }
        let Some(allowed) = table.get(module) else {
            wrong.push(format!("src/{top} has no row in the table"));
            continue;
        };
        let text = fs::read_to_string(&file).unwrap();
        for (n, line) in text.lines().enumerate() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for name in named(line) {
                if table.contains_key(&name) && name != module && !allowed.contains(&name) {
                    wrong.push(format!(
                        "src/{}:{}: {module} uses {name}",
                        inside.display(),
                        n + 1
                    ));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "not allowed by docs/ARCHITECTURE.md:\n{}",
        wrong.join("\n")
    );
}

/// A protocol stands alone: only `proto/mod.rs` knows them all.
#[test]
fn protocols_do_not_use_each_other() {
    let proto = Path::new(ROOT).join("src/proto");
    for file in sources(&proto) {
        let inside = file.strip_prefix(&proto).unwrap();
        let own = inside
            .components()
            .next()
            .unwrap()
            .as_os_str()
            .to_str()
            .unwrap();
        let own = own.trim_end_matches(".rs");
        if matches!(own, "mod" | "tests") {
            continue;
        }
        for (n, line) in fs::read_to_string(&file).unwrap().lines().enumerate() {
            for (at, _) in line.match_indices("crate::proto::") {
                let rest = line[at + "crate::proto::".len()..].chars();
                let other: String = rest.take_while(char::is_ascii_lowercase).collect();
                assert!(
                    other == own || other == "testing",
                    "{}:{}: {own} uses {other}",
                    file.display(),
                    n + 1
                );
            }
        }
    }
}

/// The house rule that keeps rooms small.
#[test]
fn files_are_small() {
    for file in sources(&Path::new(ROOT).join("src")) {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        assert!(
            lines <= 800,
            "{} has {lines} lines: split it",
            file.display()
        );
    }
}
