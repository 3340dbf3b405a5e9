//! The linter against descriptions it has not been made for: recordings of real stacks must be
//! clean, what other parsers reject should be caught, and nothing may panic.
//!
//! The files lie beside the project and are read in place; without them the tests say so and skip.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout
)]

mod kit;

use kit::linear::grows_linearly;
use kit::shared::{files_below, shared};
use proptest::prelude::*;
use rtcscope::diag::{Diagnostic, Severity};
use rtcscope::lint::{Config, lint};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn sdp_files(dir: &Path) -> Vec<PathBuf> {
    let mut found = files_below(dir);
    found.retain(|p| p.extension().is_some_and(|e| e == "sdp"));
    found
}

fn errors(text: &[u8]) -> Vec<Diagnostic> {
    let mut found = lint(text, &Config::default());
    found.retain(|d| d.severity == Severity::Error);
    found
}

#[test]
fn recordings_of_real_stacks_have_no_error() {
    let Some(dir) = shared("captures") else {
        return;
    };
    let all = sdp_files(&dir);
    assert!(all.len() > 50, "only {} descriptions", all.len());
    for path in all {
        let found = errors(&fs::read(&path).unwrap());
        assert!(found.is_empty(), "{}: {found:#?}", path.display());
    }
}

#[test]
fn samples_are_clean_or_broken_as_named() {
    let dir = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/samples/sdp"));
    let all = sdp_files(&dir);
    assert!(all.len() >= 11);
    for path in all {
        let broken = path
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with("broken-");
        let found = lint(&fs::read(&path).unwrap(), &Config::default());
        assert_eq!(!found.is_empty(), broken, "{}: {found:#?}", path.display());
    }
}

/// The sentence that makes each error right that the linter finds in descriptions which some parser
/// takes. `~` begins a paraphrase, as in `tests/data/specs/`.
const SENTENCES: &[(&str, &str)] = &[
    ("SDP001", "RFC 8866 §5.1: ~the version is 0"),
    (
        "SDP002",
        "RFC 8866 §5: ~when present, lines must appear in exactly the order given here",
    ),
    (
        "SDP003",
        "RFC 8866 §5: ~\"o=\", \"s=\" and \"t=\" are REQUIRED",
    ),
    (
        "SDP004",
        "RFC 8866 §5: ~<type> is exactly one case-significant letter, without whitespace before it",
    ),
    (
        "SDP011",
        "RFC 8866 §5.7: ~c=<nettype> <addrtype> <connection-address>, of the type that <addrtype> says",
    ),
    (
        "SDP012",
        "RFC 8866 §5.7: ~MUST contain a \"c=\" line in each media description or at the session level",
    ),
    ("SDP019", "RFC 8866 §9: ~media-field: 1*(SP fmt)"),
    (
        "SDP101",
        "RFC 9429 §5.2.1: ~For each media format on the m= line, \"a=rtpmap\" and \"a=fmtp\" lines",
    ),
    ("SDP104", "RFC 8866 §6.6: ~encoding-name \"/\" clock-rate"),
    ("SDP107", "RFC 7587 §7: ~the number of channels MUST be 2"),
    (
        "SDP201",
        "RFC 8839 §5.4: ~there MUST be an ice-pwd and ice-ufrag attribute for each data stream",
    ),
    ("SDP203", "RFC 8839 §5.4: ~password = 22*256ice-char"),
    (
        "SDP301",
        "RFC 8122 §5: endpoints MUST provide a certificate fingerprint",
    ),
    (
        "SDP302",
        "RFC 8122 §5: fingerprint            =  2UHEX *(\":\" 2UHEX)",
    ),
    (
        "SDP306",
        "RFC 5763 §5: The endpoint MUST use the setup attribute defined in [RFC4145]",
    ),
    (
        "SDP316",
        "RFC 4568 §9.1: ~a tag, a suite and key parameters",
    ),
    (
        "SDP404",
        "RFC 5888 §6: \"a=group\" lines that contain identification-tags that do not correspond to any \
         \"m\" line within the session description MUST be ignored",
    ),
    (
        "SDP501",
        "RFC 8285 §4.2: ~the value 0 is reserved for padding and MUST NOT be used as a local identifier",
    ),
    (
        "SDP511",
        "RFC 8853 §5.3.2: ~who receives multiple \"a=simulcast\" lines in a section SHALL disable use of simulcast",
    ),
    ("SDP607", "RFC 8841 §5.2: ~sctp-port-value = 1*5DIGIT"),
];

