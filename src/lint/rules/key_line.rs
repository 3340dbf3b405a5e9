use super::prelude::*;

rule! {
    /// A `k=` line gives a key.
    ///
    /// ## Why it matters
    /// It is obsolete and must not be used: whoever sees the description has the key, and nobody reads the
    /// line any more. A description for WebRTC must not have one (RFC 9429 §5.2.1).
    /// ```sdp,fail,whole
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// t=0 0
    /// k=prompt
    /// ```
    /// ```sdp,fixed,whole
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
    "SDP017" "key-line" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §5.12"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.sdp().lines().iter().filter(|l| l.letter() == Some(b'k')) {
        // The message does not show the key.
        cx.report(
            line.text().take(2),
            "obsolete",
            format_args!("a `k=` line, which must not be used any more"),
        )
        .fix_drop_line(Safety::Safe, line);
    }
}
