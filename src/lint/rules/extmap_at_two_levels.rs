use super::prelude::*;
use crate::lint::extensions;

rule! {
    /// Header extensions are mapped at session level and in a section.
    ///
    /// ## Why it matters
    /// Browsers take them at one level only. Chrome rejects the description: "The a=extmap MUST be
    /// either all session level or all media level".
    /// ```sdp,fail
    /// a=extmap:1 urn:ietf:params:rtp-hdrext:toffset
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:mid
    /// ```
    /// ```sdp,pass
    /// a=extmap:1 urn:ietf:params:rtp-hdrext:toffset
    /// a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:mid
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// ```
    "SDP525" "extmap-at-two-levels" {
        group: Interop,
        scope: WebRtc,
        since: "0.1",
        spec: ["RFC 8285 §5"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let general: Vec<Extmap<'_>> = extensions::maps(cx.sdp().session()).collect();
    let Some(above) = general.first() else {
        return;
    };
    let ids: BTreeMap<u16, Extmap<'_>> = general.iter().map(|map| (map.id, *map)).collect();
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let mut maps = extensions::maps(**media);
        // An id with two meanings is another rule's business.
        let clashes =
            |map: &Extmap<'_>| ids.get(&map.id).is_some_and(|a| !extensions::same(a, map));
        if let Some(map) = maps.find(|map| !clashes(map)) {
            cx.report(
                map.id_text.start()..map.uri.end(),
                "in a section",
                format_args!(
                    "header extensions are mapped at session level and in `{}`",
                    media.title()
                ),
            )
            .context(above.id_text.start()..above.uri.end(), "at session level")
            .help("write all `a=extmap` lines in the sections");
            return;
        }
    }
}
