use super::prelude::*;
use crate::lint::fmtp::may_have;

rule! {
    /// FlexFEC does not say how long packets are protected.
    ///
    /// ## Why it matters
    /// `repair-window` is a required parameter: the receiver keeps packets for that long to repair
    /// others with them. Without it the receiver guesses, or refuses the codec.
    /// ```sdp,fail
    /// m=video 9 UDP/TLS/RTP/SAVPF 96 49
    /// a=rtpmap:96 VP8/90000
    /// a=rtcp-fb:96 nack pli
    /// a=rtpmap:49 flexfec-03/90000
    /// ```
    /// ```sdp,pass
    /// m=video 9 UDP/TLS/RTP/SAVPF 96 49
    /// a=rtpmap:96 VP8/90000
    /// a=rtcp-fb:96 nack pli
    /// a=rtpmap:49 flexfec-03/90000
    /// a=fmtp:49 repair-window=10000000
    /// ```
    "SDP126" "flexfec-without-repair-window" {
        group: Suspicious,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 8627 §5.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        for payload in &media.payloads {
            let flexfec = payload.is("flexfec") || payload.is("flexfec-03");
            if let Some(map) = payload.rtpmap.filter(|_| flexfec)
                && !may_have(media, payload, "repair-window")
            {
                cx.report(
                    map.payload_type_text.start()..map.clock_rate_text.end(),
                    "for how long?",
                    format_args!("`{}` has no `repair-window`", map.encoding),
                )
                .help(format_args!(
                    "add `a=fmtp:{} repair-window=…`, in microseconds",
                    payload.number
                ));
            }
        }
    }
}
