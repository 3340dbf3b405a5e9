use super::prelude::*;

rule! {
    /// An `a=rtcp` value is not a port with at most one address.
    ///
    /// ## Why it matters
    /// Reports go to the port after that of RTP, or nowhere. Browsers ignore the line.
    /// ```sdp,fail
    /// a=rtcp:port 5001
    /// ```
    /// ```sdp,fail
    /// a=rtcp:5001 192.0.2.1
    /// ```
    /// ```sdp,pass
    /// a=rtcp:5001 IN IP4 192.0.2.1
    /// ```
    /// ```sdp,pass
    /// a=rtcp:9
    /// ```
    "SDP421" "malformed-rtcp" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 3605 §2.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.media().iter().flat_map(|m| m.all(Name::Rtcp)) {
        let value = line.attribute_value().unwrap_or(line.text());
        let error = match Rtcp::parse(value) {
            Ok(rtcp) => rtcp.address.and_then(|address| address.problem()),
            Err(error) => Some(error),
        };
        if let Some(error) = error {
            cx.report_malformed("a=rtcp", error);
        }
    }
}
