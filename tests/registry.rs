//! What holds for every rule, and that the generated pages are fresh.
//!
//! `UPDATE_DOCS=1 cargo test --test registry` writes the pages anew.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use rtcscope::lint::examples::{Verdict, examples};
use rtcscope::lint::{RULES, docs};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn codes_are_sorted_unique_and_of_one_form() {
    for pair in RULES.windows(2) {
        assert!(
            pair[0].code < pair[1].code,
            "{} before {}",
            pair[0].code,
            pair[1].code
        );
    }
    for rule in RULES {
        let digits = rule.code.strip_prefix("SDP").unwrap();
        assert!(
            digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit()),
            "{}",
            rule.code
        );
    }
}

#[test]
fn names_are_unique_kebab_case() {
    let names: BTreeSet<&str> = RULES.iter().map(|r| r.name).collect();
    assert_eq!(names.len(), RULES.len());
    for name in names {
        let word = |w: &str| {
            !w.is_empty()
                && w.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        assert!(name.split('-').all(word), "{name}");
    }
}

#[test]
fn every_rule_is_documented() {
    for rule in RULES {
        let summary = rule.summary();
        let one_sentence = summary.ends_with('.') && summary.matches(". ").count() == 0;
        assert!(one_sentence, "{}: {summary}", rule.code);
        assert!(summary.chars().count() <= 100, "{}: {summary}", rule.code);
        assert!(rule.docs.contains("## Why it matters"), "{}", rule.code);
        assert!(!rule.spec.is_empty(), "{}", rule.code);
        for reference in rule.spec {
            assert!(is_reference(reference), "{}: {reference}", rule.code);
        }
        let all = examples(rule.docs);
        for verdict in [Verdict::Fail, Verdict::Pass] {
            assert!(
                all.iter().any(|e| e.verdict == verdict),
                "{}: no {verdict:?} example",
                rule.code
            );
        }
    }
}

/// `RFC 8866 §5.8`, `RFC 8888`, `AV1 RTP §7.1`, `W3C webrtc-pc §4.4` or `draft-ietf-mmusic-msid-17 §2`.
fn is_reference(reference: &str) -> bool {
    let (document, section) = match reference.split_once(" §") {
        Some((document, section)) => (document, Some(section)),
        None => (reference, None),
    };
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let words = |s: &str| {
        s.bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let known = match document.split_once(' ') {
        Some(("RFC", number)) => digits(number) && number.len() == 4,
        Some(("AV1", rest)) => rest == "RTP",
        Some(("W3C", name)) => !name.is_empty() && words(name),
        Some(_) => false,
        None => match document.rsplit_once('-') {
            Some((name, version)) => {
                name.starts_with("draft-") && words(name) && digits(version) && version.len() == 2
            }
            None => false,
        },
    };
    known && section.is_none_or(|s| s.split('.').all(digits))
}

/// What each rule rests on was looked up: `tests/data/specs/` says how, and for which sentence.
#[test]
fn every_reference_of_a_rule_was_looked_up() {
    let mut rows = BTreeSet::new();
    let mut files: Vec<PathBuf> = fs::read_dir(root().join("tests/data/specs"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    files.sort();
    for file in files {
        let mut before = String::new();
        for row in fs::read_to_string(&file).unwrap().lines() {
            let at = format!("{}: {row}", file.display());
            let columns: Vec<&str> = row.split('\t').collect();
            let [code, reference, how, phrase] = columns[..] else {
                panic!("{at}: not four columns");
            };
            assert!(is_reference(reference), "{at}: not a reference");
            let read = how == "text";
            let elsewhere = how.strip_prefix("secondary: ");
            let named = elsewhere.is_some_and(|source| !source.is_empty());
            assert!(read || named || how == "table of contents", "{at}: how?");
            // Only what was read in the document itself is quoted.
            assert!(read || phrase.starts_with('~'), "{at}: a quote not read");
            assert!(phrase.trim_start_matches('~').len() >= 3, "{at}: no phrase");
            assert!(before.as_str() <= code, "{at}: not in the order of codes");
            before = code.to_owned();
            let new = rows.insert((code.to_owned(), reference.to_owned()));
            assert!(new, "{at}: a second row");
        }
    }
    let cited: BTreeSet<(String, String)> = RULES
        .iter()
        .flat_map(|r| r.spec.iter().map(|s| (r.code.to_owned(), (*s).to_owned())))
        .collect();
    let missing: Vec<_> = cited.difference(&rows).collect();
    assert!(missing.is_empty(), "cited, without a row: {missing:#?}");
    let idle: Vec<_> = rows.difference(&cited).collect();
    assert!(idle.is_empty(), "rows that no rule cites: {idle:#?}");
}

#[test]
fn every_file_of_a_rule_is_registered_under_its_name() {
    let dir = root().join("src/lint/rules");
    let files: BTreeSet<String> = fs::read_dir(dir)
        .unwrap()
        .map(|e| {
            e.unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .filter(|stem| stem != "mod")
        .collect();
    let registered: BTreeSet<String> = RULES.iter().map(|r| r.name.replace('-', "_")).collect();
    assert_eq!(
        files, registered,
        "add a line to `rules!` in src/lint/rules/mod.rs"
    );
    for rule in RULES {
        assert!(
            rule.file
                .ends_with(&format!("{}.rs", rule.name.replace('-', "_")))
        );
    }
}

#[test]
fn messages_keep_to_the_house_style() {
    for rule in RULES {
        for example in examples(rule.docs) {
            let linter = rtcscope::lint::Linter::new(rtcscope::lint::examples::config(rule));
            for report in example.check(&linter, &example.sdp) {
                for d in report.diagnostics {
                    let m = &d.message;
                    let first = m.chars().next().unwrap();
                    // Names keep their capital.
                    let mut names = ["Opus", "H.264", "SSRC", "NUL"].iter();
                    let name = names.any(|n| m.starts_with(n));
                    let codec = rtcscope::sdp::Codec::all().any(|c| m.starts_with(c.name));
                    assert!(!first.is_uppercase() || name || codec, "{}: {m}", d.code);
                    assert!(!m.ends_with('.'), "{}: {m}", d.code);
                    assert!(m.chars().count() <= 100, "{}: {m}", d.code);
                    for word in ["please", "Please", "invalid"] {
                        assert!(!m.contains(word), "{}: {m}", d.code);
                    }
                }
            }
        }
    }
}

#[test]
fn generated_pages_are_fresh() {
    let dir = root().join("docs/rules");
    let mut pages: Vec<(String, String)> = RULES
        .iter()
        .map(|rule| (format!("{}.md", rule.code), docs::page(rule)))
        .collect();
    pages.push((
        "README.md".to_owned(),
        docs::index(&RULES.iter().collect::<Vec<_>>()),
    ));
    let listed = |dir: &Path| -> BTreeSet<String> {
        let entries = fs::read_dir(dir).into_iter().flatten();
        entries
            .map(|e| e.unwrap().file_name().to_str().unwrap().to_owned())
            .collect()
    };
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all(&dir).unwrap();
        for name in listed(&dir) {
            fs::remove_file(dir.join(name)).unwrap();
        }
        for (name, text) in &pages {
            fs::write(dir.join(name), text).unwrap();
        }
    }
    let expected: BTreeSet<String> = pages.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(
        listed(&dir),
        expected,
        "run UPDATE_DOCS=1 cargo test --test registry"
    );
    for (name, text) in &pages {
        let on_disk = fs::read_to_string(dir.join(name)).unwrap();
        assert_eq!(
            &on_disk, text,
            "{name} is stale: run UPDATE_DOCS=1 cargo test --test registry"
        );
    }
}
