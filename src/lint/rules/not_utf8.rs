use super::prelude::*;

rule! {
    /// A line holds a NUL byte, or bytes that are not UTF-8.
    ///
    /// ## Why it matters
    /// NUL is never allowed; many parsers stop there and lose the rest. Text is UTF-8 unless
    /// `a=charset` says otherwise, and what is not is rejected by JavaScript and JSON on the way.
    /// ```sdp,fail,whole
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=call\0
    /// t=0 0
    /// ```
    /// ```sdp,pass,whole
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=Gespräch
    /// t=0 0
    /// ```
    "SDP025" "not-utf8" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §5"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let charset = cx.sdp().sections().any(|s| s.has(Name::Charset));
    let lax = cx.grammar_severity();
    for line in cx.sdp().lines() {
        let text = line.text();
        if text.bytes().is_ascii() && !text.bytes().contains(&0) {
            continue;
        }
        if let Some(at) = text.bytes().iter().position(|&b| b == 0) {
            cx.report(text.skip(at).take(1), "NUL", format_args!("a NUL byte in the line"));
        } else if let Err(error) = std::str::from_utf8(text.bytes())
            && !charset
        {
            let bad = text.skip(error.valid_up_to());
            cx.report(
                bad.take(error.error_len().unwrap_or(bad.len())),
                "not UTF-8",
                format_args!("the line is not UTF-8, and no `a=charset` says what it is"),
            )
            .severity(lax);
        }
    }
}
