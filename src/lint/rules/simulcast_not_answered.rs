use super::prelude::*;

rule! {
    /// An answer takes one stream of an offered simulcast.
    ///
    /// ## Why it matters
    /// Without `a=simulcast:recv` in the answer the sender falls back to a single stream. Between two
    /// browsers that is how it has to be; of a server that should forward layers it is a mistake.
    /// ```sdp,fail
    /// --- offer
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
    /// a=rid:h send
    /// a=rid:l send
    /// a=simulcast:send h;l
    /// --- answer
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=rtpmap:96 VP8/90000
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
    /// a=rid:h send
    /// a=rid:l send
    /// a=simulcast:send h;l
    /// --- answer
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
    /// a=rid:h recv
    /// a=rid:l recv
    /// a=simulcast:recv h;l
    /// ```
    "SDP716" "simulcast-not-answered" {
        group: Advice,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8853 §5.3.2"],
    } => answer(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let Some((number, _)) = cx.offer() else {
        return;
    };
    for Pair { then, now } in cx.accepted() {
        let offered = then.first(Name::Simulcast).filter(|line| {
            let simulcast = line.attribute_value().map(Simulcast::parse);
            simulcast.is_some_and(|s| s.is_ok_and(|s| s.send.is_some()))
        });
        if let Some(line) = offered.filter(|_| !now.has(Name::Simulcast)) {
            cx.report(
                now.head_text(),
                "no `a=simulcast` in the section",
                format_args!("the offered simulcast is answered with one stream"),
            )
            .context_in(number, line.text(), "offered")
            .help("answer `a=simulcast:recv` with the streams that are wanted");
        }
    }
}
