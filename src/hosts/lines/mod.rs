//! Descriptions in text of any sort: SIP and HTTP messages, logs with something before each line,
//! mail quoted with `> `, indented blocks as in RFCs.
//!
//! A description begins where `v=0` ends a line and `o=` begins what follows; how the second line
//! stands is how the others have to stand. One that is written in one line with `\r\n` spelled out
//! is found too. One pass over the lines.

mod message;
mod prefix;

use super::finds::bytes_of;
use super::literals::Builder;
use super::view::View;
use super::{Coding, Context, Finds, json, raw};
use crate::diag::Map;
use crate::sdp::Role;
use json::memmem;
use message::Messages;
use prefix::Prefix;
use std::ops::Range;

/// Adds the descriptions in `view`.
pub(super) fn find(view: View<'_>, cx: &Context, finds: &mut Finds) {
    find_in(view, 0..view.bytes.len(), cx, finds);
}

/// Adds the descriptions in the lines that are `range` of `view`.
pub(super) fn find_in(view: View<'_>, range: Range<usize>, cx: &Context, finds: &mut Finds) {
    let lines = split(view.bytes, range);
    let mut messages = Messages::default();
    let mut at = 0;
    let mut before: Range<usize> = 0..0;
    while let Some(line) = lines.get(at) {
        let text = view.bytes.get(line.clone()).unwrap_or_default();
        let Some(column) = version(text) else {
            messages.line(text);
            if !text.trim_ascii().is_empty() {
                before = line.clone();
            }
            at += 1;
            continue;
        };
        let cx = context(view, cx, before.clone(), line.start + column);
        at = if ends(text, column) {
            block(view, &lines, at, column, &cx, &mut messages, finds)
        } else {
            spelled_out(view, line, column, &cx, finds);
            at + 1
        };
        before = 0..0;
    }
}

/// The lines that are `range` of `text`, without their ends.
pub(super) fn split(text: &[u8], range: Range<usize>) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = range.start;
    for (at, &byte) in text.iter().enumerate().take(range.end).skip(range.start) {
        if byte == b'\n' {
            lines.push(start..at);
            start = at + 1;
        }
    }
    lines.push(start..range.end);
    lines
}

/// Where `v=0` stands in a line, with nothing but a spelled line end behind it.
fn version(line: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + memmem(line.get(from..)?, b"v=0")?;
        let rest = line.get(at + 3..).unwrap_or_default();
        let is_word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'=' | b'.');
        let begins = at
            .checked_sub(1)
            .and_then(|i| line.get(i))
            .is_none_or(|b| !is_word(b));
        let is_spelled =
            rest.starts_with(b"\\r\\n") || rest.starts_with(b"\\n") || rest.starts_with(b"\\\\");
        if begins && (rest.trim_ascii().is_empty() || is_spelled) {
            return Some(at);
        }
        from = at + 3;
    }
}

/// Whether `v=0` at `column` is the end of the line.
fn ends(line: &[u8], column: usize) -> bool {
    line.get(column + 3..)
        .is_none_or(|rest| rest.trim_ascii().is_empty())
}

/// What the words before a description tell of it.
fn context(view: View<'_>, cx: &Context, before: Range<usize>, start: usize) -> Context {
    let mut cx = cx.clone();
    let from = before.start.min(start).max(start.saturating_sub(400));
    let words = view
        .bytes
        .get(from..start)
        .unwrap_or_default()
        .to_ascii_lowercase();
    let says = |word: &str| {
        let forms = [
            format!("type: {word}"),
            format!("type={word}"),
            format!("type: '{word}'"),
            format!("\"type\":\"{word}\""),
            format!("({word})"),
        ];
        forms
            .iter()
            .any(|form| memmem(&words, form.as_bytes()).is_some())
    };
    match (says("offer"), says("answer")) {
        (true, false) => cx.role = Some(Role::Offer),
        (false, true) => cx.role = Some(Role::Answer),
        _ => {}
    }
    cx
}

