use super::prelude::*;

rule! {
    /// An answer has a header extension that was not offered, or gives it another number.
    ///
    /// ## Why it matters
    /// The number in the packets is that of the offer. With another one in the answer, the ends read each
    /// other's `mid` as audio level: streams are not recognised. An extension that was not offered is
    /// never sent: a warning.
    /// ## How it happens
    /// A server answers with its own table of extensions.
    /// ```sdp,fail
    /// --- offer
    /// a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid
    /// --- answer
    /// a=extmap:5 urn:ietf:params:rtp-hdrext:sdes:mid
    /// ```
    /// ```sdp,fail
    /// --- offer
    /// a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid
    /// --- answer
    /// a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid
    /// a=extmap:4 urn:ietf:params:rtp-hdrext:ssrc-audio-level
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid
    /// a=extmap:4 urn:ietf:params:rtp-hdrext:ssrc-audio-level
    /// a=extmap:4100 urn:ietf:params:rtp-hdrext:toffset
    /// --- answer
    /// a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid
    /// a=extmap:5 urn:ietf:params:rtp-hdrext:toffset
    /// ```
    "SDP713" "answer-extmap-not-offered" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8285 §7"],
    } => answer(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let Some((number, offer)) = cx.offer() else {
        return;
    };
    let common = numbers(offer.sdp().session());
    for Pair { then, now } in cx.accepted() {
        let own = numbers(**then);
        for map in extmaps(**now) {
            let key = (map.uri, map.attributes);
            let offered = own.get(&key).or_else(|| common.get(&key));
            match offered.and_then(|all| Some((all.first()?, all))) {
                None => {
                    cx.report(
                        map.uri,
                        "not offered",
                        format_args!("the answer has the header extension {}, which was not offered", map.id),
                    )
                    .context_in(number, then.head_text(), "offered without it")
                    .help("answer with offered extensions only")
                    .severity(Severity::Warning);
                }
                // Numbers from 4096 on stand for one that the answerer may choose.
                Some((first, all)) if !all.iter().any(|o| o.id == map.id || o.id >= 4096) => {
                    let draft = cx
                        .report(
                            map.id_text,
                            format_args!("offered as {}", first.id),
                            format_args!(
                                "header extension {} is answered as {}",
                                first.id, map.id
                            ),
                        )
                        .context_in(number, first.id_text, "the number in the offer");
                    draft.fix(
                        Safety::Unsafe,
                        "keep the number of the offer",
                        map.id_text,
                        first.id.to_string(),
                    );
                }
                Some(_) => {}
            }
        }
    }
}

/// The numbers of each extension in `section`: one, and with some luck a few more to choose from.
fn numbers<'a>(section: Section<'_, 'a>) -> BTreeMap<(Field<'a>, Option<Field<'a>>), Vec<Extmap<'a>>> {
    const KEPT: usize = 8;
    let mut numbers: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for map in extmaps(section) {
        let all = numbers.entry((map.uri, map.attributes)).or_default();
        if all.len() < KEPT {
            all.push(map);
        }
    }
    numbers
}

fn extmaps<'d, 'a>(section: Section<'d, 'a>) -> impl Iterator<Item = Extmap<'a>> + use<'d, 'a> {
    let values = section.all(Name::Extmap).filter_map(Line::attribute_value);
    values.filter_map(|v| Extmap::parse(v).ok())
}
