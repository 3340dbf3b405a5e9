use super::prelude::*;
use crate::lint::ice::{candidates, ip, is_mdns, is_private};

rule! {
    /// All candidates of a description are private addresses, and no more will come.
    ///
    /// ## Why it matters
    /// Nobody outside the local network reaches them. Across the Internet the call then works only
    /// if the peer has a public address, so that it can answer the checks of this end.
    /// ## How it happens
    /// No STUN or TURN server is configured, or it was not reached; or a server behind a NAT does
    /// not know its public address. In a local network there is nothing wrong, so this is advice.
    /// ```sdp,fail
    /// a=candidate:1 1 udp 2130706431 192.168.1.7 5000 typ host
    /// a=end-of-candidates
    /// ```
    /// ```sdp,pass
    /// a=candidate:1 1 udp 2130706431 192.168.1.7 5000 typ host
    /// a=candidate:2 1 udp 1694498815 198.51.100.7 5000 typ srflx raddr 0.0.0.0 rport 0
    /// a=end-of-candidates
    /// ```
    "SDP218" "only-private-candidates" {
        group: Advice,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 8445 §2.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let complete = cx.sdp().sections().any(|s| s.has(Name::EndOfCandidates));
    let announced = super::ice_lite_without_candidate::trickles(cx);
    if announced && !complete {
        return;
    }
    let private = |address: Field<'_>| ip(address).map_or(is_mdns(address), is_private);
    let mut all = cx.sdp().sections().flat_map(candidates).peekable();
    let Some((_, first)) = all.peek().copied() else {
        return;
    };
    if all.all(|(_, c)| private(c.address)) {
        cx.report(
            first.address,
            "reached from the local network only",
            format_args!("no candidate can be reached from the Internet"),
        )
        .help("configure a STUN and a TURN server, or announce the public address");
    }
}
