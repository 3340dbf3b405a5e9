use super::prelude::*;
use crate::lint::fmtp::is_damaged;

rule! {
    /// Video asks for lost packets again, but has no payload type to repeat them in.
    ///
    /// ## Why it matters
    /// With `a=rtcp-fb:… nack` and no `rtx`, packets are repeated in the stream itself: receivers
    /// count less loss than there is. WebRTC asks every receiver to understand `rtx`.
    /// ```sdp,fail
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=rtcp-fb:96 nack
    /// a=rtcp-fb:96 nack pli
    /// ```
    /// ```sdp,pass
    /// m=video 9 UDP/TLS/RTP/SAVPF 96 97
    /// a=rtpmap:96 VP8/90000
    /// a=rtcp-fb:96 nack
    /// a=rtcp-fb:96 nack pli
    /// a=rtpmap:97 rtx/90000
    /// a=fmtp:97 apt=96
    /// ```
    "SDP116" "video-without-rtx" {
        group: Advice,
        scope: WebRtc,
        absence: true,
        since: "0.1",
        spec: ["RFC 8834 §6.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    if cx.role() == Some(Role::Answer) {
        return; // Only what was offered can be answered.
    }
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let video = media.media().is_some_and(|m| m.media.is("video"));
        let rtx = media.payloads.iter().any(|p| p.is("rtx"));
        if !video || rtx || is_damaged(media) {
            continue;
        }
        let nack = media.all(Name::RtcpFb).find_map(|line| {
            let fb = RtcpFb::parse(line.attribute_value()?).ok()?;
            fb.feedback.is("nack").then_some(fb)
        });
        if let Some(nack) = nack {
            cx.report(
                nack.feedback,
                "repeated in which payload type?",
                format_args!("`{}` has `nack` but no `rtx`", media.title()),
            )
            .help("offer `rtx` with an `apt` for each codec");
        }
    }
}