/// A description over several lines, from the line numbered `first` on; gives the line behind it.
fn block(
    view: View<'_>,
    lines: &[Range<usize>],
    first: usize,
    column: usize,
    cx: &Context,
    messages: &mut Messages,
    finds: &mut Finds,
) -> usize {
    let text = |at: usize| lines.get(at).and_then(|line| view.bytes.get(line.clone()));
    let begin = text(first).unwrap_or_default();
    let second = text(first + 1).unwrap_or_default();
    let Some(prefix) = Prefix::of(begin.get(..column).unwrap_or_default(), second) else {
        return first + 1;
    };
    let message = messages.open();
    let mut parts = vec![(first, column)];
    let mut at = first + 1;
    let mut end = at;
    while let Some(line) = text(at) {
        let start = prefix
            .strip(line)
            .filter(|&start| is_line(line.get(start..).unwrap_or_default()));
        match start {
            Some(start) if line.get(start) == Some(&b'v') => break,
            Some(start) => parts.push((at, start)),
            // What is damaged in a message is its description's; in a log it is another voice.
            None => {
                let next = text(at + 1).unwrap_or_default();
                let goes_on = prefix.strip(next).is_some_and(|start| {
                    let next = next.get(start..).unwrap_or_default();
                    is_line(next) && next.first() != Some(&b'v')
                });
                if !goes_on {
                    break;
                }
                let is_left_out = cx.has_holes && is_left_out(line);
                if is_left_out
                    || message.is_some() && !line.trim_ascii().is_empty() && prefix.is_empty()
                {
                    parts.push((
                        at,
                        if is_left_out {
                            line.len() - line.trim_ascii_start().len()
                        } else {
                            0
                        },
                    ));
                }
            }
        }
        at += 1;
        end = at;
    }
    let said = messages.description(message.as_ref());
    let mut cx = cx.clone();
    cx.role = said.role.or(cx.role);
    cx.side = said.side.or(cx.side);
    cx.thread = said.thread.or(cx.thread);
    if let Some(name) = message {
        cx.pointer = match cx.pointer.as_str() {
            "" => name.pointer(),
            outer => format!("{outer}, {}", name.pointer()),
        };
    }
    let before = finds.all.len();
    add(view, lines, &parts, &prefix, &cx, finds);
    drop_repetition(view, before, finds);
    end
}

/// Whether `line` is one of a description.
fn is_line(line: &[u8]) -> bool {
    matches!(line, [letter, b'=', ..] if letter.is_ascii_lowercase())
}

/// Adds the description whose lines begin at these places.
fn add(
    view: View<'_>,
    lines: &[Range<usize>],
    parts: &[(usize, usize)],
    prefix: &Prefix,
    cx: &Context,
    finds: &mut Finds,
) {
    let starts: Vec<Range<usize>> = parts
        .iter()
        .filter_map(|&(at, column)| {
            let line = lines.get(at)?;
            Some(line.start + column..line.end)
        })
        .collect();
    let follow = parts
        .iter()
        .zip(parts.iter().skip(1))
        .all(|(a, b)| a.0 + 1 == b.0);
    let has_end = |end: usize| end + usize::from(end < view.bytes.len());
    if let (Some(first), Some(last)) = (starts.first(), starts.last())
        && prefix.is_empty()
        && follow
        && !cx.has_holes
        && parts.iter().all(|part| part.1 == 0)
    {
        finds.add(view, first.start..has_end(last.end), cx);
        return;
    }
    join(view, &starts, prefix.coding(), cx, finds);
}

/// Adds the description whose lines are `lines` of `view`, each without its end.
pub(super) fn join(
    view: View<'_>,
    lines: &[Range<usize>],
    coding: Coding,
    cx: &Context,
    finds: &mut Finds,
) {
    let mut out = Builder::new(view.bytes);
    for (at, range) in lines.iter().enumerate() {
        let text = view.bytes.get(range.clone()).unwrap_or_default();
        if cx.has_holes && is_left_out(text) {
            out.hole(range.clone());
        } else if cx.has_holes {
            out.fill(range.clone());
        } else {
            out.copy(range.clone());
        }
        if range.end < view.bytes.len() {
            // What stands before the next line belongs to the line end, so that a line that is
            // dropped goes with its prefix.
            let next = lines.get(at + 1).map_or(range.end + 1, |next| next.start);
            out.push(b"\n", range.end..next);
        }
    }
    let inner = view.decoded(out.bytes, &out.map, coding);
    finds.add(inner.view(), 0..inner.bytes.len(), cx);
    if let Some(found) = finds.all.last_mut() {
        found.is_fragment |= out.hides_lines;
        found.holes = out.holes;
    }
}

/// Whether a line stands for others: `...`, `[…]`, `<snip>`.
fn is_left_out(line: &[u8]) -> bool {
    let word = line.trim_ascii();
    let is_dot = |b: &u8| {
        matches!(
            b,
            b'.' | b'[' | b']' | b'(' | b')' | 0xe2 | 0x80 | 0xa6 | b' '
        )
    };
    (!word.is_empty() && word.iter().all(is_dot))
        || matches!(word, b"<snip>" | b"[snip]" | b"(snip)")
}

