use super::prelude::*;
use crate::lint::ice::{candidates, is_mdns};

rule! {
    /// A candidate is a name under `.local`, which only the local network resolves.
    ///
    /// ## Why it matters
    /// Browsers hide local addresses behind such names from pages without access to a camera or
    /// a microphone. A server cannot resolve them and need not: it learns the address from the
    /// first check. A server that resolves names while it reads a description may block on it.
    /// ```sdp,fail
    /// a=candidate:1 1 udp 2113937151 7f1e2d3c-0a1b-4c5d-8e9f-001122334455.local 5000 typ host
    /// ```
    /// ```sdp,pass
    /// a=candidate:1 1 udp 2113937151 192.0.2.1 5000 typ host
    /// ```
    "SDP217" "mdns-candidate" {
        group: Advice,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8839 §5.1", "RFC 6762 §3"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    // Once a description: where there is one, there are more.
    let mut all = cx.sdp().sections().flat_map(candidates);
    if let Some((_, c)) = all.find(|(_, c)| is_mdns(c.address)) {
        cx.report(
            c.address,
            "a hidden address",
            format_args!("`.local` candidates are resolved in the local network only"),
        )
        .help("ignore it if the peer is a server; it sees the address when the check arrives");
    }
}
