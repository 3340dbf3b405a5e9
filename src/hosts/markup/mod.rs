//! Descriptions in documents: fences of Markdown, `<pre>` and the like of HTML and XML (SIPp
//! scenarios, saved pages of `about:webrtc`), indented blocks.
//!
//! What is in a fence that says ```` ```sdp ```` is a description, or a piece of one when it does not
//! begin with `v=`; what is in others is looked through as what they say they are.

mod fence;
mod html;

use super::view::View;
use super::{Coding, Context, Finds, Ignore, ignore, json, lines, literals};
use crate::sdp::Role;
use fence::Fence;
use std::ops::Range;

/// Adds the descriptions in the document `view`, called `name`.
pub(super) fn find(view: View<'_>, name: &str, cx: &Context, finds: &mut Finds) {
    let is_markdown = ["md", "markdown", "mdx", "rst", "adoc"]
        .iter()
        .any(|end| name.to_ascii_lowercase().ends_with(&format!(".{end}")));
    if !is_markdown && view.bytes.trim_ascii_start().starts_with(b"<") {
        // Scripts are programs; the rest is text.
        literals::find(view, name, cx, finds);
        let text = html::text(view);
        lines::find(text.view(), cx, finds);
        return;
    }
    let ignores = ignore::all(view);
    let mut last = 0;
    for fence in fence::all(view.bytes) {
        with_ignores(view, last..fence.outer.start, &ignores, cx, finds);
        let mut cx = cx.clone();
        cx.ignores = ignore::before(view.bytes, &ignores, last..fence.outer.start);
        cx.ignores.extend(fence.ignores(view));
        inside(view, &fence, &cx, finds);
        last = fence.outer.end;
    }
    with_ignores(view, last..view.bytes.len(), &ignores, cx, finds);
}

/// Adds the descriptions that stand outside of fences.
fn with_ignores(
    view: View<'_>,
    range: Range<usize>,
    ignores: &[(Range<usize>, Ignore)],
    cx: &Context,
    finds: &mut Finds,
) {
    let first = finds.all.len();
    lines::find_in(view, range.clone(), cx, finds);
    for found in finds.all.iter_mut().skip(first) {
        let start = match &found.text {
            super::Text::InPlace(place) => place.start,
            super::Text::Extracted { map, .. } => map.host(&(0..0)).map_or(0, |place| place.start),
        };
        found.ignores = ignore::before(view.bytes, ignores, range.start..start);
    }
}

/// Adds the descriptions in a fence.
fn inside(view: View<'_>, fence: &Fence<'_>, cx: &Context, finds: &mut Finds) {
    let lines = &fence.lines;
    let plain = || {
        let mut out = literals::Builder::new(view.bytes);
        for line in lines {
            out.copy(line.clone());
            if line.end < view.bytes.len() {
                out.push(b"\n", line.end..line.end + 1);
            }
        }
        view.decoded(out.bytes, &out.map, Coding::Prefix(fence.indent.to_vec()))
    };
    match fence.language() {
        "sdp" | "application/sdp" => description(view, fence, cx, finds),
        "json" | "jsonc" | "json5" | "har" => {
            let inner = plain();
            // A piece of JSON is for people.
            let _ = json::find(inner.view(), cx, finds);
        }
        "js" | "javascript" | "jsx" | "ts" | "typescript" | "tsx" | "py" | "python" | "go"
        | "rust" | "rs" | "c" | "cpp" | "c++" | "java" | "kotlin" | "swift" | "csharp" | "cs"
        | "php" | "ruby" | "dart" => {
            let inner = plain();
            let name = if fence.language() == "go" { "x.go" } else { "" };
            literals::find(inner.view(), name, cx, finds);
        }
        _ => {
            let (Some(first), Some(end)) = (lines.first(), lines.last()) else {
                return;
            };
            lines::find_in(view, first.start - fence.indent.len()..end.end, cx, finds);
        }
    }
}

/// A fence that says that it is a description; one that is called an offer is one.
fn description(view: View<'_>, fence: &Fence<'_>, cx: &Context, finds: &mut Finds) {
    let text = |line: &Range<usize>| view.bytes.get(line.clone()).unwrap_or_default();
    let mut filled = fence
        .lines
        .iter()
        .skip_while(|line| text(line).trim_ascii().is_empty());
    let Some(first) = filled.clone().next() else {
        return;
    };
    let is_any =
        filled.any(|line| matches!(text(line), [letter, b'=', ..] if letter.is_ascii_lowercase()));
    if !is_any {
        return;
    }
    let begin = fence
        .lines
        .iter()
        .position(|line| line == first)
        .unwrap_or(0);
    let lines = fence.lines.get(begin..).unwrap_or_default();
    let mut cx = cx.clone();
    cx.is_fragment |= !text(first).starts_with(b"v=");
    cx.role = match (fence.says("offer"), fence.says("answer")) {
        (true, false) => Some(Role::Offer),
        (false, true) => Some(Role::Answer),
        _ => None,
    };
    lines::join(
        view,
        lines,
        Coding::Prefix(fence.indent.to_vec()),
        &cx,
        finds,
    );
}

