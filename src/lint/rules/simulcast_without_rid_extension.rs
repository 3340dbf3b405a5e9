use super::prelude::*;
use crate::lint::extensions::{self, RID};

rule! {
    /// A section sends simulcast but does not map the header extension that tells the streams apart.
    ///
    /// ## Why it matters
    /// Packets carry the stream's id in `urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id`. Without it
    /// the receiver sees unknown sources, and one stream or none is shown. Chrome rejects the
    /// description: it "negotiates simulcast but does not negotiate the RID RTP header extension".
    /// ```sdp,fail
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=rid:h send
    /// a=rid:l send
    /// a=simulcast:send h;l
    /// ```
    /// ```sdp,pass
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
    /// a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
    /// a=rid:h send
    /// a=rid:l send
    /// a=simulcast:send h;l
    /// ```
    "SDP506" "simulcast-without-rid-extension" {
        group: Suspicious,
        scope: WebRtc,
        absence: true,
        since: "0.1",
        spec: ["RFC 8853 §5.5", "RFC 8852 §3.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    if extensions::has(cx.sdp().session(), RID) {
        return;
    }
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let Some(line) = media.first(Name::Simulcast) else {
            continue;
        };
        let readable = line
            .attribute_value()
            .is_some_and(|v| Simulcast::parse(v).is_ok());
        if readable && !extensions::has(**media, RID) {
            cx.report(
                line.text(),
                "how will packets say their stream?",
                format_args!("simulcast without the `rtp-stream-id` header extension"),
            )
            .help("add `a=extmap:N urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id`");
        }
    }
}