/// Forgets the latest description when it is only a retransmission.
fn drop_repetition(view: View<'_>, before: usize, finds: &mut Finds) {
    let Some(latest) = finds.all.get(before) else {
        return;
    };
    if latest.thread.is_none() {
        return;
    }
    // Calls are interleaved; retransmissions are near.
    let earlier = finds.all.iter().take(before).rev().take(64);
    let is_repeated = earlier
        .filter(|found| found.thread == latest.thread && found.side == latest.side)
        .take(1)
        .any(|found| bytes_of(found, view.bytes) == bytes_of(latest, view.bytes));
    if is_repeated {
        finds.all.truncate(before);
    }
}

/// A description in one line with its line ends spelled out; JSON around it tells more.
fn spelled_out(
    view: View<'_>,
    line: &Range<usize>,
    column: usize,
    cx: &Context,
    finds: &mut Finds,
) {
    let text = view.bytes.get(line.clone()).unwrap_or_default();
    let before = text.get(..column).unwrap_or_default();
    let opens = before.iter().position(|&b| b == b'{');
    if let Some(open) = opens.filter(|_| view.may_descend()) {
        let found = finds.all.len();
        let json = text.get(open..).unwrap_or_default();
        let mut map = Map::default();
        map.push(json.len(), line.start + open..line.end);
        let inner = view.decoded(json.to_vec(), &map, Coding::Opaque);
        // Whatever follows the JSON in its line is no JSON.
        let _ = json::find(inner.view(), cx, finds);
        if finds.all.len() > found {
            return;
        }
    }
    let rest = text.get(column..).unwrap_or_default();
    let quote = before.last().filter(|b| matches!(b, b'"' | b'\'' | b'`'));
    let len = match quote {
        Some(quote) => rest.iter().position(|b| b == quote).unwrap_or(rest.len()),
        None => rest.trim_ascii_end().len(),
    };
    let rest = rest.get(..len).unwrap_or_default();
    let (mut bytes, map) = raw::unescape(rest, line.start + column);
    // What is behind the last line end and is no line closes what the text stands in.
    if let Some(end) = bytes.iter().rposition(|&b| b == b'\n')
        && quote.is_none()
        && !bytes.get(end + 1..).is_some_and(is_line)
    {
        bytes.truncate(end + 1);
    }
    let map = map.slice(&(0..bytes.len()));
    // A version and an origin at the least.
    if memmem(&bytes, b"\no=").is_some() {
        let inner = view.decoded(bytes, &map, Coding::LineEnds);
        finds.add(inner.view(), 0..inner.bytes.len(), cx);
    }
}

#[cfg(test)]
#[allow(clippy::string_slice, clippy::type_complexity)]
mod tests {
    use super::super::{Kind, Text, find_as};
    use super::*;
    use crate::sdp::Side;

    /// The descriptions of a log, checked byte by byte against their places.
    fn found(text: &str) -> Vec<(String, Option<Role>, Option<Side>, Option<String>)> {
        let all = find_as(Some(Kind::Log), "x", text.as_bytes()).unwrap_or_default();
        let each = all.into_iter().map(|found| {
            let bytes = match &found.text {
                Text::InPlace(range) => text.as_bytes()[range.clone()].to_vec(),
                Text::Extracted { bytes, map } => {
                    for (at, byte) in bytes.iter().enumerate() {
                        let place = map.host(&(at..at + 1)).unwrap();
                        let there = &text.as_bytes()[place];
                        assert!(there[0] == *byte || there.starts_with(b"\\"), "{at}");
                    }
                    bytes.clone()
                }
            };
            let text = String::from_utf8(bytes).unwrap();
            (text, found.role, found.side, found.thread)
        });
        each.collect()
    }

    fn texts(text: &str) -> Vec<String> {
        found(text).into_iter().map(|f| f.0).collect()
    }

    const SDP: &str = "v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nt=0 0\nm=audio 9 RTP/AVP 0\n";

    fn behind(prefix: impl Fn(usize) -> String) -> String {
        let lines = SDP.lines().enumerate();
        lines
            .map(|(at, line)| format!("{}{line}\n", prefix(at)))
            .collect()
    }

