use super::prelude::*;
use crate::lint::extensions::{self, MID};
use crate::lint::sending::sends;

rule! {
    /// Packets of a bundled section cannot be told from those of another.
    ///
    /// ## Why it matters
    /// A receiver finds the section of a packet by the `mid` header extension, else by an SSRC that
    /// the description names, else by a payload type that only one section has. With none of these
    /// the packets of two cameras are one stream, or are dropped.
    /// ```sdp,fail
    /// a=group:BUNDLE 0 1
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=mid:0
    /// a=rtcp-mux
    /// a=rtpmap:96 VP8/90000
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=mid:1
    /// a=rtcp-mux
    /// a=rtpmap:96 VP8/90000
    /// ```
    /// ```sdp,pass
    /// a=group:BUNDLE 0 1
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=mid:0
    /// a=rtcp-mux
    /// a=rtpmap:96 VP8/90000
    /// a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=mid:1
    /// a=rtcp-mux
    /// a=rtpmap:96 VP8/90000
    /// a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
    /// ```
    /// What a section only receives, the other side has to tell apart.
    /// ```sdp,pass
    /// a=group:BUNDLE 0 1
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=mid:0
    /// a=rtcp-mux
    /// a=rtpmap:96 VP8/90000
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=mid:1
    /// a=rtcp-mux
    /// a=recvonly
    /// a=rtpmap:96 VP8/90000
    /// ```
    "SDP411" "indistinct-bundled-sections" {
        group: Suspicious,
        scope: WebRtc,
        absence: true,
        since: "0.1",
        spec: ["RFC 9143 §9.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    if extensions::has(cx.sdp().session(), MID) {
        return;
    }
    for bundle in cx.bundles() {
        let senders = bundle.iter().filter(|m| m.is_active() && sends(cx, m));
        let named = |m: &Media<'_, '_>| m.has(Name::Ssrc) || extensions::has(**m, MID);
        let nameless: Vec<_> = senders.filter(|m| !named(m)).collect();
        let mut first_use: BTreeMap<(Field<'_>, u8), Field<'_>> = BTreeMap::new();
        for media in nameless {
            let Some(kind) = media.media().map(|m| m.media) else {
                continue;
            };
            let mut shared = None;
            for payload in &media.payloads {
                let key = (kind, payload.number);
                let first = *first_use.entry(key).or_insert(payload.format);
                if first.start() != payload.format.start() {
                    shared = shared.or(Some((payload.format, first)));
                }
            }
            if let Some((format, first)) = shared {
                cx.report(
                    media.head_text(),
                    "no `mid` header extension, no `a=ssrc`",
                    format_args!(
                        "packets of `{}` can belong to another section too",
                        media.title()
                    ),
                )
                .context(first, format_args!("payload type {format} is here too"))
                .help("add `a=extmap:N urn:ietf:params:rtp-hdrext:sdes:mid` to both sections");
            }
        }
    }
}
