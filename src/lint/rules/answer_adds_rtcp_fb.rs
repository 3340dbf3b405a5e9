use super::prelude::*;

rule! {
    /// An answer has feedback for a codec that the offer did not have for it.
    ///
    /// ## Why it matters
    /// The offerer does not send feedback that it did not offer, so what the answer relies on, such as
    /// `transport-cc` or `nack`, does not arrive: bandwidth estimation or repair is off without a word.
    /// ## How it happens
    /// A server answers with its own list, whatever was offered.
    /// ```sdp,fail
    /// --- offer
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=rtcp-fb:96 nack pli
    /// a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
    /// --- answer
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=rtcp-fb:96 nack pli
    /// a=rtcp-fb:96 transport-cc
    /// a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
    /// a=rtcp-fb:* transport-cc
    /// a=rtcp-fb:96 nack pli
    /// --- answer
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
    /// a=rtcp-fb:96 transport-cc
    /// ```
    "SDP714" "answer-adds-rtcp-fb" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 4585 §4.2"],
    } => answer(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let Some((number, _)) = cx.offer() else {
        return;
    };
    for Pair { then, now } in cx.accepted() {
        let offered: BTreeSet<(Field<'_>, Vec<Field<'_>>)> =
            feedback(then).map(|(_, fb)| (fb.format, words(fb))).collect();
        let any = Field::new(b"*", 0);
        for (line, fb) in feedback(now) {
            let same_codec = match fb.format.number() {
                Some(number) => then.payloads.get(number).is_some(),
                None => true,
            };
            let wanted = words(fb);
            let has = |format| offered.contains(&(format, wanted.clone()));
            if !same_codec || has(fb.format) || has(any) {
                continue;
            }
            // A wildcard in the answer stands for what any of the codecs was offered with.
            if fb.format == any && offered.iter().any(|(_, feedback)| *feedback == wanted) {
                continue;
            }
            cx.report(
                fb.feedback,
                "not offered",
                format_args!("the answer has `{}` for {}, which was not offered", fb.feedback, fb.format),
            )
            .context_in(number, then.head_text(), "offered without it")
            .fix_drop_line(Safety::Unsafe, line);
        }
    }
}

fn feedback<'d, 'a>(
    media: &Media<'d, 'a>,
) -> impl Iterator<Item = (&'d Line<'a>, RtcpFb<'a>)> + use<'d, 'a> {
    let lines = media.all(Name::RtcpFb);
    lines.filter_map(|line| Some((line, RtcpFb::parse(line.attribute_value()?).ok()?)))
}

fn words<'a>(fb: RtcpFb<'a>) -> Vec<Field<'a>> {
    fb.feedback.words().collect()
}
