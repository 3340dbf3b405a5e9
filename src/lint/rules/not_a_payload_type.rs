use super::prelude::*;

rule! {
    /// An `m=` line for RTP lists something that is not a payload type.
    ///
    /// ## Why it matters
    /// A payload type is a number from 0 to 127; there are seven bits for it in a packet.
    /// ```sdp,fail
    /// m=audio 9 RTP/AVP 0 opus
    /// ```
    /// ```sdp,fail
    /// m=audio 9 RTP/AVP 0 128
    /// ```
    /// ```sdp,pass
    /// m=application 9 UDP/DTLS/SCTP webrtc-datachannel
    /// a=sctp-port:5000
    /// ```
    "SDP130" "not-a-payload-type" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §5.14"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let severity = cx.stream_severity();
    for media in cx.media() {
        let Some(m) = media.media().filter(MediaLine::is_rtp) else {
            continue;
        };
        // Interactive TV and the like write `*`, when nothing is known yet.
        for format in m.formats().filter(|f| !f.is("*")) {
            if format.number::<u8>().is_none_or(|n| n > 127) {
                cx.report(
                    format,
                    "expected a number from 0 to 127",
                    format_args!("`{format}` in `{}` is not a payload type", media.title()),
                )
                .severity(severity);
            }
        }
    }
}
