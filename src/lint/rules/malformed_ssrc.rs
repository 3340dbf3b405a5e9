use super::prelude::*;

rule! {
    /// An `a=ssrc` line has no 32-bit number, or no attribute.
    ///
    /// ## Why it matters
    /// libwebrtc rejects the description; others ignore the line and then the source. Plain RTP
    /// equipment writes a bare number now and then, and nobody looks at it: a warning there.
    /// ```sdp,fail
    /// a=ssrc:0x1234 cname:x
    /// ```
    /// ```sdp,fail
    /// a=ssrc:4660
    /// ```
    /// ```sdp,pass
    /// a=ssrc:4660 cname:x
    /// ```
    "SDP513" "malformed-ssrc" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 5576 §4.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.media().iter().flat_map(|m| m.all(Name::Ssrc)) {
        let value = line.attribute_value().unwrap_or(line.text());
        if let Err(error) = Ssrc::parse(value) {
            let bare = value.trim().number::<u32>().is_some() && !cx.is_webrtc();
            let draft = cx.report_malformed("a=ssrc", error);
            if bare {
                draft.severity(Severity::Warning);
            }
        }
    }
}
