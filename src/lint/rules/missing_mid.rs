use super::prelude::*;

rule! {
    /// A media section has no `a=mid`.
    ///
    /// ## Why it matters
    /// The tag names the section in `a=group`, in trickled candidates and in the RTP header
    /// extension. A section without one cannot be bundled, and browsers give it a tag of their own.
    ///
    /// Where no section has a tag nobody has to name one: such a description works without BUNDLE,
    /// and the finding is for information.
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
    /// a=group:BUNDLE 0
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// m=video 9 UDP/TLS/RTP/SAVPF 31
    /// a=rtcp-mux
    /// ```
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
    /// a=rtcp-mux
    /// ```
    /// ```sdp,pass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// ```
    "SDP401" "missing-mid" {
        group: Suspicious,
        scope: WebRtc,
        absence: true,
        since: "0.1",
        spec: ["RFC 9429 §5.2.1", "RFC 5888 §4"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let insists = matches!(cx.profile(), Profile::Jsep | Profile::Whip);
    let tags_matter = insists
        || cx.sdp().session().has(Name::Group)
        || cx.media().iter().any(|m| m.has(Name::Mid));
    let active = cx.media().iter().filter(|m| m.is_active());
    if tags_matter {
        for media in active.filter(|m| !m.has(Name::Mid)) {
            cx.report(
                media.head_text(),
                "no `a=mid` in this section",
                format_args!("`{}` has no `a=mid`", media.title()),
            )
            .help("add an `a=mid` that no other section has, and list it in `a=group:BUNDLE`");
        }
        return;
    }
    // SIP endpoints with ICE but without DTLS do not speak to browsers.
    let mut dtls = active.filter(|m| m.media().is_some_and(|m| m.is_dtls()));
    if let Some(first) = dtls.next() {
        cx.report(
            first.head_text(),
            "no `a=mid` in any section",
            format_args!(
                "`{}` has no `a=mid`, so it cannot be bundled",
                first.title()
            ),
        )
        .severity(Severity::Info)
        .help("give each section an `a=mid`, and list them in `a=group:BUNDLE`");
    }
}
