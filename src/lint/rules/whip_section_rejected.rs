use super::prelude::*;

rule! {
    /// A WHIP or WHEP answer rejects one section and accepts another.
    ///
    /// ## Why it matters
    /// The protocol knows no half success: the client cannot offer again, so the server should refuse the
    /// whole request by a 4xx status, or accept all sections.
    /// ## How it happens
    /// The server knows no codec of the rejected section.
    /// ```sdp,fail
    /// --- offer
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=sendonly
    /// m=video 9 UDP/TLS/RTP/SAVPF 31
    /// a=mid:1
    /// a=rtcp-mux
    /// a=sendonly
    /// --- answer
    /// a=group:BUNDLE 0
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=recvonly
    /// a=candidate:1 1 udp 2130706431 192.0.2.2 6000 typ host
    /// m=video 0 UDP/TLS/RTP/SAVPF 31
    /// a=mid:1
    /// a=rtcp-mux
    /// a=recvonly
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=sendonly
    /// m=video 9 UDP/TLS/RTP/SAVPF 31
    /// a=mid:1
    /// a=rtcp-mux
    /// a=sendonly
    /// --- answer
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=recvonly
    /// a=candidate:1 1 udp 2130706431 192.0.2.2 6000 typ host
    /// m=video 9 UDP/TLS/RTP/SAVPF 31
    /// a=mid:1
    /// a=rtcp-mux
    /// a=recvonly
    /// ```
    "SDP804" "whip-section-rejected" {
        group: Suspicious,
        scope: Whip,
        since: "0.1",
        spec: ["RFC 9725 §4.4.3"],
    } => answer(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let Some((number, offer)) = cx.offer() else {
        return;
    };
    let answer = cx.now();
    if !answer.media().iter().any(Media::is_active) {
        return;
    }
    for (then, now) in offer.media().iter().zip(answer.media()) {
        if then.is_active() && now.is_rejected() {
            cx.report(
                now.head_text(),
                "port 0",
                format_args!("a WHIP answer rejects `{}` alone", now.title()),
            )
            .context_in(number, then.head_text(), "offered")
            .help("accept all that was offered, or refuse the request by 4xx");
        }
    }
}
