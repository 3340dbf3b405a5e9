use super::prelude::*;

rule! {
    /// A video section does not allow reduced-size RTCP.
    ///
    /// ## Why it matters
    /// Without `a=rtcp-rsize` every feedback packet has to be a full compound packet with a report
    /// and an SDES chunk: more bytes for each lost packet. It works, and so this is advice.
    /// ```sdp,fail
    /// m=video 9 UDP/TLS/RTP/SAVPF 31
    /// a=mid:0
    /// a=rtcp-mux
    /// ```
    /// ```sdp,fixed
    /// m=video 9 UDP/TLS/RTP/SAVPF 31
    /// a=mid:0
    /// a=rtcp-mux
    /// a=rtcp-rsize
    /// ```
    /// ```sdp,pass
    /// m=video 9 UDP/TLS/RTP/SAVPF 31
    /// a=mid:0
    /// a=rtcp-mux
    /// a=rtcp-rsize
    /// ```
    "SDP415" "missing-rtcp-rsize" {
        group: Advice,
        scope: WebRtc,
        absence: true,
        since: "0.1",
        spec: ["RFC 5506 §5", "RFC 8834 §4.6"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let video = media
            .media()
            .filter(|m| m.is_rtp() && m.media.is_ignoring_case("video"));
        if video.is_some() && !media.has(Name::RtcpRsize) {
            let draft = cx.report(
                media.head_text(),
                "no `a=rtcp-rsize` in this section",
                format_args!("`{}` does not allow reduced-size RTCP", media.title()),
            );
            if let Some(mux) = media.first(Name::RtcpMux) {
                draft.fix_add_line(Safety::Unsafe, mux, "a=rtcp-rsize");
            }
        }
    }
}
