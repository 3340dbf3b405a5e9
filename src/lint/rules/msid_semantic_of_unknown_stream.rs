use super::prelude::*;

rule! {
    /// An `a=msid-semantic` line names a stream that no section has.
    ///
    /// ## Why it matters
    /// The line is left from a draft of RFC 8830, which has no such attribute, and browsers only
    /// write it out of habit: `a=msid-semantic: WMS *`. Old stacks that read it look for the
    /// streams it names.
    /// ```sdp,fail
    /// a=msid-semantic: WMS camera
    /// a=msid:screen track
    /// ```
    /// ```sdp,pass
    /// a=msid-semantic: WMS screen
    /// a=msid:screen track
    /// ```
    /// ```sdp,pass
    /// a=msid-semantic:WMS *
    /// ```
    "SDP417" "msid-semantic-of-unknown-stream" {
        group: Advice,
        scope: WebRtc,
        absence: true,
        since: "0.1",
        spec: ["RFC 8830 §2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let mut streams: BTreeSet<Field<'_>> = BTreeSet::new();
    for line in cx.media().iter().flat_map(|m| m.lines()) {
        let value = line.attribute_value();
        let msid = match line.name() {
            Some(Name::Msid) => value,
            Some(Name::Ssrc) => value
                .and_then(|v| Ssrc::parse(v).ok())
                .filter(|ssrc| ssrc.attribute.is("msid"))
                .and_then(|ssrc| ssrc.value),
            _ => None,
        };
        streams.extend(msid.and_then(|msid| msid.words().next()));
    }
    for line in cx
        .sdp()
        .lines()
        .iter()
        .filter(|l| l.name() == Some(Name::MsidSemantic))
    {
        let words = line.attribute_value().into_iter().flat_map(|v| v.words());
        for stream in words.skip(1).filter(|w| !w.is("*") && !streams.contains(w)) {
            cx.report(
                stream,
                "no `a=msid` gives it",
                format_args!("`a=msid-semantic` names the unknown stream `{stream}`"),
            );
        }
    }
}