/// Descriptions that some parser takes although they break an RFC, and the errors that are right.
/// A path may end in `*`.
const REALLY_BROKEN: &[(&str, &[&str])] = &[
    // The second section, from a patch to the first, has no `a=mid`.
    ("baresip-re/accepted/sdp_23.sdp", &["SDP404"]),
    // `a=fmtp` folded over three lines.
    ("ebu-list/apps/*", &["SDP004"]),
    // One line: `v=1337`.
    (
        "gortc/unlabelled/spd_session_ex2.sdp",
        &["SDP001", "SDP003"],
    ),
    // Line types that are not ASCII letters.
    (
        "gortc/valid/sdp_session_ex_media_unknown_type.sdp",
        &["SDP004"],
    ),
    ("gortc/valid/sdp_session_no_media_fmt.sdp", &["SDP019"]),
    // libwebrtc's test strings: `pwd_voice` has 9 of 22 characters.
    ("libwebrtc-corpus/unlabelled/unittest-*", &["SDP203"]),
    ("libwebrtc/valid/k*", &["SDP203"]),
    ("libwebrtc/tolerant/AttributeWith*", &["SDP203"]),
    ("libwebrtc/tolerant/IceCredentials*", &["SDP203"]),
    // Snippets for one test each, without `c=`.
    ("libwebrtc/valid/StaticallyAssigned*", &["SDP012"]),
    ("libwebrtc/tolerant/BandwidthLimit*", &["SDP012"]),
    ("libwebrtc/tolerant/Deserialize*", &["SDP012"]),
    ("libwebrtc/tolerant/FmtpBeforeRtpMap*", &["SDP012"]),
    // What a fuzzer left: `m=o 1 DTLS/SCTP 5000` and an empty `a=sctp-port`.
    (
        "libwebrtc/tolerant/SctpPortInUnsupported*",
        &["SDP012", "SDP301", "SDP306", "SDP607"],
    ),
    // One session in many snippets: no `c=`, and candidates without the credentials to check them.
    ("pion-sdp/tolerant/MediaDescription*", PION),
    ("pion-sdp/valid/MediaAttributes*", PION),
    ("pion-sdp/tolerant/Media*", &["SDP012"]),
    ("pion-sdp/valid/Media*", &["SDP012"]),
    // `c=IN IP4`
    ("pion-sdp/unlabelled/lit_9400.sdp", &["SDP011"]),
    // `$fingerprint`, which the test fills in.
    ("rtpengine/accepted/answer_*", &["SDP302"]),
    ("rtpengine/accepted/offer_DTLS*", &["SDP302"]),
    // 17 characters.
    ("rtpengine/accepted/offer_ICE*", &["SDP203"]),
    ("rtpengine/accepted/offer_ice2*", &["SDP203"]),
    // An empty `a=crypto`.
    ("rtpengine/accepted/offer_Throw_away*", &["SDP316"]),
    // `a=extmap:0`
    ("rtpengine/accepted/offer_strip_extmap*", &["SDP501"]),
    // AirTunes: an IPv6 address behind IP4, an rtpmap without a clock.
    ("sdp-transform/valid/alac.sdp", &["SDP011", "SDP104"]),
    // Written by hand: `c=` after `t=`, `opus/48000`, simulcast in two lines.
    ("sdp-transform/valid/normal.sdp", &["SDP002", "SDP107"]),
    ("sdp-transform/valid/simulcast.sdp", &["SDP511"]),
];

const PION: &[&str] = &["SDP012", "SDP101", "SDP201"];

/// The codes of the first entry that fits.
fn known_errors(name: &str) -> Option<(usize, &'static [&'static str])> {
    let fits = |pattern: &str| match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    };
    let at = REALLY_BROKEN
        .iter()
        .position(|(pattern, _)| fits(pattern))?;
    Some((at, REALLY_BROKEN[at].1))
}

