//! Descriptions that are not all there: templates with holes, and pieces of descriptions.
//!
//! Whoever writes `m=audio ${port} RTP/AVP 0` in a program, or shows three lines in a document, made
//! no mistake by what is not there. What touches a hole is not reported, and about a piece rules that
//! find something missing are silent ([`Rule::absence`](super::Rule::absence)).

use super::{Part, Rule};
use crate::diag::Diagnostic;
use std::ops::Range;

/// A stretch of a description that is not known.
#[derive(Clone, Debug)]
pub(super) struct Unknown {
    range: Range<usize>,
    /// It is the port of an `m=` line, of which all else is known.
    is_port: bool,
}

/// What of a description is not known: the lines with holes, and the section of an `m=` line whose
/// kind, protocol or formats are a hole. In order.
pub(super) fn unknown(part: &Part<'_>) -> Vec<Unknown> {
    let text = part.text.get(..part.range.end).unwrap_or_default();
    let mut unknown: Vec<Unknown> = Vec::new();
    for hole in part.holes {
        if unknown
            .last()
            .is_some_and(|last| last.range.end >= hole.end)
        {
            continue;
        }
        if let Some(last) = unknown.last_mut().filter(|last| last.is_port) {
            let between = text.get(last.range.end..hole.start).unwrap_or_default();
            if !between.iter().any(u8::is_ascii_whitespace) {
                last.range.end = hole.end;
                continue;
            }
        }
        let before = text.get(part.range.start..hole.start).unwrap_or_default();
        let line_start = before
            .iter()
            .rposition(|&b| b == b'\n')
            .map_or(0, |at| at + 1);
        let start = part.range.start + line_start;
        let behind = text.get(hole.end..).unwrap_or_default();
        let line_end = behind.iter().position(|&b| b == b'\n');
        let mut end = line_end.map_or(text.len(), |at| hole.end + at + 1);
        let line = before.get(line_start..).unwrap_or_default();
        // Only the port may be unknown without making the whole section so.
        let is_port = line.iter().filter(|&&b| b == b' ').count() == 1;
        let is_port = is_port && line.starts_with(b"m=");
        if is_port {
            unknown.push(Unknown {
                range: hole.clone(),
                is_port,
            });
            continue;
        }
        if line.starts_with(b"m=") {
            let rest = text.get(end..).unwrap_or_default();
            let next = rest
                .windows(3)
                .position(|w| w == b"\nm=")
                .map(|at| end + at + 1);
            let follows = rest.starts_with(b"m=");
            end = if follows {
                end
            } else {
                next.unwrap_or(text.len())
            };
        }
        unknown.push(Unknown {
            range: start..end,
            is_port,
        });
    }
    unknown
}

/// Whether `diagnostic` says something of what is not known of its descriptions.
pub(super) fn touches(diagnostic: &Diagnostic, unknown: &[Vec<Unknown>]) -> bool {
    let labels = std::iter::once(&diagnostic.primary).chain(&diagnostic.secondary);
    labels.enumerate().any(|(at, label)| {
        let all = unknown
            .get(label.source)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let span = label.span.start..label.span.end.max(label.span.start + 1);
        let first = all.partition_point(|one| one.range.end <= span.start);
        let near = all.get(first..).unwrap_or_default().iter();
        near.take_while(|one| one.range.start < span.end)
            .any(|one| {
                // What is said of the whole line is not about the port.
                let is_about_port = at == 0 && span.start + 2 > one.range.start;
                !one.is_port || is_about_port
            })
    })
}

/// Whether it is not known which sections belong together: the `mid` of one, or a group, has a hole.
pub(super) fn hides_groups(part: &Part<'_>) -> bool {
    let text = part.text.get(..part.range.end).unwrap_or_default();
    let mut line_start = part.range.start;
    let mut seen = line_start;
    part.holes.iter().any(|hole| {
        // Each byte is looked at once, however many holes there are.
        let before = text.get(seen..hole.start).unwrap_or_default();
        if let Some(at) = before.iter().rposition(|&b| b == b'\n') {
            line_start = seen + at + 1;
        }
        seen = seen.max(hole.start);
        let line = text.get(line_start..hole.start).unwrap_or_default();
        line.starts_with(b"a=mid:") || line.starts_with(b"a=group:")
    })
}

