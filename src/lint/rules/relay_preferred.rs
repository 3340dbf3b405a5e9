use super::prelude::*;
use crate::lint::ice::candidates;

rule! {
    /// A relayed candidate has a higher priority than a direct one.
    ///
    /// ## Why it matters
    /// The relay is then tried and chosen first: media takes the detour over the TURN server though
    /// the direct path works, which costs delay and money.
    /// ## How it happens
    /// Priorities were made up or copied from another line. With the preferences that RFC 8445
    /// recommends, a relayed candidate is below every other of its transport.
    /// ```sdp,fail
    /// a=candidate:1 1 udp 1694498815 192.0.2.1 5000 typ host
    /// a=candidate:2 1 udp 2130706431 198.51.100.7 6000 typ relay raddr 203.0.113.5 rport 7000
    /// ```
    /// ```sdp,pass
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host
    /// a=candidate:2 1 udp 41885439 198.51.100.7 6000 typ relay raddr 203.0.113.5 rport 7000
    /// ```
    "SDP212" "relay-preferred" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8445 §5.1.2.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for section in cx.sdp().sections() {
        // The highest host candidate of each component, UDP only: TCP is a last resort, too.
        let mut hosts: BTreeMap<u16, Candidate<'_>> = BTreeMap::new();
        let udp = || candidates(section).filter(|(_, c)| c.transport.is_ignoring_case("udp"));
        for (_, c) in udp().filter(|(_, c)| c.kind.is("host")) {
            let best = hosts.entry(c.component).or_insert(c);
            if c.priority > best.priority {
                *best = c;
            }
        }
        for (_, c) in udp().filter(|(_, c)| c.kind.is("relay")) {
            let host = hosts.get(&c.component);
            if let Some(host) = host.filter(|host| host.priority < c.priority) {
                cx.report(
                    c.priority_text,
                    "higher than that of a host candidate",
                    format_args!("the relayed candidate `{}` is preferred to a direct one", c.address),
                )
                .context(host.priority_text, "the highest of the host candidates")
                .help("give relayed candidates the lowest type preference, 0");
            }
        }
    }
}
