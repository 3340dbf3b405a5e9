use super::prelude::*;

rule! {
    /// An answer bundles a section that the offer did not bundle.
    ///
    /// ## Why it matters
    /// An answer can take sections out of an offered BUNDLE group, not put them in: the offerer has not
    /// agreed to send them over one transport. Browsers reject such an answer.
    /// ## How it happens
    /// A server bundles all it answers.
    /// ```sdp,fail
    /// --- offer
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// m=video 9 UDP/TLS/RTP/SAVPF 31
    /// a=mid:1
    /// a=rtcp-mux
    /// --- answer
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// m=video 9 UDP/TLS/RTP/SAVPF 31
    /// a=mid:1
    /// a=rtcp-mux
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// m=video 9 UDP/TLS/RTP/SAVPF 31
    /// a=mid:1
    /// a=rtcp-mux
    /// --- answer
    /// a=group:BUNDLE 0
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// m=video 9 UDP/TLS/RTP/SAVPF 31
    /// a=mid:1
    /// a=rtcp-mux
    /// ```
    "SDP711" "answer-bundles-more" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 9143 §7.3"],
    } => answer(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let Some((number, offer)) = cx.offer() else {
        return;
    };
    // In which offered group each section is.
    let mut offered = BTreeMap::new();
    for (group, mid) in bundles(offer).enumerate().flat_map(|(i, g)| g.mids().map(move |m| (i, m))) {
        offered.entry(mid).or_insert(group);
    }
    let line = offer.sdp().session().first(Name::Group);
    let at = line.map_or(Field::new(&[], 0), Line::text);
    for group in bundles(cx.now()) {
        let mut home = None;
        for mid in group.mids() {
            let place = offered.get(&mid);
            let same = place.is_some() && (home.is_none() || home == place);
            if place.is_some() && home.is_none() {
                home = place;
            }
            if !same {
                cx.report(
                    mid,
                    "not offered in this group",
                    format_args!("the answer bundles `{mid}`, which the offer does not"),
                )
                .context_in(number, at, "offered")
                .help("keep to the sections of the offered group");
            }
        }
    }
}

fn bundles<'a>(facts: &Facts<'_, 'a>) -> impl Iterator<Item = Group<'a>> {
    let lines = facts.sdp().session().all(Name::Group);
    let groups = lines.filter_map(Line::attribute_value);
    groups.filter_map(|v| Group::parse(v).ok()).filter(Group::is_bundle)
}
