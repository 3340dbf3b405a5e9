use super::prelude::*;
use crate::lint::fmtp::may_have;

rule! {
    /// A retransmission payload type does not say what it repeats.
    ///
    /// ## Why it matters
    /// `a=fmtp:97 apt=96` ties `rtx` to its codec. Without it retransmitted packets cannot be
    /// decoded, so loss is not repaired.
    /// ```sdp,fail
    /// m=video 9 UDP/TLS/RTP/SAVPF 96 97
    /// a=rtpmap:96 VP8/90000
    /// a=rtpmap:97 rtx/90000
    /// ```
    /// ```sdp,pass
    /// m=video 9 UDP/TLS/RTP/SAVPF 96 97
    /// a=rtpmap:96 VP8/90000
    /// a=rtpmap:97 rtx/90000
    /// a=fmtp:97 apt=96
    /// ```
    "SDP112" "rtx-without-apt" {
        group: Correctness,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 4588 §8.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        for payload in &media.payloads {
            let Some(map) = payload.rtpmap else { continue };
            if payload.is("rtx") && !may_have(media, payload, "apt") {
                cx.report(
                    map.payload_type_text.start()..map.clock_rate_text.end(),
                    "repeats which payload type?",
                    format_args!("`rtx` payload type {} has no `apt` parameter", payload.number),
                )
                .help(format_args!("add `a=fmtp:{} apt=…`", payload.number));
            }
        }
    }
}
