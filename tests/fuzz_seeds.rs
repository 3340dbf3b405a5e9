//! Replays every kept fuzz input: what once crashed a parser must not do so again.
//!
//! - `fuzz/seeds/<target>/`: inputs that once crashed that target, and starting points for it;
//! - messages that the kit builds, whole and cut at every byte;
//! - fuzz corpora of other WebRTC stacks, where they are at hand, through every target.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "test code: a panic is a failed test"
)]

mod fuzz_targets;
mod kit;

use fuzz_targets::TARGETS;
use kit::shared::{files_below, shared};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Runs one target, and says which input it was when it panics.
fn run(name: &str, target: fn(&[u8]), data: &[u8], origin: &dyn std::fmt::Display) {
    if catch_unwind(AssertUnwindSafe(|| target(data))).is_err() {
        panic!("fuzz target {name} panicked on {origin}");
    }
}

#[test]
fn kept_seeds_pass() {
    let seeds = Path::new(ROOT).join("fuzz/seeds");
    if !seeds.exists() {
        eprintln!("skipped: {} is not here", seeds.display());
        return;
    }
    let mut replayed = 0;
    for path in files_below(&seeds) {
        let relative = path.strip_prefix(&seeds).unwrap();
        let name = relative.iter().next().unwrap().to_str().unwrap();
        if name == "README.md" {
            continue;
        }
        let Some((_, target)) = TARGETS.iter().find(|(n, _)| *n == name) else {
            panic!("{}: no fuzz target {name:?}", path.display());
        };
        run(name, *target, &fs::read(&path).unwrap(), &path.display());
        replayed += 1;
    }
    eprintln!("{replayed} seeds");
}

/// A folder without a binary, or a binary without a function, would go unnoticed for long.
#[test]
fn every_target_has_its_binary() {
    let folder = Path::new(ROOT).join("fuzz/fuzz_targets");
    if !folder.exists() {
        eprintln!("skipped: {} is not here", folder.display());
        return;
    }
    let manifest = fs::read_to_string(Path::new(ROOT).join("fuzz/Cargo.toml")).unwrap();
    let binaries: Vec<String> = files_below(&folder)
        .iter()
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, binaries);
    for name in names {
        assert!(manifest.contains(&format!("name = \"{name}\"\n")));
        let source = fs::read_to_string(folder.join(format!("{name}.rs"))).unwrap();
        assert!(source.contains(&format!("targets::{name}(data)")));
    }
}

#[test]
fn every_prefix_of_every_kit_message_passes() {
    prefixes(kit::messages::all(), |_| true);
}

#[test]
fn every_prefix_of_a_capture_passes() {
    prefixes(kit::messages::captures(), |target| {
        ["analyze", "capture", "net"].contains(&target)
    });
}

#[test]
fn every_prefix_of_a_description_passes() {
    let offer = ("offer.sdp", kit::messages::OFFER.as_bytes().to_vec());
    prefixes(vec![offer], |target| ["lint", "sdp"].contains(&target));
}

fn prefixes(inputs: Vec<(&str, Vec<u8>)>, applies: impl Fn(&str) -> bool) {
    for (origin, message) in inputs {
        for (name, target) in TARGETS.iter().filter(|(name, _)| applies(name)) {
            for end in 0..=message.len() {
                run(
                    name,
                    *target,
                    &message[..end],
                    &format_args!("{origin}, first {end} bytes"),
                );
            }
        }
    }
}

#[test]
fn corpora_of_other_stacks_pass() {
    let Some(corpora) = shared("corpus/fuzz") else {
        return;
    };
    let mut replayed = 0;
    for path in files_below(&corpora) {
        let data = fs::read(&path).unwrap();
        let inputs = go_fuzz_input(&data).unwrap_or_else(|| vec![data]);
        for input in inputs {
            for (name, target) in TARGETS {
                run(name, *target, &input, &path.display());
            }
            replayed += 1;
        }
    }
    assert!(replayed > 0, "{} is empty", corpora.display());
    eprintln!("{replayed} inputs");
}

/// The byte strings of a Go fuzzing seed: a text file whose first line is `go test fuzz v1`, then
/// one Go expression a line, such as `[]byte("\x80\xc8")`.
fn go_fuzz_input(data: &[u8]) -> Option<Vec<Vec<u8>>> {
    let text = std::str::from_utf8(data).ok()?;
    let lines = text.strip_prefix("go test fuzz v1\n")?.lines();
    let quoted = lines.filter_map(|line| {
        line.strip_prefix("[]byte(\"")
            .or_else(|| line.strip_prefix("string(\""))?
            .strip_suffix("\")")
    });
    Some(quoted.map(unquote_go).collect())
}

/// The bytes of an interpreted Go string literal, as `strconv.Quote` writes them.
fn unquote_go(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let escape = if c == '\\' { chars.next() } else { None };
        let mut hex = |digits: usize| {
            let digits: String = chars.by_ref().take(digits).collect();
            u32::from_str_radix(&digits, 16).unwrap()
        };
        let decoded = match escape {
            None => c,
            Some('x') => {
                out.push(hex(2) as u8);
                continue;
            }
            Some('u') => char::from_u32(hex(4)).unwrap(),
            Some('U') => char::from_u32(hex(8)).unwrap(),
            Some('a') => '\x07',
            Some('b') => '\x08',
            Some('f') => '\x0c',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('v') => '\x0b',
            Some(itself) => itself,
        };
        out.extend(decoded.encode_utf8(&mut [0; 4]).bytes());
    }
    out
}

#[test]
fn go_strings_are_unquoted() {
    let seed = b"go test fuzz v1\n[]byte(\"\\x80a\\n\\\"\\u00e9\")\n";
    assert_eq!(go_fuzz_input(seed).unwrap(), [b"\x80a\n\"\xc3\xa9"]);
    assert_eq!(go_fuzz_input(b"v=0\n"), None);
}
