use super::prelude::*;

rule! {
    /// A source has `a=ssrc` lines, but none with its CNAME.
    ///
    /// ## Why it matters
    /// Sources with one CNAME are synchronised: audio with video, and a stream with its repair. In
    /// the description it is known before the first RTCP report. RFC 5576 demands it of every source
    /// that is described; some stacks ignore a source without it.
    /// ```sdp,fail
    /// a=ssrc:1 msid:stream track
    /// ```
    /// ```sdp,pass
    /// a=ssrc:1 cname:x
    /// a=ssrc:1 msid:stream track
    /// ```
    "SDP516" "ssrc-without-cname" {
        group: Interop,
        scope: WebRtc,
        absence: true,
        since: "0.1",
        spec: ["RFC 5576 §6.1", "RFC 8834 §4.9"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let lines = media.all(Name::Ssrc).filter_map(|l| l.attribute_value());
        // Where each source is first described, unless it has a CNAME.
        let mut nameless: BTreeMap<u32, Option<Field<'_>>> = BTreeMap::new();
        let mut order = Vec::new();
        for ssrc in lines.filter_map(|v| Ssrc::parse(v).ok()) {
            let place = nameless.entry(ssrc.ssrc).or_insert_with(|| {
                order.push(ssrc.ssrc);
                Some(ssrc.ssrc_text)
            });
            if ssrc.attribute.is("cname") {
                *place = None;
            }
        }
        // Stacks that leave it out do so for every source: one finding a section is enough.
        let first = order
            .iter()
            .find_map(|ssrc| nameless.get(ssrc).copied().flatten());
        if let Some(ssrc) = first {
            cx.report(
                ssrc,
                "no `cname` for it",
                format_args!("source {ssrc} is described without its CNAME"),
            )
            .help(format_args!(
                "add `a=ssrc:{ssrc} cname:` with the CNAME of the sender's RTCP"
            ));
        }
    }
}
