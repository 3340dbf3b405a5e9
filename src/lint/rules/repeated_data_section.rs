use super::prelude::*;

rule! {
    /// A description has two sections for data channels.
    ///
    /// ## Why it matters
    /// A peer connection has one SCTP association, and all data channels are in it. Browsers reject
    /// the second section, or use one of the two.
    /// ```sdp,fail
    /// m=application 9 UDP/DTLS/SCTP webrtc-datachannel
    /// a=mid:0
    /// a=sctp-port:5000
    /// m=application 9 UDP/DTLS/SCTP webrtc-datachannel
    /// a=mid:1
    /// a=sctp-port:5000
    /// ```
    /// ```sdp,pass
    /// m=application 0 UDP/DTLS/SCTP webrtc-datachannel
    /// a=mid:0
    /// m=application 9 UDP/DTLS/SCTP webrtc-datachannel
    /// a=mid:1
    /// a=sctp-port:5000
    /// ```
    "SDP605" "repeated-data-section" {
        group: Suspicious,
        scope: WebRtc,
        since: "0.1",
        spec: ["RFC 9429 §5.2.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let active = cx.media().iter().filter(|m| m.is_active());
    let lines = active.filter(|m| m.media().is_some_and(|m| m.is_sctp() && m.is_dtls()));
    let mut first: Option<Field<'_>> = None;
    for media in lines {
        let head = media.head_text();
        let first = *first.get_or_insert(head);
        if first.start() != head.start() {
            cx.report(
                head,
                "one more",
                format_args!("a second section for data channels"),
            )
            .context(first, "the first one")
            .help("data channels share one association: drop the section, or set its port to 0");
        }
    }
}
