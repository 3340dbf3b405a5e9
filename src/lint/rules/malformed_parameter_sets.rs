use super::prelude::*;
use crate::sdp::base64_head;

rule! {
    /// The `sprop-parameter-sets` of H.264 are not parameter sets in base64.
    ///
    /// ## Why it matters
    /// The decoder is set up from them: with damaged ones there is no picture, unless the stream
    /// brings its own.
    /// ## How it happens
    /// The value was cut off, or base64 for URLs was used.
    /// ```sdp,fail
    /// m=video 9 RTP/AVP 96
    /// a=rtpmap:96 H264/90000
    /// a=fmtp:96 profile-level-id=42A01E;sprop-parameter-sets=Z0LA
    /// ```
    /// ```sdp,fail
    /// m=video 9 RTP/AVP 96
    /// a=rtpmap:96 H264/90000
    /// a=fmtp:96 profile-level-id=42A01E;sprop-parameter-sets=Z0IACpZTBYmI,aMl-iA==
    /// ```
    /// ```sdp,pass
    /// m=video 9 RTP/AVP 96
    /// a=rtpmap:96 H264/90000
    /// a=fmtp:96 profile-level-id=42A01E; sprop-parameter-sets=Z0IACpZTBYmI,aMljiA==
    /// ```
    "SDP119" "malformed-parameter-sets" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 6184 §8.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for payload in cx.media().iter().flat_map(|m| &m.payloads) {
        let sets = payload.fmtp.and_then(|f| f.get("sprop-parameter-sets"));
        let Some(sets) = sets.filter(|_| payload.is("H264")) else {
            continue;
        };
        for set in sets.split(b',').map(Field::trim) {
            if let Some(expected) = problem(set) {
                let at = if set.is_empty() { sets } else { set };
                cx.report(
                    at,
                    format_args!("expected {expected}"),
                    format_args!("`{at}` is no H.264 parameter set"),
                );
                break;
            }
        }
    }
}

fn problem(set: Field<'_>) -> Option<&'static str> {
    let Some((head, len)) = base64_head(set) else {
        return Some("base64 of a parameter set");
    };
    // The header's lower five bits say what follows (H.264, table 7-1).
    match head.first().map_or(0, |header| header & 0x1f) {
        // Profile, constraints and level come first, and cannot be all.
        7 | 15 if len > 4 => None,
        8 | 13 if len > 1 => None,
        7 | 8 | 13 | 15 => Some("a whole parameter set"),
        _ => Some("a sequence or picture parameter set"),
    }
}
