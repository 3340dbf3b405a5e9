use super::prelude::*;

rule! {
    /// A media section has no `a=mid`.
    ///
    /// ## Why it matters
    /// The tag names the section in `a=group`, in trickled candidates and in the RTP header
    /// extension. A section without one cannot be bundled.
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
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// ```
    /// ```sdp,pass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// ```
    "SDP401" "missing-mid" {
        group: Suspicious,
        scope: WebRtc,
        since: "0.1",
        spec: ["RFC 9429"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        if !media.has(Name::Mid) {
            cx.report(
                media.head_text(),
                "no `a=mid` in this section",
                format_args!("`{}` has no `a=mid`", media.title()),
            );
        }
    }
}
