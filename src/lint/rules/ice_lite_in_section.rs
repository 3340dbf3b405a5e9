use super::prelude::*;

rule! {
    /// `a=ice-lite` stands in a media section.
    ///
    /// ## Why it matters
    /// It belongs at session level only. A parser that does not see it there takes the sender for
    /// a full agent: both may want to be controlled, or the peer waits for checks that never come.
    /// ```sdp,fail
    /// a=ice-lite
    /// ```
    /// ```sdp,pass
    /// a=ice-lite
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host
    /// ```
    "SDP223" "ice-lite-in-section" {
        group: Interop,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 8839 §5.3"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    // Said at session level as well, it is understood.
    if cx.sdp().session().has(Name::IceLite) {
        return;
    }
    for media in cx.media() {
        if let Some(line) = media.first(Name::IceLite) {
            cx.report(
                line.text(),
                "belongs before the first `m=` line",
                format_args!("`a=ice-lite` in `{}` instead of the session part", media.title()),
            )
            .help("move the line to the session part");
        }
    }
}
