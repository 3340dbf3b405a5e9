use super::prelude::*;

rule! {
    /// A section has feedback for two ways of congestion control.
    ///
    /// ## Why it matters
    /// `goog-remb` lets the receiver estimate the bandwidth, `transport-cc` and `ack ccfb` the
    /// sender. Browsers offer both and use the newer; in an answer only one of them should be left.
    /// ```sdp,fail
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
    /// a=rtpmap:96 VP8/90000
    /// a=rtcp-fb:96 nack pli
    /// a=rtcp-fb:96 goog-remb
    /// a=rtcp-fb:96 transport-cc
    /// ```
    /// ```sdp,pass
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
    /// a=rtpmap:96 VP8/90000
    /// a=rtcp-fb:96 nack pli
    /// a=rtcp-fb:96 transport-cc
    /// ```
    "SDP137" "two-congestion-feedbacks" {
        group: Advice,
        scope: WebRtc,
        since: "0.1",
        spec: ["RFC 8888 §6"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let mut first: BTreeMap<Field<'_>, Field<'_>> = BTreeMap::new();
        for line in media.all(Name::RtcpFb) {
            let Some(Ok(fb)) = line.attribute_value().map(RtcpFb::parse) else {
                continue;
            };
            let ways = ["goog-remb", "transport-cc", "ack ccfb"];
            if !ways.iter().any(|way| fb.feedback.is(way)) {
                continue;
            }
            let before = *first.entry(fb.format).or_insert(fb.feedback);
            // Every codec of a section has the same, so that one of them will do.
            if before != fb.feedback {
                cx.report(
                    fb.feedback,
                    "the second way",
                    format_args!(
                        "payload type {} has both `{before}` and `{}`",
                        fb.format, fb.feedback
                    ),
                )
                .context(before, "the first way");
                break;
            }
        }
    }
}
