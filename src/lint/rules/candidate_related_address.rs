use super::prelude::*;
use crate::lint::ice::{candidates, ip};

rule! {
    /// A reflexive or relayed candidate lacks its related address, or a host candidate has one.
    ///
    /// ## Why it matters
    /// `raddr` and `rport` say what the address was learned from. They are required for every type
    /// but `host`; who hides its local addresses writes `raddr 0.0.0.0 rport 0`. Strict
    /// parsers, Firefox's among them, drop a candidate without.
    /// ```sdp,fail
    /// a=candidate:2 1 udp 1694498815 198.51.100.7 5000 typ srflx
    /// ```
    /// ```sdp,fail
    /// a=candidate:1 1 udp 2130706431 198.51.100.7 5000 typ host raddr 192.0.2.1 rport 5000
    /// ```
    /// ```sdp,pass
    /// a=candidate:2 1 udp 1694498815 198.51.100.7 5000 typ srflx raddr 0.0.0.0 rport 0
    /// ```
    "SDP213" "candidate-related-address" {
        group: Interop,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8839 §5.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for (_, c) in cx.sdp().sections().flat_map(candidates) {
        let related = c.related_address.is_some() && c.related_port.is_some();
        if c.kind.is("host") {
            // Some stacks write `raddr 0.0.0.0 rport 0` for every type: it says nothing.
            let says = |raddr: &Field<'_>| ip(*raddr).is_none_or(|ip| !ip.is_unspecified());
            if let Some(raddr) = c.related_address.filter(says) {
                cx.report(
                    raddr,
                    "nothing to relate to",
                    format_args!("a `host` candidate with a related address"),
                )
                .help("drop `raddr` and `rport`, or write the type that was meant, such as `srflx`");
            }
        } else if !related {
            cx.report(
                c.kind,
                "needs `raddr` and `rport`",
                format_args!("a `{}` candidate without its related address", c.kind),
            )
            .help("add `raddr 0.0.0.0 rport 0` to keep it private");
        }
    }
}
