use super::prelude::*;

rule! {
    /// An accepted section has no codec in common with the offer.
    ///
    /// ## Why it matters
    /// Nothing can be sent that the other end decodes. A section without a common codec has to be rejected
    /// by port 0; browsers fail to set such an answer.
    /// ## How it happens
    /// A filter removed all codecs but one that was not offered, or a name or clock rate is misspelt.
    /// What only helps a codec (`rtx`, `red`, `ulpfec`, `CN`, `telephone-event`) is no codec in common.
    /// ```sdp,fail
    /// --- offer
    /// m=video 5000 RTP/AVP 96
    /// a=rtpmap:96 VP8/90000
    /// --- answer
    /// m=video 6000 RTP/AVP 102
    /// a=rtpmap:102 H264/90000
    /// ```
    /// ```sdp,fail
    /// --- offer
    /// m=video 5000 RTP/AVP 96 97
    /// a=rtpmap:96 VP8/90000
    /// a=rtpmap:97 rtx/90000
    /// a=fmtp:97 apt=96
    /// --- answer
    /// m=video 6000 RTP/AVP 98 97
    /// a=rtpmap:98 VP9/90000
    /// a=rtpmap:97 rtx/90000
    /// a=fmtp:97 apt=98
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// m=video 5000 RTP/AVP 96 97
    /// a=rtpmap:96 VP8/90000
    /// a=rtpmap:97 VP9/90000
    /// --- answer
    /// m=video 6000 RTP/AVP 97
    /// a=rtpmap:97 vp9/90000
    /// ```
    "SDP705" "no-common-codec" {
        group: Correctness,
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
        let (Some(offered), Some(answered)) = (Codec::all_in(then), Codec::all_in(now)) else {
            continue;
        };
        let Some(list) = now.media().map(|m| m.format_list) else {
            continue;
        };
        if offered.is_empty() || answered.is_empty() || !offered.is_disjoint(&answered) {
            continue;
        }
        let draft = cx.report(
            list,
            "none of these was offered",
            format_args!("`{}` is answered with no codec that was offered", now.title()),
        );
        let draft = match then.media() {
            Some(media) => draft.context_in(number, media.format_list, "offered"),
            None => draft,
        };
        draft.help("answer with an offered codec, or reject the section by port 0");
    }
}
