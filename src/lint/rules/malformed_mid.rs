use super::prelude::*;

rule! {
    /// An `a=mid` value is not a token.
    ///
    /// ## Why it matters
    /// Tags are listed in `a=group` separated by blanks, so a tag with a blank in it is two others
    /// there, and an empty one is none.
    /// ```sdp,fail
    /// a=mid:my audio
    /// ```
    /// ```sdp,fail
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=rtcp-mux
    /// a=mid:
    /// ```
    /// ```sdp,pass
    /// a=mid:my-audio
    /// ```
    "SDP403" "malformed-mid" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 5888 §4"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.media().iter().flat_map(|m| m.all(Name::Mid)) {
        let value = line.attribute_value();
        let mid = value.unwrap_or(line.text());
        if value.is_some_and(Field::is_token) {
            continue;
        }
        // Equipment that does not look at tags lives with a sign too many.
        let splits = value.is_none() || mid.is_empty() || mid.bytes().contains(&b' ');
        let severity = if cx.is_webrtc() || splits {
            Severity::Error
        } else {
            Severity::Warning
        };
        let draft = cx
            .report(
                if mid.is_empty() { line.text() } else { mid },
                "expected letters, digits and a few signs",
                format_args!("`{mid}` is not a tag for `a=mid`"),
            )
            .severity(severity);
        let tag = mid.trim().owned().filter(|_| mid.trim().is_token());
        if let Some(tag) = tag.filter(|_| value.is_some()) {
            draft.fix(Safety::Safe, "drop the blanks", mid, tag);
        }
    }
}
