use super::prelude::*;
use crate::lint::extensions::{self, REPAIRED_RID, RID};

rule! {
    /// Simulcast with retransmissions lacks the header extension that says what a packet repairs.
    ///
    /// ## Why it matters
    /// The streams of simulcast have no SSRCs in the description, and so neither have their
    /// retransmissions. Packets say in `repaired-rtp-stream-id` which stream they repair; without
    /// it a receiver cannot use them, and lost packets stay lost.
    /// ```sdp,fail
    /// m=video 9 UDP/TLS/RTP/SAVPF 96 97
    /// a=rtpmap:96 VP8/90000
    /// a=rtpmap:97 rtx/90000
    /// a=fmtp:97 apt=96
    /// a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
    /// a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
    /// a=rid:h send
    /// a=rid:l send
    /// a=simulcast:send h;l
    /// ```
    /// ```sdp,pass
    /// m=video 9 UDP/TLS/RTP/SAVPF 96 97
    /// a=rtpmap:96 VP8/90000
    /// a=rtpmap:97 rtx/90000
    /// a=fmtp:97 apt=96
    /// a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
    /// a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
    /// a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id
    /// a=rid:h send
    /// a=rid:l send
    /// a=simulcast:send h;l
    /// ```
    "SDP507" "rtx-without-repaired-rid" {
        group: Interop,
        scope: WebRtc,
        absence: true,
        since: "0.1",
        spec: ["RFC 8852 §3.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let session = cx.sdp().session();
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let Some(line) = media.first(Name::Simulcast) else {
            continue;
        };
        let mut maps = media.payloads.iter().filter_map(|p| p.rtpmap);
        let Some(rtx) = maps.find(|map| map.encoding.is_ignoring_case("rtx")) else {
            continue;
        };
        let has = |uri| extensions::has(session, uri) || extensions::has(**media, uri);
        // Where sources are named, their groups say what repairs what.
        if has(RID) && !has(REPAIRED_RID) && !media.has(Name::SsrcGroup) {
            cx.report(
                line.text(),
                "how will retransmissions say their stream?",
                format_args!("simulcast with `rtx` without `repaired-rtp-stream-id`"),
            )
            .context(rtx.encoding, "retransmissions")
            .help("add `a=extmap:N urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id`");
        }
    }
}
