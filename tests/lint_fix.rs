//! What is promised of fixes: they settle, leave nothing that claimed a safe fix, bring no error, and
//! change no byte outside of what they replace.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice
)]

mod kit;

use kit::shared::{files_below, shared};
use proptest::prelude::*;
use rtcscope::diag::{Diagnostic, Edit, Safety, Severity, apply, replace};
use rtcscope::hosts::Text;
use rtcscope::lint::examples::examples;
use rtcscope::lint::{Config, Linter, Part, RULES};
use rtcscope::sdp::Description;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn lint(linter: &Linter, text: &[u8]) -> Vec<Diagnostic> {
    let reports = linter.lint(text, None);
    reports.into_iter().flat_map(|r| r.diagnostics).collect()
}

fn errors(found: &[Diagnostic]) -> BTreeMap<&'static str, usize> {
    let mut errors = BTreeMap::new();
    for d in found.iter().filter(|d| d.severity == Severity::Error) {
        *errors.entry(d.code).or_default() += 1;
    }
    errors
}

/// The pieces of `text` outside of `edits`.
fn outside<'t>(text: &'t [u8], edits: &[&Edit]) -> Vec<&'t [u8]> {
    let mut pieces = Vec::new();
    let mut done = 0;
    for edit in edits {
        pieces.push(&text[done..edit.span.start]);
        done = edit.span.end;
    }
    pieces.push(&text[done..]);
    pieces
}

/// Applies each fix alone: what is outside of it stays, byte for byte and line for line.
fn a_fix_changes_nothing_else(text: &[u8], found: &[Diagnostic], name: &str) {
    for d in found.iter().filter(|d| d.fix.is_some()).take(20) {
        let fix = d.fix.as_ref().unwrap();
        let (fixed, applied) = apply(text, std::slice::from_ref(d), true);
        assert_eq!(applied, 1, "{name}: {} overlaps itself", d.code);
        let mut edits: Vec<&Edit> = fix.edits.iter().collect();
        edits.sort_by_key(|e| (e.span.start, e.span.end));
        let mut at = 0;
        for (piece, edit) in outside(text, &edits).into_iter().zip(&edits) {
            assert!(fixed[at..].starts_with(piece), "{name}: {}", d.code);
            at += piece.len();
            let replacement = edit.replacement.as_bytes();
            assert!(fixed[at..].starts_with(replacement), "{name}: {}", d.code);
            at += replacement.len();
        }
        assert_eq!(
            &fixed[at..],
            *outside(text, &edits).last().unwrap(),
            "{name}: {}",
            d.code
        );
        lines_outside_are_read_the_same(text, &fixed, &edits, d, name);
    }
}

/// The lines that no edit touches are read with the same type, name and value before and after.
fn lines_outside_are_read_the_same(
    text: &[u8],
    fixed: &[u8],
    edits: &[&Edit],
    d: &Diagnostic,
    name: &str,
) {
    let read = |text: &[u8]| {
        let sdp = Description::parse(text);
        let lines = sdp.lines().iter().map(|l| {
            let value = l.attribute_value().map(|v| v.bytes().to_vec());
            let key = (l.letter(), l.text().bytes().to_vec(), value);
            (l.text().start()..l.text().start() + l.full_len(), key)
        });
        lines.collect::<Vec<_>>()
    };
    let touched = |range: &std::ops::Range<usize>| {
        edits
            .iter()
            .any(|e| e.span.start <= range.end && range.start <= e.span.end)
    };
    let mut after: BTreeMap<_, usize> = BTreeMap::new();
    for (_, key) in read(fixed) {
        *after.entry(key).or_default() += 1;
    }
    for (range, key) in read(text) {
        if touched(&range) {
            continue;
        }
        let left = after.get_mut(&key).filter(|left| **left > 0);
        let left = left.unwrap_or_else(|| {
            panic!(
                "{name}: the fix of {} changes {:?}",
                d.code,
                String::from_utf8_lossy(&key.1)
            )
        });
        *left -= 1;
    }
}

/// Fixes until nothing is left to fix, as `rtcscope lint --fix` does.
fn settle(linter: &Linter, text: &[u8], and_unsafe: bool, name: &str) -> Vec<u8> {
    let mut text = text.to_vec();
    for _ in 0..10 {
        let (next, applied) = apply(&text, &lint(linter, &text), and_unsafe);
        if applied == 0 {
            return text;
        }
        text = next;
    }
    panic!(
        "{name}: fixes do not settle: {}",
        String::from_utf8_lossy(&text)
    );
}

