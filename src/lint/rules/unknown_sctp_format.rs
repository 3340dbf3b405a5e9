use super::prelude::*;

rule! {
    /// A section over SCTP is not `application`, or is for something else than data channels.
    ///
    /// ## Why it matters
    /// The format says what runs over the association, and `webrtc-datachannel` is what WebRTC
    /// has. A browser does not take a section with anything else for data channels.
    /// ```sdp,fail
    /// m=application 9 UDP/DTLS/SCTP webrtc-datachannels
    /// a=sctp-port:5000
    /// ```
    /// ```sdp,fixed
    /// m=application 9 UDP/DTLS/SCTP webrtc-datachannel
    /// a=sctp-port:5000
    /// ```
    /// ```sdp,fail
    /// m=data 9 UDP/DTLS/SCTP webrtc-datachannel
    /// a=sctp-port:5000
    /// ```
    /// ```sdp,pass
    /// m=application 9 UDP/DTLS/SCTP webrtc-datachannel
    /// a=sctp-port:5000
    /// ```
    "SDP603" "unknown-sctp-format" {
        group: Suspicious,
        scope: WebRtc,
        since: "0.1",
        spec: ["RFC 8841 §4.3", "RFC 9429 §5.2.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    const FORMAT: &str = "webrtc-datachannel";
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let Some(m) = media.media().filter(|m| m.is_sctp() && m.is_dtls()) else {
            continue;
        };
        // A port as format is the syntax of a draft: another rule's business.
        if !m.format_list.is(FORMAT) && !m.format_list.is_digits() {
            cx.report(
                m.format_list,
                format_args!("expected `{FORMAT}`"),
                format_args!("`{}` over SCTP is not for data channels", m.format_list),
            )
            .fix(
                Safety::Unsafe,
                format_args!("write `{FORMAT}`"),
                m.format_list,
                FORMAT,
            );
        } else if !m.media.is("application") {
            cx.report(
                m.media,
                "expected `application`",
                format_args!("`m={}` over SCTP is not `m=application`", m.media),
            )
            .fix(
                Safety::Unsafe,
                "write `application`",
                m.media,
                "application",
            );
        }
    }
}
