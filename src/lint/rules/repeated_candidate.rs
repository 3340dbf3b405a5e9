use super::prelude::*;
use crate::lint::ice::candidates;

rule! {
    /// A section lists the same candidate twice.
    ///
    /// ## Why it matters
    /// Equal transport, address, port and component make one candidate. Some stacks check it
    /// twice and slow down the start of the call.
    /// ```sdp,fail
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host
    /// a=candidate:2 1 udp 2130706175 192.0.2.1 5000 typ host
    /// ```
    /// ```sdp,fixed
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host
    /// ```
    /// ```sdp,pass
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host
    /// a=candidate:1 2 udp 2130706430 192.0.2.1 5001 typ host
    /// ```
    "SDP215" "repeated-candidate" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8445 §5.1.3"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for section in cx.sdp().sections() {
        let mut seen = BTreeMap::new();
        for (line, c) in candidates(section) {
            // Active TCP candidates have no port of their own, so the type counts too, and after
            // an ICE restart one address stands for two candidates.
            let transport = (c.component, c.is_tcp(), c.tcp_type);
            let key = (transport, c.address, c.port, c.kind, c.extension("ufrag"));
            let first = *seen.entry(key).or_insert(line.text());
            if first.start() == line.text().start() {
                continue;
            }
            // Two priorities may have been meant for two candidates.
            let same = first == line.text();
            let safety = if same { Safety::Safe } else { Safety::Unsafe };
            cx.report(
                line.text(),
                "again here",
                format_args!("candidate `{}` port {} is listed twice", c.address, c.port),
            )
            .context(first, "the first time")
            .fix_drop_line(safety, line);
        }
    }
}
