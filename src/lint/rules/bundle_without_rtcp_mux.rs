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
    /// ```sdp,fail
    /// a=group:BUNDLE 0
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
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
        since: "0.1",
        spec: ["RFC 9143 §9.3"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for bundle in cx.bundles() {
        for media in bundle.iter().filter(|m| m.is_active()) {
            let rtp = media.media().is_some_and(|m| m.is_rtp());
            if rtp && !media.transport_has(Name::RtcpMux) {
                cx.report(
                    media.head_text(),
                    "no `a=rtcp-mux` in this section",
                    format_args!("`{}` is bundled but has no `a=rtcp-mux`", media.title()),
                );
            }
        }
    }
}
