use super::prelude::*;

rule! {
    /// A bundled RTP section has no `a=rtcp-mux`.
    ///
    /// ## Why it matters
    /// A BUNDLE group has one transport, so RTCP has to share its port. Chrome rejects the
    /// description: "rtcp-mux must be enabled when BUNDLE is enabled".
    ///
    /// An offer says it in every section with a port of its own; in an answer the section whose tag
    /// comes first may say it for all.
    /// ```sdp,fail,whole
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// c=IN IP4 0.0.0.0
    /// t=0 0
    /// a=ice-ufrag:F7gI
    /// a=ice-pwd:x9cml/YzichV2+XlhiMu8g
    /// a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:5D:49:6B:54:02:12:DF:4A:AD:B9:B1
    /// a=setup:active
    /// a=group:BUNDLE 0
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// ```
    /// ```sdp,fixed,whole
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// c=IN IP4 0.0.0.0
    /// t=0 0
    /// a=ice-ufrag:F7gI
    /// a=ice-pwd:x9cml/YzichV2+XlhiMu8g
    /// a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:5D:49:6B:54:02:12:DF:4A:AD:B9:B1
    /// a=setup:active
    /// a=group:BUNDLE 0
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// ```
    /// ```sdp,pass
    /// a=group:BUNDLE 0
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// ```
    "SDP412" "bundle-without-rtcp-mux" {
        group: Correctness,
        scope: WebRtc,
        absence: true,
        since: "0.1",
        spec: ["RFC 9143 §9.3", "RFC 9143 §9.3.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for bundle in cx.bundles() {
        for media in bundle.iter().filter(|m| m.is_active()) {
            let rtp = media.media().is_some_and(|m| m.is_rtp());
            if rtp && !media.transport_has(Name::RtcpMux) {
                let draft = cx.report(
                    media.head_text(),
                    "no `a=rtcp-mux` in this section",
                    format_args!("`{}` is bundled but has no `a=rtcp-mux`", media.title()),
                );
                if let Some(mid) = media.first(Name::Mid) {
                    draft.fix_add_line(Safety::Unsafe, mid, "a=rtcp-mux");
                }
            }
        }
    }
}