#[test]
fn what_other_parsers_take_has_no_error_but_the_known_ones() {
    let Some(dir) = shared("corpus/sdp") else {
        return;
    };
    let mut found = BTreeSet::new();
    let mut seen = 0;
    for path in sdp_files(&dir) {
        let name = path
            .strip_prefix(&dir)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        if name.contains("/invalid/") {
            continue;
        }
        seen += 1;
        let known = known_errors(&name);
        for d in errors(&fs::read(&path).unwrap()) {
            let (entry, codes) =
                known.unwrap_or_else(|| panic!("{name}: {} {}", d.code, d.message));
            assert!(codes.contains(&d.code), "{name}: {} {}", d.code, d.message);
            found.insert((entry, d.code));
        }
    }
    assert!(seen > 300, "only {seen} descriptions");
    // No entry outlives its error, and each error has its sentence.
    for (entry, (pattern, codes)) in REALLY_BROKEN.iter().enumerate() {
        for code in *codes {
            assert!(found.contains(&(entry, code)), "{pattern}: no {code} now");
            let sentence = SENTENCES.iter().any(|(c, _)| c == code);
            assert!(sentence, "{code}: by which sentence?");
        }
    }
    for (code, _) in SENTENCES {
        assert!(found.iter().any(|(_, c)| c == code), "{code}: not needed");
    }
}

/// Descriptions another parser rejects and the linter does not, and why.
const NOT_CAUGHT: [(&str, &str); 1] = [(
    "libwebrtc/invalid/MediaTypeProtocolMismatch_sdp.sdp",
    "only the part before the mistake was kept",
)];

#[test]
fn most_of_what_other_parsers_reject_is_caught() {
    let Some(dir) = shared("corpus/sdp") else {
        return;
    };
    let (mut all, mut caught, mut errors_only) = (0, 0, 0);
    for path in sdp_files(&dir) {
        let name = path
            .strip_prefix(&dir)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        if !name.contains("/invalid/") {
            continue;
        }
        all += 1;
        let found = lint(&fs::read(&path).unwrap(), &Config::default());
        let worst = found.iter().map(|d| d.severity).max();
        caught += usize::from(worst >= Some(Severity::Warning));
        errors_only += usize::from(worst == Some(Severity::Error));
        let why = NOT_CAUGHT.iter().find(|(path, _)| *path == name);
        match (worst.is_some(), why) {
            (false, Some((_, why))) => println!("not caught: {name}: {why}"),
            (found, why) => assert!(found && why.is_none(), "{name}: {found}, but {why:?}"),
        }
    }
    println!("{caught} of {all} rejected descriptions are caught, {errors_only} as errors");
    assert!(caught >= 101, "{caught} of {all}");
}

#[test]
fn fuzz_inputs_do_not_panic() {
    let Some(dir) = shared("corpus/fuzz") else {
        return;
    };
    let mut all = files_below(&dir);
    all.retain(|p| p.to_string_lossy().contains("sdp"));
    // Other protocols' inputs are as good as noise.
    all.extend(files_below(&dir.join("janus")));
    all.extend(files_below(&dir.join("libwebrtc/stun-corpus")));
    assert!(all.len() > 100);
    for path in all {
        let bytes = fs::read(&path).unwrap();
        let _ = lint(&bytes, &Config::default());
        let mut framed = b"v=0\r\nm=audio 9 RTP/AVP 0\r\na=".to_vec();
        framed.extend_from_slice(&bytes);
        let _ = lint(&framed, &Config::default());
    }
}

fn sample() -> Vec<u8> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/samples/sdp/chromium-simulcast-offer.sdp"
    );
    fs::read(path).unwrap()
}

