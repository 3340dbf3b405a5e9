use super::prelude::*;

rule! {
    /// Opus is mapped with anything but 48000 Hz and 2 channels.
    ///
    /// ## Why it matters
    /// The mapping always is `opus/48000/2`, also for mono and for a narrower band, which are
    /// parameters of `a=fmtp`. Stacks compare the mapping, find no common codec and fall back to
    /// PCMU or to silence. Outside of WebRTC, where some stacks have got used to it, this is a warning.
    /// ```sdp,fail
    /// a=rtpmap:111 opus/48000
    /// ```
    /// ```sdp,fixed
    /// a=rtpmap:111 opus/48000/2
    /// ```
    /// ```sdp,pass
    /// a=rtpmap:111 opus/48000/2
    /// a=fmtp:111 stereo=0;maxplaybackrate=16000
    /// ```
    "SDP107" "opus-not-48000-2" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 7587 §7"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let severity = match cx.is_webrtc() {
        true => Severity::Error,
        false => Severity::Warning,
    };
    for media in cx.media() {
        for map in media.payloads.iter().filter_map(|p| p.rtpmap) {
            // Channels that are no number have a finding of their own.
            if !map.encoding.is_ignoring_case("opus") || map.channels().is_none() {
                continue;
            }
            if map.clock_rate != 48_000 || map.parameters.is_none_or(|p| !p.is("2")) {
                let end = map.parameters.unwrap_or(map.clock_rate_text).end();
                let rate = map.clock_rate_text.start()..end;
                cx.report(
                    map.encoding.start()..end,
                    "expected `opus/48000/2`",
                    format_args!("Opus is always mapped as `opus/48000/2`"),
                )
                .severity(severity)
                .fix(Safety::Safe, "write 48000/2", rate, "48000/2");
            }
        }
    }
}
