use super::prelude::*;

rule! {
    /// An answered section is of another medium or transport than the offered one.
    ///
    /// ## Why it matters
    /// The section in the same place is the one that is answered. Audio that answers video is rejected, or
    /// sent to the wrong decoder; of another transport (`RTP/AVP` for `RTP/SAVPF`) some stacks say no, so
    /// that is a warning.
    /// ## How it happens
    /// A server writes its sections in an order of its own.
    /// ```sdp,fail
    /// --- offer
    /// m=audio 5000 RTP/AVP 0
    /// m=video 5002 RTP/AVP 31
    /// --- answer
    /// m=video 6002 RTP/AVP 31
    /// m=audio 6000 RTP/AVP 0
    /// ```
    /// ```sdp,fail
    /// --- offer
    /// m=audio 5000 RTP/AVPF 0
    /// --- answer
    /// m=audio 6000 RTP/AVP 0
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// m=audio 5000 RTP/AVP 0
    /// m=video 5002 RTP/AVP 31
    /// --- answer
    /// m=audio 6000 RTP/AVP 0
    /// m=video 0 RTP/AVP 31
    /// ```
    "SDP702" "answer-changes-media" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 3264 §6.1", "RFC 9429 §5.3.1"],
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
        if then.media != now.media {
            cx.report(
                now.media,
                format_args!("answers m={}", then.media),
                format_args!("`m={}` stands where `m={}` was offered", now.media, then.media),
            )
            .context_in(number, then.media, "offered in this place")
            .help("keep the order of the offer; reject a section by port 0");
        } else if now.proto != then.proto && answered.is_active() {
            let other_kind = then.is_rtp() != now.is_rtp();
            let draft = cx
                .report(
                    now.proto,
                    format_args!("{} was offered", then.proto),
                    format_args!("`{}` answers an offer of `{}`", now.proto, then.proto),
                )
                .context_in(number, then.proto, "offered")
                .help("answer with the protocol that was offered");
            if !other_kind {
                draft.severity(Severity::Warning);
            }
        }
    }
}
