use super::prelude::*;
use crate::lint::extensions::FIRST_PROVISIONAL;

rule! {
    /// A section maps one header extension to two ids.
    ///
    /// ## Why it matters
    /// Stacks keep the first or the last and ignore the other, so the two sides may read and write
    /// different ids.
    /// ```sdp,fail
    /// a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
    /// a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:mid
    /// ```
    /// One extension may well have an id for each direction.
    /// ```sdp,pass
    /// a=extmap:1/sendonly urn:ietf:params:rtp-hdrext:sdes:mid
    /// a=extmap:2/recvonly urn:ietf:params:rtp-hdrext:sdes:mid
    /// ```
    /// ```sdp,pass
    /// a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
    /// a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
    /// ```
    "SDP504" "repeated-extmap-uri" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8285 §5"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for section in cx.sdp().sections() {
        let mut seen: BTreeMap<_, Extmap<'_>> = BTreeMap::new();
        for line in section.all(Name::Extmap) {
            let Some(Ok(map)) = line.attribute_value().map(Extmap::parse) else {
                continue;
            };
            // One extension may be mapped once for each direction, and with other parameters.
            let key = (map.uri, map.direction, map.attributes);
            let first = *seen.entry(key).or_insert(map);
            if first.id != map.id && map.id < FIRST_PROVISIONAL && first.id < FIRST_PROVISIONAL {
                cx.report(
                    map.id_text.start()..map.uri.end(),
                    "another id",
                    format_args!(
                        "one header extension has the ids {} and {}",
                        first.id, map.id
                    ),
                )
                .context(first.id_text.start()..first.uri.end(), "the first id");
            }
        }
    }
}
