use super::prelude::*;
use crate::lint::fmtp::may_have;

rule! {
    /// H.264 is described without `profile-level-id`.
    ///
    /// ## Why it matters
    /// WebRTC requires it. Without it the codec is baseline at level 1, 176 by 144 pixels, to who
    /// follows the specification, and constrained baseline at level 3.1 to libwebrtc: ends disagree
    /// about what may be sent.
    /// ```sdp,fail
    /// m=video 9 UDP/TLS/RTP/SAVPF 102
    /// a=rtpmap:102 H264/90000
    /// a=fmtp:102 packetization-mode=1
    /// a=rtcp-fb:102 nack pli
    /// ```
    /// ```sdp,pass
    /// m=video 9 UDP/TLS/RTP/SAVPF 102
    /// a=rtpmap:102 H264/90000
    /// a=fmtp:102 packetization-mode=1;profile-level-id=42e01f
    /// a=rtcp-fb:102 nack pli
    /// ```
    "SDP145" "h264-without-profile-level-id" {
        group: Interop,
        scope: WebRtc,
        absence: true,
        since: "0.1",
        spec: ["RFC 7742 §6.2", "RFC 6184 §8.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        for payload in media.payloads.iter().filter(|p| p.is("H264")) {
            let Some(map) = payload.rtpmap else { continue };
            if !may_have(media, payload, "profile-level-id") {
                cx.report(
                    map.payload_type_text.start()..map.clock_rate_text.end(),
                    "which profile and level?",
                    format_args!("H.264 payload type {} has no `profile-level-id`", payload.number),
                )
                .help(format_args!(
                    "add `profile-level-id=42e01f` to `a=fmtp:{}`: constrained baseline, level 3.1",
                    payload.number
                ));
            }
        }
    }
}
