use super::prelude::*;
use crate::sdp::CodecKind;

rule! {
    /// A video codec is mapped with a clock rate other than 90000 Hz.
    ///
    /// ## Why it matters
    /// Video timestamps count 90000 a second for all codecs of WebRTC. With another rate stacks
    /// find no common codec, or play at the wrong speed and lose lip synchronisation.
    /// ```sdp,fail
    /// m=video 9 RTP/AVP 96
    /// a=rtpmap:96 VP8/9000
    /// ```
    /// ```sdp,fixed
    /// m=video 9 RTP/AVP 96
    /// a=rtpmap:96 VP8/90000
    /// ```
    /// ```sdp,pass
    /// m=video 9 RTP/AVP 96
    /// a=rtpmap:96 VP8/90000
    /// ```
    "SDP108" "video-clock-not-90000" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 7741 §6.2.1", "RFC 6184 §8.2.1", "RFC 9628 §6", "RFC 3551 §5"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for payload in cx.media().iter().flat_map(|m| &m.payloads) {
        let (Some(map), Some(codec)) = (payload.rtpmap, payload.codec) else {
            continue;
        };
        // A number with a fixed meaning says so itself.
        let fixed = StaticType::of(payload.number).is_some();
        let video = codec.kind == CodecKind::Video && codec.clock_rates == [90_000];
        if video && !fixed && map.clock_rate != 90_000 {
            cx.report(
                map.clock_rate_text,
                "expected 90000",
                format_args!("{} has a clock of 90000 Hz, not {}", map.encoding, map.clock_rate),
            )
            .fix(Safety::Unsafe, "write 90000", map.clock_rate_text, "90000");
        }
    }
}
