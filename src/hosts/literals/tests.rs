use super::super::{Found, Kind, Text, find_as};
use crate::diag::Edit;

/// The descriptions in a program, checked byte by byte against their places.
fn found(text: &str, name: &str) -> Vec<(String, Found)> {
    let all = find_as(Some(Kind::Code), name, text.as_bytes()).unwrap_or_default();
    let each = all.into_iter().map(|found| {
        let Text::Extracted { bytes, map } = &found.text else {
            panic!("a literal is never in place")
        };
        for (at, &byte) in bytes.iter().enumerate() {
            let place = map.host(&(at..at + 1)).unwrap();
            let there = &text[place];
            let is_hole = found.holes.iter().any(|hole| hole.contains(&at));
            let is_same = there.as_bytes().first() == Some(&byte) || there.starts_with('\\');
            let is_join = matches!(byte, b'\r' | b'\n');
            assert!(is_same || is_hole || is_join, "{byte} is not `{there}`");
        }
        (String::from_utf8(bytes.clone()).unwrap(), found)
    });
    each.collect()
}

fn texts(text: &str) -> Vec<String> {
    found(text, "x.js").into_iter().map(|f| f.0).collect()
}

const LINES: [&str; 5] = [
    "v=0",
    "o=- 1 1 IN IP4 0.0.0.0",
    "s=-",
    "t=0 0",
    "m=audio 9 RTP/AVP 0",
];

fn each(open: &str, end: &str, between: &str) -> String {
    LINES.map(|line| format!("{open}{line}{end}")).join(between)
}

#[test]
fn literals_are_put_together() {
    let sdp = LINES.map(|line| format!("{line}\r\n")).concat();
    for text in [
        format!("x = '{}';", each("", r"\r\n", "")),
        each("'", r"\r\n'", " +\n  "),
        each("\"", "\\r\\n\"", "\n  "),
        format!("f({});", each("\"", "\\r\\n\"", " // why\n + ")),
        format!("[{}].join('\\r\\n')", each("'", "'", ",\n")),
        format!("'\\r\\n'.join([{},\n])", each("\"", "\"", ", ")),
        format!("std::string s = {};", each("\"", "\" CRLF", "\n")),
        format!("x = {};", each("'", "' + eol", " + ")),
        format!("$sdp = {};", each("'", "\\r\\n'", " . ")),
        format!("\"{}\"", each("", "\\r\\n\\\n", "      ")),
        format!("\"{}\"", each("", "\\x0d\\u000a", "")),
        format!("concat!({});", each("\"", "\\r\\n\"", ",\n  ")),
        format!("\"\\\n    {}\"", each("", "\\r\\n\\\n", "    ")),
        format!("\"{}\"", each("", "\\r\n", "")),
    ] {
        assert_eq!(texts(&text), [sdp.as_str()], "{text}");
    }
}

#[test]
fn texts_over_several_lines_are_dedented() {
    let plain = LINES.join("\n") + "\n";
    for text in [
        format!("const a = `{plain}`;"),
        format!("const a = `\n    {}\n  `.trim();", LINES.join("\n    ")),
        format!("a = \"\"\"\\\n{plain}\"\"\""),
        format!("a = r'''{plain}'''"),
        format!("let a = r#\"{plain}\"#;"),
        format!("auto a = R\"({plain})\";"),
    ] {
        assert_eq!(texts(&text), [plain.as_str()], "{text}");
    }
}

#[test]
fn what_is_not_written_is_a_hole() {
    let all = found(
        "let a = `v=0\r\no=- ${id()} 1 IN IP4 ${ip}\r\ns=-\r\nt=0 0\r\n`",
        "x.ts",
    );
    let (text, one) = &all[0];
    assert_eq!(text, "v=0\r\no=- 9 1 IN IP4 9\r\ns=-\r\nt=0 0\r\n");
    assert_eq!(
        (one.holes.clone(), one.is_fragment),
        (vec![9..10, 20..21], false)
    );
    let all = found(
        "a = 'v=0\\r\\no=- 1 1 IN IP4 0\\r\\n' + more(x, 'y') + 'a=mid:' + mid + '\\r\\n'",
        "x.js",
    );
    let (text, one) = &all[0];
    assert_eq!(text, "v=0\r\no=- 1 1 IN IP4 0\r\na=x\r\na=mid:9\r\n");
    assert!(one.is_fragment);
    let all = found(
        "[\"v=0\", \"o=- 1 1 IN IP4 0\", ...lines, \"t=0 0\"]",
        "x.js",
    );
    assert_eq!(all[0].0, "v=0\r\no=- 1 1 IN IP4 0\r\na=x\r\nt=0 0\r\n");
    assert!(all[0].1.is_fragment);
    let all = found(
        "snprintf(b, n, \"v=0\\r\\no=- %\" PRIu64 \" 1 IN IP4 %s\\r\\n\", x);",
        "x.c",
    );
    assert_eq!(all[0].0, "v=0\r\no=- 9 1 IN IP4 9\r\n");
    assert_eq!(all[0].1.holes.len(), 2);
}

