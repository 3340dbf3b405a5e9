use super::prelude::*;

rule! {
    /// A candidate's priority is not from 1 to 2147483647.
    ///
    /// ## Why it matters
    /// Priorities decide which pair is checked and chosen first. Both sides compute with 31 bits;
    /// with more, they may order the pairs differently. What does not even fit into 32 bits is
    /// rejected by browsers, and then it is an error.
    /// ```sdp,fail
    /// a=candidate:1 1 udp 4294967295 192.0.2.1 5000 typ host
    /// ```
    /// ```sdp,fail
    /// a=candidate:1 1 udp 21307064310 192.0.2.1 5000 typ host
    /// ```
    /// ```sdp,pass
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host
    /// ```
    "SDP211" "candidate-priority-range" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8839 §5.1", "RFC 8445 §5.1.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.sdp().sections().flat_map(|s| s.all(Name::Candidate)) {
        let Some(Ok(c)) = line.attribute_value().map(Candidate::parse) else {
            continue;
        };
        if !(1..=0x7fff_ffff).contains(&c.priority) {
            let draft = cx
                .report(
                    c.priority_text,
                    "expected 1 to 2147483647",
                    format_args!("candidate priority `{}` is out of range", c.priority_text),
                )
                .help("write the priority that RFC 8445 computes from type, preference and component");
            if c.priority > u64::from(u32::MAX) {
                draft.severity(Severity::Error);
            }
        }
    }
}
