use super::prelude::*;
use std::net::IpAddr;

rule! {
    /// A candidate's address can never be reached.
    ///
    /// ## Why it matters
    /// The unspecified address and multicast groups are no places to send a check to. The checks
    /// fail one by one and delay the call.
    /// ```sdp,fail
    /// a=candidate:1 1 udp 2130706431 0.0.0.0 5000 typ host
    /// ```
    /// ```sdp,pass
    /// a=candidate:1 1 udp 2130706431 7f1e2d3c-0a1b-4c5d-8e9f-001122334455.local 5000 typ host
    /// ```
    "SDP216" "unusable-candidate-address" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8445"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.sdp().sections().flat_map(|s| s.all(Name::Candidate)) {
        let Some(Ok(c)) = line.attribute_value().map(Candidate::parse) else {
            continue;
        };
        let Some(ip) = c.address.as_str().and_then(|a| a.parse::<IpAddr>().ok()) else {
            continue;
        };
        let what = match ip {
            _ if ip.is_unspecified() => "the unspecified address",
            _ if ip.is_multicast() => "a multicast address",
            _ => continue,
        };
        cx.report(
            c.address,
            what,
            format_args!("candidate {} is {what}, which cannot be reached", c.address),
        );
    }
}
