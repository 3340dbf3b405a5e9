use super::prelude::*;

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
    /// ```sdp,pass
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host
    /// a=candidate:1 2 udp 2130706430 192.0.2.1 5001 typ host
    /// ```
    "SDP215" "repeated-candidate" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8445"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for section in cx.sdp().sections() {
        let mut seen = BTreeMap::new();
        for line in section.all(Name::Candidate) {
            let Some(Ok(c)) = line.attribute_value().map(Candidate::parse) else {
                continue;
            };
            // Active TCP candidates have no port of their own, so the type counts too.
            let key = (c.component, c.is_tcp(), c.address, c.port, c.tcp_type, c.kind);
            let first = *seen.entry(key).or_insert(line.text());
            if first.start() != line.text().start() {
                cx.report(
                    line.text(),
                    "again here",
                    format_args!("candidate {} port {} is listed twice", c.address, c.port),
                )
                .context(first, "the first time")
                .fix_drop_line(Safety::Safe, line);
            }
        }
    }
}
