use super::prelude::*;
use crate::lint::extensions::{self, FIRST_PROVISIONAL};

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
    /// ```sdp,fail
    /// a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
    /// ```
    /// ```sdp,pass
    /// a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
    /// a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:mid
    /// ```
    "SDP503" "repeated-extmap-id" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8285 §5"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let mut general = BTreeMap::new();
    check_section(cx, cx.sdp().session(), &mut general, &BTreeMap::new());
    for media in cx.media() {
        // What the session says holds in every section too.
        check_section(cx, **media, &mut BTreeMap::new(), &general);
    }
}

fn check_section<'a>(
    cx: &mut Context<'_, 'a>,
    section: Section<'_, 'a>,
    seen: &mut BTreeMap<u16, Extmap<'a>>,
    general: &BTreeMap<u16, Extmap<'a>>,
) {
    // From 4096 on, ids stand for alternatives of which an answerer picks one.
    for map in extensions::maps(section).filter(|map| map.id < FIRST_PROVISIONAL) {
        // The same line at both levels is another rule's business.
        let above = general
            .get(&map.id)
            .filter(|above| !extensions::same(above, &map));
        let first = match above {
            Some(above) => *above,
            None => *seen.entry(map.id).or_insert(map),
        };
        if first.id_text.start() != map.id_text.start() {
            let same = extensions::same(&first, &map);
            let draft = cx
                .report(
                    map.id_text.start()..map.uri.end(),
                    if same { "the same again" } else { "and this" },
                    format_args!("header extension id {} is used twice", map.id),
                )
                .context(first.id_text.start()..first.uri.end(), "the first");
            if same {
                draft.severity(Severity::Warning);
            }
        }
    }
}
