use super::prelude::*;

rule! {
    /// A payload type from 64 to 95 is used where RTP and RTCP share a port.
    ///
    /// ## Why it matters
    /// With `a=rtcp-mux` the second byte of a packet tells RTP from RTCP, and these numbers look
    /// like RTCP there: the media is dropped as bad RTCP.
    /// ```sdp,fail
    /// m=video 9 UDP/TLS/RTP/SAVPF 72
    /// a=rtpmap:72 VP8/90000
    /// a=rtcp-mux
    /// ```
    /// ```sdp,pass
    /// m=video 9 UDP/TLS/RTP/SAVPF 96 35
    /// a=rtpmap:96 VP8/90000
    /// a=rtpmap:35 VP9/90000
    /// a=rtcp-mux
    /// ```
    "SDP129" "payload-type-in-rtcp-range" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 5761 §4"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let Some(mux) = media.first(Name::RtcpMux) else {
            continue;
        };
        for payload in &media.payloads {
            if (64..=95).contains(&payload.number) {
                // As RTCP, 64 and 65 are 192 and 193, which nobody has sent since RFC 2032.
                let severity = match payload.number {
                    64 | 65 => Severity::Warning,
                    _ => Severity::Error,
                };
                cx.report(
                    payload.format,
                    "looks like RTCP on the wire",
                    format_args!(
                        "payload type {} cannot be used together with `a=rtcp-mux`",
                        payload.number
                    ),
                )
                .severity(severity)
                .context(mux.text(), "RTP and RTCP share a port")
                .help("use a number from 96 to 127, or from 35 to 63 when those are taken");
            }
        }
    }
}
