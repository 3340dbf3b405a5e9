use super::prelude::*;
use crate::lint::fmtp::is_damaged;

rule! {
    /// H.264 is offered without `level-asymmetry-allowed=1`.
    ///
    /// ## Why it matters
    /// Both ends then have to send at one and the same level, the lower of the two, although one of
    /// them may be able to receive more.
    /// ```sdp,fail
    /// m=video 9 UDP/TLS/RTP/SAVPF 102
    /// a=rtpmap:102 H264/90000
    /// a=fmtp:102 profile-level-id=42e01f;packetization-mode=1
    /// a=rtcp-fb:102 nack pli
    /// ```
    /// ```sdp,pass
    /// m=video 9 UDP/TLS/RTP/SAVPF 102
    /// a=rtpmap:102 H264/90000
    /// a=fmtp:102 profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1
    /// a=rtcp-fb:102 nack pli
    /// ```
    "SDP120" "h264-without-level-asymmetry" {
        group: Advice,
        scope: WebRtc,
        absence: true,
        since: "0.1",
        spec: ["RFC 6184 §8.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active() && !is_damaged(m)) {
        for payload in media.payloads.iter().filter(|p| p.is("H264")) {
            let Some(fmtp) = payload.fmtp else { continue };
            if let Some(level) = fmtp.get("profile-level-id")
                && fmtp.get("level-asymmetry-allowed").is_none()
            {
                cx.report(
                    level,
                    "the same both ways",
                    format_args!(
                        "H.264 payload type {} does not allow different levels",
                        payload.number
                    ),
                )
                .help("add `level-asymmetry-allowed=1`");
            }
        }
    }
}
