use super::prelude::*;
use crate::lint::sending::sends;

rule! {
    /// Two sections of one BUNDLE group declare the same SSRC.
    ///
    /// ## Why it matters
    /// Bundled sections share one RTP session, where a source is one stream. Packets go to one of
    /// the two sections, and the other stays silent. Where one of the sections does not send, its
    /// line is a remnant: a warning.
    /// ```sdp,fail
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=ssrc:1 cname:x
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:1
    /// a=rtcp-mux
    /// a=ssrc:1 cname:x
    /// ```
    /// ```sdp,pass
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=ssrc:1 cname:x
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:1
    /// a=rtcp-mux
    /// a=ssrc:2 cname:x
    /// ```
    "SDP515" "reused-ssrc" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 3550 §8", "RFC 9143 §9.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for bundle in cx.bundles() {
        let mut first_use: BTreeMap<u32, (Field<'_>, usize, bool)> = BTreeMap::new();
        for (section, media) in bundle.iter().enumerate().filter(|(_, m)| m.is_active()) {
            let sending = sends(cx, media);
            for line in media.all(Name::Ssrc) {
                let Some(Ok(ssrc)) = line.attribute_value().map(Ssrc::parse) else {
                    continue;
                };
                let place = (ssrc.ssrc_text, section, sending);
                let (first, of, first_sends) = *first_use.entry(ssrc.ssrc).or_insert(place);
                if of != section {
                    let draft = cx
                        .report(
                            ssrc.ssrc_text,
                            "and here",
                            format_args!("SSRC {} belongs to two bundled sections", ssrc.ssrc),
                        )
                        .context(first, "the first time");
                    if !(sending && first_sends) {
                        draft.severity(Severity::Warning);
                    }
                    break;
                }
            }
        }
    }
}
