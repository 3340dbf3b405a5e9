use super::prelude::*;
use crate::lint::ice::{candidates, ip};

rule! {
    /// A candidate's address cannot be reached from anywhere else.
    ///
    /// ## Why it matters
    /// The unspecified address and multicast groups are no places to send a check to, and the
    /// loopback address is the peer itself. The checks fail one by one and delay the call.
    /// ## How it happens
    /// The server announces the address it listens on, `0.0.0.0` or `127.0.0.1`, instead of the one
    /// it is reached at.
    /// ```sdp,fail
    /// a=candidate:1 1 udp 2130706431 0.0.0.0 5000 typ host
    /// ```
    /// ```sdp,fail
    /// a=candidate:1 1 udp 2130706431 127.0.0.1 5000 typ host
    /// ```
    /// ```sdp,pass
    /// a=candidate:1 1 udp 2130706431 7f1e2d3c-0a1b-4c5d-8e9f-001122334455.local 5000 typ host
    /// ```
    "SDP216" "unusable-candidate-address" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8445 §5.1.1.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for (_, c) in cx.sdp().sections().flat_map(candidates) {
        // Nobody sends to an active TCP candidate.
        if c.tcp_type.is_some_and(|kind| kind.is("active")) {
            continue;
        }
        let Some(ip) = ip(c.address) else {
            continue;
        };
        let what = match ip {
            _ if ip.is_unspecified() => "the unspecified address",
            _ if ip.is_multicast() => "a multicast address",
            _ if ip.is_loopback() => "the loopback address",
            _ => continue,
        };
        cx.report(
            c.address,
            what,
            format_args!("candidate `{}` cannot be reached from elsewhere", c.address),
        )
        .help("announce the address at which the peer reaches this end");
    }
}