    #[test]
    fn prefixes_are_taken_off() {
        for text in [
            behind(|_| "> ".into()),
            behind(|_| "    ".into()),
            behind(|at| format!("2024-05-01 12:00:0{at}.12{at} [pid 77] INFO: ")),
            behind(|at| format!("[{}] ", at * 7 + 5)),
            behind(|at| {
                if at == 0 {
                    "12:00:01 got: ".into()
                } else {
                    String::new()
                }
            }),
            behind(|at| {
                if at == 0 {
                    "12:00:01 got: ".into()
                } else {
                    "  ".into()
                }
            }),
        ] {
            let log = format!("before\n{text}after\n");
            assert_eq!(texts(&log), [SDP], "{log}");
            let crlf = log.replace('\n', "\r\n");
            assert_eq!(texts(&crlf), [SDP.replace('\n', "\r\n")], "{log}");
        }
    }

    #[test]
    fn what_is_between_and_behind_is_left_out() {
        let log = format!(
            "{}12:00 other\n{}tail\n\n{SDP}\nmore",
            behind(|_| "> ".into()),
            "> a=sendrecv\n"
        );
        let quoted = format!("{SDP}a=sendrecv\n");
        assert_eq!(texts(&log), [quoted.as_str(), SDP]);
        assert!(texts("the v=0\nand o=\n").is_empty());
        assert!(texts("rev=0\no=x\n").is_empty());
    }

    #[test]
    fn one_line_with_spelled_ends() {
        let spelled = SDP.replace('\n', "\\r\\n");
        let wanted = SDP.replace('\n', "\r\n");
        assert_eq!(
            texts(&format!("12:00 sdp='{spelled}' done\nx\n")),
            [wanted.as_str()]
        );
        for end in ["", ">", " (sent)", "\"}"] {
            let log = format!("12:00 sdp: {spelled}{end}\n");
            assert_eq!(texts(&log), [wanted.as_str()], "{log}");
        }
        let json = format!("12:00 >> {{\"type\":\"answer\",\"sdp\":\"{spelled}\"}} sent\n");
        let all = found(&json);
        assert_eq!(
            (all[0].0.as_str(), all[0].1),
            (wanted.as_str(), Some(Role::Answer))
        );
    }

    #[test]
    fn messages_make_a_session() {
        let head = "Via: SIP/2.0/UDP a\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nContent-Type: application/sdp\r\n\r\n";
        let sdp = SDP.replace('\n', "\r\n");
        let text = format!(
            "INVITE sip:b SIP/2.0\r\n{head}{sdp}\r\n---\r\nSIP/2.0 100 Trying\r\n{head}\r\nSIP/2.0 200 OK\r\n{head}{sdp}\r\nINVITE sip:b SIP/2.0\r\n{head}{sdp}"
        );
        let all = found(&text);
        assert_eq!(all.len(), 2, "the third is a retransmission");
        assert_eq!((all[0].1, all[0].2), (Some(Role::Offer), Some(Side::Local)));
        assert_eq!(
            (all[1].1, all[1].2),
            (Some(Role::Answer), Some(Side::Remote))
        );
        assert!(all[0].3.is_some() && all[0].3 == all[1].3);
    }

    #[test]
    fn messages_stand_behind_times_and_indents() {
        let head = "Call-ID: x\nFrom: <sip:a>;tag=1\nTo: <sip:b>\nCSeq: 1 INVITE\n\n";
        let text = format!("INVITE sip:b SIP/2.0\n{head}{SDP}\nSIP/2.0 200 OK\n{head}{SDP}\n");
        for before in ["   ", "| "] {
            let log = text.replace('\n', &format!("\n{before}"));
            let roles: Vec<_> = found(&format!("{before}{log}"))
                .into_iter()
                .map(|f| f.1)
                .collect();
            assert_eq!(roles, [Some(Role::Offer), Some(Role::Answer)], "{log}");
        }
        let lines = text.lines().enumerate();
        let log: String = lines
            .map(|(at, line)| format!("12:00:{at:02} [info] {line}\n"))
            .collect();
        let all = found(&log);
        assert_eq!(all[1].1, Some(Role::Answer));
        assert!(all[0].3.is_some() && all[0].3 == all[1].3);
    }

    #[test]
    fn a_damaged_line_of_a_message_is_kept() {
        let text = format!("INVITE sip:b SIP/2.0\r\nCall-ID: x\r\n\r\n{SDP}broken\na=sendrecv\n");
        assert_eq!(texts(&text), [format!("{SDP}broken\na=sendrecv\n")]);
    }

    #[test]
    fn http_tells_offers_from_answers() {
        let text = format!(
            "POST /whip HTTP/1.1\r\nContent-Type: application/sdp\r\n\r\n{SDP}\r\nHTTP/1.1 201 Created\r\n\r\n{SDP}"
        );
        let roles: Vec<_> = found(&text).into_iter().map(|f| f.1).collect();
        assert_eq!(roles, [Some(Role::Offer), Some(Role::Answer)]);
    }
}
