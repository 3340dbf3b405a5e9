use super::prelude::*;
use crate::lint::extensions::{self, FIRST_PROVISIONAL};

rule! {
    /// Sections of one BUNDLE group use a header extension id for different extensions.
    ///
    /// ## Why it matters
    /// Bundled sections share one RTP session, where an id has one meaning. The receiver needs the
    /// `mid` extension to find the section, so it cannot look up the id by section first.
    /// ```sdp,fail
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:1
    /// a=rtcp-mux
    /// a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
    /// ```
    ///
    /// One extension may well have different ids in different sections.
    /// ```sdp,pass
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
    /// m=video 9 UDP/TLS/RTP/SAVPF 31
    /// a=mid:1
    /// a=rtcp-mux
    /// a=extmap:4/recvonly urn:ietf:params:rtp-hdrext:sdes:mid
    /// ```
    /// ```sdp,pass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=rtcp-mux
    /// a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=rtcp-mux
    /// a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
    /// ```
    "SDP409" "bundled-extmap-conflict" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 9143 §12"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for bundle in cx.bundles() {
        let mut first_use: BTreeMap<u16, (Extmap<'_>, usize)> = BTreeMap::new();
        for (section, media) in bundle.iter().enumerate().filter(|(_, m)| m.is_active()) {
            for map in extensions::maps(***media).filter(|m| m.id < FIRST_PROVISIONAL) {
                let (first, of) = *first_use.entry(map.id).or_insert((map, section));
                // Within one section this is another rule's business.
                if of != section && !extensions::same(&first, &map) {
                    cx.report(
                        map.id_text.start()..map.uri.end(),
                        "another meaning",
                        format_args!(
                            "header extension id {} means two things in one BUNDLE group",
                            map.id
                        ),
                    )
                    .context(first.id_text.start()..first.uri.end(), "the first meaning")
                    .help("number header extensions once for all sections of a BUNDLE group");
                }
            }
        }
    }
}
