use super::prelude::*;

rule! {
    /// `a=ice-lite` stands in a media section.
    ///
    /// ## Why it matters
    /// It belongs at session level only. A parser that does not see it there takes the sender for
    /// a full agent and waits for checks that it never makes.
    /// ```sdp,fail
    /// a=ice-lite
    /// ```
    /// ```sdp,pass
    /// a=ice-lite
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// ```
    "SDP223" "ice-lite-in-section" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8839 §5.3"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media() {
        if let Some(line) = media.first(Name::IceLite) {
            cx.report(
                line.text(),
                "belongs before the first `m=` line",
                format_args!("`a=ice-lite` in `{}` instead of the session part", media.title()),
            );
        }
    }
}
