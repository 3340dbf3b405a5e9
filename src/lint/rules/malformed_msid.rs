use super::prelude::*;

rule! {
    /// An `a=msid` line is not a stream id with at most one track id.
    ///
    /// ## Why it matters
    /// It says which `MediaStream` a track belongs to. libwebrtc rejects a description in which it
    /// cannot be read.
    /// ```sdp,fail
    /// a=msid:
    /// ```
    /// ```sdp,fail
    /// a=msid:stream track more
    /// ```
    /// ```sdp,pass
    /// a=msid:- 80336e21-2480-43c3-b385-7ae7c08046d2
    /// ```
    "SDP518" "malformed-msid" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8830"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.media().iter().flat_map(|m| m.all(Name::Msid)) {
        let Some(value) = line.attribute_value().filter(|v| !v.is_empty()) else {
            cx.report(
                line.text(),
                "expected `stream-id track-id`",
                format_args!("`a=msid` without a stream id"),
            );
            continue;
        };
        let parts: Vec<Field<'_>> = value.split(b' ').take(3).collect();
        if parts.len() > 2 {
            cx.report(
                value,
                "expected `stream-id track-id`",
                format_args!("`a=msid` has more than a stream id and a track id"),
            );
        } else if let Some(bad) = parts.iter().find(|p| !p.is_token()) {
            let at = if bad.is_empty() { value } else { *bad };
            cx.report(
                at,
                "expected one or two ids",
                format_args!("`{at}` in `a=msid` is not an id"),
            );
        }
    }
}