fn holds(linter: &Linter, text: &[u8], name: &str) {
    let found = lint(linter, text);
    if found.iter().all(|d| d.fix.is_none()) {
        return;
    }
    a_fix_changes_nothing_else(text, &found, name);
    let fixed = settle(linter, text, false, name);
    let left = lint(linter, &fixed);
    let safe = |d: &&Diagnostic| d.fix.as_ref().is_some_and(|f| f.safety == Safety::Safe);
    assert_eq!(left.iter().find(safe), None, "{name}");
    let _ = settle(linter, text, true, name);
}

fn linter() -> Linter {
    Linter::new(Config {
        preview: true,
        extend_select: vec!["advice".to_owned()],
        ..Config::default()
    })
}

#[test]
fn fixes_of_all_descriptions_at_hand() {
    let linter = linter();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/sdp");
    let mut files = files_below(&samples);
    for part in ["captures", "corpus/sdp"] {
        files.extend(
            shared(part)
                .map(|dir| files_below(&dir))
                .unwrap_or_default(),
        );
    }
    files.retain(|p| p.extension().is_some_and(|e| e == "sdp"));
    let mut fixable = 0;
    for path in &files {
        let text = fs::read(path).unwrap();
        let name = path.display().to_string();
        holds(&linter, &text, &name);
        fixable += usize::from(lint(&linter, &text).iter().any(|d| d.fix.is_some()));
        // As other tools save it.
        let lf: Vec<u8> = text.iter().copied().filter(|&b| b != b'\r').collect();
        holds(&linter, &lf, &format!("{name} with LF"));
        let bom = [b"\xef\xbb\xbf", lf.trim_ascii_end()].concat();
        holds(&linter, &bom, &format!("{name} with a byte order mark"));
    }
    println!(
        "{fixable} of {} descriptions have something to fix",
        files.len()
    );
    assert!(fixable > 0);
}

#[test]
fn fixes_of_the_examples_bring_no_error() {
    for rule in RULES {
        let linter = Linter::new(Config {
            extend_select: vec![rule.code.to_owned()],
            ..Config::default()
        });
        for example in examples(rule.docs) {
            let text = example.sdp.as_bytes();
            let name = format!("an example of {}", rule.code);
            holds(&linter, text, &name);
            let before = errors(&lint(&linter, text));
            let fixed = settle(&linter, text, false, &name);
            let after = errors(&lint(&linter, &fixed));
            for (code, n) in after {
                assert!(
                    before.get(code).is_some_and(|b| *b >= n),
                    "{name}: brings {code}"
                );
            }
        }
    }
}

#[test]
fn a_byte_order_mark_and_line_ends_stay() {
    let linter = linter();
    let text = "\u{feff}v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nt=0 0\nm=audio 9 RTP/AVP 0\n\
        c=IN IP4 192.0.2.1\na=x-unknown:  kept \na=rtpmap:0 PCMU/8000";
    let fixed = settle(&linter, text.as_bytes(), false, "text");
    let fixed = String::from_utf8(fixed).unwrap();
    assert!(
        fixed.starts_with("\u{feff}v=0\n") && !fixed.contains('\r'),
        "{fixed:?}"
    );
    assert!(fixed.contains("a=x-unknown:  kept \n"));
}

/// A kind of file that is mended, made of a description.
struct Host {
    name: &'static str,
    wrap: fn(&str) -> String,
    /// The file as others read it, with the description taken out; it must stay the same.
    rest: fn(&str) -> String,
    /// Whether the description stands in it with all its line ends.
    keeps_line_ends: bool,
}

const HOSTS: &[Host] = &[
    Host {
        name: "x.json",
        wrap: |sdp| {
            let sdp = serde_json::to_string(sdp).unwrap();
            format!(
                "{{ \"id\" : 1.50,\n\t\"type\":\"offer\", \"sdp\":{sdp},\"more\": [\"\\u00e4\", null]}}\n"
            )
        },
        rest: |file| {
            let mut json: serde_json::Value = serde_json::from_str(file).unwrap();
            json["sdp"] = serde_json::Value::Null;
            json.to_string()
        },
        keeps_line_ends: true,
    },
    Host {
        name: "x.js",
        wrap: |sdp| {
            let lines = sdp
                .split_inclusive("\r\n")
                .map(|l| serde_json::to_string(l).unwrap());
            let lines: Vec<String> = lines.collect();
            format!(
                "// v=0 is no description\nconst sdp =\n  {};\nrun(sdp, 'a=b');\n",
                lines.join(" +\n  ")
            )
        },
        rest: |file| format!("{}{}", &file[..38], &file[file.len() - 18..]),
        keeps_line_ends: true,
    },
    Host {
        name: "x.ts",
        wrap: |sdp| {
            let sdp = sdp
                .replace("\r\n", "\n")
                .replace('\\', "\\\\")
                .replace('`', "\\`")
                .replace('$', "\\$");
            format!("export const sdp: string = `{sdp}`;\nconst other = `a=b`;\n")
        },
        rest: |file| format!("{}{}", &file[..27], &file[file.len() - 23..]),
        keeps_line_ends: false,
    },
    Host {
        name: "x.md",
        wrap: |sdp| {
            let mut sdp = sdp.replace("\r\n", "\n");
            if !sdp.ends_with('\n') {
                sdp.push('\n');
            }
            format!("# A call\n\nIt says:\n\n```sdp\n{sdp}```\n\nand `a=b`.\n")
        },
        rest: |file| format!("{}{}", &file[..27], &file[file.len() - 17..]),
        keeps_line_ends: false,
    },
];

