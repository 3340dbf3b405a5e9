use super::prelude::*;
use crate::lint::ice::{candidates, ip, is_mdns};

rule! {
    /// A candidate's address is a domain name.
    ///
    /// ## Why it matters
    /// RFC 8839 has agents ignore such candidates, as nothing says which of a name's addresses is
    /// meant. Some browsers look the name up, others drop the candidate.
    ///
    /// Names under `.local`, behind which browsers hide addresses, have their own rule.
    /// ```sdp,fail
    /// a=candidate:1 1 udp 2130706431 sfu-1.example.com 5000 typ host
    /// ```
    /// ```sdp,pass
    /// a=candidate:1 1 udp 2130706431 203.0.113.7 5000 typ host
    /// a=candidate:2 1 udp 2113937151 7f1e2d3c-0a1b-4c5d-8e9f-001122334455.local 5000 typ host
    /// ```
    "SDP235" "candidate-is-a-name" {
        group: Interop,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8839 §5.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for (_, c) in cx.sdp().sections().flat_map(candidates) {
        let name = super::malformed_candidate_address::is_name(c.address);
        if ip(c.address).is_none() && name && !is_mdns(c.address) {
            cx.report(
                c.address,
                "not an IP address",
                format_args!("candidate `{}` is a name, which many agents ignore", c.address),
            )
            .help("look the name up before, and write the address");
        }
    }
}
