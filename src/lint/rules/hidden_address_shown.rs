use super::prelude::*;
use crate::lint::ice::{candidates, ip, is_mdns, is_private};

rule! {
    /// A private address stands beside the `.local` name that is to hide it.
    ///
    /// ## Why it matters
    /// Host candidates are hidden behind mDNS names so that a page does not learn the local network.
    /// The related address of a reflexive candidate, or another host candidate, then gives it away.
    /// ```sdp,fail
    /// a=candidate:1 1 udp 2113937151 7f1e2d3c-0a1b-4c5d-8e9f-001122334455.local 5000 typ host
    /// a=candidate:2 1 udp 1677729535 198.51.100.7 5000 typ srflx raddr 192.168.1.7 rport 5000
    /// ```
    /// ```sdp,fixed
    /// a=candidate:1 1 udp 2113937151 7f1e2d3c-0a1b-4c5d-8e9f-001122334455.local 5000 typ host
    /// a=candidate:2 1 udp 1677729535 198.51.100.7 5000 typ srflx raddr 0.0.0.0 rport 0
    /// ```
    /// ```sdp,pass
    /// a=candidate:1 1 udp 2130706431 192.168.1.7 5000 typ host
    /// a=candidate:2 1 udp 1677729535 198.51.100.7 5000 typ srflx raddr 192.168.1.7 rport 5000
    /// ```
    "SDP232" "hidden-address-shown" {
        group: Privacy,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8839 §5.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for section in cx.sdp().sections() {
        let hidden = candidates(section).find(|(_, c)| is_mdns(c.address));
        let Some((_, hidden)) = hidden else { continue };
        let private = |address: &Field<'_>| ip(*address).is_some_and(is_private);
        for (_, c) in candidates(section) {
            let host = Some(c.address).filter(|_| c.kind.is("host"));
            let Some(shown) = host.or(c.related_address).filter(private) else {
                continue;
            };
            let draft = cx
                .report(
                    shown,
                    "for all to see",
                    format_args!("`{shown}` is shown beside a name that is to hide it"),
                )
                .context(hidden.address, "hides an address");
            let related = (c.related_address, c.related_port);
            if let (Some(raddr), Some(rport)) = related
                && raddr.start() == shown.start()
            {
                let none = if ip(raddr).is_some_and(|ip| ip.is_ipv6()) { "::" } else { "0.0.0.0" };
                let edit = |at: Field<'_>, text: &str| Edit {
                    span: at.span(),
                    replacement: text.to_owned(),
                };
                let edits = vec![edit(raddr, none), edit(rport, "0")];
                draft.fix_edits(Safety::Unsafe, "hide the related address", edits);
            }
        }
    }
}
