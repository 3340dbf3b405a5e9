use super::prelude::*;

rule! {
    /// An answered section has another `mid` than the offered one.
    ///
    /// ## Why it matters
    /// The `mid` is the name by which both ends know the section: in BUNDLE groups, in trickled candidates
    /// and in RTP packets. Browsers reject an answer with another one.
    /// ## How it happens
    /// Sections were reordered, or the server numbers them itself.
    /// ```sdp,fail
    /// --- offer
    /// m=audio 5000 RTP/AVP 0
    /// a=mid:0
    /// --- answer
    /// m=audio 6000 RTP/AVP 0
    /// a=mid:audio
    /// ```
    /// ```sdp,fixed
    /// --- offer
    /// m=audio 5000 RTP/AVP 0
    /// a=mid:0
    /// --- answer
    /// m=audio 6000 RTP/AVP 0
    /// a=mid:0
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// m=audio 5000 RTP/AVP 0
    /// a=mid:0
    /// --- answer
    /// m=audio 6000 RTP/AVP 0
    /// ```
    "SDP703" "answer-changes-mid" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 5888 §9.1", "RFC 9143 §7.3"],
    } => answer(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let Some((number, offer)) = cx.offer() else {
        return;
    };
    for (offered, answered) in offer.media().iter().zip(cx.now().media()) {
        let (Some(then), Some(now)) = (offered.value(Name::Mid), answered.value(Name::Mid)) else {
            continue;
        };
        let other_media = match (offered.media(), answered.media()) {
            (Some(then), Some(now)) => then.media != now.media,
            _ => true,
        };
        if then == now || other_media {
            continue;
        }
        let draft = cx
            .report(
                now,
                format_args!("`{then}` was offered"),
                format_args!("`a=mid:{now}` answers the section `{then}`"),
            )
            .context_in(number, then, "offered in this place");
        if let Some(text) = then.as_str() {
            draft.fix(Safety::Unsafe, "keep the name", now, text);
        }
    }
}