/// Fixes a file until nothing is left to fix: what is outside of the edits stays, byte for byte, and
/// the file is still one of its kind.
fn settle_in(host: &Host, linter: &Linter, sdp: &str) {
    let mut file = (host.wrap)(sdp);
    let rest = (host.rest)(&file);
    for round in 0.. {
        let Ok(all) = rtcscope::hosts::find(host.name, file.as_bytes()) else {
            return;
        };
        let mut groups: Vec<Vec<Edit>> = Vec::new();
        for found in &all {
            let (text, range) = match &found.text {
                Text::InPlace(range) => (file.as_bytes(), range.clone()),
                Text::Extracted { bytes, .. } => (bytes.as_slice(), 0..bytes.len()),
            };
            let part = Part {
                role: found.role,
                holes: &found.holes,
                ..Part::new(text, range)
            };
            let reports = linter.check(&[part]);
            let fixes = reports
                .iter()
                .flat_map(|r| &r.diagnostics)
                .filter_map(|d| d.fix.as_ref());
            let safe = fixes.filter(|fix| fix.safety == Safety::Safe);
            groups.extend(safe.filter_map(|fix| {
                fix.edits
                    .iter()
                    .map(|e| found.edit(e))
                    .collect::<Option<_>>()
            }));
        }
        let (next, applied) = replace(file.as_bytes(), groups.iter().map(Vec::as_slice));
        let next = String::from_utf8(next).unwrap();
        assert_eq!((host.rest)(&next), rest, "{}: {file}", host.name);
        let again = rtcscope::hosts::find(host.name, next.as_bytes());
        assert_eq!(
            again.map(|a| a.len()),
            Ok(all.len()),
            "{}: {file}\nbecame\n{next}",
            host.name
        );
        if applied == 0 {
            assert_eq!(next, file);
            break;
        }
        assert!(round < 12, "{}: fixes do not settle: {file}", host.name);
        file = next;
    }
    if host.keeps_line_ends {
        // It is mended as it would be alone.
        let alone = settle(linter, sdp.as_bytes(), false, sdp);
        let all = rtcscope::hosts::find(host.name, file.as_bytes()).unwrap();
        let text = match &all[0].text {
            Text::InPlace(range) => &file.as_bytes()[range.clone()],
            Text::Extracted { bytes, .. } => bytes,
        };
        let (text, alone) = (
            String::from_utf8_lossy(text),
            String::from_utf8_lossy(&alone),
        );
        assert_eq!(text, alone, "{}", host.name);
    }
}

#[test]
fn descriptions_in_other_files_are_fixed_as_they_would_be_alone() {
    let linter = linter();
    let mut fixable = 0;
    for example in RULES.iter().flat_map(|rule| examples(rule.docs)) {
        if lint(&linter, example.sdp.as_bytes())
            .iter()
            .any(|d| d.fix.is_some())
        {
            fixable += 1;
            for host in HOSTS {
                settle_in(host, &linter, &example.sdp);
            }
        }
    }
    println!("{fixable} examples have something to fix");
    assert!(fixable > 20);
}

/// Names and values with a blank too many, longer than messages show them.
#[test]
fn long_tokens_are_kept_whole() {
    let name = "x-a-name-that-is-much-longer-than-messages-show";
    let linter = linter();
    for line in [
        format!("a={name} :1"),
        format!("a=mid: {name}"),
        format!("a=msid: {name} {name}"),
    ] {
        let text = String::from_utf8(sample()).unwrap() + &line + "\r\n";
        let fixed = settle(&linter, text.as_bytes(), false, &line);
        let wanted = line.replace(" :", ":").replace(": ", ":");
        let fixed = String::from_utf8_lossy(&fixed);
        assert!(fixed.contains(&wanted), "{wanted}: {fixed}");
    }
}

