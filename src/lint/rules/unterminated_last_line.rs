use super::prelude::*;

rule! {
    /// The last line has no line end.
    ///
    /// ## Why it matters
    /// Every line of SDP ends in CRLF, the last one too. Parsers that look for line ends drop an
    /// unterminated line or reject the description.
    /// ## How it happens
    /// `lines.join("\r\n")` without a final `"\r\n"`.
    /// ```sdp,fail,whole,exact
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// t=0 0\
    /// ```
    /// ```sdp,fixed,whole,exact
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// t=0 0
    /// ```
    /// ```sdp,pass,whole
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// t=0 0
    /// ```
    "SDP006" "unterminated-last-line" {
        group: Suspicious,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 8866 §9"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let lines = cx.sdp().lines();
    let Some(last) = lines.last().filter(|l| l.ending() == Ending::Missing) else {
        return;
    };
    if last.text().trim().is_empty() {
        return;
    }
    let ending = match lines.first().map(Line::ending) {
        Some(Ending::Lf) => "\n",
        _ => "\r\n",
    };
    let end = last.text().end();
    cx.report(
        last.text(),
        "no line end after this",
        format_args!("the last line has no line end"),
    )
    .fix(Safety::Safe, "end the line", end..end, ending);
}
