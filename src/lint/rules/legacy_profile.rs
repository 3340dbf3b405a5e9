use super::prelude::*;

rule! {
    /// A section with a DTLS fingerprint names `RTP/SAVPF` as its transport.
    ///
    /// ## Why it matters
    /// That is SRTP without a word of DTLS, which browsers wrote until 2017 or so and still take. A
    /// stack that goes by the transport looks for keys in `a=crypto`. Today's name is
    /// `UDP/TLS/RTP/SAVPF`.
    /// ```sdp,fail
    /// m=audio 9 RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=ice-ufrag:F7gI
    /// a=ice-pwd:x9cml/YzichV2+XlhiMu8g
    /// a=setup:active
    /// a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:5D:49:6B:54:02:12:DF:4A:AD:B9:B1
    /// ```
    /// ```sdp,fixed
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=ice-ufrag:F7gI
    /// a=ice-pwd:x9cml/YzichV2+XlhiMu8g
    /// a=setup:active
    /// a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:5D:49:6B:54:02:12:DF:4A:AD:B9:B1
    /// ```
    /// ```sdp,pass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// ```
    "SDP310" "legacy-profile" {
        group: Advice,
        scope: WebRtc,
        since: "0.1",
        spec: ["RFC 9429 §5.1.2", "RFC 5764 §8"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let Some(m) = media.media() else { continue };
        let legacy = ["RTP/SAVPF", "RTP/SAVP"].iter().any(|p| m.proto.is_ignoring_case(p));
        if legacy && media.transport_has(Name::Fingerprint) && !media.has(Name::Crypto) {
            cx.report(
                m.proto,
                "DTLS goes unsaid",
                format_args!("`{}` with a fingerprint is `UDP/TLS/RTP/SAVPF` today", media.title()),
            )
            .fix(Safety::Unsafe, "name the transport", m.proto, "UDP/TLS/RTP/SAVPF");
        }
    }
}
