use super::prelude::*;

rule! {
    /// Sections of one BUNDLE group use a payload type for different codecs.
    ///
    /// ## Why it matters
    /// Bundled sections share one RTP session, where a payload type has one meaning. A packet that
    /// cannot be told by its SSRC or `mid` goes to the wrong decoder.
    /// ## How it happens
    /// A server numbers the codecs of each section by itself.
    /// ```sdp,fail
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 101
    /// a=mid:0
    /// a=rtcp-mux
    /// a=rtpmap:101 telephone-event/8000
    /// m=video 9 UDP/TLS/RTP/SAVPF 101
    /// a=mid:1
    /// a=rtcp-mux
    /// a=rtpmap:101 AV1/90000
    /// ```
    /// ```sdp,pass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 101
    /// a=rtpmap:101 telephone-event/8000
    /// m=video 9 UDP/TLS/RTP/SAVPF 101
    /// a=rtpmap:101 AV1/90000
    /// ```
    "SDP408" "bundled-payload-type-conflict" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 9143"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for bundle in cx.bundles() {
        let mut first_use: BTreeMap<u8, Rtpmap<'_>> = BTreeMap::new();
        for media in bundle.iter().filter(|m| m.is_active()) {
            for map in media.payloads.iter().filter_map(|p| p.rtpmap) {
                let first = *first_use.entry(map.payload_type).or_insert(map);
                if !first.same_codec(&map) {
                    cx.report(
                        map.payload_type_text.start()..map.clock_rate_text.end(),
                        format_args!("{} here", map.encoding),
                        format_args!(
                            "payload type {} means {} and {} in one BUNDLE group",
                            map.payload_type, first.encoding, map.encoding
                        ),
                    )
                    .context(
                        first.payload_type_text.start()..first.clock_rate_text.end(),
                        format_args!("{} here", first.encoding),
                    );
                }
            }
        }
    }
}
