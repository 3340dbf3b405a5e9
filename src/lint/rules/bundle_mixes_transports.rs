use super::prelude::*;

rule! {
    /// A BUNDLE group has sections over UDP and sections over TCP.
    ///
    /// ## Why it matters
    /// A group has one transport for all of its sections, so they have to name the same. Stacks use
    /// that of the first section, and some reject the others.
    /// ```sdp,fail
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// m=application 9 TCP/DTLS/SCTP webrtc-datachannel
    /// a=mid:1
    /// a=sctp-port:5000
    /// ```
    /// ```sdp,pass
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// m=application 9 UDP/DTLS/SCTP webrtc-datachannel
    /// a=mid:1
    /// a=sctp-port:5000
    /// ```
    "SDP410" "bundle-mixes-transports" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 9143 §8"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    // Transports without a prefix, such as `RTP/SAVPF` and `DTLS/SCTP`, are over UDP.
    let over_tcp = |m: &MediaLine<'_>| {
        m.proto
            .split(b'/')
            .next()
            .is_some_and(|p| p.is_ignoring_case("TCP"))
    };
    for bundle in cx.bundles() {
        let lines = bundle
            .iter()
            .filter(|m| m.is_active())
            .filter_map(|m| m.media());
        let mut first: Option<MediaLine<'_>> = None;
        for m in lines {
            let first = *first.get_or_insert(m);
            if over_tcp(&first) != over_tcp(&m) {
                cx.report(
                    m.proto,
                    "another transport",
                    format_args!(
                        "`{}` and `{}` are in one BUNDLE group",
                        first.proto, m.proto
                    ),
                )
                .context(first.proto, "the transport of the group");
            }
        }
    }
}
