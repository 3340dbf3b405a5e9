use super::prelude::*;

rule! {
    /// A media section has no `c=` line, and neither has the session.
    ///
    /// ## Why it matters
    /// Every media section needs an address, its own or the session's; with ICE it may be the
    /// placeholder `c=IN IP4 0.0.0.0`. Firefox rejects a description without one.
    /// RTSP servers, which say `a=control`, are told addresses by SETUP and need none here; nor does a
    /// section with port 0 and `a=bundle-only`, which has the address of its bundle.
    /// ```sdp,fail,whole
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// t=0 0
    /// m=audio 49170 RTP/AVP 0
    /// ```
    /// ```sdp,pass,whole
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// t=0 0
    /// m=audio 49170 RTP/AVP 0
    /// c=IN IP4 192.0.2.1
    /// ```
    /// ```sdp,pass,whole
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=camera
    /// t=0 0
    /// a=control:*
    /// m=video 0 RTP/AVP 96
    /// a=rtpmap:96 H264/90000
    /// a=fmtp:96 packetization-mode=1;profile-level-id=42e01f
    /// a=control:trackID=1
    /// ```
    /// ```sdp,pass,whole
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// t=0 0
    /// a=group:BUNDLE 0 1
    /// m=audio 49170 RTP/AVP 0
    /// c=IN IP4 192.0.2.1
    /// a=mid:0
    /// a=rtcp-mux
    /// m=video 0 RTP/AVP 31
    /// a=mid:1
    /// a=bundle-only
    /// a=rtcp-mux
    /// ```
    "SDP012" "missing-connection" {
        group: Correctness,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 8866 §5.7"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    if cx.sdp().session().of_type(b'c').next().is_some() || cx.is_rtsp() {
        return;
    }
    for media in cx.media() {
        // A section that exists only when bundled has the address of the bundle.
        let borrowed = media.media().is_some_and(|m| m.port == 0);
        if media.is_active() && !borrowed && media.of_type(b'c').next().is_none() {
            cx.report(
                media.head_text(),
                "no `c=` line in this section",
                format_args!("`{}` has no `c=` line, and neither has the session", media.title()),
            )
            .help("add `c=IN IP4 0.0.0.0` when ICE is to find the address");
        }
    }
}