/// Whether `rule` asks which sections belong together: about `mid` and BUNDLE, about what sections
/// share, and about what is missing where another section may have it.
pub(super) fn asks_groups(rule: &Rule) -> bool {
    match rule.code {
        // About one line alone.
        "SDP417" | "SDP418" => false,
        "SDP205" | "SDP305" | "SDP515" | "SDP703" | "SDP711" | "SDP801" => true,
        code if code.starts_with("SDP4") => true,
        code => rule.absence && (code.starts_with("SDP2") || code.starts_with("SDP3")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::examples::{self, Verdict};
    use super::super::{Config, Linter, RULES};
    use super::*;

    const BEGIN: &str = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nc=IN IP4 192.0.2.1\r\n";

    fn codes(text: &str, is_fragment: bool) -> Vec<&'static str> {
        let holes: Vec<_> = text.match_indices('9').map(|(at, _)| at..at + 1).collect();
        let part = Part {
            holes: &holes,
            is_fragment,
            ..Part::new(text.as_bytes(), 0..text.len())
        };
        let reports = Linter::new(Config::default()).check(&[part]);
        reports[0].diagnostics.iter().map(|d| d.name).collect()
    }

    #[test]
    fn what_touches_a_hole_is_not_reported() {
        let text = |lines: &str| format!("{BEGIN}{lines}");
        let wrong = text("m=audio 5000 RTP/AVP 0\r\na=rtpmap:0 PCMU/x\r\n");
        assert!(!codes(&wrong, false).is_empty());
        let hole = text("m=audio 5000 RTP/AVP 0\r\na=rtpmap:0 PCMU/9x\r\n");
        assert!(codes(&hole, false).is_empty());
    }

    #[test]
    fn of_a_section_with_unknown_formats_nothing_is_known() {
        let section = |port: &str, formats: &str, more: &str| {
            format!(
                "{BEGIN}m=audio {port} RTP/AVP {formats}\r\na=rtpmap:111 opus/48000/2\r\n{more}"
            )
        };
        assert!(codes(&section("5000", "9", ""), false).is_empty());
        assert_eq!(codes(&section("9", "0", ""), false), ["unlisted-rtpmap"]);
        let other = "m=audio 5000 RTP/AVP 0\r\na=rtpmap:0 PCMU/x\r\n";
        assert_eq!(codes(&section("5000", "9", other), false).len(), 1);
    }

    #[test]
    fn which_sections_belong_together_may_be_unknown() {
        let text = |group: &str, mids: [&str; 2]| {
            let section = |mid: &str| {
                format!(
                    "m=audio 5000 UDP/TLS/RTP/SAVPF 0\r\na=mid:{mid}\r\na=rtcp-mux\r\n\
                     a=setup:actpass\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\n"
                )
            };
            let sections = mids.map(section).concat();
            format!("{BEGIN}a=group:BUNDLE {group}\r\n{sections}")
        };
        let about_groups = |text: &str| {
            let all = codes(text, false).into_iter();
            let about = all.filter(|name| {
                let rule = RULES.iter().find(|rule| rule.name == *name);
                rule.is_some_and(asks_groups)
            });
            about.collect::<Vec<_>>()
        };
        assert!(!about_groups(&text("0 1 2", ["0", "1"])).is_empty());
        assert!(!about_groups(&text("0", ["0", "1"])).is_empty());
        for unknown in [
            text("0 1 2", ["9", "9"]),
            text("9", ["0", "1"]),
            text("0 9", ["0", "0"]),
        ] {
            assert!(about_groups(&unknown).is_empty(), "{unknown}");
        }
    }

    #[test]
    fn a_piece_misses_nothing() {
        let text = "m=video 5000 UDP/TLS/RTP/SAVPF 100\r\na=ice-ufrag:x\r\n";
        let whole = codes(text, false);
        assert!(
            whole.iter().any(|name| name.starts_with("missing")),
            "{whole:?}"
        );
        let piece = codes(text, true);
        assert!(
            !piece.iter().any(|name| name.starts_with("missing")),
            "{piece:?}"
        );
        assert!(piece.contains(&"ice-ufrag-length"), "{piece:?}");
    }

    /// Every line of every example in which nothing is wrong, alone and behind the `m=` line of its
    /// section: what is not there was cut off.
    #[test]
    fn a_line_alone_misses_nothing() {
        let mut wrong = Vec::new();
        for rule in RULES {
            let linter = Linter::new(examples::config(rule));
            let passes = examples::examples(rule.docs).into_iter();
            for example in passes.filter(|e| e.verdict == Verdict::Pass) {
                let mut head = "";
                for line in example.sdp.split_inclusive('\n') {
                    head = if line.starts_with("m=") { line } else { head };
                    let behind = (line != head).then(|| format!("{head}{line}"));
                    for text in [line.to_owned()].into_iter().chain(behind) {
                        let part = Part {
                            is_fragment: true,
                            role: example.role,
                            ..Part::new(text.as_bytes(), 0..text.len())
                        };
                        let reports = linter.check(&[part]);
                        let names: Vec<_> = reports[0].diagnostics.iter().map(|d| d.name).collect();
                        if !names.is_empty() {
                            wrong.push(format!("{names:?} in {text:?}, of {}", rule.name));
                        }
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn what_is_wrong_in_a_line_alone_is_still_found() {
        assert_eq!(codes("a=setup:server\r\n", true), ["unknown-setup"]);
        let tcp = "m=audio 5000 UDP/TLS/RTP/SAVPF 0\r\n\
            a=candidate:1 1 tcp 2105458 203.0.113.1 5000 typ host\r\n";
        assert_eq!(codes(tcp, true), ["candidate-without-tcptype"]);
    }
}
