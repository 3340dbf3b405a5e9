use super::prelude::*;

rule! {
    /// A WHIP or WHEP answer has no candidate.
    ///
    /// ## Why it matters
    /// The server has no way to send candidates after its answer: what is not in it never comes. The client
    /// can only wait for a check from the server.
    /// ## How it happens
    /// The answer was taken before candidates were gathered.
    /// ```sdp,fail
    /// --- offer
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=sendonly
    /// --- answer
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=recvonly
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=sendonly
    /// --- answer
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=recvonly
    /// a=candidate:1 1 udp 2130706431 192.0.2.2 6000 typ host
    /// ```
    "SDP806" "whip-answer-without-candidates" {
        group: Suspicious,
        scope: Whip,
        since: "0.1",
        spec: ["RFC 9725 §4.3.2"],
    } => answer(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let Some((number, offer)) = cx.offer() else {
        return;
    };
    let answer = cx.now();
    let session = answer.sdp().session();
    let mut sections = answer.media().iter();
    let any = session.has(Name::Candidate) || sections.any(|m| m.has(Name::Candidate));
    let first = answer.media().iter().find(|m| m.is_active());
    if let (false, Some(media), Some(offered)) = (any, first, offer.media().first()) {
        cx.report(
            media.head_text(),
            "no candidate in the answer",
            format_args!("a WHIP answer without `a=candidate`"),
        )
        .context_in(number, offered.head_text(), "the offer")
        .help("gather candidates before the answer is sent");
    }
}
