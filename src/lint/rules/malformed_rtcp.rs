use super::prelude::*;
use crate::lint::address;
use crate::sdp::Malformed;

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
        if let Some(error) = problem(value) {
            cx.report_malformed("a=rtcp", error);
        }
    }
}

fn problem(value: Field<'_>) -> Option<Malformed<'_>> {
    let mut words = value.words();
    let port = words.next().unwrap_or(value);
    if port.number::<u16>().is_none() {
        return Some(Malformed::new(port, "a port from 1 to 65535"));
    }
    match (words.next(), words.next(), words.next(), words.next()) {
        (None, ..) => None,
        (Some(net), Some(kind), Some(host), None) => address::problem(net, kind, host),
        _ => Some(Malformed::new(value, "`port` or `port IN IP4 address`")),
    }
}
