use super::prelude::*;

rule! {
    /// Offer and answer do not agree about RTCP on the port of RTP.
    ///
    /// ## Why it matters
    /// An offer with `a=rtcp-mux-only` has no other port for RTCP: an answer without `a=rtcp-mux` makes the
    /// negotiation fail. An answer must not bring in `a=rtcp-mux` itself: the offerer sends RTCP to a port
    /// where nobody listens.
    /// ## How it happens
    /// A server drops or adds the line whatever was offered.
    /// ```sdp,fail
    /// --- offer
    /// m=audio 5000 RTP/AVP 0
    /// a=rtcp-mux
    /// a=rtcp-mux-only
    /// --- answer
    /// m=audio 6000 RTP/AVP 0
    /// ```
    /// ```sdp,fail
    /// --- offer
    /// m=audio 5000 RTP/AVP 0
    /// --- answer
    /// m=audio 6000 RTP/AVP 0
    /// a=rtcp-mux
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// a=rtcp-mux
    /// a=rtcp-mux-only
    /// --- answer
    /// a=rtcp-mux
    /// ```
    "SDP710" "rtcp-mux-disagreement" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8858 §4.3", "RFC 5761 §5.1.1", "RFC 8035"],
    } => answer(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let Some((number, _)) = cx.offer() else {
        return;
    };
    for Pair { then, now } in cx.accepted() {
        if !then.media().is_some_and(|m| m.is_rtp()) {
            continue;
        }
        let offered = then.transport_has(Name::RtcpMux) || then.transport_has(Name::RtcpMuxOnly);
        if let Some(only) = then.first(Name::RtcpMuxOnly)
            && !now.transport_has(Name::RtcpMux)
        {
            cx.report(
                now.head_text(),
                "no `a=rtcp-mux` in the section",
                format_args!("`a=rtcp-mux-only` is answered without `a=rtcp-mux`"),
            )
            .context_in(number, only.text(), "offered")
            .help("add `a=rtcp-mux`, or reject the section by port 0");
        } else if let Some(line) = now.first(Name::RtcpMux)
            && !offered
        {
            cx.report(
                line.text(),
                "not offered",
                format_args!("the answer has `a=rtcp-mux`, which was not offered"),
            )
            .context_in(number, then.head_text(), "no `a=rtcp-mux` in the section")
            .fix_drop_line(Safety::Unsafe, line);
        }
    }
}
