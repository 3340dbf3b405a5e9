use super::prelude::*;
use crate::lint::ice::candidates;

rule! {
    /// A TCP candidate has no `tcptype`, or one that is not known.
    ///
    /// ## Why it matters
    /// `active`, `passive` or `so` says who opens the connection. Without it the candidate cannot
    /// be paired and is ignored, or taken for one and not for the other.
    /// ## How it happens
    /// Stacks from before RFC 6544 did not write it.
    /// ```sdp,fail
    /// a=candidate:1 1 tcp 2105524479 192.0.2.1 9 typ host
    /// ```
    /// ```sdp,fail
    /// a=candidate:1 1 tcp 2105524479 192.0.2.1 9 typ host tcptype actpass
    /// ```
    /// ```sdp,pass
    /// a=candidate:1 1 tcp 2105524479 192.0.2.1 9 typ host tcptype active
    /// ```
    "SDP214" "candidate-without-tcptype" {
        group: Interop,
        scope: Any,
        since: "0.1",
        spec: ["RFC 6544 §4.5"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for (_, c) in cx.sdp().sections().flat_map(candidates) {
        let known = |kind: &Field<'_>| ["active", "passive", "so"].iter().any(|k| kind.is(k));
        match c.tcp_type {
            Some(kind) if !known(&kind) => {
                cx.report(
                    kind,
                    "expected `active`, `passive` or `so`",
                    format_args!("`{kind}` is not a TCP candidate type"),
                )
                .help("write `tcptype active`, `tcptype passive` or `tcptype so`");
            }
            None if c.is_tcp() => {
                cx.report(
                    c.transport,
                    "who opens the connection?",
                    format_args!("a TCP candidate without `tcptype`"),
                )
                .help("add `tcptype active`, `tcptype passive` or `tcptype so`");
            }
            _ => {}
        }
    }
}
