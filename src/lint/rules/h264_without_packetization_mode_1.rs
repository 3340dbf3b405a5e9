use super::prelude::*;
use crate::lint::fmtp::is_damaged;

rule! {
    /// H.264 is offered, but never with `packetization-mode=1`.
    ///
    /// ## Why it matters
    /// Without the parameter the mode is 0: every slice has to fit into one packet. WebRTC asks for
    /// mode 1 to be supported, and stacks that only have mode 1 find no common H.264.
    /// ```sdp,fail,as-offer
    /// a=setup:actpass
    /// m=video 9 UDP/TLS/RTP/SAVPF 102
    /// a=rtpmap:102 H264/90000
    /// a=fmtp:102 profile-level-id=42e01f;level-asymmetry-allowed=1
    /// a=rtcp-fb:102 nack pli
    /// ```
    /// ```sdp,pass,as-offer
    /// a=setup:actpass
    /// m=video 9 UDP/TLS/RTP/SAVPF 102
    /// a=rtpmap:102 H264/90000
    /// a=fmtp:102 profile-level-id=42e01f;level-asymmetry-allowed=1;packetization-mode=1
    /// a=rtcp-fb:102 nack pli
    /// ```
    "SDP118" "h264-without-packetization-mode-1" {
        group: Interop,
        scope: WebRtc,
        absence: true,
        since: "0.1",
        spec: ["RFC 7742 §6.2", "RFC 6184 §8.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    if cx.role() == Some(Role::Answer) {
        return; // The mode is the offer's.
    }
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let mut h264 = media.payloads.iter().filter(|p| p.is("H264")).peekable();
        let Some(map) = h264.peek().and_then(|p| p.rtpmap) else {
            continue;
        };
        // A mode that is no number has a finding already.
        let other = |p: &Payload<'_>| {
            let mode = p.fmtp.and_then(|f| f.get("packetization-mode"));
            mode.is_some_and(|mode| !mode.is("0") && !mode.is("2"))
        };
        if is_damaged(media) || h264.any(other) {
            continue;
        }
        cx.report(
            map.payload_type_text.start()..map.clock_rate_text.end(),
            "one packet a slice",
            format_args!("`packetization-mode=1` is not among what is offered of H.264"),
        )
        .help("offer a payload type with `packetization-mode=1`");
    }
}
