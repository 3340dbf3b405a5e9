use super::prelude::*;
use crate::lint::ice::candidates;

rule! {
    /// A description with `a=ice-lite` lists a candidate that is not of type `host`.
    ///
    /// ## Why it matters
    /// A lite agent is reached at its own addresses and gathers no others: it cannot keep a NAT open
    /// or a relay allocated. Either the agent is a full one, and the peer takes a role that does not
    /// fit, or the candidate leads nowhere.
    /// ## How it happens
    /// The public address of a server behind a one-to-one NAT is written as `srflx` with its
    /// private one as `raddr`; for a lite agent it is a `host` candidate.
    /// ```sdp,fail
    /// a=ice-lite
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=candidate:1 1 udp 1694498815 198.51.100.7 5000 typ srflx raddr 192.0.2.1 rport 5000
    /// ```
    /// ```sdp,pass
    /// a=ice-lite
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=candidate:1 1 udp 2130706431 198.51.100.7 5000 typ host
    /// ```
    "SDP225" "ice-lite-with-reflexive-candidate" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8445 §5.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let Some(lite) = cx.sdp().session().first(Name::IceLite) else {
        return;
    };
    for (_, c) in cx.sdp().sections().flat_map(candidates) {
        if ["srflx", "prflx", "relay"].iter().any(|kind| c.kind.is(kind)) {
            cx.report(
                c.kind,
                "a lite agent has `host` candidates only",
                format_args!("a `{}` candidate of a lite ICE agent", c.kind),
            )
            .context(lite.text(), "the agent is lite");
        }
    }
}
