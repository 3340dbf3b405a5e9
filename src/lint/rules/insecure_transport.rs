use super::prelude::*;

rule! {
    /// A WebRTC section names plain RTP as its transport.
    ///
    /// ## Why it matters
    /// WebRTC media is always encrypted, and the transport to write is `UDP/TLS/RTP/SAVPF`. Browsers
    /// tolerate `RTP/AVP` and `RTP/AVPF` for old peers; other stacks take them at their word and
    /// send in the clear or not at all. For SIP phones with ICE, which do send in the clear, there
    /// is the profile `sip`.
    /// ```sdp,fail
    /// a=ice-ufrag:F7gI
    /// a=ice-pwd:x9cml/YzichV2+XlhiMu8g
    /// m=audio 9 RTP/AVPF 0
    /// a=mid:0
    /// ```
    /// ```sdp,pass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// ```
    "SDP309" "insecure-transport" {
        group: Interop,
        scope: WebRtc,
        absence: true,
        since: "0.1",
        spec: ["RFC 8834 §4.2", "RFC 9429 §5.1.2", "RFC 8827 §6.5"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let Some(m) = media.media() else { continue };
        if m.proto.is_ignoring_case("RTP/AVP") || m.proto.is_ignoring_case("RTP/AVPF") {
            cx.report(
                m.proto,
                "expected `UDP/TLS/RTP/SAVPF`",
                format_args!("`{}` of a WebRTC description is not encrypted", media.title()),
            )
            .help("write `UDP/TLS/RTP/SAVPF` where the media is encrypted by DTLS-SRTP");
        }
    }
}