/// All spans lie in the text, and every renderer can print what was found.
fn check_everything(text: &[u8]) {
    use rtcscope::diag::{Source, Sources, apply, render};
    let found = lint(text, &Config::default());
    for d in &found {
        let labels = d.secondary.iter().map(|l| &l.span);
        let edits = d.fix.iter().flat_map(|f| f.edits.iter().map(|e| &e.span));
        for span in labels.chain(edits).chain([&d.primary.span]) {
            assert!(span.start <= span.end && span.end <= text.len(), "{d:?}");
        }
    }
    let source = Source::new("x", text);
    let mut out = Vec::new();
    let options = render::Options {
        color: false,
        fail_from: rtcscope::diag::Severity::Error,
        rules: &Vec::new,
    };
    let checked = render::Checked::new(Sources::one(&source), &source, 0, &found);
    for format in render::FORMATS {
        let mut printer = (format.new)(&options);
        printer.begin(&mut out).unwrap();
        printer.add(&mut out, &checked).unwrap();
        printer.finish(&mut out, &render::Tally::default()).unwrap();
    }
    assert!(!out.contains(&0x1b), "an escape sequence came through");
    let _ = apply(text, &found, true);
    // Safe fixes settle, and leave nothing that claims a safe fix.
    let mut fixed = text.to_vec();
    for round in 0.. {
        let (next, applied) = apply(&fixed, &lint(&fixed, &Config::default()), false);
        if applied == 0 {
            break;
        }
        assert!(
            round < 10,
            "fixes do not settle: {}",
            String::from_utf8_lossy(text)
        );
        fixed = next;
    }
}

#[test]
fn every_prefix_is_taken() {
    let text = sample();
    for end in (0..text.len()).step_by(23) {
        let _ = lint(&text[..end], &Config::default());
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 96,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn mutated_descriptions_are_taken(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..5u8, any::<u8>()), 1..12)
    ) {
        let mut text = sample();
        text.truncate(3000);
        for (at, what, byte) in edits {
            if text.is_empty() {
                text.push(byte);
            }
            let at = at.index(text.len());
            match what {
                0 => text[at] = byte,
                1 => text.insert(at, byte),
                2 => { text.remove(at); }
                3 => text.insert(at, b"\r\n: /=\x1b\0;,"[usize::from(byte) % 10]),
                _ => text.truncate(at.max(1)),
            }
        }
        check_everything(&text);
    }

    #[test]
    fn lines_of_any_kind_are_taken(
        lines in prop::collection::vec("(a=(rtpmap|fmtp|candidate|extmap|ssrc|ssrc-group|rid|simulcast|group|mid|fingerprint|setup|rtcp-fb|msid|sctp-port|ice-ufrag):?|[a-z]=|m=audio 9 RTP/AVP ).{0,40}", 0..30)
    ) {
        let text = format!("v=0\r\n{}\r\n", lines.join("\r\n"));
        check_everything(text.as_bytes());
    }
}

#[test]
fn hostile_sizes_take_no_time() {
    let sections = |n: usize| {
        let mids: String = (0..n).map(|i| format!(" {i}")).collect();
        let section = |i| format!("m=audio 9 RTP/AVP 0\r\na=mid:{i}\r\na=rtpmap:96 x/8000\r\n");
        let head = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE";
        format!("{head}{mids}\r\n") + &(0..n).map(section).collect::<String>()
    };
    let formats = |n: usize| {
        let all: String = (0..n).map(|i| format!(" {i}")).collect();
        format!("v=0\r\nm=audio 9 RTP/AVP{all}\r\n")
    };
    let attributes =
        |n: usize| "a=rtpmap:96 VP8/90000\r\na=ssrc:1 a:b\r\na=extmap:1 x\r\na=mid:1\r\n".repeat(n);
    let check = |text: &[u8]| lint(text, &Config::default());
    grows_linearly("sections", 1_000, sections, check);
    grows_linearly("formats", 4_000, formats, check);
    let both = |n| formats(4 * n) + &attributes(n);
    grows_linearly("formats and attributes", 800, both, check);
    let session = |n| format!("v=0\r\n{}", attributes(n));
    grows_linearly("attributes of the session", 800, session, check);
    let odd = |n| formats(n) + &"\n\r\r\n".repeat(n);
    grows_linearly("blank lines", 4_000, odd, check);
    // And they end at sizes that no description has.
    if !cfg!(debug_assertions) {
        let _ = check((sections(20_000) + &both(25_000)).as_bytes());
    }
}
