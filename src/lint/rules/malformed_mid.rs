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
        let mid = line.attribute_value().unwrap_or(line.text());
        if !mid.is_token() || line.attribute_value().is_none() {
            cx.report(
                mid,
                "expected letters, digits and a few signs",
                format_args!("`{mid}` is not a tag for `a=mid`"),
            );
        }
    }
}
