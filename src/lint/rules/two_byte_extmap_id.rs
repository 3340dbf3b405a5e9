use super::prelude::*;

rule! {
    /// A header extension id above 14 is mapped without `a=extmap-allow-mixed`.
    ///
    /// ## Why it matters
    /// Such an id does not fit into the one-byte form; 15 is reserved there. All packets then have
    /// to use the two-byte form, which many stacks neither send nor read: Chrome only does where
    /// both sides allow mixed forms.
    /// ```sdp,fail
    /// a=extmap:17 urn:ietf:params:rtp-hdrext:sdes:mid
    /// ```
    /// ```sdp,pass
    /// a=extmap-allow-mixed
    /// a=extmap:17 urn:ietf:params:rtp-hdrext:sdes:mid
    /// ```
    /// ```sdp,pass
    /// a=extmap:14 urn:ietf:params:rtp-hdrext:sdes:mid
    /// ```
    "SDP502" "two-byte-extmap-id" {
        group: Interop,
        scope: WebRtc,
        absence: true,
        since: "0.1",
        spec: ["RFC 8285 §4.2", "RFC 8285 §6"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let session = cx.sdp().session();
    if session.has(Name::ExtmapAllowMixed) {
        return;
    }
    let sections = std::iter::once(session).chain(cx.media().iter().map(|m| **m));
    for section in sections.filter(|s| !s.is_rejected() && !s.has(Name::ExtmapAllowMixed)) {
        let mut maps = crate::lint::extensions::maps(section);
        if let Some(map) = maps.find(|map| matches!(map.id, 15..=255)) {
            cx.report(
                map.id_text,
                "expected 1 to 14",
                format_args!("header extension id {} needs the two-byte form", map.id),
            )
            .help("choose a free id from 1 to 14, or add `a=extmap-allow-mixed`");
        }
    }
}
