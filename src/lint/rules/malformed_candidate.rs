use super::prelude::*;

rule! {
    /// An `a=candidate` line cannot be read.
    ///
    /// ## Why it matters
    /// The candidate is lost or the description rejected; a call then connects over a relay or not
    /// at all. The order is `foundation component transport priority address port typ type`, and
    /// after it names and values in turn.
    /// ## How it happens
    /// The string that `RTCIceCandidate.candidate` holds begins with `candidate:`, so that what is
    /// to be put before it is `a=` alone.
    /// ```sdp,fail
    /// a=candidate:1 1 udp 192.0.2.1 5000 typ host
    /// ```
    /// ```sdp,fail
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 host
    /// ```
    /// ```sdp,fail
    /// a=candidate:candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host
    /// ```
    /// ```sdp,fixed
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host
    /// ```
    /// ```sdp,pass
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host generation 0 network-cost 999
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
        let twice = value.take(TWICE.len());
        if line.attribute_value().is_some() && twice.is(TWICE) {
            cx.report(
                twice,
                "the attribute is named already",
                format_args!("`{TWICE}` is written twice"),
            )
            .fix(Safety::Safe, "write it once", twice, "");
            continue;
        }
        match Candidate::parse(value) {
            Err(error) => {
                cx.report_malformed("a=candidate", error).help(
                    "write `foundation component transport priority address port typ type`",
                );
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
                if let Some(name) = c.unpaired {
                    cx.report(
                        name,
                        "without a value",
                        format_args!("the extension `{name}` of a candidate has no value"),
                    )
                    .help("extensions are a name and a value: write both or none")
                    .severity(Severity::Warning);
                }
            }
        }
    }
}

const TWICE: &str = "candidate:";
