use super::prelude::*;

rule! {
    /// Two header extensions of a section have the same id.
    ///
    /// ## Why it matters
    /// The id is all that a packet carries. Audio levels read as timestamps make bandwidth
    /// estimation and speaker detection go wild.
    /// ```sdp,fail
    /// a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
    /// a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
    /// ```
    /// ```sdp,pass
    /// a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
    /// a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:mid
    /// ```
    "SDP503" "repeated-extmap-id" {
        severity: Error,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8285"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let session = cx.sdp().session();
    let read = |line: &Line<'_>| line.attribute_value().and_then(|v| Extmap::parse(v).ok()).is_some();
    let general: Vec<&Line<'_>> = session.all(Name::Extmap).filter(|l| read(l)).collect();
    for section in cx.sdp().sections() {
        // What the session says holds in every section too.
        let inherited = if section.index().is_some() { general.as_slice() } else { &[] };
        let mut seen: BTreeMap<u16, Extmap<'_>> = BTreeMap::new();
        for line in inherited.iter().copied().chain(section.all(Name::Extmap)) {
            let Some(Ok(map)) = line.attribute_value().map(Extmap::parse) else {
                continue;
            };
            // From 4096 on, ids stand for alternatives of which an answerer picks one.
            if map.id >= 4096 {
                continue;
            }
            let first = *seen.entry(map.id).or_insert(map);
            let inherited_twice = section.index().is_some()
                && general.iter().any(|l| l.text().start() == line.text().start());
            if first.id_text.start() != map.id_text.start() && !inherited_twice {
                let same = first.uri == map.uri;
                let draft = cx
                    .report(
                        map.id_text.start()..map.uri.end(),
                        if same { "the same again" } else { "and this" },
                        format_args!("header extension id {} is used twice", map.id),
                    )
                    .context(first.id_text.start()..first.uri.end(), "means this");
                if same {
                    draft.severity(Severity::Warning);
                }
            }
        }
    }
}
