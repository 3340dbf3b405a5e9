use super::prelude::*;

rule! {
    /// A section says `a=rtcp-mux-only` without `a=rtcp-mux`, or in an answer.
    ///
    /// ## Why it matters
    /// `rtcp-mux-only` asks for multiplexing in an offer and goes with `rtcp-mux`; an answerer that
    /// does not know the new attribute would otherwise send RTCP to a port that does not exist.
    /// ```sdp,fail
    /// a=rtcp-mux-only
    /// ```
    /// ```sdp,fixed
    /// a=rtcp-mux-only
    /// a=rtcp-mux
    /// ```
    /// ```sdp,fail,as-answer
    /// a=rtcp-mux
    /// a=rtcp-mux-only
    /// ```
    /// ```sdp,pass
    /// a=rtcp-mux
    /// a=rtcp-mux-only
    /// ```
    /// In a BUNDLE group RFC 9143 wants it in answers too:
    /// ```sdp,pass,as-answer
    /// a=group:BUNDLE 0
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=rtcp-mux-only
    /// ```
    "SDP413" "lone-rtcp-mux-only" {
        group: Correctness,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 8858 §3", "RFC 8858 §4.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    // RFC 8858 §3 forbids it in answers, RFC 9143 §9.3.1 and RFC 9725 §4.4.1 want it there in bundles.
    let bundled = cx.bundles().next().is_some();
    for media in cx.media() {
        let Some(line) = media.first(Name::RtcpMuxOnly) else {
            continue;
        };
        if !media.has(Name::RtcpMux) {
            cx.report(
                line.text(),
                "goes with `a=rtcp-mux`",
                format_args!("`a=rtcp-mux-only` without `a=rtcp-mux`"),
            )
            .fix_add_line(Safety::Unsafe, line, "a=rtcp-mux");
        } else if cx.role() == Some(Role::Answer) && !bundled {
            cx.report(
                line.text(),
                "only for offers",
                format_args!("`a=rtcp-mux-only` in an answer"),
            )
            .severity(Severity::Warning)
            .fix_drop_line(Safety::Safe, line);
        }
    }
}
