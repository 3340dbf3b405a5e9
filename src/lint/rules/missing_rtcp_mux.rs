use super::prelude::*;
use crate::lint::groups::bundled_tags;

rule! {
    /// A section over DTLS that is not bundled has no `a=rtcp-mux`.
    ///
    /// ## Why it matters
    /// Browsers insist on RTP and RTCP in one port (`rtcpMuxPolicy: "require"`) and do not take a
    /// description without it: "rtcp-mux is required".
    /// ```sdp,fail,whole,as-answer
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// c=IN IP4 0.0.0.0
    /// t=0 0
    /// a=ice-ufrag:F7gI
    /// a=ice-pwd:x9cml/YzichV2+XlhiMu8g
    /// a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:5D:49:6B:54:02:12:DF:4A:AD:B9:B1
    /// a=setup:active
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// ```
    /// ```sdp,fixed,whole,as-answer
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// c=IN IP4 0.0.0.0
    /// t=0 0
    /// a=ice-ufrag:F7gI
    /// a=ice-pwd:x9cml/YzichV2+XlhiMu8g
    /// a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:5D:49:6B:54:02:12:DF:4A:AD:B9:B1
    /// a=setup:active
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// ```
    /// ```sdp,pass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// ```
    "SDP420" "missing-rtcp-mux" {
        group: Interop,
        scope: WebRtc,
        absence: true,
        since: "0.1",
        spec: ["RFC 9429 §4.1.1", "RFC 5761 §5.1.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    // Of a description whose role nobody knows it cannot be said that a browser has to take it.
    if cx.role().is_none() {
        return;
    }
    let bundled = bundled_tags(cx.sdp());
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let over_dtls = media.media().is_some_and(|m| m.is_rtp() && m.is_dtls());
        // In a BUNDLE group it is an error, which another rule reports.
        let alone = media
            .value(Name::Mid)
            .is_none_or(|mid| !bundled.contains(&mid));
        let said = media.transport_has(Name::RtcpMux) || media.has(Name::RtcpMuxOnly);
        if over_dtls && alone && !said {
            let draft = cx.report(
                media.head_text(),
                "no `a=rtcp-mux` in this section",
                format_args!(
                    "`{}` has no `a=rtcp-mux`, which browsers insist on",
                    media.title()
                ),
            );
            if let Some(mid) = media.first(Name::Mid) {
                draft.fix_add_line(Safety::Unsafe, mid, "a=rtcp-mux");
            }
        }
    }
}
