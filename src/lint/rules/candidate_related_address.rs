use super::prelude::*;

rule! {
    /// A reflexive or relayed candidate lacks its related address, or a host candidate has one.
    ///
    /// ## Why it matters
    /// `raddr` and `rport` say what the address was learned from. They are required for every type
    /// but `host`; browsers that hide local addresses write `raddr 0.0.0.0 rport 0`. Strict
    /// parsers drop the candidate.
    /// ```sdp,fail
    /// a=candidate:2 1 udp 1694498815 198.51.100.7 5000 typ srflx
    /// ```
    /// ```sdp,pass
    /// a=candidate:2 1 udp 1694498815 198.51.100.7 5000 typ srflx raddr 0.0.0.0 rport 0
    /// ```
    "SDP213" "candidate-related-address" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8839 §5.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.sdp().sections().flat_map(|s| s.all(Name::Candidate)) {
        let Some(Ok(c)) = line.attribute_value().map(Candidate::parse) else {
            continue;
        };
        let related = c.related_address.is_some() && c.related_port.is_some();
        if c.kind.is("host") {
            if let Some(raddr) = c.related_address {
                cx.report(
                    raddr,
                    "nothing to relate to",
                    format_args!("a `host` candidate with a related address"),
                )
                .severity(Severity::Warning);
            }
        } else if !related {
            cx.report(
                c.kind,
                "needs `raddr` and `rport`",
                format_args!("a `{}` candidate without its related address", c.kind),
            )
            .help("add `raddr 0.0.0.0 rport 0` to keep it private");
        }
    }
}