#[test]
fn no_fix_writes_what_was_cut_for_a_message() {
    let linter = linter();
    let mut fixes = 0;
    for example in RULES.iter().flat_map(|rule| examples(rule.docs)) {
        let text = example.sdp.as_bytes();
        let found = lint(&linter, text);
        for d in found.iter().filter(|d| d.fix.is_some()) {
            let at = d.primary.span.start;
            let from = text[..at]
                .iter()
                .rposition(|&b| b == b'\n')
                .map_or(0, |n| n + 1);
            let length = text[from..].iter().position(|&b| b == b'\n');
            let to = length.map_or(text.len(), |n| from + n);
            let ends = (from..to).filter(|&i| {
                let next = text.get(i + 1).is_none_or(|b| !b.is_ascii_alphanumeric());
                text[i].is_ascii_alphanumeric() && next
            });
            for end in ends {
                for more in [&[b'a'; 40][..], &[b'7'; 40], b"\xff"] {
                    let longer = [&text[..=end], more, &text[end + 1..]].concat();
                    for d in lint(&linter, &longer) {
                        for edit in d.fix.iter().flat_map(|fix| &fix.edits) {
                            fixes += 1;
                            let bad = edit.replacement.contains(['…', '\u{fffd}']);
                            assert!(!bad, "{}: {}", d.code, edit.replacement);
                        }
                    }
                }
            }
        }
    }
    assert!(fixes > 100, "{fixes}");
}

fn sample() -> Vec<u8> {
    let path = "samples/sdp/chromium-simulcast-offer.sdp";
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// Between equal values another one stands, and who reads the last would read that.
#[test]
fn a_repeat_behind_another_value_is_not_dropped_unasked() {
    let start = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
        m=audio 9 RTP/AVP 96\r\n";
    let linter = linter();
    for (code, lines) in [
        ("SDP024", ["a=sendrecv", "a=recvonly"]),
        ("SDP023", ["a=ptime:20", "a=ptime:30"]),
        (
            "SDP103",
            ["a=rtpmap:96 opus/48000/2", "a=rtpmap:96 PCMA/8000"],
        ),
        ("SDP143", ["", ""]),
    ] {
        let [a, b] = lines;
        let (all, same) = match a {
            "" => {
                let head = "a=rtpmap:96 opus/48000/2\r\na=fmtp:96 stereo=1";
                (
                    format!("{head};stereo=0;stereo=1\r\n"),
                    format!("{head};stereo=1\r\n"),
                )
            }
            a => (format!("{a}\r\n{b}\r\n{a}\r\n"), format!("{a}\r\n{a}\r\n")),
        };
        let safeties = |text: &str| {
            let text = format!("{start}{text}");
            let found = lint(&linter, text.as_bytes());
            let own = found.iter().filter(|d| d.code == code);
            own.filter_map(|d| d.fix.as_ref().map(|fix| fix.safety))
                .collect::<Vec<_>>()
        };
        assert_eq!(safeties(&all), [Safety::Unsafe], "{code}");
        assert_eq!(safeties(&same), [Safety::Safe], "{code}");
    }
}

#[test]
fn a_bare_cr_is_not_mended_unasked() {
    let text = b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=a\rb=AS:1\r\nt=0 0\r\n";
    let found = lint(&linter(), text);
    let fix = found
        .iter()
        .find(|d| d.code == "SDP005")
        .unwrap()
        .fix
        .as_ref();
    assert_eq!(fix.unwrap().safety, Safety::Unsafe);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 192,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn fixes_of_mutated_descriptions(
        start in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..7u8, any::<u8>()), 1..16)
    ) {
        // Some part of a description, with lines and bytes added, doubled, dropped and changed.
        let all = sample();
        let start = start.index(all.len() / 2);
        let mut text = [b"v=0\r\n", &all[start..(start + 2500).min(all.len())]].concat();
        for (at, what, byte) in edits {
            let at = at.index(text.len().max(1)).min(text.len().saturating_sub(1));
            let from = text[..at].iter().rposition(|&b| b == b'\n').map_or(0, |n| n + 1);
            let to = text[at..].iter().position(|&b| b == b'\n').map_or(text.len(), |n| at + n + 1);
            match what {
                0 if !text.is_empty() => text[at] = byte,
                1 => text.insert(at, b"\r\n: /=;,0aA\t"[usize::from(byte) % 12]),
                2 if !text.is_empty() => { text.remove(at); }
                3 => { let line = text[from..to].to_vec(); text.splice(from..from, line); }
                4 => { text.drain(from..to); }
                5 => { let line = text[from..to].to_vec(); text.extend(line); }
                _ => text.retain(|&b| b != b'\r' || byte > 40),
            }
        }
        let linter = linter();
        holds(&linter, &text, &String::from_utf8_lossy(&text));
        // In a file of its kind what is no text has no place.
        let text: String = String::from_utf8_lossy(&text).replace(['\0', '`', '\u{fffd}'], "");
        settle_in(&HOSTS[0], &linter, &text);
    }
}
