use super::prelude::*;

rule! {
    /// An answer gives a codec another payload type than the offer.
    ///
    /// ## Why it matters
    /// It is legal, but then each direction has numbers of its own. Servers that forward packets, recorders
    /// and several stacks expect one number for a codec, and drop the packets or decode them as something
    /// else.
    /// ## How it happens
    /// A server answers with its own table of payload types.
    /// ```sdp,fail
    /// --- offer
    /// m=audio 5000 RTP/AVP 111
    /// a=rtpmap:111 opus/48000/2
    /// --- answer
    /// m=audio 6000 RTP/AVP 96
    /// a=rtpmap:96 opus/48000/2
    /// ```
    /// ```sdp,fail
    /// --- offer
    /// m=video 5000 RTP/AVP 96 97
    /// a=rtpmap:96 VP8/90000
    /// a=rtpmap:97 VP9/90000
    /// --- answer
    /// m=video 6000 RTP/AVP 97 96
    /// a=rtpmap:96 VP9/90000
    /// a=rtpmap:97 VP8/90000
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// m=audio 5000 RTP/AVP 111 0
    /// a=rtpmap:111 opus/48000/2
    /// --- answer
    /// m=audio 6000 RTP/AVP 111
    /// a=rtpmap:111 opus/48000/2
    /// ```
    "SDP706" "renumbered-payload-type" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 3264 §6.1"],
    } => answer(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let Some((number, _)) = cx.offer() else {
        return;
    };
    for Pair { then, now } in cx.accepted() {
        let mut offered = BTreeMap::new();
        for payload in &then.payloads {
            if let Some(codec) = Codec::of(payload) {
                offered.entry(codec.key()).or_insert(payload);
            }
        }
        for payload in &now.payloads {
            let Some(codec) = Codec::of(payload).filter(|c| !c.is("rtx")) else {
                continue;
            };
            let same = then.payloads.get(payload.number).and_then(Codec::of);
            let Some(first) = offered.get(&codec.key()).filter(|_| same != Some(codec)) else {
                continue;
            };
            let at = payload.rtpmap.map_or(payload.format, |m| m.payload_type_text);
            let there = first.rtpmap.map_or(first.format, |m| m.payload_type_text);
            let draft = cx
                .report(
                    at,
                    format_args!("offered as {}", first.number),
                    format_args!(
                        "`{codec}` was offered as payload type {} and is answered as {}",
                        first.number, payload.number
                    ),
                )
                .context_in(number, there, format_args!("{codec} in the offer"))
                .help("answer with the number of the offer");
            if let Some(other) = same {
                draft.help(format_args!("{} means {other} in the offer", payload.number));
            }
        }
    }
}
