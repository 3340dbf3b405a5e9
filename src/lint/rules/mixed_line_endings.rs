use super::prelude::*;

rule! {
    /// Lines end in different ways, or in a bare carriage return.
    ///
    /// ## Why it matters
    /// SDP ends lines with CRLF, and receivers should accept LF. A mixture splits differently in
    /// different parsers, and a bare CR glues two lines together in most.
    /// ## How it happens
    /// A script inserted `\n` lines into a description with `\r\n`.
    /// ```sdp,fail,whole,exact
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-\n\
    /// t=0 0
    /// ```
    /// ```sdp,fixed,whole,exact
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// t=0 0
    /// ```
    /// ```sdp,pass,whole,exact
    /// v=0\n\
    /// o=- 1 1 IN IP4 192.0.2.1\n\
    /// s=-\n\
    /// t=0 0\n\
    /// ```
    "SDP005" "mixed-line-endings" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §5"],
    } => check
}

/// A fix with more replacements than this is left to a tool made for it.
const MOST_EDITS: usize = 10_000;

fn check(cx: &mut Context<'_, '_>) {
    let lines = cx.sdp().lines();
    let count = |ending| lines.iter().filter(|l| l.ending() == ending).count();
    let (crlf, lf, cr) = (count(Ending::CrLf), count(Ending::Lf), count(Ending::Cr));
    if cr == 0 && (crlf == 0 || lf == 0) {
        return;
    }
    let (usual, text) = if crlf >= lf { (Ending::CrLf, "\r\n") } else { (Ending::Lf, "\n") };
    let odd = |l: &&Line<'_>| l.ending() != usual && l.ending() != Ending::Missing;
    let Some(first) = lines.iter().find(odd) else {
        return;
    };
    let name = |ending| match ending {
        Ending::CrLf => "CRLF",
        Ending::Lf => "LF",
        Ending::Cr => "a bare CR",
        Ending::Missing => "nothing",
    };
    let edits: Vec<Edit> = lines
        .iter()
        .filter(odd)
        .take(MOST_EDITS + 1)
        .map(|l| Edit {
            span: l.text().end()..l.text().start() + l.full_len(),
            replacement: text.to_owned(),
        })
        .collect();
    let odd_lines = lines.iter().filter(odd).count();
    let draft = cx.report(
        first.text(),
        format_args!("ends in {}", name(first.ending())),
        format_args!(
            "lines end in different ways: {odd_lines} of {} not in {}",
            lines.len(),
            name(usual)
        ),
    );
    if edits.len() <= MOST_EDITS {
        let title = format_args!("end every line in {}", name(usual));
        // A parser that does not end lines there reads what follows as one more line from then on.
        let safety = if cr == 0 { Safety::Safe } else { Safety::Unsafe };
        draft.fix_edits(safety, title, edits);
    }
}