#[test]
fn a_text_that_grows_is_a_piece() {
    let begin = "let sdp = 'v=0\\r\\no=- 1 1 IN IP4 0.0.0.0\\r\\n';\n";
    assert!(
        found(&format!("{begin}sdp += 's=-\\r\\n';"), "x.js")[0]
            .1
            .is_fragment
    );
    assert!(
        !found(&format!("{begin}send(sdp);"), "x.js")[0]
            .1
            .is_fragment
    );
}

#[test]
fn other_strings_are_none() {
    for text in [
        "'v=0'",
        "f('v=0', 'x')",
        "'v=0\\r\\n'",
        "x = \"v=0",
        "`v=0\n",
        "'v=0\\nfoo'",
        "/v=0/",
    ] {
        assert!(texts(text).is_empty(), "{text}: {:?}", texts(text));
    }
}

#[test]
fn comments_are_kept_for_the_one_behind_them() {
    let one = "f('v=0\\r\\no=- 1 1 IN IP4 0.0.0.0\\r\\n');\n";
    let all = found(&format!("// rtcscope-ignore SDP1: x\n{one}{one}"), "x.js");
    let counts: Vec<_> = all.iter().map(|f| f.1.ignores.len()).collect();
    assert_eq!(counts, [1, 0]);
}

#[test]
fn fixes_are_spelled_as_the_literal_is() {
    let text = "a = 'v=0\\r\\n' +\n 'o=- 1 1 IN IP4 0\\r\\n' + 's=\\'x\\r\\n';";
    let (sdp, one) = &found(text, "x.js")[0];
    let edit = |span, to: &str| {
        one.edit(&Edit {
            span,
            replacement: to.into(),
        })
    };
    let at = sdp.find("o=").unwrap();
    let end = sdp.find("s=").unwrap();
    let dropped = edit(at..end, "").unwrap();
    assert_eq!(&text[dropped.span], "o=- 1 1 IN IP4 0\\r\\n");
    let replaced = edit(end..end + 1, "a='\r\ns").unwrap();
    assert_eq!(replaced.replacement, "a=\\'\\r\\ns");
    assert!(edit(at - 1..end, "").is_none(), "over the gap");
}

#[test]
fn comments_hold_descriptions() {
    for (name, begin, mark) in [
        ("x.rs", "/// let sdp = r#\"", "/// "),
        ("x.js", "    // ", "    // "),
        ("x.py", "# offer: ", "# "),
        ("x.java", " * ", " * "),
    ] {
        let lines = LINES.join(&format!("\n{mark}"));
        let text = format!("f()\n{begin}{lines}\n{mark}\"#;\n{mark}that is all\ng()\n");
        let all = find_as(Some(Kind::Code), name, text.as_bytes()).unwrap_or_default();
        let [found] = &all[..] else { panic!("{text}") };
        let Text::Extracted { bytes, .. } = &found.text else {
            panic!("behind marks")
        };
        let wanted = LINES.join("\n");
        assert_eq!(String::from_utf8_lossy(bytes).trim_end(), wanted, "{text}");
    }
}

#[test]
fn escapes_of_code_points_are_undone() {
    let text = r"'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=\u{1f600}\u{41}\u{}\u{110000}\r\n'";
    let all = texts(text);
    assert!(all[0].contains("s=\u{1f600}A"), "{all:?}");
}

/// Megabytes of what looks like the beginning of a description over and over: seconds if all is read
/// once or a few times, hours if it is read from each beginning on.
#[test]
fn hostile_chains_are_not_read_from_each_literal_on() {
    let begin = "'v=0\\r\\no=- 1 1 IN IP4 0.0.0.0\\r\\n";
    let holes = "${x}".repeat(50_000);
    let template = begin.replace('\'', "`").replace("\\r\\n", "\n    ");
    for text in [
        format!("[{}]", "'v=0',".repeat(100_000)),
        "`v=0\\r\\n`+".repeat(60_000),
        "'v=0\\r\\n'\n".repeat(60_000),
        "'v=0\\r\\n' r#\"".repeat(60_000),
        format!("{begin}' r#\"").repeat(20_000),
        "'v=0\\r\\n'/*".repeat(60_000),
        "'v=0\\r\\n'//".repeat(60_000),
        "`v=0 ".repeat(100_001),
        format!("{template}a={holes}\n    `"),
        format!("{template}m=audio {holes}\n    `"),
        format!("{template}{}`", "a=${x}\n    ".repeat(50_000)),
    ] {
        let start = std::time::Instant::now();
        let _ = found_quickly(&text);
        let took = start.elapsed();
        let head: String = text.chars().take(40).collect();
        assert!(took.as_secs() < 20, "{took:?} for {head}");
    }
}

fn found_quickly(text: &str) -> usize {
    find_as(Some(Kind::Code), "x.js", text.as_bytes()).map_or(0, |all| all.len())
}

#[test]
fn a_description_behind_a_rejected_chain_is_found() {
    let sdp = LINES.map(|line| format!("{line}\\r\\n")).concat();
    let text = format!("['v=0', 'v=0\\r\\n', '{sdp}'] + `v=0 never ends\n'{sdp}'");
    let all = texts(&text);
    assert_eq!(all.len(), 2, "{all:?}");
}
