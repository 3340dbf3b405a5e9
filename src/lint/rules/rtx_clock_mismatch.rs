use super::prelude::*;

rule! {
    /// A retransmission payload type has another clock rate than what it repeats.
    ///
    /// ## Why it matters
    /// Retransmitted packets carry the timestamp of the original, so both count alike. Stacks
    /// find no common `rtx` and loss is not repaired.
    /// ```sdp,fail
    /// m=video 9 UDP/TLS/RTP/SAVPF 96 97
    /// a=rtpmap:96 VP8/90000
    /// a=rtpmap:97 rtx/8000
    /// a=fmtp:97 apt=96
    /// ```
    /// ```sdp,pass
    /// m=video 9 UDP/TLS/RTP/SAVPF 96 97
    /// a=rtpmap:96 VP8/90000
    /// a=rtpmap:97 rtx/90000
    /// a=fmtp:97 apt=96
    /// ```
    "SDP115" "rtx-clock-mismatch" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 4588 §8.2", "RFC 4588 §8.3"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        for payload in &media.payloads {
            let Some(map) = payload.rtpmap.filter(|m| m.encoding.is_ignoring_case("rtx")) else {
                continue;
            };
            let apt = payload.fmtp.and_then(|f| f.get("apt"));
            let target = apt.and_then(Field::number).and_then(|n| media.payloads.get(n));
            if let Some(original) = target.and_then(|p| p.rtpmap)
                && original.clock_rate != map.clock_rate
            {
                cx.report(
                    map.clock_rate_text,
                    format_args!("expected {}", original.clock_rate),
                    format_args!(
                        "`rtx` has a clock of {} Hz, but {} which it repeats has {}",
                        map.clock_rate, original.encoding, original.clock_rate
                    ),
                )
                .context(original.clock_rate_text, "the clock of the original");
            }
        }
    }
}
