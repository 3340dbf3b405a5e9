use super::prelude::*;

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
    /// ```sdp,pass
    /// m=video 9 RTP/AVP 96
    /// a=rtpmap:96 VP8/90000
    /// ```
    "SDP108" "video-clock-not-90000" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 7741", "RFC 6184", "RFC 9628"],
    } => check
}

const VIDEO: [&str; 6] = ["VP8", "VP9", "H264", "H265", "AV1", "AV1X"];

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media() {
        for map in media.payloads.iter().filter_map(|p| p.rtpmap) {
            let video = VIDEO.iter().any(|v| map.encoding.is_ignoring_case(v));
            if video && map.clock_rate != 90_000 {
                cx.report(
                    map.clock_rate_text,
                    "expected 90000",
                    format_args!("{} has a clock of 90000 Hz, not {}", map.encoding, map.clock_rate),
                )
                .fix(Safety::Unsafe, "write 90000", map.clock_rate_text, "90000");
            }
        }
    }
}
