use super::prelude::*;

rule! {
    /// A new description gives a header extension another number than before, or a number to another.
    ///
    /// ## Why it matters
    /// Packets on their way carry the old number and are read by the new meaning. Chrome keeps the
    /// numbers of a section for good and refuses such a description: "RTP extension ID reassignment not
    /// supported".
    /// ## How it happens
    /// A server numbers the extensions anew in each offer, or sorts them.
    /// ```sdp,fail
    /// --- offer
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=rtcp-mux
    /// a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
    /// --- answer
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=rtcp-mux
    /// --- offer
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=rtcp-mux
    /// a=extmap:9 urn:ietf:params:rtp-hdrext:sdes:mid
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=rtcp-mux
    /// a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
    /// --- answer
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=rtcp-mux
    /// --- offer
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=rtcp-mux
    /// a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
    /// a=extmap:9 urn:ietf:params:rtp-hdrext:ssrc-audio-level
    /// ```
    "SDP733" "moved-extmap-id" {
        group: Interop,
        scope: WebRtc,
        since: "0.1",
        spec: ["RFC 8285 §7"],
    } => again(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let Some((number, _)) = cx.said_before() else {
        return;
    };
    for Pair { then, now } in cx.continued() {
        let (old, new) = (extmaps(**then), extmaps(**now));
        let by_id: BTreeMap<u16, &Extmap<'_>> = old.iter().rev().map(|m| (m.id, m)).collect();
        let by_use: BTreeMap<_, &Extmap<'_>> = old.iter().rev().map(|m| (meaning(m), m)).collect();
        let kept: BTreeSet<_> = new.iter().map(|m| (m.id, meaning(m))).collect();
        for map in &new {
            // Numbered twice before, and kept by one of the two.
            let known = by_id.get(&map.id).is_some_and(|was| meaning(was) == meaning(map));
            let moved = by_use.get(&meaning(map)).filter(|was| !kept.contains(&(was.id, meaning(map))));
            let other = by_id.get(&map.id).filter(|was| meaning(was) != meaning(map));
            let Some(was) = moved.or(other).filter(|_| !known) else { continue };
            let draft = match was.id == map.id {
                true => cx.report(
                    map.uri,
                    format_args!("number {} had another use before", map.id),
                    format_args!("header extension number {} is given to another extension", map.id),
                ),
                false => cx.report(
                    map.id_text,
                    format_args!("{} before", was.id),
                    format_args!("a header extension moved from number {} to {}", was.id, map.id),
                ),
            };
            draft
                .context_in(number, was.id_text, "before")
                .help("keep the numbers of header extensions for as long as the session lasts");
        }
    }
}

/// What an extension is, with the extension it encrypts.
fn meaning<'a>(map: &Extmap<'a>) -> (Field<'a>, Option<Field<'a>>) {
    (map.uri, map.encrypted())
}

/// The readable extensions; numbers from 4096 on are not in use yet.
fn extmaps<'a>(section: Section<'_, 'a>) -> Vec<Extmap<'a>> {
    let values = section.all(Name::Extmap).filter_map(Line::attribute_value);
    let maps = values.filter_map(|value| Extmap::parse(value).ok());
    maps.filter(|map| map.id < 4096).collect()
}
