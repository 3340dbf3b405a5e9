use super::prelude::*;

rule! {
    /// An answer accepts a section that the offer had closed.
    ///
    /// ## Why it matters
    /// A section offered with port 0 is not there to be used, and has to be answered with port 0. The
    /// answerer waits for media that is never sent; browsers reject the answer.
    /// ## How it happens
    /// A server answers all sections it knows, also those that were stopped.
    /// ```sdp,fail
    /// --- offer
    /// m=audio 5000 RTP/AVP 0
    /// m=video 0 RTP/AVP 31
    /// --- answer
    /// m=audio 6000 RTP/AVP 0
    /// m=video 6002 RTP/AVP 31
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// m=audio 5000 RTP/AVP 0
    /// m=video 0 RTP/AVP 31
    /// --- answer
    /// m=audio 6000 RTP/AVP 0
    /// m=video 0 RTP/AVP 31
    /// ```
    "SDP729" "answer-revives-rejected-section" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 3264 §8.2"],
    } => answer(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let Some((number, offer)) = cx.offer() else {
        return;
    };
    for (offered, answered) in offer.media().iter().zip(cx.now().media()) {
        let (Some(then), Some(now)) = (offered.media(), answered.media()) else {
            continue;
        };
        let closed = then.port == 0 && !offered.has(Name::BundleOnly);
        if closed && now.port != 0 && then.media == now.media {
            cx.report(
                now.port_text,
                "offered with port 0",
                format_args!("`{}` is accepted, but was offered with port 0", answered.title()),
            )
            .context_in(number, then.port_text, "closed in the offer")
            .fix(Safety::Unsafe, "answer with port 0", now.port_text, "0");
        }
    }
}
