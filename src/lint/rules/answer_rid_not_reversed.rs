use super::prelude::*;

rule! {
    /// An answer sends the simulcast streams that the offer sends, instead of receiving them.
    ///
    /// ## Why it matters
    /// What one end offers to `send` the other has to `recv`. With `send` on both sides nobody receives:
    /// browsers drop simulcast, and one stream at most arrives.
    /// ## How it happens
    /// The lines of the offer were copied into the answer.
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
    /// a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
    /// a=rid:h send
    /// a=rid:l send
    /// a=simulcast:send h;l
    /// ```
    /// ```sdp,fail
    /// --- offer
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
    /// a=rid:h send
    /// a=simulcast:send h
    /// --- answer
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
    /// a=rid:h recv
    /// a=rid:hi recv
    /// a=simulcast:recv h;hi
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
    /// a=simulcast:recv h
    /// ```
    "SDP715" "answer-rid-not-reversed" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8851 §6.3", "RFC 8853 §5.3.2"],
    } => answer(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let Some((number, _)) = cx.offer() else {
        return;
    };
    for Pair { then, now } in cx.accepted() {
        // An identifier may be used once for each direction.
        let mut offered: BTreeMap<Field<'_>, Vec<Rid<'_>>> = BTreeMap::new();
        for rid in rids(then) {
            let both = offered.entry(rid.id).or_default();
            if both.iter().all(|other| other.direction != rid.direction) {
                both.push(rid);
            }
        }
        for rid in rids(now) {
            let reversed = if rid.direction.is("send") { "recv" } else { "send" };
            match offered.get(&rid.id) {
                Some(both) if both.iter().any(|other| other.direction.is(reversed)) => {}
                Some(both) => {
                    let there = both.first().map_or(then.head_text(), |other| other.direction);
                    cx.report(
                        rid.direction,
                        format_args!("the offer says {} too", rid.direction),
                        format_args!("`a=rid:{} {}` answers the same direction", rid.id, rid.direction),
                    )
                    .context_in(number, there, "offered")
                    .help(format_args!(
                        "answer `a=rid:{} {reversed}`, and `a=simulcast:{reversed}`",
                        rid.id
                    ));
                }
                None => {
                    cx.report(
                        rid.id,
                        "not offered",
                        format_args!("the answer names the stream `{}`, which was not offered", rid.id),
                    )
                    .context_in(number, then.head_text(), "offered without it")
                    .help("answer with offered streams only")
                    .severity(Severity::Warning);
                }
            }
        }
    }
}

fn rids<'d, 'a>(media: &Media<'d, 'a>) -> impl Iterator<Item = Rid<'a>> + use<'d, 'a> {
    let values = media.all(Name::Rid).filter_map(Line::attribute_value);
    values.filter_map(|v| Rid::parse(v).ok())
}
