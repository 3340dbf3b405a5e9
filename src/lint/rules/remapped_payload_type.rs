use super::prelude::*;

rule! {
    /// A new description gives a payload type to another codec than before.
    ///
    /// ## Why it matters
    /// Packets that are on their way, and receivers that do not reset, decode the one as the other. Within
    /// a session a payload type keeps its codec.
    /// ## How it happens
    /// Payload types were numbered again when a codec was added or removed.
    /// ```sdp,fail
    /// --- offer
    /// m=video 5000 RTP/AVP 96
    /// a=rtpmap:96 VP8/90000
    /// --- answer
    /// m=video 6000 RTP/AVP 96
    /// a=rtpmap:96 VP8/90000
    /// --- offer
    /// m=video 5000 RTP/AVP 96
    /// a=rtpmap:96 H264/90000
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// m=video 5000 RTP/AVP 96
    /// a=rtpmap:96 VP8/90000
    /// --- answer
    /// m=video 6000 RTP/AVP 96
    /// a=rtpmap:96 VP8/90000
    /// --- offer
    /// m=video 5000 RTP/AVP 102 96
    /// a=rtpmap:96 VP8/90000
    /// a=rtpmap:102 H264/90000
    /// ```
    "SDP722" "remapped-payload-type" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 3264 §8.3.2"],
    } => again(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let Some((number, _)) = cx.said_before() else {
        return;
    };
    for Pair { then, now } in cx.continued() {
        for payload in &now.payloads {
            let Some(earlier) = then.payloads.get(payload.number) else {
                continue;
            };
            let (Some(was), Some(is)) = (Codec::of(earlier), Codec::of(payload)) else {
                continue;
            };
            if was == is {
                continue;
            }
            let place = |p: &Payload<'_>| p.rtpmap.map_or(p.format.span(), |m| m.encoding.span());
            cx.report(
                place(payload),
                format_args!("{was} before"),
                format_args!("payload type {} was {was} and is now {is}", payload.number),
            )
            .context_in(number, place(earlier), "before")
            .help("use a payload type that was not used yet");
        }
    }
}
