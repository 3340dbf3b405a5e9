use super::prelude::*;

rule! {
    /// An `a=rtcp-fb` line is not of the form `payload-type feedback`.
    ///
    /// ## Why it matters
    /// libwebrtc rejects the description; others ignore the line, and with it the feedback.
    /// ```sdp,fail
    /// a=rtcp-fb:opus nack
    /// ```
    /// ```sdp,fail
    /// a=rtcp-fb:111
    /// ```
    /// ```sdp,pass
    /// a=rtcp-fb:111 nack
    /// ```
    "SDP138" "malformed-rtcp-fb" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 4585 §4.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.media().iter().flat_map(|m| m.all(Name::RtcpFb)) {
        if let Err(error) = RtcpFb::parse(line.attribute_value().unwrap_or(line.text())) {
            cx.report_malformed("a=rtcp-fb", error);
        }
    }
}
