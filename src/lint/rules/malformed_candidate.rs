use super::prelude::*;

rule! {
    /// An `a=candidate` line cannot be read.
    ///
    /// ## Why it matters
    /// The candidate is lost or the description rejected; a call then connects over a relay or not
    /// at all. The order is `foundation component transport priority address port typ type`.
    /// ```sdp,fail
    /// a=candidate:1 1 udp 192.0.2.1 5000 typ host
    /// ```
    /// ```sdp,fail
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 host
    /// ```
    /// ```sdp,pass
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host generation 0
    /// ```
    "SDP208" "malformed-candidate" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8839 §5.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.sdp().sections().flat_map(|s| s.all(Name::Candidate)) {
        let value = line.attribute_value().unwrap_or(line.text());
        match Candidate::parse(value) {
            Err(error) => {
                cx.report_malformed("a=candidate", error);
            }
            Ok(c) => {
                let known = ["host", "srflx", "prflx", "relay"];
                if !known.iter().any(|kind| c.kind.is(kind)) {
                    cx.report(
                        c.kind,
                        "expected `host`, `srflx`, `prflx` or `relay`",
                        format_args!("`{}` is not a candidate type", c.kind),
                    )
                    .severity(Severity::Warning);
                }
            }
        }
    }
}
