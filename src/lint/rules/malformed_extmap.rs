use super::prelude::*;
use crate::lint::extensions::FIRST_PROVISIONAL;

rule! {
    /// An `a=extmap` line has no usable id, or no URI.
    ///
    /// ## Why it matters
    /// Ids on the wire are 1 to 14 in the one-byte form and 1 to 255 in the two-byte form; 256 stands
    /// for the spare bits of that form. An offer may also use 4096 to 4351 for what it has no room
    /// for. Anything else is rejected or ignored, and the extension with it. An answer has to
    /// choose: the ids from 4096 on are not for it.
    /// ```sdp,fail
    /// a=extmap:0 urn:ietf:params:rtp-hdrext:sdes:mid
    /// ```
    /// ```sdp,fail
    /// a=extmap:four urn:ietf:params:rtp-hdrext:sdes:mid
    /// ```
    /// ```sdp,fail,as-answer
    /// a=extmap:4096 urn:ietf:params:rtp-hdrext:sdes:mid
    /// ```
    /// ```sdp,fail
    /// a=extmap:4/both urn:ietf:params:rtp-hdrext:sdes:mid
    /// ```
    /// ```sdp,pass
    /// a=extmap:4/sendonly urn:ietf:params:rtp-hdrext:sdes:mid
    /// ```
    "SDP501" "malformed-extmap" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8285 §5", "RFC 8285 §7", "RFC 8285 §8"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.sdp().sections().flat_map(|s| s.all(Name::Extmap)) {
        match Extmap::parse(line.attribute_value().unwrap_or(line.text())) {
            Err(error) => {
                cx.report_malformed("a=extmap", error);
            }
            Ok(map) if !matches!(map.id, 1..=256 | 4096..=4351) => {
                cx.report(
                    map.id_text,
                    "expected 1 to 14, or up to 255 in the two-byte form",
                    format_args!("{} is not an id for a header extension", map.id),
                );
            }
            Ok(map) if map.id >= FIRST_PROVISIONAL && cx.role() == Some(Role::Answer) => {
                cx.report(
                    map.id_text,
                    "only for offers",
                    format_args!(
                        "an answer keeps the provisional header extension id {}",
                        map.id
                    ),
                )
                .help("choose a free id from 1 to 14, or drop the line");
            }
            Ok(map) => {
                let known = ["sendrecv", "sendonly", "recvonly", "inactive"];
                if let Some(d) = map.direction.filter(|d| !known.iter().any(|k| d.is(k))) {
                    cx.report(
                        d,
                        "expected `sendonly`, `recvonly`, `sendrecv` or `inactive`",
                        format_args!("`{d}` is not a direction"),
                    );
                }
            }
        }
    }
}
