use super::prelude::*;

rule! {
    /// A TCP candidate has no `tcptype`.
    ///
    /// ## Why it matters
    /// `active`, `passive` or `so` says who opens the connection. Without it the candidate cannot
    /// be paired and is ignored.
    /// ```sdp,fail
    /// a=candidate:1 1 tcp 2105524479 192.0.2.1 9 typ host
    /// ```
    /// ```sdp,pass
    /// a=candidate:1 1 tcp 2105524479 192.0.2.1 9 typ host tcptype active
    /// ```
    "SDP214" "candidate-without-tcptype" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 6544"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.sdp().sections().flat_map(|s| s.all(Name::Candidate)) {
        let Some(Ok(c)) = line.attribute_value().map(Candidate::parse) else {
            continue;
        };
        let Some(kind) = c.tcp_type else {
            // A relayed TCP candidate's type is the relay's business in old stacks.
            if c.is_tcp() {
                cx.report(
                    c.transport,
                    "who opens the connection?",
                    format_args!("a TCP candidate without `tcptype`"),
                )
                .help("add `tcptype active`, `tcptype passive` or `tcptype so`");
            }
            continue;
        };
        if !["active", "passive", "so"].iter().any(|k| kind.is(k)) {
            cx.report(
                kind,
                "expected `active`, `passive` or `so`",
                format_args!("`{kind}` is not a TCP candidate type"),
            );
        }
    }
}