#[cfg(test)]
#[allow(clippy::string_slice, clippy::type_complexity)]
mod tests {
    use super::super::{Found, Kind, Text, find_as};

    fn found(text: &str, name: &str) -> Vec<(String, Found)> {
        let all = find_as(Some(Kind::Markup), name, text.as_bytes()).unwrap_or_default();
        let each = all.into_iter().map(|found| {
            let bytes = match &found.text {
                Text::InPlace(range) => text.as_bytes()[range.clone()].to_vec(),
                Text::Extracted { bytes, .. } => bytes.clone(),
            };
            (String::from_utf8(bytes).unwrap(), found)
        });
        each.collect()
    }

    const SDP: &str = "v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nt=0 0\n";

    #[test]
    fn fences_are_read_as_what_they_say() {
        let spelled = SDP.replace('\n', "\\r\\n");
        let text = format!(
            "# A\n\n```sdp\n{SDP}```\n\n- x\n  ```sdp offer\n  {}\n  ```\n\n~~~js\nconst a = '{spelled}';\n~~~\n\n```json\n{{\"type\":\"answer\",\"sdp\":\"{spelled}\"}}\n```\n\n```\n{SDP}```\n",
            SDP.trim_end().replace('\n', "\n  ")
        );
        let all = found(&text, "x.md");
        let crlf = SDP.replace('\n', "\r\n");
        let texts: Vec<_> = all.iter().map(|f| f.0.as_str()).collect();
        assert_eq!(texts, [SDP, SDP, &crlf, &crlf, SDP]);
        assert!(all.iter().all(|f| !f.1.is_fragment));
        assert_eq!(all[1].1.role, Some(crate::sdp::Role::Offer));
        assert_eq!(all[1].1.encode("a=x\na=y\n").unwrap(), "a=x\n  a=y\n  ");
        assert_eq!(all[2].1.encode("a='\r\n").unwrap(), "a=\\'\\r\\n");
    }

    #[test]
    fn pieces_and_what_is_left_out() {
        let text = "```sdp\nm=audio 9 RTP/AVP 0\n...\na=mid:<mid>\n```\n\n```sdp\nnothing\n```\n";
        let all = found(text, "x.md");
        assert_eq!(all.len(), 1);
        let (text, piece) = &all[0];
        assert_eq!(text, "m=audio 9 RTP/AVP 0\na=x\na=mid:9\n");
        assert!(piece.is_fragment);
        let holes: Vec<_> = piece.holes.iter().map(|hole| &text[hole.clone()]).collect();
        assert_eq!(holes, ["a=x", "9"]);
    }

    #[test]
    fn comments_ignore_rules() {
        let text = format!(
            "<!-- rtcscope-ignore SDP204: old -->\n```sdp\n{SDP}```\n```sdp ignore=SDP1,SDP2\n{SDP}```\n"
        );
        let all = found(&text, "x.md");
        let rules: Vec<_> = all.iter().map(|f| f.1.ignores[0].rules.join(" ")).collect();
        assert_eq!(rules, ["SDP204", "SDP1 SDP2"]);
        assert_eq!(all.iter().map(|f| f.1.ignores.len()).max(), Some(1));
    }

    #[test]
    fn pages_and_scenarios_are_text() {
        let page = format!(
            "<!DOCTYPE html><body><h3>Local SDP (Offer)</h3><pre>{}</pre><b>v=0</b>",
            SDP.replace("s=-", "s=a&amp;b")
        );
        let all = found(&page, "x.html");
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].0, SDP.replace("s=-", "s=a&b"));
        assert_eq!(all[0].1.role, Some(crate::sdp::Role::Offer));
        let Text::Extracted { map, .. } = &all[0].1.text else {
            panic!()
        };
        let at = all[0].0.find('&').unwrap();
        assert_eq!(&page[map.host(&(at..at + 1)).unwrap()], "&amp;");
        let scenario = format!(
            "<?xml version=\"1.0\"?>\n<send><![CDATA[\n\n  {}\n  m=audio [media_port] RTP/AVP 0\n]]></send>",
            SDP.trim_end().replace('\n', "\n  ")
        );
        let all = found(&scenario, "x.xml");
        assert_eq!(all[0].0, format!("{SDP}m=audio 9 RTP/AVP 0\n"));
        assert_eq!(all[0].1.holes.len(), 1);
    }
}
